"""Answers as others score them: torchmetrics' SQuAD."""

from __future__ import annotations

import random

import pytest

import spanf1

pytest.importorskip("torchmetrics")

WORDS = ["a", "the", "New", "York", "new", "city", "An", "3", "U.S.", "l'été", "?!", "–"]


def test_torchmetrics() -> None:
    from torchmetrics.text import SQuAD

    rng = random.Random(4)

    def text() -> str:
        return " ".join(rng.choices(WORDS, k=rng.randint(1, 5)))

    gold = {str(n): [text() for _ in range(rng.randint(1, 3))] for n in range(400)}
    # torchmetrics counts a reference without words as one, which SQuAD 2.0's script does not.
    gold = {
        n: [one for one in some if spanf1.answer_f1(one, "") == 0] or ["York"]
        for n, some in gold.items()
    }
    said = {n: text() for n in gold}
    metric = SQuAD()
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
