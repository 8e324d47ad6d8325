"""Lists of entities as language models print them: what they say, and not where it is said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, BinaryIO, NamedTuple

from spanf1.core.documents import Document, DocumentBatch, Offsets, TextSpan
from spanf1.exceptions import LayoutError, LossError
from spanf1.formats.records.keys import ITEM_OFFSETS, KEYS
from spanf1.formats.records.plain import LAST, batch_of, check, first_of, flat, ids_of, strings
from spanf1.formats.records.record import (
    Record,
    check_key,
    gathered,
    record_batches,
    records_of,
    with_id,
    write_lines,
)
from spanf1.formats.records.sniffing import View
from spanf1.formats.records.values import DECODER, Values, named_keys, spelt
from spanf1.formats.registry import MAYBE, Input, Writing
from spanf1.wording import shortened

_KEYS = KEYS["entities"]

_FORMS = "an object of a text and a type, or [text, type]"
_UNPLACED = "offsets of entities that are not there in the text"
_ANSWERS, _ITEMS = "answers that are no lists of entities", "items that are no entities"

# How an answer begins that is text, and a block of code in one.
_ANSWER = re.compile(r"\s*(?:```|\[|\{)")
_BLOCK = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)^[ \t]*```", re.M | re.S)


def looks_like_record(view: View) -> int:
    """Return how sure it is that a part of a record is entities: what they say, and their types."""
    if view.role == "keys":
        return MAYBE * ("entities" in view.record)
    if view.role in ("record", "other"):
        return 0
    return MAYBE * _looks_like_answer(view)


def _looks_like_answer(view: View) -> bool:
    """Return whether a part of a record looks like entities."""
    match view.value:
        case [[str(), str()], *_]:
            return True
        case [str(), str()]:
            return view.role == "list"
        case dict():
            lists = [one for one in view.value.values() if isinstance(one, list)]
            texts = [text for texts in lists for text in texts]
            kinds = set(map(type, view.value.values()))
            return set(map(type, texts)) == {str} or (view.at_key and kinds == {str})
        case str():
            return view.at_key and bool(_ANSWER.match(view.value))
    strings = {key for key, value in view.item.items() if isinstance(value, str)}
    said, typed = strings.intersection(_KEYS.item_text), strings.intersection(_KEYS.item_type)
    # An object of a type and a text.
    alone = len(view.item) == len(strings) == 1 and not said and view.role != "item"
    return alone or bool(said and typed and len(said | typed) > 1)


def documents(input: Input) -> Iterator[Document]:
    """Read lists of entities: each a record, or at a key of one; also as text, in a code block.

    Where an entity has offsets, and the text of the record is the same there, they are taken;
    others are left out. What is no entity is left out as well, if there are any others.

    Raises
    ------
    ReadError, LayoutError
        If there is nothing but that in the file.
    """
    answers = _Answers(input)
    yield from map(answers.document, records_of(input, _reads(input)))
    check_key(input)
    answers.check()


def batches(input: Input) -> Iterator[DocumentBatch]:
    """Read what `documents` does, many at a time."""
    answers = _Answers(input)
    yield from record_batches(input, answers.document, answers.columns, _reads(input))
    answers.check()


def _reads(input: Input) -> Iterator[Values]:
    """Yield the lists, or the records that have one."""
    key = input.options.key
    names = _KEYS.of(input.options) if key is None else (key,)
    return gathered(input, partial(_is_item, names))


class _Typed(NamedTuple):
    """An item of an object of types: what it says, what its type is called, and the type."""

    text: object
    place: str
    type: str


class _Answers:
    """The records of an input that are read one by one, and what of them could not be read.

    Parameters
    ----------
    input : Input
        The input.
    """

    def __init__(self, input: Input) -> None:
        self._input = input
        # the error for the first thing that is no entity, as long as there is no other
        self._wrong: LayoutError | None = None
        self._found = False

    def check(self) -> None:
        """Raise an error if there was nothing but what could not be read."""
        if self._wrong and not self._found:
            raise self._wrong

    def columns(self, input: Input, values: Sequence[Any]) -> DocumentBatch:
        """Return the documents of records that are all plain."""
        batch = _columns(input, values)
        self._found = True
        return batch

    def document(self, record: Record) -> Document:
        """Return the document of a record."""
        if isinstance(record.value, list):
            return Document(None, self._spans(record, "record", None), line=record.line)
        key = record.key_if_any()
        text = record.text_if_any()
        spans = self._spans(record, key, text) if key else []
        return Document(text, spans, None, record.id(), record.line)

    def _spans(self, record: Record, key: str, text: str | None) -> list[TextSpan]:
        """Return the spans of an answer: of a list of items, or an object of types and texts."""
        value = record.value if key == "record" else record.value[key]
        try:
            items = [*_items(record, key, value)]
        except LayoutError as error:
            self._leave_out(error, _ANSWERS)
            return []
        spans = []
        for place, item in items:
            try:
                spans.append(_span(record, place, item, text))
            except LayoutError as error:
                self._leave_out(error, _ITEMS)
        self._found = self._found or bool(spans) or not items
        return spans

    def _leave_out(self, error: LayoutError, what: str) -> None:
        self._wrong = self._wrong or error
        self._input.remark(what)


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


def _items(record: Record, key: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield the items of an answer, and what each is called: objects, or lists of a text and type.

    These may be a list, one object, or an object of types and lists of texts; or such a thing as
    text.
    """
    if isinstance(value, str):
        value = _answered(record, key, value)
    match value:
        case list():
            for number, item in enumerate(value):
                place = f"{key}[{number}]"
                if isinstance(item, dict) and not any(_keys(item)):
                    yield from _items(record, place, item)
                else:
                    yield place, item
        case dict() if all(_keys(value)):
            yield key, value
        case dict():
            for name, texts in value.items():
                yield from _of_type(record, key, name, texts)
        case _:
            message = f"{key} is {spelt(value)}, and is to be a list, or an object of types"
            raise record.error(message)


def _of_type(record: Record, key: str, name: str, texts: object) -> Iterator[tuple[str, object]]:
    """Yield the items of one type of an answer: of a text, or of a list of some."""
    place, kind = f"{key}[{spelt(name)}]", f"a type in {key}"
    if isinstance(texts, str):
        yield place, _Typed(texts, kind, name)
    elif isinstance(texts, list | None):
        for number, text in enumerate(texts or ()):
            yield f"{place}[{number}]", _Typed(text, kind, name)
    else:
        message = f"{place} is {spelt(texts)}, and is to be a list of the texts of this type"
        raise record.error(message)


def _answered(record: Record, key: str, text: str) -> object:
    """Return the JSON that an answer as text is, or has in a code block."""
    block = _BLOCK.search(text)
    try:
        return DECODER.decode((block[1] if block else text).strip())
    except (ValueError, RecursionError):
        message = f"{key} is {shortened(text)}, which is no JSON"
        raise record.error(message) from None


def _span(record: Record, place: str, item: object, text: str | None) -> TextSpan:
    """Return the span of an item."""
    said = partial(_said, record)
    if isinstance(item, _Typed):
        return TextSpan(said(item.place, item.type), (), said(place, item.text))
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
            if type(start) is int and type(end) is int and 0 <= start < end <= LAST:
                # Of another input's text it is seen later what that has there.
                there = text is None or (end - start == len(own) and text.startswith(own, start))
                if there:
                    return ((start, end),)
            if not record.input.options.by_text:
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
