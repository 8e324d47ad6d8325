"""What a Hugging Face pipeline for token classification returns: spans, or tokens and tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from operator import itemgetter
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from spanf1.core.documents import Document, DocumentBatch, Offsets, TextSpan, in_batches
from spanf1.core.spans import decode
from spanf1.core.tags import TagSet
from spanf1.exceptions import LossError, TagError
from spanf1.formats.labels import labels_by_id
from spanf1.formats.records.keys import ITEM_OFFSETS, KEYS
from spanf1.formats.records.plain import LAST, batch_of, check, check_places, flat, strings
from spanf1.formats.records.record import (
    Record,
    check_key,
    gathered,
    record_batches,
    records_of,
    write_array,
)
from spanf1.formats.records.sniffing import View
from spanf1.formats.records.values import Values, named_keys, spelt
from spanf1.formats.registry import LIKELY, SURE, Input, Writing
from spanf1.formats.tokens import text_spans
from spanf1.wording import shortened

# The key of an item's type, or of its tag; those of its type in lists like it, as GLiNER and
# Presidio return them; and those of what it says.
_GROUP, _TAG = "entity_group", "entity"
_TYPES = (_GROUP, *(key for key in KEYS["pipeline"].item_type if key not in (_GROUP, _TAG)))
_WORDS = ("word", "text")
_LABEL = re.compile(r"LABEL_(\d+)")

_NO_OFFSETS = "a tokenizer that is fast (use_fast=True) gives offsets"
_NO_LABELS = "labels=[...] (--labels O,B-PER,I-PER) says which tag each label is"
_NO_NAMES = "the model has no names for its labels: give them to it, as id2label"
_AGGREGATE = 'aggregation_strategy="simple" makes the pipeline return spans'


class _List(NamedTuple):
    """The items of a document, and where they are from."""

    record: Record
    place: str
    items: list[Any]
    text: str | None
    id: str | int | None


def looks_like_record(view: View) -> int:
    """Return how sure it is that a part of a record is what a pipeline returned."""
    if view.role in ("keys", "other"):
        return LIKELY * (view.role == "keys" and view.value == [])
    item = view.item
    typed = _GROUP in item or (_TAG in item and ("start" in item or "index" in item))
    placed = "offsets" in item or all(key in item for key in ITEM_OFFSETS[0])
    return SURE * (typed or (view.role == "list" and placed))


def documents(input: Input) -> Iterator[Document]:
    """Read lists of what was found: each a record, or at a key of one.

    Spans are taken as they are, tags are decoded. Where a span has no offsets, as by a slow
    tokenizer, it is its word that is known.

    Raises
    ------
    ReadError, LayoutError, TagError
        If there is anything else in the file.
    """
    return _documents(input, gathered(input, is_item))


def batches(input: Input) -> Iterator[DocumentBatch]:
    """Read what `documents` does, many at a time."""
    reads = gathered(input, is_item)
    first = [*islice(reads, 1)]
    filled = next((value for read in first for value in read.values if value != []), None)
    match filled:
        case [dict(item), *_] if _type_key(item):
            yield from record_batches(input, _of_groups, _columns, chain(first, reads))
        case _:
            yield from in_batches(_documents(input, chain(first, reads)))


def _documents(input: Input, reads: Iterable[Values]) -> Iterator[Document]:
    """Yield the document of each list that was read."""
    lists = map(_list, records_of(input, reads))
    waiting: list[_List] = []
    # The first item tells whether there are tags.
    for some in lists:
        waiting.append(some)
        if some.items:
            break
    tags = _Tags(input) if _has_tags(waiting) else None
    for some in chain(waiting, lists):
        yield _of_list(some, tags.spans(some) if tags else _groups(some))
    check_key(input)


def _list(record: Record) -> _List:
    """Return the items of a document."""
    if isinstance(record.value, list):
        return _List(record, "record", record.value, None, None)
    key = record.key_if_any()
    items = record.list_at(key) if key else []
    return _List(record, key, items, record.text_if_any(), record.id())


def _of_list(some: _List, spans: list[TextSpan]) -> Document:
    return Document(some.text, spans, None, some.id, some.record.line)


def _of_groups(record: Record) -> Document:
    """Return the document of a list of spans."""
    some = _list(record)
    return _of_list(some, _groups(some))


def _columns(input: Input, values: Sequence[Any]) -> DocumentBatch:  # noqa: ARG001
    """Return the documents of lists of spans that are all plain."""
    items, counts, _ = flat(values)
    key = next((_type_key(item) for item in items), _GROUP)
    types = strings(map(itemgetter(key), items))
    check(key == _GROUP or not any(_GROUP in item for item in items))
    check("" not in types and not any(map(_LABEL.fullmatch, {*types})))
    starts, ends = ([*map(itemgetter(name), items)] for name in ITEM_OFFSETS[0])
    check_places(starts, ends, LAST)
    words = [next(map(item.get, filter(item.__contains__, _WORDS)), None) for item in items]
    strings(word for word in words if word is not None)
    return batch_of(counts, starts, ends, types, said=[word or None for word in words])


def _type_key(item: dict[str, Any]) -> str:
    """Return the key of an item's type; empty if it has a tag, or nothing."""
    return next((key for key in _TYPES if key in item), "")


def is_item(value: object) -> bool:
    """Return whether a value is one of the objects that a pipeline returns a list of."""
    return isinstance(value, dict) and any(
        isinstance(value.get(key), str) for key in (_GROUP, _TAG)
    )


def _has_tags(lists: list[_List]) -> bool:
    """Return whether the first item of some lists, if there is one, has a tag."""
    first = next((item for some in lists for item in some.items), None)
    return isinstance(first, dict) and not _type_key(first) and _TAG in first


def _object(some: _List, number: int, key: str) -> tuple[str, dict[str, Any]]:
    """Return what an item is called, and the item, which is to have a string at a key."""
    place, item = f"{some.place}[{number}]", some.items[number]
    if not isinstance(item, dict):
        message = f"{place} is {spelt(item)}, and is to be an object"
        raise some.record.error(message)
    if key not in item:
        message = f"{place} has no {key}; its keys: {named_keys(item)}"
        raise some.record.error(message)
    if not some.record.string(f"{place}.{key}", item[key]):
        raise some.record.error(f"{place}.{key} is empty")
    return place, item


def _groups(some: _List) -> list[TextSpan]:
    return [_group(some, number) for number in range(len(some.items))]


def _group(some: _List, number: int) -> TextSpan:
    """Return a span as the pipeline made it of tokens."""
    record, given = some.record, some.items[number]
    key = (_type_key(given) if isinstance(given, dict) else "") or _GROUP
    place, item = _object(some, number, key)
    if _LABEL.fullmatch(item[key]):
        message = f"{place}.{key} is {spelt(item[key])}, which is no type"
        raise record.error(message, _NO_NAMES)
    word_key = next((key for key in _WORDS if key in item), "")
    word = item.get(word_key)
    if word is not None:
        word = record.string(f"{place}.{word_key}", word)
    if item.get("start") is None and item.get("end") is None:
        if not word:
            raise record.error(f"{place} has no offsets and no word", _NO_OFFSETS)
        return TextSpan(item[key], (), word)
    placed = {_GROUP: item[key], "start": item.get("start"), "end": item.get("end")}
    (span,) = record.spans_of(place, placed, some.text)
    return span if some.text is not None else span._replace(text=word or None)


class _Tags:
    """Reads tokens and their tags; tokens that are left out are outside of all spans."""

    def __init__(self, input: Input) -> None:
        labels = input.options.labels
        self._labels = None if labels is None else labels_by_id(labels)
        self._tags = input.tags = TagSet({}, input.options.spelling)
        if self._labels:
            self._tags.expect(self._labels.values())

    def spans(self, some: _List) -> list[TextSpan]:
        if not some.items:
            return []
        codes: list[int] = []
        tokens: list[Offsets] = []
        last = None
        for number in range(len(some.items)):
            place, item = _object(some, number, _TAG)
            index = item.get("index")
            if type(index) is not int or (last is not None and index <= last):
                message = f"{place}.index is {spelt(index)}, and is to be a number that goes up"
                raise some.record.error(message, _AGGREGATE)
            if last is not None and index > last + 1:
                codes.append(0)
                tokens.append(tokens[-1])
            last = index
            codes.append(self._code(some.record, f"{place}.{_TAG}", item[_TAG]))
            tokens.append(self._offsets(some, place, item, tokens[-1] if tokens else (0, 0)))
        spans = decode(np.array(codes, np.int32), np.zeros(1, np.intp))
        return text_spans(spans, ["", *self._tags.types], tokens)

    def _code(self, record: Record, place: str, tag: str) -> int:
        """Return the code of a tag, or of one without a name."""
        number = _LABEL.fullmatch(tag)
        if number:
            known = self._labels or {}
            label = known.get(int(number[1])) if len(number[1]) < 10 else None
            if label is None:
                message = f"{place} is {spelt(tag)}, and it is not said which tag that is"
                raise record.error(message, _NO_LABELS)
            tag = label
        try:
            return self._tags.code(tag)
        except TagError as wrong:
            message, hint = f"{place}: {wrong.message}", wrong.hint or _AGGREGATE
            raise TagError(message, where=record.where, hint=hint) from None

    @staticmethod
    def _offsets(some: _List, place: str, item: dict[str, Any], before: Offsets) -> Offsets:
        """Return the characters of a token, which come behind those of the token before."""
        record = some.record
        start, end = item.get("start"), item.get("end")
        if start is None or end is None:
            raise record.error(f"{place} has no offsets", _NO_OFFSETS)
        ((start, end),) = record.parts_of(place, [(start, end)], some.text)
        # Of a character that takes several tokens, each may have all.
        if start < before[0] or end < before[1]:
            message = f"{place}: {spelt(start)} to {spelt(end)} comes before the token before it"
            raise record.error(message)
        return start, end


def write(documents: Iterable[Document], target: BinaryIO | str, how: Writing) -> None:  # noqa: ARG001
    """Write an array with an array of spans for each document, on a line of its own.

    Raises
    ------
    LossError
        If it is not known where a span is, or it is discontinuous.
    """
    # One array alone on a line would be an array of documents.
    write_array(_arrays(documents), target)


def _arrays(documents: Iterable[Document]) -> Iterator[list[dict[str, Any]]]:
    """Yield the spans of each document."""
    for number, document in enumerate(documents, 1):
        items = []
        for span in document.spans:
            if len(span.parts) != 1:
                said = shortened(document.text_of(span))
                wrong = (
                    f"{said} is discontinuous" if span.parts else f"it is not known where {said} is"
                )
                raise LossError(wrong, where=f"document {number}")
            ((start, end),) = span.parts
            said = document.text_of(span)
            word = {"word": said} if said else {}
            items.append({_GROUP: span.type, **word, "start": start, "end": end})
        yield items
