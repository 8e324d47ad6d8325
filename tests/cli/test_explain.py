"""``spanf1 explain``: one sentence of a file, or tags of the command line, in every format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.helpers.commands import write

TYPED = ("--gold-tags", "B-PER I-PER O B-LOC", "--pred-tags", "B-PER O O I-LOC")


@pytest.fixture(autouse=True)
def _files(run, monkeypatch):  # noqa: ARG001 - in its folder
    monkeypatch.delenv("COLUMNS", raising=False)
    write("f", "a B-X B-X\n\nAda B-PER B-PER\nByron I-PER O\nin O O\nRome B-LOC I-LOC\n")


def test_what_is_told(run):
    ran = run("explain", *TYPED, "--tokens", "Ada Byron in Rome", "--scheme", "IOB2")
    assert (ran.code, ran.err) == (0, "")
    words = " ".join(ran.out.split())
    assert "gold PER 'Ada Byron' (tokens 0 to 1): boundary (short), with predicted PER" in words
    assert "in part by partial (0.50), muc (0.50), jaccard (0.50)" in words
    assert "wrong by exact, boundary, right FairEval a boundary error, predicted too small" in words
    assert "gold LOC 'Rome' (token 3): missed" in words.split("strict: ")[1]


@pytest.mark.parametrize("args", [["f:3"], ["f:6"], ["f", "--sentence", "2"]])
def test_a_sentence_of_a_file_is_as_its_tags(run, args):
    typed = json.loads(run("explain", *TYPED, "--tokens", "Ada Byron in Rome", "-f", "json").out)
    found = json.loads(run("explain", *args, "-f", "json").out)
    assert (found["file"], found["line"], found["sentence"]) == (
        "f",
        3 if args != ["f:6"] else 6,
        2,
    )
    for fates in typed["readings"].values(), found["readings"].values():
        for fate in (one for some in fates for one in some):
            # What stands around a span is as much in both.
            assert fate["span"]["text"]
    assert found["readings"] == typed["readings"]


def test_formats(run):
    rows = [*csv.DictReader(io.StringIO(run("explain", "f:3", "-f", "csv").out))]
    wanted = {"reading": "lenient", "side": "gold", "text": "Ada Byron", "match": "partial"}
    (row,) = [one for one in rows if wanted.items() <= one.items()]
    assert (row["kind"], row["credit"]) == ("boundary", "0.5")
    assert "Ada Byron" in run("explain", "f:3", "-f", "markdown").out


def test_readings_that_say_the_same_are_told_once(run):
    out = run("explain", "f:1").out
    assert out.startswith("lenient, strict and error: the same spans\n")
    assert out.count("gold X") == 2


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "one sentence is explained"),
        (["f"], "f: there is no line, and no sentence"),
        (["f:0"], "there is no line"),
        (["f:4"], "no span begins at line 4"),
        (["f", "--sentence", "3"], "sentence 3 has no span"),
        (["--gold-tags", "O"], "tags are to be given of both sides"),
        (["f:3", "--tokens", "a"], "tags are to be given of both sides"),
        ([*TYPED, "--gold-column", "2"], "--gold-column does not go with --gold-tags"),
        (["d:2"], "no span begins at line 2"),
    ],
)
def test_wrong_usage(run, args, message):
    spans = [{"start": 0, "end": 1, "label": "A"}]
    write("d", json.dumps({"text": "ab", "gold": spans, "pred": spans}) + "\n")
    ran = run("explain", *args)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_no_span_counts(run):
    write("ill", "a I-A O\n")
    out = run("explain", "ill:1", "--scheme", "IOB2").out
    assert out.endswith(
        "strict: ill-formed spans are dropped, as in seqeval's strict mode\n"
        "spans       none counts\n\n"
        "error: input with ill-formed spans is refused\n"
        "ill-formed  gold A 'a' (token 0): O → I in IOB2\n\n"
        "conlleval: counted as the conlleval script does, which knows no S, L, U, M or W\n"
        "A           1 in gold, 0 predicted, 0 correct\n"
    )
    # Each span has its table, and so has each of the other two readings.
    assert run("explain", "f:3", "-f", "markdown").out.count("| :---") == 7 + 2


def test_the_hint_lists_the_lines(run):
    hint = run("explain", "f:4").err.splitlines()[1]
    assert hint == "hint: spanf1 errors FILE --kind all lists spans with their lines"
    rows = run("errors", "f", "--kind", "all", "-f", "jsonl").out.splitlines()
    for line in {json.loads(row)["line"] for row in rows}:
        assert run("explain", f"f:{line}").code == 0


@pytest.mark.parametrize(
    ("tags", "mended"),
    [
        (("PER PER O", "PER O O"), ("--tag-form", "PER")),
        (("B-PER I-PER O", "B-PER"), ("--missing", "outside")),
        (("B-PER I-PER O", "B-PER"), ("--missing", "drop")),
        (("B-PER 0", "B-PER O"), ("--outside", "0")),
        (("B-PER X", "B-PER O"), ("--mask", "X")),
    ],
)
def test_hints_about_typed_tags_work(run, tags, mended):
    typed = ("explain", "--gold-tags", tags[0], "--pred-tags", tags[1])
    ran = run(*typed)
    assert (ran.code, mended[0] in ran.err) == (3, True)
    ran = run(*typed, *mended)
    assert (ran.code, ran.err) == (0, "")
    assert "gold PER" in ran.out


def test_a_line_and_a_sentence(run):
    ran = run("explain", "f:3", "--sentence", "2")
    said = "error: f:3: a line and a sentence are given\nhint: leave --sentence out\n"
    assert (ran.code, ran.err) == (2, said)


def test_typed_tags_without_a_span(run):
    ran = run("explain", "--gold-tags", "O O O", "--pred-tags", "O O O")
    assert (ran.code, "error: there is no span in these tags\n" in ran.err) == (2, True)
    assert run("explain", "--gold-tags", "B-PER I-PER O", "--pred-tags", "O O O").code == 0


def test_records_and_texts(run):
    """A line of JSON Lines is a record; the texts of a folder have numbers."""
    text = {"text": "Ada Byron met", "gold": [[0, 9, "PER"]], "pred": [[0, 3, "PER"]]}
    tags = {"tokens": ["Ada", "Byron"], "gold": ["B-PER", "I-PER"], "pred": ["B-PER", "O"]}
    for record, unit, place in (
        (text, "character", "characters 0 to 8"),
        (tags, "token", "tokens 0 to 1"),
    ):
        other = {"gold": record["pred"], "pred": record["gold"]}
        write("f.jsonl", "".join(f"{json.dumps(one)}\n" for one in (record | other, record)))
        for args in ["f.jsonl:2"], ["f.jsonl", "--sentence", "2"]:
            ran = run("explain", *args)
            assert (ran.code, ran.err) == (0, "")
            assert f"gold PER 'Ada Byron' ({place}): boundary (short)" in ran.out
            assert ("conlleval" in ran.out) == (unit == "token")
            assert f", {unit}" in ran.out
            data = json.loads(run("explain", *args, "-f", "json").out)
            assert (data["line"], data["unit"]) == (2, unit)
    for side, end in ("gold", 9), ("pred", 3):
        Path(side).mkdir()
        write(f"{side}/a.txt", text["text"])
        write(f"{side}/a.ann", f"T1\tPER 0 {end}\t{text['text'][:end]}\n")
    assert "gold PER 'Ada Byron'" in run("explain", "gold", "pred", "--sentence", "1").out
