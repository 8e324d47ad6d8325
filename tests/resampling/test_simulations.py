"""Intervals hold the truth as often as they say, and p is uniform where there is no difference.

These are some corpora of those that tests/simulations.py draws.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.simulations import Compared, World, compared, held, held_by_match, parted

TIMES = 250
# How seldom a true share is to be taken for a wrong one.
RARE = 1e-4

DOCUMENTS = World(50, 10, together=True)


def assert_between(count: int, low: float, high: float) -> None:
    """Assert that so many of `TIMES` can have a share between two."""
    fewest, most = stats.binom.ppf([RARE, 1 - RARE], TIMES, [low, high])
    assert fewest <= count <= most


# A world, what is drawn and how, and between which shares the truth is held.
HELD = {
    "50 sentences, percentile": (World(50), {}, 0.92, 0.96),
    "50 sentences, bca": (World(50), {"method": "bca"}, 0.93, 0.96),
    "250 sentences, percentile": (World(250), {}, 0.94, 0.96),
    "250 sentences, bca": (World(250), {"method": "bca"}, 0.94, 0.96),
    "documents, percentile": (DOCUMENTS, {"unit": "document"}, 0.93, 0.96),
    "documents, bca": (DOCUMENTS, {"unit": "document", "method": "bca"}, 0.93, 0.96),
    "ten gold spans of a type": (World(250, gold=10 / 250), {}, 0.91, 0.97),
    # Why a note is printed.
    "two gold spans of a type": (World(250, gold=2 / 250), {}, 0.75, 0.88),
    "documents, by sentence": (DOCUMENTS, {}, 0.65, 0.85),
}


@pytest.mark.parametrize("name", HELD)
def test_how_often_an_interval_holds_the_truth(name) -> None:
    world, how, low, high = HELD[name]
    count = held(world, TIMES, resamples=500, **how)
    assert_between(count, low, high)


@pytest.mark.slow
@pytest.mark.parametrize("match", ["partial", "type", "jaccard", "fair", "token"])
def test_how_often_an_interval_holds_the_truth_of_a_match(match) -> None:
    assert_between(held_by_match(match, TIMES, seed=1), 0.93, 0.97)


@pytest.mark.slow
def test_how_often_slices_are_said_to_differ_that_do_not() -> None:
    said = parted(50, TIMES, resamples=500, seed=2)
    assert_between(int(said.held.sum()), 0.92, 0.97)
    assert_between(int(np.count_nonzero(said.p_value < 0.05)), 0.03, 0.08)
    assert_between(int(said.found.sum()), 0.02, 0.08)


def assert_uniform(found: Compared, *, within: float = 0.0) -> None:
    for p_values in (found.p_value, found.p_bootstrap):
        for level in (0.05, 0.1, 0.3, 0.5, 0.7, 0.9):
            below = np.count_nonzero(p_values <= level)
            assert_between(below, level - within, level + within)


@pytest.mark.parametrize("unit", ["sentence", "document"])
def test_p_is_uniform_where_neither_system_is_better(unit) -> None:
    world = World(250) if unit == "sentence" else DOCUMENTS
    found = compared(world, TIMES, unit=unit, resamples=500)
    assert_uniform(found, within=0.01)
    assert_between(np.count_nonzero(found.held), 0.93, 0.96)


def test_sentences_that_go_wrong_together_are_not_swapped_one_by_one() -> None:
    found = compared(DOCUMENTS, TIMES, resamples=200)
    assert_between(np.count_nonzero(found.p_value < 0.05), 0.15, 0.35)


# How many runs the two have, whether they differ much, and between which shares 0 is held.
RUNS = {
    "5 and 5": ((5, 5), 0.5, 0.93, 0.99),
    "3 and 5": ((3, 5), 0.5, 0.92, 0.99),
    # Of runs that are much alike, the difference of the sentences counts twice.
    "5 and 5, much alike": ((5, 5), 0.1, 0.95, 1.0),
    # Why a note is printed.
    "2 and 2": ((2, 2), 0.5, 0.86, 0.93),
}


@pytest.mark.parametrize("name", RUNS)
def test_several_runs_of_systems_of_which_neither_is_better(name) -> None:
    runs, spread, low, high = RUNS[name]
    found = compared(World(200, spread=spread), TIMES, runs, resamples=300)
    assert_between(np.count_nonzero(found.held), low, high)
    assert_between(np.count_nonzero(found.p_bootstrap < 0.05), 1 - high, 1 - low)
    # By permutation p is at most as often below a level as the level says.
    for level in (0.05, 0.1, 0.3, 0.5):
        assert_between(np.count_nonzero(found.p_value <= level), 0, level)


def test_one_run_against_several_has_a_test_and_no_interval() -> None:
    found = compared(World(200, spread=0.5), TIMES, (1, 5), resamples=20)
    assert not found.held.any()
    assert np.isnan(found.p_bootstrap).all()
    for sixths in range(1, 7):
        below = np.count_nonzero(found.p_value <= sixths / 6 + 1e-9)
        assert_between(below, sixths / 6, sixths / 6)
