"""``spanf1 score --level``: its formats, and what cannot be asked together, with ways out."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pytest

import spanf1

TAGS = "a\tB-PER\tB-PER\nb\tI-PER\tO\n\nc\tO\tB-LOC\nd\tO\tO\n"
LABELS = "1\t1\n0\t0\n1\t0\n1\t1\n0\t0\n1\t1\n0\t1\n0\t0\n"
SPANS = {"start": 0, "end": 3, "label": "PER"}


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    (tmp_path / "tags").write_text(TAGS)
    (tmp_path / "labels").write_text(LABELS)
    (tmp_path / "headed").write_text("gold\tpred\n" + LABELS)
    record = {"text": "Ada met", "gold": [SPANS], "predicted": [SPANS]}
    (tmp_path / "texts.jsonl").write_text(json.dumps(record) + "\n")
    (tmp_path / "nested").write_text("a B-A B-B B-A O\nb I-A O I-A B-B\n")
    (tmp_path / "folder").mkdir()
    for name in ("a", "b"):
        (tmp_path / "folder" / name).write_text(TAGS)


@pytest.mark.parametrize(
    "format_name", ["table", "markdown", "latex", "html", "csv", "tsv", "json"]
)
@pytest.mark.parametrize("level", ["token", "sentence"])
def test_every_format_has_each_level(run, format_name, level) -> None:
    ran = run("score", "tags", "--level", level, "-f", format_name, "--confidence", "0.9")
    assert ran.code == 0
    assert ran.out
    if format_name == "csv":
        rows = [*csv.reader(io.StringIO(ran.out))]
        assert len({*map(len, rows)}) == 1


def test_the_table(run) -> None:
    words = run("score", "tags", "--level", "token", "--digits", "1").out.split("\n\n")
    assert words[0].splitlines()[2].split() == [
        *("PER", "100.0", "50.0", "66.7", "100.0"),
        *("2", "1", "1"),
    ]
    assert "Cohen's kappa, tags" in words[2]
    assert words[4].splitlines()[-1].split() == ["O", "1", "0", "1"]
    ran = run("score", "labels", "--level", "token")
    assert "classes are labels" in " ".join(ran.out.split())
    assert run("score", "tags", "--level", "sentence", "-f", "number", "-q").out == "0.0\n"
    number = run("score", "tags", "--level", "token", "--average", "macro", "-f", "number", "-q")
    assert float(number.out) == pytest.approx(1 / 3)


def test_signatures(run) -> None:
    ran = run("score", "tags", "--level", "token", "--signature", "--map", "PER=A|B")
    assert ran.out.startswith(
        "f1:micro|level:token|classes:types|types:union|map:PER=A%7CB|zero:0|tokens:4|v:"
    )
    ran = run("score", "tags", "--level", "sentence", "--signature")
    assert ran.out.startswith("right:sentence|match:exact|scheme:IOB2|reading:lenient|")


def test_limits(run) -> None:
    assert run("score", "tags", "--level", "token", "--fail-under", "0.4,PER=0.6").code == 0
    ran = run("score", "tags", "--level", "token", "--fail-under", "PER=0.7")
    assert (ran.code, ran.err) == (1, "fail: F1 of PER is 0.666667, under 0.7\n")
    ran = run("score", "tags", "--level", "sentence", "--fail-under", "0.5,with_gold=0")
    assert (ran.code, ran.err) == (1, "fail: 0 of 2 sentences are right, 0, under 0.5\n")
    ran = run("score", "tags", "--level", "sentence", "--fail-under", "PER=0.5")
    assert (ran.code, "one of all, with_gold" in ran.err) == (2, True)
    Path("empty").write_text("")
    for level in ("token", "sentence"):
        ran = run("score", "empty", "--level", level, "--fail-empty")
        assert ran.code == 1
        assert "this is a score of nothing" in ran.err


@pytest.mark.parametrize("level", ["span", "token", "sentence"])
@pytest.mark.parametrize("more", [["--types", "PERS"], ["--types", "PER,X"], ["--ignore", "PER"]])
def test_a_gate_of_nothing_is_shut(run, level, more) -> None:
    Path("one").write_text("a B-PER B-PER\nb O O\n")
    ran = run("score", "one", "--level", level, "--fail-empty", *more)
    assert ran.code == 1
    assert re.search("there is no (span of type|token of class) '(PERS|X)'|of nothing", ran.err)
    assert run("score", "one", "--level", level, *more).code == 0


@pytest.mark.parametrize("level", ["token", "sentence", "document"])
@pytest.mark.parametrize("command", [["rescore"], ["signature"], ["signature", "spans"], ["diff"]])
def test_figures_of_other_levels_are_not_read_again(run, level, command) -> None:
    Path("docs").write_text(f"-DOCSTART- O O\n\n{TAGS}")
    for name, more in (("spans", []), ("figures", ["--level", level])):
        run("score", "docs", "-f", "json", "-o", name, *more)
    files = ["spans", "figures"] if command == ["diff"] else ["figures"]
    ran = run(*command, *files)
    assert (ran.code, ran.out) == (3, "")
    assert f"of level {level}, and" in ran.err
    assert re.fullmatch(r"error: figures: [^\n]{1,200}\nhint: [^\n]{1,200}\n", ran.err)
    with pytest.raises(spanf1.UsageError, match=f"figures of level {level}"):
        spanf1.Result.from_dict(json.loads(Path("figures").read_text()))
    # as the hint has it
    if command != ["signature"]:
        run("score", "docs", "-f", "json", "-o", "figures")
    else:
        run("score", "docs", "--signature", "-o", "figures")
    assert run(*command, *files).code == 0


def test_a_share_of_nothing_fails(run) -> None:
    Path("none").write_text("a O O\n")
    args = ("score", "none", "--level", "sentence", "--zero-division", "1", "-q", "--fail-under")
    assert run(*args, "0.9").code == 0
    ran = run(*args, "with_gold=0.9")
    assert ran.code == 1
    assert "fail: there is nothing to score of with_gold\n" in ran.err


def test_tags_of_tokens_that_do_not_count_are_no_labels(run) -> None:
    Path("masked").write_text("a B-PER B-PER\nb X O\n")
    ran = run("score", "masked", "--level", "token")
    assert (ran.code, "--mask X" in ran.err) == (3, True)
    assert run("score", "masked", "--level", "token", "--mask", "X").code == 0


def test_several_files_and_a_pipe(run, monkeypatch) -> None:
    ran = run("score", "folder/*", "--level", "token", "-f", "json")
    data = json.loads(ran.out)
    assert (data["tokens"], sorted(map(Path, data["files"]))) != (4, [])
    assert data["tokens"] == 8
    ran = run("score", "folder/*", "--level", "sentence", "-f", "json")
    data = json.loads(ran.out)
    assert data["all"]["of"] == 4
    assert [one["of"] for one in data["files"].values()] == [2, 2]
    for name in ("tags", "labels"):
        pipe = io.TextIOWrapper(io.BytesIO(Path(name).read_bytes()))
        monkeypatch.setattr("sys.stdin", pipe)
        ran = run("score", "--level", "token", "-q", "-f", "csv")
        assert ran.out == run("score", name, "--level", "token", "-q", "-f", "csv").out


@pytest.mark.parametrize(
    ("line", "said", "mended"),
    [
        ("tags --level token --match partial", "match partial is for spans", "tags --level token"),
        ("tags --level sentence --match jaccard", "is for spans", "tags --match jaccard"),
        ("tags --level token --reading strict", "the reading strict", "tags --level token"),
        (
            "tags --level document --reading conlleval",
            "the conlleval script counts spans",
            "tags --level sentence --reading lenient",
        ),
        ("tags --level token --scheme IOB2", "no scheme is needed", "tags --level token"),
        ("tags --level sentence -f conlleval", "is of spans", "tags --level span -f conlleval"),
        ("tags --as-written", "the level is span", "tags --as-written --level token"),
        ("tags --level document", "marks no documents", "tags --level sentence"),
        (
            "nested --level token --gold-column 2,3 --pred-column 4,5",
            "spans of texts, or nested",
            "nested --match character --gold-column 2,3 --pred-column 4,5",
        ),
        ("texts.jsonl --level token", "spans of texts", "texts.jsonl --match character"),
        (
            "tags --level sentence --confidence 0.9 --unit document",
            "each is drawn",
            "tags --level sentence --confidence 0.9",
        ),
        (
            "headed --level token",
            "headed:1: 'gold' may be a label",
            "headed --level token --gold-column gold",
        ),
        ("tags --level sentence --average macro", "is of types", "tags --level sentence"),
        ("tags --level token --trim", "trim is for spans", "tags --level token"),
        (
            "tags --level token --as-written --tag-form B-PER",
            "as_written that there is none",
            "tags --level token --as-written",
        ),
    ],
)
def test_what_cannot_be_asked_together(run, line, said, mended) -> None:
    ran = run("score", *shlex.split(line))
    assert ran.code in (2, 3)
    assert said in ran.err
    assert re.fullmatch(r"error: [^\n]{1,300}\n(hint: [^\n]{1,300}\n)?", ran.err)
    assert run("score", *shlex.split(mended)).code == 0


def test_a_header_is_no_label(run) -> None:
    ran = run("score", "headed", "--level", "token", "--gold-column", "gold", "-f", "json")
    assert json.loads(ran.out)["confusion"] == {"classes": ["0", "1"], "counts": [[3, 1], [1, 3]]}


def test_a_tag_among_labels(run) -> None:
    Path("slip").write_text("a\tB-PER\tB-PER\nb\tO\tFOO\n")
    ran = run("score", "slip", "--level", "token")
    assert (ran.code, "--as-written" in ran.err) == (3, True)
    assert run("score", "slip", "--level", "token", "--as-written").code == 0
