"""JSON in a file: its records, or its values, in batches: one a line, in an array, or over lines.

A file of any size is read in little memory: not much more of it is kept than a batch, or a value.
"""

from __future__ import annotations

import codecs
import gc
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, count, islice, repeat
from operator import itemgetter
from typing import Any, NamedTuple, NoReturn

from spanf1.exceptions import InputError, LayoutError, ReadError
from spanf1.formats.source import MAX_LINE, STDIN, Progress, Source, look_ahead
from spanf1.wording import and_others, shortened

#: about how many bytes are read at a time: few enough that what they hold fits the cache
BLOCK_SIZE = 1 << 17

_ONE_A_LINE = "every line is to be one whole JSON object"

# how many bytes are read at a time where records are no lines, and how many tell that first
_PIECE, _LOOK = 1 << 18, 1 << 14

# what begins, and ends, a block of code
_FENCE = "`"

#: what is said of a value that is no id
NO_ID = ": ids are to be strings or whole numbers"

#: how many keys of a record a message names
_NAMED = 12

# How many values are yielded at a time that are read one by one: few enough for the cache.
_TOGETHER = 128

Row = list[Any]

_HINT = "a line is to be one whole JSON value, or the file one JSON array"
_WHITE = re.compile(r"[ \t\r\n]*")
# From the first character of a line that is no white space to its end.
_NOT_BLANK = re.compile(r"\S[^\n]*")
_COMMA = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")

# Where a text ends so soon behind a value, or behind what is wrong with it, more of the text may
# make another value of it: what follows `-Infinity`, the digits of a number, of two escapes.
_MARGIN = 16

#: a JSON value, and the line of the file that it begins on
Value = tuple[Any, int]


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
            message = f"there is no key {shortened(key)}"
            raise lacking(self.records[row], message, option, self.where(row)) from None

    def _of_types(self, key: str, option: str, kinds: set[type], expected: str) -> list[Any]:
        """Return what each record has at a key, which is to be of some types; raises likewise."""
        values = self.values(key, option)
        if set(map(type, values)) <= kinds:
            return values
        row = next(row for row, value in enumerate(values) if type(value) not in kinds)
        raise LayoutError(f"{key} is {spelt(values[row])}{expected}", where=self.where(row))

    def lists(self, key: str, option: str) -> list[Row]:
        """Return the list that each record has at a key; raises likewise."""
        return self._of_types(key, option, {list}, ", and is to be a list")

    def tokens(self, key: str, option: str) -> list[Row]:
        """Return the tokens that each record has at a key: strings; raises likewise."""
        rows = self.lists(key, option)
        if not set(map(type, chain.from_iterable(rows))) <= {str}:
            row, place = first_not(rows, (str,))
            message = f"{key}[{place}] is {spelt(rows[row][place])}: tokens are to be strings"
            raise LayoutError(message, where=self.where(row))
        return rows

    def ids(self, key: str, option: str) -> list[str | int]:
        """Return the ids that the records have at a key: strings or numbers; raises likewise."""
        return self._of_types(key, option, {str, int}, NO_ID)


def lacking(record: dict[str, Any], message: str, option: str, where: str) -> LayoutError:
    """Return the error for a record that lacks a key, with those that it has."""
    return LayoutError(
        f"{message}; the record's keys: {named_keys(record)}",
        where=where,
        hint=f"{option} says which to read; every record is to have it",
    )


def named_keys(record: Iterable[str], most: int = _NAMED) -> str:
    """Return the keys of a record, for a message; not more than the first of them."""
    return and_others([*map(shortened, record)], most) or "none"


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
    """Reads the records of a file, plain or compressed: its lines, or what is in an array.

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
            If a line is no JSON object, or something in the array that the file is.
        """
        if not self.is_by_line():
            yield from self._values()
            return
        total = 0
        for text in self._texts():
            if text.isspace():
                total += text.count("\n")
                continue
            lines = text.split("\n")
            # Every run ends with a line end.
            lines.pop()
            first, total = total + 1, total + len(lines)
            numbers = list(range(first, total + 1))
            records = _parsed(lines)
            if records is None:
                numbered = list(_numbered(text, first))
                lines, numbers = [line for line, _ in numbered], [number for _, number in numbered]
                records = _parsed(lines) or [self._record(*one) for one in numbered]
            if records:
                yield Batch(self.source, records, numbers, total)
        yield Batch(self.source, (), [], total)

    def is_by_line(self) -> bool:
        """Return whether every line is to be a record; raises as `batches`."""
        source = self.source
        if source.stop >= 0 or (source.is_pipe() and source.path != STDIN):
            return True
        if source.path == STDIN:
            head = look_ahead(_LOOK)
            whole = b"\n" in head or len(head) < _LOOK
            text = _Text(iter([head.decode(errors="ignore")]), source)
        else:
            whole, text = True, _Text(_decoded(source.chunks(_LOOK), source), source)
        first = text.peek()
        if first == _FENCE:
            return False
        if first == "{":
            return not whole or _has_values_as_lines(text, first)
        return first != "[" or text.peek(1) not in "{]"

    def _values(self) -> Iterator[Batch]:
        """Yield the records of a file whose lines are none, in batches."""
        total = 0
        for read in values(self.source.chunks(_PIECE, self.progress), self.source):
            for value, line in zip(*read, strict=True):
                if not isinstance(value, dict):
                    message = f"the record is {spelt(value)}, not an object"
                    raise LayoutError(message, where=self.source.where(line))
            total = read.lines[-1]
            yield Batch(self.source, read.values, [*read.lines], total)
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

    def _record(self, line: str, number: int) -> dict[str, Any]:
        """Return the record of a line, by its number; the slower way, which knows what is wrong."""
        where = self.source.where(number)
        record = value_of(line, where, _ONE_A_LINE)
        if not isinstance(record, dict):
            message = f"the record is {spelt(record)}, not an object"
            raise LayoutError(message, where=where, hint=_ONE_A_LINE)
        return record


def _parsed(lines: Sequence[str]) -> Sequence[dict[str, Any]] | None:
    """Return the records of lines that are plain objects, quickly; None if one is anything else."""
    records = _values_of(lines)
    return records if records is not None and set(map(type, records)) == {dict} else None


def _values_of(
    lines: Sequence[str], loads: Callable[[str], Any] | None = None
) -> Sequence[Any] | None:
    """Return the values that lines are, quickly; None if one is not just one value.

    `loads` reads a line more quickly than the standard library, if that is there.
    """
    # Every value is kept for now: to look for garbage among them takes a sixth of the time.
    collects = gc.isenabled()
    gc.disable()
    try:
        if loads:
            return list(map(loads, lines))
        # What is no value at all ends the loop.
        parsed = list(map(_SCAN, lines, repeat(0)))
    except (ValueError, RecursionError):
        return None
    finally:
        if collects:
            gc.enable()
    ends = [end for _, end in parsed]
    return [value for value, _ in parsed] if ends == [*map(len, lines)] else None


def _no_constant(name: str) -> NoReturn:
    raise LayoutError(f"{name} is no JSON")


#: reads JSON, and nothing more than JSON
DECODER = json.JSONDecoder(parse_constant=_no_constant)
# what it reads a value with; raises StopIteration where there is none
_SCAN: Callable[[str, int], Value] = DECODER.scan_once  # type: ignore[attr-defined]

# From this line on, a file is long enough to gain from orjson, which takes a while to import. Tags
# gain nothing: most of the time goes to making strings.
_MANY_LINES = 1 << 13

# Whole numbers of more than 64 bits have at least so many digits, of which each is looked for as 0.
_LONG_NUMBER = b"0" * 19
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)


def _quick_loads(text: str) -> Callable[[str], Any] | None:
    """Return what orjson reads a value with; None if it would round one, or is not installed."""
    loads = _orjson_loads()
    return loads if loads and _LONG_NUMBER not in text.encode().translate(_DIGITS) else None


@cache
def _orjson_loads() -> Callable[[str], Any] | None:
    try:
        import orjson
    except ImportError:
        return None
    return orjson.loads


class Values(NamedTuple):
    """Some values of a file, and the line that each begins on."""

    values: Sequence[Any]
    lines: Sequence[int]

    def only(self, begin: int, end: int) -> Values:
        """Return those of a range."""
        return Values(self.values[begin:end], self.lines[begin:end])


def values(content: Iterable[bytes], source: Source, *, by_line: bool = False) -> Iterator[Values]:
    """Yield the values in a file, many at a time; if something is wrong, those before it first.

    These are its lines, if each is a JSON value; or else the elements of the array that it is; or
    what is in it, one after the other. An array that is alone in a file is one value, if its first
    element is neither an object nor an array.

    Parameters
    ----------
    content : iterable of bytes
        The file, in pieces, without a byte-order mark.
    source : Source
        Where it is from: that names the place of a line, and bounds the size of a value.
    by_line : bool
        Whether each line is known to be a value, as in a part of such a file.

    Raises
    ------
    ReadError
        If it is not UTF-8.
    LayoutError
        If there is something in it that is no JSON, or a value that is too large.
    """
    text = _Text(_decoded(content, source), source)
    first = text.peek()
    if first == _FENCE:
        text = _Text(_unfenced(text), source)
        first = text.peek()
    if first and (by_line or _has_values_as_lines(text, first)):
        # A part is of a file that is long.
        yield from _lines(text, 0 if by_line else _MANY_LINES)
    elif first == "[" and text.peek(1) in "[{]":
        yield from _together(_elements(text), text)
    else:
        yield from _together(_values(text), text)


def _unfenced(text: _Text) -> Iterator[str]:
    """Yield a text without the lines that begin and end blocks of code, but for their ends."""
    rest = ""
    while True:
        if len(rest) > text.most:
            raise text.too_large("line")
        *lines, rest = (rest + text.text[text.place :]).split("\n")
        yield "".join(
            "\n" if line.lstrip().startswith(_FENCE * 3) else f"{line}\n" for line in lines
        )
        text.advance(len(text.text))
        if not text.grow():
            break
    yield "" if rest.lstrip().startswith(_FENCE * 3) else rest


def has_objects_as_lines(source: Source) -> bool:
    """Return whether every line of a file is to be an object; raises as `values`."""
    text = _Text(_decoded(source.chunks(), source), source)
    return text.peek() == "{" and _has_values_as_lines(text, "{")


def listed(records: Sequence[Any]) -> Iterator[Values]:
    """Yield records that are in no file, many at a time."""
    return _together(zip(records, count(1), strict=False))


def _together(values: Iterator[Value], text: _Text | None = None) -> Iterator[Values]:
    """Yield values that come one by one, many at a time; fewer if they make much of a text."""
    failed: InputError | None = None

    def some() -> Iterator[Value]:
        nonlocal failed
        begin = text.passed if text else 0
        try:
            for value in islice(values, _TOGETHER):
                yield value
                if text and text.passed - begin > _PIECE:
                    return
        except InputError as error:
            failed = error

    while read := list(some()):
        yield Values(*zip(*read, strict=True))
    if failed:
        raise failed


def _decoded(content: Iterable[bytes], source: Source) -> Iterator[str]:
    """Yield pieces of bytes as text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    try:
        for piece in content:
            text = decoder.decode(piece)
            line += text.count("\n")
            yield text
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line += error.object.count(b"\n", 0, error.start)
        raise not_utf8(error, source.where(line)) from None


class _Text:
    """A text that comes in pieces, and the place in it that was come to."""

    def __init__(self, pieces: Iterator[str], source: Source) -> None:
        self.text = ""
        self.place = 0
        #: the line of the place
        self.line = 1
        #: how many characters are behind it
        self.passed = 0
        self.where = source.where
        self.most = source.most
        self._source = source
        self._pieces = pieces
        # how much of the line that the text begins in is gone
        self._gone = 0

    def grow(self) -> bool:
        """Let go of what is before the place, and make the rest twice as long, if there is more.

        Raises
        ------
        LayoutError
            If the rest is longer than a record may be.
        """
        more: list[str] = []
        size = rest = len(self.text) - self.place
        if rest > self.most:
            raise self.too_large("record")
        while size <= 2 * rest and (piece := next(self._pieces, None)) is not None:
            more.append(piece)
            size += len(piece)
        if size == rest:
            return False
        self._gone = self._character(self.place)
        self.text = "".join([self.text[self.place :], *more])
        self.place = 0
        return True

    def advance(self, place: int) -> None:
        """Go on to a place."""
        self.line += self.text.count("\n", self.place, place)
        self.passed += place - self.place
        self.place = place

    def peek(self, ahead: int = 0) -> str:
        """Go on to what is no white space; return the next character, or one further ahead."""
        while True:
            place = self.place
            for _ in range(ahead + 1):
                place = _end_of(_WHITE, self.text, place) + 1
            self.advance(_end_of(_WHITE, self.text, self.place))
            if place <= len(self.text):
                return self.text[place - 1]
            if not self.grow():
                return ""

    def rest_of_line(self, limit: int | None = None) -> str | None:
        """Return the line from the place on; None if it is longer than the limit."""
        while (end := self.text.find("\n", self.place)) < 0:
            if limit is not None and len(self.text) - self.place > limit:
                return None
            if not self.grow():
                return self.text[self.place :]
        return self.text[self.place : end]

    def value(self) -> Value:
        """Return the value at the place, and go on behind it."""
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.place)
            except json.JSONDecodeError as error:
                late = error.pos + _MARGIN > len(self.text)
                if (late or error.msg.startswith("Unterminated")) and self.grow():
                    continue
                raise self.malformed(error.msg, error.pos) from None
            except (ValueError, RecursionError) as error:
                raise unreadable(error, self.where(self.line)) from None
            if end + _MARGIN > len(self.text) and self.grow():
                continue
            found = value, self.line
            self.advance(end)
            return found

    def too_large(self, what: str) -> LayoutError:
        """Return the error for what begins at the place, and has too many bytes."""
        return self._source.too_large(what, self.most, self.line)

    def malformed(self, reason: str, place: int) -> LayoutError:
        """Return the error for what is wrong at a place."""
        line = self.line + self.text.count("\n", self.place, place)
        return malformed(reason, self._character(place), self.where(line))

    def _character(self, place: int) -> int:
        """Return the place of a character in its line."""
        begin = self.text.rfind("\n", 0, place) + 1
        return place - begin if begin else self._gone + place


def _end_of(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


def _has_values_as_lines(text: _Text, first: str) -> bool:
    """Return whether every line is to be a value, by the first one, and how that begins."""
    line = text.rest_of_line(min(MAX_LINE, text.most))
    if line is None:
        # What is behind the only value of a long line may be nothing but blanks.
        try:
            end = _SCAN(text.text, text.place)[1]
        except (StopIteration, ValueError, RecursionError):
            end = text.place
        return first != "[" and _end_of(_WHITE, text.text, end) < len(text.text)
    try:
        end = DECODER.raw_decode(line)[1]
    except json.JSONDecodeError as error:
        # What is wrong in the middle of a line is said of the line.
        return first != "[" and (
            error.pos < len(line.rstrip()) or error.msg.startswith("Unterminated")
        )
    except (ValueError, RecursionError):
        return first != "["
    if first != "[" or text.peek(1) not in "[{]" or line[end:].strip():
        return True
    more = text.place + len(line)
    while _end_of(_WHITE, text.text, more) == len(text.text):
        # Behind so many blanks there is no further line.
        if len(text.text) - text.place > 2 * MAX_LINE or not text.grow():
            return False
        more = len(line)
    return True


def _lines(text: _Text, quick: int) -> Iterator[Values]:
    """Yield the values of the lines that are not blank, more quickly behind so many lines."""
    while True:
        end = text.text.rfind("\n", text.place) + 1
        if not end:
            if text.grow():
                continue
            end = len(text.text)
        block, first = text.text[text.place : end], text.line
        if not block.isspace():
            lines = block.removesuffix("\n").replace("\r\n", "\n").split("\n")
            parsed = _values_of(lines, _quick_loads(block) if first > quick else None)
            if parsed is not None:
                yield Values(parsed, range(first, first + len(lines)))
            else:
                yield from _together(_one_by_one(block, first, text.where))
        text.advance(end)
        if end == len(text.text) and not text.grow():
            return


def _one_by_one(block: str, first: int, where: Callable[[int], str]) -> Iterator[Value]:
    """Yield the value of each line that is not blank; the slower way, which knows what is wrong."""
    for line, number in _numbered(block, first):
        yield value_of(line, where(number), _HINT), number


def _numbered(block: str, first: int) -> Iterator[tuple[str, int]]:
    """Yield the lines that are not blank, and their numbers; blank ones are passed over quickly."""
    done, number = 0, first
    for found in _NOT_BLANK.finditer(block):
        number += block.count("\n", done, found.start())
        done = found.end()
        yield found[0], number


def _elements(text: _Text) -> Iterator[Value]:
    """Yield the elements of an array."""
    text.advance(text.place + 1)
    if text.peek() != "]":
        yield from _whole_elements(text)
        yield text.value()
        while (mark := text.peek()) == ",":
            text.advance(text.place + 1)
            text.peek()
            yield from _whole_elements(text)
            yield text.value()
        if not mark:
            message = "the array has no end: is the file cut off?"
            raise LayoutError(message, where=text.where(text.line))
        if mark != "]":
            raise text.malformed("Expecting ',' delimiter", text.place)
    text.advance(text.place + 1)
    if text.peek():
        message = "there is something behind the end of the array"
        raise LayoutError(message, where=text.where(text.line), hint=_HINT)


def _whole_elements(text: _Text) -> Iterator[Value]:
    """Yield the elements of which all is there, up to the beginning of the one behind; quickly."""
    while True:
        try:
            value, end = _SCAN(text.text, text.place)
        except (StopIteration, ValueError, RecursionError):
            return
        comma = _COMMA.match(text.text, end)
        if not comma or comma.end() == len(text.text):
            return
        yield value, text.line
        text.advance(comma.end())


def _values(text: _Text) -> Iterator[Value]:
    """Yield one value after the other."""
    while text.peek():
        yield text.value()
