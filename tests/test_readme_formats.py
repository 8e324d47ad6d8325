"""The README's section on formats: its commands run, and its table of keys is that of the code."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from spanf1.formats.records.keys import KEYS
from spanf1.formats.registry import FORMATS
from tests.helpers.commands import write
from tests.helpers.shared_data import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.split("## From the formats people have\n")[1].split("\n## ")[0]

# Texts; their tokens; and the first and last token, and the type, of gold and predicted spans.
TEXTS = ["Ada Lovelace met Bob in Paris .", "Bank of England"]
GOLD = [[(0, 1, "PER"), (3, 3, "PER"), (5, 5, "LOC")], [(0, 2, "ORG")]]
PREDICTED = [[(0, 1, "PER"), (5, 5, "LOC")], [(2, 2, "LOC")]]
# how many gold spans there are, predicted ones, correct ones
COUNTS = [4, 3, 2]

Spans = list[tuple[int, int, str]]


def placed(text: str, spans: Spans) -> list[tuple[int, int, str]]:
    """Return spans of tokens as spans of characters."""
    ends = [match.span() for match in re.finditer(r"\S+", text)]
    return [(ends[first][0], ends[last][1], name) for first, last, name in spans]


def tagged(text: str, spans: Spans) -> list[str]:
    """Return the IOB2 tags of a text."""
    found = ["O"] * len(text.split())
    for first, last, name in spans:
        found[first : last + 1] = [f"B-{name}", *[f"I-{name}"] * (last - first)]
    return found


def objects(text: str, spans: Spans) -> list[dict]:
    return [{"start": a, "end": b, "label": kind} for a, b, kind in placed(text, spans)]


def said(text: str, spans: Spans) -> list[dict]:
    return [{"text": text[a:b], "type": kind} for a, b, kind in placed(text, spans)]


def annotated(text: str, spans: Spans) -> list[dict]:
    return [
        {"infons": {"type": kind}, "text": text[a:b], "locations": [{"offset": a, "length": b - a}]}
        for a, b, kind in placed(text, spans)
    ]


def results(text: str, spans: Spans) -> list[dict]:
    values = [{"start": a, "end": b, "labels": [kind]} for a, b, kind in placed(text, spans)]
    return [{"result": [{"type": "labels", "value": value} for value in values]}]


def lines(found: list) -> str:
    return "".join(json.dumps(one) + "\n" for one in found)


def bracketed(text: str, spans: Spans) -> list[str]:
    """Return the tags of a text as brackets."""
    opened = {first: f"({name}" for first, _, name in spans}
    closed = {last for _, last, _ in spans}
    count = len(text.split())
    return [f"{opened.get(place, '')}*{')' * (place in closed)}" for place in range(count)]


def webanno(side: list[Spans]) -> str:
    """Return the texts as WebAnno has the sentences of one document."""
    parts, begin, number = ["#FORMAT=WebAnno TSV 3.3\n#T_SP=x.NamedEntity|value\n\n"], 0, 0
    for place, (text, spans) in enumerate(zip(TEXTS, side, strict=True), 1):
        rows = []
        for token, match in enumerate(re.finditer(r"\S+", text)):
            inside = [n for n, (a, b, _) in enumerate(spans, number) if a <= token <= b]
            field = "|".join(f"{spans[n - number][2]}[{n + 1}]" for n in inside) or "_"
            a, b = match.start() + begin, match.end() + begin
            rows.append(f"{place}-{token + 1}\t{a}-{b}\t{match[0]}\t{field}\t\n")
        parts.append(f"\n#Text={text}\n{''.join(rows)}")
        begin, number = begin + len(text) + 1, number + len(spans)
    return "".join(parts)


def conllu(side: list[Spans]) -> str:
    """Return the texts as lines of CoNLL-U, with their tags in MISC."""
    blank, parts = "\t".join("_" * 7), []
    for text, spans in zip(TEXTS, side, strict=True):
        rows = enumerate(zip(text.split(), tagged(text, spans), strict=True), 1)
        parts += [f"{number}\t{word}\t{blank}\tner={tag}\n" for number, (word, tag) in rows]
        parts.append("\n")
    return "".join(parts)


def columns(side: list[Spans], tags: Callable[[str, Spans], list[str]] = tagged) -> str:
    """Return tokens and tags as lines."""
    return "\n\n".join(
        "\n".join(map("\t".join, zip(text.split(), tags(text, spans), strict=True)))
        for text, spans in zip(TEXTS, side, strict=True)
    )


# What has a line for each token.
LINES = {
    "columns": columns,
    "brackets": lambda side: columns(side, bracketed),
    "conllu": conllu,
    "webanno": webanno,
}

# What each format with records has of a text and its spans.
RECORDS = {
    "jsonl": lambda t, s: {"words": t.split(), "tags": tagged(t, s)},
    "prodigy": lambda t, s: {"text": t, "spans": objects(t, s)},
    "doccano": lambda t, s: {"text": t, "label": placed(t, s)},
    "labelstudio": lambda t, s: {"data": {"text": t}, "annotations": results(t, s)},
    "pipeline": lambda t, s: [
        {"word": t[a:b], "entity_group": kind, "start": a, "end": b} for a, b, kind in placed(t, s)
    ],
    "entities": lambda t, s: {"entities": said(t, s)},
    "ner-annotator": lambda t, s: [t, {"entities": placed(t, s)}],
    "spert": lambda t, s: {
        "tokens": t.split(),
        "entities": [{"start": a, "end": b + 1, "type": kind} for a, b, kind in s],
    },
    "dygie": lambda t, s: {"sentences": [t.split()], "ner": [s]},
    "gliner": lambda t, s: {"tokenized_text": t.split(), "ner": s},
    "cas": lambda t, s: {
        "%FEATURE_STRUCTURES": [
            {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaString": t},
            *(
                {"%TYPE": "x.NamedEntity", "@sofa": 1, "begin": a, "end": b, "value": kind}
                for a, b, kind in placed(t, s)
            ),
        ]
    },
    "bioc": lambda t, s: {"passages": [{"offset": 0, "text": t, "annotations": annotated(t, s)}]},
}
# What is in one file as a whole: the records in an array, or in an object.
WHOLES = {
    "labelstudio": json.dumps,
    "pipeline": json.dumps,
    "spert": json.dumps,
    "bioc": lambda found: json.dumps({"source": "", "documents": found}),
    "ner-annotator": lambda found: json.dumps({"classes": ["PER"], "annotations": found}),
}


def made(name: str, side: list[Spans]) -> str:
    """Write a side in a format, and return the file or folder."""
    both = [*zip(TEXTS, side, strict=True)]
    stem = f"{name}-{'gold' if side is GOLD else 'predicted'}"
    if name in LINES:
        return write(stem, LINES[name](side))
    if name == "brat":
        Path(stem).mkdir()
        for number, (text, spans) in enumerate(both):
            write(f"{stem}/{number}.txt", text)
            found = enumerate(placed(text, spans), 1)
            notes = [f"T{n}\t{kind} {a} {b}\t{text[a:b]}\n" for n, (a, b, kind) in found]
            write(f"{stem}/{number}.ann", "".join(notes))
        return stem
    if name == "pubtator":
        parts = []
        for number, (text, spans) in enumerate(both):
            notes = [f"\n{number}\t{a}\t{b}\t{text[a:b]}\t{t}" for a, b, t in placed(text, spans)]
            parts.append(f"{number}|t|{text}{''.join(notes)}\n")
        return write(stem, "\n".join(parts))
    found = [RECORDS[name](text, spans) for text, spans in both]
    return write(stem, WHOLES.get(name, lines)(found))


def counts(out: str) -> list[int]:
    """Return how many spans there are, of a score that was written as JSON."""
    micro = json.loads(out)["micro"]
    return [micro[name] for name in ("gold", "predicted", "correct")]


def rows() -> dict[str, list[str]]:
    """Return the cells of the table, by the name of the format."""
    table = [line.strip("|").split("|") for line in SECTION.splitlines() if line.startswith("| `")]
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
    text = SECTION.split("**Keys.**")[1].split("in an input of their own")[0]
    tags, spans = KEYS["jsonl"], KEYS["prodigy"]
    others = set(tags.predicted) - set(spans.predicted)
    count = len(spans.predicted)
    assert re.findall("`(.*?)`", text)[:count] == [*spans.predicted]
    assert set(re.findall("`(.*?)`", text)[count:]) == others
    joined = SECTION.split("Two inputs are joined by")[1].split("if both have one")[0]
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
    return SECTION.split("```sh\n")[1].split("```")[0].splitlines()


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
