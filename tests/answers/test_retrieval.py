"""Precision, recall and F1 of the first K: by hand, and in a few lines."""

from __future__ import annotations

import random

import pytest

import spanf1
from spanf1.exceptions import AlignmentError, LayoutError, UsageError


def test_one_list_by_hand() -> None:
    result = spanf1.score_retrieval([{1, 2, 3, 4}], [[1, 9, 2, 3, 8]], at=(1, 3, 4, 5))
    found = [round(result[f"f1@{k}"], 4) for k in result.at]
    assert found == [0.4, 0.5714, 0.75, 0.6667]
    assert result.best == (4, 0.75)
    assert result["precision@5"] == 0.6
    assert result["recall@5"] == 0.75


def test_random_lists() -> None:
    rng = random.Random(3)
    gold = {n: rng.sample(range(30), rng.randint(1, 6)) for n in range(200)}
    found = {n: rng.sample(range(30), rng.randint(0, 12)) for n in range(200)}
    result = spanf1.score_retrieval(gold, found, at=range(1, 15))
    means = []
    for k in range(1, 15):
        p, r, f = [], [], []
        for n, relevant in gold.items():
            right = len({*found[n][:k]} & {*relevant})
            p.append(right / k)
            r.append(right / len(relevant))
            f.append(2 * p[-1] * r[-1] / (p[-1] + r[-1]) if right else 0)
        for name, values in (("precision", p), ("recall", r), ("f1", f)):
            assert result[f"{name}@{k}"] == pytest.approx(sum(values) / 200)
        means.append(sum(f) / 200)
    assert result.best[0] == means.index(max(means)) + 1
    assert result.best[1] == pytest.approx(max(means))


def test_questions_to_which_nothing_is_relevant_do_not_count() -> None:
    result = spanf1.score_retrieval([["a"], []], [["a"], ["b"]], at=[1])
    assert (result["f1@1"], result.left_out, len(result.ids)) == (1, 1, 1)
    assert "left-out:1" in result.signature
    with pytest.raises(AlignmentError, match="no question"):
        spanf1.score_retrieval([[]], [["a"]])


def test_nothing_retrieved() -> None:
    result = spanf1.score_retrieval([["a"]], [[]], at=[1, 2])
    assert (result["f1@2"], result.best) == (0, (0, 0.0))
    assert "best K" not in str(result)


def test_what_is_wrong() -> None:
    with pytest.raises(LayoutError, match="'a' was retrieved twice for question '1'"):
        spanf1.score_retrieval([["a"]], [["a", "b", "a"]])
    with pytest.raises(UsageError, match="whole numbers from 1 on"):
        spanf1.score_retrieval([["a"]], [["a"]], at=[0])
    skipped = spanf1.score_retrieval({"x": ["a"], "y": ["b"]}, {"y": ["b"]}, missing="skip")
    assert "1 question left out" in str(skipped)
    with pytest.raises(AlignmentError, match="no prediction for question 'x'"):
        spanf1.score_retrieval({"x": ["a"]}, {})
    with pytest.raises(UsageError, match="unknown figure"):
        spanf1.score_retrieval([["a"]], [["a"]])["f1@2"]


def test_intervals() -> None:
    result = spanf1.score_retrieval(
        [["a"], ["b"]] * 20, [["a"], ["x"]] * 20, at=[1], confidence=0.9
    )
    low, high = result.intervals["f1@1"]
    assert low < 0.5 < high
    assert "intervals" in str(result)


def test_a_text_is_no_list_of_ids() -> None:
    """Its characters would be ids."""
    with pytest.raises(LayoutError, match="question '1': 'abc' is no list of ids"):
        spanf1.score_retrieval([["abc"]], ["abc"])
    with pytest.raises(LayoutError, match="question '1': 'abc' is no list of ids"):
        spanf1.score_retrieval(["abc"], [["abc"]])


def test_questions_that_score_0_for_want_of_a_list_are_told() -> None:
    result = spanf1.score_retrieval({1: ["a"], 2: ["b"]}, {1: ["a"]}, at=[1], missing="zero")
    assert result.notes == ("1 question without a prediction: each scores 0",)
