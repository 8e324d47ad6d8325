"""Results of levels go to JSON and back."""

from __future__ import annotations

import json

import pytest

import spanf1
from spanf1 import TokenResult, WholeResult
from tests.helpers.shared_data import ROOT

SAMPLE = ROOT / "corpora" / "sample" / "english.spacy.conll"


def again(data: dict[str, object]) -> dict[str, object]:
    made: dict[str, object] = json.loads(json.dumps(data, allow_nan=False))
    return made


@pytest.mark.parametrize(
    "how", [{}, {"types": ["PER", "X"], "beta": 2}, {"map_types": {"PER": "P"}, "zero_division": 1}]
)
def test_tokens(how) -> None:
    result = spanf1.score_file(SAMPLE, level="token", **how)
    data = again(result.to_dict())
    other = TokenResult.from_dict(data)
    assert other.to_dict() == result.to_dict()
    assert str(other) == str(result)
    assert (other + other).accuracy == result.accuracy
    certain = spanf1.score_file(SAMPLE, level="token", confidence=0.9, **how)
    assert TokenResult.from_dict(again(certain.to_dict())).to_dict() == result.to_dict()


def test_labels() -> None:
    result = spanf1.evaluate([1, 0, 2], [1, 0, 1], level="token", outside=["0"])
    assert TokenResult.from_dict(again(result.to_dict())).to_dict() == result.to_dict()


@pytest.mark.parametrize("level", ["sentence", "document"])
@pytest.mark.parametrize("confidence", [None, 0.9])
def test_wholes(level, confidence) -> None:
    result = spanf1.score_file(SAMPLE, level=level, confidence=confidence, beta=float("inf"))
    other = WholeResult.from_dict(again(result.to_dict()))
    assert other.to_dict() == result.to_dict()
    assert str(other) == str(result)


def test_what_is_no_result_of_a_level() -> None:
    spans, tokens, wholes = (
        again(spanf1.score_file(SAMPLE, level=level).to_dict())
        for level in ("span", "token", "sentence")
    )
    with pytest.raises(spanf1.UsageError, match="figures of level token, and results of level"):
        WholeResult.from_dict(tokens)
    with pytest.raises(spanf1.UsageError, match="figures of level span, and results of level"):
        TokenResult.from_dict(spans)
    tally = dict(wholes["tally"])
    for counts in ([[1, 1, 2, 1]], [[1, 1, 1, -1]], [[1, 1]], [[1 << 40, 1, 1, 1]], "x"):
        with pytest.raises(spanf1.UsageError, match="this is not a result"):
            WholeResult.from_dict(wholes | {"tally": tally | {"counts": counts}})
    tally = dict(tokens["tally"])
    for cells in ([["Q", "A", "I", "A", 1]], [["B", "A", "I", "A", -1]], [["B", 1, "I", "A", 1]]):
        with pytest.raises(spanf1.UsageError, match="this is not a result"):
            TokenResult.from_dict(tokens | {"tally": tally | {"cells": cells}})
