"""Scores at thresholds are those of a loop, and of scikit-learn; the best ones are the best."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from spanf1.core.options import Confidence
from spanf1.core.scores import TypeCounts, average, score
from spanf1.thresholds.calibration import Calibration, area_under_risk, risk_and_coverage
from spanf1.thresholds.curve import (
    NOTHING,
    Curve,
    Predictions,
    chosen_on_resamples,
    kept_by,
    right_of,
    thresholds_by_type,
)
from tests.thresholds.examples import drawn, example


def test_the_figures_of_the_example() -> None:
    curve = Curve.of(example())
    assert curve.threshold.tolist() == [0.95, 0.9, 0.8, 0.7, 0.4]
    assert curve.fbeta.round(4).tolist() == [0.3333, 0.5714, 0.5, 0.6, 0.5455]
    assert curve.best() == curve.point(3)
    assert curve.point(3)[:4] == (0.7, 5, 5, 3)
    assert curve.average_precision == pytest.approx(0.52)
    assert round(curve.auc, 4) == 0.8333
    found = Calibration.of(example(), 2)
    assert (round(found.ece, 4), round(found.brier, 4)) == (0.2417, 0.2321)
    point = curve.best_with(precision=0.9)
    assert (point.recall, point.threshold) == (0.4, 0.9)
    assert curve.best_with(recall=0.9) is None
    point, cost = curve.cheapest(fp=1, fn=5)
    assert (point.threshold, cost) == (0.7, 2 + 5 * 2)
    assert curve.cheapest(fp=5, fn=1)[0].threshold == 0.9
    assert [one.coverage for one in risk_and_coverage(curve)] == [k / 6 for k in (1, 2, 3, 5, 6)]
    assert area_under_risk(curve) == pytest.approx((0 + 0 + 1 / 3 + 2 * 0.4 + 0.5) / 6)


def test_between_two_thresholds_is_what_the_higher_one_keeps() -> None:
    curve = Curve.of(example())
    assert curve.at(0.75)[1:] == curve.at(0.8)[1:]
    assert curve.at(0.7).predicted == 5
    assert curve.at(0.1).predicted == 6
    assert curve.at(0.99).predicted == 0


def test_it_may_be_cheapest_to_keep_nothing() -> None:
    point, cost = Curve.of(example()).cheapest(fp=1, fn=0)
    assert (point.threshold, point.predicted, cost) == (NOTHING, 0, 0)


def counts_at(predictions: Predictions, threshold: float) -> dict[str, TypeCounts]:
    """Count the types by a loop."""
    rows = zip(predictions.type, predictions.confidence, predictions.right, strict=True)
    kept = [(kind, right) for kind, confidence, right in rows if confidence >= threshold]
    gold = Counter(predictions.gold_type.tolist())
    return {
        name: TypeCounts(
            gold[number],
            sum(kind == number for kind, _ in kept),
            sum(kind == number and right for kind, right in kept),
        )
        for number, name in enumerate(predictions.names)
    }


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("name", ["micro", "macro", "weighted"])
def test_scores_are_those_of_what_is_kept(seed: int, name: str) -> None:
    predictions = drawn(seed, 1 + seed * 2, types=3, digits=1)
    curve = Curve.of(predictions, average=name, beta=2)
    assert curve.threshold.tolist() == sorted({*predictions.confidence.tolist()}, reverse=True)
    for point in curve.points():
        counts = counts_at(predictions, point.threshold)
        types = {
            kind: score(one, beta=2) for kind, one in counts.items() if one.gold or one.predicted
        }
        wanted = getattr(average(types, types, beta=2), name)
        total = average(types, types).micro
        assert point[1:4] == (total.gold, total.predicted, total.correct)
        assert point[4:] == pytest.approx((wanted.precision, wanted.recall, wanted.fbeta))
        assert curve.at(point.threshold) == point


def test_the_area_of_many_is_more_than_32_bits() -> None:
    count = 70_000
    right = np.arange(2 * count) < count
    none = np.zeros(2 * count, np.intp)
    confidence = np.where(right, 0.9, 0.1)
    predictions = Predictions(confidence, right, none, none, none, none, ["A"], 1)
    assert Curve.of(predictions).auc == 1


@pytest.mark.parametrize("seed", range(20))
def test_figures_are_those_of_scikit_learn(seed: int) -> None:
    predictions = drawn(seed, 40)
    right, confidence = predictions.right, predictions.confidence
    curve = Curve.of(predictions)
    assert curve.auc == pytest.approx(roc_auc_score(right, confidence))
    # There recall is of the right predictions, here of all gold.
    share = right.sum() / predictions.gold
    wanted = average_precision_score(right, confidence) * share
    assert curve.average_precision == pytest.approx(wanted)
    assert Calibration.of(predictions).brier == pytest.approx(brier_score_loss(right, confidence))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("bins", [1, 3, 10])
def test_calibration_is_that_of_a_loop(seed: int, bins: int) -> None:
    predictions = drawn(seed, 50, digits=1)
    found = Calibration.of(predictions, bins)
    pairs = [*zip(predictions.confidence.tolist(), predictions.right.tolist(), strict=True)]
    ece = 0.0
    for number, one in enumerate(found.bins):
        inside = [
            pair for pair in pairs if (one.low < pair[0] or not number) and pair[0] <= one.high
        ]
        assert one.predicted == len(inside)
        if inside:
            mean, share = np.mean(inside, axis=0)
            assert (one.confidence, one.precision) == pytest.approx((mean, share))
            ece += len(inside) / len(pairs) * abs(mean - share)
    assert found.ece == pytest.approx(ece)


def test_what_is_no_probability_is_not_calibrated() -> None:
    predictions = example()._replace(confidence=np.log(example().confidence))
    assert Calibration.of(predictions) is None
    assert Curve.of(predictions).best().fbeta == pytest.approx(0.6)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_thresholds_of_types_are_the_best_of_all(seed: int, beta: float) -> None:
    predictions = drawn(seed, 3 + seed % 12, types=3, digits=1)
    thresholds, point = thresholds_by_type(predictions, beta)
    choices = [
        [NOTHING, *{*predictions.of_type(name).confidence.tolist()}] for name in predictions.names
    ]
    best = 0.0
    for chosen in itertools.product(*choices):
        keep = kept_by(predictions, dict(zip(predictions.names, chosen, strict=True)))
        counts = TypeCounts(predictions.gold, int(keep.sum()), int(predictions.right[keep].sum()))
        best = max(best, score(counts, beta=beta).fbeta)
    assert point.fbeta == pytest.approx(best)
    keep = kept_by(predictions, thresholds)
    assert (point.predicted, point.correct) == (keep.sum(), predictions.right[keep].sum())
    assert point.fbeta >= Curve.of(predictions, beta=beta).best().fbeta - 1e-12


def test_a_type_that_is_never_right_keeps_nothing() -> None:
    predictions = example()._replace(
        type=np.array([0, 0, 1, 0, 1, 1]), names=["A", "B"], gold_type=np.zeros(5, np.intp)
    )
    thresholds, point = thresholds_by_type(predictions)
    assert thresholds == {"A": 0.7, "B": NOTHING}
    assert point.fbeta == pytest.approx(0.75)


def test_of_equal_spans_the_most_confident_are_right() -> None:
    span = np.array([0, 1, 1, 1, 2, 2])
    confidence = np.array([0.1, 0.5, 0.9, 0.7, 0.3, 0.4])
    right = np.array([1, 1, 0, 1, 0, 0], bool)
    assert right_of(confidence, span, right).tolist() == [1, 0, 1, 1, 0, 0]


def test_nothing_is_predicted() -> None:
    none = np.zeros(0, np.intp)
    empty = Predictions(np.zeros(0), none > 0, none, none, none + 0, none, [], 0)
    curve = Curve.of(empty)
    assert curve.best() is None
    assert math.isnan(curve.average_precision)
    assert math.isnan(curve.auc)
    assert math.isnan(area_under_risk(curve))
    assert Calibration.of(empty) is None
    assert thresholds_by_type(empty)[0] == {}
    assert chosen_on_resamples(empty, Confidence()) is None


def true_f(threshold: float, missed: float) -> float:
    """Return the F of all data there could be, where confidences are even and calibrated."""
    correct, gold = (1 - threshold**2) / 2, 0.5 + missed
    return 2 * correct / (1 - threshold + gold)


def test_the_interval_of_the_best_f_is_not_optimistic() -> None:
    """It holds the F that the chosen threshold has on other data, as often as it says.

    The best F itself is too high, and the estimate is not.
    """
    held, best, estimates, truths = 0, [], [], []
    times = 60
    for seed in range(times):
        rng = np.random.default_rng(10_000 + seed)
        counts = rng.poisson(2, 40).astype(np.intp)
        unit = np.repeat(np.arange(40), counts)
        confidence = rng.random(len(unit))
        right = rng.random(len(unit)) < confidence
        missed = rng.poisson(0.4, 40).astype(np.intp)
        gold = np.concatenate([unit[right], np.repeat(np.arange(40), missed)])
        predictions = Predictions(confidence, right, unit * 0, unit, gold * 0, gold, ["PER"], 40)
        point = Curve.of(predictions).best()
        chosen = chosen_on_resamples(predictions, Confidence(resamples=100, seed=seed))
        truth = true_f(point.threshold, 0.2)
        held += chosen.interval.low <= truth <= chosen.interval.high
        best.append(point.fbeta)
        estimates.append(chosen.estimate)
        truths.append(truth)
    assert held / times >= 0.93
    assert np.mean(best) > np.mean(truths) + 0.01
    assert np.mean(estimates) <= np.mean(truths)


@pytest.mark.parametrize("name", ["micro", "macro", "weighted"])
def test_resamples_are_those_of_a_loop(name: str) -> None:
    predictions = drawn(3, 30, types=2, digits=1)
    chosen = chosen_on_resamples(predictions, Confidence(resamples=20, seed=5), average=name)
    rng = np.random.default_rng(5)
    values = []
    for _ in range(20):
        units = rng.integers(0, predictions.units, predictions.units)
        inside = Curve.of(only(predictions, units), average=name)
        left = np.setdiff1d(np.arange(predictions.units), units)
        outside = Curve.of(only(predictions, left), average=name)
        values.append(outside.at(inside.best().threshold).fbeta)
    assert chosen.estimate == pytest.approx(np.mean(values))


def only(predictions: Predictions, units: np.ndarray) -> Predictions:
    """Return the spans of units, as often as these are named."""
    rows = np.concatenate([np.flatnonzero(predictions.unit == one) for one in units])
    gold = np.concatenate([np.flatnonzero(predictions.gold_unit == one) for one in units])
    rows, gold = rows.astype(int), gold.astype(int)
    return predictions._replace(
        confidence=predictions.confidence[rows],
        right=predictions.right[rows],
        type=predictions.type[rows],
        unit=predictions.unit[rows],
        gold_type=predictions.gold_type[gold],
        gold_unit=predictions.gold_unit[gold],
    )
