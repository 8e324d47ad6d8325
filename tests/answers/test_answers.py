"""Results of answers: means, intervals, ids that are missing, signatures, comparisons."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

import spanf1
from spanf1.answers.means import Means, distinct, ratios
from spanf1.exceptions import AlignmentError, UsageError

GOLD = {"a": ["New York"], "b": [], "c": ["Rome", "the city of Rome"]}
SAID = {"a": "New York New York", "b": "", "c": "Oslo"}


def test_means_and_parts() -> None:
    result = spanf1.score_answers(GOLD, SAID)
    assert result.f1 == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert result.exact == pytest.approx(1 / 3)
    assert result.answerable == 2
    assert result.figures["f1_answerable"] == pytest.approx(1 / 3)
    assert result.figures["exact_unanswerable"] == 1
    # All words: 2 shared, of 5 said and 3 in the references.
    assert result.figures["micro_precision"] == pytest.approx(2 / 5)
    assert result.figures["micro_recall"] == pytest.approx(2 / 3)
    assert result.figures["micro_f1"] == pytest.approx(0.5)


def test_by_drop_there_is_no_micro() -> None:
    result = spanf1.score_answers(["x"], ["x"], rule="drop")
    assert np.isnan(result.figures["micro_f1"])
    assert "micro" not in str(result)
    assert json.loads(result.to_json())["figures"]["micro_f1"] is None


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"a": "x", "b": ""}, "there is no prediction for question 'c', of 3"),
        ({"a": "x"}, "no prediction for question 'b' and 1 more, of 3"),
        ({**SAID, "d": "x"}, "prediction 'd', of 4, is for no question"),
    ],
)
def test_an_id_that_a_side_lacks_is_an_error(said, message) -> None:
    with pytest.raises(AlignmentError, match=message):
        spanf1.score_answers(GOLD, said)


def test_missing_scores_0_or_does_not_count() -> None:
    said = {"a": "New York", "d": "x"}
    skipped = spanf1.score_answers(GOLD, said, missing="skip")
    assert (skipped.f1, [*skipped.ids]) == (1, ["a"])
    assert skipped.notes == (
        "2 questions left out (--missing skip)",
        "1 prediction left out (--missing skip)",
    )
    assert spanf1.score_answers(GOLD, SAID, missing="skip").notes == ()
    del said["d"]
    zero = spanf1.score_answers(GOLD, said, missing="zero")
    assert zero.f1 == pytest.approx(1 / 3)
    assert zero.missing == 2
    assert [one.f1 for one in zero.outcomes] == [1, 0, 0]
    assert "missing:zero" in zero.signature
    with pytest.raises(AlignmentError, match="no question to score"):
        spanf1.score_answers({"a": ["x"]}, {"b": "x"}, missing="skip")


def test_signatures() -> None:
    def signature(gold=GOLD, **options):
        return spanf1.score_answers(gold, SAID, **options).signature

    first = signature()
    assert first.startswith(
        "answers:f1:mean|rule:squad2|bag:multiset|by:word|normalize:case+punctuation+articles|"
        "references:best|missing:error|questions:3|hash:"
    )
    others = [
        signature({**GOLD, "a": ["York"]}),
        signature(bag="set"),
        signature(by="character"),
        signature(normalize=[]),
        signature(missing="zero"),
    ]
    assert len({first, *others}) == 6
    assert "normalize:none" in others[3]


def test_intervals_are_those_of_resampled_questions() -> None:
    rng = np.random.default_rng(5)
    references = [["x y z"]] * 200
    answers = [" ".join(rng.choice(["x", "y", "u"], 3)) for _ in references]
    how = spanf1.Confidence(level=0.9, resamples=4000)
    result = spanf1.score_answers(references, answers, confidence=how)
    values = np.array([one.f1 for one in result.outcomes])
    drawn = values[rng.integers(0, 200, (4000, 200))].mean(axis=1)
    assert result.intervals["f1"] == pytest.approx(np.quantile(drawn, [0.05, 0.95]), abs=0.004)
    bca = spanf1.Confidence(level=0.9, resamples=4000, method="bca")
    other = spanf1.score_answers(references, answers, confidence=bca)
    assert other.intervals["f1"] == pytest.approx(result.intervals["f1"], abs=0.01)


def test_one_question_has_no_interval() -> None:
    result = spanf1.score_answers(["x"], ["x"], confidence=0.95)
    assert np.isnan(result.intervals["f1"].low)
    assert "there is one question" in str(result)
    how = spanf1.Confidence(unit="sentence")
    with pytest.raises(UsageError, match="questions are drawn"):
        spanf1.score_answers(["x"], ["x"], confidence=how)


def test_distinct_rows() -> None:
    rng = np.random.default_rng(1)
    counts = rng.integers(0, 3, (500, 2, 2))
    rows = distinct(counts)
    whole, weight = np.unique(counts.reshape(500, 4), axis=0, return_counts=True)
    found = sorted(zip(rows.counts.reshape(-1, 4).tolist(), rows.weight.tolist(), strict=True))
    assert found == sorted(zip(whole.tolist(), weight.tolist(), strict=True))
    assert len(distinct(counts[:1]).counts) == 1


def test_ratios_of_nothing() -> None:
    means = Means.of({"x": (np.zeros(2), 0), "y": (np.array([0.5, 1]), 1)})
    assert np.isnan(means.figures()["x"])
    assert means.figures()["y"] == 0.75
    assert ratios(means.counts.sum(axis=0))[1] == 0.75


def test_the_worst_come_first() -> None:
    result = spanf1.score_answers(GOLD, SAID)
    assert [one.id for one in result.worst()] == ["c", "a", "b"]
    (one,) = result.worst(1)
    assert one == ("c", 0, False, "Rome", "Oslo")


def test_faces() -> None:
    result = spanf1.score_answers(GOLD, SAID)
    assert repr(result) == "<AnswerResult: F1 0.5556, exact 0.3333, 3 questions>"
    assert result.to_csv().splitlines()[:2] == [
        "id,f1,exact,reference,answer",
        "a,0.6666666666666666,0,New York,New York New York",
    ]
    assert json.loads(result.to_json())["figures"]["f1"] == pytest.approx(5 / 9)
    assert "| all | 55.56 | 33.33 | 3 |" in result.to_markdown()
    assert "55.56" in result._repr_html_()


class TestSystems:
    def systems(self, count=300):
        rng = random.Random(7)
        gold = {n: ["x y"] for n in range(count)}
        good = {n: rng.choice(["x y", "x y", "x"]) for n in gold}
        bad = {n: rng.choice(["x y", "z", "z"]) for n in gold}
        return gold, {"good": good, "bad": bad, "same": good}

    def test_differences(self) -> None:
        gold, systems = self.systems()
        found = spanf1.compare_answers(gold, systems, reference="good")
        assert [*found.results] == ["good", "same", "bad"]
        by = {(one.figure, one.system): one for one in found.differences}
        bad, same = by["f1", "bad"], by["f1", "same"]
        assert bad.difference == pytest.approx(found["bad"].f1 - found["good"].f1)
        assert bad.interval.low < bad.difference < bad.interval.high < 0
        assert bad.p_adjusted < 0.05
        # Two comparisons, corrected by Holm.
        assert bad.p_adjusted == pytest.approx(2 * bad.p_value)
        assert (same.difference, same.p_value, same.questions) == (0, 1, (0, 300, 0))
        f1s = [[one.f1 for one in found[name].outcomes] for name in ("bad", "good")]
        won = sum(a > b for a, b in zip(*f1s, strict=True))
        lost = sum(a < b for a, b in zip(*f1s, strict=True))
        assert bad.questions == (won, 300 - won - lost, lost)
        alone = spanf1.score_answers(gold, systems["bad"], confidence=0.95)
        assert found.intervals["bad"]["f1"] == pytest.approx(alone.intervals["f1"], abs=0.01)

    def test_few_questions_cannot_tell(self) -> None:
        found = spanf1.compare_answers(["x"] * 3, {"a": ["x"] * 3, "b": ["y"] * 3})
        assert found.differences[0].p_value >= 0.25

    def test_what_is_skipped_is_skipped_for_all(self) -> None:
        gold = {"a": "x", "b": "x", "c": "x"}
        systems = {"one": {"a": "x", "b": "y"}, "two": {"b": "x", "c": "y"}}
        found = spanf1.compare_answers(gold, systems, missing="skip")
        assert [*found["one"].ids] == ["b"]
        assert "two: 2 questions left out (--missing skip)" in str(found)
        with pytest.raises(AlignmentError, match="no prediction for question 'c'"):
            spanf1.compare_answers(gold, systems)

    def test_lists(self) -> None:
        gold = [["a", "b"]] * 20
        systems = {"one": [["a", "b"]] * 20, "two": [["a", "x"]] * 20}
        found = spanf1.compare_answers(gold, systems, at=[1, 2])
        assert found.figures == ("f1@1", "f1@2")
        assert [one.difference for one in found.differences] == pytest.approx([0, -0.5])
        assert "Differences in F1@2 from one" in str(found)

    def test_what_is_wrong(self) -> None:
        with pytest.raises(UsageError, match="two systems at least"):
            spanf1.compare_answers(["x"], {"a": ["x"]})
        with pytest.raises(UsageError, match="no system 'c'"):
            spanf1.compare_answers(["x"], {"a": ["x"], "b": ["x"]}, reference="c")

    def test_faces(self) -> None:
        gold, systems = self.systems(12)
        found = spanf1.compare_answers(gold, systems)
        assert len(found.to_csv().splitlines()) == 13
        data = json.loads(found.to_json())
        assert [one["name"] for one in data["systems"]] == [*found.results]
        assert "Systems" in str(found)
        assert repr(found).startswith("<AnswerComparison: good")
