"""Scores: averages, F-beta, and what 0/0 is."""

from __future__ import annotations

import math

import pytest

from spanf1.core.counts import TypeCounts
from spanf1.core.scores import Score, average, f_score, score


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
