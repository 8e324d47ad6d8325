"""Numbers of the tags in a buffer, without making a string of any but the first of a kind.

A field is looked up by its first and last eight bytes, each loaded as one number, in a table
that a multiplicative hash addresses. What the table says is verified: the length, and every
byte. Fields that the table does not hold, because they are new or two tags fell on one place,
are looked up one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from spanf1.core.misfits import BARE_HINT
from spanf1.core.tags import CodeArray, IntArray, TagSet
from spanf1.exceptions import TagError
from spanf1.wording import shortened

ByteArray = npt.NDArray[np.uint8]
WordArray = npt.NDArray[np.uint64]

_WORD = 8
# Fields are compared word by word, all at once, up to so many bytes; what is longer is rare.
_LONG = 1 << 9
# The table has so many places, and holds tags of up to so many words.
_TABLE_BITS = 13
_TABLE_WORDS = 8
_SHIFT = np.uint64(64 - _TABLE_BITS)
_O = ord("O")

# Odd numbers to multiply by. Where two tags fall on one place, the next one is tried.
_ALL_BITS = (1 << 64) - 1
_MULTIPLIERS = [
    np.uint64(0x9E3779B97F4A7C15 + 2 * n * 0x5851F42D4C957F2D & _ALL_BITS) for n in range(16)
]
# How many rows are looked up one by one, before the table is asked again for the others.
_AT_ONCE = 16
# With so many tags, some will fall on one place whatever they are multiplied by.
_CROWDED = 1 << 9

# Masks that keep the first n bytes of a word, for n from 0 to 8.
_FIRST_BYTES = np.array([(1 << 8 * n) - 1 for n in range(_WORD + 1)], np.uint64)


def words_of(data: ByteArray) -> WordArray:
    """Return a view of the eight bytes that begin at each position, as one number each."""
    return np.ndarray((len(data) - _WORD + 1,), "<u8", data.data, strides=(1,))


def different_fields(
    a: tuple[ByteArray, IntArray, IntArray], b: tuple[ByteArray, IntArray, IntArray]
) -> IntArray:
    """Return the numbers of the fields that differ, each side given as data, start and length."""
    data, start, length = a
    other_data, other_start, other_length = b
    words, other_words = words_of(data), words_of(other_data)
    differ = length != other_length
    first = words[start]
    first ^= other_words[other_start]
    first &= _FIRST_BYTES.take(length.astype(np.intp, copy=False), mode="clip")
    differ |= first != 0
    rows, done = np.flatnonzero(~differ & (length > _WORD)), _WORD
    while len(rows) and done < _LONG:
        # The last word of a field begins within the one before.
        place = np.minimum(length[rows] - _WORD, done)
        unlike = words[start[rows] + place] != other_words[other_start[rows] + place]
        done += _WORD
        differ[rows[unlike]] = True
        rows = rows[~unlike & (length[rows] > done)]
    for row in rows.tolist():
        size, begin, other = (int(array[row]) for array in (length, start, other_start))
        differ[row] = not np.array_equal(
            data[begin : begin + size], other_data[other : other + size]
        )
    return np.flatnonzero(differ)


class TagLookup:
    """Looks up tags by their bytes.

    Parameters
    ----------
    number : callable
        Returns the number of a tag; asked once for each distinct one. What is ``O`` has number 0,
        and is not asked for. It may raise a `TagError`.
    """

    def __init__(self, number: Callable[[bytes], int]) -> None:
        self._number = number
        self._numbers: dict[bytes, int] = {}
        # which of the multipliers is in use
        self._try = 0
        self._clear()

    def _clear(self) -> None:
        self._word = np.zeros((_TABLE_WORDS, 1 << _TABLE_BITS), np.uint64)
        self._length = np.full(1 << _TABLE_BITS, -1, np.int64)
        self._found = np.zeros(1 << _TABLE_BITS, np.int32)

    def numbers(
        self, data: ByteArray, start: IntArray, length: IntArray, where: Callable[[int], str]
    ) -> CodeArray:
        """Return the numbers of the tags in fields.

        Parameters
        ----------
        data : array of uint8
            A block, with room behind it.
        start, length : array of int, shape (tokens,)
            Where each field begins and how many bytes it has.
        where : callable
            Returns the place of a token, by its number, for a message.

        Raises
        ------
        TagError
            If a field is no tag.
        """
        numbers = np.zeros(len(start), np.int32)
        rows = np.flatnonzero((length != 1) | (data[start] != _O))
        if len(rows):
            start, length = start[rows], length[rows]
            words = words_of(data)
            found, unsure = self._in_table(words, start, length)
            at_once = _AT_ONCE
            while len(unsure):
                for row in unsure[:at_once].tolist():
                    tag = data[start[row] : start[row] + length[row]].tobytes()
                    found[row] = self._one(tag, partial(where, int(rows[row])))
                # The table may know the others by now.
                unsure = unsure[at_once:]
                found[unsure], still = self._in_table(words, start[unsure], length[unsure])
                unsure = unsure[still]
                at_once *= 2
            numbers[rows] = found
        return numbers

    def _one(self, tag: bytes, where: Callable[[], str]) -> int:
        """Return the number of one tag."""
        number = self._numbers.get(tag)
        if number is None:
            try:
                number = self._learn(tag)
            except TagError as error:
                raise TagError(error.message, where=where(), hint=error.hint) from None
        return number

    def _in_table(
        self, words: WordArray, start: IntArray, length: IntArray
    ) -> tuple[CodeArray, IntArray]:
        """Return numbers by the table, and the rows for which it has none."""
        word = words[start]
        word &= _FIRST_BYTES[np.minimum(length, _WORD)]
        long = np.flatnonzero(length > _WORD)
        key = word
        if len(long):
            key = word.copy()
            key[long] ^= words[start[long] + length[long] - _WORD] * _MULTIPLIERS[0]
        place = (key * _MULTIPLIERS[self._try]) >> _SHIFT
        place = place.view(np.int64)
        known = self._word[0][place] == word
        known &= self._length[place] == length
        for k in range(1, _TABLE_WORDS):
            long = long[length[long] > k * _WORD]
            if not len(long):
                break
            rest = words[start[long] + k * _WORD]
            rest &= _FIRST_BYTES[np.minimum(length[long] - k * _WORD, _WORD)]
            known[long] &= self._word[k][place[long]] == rest
        return self._found[place], np.flatnonzero(~known)

    def _learn(self, tag: bytes) -> int:
        """Return the number of a tag that was not met before, and put it into the table."""
        number = self._numbers[tag] = self._number(tag)
        if not self._insert(tag) and len(self._numbers) < _CROWDED:
            for self._try in range(len(_MULTIPLIERS)):
                self._clear()
                inserted = [self._insert(tag) for tag in self._numbers]
                if all(inserted):
                    break
        return number

    def _insert(self, tag: bytes) -> bool:
        """Put a tag into the table, unless it is too long for it; return whether there was room."""
        if not 0 < len(tag) <= _TABLE_WORDS * _WORD:
            return True
        words = [int.from_bytes(tag[k : k + _WORD], "little") for k in range(0, len(tag), _WORD)]
        key = words[0]
        if len(tag) > _WORD:
            key ^= int.from_bytes(tag[-_WORD:], "little") * int(_MULTIPLIERS[0]) & _ALL_BITS
        place = (key * int(_MULTIPLIERS[self._try]) & _ALL_BITS) >> int(_SHIFT)
        if self._length[place] >= 0:
            return False
        self._word[: len(words), place] = words
        self._length[place] = len(tag)
        self._found[place] = self._numbers[tag]
        return True


def tag_lookup(tags: TagSet, hint: str) -> TagLookup:
    """Return a lookup of tags in a file: their numbers are the codes that the set gives them.

    Parameters
    ----------
    tags : TagSet
        Gives the codes.
    hint : str
        The way out where a field is no tag.
    """

    def code(tag: bytes) -> int:
        try:
            return tags.code(tag.decode())
        except UnicodeDecodeError:
            shown = shortened(tag.decode("utf-8", "backslashreplace"))
            raise TagError(f"tag {shown} is not UTF-8") from None
        except TagError as error:
            # Where a type may be a word, the column may be another.
            more = "; ".join((error.hint, hint)) if error.hint == BARE_HINT else error.hint
            raise TagError(error.message, hint=more or hint) from None

    return TagLookup(code)
