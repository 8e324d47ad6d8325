"""Over time: limits, slow slides, and alarms that are as seldom false as is said."""

from __future__ import annotations

import math
import random
from datetime import date

import numpy as np
import pytest
from scipy import stats

import spanf1
from spanf1.exceptions import UsageError
from spanf1.trends.watch import limits_of_slides, slides_of, tail_of_t
from tests.simulations import watched

# 12 chunks at .80, give or take .02.
USUAL = [0.8 + 0.02 * sign for sign in (0, 1, -1) * 4]


def scored(correct: int, missed: int, spurious: int, **options: object) -> spanf1.Result:
    gold = [["B-A"]] * (correct + missed) + [["O"]] * spurious
    predicted = [["B-A"]] * correct + [["O"]] * missed + [["B-A"]] * spurious
    return spanf1.evaluate(gold, predicted, **options)


@pytest.mark.parametrize("reference", [None, 6, 12])
def test_an_alarm_at_the_first_that_is_outside(reference) -> None:
    found = spanf1.trend([*USUAL, 0.7], over="time", reference=reference)
    assert found.alarm == "below"
    assert [check.says for check in found.watch.checks[:-1]] == [""] * (
        len(found.values) - 1 - (reference or 6)
    )
    assert spanf1.trend(USUAL, over="time").alarm == ""
    assert spanf1.trend([*USUAL, 0.9], over="time").alarm == "above"


def test_limits_are_three_standard_deviations() -> None:
    seen = spanf1.trend([*USUAL, 0.75], over="time", reference=12).watch
    assert (seen.reference, seen.method) == (12, "sd")
    for end, sign in zip(seen.checks[0][:2], (-1, 1), strict=True):
        assert end == pytest.approx(np.mean(USUAL) + sign * 3 * np.std(USUAL, ddof=1))
    assert seen.outside == pytest.approx(2 * stats.t.sf(3 / math.sqrt(1 + 1 / 12), 11))


def test_tails_of_t() -> None:
    for freedom in (1, 2, 3, 4, 5, 6, 11, 30, 101):
        assert tail_of_t(2.7, freedom) == pytest.approx(2 * stats.t.sf(2.7, freedom))


def test_a_slow_slide_is_an_alarm_before_it_is_outside() -> None:
    slide = [0.8 - 0.004 * n for n in range(1, 14)]
    found = spanf1.trend([*USUAL, *slide[:10]], over="time", reference=12)
    assert found.alarm == "sliding"
    assert all(check.says in ("", "sliding") for check in found.watch.checks)
    # Limits alone are three chunks late.
    later = spanf1.trend([*USUAL, *slide], over="time", reference=12)
    assert [check.says for check in later.watch.checks[-4:]] == ["sliding"] * 3 + ["below"]
    assert "but chunks slide" in " ".join(str(found).split())


def test_slides_are_summed_up() -> None:
    short = np.array([1.0, -3.0, 0.6, 2.0, 0.1])
    assert slides_of(short) == pytest.approx([0.5, 0.0, 0.1, 1.6, 1.2])
    limits = limits_of_slides(np.ones(1), 0.0, 0)
    # The first sum is above its limit where a normal is.
    assert limits[0] == pytest.approx(stats.norm.ppf(0.99) - 0.5, abs=0.05)


def test_a_reference_without_spread_has_no_slides() -> None:
    found = spanf1.trend([0.8] * 7, over="time")
    assert found.alarm == ""
    assert math.isnan(found.watch.checks[0].slide)
    assert spanf1.trend([0.8] * 6 + [0.79], over="time").alarm == "below"


@pytest.mark.parametrize(
    ("reference", "later", "spans", "stated"),
    [(6, 1, 0, 0.039), (12, 2, 0, 0.0149), (4, 2, 300, 0.0027)],
)
def test_false_alarms_are_as_seldom_as_is_said(reference, later, spans, stated) -> None:
    times = 12 if spans else 150
    seen = watched(reference, later, times, spans=spans, seed=1)
    for found, rate in ((seen.outside, stated), (seen.sliding, 0.01)):
        fewest, most = stats.binom.ppf([1e-4, 1 - 1e-4], times, rate)
        assert fewest <= found.sum() <= most


def test_limits_of_counts_at_the_size_of_the_chunk() -> None:
    usual = [scored(75, 15, 10) for _ in range(3)]
    widths = []
    for times in (1, 10):
        found = spanf1.trend([*usual, scored(75 * times, 15 * times, 10 * times)])
        seen = found.watch
        assert (seen.method, seen.reference, found.alarm) == ("bootstrap", 3, "")
        assert seen.centre == pytest.approx(150 / 175)
        widths.append(seen.checks[0].high - seen.checks[0].low)
    assert widths[1] < 0.8 * widths[0]
    assert spanf1.trend([*usual, scored(50, 40, 10)]).alarm == "below"


def test_limits_are_wider_for_a_chunk_of_few_spans() -> None:
    usual = [scored(7500 + 20 * n, 1500, 1000) for n in (-1, 0, 1, -1, 0, 1)]
    trends = [spanf1.trend([*usual, scored(70 * n, 20 * n, 10 * n)]) for n in (100, 1)]
    large, small = (found.watch for found in trends)
    assert ["wider for" in str(found) for found in trends] == [False, True]
    assert (large.method, small.method) == ("sd", "sd")
    assert large.alarm == "below"
    assert small.alarm == ""
    assert small.checks[0].high - small.checks[0].low > 0.1


def test_the_spread_of_a_chunk_is_that_of_binomial_counts() -> None:
    """Of recall alone, F is that of a binomial: 2X / (X + n)."""
    usual = [scored(8000, 2000, 0)]
    seen = spanf1.trend([*usual, scored(80, 20, 0)]).watch
    draws = stats.binom.ppf([0.00135, 0.99865], 100, 0.8)
    low, high = 2 * draws / (draws + 100)
    assert (seen.checks[0].low, seen.checks[0].high) == pytest.approx((low, high), abs=0.012)


def test_a_fall_is_one_only_if_its_interval_excludes_0() -> None:
    few = spanf1.trend([scored(16, 2, 2), scored(15, 3, 2)])
    many = spanf1.trend([scored(1600, 200, 200), scored(1400, 400, 200)])
    assert few.change.low < 0 < few.change.high
    assert many.change.high < 0
    assert "no change that chance does not make" in " ".join(str(few).split())
    assert "a fall: -6.54 points" in " ".join(str(many).split())
    # Of recall alone, F is 2R / (1 + R), which moves by 2 / (1 + R)² as R does.
    found = spanf1.trend([scored(800, 200, 0), scored(780, 220, 0)]).change
    sds = [math.sqrt(r * (1 - r) / 1000) * 2 / (1 + r) ** 2 for r in (0.8, 0.78)]
    middle, half = 1.56 / 1.78 - 1.6 / 1.8, 1.96 * math.hypot(*sds)
    assert found == pytest.approx((middle - half, middle + half), abs=0.001)


def test_averages_and_types_of_counts() -> None:
    gold = [["B-A"]] * 90 + [["B-B"]] * 30
    results = [
        spanf1.evaluate(gold, [["B-A"]] * 90 + [["B-B"]] * right + [["O"]] * (30 - right))
        for right in (25, 26, 5)
    ]
    for key, alarm in (("A", ""), ("B", "below"), ("macro", "below"), ("weighted", "below")):
        found = spanf1.trend(results, key=key)
        expected = [getattr(r, key) if key in ("macro", "weighted") else r[key] for r in results]
        assert found.values == [score.f1 for score in expected]
        assert (found.watch.method, found.alarm) == ("bootstrap", alarm)
    with pytest.raises(UsageError, match="no type is called 'C'"):
        spanf1.trend(results, key="C")


def test_dates_order_results() -> None:
    results = [scored(right, 100 - right, 10) for right in (70, 80)]
    found = spanf1.trend(results, dates=[date(2026, 5, 8), "2026-05-01"])
    assert [point.name for point in found.series[0].points] == ["2026-05-01", "2026-05-08"]
    assert found.values == [results[1].micro.f1, results[0].micro.f1]


def test_results_that_do_not_mean_the_same_are_told() -> None:
    found = spanf1.trend([scored(7, 3, 1), scored(7, 3, 1, reading="strict")])
    assert "do not mean the same: ill-formed spans: lenient" in found.series[0].notes[0]
    assert not spanf1.trend([scored(7, 3, 1), scored(8, 3, 1)]).series[0].notes


def test_what_is_no_number_is_told() -> None:
    results = [scored(0, 0, 1, types=("B",), zero_division=float("nan"))] * 2
    with pytest.raises(UsageError, match="micro is 0/0"):
        spanf1.trend(results)


def test_credit_has_no_chance_of_counts() -> None:
    results = [scored(7, 3, 1, match="partial")] * 2
    found = spanf1.trend(results)
    assert (found.change, found.watch) == (None, None)
    assert spanf1.trend(results * 4).watch.method == "sd"


@pytest.mark.parametrize(
    ("values", "reference", "message"),
    [
        ([0.8] * 8, 8, "the reference is 8 chunks of 8"),
        ([0.8] * 8, 3, "a reference of 3 chunks is too short without counts"),
    ],
)
def test_references_that_cannot_be(values, reference, message) -> None:
    with pytest.raises(UsageError, match=message):
        spanf1.trend(values, over="time", reference=reference)


def test_too_few_chunks_have_no_limits() -> None:
    found = spanf1.trend([0.8] * 6, over="time")
    assert found.watch is None
    assert "a reference of 6 chunks is needed" in " ".join(str(found).split())


def test_noise_alone_gives_no_alarm_of_a_large_reference() -> None:
    rng = random.Random(3)
    values = [rng.gauss(0.8, 0.02) for _ in range(60)]
    assert spanf1.trend(values, over="time").alarm == ""
