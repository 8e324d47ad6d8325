"""What resampled values say: confidence intervals, and tests of differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from functools import partial
from itertools import combinations
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from spanf1.exceptions import UsageError, check_known
from spanf1.resampling.draws import FloatArray, IntArray, bootstrap_sums, cores, swap_sums

#: values nearer to each other than this are the same: only the order of additions parts them
TOLERANCE = 1e-12

#: from sums to values; the axes before those of one unit's counts stay
Statistic = Callable[[npt.NDArray[Any]], FloatArray]


class Bounds(NamedTuple):
    """The ends of intervals, in the shape of the estimate; NaN where there is none."""

    low: FloatArray
    high: FloatArray


class Interval(NamedTuple):
    """The ends of an interval, as fractions of 1.

    They are NaN where no resample has a value, and where there is one unit: all resamples of one
    are the same.
    """

    low: float
    high: float


class Resampling(Protocol):
    """How intervals are made; see `spanf1.core.options.Confidence`."""

    @property
    def level(self) -> float:
        """How much of the resamples an interval holds."""
        ...

    @property
    def resamples(self) -> int:
        """How many samples are drawn."""
        ...

    @property
    def method(self) -> str:
        """Either ``percentile`` or ``bca``."""
        ...

    @property
    def seed(self) -> int:
        """Where the random numbers begin."""
        ...


def bootstrap_values(
    rows: IntArray,
    weights: IntArray,
    statistic: Statistic,
    resamples: int,
    seed: int,
    *,
    threads: int = 1,
) -> FloatArray:
    """Return a statistic of each resample; see `bootstrap_sums`.

    Parameters
    ----------
    rows, weights, resamples, seed, threads
        As in `bootstrap_sums`.
    statistic : callable
        From sums of any number of units to values.

    Returns
    -------
    array of shape (resamples, ...)
    """
    drawn = bootstrap_sums(rows, weights, resamples, seed, threads=threads)
    return np.concatenate([statistic(sums) for sums in drawn])


def jackknife_values(rows: IntArray, weights: IntArray, statistic: Statistic) -> FloatArray:
    """Return for each distinct row the statistic of all units but one of that row."""
    return statistic(np.tensordot(weights, rows, 1) - rows)


def percentile(values: FloatArray, level: float = 0.95) -> Bounds:
    """Return percentile intervals (Efron 1979).

    Parameters
    ----------
    values : array of shape (B, ...)
        The values of B resamples. NaN are left out.
    level : float
        The confidence level.
    """
    ordered = np.sort(values, axis=0)
    tail = np.full(ordered.shape[1:], (1 - level) / 2)
    return Bounds(_quantile(ordered, tail), _quantile(ordered, 1 - tail))


def bca(
    values: FloatArray,
    estimate: FloatArray,
    jackknife: FloatArray,
    weights: IntArray,
    level: float = 0.95,
) -> Bounds:
    """Return bias-corrected and accelerated intervals (Efron 1987).

    Parameters
    ----------
    values : array of shape (B, ...)
        The values of B resamples. NaN are left out, and of the jackknife's values.
    estimate : array of shape (...)
        The value of all units.
    jackknife : array of shape (R, ...)
        The values without one unit of each distinct row; see `jackknife_values`.
    weights : array of shape (R,)
        How many units have that row.
    level : float
        The confidence level.

    Notes
    -----
    Efron & Tibshirani 1993, formulas 14.9, 14.10 and 14.15. Resamples that equal the estimate
    count half as smaller than it. Where no unit changes the value, there is no acceleration; so
    an estimate that all resamples equal has an interval of no width. If all resamples are on one
    side of the estimate, the formula has no value, and the ends are NaN.
    """
    from statistics import NormalDist

    estimate = np.asarray(estimate, np.float64)
    ordered = np.sort(values, axis=0)
    valid = np.count_nonzero(~np.isnan(ordered), axis=0)
    below = np.count_nonzero(ordered < estimate - TOLERANCE, axis=0)
    not_above = np.count_nonzero(ordered <= estimate + TOLERANCE, axis=0)
    acceleration = _acceleration(jackknife, weights)
    normal = NormalDist()
    tail = normal.inv_cdf((1 - level) / 2)
    shares = np.full((2, *estimate.shape), np.nan)
    for place in np.ndindex(estimate.shape):
        if 0 < below[place] + not_above[place] < 2 * valid[place]:
            bias = normal.inv_cdf((below[place] + not_above[place]) / (2 * valid[place]))
            for end, quantile in enumerate((tail, -tail)):
                moved = (bias + quantile) / (1 - float(acceleration[place]) * (bias + quantile))
                shares[(end, *place)] = normal.cdf(bias + moved)
    return Bounds(_quantile(ordered, shares[0]), _quantile(ordered, shares[1]))


def interval_of(rows: IntArray, weights: IntArray, statistic: Statistic, how: Resampling) -> Bounds:
    """Return the ends of the interval of a statistic; see `bootstrap_values`."""
    values = bootstrap_values(rows, weights, statistic, how.resamples, how.seed, threads=cores())
    return bounds_of(values, rows, weights, statistic, how)


def bounds_of(
    values: FloatArray, rows: IntArray, weights: IntArray, statistic: Statistic, how: Resampling
) -> Bounds:
    """Return the ends of the interval of a statistic, given its values of all resamples."""
    make = percentile
    if how.method == "bca":
        estimate = statistic(np.tensordot(weights, rows, 1))
        jackknife = jackknife_values(rows, weights, statistic)
        make = partial(bca, estimate=estimate, jackknife=jackknife, weights=weights)
    return make(values, level=how.level)


def _acceleration(jackknife: FloatArray, weights: IntArray) -> FloatArray:
    """Return a sixth of the skewness of the influence of each unit."""
    shape = (-1,) + (1,) * (jackknife.ndim - 1)
    defined = ~np.isnan(jackknife)
    known = weights.reshape(shape) * defined
    values = np.where(defined, jackknife, 0.0)
    units = np.maximum(known.sum(axis=0), 1)
    influence = ((known * values).sum(axis=0) / units - values) * defined
    squares = (known * influence**2).sum(axis=0)
    cubes = (known * influence**3).sum(axis=0)
    return np.asarray(cubes / np.where(squares > 0, squares, 1.0) ** 1.5 / 6)


def _quantile(ordered: FloatArray, share: FloatArray) -> FloatArray:
    """Return a quantile along axis 0 of sorted values, linear between two; NaN come last."""
    valid = np.count_nonzero(~np.isnan(ordered), axis=0)
    missing = np.isnan(share) | (valid == 0)
    place = np.where(missing, 0.0, share * (valid - 1))
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(valid - 1, 0))
    low = np.take_along_axis(ordered, below[None], axis=0)[0]
    high = np.take_along_axis(ordered, above[None], axis=0)[0]
    return np.where(missing, np.nan, low + (high - low) * (place - below))


class Randomization(NamedTuple):
    """Differences to the reference, and their two-sided p-values, of each other system."""

    differences: FloatArray
    p_values: FloatArray


class Permutation(NamedTuple):
    """The difference of two means, its two-sided p-value, and how it was found.

    `splits` is how many there were, or how many random ones were looked at if not `exact`.
    """

    difference: float
    p_value: float
    splits: int
    exact: bool


def p_values(null: FloatArray, observed: FloatArray) -> FloatArray:
    """Return two-sided p-values: the share of differences by chance as large as the observed.

    Parameters
    ----------
    null : array of shape (B, ...)
        Differences where there is none but by chance. NaN are left out.
    observed : array of shape (...)
        The difference that was found; where it is NaN, so is the p-value.

    Notes
    -----
    The observed counts as one more by chance, so that none is 0 (Davison & Hinkley 1997,
    formula 4.11).
    """
    return _p_values(_as_large(null, observed), np.count_nonzero(~np.isnan(null), 0), observed)


def _as_large(null: FloatArray, observed: FloatArray) -> IntArray:
    large = np.abs(null) >= np.abs(observed) - TOLERANCE
    return np.asarray(np.count_nonzero(large, axis=0), np.int64)


def _p_values(as_large: IntArray, valid: IntArray, observed: FloatArray) -> FloatArray:
    return np.where(np.isnan(observed), np.nan, (1 + as_large) / (1 + valid))


def randomization_test(
    rows: IntArray,
    weights: IntArray,
    statistic: Statistic,
    resamples: int,
    seed: int,
    *,
    threads: int = 1,
) -> Randomization:
    """Compare systems with a reference by approximate randomisation of their units.

    Parameters
    ----------
    rows : array of shape (R, S, ...)
        The distinct rows: for each of S systems, the reference first, its counts of one unit.
    weights : array of shape (R,)
        How many units have that row.
    statistic : callable
        From sums of any number of units to values, K of them.
    resamples, seed, threads
        As in `spanf1.resampling.draws.bootstrap_sums`.

    Returns
    -------
    Randomization
        Arrays of shape (S - 1, K): for each other system, its values less the reference's.
    """
    values = statistic(np.tensordot(weights, rows, 1))
    observed = values[1:] - values[:1]
    as_large = np.zeros(observed.shape, np.int64)
    valid = np.zeros(observed.shape, np.int64)
    for sums in swap_sums(rows, weights, resamples, seed, threads=threads):
        values = statistic(sums)
        null = values[:, :, 1] - values[:, :, 0]
        as_large += _as_large(null, observed)
        valid += np.count_nonzero(~np.isnan(null), axis=0)
    return Randomization(observed, _p_values(as_large, valid, observed))


def bootstrap_p_values(differences: FloatArray, observed: FloatArray) -> FloatArray:
    """Return the two-sided p-values of differences in common resamples: the paired bootstrap.

    Parameters
    ----------
    differences : array of shape (B, ...)
        The differences of two systems in B resamples that both share.
    observed : array of shape (...)
        Their difference over all units; the resamples' are moved by it to lie around 0.
    """
    return p_values(differences - observed, observed)


def permutation_test(
    a: Sequence[float], b: Sequence[float], resamples: int, seed: int
) -> Permutation:
    """Compare the means of two groups of runs by exchanging runs between them.

    Parameters
    ----------
    a, b : sequence of float
        The scores of the runs of each.
    resamples : int
        Up to so many splits of all runs into two groups, all of them are looked at; of more,
        so many random ones.
    seed : int
        Not negative.

    Raises
    ------
    UsageError
        If a group is empty, or the seed negative.

    Notes
    -----
    If a score is NaN, so are the difference and the p-value.
    """
    if not len(a) or not len(b):
        raise UsageError("a permutation test needs runs of both systems")
    pooled = np.array([*a, *b], np.float64)
    first, whole = len(a), len(pooled)
    if np.isnan(pooled).any():
        return Permutation(math.nan, math.nan, 0, exact=True)
    # lest a large common part hides what is small beside it
    pooled -= pooled.mean()

    def difference(sums: FloatArray) -> FloatArray:
        return np.asarray(sums / first - (pooled.sum() - sums) / (whole - first))

    observed = float(difference(pooled[:first].sum()))
    least = abs(observed) - TOLERANCE * max(float(np.abs(pooled).max()), TOLERANCE)
    splits = math.comb(whole, first)
    exact = splits <= resamples
    if exact:
        sums = pooled[np.array(list(combinations(range(whole), first)))].sum(axis=1)
    else:
        sums = _random_sums(pooled, first, resamples, seed)
    as_large = np.count_nonzero(np.abs(difference(sums)) >= least)
    p_value = as_large / splits if exact else (1 + as_large) / (1 + resamples)
    return Permutation(observed, p_value, splits if exact else resamples, exact)


def _random_sums(pooled: FloatArray, first: int, resamples: int, seed: int) -> FloatArray:
    """Return the sums of so many of the values, chosen at random."""
    if seed < 0:
        raise UsageError("the seed must not be negative")
    rng = np.random.default_rng(seed)
    chunk = 10_000
    parts = []
    for start in range(0, resamples, chunk):
        table = np.tile(pooled, (min(chunk, resamples - start), 1))
        parts.append(rng.permuted(table, axis=1)[:, :first].sum(axis=1))
    return np.concatenate(parts)


def _benjamini_hochberg(ordered: FloatArray) -> FloatArray:
    raised = ordered * len(ordered) / np.arange(1, len(ordered) + 1)
    return np.minimum.accumulate(raised[::-1])[::-1]


#: how p-values of several tests are adjusted: from ascending ones to what they become
ADJUSTMENTS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "none": lambda ordered: ordered,
    "bonferroni": lambda ordered: ordered * len(ordered),
    "holm": lambda ordered: np.maximum.accumulate(ordered * np.arange(len(ordered), 0, -1)),
    "bh": _benjamini_hochberg,
}
#: a key of `ADJUSTMENTS`, for type checkers
AdjustmentName = Literal["none", "bonferroni", "holm", "bh"]


def adjusted(p_values: Collection[float] | npt.NDArray[Any], method: str) -> FloatArray:
    """Return p-values adjusted for there being several tests, in the order given.

    Parameters
    ----------
    p_values : collection of float
        One for each test. NaN stay NaN, and do not count as tests.
    method : str
        One of `ADJUSTMENTS`: ``bonferroni`` and ``holm`` (1979) bound the probability of any
        false finding, ``bh`` (Benjamini & Hochberg 1995) the share of false ones among findings.

    Raises
    ------
    UsageError
        If there is no such method.
    """
    check_known("adjustment", method, ADJUSTMENTS)
    out = np.array(list(p_values), np.float64)
    order = np.argsort(out)
    order = order[: np.count_nonzero(~np.isnan(out))]
    out[order] = np.minimum(ADJUSTMENTS[method](out[order]), 1.0)
    return out
