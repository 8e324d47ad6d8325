"""Two texts with gold and predicted spans, written in each of the formats."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import spanf1
from spanf1.formats.registry import FORMATS
from tests.helpers.commands import write

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
    """Write a side in a format, and return the file or folder; by way of another, if need be."""
    if extra := FORMATS[name].extra:
        pytest.importorskip({"arrow": "pyarrow"}.get(extra, extra))
        source = made("prodigy", side)
        spanf1.convert_file(source, f"{source}.{name}", name)
        return f"{source}.{name}"
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
