"""What credits come to: sums, counts and partners of spans."""

from __future__ import annotations

from collections import Counter

import numpy as np

from spanf1.core.credits import OUTCOMES, Credits, Sums
from spanf1.core.tags import IntArray


def totals(earnings: Credits) -> tuple[int, int, int, int]:
    """Return the four sums over all types."""
    gold, predicted, right, right_there = (
        earnings.gold.sum(axis=0) + earnings.predicted.sum(axis=0)
    ).tolist()
    return gold, predicted, right, right_there


def sums_by_type(earnings: Credits, gold: IntArray, predicted: IntArray, count: int) -> Sums:
    """Return the four sums of each type, given the types of spans, which are below `count`."""
    sums = np.zeros((count, 4), np.int64)
    np.add.at(sums, gold, earnings.gold)
    np.add.at(sums, predicted, earnings.predicted)
    return sums


def outcome_counts(earnings: Credits) -> dict[str, int]:
    """Return how many there are of each outcome."""
    sides: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for side, _, (outcome, *_) in earnings.rows():
        assert not isinstance(outcome, int)
        sides[side].update(OUTCOMES[number] for number in outcome.tolist())
    return earnings.rule.outcomes(*sides)


def outcomes(earnings: Credits) -> list[list[str]]:
    """Return what each span of both sides is."""
    return [[OUTCOMES[number] for number in side] for side in earnings.outcomes()]


def partners(earnings: Credits) -> list[list[int]]:
    """Return the partner of each span of both sides, or -1; the first one, if there are more."""
    sides = []
    for side, own, other in (
        (earnings.gold, *earnings.pairs),
        (earnings.predicted, *earnings.pairs[::-1]),
    ):
        partner = np.full(len(side), -1, np.intp)
        partner[own[::-1]] = other[::-1]
        sides.append(partner.tolist())
    return sides
