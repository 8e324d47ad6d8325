"""Figures of agreement as functions of sums: what each adds up, and what it makes of that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.resampling.inference import Interval

FloatArray = npt.NDArray[np.float64]


class Block(NamedTuple):
    """A figure, and what it is made of.

    Attributes
    ----------
    name : str
        What it is called: ``f1``, ``kappa``, ``fleiss``, ``alpha``, …
    universe : str
        What is classified, where that is to be said.
    annotators : tuple of str
        Whose agreement it is.
    rows : array of int, shape (units, width)
        What is added up, for each unit that is drawn.
    value : callable
        From sums of shape (..., width) to figures.
    """

    name: str
    universe: str
    annotators: tuple[str, ...]
    rows: npt.NDArray[np.int64]
    value: Callable[[FloatArray], FloatArray]


class Figure(NamedTuple):
    """A figure of agreement, whose it is, and how sure it is.

    Attributes
    ----------
    name : str
        What it is called, as in `Block`.
    universe : str
        What is classified, where that is to be said.
    annotators : tuple of str
        Whose agreement it is.
    value : float
        The figure; NaN where it is not defined.
    interval : Interval
        Its interval; NaN if there is none.
    """

    name: str
    universe: str
    annotators: tuple[str, ...]
    value: float
    interval: Interval


def values_of(blocks: Sequence[Block], sums: npt.NDArray[np.int64]) -> FloatArray:
    """Return all figures, given the sums of all blocks side by side; shape (..., blocks)."""
    found, start = [], 0
    for block in blocks:
        stop = start + block.rows.shape[1]
        found.append(block.value(np.asarray(sums[..., start:stop], np.float64)))
        start = stop
    return np.stack(found, axis=-1)
