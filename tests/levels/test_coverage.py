"""How often intervals of kappa and the like hold the truth, in simulated corpora."""

from __future__ import annotations

import numpy as np
import pytest

from spanf1 import Confidence, TokenResult
from spanf1.levels.tokens import tally_labels


def result_of(rng: np.random.Generator, count: int, how: Confidence | None) -> TokenResult:
    """Return the result of sentences of which some are harder than others."""
    lengths = rng.integers(5, 25, count).astype(np.intp)
    size = int(lengths.sum())
    gold = rng.choice([0, 1, 2], size, p=[0.8, 0.12, 0.08])
    wrong = rng.random(size) < np.repeat(rng.beta(1, 5, count), lengths)
    predicted = np.where(wrong, rng.choice([0, 1, 2], size, p=[0.6, 0.2, 0.2]), gold)
    units = how.unit if how else ""
    tally = tally_labels(gold, predicted, lengths, outside=["0"], units=units)
    return TokenResult(tally, confidence=how)


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_intervals_hold_the_truth_as_often_as_they_say(method) -> None:
    rng, times = np.random.default_rng(1), 200
    names = ["accuracy", "specificity", "mcc", "kappa", "kappa_marked"]
    truth = result_of(rng, 100_000, None).measures
    held = dict.fromkeys(names, 0)
    for seed in range(times):
        how = Confidence(resamples=400, method=method, seed=seed, unit="sentence")
        certainty = result_of(rng, 200, how).certainty
        assert certainty is not None
        for name in names:
            low, high = certainty.measures[name]
            held[name] += low <= truth[name] <= high
    # 95% of 200, give or take what 200 corpora tell: 2.6 standard deviations
    assert all(182 <= count <= 198 for count in held.values()), held
