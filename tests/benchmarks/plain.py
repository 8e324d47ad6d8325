"""Resampling in the plain way: sentence by sentence, nothing put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.benchmarks.inputs import SEED, TYPES

#: how many resamples there are by default
RESAMPLES = 10_000

#: spans in gold, predicted, and right: the last axis
Counts = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


def sentence_counts(gold: Path, predicted: Path | None = None) -> Counts:
    """Return the counts of each sentence and type, (sentences, types, 3), found by plain Python.

    The tags of each are in the last column; those of one file in the last but one and the last.
    """
    sides = _tags(gold, -1 if predicted else -2), _tags(predicted or gold, -1)
    spans = (map(_spans, pair) for pair in zip(*sides, strict=True))
    counts = (
        sum(kind == span[0] for span in part)
        for truth, found in spans
        for kind in TYPES
        for part in (truth, found, truth & found)
    )
    return np.fromiter(counts, np.int64).reshape(-1, len(TYPES), 3)


def _tags(path: Path, column: int) -> Iterator[list[str]]:
    """Yield the tags of each sentence."""
    tags: list[str] = []
    with path.open() as file:
        for line in file:
            if line != "\n":
                tags.append(line.split()[column])
            elif tags:
                yield tags
                tags = []


def _spans(tags: Iterable[str]) -> set[tuple[str, int, int]]:
    """Return type, start and end of the spans; one may begin with I."""
    spans, open_type, start = set(), "", 0
    for place, tag in enumerate([*tags, "O"]):
        prefix, _, kind = tag.partition("-")
        if prefix != "I" or kind != open_type:
            if open_type:
                spans.add((open_type, start, place))
            open_type, start = kind, place
    return spans


def figures(sums: Counts) -> FloatArray:
    """Return P, R and F1, (..., types + 3, 3), of sums (..., types, 3): averages come last."""
    sums = np.concatenate((sums, sums.sum(axis=-2, keepdims=True)), axis=-2)
    gold, predicted, right = np.moveaxis(sums, -1, 0)
    ratios = right / predicted, right / gold, 2 * right / (gold + predicted)
    rows = np.stack(ratios, axis=-1)
    types, support = rows[..., :-1, :], sums[..., :-1, :1]
    macro = types.mean(axis=-2, keepdims=True)
    weighted = (types * support).sum(-2, keepdims=True) / support.sum(-2, keepdims=True)
    return np.concatenate((rows, macro, weighted), axis=-2)


def sums_of(counts: Counts, resamples: int) -> Counts:
    """Return the sums of resamples of the sentences, each drawn by itself."""
    rng = np.random.default_rng(SEED)
    rows = counts.reshape(len(counts), -1)
    draws = (rng.integers(0, len(rows), len(rows)) for _ in range(resamples))
    sums = [rows.take(drawn, axis=0).sum(axis=0) for drawn in draws]
    return np.stack(sums).reshape(resamples, *counts.shape[1:])


def intervals(counts: Counts, resamples: int) -> FloatArray:
    """Return the two ends of the intervals of `figures`."""
    values = figures(sums_of(counts, resamples))
    return np.percentile(values, [2.5, 97.5], axis=0)


def randomization(counts: Counts, resamples: int = RESAMPLES) -> float:
    """Return the p-value of a difference in micro F1 of two systems, (sentences, 2, 3).

    In each resample, each sentence is swapped between the two, or not.
    """
    rng = np.random.default_rng(SEED)
    first, second = counts[:, 0], counts[:, 1]
    total = counts.sum(axis=(0, 1))

    def difference(sums: Counts) -> float:
        one, other = (2 * right / (gold + found) for gold, found, right in (sums, total - sums))
        return float(abs(one - other))

    observed = difference(first.sum(axis=0))
    as_large = 1
    for _ in range(resamples):
        swapped = rng.random(len(counts)) < 0.5
        sums = np.where(swapped[:, None], second, first).sum(axis=0)
        as_large += difference(sums) >= observed - 1e-12
    return as_large / (resamples + 1)
