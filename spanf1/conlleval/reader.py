"""The reference script's input, read as the script reads it: Perl's ``split`` on bytes.

A line's fields are what `split` leaves of it: empty fields at its end are dropped. The last
two are the gold and the predicted tag. A line without fields, or whose first is ``-X-``, is a
boundary. All token lines have as many fields as the first line that has any.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from spanf1.core.schemes import PREFIX_BITS
from spanf1.core.script import OTHER_PREFIX, SCRIPT_PREFIXES, ScriptRows
from spanf1.core.tags import CodeArray, IntArray
from spanf1.exceptions import FieldCountError, InputError, ScriptDiedError
from spanf1.formats.columns.lookup import ByteArray, TagLookup
from spanf1.formats.source import BLOCK_SIZE, FRONT, ROOM

_LF, _HYPHEN, _X = b"\n-X"
_EMPTY_LINES = re.compile(rb"\n{3,}")
_BOUNDARY = b"-X-"
_OUTSIDE = b"O"

# Characters that do not stand for themselves.
_SPECIAL = b"\\^.$|()[*+?"
_NAMED_BYTES = {b"\\t": 0x09, b"\\f": 0x0C, b"\\r": 0x0D, b"\\e": 0x1B}

# What Python writes otherwise: the characters that an escape stands for, in brackets or not.
_CLASSES = {b"e": rb"\x1b", b"h": rb"\t \xa0", b"v": rb"\n-\r\x85"}
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_BRACKETS_OR_ESCAPE = re.compile(
    rb"\[(?P<members>\^?\]?(?:\\.|[^]\\])*+)(?P<closed>\]?)|\\(?P<escaped>.)", re.DOTALL
)
# Python takes these for characters between brackets, and does not complain.
_POSIX = re.compile(rb"\[:\^?[a-z]+:\]")

# Alternatives of characters, escapes and classes, each with at most one repeat, at its end: what
# comes behind a repeat could fail, and the repeat be tried again, from everywhere.
_ALTERNATIVE = (
    rb"(?:\[\^?+\]?+(?:\\.|[^]\\])*+\]|\\.?+|[^[\\(){*+?|]|\{(?![0-9,]*\}))*+"
    rb"(?:(?:[*+?]|\{[0-9]{0,2}(?:,[0-9]{0,2})?\})[*+?]?)?+"
)
_LINEAR = re.compile(rb"%b(?:\|%b)*+" % (_ALTERNATIVE, _ALTERNATIVE), re.DOTALL)

# One of some characters, or a run of them: what most people write. It matches no
# empty text, so Python splits by it as Perl does.
_PLAIN = re.compile(rb"(?:[ \t,;]|\\[hst]|\[(?:[ \t,;|]|\\[hst])+\])\+?")


class ScriptFile:
    r"""Reads input of the script.

    Bytes are taken as they are: nothing is decompressed, no byte-order mark is dropped, a
    carriage return belongs to the last field.

    Parameters
    ----------
    stream : BinaryIO
        Where the bytes come from.
    delimiter : bytes
        What separates fields: a Perl regular expression, as `PerlSplit` takes it. One character
        that stands for itself, also as ``\t`` or ``\|``, is fast.
    raw : bool
        Take tags for types: ``B-`` is put before every tag but ``O``.
    outside : bytes
        What is written for ``O``, if `raw`.
    block_size : int
        About how many bytes are read at a time.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        delimiter: bytes = b" ",
        raw: bool = False,
        outside: bytes = _OUTSIDE,
        block_size: int = BLOCK_SIZE,
    ) -> None:
        self._stream = stream
        self._delimiter = delimiter
        self._block_size = block_size
        self._tags = _Tags(raw, outside)
        self._lookup = TagLookup(self._tags.number)
        # how many fields a line has; 0 until that is known
        self._columns = 0

    def rows(self) -> Iterator[ScriptRows]:
        """Yield the rows, block by block.

        Raises
        ------
        FieldCountError
            If a line that has fields has another number of them than those before.
        ScriptDiedError
            If lines have one field only, or the delimiter is no regular expression.
        OSError
            If the stream cannot be read.
        """
        delimiter = literal_byte(self._delimiter)
        while block := self._stream.read(self._block_size):
            block = b"".join((FRONT, block, self._stream.readline()))
            if not block.endswith(b"\n"):
                block += b"\n"
            if b"\n\n\n" in block:
                # Many boundaries are as one.
                block = _EMPTY_LINES.sub(b"\n\n", block)
            if delimiter is None:
                gold, predicted, tokens = self._numbers_by_pattern(block)
            else:
                gold, predicted, tokens = self._numbers_by_byte(block, delimiter)
            boundaries = len(gold) - tokens
            same = int(np.count_nonzero(gold == predicted)) - boundaries
            codes = self._tags.codes
            yield ScriptRows(codes[gold], codes[predicted], tokens, same)

    def names(self) -> list[str]:
        """Return the names of the types by number; bytes that are not UTF-8 as surrogates."""
        return [name.decode("utf-8", "surrogateescape") for name in self._tags.types]

    def _numbers_by_byte(self, block: bytes, delimiter: int) -> tuple[CodeArray, CodeArray, int]:
        """Return the numbers of the tags on each line, and how many lines are tokens."""
        data = np.frombuffer(block + bytes(ROOM), np.uint8)
        content = data[: len(block)]
        ends = np.flatnonzero((content == delimiter) | (content == _LF))
        line_ends = np.flatnonzero(content[ends] == _LF)
        first = line_ends[:-1]
        counts = _field_counts(ends, line_ends)
        boundary = (counts == 0) | _begins_with_boundary(data, ends, first)
        self._columns = self._columns or int(counts[np.argmax(counts > 0)])
        wrong = (counts != self._columns) & (counts > 0)
        if self._columns < 2:
            wrong |= ~boundary
        if wrong.any():
            line = int(np.argmax(wrong))
            begin, end = ends[first[line]] + 1, ends[line_ends[line + 1]]
            raise self._error(block[begin:end], int(counts[line]))
        rows = np.flatnonzero(~boundary)
        gold_field = first[rows] + (self._columns - 2)
        sides = np.zeros((2, len(first)), np.int32)
        for side, field in zip(sides, (gold_field, gold_field + 1), strict=True):
            start = ends[field] + 1
            side[rows] = self._lookup.numbers(data, start, ends[field + 1] - start, _nowhere)
        return sides[0], sides[1], len(rows)

    def _numbers_by_pattern(self, block: bytes) -> tuple[CodeArray, CodeArray, int]:
        """Do the same as `_numbers_by_byte` line by line, for any regular expression."""
        gold, predicted = [], []
        tokens = 0
        number = self._tags.number
        for line in block[len(FRONT) : -1].split(b"\n"):
            fields = self._split(line)
            count = len(fields)
            self._columns = self._columns or count
            if count not in (0, self._columns):
                raise self._error(line, count)
            if not fields or fields[0] == _BOUNDARY:
                gold.append(0)
                predicted.append(0)
                continue
            if count < 2:
                raise self._error(line, count)
            gold.append(number(fields[-2]))
            predicted.append(number(fields[-1]))
            tokens += 1
        return np.array(gold, np.int32), np.array(predicted, np.int32), tokens

    @cached_property
    def _split(self) -> Callable[[bytes], list[bytes]]:
        """How a line is split. The script compiles the pattern for the first line, if any."""
        try:
            return PerlSplit(self._delimiter)
        except (re.error, OverflowError) as error:
            delimiter = self._delimiter.decode("utf-8", "surrogateescape")
            raise ScriptDiedError(f"conlleval: -d {delimiter}: {error}") from None

    def _error(self, line: bytes, count: int) -> InputError:
        if count != self._columns:
            return FieldCountError(f"unexpected number of features: {count} ({self._columns})")
        text = line.decode("utf-8", "surrogateescape")
        return ScriptDiedError(f"conlleval: unexpected number of features in line {text}")


def _field_counts(ends: IntArray, line_ends: IntArray) -> IntArray:
    """Return how many fields each line has, not counting the empty ones at its end.

    Parameters
    ----------
    ends : array of int, shape (fields + 1,)
        Positions of the bytes before and after each field.
    line_ends : array of int, shape (lines + 1,)
        Which of them are line ends.
    """
    counts = np.diff(line_ends)
    last = line_ends[1:]
    empty = ends[last] - ends[last - 1] == 1
    counts[empty & (counts == 1)] = 0
    odd = np.flatnonzero(empty & (counts > 1))
    if len(odd):
        filled = np.concatenate(([-1], np.flatnonzero(np.diff(ends) > 1)))
        last_filled = filled[np.searchsorted(filled, last[odd]) - 1]
        counts[odd] = np.maximum(last_filled + 1 - line_ends[odd], 0)
    return counts


def _begins_with_boundary(
    data: ByteArray, ends: IntArray, first: IntArray
) -> npt.NDArray[np.bool_]:
    """Return for each line whether its first field, one of `first`, is ``-X-``."""
    begins = ends[first] + 1
    found: npt.NDArray[np.bool_] = data[begins] == _HYPHEN
    lines = np.flatnonzero(found)
    begins = begins[lines]
    fits = ends[first[lines] + 1] - begins == len(_BOUNDARY)
    found[lines] = fits & (data[begins + 1] == _X) & (data[begins + 2] == _HYPHEN)
    return found


def _nowhere(_: int) -> str:
    return ""


class _Tags:
    """The distinct tags, numbered so that the script takes two for the same if their numbers are.

    ``O`` is 0.
    """

    def __init__(self, raw: bool, outside: bytes) -> None:
        self._raw = raw
        self._outside = outside
        self._numbers: dict[bytes, int] = {}
        self._parsed: dict[tuple[bytes, bytes], int] = {(_OUTSIDE, b""): 0}
        #: the types, in the order of their numbers
        self.types = {b"": 0}
        #: the code of each tag, by its number
        self.codes = np.zeros(16, np.int32)

    def number(self, tag: bytes) -> int:
        """Return the number of a tag."""
        number = self._numbers.get(tag)
        if number is None:
            number = self._numbers[tag] = self._parse(tag)
        return number

    def _parse(self, tag: bytes) -> int:
        if self._raw and tag != _OUTSIDE:
            tag = _OUTSIDE if tag == self._outside else b"B-" + tag
        prefix, _, name = tag.partition(b"-")
        name = b"" if name == b"0" else name
        number = self._parsed.setdefault((prefix, name), len(self._parsed))
        if number == len(self.codes):
            self.codes = np.concatenate((self.codes, np.zeros_like(self.codes)))
        kind = self.types.setdefault(name, len(self.types))
        self.codes[number] = kind << PREFIX_BITS | _prefix_number(prefix)
        return number


def _prefix_number(prefix: bytes) -> int:
    known = SCRIPT_PREFIXES.encode()
    return known.index(prefix) if len(prefix) == 1 and prefix in known else OTHER_PREFIX


def literal_byte(pattern: bytes) -> int | None:
    """Return the byte that a pattern matches, if it is one character that stands for itself."""
    if len(pattern) == 1 and pattern not in _SPECIAL and pattern != b"\n":
        return pattern[0]
    if len(pattern) == 2 and pattern[:1] == b"\\" and re.match(rb"[^\w\n]", pattern[1:]):
        return pattern[1]
    return _NAMED_BYTES.get(pattern)


class PerlSplit:
    r"""Splits as Perl's ``split /PATTERN/`` does.

    Empty fields are kept at the beginning and dropped at the end; where the pattern matches
    nothing at all, it splits between characters. The time it takes grows as a line does.

    Parameters
    ----------
    pattern : bytes
        A Perl regular expression without groups, that repeats things only at the end of each of
        its alternatives, and up to 99 times where it counts.

    Raises
    ------
    re.error, OverflowError
        If it is none, or one that cannot be said in Python.

    Examples
    --------
    >>> PerlSplit(rb"\h")(b" a  b ")
    [b'', b'a', b'', b'b']
    >>> PerlSplit(b"-|")(b"a-bc")
    [b'a', b'b', b'c']
    """

    def __init__(self, pattern: bytes) -> None:
        with warnings.catch_warnings():
            # What Python may one day take for operators between sets.
            warnings.simplefilter("ignore", FutureWarning)
            translated = translate(pattern)
            if not _LINEAR.fullmatch(pattern):
                raise re.error("groups, and repeats that are not at the end, are not supported")
            self._pattern = re.compile(translated)
        self._fields = self._pattern.split if _PLAIN.fullmatch(pattern) else self._all_fields

    def __call__(self, line: bytes) -> list[bytes]:
        """Return the fields of a line."""
        fields = self._fields(line)
        while fields and not fields[-1]:
            del fields[-1]
        return fields

    def _all_fields(self, line: bytes) -> list[bytes]:
        """Return the fields of a line with the empty ones at its end."""
        fields = []
        begin = 0
        for match in self._pattern.finditer(line):
            # A match that ends where the field begins, which is an empty one, does not count.
            if match.end() > begin:
                fields.append(line[begin : match.start()])
                begin = match.end()
        fields.append(line[begin:])
        return fields


def translate(pattern: bytes) -> bytes:
    r"""Return a Perl regular expression in Python's syntax; what is the same in both stays.

    Raises
    ------
    re.error
        If it is one of which Python would make something else. What Python does not know, it
        refuses itself.

    Examples
    --------
    >>> translate(rb"\h+|[\h,]|\|")
    b'[\\t \\xa0]+|[\\t \\xa0,]|\\|'
    """
    if _POSIX.search(pattern):
        raise re.error("classes of POSIX are not supported")
    return _BRACKETS_OR_ESCAPE.sub(_translated, pattern)


def _translated(token: re.Match[bytes]) -> bytes:
    members = token["members"]
    if members is None:
        members = _CLASSES.get(token["escaped"])
        return token[0] if members is None else b"[" + members + b"]"
    if not token["closed"]:
        raise re.error("unmatched [")
    return b"[" + _ESCAPE.sub(lambda found: _CLASSES.get(found[1], found[0]), members) + b"]"
