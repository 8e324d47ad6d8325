"""Conversions from and to the formats that need other libraries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.roundtrips import (
    carry_spans,
    check_scores,
    check_there_and_back,
    documents,
    pairs,
)

pytest.importorskip("pyarrow")
pytest.importorskip("spacy")

import pyarrow as pa
import pyarrow.parquet as pq

pytestmark = pytest.mark.filterwarnings("ignore")

PAIRS = pairs(["arrow", "spacy"])


@pytest.mark.parametrize(("first", "second"), PAIRS)
@given(given=documents())
@settings(max_examples=8, deadline=None)
def test_there_and_back(first, second, given) -> None:
    check_there_and_back(first, second, given)


@pytest.mark.parametrize(("first", "second"), [pair for pair in PAIRS if carry_spans(*pair)])
@given(gold=documents(tokens=True), seed=st.integers(0, 4095))
@settings(max_examples=5, deadline=None)
def test_scores_stay(first, second, gold, seed) -> None:
    check_scores(first, second, gold, seed)


@pytest.fixture
def tags(tmp_path, monkeypatch) -> str:
    """Make a file of Parquet with tags, of which one is ill-formed."""
    monkeypatch.chdir(tmp_path)
    table = {
        "tokens": [["Ada", "met"], [], ["Bob", "Day"]],
        "ner_tags": [["B-PER", "O"], [], ["B-PER", "I-LOC"]],
    }
    pq.write_table(pa.table(table), "in.parquet")
    return "in.parquet"


def test_tags_of_parquet_are_validated_as_tags(run, tags) -> None:
    ran = run("validate", tags, "--scheme", "IOB2")
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "in.parquet:3: B-PER → I-LOC at 'Day': I begins no span in IOB2",
        "in.parquet: 1 violation of IOB2 (given); 4 tokens in 2 sentences; Parquet, Arrow, or a "
        "folder of a Hugging Face dataset, key ner_tags",
        "  1  B-PER → I-LOC",
    ]


@pytest.mark.usefixtures("tags")
def test_label_ids_of_parquet(run) -> None:
    table = pa.table({"tokens": [["Ada", "met"]], "ner_tags": [[2, 0]]})
    pq.write_table(table, "ids.parquet")
    ran = run("validate", "ids.parquet", "--labels", "O,B-X,I-X", "--scheme", "IOB2", "-f", "json")
    (found,) = json.loads(ran.out)[0]["violations"]
    assert (found["line"], found["token"], found["kind"]) == (1, "Ada", "O → I-X")


def test_parquet_is_described_and_converted(run, tags) -> None:
    total = json.loads(run("describe", tags, "--format", "json").out)["total"]
    assert (total["tokens"], total["sentences"], total["all"]["entities"]) == (4, 2, 3)
    run("convert", tags, "--to-format", "columns", "-o", "out")
    assert Path("out").read_text() == "Ada\tB-PER\nmet\tO\n\nBob\tB-PER\nDay\tB-LOC\n"
    ran = run("convert", "out", "--to-format", "spacy", "-o", "out.spacy")
    assert "2 documents, 3 spans" in ran.err
    ran = run("validate", "out.spacy")
    assert ran.code == 0
