"""Files that change while they are read, and reports that break off."""

from __future__ import annotations

import json
import os

import pytest

import spanf1
from spanf1.exceptions import ReadError
from spanf1.formats import source as sources
from tests.helpers.commands import write

TEXT = "w B-X\nw I-Y\n\n" * 20
CHANGES = {
    "longer": lambda: write("f", TEXT + "w O\n"),
    "shorter": lambda: os.truncate("f", 60),
    "touched": lambda: os.utime("f", ns=(1, 1)),
    "another": lambda: (write("g", TEXT), os.replace("g", "f")),
}


@pytest.fixture
def changing(monkeypatch):
    """Let a file be changed when it was read to its end so many times."""

    def change(name, times):
        close, left = sources.Stream.close, [times]

        def closed(stream):
            close(stream)
            whole = stream._source.path == "f" and stream._count >= len(TEXT)
            left[0] -= whole
            if whole and not left[0]:
                CHANGES[name]()

        monkeypatch.setattr(sources.Stream, "close", closed)

    return change


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize(
    "args",
    [
        ["validate"],
        ["repair", "--scheme", "IOB2", "-o", "out"],
        ["repair", "--scheme", "IOB2", "-i"],
        ["convert", "--to", "IOBES", "-o", "out"],
        ["convert", "--to-format", "jsonl", "-o", "out"],
        ["score", "f", "--match", "surface", "-o", "out"],
        ["baseline", "--train", "train", "--predictions", "out"],
    ],
    ids=" ".join,
)
def test_a_file_that_changes_between_two_looks(run, changing, monkeypatch, args, name):
    from spanf1.checks import tags

    # Small files are read once, otherwise.
    monkeypatch.setattr(tags, "_MOST_KEPT", 0)
    write("f", TEXT)
    write("train", TEXT)
    os.utime("f", ns=(0, 0))
    changing(name, 1)
    done = run(*args, "f")
    assert done.err.splitlines()[-2:] == [
        "error: f: it was changed while it was read",
        "hint: wait until it is written, and try again",
    ], done
    assert done.code == 3
    assert not os.path.exists("out")


def test_a_file_that_does_not_change(run, changing):
    write("f", TEXT)
    changing("longer", 99)
    assert run("repair", "f", "-i", "-q", "--scheme", "IOB2").code == 0
    assert run("repair", "f", "f", "-i", "-q", "--scheme", "IOB2").code == 0


def test_documents_of_a_file_that_changes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("f", TEXT)
    documents = spanf1.read_documents("f")
    CHANGES["longer"]()
    with pytest.raises(ReadError, match=r"^f: it was changed while it was read"):
        next(documents)


WRONG = '{"text": "Ada met", "spans": [[0, 4, "X"]]}\n{"text": "Ada", "spans": [[0, 9, "X"]]}\n'


def test_json_of_an_input_that_is_wrong_late(run):
    write("f", WRONG)
    done = run("validate", "f", "-f", "json")
    (found,) = json.loads(done.out)
    assert (done.code, len(found["violations"])) == (3, 1)
    assert found["broken_off"] == done.err.splitlines()[0].removeprefix("error: ")
    write("g", "w B-X\n")
    first, broken = json.loads(run("validate", "g", "f", "-f", "json").out)
    assert (first["total"], "broken_off" in first, "broken_off" in broken) == (0, False, True)
    first, broken = json.loads(run("validate", "g", "none.conll", "-f", "json").out) or (0, 0)
    assert broken == {"broken_off": "none.conll: no such file"}


def test_json_of_an_input_that_is_wrong_at_once(run):
    write("f", "w X-X\n")
    assert run("validate", "f", "-f", "json").out == ""


def test_json_that_is_interrupted(run, monkeypatch):
    from spanf1.checks.validate import SpanValidation

    def violations(*_):
        raise KeyboardInterrupt
        yield

    write("f", WRONG)
    monkeypatch.setattr(SpanValidation, "violations", violations)
    done = run("validate", "f", "-f", "json")
    assert (done.code, json.loads(done.out)[0]["broken_off"]) == (130, "interrupted")
