"""A series of F1, and what rules say of one: its shape, its best step, precision against recall."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np

from spanf1.resampling.inference import Interval
from spanf1.results.scored import Scored

#: what a series is over, and what its places are called
Over = Literal["step", "size", "time"]
OVERS: tuple[Over, ...] = get_args(Over)

#: fewer points have no shape
LEAST_POINTS = 5
# The rules: see `shape_of` and `trade_off`.
_SWING, _GAIN, _LOW, _AGAINST = 0.05, 0.03, 0.5, -0.5
# Differences of decimals that are nearer to a limit than this are at it.
_TOLERANCE = 1e-9


class Point(NamedTuple):
    """A figure at a place.

    Attributes
    ----------
    place : float
        The step, the size, or the seconds since 1970.
    name : str
        The place as it is written.
    f1, precision, recall : float
        As fractions of 1; NaN where they are not known.
    result : Scored, optional
        The counts, if they are known.
    """

    place: float
    name: str
    f1: float
    precision: float = math.nan
    recall: float = math.nan
    result: Scored | None = None


@dataclass(frozen=True)
class Series:
    """The figures of one run, in order.

    Attributes
    ----------
    name : str
        The file, or the run.
    key, axis : str
        What F1, and the place, are called there.
    over : str
        What it is over: ``step``, ``size`` or ``time``.
    points : tuple of Point
        In the order of their places, each place once.
    notes : tuple of str
        What was left out, and what was taken for what.
    """

    name: str
    key: str
    axis: str
    over: Over
    points: tuple[Point, ...]
    notes: tuple[str, ...] = ()

    @property
    def f1(self) -> list[float]:
        """The figures."""
        return [point.f1 for point in self.points]


class Shape(NamedTuple):
    """What a series does.

    Attributes
    ----------
    name : str
        ``rising``, ``levelled``, ``stagnant``, ``unstable`` or ``falling``.
    rule : str
        The rule that says so, with its figures.
    """

    name: str
    rule: str


#: the interval of the difference of two points, the second less the first, by their numbers
Sure = Callable[[int, int], Interval]


def shape_of(values: Sequence[float], sure: Sure | None = None) -> Shape | None:
    """Return what a series does; None for fewer than `LEAST_POINTS` points.

    It is ``unstable`` if the points of its second half differ by more than .05 from one to the
    next, on the average, and change their direction at half of these steps or more. Else it is
    ``falling`` if it loses .03 in its second half, and, where counts are known, the interval of
    that excludes 0; ``stagnant`` if it gains less than .03 there, and ends below .5; ``levelled``
    if it gains less than .03 there, or less than .015 in its last quarter; else ``rising``.

    Parameters
    ----------
    values : sequence of float
        The figures, in order.
    sure : callable, optional
        Returns the interval of the difference of two points.

    Examples
    --------
    >>> shape_of([0.15, 0.22, 0.28, 0.32, 0.35, 0.36, 0.37, 0.36, 0.38, 0.37, 0.38]).name
    'stagnant'
    """
    if len(values) < LEAST_POINTS:
        return None
    first = len(values) // 2
    half = np.asarray(values[first:], np.float64)
    steps = np.diff(half)
    swing = float(np.abs(steps).mean())
    changes = int(np.count_nonzero(steps[1:] * steps[:-1] < 0))
    gain, last = float(half[-1] - half[0]), float(half[-1])
    quarter = max(2, math.ceil(len(values) / 4))
    late = float(values[-1] - values[-quarter])
    if swing > _SWING + _TOLERANCE and 2 * changes >= len(steps):
        return Shape(
            "unstable",
            f"steps of the second half are {_said(swing)} points on the average (above "
            f"{_said(_SWING)}), and the direction changes at {changes} of {len(steps)}",
        )
    gained = f"the second half gains {_said(gain)} points"
    if gain <= _TOLERANCE - _GAIN:
        interval = sure and sure(first, len(values) - 1)
        if interval is None or interval.high < 0:
            certain = f", 95% interval {_ends(interval)}" if interval else ""
            return Shape("falling", f"the second half loses {_said(-gain)} points{certain}")
        gained += f", 95% interval {_ends(interval)}, which has 0 in it"
    if gain < _GAIN - _TOLERANCE:
        gained += f" (below {_said(_GAIN)})"
        ends = f", and ends at {_said(last)} (below {_said(_LOW)})"
        return Shape("stagnant", gained + ends) if last < _LOW else Shape("levelled", gained)
    gained += f", its last quarter {_said(late)}"
    if late < _GAIN / 2 - _TOLERANCE:
        return Shape("levelled", f"{gained} (below {_said(_GAIN / 2)})")
    return Shape("rising", gained)


def _said(value: float) -> str:
    return f"{100 * value:.2f}"


def _ends(interval: Interval) -> str:
    return f"{100 * interval.low:+.2f} to {100 * interval.high:+.2f}"


def trade_off(points: Sequence[Point]) -> float:
    """Return the correlation of the steps of precision with those of recall.

    Below -.5 one is paid for with the other. It is NaN for fewer than three steps, or where one of
    the two stays as it is.

    Parameters
    ----------
    points : sequence of Point
        The points, in order.
    """
    steps = np.diff([[point.precision, point.recall] for point in points], axis=0)
    steps = steps[~np.isnan(steps).any(axis=1)] if len(steps) else steps
    if len(steps) < LEAST_POINTS - 2 or (np.ptp(steps, axis=0) < _TOLERANCE).any():
        return math.nan
    return float(np.corrcoef(steps.T)[0, 1])


def trades(correlation: float) -> bool:
    """Return whether such a correlation is a trade-off."""
    return correlation < _AGAINST


class Band(NamedTuple):
    """Several runs at one place: how many, their mean, sample sd, least and greatest."""

    place: float
    name: str
    runs: int
    mean: float
    sd: float
    low: float
    high: float


def band_of(several: Sequence[Series]) -> list[Band]:
    """Return the band of several runs, at the places that all of them have."""
    by_place = [{point.place: point for point in series.points} for series in several]
    band = []
    for place, point in by_place[0].items():
        if all(place in points for points in by_place):
            values = np.array([points[place].f1 for points in by_place])
            sd = float(values.std(ddof=1)) if len(values) > 1 else math.nan
            mean, low, high = float(values.mean()), float(values.min()), float(values.max())
            band.append(Band(place, point.name, len(values), mean, sd, low, high))
    return band


def last_doubling(places: Sequence[float], values: Sequence[float]) -> float:
    """Return what the last doubling of the size gained, by a line over the logarithm of sizes.

    It is NaN where no size is half the last one, or less.
    """
    if not places or places[0] <= 0 or 2 * places[0] > places[-1]:
        return math.nan
    half = np.interp(np.log(places[-1] / 2), np.log(places), values)
    return float(values[-1] - half)
