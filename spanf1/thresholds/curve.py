"""Counts and scores at every threshold, and the thresholds that are best by some rule."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.options import LEAST_UNITS, Confidence
from spanf1.core.scores import AVERAGES, FIGURES, AverageName, figures, scores_of
from spanf1.resampling.inference import Interval

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

#: the threshold that keeps nothing
NOTHING = math.inf

# Averages by type are made for so many numbers at a time.
_CELLS = 1 << 20
# An interval chooses among so many thresholds at most, and of so many predictions drawn in all,
# if there are so many resamples at least.
_MOST_CHOICES, _MOST_DRAWN, _LEAST_RESAMPLES = 512, 200_000_000, 200

_PRECISION, _RECALL, _F = (FIGURES.index(name) for name in ("precision", "recall", "fbeta"))


class Predictions(NamedTuple):
    """Predicted spans with confidences, which of them are right, and how much gold there is.

    Attributes
    ----------
    confidence : array of float
        The confidence of each predicted span.
    right : array of bool
        Whether it is right, as an exact match counts it.
    type, unit : array of int
        The number of its type, and of its sentence or document.
    gold_type, gold_unit : array of int
        Those of each span of gold.
    names : sequence of str
        The types, by their numbers.
    units : int
        How many sentences or documents there are.
    """

    confidence: FloatArray
    right: BoolArray
    type: IntArray
    unit: IntArray
    gold_type: IntArray
    gold_unit: IntArray
    names: Sequence[str]
    units: int

    def of_type(self, name: str) -> Predictions:
        """Return those of one type, which is the only one then."""
        number = self.names.index(name)
        here, gold = self.type == number, self.gold_type == number
        none = np.zeros(np.count_nonzero(here), np.intp)
        return Predictions(
            self.confidence[here],
            self.right[here],
            none,
            self.unit[here],
            np.zeros(np.count_nonzero(gold), np.intp),
            self.gold_unit[gold],
            [name],
            self.units,
        )

    @property
    def gold(self) -> int:
        """How many spans of gold there are."""
        return len(self.gold_type)


def right_of(confidence: FloatArray, span: IntArray, right: BoolArray) -> BoolArray:
    """Return which predictions are right, where of equal spans the most confident are.

    Parameters
    ----------
    confidence : array of float
        The confidences.
    span : array of int
        Equal numbers for equal spans: the same units and type.
    right : array of bool
        Which of them are put together with gold: of equal spans, any.
    """
    order = np.lexsort((-confidence, span))
    same = span[order]
    begins = np.flatnonzero(np.diff(same, prepend=-1))
    group = np.cumsum(np.diff(same, prepend=-1) != 0) - 1
    sums = np.add.reduceat(right[order].astype(np.intp), begins) if len(begins) else begins
    found = np.zeros_like(right)
    found[order] = np.arange(len(order)) - begins[group] < sums[group]
    return found


class Curve(NamedTuple):
    """Counts and scores at each distinct confidence taken as the threshold, the highest first.

    What is as confident as the threshold, or more, is kept: equal confidences enter together.

    Attributes
    ----------
    threshold : array of float
        The thresholds.
    gold : int
        How many spans of gold there are, whatever is kept.
    predicted, correct : array of int
        How many predictions are kept, and how many of these are right.
    precision, recall, fbeta : array of float
        The scores of an average.
    """

    threshold: FloatArray
    gold: int
    predicted: IntArray
    correct: IntArray
    precision: FloatArray
    recall: FloatArray
    fbeta: FloatArray

    @classmethod
    def of(
        cls, predictions: Predictions, *, average: AverageName = "micro", beta: float = 1.0
    ) -> Curve:
        """Return the curve of predictions."""
        order = np.argsort(-predictions.confidence, kind="stable")
        confidence = predictions.confidence[order]
        last = np.flatnonzero(np.append(np.diff(confidence) != 0, len(confidence) > 0))
        correct = np.cumsum(predictions.right[order], dtype=np.intp)[last]
        gold = predictions.gold
        if average == "micro":
            sums = np.stack([np.full(len(last), gold), last + 1, correct], axis=-1)
            scores = scores_of(sums, beta=beta)
        else:
            scores = _averaged(predictions, confidence[last], average, beta)
        return cls(
            confidence[last],
            gold,
            last + 1,
            correct,
            *(scores[:, which] for which in (_PRECISION, _RECALL, _F)),
        )

    def __len__(self) -> int:
        raise TypeError("a curve has many points: len(curve.threshold)")

    def point(self, number: int) -> Point:
        """Return a point, by its number."""
        return Point(
            float(self.threshold[number]),
            self.gold,
            int(self.predicted[number]),
            int(self.correct[number]),
            *(float(column[number]) for column in self[4:]),
        )

    def points(self) -> Iterator[Point]:
        """Yield all points, the highest threshold first."""
        columns = (column.tolist() for column in (self.predicted, self.correct, *self[4:]))
        for threshold, *others in zip(self.threshold.tolist(), *columns, strict=True):
            yield Point(threshold, self.gold, *others)

    def at(self, threshold: float) -> Point:
        """Return what a threshold keeps."""
        number = int(np.searchsorted(-self.threshold, -threshold, "right")) - 1
        if number < 0:
            return Point(threshold, self.gold, 0, 0, 0.0, 0.0, 0.0)
        return self.point(number)._replace(threshold=threshold)

    def best(self) -> Point | None:
        """Return the point of the highest F; of several, that of the highest threshold."""
        return self.point(int(np.argmax(self.fbeta))) if len(self.threshold) else None

    def best_with(self, *, precision: float = 0.0, recall: float = 0.0) -> Point | None:
        """Return the point that has so much of one, and the most of the other; None if none has.

        Of several, it is that of the highest threshold.
        """
        aim = self.recall if precision else self.precision
        allowed = (self.precision >= precision) & (self.recall >= recall)
        if not allowed.any():
            return None
        return self.point(int(np.argmax(np.where(allowed, aim, -1.0))))

    def cheapest(self, *, fp: float, fn: float) -> tuple[Point, float]:
        """Return the point of the least cost, and this; it may be to keep nothing.

        Parameters
        ----------
        fp, fn : float
            What a wrong prediction costs, and what a missed span of gold.
        """
        cost = fp * (self.predicted - self.correct) + fn * (self.gold - self.correct)
        nothing = fn * self.gold
        if not len(cost) or cost.min() >= nothing:
            return Point(NOTHING, self.gold, 0, 0, 0.0, 0.0, 0.0), nothing
        return self.point(int(np.argmin(cost))), float(cost.min())

    @property
    def average_precision(self) -> float:
        """The sum over thresholds of the gain in recall times precision, of all gold; micro."""
        if not self.gold:
            return math.nan
        gains = np.diff(self.correct, prepend=0) / self.gold
        return float(gains @ (self.correct / np.maximum(self.predicted, 1)))

    @property
    def auc(self) -> float:
        """The chance that a right prediction is more confident than a wrong one; ties are half."""
        if not len(self.correct):
            return math.nan
        right = np.append(0, self.correct).astype(np.int64, copy=False)
        wrong = np.append(0, self.predicted) - right
        if not right[-1] or not wrong[-1]:
            return math.nan
        area = np.diff(wrong) @ (right[1:] + right[:-1]) / 2
        return float(area / right[-1] / wrong[-1])


class Point(NamedTuple):
    """What one threshold keeps, and its scores.

    Attributes
    ----------
    threshold : float
        The threshold; ``inf`` keeps nothing.
    gold, predicted, correct : int
        The spans in gold, those kept, and those of these that are right.
    precision, recall, fbeta : float
        The scores, of the average that was asked for.
    """

    threshold: float
    gold: int
    predicted: int
    correct: int
    precision: float
    recall: float
    fbeta: float


def _averaged(
    predictions: Predictions, thresholds: FloatArray, average: AverageName, beta: float
) -> FloatArray:
    """Return the figures of an average at each threshold."""
    types = len(predictions.names)
    gold = np.bincount(predictions.gold_type, minlength=types)
    sides = []
    for number in range(types):
        here = predictions.type == number
        confidence, right = predictions.confidence[here], predictions.right[here]
        sides.append([np.sort(-part) for part in (confidence, confidence[right])])
    step = max(1, _CELLS // max(types, 1))
    which = types + AVERAGES.index(average)
    pieces = [np.zeros((0, len(FIGURES)))]
    for begin in range(0, len(thresholds), step):
        part = -thresholds[begin : begin + step]
        sums = np.empty((len(part), types, 3))
        sums[..., 0] = gold
        for number, (predicted, correct) in enumerate(sides):
            sums[:, number, 1] = np.searchsorted(predicted, part, "right")
            sums[:, number, 2] = np.searchsorted(correct, part, "right")
        pieces.append(figures(sums, beta=beta)[:, which])
    return np.concatenate(pieces)


def thresholds_by_type(
    predictions: Predictions, beta: float = 1.0
) -> tuple[dict[str, float], Point]:
    """Return a threshold for each type that is best for the micro F together, and the point.

    A type of which nothing is to be kept has `NOTHING`. Of equally good ones, the highest.

    Notes
    -----
    F is a ratio of two sums over types, so that W. Dinkelbach's iteration finds the best one
    exactly, in a few rounds. 1967. On Nonlinear Fractional Programming. Management Science 13(7).
    """
    weight = beta * beta
    curves = {name: Curve.of(predictions.of_type(name)) for name in predictions.names}
    ratio = 0.0
    while True:
        chosen = {}
        for name, curve in curves.items():
            gain = (1 + weight) * curve.correct - ratio * curve.predicted
            # What is no gain at all, but for the last bits, keeps nothing.
            chosen[name] = 0 if not len(gain) or gain.max() <= 1e-9 else int(np.argmax(gain)) + 1
        pairs = [(curves[name], number - 1) for name, number in chosen.items() if number]
        predicted = sum(int(curve.predicted[number]) for curve, number in pairs)
        correct = sum(int(curve.correct[number]) for curve, number in pairs)
        whole = predicted + weight * predictions.gold
        found = (1 + weight) * correct / whole if whole else 0.0
        if found <= ratio + 1e-12:
            break
        ratio = found
    thresholds = {
        name: float(curves[name].threshold[number - 1]) if number else NOTHING
        for name, number in chosen.items()
    }
    sums = np.array([predictions.gold, predicted, correct])
    scores = scores_of(sums, beta=beta).tolist()
    point = Point(
        math.nan,
        predictions.gold,
        predicted,
        correct,
        scores[_PRECISION],
        scores[_RECALL],
        scores[_F],
    )
    return thresholds, point


def kept_by(predictions: Predictions, thresholds: Mapping[str, float] | float) -> BoolArray:
    """Return which predictions one threshold keeps, or those of types; ``*`` is for all others.

    Types without a threshold are kept whole.
    """
    if not isinstance(thresholds, Mapping):
        return predictions.confidence >= thresholds
    other = thresholds.get("*", -math.inf)
    least = np.array([thresholds.get(name, other) for name in predictions.names] or [other])
    return np.asarray(predictions.confidence >= least[predictions.type], np.bool_)


class Chosen(NamedTuple):
    """How good a threshold is on other data that is chosen as the best one was chosen here.

    Attributes
    ----------
    estimate : float
        The mean F of units that were not drawn, at the threshold that was best of those drawn.
    interval : Interval
        The interval of these F.
    resamples : int
        How many there were.
    level : float
        How much of them the interval holds.
    """

    estimate: float
    interval: Interval
    resamples: int
    level: float


def chosen_on_resamples(
    predictions: Predictions,
    how: Confidence,
    *,
    average: AverageName = "micro",
    beta: float = 1.0,
) -> Chosen | None:
    """Return how good the best threshold is, given that it was chosen on this data.

    Parameters
    ----------
    predictions : Predictions
        The predictions.
    how : Confidence
        The level, the resamples and the seed. Of a great many predictions fewer resamples are
        drawn.
    average, beta
        What is best.

    Returns
    -------
    Chosen, optional
        None if there are too few units, or predictions.

    Notes
    -----
    Units are drawn with replacement. The best threshold of those drawn is judged by the units
    that were not drawn, which it was not chosen on: I. Tsamardinos, E. Greasidou, G. Borboudakis.
    2018. Bootstrapping the out-of-sample predictions for efficient and accurate cross-validation.
    Machine Learning 107. About 37% of the units are not drawn, so that the interval is wider than
    one of as many units as there are. It is chosen among 512 thresholds at most, which part the
    predictions evenly.
    """
    curve = Curve.of(predictions)
    count = len(curve.threshold)
    if predictions.units < LEAST_UNITS or not count:
        return None
    resamples = min(
        how.resamples, max(_LEAST_RESAMPLES, _MOST_DRAWN // len(predictions.confidence))
    )
    picked = np.arange(count)
    if count > _MOST_CHOICES:
        wanted = np.linspace(0, curve.predicted[-1], _MOST_CHOICES + 1)[1:]
        picked = np.unique(np.searchsorted(curve.predicted, wanted))
    ends = -curve.threshold[picked]
    types = 1 if average == "micro" else len(predictions.names)
    shape = len(picked), types
    # Nothing is lost with types that are all one where only sums are asked for.
    single = types == 1
    bin_ = np.searchsorted(ends, -predictions.confidence)
    place = bin_ * types + (0 if single else predictions.type)
    predicted = _Drawn.of(place, predictions.unit, len(picked) * types)
    correct = _Drawn.of(
        place[predictions.right], predictions.unit[predictions.right], len(picked) * types
    )
    gold_place = np.zeros_like(predictions.gold_type) if single else predictions.gold_type
    gold = _Drawn.of(gold_place, predictions.gold_unit, types)

    def scored(weights: IntArray) -> FloatArray:
        """Return the F at each threshold, of units that count so often."""
        sums = np.empty((*shape, 3))
        sums[..., 0] = gold.sums(weights)
        sums[..., 1] = np.cumsum(predicted.sums(weights).reshape(shape), axis=0)
        sums[..., 2] = np.cumsum(correct.sums(weights).reshape(shape), axis=0)
        if single:
            return scores_of(sums[:, 0], beta=beta, zero_division=math.nan)[:, _F]
        found = figures(sums, beta=beta)[:, types + AVERAGES.index(average), _F]
        # What has nothing at all has no F.
        return np.where(sums[..., :2].sum(axis=(1, 2)) > 0, found, math.nan)

    values = []
    rng = np.random.default_rng(how.seed)
    for _ in range(resamples):
        units = rng.integers(0, predictions.units, predictions.units)
        drawn = np.bincount(units.astype(np.intp, copy=False), minlength=predictions.units)
        inside = scored(drawn)
        if np.isnan(inside).all():
            continue
        values.append(float(scored((drawn == 0).astype(np.intp))[int(np.nanargmax(inside))]))
    found = np.array([value for value in values if not math.isnan(value)])
    if len(found) < max(LEAST_UNITS, resamples / 2):
        return None
    tail = (1 - how.level) / 2
    low, high = np.quantile(found, [tail, 1 - tail]).tolist()
    return Chosen(float(found.mean()), Interval(low, high), len(found), how.level)


class _Drawn(NamedTuple):
    """Spans by the places where they are counted, to be summed as often as their units count."""

    unit: IntArray
    places: IntArray
    begins: IntArray
    size: int

    @classmethod
    def of(cls, place: IntArray, unit: IntArray, size: int) -> _Drawn:
        """Return spans in the order of so many places."""
        order = np.argsort(place, kind="stable")
        ordered = place[order]
        begins = np.flatnonzero(np.diff(ordered, prepend=-1))
        return cls(unit[order], ordered[begins], begins, size)

    def sums(self, weights: IntArray) -> IntArray:
        """Return the sum of weights of units at each place."""
        out = np.zeros(self.size, np.intp)
        if len(self.begins):
            out[self.places] = np.add.reduceat(weights[self.unit], self.begins)
        return out
