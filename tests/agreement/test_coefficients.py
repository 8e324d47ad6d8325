"""Coefficients that take chance away, against published figures, libraries and plain Python."""

from __future__ import annotations

import math
import random
from collections import Counter
from itertools import groupby, permutations

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

import spanf1
from spanf1.exceptions import UsageError
from tests.agreement.example import EXAMPLE, GOLD, OTHER, sample, tags_of


def same(value: float) -> object:
    return pytest.approx(value, abs=5e-5)


def classes(tags):
    return [tag[2:] or "O" for tag in tags]


def flat(rows):
    return [tag for row in rows for tag in row]


def draw(rng: random.Random) -> list[str]:
    """Return tags of spans that are drawn at random, well-formed."""
    size, spans, place = rng.randint(1, 9), [], 0
    while place < size:
        length = rng.randint(1, 3)
        if rng.random() < 0.4 and place + length <= size:
            spans.append((rng.choice("AB"), place, place + length))
            place += length
        else:
            place += 1
    return tags_of(spans, size)


def corpus(seed: int, annotators: int, documents: int = 12):
    """Return what annotators say, the same sizes for all."""
    rng = random.Random(seed)
    said: dict[str, list[list[str]]] = {f"a{k}": [] for k in range(annotators)}
    while len(said["a0"]) < documents:
        drawn = [draw(rng) for _ in range(annotators * 30)]
        size = len(drawn[0])
        fitting = [tags for tags in drawn if len(tags) == size]
        if len(fitting) >= annotators:
            for rows, tags in zip(said.values(), fitting, strict=False):
                rows.append(tags)
    return said


class TestPublished:
    def test_kappa_has_a_value_for_each_universe(self) -> None:
        found = spanf1.agree(EXAMPLE)
        assert found.coefficient("kappa", "tags") == same(0.2563)
        assert found.coefficient("kappa", "types", "other", "gold") == same(0.3023)
        assert found.coefficient("kappa", "marked") == same(-0.0345)

    def test_kappa_of_the_sample(self) -> None:
        found = spanf1.agree(sample())
        assert found.f1 == same(0.5022)
        assert found.coefficient("kappa", "tags") == same(0.6464)
        assert found.coefficient("kappa", "types") == same(0.6703)
        assert found.coefficient("kappa", "marked") == same(0.3542)

    def test_alphas(self) -> None:
        found = spanf1.agree(EXAMPLE)
        assert found.coefficient("alpha", "types") == same(0.3027)
        assert found.coefficient("u-alpha", "types") == same(0.3107)
        assert found.coefficient("u-alpha-binary") == same(0.5784)

    def test_kappa_tends_to_f1_as_true_negatives_grow(self) -> None:
        """Hripcsak and Rothschild 2005, of tokens: one type, and tokens are spans."""
        gold, other = ["B-A", "O", "B-A", "B-A"], ["B-A", "B-A", "O", "B-A"]
        f1 = spanf1.agree({"a": [gold], "b": [other]}).f1
        distances = []
        for outside in (0, 100, 10_000):
            said = {"a": [gold + ["O"] * outside], "b": [other + ["O"] * outside]}
            distances.append(abs(spanf1.agree(said).coefficient("kappa", "types") - f1))
        assert distances == sorted(distances, reverse=True)
        assert distances[-1] < 0.001


@pytest.mark.parametrize("seed", range(8))
def test_cohens_kappa_is_that_of_scikit_learn(seed) -> None:
    said = corpus(seed, 2)
    found = spanf1.agree(said)
    a, b = (flat(rows) for rows in said.values())
    assert found.coefficient("kappa", "tags") == pytest.approx(cohen_kappa_score(a, b))
    a, b = classes(a), classes(b)
    assert found.coefficient("kappa", "types") == pytest.approx(cohen_kappa_score(a, b))
    marked = [pair for pair in zip(a, b, strict=True) if pair != ("O", "O")]
    expected = cohen_kappa_score(*zip(*marked, strict=True))
    assert found.coefficient("kappa", "marked") == pytest.approx(expected)


def fleiss(rows) -> float:
    """Return Fleiss' kappa of rows of labels, one for each item."""
    raters = len(rows[0])
    counts = [Counter(row) for row in rows]
    agreed = np.mean(
        [sum(n * (n - 1) for n in c.values()) / (raters * (raters - 1)) for c in counts]
    )
    total = sum(counts, Counter())
    chance = sum((n / total.total()) ** 2 for n in total.values())
    return (agreed - chance) / (1 - chance)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("annotators", [3, 4])
def test_fleiss_kappa_is_that_of_plain_python(seed, annotators) -> None:
    said = corpus(seed, annotators)
    found = spanf1.agree(said)
    rows = [*zip(*map(flat, said.values()), strict=True)]
    assert found.coefficient("fleiss", "tags") == pytest.approx(fleiss(rows))
    rows = [*zip(*(classes(flat(own)) for own in said.values()), strict=True)]
    assert found.coefficient("fleiss", "types") == pytest.approx(fleiss(rows))
    marked = [row for row in rows if {*row} != {"O"}]
    assert found.coefficient("fleiss", "marked") == pytest.approx(fleiss(marked))


def test_fleiss_kappa_of_1971() -> None:
    """The example of the table that Fleiss' kappa is taught by: 10 items, 14 raters, 5 classes."""
    counts = [
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    ]  # fmt: skip
    items = [[f"B-{kind}" for kind, n in enumerate(row) for _ in range(n)] for row in counts]
    said = {str(rater): [[item[rater] for item in items]] for rater in range(14)}
    assert spanf1.agree(said).coefficient("fleiss", "types") == pytest.approx(0.2099, abs=5e-5)


def records(said, missing):
    """Return what annotators say as records, but for the documents that each has not done."""
    return {
        name: [
            {"id": number, "tokens": [*map(str, range(len(tags)))], "tags": tags}
            for number, tags in enumerate(rows)
            if (name, number) not in missing
        ]
        for name, rows in said.items()
    }


def values(said, missing, label):
    """Return for each annotator the label of each token, None where it is not done."""
    return [
        [
            None if (name, number) in missing else label(tag)
            for number, tags in enumerate(rows)
            for tag in tags
        ]
        for name, rows in said.items()
    ]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("annotators", [2, 3, 5])
def test_alpha_is_that_of_the_library(seed, annotators) -> None:
    said = corpus(seed, annotators)
    rng = random.Random(seed)
    missing = {(name, n) for name in said for n in range(12) if rng.random() < 0.2}
    found = spanf1.agree(records(said, missing))
    for universe, label in (("tags", str), ("types", lambda tag: tag[2:] or "O")):
        rows = values(said, missing, label)
        names = sorted({one for row in rows for one in row if one is not None})
        data = [[np.nan if one is None else names.index(one) for one in row] for row in rows]
        expected = krippendorff.alpha(np.array(data), level_of_measurement="nominal")
        assert found.coefficient("alpha", universe) == pytest.approx(expected)


def u_alpha(said, missing, label) -> float:
    """Return Krippendorff's alpha for unitized data by its formulas, token by token."""
    pairs: Counter[tuple[str, str]] = Counter()
    squares = 0
    for number in range(len(next(iter(said.values())))):
        rows = [tags[number] for name, tags in said.items() if (name, number) not in missing]
        if len(rows) < 2:
            continue
        for a, b in permutations(rows, 2):
            for one, other in zip(a, b, strict=True):
                pairs[label(one), label(other)] += 1 / (len(rows) - 1)
        for row in rows:
            begins = np.cumsum([tag[0] != "I" for tag in row])
            for _, run in groupby(zip(begins, row, strict=True), key=lambda pair: pair[0]):
                length = len([*run])
                squares += length * length
    total = sum(pairs.values())
    sides = Counter()
    for (one, _), length in pairs.items():
        sides[one] += length
    expected = total * (sum(n * n for n in sides.values()) - squares) / (total**2 - squares)
    agreed = sum(length for (one, other), length in pairs.items() if one == other)
    return 1 - (total - agreed) / (total - expected)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("annotators", [2, 3, 4])
def test_alpha_of_units_is_that_of_plain_python(seed, annotators) -> None:
    said = corpus(seed, annotators)
    missing = {("a0", 3), ("a1", 3), ("a1", 5)}
    found = spanf1.agree(records(said, missing))
    expected = u_alpha(said, missing, lambda tag: tag[2:] or "O")
    assert found.coefficient("u-alpha", "types") == pytest.approx(expected)
    expected = u_alpha(said, missing, lambda tag: tag != "O")
    assert found.coefficient("u-alpha-binary") == pytest.approx(expected)


def test_squares_of_units_are_more_than_32_bits() -> None:
    whole, half = ["B-A", *["I-A"] * 69_999], ["B-A", *["I-A"] * 49_999, *["O"] * 20_000]
    said = {"a": [whole], "b": [half]}
    found = spanf1.agree(records(said, set())).coefficient("u-alpha-binary")
    assert found == pytest.approx(u_alpha(said, set(), lambda tag: tag != "O"))


class TestTexts:
    TEXT = "Unlike Robert , John Briggs Jr contacted Wonderful Stockbrokers Inc"

    def spans(self, *spans):
        words = self.TEXT.split()
        starts = [len(" ".join([*words[:n], ""])) for n in range(len(words))]
        return [
            {
                "text": self.TEXT,
                "spans": [
                    (starts[a], starts[b - 1] + len(words[b - 1]), kind) for kind, a, b in spans
                ],
            }
        ]

    def test_words_stand_for_tokens(self) -> None:
        a = [one for one in GOLD if one[2] <= 10]
        b = [one for one in OTHER if one[2] <= 10]
        texts = spanf1.agree({"a": self.spans(*a), "b": self.spans(*b)})
        tags = spanf1.agree({"a": [tags_of(a, 10)], "b": [tags_of(b, 10)]})
        mixed = spanf1.agree(
            {"a": self.spans(*a), "b": self.spans(*b)}, types=["PER", "ORG", "LOC"]
        )
        for one, other, third in zip(texts.figures, tags.figures, mixed.figures, strict=True):
            assert one.value == pytest.approx(other.value)
            assert one.value == pytest.approx(third.value)
        assert "words" in str(texts)
        assert "10 tokens." in str(tags)

    def test_tokens_of_one_are_those_of_all_though_white_space_differs(self) -> None:
        a, b = GOLD[:3], OTHER[:3]
        text = self.TEXT.replace("Robert ,", "Robert,")
        spans = self.spans(*b)[0]["spans"]
        moved = [(s - (s > 13), e - (e > 13), kind) for s, e, kind in spans]
        rows = [{"tokens": self.TEXT.split(), "tags": tags_of(a, 10)}]
        found = spanf1.agree({"a": rows, "b": [{"text": text, "spans": moved}]})
        tags = spanf1.agree({"a": [tags_of(a, 10)], "b": [tags_of(b, 10)]})
        assert found.f1 == tags.f1
        assert found.coefficient("kappa", "tags") == pytest.approx(
            tags.coefficient("kappa", "tags")
        )

    def test_a_token_in_two_spans_is_of_a_class_of_its_own(self) -> None:
        a = self.spans(("PER", 3, 6), ("ORG", 3, 4))
        same_spans = spanf1.agree({"a": a, "b": self.spans(("ORG", 3, 4), ("PER", 3, 6))})
        assert same_spans.coefficient("kappa", "tags") == 1
        found = spanf1.agree({"a": a, "b": self.spans(("PER", 3, 6))})
        labels = [["O"] * 3 + ["X", "P", "P"] + ["O"] * 4, ["O"] * 3 + ["P"] * 3 + ["O"] * 4]
        assert found.coefficient("kappa", "types") == pytest.approx(cohen_kappa_score(*labels))

    def test_types_that_do_not_count_are_outside(self) -> None:
        a, b = self.spans(("PER", 3, 6), ("ORG", 7, 9)), self.spans(("PER", 3, 6))
        found = spanf1.agree({"a": a, "b": b}, ignore_types=["ORG"])
        assert found.coefficient("kappa", "types") == 1

    def test_spans_without_a_place_have_f1_alone(self) -> None:
        said = [{"text": self.TEXT, "entities": [{"text": "Robert", "type": "PER"}]}]
        found = spanf1.agree({"a": said, "b": said}, match="text")
        assert found.f1 == 1
        assert [one.name for one in found.figures] == ["f1"]
        assert "Tokens" not in str(found)


def test_intervals_are_of_the_same_resamples() -> None:
    said = corpus(3, 3, documents=40)
    how = spanf1.Confidence(resamples=300)
    found = spanf1.agree(said, confidence=how)
    for one in found.figures:
        assert one.interval.low <= one.value <= one.interval.high, one.name
    assert found.figures == spanf1.agree(said, confidence=how).figures


def test_an_unknown_figure_names_those_that_there_are() -> None:
    with pytest.raises(UsageError, match=r"(?m)there are f1, kappa tags, kappa types"):
        spanf1.agree(EXAMPLE).coefficient("kappa")


def test_nothing_has_no_coefficient() -> None:
    found = spanf1.agree({"a": [["O"]], "b": [["O"]]})
    assert math.isnan(found.coefficient("kappa", "types"))
