"""The values in a JSON file: one a line, or in one array, or one after the other.

A file of any size is read in little memory: not much more of it is kept than one value.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from spanf1.exceptions import LayoutError
from spanf1.formats.records.lines import DECODER, malformed, not_utf8, unreadable, value_of
from spanf1.formats.source import MAX_LINE

_HINT = "a line is to be one whole JSON value, or the file one JSON array"
_WHITE = re.compile(r"[ \t\r\n]*")

# Where a text ends so soon behind a value, or behind what is wrong with it, more of the text may
# make another value of it: what follows `-Infinity`, the digits of a number, of two escapes.
_MARGIN = 16

#: a JSON value, and the line of the file that it begins on
Value = tuple[Any, int]


def values(content: Iterable[bytes], where: Callable[[int], str]) -> Iterator[Value]:
    """Yield the values in a file.

    These are its lines, if each is a JSON value; or else the elements of the array that it is; or
    what is in it, one after the other. An array that is alone in a file is one value, if its first
    element is neither an object nor an array.

    Parameters
    ----------
    content : iterable of bytes
        The file, in pieces, without a byte-order mark.
    where : callable
        Names the place of a line, for a message.

    Raises
    ------
    ReadError
        If it is not UTF-8.
    LayoutError
        If there is something in it that is no JSON.
    """
    text = _Text(_decoded(content, where), where)
    first = text.peek()
    if first and _has_values_as_lines(text, first):
        yield from _lines(text)
    elif first == "[" and text.peek(1) in "[{]":
        yield from _elements(text)
    else:
        yield from _values(text)


def _decoded(content: Iterable[bytes], where: Callable[[int], str]) -> Iterator[str]:
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
        raise not_utf8(error, where(line)) from None


class _Text:
    """A text that comes in pieces, and the place in it that was come to."""

    def __init__(self, pieces: Iterator[str], where: Callable[[int], str]) -> None:
        self.text = ""
        self.place = 0
        #: the line of the place
        self.line = 1
        self.where = where
        self._pieces = pieces
        # how much of the line that the text begins in is gone
        self._gone = 0

    def grow(self) -> bool:
        """Let go of what is before the place, and make the rest twice as long, if there is more."""
        more: list[str] = []
        size = rest = len(self.text) - self.place
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
        self.place = place

    def peek(self, ahead: int = 0) -> str:
        """Go on to what is no white space; return the next character, or one further ahead."""
        while True:
            place = self.place
            for _ in range(ahead + 1):
                place = _end_of(_WHITE, self.text, place) + 1
            if place <= len(self.text):
                self.advance(_end_of(_WHITE, self.text, self.place))
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
    line = text.rest_of_line(MAX_LINE)
    if line is None:
        return first != "["
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
        if not text.grow():
            return False
        more = len(line)
    return True


def _lines(text: _Text) -> Iterator[Value]:
    """Yield the value of each line that is not blank."""
    while True:
        line = text.rest_of_line()
        if line and not line.isspace():
            yield value_of(line, text.where(text.line), _HINT), text.line
        end = text.place + len(line or "") + 1
        if end > len(text.text):
            return
        text.advance(end)


def _elements(text: _Text) -> Iterator[Value]:
    """Yield the elements of an array."""
    text.advance(text.place + 1)
    if text.peek() != "]":
        yield text.value()
        while (mark := text.peek()) == ",":
            text.advance(text.place + 1)
            text.peek()
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


def _values(text: _Text) -> Iterator[Value]:
    """Yield one value after the other."""
    while text.peek():
        yield text.value()
