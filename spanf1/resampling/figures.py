"""Precision, recall and F of many sums at once: what `spanf1.core.scores` says, on arrays.

The last axis of sums is (gold, predicted, correct), that of scores (precision, recall, F1,
F-beta). Axes before are as many as you like.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def f_scores(
    sums: npt.NDArray[Any], *, beta: float = 1.0, zero_division: float = 0.0
) -> FloatArray:
    """Return F-beta of each triple of sums; see `spanf1.core.scores.f_score`.

    Parameters
    ----------
    sums : array of shape (..., 3)
        Spans in gold, predicted, and correct.
    beta : float
        How many times as much as precision recall weighs.
    zero_division : float
        What 0/0 is: 0, 1 or NaN.

    Returns
    -------
    array of shape (...)
    """
    gold, predicted, correct = np.moveaxis(np.asarray(sums, np.float64), -1, 0)
    share = 1 / (1 + beta * beta)
    out: FloatArray = np.where(gold + predicted > 0, 0.0, zero_division)
    whole = share * predicted + (1 - share) * gold
    np.divide(correct, whole, out=out, where=correct > 0)
    return out


def scores_of(
    sums: npt.NDArray[Any], *, beta: float = 1.0, zero_division: float = 0.0
) -> FloatArray:
    """Return P, R, F1 and F-beta of each triple of sums; see `spanf1.core.scores.score`.

    Parameters
    ----------
    sums, beta, zero_division
        As in `f_scores`.

    Returns
    -------
    array of shape (..., 4)
    """
    sums = np.asarray(sums, np.float64)
    out = np.full((*sums.shape[:-1], 4), zero_division, np.float64)
    for column, whole in enumerate((sums[..., 1], sums[..., 0])):
        np.divide(sums[..., 2], whole, out=out[..., column], where=whole > 0)
    out[..., 2] = f_scores(sums, zero_division=zero_division)
    out[..., 3] = (
        out[..., 2] if beta == 1 else f_scores(sums, beta=beta, zero_division=zero_division)
    )
    return out


def figures(
    sums: npt.NDArray[Any],
    *,
    types: str | Collection[str] = "union",
    beta: float = 1.0,
    zero_division: float = 0.0,
) -> FloatArray:
    """Return the scores of each type, and their averages; see `spanf1.core.scores.average`.

    Parameters
    ----------
    sums : array of shape (..., T, 3)
        For each of T types, spans in gold, predicted, and correct.
    types : str or collection of str
        What macro and weighted run over: ``union``, ``gold`` or ``predicted``, found anew in
        each row of sums; or names, which stand for all T. As in `spanf1.Options`.
    beta, zero_division : float
        As in `f_scores`.

    Returns
    -------
    array of shape (..., T + 3, 4)
        The types in their order, then the averages, as `spanf1.core.scores.AVERAGES` names them.
    """
    sums = np.asarray(sums, np.float64)
    gold, predicted = sums[..., 0], sums[..., 1]
    present = {"union": gold + predicted, "gold": gold, "predicted": predicted}
    over = present[types] > 0 if isinstance(types, str) else np.ones(gold.shape, bool)

    def score(part: FloatArray) -> FloatArray:
        return scores_of(part, beta=beta, zero_division=zero_division)

    rows = score(sums)
    total = score(np.where(over[..., None], sums, 0.0).sum(axis=-2))
    averages = [
        score(sums.sum(axis=-2)),
        _mean(rows, over.astype(np.float64), total),
        _mean(rows, over * gold, total),
    ]
    return np.concatenate([rows, np.stack(averages, axis=-2)], axis=-2)


def _mean(rows: FloatArray, weights: FloatArray, otherwise: FloatArray) -> FloatArray:
    """Return weighted means over types, NaN left out; `otherwise` where there is no weight."""
    defined = ~np.isnan(rows)
    shares = weights[..., None] * defined
    whole = shares.sum(axis=-2)
    parts = (np.where(defined, rows, 0.0) * shares).sum(axis=-2)
    out = otherwise.copy()
    np.divide(parts, whole, out=out, where=whole > 0)
    return out
