"""Sums of counts over resampled units: drawn with replacement, or swapped between systems.

Units with the same row of counts are the same to a sum. So what is drawn is how often each
distinct row occurs, and the sums are one matrix product: the cost grows with the number of
distinct rows, hardly with that of the units.

Each chunk of resamples has a random generator of its own, made of the seed and the chunk's
number. So the same seed gives the same sums, on any number of threads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from spanf1.errors import UsageError

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

T = TypeVar("T")

# How many numbers an array of a chunk holds at most: 2 MB of them stay in a core's cache.
_CELLS = 1 << 18

# How many units are drawn one by one at a time: few enough for memory that is there already.
_DRAWS = 1 << 13

# Rows of so many units or more are drawn by a binomial each; the units of the others one by one.
_HEAVY = 24

# A matrix product of fewer multiplications than this BLAS leaves to the thread that asks for it.
_PRODUCT = 200_000
_PRODUCT_ROWS = 2048

# Integers up to here are exact in float32. (In float64 they are up to 2**53.)
_EXACT = 1 << 24


def bootstrap_sums(
    rows: IntArray, weights: IntArray, resamples: int, seed: int, *, threads: int = 1
) -> Iterator[IntArray]:
    """Yield the sums of resamples: as many units as there are, drawn with replacement.

    Parameters
    ----------
    rows : array of shape (R, C)
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
    array of shape (chunk, C)
        The sums of the next resamples; the chunks come to `resamples`.

    Raises
    ------
    UsageError
        If the seed is negative.
    """
    urn = _urn(rows, weights)
    size = _chunk_size(*rows.shape, len(urn.light))
    return _in_chunks(lambda rng, count: _draw(urn, rng, count), resamples, size, seed, threads)


class _Urn(NamedTuple):
    """Units to draw from: the rows, heaviest first, and which units of light rows there are.

    `classes` are the weights of the heavy rows and, if there are light ones, of all those
    together. `light` is for each unit of a light row that row's number, from 0.
    """

    rows: npt.NDArray[Any]
    classes: IntArray
    light: IntArray


def _urn(rows: IntArray, weights: IntArray) -> _Urn:
    order = np.argsort(-weights, kind="stable")
    rows, weights = rows[order], weights[order]
    heavy = int(np.count_nonzero(weights >= _HEAVY))
    light = np.repeat(np.arange(len(weights) - heavy), weights[heavy:])
    classes = np.append(weights[:heavy], len(light)) if len(light) else weights[:heavy]
    bound = int(np.abs(rows).max(initial=0)) * int(weights.sum())
    return _Urn(_exact_floats(rows, bound), classes, light)


def _draw(urn: _Urn, rng: np.random.Generator, count: int) -> IntArray:
    """Return the sums of `count` resamples."""
    drawn = np.zeros((count, len(urn.rows)), urn.rows.dtype)
    units = int(urn.classes.sum())
    if units:
        classes = rng.multinomial(units, urn.classes / units, size=count)
        heavy = len(urn.classes) - bool(len(urn.light))
        drawn[:, :heavy] = classes[:, :heavy]
        if len(urn.light):
            _draw_light(urn.light, rng, classes[:, heavy], drawn[:, heavy:])
    return _product(drawn, urn.rows)


def _draw_light(
    light: IntArray, rng: np.random.Generator, each: IntArray, drawn: npt.NDArray[Any]
) -> None:
    """Draw so many light units in each resample, and count their rows in `drawn`."""
    some = max(1, _DRAWS // len(light))
    for first in range(0, len(each), some):
        ends = each[first : first + some].cumsum().tolist()
        picks = light.take(rng.integers(0, len(light), ends[-1]))
        start = 0
        for row, end in enumerate(ends, first):
            drawn[row] = np.bincount(picks[start:end], minlength=drawn.shape[1])
            start = end


def swap_sums(
    rows: IntArray, weights: IntArray, resamples: int, seed: int, *, threads: int = 1
) -> Iterator[IntArray]:
    """Yield the sums of pairs of systems where each unit is swapped with probability 1/2.

    Approximate randomisation (Noreen 1989; Yeh 2000), of one reference system and any number of
    others at once. One draw of swaps serves all of them.

    Parameters
    ----------
    rows : array of shape (R, S, C)
        The distinct rows: for each of S systems, the reference first, its counts of one unit.
    weights : array of shape (R,)
        How many units have that row.
    resamples, seed, threads
        As in `bootstrap_sums`.

    Yields
    ------
    array of shape (chunk, S - 1, 2, C)
        For each of the other systems, what the reference and what that system then has.

    Raises
    ------
    UsageError
        If the seed is negative.
    """
    units, systems, columns = rows.shape
    totals = np.tensordot(weights, rows, 1)
    start = np.stack([np.broadcast_to(totals[:1], totals[1:].shape), totals[1:]], axis=1)
    gains = (rows[:, 1:] - rows[:, :1]).reshape(units, (systems - 1) * columns)
    kept = np.flatnonzero(gains.any(axis=1))
    kept = kept[np.argsort(weights[kept], kind="stable")]
    gains, weights = gains[kept], weights[kept]
    bound = int((weights @ np.abs(gains)).max(initial=0))
    gains = _exact_floats(gains, bound)

    def task(rng: np.random.Generator, count: int) -> IntArray:
        moved = _product(_heads(weights, rng, count).astype(gains.dtype), gains)
        moved = moved.reshape(count, systems - 1, 1, columns)
        sums: IntArray = start + np.concatenate([moved, -moved], axis=2)
        return sums

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


def _exact_floats(rows: IntArray, bound: int) -> npt.NDArray[Any]:
    """Return the rows as floats in which sums up to `bound` are exact."""
    return rows.astype(np.float32 if bound < _EXACT else np.float64)


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
