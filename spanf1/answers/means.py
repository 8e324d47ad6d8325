"""Means over questions: each figure is a ratio of two sums, which are resampled by question.

A part of a sum that is no whole number is an integer of parts of 2^32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.options import AUTO, LEAST_UNITS, Confidence
from spanf1.exceptions import UsageError
from spanf1.resampling.draws import FloatArray, IntArray, cores
from spanf1.resampling.inference import (
    AdjustmentName,
    Interval,
    adjusted,
    bootstrap_values,
    interval_of,
    percentile,
    randomization_test,
)

#: how many parts 1 has
WHOLE = 1 << 32


class Rows(NamedTuple):
    """Distinct rows of counts, and how many questions have each."""

    counts: IntArray
    weight: IntArray


def ratios(sums: npt.NDArray[Any]) -> FloatArray:
    """Return the figures (…) of sums (…, 2); NaN for 0/0."""
    above, below = sums[..., 0], sums[..., 1]
    return np.where(below > 0, above / np.where(below > 0, below, 1), np.nan)


def distinct(counts: IntArray) -> Rows:
    """Return the distinct rows of counts (N, …)."""
    flat = counts.reshape(len(counts), -1)
    if not flat.size:
        return Rows(counts, np.ones(len(counts), np.int64))
    varied = np.flatnonzero((flat != flat[:1]).any(axis=0))
    order = np.lexsort(flat.T[varied]) if len(varied) else np.arange(len(flat))
    ordered = flat[order][:, varied]
    new = np.ones(len(flat), np.bool_)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    first = np.flatnonzero(new)
    return Rows(counts[order[first]], np.diff(first, append=len(flat)))


def check_confidence(confidence: Confidence | None) -> None:
    """Raise an error if something else than questions is to be drawn."""
    if confidence and confidence.unit != AUTO:
        raise UsageError("questions are drawn: unit does not go with answers")


@dataclass(frozen=True)
class Means:
    """Figures of some questions.

    Attributes
    ----------
    names : tuple of str
        What they are called.
    sums : array of float, shape (N, F, 2)
        What each question adds to the two sums of each figure.
    """

    names: tuple[str, ...]
    sums: FloatArray

    @classmethod
    def of(cls, figures: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]]) -> Means:
        """Return the means of figures: what each question adds to both sums, or all do."""
        pairs = [np.stack(np.broadcast_arrays(*pair), axis=-1) for pair in figures.values()]
        return cls((*figures,), np.stack(pairs, axis=1).astype(float))

    def only(self, names: Sequence[str]) -> Means:
        """Return some of the figures."""
        return Means((*names,), self.sums[:, [self.names.index(name) for name in names]])

    def figures(self) -> dict[str, float]:
        """Return the figures by name; NaN for 0/0."""
        values = ratios(self.sums.sum(axis=0)).tolist()
        return dict(zip(self.names, values, strict=True))

    @cached_property
    def counts(self) -> IntArray:
        """The parts of the sums as integers: those of a figure that are not, in parts of 2^32."""
        whole = (self.sums == np.rint(self.sums)).all(axis=(0, 2))
        return np.rint(self.sums * np.where(whole, 1.0, WHOLE)[:, None]).astype(np.int64)

    def intervals(self, how: Confidence) -> dict[str, Interval]:
        """Return their intervals by name, NaN where there are none."""
        if len(self.counts) < LEAST_UNITS:
            return dict.fromkeys(self.names, Interval(np.nan, np.nan))
        low, high = interval_of(*distinct(self.counts), ratios, how)
        ends = map(Interval, low.tolist(), high.tolist())
        return dict(zip(self.names, ends, strict=True))


class MeanDifference(NamedTuple):
    """How a system differs from the reference in a figure.

    Attributes
    ----------
    figure, system, reference : str
        What is compared of which systems.
    difference : float
        What the system has more.
    interval : Interval
        Of the difference, in resamples that both share.
    p_value, p_adjusted : float
        By approximate randomisation of questions, and corrected for how many systems there are.
    questions : tuple of int
        On how many questions it is better, as good, and worse.
    """

    figure: str
    system: str
    reference: str
    difference: float
    interval: Interval
    p_value: float
    p_adjusted: float
    questions: tuple[int, int, int]


def differences(
    systems: Sequence[str],
    means: Sequence[Means],
    reference: int,
    how: Confidence,
    correction: AdjustmentName,
) -> tuple[list[dict[str, Interval]], list[MeanDifference]]:
    """Return the intervals of systems on the same questions, and how they differ from one.

    Parameters
    ----------
    systems : sequence of str
        Their names.
    means : sequence of Means
        Their figures, question by question.
    reference : int
        Which of them is the one.
    how : Confidence
        Level, resamples, seed.
    correction : str
        A key of `spanf1.resampling.inference.ADJUSTMENTS`.
    """
    order = [reference, *(k for k in range(len(systems)) if k != reference)]
    together = Means(means[0].names, np.concatenate([means[k].sums for k in order]))
    counts = together.counts.reshape(len(order), -1, *together.counts.shape[1:]).swapaxes(0, 1)
    rows = distinct(counts)
    drawn = bootstrap_values(*rows, ratios, how.resamples, how.seed, threads=cores())
    if len(counts) < LEAST_UNITS:
        drawn = np.full_like(drawn, np.nan)
    ends = percentile(drawn, how.level)
    apart = percentile(drawn[:, 1:] - drawn[:, :1], how.level)
    tested = randomization_test(*rows, ratios, how.resamples, how.seed, threads=cores())
    # Of so few questions, no more ways to swap them can be as extreme.
    p_values = np.maximum(tested.p_values, 2.0 ** (1 - len(counts)))
    names = means[0].names
    found = []
    for figure, name in enumerate(names):
        corrected = adjusted(p_values[:, figure], correction)
        for place, k in enumerate(order[1:]):
            gain = rows.counts[:, place + 1, figure, 0] - rows.counts[:, 0, figure, 0]
            better, same, worse = (int(rows.weight[np.sign(gain) == s].sum()) for s in (1, 0, -1))
            low, high = apart.low[place, figure], apart.high[place, figure]
            found.append(
                MeanDifference(
                    name,
                    systems[k],
                    systems[reference],
                    means[k].figures()[name] - means[reference].figures()[name],
                    Interval(float(low), float(high)),
                    float(p_values[place, figure]),
                    float(corrected[place]),
                    (better, same, worse),
                )
            )
    intervals: list[dict[str, Interval]] = [{} for _ in systems]
    for place, k in enumerate(order):
        pairs = map(Interval, ends.low[place].tolist(), ends.high[place].tolist())
        intervals[k] = dict(zip(names, pairs, strict=True))
    return intervals, found
