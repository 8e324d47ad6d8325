"""Counts by type, and the precision, recall and F that they give, by type and averaged.

What is 0/0 (a precision where nothing was predicted, a recall where gold has nothing) is said
by ``zero_division``. F is 0/0 only where both are. `figures` scores many sums at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from spanf1.exceptions import UnknownNameError
from spanf1.wording import and_others, did_you_mean, printable, shortened

FloatArray = npt.NDArray[np.float64]


class TypeCounts(NamedTuple):
    """Spans in gold, spans predicted, and spans that are the same in both.

    Scores are made of four sums, all in one unit: how much there is in `gold`, how much is
    `predicted`, how much of each is credited. An exact match credits a span on both sides at
    once, so that `correct` is two of the four.
    """

    gold: int = 0
    predicted: int = 0
    correct: int = 0

    @property
    def credited_gold(self) -> int:
        """How much of gold is credited: recall's share."""
        return self.correct

    @property
    def credited_predicted(self) -> int:
        """How much of what is predicted is credited: precision's share."""
        return self.correct


class CreditCounts(NamedTuple):
    """The four sums, where what a span earns may be a part of it, or is not the same on both sides.

    They are spans, or what the match counts instead; credits may be fractions.
    """

    gold: float = 0
    predicted: float = 0
    credited_gold: float = 0
    credited_predicted: float = 0

    @property
    def correct(self) -> float:
        """How much of gold is credited."""
        return self.credited_gold


AnyCounts = TypeCounts | CreditCounts
#: the names of the counts that each type has: the last axis of arrays of counts
COUNTS = TypeCounts._fields

#: the counts of no spans
NO_SPANS = TypeCounts()


@dataclass(frozen=True)
class Counts:
    """The integers behind a score.

    Attributes
    ----------
    types : dict of str to TypeCounts
        By type, in alphabetical order; only types that occur.
    tokens, tokens_correct : int
        Tokens, and those whose gold and predicted tags are the same.
    sentences, documents : int
        Sentences with at least one token; documents, where the input marks them.
    """

    types: Mapping[str, AnyCounts]
    tokens: int = 0
    tokens_correct: int = 0
    sentences: int = 0
    documents: int = 0

    @property
    def total(self) -> AnyCounts:
        """The sums over all types."""
        return total_of(self.types.values())

    def __add__(self, other: Counts) -> Counts:
        if not isinstance(other, Counts):
            return NotImplemented
        return Counts(
            add_types(self.types, other.types),
            self.tokens + other.tokens,
            self.tokens_correct + other.tokens_correct,
            self.sentences + other.sentences,
            self.documents + other.documents,
        )


CountsT = TypeVar("CountsT", TypeCounts, AnyCounts)
Named = TypeVar("Named")


def total_of(rows: Iterable[AnyCounts], none: AnyCounts = NO_SPANS) -> AnyCounts:
    """Return the sums of several counts of one kind, figure by figure; of no counts, `none`."""
    rows = [*rows]
    return _total_of(rows) if rows else none


def _total_of(rows: Sequence[CountsT]) -> CountsT:
    return type(rows[0])(*map(sum, zip(*rows, strict=True)))


def add_types(a: Mapping[str, CountsT], b: Mapping[str, CountsT]) -> dict[str, CountsT]:
    """Return the counts of both, type by type, in alphabetical order."""
    return {
        name: _total_of([side[name] for side in (a, b) if name in side])
        for name in sorted(a.keys() | b.keys())
    }


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

    @property
    def counts(self) -> TypeCounts:
        """The counts behind the figures."""
        return TypeCounts(self.gold, self.predicted, self.correct)


class CreditScore(NamedTuple):
    """As `Score`, of a match by which a span may earn a part of itself: see `CreditCounts`."""

    precision: float
    recall: float
    f1: float
    fbeta: float
    gold: float
    predicted: float
    credited_gold: float
    credited_predicted: float

    @property
    def correct(self) -> float:
        """How much of gold is credited."""
        return self.credited_gold

    @property
    def counts(self) -> CreditCounts:
        """The counts behind the figures."""
        return CreditCounts(self.gold, self.predicted, self.credited_gold, self.credited_predicted)


AnyScore = Score | CreditScore

#: the names of a score's figures
FIGURES = Score._fields[: -len(COUNTS)]


class Averages(NamedTuple):
    """The three usual averages over types; see `average`."""

    micro: AnyScore
    macro: AnyScore
    weighted: AnyScore


#: the names of the averages
AVERAGES = Averages._fields
#: one of `AVERAGES`, for type checkers
AverageName = Literal["micro", "macro", "weighted"]


def named(
    what: str, name: Any, known: Mapping[str, Named], more: Mapping[str, Named] | None = None
) -> Named:
    """Return what is called so among some things, or else among more: the first ones win.

    Raises
    ------
    UnknownNameError
        If nothing is: it says what there is.
    """
    for some in (known, more or {}):
        if name in some:
            return some[name]
    there = and_others([*map(printable, known)]) or "none"
    listed = f"there {'is' if len(known) == 1 else 'are'} {there}"
    others = f", besides {', '.join(more)}" if more else ""
    near = did_you_mean(str(name), [*known, *(more or ())])
    raise UnknownNameError(
        f"no {what} is called {shortened(name)}: {listed}{others}", hint=printable(near)
    )


def ratio(part: float, whole: float, zero_division: float = 0.0) -> float:
    """Return part / whole, or `zero_division` where both are 0."""
    return part / whole if whole else zero_division


def f_score(counts: AnyCounts, beta: float = 1.0, zero_division: float = 0.0) -> float:
    """Return F-beta: (1 + beta²) P R / (beta² P + R), van Rijsbergen's 1 - E (1979).

    With nothing in gold and nothing predicted it is `zero_division`; with nothing credited, 0.
    """
    if not counts.gold and not counts.predicted:
        return zero_division
    precision = ratio(counts.credited_predicted, counts.predicted)
    recall = ratio(counts.credited_gold, counts.gold)
    if not precision or not recall:
        return 0.0
    weight = beta * beta
    if math.isinf(weight):
        return recall
    return (1 + weight) * precision * recall / (weight * precision + recall)


def score(counts: AnyCounts, *, beta: float = 1.0, zero_division: float = 0.0) -> AnyScore:
    """Return the scores of one type, or of the sum of several.

    Parameters
    ----------
    counts : TypeCounts or CreditCounts
        Spans in gold, predicted, and correct; or what is credited of them.
    beta : float
        How many times as much as precision recall weighs, in `Score.fbeta`.
    zero_division : float
        What 0/0 is: 0, 1 or NaN.
    """
    f1 = f_score(counts, 1.0, zero_division)
    made: Callable[..., AnyScore] = Score if isinstance(counts, TypeCounts) else CreditScore
    return made(
        ratio(counts.credited_predicted, counts.predicted, zero_division),
        ratio(counts.credited_gold, counts.gold, zero_division),
        f1,
        f1 if beta == 1 else f_score(counts, beta, zero_division),
        *counts,
    )


def average(
    types: Mapping[str, AnyScore],
    over: Collection[str],
    *,
    none: AnyCounts = NO_SPANS,
    beta: float = 1.0,
    zero_division: float = 0.0,
) -> Averages:
    """Return the averages of several types' scores.

    ``micro`` is the score of the summed counts of all `types`. ``macro`` is the mean of the
    scores of the types in `over`: macro F1 is the mean of their F1, not the F1 of mean precision
    and mean recall. ``weighted`` weighs them by their number of spans in gold.

    A score that is NaN is left out of the means. Where nothing is left, or only types without
    weight (none of them in gold), a mean is what the summed counts of the types in `over` give,
    as in scikit-learn. `none` are the counts of no type.
    """
    rows = [types[name] for name in over]
    micro, pooled = (
        score(total_of((row.counts for row in some), none), beta=beta, zero_division=zero_division)
        for some in (types.values(), rows)
    )
    macro = _mean(rows, [1] * len(rows), pooled)
    weighted = _mean(rows, [row.gold for row in rows], pooled)
    return Averages(micro, macro, weighted)


def _mean(rows: list[AnyScore], weights: list[float], otherwise: AnyScore) -> AnyScore:
    """Return the weighted means of the figures, with the counts of `otherwise`."""

    def mean(figure: int) -> float:
        values = [row[figure] for row in rows]
        defined = [pair for pair in zip(values, weights, strict=True) if not math.isnan(pair[0])]
        whole = sum(weight for _, weight in defined)
        if not whole:
            return otherwise[figure]
        return math.fsum(value * weight for value, weight in defined) / whole

    return type(otherwise)._make((*map(mean, range(len(FIGURES))), *otherwise.counts))


def columns_of(sums: npt.NDArray[Any]) -> Any:
    """Return sums of shape (..., counts) as counts of arrays, each of shape (...)."""
    columns = np.moveaxis(np.asarray(sums, np.float64), -1, 0)
    return (TypeCounts if len(columns) == len(COUNTS) else CreditCounts)(*columns)


def f_scores(
    sums: npt.NDArray[Any], *, beta: float = 1.0, zero_division: float = 0.0
) -> FloatArray:
    """Return F-beta of many counts; see `f_score`.

    Parameters
    ----------
    sums : array of shape (..., counts)
        In the order of `COUNTS`, or of the fields of `CreditCounts`.
    beta : float
        How many times as much as precision recall weighs.
    zero_division : float
        What 0/0 is: 0, 1 or NaN.

    Returns
    -------
    array of shape (...)
    """
    counts = columns_of(sums)
    credited, gold = counts.credited_predicted, counts.gold
    share = 1 / (1 + beta * beta)
    out: FloatArray = np.where(gold + counts.predicted > 0, 0.0, zero_division)
    some = credited > 0
    if credited is not counts.credited_gold:
        # As much gold as would have the credit that the predicted has.
        some &= counts.credited_gold > 0
        gold = gold * np.divide(credited, counts.credited_gold, out=np.zeros_like(gold), where=some)
    np.divide(credited, share * counts.predicted + (1 - share) * gold, out=out, where=some)
    return out


def scores_of(
    sums: npt.NDArray[Any], *, beta: float = 1.0, zero_division: float = 0.0
) -> FloatArray:
    """Return the figures of many counts; see `score`.

    Parameters
    ----------
    sums, beta, zero_division
        As in `f_scores`.

    Returns
    -------
    array of shape (..., figures)
        In the order of `FIGURES`.
    """
    counts = columns_of(sums)
    out = np.full((*np.shape(sums)[:-1], len(FIGURES)), zero_division, np.float64)
    precision, recall, f1, fbeta = (out[..., figure] for figure in range(len(FIGURES)))
    predicted, gold = counts.predicted, counts.gold
    np.divide(counts.credited_predicted, predicted, out=precision, where=predicted > 0)
    np.divide(counts.credited_gold, gold, out=recall, where=gold > 0)
    f1[...] = f_scores(sums, zero_division=zero_division)
    fbeta[...] = f1 if beta == 1 else f_scores(sums, beta=beta, zero_division=zero_division)
    return out


def figures(
    sums: npt.NDArray[Any],
    *,
    types: str | Collection[str] = "union",
    beta: float = 1.0,
    zero_division: float = 0.0,
) -> FloatArray:
    """Return the figures of each type, and of their averages; see `average`.

    Parameters
    ----------
    sums : array of shape (..., T, counts)
        The counts of T types.
    types : str or collection of str
        What macro and weighted run over: ``union``, ``gold`` or ``predicted``, found anew in
        each row of sums; or names, which stand for all T. As in `spanf1.Options`.
    beta, zero_division : float
        As in `f_scores`.

    Returns
    -------
    array of shape (..., T + averages, figures)
        The types in their order, then the averages, as `AVERAGES` names them.
    """
    sums = np.asarray(sums, np.float64)
    counts = columns_of(sums)
    present = {
        "union": counts.gold + counts.predicted,
        "gold": counts.gold,
        "predicted": counts.predicted,
    }
    over = present[types] > 0 if isinstance(types, str) else np.ones(counts.gold.shape, bool)

    def scored(part: FloatArray) -> FloatArray:
        return scores_of(part, beta=beta, zero_division=zero_division)

    rows = scored(sums)
    pooled = scored(np.where(over[..., None], sums, 0.0).sum(axis=-2))
    averages = [
        scored(sums.sum(axis=-2)),
        _means(rows, over.astype(np.float64), pooled),
        _means(rows, over * counts.gold, pooled),
    ]
    return np.concatenate([rows, np.stack(averages, axis=-2)], axis=-2)


def _means(rows: FloatArray, weights: FloatArray, otherwise: FloatArray) -> FloatArray:
    """Return weighted means over types, NaN left out; `otherwise` where there is no weight."""
    defined = ~np.isnan(rows)
    shares = weights[..., None] * defined
    whole = shares.sum(axis=-2)
    parts = (np.where(defined, rows, 0.0) * shares).sum(axis=-2)
    out = otherwise.copy()
    np.divide(parts, whole, out=out, where=whole > 0)
    return out
