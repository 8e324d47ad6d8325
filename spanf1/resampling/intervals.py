"""Confidence intervals from resampled values: percentile and BCa."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.resampling.draws import FloatArray, IntArray, bootstrap_sums

#: values nearer to each other than this are the same: only the order of additions parts them
TOLERANCE = 1e-12

#: from sums to values; the axes before those of one unit's counts stay
Statistic = Callable[[npt.NDArray[Any]], FloatArray]


class Bounds(NamedTuple):
    """The ends of intervals, in the shape of the estimate; NaN where there is none."""

    low: FloatArray
    high: FloatArray


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
