"""``spanf1 score --level``: its formats, and what cannot be asked together, with ways out."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pytest

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
    (tmp_path / "folder").mkdir()
    for name in ("a", "b"):
        (tmp_path / "folder" / name).write_text(TAGS)


@pytest.mark.parametrize("format_name", ["table", "markdown", "latex", "csv", "tsv", "json"])
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
