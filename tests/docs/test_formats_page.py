"""The page on formats: its commands run, and its table of keys is that of the code."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from spanf1.formats.records.keys import KEYS
from spanf1.formats.registry import FORMATS
from tests.helpers.commands import write
from tests.helpers.docs import page
from tests.helpers.every_format import (
    COUNTS,
    GOLD,
    PREDICTED,
    TEXTS,
    counts,
    lines,
    made,
    objects,
    results,
    said,
    tagged,
)

PAGE = page("reference/formats.md")


def rows() -> dict[str, list[str]]:
    """Return the cells of the table, by the name of the format."""
    table = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| `")]
    return {cells[0].strip("` "): cells for cells in table}


# What can be written here without an extra.
PLAIN = [name for name, format_ in FORMATS.items() if not format_.extra]


def test_table_has_every_format() -> None:
    assert set(rows()) == set(FORMATS)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("jsonl", KEYS["jsonl"].gold),
        ("prodigy", KEYS["prodigy"].gold),
        ("doccano", KEYS["doccano"].gold),
        ("labelstudio", (*KEYS["labelstudio task"].gold, *KEYS["labelstudio"].gold)),
        ("pipeline", KEYS["pipeline"].gold),
        ("entities", KEYS["entities"].gold),
        ("ner-annotator", KEYS["ner-annotator"].gold),
        ("spert", KEYS["spert"].gold),
        ("dygie", KEYS["dygie"].gold),
        ("gliner", KEYS["gliner"].gold),
        ("conllu", KEYS["conllu"].gold),
    ],
)
def test_keys_of_gold(name: str, keys: tuple[str, ...]) -> None:
    assert tuple(re.findall("`(.*?)`", rows()[name][-1])) == keys


def test_keys_of_predictions_and_ids() -> None:
    text = PAGE.split("**Keys.**")[1].split("in an input of their own")[0]
    tags, spans = KEYS["jsonl"], KEYS["prodigy"]
    others = set(tags.predicted) - set(spans.predicted)
    count = len(spans.predicted)
    assert re.findall("`(.*?)`", text)[:count] == [*spans.predicted]
    assert set(re.findall("`(.*?)`", text)[count:]) == others
    joined = PAGE.split("Two inputs are joined by")[1].split("if both have one")[0]
    assert re.findall("`(.*?)`", joined) == [*spans.id, *tags.id]


@pytest.mark.parametrize("name", [name for name in PLAIN if name != "entities"])
def test_each_format_beside_each(run, name: str) -> None:
    gold = made(name, GOLD)
    for other in PLAIN:
        match = ["--match", "text"] if other == "entities" else []
        ids = ["--align-by-position"] if "brat" in (name, other) else []
        predicted = made(other, PREDICTED)
        ran = run("score", gold, predicted, "--format", "json", "-q", *match, *ids)
        assert (ran.code, counts(ran.out)) == (0, COUNTS), other


@pytest.mark.parametrize("name", PLAIN)
def test_detected_described_and_validated(run, name: str) -> None:
    path = made(name, GOLD)
    title = "column 2 of 2" if name == "columns" else FORMATS[name].title
    ran = run("validate", path)
    assert (ran.code, title in ran.out) == (0, True)
    ran = run("describe", path)
    assert (ran.code, "all" in ran.out) == (0, True)


def commands() -> list[str]:
    return PAGE.split("```sh\n")[1].split("```")[0].splitlines()


@pytest.fixture
def files(tmp_path, monkeypatch) -> None:
    """Write the files that the commands read."""
    monkeypatch.chdir(tmp_path)
    sides = [*zip(TEXTS, GOLD, PREDICTED, strict=True)]
    write("both.jsonl", lines([
        {"text": t, "spans": objects(t, gold), "predicted": objects(t, predicted)}
        for t, gold, predicted in sides
    ]))  # fmt: skip
    for name, side in (("gold.jsonl", GOLD), ("predicted.jsonl", PREDICTED)):
        found = [
            {"id": number, "text": text, "spans": objects(text, spans)}
            for number, (text, spans) in enumerate(zip(TEXTS, side, strict=True))
        ]
        # They are joined by their ids.
        write(name, lines(found if side is GOLD else found[::-1]))
    write("project.json", json.dumps([
        {"data": {"text": t}, "annotations": results(t, gold), "predictions": results(t, predicted)}
        for t, gold, predicted in sides
    ]))  # fmt: skip
    Path(made("brat", GOLD)).rename("brat-folder")
    Path(made("pipeline", PREDICTED)).rename("pipeline-output.json")
    write("llm.jsonl", lines([
        {"id": number, "entities": said(text.upper(), predicted)}
        for number, (text, _, predicted) in enumerate(sides)
    ]))  # fmt: skip
    nested = [
        zip(t.split(), tagged(t, gold), ["O"] * 9, tagged(t, predicted), ["O"] * 9, strict=False)
        for t, gold, predicted in sides
    ]
    write("nested.tsv", "\n\n".join("\n".join(map("\t".join, rows)) for rows in nested))


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("command", commands())
def test_commands(run, command: str) -> None:
    program, *args = shlex.split(command, comments=True)
    assert program == "spanf1"
    if "test.parquet" in args:
        pyarrow, parquet = map(pytest.importorskip, ("pyarrow", "pyarrow.parquet"))
        both = [
            {"tokens": t.split(), "ner_tags": tagged(t, g), "predictions": tagged(t, p)}
            for t, g, p in zip(TEXTS, GOLD, PREDICTED, strict=True)
        ]
        parquet.write_table(pyarrow.Table.from_pylist(both), "test.parquet")
    if args[0] == "score":
        ran = run(*args, "--format", "json", "-q")
        assert (ran.code, counts(ran.out)) == (0, COUNTS), ran.err
    else:
        ran = run(*args)
        assert ran.code == 0, ran.err
        assert Path(args[-1]).stat().st_size


@pytest.mark.usefixtures("files")
def test_extra_of_spacy(run) -> None:
    pytest.importorskip("spacy")
    assert run("convert", "gold.jsonl", "--to-format", "spacy", "-o", "gold.spacy").code == 0
    ran = run("score", "gold.spacy", "pipeline-output.json", "--format", "json", "-q")
    assert counts(ran.out) == COUNTS


def test_brat_cuts_spans_at_line_breaks(run) -> None:
    for folder, note in (("a", "PER 0 3;4 12"), ("b", "PER 0 12")):
        Path(folder).mkdir()
        write(f"{folder}/x.txt", "Ada\nLovelace met")
        write(f"{folder}/x.ann", f"T1\t{note}\tAda Lovelace\n")
    assert counts(run("score", "a", "b", "--format", "json", "-q").out) == [1, 1, 1]


def test_tokens_that_differ(run) -> None:
    write("a", "Ada B-PER\nX. I-PER\n")
    write("b", "Ada B-PER\nX I-PER\n. I-PER\n")
    write("c", "Ada B-PER\nY. I-PER\n")
    ran = run("score", "a", "b")
    assert "note        the tokens differ, and not the text: characters say where" in ran.out
    assert "|characters:5|" in ran.out
    ran = run("score", "a", "c")
    assert (ran.code, ran.err.splitlines()[0]) == (3, "error: c:2: token 'Y.' where a:2 has 'X.'")


def test_notes(run) -> None:
    one = {"text": "Ada met Bob", "spans": [[0, 3, "PER"]]}
    write("a", lines([{**one, "relations": [{}]}, {**one, "answer": "reject"}]))
    write("b", json.dumps([[{"entity_group": "PER", "word": "Bob", "start": 0, "end": 3}]]))
    out = " ".join(run("score", "a", "b").out.split())
    assert "note a: relations left out: 1" in out
    assert "note a: rejected examples left out: 1" in out
    assert "1 of 1 spans of b say something else than the text of a there" in out
    err = run("score", "a", "b", "--format", "csv").err
    assert "note: a: relations left out: 1" in err.splitlines()
