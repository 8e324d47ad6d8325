"""Pictures of systems show the tests of a ranking."""

from __future__ import annotations

import json
import random
from itertools import combinations
from pathlib import Path

import pytest

import spanf1
from spanf1.exceptions import UsageError
from spanf1.ranking.picture import groups_of
from spanf1.ranking.rank import Ranking
from spanf1.ranking.report import to_dict

SHARES = {"good": 0.95, "fair": 0.94, "bad": 0.3, "poor": 0.6}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, rng = tmp_path_factory.mktemp("systems"), random.Random(1)
    types = [rng.choice(["A", "B"]) for _ in range(150)]
    (folder / "gold.conll").write_text("".join(f"x B-{name}\n\n" for name in types))
    for system, share in SHARES.items():
        tags = [f"B-{name}" if rng.random() < share else "O" for name in types]
        (folder / f"{system}.conll").write_text("".join(f"x {tag}\n\n" for tag in tags))
    return folder


def ranking_of(folder: Path, *systems: str, **testing: object) -> Ranking:
    how = spanf1.RankingOptions(confidence=spanf1.Confidence(resamples=200), **testing)
    files = {name: folder / f"{name}.conll" for name in systems or SHARES}
    return spanf1.compare(folder / "gold.conll", files, testing=how)


def test_differences_are_those_of_the_ranking(folder: Path) -> None:
    ranking = ranking_of(folder)
    display = ranking.plot()
    assert isinstance(display, spanf1.DifferenceDisplay)
    assert [row.name for row in display.rows] == [pair.system for pair in ranking.differences]
    for row, pair in zip(display.rows, ranking.differences, strict=True):
        assert (row.difference, row.interval) == (pair.difference, pair.interval)
        assert row.p_value == pair.p_adjusted
        assert row.apart == (pair.p_adjusted < 0.05)
    marks = {line.get_label(): line.get_xdata() for line in display.ax_.lines}
    apart = [100 * row.difference for row in display.rows if row.apart]
    assert [*marks["told apart"]] == pytest.approx(apart)
    assert "difference from good" in display.ax_.get_xlabel().replace("\n", " ")


def test_of_two_systems_types_need_no_other_name(folder: Path) -> None:
    display = ranking_of(folder, "good", "bad", per_type=True).plot()
    assert [row.name for row in display.rows] == ["micro", "A", "B"]
    assert display.what == "F1: bad \N{MINUS SIGN} good"
    display = ranking_of(folder, "good", "bad", "poor", per_type=True, all_pairs=True).plot()
    assert display.rows[3].name == "A: poor \N{MINUS SIGN} good"


def test_of_many_types_those_that_differ_most_are_drawn(folder: Path) -> None:
    ranking = ranking_of(folder, "good", "bad", per_type=True)
    (one, other) = (abs(pair.difference) for pair in ranking.differences[1:])
    display = spanf1.DifferenceDisplay.from_ranking(ranking, limit=1)
    assert [row.name for row in display.rows] == ["micro", "A" if one > other else "B"]
    assert display.notes() == ["1 of 2 types are drawn, those that differ most"]


def test_ranks_join_what_is_not_told_apart(folder: Path) -> None:
    ranking = ranking_of(folder, all_pairs=True)
    display = ranking.plot(kind="ranks")
    assert isinstance(display, spanf1.RankDisplay)
    assert display.names == ["good", "fair", "poor", "bad"]
    assert display.scores == [standing.mean for standing in ranking.standings]
    assert display.groups == [[0, 1]]
    joined = {frozenset(display.names[k] for k in group) for group in display.groups}
    assert joined == {frozenset(pair) for pair in ranking.undecided()}


@pytest.mark.parametrize("seed", range(20))
def test_groups_are_the_largest_sets_of_which_no_two_are_told_apart(seed: int) -> None:
    rng = random.Random(seed)
    pairs = {frozenset(p) for p in combinations(range(6), 2) if rng.random() < 0.5}
    sets = [
        {*chosen}
        for size in range(2, 7)
        for chosen in combinations(range(6), size)
        if all(frozenset(pair) in pairs for pair in combinations(chosen, 2))
    ]
    largest = [one for one in sets if not any(one < other for other in sets)]
    assert groups_of(6, pairs) == sorted(sorted(one) for one in largest)


def test_what_was_written_draws_the_same(folder: Path) -> None:
    ranking = ranking_of(folder, all_pairs=True)
    data = json.loads(json.dumps(to_dict(ranking)))
    for kind in (spanf1.DifferenceDisplay, spanf1.RankDisplay):
        of_data, of_ranking = kind.from_dict(data), kind.from_ranking(ranking)
        assert of_data.to_bytes("svg") == of_ranking.to_bytes("svg")


def test_what_cannot_be_drawn(folder: Path) -> None:
    with pytest.raises(UsageError, match="of all pairs"):
        ranking_of(folder).plot(kind="ranks")
    with pytest.raises(UsageError, match="unknown kind 'bars'"):
        ranking_of(folder).plot(kind="bars")


def test_one_run_against_several_has_no_interval(folder: Path) -> None:
    files = {"one": folder / "bad.conll", "two": [folder / "good.conll", folder / "fair.conll"]}
    display = spanf1.compare(folder / "gold.conll", files).plot()
    assert display.to_bytes("svg")
    assert "95% interval" not in [text.get_text() for text in display.ax_.get_legend().get_texts()]
