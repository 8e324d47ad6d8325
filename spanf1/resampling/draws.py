"""Sums of counts over resampled units: drawn with replacement, or swapped between systems.

Units with the same row of counts are the same to a sum. So what is drawn is how often each
distinct row occurs, and the sums are one matrix product: the cost grows with the number of
distinct rows, hardly with that of the units.

Each chunk of resamples has a random generator of its own, made of the seed and the chunk's
number. So the same seed gives the same sums, on any number of threads.
"""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from spanf1.exceptions import UsageError

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

T = TypeVar("T")

# How many numbers an array of a chunk holds at most: 1 MB of them stays in a core's cache.
_CELLS = 1 << 17

# Rows of so many units or more are drawn by a Poisson each; the others by a look at a table.
_HEAVY = 64

# So many standard deviations fewer units than there are, are drawn at first.
_SHORT = 2

# The cells of such a table; all tables together stay in a core's cache.
_CELLS_OF_TABLE = 1 << 12

# Up to so many units, the row of each is kept to look it up.
_LISTED = 1 << 22

# A matrix product of fewer multiplications than this BLAS leaves to the thread that asks for it.
_PRODUCT = 200_000
_PRODUCT_ROWS = 2048

# Integers up to here are exact in float32. (In float64 they are up to 2**53.)
_EXACT = 1 << 24


def cores() -> int:
    """Return how many cores there are for this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def bootstrap_sums(
    rows: IntArray, weights: IntArray, resamples: int, seed: int, *, threads: int = 1
) -> Iterator[IntArray]:
    """Yield the sums of resamples: as many units as there are, drawn with replacement.

    Parameters
    ----------
    rows : array of shape (R, ...)
        The distinct rows of counts, each the counts of one unit.
    weights : array of shape (R,)
        How many units have that row.
    resamples : int
        How many resamples to draw.
    seed : int
        Not negative; the same seed gives the same sums.
    threads : int
        How many threads may draw.

    Yields
    ------
    array of shape (chunk, ...)
        The sums of the next resamples; the chunks come to `resamples`.

    Raises
    ------
    UsageError
        If the seed is negative.
    """
    shape = rows.shape[1:]
    columns = math.prod(shape)
    urn = _Urn(weights, int(np.abs(rows).max(initial=0)))
    ordered = rows.reshape(len(rows), columns)[urn.order].astype(urn.dtype)

    def task(rng: np.random.Generator, count: int) -> IntArray:
        return _product(urn.drawn(rng, count), ordered).reshape(count, *shape)

    return _in_chunks(task, resamples, _chunk_size(len(rows), columns), seed, threads)


def bootstrap_sums_of_cells(
    cells: Cells, weights: IntArray, resamples: int, seed: int, *, threads: int = 1
) -> Iterator[IntArray]:
    """Yield what `bootstrap_sums` does, of rows that are mostly 0: few resamples at a time.

    Parameters
    ----------
    cells : Cells
        What is not 0 in them.
    weights, resamples, seed, threads
        As in `bootstrap_sums`.

    Yields
    ------
    array of shape (chunk, columns, …)
    """
    urn = _Urn(weights, int(np.abs(cells.values).max(initial=0)))
    rank = np.zeros(len(weights), np.intp)
    rank[urn.order] = np.arange(len(weights))
    order = np.argsort(cells.column, kind="stable")
    row, column = rank[cells.row[order]], cells.column[order]
    values = cells.values[order].astype(urn.dtype)
    first = np.flatnonzero(np.diff(column, prepend=-1))

    def task(rng: np.random.Generator, count: int) -> IntArray:
        sums = np.zeros((count, cells.columns, values.shape[1]), np.int64)
        if len(first):
            drawn = urn.drawn(rng, count)[:, row]
            for kind in range(values.shape[1]):
                parts = np.add.reduceat(drawn * values[:, kind], first, axis=1)
                sums[:, column[first], kind] = parts
        return sums

    size = _chunk_size(len(weights), len(row), cells.columns * values.shape[1])
    return _in_chunks(task, resamples, size, seed, threads)


class Cells(NamedTuple):
    """What is not 0 in rows of counts.

    Attributes
    ----------
    row, column : array of int, shape (cells,)
        Where each cell is.
    values : array of int, shape (cells, V)
        What is in it: several counts.
    columns : int
        How many columns there are.
    """

    row: IntArray
    column: IntArray
    values: IntArray
    columns: int


class _Urn:
    """Units to draw from.

    How often each row is drawn is a multinomial. That is what independent Poissons are, given
    their sum: so each row is drawn by one, whose means come to a little fewer units than there
    are; what is missing is drawn unit by unit. In the rare case that they are too many, they are
    all drawn anew.
    """

    def __init__(self, weights: IntArray, most: int) -> None:
        #: the rows are drawn in this order
        self.order = np.argsort(-weights, kind="stable")
        self._weights = weights[self.order]
        self._units = int(weights.sum())
        #: floats in which the sums of rows are exact, whose counts are `most` at most
        self.dtype = _exact_floats(most * self._units)
        self._bounds = np.cumsum(self._weights)
        self._listed = None
        if self._units <= _LISTED:
            self._listed = np.repeat(np.arange(len(weights)), self._weights.astype(np.intp))
        share = max(0.0, 1 - _SHORT / math.sqrt(max(self._units, 1)))
        means = self._weights * share
        self._heavy = means[self._weights >= _HEAVY]
        light = means[len(self._heavy) :]
        # Rows of as many units have a table in common.
        kinds = sorted(set(light.tolist()))
        self._kinds = np.searchsorted(kinds, light)
        ends = [_poisson_ends(mean) for mean in kinds]
        self._tables = np.concatenate([np.zeros(0, np.int16), *map(_table, ends)])
        self._offsets = self._kinds * _CELLS_OF_TABLE
        # The distributions one behind another, to be searched at once.
        self._ends = np.concatenate([[0.0], *(part + kind for kind, part in enumerate(ends))])
        self._first = np.searchsorted(self._ends, np.arange(len(ends)), "right")

    def drawn(self, rng: np.random.Generator, count: int) -> npt.NDArray[Any]:
        """Return how often each row is drawn in `count` resamples."""
        drawn = self._poissons(rng, count)
        missing = self._units - drawn.sum(axis=1, dtype=np.float64).astype(np.intp)
        while len(left := np.flatnonzero(missing < 0)):
            drawn[left] = self._poissons(rng, len(left))
            missing[left] = self._units - drawn[left].sum(axis=1, dtype=np.float64)
        more = self._some(rng, int(missing.sum()))
        more += np.repeat(np.arange(count) * len(self._weights), missing)
        drawn += np.bincount(more, minlength=drawn.size).reshape(drawn.shape)
        return drawn

    def _poissons(self, rng: np.random.Generator, count: int) -> npt.NDArray[Any]:
        """Return Poissons of the rows' means, `count` times."""
        heavy, light = len(self._heavy), len(self._offsets)
        bits = np.frombuffer(rng.bytes(2 * count * light), "<u2").reshape(count, light)
        cells = bits & (_CELLS_OF_TABLE - 1)
        values = self._tables.take(cells + self._offsets)
        flat = values.reshape(-1)
        unsure = np.flatnonzero(flat < 0)
        if len(unsure):
            kinds = self._kinds[unsure % light]
            points = (cells.reshape(-1)[unsure] + rng.random(len(unsure))) / _CELLS_OF_TABLE
            places = np.searchsorted(self._ends, points + kinds, "right")
            flat[unsure] = places - self._first[kinds]
        drawn = np.empty((count, heavy + light), self.dtype)
        drawn[:, :heavy] = rng.poisson(self._heavy, (count, heavy))
        drawn[:, heavy:] = values
        return drawn

    def _some(self, rng: np.random.Generator, count: int) -> IntArray:
        """Return the rows of `count` units drawn one by one."""
        if self._listed is not None:
            drawn = rng.integers(0, self._units, count)
            return self._listed.take(drawn.astype(np.intp, copy=False))
        return np.searchsorted(self._bounds, rng.integers(0, self._units, count), "right")


def _poisson_ends(mean: float) -> FloatArray:
    """Return the distribution of a Poisson: the probabilities of so many, or fewer."""
    most = int(mean + 12 * math.sqrt(mean)) + 30
    logs = [k * math.log(mean) - mean - math.lgamma(k + 1) for k in range(most)] if mean else [0.0]
    ends: FloatArray = np.minimum(np.cumsum(np.exp(logs)), 1.0)
    return ends


def _table(ends: FloatArray) -> npt.NDArray[np.int16]:
    """Return the values of a distribution by cells of equal probability.

    It is -1 where a value ends within a cell: a point in it decides.
    """
    edges = np.searchsorted(ends, np.arange(_CELLS_OF_TABLE + 1) / _CELLS_OF_TABLE, "right")
    return np.where(edges[1:] == edges[:-1], edges[:-1], -1).astype(np.int16)


def swap_sums(
    rows: IntArray, weights: IntArray, resamples: int, seed: int, *, threads: int = 1
) -> Iterator[IntArray]:
    """Yield the sums of pairs of systems where each unit is swapped with probability 1/2.

    Approximate randomisation (Noreen 1989; Yeh 2000), of one reference system and any number of
    others at once. One draw of swaps serves all of them.

    Parameters
    ----------
    rows : array of shape (R, S, ...)
        The distinct rows: for each of S systems, the reference first, its counts of one unit.
    weights : array of shape (R,)
        How many units have that row.
    resamples, seed, threads
        As in `bootstrap_sums`.

    Yields
    ------
    array of shape (chunk, S - 1, 2, ...)
        For each of the other systems, what the reference and what that system then has.

    Raises
    ------
    UsageError
        If the seed is negative.
    """
    units, systems, *shape = rows.shape
    columns = math.prod(shape)
    rows = rows.reshape(units, systems, columns)
    totals = np.tensordot(weights, rows, 1)
    start = np.stack([np.broadcast_to(totals[:1], totals[1:].shape), totals[1:]], axis=1)
    gains = (rows[:, 1:] - rows[:, :1]).reshape(units, (systems - 1) * columns)
    kept = np.flatnonzero(gains.any(axis=1))
    kept = kept[np.argsort(weights[kept], kind="stable")]
    gains, weights = gains[kept], weights[kept]
    bound = int((weights @ np.abs(gains)).max(initial=0))
    gains = gains.astype(_exact_floats(bound))

    def task(rng: np.random.Generator, count: int) -> IntArray:
        moved = _product(_heads(weights, rng, count).astype(gains.dtype), gains)
        moved = moved.reshape(count, systems - 1, 1, columns)
        sums: IntArray = start + np.concatenate([moved, -moved], axis=2)
        return sums.reshape(*sums.shape[:-1], *shape)

    size = _chunk_size(len(weights), 2 * gains.shape[1])
    return _in_chunks(task, resamples, size, seed, threads)


def _heads(coins: IntArray, rng: np.random.Generator, count: int) -> IntArray:
    """Return, `count` times, how many of so many coins show heads; `coins` is ascending.

    Few coins are the bits of a random number, many a binomial.
    """
    few, some = np.searchsorted(coins, [8, 64], side="right").tolist()
    heads = np.empty((count, len(coins)), np.int64)
    for part, width in ((slice(0, few), 1), (slice(few, some), 8)):
        kind = f"<u{width}"
        masks = np.array([(1 << coin) - 1 for coin in coins[part].tolist()], kind)
        bits: npt.NDArray[Any] = np.frombuffer(rng.bytes(count * len(masks) * width), kind)
        heads[:, part] = np.bitwise_count(bits.reshape(count, len(masks)) & masks)
    heads[:, some:] = rng.binomial(coins[some:], 0.5, size=(count, len(coins) - some))
    return heads


def _exact_floats(bound: int) -> type[np.floating]:
    """Return the floats in which sums up to `bound` are exact."""
    return np.float32 if bound < _EXACT else np.float64


def _product(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> IntArray:
    """Return the matrix product, in pieces too small for BLAS to start threads of its own.

    Small products take many times as long where its threads wait for each other, or for ours.
    """
    count, inner = left.shape
    step = min(inner, _PRODUCT_ROWS) * right.shape[1]
    stack = _PRODUCT // max(step, 1)
    if stack < 4 or not step:
        plain: IntArray = (left @ right).astype(np.int64)
        return plain
    stack = min(stack, count)
    whole = count // stack * stack
    out = np.zeros((count, right.shape[1]), left.dtype)
    for start in range(0, inner, _PRODUCT_ROWS):
        piece, factor = left[:, start : start + _PRODUCT_ROWS], right[start : start + _PRODUCT_ROWS]
        stacked = piece[:whole].reshape(-1, stack, len(factor)) @ factor
        out[:whole] += stacked.reshape(whole, -1)
        out[whole:] += piece[whole:] @ factor
    return out.astype(np.int64)


def _chunk_size(*widths: int) -> int:
    """Return how many resamples at once, if arrays have so many numbers for each."""
    return max(1, _CELLS // max(1, *widths))


def _in_chunks(
    task: Callable[[np.random.Generator, int], T],
    resamples: int,
    size: int,
    seed: int,
    threads: int,
) -> Iterator[T]:
    """Yield what `task` returns for each chunk, in order."""
    if seed < 0:
        raise UsageError("the seed must not be negative")

    def run(number: int) -> T:
        sequence = np.random.SeedSequence(seed, spawn_key=(number,))
        return task(np.random.default_rng(sequence), min(size, resamples - number * size))

    numbers = range(-(-resamples // size))
    if threads < 2 or len(numbers) < 2:
        return map(run, numbers)
    return _in_threads(run, numbers, threads)


def _in_threads(run: Callable[[int], T], numbers: range, threads: int) -> Iterator[T]:
    from concurrent.futures import Future, ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[Future[T]] = deque()
        for number in numbers:
            ahead.append(pool.submit(run, number))
            if len(ahead) > 2 * threads:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
