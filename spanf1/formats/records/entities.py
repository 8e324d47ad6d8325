"""Lists of entities as language models print them: what they say, and not where it is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, BinaryIO

from spanf1.core.documents import Document, DocumentBatch, Offsets, TextSpan
from spanf1.exceptions import LossError
from spanf1.formats.records.keys import ITEM_OFFSETS, KEYS
from spanf1.formats.records.plain import batch_of, check, first_of, flat, ids_of, strings
from spanf1.formats.records.record import (
    Record,
    gathered,
    record_batches,
    records_of,
    with_id,
    write_lines,
)
from spanf1.formats.records.sniffing import View
from spanf1.formats.records.values import Values, named_keys, spelt
from spanf1.formats.registry import MAYBE, Input, Writing

_KEYS = KEYS["entities"]

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
    said, typed = strings.intersection(_KEYS.item_text), strings.intersection(_KEYS.item_type)
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
    return map(_document, records_of(input, _reads(input)))


def batches(input: Input) -> Iterator[DocumentBatch]:
    """Read what `documents` does, many at a time."""
    return record_batches(input, _document, _columns, _reads(input))


def _reads(input: Input) -> Iterator[Values]:
    """Yield the lists, or the records that have one."""
    key = input.options.key
    names = _KEYS.of(input.options) if key is None else (key,)
    return gathered(input, partial(_is_item, names))


def _document(record: Record) -> Document:
    """Return the document of a record."""
    if isinstance(record.value, list):
        spans = _spans(record, "record", record.value, None)
        return Document(None, spans, line=record.line)
    key = record.key()
    text = record.text_if_any()
    spans = _spans(record, key, record.value[key], text)
    return Document(text, spans, None, record.id(), record.line)


def _columns(input: Input, values: Sequence[Any]) -> DocumentBatch:
    """Return the documents of records that are all plain, and do not say where entities are."""
    lists, texts, ids = values, None, None
    if not isinstance(values[0], list):
        check(set(map(type, values)) == {dict})
        given = input.options.text_key
        texts = [value.get(_KEYS.text[0] if given is None else given) for value in values]
        strings(text for text in texts if text is not None)
        ids = ids_of(input, set().union(*values), values)
        lists = [*map(itemgetter(input.key), values)]
    items, counts, _ = flat(lists)
    said: list[Any] = []
    types: list[Any] = []
    if set(map(type, items)) == {list}:
        check(set(map(len, items)) == {2})
        said, types = map(list, zip(*items, strict=True))
    elif items:
        check(set(map(type, items)) == {dict})
        keys = set().union(*items)
        check(keys.isdisjoint(name for pair in ITEM_OFFSETS for name in pair))
        text_key = first_of(_KEYS.item_text, keys)
        type_key = first_of(_KEYS.item_type, keys - {text_key})
        said, types = ([*map(itemgetter(key), items)] for key in (text_key, type_key))
    check(all(map(str.strip, strings(said))) and all(map(str.strip, {*strings(types)})))
    nowhere = [0] * len(items)
    batch = batch_of(counts, nowhere, [*nowhere], types, texts=texts, ids=ids, said=said)
    batch.parts = dict.fromkeys(range(len(items)), ())
    return batch


def _is_item(names: Sequence[str], value: object) -> bool:
    """Return whether a value is an entity, and no list or object of some."""
    match value:
        case [str(), str()]:
            return True
        case dict():
            keys = _keys(value)
            others = set(value).difference(keys)
            return all(isinstance(value.get(key), str) for key in keys) and not others & {*names}
    return False


def _keys(item: dict[str, Any]) -> tuple[str, str]:
    """Return the keys of what an item says and of its type; empty where there is none."""
    text = next((key for key in _KEYS.item_text if key in item), "")
    return text, next((key for key in _KEYS.item_type if key in item and key != text), "")


def _spans(record: Record, key: str, value: object, text: str | None) -> list[TextSpan]:
    """Return the spans of a list of items, or of an object of types and lists of texts."""
    said = partial(_said, record)
    if isinstance(value, list):
        return [_span(record, f"{key}[{number}]", item, text) for number, item in enumerate(value)]
    if not isinstance(value, dict):
        message = f"{key} is {spelt(value)}, and is to be a list, or an object of types"
        raise record.error(message)
    spans = []
    for name, texts in value.items():
        place = f"{key}[{spelt(name)}]"
        if not isinstance(texts, list | None):
            message = f"{place} is {spelt(texts)}, and is to be a list of the texts of this type"
            raise record.error(message)
        kind = said(f"a type in {key}", name)
        spans += [
            TextSpan(kind, (), said(f"{place}[{number}]", one))
            for number, one in enumerate(texts or ())
        ]
    return spans


def _span(record: Record, place: str, item: object, text: str | None) -> TextSpan:
    """Return the span of an item."""
    said = partial(_said, record)
    if isinstance(item, list) and len(item) == 2:
        return TextSpan(said(f"{place}[1]", item[1]), (), said(f"{place}[0]", item[0]))
    if not isinstance(item, dict):
        what = f"a list of {len(item)}" if isinstance(item, list) else spelt(item)
        raise record.error(f"{place} is {what}, and is to be {_FORMS}")
    text_key, type_key = _keys(item)
    if not text_key or not type_key:
        lacks, keys = ("type", _KEYS.item_type) if text_key else ("text", _KEYS.item_text)
        message = f"{place} has no {lacks} ({', '.join(keys)}); its keys: {named_keys(item)}"
        raise record.error(message)
    own = said(f"{place}.{text_key}", item[text_key])
    kind = said(f"{place}.{type_key}", item[type_key])
    return TextSpan(kind, _parts(record, item, own, text), own)


def _said(record: Record, place: str, value: object) -> str:
    """Return a value that is to be a string with something in it."""
    said = record.string(place, value)
    if not said or said.isspace():
        raise record.error(f"{place} is empty")
    return said


def _parts(record: Record, item: dict[str, Any], own: str, text: str | None) -> tuple[Offsets, ...]:
    """Return the offsets of an item, if it has some, and the text is the same there."""
    for first, last in ITEM_OFFSETS:
        start, end = item.get(first), item.get(last)
        if start is not None or end is not None:
            if text is not None and type(start) is int and type(end) is int:
                there = end - start == len(own) and text.startswith(own, start)
                if start >= 0 and there:
                    return ((start, end),)
            record.input.remark(_UNPLACED)
            break
    return ()


def write(documents: Iterable[Document], target: BinaryIO | str, how: Writing) -> None:
    """Write a record for each document, on a line of its own, its entities in order.

    Raises
    ------
    LossError
        If it is not known what a span says.
    """
    write_lines(_records(documents, how.key or _KEYS.either[0]), target)


def _records(documents: Iterable[Document], key: str) -> Iterator[dict[str, Any]]:
    """Yield documents as records."""
    for number, document in enumerate(documents, 1):
        record = with_id(document)
        if document.text is not None:
            record["text"] = document.text
        items = record[key] = []
        for span in sorted(document.spans, key=_place):
            said = document.text_of(span)
            if not said or said.isspace():
                message = "the text of a span is not known, or empty"
                raise LossError(message, where=f"document {number}")
            items.append({"text": said, "type": span.type})
        yield record


def _place(span: TextSpan) -> tuple[bool, tuple[Offsets, ...]]:
    """Return what puts spans in order: those with offsets first, the longer of two before."""
    return not span.parts, tuple((start, -end) for start, end in span.parts)
