"""Spans of characters as JSON has them: objects, or arrays of a start, an end and a type."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from spanf1.core.documents import Document, Offsets, TextSpan
from spanf1.exceptions import LossError
from spanf1.formats.records.fields import Record, error, list_of, string_of
from spanf1.formats.records.lines import named_keys, spelt
from spanf1.formats.registry import Input
from spanf1.wording import shortened

#: the keys of an item that may have its type
TYPE_KEYS = ("label", "type", "entity_group", "entity", "entity_label")
#: the pairs of keys that may have its offsets
OFFSET_KEYS = (("start", "end"), ("start_offset", "end_offset"))

# Behind what no text goes on.
_LAST = 1 << 53

_OFFSETS_HINT = "offsets count characters, not bytes, from 0; an end is that of the next character"

Pair = tuple[Any, Any]


def spans_at(input: Input, record: Record, key: str, text: str | None) -> list[TextSpan]:
    """Return the spans that a record has at a key that is there; see `spans_of`."""
    return [
        span
        for number, item in enumerate(list_of(input, record, key))
        for span in spans_of(input, record, f"{key}[{number}]", item, text)
    ]


def spans_of(
    input: Input, record: Record, place: str, item: object, text: str | None
) -> list[TextSpan]:
    """Return the spans that one item of a list says there are: one for each of its types.

    Parameters
    ----------
    input : Input
        The input.
    record : Record
        The record.
    place : str
        What the item is called in messages: ``spans[3]``.
    item : object
        An object with `OFFSET_KEYS`, or with ``offsets``, a list of ``[start, end]``; and with
        one of `TYPE_KEYS`, or with ``labels``, a list of types; or an array ``[start, end,
        type]``.
    text : str, optional
        The text of the document, if it is known: the span is to be in it, and what the item has
        as its own text is to be what it says.

    Raises
    ------
    LayoutError
        If the item is anything else, or its span is not in the text.
    """
    if isinstance(item, list):
        if len(item) != 3:
            message = f"{place} has {len(item)} elements, and is to be [start, end, type]"
            raise error(input, record, message)
        parts = parts_of(input, record, place, [(item[0], item[1])], text)
        return [TextSpan(_type_of(input, record, f"{place}[2]", item[2]), parts)]
    if not isinstance(item, dict):
        message = f"{place} is {spelt(item)}, and is to be an object or [start, end, type]"
        raise error(input, record, message)
    parts = parts_of(input, record, place, _pairs(input, record, place, item), text)
    said = _own_text(input, record, place, item) if item.get("text") is not None else None
    if said is not None and text is not None:
        there = " ".join(text[start:end] for start, end in parts)
        if said != there:
            message = f"{place} is {shortened(said)}, and the text has {shortened(there)} there"
            raise error(input, record, message, _OFFSETS_HINT)
    own = said if text is None else None
    return [TextSpan(name, parts, own) for name in types_of(input, record, place, item)]


def types_of(input: Input, record: Record, place: str, item: dict[str, Any]) -> list[str]:
    """Return the types of an item: one, or those in its ``labels``; raises likewise."""
    for key in TYPE_KEYS:
        if key in item:
            return [_type_of(input, record, f"{place}.{key}", item[key])]
    names = item.get("labels")
    if not isinstance(names, list) or not names:
        message = f"{place} has no type ({', '.join(TYPE_KEYS)}, or a list at labels)"
        raise error(input, record, f"{message}; its keys: {named_keys(item)}")
    return [
        _type_of(input, record, f"{place}.labels[{number}]", name)
        for number, name in enumerate(names)
    ]


def parts_of(
    input: Input, record: Record, place: str, pairs: Sequence[Pair], text: str | None
) -> tuple[Offsets, ...]:
    """Return pairs of a start and an end, once they are known to be parts of a text, in order.

    Raises
    ------
    LayoutError
        If they are not.
    """
    for start, end in pairs:
        whole = type(start) is int and type(end) is int
        last = _LAST if text is None else len(text)
        if not whole or not 0 <= start < end <= last:
            raise error(input, record, f"{place}: {_wrong_part(start, end, text)}")
    for (_, end), (start, _) in pairwise(pairs):
        if start < end:
            message = f"{place}: a part begins at {start}, before the one before it ends, at {end}"
            raise error(input, record, message)
    return tuple(pairs)


def _wrong_part(start: Any, end: Any, text: str | None) -> str:
    """Return what is wrong with offsets."""
    for what, value in (("start", start), ("end", end)):
        if type(value) is not int:
            return f"the {what} is {spelt(value)}, and is to be a whole number"
    both = f"{spelt(start)} to {spelt(end)}"
    if text is not None and (start < 0 or end > len(text)):
        return f"{both} is outside the text, which has {len(text)} characters"
    if start < 0 or end > _LAST:
        return f"{both} is outside the text"
    return f"{both} is empty" if start == end else f"{both} ends before it begins"


def placed_text(document: Document, number: int) -> str:
    """Return the text of a document that is to be written, by its number.

    Raises
    ------
    LossError
        If it is not known, or where a span is.
    """
    where = f"document {number}" if document.id is None else f"document {document.id!r}"
    if document.text is None:
        raise LossError("the text is not known", where=where)
    for span in document.spans:
        if not span.parts:
            raise LossError(f"it is not known where {shortened(span.text)} is", where=where)
    return document.text


def _type_of(input: Input, record: Record, place: str, value: object) -> str:
    found = string_of(input, record, place, value)
    if not found:
        raise error(input, record, f"{place} is empty, and is to be a type")
    return found


def _pairs(input: Input, record: Record, place: str, item: dict[str, Any]) -> list[Pair]:
    """Return the offsets of an object, whatever they are."""
    if "offsets" not in item:
        for start, end in OFFSET_KEYS:
            if start in item and end in item:
                return [(item[start], item[end])]
        message = f"{place} has no offsets (start and end, start_offset and end_offset, or offsets)"
        raise error(input, record, f"{message}; its keys: {named_keys(item)}")
    found = item["offsets"]
    if not isinstance(found, list) or not found or not all(map(_is_pair, found)):
        message = f"{place}.offsets is to be a list of [start, end]"
        raise error(input, record, message)
    return [(start, end) for start, end in found]


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2


def _own_text(input: Input, record: Record, place: str, item: dict[str, Any]) -> str:
    """Return what an object has as its own text: all in one, or that of each part."""
    found, name = item["text"], f"{place}.text"
    if not isinstance(found, list):
        return string_of(input, record, name, found)
    return " ".join(string_of(input, record, name, part) for part in found)
