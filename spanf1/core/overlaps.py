"""Which spans of gold and of the predictions share units, and how many.

What is no exact match is judged by such overlaps alone: `spanf1.core.pairing` puts spans together
by them, and `spanf1.core.credits` says what each earns. Places are tokens or characters, and none
is in two sentences or documents, so that the spans of many are looked at at once.
"""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.spans import BoolArray, Parts, Spans, ranges
from spanf1.core.tags import IntArray
from spanf1.exceptions import InputError

#: how many overlaps there may be in any case, and for each span: more are refused
MOST, MOST_EACH = 1 << 20, 64


class Places(NamedTuple):
    """Typed spans of one side, in any order, as arrays of one length.

    Attributes
    ----------
    start, end : array of int
        The first unit of each, and the one after the last. Those of different sentences or
        documents share none.
    type : array of int
        A number for each type, the same on both sides.
    parts : Parts, optional
        The parts of those that are discontinuous.
    """

    start: IntArray
    end: IntArray
    type: IntArray
    parts: Parts | None = None

    @classmethod
    def of(cls, spans: Spans, parts: Parts | None = None) -> Places:
        """Return where spans are."""
        return cls(spans.start, spans.end, spans.type, parts)


class Side:
    """Spans of one side, in reading order.

    Parameters
    ----------
    places : Places
        The spans.

    Attributes
    ----------
    order : array of int
        The index of each span among those given, in reading order: by start, end, type and parts.
    start, end, type, size : array of int
        Of each span, in this order; `size` is how many units it has. An empty span is like one
        unit that is shared with an equal one alone.
    parts : dict of int to tuple of (start, end)
        The parts of those that are discontinuous, in order, none of which touch.
    """

    def __init__(self, places: Places) -> None:
        start, end, kind = (np.asarray(column, np.int64) for column in places[:3])
        parts = _apart(places.parts) if places.parts else {}
        step = np.diff(start)
        if parts or (len(step) and not (step > 0).all()):
            numbers = {shape: number for number, shape in enumerate(sorted({*parts.values()}), 1)}
            number = np.zeros(len(start), np.int64)
            number[[*parts]] = [numbers[shape] for shape in parts.values()]
            self.order = np.lexsort((number, kind, end, start))
            start, end, kind = start[self.order], end[self.order], kind[self.order]
            rank = np.empty_like(self.order)
            rank[self.order] = np.arange(len(rank))
            parts = {int(rank[index]): shape for index, shape in parts.items()}
        else:
            self.order = np.arange(len(start))
        self.start, self.end, self.type, self.parts = start, end, kind, parts
        self.size = np.maximum(end - start, 1)
        for index, shape in parts.items():
            self.size[index] = sum(last - first for first, last in shape)
        # Where each span ends, were it to have a unit.
        self.stop = np.maximum(end, start + 1)
        self.flat = bool((start[1:] >= self.stop[:-1]).all())

    def __len__(self) -> int:
        return len(self.start)

    def pieces(self) -> Parts:
        """Return the parts of all spans, those of one behind another, in reading order."""
        count = np.ones(len(self), np.intp)
        for index, shape in self.parts.items():
            count[index] = len(shape)
        owner = np.repeat(np.arange(len(self)), count)
        start, end = self.start[owner], self.end[owner]
        if self.parts:
            several = np.flatnonzero(count[owner] > 1)
            places = np.array([*chain.from_iterable(self.parts[i] for i in sorted(self.parts))])
            start[several], end[several] = places.T
        return Parts(owner, start, end)

    def whole(self) -> Places:
        """Return the spans as they were given, discontinuous ones from their start to their end."""
        columns = np.empty((3, len(self)), np.int64)
        columns[:, self.order] = self.start, self.end, self.type
        return Places(*columns)


class Overlaps(NamedTuple):
    """Every two spans of gold and of the predictions that share a unit, or are equal.

    All are numbered in reading order: gold's spans, of each the predicted ones.

    Attributes
    ----------
    gold, predicted : array of int
        The spans of each overlap, by their number in reading order: see `sides`.
    shared : array of int
        How many units they share.
    same : array of bool
        Whether they have the same units.
    alike : array of bool
        Whether they have the same type.
    sides : tuple of Side
        The spans of gold and of the predictions.
    """

    gold: IntArray
    predicted: IntArray
    shared: npt.NDArray[np.int64]
    same: BoolArray
    alike: BoolArray
    sides: tuple[Side, Side]

    def sizes(self) -> tuple[IntArray, IntArray]:
        """Return how many units the spans of each overlap have."""
        gold, predicted = self.sides
        return gold.size[self.gold], predicted.size[self.predicted]

    def given(self, which: IntArray) -> tuple[IntArray, IntArray]:
        """Return the spans of overlaps by their index among those that were given."""
        gold, predicted = self.sides
        return gold.order[self.gold[which]], predicted.order[self.predicted[which]]


def find_overlaps(gold: Places, predicted: Places) -> Overlaps:
    """Return all overlaps of the spans of both sides.

    It takes as long as there are spans and overlaps.

    Raises
    ------
    InputError
        If there are so many overlaps that they cannot be held.
    """
    sides = left, right = Side(gold), Side(predicted)
    first, second = _meeting(left, right)
    start, start_there = left.start[first], right.start[second]
    end, end_there = left.end[first], right.end[second]
    same = (start == start_there) & (end == end_there)
    shared = np.minimum(left.stop[first], right.stop[second]) - np.maximum(start, start_there)
    # An empty span shares nothing with one that is not.
    shared[(start == end) != (start_there == end_there)] = 0
    if left.parts or right.parts:
        _look_at_parts(sides, first, second, shared, same)
    if len(shared) and not shared.min():
        kept = np.flatnonzero(shared)
        first, second, shared, same = first[kept], second[kept], shared[kept], same[kept]
    alike = left.type[first] == right.type[second]
    return Overlaps(first, second, shared, same, alike, sides)


def _meeting(left: Side, right: Side) -> tuple[IntArray, IntArray]:
    """Return the numbers of spans that overlap, were they without gaps, in reading order."""
    if left.flat and right.flat:
        low = np.searchsorted(right.stop, left.start, "right")
        return _listed(low, np.searchsorted(right.start, left.stop))
    # A predicted span begins in one of gold, or one of gold in it, behind its begin.
    inside = _listed(
        np.searchsorted(right.start, left.start), np.searchsorted(right.start, left.stop)
    )
    around = _listed(
        np.searchsorted(left.start, right.start, "right"), np.searchsorted(left.start, right.stop)
    )
    first = np.concatenate((inside[0], around[1]))
    second = np.concatenate((inside[1], around[0]))
    order = np.lexsort((second, first))
    return first[order], second[order]


def _listed(low: IntArray, high: IntArray) -> tuple[IntArray, IntArray]:
    """Return each number with those of its range, which may be empty."""
    count = np.maximum(high - low, 0)
    total = int(count.sum(dtype=np.int64))
    if total > max(MOST, MOST_EACH * len(count)):
        raise InputError(
            f"{total} pairs of spans overlap, which is more than can be looked at",
            hint="see whether spans are there many times",
        )
    return np.repeat(np.arange(len(count)), count), ranges(low, count)


def _look_at_parts(
    sides: tuple[Side, Side], first: IntArray, second: IntArray, shared: IntArray, same: BoolArray
) -> None:
    """Put right what overlaps share where one of the two spans is discontinuous."""
    broken = np.zeros(len(first), np.bool_)
    counts, behind, pieces = [], [], []
    for side, number in zip(sides, (first, second), strict=True):
        several = np.zeros(len(side), np.bool_)
        several[[*side.parts]] = True
        broken |= several[number]
        pieces.append(side.pieces())
        counts.append(np.bincount(pieces[-1].owner, minlength=len(side)))
        behind.append(np.cumsum(counts[-1]) - counts[-1])
    which = np.flatnonzero(broken)
    gold, predicted = first[which], second[which]
    # Each part of the one with each part of the other.
    many = counts[1][predicted]
    overlap, part = _listed(np.zeros_like(many), counts[0][gold] * many)
    left = behind[0][gold[overlap]] + part // many[overlap]
    right = behind[1][predicted[overlap]] + part % many[overlap]
    common = np.minimum(pieces[0].end[left], pieces[1].end[right])
    common -= np.maximum(pieces[0].start[left], pieces[1].start[right])
    total = np.zeros(len(which), np.int64)
    np.add.at(total, overlap, np.maximum(common, 0))
    shared[which] = total
    same[which] = (total == sides[0].size[gold]) & (total == sides[1].size[predicted])


def _apart(parts: Parts) -> dict[int, tuple[tuple[int, int], ...]]:
    """Return the parts of each discontinuous span in order, those that touch as one."""
    shapes: dict[int, list[tuple[int, int]]] = {}
    columns = (np.asarray(column).tolist() for column in parts)
    for owner, start, end in sorted(zip(*columns, strict=True)):
        shape = shapes.setdefault(owner, [])
        if shape and start <= shape[-1][1]:
            start, end = shape[-1][0], max(shape.pop()[1], end)  # noqa: PLW2901 - one with the last
        shape.append((start, end))
    return {owner: tuple(shape) for owner, shape in shapes.items() if len(shape) > 1}


def merged(pieces: Parts, group: IntArray) -> Parts:
    """Return pieces without what an earlier one of their group has; what is left of each.

    Parameters
    ----------
    pieces : Parts
        Pieces of spans; of those that overlap, the one that begins first keeps what they share.
    group : array of int
        A number for each piece, not negative.
    """
    order = np.lexsort((pieces.owner, pieces.start, group))
    owner, start, end = (column[order] for column in pieces)
    base = _bases(group[order], int(end.max(initial=0)) + 1)
    covered = (np.maximum.accumulate(end + base) - base).astype(np.int64)
    start[1:] = np.where(base[1:] == base[:-1], np.maximum(start[1:], covered[:-1]), start[1:])
    kept = start < end
    return Parts(owner[kept], start[kept], end[kept])


def units_inside(pieces: Parts, kind: IntArray, side: Side) -> IntArray:
    """Return how many units of each piece spans of a side have that are of the same type.

    Parameters
    ----------
    pieces : Parts
        Pieces of spans of the other side.
    kind : array of int
        The type of each piece.
    side : Side
        The spans.
    """
    own = side.pieces()
    own = merged(own, side.type[own.owner])
    # Those of one type do not overlap, and neither do those of different types.
    far = max(int(pieces.end.max(initial=0)), int(own.end.max(initial=0))) + 1
    bases = _bases(np.concatenate((kind, side.type[own.owner])), far)
    base_there, base = bases[: len(kind)], bases[len(kind) :]
    order = np.argsort(own.start + base)
    start, end = (own.start + base)[order], (own.end + base)[order]
    before = np.concatenate((np.zeros(1, np.int64), np.cumsum(end - start)))

    def up_to(place: IntArray) -> IntArray:
        """Return how many units there are before a place."""
        number = np.searchsorted(start, place)
        last = np.maximum(number - 1, 0)
        beyond = np.maximum(end[last] - place, 0) if len(end) else 0
        return before[number] - np.where(number > 0, beyond, 0)

    units = up_to(pieces.end + base_there) - up_to(pieces.start + base_there)
    return units.astype(np.int64)


def _bases(group: IntArray, far: int) -> IntArray:
    """Return where each group begins if they stand one behind another, each so long.

    Where 64 bits do not suffice, they are numbers of Python's.
    """
    wide = (int(group.max(initial=0)) + 1) * far >= 1 << 62
    return group.astype(object if wide else np.int64) * far
