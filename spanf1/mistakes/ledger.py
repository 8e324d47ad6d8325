"""A ledger of spans: which of gold and of the predictions are one, and what is wrong between them.

The pairing is the one of `spanf1.core.pairing.canonical_pairs`, so that what is correct here is
what is correct in a score by exact match.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.kept import KeptSide
from spanf1.core.overlaps import Overlaps, Places, Side, find_overlaps
from spanf1.core.pairing import canonical_pairs
from spanf1.core.spans import BoolArray
from spanf1.core.tags import IntArray
from spanf1.exceptions import UsageError, check_known

#: the kinds of rows of a ledger, and what each is; tokens stand for characters, too
KINDS = {
    "correct": "the same tokens and type",
    "type": "the same tokens, another type",
    "boundary": "the same type, and some tokens shared",
    "type and boundary": "another type, and some tokens shared",
    "missed": "gold, and nothing is predicted for it",
    "spurious": "predicted, and there is no gold for it",
}
CORRECT, TYPE, BOUNDARY, TYPE_AND_BOUNDARY, MISSED, SPURIOUS = range(len(KINDS))
#: the kinds that are errors
ERRORS = [*KINDS][1:]

#: how boundaries differ, and what that means
HOWS = {
    "": "they do not",
    "early": "it begins and ends before gold does",
    "late": "it begins and ends behind gold",
    "long": "it has all of gold, and more",
    "short": "it has a part of gold",
    "gaps": "it leaves out something else in between",
    "split": "several predicted spans share tokens with one of gold",
    "merged": "one predicted span shares tokens with several of gold",
}
_NOT, _EARLY, _LATE, _LONG, _SHORT, _GAPS, _SPLIT, _MERGED = range(len(HOWS))

#: what stands for all kinds
ALL = "all"

#: no span
NONE = -1

CodeColumn = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Ledger:
    """Spans of gold and of the predictions, put together, in reading order.

    Attributes
    ----------
    sides : tuple of KeptSide
        The spans.
    names : sequence of str
        The types, by their numbers.
    gold, predicted : array of int
        The spans of each row, by their index; `NONE` if there is none.
    kind, how : array of int
        The kind of each row, and how its boundaries differ: indices of `KINDS` and `HOWS`.
    """

    sides: tuple[KeptSide, KeptSide]
    names: Sequence[str]
    gold: IntArray
    predicted: IntArray
    kind: CodeColumn
    how: CodeColumn

    @classmethod
    def of(cls, gold: KeptSide, predicted: KeptSide, names: Sequence[str]) -> Ledger:
        """Return the ledger of some spans."""
        overlaps = find_overlaps(*(Places.of(side.spans, side.parts) for side in (gold, predicted)))
        everything = np.arange(len(overlaps.gold))
        left, right = overlaps.given(everything)
        # Spans of the same units in other parts are no exact match.
        same = overlaps.same & (gold.detail[left] == predicted.detail[right])
        overlaps = overlaps._replace(same=same)
        pairs = canonical_pairs(overlaps)
        kind = np.where(
            same[pairs],
            np.where(overlaps.alike[pairs], CORRECT, TYPE),
            np.where(overlaps.alike[pairs], BOUNDARY, TYPE_AND_BOUNDARY),
        )
        sides = overlaps.sides
        alone = [np.ones(len(side), np.bool_) for side in sides]
        alone[0][overlaps.gold[pairs]] = False
        alone[1][overlaps.predicted[pairs]] = False
        rest, extra = (np.flatnonzero(side) for side in alone)
        rows = [
            (overlaps.gold[pairs], overlaps.predicted[pairs], kind),
            (rest, np.full(len(rest), NONE), np.full(len(rest), MISSED)),
            (np.full(len(extra), NONE), extra, np.full(len(extra), SPURIOUS)),
        ]
        first, second, kinds = map(np.concatenate, zip(*rows, strict=True))
        how = np.concatenate(_hows(overlaps, pairs, kind, alone))
        start = np.where(first == NONE, _at(sides[1].start, second), _at(sides[0].start, first))
        order = np.lexsort((kinds, start))
        return cls(
            (gold, predicted),
            names,
            _given(sides[0], first)[order],
            _given(sides[1], second)[order],
            kinds[order].astype(np.int8),
            how[order].astype(np.int8),
        )

    def __len__(self) -> int:
        return len(self.kind)

    def types(self, number: int) -> IntArray:
        """Return the type of each row's span of a side; 0 where there is none."""
        index = (self.gold, self.predicted)[number]
        return np.where(index == NONE, 0, _at(self.sides[number].spans.type, index))

    def rows(
        self, kinds: Sequence[str], types: Sequence[str], pair: Sequence[str] | None
    ) -> IntArray:
        """Return the rows of some kinds, and types; see `spanf1.Analysis.entries`.

        Raises
        ------
        UsageError
            If there is no such kind, or `pair` is not two types.
        """
        kinds = kinds or ERRORS
        for name in kinds:
            check_known("kind", name, [*KINDS, *[*HOWS][1:], ALL])
        chosen = np.full(len(self), ALL in kinds)
        for known, column in ((KINDS, self.kind), (HOWS, self.how)):
            numbers = [number for number, name in enumerate(known) if name and name in kinds]
            chosen |= np.isin(column, numbers)
        sides = self.types(0), self.types(1)
        if types:
            numbers = self._numbers(types)
            chosen &= np.isin(sides[0], numbers) | np.isin(sides[1], numbers)
        if pair is not None:
            if isinstance(pair, str) or len(pair) != 2:
                raise UsageError("pair is to be two types: that of gold, and the predicted one")
            for side, name in zip(sides, pair, strict=True):
                chosen &= np.isin(side, self._numbers([name]))
        return np.flatnonzero(chosen)

    def _numbers(self, names: Sequence[str]) -> list[int]:
        return [number for number, name in enumerate(self.names) if number and name in names]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows there are of each kind."""
        found = np.bincount(self.kind, minlength=len(KINDS)).tolist()
        return dict(zip(KINDS, found, strict=True))

    @cached_property
    def hows(self) -> dict[tuple[str, str], int]:
        """How many rows there are of each kind and way in which boundaries differ."""
        ways = len(HOWS)
        found = np.bincount(self.kind.astype(np.intp) * ways + self.how, minlength=1)
        kinds, hows = [*KINDS], [*HOWS]
        return {
            (kinds[number // ways], hows[number % ways]): int(found[number])
            for number in np.flatnonzero(found).tolist()
            if number % ways
        }

    @property
    def labels(self) -> list[str]:
        """The types that spans have, in alphabetical order."""
        numbers = np.unique(np.concatenate([side.spans.type for side in self.sides]))
        return sorted(self.names[number] for number in numbers.tolist())

    def confusion(self) -> Confusion:
        """Return how often a type of gold is one of the predictions."""
        labels = self.labels
        places = {name: place for place, name in enumerate(labels)}
        none = len(labels)
        place = np.array([places.get(name, none) for name in self.names], np.intp)
        gold, predicted = (place[self.types(number)] for number in (0, 1))
        differs = np.isin(self.kind, (BOUNDARY, TYPE_AND_BOUNDARY))
        same, apart = (
            _table(gold[which], predicted[which], none + 1) for which in (~differs, differs)
        )
        return Confusion(labels, same, apart)


def _at(values: IntArray, index: IntArray) -> IntArray:
    """Return values by index, and anything where it is that of no span."""
    return values.take(index, mode="clip") if len(values) else np.zeros_like(index)


def _given(side: Side, rank: IntArray) -> IntArray:
    """Return the index among those given of spans in reading order; `NONE` stays."""
    return np.where(rank == NONE, NONE, _at(side.order, rank))


def _table(gold: IntArray, predicted: IntArray, size: int) -> npt.NDArray[np.int64]:
    counts = np.bincount(gold * size + predicted, minlength=size * size)
    return counts.reshape(size, size)


def _hows(
    overlaps: Overlaps, pairs: IntArray, kind: IntArray, alone: Sequence[BoolArray]
) -> list[IntArray]:
    """Return how boundaries differ: of pairs, of missed spans, and of spurious ones.

    What is correct is right as it is: it is no part of a span that is split or merged.
    """
    gold, predicted = overlaps.sides
    first, second = overlaps.gold[pairs], overlaps.predicted[pairs]
    free = np.ones(len(overlaps.gold), np.bool_)
    for members, owners in ((first, overlaps.gold), (second, overlaps.predicted)):
        right = np.zeros(int(owners.max(initial=-1)) + 1, np.bool_)
        right[members[kind == CORRECT]] = True
        free &= ~right[owners]
    on_gold = np.bincount(overlaps.gold[free], minlength=len(gold))
    on_predicted = np.bincount(overlaps.predicted[free], minlength=len(predicted))
    before = np.sign(predicted.start[second] - gold.start[first])
    behind = np.sign(predicted.end[second] - gold.end[first])
    size = np.sign(predicted.size[second] - gold.size[first])
    differs = np.isin(kind, (BOUNDARY, TYPE_AND_BOUNDARY))
    found = np.select(
        [
            ~differs,
            on_gold[first] > 1,
            on_predicted[second] > 1,
            (before < 0) & (behind < 0),
            (before > 0) & (behind > 0),
            (before == 0) & (behind == 0) & (size == 0),
            (before <= 0) & (behind >= 0) & ((before != behind) | (size > 0)),
        ],
        [_NOT, _SPLIT, _MERGED, _EARLY, _LATE, _GAPS, _LONG],
        _SHORT,
    )
    return [
        found,
        # What lies on a span that has another partner.
        np.where(on_gold[alone[0]] > 0, _MERGED, _NOT),
        np.where(on_predicted[alone[1]] > 0, _SPLIT, _NOT),
    ]


class Confusion(NamedTuple):
    """How often spans of each type of gold are predicted as each type.

    Attributes
    ----------
    labels : list of str
        The types, in alphabetical order.
    same, apart : array of int, shape (types + 1, types + 1)
        Pairs of the same units, and pairs whose boundaries differ. Rows are types of gold, columns
        those of predictions. Of `same`, the last column is what is missed, and the last row what
        is spurious.
    """

    labels: list[str]
    same: npt.NDArray[np.int64]
    apart: npt.NDArray[np.int64]

    @classmethod
    def total(cls, parts: Sequence[Confusion]) -> Confusion:
        """Return the sum of several."""
        if len(parts) == 1:
            return parts[0]
        labels = sorted({name for part in parts for name in part.labels})
        same, apart = (np.zeros((len(labels) + 1,) * 2, np.int64) for _ in range(2))
        for part in parts:
            places = [*map(labels.index, part.labels), len(labels)]
            same[np.ix_(places, places)] += part.same
            apart[np.ix_(places, places)] += part.apart
        return cls(labels, same, apart)

    @property
    def array(self) -> npt.NDArray[np.int64]:
        """All of it: the sums of rows are spans in gold, those of columns predicted ones."""
        return self.same + self.apart


class Mended(NamedTuple):
    """What the score would be if one kind of error were mended.

    Attributes
    ----------
    what : str
        What is mended; ``now`` for nothing.
    gold, predicted, correct : int
        The spans.
    f1 : float
        The F1; F-beta, if another beta was given.
    """

    what: str
    gold: int
    predicted: int
    correct: int
    f1: float


def mended_counts(counts: dict[str, int]) -> dict[str, tuple[int, int, int]]:
    """Return gold, predicted and correct spans, were a kind of error mended, by what is mended.

    Parameters
    ----------
    counts : dict of str to int
        How many rows there are of each kind.
    """
    correct, kind, boundary, both, missed, spurious = (counts[name] for name in KINDS)
    gold = correct + kind + boundary + both + missed
    predicted = correct + kind + boundary + both + spurious
    return {
        "now": (gold, predicted, correct),
        "types of equal spans": (gold, predicted, correct + kind),
        "boundaries of overlaps of one type": (gold, predicted, correct + boundary),
        "all overlapping pairs": (gold, predicted, correct + kind + boundary + both),
        "spurious removed": (gold, predicted - spurious, correct),
        "missed added": (gold, predicted + missed, correct + missed),
    }
