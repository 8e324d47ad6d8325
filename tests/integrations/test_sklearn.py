from __future__ import annotations

import pickle
from collections import Counter
from typing import Any, get_args

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import BaseEstimator
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, cross_validate

import spanf1
from spanf1.integrations import sklearn as scores

pytestmark = pytest.mark.filterwarnings("ignore")

GOLD = [["B-PER", "I-PER", "O"], ["B-LOC", "O"], ["O", "B-ORG", "I-ORG"]]
PREDICTED = [["B-PER", "I-PER", "O"], ["O", "B-LOC"], ["O", "I-ORG", "I-ORG"]]

WORDS = [
    ["Ada", "Lovelace", "left", "London"],
    ["Ada", "saw", "Paris"],
    ["London", "and", "Paris", "met"],
    ["Byron", "left"],
    ["Byron", "saw", "Ada", "Lovelace"],
    ["Turing", "saw", "Byron"],
]
TAGS = [
    ["B-PER", "I-PER", "O", "B-LOC"],
    ["B-PER", "O", "B-LOC"],
    ["B-LOC", "O", "B-LOC", "O"],
    ["B-PER", "O"],
    ["B-PER", "O", "B-PER", "I-PER"],
    ["B-PER", "O", "B-PER"],
]


class Lookup(BaseEstimator):
    """Gives each word the tag that it has most often, if it was seen often enough."""

    def __init__(self, least: int = 1) -> None:
        self.least = least

    def fit(self, sentences: Any, tags: Any) -> Lookup:
        pairs = Counter(
            pair
            for words, row in zip(sentences, tags, strict=True)
            for pair in zip(words, row, strict=True)
        )
        ranked = sorted(pairs.items(), key=lambda item: item[1])
        self.tags_ = {word: tag for (word, tag), count in ranked if count >= self.least}
        return self

    def predict(self, sentences: Any) -> list[list[str]]:
        return [[self.tags_.get(word, "O") for word in words] for words in sentences]


@pytest.mark.parametrize("average", ["micro", "macro", "weighted"])
@pytest.mark.parametrize("figure", ["f1", "precision", "recall"])
def test_functions_are_the_figures_of_evaluate(figure: str, average: str) -> None:
    options: dict[str, Any] = {"reading": "strict", "scheme": "IOB2"}
    result = spanf1.evaluate(GOLD, PREDICTED, **options)
    expected = getattr(getattr(result, average), figure)
    function = scores.FIGURES[figure]
    assert function(GOLD, PREDICTED, average=average, **options) == expected
    assert type(function(GOLD, PREDICTED)) is float


def test_fbeta() -> None:
    predicted = [*PREDICTED[:2], ["O"] * 3]
    expected = spanf1.evaluate(GOLD, predicted, beta=2).micro.fbeta
    assert scores.fbeta_score(GOLD, predicted, beta=2) == expected


def test_arrays_of_lists() -> None:
    arrays = [np.empty(3, object), np.empty(3, object)]
    for array, lists in zip(arrays, (GOLD, PREDICTED), strict=True):
        array[:] = lists
    assert scores.f1_score(*arrays) == scores.f1_score(GOLD, PREDICTED)


def test_cross_validation() -> None:
    folds = KFold(3)
    found = cross_val_score(Lookup(), WORDS, TAGS, cv=folds, scoring=scores.scorer())
    expected = []
    for train, test in folds.split(WORDS):
        model = Lookup().fit([WORDS[k] for k in train], [TAGS[k] for k in train])
        predicted = model.predict([WORDS[k] for k in test])
        expected.append(spanf1.evaluate([TAGS[k] for k in test], predicted).micro.f1)
    assert found.tolist() == expected
    assert 0 < found.mean() < 1


def test_several_scorers() -> None:
    scoring = {name: scores.scorer(name, average="macro") for name in ("f1", "recall")}
    found = cross_validate(Lookup(), WORDS, TAGS, cv=2, scoring=scoring, error_score="raise")
    assert {"test_f1", "test_recall"} <= found.keys()


def test_grid_search() -> None:
    search = GridSearchCV(
        Lookup(), {"least": [1, 9]}, cv=3, scoring=scores.scorer(reading="strict", scheme="IOB2")
    )
    search.fit(WORDS, TAGS)
    assert search.best_params_ == {"least": 1}
    predicted = search.predict(WORDS)
    assert search.score(WORDS, TAGS) == spanf1.evaluate(TAGS, predicted).micro.f1


def test_a_scorer_can_be_sent_to_a_process() -> None:
    data = pickle.dumps(scores.scorer(average="weighted"))
    scorer = pickle.loads(data)  # noqa: S301  # our own bytes
    assert scorer(Lookup().fit(WORDS, TAGS), WORDS, TAGS) > 0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: scores.scorer("f2"),
        lambda: scores.scorer(average="binary"),
        lambda: scores.f1_score(GOLD, PREDICTED, average="samples"),
        lambda: scores.f1_score(GOLD, PREDICTED, reading="loose"),
    ],
)
def test_wrong_options(wrong: Any) -> None:
    with pytest.raises(spanf1.UsageError):
        wrong()


def test_different_lengths() -> None:
    with pytest.raises(spanf1.AlignmentError, match=r"y_true\[0\] has 3 tags"):
        scores.f1_score(GOLD, [["O"], *PREDICTED[1:]])


def test_type_checkers_know_the_figures() -> None:
    assert sorted(get_args(scores.FigureName)) == sorted(scores.FIGURES)
