"""One sentence explained: the shares of its spans are those that scores are made of."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import spanf1
from spanf1.core.credits import parse_rule
from spanf1.mistakes.explain import TOLD, explained

tag = st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"])
RULES = ["exact", "boundary", "type", "partial", "muc", "overlap:0.5", "jaccard", "left", "n2c2"]


def analysed(gold, predicted):
    return {name: spanf1.analyze([gold], [predicted], reading=name, scheme="IOB2") for name in TOLD}


@given(st.lists(st.tuples(tag, tag), min_size=1, max_size=9), st.sampled_from(RULES))
def test_shares_add_up_to_the_score(rows, match):
    gold, predicted = ([row[side] for row in rows] for side in (0, 1))
    assume({*gold, *predicted} != {"O"})
    explanation = explained(analysed(gold, predicted), sentence=1)
    for reading, fates in explanation.fates.items():
        result = spanf1.evaluate([gold], [predicted], reading=reading, scheme="IOB2", match=match)
        sums = {
            side: [
                fate.credits[match] for fate in fates if fate.side == side and match in fate.credits
            ]
            for side in ("gold", "predicted")
        }
        for side, figure in (("gold", result.micro.recall), ("predicted", result.micro.precision)):
            shares = sums[side]
            assert (sum(shares) / len(shares) if shares else 0.0) == pytest.approx(figure)


def test_fates_in_words():
    gold, predicted = ["B-PER", "I-PER", "O", "B-LOC"], ["B-PER", "O", "O", "I-LOC"]
    explanation = explained(analysed(gold, predicted), sentence=1)
    lenient, strict = explanation.fates["lenient"], explanation.fates["strict"]
    said = [(fate.side, fate.span.type, fate.kind, fate.how, fate.fair) for fate in lenient]
    assert said == [
        ("gold", "PER", "boundary", "short", "BES"),
        ("gold", "LOC", "correct", "", "TP"),
        ("predicted", "PER", "boundary", "short", "BES"),
        ("predicted", "LOC", "correct", "", "TP"),
    ]
    assert [(fate.side, fate.kind) for fate in strict if fate.span.type == "LOC"] == [
        ("gold", "missed")
    ]
    assert lenient[0].credits["partial"] == 0.5
    assert lenient[0].partner == lenient[2].span
    assert all(parse_rule(name) for name in lenient[0].credits)


def test_what_is_not_there():
    analyses = analysed(["O"], ["O"])
    with pytest.raises(spanf1.UsageError, match="sentence 1 has no span"):
        explained(analyses, sentence=1)
    with pytest.raises(spanf1.UsageError, match="no span begins at line 3"):
        explained(analyses, line=3)


def test_a_span_that_does_not_count_earns_nothing():
    # n2c2 leaves out further predictions on a span of gold.
    gold, predicted = ["B-A", "I-A", "I-A"], ["B-A", "O", "B-A"]
    fates = explained(analysed(gold, predicted), sentence=1).fates["lenient"]
    assert [fate.credits.get("n2c2") for fate in fates] == [1.0, 1.0, None]
