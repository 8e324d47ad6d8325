"""Batches of spans in, credits out: what each span earns by a rule, summed up by its type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.credits import OUTCOMES, Column, Crediting, credited
from spanf1.core.overlaps import Places, find_overlaps
from spanf1.core.scores import CreditCounts
from spanf1.core.spans import WELL_FORMED, BoolArray, Parts, SpanBatch
from spanf1.core.tags import IntArray
from spanf1.core.units import Earned

# A table of numbers of so many bits takes no time beside a block of spans.
_TABLE_BITS = 18


class _Side(NamedTuple):
    """Spans of one side, and the number of the unit of each."""

    start: IntArray
    end: IntArray
    type: IntArray
    unit: IntArray

    def only(self, which: BoolArray) -> _Side:
        return _Side(*(column[which] for column in self))

    def plus(self, other: _Side) -> _Side:
        return _Side(*map(np.concatenate, zip(self, other, strict=True)))


_NONE = _Side(*[np.zeros(0, np.intp)] * 4)


class Creditor:
    """Credits the spans of batches that arrive in order.

    Spans of a sentence that goes on in the next batch are kept until it ends: a span may share
    a place with one that is still to come.

    Parameters
    ----------
    crediting : Crediting
        How spans are credited.
    types : mapping of str to int
        The numbers of the types, from 1, which may grow.
    """

    def __init__(self, crediting: Crediting, types: Mapping[str, int]) -> None:
        _, self._rules, self._schemes = crediting
        self._types = types
        # the place of each type among their names in order; there is no type 0
        self._ranks = np.zeros(1, np.intp)
        self._held = [_NONE, _NONE]
        # The number of each kind of span: the rule's, its type and outcome, and what it earns; and
        # how many there are.
        self._numbers: dict[tuple[int, ...], int] = {}
        self._counts = np.zeros(0, np.int64)

    def add(
        self, batch: SpanBatch, extent: int, begun: int
    ) -> list[tuple[IntArray, npt.NDArray[np.int64]]]:
        """Credit the spans of a batch, and those that were kept, of which all is known.

        Parameters
        ----------
        batch : SpanBatch
            The spans.
        extent : int
            How much there was of what places count before the batch.
        begun : int
            How many units began before it.

        Returns
        -------
        list of (array of int, array of int)
            Of rows of what they earn, the number of each one's unit and of its kind.
        """
        sides, all_parts = [], []
        settled = extent + (batch.size if batch.settled is None else batch.settled)
        for number, spans in enumerate((batch.gold, batch.predicted)):
            unit = batch.units[number] + begun if batch.units else np.zeros_like(spans.end)
            side = _Side(spans.start + extent, spans.end + extent, spans.type, unit)
            parts = batch.parts[number] if batch.parts else None
            if self._schemes:
                kept = WELL_FORMED[self._schemes[number]][spans.shape]
                side, parts = side.only(kept), parts and parts.only(kept)
            if batch.settled is not None:
                side = self._held[number].plus(side)
                known = side.end <= settled
                self._held[number] = side.only(~known)
                side = side.only(known)
            sides.append(side)
            all_parts.append(parts)
        return self._credit(sides, all_parts, extent)

    def in_one_unit(self) -> None:
        """Take all units so far for one."""
        self._held = [side._replace(unit=np.zeros_like(side.unit)) for side in self._held]

    def finish(self, names: Sequence[str]) -> Iterator[tuple[Earned, int]]:
        """Yield each kind of span in the order of their numbers, and how many there are."""
        for (rule, kind, outcome, *sums), count in zip(
            self._numbers, self._counts.tolist(), strict=True
        ):
            name = self._rules[rule].name
            yield Earned(name, names[kind], OUTCOMES[outcome], CreditCounts(*sums)), count

    def _credit(
        self, sides: Sequence[_Side], parts: Sequence[Parts | None], extent: int
    ) -> list[tuple[IntArray, npt.NDArray[np.int64]]]:
        gold, predicted = (
            Places(side.start, side.end, self._ranked(side.type), some and some.moved(extent))
            for side, some in zip(sides, parts, strict=True)
        )
        overlaps = find_overlaps(gold, predicted)
        return [
            (
                sides[side].unit[which],
                self._numbered(number, (sides[side].type[which], *columns)),
            )
            for number, rule in enumerate(self._rules)
            for side, which, columns in credited(rule, gold, predicted, overlaps).rows()
        ]

    def _ranked(self, types: IntArray) -> IntArray:
        """Return numbers of types in the order of their names.

        Of pairings that are as good the first in reading order is taken, whatever types were met
        before: a text earns the same in any part of an input.
        """
        if len(self._ranks) <= len(self._types):
            self._ranks = np.zeros(len(self._types) + 1, np.intp)
            self._ranks[[self._types[name] for name in sorted(self._types)]] = np.arange(
                1, len(self._types) + 1
            )
        return self._ranks[types]

    def _numbered(self, rule: int, columns: Sequence[Column]) -> npt.NDArray[np.int64]:
        """Return the number of the kind of each row, and count them."""
        place, distinct, times = _alike([each for each in columns if isinstance(each, np.ndarray)])
        values = iter(distinct)
        kinds = zip(
            *(next(values) if isinstance(each, np.ndarray) else repeat(each) for each in columns),
            strict=False,
        )
        numbers = self._numbers
        known = [numbers.setdefault((rule, *kind), len(numbers)) for kind in kinds]
        self._counts = np.append(self._counts, np.zeros(len(numbers) - len(self._counts), np.int64))
        self._counts[known] += times
        return np.array(known, np.int64)[place]


def _alike(
    columns: Sequence[npt.NDArray[np.integer]],
) -> tuple[IntArray, list[list[int]], IntArray]:
    """Return which of the distinct rows each is; the columns of these; and how often each is."""
    count = len(columns[0])
    bits = [int(column.max(initial=0)).bit_length() for column in columns]
    if sum(bits) > _TABLE_BITS:
        order = np.lexsort(columns)
        new = np.zeros(count, np.bool_)
        new[:1] = True
        for column in columns:
            ordered = column[order]
            new[1:] |= ordered[1:] != ordered[:-1]
        begins = np.flatnonzero(new)
        number = np.empty(count, np.intp)
        number[order] = np.cumsum(new) - 1
        first = order[begins]
        return number, [c[first].tolist() for c in columns], np.diff(begins, append=count)
    key = np.zeros(count, np.int64)
    for column, width in zip(columns, bits, strict=True):
        key <<= width
        key |= column
    times = np.bincount(key.astype(np.intp, copy=False))
    found = np.flatnonzero(times)
    number = np.zeros(len(times), np.intp)
    number[found] = np.arange(len(found))
    values, rest = [], found
    for width in reversed(bits):
        values.append((rest & ((1 << width) - 1)).tolist())
        rest = rest >> width
    return number[key], values[::-1], times[found]
