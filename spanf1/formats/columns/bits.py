"""Sets of positions in a block, one bit a byte: how many lie before a place, which is the last.

A block's line ends, or the ends of its fields, are such a set. Sixty-four positions are one
number, so that what is asked of thousands of places at once costs a few operations on each
word, and no list of all positions is made.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from spanf1.core.tags import IntArray

WORD_BITS = 64
_ONE = np.uint64(1)


class Bits:
    """A set of positions.

    Parameters
    ----------
    words : array of uint64
        Bit ``p % 64`` of word ``p // 64`` says whether position ``p`` is in the set.
    """

    def __init__(self, words: npt.NDArray[np.uint64]) -> None:
        self.words = words

    @classmethod
    def where(cls, mask: npt.NDArray[np.bool_]) -> Bits:
        """Return the set of positions at which a mask is true; its length is a multiple of 64."""
        return cls(np.packbits(mask, bitorder="little").view("<u8"))

    def __or__(self, other: Bits) -> Bits:
        return Bits(self.words | other.words)

    def run_starts(self) -> Bits:
        """Return those positions of the set whose predecessor is not in it."""
        before = self.words << _ONE
        before[1:] |= self.words[:-1] >> np.uint64(WORD_BITS - 1)
        return Bits(self.words & ~before)

    @cached_property
    def _rank(self) -> npt.NDArray[np.int64]:
        """How many positions lie before each word."""
        ranks = np.zeros(len(self.words), np.int64)
        np.cumsum(np.bitwise_count(self.words[:-1]), out=ranks[1:])
        return ranks

    def count_before(self, places: IntArray) -> npt.NDArray[np.int64]:
        """Return, for each place, how many positions of the set are less than it."""
        word = places >> 6
        below = _ONE << (places & 63).view(np.uint64)
        below -= _ONE
        below &= self.words[word]
        count: npt.NDArray[np.int64] = self._rank[word]
        count += np.bitwise_count(below)
        return count

    def last(self, places: IntArray) -> IntArray:
        """Return, for each place, the last position of the set that is not greater.

        There must be one; position 0 is in every set that this is asked of.
        """
        word = places >> 6
        bits = self.words[word] << (~places & 63).view(np.uint64)
        found = places - (WORD_BITS - 1) + _highest(bits)
        rows = np.flatnonzero(bits == 0)
        word = word[rows]
        while len(rows):
            word -= 1
            bits = self.words[word]
            found[rows] = (word << 6) + _highest(bits)
            missing = bits == 0
            rows, word = rows[missing], word[missing]
        return found

    def positions(self) -> IntArray:
        """Return all positions, ascending."""
        octets = self.words.view(np.uint8)
        place = np.flatnonzero(octets != 0)
        octet = octets[place]
        if (octet & (octet - np.uint8(1))).any():
            return np.flatnonzero(np.unpackbits(octets, bitorder="little"))
        place <<= 3
        # the number of the lowest bit is how many bits lie below it
        place += np.bitwise_count((octet & -octet) - np.uint8(1))
        return place


def _highest(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return the number of the highest bit in each word; nothing meaningful for zero.

    That is the exponent of the word as a floating-point number, once no bit below the highest
    is left that rounding could carry upwards.
    """
    single = bits >> _ONE
    np.invert(single, out=single)
    single &= bits
    exponent = single.astype(np.float64).view(np.int64)
    exponent >>= 52
    exponent -= 1023
    return exponent
