"""A number that stands for the spans of an annotation, whatever scheme its tags are in.

It is a sum over the spans, each of which is known by its type, its length and the token behind
it, modulo 2^64. So the numbers of the parts of an input give the number of the whole. It tells
apart what is not the same by mistake; it is no seal against somebody who means to deceive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import islice

import numpy as np
import numpy.typing as npt

from spanf1.core.tags import IntArray, unsigned

_BITS = 64
_ALL = (1 << _BITS) - 1
# Odd numbers without a pattern. The powers of the first repeat only after 2^62 tokens.
_RATIO, _LENGTH, _MIX = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_LENGTHS, _MIXES = np.uint64(_LENGTH), np.uint64(_MIX)
_SHIFTS = np.uint64(29), np.uint64(32)
# FNV-1a, by G. Fowler, L. C. Noll and K.-P. Vo
_FNV_START, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3
_FNV_PRIMES = np.uint64(_FNV_PRIME)
# The farthest place whose power is looked up in a table.
_LONG = 1 << 24


@lru_cache(1 << 12)
def type_number(name: str) -> int:
    """Return a number for the name of a type: the same in every run."""
    number = _FNV_START
    for byte in name.encode("utf-8", "surrogatepass"):
        number = (number ^ byte) * _FNV_PRIME & _ALL
    return number


class TypeNumbers:
    """The numbers of types that are themselves numbered from 1.

    Parameters
    ----------
    types : mapping of str to int
        The types, which may grow.
    """

    def __init__(self, types: Mapping[str, int]) -> None:
        self._types = types
        # there is no type 0
        self._numbers = np.zeros(1, np.uint64)

    def take(self, types: IntArray) -> npt.NDArray[np.uint64]:
        """Return the number of each of some types."""
        if len(self._numbers) <= len(self._types):
            more = islice(self._types, len(self._numbers) - 1, None)
            numbers = np.array([*map(type_number, more)], np.uint64)
            self._numbers = np.concatenate((self._numbers, numbers))
        return self._numbers.take(types)


def type_numbers(names: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Return what `type_number` does for each of many names."""
    encoded = [name.encode("utf-8", "surrogatepass") for name in names]
    length = np.array([*map(len, encoded)], np.intp)
    number = np.full(len(names), _FNV_START, np.uint64)
    # Those that still have bytes left go on, the longest of them last.
    order = np.argsort(length, kind="stable")
    start = np.cumsum(length) - length
    bytes_ = np.frombuffer(b"".join(encoded), np.uint8)
    for place in range(int(length.max(initial=0))):
        done = int(np.searchsorted(length, place, side="right", sorter=order))
        left = order[done:]
        number[left] = (number[left] ^ bytes_[start[left] + place]) * _FNV_PRIMES
    return number


def summed(kind: npt.NDArray[np.uint64], length: IntArray, end: IntArray) -> int:
    """Return the number of some spans, one at least.

    Parameters
    ----------
    kind : array of uint64
        The numbers of their types; see `type_number`.
    length : array of int
        How much of what spans are placed by each has: tokens, or characters.
    end : array of int
        The places behind them, counted from where they were read.
    """
    value = unsigned(length) * _LENGTHS
    value ^= kind
    value ^= value >> _SHIFTS[0]
    value *= _MIXES
    value ^= value >> _SHIFTS[1]
    last = int(end.max())
    if last > _LONG:
        parts = zip(value.tolist(), end.tolist(), strict=True)
        return sum(shifted(number, place) for number, place in parts) & _ALL
    return int(value.dot(powers(last + 1).take(end.astype(np.intp, copy=False))))


def number_of(kind: int, length: int, end: int) -> int:
    """Return the number of one span, as `summed` does of many."""
    value = length * _LENGTH & _ALL ^ kind
    value = (value ^ value >> 29) * _MIX & _ALL
    return shifted(value ^ value >> 32, end)


def shifted(number: int, tokens: int) -> int:
    """Return the number of the same spans, had so many tokens been read before them."""
    return number * pow(_RATIO, tokens, 1 << _BITS) & _ALL


def added(first: int, tokens: int, second: int) -> int:
    """Return the number of two parts of an input, the first of which has so many tokens."""
    return first + shifted(second, tokens) & _ALL


def spelt(number: int, tokens: int) -> str:
    """Return eight hexadecimal digits for the spans of an input of so many tokens."""
    mixed = number ^ tokens * _LENGTH & _ALL
    for multiplier in (_MIX, _LENGTH):
        mixed = (mixed ^ mixed >> 31) * multiplier & _ALL
    return f"{mixed >> 32:08x}"


# The powers of the ratio that were needed so far.
_known = np.ones(1, np.uint64)


def powers(count: int) -> npt.NDArray[np.uint64]:
    """Return the first powers of an odd number, so many at least: they have no pattern."""
    global _known  # noqa: PLW0603 - a table that only grows
    if len(_known) < count:
        size = max(count, 2 * len(_known))
        table = np.full(size, _RATIO, np.uint64)
        table[0] = 1
        _known = np.multiply.accumulate(table)
    return _known
