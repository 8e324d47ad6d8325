"""Which format a JSON file is in, by its records: every format is asked for each part of one."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from spanf1.exceptions import InputError, LayoutError
from spanf1.formats.records.keys import KEYS
from spanf1.formats.records.values import Value, named_keys, spelt, values
from spanf1.formats.registry import COLUMNS, FORMATS, module_of
from spanf1.formats.source import Source

# how many records are looked at, and how deeply they nest at most
_RECORDS = 100
_DEEPEST = 1000
# The keys of spans that readers look for.
_TAGS = KEYS["jsonl"]
_SPAN_KEYS = ("gold", *_TAGS.predicted, *_TAGS.either, "spans", "ents", "entities", "label")

# How JSON begins, which may be in a block of code. A token that is a bracket may stand in columns.
_JSON = re.compile(
    rb"\s*(?:```[a-zA-Z]*\s*\n\s*)?"
    rb"(?:\{(?![ \t]+[^\s\"}])|\[(?=\s*[\[{\"]|[ \t]*\][ \t\r]*(?:\n|\Z)|\s*\]\s*\Z))"
)
# What JSON is made of, but for numbers and constants; a string may be cut off.
_MARK = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)

_HINT = f"--input-format says which: {', '.join(FORMATS)}"


class View(NamedTuple):
    """A part of a record that may tell the format.

    Attributes
    ----------
    role : str
        What it is: a record that is a ``list``; a ``record`` that is an object; such a one as the
        one ``item`` of a list; what is at a key that is ``given``, at one that is ``known``, or at
        any ``other``; and, if no record has spans, a record by its ``keys``.
    value : object
        The part.
    record : dict
        The record; empty if it is a list.
    key : str
        The key, where it is at one.
    """

    role: str
    value: Any
    record: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it
    key: str = ""

    @property
    def at_key(self) -> bool:
        """Whether it is at a key where spans are looked for."""
        return self.role in ("given", "known")

    @property
    def item(self) -> dict[str, Any]:
        """The first item, if the part is a list of objects; else an empty one."""
        match self.value:
            case [dict(first), *_]:
                return first
        return {}

    @property
    def has_tokens(self) -> bool:
        """Whether the record has tokens that are strings, or none."""
        lists = [self.record[key] for key in _TAGS.token if isinstance(self.record.get(key), list)]
        return any(not tokens or isinstance(tokens[0], str) for tokens in lists)

    @property
    def has_text(self) -> bool:
        """Whether the record has a text."""
        return any(isinstance(self.record.get(key), str) for key in ("text", "data"))


def _views(record: object, keys: Sequence[str]) -> Iterator[View]:
    """Yield the parts of a record that may tell its format; what is at `keys` tells first."""
    if isinstance(record, list):
        yield View("list", record)
    if not isinstance(record, dict):
        return
    yield View("record", record, record)
    for role, names in (("given", keys), ("known", _SPAN_KEYS)):
        yield from (View(role, record[key], record, key) for key in names if key in record)
    # A record may be an item of an array that is a document.
    yield View("item", [record], record)
    yield from (View("other", value, record, key) for key, value in record.items())


def _told(view: View) -> str:
    """Return the format that is the likeliest; empty if none is."""
    names = [name for name, known in FORMATS.items() if known.json]
    likeness = {name: int(module_of(name).looks_like_record(view)) for name in names}
    name = max(names, key=likeness.__getitem__)
    return name if likeness[name] else ""


def format_of_records(records: Iterable[object], keys: Sequence[str] = ()) -> str:
    """Return the format of records, by the first that has spans; empty if none has."""
    views = (view for record in records for view in _views(record, keys))
    return next(filter(None, map(_told, views)), "")


def format_of_keys(records: Iterable[object]) -> str:
    """Return the format of records without spans, by their keys; empty if these do not tell."""
    views = (View("keys", record, record if isinstance(record, dict) else {}) for record in records)
    return next(filter(None, map(_told, views)), "")


def format_of_json(source: Source, heads: Iterable[tuple[bytes, bool]], keys: Sequence[str]) -> str:
    """Return the format of what begins like JSON.

    Parameters
    ----------
    source : Source
        Where it is from, for messages.
    heads : iterable of (bytes, bool)
        How it begins, more and more of it, and whether that is all.
    keys : sequence of str
        Keys that were given: what is there tells first.

    Raises
    ------
    ReadError, LayoutError
        If it is no JSON, or nothing tells what it is.
    """
    for head, whole in heads:
        if not _JSON.match(head):
            return COLUMNS
        read, error = _records(source, head, whole)
        records = [value for value, _ in read or _completed(source, head)]
        if name := format_of_records(records, keys):
            return name
        if len(read) == _RECORDS:
            break
    name = format_of_keys(value for value, _ in read)
    if not name:
        raise error or _unknown(source, read)
    return name


def _records(source: Source, head: bytes, whole: bool) -> tuple[list[Value], InputError | None]:
    """Return the first records, and the error for what comes then, if there is one.

    What is not `whole` may be wrong only where it is cut off.
    """
    read: list[Value] = []
    try:
        for batch in values([_text(head).encode()], source):
            read += zip(batch.values, batch.lines, strict=True)
            if len(read) >= _RECORDS:
                break
    except InputError as error:
        if whole:
            return read[:_RECORDS], error
        message = f"its first {len(head)} bytes do not tell which format it is in"
        return read[:_RECORDS], LayoutError(message, where=source.name, hint=_HINT)
    return read[:_RECORDS], None


def _text(head: bytes) -> str:
    """Return bytes as text; those that are none are found when they are read, if not cut in two."""
    return head.decode(errors="ignore")


def _completed(source: Source, head: bytes) -> list[Value]:
    """Return the records of JSON that is cut off: what is not whole left out, what is open closed.

    There are none if it is malformed.
    """
    text = _text(head)
    closers: list[str] = []
    end = 0
    for mark in _MARK.finditer(text):
        match mark[0]:
            case "[" | "{":
                closers.append("]" if mark[0] == "[" else "}")
                if len(closers) > _DEEPEST:
                    return []
            case "]" | "}":
                if not closers:
                    break
                closers.pop()
            case ",":
                pass
            case _:
                continue
        end = mark.start() if mark[0] == "," else mark.end()
    whole = "".join([text[:end], *reversed(closers)])
    with contextlib.suppress(InputError):
        batches = values([whole.encode()], source)
        return [value for batch in batches for value in zip(batch.values, batch.lines, strict=True)]
    return []


def _unknown(source: Source, read: Sequence[Value]) -> LayoutError:
    if not read:
        return LayoutError("there are no records", where=source.name, hint=_HINT)
    value, line = read[0]
    if isinstance(value, dict) and {"spanf1", "signature"} <= value.keys():
        message = "these are results of spanf1, and no tags or spans"
        hint = "spanf1 rescore, merge, compare and diff take results"
        return LayoutError(message, where=source.name, hint=hint)
    has = f"has the keys {named_keys(value)}" if isinstance(value, dict) else f"is {spelt(value)}"
    message = f"no format is known whose records are like this, which {has}"
    return LayoutError(message, where=source.where(line), hint=_HINT)
