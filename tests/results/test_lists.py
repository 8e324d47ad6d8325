"""Scores that are added up: exact whatever the batches, in whatever processes."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from functools import reduce
from operator import add
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1 import AlignmentError, IllFormedError, SpanF1, TagError, UsageError

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "E-LOC"]
Sentences = list[list[tuple[int, int]]]


def sides(sentences: Sentences) -> dict[str, list[list[int]]]:
    """Return the arguments of `update`."""
    return {
        "references": [[gold for gold, _ in one] for one in sentences],
        "predictions": [[predicted for _, predicted in one] for one in sentences],
    }


def as_tags(rows: list[list[int]]) -> list[list[str]]:
    return [[LABELS[one] for one in row] for row in rows]


def counted(sentences: Sentences, **options: Any) -> SpanF1:
    metric = SpanF1(labels=LABELS, **options)
    metric.update(**sides(sentences))
    return metric


pairs = st.tuples(st.integers(-1, 5), st.integers(0, 5)).map(lambda p: (p[0], max(p)))
corpora = st.lists(st.lists(st.lists(pairs, max_size=6), max_size=3), min_size=1, max_size=7)


@pytest.mark.slow
@settings(deadline=None, max_examples=100)
@given(corpora, st.sampled_from(["lenient", "strict", "conlleval"]), st.randoms())
def test_any_batches_and_any_sums(batches: list[Sentences], reading: str, random: Any) -> None:
    options = {"ignore_index": -1, "reading": reading, "types": ["PER", "LOC"]}
    rows = sides([sentence for batch in batches for sentence in batch])
    gold, predicted = rows["references"], rows["predictions"]
    expected = spanf1.evaluate(gold, predicted, labels=LABELS, **options).to_dict()
    one = SpanF1(labels=LABELS, **options)
    for batch in batches:
        one.update(**sides(batch))
    assert one.compute().to_dict() == expected
    # In whatever order they are added, as long as they stay in a row.
    parts = [counted(batch, **options) for batch in batches]
    assert sum(parts, start=0).compute().to_dict() == expected
    while len(parts) > 1:
        place = random.randrange(len(parts) - 1)
        left, right = parts[place : place + 2]
        before = right.compute().to_dict()
        if random.random() < 0.5:
            left.merge(pickle.loads(pickle.dumps(right)))  # noqa: S301 - our own
        else:
            left = left + right
        assert right.compute().to_dict() == before
        parts[place : place + 2] = [left]
    assert parts[0].compute().to_dict() == expected


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(corpora)
def test_tags_and_intervals(batches: list[Sentences]) -> None:
    batches = [[[(max(g, 0), p) for g, p in one] for one in batch] for batch in batches]
    batches.append([[(1, 1), (2, 2)], [(3, 0)]])
    metric, confidence = SpanF1(confidence=0.9), spanf1.Confidence(level=0.9)
    for batch in batches:
        metric.update(**{name: as_tags(rows) for name, rows in sides(batch).items()})
    rows = sides([sentence for batch in batches for sentence in batch])
    gold, predicted = as_tags(rows["references"]), as_tags(rows["predictions"])
    expected = spanf1.evaluate(gold, predicted, confidence=confidence)
    assert metric.compute().to_dict() == expected.to_dict()
    assert metric.compute().certainty == expected.certainty


BATCH = [[(1, 1), (2, 2), (0, 0)], [(3, 0), (0, 3)]]


def test_sums_leave_what_is_added_alone() -> None:
    one, other = counted(BATCH), counted(BATCH[:1])
    both = one + other
    assert [m.compute().counts.tokens for m in (one, other, both)] == [5, 3, 8]
    both.update(**sides(BATCH))
    assert [m.compute().counts.tokens for m in (one, other, both)] == [5, 3, 13]
    same = one
    same += other
    assert same is one
    assert one.compute().counts.tokens == 8


def test_reset_and_nothing() -> None:
    metric = counted(BATCH)
    metric.reset()
    assert metric.compute().to_dict() == spanf1.evaluate([], [], labels=LABELS).to_dict()
    metric.update(**sides(BATCH))
    assert metric.compute().to_dict() == counted(BATCH).compute().to_dict()
    assert (SpanF1(labels=LABELS) + metric).compute() == metric.compute()


def test_a_mask() -> None:
    metric = SpanF1(labels=LABELS)
    metric.update([[1, 0]], [[1, 3]], [[True, False]])
    assert metric.compute().counts.total == (1, 1, 1)


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (([[0, 0]], [[1]]), AlignmentError),
        (([[1], [9]], [[3], [0]]), TagError),
        (([[1], [0.5]], [[3], [0]]), UsageError),
        (([[1], [6]], [[3], [0]]), TagError),
    ],
)
def test_a_batch_with_an_error_is_left_out(bad: Any, error: type[Exception]) -> None:
    metric = SpanF1(labels=[*LABELS, "X"])
    metric.update(**sides(BATCH))
    before = pickle.dumps(metric)
    with pytest.raises(error):
        metric.update(*bad)
    assert pickle.dumps(metric) == before


def test_tags_are_written_alike_in_all_batches() -> None:
    metric, other = SpanF1(), SpanF1()
    metric.update([["PER_B", "O"]], [["PER_B", "O"]])
    with pytest.raises(TagError, match="like those before it"):
        metric.update([["B-PER"]], [["PER_B"]])
    other.update([["B-PER"]], [["B-PER"]])
    for total in (metric, other):
        with pytest.raises(TagError):
            total.merge(other if total is metric else metric)
    # What the first batch leaves open, the second settles.
    open_, settled = SpanF1(), SpanF1()
    open_.update([["B-I"]], [["B-I"]])
    settled.update([["PER-B"]], [["PER-B"]])
    with pytest.raises(TagError):
        open_ + settled
    with pytest.raises(TagError):
        settled + open_
    settled.update([["B-I"]], [["B-I"]])
    assert sorted(settled.compute().types) == ["B", "PER"]


def test_only_the_same_settings_are_added() -> None:
    metric = SpanF1(labels=LABELS, zero_division=float("nan"), confidence=0.95)
    assert metric + SpanF1(labels=dict(enumerate(LABELS)), zero_division=np.nan, confidence=0.95)
    for other in (
        SpanF1(),
        SpanF1(labels=LABELS),
        SpanF1(labels=LABELS[:-1], zero_division=np.nan, confidence=0.95),
    ):
        with pytest.raises(UsageError, match="settings"):
            metric.merge(other)
    with pytest.raises(UsageError, match="settings"):
        SpanF1() + SpanF1(reading="strict")
    with pytest.raises(TypeError):
        metric + 1


def test_arguments_are_checked_at_once() -> None:
    for options in ({"reading": "X"}, {"labels": []}, {"tag_form": "X"}, {"ignore_index": None}):
        with pytest.raises(UsageError):
            SpanF1(**{"labels": LABELS, **options})
    metric = SpanF1(labels=LABELS, reading="error", scheme="IOB2")
    metric.update([[2]], [[1]])
    with pytest.raises(IllFormedError, match="token 1"):
        metric.compute()
    with pytest.raises(UsageError, match="no labels"):
        SpanF1().update([[1]], [[1]])


def test_processes() -> None:
    batches = [BATCH, BATCH[::-1], [[(0, 5)]]]
    with ProcessPoolExecutor(2) as pool:
        total = reduce(add, pool.map(counted, batches))
    assert (
        total.compute().to_dict() == counted([*BATCH, *BATCH[::-1], [(0, 5)]]).compute().to_dict()
    )


@pytest.mark.slow
def test_many_small_batches_are_quick_and_small() -> None:
    rng = np.random.default_rng(0)
    gold, predicted = rng.integers(0, 6, (2, 1000, 8, 32))
    metric = SpanF1(labels=LABELS)
    begun = perf_counter()
    for references, predictions in zip(gold, predicted, strict=True):
        metric.update(predictions, references)
    assert perf_counter() - begun < 10
    assert len(pickle.dumps(metric)) < 50_000
    whole = spanf1.evaluate(gold.reshape(-1, 32), predicted.reshape(-1, 32), labels=LABELS)
    assert metric.compute().to_dict() == whole.to_dict()
