"""What an input says of its sentences or texts beside their spans: comments, keys of records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from spanf1.core.tags import TagSet
from spanf1.exceptions import LayoutError
from spanf1.formats.columns.layout import DOCUMENT, NEW_DOCUMENT
from spanf1.formats.columns.lines import TokenLines
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.lines import lines_of
from spanf1.formats.records.record import records
from spanf1.formats.records.values import spelt
from spanf1.formats.registry import ARROW, COLUMNS, FORMATS, Input
from spanf1.wording import shortened

#: the key of the document that a sentence or text is of
DOCUMENT_KEY = "document"
# The id of a document in a comment.
_ID = "newdoc id"

# How many characters of an ISO date say the year, the month and the day; its first day, if short.
_DATE = {"year": 4, "month": 7, "day": 10}
_FIRST_DAY = "0000-01-01"

# So many records show which keys there are.
_SHOWN = 1000
#: formats of JSON of which one value has many texts, or is of none
WITHOUT_KEYS = {"bioc", "cas", "ner-annotator"}

#: the line on which something begins, and what is said there, by keys
Said = tuple[int, Mapping[str, Any]]


class Metadata(NamedTuple):
    """What is said of the sentences or texts of an input.

    Attributes
    ----------
    where : callable
        Returns the place of a line.
    said : callable
        Reads the input, and yields what is said, in order, given the key that is wanted; every
        key if it is empty.
    """

    where: Callable[[int], str]
    said: Callable[[str], Iterator[Said]]

    @classmethod
    def of(cls, input: Input) -> Metadata:
        """Return what an input says that has been read."""
        return cls(input.where, lambda key: _said(input, key))

    def values(self, key: str, lines: Sequence[int]) -> list[str | None]:
        """Return what is at a key for each sentence or text, by the line of its first token.

        Raises
        ------
        LayoutError
            If that is a list or an object, or it cannot be told which record is whose.
        """
        begins: list[int] = []
        found: list[str | None] = []
        for line, record in self.said(key):
            begins.append(line)
            found.append(self._text(key, at_path(record, key), line))
        rows, places = np.array(begins, np.intp), np.array(lines, np.intp)
        number = np.searchsorted(rows, places, "right") - 1
        shared = rows[1:][rows[1:] == rows[:-1]]
        if np.array_equal(rows, places):
            number = np.arange(len(rows))
        elif len(shared):
            raise LayoutError(
                f"{shortened(key)}: several records begin on this line, and not each is one text",
                where=self.where(int(shared[0])),
                hint="one record on each line can be told apart",
            )
        # What begins before all of them has nothing.
        found.append(None)
        return [found[place] for place in number.tolist()]

    def _text(self, key: str, value: object, line: int) -> str | None:
        """Return a value as text; None if it is empty."""
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, str):
            return value or None
        # What is missing in a frame is NaN, or NaT, which is a date by its class.
        if value is None or str(value) in ("nan", "NaT"):
            return None
        if isinstance(value, bool | int | float):
            return json.dumps(value)
        if isinstance(value, date):
            return value.isoformat()
        message = f"{shortened(key)} is {spelt(value)}, and is to be a string or a number"
        raise LayoutError(message, where=self.where(line))

    def names(self) -> set[str]:
        """Return the keys that there are, by what is said first."""
        return {name for _, record in islice(self.said(""), _SHOWN) for name in _names(record)}


def _names(record: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """Yield the keys of a record that have values, and those of what is in it."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _names(value, f"{before}{name}.")
        elif value is not None and not isinstance(value, list):
            yield before + name


def at_path(record: Mapping[str, Any], key: str) -> Any:
    """Return what a record has at a key, or at a path of keys; None if it has nothing."""
    if key in record:
        return record[key]
    first, _, rest = key.partition(".")
    inner = record.get(first)
    return at_path(inner, rest) if rest and isinstance(inner, dict) else None


def parted(key: str) -> tuple[str, str]:
    """Return a key, and the part of the date at it that is wanted: ``date:month``; or nothing."""
    name, _, part = key.rpartition(":")
    return (name, part) if name and part in _DATE else (key, "")


def dates(
    values: Iterable[str | None], key: str, part: str, where: Callable[[int], str]
) -> list[str | None]:
    """Return dates, cut behind a part.

    Parameters
    ----------
    values : iterable of str, optional
        The dates, as ISO 8601 writes them.
    key : str
        What they are called.
    part : str
        The part: year, month or day.
    where : callable
        Returns the place of one, by its number.

    Raises
    ------
    LayoutError
        If one is no date, or has no such part.
    """
    known: dict[str | None, str | None] = {None: None}
    found = []
    for number, value in enumerate(values):
        if value not in known:
            known[value] = _cut(value, _DATE[part]) if value else None
            if known[value] is None:
                message = f"{shortened(key)} is {shortened(value)}, which is no date with a {part}"
                hint = "dates are as in ISO 8601: 2026-11-29, 2026-11-29T12:00:00Z"
                raise LayoutError(message, where=where(number), hint=hint)
        found.append(known[value])
    return found


def _cut(value: str, size: int) -> str | None:
    """Return so many characters of a date; None if it is none, or too short."""
    whole = value + _FIRST_DAY[len(value) :] if size <= len(value) in _DATE.values() else value
    with suppress(ValueError):
        return datetime.fromisoformat(whole).date().isoformat()[:size]
    return None


def _said(input: Input, key: str) -> Iterator[Said]:
    """Yield what an input says that has been read; nothing if its format has no such keys."""
    again = replace(input.again(), progress=None)
    if input.format == COLUMNS:
        file = TagFile.of(again)
        # Of nested levels, any column shows which lines are tokens.
        file.column = int(input.key.partition(",")[0] or file.column)
        yield from said_in_columns(file, TagSet({}, again.options.spelling))
    elif input.format == "conllu":
        lines = ((line.number, line.text.encode()) for line in lines_of(again, "CoNLL-U's"))
        yield from _said_in_comments(
            (number, text) for number, text in lines if text[:1] == b"#" or not text.strip()
        )
    elif input.format == ARROW:
        yield from _said_in_rows(again, key)
    elif FORMATS[input.format].json and input.format not in WITHOUT_KEYS:
        for record in records(again):
            yield record.line, record.value if isinstance(record.value, dict) else {}


def said_in_columns(file: TagFile, tags: TagSet) -> Iterator[Said]:
    """Yield what the comments of a file of columns say; see `_said_in_comments`."""
    return _said_in_comments(
        line for block in file.lines(tags, blank=True) for line in _other_lines(block.lines)
    )


def _other_lines(lines: TokenLines) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a block that are no tokens, with their numbers."""
    stops = lines.newlines.positions()
    others = np.ones(len(stops), np.bool_)
    others[0] = False
    others[lines.newlines.count_before(lines.ends)] = False
    numbers = np.flatnonzero(others)
    places = zip(
        numbers.tolist(), (stops[numbers - 1] + 1).tolist(), stops[numbers].tolist(), strict=True
    )
    for number, begin, end in places:
        yield lines.lines_before + number, bytes(lines.raw.data[begin:end])


def _said_in_comments(others: Iterable[tuple[int, bytes]]) -> Iterator[Said]:
    """Yield what comments say, ``# key = value``, of the sentences that have lines in a row.

    What stands in the same lines in a row as the beginning of a document holds up to the next.

    Parameters
    ----------
    others : iterable of (number, line)
        The lines that are no tokens: comments, beginnings of documents and blank lines.
    """
    own: dict[str, str] = {}
    document: dict[str, str] = {}
    documents = begin = last = 0
    for number, whole in others:
        line = whole.rstrip()
        if number > last + 1:
            begin = begin or last + 1
        last = number
        starts = DOCUMENT.match(line) or NEW_DOCUMENT.match(line)
        if not line or (starts and (begin or own is document)):
            if begin:
                yield begin, {**document, **own}
            own, begin = {}, 0
        if starts:
            documents += 1
            document = own
            own[DOCUMENT_KEY] = f"document {documents}"
        name, equals, value = line.decode("utf-8", "replace").partition("=")
        key = name[1:].strip() if name[:1] == "#" and equals else ""
        if key:
            own.setdefault(key, value.strip())
            if starts and own.get(_ID):
                own[DOCUMENT_KEY] = own[_ID]
    yield begin or last + 1, {**document, **own}


def _said_in_rows(input: Input, key: str) -> Iterator[Said]:
    """Yield what rows of a table have at a key, or in all columns that have no lists."""
    from spanf1.formats.arrow.files import ArrowFile
    from spanf1.formats.arrow.tags import ArrowTable, is_list, only_utf8

    table = ArrowTable(ArrowFile(input.source))
    names = [name for name in table.keys if not is_list(table.type_of(name))]
    if key:
        names = [name for name in (key, key.partition(".")[0]) if name in table.keys][:1]
    for batch in table.rows(names) if names else ():
        with only_utf8(f"a column of {', '.join(names)}", table.source.name):
            yield from enumerate(batch.rows.to_pylist(), batch.before + 1)
