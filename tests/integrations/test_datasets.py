"""Datasets of Hugging Face, scored as they are in memory."""

from __future__ import annotations

import pytest

import spanf1

datasets = pytest.importorskip("datasets")

NAMES = ["O", "B-PER", "I-PER", "B-LOC"]
GOLD, PREDICTED = [[1, 2, 0], [3], [0, 1]], [[1, 2, 0], [0], [0, 3]]
HOW = {"gold_key": "ner_tags", "pred_key": "predicted"}
EXPECTED = spanf1.evaluate(GOLD, PREDICTED, labels=NAMES)


def dataset(**columns):
    tags, ids = datasets.Value("string"), datasets.ClassLabel(names=NAMES)
    kinds = {
        name: datasets.Sequence(tags if isinstance(rows[0][0], str) else ids)
        for name, rows in columns.items()
    }
    return datasets.Dataset.from_dict(columns, features=datasets.Features(kinds))


@pytest.mark.parametrize("form", [None, "numpy", "torch", "arrow"])
def test_ids_have_the_names_of_the_feature(form) -> None:
    made = dataset(ner_tags=GOLD, predicted=PREDICTED).with_format(form)
    assert spanf1.evaluate(made, **HOW) == EXPECTED


def test_tags_beside_ids_and_two_datasets() -> None:
    tags = [[NAMES[one] for one in row] for row in PREDICTED]
    made = dataset(ner_tags=GOLD, predicted=tags)
    assert spanf1.evaluate(made, **HOW).micro == EXPECTED.micro
    other = dataset(ner_tags=PREDICTED)
    assert spanf1.evaluate(dataset(ner_tags=GOLD), other, gold_key="ner_tags") == EXPECTED
    with pytest.raises(KeyError, match="no column is called 'tags': there are ner_tags, pred"):
        spanf1.evaluate(made, gold_key="tags", pred_key="predicted")


def test_rows_that_were_chosen() -> None:
    made = dataset(ner_tags=GOLD, predicted=PREDICTED).select([2, 0])
    chosen = [[side[2], side[0]] for side in (GOLD, PREDICTED)]
    assert spanf1.evaluate(made, **HOW) == spanf1.evaluate(*chosen, labels=NAMES)
