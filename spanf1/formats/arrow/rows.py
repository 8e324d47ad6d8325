"""Rows of Arrow as documents: tokens with tags, and texts with spans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from spanf1.core.documents import Document, Offsets
from spanf1.core.spans import decode
from spanf1.core.tags import TagSet
from spanf1.exceptions import AlignmentError, LayoutError, TagError
from spanf1.formats.arrays import IGNORE_INDEX
from spanf1.formats.arrow.files import pyarrow
from spanf1.formats.arrow.tags import (
    Rows,
    TagColumn,
    is_integer,
    is_list,
    is_string,
    token_lists,
    values_of,
)
from spanf1.formats.ids import place_in
from spanf1.formats.records.fields import Record, error, id_of, text_if_any
from spanf1.formats.records.items import OFFSET_KEYS, TYPE_KEYS, parts_of, spans_at
from spanf1.formats.registry import Reading
from spanf1.formats.tokens import by_sentence, sentence_of

#: what structs of spans may have that says their types, and all of what they may have
TYPE_FIELDS = (*TYPE_KEYS, "labels")
_FIELDS = (*TYPE_FIELDS, *(key for pair in OFFSET_KEYS for key in pair), "offsets", "text")


class Columns(NamedTuple):
    """The columns to read: of tags or spans, tokens, text and id; empty where there is none."""

    key: str
    token: str
    text: str
    id: str

    def names(self) -> list[str]:
        """Return the names of those that there are."""
        return list(dict.fromkeys(filter(None, self)))


class TaggedRows:
    """Rows of tokens and tags.

    Parameters
    ----------
    reading : Reading
        The input.
    columns : Columns
        The columns to read.
    labels : mapping of int to str, optional
        The tag of each id; None if there are tags.
    """

    def __init__(
        self, reading: Reading, columns: Columns, labels: Mapping[int, str] | None
    ) -> None:
        self._reading, self._columns = reading, columns
        reading.tags = self._tags = TagSet({}, reading.how.form)
        self._codes = TagColumn(columns.key, labels, self._tags)

    def documents(self, batch: Any, rows: Rows) -> Iterator[Document]:
        """Yield some rows."""
        names, reading = self._columns, self._reading
        ids = self._codes.ids(batch.column(names.key), rows)
        _, lengths = values_of(token_lists(batch, names.token, rows), names.token, rows)
        for row in np.flatnonzero(lengths != ids.lengths)[:1].tolist():
            raise AlignmentError(
                f"{names.key} has {ids.lengths[row]} tags, {names.token} has {lengths[row]} tokens",
                where=rows.where(row),
            )
        # Where there are tags, none has such a number.
        ignored = np.flatnonzero(ids.flat == IGNORE_INDEX)
        if len(ignored):
            row, place = place_in(lengths, int(ignored[0]))
            raise TagError(
                f"{names.key}[{place}] is {IGNORE_INDEX}: a token that does not count can be left "
                "out only where both sides are tags",
                where=rows.where(row),
            )
        codes = np.zeros(0, np.int32)
        if len(ids.flat):
            codes = self._codes.codes(ids, np.arange(len(ids.flat)), rows)
        starts = np.cumsum(lengths) - lengths
        spans = by_sentence(decode(codes, starts[lengths > 0]), starts)
        types = ["", *self._tags.types]
        words = batch.column(names.token).to_pylist()
        keys = batch.column(names.id).to_pylist() if names.id else [None] * len(words)
        for row, (tokens, here, key) in enumerate(zip(words, spans, keys, strict=True)):
            found = sentence_of(tokens, [here], types, rows.where(row))
            line = int(rows.numbers[row])
            record = Record({} if key is None else {names.id: key}, line)
            yield found._replace(id=_id(reading, record, names), line=line)


class MarkedRows:
    """Rows of texts and spans.

    Parameters
    ----------
    reading : Reading
        The input.
    columns : Columns
        The columns to read.
    labels : mapping of int to str, optional
        The type of each id, if there may be ids.
    """

    def __init__(
        self, reading: Reading, columns: Columns, labels: Mapping[int, str] | None
    ) -> None:
        self._reading, self._columns, self._labels = reading, columns, labels

    def documents(self, batch: Any, rows: Rows) -> Iterator[Document]:
        """Yield some rows."""
        names, reading = self._columns, self._reading
        for row, value in enumerate(batch.to_pylist()):
            record = Record(value, int(rows.numbers[row]))
            if value[names.key] is None:
                raise error(reading, record, f"{names.key} is null")
            text = text_if_any(reading, record) if names.text else None
            value[names.key] = list(self._items(record, value[names.key]))
            spans = spans_at(reading, record, names.key, text)
            tokens = self._tokens(record, text)
            yield Document(text, spans, tokens, _id(reading, record, names), record.line)

    def _items(self, record: Record, found: Any) -> Iterator[Any]:
        """Yield the spans of a row as JSON would have them."""
        if isinstance(found, dict):
            found = self._turned(record, found)
        for number, item in enumerate(found):
            if not isinstance(item, dict):
                yield item
                continue
            # What is null in a struct would not be there in JSON.
            known = {key: item[key] for key in _FIELDS if item.get(key) is not None}
            for key in TYPE_FIELDS:
                if key in known:
                    place = f"{self._columns.key}[{number}].{key}"
                    known[key] = self._named(record, place, known[key])
            yield known

    def _turned(self, record: Record, lists: dict[str, Any]) -> list[dict[str, Any]]:
        """Return a struct of lists as a list of structs."""
        there = {name: values for name, values in lists.items() if values is not None}
        lengths = {name: len(values) for name, values in there.items()}
        if len(set(lengths.values())) > 1:
            sizes = ", ".join(f"{name} {length}" for name, length in lengths.items())
            message = f"{self._columns.key} has lists of different lengths: {sizes}"
            raise error(self._reading, record, message)
        rows = zip(*there.values(), strict=True)
        return [dict(zip(there, row, strict=True)) for row in rows]

    def _named(self, record: Record, place: str, value: Any) -> Any:
        """Return a label, or a list of them, with the names of those that are ids."""
        if isinstance(value, list):
            return [self._named(record, f"{place}[{k}]", one) for k, one in enumerate(value)]
        if type(value) is not int:
            return value
        if self._labels is None:
            raise error(
                self._reading,
                record,
                f"{place} is {value}, and the schema names no labels",
                "labels=[...] (--labels PER,LOC,ORG) says which label each id is",
            )
        if value not in self._labels:
            message = f"{place}: there is no label for id {value}; there are {len(self._labels)}"
            raise error(self._reading, record, message)
        return self._labels[value]

    def _tokens(self, record: Record, text: str | None) -> list[Offsets] | None:
        """Return the tokens of a row: structs of offsets, or strings that make up the text."""
        key = self._columns.token
        found = record.value.get(key)
        if not isinstance(found, list) or text is None:
            return None
        if all(isinstance(token, str) for token in found):
            return _places(found, text)
        if not all(isinstance(token, dict) for token in found):
            return None
        pairs = [(token.get("start"), token.get("end")) for token in found]
        return list(parts_of(self._reading, record, key, pairs, text))


def _places(words: Sequence[str], text: str) -> list[Offsets] | None:
    """Return where tokens are in a text; None if it is not made of them and of white space."""
    found, end = [], 0
    for word in words:
        start = len(text) - len(text[end:].lstrip())
        end = start + len(word)
        if not word or text[start:end] != word:
            return None
        found.append((start, end))
    return None if text[end:].strip() else found


def check_types(batch: Any, where: str) -> None:
    """Require that values are such as JSON may have.

    Raises
    ------
    LayoutError
        If they are not.
    """
    for field in batch.schema:
        if not _is_plain(field.type):
            raise LayoutError(f"{field.name} is {field.type}, which is not read", where=where)


def _is_plain(kind: Any) -> bool:
    """Return whether values of a type are such as JSON may have."""
    types = pyarrow().types
    if is_list(kind):
        return _is_plain(kind.value_type)
    if types.is_struct(kind):
        return all(_is_plain(field.type) for field in kind if field.name in _FIELDS)
    simple = types.is_null, types.is_boolean, types.is_floating, is_integer, is_string
    return any(test(kind) for test in simple)


def _id(reading: Reading, record: Record, columns: Columns) -> str | int | None:
    """Return the id of a row; None if it is null."""
    if not columns.id or record.value.get(columns.id) is None:
        return None
    return id_of(reading, record, (columns.id,))
