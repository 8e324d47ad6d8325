"""Counts by sentence or by document: what a score is resampled from.

`Units` says which spans each unit has. `rows_of` makes of it what resampling needs: the distinct
rows of counts, and how many units have each. However large the corpus, there are not many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.counts import SpanKey
from spanf1.core.fingerprint import powers
from spanf1.core.spans import first_of_each, ranges
from spanf1.core.tags import IntArray
from spanf1.exceptions import UsageError

# What a span adds to: it is only in gold, only predicted, or right.
_MISSED, _SPURIOUS, _CORRECT = range(3)
_FIGURES = 3

#: so many cells a table of rows may have; four bytes each
MAX_CELLS = 1 << 26


@dataclass(frozen=True)
class Units:
    """Which spans each sentence, or each document, of an input has.

    Attributes
    ----------
    kind : str
        ``sentence`` or ``document``.
    keys : tuple of SpanKey
        The kinds of spans.
    length : array of int, shape (rows,)
        How many spans each unit has.
    code : array of int, shape (spans,)
        The kind of each span, unit by unit.
    weight : array of int, shape (rows,)
        How many units each row stands for. Units in the order of the input stand for themselves.
    """

    kind: str
    keys: tuple[SpanKey, ...]
    length: IntArray
    code: IntArray
    weight: IntArray

    @property
    def count(self) -> int:
        """How many units there are."""
        return int(self.weight.sum())

    def distinct(self) -> Units:
        """Return the same units with equal ones in one row; their order is lost."""
        rows = _distinct((self.length, self.code, self.weight), len(self.keys))
        return Units(self.kind, self.keys, *rows)

    def __add__(self, other: Units) -> Units:
        numbers = {key: number for number, key in enumerate(self.keys)}
        renumbered = [numbers.setdefault(key, len(numbers)) for key in other.keys]
        return Units(
            self.kind,
            tuple(numbers),
            np.concatenate((self.length, other.length)),
            np.concatenate((self.code, np.array(renumbered, np.intp)[other.code])),
            np.concatenate((self.weight, other.weight)),
        )


# The length, the codes and the weight of rows, as in `Units`.
_Arrays = tuple[IntArray, IntArray, IntArray]
_NOTHING: _Arrays = (np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.int64))


class Collector:
    """Collects the spans of units, as `spanf1.core.tag_counter.BlockCounter` finds them.

    Parameters
    ----------
    kind : str
        As for `Units`.
    in_order : bool
        Whether the order of the units matters: else equal ones are put in one row, and memory
        does not grow with the input.
    """

    #: so many spans wait before equal units are put in one row
    CAPACITY = 1 << 21

    def __init__(self, kind: str, *, in_order: bool = False) -> None:
        self.kind = kind
        self._in_order = in_order
        # how many units have begun, and how many of these are in rows
        self.begun = 0
        self._done = 0
        self._waiting = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
        self._size = 0
        self._codes: dict[int, int] = {}
        self._rows: _Arrays = _NOTHING

    def add(self, unit: IntArray, key: npt.NDArray[np.int64]) -> None:
        """Add spans: the number of each one's unit, from 0, and its packed key."""
        self._waiting.append((unit, key))
        self._size += len(key)
        if self._size > self.CAPACITY and not self._in_order:
            # A span that is still to come may belong to the unit that began last.
            self._settle(self.begun - 1)

    def finish(self, keys: Mapping[int, SpanKey]) -> Units:
        """Return all units; the mapping says what the packed keys meant."""
        self._settle(self.begun)
        return Units(self.kind, tuple(keys[packed] for packed in self._codes), *self._rows)

    def _settle(self, stop: int) -> None:
        """Put the units before `stop` in rows."""
        unit, key = (np.concatenate(part) for part in zip(*self._waiting, strict=True))
        settled = unit < stop
        self._waiting = [(unit[~settled], key[~settled])]
        self._size = len(self._waiting[0][0])
        unit, key = unit[settled] - self._done, key[settled]
        length = np.bincount(unit, minlength=max(stop - self._done, 0))
        self._done = max(stop, self._done)
        code = self._coded(key)[np.argsort(unit, kind="stable")]
        more: _Arrays = length, code, np.ones(len(length), np.int64)
        if not self._in_order:
            more = _distinct(more, len(self._codes))
        if len(self._rows[0]):
            length, code, weight = (np.concatenate(p) for p in zip(self._rows, more, strict=True))
            more = length, code, weight
            if not self._in_order:
                more = _distinct(more, len(self._codes))
        self._rows = more

    def _coded(self, key: npt.NDArray[np.int64]) -> IntArray:
        """Return a small number for each packed key."""
        ordered = np.sort(key)
        distinct = ordered[first_of_each(ordered)]
        numbers = [self._codes.setdefault(one, len(self._codes)) for one in distinct.tolist()]
        return np.array(numbers, np.intp)[np.searchsorted(distinct, key)]


class Rows(NamedTuple):
    """Distinct rows of counts.

    Attributes
    ----------
    counts : array of int, shape (rows, systems, types, 3)
        Spans in gold, predicted, and correct.
    weight : array of int, shape (rows,)
        How many units have each row.
    """

    counts: npt.NDArray[np.int32]
    weight: npt.NDArray[np.int64]


def rows_of(systems: Sequence[tuple[Units, Sequence[tuple[int, bool, bool]]]], types: int) -> Rows:
    """Return the distinct rows of counts of one system, or of several side by side, in order.

    Parameters
    ----------
    systems : sequence of (Units, sequence of (type, in gold, predicted))
        For each system its units, which are the same ones in the same order if there are several
        systems; and for each of its keys the number of the type, or -1 where the span does not
        count, and on which sides it counts.
    types : int
        How many types there are.

    Raises
    ------
    UsageError
        If there are more than `MAX_CELLS` counts, or the systems do not have as many units.
    """
    if len({len(units.length) for units, _ in systems}) > 1:
        raise UsageError(f"the systems do not have as many {systems[0][0].kind}s")
    width = len(systems) * types * _FIGURES
    parts = []
    for system, (units, meanings) in enumerate(systems):
        column = np.array([_column(*meaning) for meaning in meanings] or [0], np.int64)
        column[column >= 0] += system * types * _FIGURES
        unit = np.repeat(np.arange(len(units.length)), units.length)
        column = column[units.code]
        parts.append((unit * width + column)[column >= 0])
    weight = systems[0][0].weight
    cell = np.sort(np.concatenate(parts))
    first = first_of_each(cell)
    times = np.diff(first, append=len(cell))
    unit, column = np.divmod(cell[first], max(width, 1))
    length = np.bincount(unit, minlength=len(weight))
    kinds, kind = _alike(length, column * (times.max(initial=0) + 1) + times)
    if len(kinds) * width > MAX_CELLS:
        raise UsageError(
            f"{types} types in {len(kinds)} {systems[0][0].kind}s are too many to resample",
            hint="--types A,B names those that matter",
        )
    start = (np.cumsum(length) - length)[kinds]
    chosen = ranges(start, length[kinds])
    counts = np.zeros((len(kinds), max(width, 1)), np.int32)
    counts[np.repeat(np.arange(len(kinds)), length[kinds]), column[chosen]] = times[chosen]
    table = counts[:, :width].reshape(len(kinds), len(systems), types, _FIGURES)
    table[..., _MISSED] += table[..., _CORRECT]
    table[..., _SPURIOUS] += table[..., _CORRECT]
    weight = np.bincount(kind, weight, len(kinds)).astype(np.int64)
    # In one order, however the units came: the same seed is to draw the same.
    order = np.argsort(counts[:, :width].astype(np.uint64) @ powers(width)[:width])
    return Rows(table[order], weight[order])


def _column(kind: int, in_gold: bool, predicted: bool) -> int:
    """Return the column of a type and of what a span adds to, or -1."""
    if kind < 0 or not (in_gold or predicted):
        return -1
    both = in_gold and predicted
    return kind * _FIGURES + (_CORRECT if both else _MISSED if in_gold else _SPURIOUS)


def _distinct(rows: _Arrays, codes: int) -> _Arrays:
    """Return rows with those that have the same codes, in any order, in one."""
    length, code, weight = rows
    unit = np.repeat(np.arange(len(length)), length)
    code = code[np.argsort(unit * max(codes, 1) + code, kind="stable")]
    first, kind = _alike(length, code)
    start = (np.cumsum(length) - length)[first]
    code = code[ranges(start, length[first])]
    return length[first], code, np.bincount(kind, weight, len(first)).astype(np.int64)


def _alike(length: IntArray, item: IntArray) -> tuple[IntArray, IntArray]:
    """Find the rows that are alike.

    Rows are told apart by their first item, then those that are still alike by their second, and
    so on: nothing is hashed.

    Parameters
    ----------
    length : array of int, shape (rows,)
        How many items each row has.
    item : array of int
        The items, row by row, ascending in each.

    Returns
    -------
    first : array of int
        The first row of each kind.
    kind : array of int, shape (rows,)
        The number of each row's kind.
    """
    start = np.cumsum(length) - length
    base = int(item.max(initial=0)) + 1
    node = np.zeros(len(length), np.int64)
    nodes = 1
    depth = 0
    left = np.flatnonzero(length > 0)
    while len(left):
        pair = node[left] * base + item[start[left] + depth]
        order = np.argsort(pair, kind="stable")
        left, pair = left[order], pair[order]
        new = np.ones(len(pair) + 1, np.bool_)
        new[1:-1] = pair[1:] != pair[:-1]
        node[left] = np.cumsum(new[:-1]) - 1 + nodes
        nodes += int(np.count_nonzero(new[:-1]))
        depth += 1
        # A row that is like no other needs no other look.
        left = left[~(new[:-1] & new[1:]) & (length[left] > depth)]
    seen = np.full(nodes, -1, np.int64)
    seen[node[::-1]] = np.arange(len(node))[::-1]
    used = seen >= 0
    return seen[used], (np.cumsum(used) - 1)[node]
