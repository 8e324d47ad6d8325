"""Overlaps of spans, and the best pairing of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanf1.core import overlaps as overlaps_module
from spanf1.core import pairing
from spanf1.core.matching import match_multisets
from spanf1.core.overlaps import Places, find_overlaps
from spanf1.core.pairing import assign, best_pairs, canonical_pairs
from spanf1.core.spans import Parts, SpanBatch, Spans
from spanf1.exceptions import InputError
from tests.helpers.spans import (
    EXAMPLE_GOLD,
    EXAMPLE_PREDICTED,
    Typed,
    pairings,
    places_of,
    sample,
    shuffled,
    sides,
    spans_of,
    units,
)
from tests.helpers.strategies import seeds, steady


def canonical(gold: list[Typed], predicted: list[Typed]) -> list[tuple[Typed, Typed]]:
    overlaps = find_overlaps(places_of(gold), places_of(predicted))
    rows, columns = overlaps.given(canonical_pairs(overlaps))
    return [(gold[i], predicted[j]) for i, j in zip(rows, columns, strict=True)]


# Overlaps.


@steady
@given(sides(7))
def test_overlaps_are_those_of_sets_of_units(case: tuple[list[Typed], list[Typed]]) -> None:
    gold, predicted = case
    overlaps = find_overlaps(places_of(gold), places_of(predicted))
    rows, columns = overlaps.given(np.arange(len(overlaps.gold)))
    found = {
        (i, j): tuple(values)
        for i, j, *values in zip(
            *map(
                np.ndarray.tolist, (rows, columns, overlaps.shared, overlaps.same, overlaps.alike)
            ),
            strict=True,
        )
    }
    assert len(found) == len(rows)
    assert found == {
        (i, j): (shared, units(one) == units(other), one[0] == other[0])
        for i, one in enumerate(gold)
        for j, other in enumerate(predicted)
        if (shared := len(units(one) & units(other)))
    }
    assert [*zip(overlaps.gold, overlaps.predicted, strict=True)] == sorted(
        zip(overlaps.gold, overlaps.predicted, strict=True)
    )


def test_an_empty_span_overlaps_an_equal_one_alone() -> None:
    gold = spans_of("PER 3 3, PER 0 5, PER 5 5")
    overlaps = find_overlaps(places_of(gold), places_of(spans_of("PER 3 3, PER 2 4, PER 3 4")))
    assert {*zip(*map(np.ndarray.tolist, overlaps.given(np.arange(3))), strict=True)} == {
        (0, 0),
        (1, 1),
        (1, 2),
    }


def test_parts_that_touch_or_overlap_are_one() -> None:
    gold = Places(
        np.array([0]),
        np.array([9]),
        np.array([1]),
        Parts(np.array([0, 0, 0]), np.array([7, 0, 2]), np.array([9, 4, 5])),
    )
    predicted = places_of(spans_of("ORG 0 5+7 9, ORG 5 7, ORG 0 9"))
    overlaps = find_overlaps(gold, predicted)
    assert overlaps.given(np.arange(2))[1].tolist() == [2, 0]
    assert overlaps.same.tolist() == [False, True]
    assert overlaps.shared.tolist() == [7, 7]


def test_no_spans() -> None:
    for gold, predicted in ("", ""), ("PER 0 2", ""), ("", "PER 0 2+3 4"):
        assert canonical(spans_of(gold), spans_of(predicted)) == []


def test_spans_that_are_there_too_often_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(overlaps_module, "MOST", 100)
    monkeypatch.setattr(overlaps_module, "MOST_EACH", 19)
    places = places_of(spans_of("PER 0 2") * 20)
    with pytest.raises(InputError, match=r"^400 pairs of spans overlap"):
        find_overlaps(places, places)


def test_more_pairs_than_words_of_32_bits_count_are_refused() -> None:
    """There are 2 ** 32 of them, of which 32 bits say that there are none."""
    many = np.zeros(1 << 16, np.intp)
    places = Places(many, many + 1, many)
    with pytest.raises(InputError, match=r"^4294967296 pairs of spans overlap"):
        find_overlaps(places, places)


def test_keys_of_two_numbers_are_of_64_bits() -> None:
    """Of start and detail, one span has the key of the first plus 2 ** 32, and is no other."""
    index = np.arange(70_000)
    last, detail = divmod(1 << 32, len(index))

    def spans(number):
        start = number + (1 << 29)
        return Spans(start, start + (1 << 30), np.ones_like(number), np.zeros_like(number))

    batch = SpanBatch(spans(index), spans(np.array([last])), 0, 0, (index, np.array([detail])))
    assert [len(side) for side in match_multisets(batch)] == [0, 0]


def test_spans_anywhere() -> None:
    far = 1 << 60
    gold = Places(np.array([0, far]), np.array([far, far + 2]), np.array([0, 1]))
    overlaps = find_overlaps(gold, gold)
    assert overlaps.shared.tolist() == [far, 2]
    assert len(canonical_pairs(overlaps)) == 2


# Pairings.


@steady
@given(sides(), st.data())
def test_the_best_of_all_pairings(
    case: tuple[list[Typed], list[Typed]], data: st.DataObject
) -> None:
    overlaps = find_overlaps(*map(places_of, case))
    count = len(overlaps.gold)
    which = np.flatnonzero(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    values = st.lists(st.integers(0, 3), min_size=len(which), max_size=len(which))
    levels = [np.array(data.draw(values), np.int64) for _ in range(2)]
    taken = best_pairs(overlaps, which, *levels)
    assert taken.tolist() == sorted(taken.tolist())
    cells = [*zip(overlaps.gold[which].tolist(), overlaps.predicted[which].tolist(), strict=True)]
    worth = dict(zip(cells, zip(*(level.tolist() for level in levels), strict=True), strict=True))

    def score(cells: list[tuple[int, int]]) -> tuple[int, ...]:
        return (*(sum(worth[cell][k] for cell in cells) for k in range(2)), len(cells))

    chosen = [*zip(overlaps.gold[taken].tolist(), overlaps.predicted[taken].tolist(), strict=True)]
    assert chosen in [*pairings(cells)]
    assert score(chosen) == max(map(score, pairings(cells)))


@steady
@given(sides(6), seeds)
def test_the_order_of_spans_changes_no_pair(
    case: tuple[list[Typed], list[Typed]], seed: int
) -> None:
    gold, predicted = case
    other = canonical(shuffled(gold, seed), shuffled(predicted, seed + 1))
    assert other == canonical(gold, predicted)


def test_the_order_of_spans_changes_no_pair_of_large_groups(monkeypatch) -> None:
    monkeypatch.setattr(pairing, "_LARGE", 0)
    rng = np.random.default_rng(0)
    for seed in range(40):
        gold, predicted = (
            [
                (str(kind), ((int(start), int(start + length)),))
                for kind, start, length in zip(
                    rng.choice(["PER", "ORG"], 8),
                    rng.integers(0, 6, 8),
                    rng.integers(1, 6, 8),
                    strict=True,
                )
            ]
            for _ in range(2)
        )
        other = canonical(shuffled(gold, seed), shuffled(predicted, seed + 1))
        assert other == canonical(gold, predicted)


@steady
@given(sides(6), sides(6))
def test_what_is_beside_changes_no_pair(
    case: tuple[list[Typed], list[Typed]], beside: tuple[list[Typed], list[Typed]]
) -> None:
    moved = [
        [(kind, tuple((start + 40, end + 40) for start, end in parts)) for kind, parts in side]
        for side in beside
    ]
    both = canonical(case[0] + moved[0], case[1] + moved[1])
    assert both == canonical(*case) + canonical(*moved)


def test_chains_of_any_length() -> None:
    rng = np.random.default_rng(0)
    for count in (30, 70, 500, 20_000):
        ends = [np.cumsum(rng.integers(1, 5, count)) for _ in range(2)]
        gold, predicted = (
            Places(np.append(0, end[:-1]), end, rng.integers(0, 2, count)) for end in ends
        )
        overlaps = find_overlaps(gold, predicted)
        which = np.arange(len(overlaps.gold))
        worth = rng.integers(0, 1 << 32, len(which))
        taken = best_pairs(overlaps, which, worth)
        assert len({*overlaps.gold[taken]}) == len({*overlaps.predicted[taken]}) == len(taken)
        if count <= 500:
            assert worth[taken].sum() == most_by_scipy(overlaps.gold, overlaps.predicted, worth)


def test_short_chains_are_walked_as_long_ones(monkeypatch) -> None:
    gold, predicted = map(places_of, sample())
    overlaps = find_overlaps(gold, predicted)
    expected = canonical_pairs(overlaps)
    monkeypatch.setattr(pairing, "_LONG", 0)
    assert canonical_pairs(overlaps).tolist() == expected.tolist()
    monkeypatch.setattr(pairing, "_BITS", 0)
    assert canonical_pairs(overlaps).tolist() == expected.tolist()


def most_by_scipy(rows, columns, worth) -> int:
    optimize = pytest.importorskip("scipy.optimize")
    matrix = np.zeros((rows.max() + 1, columns.max() + 1))
    matrix[rows, columns] = worth
    chosen = optimize.linear_sum_assignment(matrix, maximize=True)
    return int(matrix[chosen].sum())


@pytest.mark.parametrize("density", [0.1, 0.5, 1])
def test_assignment_as_scipy(density: float) -> None:
    rng = np.random.default_rng(int(density * 10))
    for _ in range(100):
        shape = rng.integers(1, 12, 2)
        there = rng.random(shape) < density
        there[there.sum(axis=1) == 0, 0] = True
        worth = rng.integers(0, rng.choice([3, 100]), shape) * there
        cells = [
            [(int(column), int(worth[row, column])) for column in np.flatnonzero(there[row])]
            for row in range(shape[0])
        ]
        mates = assign(cells, int(shape[1]))
        taken = [(row, column) for row, column in enumerate(mates) if column >= 0]
        assert len({column for _, column in taken}) == len(taken)
        assert all(there[cell] for cell in taken)
        rows, columns = np.nonzero(there)
        assert sum(worth[cell] for cell in taken) == most_by_scipy(rows, columns, worth[there])


def test_the_canonical_pairing_goes_from_left_to_right() -> None:
    gold = spans_of("PER 0 4")
    assert canonical(gold, spans_of("ORG 0 2, ORG 2 4"))[0][1] == ("ORG", ((0, 2),))
    assert canonical(gold, spans_of("ORG 0 1, ORG 1 4"))[0][1] == ("ORG", ((1, 4),))
    assert canonical(gold, spans_of("ORG 0 3, PER 3 4"))[0][1] == ("PER", ((3, 4),))
    assert canonical(gold, spans_of("PER 0 3, ORG 0 4"))[0][1] == ("ORG", ((0, 4),))


def confusion(gold: list[Typed], predicted: list[Typed]) -> dict[tuple[str, str], list[int]]:
    counts: dict[tuple[str, str], list[int]] = {}
    pairs = canonical(gold, predicted)
    for one, other in pairs:
        counts.setdefault((one[0], other[0]), [0, 0])[one[1] != other[1]] += 1
    for span in {*gold} - {one for one, _ in pairs}:
        counts.setdefault((span[0], ""), [0, 0])[1] += 1
    for span in {*predicted} - {other for _, other in pairs}:
        counts.setdefault(("", span[0]), [0, 0])[1] += 1
    return counts


def test_confusion_of_the_sample() -> None:
    # Same span + boundary differs; counted by other code.
    table = """
    LOC  67+4 1+1  2+5   7+0  0+22
    MISC 2+5  33+2 3+2   10+0 0+27
    ORG  8+4  5+0  37+19 11+1 0+27
    PER  4+0  2+0  8+3   34+6 0+16
    -    0+5  0+1  0+7   0+4  0+0
    """
    expected = {}
    for line in filter(str.strip, table.splitlines()):
        row, *cells = line.split()
        for column, cell in zip(["LOC", "MISC", "ORG", "PER", ""], cells, strict=True):
            if cell != "0+0":
                expected[row.strip("-"), column] = [*map(int, cell.split("+"))]
    assert confusion(*sample()) == expected


def test_pairs_of_the_example() -> None:
    pairs = canonical(spans_of(EXAMPLE_GOLD), spans_of(EXAMPLE_PREDICTED))
    assert [(one[0], other[0]) for one, other in pairs] == [
        ("PER", "ORG"),
        ("ORG", "ORG"),
        ("LOC", "TIME"),
        ("ORG", "ORG"),
    ]
