"""Sentences and documents as wholes: figures of the sample, and a count in plain Python."""

from __future__ import annotations

import json
import math
import random
import statistics
from pathlib import Path

import numpy as np
import pytest

import spanf1
from spanf1 import Confidence, UsageError

SAMPLE = Path(__file__).parents[2] / "corpora" / "sample" / "english.spacy.conll"


def test_figures_of_the_sample() -> None:
    result = spanf1.score_file(SAMPLE, level="sentence")
    assert result.all[:2] == (141, 296)
    assert round(100 * result.all.share, 2) == 47.64
    assert result.with_gold[:2] == (56, 205)
    assert round(100 * result.with_gold.share, 2) == 27.32
    assert result.means == {}


Spans = list[list[tuple[int, int, str]]]


def random_spans(rng: random.Random, count: int) -> tuple[Spans, Spans]:
    every = [(a, a + 1, kind) for a in range(4) for kind in "AB"]
    gold = [rng.sample(every, rng.choice([0, 0, 1, 2])) for _ in range(count)]
    predicted = [
        [span for span in row if rng.random() < 0.8] + rng.sample(every, rng.choice([0, 0, 1]))
        for row in gold
    ]
    return gold, predicted


def records(spans: Spans) -> list[dict[str, object]]:
    return [
        {"text": "abcd", "spans": [{"start": a, "end": b, "label": kind} for a, b, kind in row]}
        for row in spans
    ]


def correct(gold: list[object], predicted: list[object]) -> int:
    left = [*gold]
    found = 0
    for span in predicted:
        if span in left:
            left.remove(span)
            found += 1
    return found


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("types", [None, ["A"]])
def test_a_count_in_plain_python_says_the_same(seed: int, types: list[str] | None) -> None:
    gold, predicted = random_spans(random.Random(seed), 30)
    how = {} if types is None else {"types": types}
    result = spanf1.evaluate(records(gold), records(predicted), level="document", **how)
    kept = [
        tuple([span for span in row if types is None or span[2] in types] for row in pair)
        for pair in zip(gold, predicted, strict=True)
    ]
    rows = [(len(a), len(b), correct(a, b)) for a, b in kept]
    right = [g == p == c for g, p, c in rows]
    assert result.all[:2] == (sum(right), 30)
    golden = [ok for ok, (g, _, _) in zip(right, rows, strict=True) if g]
    assert result.with_gold[:2] == (sum(golden), len(golden))
    for name, values in {
        "precision": [c / p for _, p, c in rows if p],
        "recall": [c / g for g, _, c in rows if g],
        "fbeta": [2 * c / (g + p) for g, p, c in rows if g and p],
    }.items():
        mean = result.means[name]
        assert mean.documents == len(values)
        assert mean.mean == pytest.approx(statistics.fmean(values))
        assert mean.deviation == pytest.approx(statistics.pstdev(values), abs=1e-8)


def test_ill_formed_spans_do_not_count_if_they_are_dropped() -> None:
    gold, predicted = [["B-A", "I-A"], ["O"]], [["B-A", "I-A"], ["I-A"]]
    for reading, right in (("lenient", 1), ("strict", 2)):
        result = spanf1.evaluate(gold, predicted, level="sentence", reading=reading, scheme="IOB2")
        assert result.all[:2] == (right, 2)


def test_intervals_are_of_the_units_of_the_level() -> None:
    result = spanf1.score_file(SAMPLE, level="sentence", confidence=0.95)
    low, high = result.all.interval
    # that of a share of 296, by its normal approximation
    half = 1.96 * math.sqrt(result.all.share * (1 - result.all.share) / 296)
    assert (low, high) == pytest.approx(
        (result.all.share - half, result.all.share + half), abs=0.01
    )
    assert "22 documents are marked" in " ".join(str(result).split())
    documents = spanf1.score_file(SAMPLE, level="document", confidence=0.95)
    # None of 22 is right: what others would be is not known of these.
    assert math.isnan(documents.all.interval.low)
    assert "none where none is right" in " ".join(str(documents).split())
    mean = documents.means["fbeta"]
    half = 1.96 * mean.deviation / math.sqrt(22)
    assert mean.interval == pytest.approx((mean.mean - half, mean.mean + half), abs=0.01)
    with pytest.raises(UsageError, match="each is drawn, and no document"):
        spanf1.score_file(SAMPLE, level="sentence", confidence=Confidence(unit="document"))


def test_json_carries_everything() -> None:
    result = spanf1.score_file(SAMPLE, level="document", confidence=0.9)
    data = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert data["all"] == {"right": 0, "of": 22, "share": 0.0, "interval": [None, None]}
    assert data["means"]["precision"]["sd"] == pytest.approx(0.17003540)
    assert data["confidence"]["units"] == 22
    assert data["signature"].startswith("right:document|f1:documents|match:exact|scheme:IOB2|")


def test_nothing_is_no_share() -> None:
    result = spanf1.evaluate([], [], level="sentence")
    assert result.all[:3] == (0, 0, 0.0)
    assert np.array_equal(result.counts, np.zeros((0, 3)))
    with pytest.raises(UsageError, match="marks no documents"):
        spanf1.evaluate([["O"]], [["O"]], level="document")
