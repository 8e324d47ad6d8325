"""JSON held against its schema, and closed: a key that it lacks is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.helpers.shared_data import ROOT

PATH = ROOT / "spanf1" / "results" / "schema.json"

_OF_SCORES = {".level=token": "tokens", ".level": "wholes", ".micro": "result"}

#: the kinds of documents that each command writes as JSON, the first one of which it is true what
#: tells it: an option that is given, a key that the document has (with a value), or nothing
DOCUMENTS: Mapping[str, Mapping[str, str]] = {
    "agree": {"--disagreements": "disagreements", "": "agreement"},
    "answers": {".systems": "answer_systems", ".best": "lists", "": "answers"},
    "baseline": {"": "result"},
    "compare": {"": "ranking"},
    "corpora list": {"": "catalogue"},
    "corpora show": {"": "corpus"},
    "corpora verify": {"": "verifications"},
    "describe": {"": "description"},
    "detect": {"": "detections"},
    "diff": {".unknown": "results", "": "changes"},
    "errors": {"--confusion": "confusion", "--what-if": "what_if", "--by": "by"},
    "explain": {"": "explanation"},
    "merge": _OF_SCORES,
    "reproduce": {"": "reproductions"},
    "rescore": _OF_SCORES,
    "schemes": {".systems": "scorer_systems", "": "scorers"},
    "score": {
        "--level token": "tokens",
        "--level sentence": "wholes",
        "--level document": "wholes",
        "": "result",
    },
    # Of --apply it is what the predictions were written as.
    "sweep": {"--apply": "", "": "sweep"},
    "trend": {"": "trend"},
    "validate": {"": "validations"},
}
#: likewise of each line of JSON Lines
LINES: Mapping[str, Mapping[str, str]] = {
    "answers": {".exact": "question", "": "question_figures"},
    "errors": {"": "entry"},
}


def _closed(schema: Any) -> Any:
    """Return a schema by which objects have the keys that it names, and no others."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(part) for name, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema:
        closed.setdefault("additionalProperties", False)
    return closed


@cache
def validator(kind: str) -> Draft202012Validator:
    schema = _closed(json.loads(PATH.read_text(encoding="utf-8")))
    del schema["anyOf"]
    return Draft202012Validator(schema | {"$ref": f"#/$defs/{kind}"})


def _no_constant(name: str) -> float:
    raise AssertionError(f"JSON has no {name}")


def loaded(text: str) -> Any:
    """Return what JSON says; NaN and the like are none."""
    return json.loads(text, parse_constant=_no_constant)


def check(text: str, kind: str) -> None:
    """Assert that JSON is a document of a kind, as the schema calls it."""
    validator(kind).validate(loaded(text))


def check_written(args: Sequence[str], out: str) -> None:
    """Assert that what a command wrote as JSON is a document that it writes.

    Parameters
    ----------
    args : sequence of str
        Its arguments.
    out : str
        What it wrote to standard output; files are looked into if they are there.
    """
    options = dict(pairwise(args))
    command = " ".join(args[: 2 if "corpora" in args[:1] else 1])
    file = options.get("-o", options.get("--output", "-"))
    named = options.get("-f", options.get("--format", file.rpartition(".")[2]))
    kinds = {"json": DOCUMENTS, "jsonl": LINES}.get(named, {}).get(command)
    if kinds and (text := out if file == "-" else Path(file).read_text(encoding="utf-8")):
        for document in [text] if named == "json" else text.splitlines():
            if kind := _told(kinds, args, loaded(document)):
                check(document, kind)
    if adjudicated := options.get("--adjudicate"):
        for line in Path(adjudicated).read_text(encoding="utf-8").splitlines():
            check(line, "adjudication")


def _told(kinds: Mapping[str, str], args: Sequence[str], data: Any) -> str:
    """Return the first kind of which it is true what tells it."""
    given = f"{' '.join(args)} "
    for mark, kind in kinds.items():
        key, _, value = mark[1:].partition("=")
        told = f"{mark} " in given if mark[:1] == "-" else key in data
        if not mark or (told and (not value or data[key] == value)):
            return kind
    raise AssertionError(f"spanf1 {given}writes none of {', '.join(kinds.values())}")
