"""Lists of entities as language models print them: what they say, and not where it is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, BinaryIO, cast

from spanf1.core.documents import Document, Offsets, TextSpan
from spanf1.exceptions import LossError
from spanf1.formats.records.fields import (
    Record,
    error,
    gathered,
    id_of,
    key_of,
    line_of,
    names_of,
    string_of,
    text_if_any,
)
from spanf1.formats.records.items import OFFSET_KEYS
from spanf1.formats.records.lines import named_keys, spelt
from spanf1.formats.records.sniffing import View
from spanf1.formats.registry import MAYBE, Input, Writing

#: the keys of lists that are looked for, in a file of one side
SPAN_KEYS = ("entities", "spans", "labels", "label", "ents")
#: the keys of an item that may have what it says, and its type; the first that is there is taken
TEXT_KEYS = ("text", "name", "word", "mention", "entity", "span", "value")
TYPE_KEYS = ("type", "label", "entity_group", "category", "entity_type", "entity")

# What keys tell of an item that has no offsets: what it says, and its type.
_SAID = {*TEXT_KEYS}
_TYPED = {"type", "label", "category", "entity_type", "entity_group", "entity"}

_FORMS = "an object of a text and a type, or [text, type]"
_UNPLACED = "offsets of entities that are not there in the text"


def looks_like_record(view: View) -> int:
    """Return how sure it is that a part of a record is entities: what they say, and their types."""
    if view.role == "keys":
        return MAYBE * ("entities" in view.record)
    if view.role in ("record", "other"):
        return 0
    match view.value:
        case [[str(), str()], *_]:
            return MAYBE
        case [str(), str()]:
            return MAYBE * (view.role == "list")
        case dict():
            lists = [one for one in view.value.values() if isinstance(one, list)]
            texts = [text for texts in lists for text in texts]
            return MAYBE * (bool(texts) and all(isinstance(text, str) for text in texts))
    strings = {key for key, value in view.item.items() if isinstance(value, str)}
    said, typed = strings & _SAID, strings & _TYPED
    return MAYBE * bool(said and typed and len(said | typed) > 1)


def documents(input: Input) -> Iterator[Document]:
    """Read lists of entities: each a record, or at a key of one.

    Where an entity has offsets, and the text of the record is the same there, they are taken;
    others are left out.

    Raises
    ------
    ReadError, LayoutError
        If there is anything else in the file.
    """
    options = input.options
    names = names_of(input, SPAN_KEYS)
    for record in gathered(
        input, partial(_is_item, names if options.key is None else (options.key,))
    ):
        if isinstance(record.value, list):
            spans = _spans(input, record, "record", record.value, None)
            yield Document(None, spans, line=record.line)
            continue
        key = key_of(input, record, names)
        text = text_if_any(input, record)
        spans = _spans(input, record, key, record.value[key], text)
        yield Document(text, spans, None, id_of(input, record), record.line)


def _is_item(names: Sequence[str], value: object) -> bool:
    """Return whether a value is an entity, and no list or object of some."""
    match value:
        case [str(), str()]:
            return True
        case dict():
            found = _keys(value)
            others = set(value).difference(found)
            return all(isinstance(value.get(key), str) for key in found) and not others & {*names}
    return False


def _keys(item: dict[str, Any]) -> tuple[str, str]:
    """Return the keys of what an item says and of its type; empty where there is none."""
    text = next((key for key in TEXT_KEYS if key in item), "")
    return text, next((key for key in TYPE_KEYS if key in item and key != text), "")


def _spans(
    input: Input, record: Record, key: str, value: object, text: str | None
) -> list[TextSpan]:
    """Return the spans of a list of items, or of an object of types and lists of texts."""
    said = partial(_said, input, record)
    if isinstance(value, list):
        return [
            _span(input, record, f"{key}[{number}]", item, text)
            for number, item in enumerate(value)
        ]
    if not isinstance(value, dict):
        message = f"{key} is {spelt(value)}, and is to be a list, or an object of types"
        raise error(input, record, message)
    spans = []
    for name, texts in value.items():
        place = f"{key}[{spelt(name)}]"
        if not isinstance(texts, list | None):
            message = f"{place} is {spelt(texts)}, and is to be a list of the texts of this type"
            raise error(input, record, message)
        kind = said(f"a type in {key}", name)
        spans += [
            TextSpan(kind, (), said(f"{place}[{number}]", one))
            for number, one in enumerate(texts or ())
        ]
    return spans


def _span(input: Input, record: Record, place: str, item: object, text: str | None) -> TextSpan:
    """Return the span of an item."""
    said = partial(_said, input, record)
    if isinstance(item, list) and len(item) == 2:
        return TextSpan(said(f"{place}[1]", item[1]), (), said(f"{place}[0]", item[0]))
    if not isinstance(item, dict):
        found = f"a list of {len(item)}" if isinstance(item, list) else spelt(item)
        raise error(input, record, f"{place} is {found}, and is to be {_FORMS}")
    text_key, type_key = _keys(item)
    if not text_key or not type_key:
        lacks, keys = ("text", TEXT_KEYS) if not text_key else ("type", TYPE_KEYS)
        message = f"{place} has no {lacks} ({', '.join(keys)}); its keys: {named_keys(item)}"
        raise error(input, record, message)
    own = said(f"{place}.{text_key}", item[text_key])
    return TextSpan(
        said(f"{place}.{type_key}", item[type_key]), _parts(input, item, own, text), own
    )


def _said(input: Input, record: Record, place: str, value: object) -> str:
    """Return a value that is to be a string with something in it."""
    found = string_of(input, record, place, value)
    if not found or found.isspace():
        raise error(input, record, f"{place} is empty")
    return found


def _parts(input: Input, item: dict[str, Any], own: str, text: str | None) -> tuple[Offsets, ...]:
    """Return the offsets of an item, if it has some, and the text is the same there."""
    for first, last in OFFSET_KEYS:
        start, end = item.get(first), item.get(last)
        if start is not None or end is not None:
            if text is not None and type(start) is int and type(end) is int:
                there = end - start == len(own) and text.startswith(own, start)
                if start >= 0 and there:
                    return ((start, end),)
            input.remark(_UNPLACED)
            break
    return ()


def write(documents: Iterable[Document], target: BinaryIO | str, how: Writing) -> None:
    """Write a record for each document, on a line of its own, its entities in order.

    Raises
    ------
    LossError
        If it is not known what a span says.
    """
    file = cast(BinaryIO, target)
    for number, document in enumerate(documents, 1):
        record: dict[str, Any] = {} if document.id is None else {"id": document.id}
        if document.text is not None:
            record["text"] = document.text
        items = record[how.key or SPAN_KEYS[0]] = []
        for span in sorted(document.spans, key=_place):
            said = document.text_of(span)
            if not said or said.isspace():
                message = "the text of a span is not known, or empty"
                raise LossError(message, where=f"document {number}")
            items.append({"text": said, "type": span.type})
        file.write(line_of(record))


def _place(span: TextSpan) -> tuple[bool, tuple[Offsets, ...]]:
    """Return what puts spans in order: those with offsets first, the longer of two before."""
    return not span.parts, tuple((start, -end) for start, end in span.parts)
