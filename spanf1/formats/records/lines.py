"""JSON Lines: one record a line, and what its keys hold."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple, NoReturn

from spanf1.exceptions import LayoutError, ReadError
from spanf1.formats.source import Progress, Source
from spanf1.wording import shortened

#: about how many bytes are read at a time: few enough that what they hold fits the cache
BLOCK_SIZE = 1 << 17

_ONE_A_LINE = "every line is to be one whole JSON object"

#: half of a surrogate pair, as escapes of JSON may spell it: no character
HALF = re.compile("[\ud800-\udfff]")

#: how many keys of a record a message names
_NAMED = 12

Row = list[Any]


class Batch(NamedTuple):
    """Some records, the line of each, and how many lines of the source there are up to the end."""

    source: Source
    records: Sequence[dict[str, Any]]
    lines: list[int]
    total: int

    def where(self, row: int) -> str:
        """Return the place of a record, for a message."""
        return self.source.where(self.lines[row])

    def values(self, key: str, option: str) -> list[Any]:
        """Return what each record has at a key.

        Raises
        ------
        LayoutError
            If one has not got it; `option` says which it is.
        """
        try:
            return list(map(itemgetter(key), self.records))
        except KeyError:
            row = next(row for row, record in enumerate(self.records) if key not in record)
            raise self.lacking(row, f"there is no key {shortened(key)}", option) from None

    def lists(self, key: str, option: str) -> list[Row]:
        """Return the list that each record has at a key; raises likewise."""
        found = self.values(key, option)
        if set(map(type, found)) <= {list}:
            return found
        row = next(row for row, value in enumerate(found) if type(value) is not list)
        raise LayoutError(
            f"{key} is {spelt(found[row])}, and is to be a list", where=self.where(row)
        )

    def tokens(self, key: str, option: str) -> list[Row]:
        """Return the tokens that each record has at a key: strings; raises likewise."""
        found = self.lists(key, option)
        if not set(map(type, chain.from_iterable(found))) <= {str}:
            row, place = first_not(found, (str,))
            raise LayoutError(
                f"{key}[{place}] is {spelt(found[row][place])}: tokens are to be strings",
                where=self.where(row),
            )
        return found

    def ids(self, key: str, option: str) -> list[str | int]:
        """Return the ids that the records have at a key: strings or numbers; raises likewise."""
        found = self.values(key, option)
        if not set(map(type, found)) <= {str, int}:
            _, row = first_not([found], (str, int))
            raise LayoutError(
                f"{key} is {spelt(found[row])}: ids are to be strings or whole numbers",
                where=self.where(row),
            )
        return found

    def lacking(self, row: int, message: str, option: str) -> LayoutError:
        """Return the error for a record that lacks a key, with those that it has."""
        return LayoutError(
            f"{message}; the record's keys: {named_keys(self.records[row])}",
            where=self.where(row),
            hint=f"{option} says which to read; every record is to have it",
        )


def named_keys(record: dict[str, Any]) -> str:
    """Return the keys of a record, for a message; not more than the first of them."""
    keys = list(record)
    more = f" and {len(keys) - _NAMED} others" if len(keys) > _NAMED else ""
    return ", ".join(map(shortened, keys[:_NAMED])) + more if keys else "none"


def first_not(rows: Sequence[Row], kinds: tuple[type, ...]) -> tuple[int, int]:
    """Return the row, and the place in it, of the first value that is of no such type."""
    return next(
        (row, place)
        for row, values in enumerate(rows)
        for place, value in enumerate(values)
        if type(value) not in kinds
    )


def spelt(value: object) -> str:
    """Return a value as JSON spells it, for a message; not more than its first characters."""
    if isinstance(value, str):
        return shortened(value)
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >> 64:
        return "a huge number"
    if isinstance(value, str | int | float | None):
        return json.dumps(value)
    return f"of type {type(value).__name__}"


def value_of(line: str, where: str, hint: str) -> Any:
    """Return the value that a line is.

    Raises
    ------
    LayoutError
        If it is not one whole JSON value; `hint` says what a line is to be.
    """
    try:
        return DECODER.decode(line.strip())
    except json.JSONDecodeError as error:
        raise malformed(error.msg, error.pos, where, hint) from None
    except (ValueError, RecursionError) as error:
        raise unreadable(error, where) from None


def malformed(reason: str, place: int, where: str, hint: str = "") -> LayoutError:
    """Return the error for what is no JSON, given the place of a character in its line."""
    return LayoutError(f"malformed JSON, character {place + 1}: {reason}", where=where, hint=hint)


def unreadable(error: ValueError | RecursionError, where: str) -> LayoutError:
    """Return the error for JSON that cannot be read, given what the decoder raised."""
    if isinstance(error, RecursionError):
        return LayoutError("JSON that is nested too deeply", where=where)
    # Python refuses to read numbers of thousands of digits.
    known = isinstance(error, LayoutError)
    return LayoutError(str(error) if known else "a number has too many digits", where=where)


def not_utf8(error: UnicodeDecodeError, where: str) -> ReadError:
    """Return the error for bytes that are no text."""
    byte = error.object[error.start]
    return ReadError(f"byte {byte:#04x} is not UTF-8, as JSON is to be", where=where)


class RecordFile:
    """Reads the records of a file, plain or compressed.

    Parameters
    ----------
    source : Source
        The file.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.progress: Progress | None = None

    def batches(self) -> Iterator[Batch]:
        """Yield the records in batches, blank lines left out; the last has none.

        Raises
        ------
        ReadError
            If the file is not there, not readable, damaged, or not UTF-8.
        LayoutError
            If a line is no JSON object.
        """
        total = 0
        for text in self._texts():
            lines = text.split("\n")
            # Every run ends with a line end.
            lines.pop()
            numbers = list(range(total + 1, total + len(lines) + 1))
            total += len(lines)
            records = _parsed(lines)
            if records is None:
                numbered = [
                    (number, line)
                    for number, line in zip(numbers, lines, strict=True)
                    if line and not line.isspace()
                ]
                numbers = [number for number, _ in numbered]
                lines = [line for _, line in numbered]
                records = _parsed(lines) or [self._record(*one) for one in numbered]
            if records:
                yield Batch(self.source, records, numbers, total)
        yield Batch(self.source, (), [], total)

    def _texts(self) -> Iterator[str]:
        """Yield the content in runs of whole lines."""
        lines = 0
        blocks = self.source.blocks(BLOCK_SIZE, self.progress)
        while True:
            try:
                block = next(blocks, None)
                if block is None:
                    return
                content = bytes(memoryview(block.data)[1 : block.end])
                text = content.decode()
                yield text.replace("\r\n", "\n") if "\r" in text else text
            except UnicodeDecodeError as error:
                line = lines + content.count(b"\n", 0, error.start) + 1
                raise not_utf8(error, self.source.where(line)) from None
            except LayoutError as error:
                raise LayoutError(error.message, where=error.where, hint=_ONE_A_LINE) from None
            lines += content.count(b"\n")

    def _record(self, number: int, line: str) -> dict[str, Any]:
        """Return the record of a line, by its number; the slower way, which knows what is wrong."""
        where = self.source.where(number)
        record = value_of(line, where, _ONE_A_LINE)
        if not isinstance(record, dict):
            message = f"the record is {spelt(record)}, not an object"
            raise LayoutError(message, where=where, hint=_ONE_A_LINE)
        return record


def _parsed(lines: Sequence[str]) -> Sequence[dict[str, Any]] | None:
    """Return the records of lines that are plain objects, quickly; None if one is anything else."""
    # Every record is kept for now: to look for garbage among them takes a sixth of the time.
    collects = gc.isenabled()
    gc.disable()
    try:
        records, ends = zip(*map(DECODER.raw_decode, lines), strict=True)
    except (ValueError, RecursionError):
        return None
    finally:
        if collects:
            gc.enable()
    whole = ends == tuple(map(len, lines)) and set(map(type, records)) == {dict}
    return records if whole else None


def _no_constant(name: str) -> NoReturn:
    raise LayoutError(f"{name} is no JSON")


#: reads JSON, and nothing more than JSON
DECODER = json.JSONDecoder(parse_constant=_no_constant)
