"""Folders and patterns of files: paired by name, added up, with a row for each."""

from __future__ import annotations

import csv
import io
import json
import os

import pytest

import spanf1
from tests.helpers.commands import write

GOLD = ["a B-PER\nb O\n", "c B-LOC\nd I-LOC\n", "e O\nf B-PER\n"]
PREDICTED = ["a B-PER\nb B-LOC\n", "c B-LOC\nd O\n", "e O\nf B-PER\n"]
MERGED = ["a B-PER B-PER\nb O B-LOC\n", "c B-LOC B-LOC\nd I-LOC O\n", "e O O\nf B-PER B-PER\n"]


@pytest.fixture(autouse=True)
def _files(run):  # noqa: ARG001 - in its folder
    for folder, texts in (("gold", GOLD), ("pred", PREDICTED), ("both", MERGED)):
        os.mkdir(folder)
        for name, text in zip(("one", "three", "two"), texts, strict=True):
            write(os.path.join(folder, f"{name}.conll"), text)
    write(os.path.join("gold", ".hidden"), "x\n")


@pytest.mark.parametrize(
    "args",
    [
        ["gold", "pred"],
        ["gold/*.conll", "pred"],
        ["gold/*.conll", "pred/*"],
        ["both"],
        ["both/*.conll"],
    ],
)
def test_the_sum_is_that_of_one_file(run, args):
    write("whole", "\n".join(MERGED))
    whole = spanf1.score_file("whole", confidence=0.9)
    how = ["--confidence", "0.9", "-q"]
    data = json.loads(run("score", *args, *how, "-f", "json").out)
    assert data["signature"] == str(whole.signature())
    assert data["micro"] == json.loads(run("score", "whole", *how, "-f", "json").out)["micro"]
    assert [*data["files"]] == ["one.conll", "three.conll", "two.conll"]
    for number, name in enumerate(data["files"]):
        write("part", MERGED[number])
        part = spanf1.score_file("part").micro
        found = data["files"][name]
        assert [found[figure] for figure in part._fields] == [*part]
    rows = [*csv.reader(io.StringIO(run("score", *args, "-q", "-f", "csv").out))]
    assert [row[1] for row in rows if row[0] == "file"] == [*data["files"]]
    out = run("score", *args).out
    assert "3 files; micro averages of each. The scores above are of all." in out
    assert [line.split()[0] for line in out.splitlines()[-3:]] == [*data["files"]]
    # A result with files is a result.
    write("r.json", json.dumps(data))
    assert run("rescore", "r.json").code == 0


def test_files_of_one_name_in_several_folders(run):
    for name in ("a", "b"):
        os.mkdir(name)
        write(os.path.join(name, "out.conll"), MERGED[0])
    data = json.loads(run("score", "[ab]/out.conll", "-f", "json").out)
    assert [*data["files"]] == ["a/out.conll", "b/out.conll"]
    ran = run("score", "[ab]/out.conll", "pred")
    assert ran.code == 2
    assert "there are two files of this name" in ran.err


def test_what_does_not_pair(run):
    os.remove("pred/two.conll")
    ran = run("score", "gold", "pred")
    assert (ran.code, ran.out) == (2, "")
    assert "gold/two.conll: there is no two.conll in pred" in ran.err
    write("pred/two.conll", PREDICTED[2])
    write("pred/four.conll", PREDICTED[2])
    assert "pred/four.conll: there is no four.conll in gold" in run("score", "gold", "pred").err
    assert "no file fits the pattern x*" in run("score", "x*", "pred").err
    os.mkdir("gold/more")
    ran = run("score", "gold", "pred")
    assert "gold: there are folders in this folder" in ran.err
    assert "hint: 'gold/*/*' are the files in the folders within" in ran.err


def test_a_file_that_cannot_be_scored_is_named(run):
    write("pred/two.conll", "e O\nf B-PER x\n")
    ran = run("score", "gold", "pred")
    assert (ran.code, ran.out) == (3, "")
    assert "pred/two.conll:" in ran.err


def test_a_folder_that_is_one_input_is_one(run):
    os.mkdir("brat")
    write("brat/a.txt", "Ada\n")
    write("brat/a.ann", "T1\tPER 0 3\tAda\n")
    data = json.loads(run("score", "brat", "brat", "-f", "json").out)
    assert "files" not in data
    assert data["micro"]["f1"] == 1


def test_several_runs_of_one_system(run):
    write("g", "".join(text + "\n" for text in GOLD * 8))
    for number in range(3):
        texts = GOLD * 8
        texts[: 2 * number + 1] = (PREDICTED * 8)[: 2 * number + 1]
        write(f"run{number}", "".join(text + "\n" for text in texts))
    ran = run("compare", "g", "model=run0,run1,run2", "-f", "json")
    data = json.loads(ran.out)
    scores = [spanf1.score_file("g", f"run{number}").micro.f1 for number in range(3)]
    [system] = data["systems"]
    assert [one["f1"] for one in system["runs"]] == pytest.approx(scores)
    assert data["differences"] == []
    out = run("compare", "g", "model=run0,run1,run2").out
    assert any(line.split()[:2] == ["model", "3"] for line in out.splitlines())
    assert "Differences" not in out
    ran = run("compare", "g", "run0")
    assert ran.code == 2
    assert "two systems at least are to be compared, or several runs of one" in ran.err


def test_a_link_that_leads_nowhere_is_not_left_out(run):
    # As copies of a repository have them whose large files were not fetched.
    for folder in ("gold", "pred"):
        os.symlink("nowhere", os.path.join(folder, "four.conll"))
    ran = run("score", "gold", "pred")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"error: {os.path.join('gold', 'four.conll')}: no such file")
