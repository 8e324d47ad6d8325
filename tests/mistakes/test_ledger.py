"""The ledger: what is paired, how errors are called, confusions, and what errors cost."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spanf1
from spanf1.mistakes.ledger import ERRORS, HOWS, KINDS
from tests.helpers.shared_data import ROOT

SAMPLE = ROOT / "corpora" / "sample" / "english.spacy.conll"
# After the MUC example in Nadeau and Sekine's survey: 24 tokens.
GOLD = [("PER", 1, 2), ("PER", 3, 6), ("ORG", 7, 10), ("LOC", 11, 13), ("ORG", 22, 23)]
PREDICTED = [("LOC", 0, 1), ("ORG", 3, 6), ("ORG", 8, 9), ("TIME", 10, 13), ("ORG", 22, 23)]


def tags(spans, size):
    row = ["O"] * size
    for kind, start, end in spans:
        row[start:end] = [f"B-{kind}", *[f"I-{kind}"] * (end - start - 1)]
    return row


def analysed(gold, predicted, size=24, **how):
    return spanf1.analyze([tags(gold, size)], [tags(predicted, size)], **how)


@pytest.fixture(scope="module")
def sample():
    return spanf1.analyze(SAMPLE)


def test_the_confusion_of_the_sample(sample):
    confusion = sample.confusion()
    assert confusion.labels == ["LOC", "MISC", "ORG", "PER"]
    assert confusion.same.tolist() == [
        [67, 1, 2, 7, 22],
        [2, 33, 3, 10, 27],
        [8, 5, 37, 11, 27],
        [4, 2, 8, 34, 16],
        [5, 1, 7, 4, 0],
    ]
    assert confusion.apart.tolist() == [
        [4, 1, 5, 0, 0],
        [5, 2, 2, 0, 0],
        [4, 0, 19, 1, 0],
        [0, 0, 3, 6, 0],
        [0] * 5,
    ]


def test_what_errors_of_the_sample_cost(sample):
    assert {one.what: round(100 * one.f1, 2) for one in sample.what_if()} == {
        "now": 50.22,
        "types of equal spans": 68.72,
        "boundaries of overlaps of one type": 59.32,
        "all overlapping pairs": 83.99,
        "spurious removed": 51.51,
        "missed added": 68.05,
    }


def test_what_errors_of_the_example_cost():
    analysis = analysed(GOLD, PREDICTED)
    figures = [round(one.f1, 4) for one in analysis.what_if()]
    assert figures == [0.2, 0.4, 0.4, 0.8, 0.2222, 0.3636]
    assert [*analysis.counts.values()] == [1, 1, 1, 1, 1, 1]


def test_no_predictions_cost_what_they_can():
    analysis = spanf1.analyze([["O"]], [["O"]])
    assert [one.f1 for one in analysis.what_if()] == [0.0] * 6
    assert analysis.confusion().array.tolist() == [[0]]
    assert [*analysis.entries(kind="all")] == []


@pytest.mark.parametrize(
    ("gold", "predicted", "rows"),
    [
        ([(2, 4)], [(2, 4)], [("correct", "")]),
        ([(2, 4)], [], [("missed", "")]),
        ([], [(2, 4)], [("spurious", "")]),
        ([(2, 4)], [(1, 3)], [("boundary", "early")]),
        ([(2, 4)], [(3, 5)], [("boundary", "late")]),
        ([(2, 4)], [(1, 4)], [("boundary", "long")]),
        ([(2, 4)], [(2, 5)], [("boundary", "long")]),
        ([(2, 4)], [(1, 5)], [("boundary", "long")]),
        ([(2, 4)], [(2, 3)], [("boundary", "short")]),
        ([(2, 5)], [(3, 4)], [("boundary", "short")]),
        ([(2, 5)], [(2, 3), (3, 5)], [("boundary", "split"), ("spurious", "split")]),
        ([(2, 3), (3, 5)], [(2, 5)], [("missed", "merged"), ("boundary", "merged")]),
        ([(2, 4)], [(4, 5)], [("missed", ""), ("spurious", "")]),
        # What is correct is no part of another span.
        ([(2, 4), (4, 6)], [(2, 4), (4, 7)], [("correct", ""), ("boundary", "long")]),
    ],
)
def test_how_boundaries_differ(gold, predicted, rows):
    sides = ([("A", *span) for span in side] for side in (gold, predicted))
    found = [(entry.kind, entry.how) for entry in analysed(*sides).entries(kind="all")]
    assert found == rows


def test_a_span_with_another_type_and_other_boundaries():
    (entry,) = analysed([("A", 2, 4)], [("B", 1, 3)]).entries()
    assert (entry.kind, entry.how) == ("type and boundary", "early")


def test_nested_spans_that_are_right_split_nothing():
    def record(*spans):
        rows = [{"start": start, "end": end, "label": kind} for kind, start, end in spans]
        return {"text": "abcdefgh", "spans": rows}

    gold, predicted = record(("A", 0, 6), ("B", 1, 2)), record(("A", 0, 7), ("B", 1, 2))
    found = [(e.kind, e.how) for e in spanf1.analyze([gold], [predicted]).entries(kind="all")]
    assert found == [("boundary", "long"), ("correct", "")]


tag = st.sampled_from(["O", "O", "B-A", "I-A", "B-B", "I-B", "I-C"])
sentences = st.lists(st.lists(st.tuples(tag, tag), max_size=9), max_size=5)


@given(sentences, st.sampled_from(["lenient", "strict"]), st.booleans())
def test_what_is_counted_is_what_the_score_counts(rows, reading, mapped):
    sides = [[[pair[side] for pair in row] for row in rows] for side in (0, 1)]
    how = {"reading": reading, "scheme": "IOB2"}
    if mapped:
        how |= {"map_types": {"A": "B"}, "ignore_types": ["C"]}
    analysis, result = spanf1.analyze(*sides, **how), spanf1.evaluate(*sides, **how)
    entries = [*analysis.entries(kind="all")]
    assert Counter(entry.kind for entry in entries) == +Counter(analysis.counts)
    counted = {
        name: [
            sum(e.gold is not None and e.gold.type == name for e in entries),
            sum(e.predicted is not None and e.predicted.type == name for e in entries),
            sum(e.kind == "correct" and e.spans[0].type == name for e in entries),
        ]
        for name in analysis.confusion().labels
    }
    assert counted == {
        name: [score.gold, score.predicted, score.correct] for name, score in result.types.items()
    }
    table = analysis.confusion().array
    assert table[:-1].sum(axis=1).tolist() == [row[0] for row in counted.values()]
    assert table[:, :-1].sum(axis=0).tolist() == [row[1] for row in counted.values()]
    assert np.trace(analysis.confusion().same) == result.micro.correct
    # Each span is in one row, and rows are in reading order.
    for side in ("gold", "predicted"):
        spans = [
            (entry.place.sentence, span.start)
            for entry in entries
            if (span := getattr(entry, side))
        ]
        assert len({*spans}) == len(spans)


@pytest.mark.parametrize("seed", range(30))
def test_what_is_counted_of_spans_that_overlap_is_what_the_score_counts(seed):
    draw = random.Random(seed)

    def spans():
        found = []
        for _ in range(draw.randrange(7)):
            start = draw.randrange(12)
            end = draw.randrange(start + 1, 14)
            found.append({"start": start, "end": end, "label": draw.choice("AB")})
        return found

    texts = ["ab cde f ghij", "ab cde f ghij", "ab cde f ghij"]
    sides = [[{"text": text, "spans": spans()} for text in texts] for _ in (0, 1)]
    analysis, result = spanf1.analyze(*sides), spanf1.evaluate(*sides)
    assert analysis.counts["correct"] == result.micro.correct
    whole = analysis.confusion().array
    assert whole[:-1].sum() == result.micro.gold
    assert whole[:, :-1].sum() == result.micro.predicted
    for entry in analysis.entries(kind="all"):
        if entry.gold and entry.predicted:
            same = entry.gold[2:4] == entry.predicted[2:4]
            assert same == (entry.kind in ("correct", "type"))
            alike = entry.gold.type == entry.predicted.type
            assert alike == (entry.kind in ("correct", "boundary"))


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_spans_changes_nothing(seed):
    draw = random.Random(seed)
    rows = [
        [
            {"start": start, "end": draw.randrange(start + 1, 12), "label": draw.choice("ABC")}
            for start in draw.choices(range(10), k=6)
        ]
        for _ in (0, 1)
    ]

    def entries():
        records = [[{"text": "abcdefghijkl", "spans": spans}] for spans in rows]
        return sorted(map(str, spanf1.analyze(*records).entries(kind="all")))

    first = entries()
    for spans in rows:
        draw.shuffle(spans)
    assert entries() == first


def test_the_words_for_errors():
    assert [*KINDS] == ["correct", *ERRORS]
    assert all(HOWS.values())
