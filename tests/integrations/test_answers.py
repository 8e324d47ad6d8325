"""Answers as others score them: torchmetrics' SQuAD, and DROP's pairing by SciPy."""

from __future__ import annotations

import random

import numpy as np
import pytest

import spanf1
from tests.answers.test_bags import drop_span, drop_words, text

WORDS = ["a", "the", "New", "York", "new", "city", "An", "3", "U.S.", "l'été", "?!", "–"]


def test_torchmetrics() -> None:
    squad = pytest.importorskip("torchmetrics.text").SQuAD

    rng = random.Random(4)

    def words() -> str:
        return " ".join(rng.choices(WORDS, k=rng.randint(1, 5)))

    gold = {str(n): [words() for _ in range(rng.randint(1, 3))] for n in range(400)}
    # torchmetrics counts a reference without words as one, which SQuAD 2.0's script does not.
    gold = {
        n: [one for one in some if spanf1.answer_f1(one, "") == 0] or ["York"]
        for n, some in gold.items()
    }
    said = {n: words() for n in gold}
    metric = squad()
    metric.update(
        [{"id": n, "prediction_text": one} for n, one in said.items()],
        [
            {"id": n, "answers": {"text": some, "answer_start": [0] * len(some)}}
            for n, some in gold.items()
        ],
    )
    theirs = metric.compute()
    ours = spanf1.score_answers(gold, said)
    assert 100 * ours.f1 == pytest.approx(float(theirs["f1"]), abs=1e-3)
    assert 100 * ours.exact == pytest.approx(float(theirs["exact_match"]), abs=1e-3)


def test_drop_pairs_spans_as_scipy_does() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    rng = random.Random(11)
    for _ in range(2000):
        gold = ["x", *(f"{text(rng)} {text(rng)}" for _ in range(rng.randint(0, 4)))]
        said = [f"{text(rng)} {text(rng)}" for _ in range(rng.randint(1, 6))]
        table = np.array(
            [[drop_span({*drop_words(a)}, {*drop_words(b)}) for b in said] for a in gold]
        )
        reached = np.zeros(max(table.shape))
        for row, column in zip(*optimize.linear_sum_assignment(-table), strict=True):
            reached[row] = table[row, column]
        # To the last digit, rounded as NumPy does.
        assert spanf1.answer_f1([gold], said, rule="drop") == round(np.mean(reached), 2)
