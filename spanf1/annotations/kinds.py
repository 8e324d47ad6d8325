"""Which format records of JSON are in, by what they hold."""

from __future__ import annotations

from typing import Any

from spanf1.formats.records.items import OFFSET_KEYS
from spanf1.formats.records.tags import GOLD_KEYS, SECOND_KEYS, TOKEN_KEYS

# The keys of spans that readers look for.
_SPAN_KEYS = ("gold", *SECOND_KEYS, "spans", "ents", "entities", "label")
_TASK_KEYS = ("annotations", "predictions", "completions")
# What keys tell of an item that has no offsets: what it says, and its type.
_SAID = {"text", "name", "word", "mention", "entity", "span", "value"}
_TYPED = {"type", "label", "category", "entity_type", "entity_group", "entity"}


def of_record(value: object, keys: tuple[str, ...]) -> str:
    """Return the format of a record that has spans or tags; empty if it has none.

    What is at `keys` tells first.
    """
    if isinstance(value, dict):
        return _of_object(value, keys)
    match value:
        case [str(), dict()]:
            return "prodigy"
        case [dict() as item, *_]:
            kind = _of_item(item)
            return "pipeline" if kind == "prodigy" else kind
        case [str(), str()] | [[str(), str()], *_]:
            return "entities"
    return ""


def _of_object(record: dict[str, Any], keys: tuple[str, ...]) -> str:
    if isinstance(record.get("data"), dict) and any(
        isinstance(record.get(key), list) for key in _TASK_KEYS
    ):
        return "labelstudio"
    tags = _has_tokens(record) or not _has_text(record)
    for names, tagged in ((keys, True), (_SPAN_KEYS, tags)):
        for key in names:
            kind = _of_value(record.get(key), key)
            if kind and (kind != "jsonl" or tagged):
                if kind == "doccano" and _has_tokens(record):
                    return "prodigy"
                return kind
    # A record may be an item of an array that is a document.
    kind = _of_item(record)
    if kind in ("pipeline", "entities"):
        return kind
    # Label Studio calls a list of spans as the user does.
    values = (_of_value(value, key) for key, value in record.items())
    return "labelstudio" if "labelstudio" in values else ""


def _of_value(value: object, key: str) -> str:
    """Return what format the value at a key is from; empty if it does not tell."""
    match value:
        case dict():
            texts = [text for found in value.values() if isinstance(found, list) for text in found]
            return "entities" if texts and all(isinstance(text, str) for text in texts) else ""
        case [str() | int(), *_]:
            return "jsonl"
        case [[int(), int(), str()], *_]:
            return "doccano" if key in ("label", "labels") else "prodigy"
        case [[str(), str()], *_]:
            return "entities"
        case [dict() as item, *_]:
            return _of_item(item)
    return ""


def _of_item(item: dict[str, Any]) -> str:
    """Return what format an item of a list is from; empty if it does not tell."""
    if "entity_group" in item or ("entity" in item and ("start" in item or "index" in item)):
        return "pipeline"
    characters, doccano = (start in item and end in item for start, end in OFFSET_KEYS)
    if characters and isinstance(item.get("labels"), list):
        return "labelstudio"
    if characters or "offsets" in item:
        return "prodigy"
    if doccano:
        return "doccano"
    said, typed = (
        {key for key in some if isinstance(item.get(key), str)} for some in (_SAID, _TYPED)
    )
    return "entities" if said and typed and len(said | typed) > 1 else ""


def of_keys(value: object, _: tuple[str, ...]) -> str:
    """Return the format of a record by the keys that it has; empty if these do not tell."""
    if isinstance(value, list):
        return "" if value else "pipeline"
    if not isinstance(value, dict):
        return ""
    if _has_tokens(value):
        return "jsonl"
    if _has_text(value):
        return "prodigy" if "text" in value else "doccano"
    if any(key in value for key in (*GOLD_KEYS, *SECOND_KEYS)):
        return "jsonl"
    return "entities" if "entities" in value else ""


def _has_tokens(record: dict[str, Any]) -> bool:
    """Return whether a record has tokens that are strings, or none."""
    found = [record[key] for key in TOKEN_KEYS if isinstance(record.get(key), list)]
    return any(not tokens or isinstance(tokens[0], str) for tokens in found)


def _has_text(record: dict[str, Any]) -> bool:
    return any(isinstance(record.get(key), str) for key in ("text", "data"))
