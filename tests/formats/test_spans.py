"""Spans that are in memory as such: tuples, objects of spanf1, objects as nervaluate has them."""

from __future__ import annotations

import json
import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nervaluate import Evaluator

import spanf1
from spanf1 import AlignmentError, InputError, Span, TagError, TextSpan, UsageError

GOLD = [[(0, 2, "PER"), (3, 4, "LOC")], [], [(0, 1, "PER")]]
PREDICTED = [[(0, 2, "PER")], [(1, 2, "X")], [(0, 1, "LOC")]]


def as_objects(rows, made):
    return [[made(*span) for span in row] for row in rows]


def text_span(start, end, kind) -> TextSpan:
    return TextSpan(kind, ((start, end),))


def inclusive(start, end, kind) -> dict:
    return {"start": start, "end": end - 1, "label": kind}


@pytest.mark.parametrize(
    ("made", "given", "placed_by"),
    [
        (lambda *span: span, {}, "token"),
        (lambda *span: [*span], {}, "token"),
        (lambda start, end, kind: (np.int64(start), np.int32(end), kind), {}, "token"),
        (lambda start, end, kind: (start, end - 1, kind), {"inclusive_ends": True}, "token"),
        (Span, {}, "token"),
        (text_span, {}, "character"),
        (inclusive, {"inclusive_ends": True}, "character"),
        (inclusive, {"inclusive_ends": True, "places": "token"}, "token"),
        (Span, {"places": "character"}, "character"),
    ],
)
def test_every_form(made, given, placed_by) -> None:
    result = spanf1.evaluate(as_objects(GOLD, made), as_objects(PREDICTED, made), **given)
    assert {name: score.counts for name, score in result.types.items()} == {
        "LOC": (1, 1, 0),
        "PER": (2, 1, 1),
        "X": (0, 1, 0),
    }
    assert result.tally.placed_by == placed_by
    assert result.tally.extent == 7
    assert math.isnan(result.accuracy)
    sentences = (3, 0) if placed_by == "token" else (0, 3)
    assert (result.counts.sentences, result.counts.documents) == sentences
    assert f"|{placed_by}s:7|gold:3|" in str(result.signature())
    assert "accuracy" not in str(result)


def test_what_spans_have() -> None:
    span, other = Span(0, 2, "PER"), TextSpan("PER", ((0, 1), (3, 5)), "A Bc")
    assert (span.start, span.end, span.type, span.text) == (0, 2, "PER", None)
    assert span == (0, 2, "PER")
    assert (other.start, other.end, other.type, other.text) == (0, 5, "PER", "A Bc")
    nowhere = TextSpan("PER", (), "Bc")
    assert (nowhere.start, nowhere.end) == (None, None)


TAGS = st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"]), min_size=1, max_size=6)


@given(
    st.lists(
        TAGS.flatmap(lambda tags: st.tuples(st.just(tags), st.permutations(tags))), min_size=1
    ),
    st.sampled_from(["exact", "partial", "type", "token", "overlap:0.5", "fair"]),
)
def test_spans_score_as_the_tags_that_they_are_from(rows, match) -> None:
    sides = [[*side] for side in zip(*rows, strict=True)]
    spans = [[spanf1.decode(tags) for tags in side] for side in sides]
    of_tags = spanf1.evaluate(*sides, match=match)
    of_spans = spanf1.evaluate(*spans, match=match)
    if any(map(any, spans)):
        assert of_spans.types == of_tags.types
        assert of_spans.averages == of_tags.averages
        assert spanf1.evaluate(*spans, match=match, places="token") == of_spans
    assert spanf1.Result.from_dict(json.loads(of_spans.to_json())).micro == of_spans.micro


def test_discontinuous_spans_are_the_same_if_all_parts_are() -> None:
    gold = [[TextSpan("A", ((0, 2), (5, 7)))]]
    other = [[TextSpan("A", ((0, 3), (5, 7)))]]
    assert spanf1.evaluate(gold, gold).micro.f1 == 1
    assert spanf1.evaluate(gold, other).micro.f1 == 0
    assert spanf1.evaluate(gold, other, match="partial").micro.f1 == 0.5


def test_intervals_draw_sentences_of_tokens() -> None:
    result = spanf1.evaluate(GOLD * 20, PREDICTED * 20, confidence=0.9)
    assert result.certainty is not None
    assert result.certainty.units == 60
    assert "60 sentences" in str(result)
    wholes = spanf1.evaluate(GOLD, PREDICTED, level="sentence")
    assert (wholes.all.right, wholes.all.of) == (0, 3)


def test_types_are_renamed_and_left_out() -> None:
    result = spanf1.evaluate(
        GOLD, PREDICTED, map_types={"LOC": "PER"}, ignore_types=["X"], places="token"
    )
    assert result.types["PER"].counts == (3, 2, 2)


# nervaluate, whose ends are inclusive.


def random_spans(rng: random.Random) -> list[dict]:
    spans = {
        (start := rng.randrange(9), start + rng.randrange(3), rng.choice("AB")) for _ in range(4)
    }
    return [{"label": kind, "start": start, "end": end} for start, end, kind in sorted(spans)]


def test_strict_counts_are_those_of_nervaluate() -> None:
    rng = random.Random(0)
    for _ in range(200):
        sides = [[random_spans(rng) for _ in range(3)] for _ in range(2)]
        theirs = Evaluator(*sides, tags=["A", "B"], loader="dict").evaluate()
        ours = spanf1.evaluate(*sides, inclusive_ends=True)
        # Of spans that overlap several others, nervaluate may use one up before its equal comes.
        gold, predicted = (
            {(number, *span.values()) for number, row in enumerate(side) for span in row}
            for side in sides
        )
        strict = theirs["overall"]["strict"]
        assert (ours.micro.gold, ours.micro.predicted) == (strict.possible, strict.actual)
        assert ours.micro.correct == len(gold & predicted) >= strict.correct


@pytest.mark.parametrize(
    ("gold", "predicted"), [((0, 2), (2, 4)), ((0, 0), (0, 0)), ((0, 1), (2, 3)), ((1, 5), (1, 4))]
)
def test_what_overlaps_is_what_does_for_nervaluate(gold, predicted) -> None:
    sides = [[[{"label": "A", "start": start, "end": end}]] for start, end in (gold, predicted)]
    theirs = Evaluator(*sides, tags=["A"], loader="dict").evaluate()["overall"]
    for match, mode in (("partial", "partial"), ("type", "ent_type"), ("exact", "strict")):
        ours = spanf1.evaluate(*sides, inclusive_ends=True, match=match).micro
        assert (ours.precision, ours.recall, ours.f1) == pytest.approx(
            (theirs[mode].precision, theirs[mode].recall, theirs[mode].f1)
        )


# What is refused.


@pytest.mark.parametrize(
    ("span", "message"),
    [
        (("PER", 0, 2), "the type of a span is to be a text, not 2"),
        ((0, 2, ""), "the type of a span is to be a text, not ''"),
        ((0, 0, "A"), "0 to 0 is empty"),
        ((3, 1, "A"), "3 to 1 is no range"),
        ((-1, 1, "A"), "-1 to 1 is no range"),
        ((0, 1 << 60, "A"), f"0 to {1 << 60} is no range"),
        ((0, 1.5, "A"), r"\(0, 1.5\) are no two places"),
        (TextSpan("A", ((0, 2), (1, 3))), "the parts of a span are not in order"),
    ],
)
def test_what_is_no_span(span, message) -> None:
    with pytest.raises(InputError, match=rf"^y_true\[1\]\[0\]: {message}"):
        spanf1.evaluate([[(0, 1, "A")], [span]], [[], []])


def test_what_does_not_go_together() -> None:
    with pytest.raises(AlignmentError, match="y_true has spans of 3 sentences, y_pred of 1"):
        spanf1.evaluate(GOLD, [[]])
    with pytest.raises(UsageError, match="spans of tokens on one side, and of characters"):
        spanf1.evaluate(GOLD, as_objects(PREDICTED, text_span))
    mixed = spanf1.evaluate(GOLD, as_objects(PREDICTED, text_span), places="token")
    assert mixed.micro == spanf1.evaluate(GOLD, PREDICTED).micro
    objects = [[{"start": start, "end": end, "label": kind} for start, end, kind in GOLD[0]]]
    assert spanf1.evaluate(objects, GOLD[:1], places="token").micro.f1 == 1
    with pytest.raises(UsageError, match="spans of tokens on one side, and of characters"):
        spanf1.evaluate(objects, GOLD[:1])
    with pytest.raises(InputError, match="the end of a Span is the place behind it"):
        spanf1.evaluate([[Span(0, 1, "A")]], [[]], inclusive_ends=True)
    with pytest.raises(InputError, match=r"y_pred\[0\]\[0\]: 'O' is no span"):
        spanf1.evaluate(GOLD, [["O"], [], []])
    with pytest.raises(UsageError, match="match token counts tokens, and here spans are at char"):
        spanf1.evaluate(GOLD, PREDICTED, places="character", match="token")
    with pytest.raises(UsageError, match="level token is for tags"):
        spanf1.evaluate(GOLD, PREDICTED, level="token")
    with pytest.raises(UsageError, match="the conlleval script counts tags only"):
        spanf1.evaluate(GOLD, PREDICTED, reading="conlleval")
    with pytest.raises(UsageError, match="unknown places 'word'"):
        spanf1.evaluate(GOLD, PREDICTED, places="word")
    for more in ({"places": "token"}, {"inclusive_ends": True}):
        with pytest.raises(UsageError, match="places and inclusive_ends are for spans"):
            spanf1.evaluate([["B-A"]], [["B-A"]], **more)


def test_spans_of_one_sentence_are_to_be_in_a_list() -> None:
    spans = spanf1.decode(["B-A", "O"])
    for one in (spans, [(0, 1, "A")]):
        with pytest.raises(UsageError, match="y_true is to be a list of lists of spans") as caught:
            spanf1.evaluate(one, one)
        assert caught.value.hint == "for a single sentence: evaluate([gold], [predicted])"
    assert spanf1.evaluate([spans], [spans]).micro.f1 == 1


def test_one_token_of_nervaluate_says_what_to_do() -> None:
    gold = [[{"label": "A", "start": 0, "end": 0}]]
    with pytest.raises(InputError, match="0 to 0 is empty") as caught:
        spanf1.evaluate(gold, gold)
    assert "spanf1.evaluate(..., inclusive_ends=True) reads it" in caught.value.hint


def test_rows_of_numbers_are_still_labels() -> None:
    logits = [[[0.1, 0.9, 0.0], [0.9, 0.1, 0.0]]]
    labels = ["O", "B-A", "I-A"]
    assert spanf1.evaluate([[1, 0]], logits, labels=labels).micro.f1 == 1


@pytest.mark.parametrize("row", [{(0, 1, "A")}, [(0, 1, 5)], [(0, 1, "A", "Ada")]])
def test_what_is_nearly_a_span_says_what_spans_are(row) -> None:
    with pytest.raises(TagError, match=r"y_true\[0\]\[0\]: the tag is to be a string") as caught:
        spanf1.evaluate([row], [row])
    assert caught.value.hint.startswith("spans of a sentence are a list of (start, end, type)")
