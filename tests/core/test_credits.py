"""What spans earn by each rule: counts by hand, published figures, brute force, other scorers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nervaluate import Evaluator

from spanf1.core.credits import (
    FRACTION,
    RULES,
    SEMEVAL,
    Credits,
    Rule,
    credited,
    parse_rule,
    rule_names,
)
from spanf1.core.overlaps import Places, find_overlaps
from spanf1.core.spans import decode
from spanf1.core.tags import TagSet
from spanf1.exceptions import UsageError
from tests.helpers.credits import outcome_counts, outcomes, partners, sums_by_type, totals
from tests.helpers.spans import (
    EXAMPLE_GOLD,
    EXAMPLE_PREDICTED,
    TYPES,
    Typed,
    flat,
    iou,
    pairings,
    places_of,
    sample,
    shuffled,
    sides,
    spans_of,
    units,
)
from tests.helpers.strategies import seeds, steady

Case = tuple[list[Typed], list[Typed]]

#: every rule, with arguments and sidedness
NAMES = [
    *(name for name, rule in RULES.items() if not rule.argument),
    *("overlap:0.3", "overlap:0.5", "overlap:1", "dice:0.5", "gold:0.5", "within:0", "within:1"),
    *("overlap:any,two-sided", "overlap:0.5,two-sided", "dice:0.5,two-sided"),
    *("gold:0.5,two-sided", "left,two-sided", "right,two-sided", "within:1,two-sided"),
]


def credits_of(name: str, gold: list[Typed], predicted: list[Typed]) -> Credits:
    return credited(parse_rule(name), places_of(gold), places_of(predicted))


def scores(earnings: Credits) -> tuple[float, float, float]:
    gold, predicted, right, right_there = totals(earnings)
    precision, recall = right_there / predicted, right / gold
    return precision, recall, 2 * precision * recall / (precision + recall)


def example() -> Case:
    return spans_of(EXAMPLE_GOLD), spans_of(EXAMPLE_PREDICTED)


# Figures.


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("exact", ".2 .2 .2"),
        ("boundary", ".4 .4 .4"),
        ("partial", ".6 .6 .6"),
        ("type", ".4 .4 .4"),
        ("muc", ".4 .4 .4"),
        ("fair", ".2857 .2857 .2857"),
        ("fair-weighted", ".4286 .375 .4"),
        ("hipe-fuzzy", ".4 .4 .4"),
        ("overlap:any,two-sided", ".4 .4 .4"),
        ("overlap:0.3", ".4 .4 .4"),
        ("overlap:0.5", ".2 .2 .2"),
        ("overlap:0.75", ".2 .2 .2"),
        ("jaccard", ".2667 .2667 .2667"),
        ("coverage", ".4 .2667 .32"),
        ("token", ".2222 .2 .2105"),
        ("left", ".2 .2 .2"),
        ("right", ".2 .2 .2"),
    ],
)
def test_figures_of_the_example(name: str, figures: str) -> None:
    expected = [*map(float, figures.split())]
    assert [round(score, 4) for score in scores(credits_of(name, *example()))] == expected


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("exact", "56.44 45.24 50.22"),
        ("boundary", "77.23 61.90 68.72"),
        ("partial", "85.81 68.78 76.36"),
        ("type", "66.67 53.44 59.32"),
        ("muc", "71.95 57.67 64.02"),
        ("fair", "69.37 53.52 60.42"),
        ("fair-weighted", "71.62 58.66 64.49"),
        ("overlap:any,two-sided", "66.67 54.23 59.81"),
        ("jaccard", "62.67 50.24 55.77"),
        ("token", "62.76 53.23 57.60"),
    ],
)
def test_figures_of_the_sample(name: str, figures: str) -> None:
    expected = [*map(float, figures.split())]
    assert [round(100 * score, 2) for score in scores(credits_of(name, *sample()))] == expected


SEMEVAL_WORDS = ("COR", "INC", "PAR", "MIS", "SPU")
MUC_WORDS = ("COR", "INC", "MIS", "SPU", "POS", "ACT")
FAIR_WORDS = ("TP", "FP", "FN", "LE", "BE", "LBE")


@pytest.mark.parametrize(
    ("name", "words", "of_example", "of_sample"),
    [
        ("exact", SEMEVAL_WORDS, "1 3 0 1 1", "171 115 0 92 17"),
        ("boundary", SEMEVAL_WORDS, "2 2 0 1 1", "234 52 0 92 17"),
        ("partial", SEMEVAL_WORDS, "2 0 2 1 1", "234 0 52 92 17"),
        ("type", SEMEVAL_WORDS, "2 2 0 1 1", "202 84 0 92 17"),
        ("muc", MUC_WORDS, "4 4 2 2 10 10", "436 136 184 34 756 606"),
        ("fair", FAIR_WORDS, "1 1 1 1 1 1", "171 12 85 63 34 30"),
        ("fair-weighted", (*FAIR_WORDS[3:5], "BES", "BEL", "BEO"), "1 1 1 0 0", "63 34 2 32 0"),
    ],
)  # fmt: skip
def test_counts(name: str, words: tuple[str, ...], of_example: str, of_sample: str) -> None:
    for case, expected in (example(), of_example), (sample(), of_sample):
        counts = outcome_counts(credits_of(name, *case))
        assert [counts[word] for word in words] == [*map(int, expected.split())]


def test_other_sums_of_the_sample() -> None:
    assert totals(credits_of("overlap:any,two-sided", *sample())) == (378, 303, 205, 202)
    assert totals(credits_of("token", *sample())) == (573, 486, 305, 305)
    gold, predicted, right, right_there = totals(credits_of("jaccard", *sample()))
    assert (gold, predicted, right) == (378 * FRACTION, 303 * FRACTION, right_there)
    assert round(right / FRACTION, 4) == 189.9


def test_slot_error_rate_of_the_example() -> None:
    counts = outcome_counts(credits_of("exact", *example()))
    assert (counts["INC"], counts["SPU"], counts["MIS"]) == (3, 1, 1)


def test_outcomes_of_the_example() -> None:
    earnings = credits_of("partial", *example())
    gold, predicted = outcomes(earnings)
    assert gold == ["MIS", "COR", "PAR", "PAR", "COR"]
    assert predicted == ["SPU", "COR", "PAR", "PAR", "COR"]
    assert partners(earnings) == [[-1, 1, 2, 3, 4]] * 2


def test_fair_example() -> None:
    gold = spans_of("MISC 3 6, PER 7 9")
    predicted = spans_of("MISC 2 6, PER 7 9")
    assert scores(credits_of("exact", gold, predicted))[2] == 0.5
    assert scores(credits_of("fair", gold, predicted))[2] == pytest.approx(2 / 3)
    assert scores(credits_of("fair-weighted", gold, predicted)) == pytest.approx((0.75, 1, 6 / 7))


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("overlap:any", 2 / 3, 2 / 3),
        ("hipe-fuzzy", 2 / 3, 2 / 3),
        ("type", 2 / 3, 2 / 3),
        ("overlap:any,two-sided", 1, 1),
        ("n2c2", 1, 2 / 3),
        ("overlap:0.5", 2 / 3, 0),
    ],
)
def test_one_span_in_two_pieces_and_two_in_one(name: str, one: float, other: float) -> None:
    whole, pieces = spans_of("PER 0 10"), spans_of("PER 0 4, PER 5 10")
    assert f1(credits_of(name, whole, pieces)) == pytest.approx(one)
    whole, pieces = spans_of("PER 0 9"), spans_of("PER 0 4, PER 5 9")
    assert f1(credits_of(name, pieces, whole)) == pytest.approx(other)


def f1(earnings: Credits) -> float:
    gold, predicted, right, right_there = totals(earnings)
    return 2 * right * right_there / (right * predicted + right_there * gold) if right else 0


def test_figures_that_eds_nlp_publishes() -> None:
    gold, predicted = spans_of("PER 1 2, ORG 3 5"), spans_of("PER 0 1, PER 1 2, ORG 4 6")
    for name, figures in (
        ("exact", (0.33, 0.5, 0.4)),
        ("token", (0.5, 0.67, 0.57)),
        ("eds-nlp", (0.67, 1, 0.8)),
    ):
        assert scores(credits_of(name, gold, predicted)) == pytest.approx(figures, abs=0.005)


@pytest.mark.parametrize("turned", [False, True])
def test_traps_of_order(turned: bool) -> None:
    for gold, predicted, correct in (
        ("PER 0 10", "ORG 0 3, PER 3 10", 1),
        ("PER 0 2", "ORG 0 3, PER 0 3", 1),
        ("PER 0 6, PER 6 10", "PER 0 2, PER 2 9", 2),
    ):
        spans = [spans_of(side)[:: -1 if turned else 1] for side in (gold, predicted)]
        assert outcome_counts(credits_of("type", *spans))["COR"] == correct


# Laws.


@steady
@given(sides(), st.sampled_from(NAMES), seeds)
def test_the_order_of_spans_changes_no_sum(case: Case, name: str, seed: int) -> None:
    gold, predicted = case
    earnings = credits_of(name, gold, predicted)
    other_gold, other_predicted = shuffled(gold, seed), shuffled(predicted, seed + 1)
    other = credits_of(name, other_gold, other_predicted)
    assert outcome_counts(other) == outcome_counts(earnings)
    assert by_type(other, other_gold, other_predicted) == by_type(earnings, gold, predicted)


def by_type(earnings: Credits, gold: list[Typed], predicted: list[Typed]) -> list[list[int]]:
    types = [
        np.array([TYPES.index(span[0]) for span in side], np.intp) for side in (gold, predicted)
    ]
    sums = sums_by_type(earnings, *types, len(TYPES))
    assert tuple(sums.sum(axis=0).tolist()) == totals(earnings)
    return sums.tolist()


@steady
@given(sides())
def test_laws(case: Case) -> None:
    total = {name: totals(credits_of(name, *case))[2] / RULES[name].unit for name in RULES_OF_LAWS}
    assert total["exact"] <= total["boundary"] <= total["partial"]
    assert total["exact"] <= total["type"] == total["overlap:any"] == total["hipe-fuzzy"]
    assert total["exact"] <= total["jaccard"] <= total["overlap:any"]
    gold, predicted = ([(kind, units((kind, parts))) for kind, parts in side] for side in case)
    assert total["exact"] == (Counter(gold) & Counter(predicted)).total()
    assert totals(credits_of("overlap:1", *case))[2] == total["exact"]
    assert totals(credits_of("dice:1", *case))[2] == total["exact"]


RULES_OF_LAWS = ("exact", "boundary", "type", "partial", "jaccard", "overlap:any", "hipe-fuzzy")


@steady
@given(sides(), st.sampled_from(NAMES))
def test_credit_of_spans_is_that_of_pairs(case: Case, name: str) -> None:
    earnings = credits_of(name, *case)
    rule = earnings.rule
    gold, predicted = earnings.gold, earnings.predicted
    assert (earnings.gold >= 0).all()
    assert (gold[:, 2] <= gold[:, 0]).all()
    assert (predicted[:, 3] <= predicted[:, 1]).all()
    if rule.pairing in ("one", "many"):
        assert (gold[:, 0] == rule.unit).all()
        assert (predicted[:, 1] == rule.unit).all()
        assert not gold[:, [1, 3]].any()
        assert not predicted[:, [0, 2]].any()
        best: list[Counter[int]] = [Counter(), Counter()]
        for i, j, earned in zip(*earnings.pairs, earnings.earned, strict=True):
            best[0][i] = best[1][j] = earned
        assert gold[:, 2].tolist() == [best[0][i] for i in range(len(gold))]
        assert predicted[:, 3].tolist() == [best[1][j] for j in range(len(predicted))]
    if rule.pairing == "one":
        assert len({*earnings.pairs[0]}) == len({*earnings.pairs[1]}) == len(earnings.earned)


# Brute force.

Credit = Callable[[Typed, Typed], Fraction | int | None]


def bounds(span: Typed) -> tuple[int, int]:
    return min(units(span)), max(units(span))


def dice(one: Typed, other: Typed) -> Fraction:
    return Fraction(2 * len(units(one) & units(other)), len(units(one)) + len(units(other)))


def of_gold(one: Typed, other: Typed) -> Fraction:
    return Fraction(len(units(one) & units(other)), len(units(one)))


def near(one: Typed, other: Typed, most: int) -> bool:
    return max(abs(a - b) for a, b in zip(bounds(one), bounds(other), strict=True)) <= most


def typed(allowed: Callable[[Typed, Typed], bool]) -> Credit:
    return lambda one, other: 1 if one[0] == other[0] and allowed(one, other) else None


#: of two spans that share a unit: what they earn, or nothing if they may be no pair
PLAIN: dict[str, Credit] = {
    "exact": lambda one, other: int(one[0] == other[0] and units(one) == units(other)),
    "boundary": lambda one, other: int(units(one) == units(other)),
    "type": lambda one, other: int(one[0] == other[0]),
    "partial": lambda one, other: Fraction(1 + (units(one) == units(other)), 2),
    "muc": lambda one, other: Fraction((one[0] == other[0]) + (units(one) == units(other)), 2),
    "jaccard": lambda one, other: iou(one, other) if one[0] == other[0] else None,
    "overlap:any": typed(lambda *_: True),
    "hipe-fuzzy": typed(lambda *_: True),
    "overlap:0.3": typed(lambda one, other: iou(one, other) >= Fraction("0.3")),
    "overlap:0.5": typed(lambda one, other: iou(one, other) >= Fraction(1, 2)),
    "overlap:1": typed(lambda one, other: units(one) == units(other)),
    "dice:0.5": typed(lambda one, other: dice(one, other) >= Fraction(1, 2)),
    "eds-nlp": typed(lambda one, other: dice(one, other) >= Fraction(1, 2)),
    "gold:0.5": typed(lambda one, other: of_gold(one, other) >= Fraction(1, 2)),
    "left": typed(lambda one, other: bounds(one)[0] == bounds(other)[0]),
    "right": typed(lambda one, other: bounds(one)[1] == bounds(other)[1]),
    "within:0": typed(lambda one, other: near(one, other, 0)),
    "within:1": typed(lambda one, other: near(one, other, 1)),
}


def cells_of(name: str, gold: list[Typed], predicted: list[Typed]) -> dict[tuple[int, int], int]:
    """Return what may be a pair, with its credit in the rule's unit."""
    rule = parse_rule(name)
    cells = {}
    for (i, one), (j, other) in product(enumerate(gold), enumerate(predicted)):
        credit = (
            PLAIN[name.removesuffix(",two-sided")](one, other)
            if units(one) & units(other)
            else None
        )
        if credit is not None:
            cells[i, j] = int(credit * rule.unit + Fraction(1, 2))
    return cells


@steady
@given(sides(4), st.sampled_from([name for name in PLAIN if parse_rule(name).pairing == "one"]))
def test_the_most_of_all_pairings(case: Case, name: str) -> None:
    earnings = credits_of(name, *case)
    cells = cells_of(name, *case)
    best = max((sum(map(cells.get, taken)), len(taken)) for taken in pairings([*cells]))
    assert (totals(earnings)[2], len(earnings.earned)) == best
    assert totals(earnings)[3] == best[0]
    taken = [*zip(*map(np.ndarray.tolist, earnings.pairs), strict=True)]
    assert earnings.earned.tolist() == [*map(cells.get, taken)]


@steady
@given(sides(7), st.sampled_from([name for name in NAMES if parse_rule(name).pairing == "many"]))
def test_two_sided_rules(case: Case, name: str) -> None:
    earnings = credits_of(name, *case)
    cells = cells_of(name, *case)
    assert {*zip(*map(np.ndarray.tolist, earnings.pairs), strict=True)} == cells.keys()
    gold, predicted = case
    assert earnings.gold[:, 2].tolist() == [any(i == k for k, _ in cells) for i in range(len(gold))]
    assert earnings.predicted[:, 3].tolist() == [
        any(j == k for _, k in cells) for j in range(len(predicted))
    ]


def typed_units(spans: list[Typed]) -> set[tuple[str, int]]:
    return {(span[0], unit) for span in spans for unit in units(span)}


@steady
@given(sides(7))
def test_units(case: Case) -> None:
    earnings = credits_of("token", *case)
    sets = [*map(typed_units, case)]
    for number, kind in enumerate(TYPES):
        gold, predicted = ({each for each in side if each[0] == kind} for side in sets)
        common = len(gold & predicted)
        assert by_type(earnings, *case)[number] == [len(gold), len(predicted), common, common]
    assert totals(credits_of("character", *case)) == totals(earnings)


@steady
@given(sides(7))
def test_coverage(case: Case) -> None:
    earnings = credits_of("coverage", *case)
    for side, other, column in (case[0], case[1], 0), (case[1], case[0], 1):
        there = typed_units(other)
        shares = [
            Fraction(sum((span[0], unit) in there for unit in units(span)), len(units(span)))
            for span in side
        ]
        sums = (earnings.gold, earnings.predicted)[column]
        assert sums[:, column + 2].tolist() == [int(FRACTION * s + Fraction(1, 2)) for s in shares]
        assert (sums[:, column] == FRACTION).all()


@steady
@given(sides(7))
def test_n2c2(case: Case) -> None:
    # As its script says, with the predictions in reading order, and without their gaps.
    gold, predicted = ([(kind, ((p[0][0], p[-1][1]),)) for kind, p in side] for side in case)
    predicted.sort(key=lambda span: (*span[1][0], TYPES.index(span[0])))

    def equals(one: Typed, other: Typed) -> bool:
        return one[0] == other[0] and not units(one).isdisjoint(units(other))

    matched: set[int] = set()
    kept = {*range(len(predicted))}
    for j, other in enumerate(predicted):
        for i, one in enumerate(gold):
            if equals(one, other):
                if i in matched:
                    kept.discard(j)
                matched.add(i)
    there = sum(any(equals(one, predicted[j]) for one in gold) for j in kept)
    assert totals(credits_of("n2c2", *case)) == (len(gold), len(kept), there, there)


# nervaluate: spans that do not overlap.


def nervaluate(gold: list[Typed], predicted: list[Typed], least: float = 1) -> dict[str, object]:
    sides = (
        [{"label": kind, "start": parts[0][0], "end": parts[0][1] - 1} for kind, parts in side]
        for side in (gold, predicted)
    )
    true, found = sides
    evaluator = Evaluator([true], [found], [*TYPES], "dict", least)
    return evaluator.evaluate()["overall"]


def one_to_one(gold: list[Typed], predicted: list[Typed]) -> bool:
    cells = cells_of("partial", gold, predicted)
    return len({i for i, _ in cells}) == len({j for _, j in cells}) == len(cells)


@steady
@given(st.tuples(flat(most=6), flat(most=6)))
def test_semeval_as_nervaluate(case: Case) -> None:
    theirs = nervaluate(*case)
    for mode, name in SEMEVAL.items():
        counts = outcome_counts(credits_of(name, *case))
        other = theirs[{"type": "ent_type"}.get(mode, mode)]
        if one_to_one(*case):
            assert [counts[word] for word in SEMEVAL_WORDS] == [
                getattr(other, word)
                for word in ("correct", "incorrect", "partial", "missed", "spurious")
            ]
        assert other.correct + other.partial / 2 <= counts["COR"] + counts["PAR"] / 2


@steady
@given(st.tuples(flat(most=6), flat(most=6)), st.sampled_from([30, 50, 75, 100]))
def test_gold_predicted_as_nervaluate(case: Case, least: int) -> None:
    correct = totals(credits_of(f"gold:{least / 100}", *case))[2]
    other = nervaluate(*case, least)["ent_type"].correct
    assert other == correct if one_to_one(*case) else other <= correct


# The table, and names.


def test_every_rule_can_be_written() -> None:
    for name in NAMES:
        rule = parse_rule(name)
        assert rule.name == name
        assert parse_rule(rule.name) == rule
    written = {name.partition(",")[0].partition(":")[0] for name in NAMES}
    assert written == {name.partition(":")[0] for name in rule_names()}


@pytest.mark.parametrize(
    ("name", "other"),
    [("overlap:.50", "overlap:0.5"), ("dice:1.0", "dice:1"), ("within:01", "within:1")],
)
def test_one_rule_has_one_name(name: str, other: str) -> None:
    assert parse_rule(name) == parse_rule(other)
    assert parse_rule(name).name == other


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("fussy", "one of exact, boundary, type, partial, muc, fair"),
        ("", "one of exact"),
        ("overlap", "write overlap:0.5 or overlap:any"),
        ("overlap:", "write overlap:0.5"),
        ("overlap:0", "write overlap:0.5"),
        ("overlap:1.5", "write overlap:0.5"),
        ("overlap:50%", "write overlap:0.5"),
        ("overlap:nan", "write overlap:0.5"),
        ("dice:1e-3", "write dice:0.5"),
        ("gold:0.0000001", "write gold:0.5"),
        ("within:0.5", "write within:1"),
        ("within", "write within:1"),
        ("within:-1", "write within:1"),
        ("partial:0.5", "write partial"),
        ("partial,two-sided", "write partial; two-sided may be overlap:any"),
        ("hipe-fuzzy,two-sided", "write hipe-fuzzy; two-sided may be overlap:any"),
        ("overlap:0.5,both", "write overlap:0.5, or overlap:0.5,two-sided"),
        ("overlap:0.5,", "write overlap:0.5, or overlap:0.5,two-sided"),
    ],
)
def test_names_that_are_none(name: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_rule(name)
    assert caught.value.hint.startswith(hint)
    assert "\n" not in str(caught.value)
    # What the hint says first can be written.
    if hint.startswith("write"):
        parse_rule(caught.value.hint.removeprefix("write ").split()[0].rstrip(",;"))


def test_every_rule_says_what_it_is_in_a_line() -> None:
    for rule in RULES.values():
        assert isinstance(rule, Rule)
        assert rule.says
        assert len(rule.says) < 80


def test_thresholds_are_met_exactly() -> None:
    gold, predicted = spans_of("PER 0 10"), spans_of("PER 0 3")
    assert totals(credits_of("overlap:0.3", gold, predicted))[2] == 1
    assert totals(credits_of("overlap:0.300001", gold, predicted))[2] == 0


def test_spans_of_any_length() -> None:
    far = 1 << 60
    gold = Places(np.array([0]), np.array([far]), np.array([0]))
    predicted = Places(np.array([far // 2]), np.array([far]), np.array([0]))
    figures = {"jaccard": FRACTION // 2, "overlap:0.5": 1, "overlap:0.51": 0, "dice:0.6": 1}
    for name, credit in figures.items():
        assert totals(credited(parse_rule(name), gold, predicted))[2] == credit
    assert totals(credited(parse_rule("coverage"), gold, predicted))[2:] == (
        FRACTION // 2,
        FRACTION,
    )
    assert outcome_counts(credited(parse_rule("fair"), gold, predicted))["BES"] == 1
    both = Places(np.array([0, 0, far]), np.array([far, 3, far + 2]), np.array([0, 40, 7]))
    there = Places(np.array([1, far + 1]), np.array([far + 1, far + 3]), np.array([40, 7]))
    assert totals(credited(parse_rule("token"), both, there)) == (far + 5, far + 2, 3, 3)
    assert credited(parse_rule("coverage"), both, there).gold[:, 2].tolist() == [
        0,
        round(FRACTION * 2 / 3),
        FRACTION // 2,
    ]


def test_places_of_decoded_spans() -> None:
    tags = TagSet({})
    codes = np.array([tags.code(tag) for tag in ("B-A", "I-A", "O", "B-B")], np.int32)
    places = Places.of(decode(codes, np.zeros(1, np.intp)))
    assert (places.start.tolist(), places.end.tolist()) == ([0, 3], [2, 4])
    assert totals(credited(parse_rule("exact"), places, places)) == (2, 2, 2, 2)


def test_overlaps_are_found_once_for_several_rules() -> None:
    places = [*map(places_of, sample())]
    overlaps = find_overlaps(*places)
    for name in NAMES:
        alone, shared = (credited(parse_rule(name), *places, also) for also in (None, overlaps))
        assert totals(alone) == totals(shared)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_on_a_side(name: str) -> None:
    spans = spans_of("PER 0 2, ORG 5 6")
    for gold, predicted in ([], []), (spans, []), ([], spans):
        gold_sum, predicted_sum, *right = totals(credits_of(name, gold, predicted))
        assert right == [0, 0]
        assert (gold_sum > 0, predicted_sum > 0) == (bool(gold), bool(predicted))


@pytest.mark.parametrize(
    "name", ["strict", "ent_type", "iou:0.5", "relaxed", "presidio", "Lenient"]
)
def test_what_others_call_a_match_is_told(name) -> None:
    """The hint names a match that there is."""
    with pytest.raises(UsageError, match=f"unknown match '{name}'") as caught:
        parse_rule(name)
    named = re.findall(r"[a-z]+(?::[a-z0-9.]+)?", caught.value.hint)
    assert any(word in {*RULES, "overlap:0.5", "overlap:0.9"} for word in named)
