"""``spanf1 score --level``: its formats, and what cannot be asked together, with ways out."""

from __future__ import annotations

import csv
import io
import json
import re
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


@pytest.mark.parametrize("level", ["sentence", "document", "token"])
def test_several_files_with_intervals(run, level) -> None:
    """Intervals are of all together."""
    text = "-DOCSTART- O O\n\n" + TAGS
    for name in ("folder/a", "folder/b"):
        Path(name).write_text(text + "\n")
    Path("both").write_text(2 * (text + "\n"))
    args = ["--level", level, "--confidence", "0.9", "--resamples", "50"]
    found = run("score", "folder", *args)
    assert found.code == 0
    assert re.search(r"(?m)^Files$[\s\S]*^a  [^\n]*\d$", found.out)
    whole = run("score", "both", *args)
    assert whole.out.startswith(found.out.split("\nFiles\n")[0].rstrip())


def test_signatures(run) -> None:
    ran = run("score", "tags", "--level", "token", "--signature", "--map", "PER=A|B")
    assert ran.out.startswith(
        "f1:micro|level:token|classes:types|types:union|map:PER=A%7CB|zero:0|tokens:4|hash:"
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
def test_what_compares_spans_reads_no_figures_of_other_levels(run, level) -> None:
    Path("docs").write_text(f"-DOCSTART- O O\n\n{TAGS}")
    for name, more in (("spans", []), ("figures", ["--level", level])):
        run("score", "docs", "-f", "json", "-o", name, *more)
    ran = run("diff", "spans", "figures")
    assert (ran.code, ran.out) == (3, "")
    assert f"of level {level}, and" in ran.err
    assert re.fullmatch(r"error: figures: [^\n]{1,200}\nhint: [^\n]{1,200}\n", ran.err)
    with pytest.raises(spanf1.UsageError, match=f"figures of level {level}"):
        spanf1.Result.from_dict(json.loads(Path("figures").read_text()))
    # as the hint has it
    run("score", "docs", "-f", "json", "-o", "figures")
    assert run("diff", "spans", "figures").code == 0


@pytest.mark.parametrize("level", ["token", "sentence", "document"])
@pytest.mark.parametrize("more", [[], ["--types", "PER"], ["--confidence", "0.9"]])
def test_rescore(run, level, more) -> None:
    """A file of a level is scored again from its counts; what they do not give is an error."""
    text = f"-DOCSTART- O O\n\n{TAGS}"
    Path("docs").write_text(f"{text}\n{text}\nz B-PER O\n")
    assert run("score", "docs", "--level", level, *more, "-o", "r.json").code == 0
    ran = run("rescore", "r.json")
    if "--confidence" in more and level == "token":
        assert "intervals need the sentences" in ran.err
        more = []
    printed = run("score", "docs", "--level", level, *more).out
    assert (ran.code, ran.out) == (0, printed)
    ran = run("rescore", "r.json", "-f", "csv", "-q")
    assert ran.out == run("score", "docs", "--level", level, *more, "-f", "csv", "-q").out
    ran = run("rescore", "r.json", "--like", "f1:micro")
    assert (ran.code, ran.out) == (2, "")
    assert "--like is for results of spans, and r.json is of level" in ran.err
    data = json.loads(Path("r.json").read_text())
    figure = data["micro" if level == "token" else "with_gold"]
    figure["correct" if level == "token" else "of"] += 1
    Path("r.json").write_text(json.dumps(data))
    ran = run("rescore", "r.json")
    assert (ran.code, ran.out) == (3, "")
    assert "this is not what the counts in the file give" in ran.err
    for broken in ({**data, "tally": {}}, {**data, "options": 3}, {"level": level}):
        Path("r.json").write_text(json.dumps(broken))
        ran = run("rescore", "r.json")
        assert (ran.code, ran.out) == (3, "")
        assert "this is not a result of spanf1" in ran.err


@pytest.mark.parametrize("level", ["token", "sentence", "document"])
@pytest.mark.parametrize(
    "more",
    [
        [],
        ["--types", "PER,X y", "--map", "ORG=A|B(c)", "--beta", "0.3333333333"],
        ["--beta", "inf", "--zero-division", "nan", "--confidence", "0.9"],
    ],
)
def test_signatures_of_levels_are_read(run, level, more) -> None:
    Path("docs").write_text(f"-DOCSTART- O O\n\n{TAGS}")
    score = "score", "docs", "--level", level
    run(*score, *more, "-o", "figures.json")
    line = run(*score, *more, "--signature").out.strip()
    signature = spanf1.Signature.parse(line)
    assert (str(signature), signature.level) == (line, level)
    ran = run("signature", "figures.json")
    assert (ran.code, ran.err) == (0, "")
    words = {"token": "of tokens", "sentence": "sentences that are", "document": "documents that"}
    assert words[level] in ran.out
    assert "gold annotations" in ran.out
    ran = run("signature", line, "figures.json")
    assert (ran.code, ran.out) == (0, "the scores mean the same\n")
    # other gold, another level
    Path("docs").write_text(f"-DOCSTART- O O\n\n{TAGS.replace('B-PER', 'B-MISC', 1)}")
    ran = run("signature", line, run(*score, *more, "--signature").out.strip())
    assert ran.code == 1
    assert "do not mean the same" in ran.out
    spans = run("score", "docs", "--signature").out.strip()
    ran = run("signature", line, spans)
    assert ran.code == 1
    assert re.search(r"figure: [^\n]+ here, F1 micro there", ran.out)
    run("score", "docs", "-o", "spans.json")
    ran = run("rescore", "spans.json", "--like", line)
    assert (ran.code, ran.out) == (2, "")
    assert f"the signature is of level {level}" in ran.err


@pytest.mark.parametrize(
    "change",
    [("right:", "level:"), ("sentence", "token"), ("sentence", "span"), ("sentence", "x")],
)
def test_what_is_no_signature_of_a_level(run, change) -> None:
    Path("one").write_text(TAGS)
    line = run("score", "one", "--level", "sentence", "--signature").out.strip()
    ran = run("signature", line.replace(*change))
    assert (ran.code, ran.out) == (2, "")
    assert "this is no signature" in ran.err
