"""The records of a JSON file, and what they have at their keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO, NamedTuple

from spanf1.exceptions import LayoutError
from spanf1.formats.records.lines import HALF, named_keys, spelt
from spanf1.formats.records.values import values
from spanf1.formats.registry import Input
from spanf1.wording import shortened

#: the keys of ids that are looked for: the first that is there is taken
ID_KEYS = ("id", "doc_id", "document_id")
#: the keys of predicted spans that are looked for
PRED_KEYS = ("predicted", "pred", "predictions", "prediction")

# how many bytes are read at a time
_PIECE = 1 << 18


class Record(NamedTuple):
    """A JSON value, and the line of the file that it begins on."""

    value: Any
    line: int


def records(input: Input) -> Iterator[Record]:
    """Yield the records of a file: JSON Lines, a JSON array of records, or one over several lines.

    Raises
    ------
    ReadError
        If the file is not there, not readable, damaged, or not UTF-8.
    LayoutError
        If there is something in it that is no JSON.
    """
    source = input.source
    if input.values is not None:
        return (Record(value, number) for number, value in enumerate(input.values, 1))
    found = values(source.chunks(_PIECE, input.progress), source.where)
    return map(Record._make, found)


def error(input: Input, record: Record, message: str, hint: str = "") -> LayoutError:
    """Return an error that says where the record is."""
    return LayoutError(message, where=input.where(record.line), hint=hint)


def object_of(input: Input, record: Record) -> dict[str, Any]:
    """Return a record that is to be an object.

    Raises
    ------
    LayoutError
        If it is none. Likewise in the functions below.
    """
    if not isinstance(record.value, dict):
        raise error(input, record, f"the record is {spelt(record.value)}, not an object")
    return record.value


def lacking(input: Input, record: Record, message: str, option: str) -> LayoutError:
    """Return the error for a record that lacks a key, with those that it has."""
    keys = named_keys(object_of(input, record))
    hint = f"{option} says which to read; every record is to have it"
    return error(input, record, f"{message}; the record's keys: {keys}", hint)


def key_of(input: Input, record: Record, names: Sequence[str]) -> str:
    """Return the key of the spans: what was given, or the first of some names that is there.

    The first record decides, and every other is to have that key, too; it becomes `input.key`.
    """
    value, options = object_of(input, record), input.options
    option = options.option("key")
    if not input.key:
        input.key = _chosen(value, names) if options.key is None else options.key
        if not input.key:
            message = f"there is no key of {options.side} spans ({', '.join(names)})"
            raise lacking(input, record, message, option)
    if input.key not in value:
        raise lacking(input, record, f"there is no key {shortened(input.key)}", option)
    return input.key


def names_of(input: Input, names: Sequence[str]) -> tuple[str, ...]:
    """Return the keys of spans that are looked for, given those for a file of one side."""
    gold = input.options.side == "gold"
    own = ("gold",) if gold else PRED_KEYS
    return (*own, *names) if gold or input.options.alone else own


def note_relations(input: Input, record: Record) -> None:
    """Remark that the relations of a record are left out, if it has some."""
    found = object_of(input, record).get("relations")
    if isinstance(found, list) and found:
        input.remark("relations", len(found))


def _chosen(value: dict[str, Any], names: Sequence[str]) -> str:
    """Return the first of some names that has a list, or else the first that is there."""
    found = [name for name in names if name in value]
    return next((name for name in found if isinstance(value[name], list)), "".join(found[:1]))


def list_of(input: Input, record: Record, key: str) -> list[Any]:
    """Return the list that a record has at a key that is there."""
    value = object_of(input, record)[key]
    if not isinstance(value, list):
        raise error(input, record, f"{key} is {spelt(value)}, and is to be a list")
    return value


def string_of(input: Input, record: Record, place: str, value: object) -> str:
    """Return a value that is to be a string; `place` says which it is, as ``spans[3].label``."""
    if not isinstance(value, str):
        raise error(input, record, f"{place} is {spelt(value)}, and is to be a string")
    half = None if value.isascii() else HALF.search(value)
    if half:
        message = f"{place} has half of a surrogate pair, {half[0]!r}, which is no character"
        raise error(input, record, message)
    return value


def text_of(input: Input, record: Record, names: Sequence[str] = ("text",)) -> str:
    """Return the text of a record: at the key that was given, or the first of some names."""
    found = text_if_any(input, record, names)
    if found is None:
        keys = names if input.options.text_key is None else (input.options.text_key,)
        null = next((key for key in keys if key in record.value), None)
        if null is not None:
            raise error(input, record, f"{null} is null, and is to be a string")
        message = f"there is no key {' or '.join(map(shortened, keys))}"
        raise lacking(input, record, message, "--text-key")
    return found


def text_if_any(input: Input, record: Record, names: Sequence[str] = ("text",)) -> str | None:
    """Return the text of a record, likewise; None if it has none, or null there."""
    value, given = object_of(input, record), input.options.text_key
    key = next((k for k in (names if given is None else (given,)) if k in value), None)
    if key is None or value[key] is None:
        return None
    return string_of(input, record, key, value[key])


def id_of(input: Input, record: Record, names: Sequence[str] = ID_KEYS) -> str | int | None:
    """Return the id of a record, likewise; None if it has none, and no key was given."""
    value, given = object_of(input, record), input.options.id_key
    names = names if given is None else (given,)
    key = next((name for name in names if name in value), None)
    if key is None:
        if given is None:
            return None
        raise lacking(input, record, f"there is no key {shortened(given)}", "--id-key")
    found = value[key]
    if type(found) is int:
        return found
    if not isinstance(found, str):
        message = f"{key} is {spelt(found)}: ids are to be strings or whole numbers"
        raise error(input, record, message)
    return string_of(input, record, key, found)


def line_of(value: object) -> bytes:
    """Return a line of JSON Lines."""
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def write_array(values: Iterable[object], file: BinaryIO) -> None:
    """Write values as an array, each on a line of its own."""
    file.write(b"[")
    for number, value in enumerate(values):
        file.write(b",\n" if number else b"\n")
        file.write(line_of(value).removesuffix(b"\n"))
    file.write(b"\n]\n")


def gathered(input: Input, is_item: Callable[[object], bool]) -> Iterator[Record]:
    """Yield the records of a file; all in one if the first is no list but an item of one.

    Parameters
    ----------
    input : Input
        The input.
    is_item : callable
        Whether a value cannot be a record, but is an item of a list of them.

    Raises
    ------
    ReadError
        If the file is not there, not readable, damaged, or not UTF-8.
    LayoutError
        If there is something in it that is no JSON, or items and other records.
    """
    found = records(input)
    first = next(found, None)
    if first is None:
        return
    if not is_item(first.value):
        yield from chain([first], found)
        return
    items = [first.value]
    for record in found:
        if not is_item(record.value):
            message = "this is no item of one list, as what is before it"
            raise error(input, record, message, "every document is to be a list, or an object")
        items.append(record.value)
    yield Record(items, first.line)
