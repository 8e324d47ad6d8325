"""Lines, records and files that are too large to be read as a whole, and hints that read them."""

from __future__ import annotations

import json
import os
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import spanf1
from spanf1.core.tags import TagSet
from spanf1.exceptions import LayoutError, UsageError
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.columns.lines import sentence_ends
from spanf1.formats.columns.rewriting import raw_lines
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.source import Source, size_of, size_words
from tests.helpers.commands import write


@pytest.mark.parametrize(
    ("given", "size", "words"),
    [
        (1, 1, "1 bytes"),
        ("1000", 1000, "1000 bytes"),
        ("8K", 8192, "8 KiB"),
        ("64m", 1 << 26, "64 MiB"),
        ("1 GiB", 1 << 30, "1 GiB"),
        ("2GB", 1 << 31, "2 GiB"),
        ("1T", 1 << 40, "1024 GiB"),
    ],
)
def test_a_size(given, size, words):
    assert size_of(given) == size
    assert size_words(size) == words


@pytest.mark.parametrize("given", ["", "0", "-1", "1.5G", "G", "1X", "1e9", 0, -5, "9" * 40])
def test_what_is_no_size(given):
    with pytest.raises(UsageError, match=r"is no size \(max_size\)"):
        size_of(given)


LONG = "w O O\n" + "x" * 1_200_000 + " O O\n"


def follow(run, *args: str, wrong: str = "line") -> None:
    """Run a command that refuses what is too large, and again as its hint says."""
    refused = run(*args, "--max-size", "1K")
    assert refused.code == 3
    assert re.search(f"{wrong}.* of more than 1 KiB$", refused.err.splitlines()[0]), refused.err
    hint = re.search("--max-size [0-9]+M", refused.err.splitlines()[1])
    assert hint, refused.err
    done = run(*args, *hint[0].split())
    assert "--max-size" not in done.err
    assert done.code in (0, 1), done.err


@pytest.mark.parametrize(
    "args",
    [
        ["score", "long"],
        ["score", "long", "long"],
        ["compare", "long", "long", "other", "--resamples", "20"],
        ["schemes", "long"],
        ["baseline", "--train", "long", "long"],
        ["describe", "long"],
        ["detect", "long"],
        ["validate", "long"],
        ["repair", "long"],
        ["convert", "long", "--to", "IOBES"],
        ["convert", "long", "--to-format", "jsonl"],
    ],
)
def test_a_line_that_is_too_long(run, args):
    for name in ("long", "other"):
        write(name, LONG.replace("O O", "B-PER B-PER"))
    follow(run, *args)


def test_a_size_in_python(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("long", LONG)
    for size in ("1K", 1024):
        with pytest.raises(LayoutError, match=r"^long:2: line of more than 1 KiB"):
            spanf1.score_file("long", max_size=size)
        with pytest.raises(LayoutError, match=r"^long:2: line of more than 1 KiB"):
            next(spanf1.read_documents("long", max_size=size))
    assert spanf1.score_file("long", max_size="2M").tally.tokens == 2


LARGE = "x" * 1_200_000
SPAN = '"spans": [[0, 3, "PER"]]'
# For each format, files that have something too large in them.
LARGE_FILES = {
    "a string": ({"f.jsonl": f'{{"text": "Ada", {SPAN}, "k": "{LARGE}"}}\n'}, "f.jsonl:1: record"),
    "a key": ({"f.jsonl": f'{{"text": "Ada", {SPAN}, "{LARGE}": 1}}\n'}, "f.jsonl:1: record"),
    "objects": (
        {"f.jsonl": f'{{"text": "Ada", {SPAN}, "k": [{"{}," * 400_000}1]}}\n'},
        "f.jsonl:1: record",
    ),
    "a later record": (
        {"f.json": f'[{{"text": "Ada", {SPAN}}},\n{{"text": "Ada{LARGE}", {SPAN}}}]'},
        "f.json:2: record",
    ),
    "a text of brat": ({"d/a.txt": f"Ada{LARGE}", "d/a.ann": "T1\tPER 0 3\tAda\n"}, "a.txt: file"),
    "an .ann": ({"d/a.txt": "Ada", "d/a.ann": f"T1\tPER 0 3\tAda\n#1\tN T1\t{LARGE}\n"}, "a.ann: "),
    "an element": (
        {
            "f.xml": "<?xml version='1.0'?>\n<collection><document><id>1</id><passage><offset>0"
            f"</offset><text>Ada{LARGE}</text></passage></document></collection>"
        },
        "f.xml:2: element",
    ),
    "a text without a blank line": (
        {"f": "1|t|Ada\n1|a|left\n" + "1\t0\t3\tAda\tPER\t-\n" * 100},
        "f:[0-9]*: text without a blank line",
    ),
}


@pytest.mark.parametrize("name", LARGE_FILES)
def test_what_is_too_large(run, name):
    files, wrong = LARGE_FILES[name]
    for path, text in files.items():
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        write(path, text)
    path = next(iter(files)).partition("/")[0]
    follow(run, "validate", path, wrong=wrong)


def test_a_row_that_is_too_large(run):
    write("f.csv", f'token,gold,pred\n"a ""b""",O,O\n"{LARGE[:400_000]}\n{LARGE[:400_000]}",O,O\n')
    follow(run, "score", "f.csv", wrong="f.csv:3: row")


def test_a_large_results_file(run):
    write("f.conll", "w B-PER O\n")
    write("r.json", run("score", "f.conll", "-f", "json").out + " " * 10_000)
    follow(run, "rescore", "r.json", wrong="r.json: file")
    follow(run, "signature", "r.json", wrong="r.json: file")


@pytest.mark.parametrize("command", ["rescore", "signature"])
def test_a_device_without_end(run, command):
    refused = run(command, "/dev/zero")
    assert refused.code == 3
    assert refused.err.startswith("error: /dev/zero: file of more than 64 MiB\n")


def test_json_that_nests_too_deeply(run):
    for text in ("[" * 2_000_000, '{"a":[' * 500_000):
        write("f.json", text)
        done = run("score", "f.json")
        assert (done.code, "Traceback" in done.err) == (3, False)


@pytest.mark.parametrize("blank", ["\n", "\r\n", " \n", "\t \n", " " * 900 + "\n"])
@pytest.mark.parametrize(
    "line",
    [
        "w B-X B-X\n",
        '{"tokens": ["w"], "gold": ["B-X"], "pred": ["B-X"]}\n',
        '{"text": "Ada", "spans": [[0, 3, "X"]], "predicted": [[0, 3, "X"]]}\n',
    ],
)
def test_many_blank_lines(run, blank, line):
    count = 1_500_000 // len(blank)
    write("f", line + blank * count + line + blank * (count + 7) + line + blank * count)
    found = json.loads(run("score", "f", "-f", "json", "-q").out)
    assert found["micro"]["correct"] == 3
    # What is wrong behind them is on the line that it is on.
    write("f", line + blank * count + line + "wrong\n")
    assert f"f:{count + 3}: " in run("score", "f").err


def test_leading_blank_lines(run):
    write("f", "\n" * 1_500_000 + "w B-X B-X\nw I-X\n")
    assert "f:1500002: 2 fields" in run("score", "f").err


READ = {
    "whole sentences": lambda reader, tags: reader.passages(tags),
    "parts of sentences": lambda reader, tags: reader.passages(tags, outside=False),
    "lines": raw_lines,
}


@pytest.mark.parametrize("before", ["", "u O\n", "u B-X\n"])
@pytest.mark.parametrize("read", READ.values(), ids=READ)
def test_blank_lines_are_not_kept(tmp_path, before, read):
    path, blank = tmp_path / "f", "\n" * 3_000_000
    path.write_text(before + blank + "w B-X\nv I-X\n" + blank)
    reader, tags = TagFile(ColumnFile(Source(str(path)), block_size=1 << 14)), TagSet({})
    tracemalloc.start()
    tokens = sum(piece.size for piece in read(reader, tags))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert tokens == 2 + bool(before)
    # The table that looks tags up takes 8 MiB.
    assert peak < 10_000_000


def test_blank_lines_are_written_again(run):
    blank = "\n" * 600_000
    text = "u O\n" + blank + "w B-X\nv I-X\n" + blank
    write("f", blank + text)
    assert run("repair", "f", "-o", "repaired").code == 0
    assert Path("repaired").read_text() == blank + text
    assert run("convert", "f", "--to", "IOBES", "-o", "converted").code == 0
    assert Path("converted").read_text() == blank + text.replace("I-X", "E-X")


@pytest.mark.parametrize("blank", ["\n", "\r\n", " \t\n"])
def test_files_are_cut_behind_the_first_of_many_blank_lines(tmp_path, blank):
    path = tmp_path / "f"
    many = blank * 1_000_000
    for first in "", "a O\n":
        path.write_text(first + many + "b O\n" + many + "c O\n" + blank, newline="")
        at = len(first + many + "b O\n" + blank)
        wanted = [len(first + blank)] * bool(first) + [at, path.stat().st_size]
        found = [*sentence_ends(Source(str(path)))]
        assert np.concatenate(found).tolist() == wanted


def test_blanks_behind_a_record_are_not_kept(run):
    write("f", '{"text": "Ada", "spans": [[0, 3, "X"]]}' + " " * 9_000_000)
    assert run("validate", "f", "--max-size", "1M").code == 0
