"""Example B: six predictions, three of them right, and five spans in gold."""

from __future__ import annotations

from typing import Any

import numpy as np

from spanf1.thresholds.curve import Predictions

CONFIDENCES = [0.95, 0.9, 0.8, 0.7, 0.7, 0.4]
RIGHT = [1, 1, 0, 1, 0, 0]
GOLD = 5


def example() -> Predictions:
    """Return Example B as arrays: each span is a unit of its own."""
    return Predictions(
        np.array(CONFIDENCES),
        np.array(RIGHT, bool),
        np.zeros(6, np.intp),
        np.arange(6),
        np.zeros(GOLD, np.intp),
        np.array([0, 1, 3, 6, 7]),
        ["PER"],
        8,
    )


def records() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return Example B as records: gold and predictions; the last two are never predicted."""
    gold, predicted = [], []
    for number in range(8):
        span = {"start": 0, "end": 3, "label": "PER"}
        there = number >= 6 or RIGHT[number]
        gold.append({"text": "Ada", "id": number, "spans": [span] if there else []})
        own = [{**span, "score": CONFIDENCES[number]}] if number < 6 else []
        predicted.append({"text": "Ada", "id": number, "spans": own})
    return gold, predicted


def drawn(seed: int, count: int, *, types: int = 2, digits: int = 2) -> Predictions:
    """Return random predictions with ties, more often right where they are confident."""
    rng = np.random.default_rng(seed)
    confidence = rng.random(count).round(digits)
    right = rng.random(count) < confidence
    kind = rng.integers(0, types, count)
    units = max(count // 3, 1)
    unit = rng.integers(0, units, count)
    missed = rng.integers(1, 4)
    return Predictions(
        confidence,
        right,
        kind,
        unit,
        np.concatenate([kind[right], rng.integers(0, types, missed)]),
        np.concatenate([unit[right], rng.integers(0, units, missed)]),
        [f"T{number}" for number in range(types)],
        units,
    )
