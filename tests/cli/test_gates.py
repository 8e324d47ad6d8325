"""Scores in CI: limits, scores of nothing, one number, formats by the name of a file."""

from __future__ import annotations

import json
import os

import pytest

import spanf1
from tests.helpers.commands import write

FILE = "a B-PER B-PER\nb B-PER O\nc B-LOC B-LOC\n"
NOTHING = "a O O\nb O O\n"


@pytest.fixture(autouse=True)
def _files(run):  # noqa: ARG001 - in its folder
    write("f", FILE)
    write("nothing", NOTHING)
    write("empty", "")


@pytest.mark.parametrize(
    ("limits", "failed"),
    [
        ("0.8", []),
        ("0.81", ["F1 of micro is 0.8, under 0.81"]),
        ("micro=0.8,PER=0.6", []),
        (" PER=0.7, macro=1", ["F1 of PER is 0.666667, under 0.7", "F1 of macro is 0.833333"]),
        ("LOC=1", []),
        ("ORG=0", ["there is nothing to score of ORG"]),
    ],
)
@pytest.mark.parametrize("quiet", [[], ["-q"]])
def test_limits(run, limits, failed, quiet):
    ran = run("score", "f", "--fail-under", limits, *quiet)
    assert ran.code == bool(failed)
    said = [line for line in ran.err.splitlines() if line.startswith("fail: ")]
    assert len(said) == len(failed)
    assert all(part in line for part, line in zip(failed, said, strict=True))
    # The report is there all the same.
    assert ran.out.startswith("  ")
    assert " 80.00 " in ran.out


def test_limits_may_be_given_one_by_one(run):
    ran = run("score", "f", "--fail-under", "PER=0.9", "--fail-under", "LOC=0.9", "-q")
    assert ran.err == "fail: F1 of PER is 0.666667, under 0.9\n"
    ran = run("score", "f", "--fail-under", "LOC=0.9", "--fail-under", "PER=0.9", "-q")
    assert ran.err == "fail: F1 of PER is 0.666667, under 0.9\n"


def test_a_figure_just_under_its_limit_is_told_from_it(run):
    ran = run("score", "f", "--fail-under", "PER=0.66666667", "-q")
    assert ran.err == "fail: F1 of PER is 0.6666666666666666, under 0.66666667\n"


def test_the_limit_is_that_of_the_average(run):
    assert run("score", "f", "--fail-under", "0.82").code == 1
    assert run("score", "f", "--fail-under", "0.82", "--average", "macro").code == 0


@pytest.mark.parametrize("limits", ["", "micro", "micro=", "92", "PER=-1", "micro=nan", "0.9,"])
def test_what_is_no_limit(run, limits):
    ran = run("score", "f", "--fail-under", limits)
    assert (ran.code, ran.out) == (2, "")
    assert "there is no number from 0 to 1" in ran.err
    assert "--fail-under micro=0.92,PER=0.9" in ran.err


@pytest.mark.parametrize(
    ("args", "warning"),
    [
        (["nothing"], "there is nothing in gold, and nothing is predicted"),
        (["empty"], "there are no tokens in the input"),
        (["f", "--types", "PERS"], "there is no span of type 'PERS'"),
        (["f", "--ignore", "PER,LOC"], "there is nothing in gold, and nothing is predicted"),
        (
            ["f", "--gold-scheme", "IOBES", "--reading", "strict"],
            "all 3 gold spans are ill-formed in IOBES, and are dropped",
        ),
    ],
)
@pytest.mark.parametrize("form", ["table", "json", "number"])
def test_a_score_of_nothing_is_no_success(run, args, warning, form):
    for more in ([], ["-q"]):
        ran = run("score", *args, "-f", form, *more)
        assert ran.code == 0
        assert f"warning: {warning}" in ran.err
    assert run("score", *args, "-f", form, "--fail-empty").code == 1
    assert run("score", *args, "-f", form, "--fail-under", "0").code == 1
    assert run("score", "f", "--fail-empty", "-q").err == ""


def test_one_number(run):
    result = spanf1.score_file("f")
    for average in ("micro", "macro", "weighted"):
        ran = run("score", "f", "-q", "-f", "number", "--average", average)
        assert float(ran.out) == getattr(result, average).f1
        line = run("score", "f", "--signature", "--average", average).out
        assert line == f"{result.signature(average)}\n"
    assert run("score", "f", "-q", "-f", "number", "--digits", "2", "--average", "macro").out == (
        "0.83\n"
    )
    assert run("score", "f", "-f", "number", "--confidence", "0.9").code == 2


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("out.json", "{"),
        ("out.csv", "row,name,precision"),
        ("out.tsv", "row\tname"),
        ("out.md", "| "),
        ("out.tex", "\\begin{tabular}"),
        ("out.txt", "     "),
        ("out", "     "),
    ],
)
def test_the_name_of_the_output_says_its_format(run, name, begin):
    assert run("score", "f", "-q", "-o", name).code == 0
    with open(name, encoding="utf-8") as file:
        assert file.read().startswith(begin)
    # What is given comes first.
    assert run("score", "f", "-f", "json", "-o", name).code == 0
    with open(name, encoding="utf-8") as file:
        assert json.load(file)["micro"]["f1"] == pytest.approx(0.8)


def test_other_commands_too(run):
    assert run("describe", "f", "-q", "-o", "out.json").code == 0
    with open("out.json", encoding="utf-8") as file:
        assert json.load(file)["total"]["tokens"] == 3
    for args, begin in (
        (["describe", "f"], "file\t"),
        (["errors", "f"], "kind\thow\t"),
        (["errors", "f", "--confusion"], "gold\tpredicted\t"),
        (["validate", "f", "--scheme", "IOB2"], "file\t"),
    ):
        assert run(*args, "-q", "-o", "out.tsv").code in (0, 1)
        with open("out.tsv", encoding="utf-8") as file:
            assert file.read().startswith(begin)


def test_no_text_in_a_file_whose_name_says_a_format_that_there_is_not(run):
    ran = run("detect", "f", "-o", "out.csv")
    assert (ran.code, ran.err) == (
        2,
        "error: out.csv: detect does not write csv\n"
        "hint: a name that ends with .json, or --format table\n",
    )
    assert not os.path.exists("out.csv")
    ran = run("score", "f", "-o", "out.pdf")
    assert (ran.code, ran.err.splitlines()[0]) == (2, "error: out.pdf: score draws no pictures")
    assert run("plot", "--help").out.startswith("Usage")
    assert run("detect", "f", "-f", "table", "-o", "out.csv").code == 0
    assert run("detect", "f", "-o", "out.json").code == 0
    for args in (["validate", "f"], ["diff", "f", "f", "--merged"], ["corpora", "list"]):
        ran = run(*args, "-o", "out.jsonl")
        assert (ran.code, ran.out) == (2, "")


def test_a_traceback_shows_the_way_out():
    with pytest.raises(spanf1.UsageError) as raised:
        spanf1.evaluate([["B-A"]], [["B-A"]], scheme="IOB3")
    assert raised.value.__notes__ == [f"hint: {raised.value.hint}"]
