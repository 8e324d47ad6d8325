"""Tables that are in memory: dicts of lists here; datasets and frames are tested with others."""

from __future__ import annotations

import math
from itertools import chain
from types import SimpleNamespace

import pytest

import spanf1
from spanf1 import AlignmentError, TagError, UsageError

GOLD = [["B-PER", "I-PER", "O"], ["B-LOC"], ["O", "B-ORG"]]
PREDICTED = [["B-PER", "I-PER", "O"], ["O"], ["B-ORG", "I-ORG"]]
ROWS = {"gold": GOLD, "pred": PREDICTED, "text": ["a", "b", "c"]}
TOKENS = {
    "gold": [*chain(*GOLD)],
    "pred": [*chain(*PREDICTED)],
    "sent": [1, 1, 1, 2, 3, 3],
    "sparse": ["s1", None, math.nan, "s2", "s3", ""],
}
BY_TOKEN = {"gold_column": "gold", "pred_column": "pred"}
NAMES = ["O", "B-PER", "I-PER", "B-LOC", "B-ORG", "I-ORG"]
LISTS = spanf1.evaluate(GOLD, PREDICTED)


class Dataset(dict):
    """As a dataset of Hugging Face, whose features name ids."""

    def __init__(self, columns, **names) -> None:
        super().__init__(columns)
        label = {name: SimpleNamespace(names=some) for name, some in names.items()}
        self.features = {name: SimpleNamespace(feature=one) for name, one in label.items()}


def ids(rows, names=NAMES) -> list[list[int]]:
    return [[*map(names.index, row)] for row in rows]


def test_a_row_for_each_sentence() -> None:
    assert spanf1.evaluate(ROWS, gold_key="gold", pred_key="pred") == LISTS
    assert spanf1.evaluate(ROWS, ROWS, gold_key="gold", pred_key="pred") == LISTS
    assert spanf1.evaluate(ROWS, ROWS, gold_key="gold").micro.f1 == 1
    tokens = spanf1.evaluate(ROWS, gold_key="gold", pred_key="pred", level="token")
    assert tokens == spanf1.evaluate(GOLD, PREDICTED, level="token")


@pytest.mark.parametrize("name", ["sent", "sparse"])
def test_a_row_for_each_token(name) -> None:
    assert spanf1.evaluate(TOKENS, **BY_TOKEN, sentence_column=name) == LISTS


def test_all_rows_are_one_sentence_if_that_is_said() -> None:
    one = spanf1.evaluate(TOKENS, **BY_TOKEN, sentence_column="none")
    assert one == spanf1.evaluate([[*chain(*GOLD)]], [[*chain(*PREDICTED)]])
    nothing = {"gold": [], "pred": []}
    assert spanf1.evaluate(nothing, **BY_TOKEN, sentence_column="none").tally.tokens == 0


def test_an_id_that_comes_again_begins_a_sentence() -> None:
    table = {"gold": ["B-A", "I-A", "I-A"], "sent": [1, 2, 1]}
    result = spanf1.evaluate(table, table, gold_column="gold", sentence_column="sent")
    assert (result.micro.gold, result.counts.sentences) == (3, 3)


def test_spans_and_records_in_a_table() -> None:
    table = {"gold": [[(0, 1, "A")], []], "pred": [[(0, 1, "A")], [(0, 2, "B")]]}
    assert spanf1.evaluate(table, gold_key="gold", pred_key="pred").micro.precision == 0.5
    items = {"gold": [[{"start": 0, "end": 2, "label": "A"}]], "pred": [[]]}
    assert spanf1.evaluate(items, gold_key="gold", pred_key="pred").micro.gold == 1


@pytest.mark.parametrize(
    "table",
    [
        Dataset({"gold": ids(GOLD), "pred": ids(PREDICTED)}, gold=NAMES, pred=NAMES),
        Dataset({"gold": ids(GOLD), "pred": ids(PREDICTED)}, gold=NAMES),
        Dataset({"gold": ids(GOLD), "pred": PREDICTED}, gold=NAMES),
        Dataset({"gold": GOLD, "pred": ids(PREDICTED)}, pred=NAMES),
        Dataset(
            {"gold": ids(GOLD), "pred": ids(PREDICTED, NAMES[::-1])}, gold=NAMES, pred=NAMES[::-1]
        ),
    ],
)
def test_ids_have_the_names_of_their_column(table) -> None:
    result = spanf1.evaluate(table, gold_key="gold", pred_key="pred")
    assert result == LISTS


def test_given_labels_come_first() -> None:
    table = Dataset({"gold": [[1]], "pred": [[1]]}, gold=["O", "B-X"])
    result = spanf1.evaluate(table, gold_key="gold", pred_key="pred", labels=["O", "B-Y"])
    assert [*result] == ["Y"]


@pytest.mark.parametrize("pred", [[[1, 2, 0]], [["B-PER", "I-PER", "B-LOC"]]])
def test_tokens_that_do_not_count(pred) -> None:
    table = Dataset({"gold": [[1, 2, -100]], "pred": pred}, gold=NAMES)
    result = spanf1.evaluate(table, gold_key="gold", pred_key="pred")
    assert (result.micro.f1, result.tally.tokens) == (1, 2)


def test_an_id_without_a_name() -> None:
    table = Dataset({"gold": [[1, 9]], "pred": [["O", "O"]]}, gold=NAMES)
    with pytest.raises(TagError, match=r"y_true\[0\]\[1\]: id 9 has no label"):
        spanf1.evaluate(table, gold_key="gold", pred_key="pred")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((ROWS,), "y_pred is not given: both sides are in one table"),
        ((GOLD,), "y_pred is not given: both sides are in one table"),
        ((ROWS, None, {"gold_key": "gold"}), "pred_key is not given"),
        ((ROWS, None, {"pred_key": "gold"}), "gold_key is not given"),
        ((TOKENS, None, {"sentence_column": "sent"}), "gold_column is not given"),
        ((TOKENS, None, BY_TOKEN), "sentence_column is not given: a row is a token"),
        ((ROWS, None, {"gold_key": "gold", "pred_column": "pred"}), "do not go together"),
        ((GOLD, PREDICTED, {"gold_key": "gold"}), "y_true is no table: it has no columns"),
        ((ROWS, PREDICTED, {"gold_key": "gold"}), "y_pred is no table: it has no columns"),
        (
            (ROWS, None, {"gold_key": "gold", "pred_key": "prad"}),
            "no column is called 'prad': there are gold, pred, text",
        ),
    ],
)
def test_where_the_sides_are_is_to_be_said(given, message) -> None:
    *sides, more = given if isinstance(given[-1], dict) and len(given) == 3 else (*given, {})
    with pytest.raises(UsageError, match=message):
        spanf1.evaluate(*sides, **more)


def test_two_tables_with_other_rows() -> None:
    fewer = {name: column[:-1] for name, column in TOKENS.items()}
    other = {**TOKENS, "sent": [1, 1, 2, 2, 3, 3]}
    how = {"gold_column": "gold", "sentence_column": "sent"}
    with pytest.raises(AlignmentError, match="y_true has 6 rows, y_pred has 5"):
        spanf1.evaluate(TOKENS, fewer, **how)
    with pytest.raises(AlignmentError, match="sentences do not begin at the same rows"):
        spanf1.evaluate(TOKENS, other, **how)
