"""Spans of gold and of the predictions put together, one to one, for the most credit.

A pairing takes each span at most once. It is the best that there is, and of equally good ones the
same whatever order the spans come in: overlaps fall into groups that know nothing of each other,
and each group is looked at in reading order.

Nearly all groups are one overlap. Where spans of a side do not overlap, a group is a chain: each
overlap shares one span with the next. A dynamic programme goes along all chains at once. The
other groups are assignment problems.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from spanf1.core.overlaps import Overlaps
from spanf1.core.spans import BoolArray, first_of_each
from spanf1.core.tags import IntArray

# Chains of more overlaps are gone along one by one: they are few.
_LONG = 64

# In larger groups it would take too long to find which of equally good pairings comes first; the
# one that is taken is the same in any order of the spans, too.
_LARGE = 4096

# What fits a number of NumPy's; larger ones are Python's.
_BITS = 62


def best_pairs(overlaps: Overlaps, which: IntArray, *levels: IntArray) -> IntArray:
    """Return the overlaps that are the best pairing, in reading order.

    Parameters
    ----------
    overlaps : Overlaps
        The overlaps.
    which : array of int
        Those that may be pairs, in order.
    *levels : array of int
        What each of those is worth, none negative. A pairing is better if its sum of the first
        is larger; if they are equal, of the second, and so on; then if it has more pairs; then if
        its pairs come first in reading order.
    """
    return which[best_of(overlaps.gold[which], overlaps.predicted[which], *levels)]


def best_of(gold: IntArray, predicted: IntArray, *levels: IntArray) -> BoolArray:
    """Return which of some possible pairs are the best pairing; see `best_pairs`.

    Parameters
    ----------
    gold, predicted : array of int
        The two that each would put together, in order.
    *levels : array of int
        What each is worth.
    """
    alone = np.bincount(gold)[gold] == 1 if len(gold) else np.zeros(0, np.bool_)
    alone &= np.bincount(predicted)[predicted] == 1 if len(gold) else False
    if alone.all():
        return alone
    rest = np.flatnonzero(~alone)
    group = groups(gold[rest], predicted[rest])
    order = np.argsort(group, kind="stable")
    rest, group = rest[order], group[order]
    gold, predicted = gold[rest], predicted[rest]
    first = first_of_each(group)
    length = np.diff(first, append=len(rest))
    worth = _packed([level[rest] for level in levels], int(length.max()))
    taken = np.zeros(len(rest), np.bool_)
    chain = _are_chains(first, length, predicted)
    long = length > _LONG
    _take_chains(taken, worth, gold, first[chain & ~long], length[chain & ~long])
    for begin, size in zip(first[chain & long], length[chain & long], strict=True):
        here = slice(begin, begin + size)
        taken[here] = _along(worth[here].tolist(), gold[here])
    for begin, size in zip(first[~chain], length[~chain], strict=True):
        here = slice(begin, begin + size)
        taken[here] = _assigned(worth[here].tolist(), gold[here], predicted[here])
    alone[rest] = taken
    return alone


def canonical_pairs(overlaps: Overlaps) -> IntArray:
    """Return the overlaps that are the one pairing to tell errors by, in reading order.

    It has the most pairs of the same units and type; then the most of the same units, of the same
    type, the most pairs, the most shared units; then it comes first in reading order.
    """
    same, alike = overlaps.same, overlaps.alike
    pairs = np.ones(len(same), np.int64)
    levels = same & alike, same, alike, pairs, overlaps.shared
    whole = (level.astype(np.int64) for level in levels)
    return best_pairs(overlaps, np.arange(len(same)), *whole)


def _packed(levels: Sequence[IntArray], most: int) -> npt.NDArray[np.int64]:
    """Return one number for each row of levels, so that sums of at most so many compare alike."""
    levels = [*levels, np.ones(len(levels[0]), np.int64)]
    bits = [(int(level.max()) * most).bit_length() for level in levels]
    # Numbers of Python's have no end.
    kind = np.int64 if sum(bits) <= _BITS else object
    number = np.zeros(len(levels[0]), kind)
    for level, size in zip(levels, bits, strict=True):
        number = number * (1 << size) + level.astype(kind)
    return number


def groups(gold: IntArray, predicted: IntArray) -> IntArray:
    """Return a number for each overlap: the same where they share a span, or others between do."""
    predicted = predicted + int(gold.max()) + 1
    label = np.arange(int(predicted.max()) + 1)
    while True:
        left, right = label[gold], label[predicted]
        if (left == right).all():
            return left
        low = np.minimum(left, right)
        # What the labels are called by now is called so, too.
        for other in (left, right):
            np.minimum.at(label, other, low)
        while not np.array_equal(further := label[label], label):
            label = further


def _are_chains(first: IntArray, length: IntArray, predicted: IntArray) -> BoolArray:
    """Return which groups are chains: the overlaps of each predicted span come in a row.

    Those of each span of gold do, as they are in reading order.
    """
    group = np.repeat(np.arange(len(first)), length)
    order = np.lexsort((predicted, group))
    distinct = np.zeros(len(predicted), np.int64)
    distinct[1:] = np.diff(predicted[order]) != 0
    runs = np.zeros(len(predicted), np.int64)
    runs[1:] = np.diff(predicted) != 0
    distinct[first] = runs[first] = 0
    chains: BoolArray = np.add.reduceat(distinct, first) == np.add.reduceat(runs, first)
    return chains


def _take_chains(
    taken: BoolArray,
    worth: npt.NDArray[np.int64],
    gold: IntArray,
    first: IntArray,
    length: IntArray,
) -> None:
    """Mark what is best to take of chains.

    `free` is the most that the rest of a chain is worth if the span that its first overlap shares
    with the one before is free, `used` if it is not.
    """
    if not len(first):
        return
    order = np.argsort(-length, kind="stable")
    first, length = first[order], length[order]
    turn = _turns(gold)
    takes = np.zeros(len(worth), np.bool_)
    free, used = np.zeros(len(first), worth.dtype), np.zeros(len(first), worth.dtype)
    # How many chains are longer than each number.
    lasting = np.searchsorted(-length, -np.arange(int(length[0])))
    for step in range(int(length[0]) - 1, -1, -1):
        count = lasting[step]
        at = first[:count] + step
        take, skip = worth[at] + used[:count], free[:count]
        takes[at] = take >= skip
        used[:count] = np.where(turn[at], skip, used[:count])
        free[:count] = np.maximum(take, skip)
    is_used = np.zeros(len(first), np.bool_)
    for step in range(int(length[0])):
        count = lasting[step]
        at = first[:count] + step
        here = takes[at] & ~is_used[:count]
        taken[at] = here
        is_used[:count] = here | is_used[:count] & ~turn[at]


def _turns(gold: IntArray) -> BoolArray:
    """Return where an overlap shares one of its spans with the one before, and the other behind."""
    shares = np.zeros(len(gold) + 1, np.bool_)
    shares[1:-1] = gold[1:] == gold[:-1]
    turns: BoolArray = shares[1:] != shares[:-1]
    return turns


def _along(worth: Sequence[int], gold: IntArray) -> list[bool]:
    """Return what is best to take of one chain; see `_take_chains`."""
    turns = _turns(gold).tolist()
    free = used = 0
    takes = []
    for value, turn in zip(reversed(worth), reversed(turns), strict=True):
        take, skip = value + used, free
        takes.append(take >= skip)
        free, used = max(take, skip), skip if turn else used
    taken = []
    is_used = False
    for take, turn in zip(reversed(takes), turns, strict=True):
        taken.append(take and not is_used)
        is_used = taken[-1] or (is_used and not turn)
    return taken


def _assigned(worth: Sequence[int], gold: IntArray, predicted: IntArray) -> list[bool]:
    """Return what is best to take of any group of overlaps.

    Of equally good pairings it is the one whose overlaps have the least sum of places in the
    group, if that is not too large.
    """
    rows: dict[int, list[tuple[int, int]]] = {}
    count = len(worth) if len(worth) <= _LARGE else 0
    columns: dict[int, int] = {}
    for place, (row, column) in enumerate(zip(gold.tolist(), predicted.tolist(), strict=True)):
        value = worth[place] * count * count + count - place if count else worth[place]
        number = columns.setdefault(column, len(columns))
        rows.setdefault(row, []).append((number, value))
    mates = assign([*rows.values()], len(columns))
    return [
        number == mate for row, mate in zip(rows.values(), mates, strict=True) for number, _ in row
    ]


def assign(rows: Sequence[Sequence[tuple[int, int]]], columns: int) -> list[int]:
    """Return for each row the column it gets, or -1, for the largest sum.

    It is the Hungarian method along shortest paths (Jonker and Volgenant 1987), over the cells
    that there are.

    Parameters
    ----------
    rows : sequence of sequence of (int, int)
        Of each row its cells: a column, and what it is worth, which is not negative.
    columns : int
        How many columns there are.
    """
    # What a row is worth, and a column: together at least as much as each cell, and as much as
    # those that are taken.
    row_price = [max(value for _, value in row) for row in rows]
    column_price = [0] * columns
    mates, owners = [-1] * len(rows), [-1] * columns
    for root in range(len(rows)):
        # The shortest way from the root to rows and columns; one ends at a free column, or at a
        # row that had better have none.
        done = [(root, 0)]
        reached: dict[int, int] = {}
        came_from: dict[int, int] = {}
        closed: list[tuple[int, int]] = []
        heap: list[tuple[int, bool, int]] = []
        row, way, least, leaver = root, 0, row_price[root], root
        column = -1
        while True:
            if way + row_price[row] < least:
                least, leaver = way + row_price[row], row
            base = way + row_price[row]
            for other, value in rows[row]:
                further = base + column_price[other] - value
                if further < least and further < reached.get(other, least):
                    reached[other] = further
                    came_from[other] = row
                    heapq.heappush(heap, (further, owners[other] >= 0, other))
            while heap and heap[0][0] > reached[heap[0][2]]:
                heapq.heappop(heap)
            if not heap or heap[0][0] >= least:
                column = mates[leaver]
                mates[leaver] = -1
                break
            way, owned, column = heapq.heappop(heap)
            if not owned:
                least = way
                break
            closed.append((column, way))
            row = owners[column]
            done.append((row, way))
        for number, distance in done:
            row_price[number] -= least - distance
        for number, distance in closed:
            column_price[number] += least - distance
        while column >= 0:
            row = came_from[column]
            owners[column] = row
            mates[row], column = column, mates[row]
    return mates
