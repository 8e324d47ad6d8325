"""Sentences and documents as wholes: how many are right in all, and means over documents."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.options import LEAST_UNITS, Confidence
from spanf1.core.scores import f_scores
from spanf1.core.units import Units
from spanf1.levels.levels import WholeLevel
from spanf1.resampling.inference import Interval, interval_of

FloatArray = npt.NDArray[np.float64]

#: the means over documents, by name
MEANS = ("precision", "recall", "fbeta")

# Precision and the like are summed in so many parts of 1, exactly in any order.
_PARTS = 1 << 32


class Share(NamedTuple):
    """How many of some units are right in all."""

    right: int
    of: int
    share: float
    interval: Interval | None = None


class Mean(NamedTuple):
    """The mean of a figure over so many documents, and its standard deviation over these."""

    mean: float
    deviation: float
    documents: int
    interval: Interval | None = None


@dataclass(frozen=True, repr=False)
class WholeScores:  # noqa: PLW1641 - arrays have no hash
    """How many sentences, or documents, are right in all: all their spans, and nothing else.

    ``result.all`` is the `Share` of all units, ``result.with_gold`` that of those that have spans
    in gold. Of documents, ``result.means`` are HIPE's macro averages: precision over documents
    with predictions, recall over those with gold, F over those with both (M. Ehrmann, M.
    Romanello, A. Flückiger, S. Clematide. 2020. Extended Overview of CLEF HIPE 2020).

    Parameters
    ----------
    level : str
        ``sentence`` or ``document``.
    noun : str
        What units are called: a text in which no sentences are marked is a document.
    counts : array of int, shape (rows, 3)
        The spans of units in gold, predicted, and correct: distinct rows.
    weight : array of int, shape (rows,)
        How many units have each.
    beta, zero_division : float
        As in `spanf1.Options`.
    confidence : Confidence, optional
        How intervals are made, if there are to be some.
    facts : sequence of (str, str)
        What shaped the counts, in words, with headings.
    signature : str
        The line to cite.
    documents : int
        How many documents are marked.
    input : mapping, optional
        Where it came from.
    """

    level: WholeLevel
    noun: str
    counts: npt.NDArray[np.int64]
    weight: npt.NDArray[np.int64]
    beta: float = 1.0
    zero_division: float = 0.0
    confidence: Confidence | None = None
    facts: Sequence[tuple[str, str]] = ()
    signature: str = ""
    documents: int = 0
    input: Mapping[str, Any] | None = None

    def __eq__(self, other: object) -> bool:
        """Say whether all fields are the same, of which NaN may be one."""
        if not isinstance(other, WholeScores):
            return NotImplemented
        return self._fields == other._fields

    @property
    def _fields(self) -> tuple[Any, ...]:
        """All fields, as they compare; how intervals are made is in the signature."""
        arrays = self.counts.tolist(), self.weight.tolist()
        facts = [*map(tuple, self.facts)]
        said = self.level, self.noun, self.signature, self.documents, self.input
        return *arrays, facts, *said, self.beta, str(self.zero_division)

    @property
    def units(self) -> int:
        """How many units there are."""
        return int(self.weight.sum())

    @cached_property
    def all(self) -> Share:
        """How many of all units are right."""
        return self._shares[0]

    @property
    def with_gold(self) -> Share:
        """How many are right of those that have spans in gold."""
        return self._shares[1]

    @cached_property
    def _rows(self) -> npt.NDArray[np.int64]:
        """Numbers whose sums over units tell all figures; see `_values`."""
        gold, predicted, correct = self.counts.T
        right = (gold == correct) & (predicted == correct)
        rows = [np.ones_like(gold), right, gold > 0, right & (gold > 0)]
        fbeta = f_scores(self.counts, beta=self.beta)
        for value, there in (
            (correct / np.maximum(predicted, 1), predicted > 0),
            (correct / np.maximum(gold, 1), gold > 0),
            (fbeta, (gold > 0) & (predicted > 0)),
        ):
            rows += [np.rint(value * there * _PARTS), there]
        return np.stack([np.asarray(row, np.int64) for row in rows], axis=-1)

    def _values(self, sums: npt.NDArray[Any]) -> FloatArray:
        """Return the shares of all and of those with gold, and three means, of sums of rows."""
        parts = np.asarray(sums, np.float64)
        pairs = [(1, 0), (3, 2), (4, 5), (6, 7), (8, 9)]
        values = []
        for part, whole in pairs:
            size = parts[..., whole] * (_PARTS if part > 3 else 1)
            out = np.full(size.shape, math.nan if part > 3 else self.zero_division)
            values.append(np.divide(parts[..., part], size, out=out, where=size > 0))
        return np.stack(values, axis=-1)

    @cached_property
    def _intervals(self) -> list[Interval | None]:
        if self.confidence is None:
            return [None] * 5
        if self.units < LEAST_UNITS:
            return [Interval(math.nan, math.nan)] * 5
        low, high = interval_of(self._rows, self.weight, self._values, self.confidence)
        # Where none is right, or all are, all resamples are the same.
        sums = (self.weight @ self._rows).tolist()
        same = [sums[1] in (0, sums[0]), sums[3] in (0, sums[2]), False, False, False]
        return [
            Interval(math.nan, math.nan) if none else Interval(float(a), float(b))
            for a, b, none in zip(low, high, same, strict=True)
        ]

    @cached_property
    def _shares(self) -> tuple[Share, Share]:
        every, right, golden, right_golden = (self.weight @ self._rows)[:4].tolist()
        values = self._values(self.weight @ self._rows).tolist()
        return (
            Share(right, every, values[0], self._intervals[0]),
            Share(right_golden, golden, values[1], self._intervals[1]),
        )

    @cached_property
    def means(self) -> dict[str, Mean]:
        """Precision, recall and F of documents, averaged; none of sentences."""
        if self.level != "document":
            return {}
        values = self._values(self.weight @ self._rows).tolist()[2:]
        found = {}
        for place, (name, mean) in enumerate(zip(MEANS, values, strict=True)):
            part, there = self._rows[:, 4 + 2 * place] / _PARTS, self._rows[:, 5 + 2 * place]
            count = int(self.weight @ there)
            squares = float(((part - mean) ** 2 * there) @ self.weight)
            deviation = math.sqrt(squares / count) if count else math.nan
            found[name] = Mean(mean, deviation, count, self._intervals[2 + place])
        return found


def counts_of_units(
    units: Units, adds: Iterable[tuple[int, int, int]]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the spans in gold, predicted and correct of each kind of unit, and how many have them.

    Parameters
    ----------
    units : Units
        The units.
    adds : iterable of (int, int, int)
        What each kind of span adds to those counts.
    """
    table = np.array([*adds], np.int64).reshape(-1, 3)
    row = np.repeat(np.arange(len(units.length)), units.length)
    counts = np.zeros((len(units.length), 3), np.int64)
    np.add.at(counts, row, table[units.code])
    # In one order, however the units came: the same seed is to draw the same.
    distinct, kind = np.unique(counts, axis=0, return_inverse=True)
    weight = np.zeros(len(distinct), np.int64)
    np.add.at(weight, kind.reshape(-1), units.weight)
    return distinct, weight
