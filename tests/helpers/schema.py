"""Results held against their schema, and closed: a key that it lacks is wrong."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.helpers.shared_data import ROOT

PATH = ROOT / "spanf1" / "results" / "schema.json"

# By which keys data is told to be what.
_KINDS = {
    "ranking": {"systems", "undecided"},
    "changes": {"systems", "kinds"},
    "results": {"systems", "unknown"},
    "wholes": {"signature", "with_gold"},
    "tokens": {"signature", "classes"},
    "result": {"signature", "micro"},
    "analysis": {"signature", "entries"},
    "entry": {"kind", "times"},
    "confusion": {"labels", "same_span"},
    "by": {"slices"},
}


def kind_of(data: Any) -> str:
    """Return what data is, as the schema calls it; nothing if it is no result."""
    if isinstance(data, list):
        return "what_if" if data and isinstance(data[0], dict) and "what" in data[0] else ""
    keys = data.keys() if isinstance(data, dict) else ()
    return next((kind for kind, told in _KINDS.items() if told <= keys), "")


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
    assert {"$ref": f"#/$defs/{kind}"} in schema.pop("anyOf")
    return Draft202012Validator(schema | {"$ref": f"#/$defs/{kind}"})


def no_constant(name: str) -> float:
    raise AssertionError(f"JSON has no {name}")


def check(text: str) -> str:
    """Assert that JSON is as the schema says, and return what it is."""
    data = json.loads(text, parse_constant=no_constant)
    kind = kind_of(data)
    if kind:
        validator(kind).validate(data)
    return kind
