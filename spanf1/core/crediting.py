"""Batches of spans in, credits out: what each span earns by a rule, summed up by its type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.credits import OUTCOMES, Crediting, credited
from spanf1.core.overlaps import Places, find_overlaps
from spanf1.core.scores import CreditCounts
from spanf1.core.spans import WELL_FORMED, BoolArray, Parts, SpanBatch
from spanf1.core.tags import IntArray
from spanf1.core.tally import Earned

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
    """

    def __init__(self, crediting: Crediting) -> None:
        _, self._rules, self._schemes = crediting
        self._held = [_NONE, _NONE]
        # The number of each kind of span: the rule's, its type and outcome, and what it earns; and
        # how many there are.
        self._numbers: dict[tuple[int, ...], int] = {}
        self._counts = np.zeros(0, np.int64)

    def add(
        self, batch: SpanBatch, extent: int, begun: int
    ) -> tuple[IntArray, npt.NDArray[np.int64]]:
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
        unit, kind : array of int
            For each row of what they earn, the number of its unit and of its kind.
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
    ) -> tuple[IntArray, npt.NDArray[np.int64]]:
        gold, predicted = (
            Places(side.start, side.end, side.type, some and some.moved(extent))
            for side, some in zip(sides, parts, strict=True)
        )
        overlaps = find_overlaps(gold, predicted)
        kind = np.concatenate([side.type for side in sides])
        unit = np.concatenate([side.unit for side in sides])
        units, numbers = [], []
        for number, rule in enumerate(self._rules):
            row, outcome, sums = credited(rule, gold, predicted, overlaps).rows()
            units.append(unit[row])
            numbers.append(self._numbered(number, (kind[row], outcome, *sums.T)))
        return np.concatenate(units), np.concatenate(numbers)

    def _numbered(self, rule: int, columns: Sequence[IntArray]) -> npt.NDArray[np.int64]:
        """Return the number of the kind of each span, and count them."""
        place, first, times = _alike(columns)
        numbers = self._numbers
        rows = zip(*(column[first].tolist() for column in columns), strict=True)
        distinct = [numbers.setdefault((rule, *row), len(numbers)) for row in rows]
        self._counts = np.append(self._counts, np.zeros(len(numbers) - len(self._counts), np.int64))
        self._counts[distinct] += times
        return np.array(distinct, np.int64)[place]


def _alike(columns: Sequence[IntArray]) -> tuple[IntArray, IntArray, IntArray]:
    """Return for each row which of the distinct ones it is; where each first is, and how often."""
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
        return number, order[begins], np.diff(begins, append=count)
    key = np.zeros(count, np.int64)
    for column, width in zip(columns, bits, strict=True):
        if width:
            key <<= width
            key |= column
    times = np.bincount(key)
    distinct = np.flatnonzero(times)
    where = np.empty(len(times), np.intp)
    where[key[::-1]] = np.arange(count)[::-1]
    number = np.cumsum(times > 0) - 1
    return number[key], where[distinct], times[distinct]
