"""Gamma: how well the spans of two annotators can be aligned, beyond what chance would align.

Y. Mathet, A. Widlöcher, J.-P. Métivier. 2015. The Unified and Holistic Method Gamma for
Inter-Annotator Agreement Measure and Alignment. Two spans are as dissimilar as their ends are
apart, in relation to their lengths, squared; and 1 more if their types differ. A span that is not
aligned costs 1. The disorder is the least total cost of an alignment, for each span that an
annotator has on average.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.agreement.tokens import Tokens
from spanf1.core.pairing import best_of
from spanf1.core.spans import BoolArray, ranges
from spanf1.core.tags import IntArray
from spanf1.exceptions import InputError

# What a span costs that is not aligned, and two of them, which an alignment is to be better than.
_ALONE, _BOTH = 1.0, 2.0
# Costs are whole numbers of this where alignments are compared.
_UNIT = 1 << 32
# So many samples are drawn at least, and at most; and how sure their mean is to be, at 95%.
_LEAST, _MOST, _PRECISION = 10, 1000, 0.02
_LEVEL = NormalDist().inv_cdf(0.975)
# So many pairs of spans may be looked at.
_PAIRS = 1 << 25


class Gamma(NamedTuple):
    """The gamma of two annotators.

    Attributes
    ----------
    annotators : tuple of str
        Who they are.
    value : float
        1 less the observed disorder by the expected one; NaN where there is none to expect.
    observed, expected : float
        The disorder of what they say, and the mean of what was drawn.
    samples : int
        How many times it was drawn.
    precision : float
        The half width of the 95% interval of the expected disorder, as a share of it.
    """

    annotators: tuple[str, str]
    value: float
    observed: float
    expected: float
    samples: int
    precision: float


class _Units(NamedTuple):
    """The spans of an annotator: which continuum each is in, where, how long it is, its type."""

    continuum: IntArray
    start: IntArray
    length: IntArray
    type: IntArray

    def only(self, some: BoolArray) -> _Units:
        """Return some of them."""
        return _Units(*(column[some] for column in self))


def gamma_of(
    tokens: Tokens, unit: IntArray, pair: tuple[int, int], names: tuple[str, str], seed: int = 0
) -> Gamma:
    """Return the gamma of two annotators.

    Parameters
    ----------
    tokens : Tokens
        The spans, in tokens.
    unit : array of int
        Which continuum each document is of.
    pair : tuple of int
        The two annotators.
    names : tuple of str
        What they are called.
    seed : int
        Where the random numbers begin.

    Raises
    ------
    InputError
        If there are more pairs of spans than can be looked at.

    Notes
    -----
    For two annotators, the best alignment is an assignment, and is found exactly. To draw what to
    expect, either of the two is taken at random for each side of each continuum, and the spans are
    moved round it by a random number of tokens; one that reaches over the end stays whole. It is
    drawn until the mean is as sure as `_PRECISION` says.
    """
    done = np.asarray(tokens.done[:, list(pair)].all(axis=1))
    sizes = np.where(done, tokens.sizes, 0)
    length = np.bincount(unit, sizes, minlength=int(unit.max(initial=0)) + 1).astype(np.int64)
    before = np.cumsum(sizes) - sizes
    inside = before - (np.cumsum(length) - length)[unit]
    sides = []
    for number in pair:
        spans = tokens.spans[number]
        own = _Units(
            unit[spans.document],
            spans.start + inside[spans.document],
            spans.end - spans.start,
            spans.type,
        )
        sides.append(own.only(done[spans.document]))
    longest = max((int(side.length.max(initial=1)) for side in sides), default=1)
    # Spans of two continua are too far apart to be aligned, even one that reaches over the end.
    room = length + 8 * longest + 1
    base = np.cumsum(room) - room
    observed = _disorder(sides[0], sides[1], base)
    rng = np.random.default_rng(seed)
    drawn: list[float] = []
    precision = math.inf
    while len(drawn) < _MOST and (len(drawn) < _LEAST or precision > _PRECISION):
        value = _disorder(_moved(sides, length, rng), _moved(sides, length, rng), base)
        if math.isnan(value):
            # Nobody has any span; or it was one who has none, on both sides.
            if not any(len(side.start) for side in sides):
                return Gamma(names, math.nan, observed, math.nan, 0, math.nan)
            continue
        drawn.append(value)
        mean = float(np.mean(drawn))
        spread = float(np.std(drawn, ddof=1)) if len(drawn) > 1 else math.inf
        precision = _LEVEL * spread / math.sqrt(len(drawn)) / mean if mean else 0.0
    expected = float(np.mean(drawn))
    value = 1 - observed / expected if expected else math.nan
    return Gamma(names, value, observed, expected, len(drawn), precision)


def _moved(sides: list[_Units], length: IntArray, rng: np.random.Generator) -> _Units:
    """Return the spans of one or the other of two for each continuum, moved round it."""
    chosen = rng.integers(len(sides), size=len(length))
    step = rng.integers(np.maximum(length, 1))
    parts = [side.only(chosen[side.continuum] == n) for n, side in enumerate(sides)]
    both = _Units(*map(np.concatenate, zip(*parts, strict=True)))
    start = (both.start + step[both.continuum]) % length[both.continuum]
    return both._replace(start=start)


def _disorder(a: _Units, b: _Units, base: IntArray) -> float:
    """Return the least cost of an alignment, for each span that one has on average."""
    count = len(a.start) + len(b.start)
    if not count:
        return math.nan
    return (_ALONE * count - _saved(a, b, base)) / (count / 2)


def _saved(a: _Units, b: _Units, base: IntArray) -> float:
    """Return how much less the best alignment costs than none."""
    if not len(a.start) or not len(b.start):
        return 0.0
    starts = [side.start + base[side.continuum] for side in (a, b)]
    orders = [np.argsort(start, kind="stable") for start in starts]
    (left, right) = (start[order] for start, order in zip(starts, orders, strict=True))
    long, other = a.length[orders[0]], b.length[orders[1]]
    # Those that are further apart have dissimilarities above 2: their ends are as far apart, or
    # further, than the square root of 2 times both lengths.
    far = np.ceil(math.sqrt(_BOTH) * (long + int(other.max()))).astype(np.int64)
    low = np.searchsorted(right, left - far)
    many = np.searchsorted(right, left + far, "right") - low
    if (pairs := int(many.sum(dtype=np.int64))) > _PAIRS:
        raise InputError(
            f"{pairs} pairs of spans may be aligned, which is more than can be looked at",
            hint="leave gamma (--gamma) out, or mark where documents begin",
        )
    first, second = np.repeat(np.arange(len(left)), many), ranges(low, many)
    apart = np.abs(left[first] - right[second])
    apart += np.abs(left[first] + long[first] - right[second] - other[second])
    cost: npt.NDArray[np.float64] = (apart / (long[first] + other[second])) ** 2
    cost += a.type[orders[0]][first] != b.type[orders[1]][second]
    worth = _BOTH - cost
    kept = worth > 1 / _UNIT
    first, second, worth = first[kept], second[kept], worth[kept]
    taken = best_of(first, second, np.rint(worth * _UNIT).astype(np.int64))
    return float(worth[taken].sum())
