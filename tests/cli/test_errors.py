"""``spanf1 errors``: what is listed, in which formats and widths; confusions, what errors cost."""

from __future__ import annotations

import csv
import io
import json

import pytest

import spanf1
from spanf1.render.renderers import width_of
from tests.helpers.commands import pipe, write

FILE = """\
Ada B-PER B-PER
Smith I-PER O
of O O
Leeds B-LOC B-ORG
United O I-ORG

met O O
Ada B-PER B-LOC
in O O
Rome B-LOC O

Ada B-PER B-LOC
"""
LISTED = """\
f:1  boundary (short)
  gold PER  [Ada Smith] of Leeds United
  pred PER  [Ada] Smith of Leeds United

f:4  type and boundary (long)
  gold LOC  Ada Smith of [Leeds] United
  pred ORG  Ada Smith of [Leeds United]

f:8  type
  gold PER  met [Ada] in Rome
  pred LOC  met [Ada] in Rome

f:10  missed
  gold LOC  met Ada in [Rome]

f:12  type
  gold PER  [Ada]
  pred LOC  [Ada]
"""
WIDE = "昔々" * 30


@pytest.fixture(autouse=True)
def _files(run, monkeypatch):  # noqa: ARG001 - in its folder
    monkeypatch.delenv("COLUMNS", raising=False)
    write("f", FILE)


def test_what_is_listed(run):
    ran = run("errors", "f", "-q")
    assert (ran.code, ran.out, ran.err) == (0, LISTED, "")


def test_counts_come_first(run):
    ran = run("errors", "f")
    assert ran.out.startswith("F1 0.00: 0 correct of 5 in gold and 4 predicted; 5 errors\n\n")
    assert "\nerrors             count     %\ntype                   2  40.0\n" in ran.out
    assert "\nboundaries  long 1, short 1\n" in ran.out
    assert ran.out.endswith("\n\n" + LISTED)
    assert "\nreading     lenient: ill-formed spans are kept" in ran.out
    assert ran.err == ""


@pytest.mark.parametrize("args", [["-f", "jsonl"], ["--confusion"], ["--what-if", "-f", "csv"]])
def test_how_they_were_counted_is_said_beside_the_data(run, args):
    ran = run("errors", "f", *args)
    assert "note: reading: lenient" in ran.err
    assert "note: " not in ran.out


@pytest.mark.parametrize(
    ("args", "places"),
    [
        (["--kind", "type"], ["f:8", "f:12"]),
        (["--kind", "type-and-boundary,missed"], ["f:4", "f:10"]),
        (["--kind", "type and boundary", "--kind", "short"], ["f:1", "f:4"]),
        (["--type", "LOC"], ["f:4", "f:8", "f:10", "f:12"]),
        (["--type", "LOC", "--kind", "missed"], ["f:10"]),
        (["--pair", "LOC,ORG"], ["f:4"]),
        (["--text", "UNITED"], ["f:4"]),
        (["--limit", "1"], ["f:1"]),
        (["--ignore", "PER"], ["f:4", "f:8", "f:10", "f:12"]),
        (["--map", "ORG=LOC", "--kind", "boundary"], ["f:1", "f:4"]),
        (["--untyped", "--kind", "correct"], ["f:8", "f:12"]),
        (["--kind", "all", "--limit", "0"], []),
    ],
)
def test_what_is_chosen(run, args, places):
    ran = run("errors", "f", *args, "--format", "jsonl", "-q")
    assert (ran.code, ran.err) == (0, "")
    rows = [json.loads(line) for line in ran.out.splitlines()]
    assert [f"{row['file']}:{row['line']}" for row in rows] == places


def test_the_same_mistake_comes_once(run):
    ran = run("errors", "f", "--sort", "frequency", "--limit", "1", "-q")
    assert ran.out.startswith("f:8  type, 2 times, first here\n  gold PER  met [Ada] in Rome\n")
    assert ran.out.endswith("\n3 more of 4; --limit 4 shows all of them\n")


def test_the_rest_is_shown_as_the_hint_says(run):
    write("many", "a B-A O\n\n" * 30)
    ran = run("errors", "many", "-q")
    assert ran.out.count("missed") == 20
    assert ran.out.endswith("10 more of 30; --limit 30 shows all of them\n")
    assert run("errors", "many", "-q", "--limit", "30").out.count("missed") == 30
    assert run("errors", "many", "-q", "--format", "csv").out.count("missed") == 30


def test_formats_have_the_same(run):
    rows = [json.loads(line) for line in run("errors", "f", "--format", "jsonl").out.splitlines()]
    assert rows[0] == {
        "kind": "boundary",
        "how": "short",
        "gold": {
            "type": "PER",
            "text": "Ada Smith",
            "start": 0,
            "end": 2,
            "before": "",
            "after": " of Leeds United",
        },
        "predicted": {
            "type": "PER",
            "text": "Ada",
            "start": 0,
            "end": 1,
            "before": "",
            "after": " Smith of Leeds United",
        },
        "file": "f",
        "line": 1,
        "sentence": 1,
        "document": None,
        "unit": "token",
        "times": 1,
    }
    cells = [*csv.DictReader(io.StringIO(run("errors", "f", "--format", "csv").out))]
    assert [cell["gold_text"] for cell in cells] == [row["gold"]["text"] for row in rows]
    assert [cell["predicted_type"] for cell in cells] == ["PER", "ORG", "LOC", "", "LOC"]
    lines = run("errors", "f", "--format", "markdown").out.splitlines()
    assert lines[3] == (
        "| f:4 | type and boundary (long) | 1 | LOC: Leeds | ORG: Leeds United "
        "| Ada Smith of Leeds United |"
    )
    entries = [entry.to_dict() for entry in spanf1.analyze("f").entries()]
    assert rows == entries


def test_the_name_of_the_output_says_the_format(run):
    ran = run("errors", "f", "-o", "errors.jsonl")
    assert (ran.code, ran.out) == (0, "")
    with open("errors.jsonl", encoding="utf-8") as file:
        assert len([json.loads(line) for line in file]) == 5
    assert run("errors", "f", "-o", "f").code == 2


@pytest.mark.parametrize("width", [40, 80])
def test_lines_fit(run, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    words = [WIDE, "a" * 200, "Ada"]
    row = "".join(f"{word} B-{'X' * 50} O\n" for word in words)
    write("a-file-of-a-rather-long-name", "word O O\n" * 30 + row + "word O O\n" * 30)
    ran = run("errors", "a-file-of-a-rather-long-name", "-q")
    assert max(map(width_of, ran.out.splitlines())) <= width
    assert "[Ada]" in ran.out
    assert "-long-name:33" in ran.out
    ran = run("errors", "f", "-q")
    assert max(map(width_of, ran.out.splitlines())) <= width


def test_spans_are_underlined_in_colour(run):
    ran = run("errors", "f", "-q", "--color", "always", "--limit", "1")
    assert "\033[1;4m\033[33mAda Smith\033[0m of Leeds United" in ran.out
    assert "[Ada" not in ran.out


def test_nothing_moves_the_cursor(run):
    write("\033[2Jf", "\033[2J B-A O\n\u202e O O\n")
    for name in ("text", "jsonl", "csv", "markdown"):
        ran = run("errors", "\033[2Jf", "--format", name)
        assert ran.code == 0
        assert "\033" not in ran.out + ran.err
        assert "\u202e" not in ran.out


def test_confusions(run):
    ran = run("errors", "f", "--confusion", "-q")
    assert [line.split() for line in ran.out.splitlines()] == [
        ["gold", "LOC", "ORG", "PER", "missed", "all"],
        ["LOC", "0+0", "0+1", "0+0", "1", "2"],
        ["ORG", "0+0", "0+0", "0+0", "0", "0"],
        ["PER", "2+0", "0+0", "0+1", "0", "3"],
        ["spurious", "0", "0", "0"],
        [],
        ["predicted", "2", "1", "1", "1"],
    ]
    data = json.loads(run("errors", "f", "--confusion", "--format", "json").out)
    confusion = spanf1.analyze("f").confusion()
    assert data == {
        "labels": confusion.labels,
        "same_span": confusion.same.tolist(),
        "boundary_differs": confusion.apart.tolist(),
    }
    rows = [*csv.DictReader(io.StringIO(run("errors", "f", "--confusion", "-f", "csv").out))]
    assert {"gold": "PER", "predicted": "LOC", "same_span": "2", "boundary_differs": "0"} in rows
    assert len(rows) == 15


def test_what_errors_cost(run):
    out = run("errors", "f", "--what-if").out
    assert "types of equal spans                44.44  +44.44     5          4        2" in out
    data = json.loads(run("errors", "f", "--what-if", "--format", "json").out)
    assert data == [one._asdict() for one in spanf1.analyze("f").what_if()]
    assert run("errors", "f", "--what-if", "-o", "x.csv").code == 0


def test_readings_are_those_of_the_score(run):
    write("ill", "a I-A I-A\nb O O\nc B-A I-A\n")
    args = ("ill", "--scheme", "IOB2", "--kind", "all", "--format", "jsonl")
    kinds = [json.loads(line)["kind"] for line in run("errors", *args).out.splitlines()]
    assert kinds == ["correct", "correct"]
    ran = run("errors", *args, "--reading", "strict")
    assert [json.loads(line)["kind"] for line in ran.out.splitlines()] == ["missed"]
    ran = run("errors", *args, "--reading", "error")
    assert (ran.code, ran.out) == (3, "")
    assert run("errors", *args, "--reading", "conlleval").code == 2


def test_what_is_seen_in_training_data(run):
    write("train", "Ada B-PER\n\nLeeds B-LOC\n")
    write("more.jsonl", '{"tokens": ["Rome"], "tags": ["B-LOC"]}\n')

    def lines(*args):
        ran = run("errors", "f", *args, "--format", "jsonl", "-q")
        assert (ran.code, ran.err) == (0, "")
        return [json.loads(line)["line"] for line in ran.out.splitlines()]

    assert lines("--train", "train", "--seen") == [4, 8, 12]
    assert lines("--train", "train", "--unseen") == [1, 10]
    assert lines("--train", "train", "--train", "more.jsonl", "--unseen") == [1]
    for args in (["--seen"], ["--train", "train"], ["--train", "train", "--confusion", "--seen"]):
        assert run("errors", "f", *args).code == 2
    assert run("errors", "f", "--train", "no-such-file", "--seen").code == 3


def test_nothing_is_printed_if_what_is_asked_for_is_not_known(run):
    write("tags", '{"tags": ["B-A"], "pred": ["O"]}\n')
    ran = run("errors", "tags", "--text", "a")
    assert (ran.code, ran.out) == (2, "")
    assert "(--token-key)" in ran.err
    assert run("errors", "tags", "-q").out == "tags:1  missed\n  gold A  token 0\n"


def test_a_pipe_is_read_again():
    ran = pipe(FILE.encode(), "errors", "-q")
    assert (ran.code, ran.out) == (0, LISTED.replace("f:", "<stdin>:"))


def test_nothing_to_tell(run):
    write("empty", "")
    ran = run("errors", "empty", "-q")
    assert (ran.code, ran.out) == (0, "no such spans\n")
    assert run("errors", "empty").err.startswith("warning: there are no tokens in the input")
    assert (
        run("errors", "f", "--type", "PERSON").err == "warning: there is no span of type 'PERSON'\n"
    )


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (["--kind", "wrong"], "unknown kind 'wrong'", "one of correct, type,"),
        (["--pair", "LOC"], "--pair is to be two types", "--pair ORG,LOC"),
        (["--confusion", "--what-if"], "two reports", ""),
        (["--confusion", "--kind", "type"], "--kind is about what is listed", ""),
        (["--what-if", "--type", "A"], "--type is about what is listed", ""),
        (["--what-if", "--sort", "frequency"], "--sort is about what is listed", ""),
        (["--format", "json"], "--format json", "--format jsonl"),
        (["--what-if", "--format", "jsonl"], "--format jsonl", "--format json"),
        (["g", "h"], "3 files are given", ""),
    ],
)
def test_wrong_usage(run, args, message, hint):
    ran = run("errors", "f", *args)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    assert message in ran.err
    assert hint in ran.err


def test_files_of_a_folder_are_added_up(run, tmp_path):
    (tmp_path / "folder").mkdir()
    write("folder/one", FILE)
    write("folder/two", "x B-NEW O\ny B-PER B-LOC\n")
    ran = run("errors", "folder", "--kind", "missed", "-q")
    assert ran.out == (
        "folder/one:10  missed\n  gold LOC  met Ada in [Rome]\n\n"
        "folder/two:1  missed\n  gold NEW  [x] y\n"
    )
    assert run("errors", "folder").out.startswith("F1 0.00: 0 correct of 7 in gold and 5 predicted")
    table = run("errors", "folder", "--confusion", "-q").out
    assert [line.split() for line in table.splitlines()[:5]] == [
        ["gold", "LOC", "NEW", "ORG", "PER", "missed", "all"],
        ["LOC", "0+0", "0+0", "0+1", "0+0", "1", "2"],
        ["NEW", "0+0", "0+0", "0+0", "0+0", "1", "1"],
        ["ORG", "0+0", "0+0", "0+0", "0+0", "0", "0"],
        ["PER", "3+0", "0+0", "0+0", "0+1", "0", "4"],
    ]


def test_dropped_tokens(run):
    """Which tokens are left out is only known of tags: that is said, and the hint works."""
    write("g", "Ada B-PER\nmet O\nBob B-PER\n\nRome B-LOC\nfell O\n")
    write("p", "Ada O\nmet O\n\nRome B-ORG\nfell O\n")
    assert "gold PER  token 0" in run("errors", "g", "p", "--missing", "drop").out
    ran = run("errors", "g", "p", "--missing", "drop", "--text", "Rome")
    assert (ran.code, ran.out) == (2, "")
    assert "hint: missing outside (--missing outside) has the tokens" in ran.err
    ran = run("errors", "g", "p", "--missing", "outside", "--text", "Rome")
    assert "gold LOC  [Rome] fell" in ran.out


def test_seen_and_unseen(run):
    write("f", FILE)
    ran = run("errors", "f", "--train", "f", "--seen", "--unseen")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: no span is both seen and unseen\n")
