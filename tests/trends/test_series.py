"""Rules name the shapes of series, and say which rule it was."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import numpy as np
import pytest

import spanf1
from spanf1.resampling.inference import Interval
from spanf1.trends.series import Point, last_doubling, shape_of, trade_off, trades

HEALTHY = [0.15, 0.35, 0.55, 0.68, 0.76, 0.82, 0.86, 0.88, 0.90, 0.91, 0.91]
STAGNANT = [0.15, 0.22, 0.28, 0.32, 0.35, 0.36, 0.37, 0.36, 0.38, 0.37, 0.38]
UNSTABLE = [0.15, 0.40, 0.55, 0.62, 0.58, 0.65, 0.55, 0.68, 0.52, 0.60, 0.58]


@pytest.mark.parametrize(
    ("values", "name", "rule"),
    [
        (HEALTHY, "levelled", "the second half gains 9.00 points, its last quarter 1.00"),
        (HEALTHY[:8], "rising", "its last quarter 2.00"),
        (STAGNANT, "stagnant", "gains 2.00 points (below 3.00), and ends at 38.00 (below 50.00)"),
        (UNSTABLE, "unstable", "9.80 points on the average (above 5.00)"),
        ([0.5, 0.7, 0.8, 0.81, 0.82], "levelled", "gains 2.00 points (below 3.00)"),
        ([0.5, 0.9, 0.88, 0.85, 0.8], "falling", "the second half loses 8.00 points"),
    ],
)
def test_shapes(values, name, rule) -> None:
    shape = shape_of(values)
    assert shape
    assert shape.name == name
    assert rule in shape.rule
    assert spanf1.trend(values).shape == shape


def plain_shape(values: list[float]) -> str:
    """Return what the rules say, in a few lines."""
    half = values[len(values) // 2 :]
    steps = [b - a for a, b in pairwise(half)]
    changes = sum(a * b < 0 for a, b in pairwise(steps))
    gain = half[-1] - half[0]
    if sum(map(abs, steps)) / len(steps) > 0.05 and changes >= len(steps) / 2:
        return "unstable"
    if gain <= -0.03:
        return "falling"
    if gain < 0.03:
        return "stagnant" if values[-1] < 0.5 else "levelled"
    late = values[-1] - values[-max(2, math.ceil(len(values) / 4))]
    return "levelled" if late < 0.015 else "rising"


def test_shapes_are_those_of_the_rules() -> None:
    rng, names = random.Random(7), set()
    for _ in range(2000):
        noise = rng.choice([0.01, 0.2])
        start, gain = rng.random() / 2, rng.uniform(-0.02, 0.05)
        values = [
            min(max(start + gain * n + rng.uniform(-noise, noise), 0), 1)
            for n in range(rng.randrange(5, 20))
        ]
        shape = shape_of(values)
        assert shape
        assert shape.name == plain_shape(values)
        names.add(shape.name)
    assert len(names) == 5


def test_few_points_have_no_shape() -> None:
    assert shape_of(HEALTHY[:4]) is None
    found = spanf1.trend(HEALTHY[:4])
    assert found.shape is None
    assert "none is named: 4 steps, and 5 are needed" in str(found)


def test_a_fall_is_one_only_if_its_interval_excludes_0() -> None:
    values = [0.8, 0.8, 0.8, 0.78, 0.75]
    sure, unsure = Interval(-0.09, -0.01), Interval(-0.09, 0.01)
    assert shape_of(values, lambda *_: sure).name == "falling"
    shape = shape_of(values, lambda *_: unsure)
    assert shape.name == "levelled"
    assert "which has 0 in it" in shape.rule


def points(precision: list[float], recall: list[float]) -> list[Point]:
    return [
        Point(n, str(n), 0.5, *both) for n, both in enumerate(zip(precision, recall, strict=True))
    ]


def test_precision_is_traded_for_recall() -> None:
    up, down = [0.5, 0.6, 0.55, 0.7, 0.6], [0.7, 0.61, 0.66, 0.5, 0.61]
    correlation = trade_off(points(up, down))
    expected = np.corrcoef(np.diff(up), np.diff(down))[0, 1]
    assert correlation == pytest.approx(expected)
    assert trades(correlation)
    assert not trades(trade_off(points(up, up)))
    assert not trades(-0.5)
    for precision, recall in ((up[:3], down[:3]), (up, [0.5] * 5), ([math.nan] * 5, down)):
        assert math.isnan(trade_off(points(precision, recall)))
    records = [
        {"step": n, "eval_f1": 0.6, "eval_precision": p, "eval_recall": r}
        for n, (p, r) in enumerate(zip(up, down, strict=True))
    ]
    assert "precision rises where recall falls" in " ".join(str(spanf1.trend(records)).split())


def test_the_best_step_and_several_runs() -> None:
    runs = {"a": HEALTHY, "b": [value - 0.02 for value in HEALTHY], "c": UNSTABLE}
    found = spanf1.trend(runs)
    assert (found.best.name, round(found.best.mean, 4)) == ("8", round(2.42 / 3, 4))
    for row, values in zip(found.band, zip(*runs.values(), strict=True), strict=True):
        assert row.mean == pytest.approx(np.mean(values))
        assert row.sd == pytest.approx(np.std(values, ddof=1))
        assert (row.low, row.high) == (min(values), max(values))
    one = spanf1.trend(HEALTHY)
    assert (one.best.name, one.best.mean) == ("10", 0.91)
    assert repr(one) == "<Trend: levelled, 11 steps, best 0.9100>"


def test_what_the_last_doubling_gained() -> None:
    assert last_doubling([100, 200, 400], [0.4, 0.5, 0.57]) == pytest.approx(0.07)
    # Half of 400 is between two sizes, by their logarithm.
    assert last_doubling([100, 400], [0.4, 0.6]) == pytest.approx(0.1)
    assert math.isnan(last_doubling([300, 400], [0.4, 0.6]))
