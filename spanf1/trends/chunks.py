"""F1 over time where counts are known: results by date, and what chance makes of their counts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.scores import AVERAGES, FIGURES, AnyScore, figures
from spanf1.exceptions import UsageError
from spanf1.resampling.inference import Interval, percentile
from spanf1.results.scored import Scored
from spanf1.trends.series import Point, Series
from spanf1.wording import did_you_mean, shortened

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# So many values are drawn; fewer where there are many types.
_DRAWN, _MOST = 20_000, 1 << 22
# How sure a change is to be.
_LEVEL = 0.95


class Chunk(NamedTuple):
    """A result, its name, and its date if it has one."""

    name: str
    result: Scored
    moment: datetime | None = None


def series_of_results(chunks: Sequence[Chunk], key: str = "") -> Series:
    """Return the series of results, by date; without dates they are in order.

    Parameters
    ----------
    chunks : sequence of Chunk
        The results.
    key : str
        An average, ``micro`` if there is none, or a type.

    Raises
    ------
    UsageError
        If a result has no such score, or it is no number, or two have one date.
    """
    key = key or AVERAGES[0]
    points = []
    for number, (name, result, moment) in enumerate(chunks, 1):
        score = _score(result, key, name)
        if math.isnan(score.fbeta):
            raise UsageError(
                f"{key} is 0/0, which was to be no number",
                where=name,
                hint="score it with --zero-division 0",
            )
        place = float(number) if moment is None else moment.timestamp()
        written = str(number) if moment is None else _written(moment)
        points.append(Point(place, written, score.fbeta, score.precision, score.recall, result))
    points.sort(key=lambda point: point.place)
    for one, other in pairwise(points):
        if one.place == other.place:
            raise UsageError(
                f"two results are of one date, {one.name}",
                hint="--date 2026-05-01T09:00,2026-05-01T17:00 tells them apart",
            )
    return Series("", key, "date", "time", tuple(points), tuple(_differing(chunks)))


def _score(result: Scored, key: str, name: str) -> AnyScore:
    if key in AVERAGES:
        average: AnyScore = getattr(result, key)
        return average
    if key not in result:
        near = did_you_mean(key, [*result, *AVERAGES]) or f"there are {', '.join(result)}"
        raise UsageError(f"no type is called {shortened(key)}", where=name, hint=near)
    return result[key]


def _written(moment: datetime) -> str:
    day = moment.date().isoformat()
    return f"{day} {moment:%H:%M}" if moment.hour or moment.minute else day


def _differing(chunks: Sequence[Chunk]) -> Iterator[str]:
    """Yield which results were scored otherwise than the first."""
    first = chunks[0].result.signature()
    for name, result, _ in chunks[1:]:
        other = result.signature()
        # What data was scored is another at each date.
        other = replace(other, tokens=first.tokens, gold=first.gold, hash=first.hash)
        if differences := first.differences(other):
            yield f"{chunks[0].name} and {name} do not mean the same: {'; '.join(differences)}"


class Draws:
    """What chance makes of the counts of results: spans are drawn one by one.

    Parameters
    ----------
    results : sequence of Scored
        The results, scored alike.
    key : str
        An average, or a type.
    """

    def __init__(self, results: Sequence[Scored], key: str) -> None:
        self._options = results[0].options
        self._key = key if key in AVERAGES else AVERAGES[0]
        if key in AVERAGES[1:]:
            names = [*dict.fromkeys(name for result in results for name in result)]
        else:
            names = [key]
        # For each result and type: spans that are correct, missed and spurious.
        self._counts = np.array(
            [[_parts(result, name) for name in names] for result in results], np.int64
        )
        self._times = max(1000, min(_DRAWN, _MOST // len(names)))

    @staticmethod
    def can(results: Sequence[Scored | None]) -> bool:
        """Return whether there are counts of spans that are right or wrong, of all results."""
        return all(result and not result.tally.credits for result in results)

    def change(self, first: int, second: int) -> Interval:
        """Return the 95% interval of the difference of two results, the second less the first."""
        rng = np.random.default_rng(0)
        values = [
            self._figure(_drawn(rng, self._counts[one], self._shares(one, self._times)))
            for one in (first, second)
        ]
        low, high = percentile(values[1] - values[0], _LEVEL)
        return Interval(float(low), float(high))

    def _shares(self, one: int, times: int) -> FloatArray:
        counts = self._counts[one]
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        return np.broadcast_to(shares, (times, *shares.shape))

    def expected(self, reference: int, chunk: int) -> tuple[FloatArray, float, float]:
        """Return what a chunk would be if it were as the first results together.

        Parameters
        ----------
        reference : int
            How many results these are.
        chunk : int
            The number of the result whose size the chunk has.

        Returns
        -------
        values : array of float
            The figures of chunks of that size, of references as these may have been.
        own, error : float
            The standard deviations of a chunk, and of the reference.
        """
        rng = np.random.default_rng(0)
        pooled = self._counts[:reference].sum(axis=0)
        # What the reference may be a sample of: half a span more of each kind (Jeffreys).
        weights = rng.gamma(pooled + 0.5, size=(self._times, *pooled.shape))
        shares = weights / weights.sum(axis=-1, keepdims=True)
        shares *= pooled.any(axis=-1)[:, None]
        values = self._figure(_drawn(rng, self._counts[chunk], shares))
        fixed = np.broadcast_to(shares.mean(axis=0), shares.shape)
        own = self._figure(_drawn(rng, self._counts[chunk], fixed))
        error = self._figure(shares * pooled.sum(axis=1)[:, None])
        return values, float(own.std()), float(error.std())

    def small(self, reference: int, chunk: int) -> bool:
        """Return whether a chunk has less than half the spans of the first results, on the mean."""
        sizes = self._counts.sum(axis=(1, 2))
        return bool(2 * sizes[chunk] < sizes[:reference].mean())

    def centre(self, reference: int) -> float:
        """Return the figure of the first results together."""
        return float(self._figure(self._counts[:reference].sum(axis=0)))

    def _figure(self, parts: npt.NDArray[np.generic]) -> FloatArray:
        """Return the figure of counts of shape (…, types, parts)."""
        correct, missed, spurious = np.moveaxis(np.asarray(parts, np.float64), -1, 0)
        sums = np.stack([correct + missed, correct + spurious, correct], axis=-1)
        how = self._options
        # Of one type alone, all averages are the same.
        types = how.types if isinstance(how.types, str) else "union"
        rows = figures(sums, types=types, beta=how.beta, zero_division=how.zero_division)
        place = AVERAGES.index(self._key) - len(AVERAGES)
        chosen: FloatArray = rows[..., place, FIGURES.index("fbeta")]
        return chosen


def _parts(result: Scored, name: str) -> tuple[float, float, float]:
    score = result.micro if name == AVERAGES[0] else result.types.get(name)
    if score is None:
        return 0, 0, 0
    return score.correct, score.gold - score.correct, score.predicted - score.correct


def _drawn(rng: np.random.Generator, sizes: IntArray, shares: FloatArray) -> IntArray:
    """Return drawn counts of shape (times, types, parts), each type as large as it is."""
    out = np.zeros(shares.shape, np.int64)
    for number, size in enumerate(sizes.sum(axis=1)):
        if shares[0, number].any():
            out[:, number] = rng.multinomial(size, shares[:, number])
    return out
