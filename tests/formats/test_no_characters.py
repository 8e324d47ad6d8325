"""Half of a surrogate pair, and NUL, are refused where they are read: no file may have them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import spanf1
from spanf1.exceptions import SpanF1Error
from spanf1.formats.registry import FORMATS
from tests.helpers.commands import write
from tests.helpers.every_format import GOLD, RECORDS, made

BAD = {"\ud800": "half of a surrogate pair", "\0": "NUL, which is no character"}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("old", ["PER", "Lovelace"])
@pytest.mark.parametrize("name", RECORDS)
def test_json(run, name: str, old: str, bad: str) -> None:
    """In types, and in texts or tokens, of every format of JSON."""
    path = Path(made(name, GOLD))
    path.write_text(path.read_text().replace(old, json.dumps(bad)[1:-1] + old))
    for args in (["describe", str(path)], ["validate", str(path)], ["score", str(path), str(path)]):
        match = ["--match", "text"] * (name == "entities" and args[0] == "score")
        ran = run(*args, *match)
        if ran.code == 0:
            # Tokens are not read where tags stand side by side; what is no entity is left out.
            tokens = (name, old, args[0]) == ("jsonl", "Lovelace", "score")
            assert tokens or (name == "entities" and "items that are no entities" in ran.out)
            continue
        assert (ran.code, ran.out.strip()) == (3, ""), args
        assert ran.err.startswith(f"error: {path}:1: ")
        assert BAD[bad] in ran.err


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("key", ["id", "answer", "more"])
def test_what_else_records_have(run, key: str, bad: str) -> None:
    record = {"text": "Ada", "gold": [], "predicted": [[0, 3, "PER"]], key: bad, bad: 1}
    write("f", json.dumps(record))
    for args in (
        ["score", "f"],
        ["score", "f", "--pred-key", "no"],
        ["convert", "f", "--key", "predicted", "--to-format", "brat", "-o", "out"],
    ):
        ran = run(*args)
        assert ran.code == (0 if key == "more" and "no" not in args else 3)
        assert (ran.out + ran.err).replace("\n", "").isprintable()


@pytest.mark.parametrize("old", ["PER", "Lovelace"])
@pytest.mark.parametrize(
    "name", [name for name, one in FORMATS.items() if not one.json and not one.extra]
)
def test_text(run, name: str, old: str) -> None:
    """NUL in files of lines."""
    path = made(name, GOLD)
    for file in Path(path).iterdir() if os.path.isdir(path) else [Path(path)]:
        file.write_text(file.read_text().replace(old, "\0" + old))
    ran = run("describe", path)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"error: {path}")
    assert "NUL, which is no character" in ran.err or "binary file" in ran.err


def test_far_down_in_columns(run) -> None:
    """Where a file is no longer looked at as a whole, its tags and tokens are."""
    rows = "a B-X\n\n" * 100_000
    write("tag", f"{rows}a B-\0\n\n{rows}")
    for args in (["score", "tag", "tag"], ["validate", "tag"], ["describe", "tag"]):
        ran = run(*args, "--tag-column", "2")
        assert ran.code == 3
        assert "error: tag:200001: tag 'B-\\x00' has NUL" in ran.err
    write("token", f"{rows}a\0 B-X\n\n{rows}")
    ran = run("convert", "token", "--to-format", "jsonl", "-o", "out")
    assert (ran.code, "error: token:200001: token 'a\\x00' has NUL" in ran.err) == (3, True)
    assert not os.path.exists("out")


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize(
    "call",
    [
        lambda bad: spanf1.evaluate([["O", f"B-{bad}"]], [["O", "O"]]),
        lambda bad: spanf1.evaluate([[0]], [[0]], labels=[f"B-{bad}"]),
        lambda bad: spanf1.evaluate([[bad]], [["O"]], tag_form="PER"),
        lambda bad: spanf1.validate([[f"B-{bad}"]]),
        lambda bad: spanf1.decode([f"B-{bad}"]),
        lambda bad: spanf1.repair([[f"B-{bad}"]]),
        lambda bad: spanf1.evaluate([[{"text": bad, "type": "A"}]], [[]], match="text"),
    ],
)
def test_lists(call, bad: str) -> None:
    with pytest.raises(SpanF1Error, match=BAD[bad]):
        call(bad)


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii:strict"},
    ],
)
def test_names_of_files(tmp_path, settings: dict[str, str]) -> None:
    """A name of a file may have bytes that are no text; they are spelt out."""
    name = os.fsencode(tmp_path) + b"/f\xff\x1b"
    Path(os.fsdecode(name)).write_text("a B-X B-X\n\n")
    code = (
        "import sys\n"
        "from spanf1.cli import main\n"
        "for args in (['score'], ['score', '-f', 'csv'], ['score', '-f', 'json'], ['validate'], "
        "['schemes'], ['describe'], ['score', '--types', sys.argv[1]], ['rescore'], "
        "['validate', '-f', 'github'], ['compare', '--merged', 'b=' + sys.argv[1]]):\n"
        "    try: main([*args, sys.argv[1]])\n"
        "    except SystemExit as end: assert end.code in (0, 1, 2, 3), args\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, name],
        env={**os.environ, **settings},
        capture_output=True,
        check=True,
    )
    text = (done.stdout + done.stderr).decode()
    assert "Traceback" not in text
    assert "\\udcff\\x1b" in text
    assert not {"\x1b", "\udcff"} & {*text}
