"""Units: which spans each sentence, or each document, has; and the rows of counts they make.

Scores are resampled from `Units`: `rows_of` makes of them the distinct rows of counts, and how
many units have each. However large the corpus, there are not many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.fingerprint import powers
from spanf1.core.scores import COUNTS, AnyCounts, CreditCounts, TypeCounts
from spanf1.core.spans import WELL_FORMED, first_of_each, ranges
from spanf1.core.tags import IntArray
from spanf1.exceptions import UsageError

#: stands in a `SpanKey` for the side on which there is no such span
ABSENT = -1

#: so many cells a table of rows may have; eight bytes each
MAX_CELLS = 1 << 26

# So many numbers of rows of units are looked at at once where systems stand side by side.
_JOINED = 1 << 20


class SpanKey(NamedTuple):
    """What a tally tells apart: a type, and the shape on each side (`ABSENT` where it is not)."""

    type: str
    gold: int
    predicted: int


class Earned(NamedTuple):
    """What a tally tells apart where spans are credited: a type, and what a span of it earns.

    `sums` are in the unit of the match. `outcome` is one of `spanf1.core.credits.OUTCOMES`.
    """

    match: str
    type: str
    outcome: str
    sums: CreditCounts


#: what spans are counted by
Key = SpanKey | Earned


# What a span adds to the counts of its type, by whether it counts in gold, and as predicted.
_ADDS = {
    (in_gold, predicted): TypeCounts(in_gold, predicted, in_gold and predicted)
    for in_gold, predicted in product((0, 1), repeat=2)
}


def adds_of(span: Key, gold_scheme: str, predicted_scheme: str, *, strict: bool) -> AnyCounts:
    """Return what a span adds to the counts of its type; an ill-formed one nothing if `strict`.

    What is credited was found after ill-formed spans were dropped.
    """
    if isinstance(span, Earned):
        return span.sums
    _, gold, predicted = span
    if not strict:
        return _ADDS[gold != ABSENT, predicted != ABSENT]
    return _ADDS[
        gold != ABSENT and bool(WELL_FORMED[gold_scheme][gold]),
        predicted != ABSENT and bool(WELL_FORMED[predicted_scheme][predicted]),
    ]


@dataclass(frozen=True)
class Units:  # noqa: PLW1641 - arrays have no hash
    """Which spans each sentence, or each document, of an input has.

    Most units are like another one. So there is a row for each kind of unit and, where their order
    matters, the number of each unit's row: a byte or few.

    Attributes
    ----------
    kind : str
        ``sentence`` or ``document``.
    keys : tuple of SpanKey or Earned
        The kinds of spans.
    length : array of int, shape (rows,)
        How many spans a unit of each row has.
    code : array of int, shape (spans,)
        The kind of each span, row by row.
    weight : array of int, shape (rows,)
        How many units each row stands for.
    order : array of int, shape (units,), optional
        The row of each unit, in the order of the input; None where that is lost.
    settled : int
        How many rows there were when those that are alike were last put together.
    """

    kind: str
    keys: tuple[Key, ...]
    length: IntArray
    code: IntArray
    weight: IntArray
    order: npt.NDArray[np.unsignedinteger] | None = None
    settled: int = 0

    def __eq__(self, other: object) -> bool:
        """Say whether the same units are of the same kind, and in the same order where it is known.

        The order of rows and of kinds of spans, and rows that are alike, make no difference.
        """
        if not isinstance(other, Units):
            return NotImplemented
        return (self.kind, *self._contents) == (other.kind, *other._contents)

    @property
    def _contents(self) -> tuple[Counter[Any], list[Any] | None]:
        """How many units have which spans, and the spans of each unit in order."""
        stops = np.cumsum(self.length).tolist()
        keys = [self.keys[code] for code in self.code.tolist()]
        rows = [tuple(sorted(keys[i:j])) for i, j in zip([0, *stops], stops, strict=False)]
        counts: Counter[Any] = Counter()
        for row, weight in zip(rows, self.weight.tolist(), strict=True):
            counts[row] += weight
        return counts, None if self.order is None else [rows[row] for row in self.order.tolist()]

    @property
    def count(self) -> int:
        """How many units there are."""
        return int(self.weight.sum())

    def as_document(self) -> Units:
        """Return the units of a document whose sentences these are; documents as they are."""
        if self.kind == "document":
            return self
        code = np.repeat(self.code, np.repeat(self.weight, self.length).astype(np.intp))
        rows = np.array([len(code)][: self.count], np.intp)
        order = None if self.order is None else np.zeros(len(rows), np.uint8)
        return Units("document", self.keys, rows, code, np.ones(len(rows), np.int64), order)

    def __add__(self, other: Units) -> Units:
        if self.kind != other.kind:
            raise UsageError(f"what {self.kind}s and {other.kind}s have cannot be added")
        numbers = {key: number for number, key in enumerate(self.keys)}
        renumbered = [numbers.setdefault(key, len(numbers)) for key in other.keys]
        rows: _Arrays = (
            np.concatenate((self.length, other.length)),
            np.concatenate((self.code, np.array(renumbered, np.intp)[other.code])),
            np.concatenate((self.weight, other.weight)),
        )
        order, settled = None, max(self.settled, other.settled)
        if self.order is not None and other.order is not None:
            more = other.order + np.min_scalar_type(len(rows[0])).type(len(self.length))
            order = np.concatenate((self.order, more))
        if len(rows[0]) > 2 * settled:
            # Not at each addition: many would take as much time as there are rows, each.
            rows, kind = _distinct(rows, len(numbers))
            settled = len(rows[0])
            order = None if order is None else kind.astype(np.min_scalar_type(settled))[order]
        return Units(self.kind, tuple(numbers), *rows, order, settled)

    def chosen(self, rows: npt.NDArray[np.integer], weight: IntArray) -> Units:
        """Return some of the rows, which may repeat, and how many units each stands for."""
        length = self.length[rows]
        start = np.cumsum(self.length) - self.length
        return Units(self.kind, self.keys, length, self.code[ranges(start[rows], length)], weight)


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
        Whether the order of the units matters.
    """

    #: so many spans, or units, wait before those units that are alike are put in one row
    CAPACITY = 1 << 18

    def __init__(self, kind: str, *, in_order: bool = False) -> None:
        self.kind = kind
        # how many units have begun, and how many of these are in rows
        self.begun = 0
        self._done = 0
        self._waiting = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
        self._size = 0
        self._codes: dict[int, int] = {}
        self._rows: _Arrays = _NOTHING
        self._order = [np.zeros(0, np.uint8)] if in_order else None

    def add(self, unit: IntArray, key: npt.NDArray[np.int64]) -> None:
        """Add spans: the number of each one's unit, from 0, and its packed key."""
        self._waiting.append((unit, key))
        self._size += len(key)
        # A span that is still to come may belong to the unit that began last.
        last = self.begun - 1
        # Where rows do not repeat, more may wait: to put them together takes as long as they are.
        enough = max(self.CAPACITY, len(self._rows[1]))
        if last > self._done and max(self._size, self.begun - self._done) > enough:
            self._settle(last)

    def as_document(self) -> Collector:
        """Return a collector of documents, of which all that was collected is the first."""
        found = Collector("document", in_order=self._order is not None)
        if self.begun:
            self._settle(self.begun)
            length, code, weight = self._rows
            packed = np.array([*self._codes], np.int64)[code]
            packed = np.repeat(packed, np.repeat(weight, length).astype(np.intp))
            found.begun = 1
            found.add(np.zeros(len(packed), np.int64), packed)
        return found

    def finish(self, keys: Mapping[int, Key]) -> Units:
        """Return all units; the mapping says what the packed keys meant."""
        self._settle(self.begun)
        order = None if self._order is None else np.concatenate(self._order)
        kinds = tuple(keys[packed] for packed in self._codes)
        return Units(self.kind, kinds, *self._rows, order, len(self._rows[0]))

    def _settle(self, stop: int) -> None:
        """Put the units before `stop` in rows."""
        unit, key = (np.concatenate(part) for part in zip(*self._waiting, strict=True))
        settled = unit < stop
        self._waiting = [(unit[~settled], key[~settled])]
        self._size = len(self._waiting[0][0])
        unit, key = unit[settled] - self._done, key[settled]
        length = np.bincount(unit.astype(np.intp, copy=False), minlength=max(stop - self._done, 0))
        self._done = max(stop, self._done)
        code = self._coded(key)[np.argsort(unit, kind="stable")]
        more: _Arrays = length, code, np.ones(len(length), np.int64)
        known = len(self._rows[0])
        if known:
            length, code, weight = (np.concatenate(p) for p in zip(self._rows, more, strict=True))
            more = length, code, weight
        # Those that are known keep their numbers.
        self._rows, row = _distinct(more, len(self._codes))
        if self._order is not None:
            size = np.min_scalar_type(len(self._rows[0]))
            self._order.append(row[known:].astype(size))

    def _coded(self, key: npt.NDArray[np.int64]) -> IntArray:
        """Return a small number for each packed key."""
        ordered = np.sort(key)
        distinct = ordered[first_of_each(ordered)]
        numbers = [self._codes.setdefault(packed, len(self._codes)) for packed in distinct.tolist()]
        return np.array(numbers, np.intp)[np.searchsorted(distinct, key)]


class CountRows(NamedTuple):
    """Distinct rows of counts.

    Attributes
    ----------
    counts : array of int, shape (rows, systems, types, counts)
        In the order of `COUNTS`.
    weight : array of int, shape (rows,)
        How many units have each row.
    """

    counts: npt.NDArray[np.int64]
    weight: npt.NDArray[np.int64]


class CountCells(NamedTuple):
    """Distinct rows of counts, without what is 0.

    Attributes
    ----------
    row : array of int, shape (cells,)
        The row of each cell, and
    place : array of int, shape (cells,)
        the number of its system and type in the row: the types of the first system come first.
    counts : array of int, shape (cells, counts)
        In the order of `COUNTS`.
    weight : array of int, shape (rows,)
        How many units have each row.
    """

    row: IntArray
    place: IntArray
    counts: npt.NDArray[np.int64]
    weight: npt.NDArray[np.int64]

    def by_place(self, places: int) -> Iterator[CountRows]:
        """Yield for each place its distinct rows of counts (rows, counts), as if it were alone."""
        order = np.lexsort((*self.counts.T, self.place))
        place, counts = self.place[order], self.counts[order]
        new = np.ones(len(place), np.bool_)
        new[1:] = (place[1:] != place[:-1]) | (counts[1:] != counts[:-1]).any(axis=1)
        first = np.flatnonzero(new)
        weight = _sums_from(self.weight[self.row[order]], first)
        bounds = np.searchsorted(place[first], np.arange(places + 1))
        counts, units = counts[first], int(self.weight.sum())
        nothing = np.zeros((1, counts.shape[1]), np.int64)
        for start, stop in pairwise(bounds.tolist()):
            some, none = weight[start:stop], units - int(weight[start:stop].sum())
            rows = np.concatenate((nothing[: none > 0], counts[start:stop]))
            weights = np.concatenate((np.full(int(none > 0), none), some))
            ordered = np.argsort(rows.view(np.uint64) @ powers(rows.shape[1])[: rows.shape[1]])
            yield CountRows(rows[ordered], weights[ordered])


def rows_of(
    systems: Sequence[tuple[Units, Sequence[tuple[int, AnyCounts]]]], types: int
) -> CountRows:
    """Return the distinct rows of counts of one system, or of several side by side, in order.

    Parameters
    ----------
    systems, types
        As for `cells_of`.

    Raises
    ------
    UsageError
        If there are more than `MAX_CELLS` counts, or the systems do not have as many units.
    """
    return rows_of_cells(cells_of(systems, types), len(systems), types, systems[0][0].kind)


def fits(cells: CountCells, places: int) -> bool:
    """Return whether there are no more than `MAX_CELLS` counts in rows of so many places."""
    return bool(len(cells.weight) * places * cells.counts.shape[1] <= MAX_CELLS)


def rows_of_cells(cells: CountCells, systems: int, types: int, kind: str) -> CountRows:
    """Return rows with what is 0; see `rows_of`. `kind` is what units are called."""
    rows, places = len(cells.weight), systems * types
    if not fits(cells, places):
        raise UsageError(
            f"{types} types in {rows} {kind}s are too many to resample",
            hint="--types A,B names those that matter",
        )
    figures = cells.counts.shape[1]
    counts = np.zeros((rows, places, figures), np.int64)
    counts[cells.row, cells.place] = cells.counts
    return CountRows(counts.reshape(rows, systems, types, figures), cells.weight)


def cells_of(
    systems: Sequence[tuple[Units, Sequence[tuple[int, AnyCounts]]]], types: int
) -> CountCells:
    """Return the distinct rows of counts of one system, or of several side by side, in order.

    Parameters
    ----------
    systems : sequence of (Units, sequence of (type, counts))
        For each system its units, which are the same ones in the same order if there are several
        systems; and for each of its keys the number of the type, or -1 where the span does not
        count, and what it adds to the counts of the type.
    types : int
        How many types there are.

    Raises
    ------
    UsageError
        If the systems do not have as many units.
    """
    systems = [
        (units, meanings)
        for units, (_, meanings) in zip(
            _side_by_side([units for units, _ in systems]), systems, strict=True
        )
    ]
    ways = tuple({adds: None for _, meanings in systems for _, adds in meanings if any(adds)})
    width = len(systems) * types * len(ways)
    cells = [
        _cells(units, meanings, ways, first=system * types, width=width)
        for system, (units, meanings) in enumerate(systems)
    ]
    cell = np.sort(np.concatenate(cells))
    first = first_of_each(cell)
    times = np.diff(first, append=len(cell))
    unit, cell = np.divmod(cell[first], max(width, 1))
    weight = systems[0][0].weight
    length = np.bincount(unit.astype(np.intp, copy=False), minlength=len(weight))
    kinds, kind = _alike(length, cell * (times.max(initial=0) + 1) + times)
    chosen = ranges((np.cumsum(length) - length)[kinds], length[kinds])
    row = np.repeat(np.arange(len(kinds), dtype=np.int64), length[kinds])
    place, way = np.divmod(row * width + cell[chosen], max(len(ways), 1))
    first = first_of_each(place)
    figures = len(ways[0]) if ways else len(COUNTS)
    counts = np.zeros((len(first), figures), np.int64)
    for column, amounts in enumerate(zip(*ways, strict=True)):
        counts[:, column] = _sums_from(np.array(amounts, np.int64)[way] * times[chosen], first)
    row, place = np.divmod(place[first], max(len(systems) * types, 1))
    weight = np.bincount(kind, weight, len(kinds)).astype(np.int64)
    # In one order, however the units came: the same seed is to draw the same.
    factors = powers(len(systems) * types * figures)
    columns = place[:, None] * figures + np.arange(figures)
    number = np.zeros(len(kinds), np.uint64)
    np.add.at(number, row, (counts.view(np.uint64) * factors[columns]).sum(axis=1))
    order = np.argsort(number)
    rank = np.zeros(len(order), np.intp)
    rank[order] = np.arange(len(order))
    return CountCells(rank[row], place.astype(np.intp, copy=False), counts, weight[order])


def _sums_from(values: IntArray, first: IntArray) -> IntArray:
    """Return the sum of the values from each place on up to the next one."""
    sums: IntArray = np.add.reduceat(values, first) if len(first) else values[:0]
    return sums


def _cells(
    units: Units,
    meanings: Sequence[tuple[int, AnyCounts]],
    ways: tuple[AnyCounts, ...],
    *,
    first: int,
    width: int,
) -> IntArray:
    """Return for each span that counts its unit, its type, and what it adds, as one number."""
    numbers = {adds: number for number, adds in enumerate(ways)}
    cell = [
        (first + kind) * len(ways) + numbers[adds] if kind >= 0 and any(adds) else -1
        for kind, adds in meanings
    ]
    cells = np.array(cell, np.intp)[units.code]
    unit = np.repeat(np.arange(len(units.length), dtype=np.int64), units.length)
    return (unit * width + cells)[cells >= 0]


def _side_by_side(several: Sequence[Units]) -> Sequence[Units]:
    """Return the same units of several systems row by row: in one row those alike in all systems.

    Raises
    ------
    UsageError
        If the systems do not have as many units.
    """
    if len(several) == 1:
        return several
    orders = [
        np.arange(len(units.length)) if units.order is None else units.order for units in several
    ]
    if len({len(order) for order in orders}) > 1:
        raise UsageError(f"the systems do not have as many {several[0].kind}s")
    tables: npt.NDArray[np.integer] = np.zeros((0, len(several)), np.uint8)
    weight = np.zeros(0, np.int64)
    settled = 0
    step = max(1, _JOINED // len(several))
    for start in range(0, max(len(orders[0]), 1), step):
        table, more = _alike_of_all(np.stack([order[start : start + step] for order in orders], 1))
        tables, weight = np.concatenate((tables, table)), np.concatenate((weight, more))
        if len(tables) > 2 * settled:
            tables, weight = _alike_of_all(tables, weight)
            settled = len(tables)
    return [units.chosen(tables[:, n], weight) for n, units in enumerate(several)]


def _alike_of_all(
    table: npt.NDArray[np.integer], weight: IntArray | None = None
) -> tuple[npt.NDArray[np.integer], IntArray]:
    """Return the distinct rows of a table, and their weights, by default how often each occurs."""
    rows, columns = table.shape
    first, kind = _alike(np.full(rows, columns), table.ravel())
    return table[first], np.bincount(kind, weight, len(first)).astype(np.int64)


def _distinct(rows: _Arrays, codes: int) -> tuple[_Arrays, IntArray]:
    """Return rows with those that have the same codes, in any order, in one; where each went."""
    length, code, weight = rows
    unit = np.repeat(np.arange(len(length), dtype=np.int64), length)
    code = code[np.argsort(unit * max(codes, 1) + code, kind="stable")]
    first, kind = _alike(length, code)
    start = (np.cumsum(length) - length)[first]
    code = code[ranges(start, length[first])]
    weight = np.bincount(kind, weight, len(first)).astype(np.int64)
    return (length[first], code, weight), kind


def _alike(length: IntArray, item: npt.NDArray[np.integer]) -> tuple[IntArray, IntArray]:
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
        The first row of each kind, in ascending order.
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
    first = np.sort(seen[seen >= 0])
    number = np.zeros(nodes, np.intp)
    number[node[first]] = np.arange(len(first))
    return first, number[node]
