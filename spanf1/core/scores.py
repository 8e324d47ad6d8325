"""Precision, recall and F, by type and averaged: pure functions of counts.

What is 0/0 (a precision where nothing was predicted, a recall where gold has nothing) is said
by ``zero_division``. F is 0/0 only where both are.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import NamedTuple

from spanf1.core.counts import TypeCounts


class Score(NamedTuple):
    """Precision, recall and F1, as fractions of 1, and the counts behind them.

    `fbeta` is F-beta for the beta that was asked for; it is `f1` where that was 1. An average's
    counts are the sums over the types that it runs over.
    """

    precision: float
    recall: float
    f1: float
    fbeta: float
    gold: int
    predicted: int
    correct: int


class Averages(NamedTuple):
    """The three usual averages over types; see `average`."""

    micro: Score
    macro: Score
    weighted: Score


#: the names of the averages
AVERAGES = Averages._fields


def ratio(part: int, whole: int, zero_division: float = 0.0) -> float:
    """Return part / whole, or `zero_division` where both are 0."""
    return part / whole if whole else zero_division


def f_score(counts: TypeCounts, beta: float = 1.0, zero_division: float = 0.0) -> float:
    """Return F-beta: (1 + beta²) P R / (beta² P + R), van Rijsbergen's 1 - E (1979).

    With nothing in gold and nothing predicted it is `zero_division`; with nothing correct, 0.
    """
    if not counts.gold and not counts.predicted:
        return zero_division
    if not counts.correct:
        return 0.0
    precision, recall = counts.correct / counts.predicted, counts.correct / counts.gold
    weight = beta * beta
    if math.isinf(weight):
        return recall
    return (1 + weight) * precision * recall / (weight * precision + recall)


def score(counts: TypeCounts, *, beta: float = 1.0, zero_division: float = 0.0) -> Score:
    """Return the scores of one type, or of the sum of several.

    Parameters
    ----------
    counts : TypeCounts
        Spans in gold, predicted, and correct.
    beta : float
        How many times as much as precision recall weighs, in `Score.fbeta`.
    zero_division : float
        What 0/0 is: 0, 1 or NaN.
    """
    return Score(
        ratio(counts.correct, counts.predicted, zero_division),
        ratio(counts.correct, counts.gold, zero_division),
        f_score(counts, 1.0, zero_division),
        f_score(counts, beta, zero_division),
        *counts,
    )


def average(
    types: Mapping[str, Score],
    over: Collection[str],
    *,
    beta: float = 1.0,
    zero_division: float = 0.0,
) -> Averages:
    """Return the averages of several types' scores.

    ``micro`` is the score of the summed counts of all `types`. ``macro`` is the mean of the
    scores of the types in `over`: macro F1 is the mean of their F1, not the F1 of mean precision
    and mean recall. ``weighted`` weighs them by their number of spans in gold.

    A score that is NaN is left out of the means. Where nothing is left, or only types without
    weight (none of them in gold), a mean is what the summed counts of the types in `over` give,
    as in scikit-learn.
    """
    micro = score(_total(types.values()), beta=beta, zero_division=zero_division)
    rows = [types[name] for name in over]
    total = score(_total(rows), beta=beta, zero_division=zero_division)
    macro = _mean(rows, [1] * len(rows), total)
    weighted = _mean(rows, [row.gold for row in rows], total)
    return Averages(micro, macro, weighted)


def _total(rows: Collection[Score]) -> TypeCounts:
    return TypeCounts(
        sum(row.gold for row in rows),
        sum(row.predicted for row in rows),
        sum(row.correct for row in rows),
    )


def _mean(rows: list[Score], weights: list[int], otherwise: Score) -> Score:
    """Return the weighted means of the four figures, with the counts of `otherwise`."""

    def mean(figure: int) -> float:
        values = [row[figure] for row in rows]
        defined = [pair for pair in zip(values, weights, strict=True) if not math.isnan(pair[0])]
        whole = sum(weight for _, weight in defined)
        if not whole:
            return otherwise[figure]
        return math.fsum(value * weight for value, weight in defined) / whole

    return Score(mean(0), mean(1), mean(2), mean(3), *otherwise[4:])
