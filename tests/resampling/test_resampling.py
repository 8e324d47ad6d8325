"""Resampling: intervals and tests against enumeration, simulation, and scipy."""

from __future__ import annotations

import itertools
import math
import tracemalloc

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from spanf1.core.scores import AVERAGES, TypeCounts, average, f_scores, figures, score, scores_of
from spanf1.exceptions import UsageError
from spanf1.resampling.draws import (
    Cells,
    FloatArray,
    IntArray,
    bootstrap_sums,
    bootstrap_sums_of_cells,
    swap_sums,
)
from spanf1.resampling.inference import (
    ADJUSTMENTS,
    adjusted,
    bca,
    bootstrap_p_values,
    bootstrap_values,
    jackknife_values,
    p_values,
    percentile,
    permutation_test,
    randomization_test,
)

NAN = math.nan


def table(seed: int, *shape: int, most: int = 4) -> IntArray:
    """Return random (gold, predicted, correct), with zeros in all places."""
    rng = np.random.default_rng(seed)
    gold, predicted = rng.integers(0, most, (2, *shape)) * rng.integers(0, 2, (2, *shape))
    correct = rng.integers(0, np.minimum(gold, predicted) + 1)
    return np.stack([gold, predicted, correct], axis=-1)


def distinct(units: IntArray) -> tuple[IntArray, IntArray]:
    rows, weights = np.unique(units, axis=0, return_counts=True)
    return rows, weights


def all_sums(rows: IntArray, weights: IntArray, resamples: int, seed: int = 0) -> IntArray:
    return np.concatenate(list(bootstrap_sums(rows, weights, resamples, seed)))


def all_swaps(rows: IntArray, weights: IntArray, resamples: int, seed: int = 0) -> IntArray:
    return np.concatenate(list(swap_sums(rows, weights, resamples, seed)))


# The draws: all that a plain resampling of units can be, as often.


@pytest.mark.parametrize(
    "weights",
    [
        pytest.param([1, 1, 1, 1], id="all different"),
        pytest.param([3, 2, 1], id="all drawn one by one"),
        pytest.param([26, 3, 1], id="one row by binomial"),
        pytest.param([5, 30], id="one by one and by binomial, in another order"),
        pytest.param([24, 24, 25], id="all by binomial"),
        pytest.param([40], id="one row"),
        pytest.param([4, 0, 2], id="a row without units"),
    ],
)
def test_bootstrap_draws_the_multinomial_distribution(weights: list[int]) -> None:
    resamples = 40_000
    # with these rows, the sums are how often each row was drawn
    drawn = all_sums(np.eye(len(weights), dtype=np.int64), np.array(weights), resamples)
    units = sum(weights)
    assert (drawn.sum(axis=1) == units).all()
    outcomes, observed = distinct(drawn)
    chance = stats.multinomial(units, np.array(weights) / units).pmf(outcomes)
    often = chance * resamples >= 5
    observed = np.append(observed[often], resamples - observed[often].sum())
    expected = np.append(chance[often], 1 - chance[often].sum()) * resamples
    kept = expected > 1e-6
    assert not observed[~kept].any()
    if kept.sum() > 1:
        # with a good generator this fails for one seed in a thousand
        assert stats.chisquare(observed[kept], expected[kept], sum_check=False).pvalue > 0.001


def test_bootstrap_sums_have_mean_and_covariance_of_plain_resampling() -> None:
    units = np.random.default_rng(1).poisson([1.5, 0.2, 0.7], (500, 3))
    units[:, 1] += units[:, 0]
    resamples = 50_000
    drawn = all_sums(*distinct(units), resamples)
    covariance = len(units) * np.cov(units, rowvar=False, ddof=0)
    error = np.sqrt(np.diag(covariance) / resamples)
    assert (abs(drawn.mean(axis=0) - units.sum(axis=0)) < 4 * error).all()
    scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    assert (abs(np.cov(drawn, rowvar=False) - covariance) < 5 * scale / resamples**0.5).all()


@pytest.mark.parametrize("most", [3, 1 << 13, 1 << 20])
@pytest.mark.parametrize(("units", "columns"), [(7, 1), (300, 12), (5000, 6), (300, 90)])
def test_sums_are_of_whole_units(units: int, columns: int, most: int) -> None:
    # Every row is a multiple of the first, in sums too if no digit is lost.
    first = np.random.default_rng(2).integers(1, most, columns)
    rows = np.arange(units)[:, None] * first
    weights = np.random.default_rng(3).integers(1, 60, units)
    for sums in (
        all_sums(rows, weights, 9),
        all_swaps(np.stack([rows, 0 * rows], axis=1), weights, 9)[:, 0, 0],
    ):
        assert sums.any()
        assert (sums // first * first == sums).all()
        assert (sums // first == (sums // first)[:, :1]).all()


@pytest.mark.parametrize("resamples", [3, 40])
@pytest.mark.parametrize("units", [300, 5000])
def test_no_unit_is_lost(units: int, resamples: int) -> None:
    ones, weights = np.ones((units, 6), np.int64), np.arange(units) % 60
    count = int(weights.sum())
    assert (all_sums(ones, weights, resamples) == count).all()
    swapped = all_swaps(np.stack([ones, 0 * ones], axis=1), weights, resamples)
    assert (swapped.sum(axis=2) == count).all()
    assert (abs(swapped - count / 2) < 4 * math.sqrt(count / 4)).all()


@pytest.mark.slow
@pytest.mark.parametrize("draw", [bootstrap_sums, swap_sums])
def test_a_seed_gives_the_same_on_any_number_of_threads(draw: object) -> None:
    rows = table(4, 1000, 3).reshape(1000, 3, 3)
    if draw is bootstrap_sums:
        rows = rows.reshape(1000, 9)
    weights = np.random.default_rng(0).integers(1, 100, 1000)

    def drawn(seed: int, threads: int) -> IntArray:
        return np.concatenate(list(draw(rows, weights, 2000, seed, threads=threads)))  # type: ignore[operator]

    one = drawn(5, 1)
    assert len(one) == 2000
    assert (drawn(5, 1) == one).all()
    assert (drawn(5, 2) == one).all()
    assert (drawn(5, 5) == one).all()
    assert (drawn(6, 1) != one).any()
    # chunks differ from each other
    assert len(np.unique(one.reshape(2000, -1), axis=0)) > 1990


def test_a_negative_seed_is_refused() -> None:
    rows, weights = np.ones((1, 2, 3), np.int64), np.ones(1, np.int64)
    with pytest.raises(UsageError, match="seed"):
        bootstrap_sums(rows[:, 0], weights, 10, -1)
    with pytest.raises(UsageError, match="seed"):
        swap_sums(rows, weights, 10, -1)
    with pytest.raises(UsageError, match="seed"):
        permutation_test([0.1] * 9, [0.2] * 9, 10, -1)


@pytest.mark.parametrize("shape", [(0, 3), (4, 0)])
def test_nothing_to_draw(shape: tuple[int, int]) -> None:
    weights = np.ones(shape[0], np.int64)
    assert not all_sums(np.zeros(shape, np.int64), weights, 5).any()
    assert len(all_sums(np.zeros(shape, np.int64), weights, 5)) == 5
    swapped = all_swaps(np.zeros((shape[0], 3, shape[1]), np.int64), weights, 5)
    assert swapped.shape == (5, 2, 2, shape[1])
    assert not swapped.any()


def test_work_arrays_are_small_however_many_units_differ() -> None:
    rows = np.arange(100_000)[:, None] % 97
    tracemalloc.start()
    for sums in bootstrap_sums(rows, np.ones(len(rows), np.int64), 8, 0):
        assert sums.shape[1] == 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10e6


# Swaps.


def test_swaps_have_the_binomial_distribution() -> None:
    weights = np.array([1, 2, 7, 8, 9, 40, 64, 65, 300])
    rows = np.stack([np.zeros((9, 9), np.int64), np.eye(9, dtype=np.int64)], axis=1)
    swapped = all_swaps(rows, weights, 20_000)
    assert swapped.shape == (20_000, 1, 2, 9)
    heads, rest = swapped[:, 0, 0], swapped[:, 0, 1]
    assert (heads + rest == weights).all()
    for column, units in enumerate(weights.tolist()):
        observed = np.bincount(heads[:, column], minlength=units + 1)
        expected = stats.binom(units, 0.5).pmf(np.arange(units + 1)) * 20_000
        often = expected >= 5
        assert abs(observed[~often].sum() - expected[~often].sum()) < 20
        observed, expected = observed[often], expected[often]
        expected *= observed.sum() / expected.sum()
        assert stats.chisquare(observed, expected).pvalue > 0.001, units
    correlation = np.corrcoef(heads, rowvar=False) - np.eye(9)
    assert abs(correlation).max() < 4.5 / 20_000**0.5


def test_swaps_are_shared_by_all_pairs() -> None:
    rows = table(6, 50, 4)
    rows[:, 3] = rows[:, 1]
    rows[:, 2] = rows[:, 0]
    weights = np.random.default_rng(0).integers(1, 90, 50)
    swapped = all_swaps(rows, weights, 100)
    totals = np.tensordot(weights, rows, 1)
    assert (swapped.sum(axis=2) == totals[0] + totals[1:]).all()
    # the same system twice moves the same way, and one that is the reference not at all
    assert (swapped[:, 0] == swapped[:, 2]).all()
    assert (swapped[:, 1] == totals[0]).all()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("grouped", [False, True])
def test_randomization_against_all_swaps(seed: int, grouped: bool) -> None:
    units = table(seed + 10, 9, 2, most=5)
    if grouped:
        units[1:4] = units[0]
    exact = []
    for swaps in itertools.product([False, True], repeat=len(units)):
        flip = np.array(swaps)[:, None]
        sums = np.where(flip, units[:, 1], units[:, 0]).sum(0), units.sum((0, 1))
        first = f_scores(sums[0])
        exact.append(float(f_scores(sums[1] - sums[0]) - first))
    least = abs(exact[0]) - 1e-12
    expected = sum(abs(difference) >= least for difference in exact) / len(exact)
    rows, weights = distinct(units.reshape(9, 6))
    resamples = 20_000
    found = randomization_test(
        rows.reshape(-1, 2, 3), weights, lambda sums: f_scores(sums)[..., None], resamples, 0
    )
    assert found.differences[0, 0] == pytest.approx(exact[0])
    error = math.sqrt(expected * (1 - expected) / resamples)
    assert found.p_values[0, 0] == pytest.approx(expected, abs=4 * error + 1 / resamples)


def test_a_system_against_itself() -> None:
    units = table(1, 200, 1)
    rows = np.concatenate([units, units], axis=1)
    found = randomization_test(rows, np.ones(200, np.int64), scores_of, 99, 0)
    assert (found.p_values == 1).all()
    assert not found.differences.any()


def test_p_values_count_ties_and_leave_out_nan() -> None:
    null = np.array([[0.5, NAN], [-0.5 - 1e-15, 0.1], [0.1, NAN], [-0.7, 0.3]])
    # 3 of 4 are as large as 0.5; of 2, one as 0.2
    assert p_values(null, np.array([0.5, -0.2])).tolist() == [4 / 5, 2 / 3]
    assert np.isnan(p_values(null, np.array([NAN, NAN]))).all()
    assert p_values(null[:, 0], np.array(9.0)) == 1 / 5
    moved = bootstrap_p_values(np.array([1.0, 1.5, 2.0, 3.5]), np.array(2.0))
    assert moved == 1 / 5
    assert bootstrap_p_values(np.array([1.0, -1.0, 2.0, 0.4]), np.array(1.0)) == 3 / 5


def two_systems(rng: np.random.Generator, units: int) -> IntArray:
    """Return the counts of two systems that err alike, by chance in different places."""
    gold = rng.poisson(1.5, units)
    hard = rng.random(units)
    counts = []
    for _ in range(2):
        correct = rng.binomial(gold, 0.95 - 0.4 * hard)
        counts.append(np.stack([gold, correct + rng.poisson(0.3, units), correct], axis=-1))
    return np.stack(counts, axis=1)


@pytest.mark.slow
def test_p_values_are_uniform_where_there_is_no_difference() -> None:
    rng = np.random.default_rng(8)
    swapped, resampled = [], []
    for seed in range(400):
        rows, weights = distinct(two_systems(rng, 150).reshape(150, 6))
        pairs = rows.reshape(-1, 2, 3)
        test = randomization_test(pairs, weights, lambda s: f_scores(s)[..., None], 499, seed)
        swapped.append(float(test.p_values[0, 0]))

        def difference(sums: npt.NDArray[np.int64]) -> FloatArray:
            both = f_scores(sums.reshape(*sums.shape[:-1], 2, 3))
            return both[..., 1] - both[..., 0]

        observed = difference(weights @ rows)
        values = bootstrap_values(rows, weights, difference, 499, seed)
        resampled.append(float(bootstrap_p_values(values, observed)))
    assert stats.kstest(swapped, "uniform").pvalue > 0.05
    assert stats.kstest(resampled, "uniform").pvalue > 0.05


# Figures.


def with_averages(counts: IntArray, types: str, beta: float, zero: float) -> FloatArray:
    """Return what `spanf1.Result` says."""
    rows = {
        str(number): score(TypeCounts(*row), beta=beta, zero_division=zero)
        for number, row in enumerate(counts.tolist())
    }
    over = [
        name
        for name, row in rows.items()
        if {
            "union": row.gold + row.predicted,
            "gold": row.gold,
            "predicted": row.predicted,
            "given": 1,
        }[types]
    ]
    averages = average(rows, over, beta=beta, zero_division=zero)
    return np.array([row[:4] for row in [*rows.values(), *averages]])


@pytest.mark.parametrize("zero", [0.0, 1.0, NAN])
@pytest.mark.parametrize("beta", [1.0, 2.0, 0.5, 0.0, 1e-200, 1e200, math.inf])
@pytest.mark.parametrize("types", ["union", "gold", "predicted", "given"])
def test_figures_are_what_scores_are(types: str, beta: float, zero: float) -> None:
    for number, most in ((1, 3), (3, 2), (4, 40)):
        counts = table(number, 60, number, most=most)
        counts[0] = 0
        choice = ("a", "b") if types == "given" else types
        found = figures(counts, types=choice, beta=beta, zero_division=zero)
        expected = np.array([with_averages(row, types, beta, zero) for row in counts])
        assert found.shape == (60, number + len(AVERAGES), 4)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_figures_have_any_number_of_axes() -> None:
    counts = table(9, 5, 2, 3)
    whole = figures(counts)
    assert whole.shape == (5, 2, 6, 4)
    assert (whole[4, 1] == figures(counts[4, 1])).all()
    assert figures(np.zeros((5, 0, 3))).shape == (5, 3, 4)


# Intervals.


@pytest.mark.parametrize("method", ["percentile", "bca"])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_intervals_are_those_of_scipy(method: str, level: float) -> None:
    # skewed, so that acceleration matters; whole, so that equal means are equal to the last bit
    units = np.random.default_rng(5).lognormal(3, 1, 40).round()
    units[:10] = units[0]
    theirs = stats.bootstrap(
        (units,), np.mean, method=method, confidence_level=level, n_resamples=1500, rng=1
    )
    rows, weights = distinct(np.stack([units, np.ones(40)], axis=1).astype(np.int64))
    values = theirs.bootstrap_distribution[:, None]
    if method == "percentile":
        ours = percentile(values, level)
    else:

        def statistic(sums: npt.NDArray[np.int64]) -> FloatArray:
            return (sums[..., 0] / sums[..., 1])[..., None]

        estimate, jackknife = statistic(weights @ rows), jackknife_values(rows, weights, statistic)
        ours = bca(values, estimate, jackknife, weights, level)
    assert ours.low[0] == pytest.approx(theirs.confidence_interval.low, abs=1e-9)
    assert ours.high[0] == pytest.approx(theirs.confidence_interval.high, abs=1e-9)


@pytest.mark.slow
def test_intervals_from_the_counts_are_those_of_scipy_from_the_units() -> None:
    units = two_systems(np.random.default_rng(3), 300)[:, 0]
    rows, weights = distinct(units)

    def f1(gold: FloatArray, predicted: FloatArray, correct: FloatArray, axis: int) -> FloatArray:
        return 2 * correct.sum(axis) / (gold.sum(axis) + predicted.sum(axis))

    values = bootstrap_values(rows, weights, f_scores, 20_000, 0)
    intervals = {
        "percentile": percentile(values),
        "bca": bca(
            values, f_scores(weights @ rows), jackknife_values(rows, weights, f_scores), weights
        ),
    }
    for method, ours in intervals.items():
        theirs = stats.bootstrap(
            tuple(units.T), f1, paired=True, n_resamples=9999, method=method, rng=2
        ).confidence_interval
        # the ends of either vary by about a fortieth of a standard deviation
        assert ours == pytest.approx(theirs, abs=0.15 * values.std())


def test_intervals_leave_out_nan() -> None:
    values = np.random.default_rng(1).normal(size=(200, 3))
    values[::3, 1] = NAN
    values[:, 2] = NAN
    rows = np.random.default_rng(2).normal(size=(50, 3))
    rows[7:, 2] = NAN
    rows[30:, 1] = NAN
    weights = np.arange(1, 51)
    estimate = np.array([0.1, 0.1, NAN])
    some = ~np.isnan(values[:, 1])
    few = bca(values[some, 1:2], estimate[1:2], rows[:30, 1:2], weights[:30])
    for ours, alone in (
        (percentile(values), percentile(values[some, 1:2])),
        (bca(values, estimate, rows, weights), few),
    ):
        for end, end_alone in zip(ours, alone, strict=True):
            assert end[1] == pytest.approx(end_alone[0], abs=1e-12)
            assert np.isnan(end[2])
            assert not np.isnan(end[0])


def test_an_interval_without_width() -> None:
    values, weights = np.full((100, 1), 0.3), np.array([4, 3])
    # sums of the same numbers in another order
    values[:50] += 5e-17
    estimate = np.array([0.1 + 0.2])
    for jackknife in ([[0.3], [0.1 + 0.2]], [[0.25], [0.25]]):
        found = bca(values, estimate, np.array(jackknife), weights)
        assert found == pytest.approx((0.3, 0.3), abs=1e-15)
    assert percentile(values) == pytest.approx((0.3, 0.3), abs=1e-15)
    # without any resample on its other side, an estimate has no bias that could be corrected
    for aside in (-0.1, 0.1):
        assert np.isnan(bca(values, estimate + aside, np.array([[0.3], [0.2]]), weights)).all()


@pytest.mark.slow
@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_intervals_hold_the_truth_as_often_as_they_say(method: str) -> None:
    rng = np.random.default_rng(12)
    # gold 1.5 a unit, correct 0.75 of them, and 0.3 more predicted
    truth = 2 * 1.5 * 0.75 / (1.5 + 1.5 * 0.75 + 0.3)
    corpora, held = 600, 0
    for seed in range(corpora):
        rows, weights = distinct(two_systems(rng, 250)[:, 0])
        values = bootstrap_values(rows, weights, f_scores, 600, seed)[:, None]
        if method == "percentile":
            low, high = percentile(values)
        else:
            jackknife = jackknife_values(rows, weights, f_scores)[:, None]
            low, high = bca(values, f_scores(weights @ rows)[None], jackknife, weights)
        held += bool(low[0] <= truth <= high[0])
    # within 3 standard errors of 95 %: intervals 15 % too short or too long fall out
    assert abs(held / corpora - 0.95) < 3 * math.sqrt(0.95 * 0.05 / corpora)


# Runs.


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([91.1, 91.4, 90.8], [91.9, 92.0, 91.6]),
        ([0.5, 0.5, 0.7], [0.5, 0.6, 0.5, 0.7, 0.1]),
        ([0.3, 0.3], [0.1, 0.2, 0.3, 0.4]),
        ([1, 1], [1, 1, 1]),
        # splits that are as large but for rounding
        ([90.3, 93.4, 90.0, 92.1, 90.3], [91.1, 91.9]),
        ([90.2, 91.9, 91.5, 91.7, 91.7], [91.2, 91.9, 91.9]),
        ([1000000.1, 1000000.2], [1000000.3, 1000000.4]),
    ],
)
def test_permutation_of_runs_is_that_of_scipy(a: list[float], b: list[float]) -> None:
    theirs = stats.permutation_test(
        (a, b),
        lambda x, y, axis: abs(np.mean(x, axis) - np.mean(y, axis)).round(9),
        vectorized=True,
        alternative="greater",
    )
    ours = permutation_test(a, b, 10_000, 0)
    assert ours.exact
    assert ours.splits == math.comb(len(a) + len(b), len(a))
    assert ours.p_value == pytest.approx(theirs.pvalue, abs=1e-12)
    assert ours.difference == pytest.approx(np.mean(a) - np.mean(b))


def test_permutation_of_many_runs_is_random() -> None:
    rng = np.random.default_rng(7)
    a, b = rng.normal(0, 1, 7).tolist(), rng.normal(0.8, 1, 7).tolist()
    exact = permutation_test(a, b, 3432, 0)
    rough = permutation_test(a, b, 3431, 0)
    assert (exact.exact, rough.exact, rough.splits) == (True, False, 3431)
    assert rough.p_value == pytest.approx(exact.p_value, abs=0.03)
    assert permutation_test(a, b, 100, 1) == permutation_test(a, b, 100, 1)
    many = permutation_test(a * 3, b * 3, 25_000, 1)
    assert many.splits == 25_000
    # none is 0
    apart = permutation_test([1.0] * 20, [2.0] * 20, 999, 0)
    assert apart.p_value == 1 / 1000


def test_permutation_needs_runs() -> None:
    with pytest.raises(UsageError, match="runs"):
        permutation_test([], [0.5], 100, 0)


# Several tests.


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("none", [0.01, 0.04, 0.03, 0.005, 0.5]),
        ("bonferroni", [0.05, 0.2, 0.15, 0.025, 1.0]),
        # by rank: .005 by 5, .01 by 4, .03 by 3, .04 by 2 (less than the one before), .5 by 1
        ("holm", [0.04, 0.09, 0.09, 0.025, 0.5]),
        # .5 by 5/5, .04 by 5/4, .03 by 5/3, .01 by 5/2, .005 by 5/1
        ("bh", [0.025, 0.05, 0.05, 0.025, 0.5]),
    ],
)
def test_adjusted(method: str, expected: list[float]) -> None:
    given = [0.01, 0.04, 0.03, 0.005, 0.5]
    assert adjusted(given, method).tolist() == pytest.approx(expected)
    with_nan = adjusted([NAN, *given, NAN], method)
    assert np.isnan(with_nan[[0, -1]]).all()
    assert with_nan[1:-1].tolist() == pytest.approx(expected)
    assert adjusted([], method).tolist() == []
    assert adjusted([0.7], method).tolist() == [0.7]


def test_bh_is_that_of_scipy() -> None:
    rng = np.random.default_rng(0)
    for count in (2, 9, 100):
        given = rng.random(count) ** 3
        given[1] = given[0]
        np.testing.assert_allclose(
            adjusted(given, "bh"), stats.false_discovery_control(given), rtol=1e-12
        )


@pytest.mark.parametrize("method", ADJUSTMENTS)
def test_adjusted_keeps_the_order_and_is_a_probability(method: str) -> None:
    given = np.random.default_rng(4).random(50) ** 2
    order = np.argsort(given)
    found = adjusted(given, method)
    assert (np.diff(found[order]) >= 0).all()
    assert (found >= given).all()
    assert found.max() <= 1


def test_an_unknown_adjustment_is_refused() -> None:
    with pytest.raises(UsageError, match="tukey") as caught:
        adjusted([0.1], "tukey")
    assert "holm" in caught.value.hint


@pytest.mark.parametrize("counts", [(3, 4), (300, 700)])
def test_rows_without_what_is_0_have_the_same_sums(monkeypatch, counts):
    """The draws are the same where as many are drawn at once."""
    monkeypatch.setattr("spanf1.resampling.draws._chunk_size", lambda *_: 7)
    rng = np.random.default_rng(1)
    rows = rng.integers(5, size=(30, 6, 3)) * (rng.random((30, 6, 1)) < 0.3)
    weights = rng.integers(*counts, size=30)
    row, column = np.nonzero(rows.any(axis=2))
    cells = Cells(row, column, rows[row, column], 6)
    sums = bootstrap_sums(rows, weights, 40, 3)
    found = bootstrap_sums_of_cells(cells, weights, 40, 3, threads=2)
    np.testing.assert_array_equal(np.concatenate([*found]), np.concatenate([*sums]))
