"""FairEval, held against a plain program that goes by its description."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
from hypothesis import given

from spanf1.core.credits import credited, parse_rule
from spanf1.core.fair import KINDS
from tests.helpers.credits import outcome_counts, outcomes, sums_by_type, totals
from tests.helpers.spans import TYPES, Typed, places_of, sides, spans_of, units
from tests.helpers.strategies import steady


def plain(gold: list[Typed], predicted: list[Typed]) -> tuple[Counter[str], Counter[str]]:
    """Return the counts of all spans, and those of wrong types by gold's type."""
    counts: Counter[str] = Counter()
    by_type: Counter[str] = Counter()
    left = [Span(span) for span in gold]
    right = [Span(span) for span in predicted]
    for alike, name in (True, "TP"), (False, "LE"):
        for one in sorted(left, key=Span.place):
            for other in sorted(right, key=Span.place):
                if (
                    one.whole == other.whole
                    and (one.type == other.type) == alike
                    and not one.done
                    and not other.done
                ):
                    one.done = other.done = True
                    counts[name] += 1
                    by_type[one.type] += not alike
                    break
    left = sorted((span for span in left if not span.done), key=Span.by_length)
    right = sorted((span for span in right if not span.done), key=Span.by_length)
    for alike in (True, False):
        for one in left:
            if not one.done:
                pair(
                    one, [other for other in right if not other.done], counts, by_type, alike=alike
                )
        for one in left:
            if not one.done:
                pair(one, [other for other in right if other.done], counts, by_type, alike=alike)
        for other in right:
            if not other.done:
                pair(
                    other,
                    [one for one in left if one.done],
                    counts,
                    by_type,
                    alike=alike,
                    turned=True,
                )
    counts["FN"] = sum(not span.done for span in left)
    counts["FP"] = sum(not span.done for span in right)
    return counts, by_type


class Span:
    def __init__(self, span: Typed) -> None:
        self.type, self.parts = span
        self.whole = units(span)
        self.rest = set(self.whole)
        self.done = False

    def place(self) -> tuple[object, ...]:
        parts = self.parts if self.parts[1:] else ()
        return self.parts[0][0], self.parts[-1][1], TYPES.index(self.type), parts

    def by_length(self) -> tuple[object, ...]:
        return self.parts[-1][1] - self.parts[0][0], self.place()


def pair(
    one: Span,
    others: list[Span],
    counts: Counter[str],
    by_type: Counter[str],
    *,
    alike: bool,
    turned: bool = False,
) -> None:
    others = [o for o in others if one.rest & o.rest and (one.type == o.type) == alike]
    if not others:
        return
    other = min(
        others,
        key=lambda o: (
            -len(one.rest & o.rest),
            len(one.rest - o.rest),
            len(o.rest - one.rest),
            o.by_length(),
        ),
    )
    gold, predicted = (other, one) if turned else (one, other)
    if alike:
        counts["BE"] += 1
        inside, around = predicted.whole < gold.whole, gold.whole < predicted.whole
        counts["BES" if inside else "BEL" if around else "BEO"] += 1
    else:
        counts["LBE"] += 1
        by_type[gold.type] += 1
    shared = one.rest & other.rest
    one.rest -= shared
    other.rest -= shared
    one.done = other.done = True


@steady
@given(sides(7, TYPES[:3]))
def test_events_are_those_of_the_description(case: tuple[list[Typed], list[Typed]]) -> None:
    counts, by_type = plain(*case)
    for name in ("fair", "fair-weighted"):
        earnings = credited(parse_rule(name), *map(places_of, case))
        assert outcome_counts(earnings) == {word: counts[word] for word in outcome_counts(earnings)}
        gold, predicted, right, right_there = (
            Fraction(total, earnings.rule.unit) for total in totals(earnings)
        )
        assert right == right_there
        errors = counts["LE"] + counts["LBE"]
        half = Fraction(1, 2)
        if name == "fair":
            wrong = half * (errors + counts["BE"])
            assert (right, gold, predicted) == (
                counts["TP"],
                counts["TP"] + counts["FN"] + wrong,
                counts["TP"] + counts["FP"] + wrong,
            )
        else:
            assert right == counts["TP"] + half * counts["BE"]
            quarter = half * half * counts["BEO"]
            assert gold == right + counts["FN"] + half * (errors + counts["BES"]) + quarter
            assert predicted == right + counts["FP"] + half * (errors + counts["BEL"]) + quarter
        # A wrong type is an error of gold's type, on both sides of it.
        kinds = (places_of(side).type for side in case)
        sums = sums_by_type(earnings, *kinds, len(TYPES))
        assert sums.sum(axis=0).tolist() == [*totals(earnings)]
        wrong = np.isin(np.array(KINDS)[earnings.events], ["LE", "LBE"])
        assert Counter(case[0][i][0] for i in earnings.pairs[0][wrong]) == +by_type


def test_one_span_in_two_pieces_is_two_errors_of_boundary() -> None:
    earnings = credited(
        parse_rule("fair"), places_of(spans_of("PER 0 6")), places_of(spans_of("PER 0 2, PER 3 6"))
    )
    counts = outcome_counts(earnings)
    assert (counts["BE"], counts["BES"], counts["FP"], counts["FN"]) == (2, 2, 0, 0)
    assert outcomes(earnings) == [["BES"], ["BES", "BES"]]
    assert [side.tolist() for side in earnings.pairs] == [[0, 0], [0, 1]]
