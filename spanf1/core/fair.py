"""FairEval: each error is one error, and of one kind.

K. Ortmann. 2022. Fine-Grained Error Analysis and Fair Evaluation of Labeled Spans. LREC.

By other rules a span of a wrong boundary is two errors: one missed, one spurious. Here it is one,
of a kind; and a span in two rightly typed pieces is two.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.overlaps import Overlaps, Side
from spanf1.core.pairing import groups
from spanf1.core.spans import first_of_each
from spanf1.core.tags import IntArray

#: what a pair can be: right; of another type; of another boundary, predicted inside gold, gold
#: inside predicted, or neither; of another type and boundary
KINDS = ("TP", "LE", "BES", "BEL", "BEO", "LBE")
_TP, _LE, _BES, _BEL, _BEO, _LBE = range(len(KINDS))


class Events(NamedTuple):
    """The overlaps that count, each as one of `KINDS`, by its number; the others do not."""

    which: IntArray
    kind: npt.NDArray[np.int8]


class _Cell(NamedTuple):
    """An overlap: its number, whether both spans have the same units, and whether one type."""

    number: int
    same: bool
    alike: bool


_Cells = dict[int, dict[int, _Cell]]


def fair_events(overlaps: Overlaps) -> Events:
    """Return what FairEval makes of overlaps.

    Of what is of equal merit, the first in reading order is taken.
    """
    gold, predicted = overlaps.gold, overlaps.predicted
    kind = np.full(len(gold), -1, np.int8)
    if not len(gold):
        return Events(np.zeros(0, np.intp), kind)
    # An overlap that shares its spans with no other is what it looks like.
    alone = (np.bincount(gold)[gold] == 1) & (np.bincount(predicted)[predicted] == 1)
    looks = _looks(overlaps)
    kind[alone] = looks[alone]
    rest = np.flatnonzero(~alone)
    if len(rest):
        group = groups(gold[rest], predicted[rest])
        rest = rest[np.argsort(group, kind="stable")]
        bounds = [*first_of_each(np.sort(group)).tolist(), len(rest)]
        found = [
            number
            for begin, end in pairwise(bounds)
            for number in _Group(overlaps, rest[begin:end]).events()
        ]
        kind[found] = looks[found]
    which = np.flatnonzero(kind >= 0)
    return Events(which, kind[which])


def _looks(overlaps: Overlaps) -> npt.NDArray[np.int8]:
    """Return what each overlap is, if it counts."""
    size, size_there = overlaps.sizes()
    shared = overlaps.shared
    boundary = np.where(shared == size_there, _BES, np.where(shared == size, _BEL, _BEO))
    other = np.where(overlaps.same, _LE, _LBE)
    right = np.where(overlaps.same, _TP, boundary)
    return np.where(overlaps.alike, right, other).astype(np.int8)


class _Group:
    """Spans that overlap, directly or by others between.

    Parameters
    ----------
    overlaps : Overlaps
        All overlaps.
    which : array of int
        Those of the group, in reading order.
    """

    def __init__(self, overlaps: Overlaps, which: IntArray) -> None:
        self.sides = overlaps.sides
        cells = zip(
            which.tolist(),
            *(column[which].tolist() for column in overlaps[:2]),
            overlaps.same[which].tolist(),
            overlaps.alike[which].tolist(),
            strict=True,
        )
        # Of each span of both sides, its overlaps by the other span.
        self.cells: tuple[_Cells, _Cells] = ({}, {})
        for number, gold, predicted, same, alike in cells:
            cell = _Cell(number, same, alike)
            self.cells[0].setdefault(gold, {})[predicted] = cell
            self.cells[1].setdefault(predicted, {})[gold] = cell
        self.parts = [
            {number: _parts(side, number) for number in cells}
            for side, cells in zip(self.sides, self.cells, strict=True)
        ]
        bounds = sorted(
            {
                bound
                for side in self.parts
                for every in side.values()
                for part in every
                for bound in part
            }
        )
        place = {bound: number for number, bound in enumerate(bounds)}
        self.length = [end - start for start, end in pairwise(bounds)]
        # Of each span, the stretches between two bounds that are not struck yet.
        self.rest = [
            {
                number: {k for start, end in every for k in range(place[start], place[end])}
                for number, every in side.items()
            }
            for side in self.parts
        ]

    def events(self) -> list[int]:
        """Return the overlaps that count."""
        found = []
        # The spans of both sides that are in no event yet, in reading order.
        free = [dict.fromkeys(sorted(cells)) for cells in self.cells]
        for alike in (True, False):
            for number in [*free[0]]:
                for other, cell in self.cells[0][number].items():
                    if cell.same and cell.alike == alike and other in free[1]:
                        found.append(cell.number)
                        del free[0][number], free[1][other]
                        break
        # Shortest first.
        free = [
            dict.fromkeys(sorted(numbers, key=partial(self._extent, side)))
            for side, numbers in enumerate(free)
        ]
        used: list[dict[int, None]] = [{}, {}]
        for alike in (True, False):
            for side, partners in (0, free), (0, used), (1, used):
                for number in [*free[side]]:
                    nearest = self._nearest(side, number, partners[1 - side], alike=alike)
                    if nearest is None:
                        continue
                    other, cell = nearest
                    found.append(cell.number)
                    del free[side][number]
                    used[side][number] = None
                    if partners is free:
                        del free[1][other]
                        used[1][other] = None
                    shared = self.rest[side][number] & self.rest[1 - side][other]
                    self.rest[side][number] -= shared
                    self.rest[1 - side][other] -= shared
        return found

    def _nearest(
        self, side: int, number: int, partners: dict[int, None], *, alike: bool
    ) -> tuple[int, _Cell] | None:
        """Return the partner of a span that is most like it by what is not struck."""
        own = self.rest[side][number]
        best = None
        for other, cell in self.cells[side][number].items():
            if other not in partners or cell.alike != alike or cell.same:
                continue
            rest = self.rest[1 - side][other]
            shared, missing, extra = map(self._units, (own & rest, own - rest, rest - own))
            key = -shared, missing, extra, *self._extent(1 - side, other)
            if shared and (best is None or key < best[0]):
                best = key, (other, cell)
        return best and best[1]

    def _extent(self, side: int, number: int) -> tuple[int, int]:
        """Return how long a span is from end to end, and its number."""
        parts = self.parts[side][number]
        return parts[-1][1] - parts[0][0], number

    def _units(self, stretches: set[int]) -> int:
        return sum(map(self.length.__getitem__, stretches))


def _parts(side: Side, number: int) -> tuple[tuple[int, int], ...]:
    """Return the parts of a span, which may be one."""
    return side.parts.get(number) or ((int(side.start[number]), int(side.stop[number])),)
