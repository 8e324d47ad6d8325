"""``--by`` of ``errors``, ``score`` and ``diff``: what is shown in which format, and refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import spanf1
from tests.helpers.commands import pipe, write

FILE = """\
# source = web
Ada B-PER B-PER
Smith I-PER I-PER
met O O
Bob B-PER O

# source = news
Leeds B-LOC B-LOC

Rome B-LOC B-PER
"""
TABLE = """\
length    Gold  Pred.  Corr.       P       R      F1  vs rest
1            3      2      1   50.00   33.33   40.00   -60.00
2            1      1      1  100.00  100.00  100.00   +60.00

all          4      3      2   66.67   50.00   57.14
"""
TEXTS = [
    {"id": "a", "text": "Ada met Bob", "src": "web", "g": [[0, 3, "P"]], "p": [[0, 3, "P"]]},
    {"id": "b", "text": "Bob", "src": "web", "g": [[0, 3, "P"]], "p": []},
    {"id": "c", "text": "nobody", "g": [], "p": [[0, 6, "P"]]},
]


@pytest.fixture(autouse=True)
def _files(run, monkeypatch):  # noqa: ARG001 - in its folder
    monkeypatch.delenv("COLUMNS", raising=False)
    write("f", FILE)
    write("train", "Ada B-PER\nSmith I-PER\nx O\nRome B-LOC\n")
    write("t.jsonl", "".join(json.dumps(record) + "\n" for record in TEXTS))


def rows_of(out):
    return [*csv.reader(io.StringIO(out))]


def test_score_shows_slices_below_the_scores(run):
    plain, ran = run("score", "f"), run("score", "f", "--by", "length")
    title = "Slices by length\nHow long the span is, in tokens."
    assert ran.out.startswith(f"{plain.out}\n{title}")
    assert TABLE in ran.out
    assert (
        run("score", "f", "--by", "length", "-q").out == run("score", "f", "-q").out + "\n" + TABLE
    )


def test_errors_has_intervals_by_itself(run):
    out = run("errors", "f", "--by", "length").out
    assert "1000 resamples of 3 sentences" in out
    assert "3 sentences are too few" in out
    assert "10 resamples" in run("errors", "f", "--by", "length", "--resamples", "10").out


def test_json_and_csv_of_errors(run):
    args = "errors", "f", "--by", "length", "--by", "source", "-q"
    (data,) = (json.loads(run(*args, "-f", "json").out)["slices"][:1],)
    assert [one["slice"] for one in data[0]["slices"]] == ["1", "2"]
    assert data[0]["slices"][0]["difference"] == pytest.approx(-0.6)
    assert data[0]["confidence"]["correction"] == "holm"
    header, *rows = rows_of(run(*args, "-f", "csv").out)
    assert [row[:2] for row in rows] == [
        *(["length", "1"], ["length", "2"]),
        *(["source", "news"], ["source", "web"], ["source", "(none)"]),
    ]
    assert {len(row) for row in rows} == {len(header)}
    assert header[-1] == "p_adjusted"
    markdown = run(*args, "-f", "markdown").out
    assert "| 2 | 1 | 1 | 1 | 100.00 | 100.00 |" in markdown


def test_json_and_csv_of_score(run):
    data = json.loads(run("score", "f", "--by", "length", "-f", "json").out)
    assert data["micro"]["correct"] == 2
    assert [one["slice"] for one in data["slices"][0]["slices"]] == ["1", "2"]
    assert "confidence" not in data["slices"][0]
    header, *rows = rows_of(run("score", "f", "--by", "length", "-f", "csv", "-q").out)
    assert header[:2] == ["row", "name"]
    assert rows[-1] == ["by length", "2", "1.0", "1.0", "1.0", "1", "1", "1"]
    write("r.json", json.dumps(data))
    assert run("rescore", "r.json").code == 0
    assert "\\begin{tabular}{lrrrrrrr}" in run("score", "f", "--by", "length", "-f", "latex").out


def test_intervals_of_score_are_as_they_are_asked_for(run):
    args = "score", "f", "--by", "length", "--confidence", "0.9", "--resamples", "50", "-f", "json"
    ((one,),) = (json.loads(run(*args).out)["slices"],)
    assert (one["confidence"]["level"], one["confidence"]["unit"]) == (0.9, "sentence")
    # The slice of spans of two tokens is in one sentence.
    assert [row["p_value"] is None for row in one["slices"]] == [True, True]
    assert one["slices"][1]["intervals"]["f1"] is None


def test_standard_input_and_types():
    ran = pipe(FILE.encode(), "score", "-", "--by", "length", "--types", "LOC", "-q")
    assert "\n1            2      1      1  100.00  50.00" in ran.out


def test_training_data(run):
    out = run("score", "f", "--by", "seen", "--train", "train", "-q").out
    assert "this type       2      1      1" in out
    assert "other types     0      1      0" in out
    assert "unseen          2      1      1" in out


def test_metadata_of_records_and_documents(run):
    keys = "--gold-key", "g", "--pred-key", "p"
    out = run("score", "t.jsonl", *keys, "--by", "src", "--by", "document", "-q").out
    assert "web          2      1      1" in out
    assert "(none)       0      1      0" in out
    assert "\na            1      1      1" in out


def test_folders_are_one(run):
    for folder in "gp":
        Path(folder).mkdir()
        for name in "ab":
            write(f"{folder}/{name}", FILE)
    out = run("score", "g", "p", "--by", "length", "--by", "file", "-q").out
    assert "\n1            4      4      4" in out
    assert "\ng/b          3      3      3" in out


def test_nested_levels(run):
    write("n", "A B-X B-Y B-X O\nB I-X O I-X O\n")
    args = "--gold-column", "2,3", "--pred-column", "4,5"
    out = run("score", "n", *args, "--by", "length", "--by", "density", "-q").out
    assert "\n1            1      0      0" in out
    assert "\n2            1      1      1" in out
    assert "\n41+          2      1      1" in out


def test_diff_counts_changes_by_slice(run):
    write("g", "Ada B-P\nB I-P\n\nCy B-P\n\nx O\n")
    write("a", "Ada B-P\nB O\n\nCy B-P\n\nx B-P\n")
    write("b", "Ada B-P\nB I-P\n\nCy O\n\nx O\n")
    ran = run("diff", "g", "a", "b", "--by", "length", "--by", "case")
    assert (
        """
Spans that changed, by length
          mended  broken  right  wrong  gone  new  spurious
1              0       1      0      0     1    0         0
2              1       0      0      0     0    0         0
"""
        in ran.out
    )
    assert "\nlower          0       0      0      0     1    0         0\n" in ran.out
    brief = run("diff", "g", "a", "b", "--by", "length", "--by", "case", "-q").out
    assert brief.startswith("Spans that changed, by length\n")
    # Other tables stand before those of slices, and spans behind them.
    assert ran.out.endswith(brief)
    data = json.loads(run("diff", "g", "a", "b", "--by", "length", "-f", "json").out)
    assert data["slices"]["length"]["2"]["mended"] == 1
    assert "slices" not in json.loads(run("diff", "g", "a", "b", "-f", "json").out)
    changes = spanf1.diff("g", ["a", "b"])
    assert changes.slices("length", bins=[1]) == {"1+": changes.counts}


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (["score", "f", "--by", "seen"], "--train goes with --by seen", ""),
        (["errors", "f", "--by", "seen"], "--train goes with --by seen", ""),
        (["score", "f", "--train", "train"], "--train goes with --by seen", ""),
        (["score", "f", "--by", "lenght"], "has anything at 'lenght'", "properties are length,"),
        (["score", "f", "--by", "length", "-f", "number"], "number has no place", "--format table"),
        (["score", "f", "--by", "length", "--signature"], "signature has no place", "--format"),
        (["score", "f", "--by", "length", "--level", "token"], "the level is token", "leave"),
        (["score", "f", "--by", "length", "--match", "partial"], "match is partial", "leave"),
        (["score", "f", "--by", "length", "--reading", "conlleval"], "steps", "--reading lenient"),
        (["score", "f", "--bins", "1"], "--bins goes with one --by", "--by length --bins 1,2,5"),
        (["score", "f", "--by", "length", "--bins", "a"], "no list of whole numbers", "--bins 1,2"),
        (["score", "f", "--by", "length", "--bins", "3,2"], "bins are 3, 2", "1,2,5 is for"),
        (["errors", "f", "--by", "case", "--bins", "1"], "have no bins", "length, sentence-length"),
        (["errors", "f", "--by", "case", "--confusion"], "are two reports", ""),
        (["errors", "f", "--by", "case", "--limit", "3"], "--limit is about what is listed", ""),
        (["errors", "f", "--by", "case", "-f", "jsonl"], "jsonl does not go", "--format json"),
        (["errors", "f", "--confidence", "0.9"], "--confidence is about slices", "--by length"),
        (["errors", "f", "--by", "length", "--unit", "document"], "marks no documents", ""),
        (["diff", "f", "f", "f", "--by", "case", "-f", "csv"], "csv has spans", "--format json"),
        (["score", "-", "--by", "seen", "--train", "-"], "read only once", ""),
    ],
)
def test_wrong_usage(run, args, message, hint):
    ran = run(*args)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert hint in ran.err


@pytest.mark.parametrize("form", ["table", "markdown", "html", "latex"])
def test_tables_name_their_slices_without_titles(run, form):
    out = run("score", "f", "--by", "length", "--by", "sentence-length", "-q", "-f", form).out
    assert "Slices by" not in out
    assert out.index("length") < out.index("sentence-length")


def test_a_long_name_of_slices_does_not_shift_the_header(run):
    out = run("score", "f", "--by", "sentence-length", "-q").out
    assert "sentence-length  Gold  Pred.  Corr." in out
    assert "\n1-10                4      3      2" in out


def test_narrow_tables_have_no_empty_lines_for_intervals(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    out = run("errors", "f", "--by", "length", "-q").out
    assert "\n1            3      2      1   50.00\n2   " in out


def test_rescore_says_that_slices_are_left_out(run):
    run("score", "f", "--by", "length", "-o", "r.json")
    ran = run("rescore", "r.json")
    assert "Slices" not in ran.out
    assert "note: slices need the spans, and are left out: `spanf1 score --by`" in ran.err


def test_rescore_warns_as_score_does(run):
    write("iobes", "a B-X B-X\nb E-X E-X\n")
    run("score", "iobes", "-o", "r.json")
    strict = "--reading", "strict", "--scheme", "IOB1", "-q"
    signature = run("score", "iobes", *strict, "--signature").out.strip()
    scored = run("score", "iobes", *strict)
    assert "warning: all 1 gold spans are ill-formed in IOB1, and are dropped\n" in scored.err
    assert run("rescore", "r.json", "--like", signature, "-q")[1:] == scored[1:]


@pytest.mark.parametrize("option", ["--seen", "--unseen"])
def test_what_is_seen_is_by_training_data(run, option):
    ran = run("errors", "f", option)
    assert ran.err == "error: what is seen is not given\nhint: --train FILE has training data\n"
    assert run("errors", "f", option, "--train", "train").code == 0
