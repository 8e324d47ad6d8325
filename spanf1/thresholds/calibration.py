"""Whether confidences are what they say: bins, errors of calibration, risk and coverage."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from spanf1.thresholds.curve import Curve, Predictions

#: how many bins there are, if no other number is given
BINS = 10


class Bin(NamedTuple):
    """The predictions whose confidence is above `low`, and up to `high`; the first has 0, too.

    Attributes
    ----------
    low, high : float
        Its ends.
    predicted : int
        How many predictions are in it.
    confidence, precision : float
        Their mean confidence, and how much of them is right; NaN if there are none.
    """

    low: float
    high: float
    predicted: int
    confidence: float
    precision: float


class Calibration(NamedTuple):
    """How far confidences are from the share of predictions that is right.

    Attributes
    ----------
    bins : list of Bin
        Bins of equal width.
    ece : float
        The expected calibration error: the mean distance of confidence and precision of bins,
        each weighed by its predictions.
    brier : float
        The mean squared distance of confidence from 1 of right and 0 of wrong predictions.

    Notes
    -----
    C. Guo, G. Pleiss, Y. Sun, K. Weinberger. 2017. On Calibration of Modern Neural Networks.
    G. Brier. 1950. Verification of Forecasts Expressed in Terms of Probability. What is missed has
    no confidence: it counts in none of them.
    """

    bins: list[Bin]
    ece: float
    brier: float

    @classmethod
    def of(cls, predictions: Predictions, bins: int = BINS) -> Calibration | None:
        """Return the calibration of predictions; None if they are no probabilities."""
        confidence, right = predictions.confidence, predictions.right
        if not len(confidence) or confidence.min() < 0 or confidence.max() > 1:
            return None
        edges = np.arange(1, bins) / bins
        place = np.searchsorted(edges, confidence, "left")
        counts = np.bincount(place, minlength=bins)
        means = np.bincount(place, confidence, bins) / np.maximum(counts, 1)
        shares = np.bincount(place, right, bins) / np.maximum(counts, 1)
        rows = [
            Bin(number / bins, (number + 1) / bins, count, *(pair if count else [math.nan] * 2))
            for number, (count, *pair) in enumerate(
                zip(counts.tolist(), means.tolist(), shares.tolist(), strict=True)
            )
        ]
        ece = float(counts @ np.abs(means - shares)) / len(confidence)
        return cls(rows, ece, float(np.mean((confidence - right) ** 2)))


class Covered(NamedTuple):
    """How much is wrong of what is kept, where so much of the predictions is kept, or more."""

    coverage: float
    threshold: float
    risk: float


def risk_and_coverage(curve: Curve, parts: int = 10) -> list[Covered]:
    """Return the risk where a tenth of the predictions is kept, two tenths, and so on.

    Equal confidences enter together, so that more may be kept than was to be.
    """
    if not len(curve.threshold):
        return []
    every = int(curve.predicted[-1])
    # Whole numbers: nothing is rounded up that is enough.
    wanted = -(-every * np.arange(1, parts + 1) // parts)
    rows = np.unique(np.searchsorted(curve.predicted, wanted))
    return [
        Covered(
            int(curve.predicted[row]) / every,
            float(curve.threshold[row]),
            1 - int(curve.correct[row]) / int(curve.predicted[row]),
        )
        for row in rows.tolist()
    ]


def area_under_risk(curve: Curve) -> float:
    """Return the mean risk over all coverages; NaN without predictions.

    Notes
    -----
    Y. Geifman, G. Uziel, R. El-Yaniv. 2019. Bias-Reduced Uncertainty Estimation for Deep Neural
    Classifiers. Of equal confidences, each has the risk of all of them together.
    """
    if not len(curve.threshold):
        return math.nan
    entered = np.diff(curve.predicted, prepend=0)
    risk = 1 - curve.correct / curve.predicted
    return float(entered @ risk / curve.predicted[-1])
