"""``spanf1 report``, and pages of ``spanf1 score``: which files they take, and where they go."""

from __future__ import annotations

import pytest

import spanf1
from tests.pages.test_page import data_of, entries_of

GOLD = "Ada B-PER\nleft O\n\nRome B-LOC\nslept O\n\nParis B-LOC\n"
A = "Ada B-PER\nleft O\n\nRome O\nslept O\n\nParis B-PER\n"
B = "Ada O\nleft B-LOC\n\nRome B-LOC\nslept O\n\nParis O\n"
MERGED = "Ada B-PER B-PER\nleft O O\n\nRome B-LOC O\nslept O O\n"


@pytest.fixture(autouse=True)
def _files(tmp_path) -> None:
    for name, content in {"gold": GOLD, "a": A, "b": B, "merged": MERGED}.items():
        (tmp_path / f"{name}.conll").write_text(content)


def written(tmp_path):
    return data_of((tmp_path / "x.html").read_text(encoding="utf-8"))


def test_one_file(run, tmp_path) -> None:
    assert run("report", "merged.conll", "-o", "x.html").code == 0
    data = written(tmp_path)
    assert data["title"] == "merged.conll"
    assert [kind for kind, *_ in entries_of(data)] == ["correct", "missed"]
    assert "ci:0.95" in data["systems"][0]["signature"]


def test_gold_and_a_system(run, tmp_path) -> None:
    assert run("report", "gold.conll", "a.conll", "-o", "x.html", "--title", "A").code == 0
    data = written(tmp_path)
    assert (data["title"], data["ranking"]) == ("A", None)
    assert [kind for kind, *_ in entries_of(data)] == ["correct", "missed", "type"]
    assert (data["lines"], data["line_by_token"]) == ([1, 3, 3], True)


def test_several_systems(run, tmp_path) -> None:
    assert run("report", "gold.conll", "a.conll", "b.conll", "-o", "x.html").code == 0
    data = written(tmp_path)
    assert data["title"] == "gold.conll · a · b"
    best, other = data["systems"]
    names = [*data["words"]["changes"]]
    assert [names[int(digit)] for digit in other["change"]] == ["mended", "gone", "broken", "wrong"]
    # The rows of the best system that are spurious there alone: its Paris has a partner.
    assert (best["name"], best["change"], other["new"]) == ("a", "", [])
    assert [kind for kind, *_ in entries_of(data, 1)] == ["missed", "spurious", "correct", "missed"]


def test_merged_systems(run, tmp_path) -> None:
    (tmp_path / "other.conll").write_text(MERGED.replace("LOC O", "LOC B-LOC"))
    ran = run("report", "--merged", "merged.conll", "other.conll", "-o", "x.html", "-q")
    assert (ran.code, ran.err) == (0, "")
    assert written(tmp_path)["title"] == "other · merged"


def test_a_page_of_score(run, tmp_path) -> None:
    assert run("score", "merged.conll", "-o", "x.html", "--fail-under", "0.9").code == 1
    data = written(tmp_path)
    assert len(data["systems"][0]["figures"][0]) == 8
    run("score", "merged.conll", "-f", "page", "--match", "partial", "-o", "x.html")
    data = written(tmp_path)
    assert data["digits"] == 2
    assert "match:partial" in data["systems"][0]["signature"]
    assert data["remarks"] == ["errors, confusions and what they cost are those of exact matches"]


def test_folders_are_added_up(run, tmp_path) -> None:
    for side, content in (("g", GOLD), ("p", A)):
        (tmp_path / side).mkdir()
        for name in ("one", "two"):
            (tmp_path / side / f"{name}.conll").write_text(content)
    assert run("report", "g", "p", "-o", "x.html").code == 0
    data = written(tmp_path)
    assert [first for _, first in data["files"]] == [0, 3]
    kinds = ["correct", "missed", "type"]
    assert [kind for kind, *_ in entries_of(data)] == kinds * 2
    assert [left[0] for _, left, _ in entries_of(data)] == [*range(6)]


def test_slices(run, tmp_path) -> None:
    assert run("report", "gold.conll", "a.conll", "--by", "position", "-o", "x.html").code == 0
    (slices,) = written(tmp_path)["systems"][0]["slices"]
    names = [row[0] for row in slices["scores"]]
    assert [names[number] for number in slices["gold"]] == ["first", "first", "whole"]
    # Of what is missed there is no predicted span.
    assert slices["predicted"] == [0, -1, 1]
    analysis = spanf1.analyze("gold.conll", "a.conll", confidence=0.95)
    one, _ = analysis.slices("position", confidence=0.95)
    assert slices["scores"][0][1:7] == [1, 0.5, pytest.approx(2 / 3), 2, 1, 1]
    assert slices["scores"][0][7:9] == pytest.approx([*one.intervals.fbeta], nan_ok=True)


def test_slices_of_a_page_of_score(run, tmp_path) -> None:
    run("score", "gold.conll", "a.conll", "--by", "length", "--by", "case", "-o", "x.html")
    slices = written(tmp_path)["systems"][0]["slices"]
    assert [one["by"] for one in slices] == ["length", "case"]


def test_slices_that_training_data_makes(run, tmp_path) -> None:
    args = ("--by", "seen", "--by", "length", "--train", "gold.conll", "-o", "x.html")
    assert run("report", "gold.conll", "a.conll", "b.conll", *args).code == 0
    for system in written(tmp_path)["systems"]:
        assert [one["by"] for one in system["slices"]] == ["seen", "length"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["score", "merged.conll", "--level", "token", "-o", "x.html"], "a page is of spans"),
        (["report", "gold.conll", "a.conll", "-o", "gold.conll"], "it is the input"),
        (["report", "gold.conll", "a=a.conll,b.conll", "b.conll"], "each system is to have one"),
        (["report", "gold.conll", "a.conll", "-"], "not standard input"),
        (["report", "gold.conll", "a.conll", "--train", "a.conll"], "--train goes with --by seen"),
        (["report", "gold.conll", "a.conll", "--by", "genre"], "has anything at 'genre'"),
        (["score", "merged.conll", "--reading", "conlleval", "-o", "x.html"], "a page shows spans"),
    ],
)
def test_what_does_not_go_together(run, args, said) -> None:
    ran = run(*args)
    assert ran.code == 2
    assert said in ran.err


def test_python_makes_the_same_page(run, tmp_path) -> None:
    run("report", "gold.conll", "a.conll", "b.conll", "-o", "x.html")
    page = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert spanf1.report("gold.conll", ["a.conll", "b.conll"]) == page
    run("report", "gold.conll", "a.conll", "b.conll", "--by", "length", "--map", "LOC=X", "-o", "x")
    page = (tmp_path / "x").read_text(encoding="utf-8")
    files = "gold.conll", ["a.conll", "b.conll"]
    assert spanf1.report(*files, by="length", map_types={"LOC": "X"}, tag_column=-1) == page
