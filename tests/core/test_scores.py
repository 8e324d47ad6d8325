"""Scores: averages, F-beta, and what 0/0 is."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest

from spanf1.core import scores as scores_module
from spanf1.core.scores import (
    COUNTS,
    FIGURES,
    Score,
    TypeCounts,
    average,
    f_score,
    f_scores,
    score,
    scores_of,
)


@pytest.mark.parametrize(
    ("counts", "beta", "expected"),
    [
        (TypeCounts(4, 5, 3), 1.0, 2 * 3 / 9),
        (TypeCounts(4, 5, 3), 2.0, 5 * 3 / (4 * 4 + 5)),
        (TypeCounts(4, 5, 3), 0.5, 1.25 * 3 / (0.25 * 4 + 5)),
        (TypeCounts(4, 5, 3), 0.0, 3 / 5),
        (TypeCounts(4, 5, 3), math.inf, 3 / 4),
        (TypeCounts(4, 5, 0), 1.0, 0.0),
        (TypeCounts(4, 0, 0), 1.0, 0.0),
    ],
)
def test_f_score(counts: TypeCounts, beta: float, expected: float) -> None:
    # (1 + b²) correct / (b² gold + predicted) is the same by another way
    assert f_score(counts, beta) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("zero", [0.0, 1.0])
@pytest.mark.parametrize(
    ("counts", "undefined"),
    [
        (TypeCounts(0, 0, 0), {"precision", "recall", "f1", "fbeta"}),
        (TypeCounts(3, 0, 0), {"precision"}),
        (TypeCounts(0, 3, 0), {"recall"}),
        (TypeCounts(3, 3, 0), set()),
    ],
)
def test_zero_division(counts: TypeCounts, undefined: set[str], zero: float) -> None:
    row = score(counts, zero_division=zero)
    for figure in ("precision", "recall", "f1", "fbeta"):
        assert getattr(row, figure) == (zero if figure in undefined else 0.0), figure


def test_nan_is_left_out_of_means() -> None:
    types = {
        name: score(counts, zero_division=math.nan)
        for name, counts in {"A": TypeCounts(2, 2, 1), "B": TypeCounts(2, 0, 0)}.items()
    }
    macro = average(types, types, zero_division=math.nan).macro
    assert macro.precision == 0.5  # B's is 0/0
    assert macro.recall == 0.25
    assert macro.f1 == 0.25
    assert math.isnan(average({}, [], zero_division=math.nan).macro.f1)


def test_macro_f1_is_the_mean_of_f1() -> None:
    types = {"A": score(TypeCounts(1, 4, 1)), "B": score(TypeCounts(4, 1, 1))}
    macro = average(types, types).macro
    assert macro.f1 == pytest.approx(0.4)  # both are 0.4
    assert macro.precision == macro.recall == 0.625  # whose harmonic mean is 0.625


def test_weighted_weighs_by_gold() -> None:
    types = {"A": score(TypeCounts(3, 3, 3)), "B": score(TypeCounts(1, 1, 0))}
    assert average(types, types).weighted.f1 == 0.75
    assert average(types, types).micro == Score(0.75, 0.75, 0.75, 0.75, 4, 4, 3)


def test_macro_over_some_types() -> None:
    types = {"A": score(TypeCounts(3, 3, 3)), "B": score(TypeCounts(0, 1, 0))}
    assert average(types, ["A"]).macro.f1 == 1.0
    assert average(types, types).macro.f1 == 0.5
    assert average(types, ["A"]).micro.predicted == 4


def test_counts_stand_behind_the_figures() -> None:
    assert (*FIGURES, *COUNTS) == Score._fields
    assert score(TypeCounts(4, 5, 3)).counts == TypeCounts(gold=4, predicted=5, correct=3)


class Credits(NamedTuple):
    """Counts of a match that credits the sides apart."""

    gold: int
    predicted: int
    credited_gold: int
    credited_predicted: int


def some_credits() -> np.ndarray:
    rng = np.random.default_rng(0)
    wholes = rng.integers(0, 5, (300, 2))
    return np.concatenate([wholes, rng.integers(0, wholes + 1)], axis=1)


@pytest.mark.parametrize("unit", [1, 1 << 32])
@pytest.mark.parametrize("beta", [1.0, 2.0, 0.5, 0.0])
def test_scores_are_made_of_four_sums(monkeypatch, beta: float, unit: int) -> None:
    rows = some_credits() * unit
    expected = []
    for gold, predicted, credited_gold, credited_predicted in (rows // unit).tolist():
        precision = credited_predicted / predicted if predicted else 0.0
        recall = credited_gold / gold if gold else 0.0
        both = precision and recall
        f = [
            (1 + b * b) * precision * recall / (b * b * precision + recall) if both else 0.0
            for b in (1.0, beta)
        ]
        expected.append([precision, recall, *f])
    one_by_one = [f_score(Credits(*row), beta) for row in rows.tolist()]
    assert one_by_one == pytest.approx([row[-1] for row in expected], abs=1e-15)
    monkeypatch.setattr(scores_module, "TypeCounts", Credits)
    np.testing.assert_allclose(scores_of(rows, beta=beta), expected, rtol=0, atol=1e-15)


def test_equal_credits_on_both_sides_are_one_count_to_the_last_bit(monkeypatch) -> None:
    rows = some_credits()
    credited = rows[:, 2:].min(axis=1, keepdims=True)
    exact = f_scores(np.concatenate([rows[:, :2], credited], axis=1), beta=0.3)
    monkeypatch.setattr(scores_module, "TypeCounts", Credits)
    apart = f_scores(np.concatenate([rows[:, :2], credited, credited], axis=1), beta=0.3)
    assert (exact == apart).all()
