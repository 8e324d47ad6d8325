"""What a Hugging Face pipeline for token classification returns: spans, or tokens and tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np

from spanf1.core.documents import Document, Offsets, TextSpan
from spanf1.core.spans import decode
from spanf1.core.tags import TagSet
from spanf1.exceptions import LossError, TagError
from spanf1.formats.arrays import labels_by_id
from spanf1.formats.records.fields import (
    Record,
    error,
    gathered,
    id_of,
    key_of,
    list_of,
    names_of,
    string_of,
    text_if_any,
    write_array,
)
from spanf1.formats.records.items import parts_of, spans_of
from spanf1.formats.records.lines import named_keys, spelt
from spanf1.formats.registry import Reading, Writing
from spanf1.formats.tokens import text_spans
from spanf1.wording import shortened

#: the keys of lists that are looked for, in a file of one side
SPAN_KEYS = ("entities", "spans", "ents")

# The key of an item's type, or of its tag.
_GROUP, _TAG = "entity_group", "entity"
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


def documents(reading: Reading) -> Iterator[Document]:
    """Read lists of what was found: each a record, or at a key of one.

    Spans are taken as they are, tags are decoded. Where a span has no offsets, as by a slow
    tokenizer, it is its word that is known.

    Raises
    ------
    ReadError, LayoutError, TagError
        If there is anything else in the file.
    """
    lists = _lists(reading)
    waiting: list[_List] = []
    # The first item tells whether there are tags.
    for found in lists:
        waiting.append(found)
        if found.items:
            break
    tags = _Tags(reading) if _has_tags(waiting) else None
    for found in chain(waiting, lists):
        numbers = range(len(found.items))
        spans = tags.spans(found) if tags else [_group(reading, found, one) for one in numbers]
        yield Document(found.text, spans, None, found.id, found.record.line)


def _lists(reading: Reading) -> Iterator[_List]:
    """Yield the items of each document."""
    names = names_of(reading, SPAN_KEYS)
    for record in gathered(reading, _is_item):
        if isinstance(record.value, list):
            yield _List(record, "record", record.value, None, None)
            continue
        key = key_of(reading, record, names)
        items = list_of(reading, record, key)
        text = text_if_any(reading, record)
        yield _List(record, key, items, text, id_of(reading, record))


def _is_item(value: object) -> bool:
    """Return whether a value is one of the objects that a pipeline returns a list of."""
    return isinstance(value, dict) and any(
        isinstance(value.get(key), str) for key in (_GROUP, _TAG)
    )


def _has_tags(lists: list[_List]) -> bool:
    """Return whether the first item of some lists, if there is one, has a tag."""
    first = next((item for found in lists for item in found.items), None)
    return isinstance(first, dict) and _GROUP not in first and _TAG in first


def _object(reading: Reading, found: _List, number: int, key: str) -> tuple[str, dict[str, Any]]:
    """Return what an item is called, and the item, which is to have a string at a key."""
    place, item = f"{found.place}[{number}]", found.items[number]
    if not isinstance(item, dict):
        message = f"{place} is {spelt(item)}, and is to be an object"
        raise error(reading, found.record, message)
    if key not in item:
        message = f"{place} has no {key}; its keys: {named_keys(item)}"
        raise error(reading, found.record, message)
    if not string_of(reading, found.record, f"{place}.{key}", item[key]):
        raise error(reading, found.record, f"{place}.{key} is empty")
    return place, item


def _group(reading: Reading, found: _List, number: int) -> TextSpan:
    """Return a span as the pipeline made it of tokens."""
    record = found.record
    place, item = _object(reading, found, number, _GROUP)
    if _LABEL.fullmatch(item[_GROUP]):
        message = f"{place}.{_GROUP} is {spelt(item[_GROUP])}, which is no type"
        raise error(reading, record, message, _NO_NAMES)
    word = item.get("word")
    if word is not None:
        word = string_of(reading, record, f"{place}.word", word)
    if item.get("start") is None and item.get("end") is None:
        if not word:
            raise error(reading, record, f"{place} has no offsets and no word", _NO_OFFSETS)
        return TextSpan(item[_GROUP], (), word)
    placed = {key: item.get(key) for key in (_GROUP, "start", "end")}
    (span,) = spans_of(reading, record, place, placed, found.text)
    return span if found.text is not None else span._replace(text=word or None)


class _Tags:
    """Reads tokens and their tags; tokens that are left out are outside of all spans."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        labels = reading.how.labels
        self._labels = None if labels is None else labels_by_id(labels)
        self._tags = reading.tags = TagSet({}, reading.how.form)
        if self._labels:
            self._tags.expect(self._labels.values())

    def spans(self, found: _List) -> list[TextSpan]:
        codes: list[int] = []
        tokens: list[Offsets] = []
        last = None
        for number in range(len(found.items)):
            place, item = _object(self._reading, found, number, _TAG)
            index = item.get("index")
            if type(index) is not int or (last is not None and index <= last):
                message = f"{place}.index is {spelt(index)}, and is to be a number that goes up"
                raise error(self._reading, found.record, message, _AGGREGATE)
            if last is not None and index > last + 1:
                codes.append(0)
                tokens.append(tokens[-1])
            last = index
            codes.append(self._code(found.record, f"{place}.{_TAG}", item[_TAG]))
            tokens.append(self._offsets(found, place, item, tokens[-1] if tokens else (0, 0)))
        spans = decode(np.array(codes, np.int32), np.zeros(min(len(codes), 1), np.intp))
        return text_spans(spans, ["", *self._tags.types], tokens)

    def _code(self, record: Record, place: str, tag: str) -> int:
        """Return the code of a tag, or of one without a name."""
        number = _LABEL.fullmatch(tag)
        if number:
            known = self._labels or {}
            label = known.get(int(number[1])) if len(number[1]) < 10 else None
            if label is None:
                message = f"{place} is {spelt(tag)}, and it is not said which tag that is"
                raise error(self._reading, record, message, _NO_LABELS)
            tag = label
        try:
            return self._tags.code(tag)
        except TagError as wrong:
            where = self._reading.where(record.line)
            message = f"{place}: {wrong.message}"
            raise TagError(message, where=where, hint=wrong.hint or _AGGREGATE) from None

    def _offsets(self, found: _List, place: str, item: dict[str, Any], before: Offsets) -> Offsets:
        """Return the characters of a token, which come behind those of the token before."""
        reading, record = self._reading, found.record
        start, end = item.get("start"), item.get("end")
        if start is None or end is None:
            raise error(reading, record, f"{place} has no offsets", _NO_OFFSETS)
        ((start, end),) = parts_of(reading, record, place, [(start, end)], found.text)
        # Of a character that takes several tokens, each may have all.
        if start < before[0] or end < before[1]:
            message = f"{place}: {spelt(start)} to {spelt(end)} comes before the token before it"
            raise error(reading, record, message)
        return start, end


def write(documents: Iterable[Document], target: BinaryIO | str, how: Writing) -> None:  # noqa: ARG001
    """Write an array with an array of spans for each document, on a line of its own.

    Raises
    ------
    LossError
        If it is not known where a span is, or it is discontinuous.
    """
    # One array alone on a line would be an array of documents.
    write_array(_arrays(documents), cast(BinaryIO, target))


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
