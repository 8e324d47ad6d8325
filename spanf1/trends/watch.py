"""Alarms over time: limits from a reference period, and the sum of what falls short of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from spanf1.exceptions import UsageError
from spanf1.resampling.inference import percentile
from spanf1.results.scored import Scored
from spanf1.trends.chunks import Draws, FloatArray
from spanf1.trends.series import Series
from spanf1.wording import many

#: limits of standard deviations are of so many reference chunks at least
LEAST_REFERENCE = 6
# How many standard deviations they are apart, and the share of a normal that lies outside.
_SIGMAS = 3.0
_OUTSIDE = math.erfc(_SIGMAS / math.sqrt(2))
# How far below the mean a chunk has to be to count as a slide, in standard deviations, and how
# often the sum of that is to pass its limit if nothing slides.
_SLACK, _SLIDES = 0.5, 0.01
_SIMULATED = 40_000
# A standard deviation below this is none.
_NONE = 1e-12


class Check(NamedTuple):
    """A chunk behind the reference.

    Attributes
    ----------
    low, high : float
        The limits of F1.
    slide, slide_limit : float
        How far the chunks up to this one are below the reference, summed up in standard
        deviations, and what that is seldom above; NaN where all chunks of the reference are alike.
    says : str
        ``below`` or ``above`` the limits, ``sliding``, or nothing.
    """

    low: float
    high: float
    slide: float
    slide_limit: float
    says: str


class Watch(NamedTuple):
    """What was looked for, and found.

    Attributes
    ----------
    reference : int
        The first so many chunks are the reference.
    method : str
        How limits are made: ``sd`` or ``bootstrap``.
    centre, sd : float
        The figure of the reference, and how far chunks are from it by chance; NaN of `sd` where
        this is another for each chunk's size.
    outside, sliding : float
        How often a chunk is outside, and how often the sum of slides is above its limit, where
        nothing has changed: the rates of false alarms.
    checks : list of Check
        Of each chunk behind the reference.
    """

    reference: int
    method: str
    centre: float
    sd: float
    outside: float
    sliding: float
    checks: list[Check]

    @property
    def alarm(self) -> str:
        """What the newest chunk is; nothing if it is as it was."""
        return self.checks[-1].says

    @property
    def false_alarms(self) -> float:
        """How often the newest chunk gives an alarm where nothing has changed, at most."""
        return self.outside + self.sliding


def watch(series: Series, reference: int | None = None) -> Watch | None:
    """Return what the chunks behind a reference period are; None if there are too few chunks.

    Limits are the mean of the reference and three sample standard deviations, of six chunks or
    more; for a chunk with less than half their spans they are as wide as chance makes them, too. Of
    fewer chunks, if counts are known, they are what 99.73% of chunks of a chunk's size would be:
    spans are drawn one by one, from what the reference may be a sample of.

    Slides are summed up by a one-sided CUSUM (Page 1954): each chunk adds how far it is below the
    mean, less half a standard deviation; the sum is never below 0. Its limit is what chunks that
    do not slide are above in 1% of such series; they are simulated, with references as short.

    Parameters
    ----------
    series : Series
        The chunks.
    reference : int, optional
        How many chunks, the first ones, are the reference; by default half of those before the
        newest, but six at least, or all before it if there are fewer.

    Raises
    ------
    UsageError
        If the reference cannot be so long, or is too short without counts.
    """
    points = series.points
    results = [point.result for point in points]
    if reference is not None and not 1 <= reference < len(points):
        raise UsageError(
            f"the reference is {many(reference, 'chunk')} of {len(points)}",
            hint="it is one chunk or more, and the newest is none of it",
        )
    before = len(points) - 1
    length = reference or min(before, max(LEAST_REFERENCE, before // 2))
    known = [result for result in results if result is not None]
    counted = len(known) == len(results) and Draws.can(known)
    if length < LEAST_REFERENCE and not (counted and length):
        if reference is not None:
            raise UsageError(
                f"a reference of {many(reference, 'chunk')} is too short without counts",
                hint=f"{LEAST_REFERENCE} or more; results of spanf1 score --format json have "
                "counts",
            )
        return None
    if length < LEAST_REFERENCE:
        return _by_counts(series, known, length)
    return _by_spread(series.f1, length, Draws(known, series.key) if counted else None)


def _by_spread(values: Sequence[float], length: int, draws: Draws | None) -> Watch:
    mean = float(np.mean(values[:length]))
    sd = float(np.std(values[:length], ddof=1))
    later = np.array(values[length:])
    low, high = (np.full(len(later), mean + sign * _SIGMAS * sd) for sign in (-1, 1))
    spread = np.full(len(later), sd)
    for place, number in enumerate(range(length, len(values))):
        if draws and draws.small(length, number):
            # Chance moves it more than it did the chunks of the reference.
            drawn, own, _ = draws.expected(length, number)
            ends = percentile(drawn, 1 - _OUTSIDE)
            low[place] = min(low[place], ends.low)
            high[place] = max(high[place], ends.high)
            spread[place] = max(sd, own)
    slides = slide_limits = np.full(len(later), math.nan)
    if sd > _NONE:
        slides = slides_of((mean - later) / spread)
        slide_limits = limits_of_slides(spread / sd, 1 / math.sqrt(length), length - 1)
    checks = [_check(*row) for row in zip(later, low, high, slides, slide_limits, strict=True)]
    outside = tail_of_t(_SIGMAS / math.sqrt(1 + 1 / length), length - 1)
    return Watch(length, "sd", mean, sd, outside, _SLIDES, checks)


def _by_counts(series: Series, results: Sequence[Scored], length: int) -> Watch:
    draws = Draws(results, series.key)
    centre = draws.centre(length)
    bounds, spreads, error = [], [], 0.0
    for number in range(length, len(results)):
        values, own, error = draws.expected(length, number)
        bounds.append([float(end) for end in percentile(values, 1 - _OUTSIDE)])
        spreads.append(own)
    later, sds = np.array(series.f1[length:]), np.array(spreads)
    slides = slide_limits = np.full(len(later), math.nan)
    if (sds > _NONE).all():
        slides = slides_of((centre - later) / sds)
        slide_limits = limits_of_slides(sds, error, 0)
    checks = [
        _check(value, low, high, slide, limit)
        for value, (low, high), slide, limit in zip(
            later, bounds, slides, slide_limits, strict=True
        )
    ]
    return Watch(length, "bootstrap", centre, math.nan, _OUTSIDE, _SLIDES, checks)


def _check(value: float, low: float, high: float, slide: float, limit: float) -> Check:
    # Figures that are computed in another order are the same.
    says = "sliding" if slide > limit else ""
    if value < low - _NONE or value > high + _NONE:
        says = "below" if value < low else "above"
    return Check(float(low), float(high), float(slide), float(limit), says)


def slides_of(
    short: FloatArray,
) -> FloatArray:
    """Return the sums of slides, chunk by chunk, given how far below the mean each chunk is."""
    sums, total = np.zeros(len(short)), 0.0
    for number, value in enumerate(short):
        total = sums[number] = max(0.0, total + value - _SLACK)
    return sums


def limits_of_slides(sds: FloatArray, error: float, freedom: int) -> FloatArray:
    """Return what the sum of slides is above in 1% of series that do not slide, chunk by chunk.

    Parameters
    ----------
    sds : array of float
        The standard deviation of each chunk.
    error : float
        That of the mean of the reference.
    freedom : int
        The degrees of freedom of the standard deviation that is estimated; 0 if it is known.
    """
    rng = np.random.default_rng(0)
    mean = error * rng.standard_normal(_SIMULATED)
    scale = np.ones(_SIMULATED)
    if freedom:
        scale = np.sqrt(rng.chisquare(freedom, _SIMULATED) / freedom)
    total, limits = np.zeros(_SIMULATED), np.zeros(len(sds))
    for number, sd in enumerate(sds):
        short = (mean + sd * rng.standard_normal(_SIMULATED)) / (sd * scale)
        total = np.maximum(0.0, total + short - _SLACK)
        limits[number] = np.quantile(total, 1 - _SLIDES)
    return limits


def tail_of_t(value: float, freedom: int) -> float:
    """Return how often Student's t is further from 0 than a value.

    Notes
    -----
    Abramowitz & Stegun 1964, formulas 26.7.3 and 26.7.4.

    Examples
    --------
    >>> round(tail_of_t(2.571, 5), 4), round(tail_of_t(2.776, 4), 4)
    (0.05, 0.05)
    """
    angle = math.atan(value / math.sqrt(freedom))
    odd = freedom % 2
    term = math.cos(angle) if odd else 1.0
    total = term if freedom > 1 else 0.0
    for number in range(3 if odd else 2, freedom - 1, 2):
        term *= math.cos(angle) ** 2 * (number - 1) / number
        total += term
    total *= math.sin(angle)
    return 1 - (2 / math.pi * (angle + total) if odd else total)
