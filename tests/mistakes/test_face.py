"""What an analysis shows of itself: counts for people, each error for programs."""

from __future__ import annotations

import csv
import json

import pytest

import spanf1
from spanf1.exceptions import UsageError
from spanf1.mistakes.report import ENTRIES, Listing
from tests.helpers.pages import Seen

GOLD = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-ORG"]]
PREDICTED = [["B-PER", "I-PER", "O", "O"], ["O", "B-LOC"]]
TOKENS = [["Ada", "<b>", "in", "<script>"], ["at", "IBM"]]


@pytest.fixture
def analysis() -> spanf1.Analysis:
    return spanf1.analyze(GOLD, PREDICTED, tokens=TOKENS)


def test_for_people(analysis) -> None:
    assert "errors" in str(analysis)
    assert "| missed | 1 | 50.0 |" in analysis.to_markdown()
    assert r"missed & 1 & 50.0 \\" in analysis.to_latex()
    seen = Seen(analysis._repr_html_())
    assert {"script", "b"}.isdisjoint(seen.tags)
    assert "1 correct of 3 in gold" in seen.text
    assert repr(analysis).startswith("Analysis(correct 1, type 1,")


def test_for_programs(analysis) -> None:
    entries = [*analysis.entries()]
    assert analysis.to_csv() == "".join(ENTRIES["csv"](Listing(entries)))
    rows = [*csv.DictReader(analysis.to_csv().splitlines())]
    assert [row["gold_text"] for row in rows] == ["<script>", "IBM"]
    data = json.loads(analysis.to_json())
    assert data["counts"] == analysis.counts
    assert data["entries"] == json.loads(json.dumps([entry.to_dict() for entry in entries]))
    assert data["what_if"][0]["f1"] == analysis.result.micro.f1
    assert data["signature"] == str(analysis.result.signature())


def test_spans_without_texts_are_refused() -> None:
    spans = [[(0, 2, "PER")]]
    for how in ({}, {"sentence": 1}):
        work = spanf1.explain if how else spanf1.analyze
        with pytest.raises(UsageError, match="spans alone have no texts"):
            work(spans, spans, **how)
