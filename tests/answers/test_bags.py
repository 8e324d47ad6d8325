"""F1 of bags of words, and exact match: by hand, and against the rules in a few lines each."""

from __future__ import annotations

import random
import re
import string
from collections import Counter
from itertools import permutations

import pytest

import spanf1
from spanf1.answers.answers import score_answers
from spanf1.exceptions import LayoutError, UsageError

WORDS = ["a", "the", "New", "York", "new", "city", "An", "3", "3.0", "1,000", "$5", "U.S.", "l'été",
         "-", "twenty-one", "", "?!", "–", "nan"]  # fmt: skip


def text(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(0, 4)))


def squad_words(answer: str) -> list[str]:
    kept = "".join(c for c in answer.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", kept).split()


def bag_f1(gold: list[str], predicted: list[str], *, no_answer: bool) -> float:
    if no_answer and not (gold and predicted):
        return float(gold == predicted)
    common = (Counter(gold) & Counter(predicted)).total()
    return 2 * common / (len(gold) + len(predicted)) if common else 0.0


def squad(references: list[str], answer: str, *, second: bool) -> tuple[float, bool]:
    gold = [*map(squad_words, references)]
    if second:
        gold = [words for words in gold if words] or [[]]
    said = squad_words(answer)
    return max(bag_f1(g, said, no_answer=second) for g in gold), said in gold


def is_number(word: str) -> bool:
    try:
        return float(word) is not None
    except ValueError:
        return False


def drop_words(answer: str) -> list[str]:
    found = []
    for part in re.split(" |-", answer):
        word = part.lower()
        if not is_number(word):
            word = "".join(c for c in word if c not in string.punctuation)
        if is_number(word):
            word = str(float(word))
        found += re.sub(r"\b(a|an|the)\b", " ", word).split()
    return found


def drop_span(gold: set[str], predicted: set[str]) -> float:
    numbers = {*filter(is_number, gold)}
    if numbers and not numbers & {*filter(is_number, predicted)}:
        return 0.0
    common = len(gold & predicted)
    p = common / len(predicted) if predicted else 1.0
    r = common / len(gold) if gold else 1.0
    return 2 * p * r / (p + r) if p + r else 0.0


def drop(reference: list[str], answer: list[str]) -> tuple[float, bool]:
    gold, said = ([drop_words(span) for span in side] for side in (reference, answer))
    size = max(len(gold), len(said))
    padded = [[{*words} for words in side] for side in (gold, said)]
    short, long = sorted(padded, key=len)
    swapped = short is not padded[0]
    best = max(
        sum(drop_span(b, a) if swapped else drop_span(a, b) for a, b in zip(short, chosen))  # noqa: B905
        for chosen in permutations(long, len(short))
    )
    exact = len(gold) == len(said) and {*map(tuple, gold)} == {*map(tuple, said)}
    return best / size, exact


def test_figures_by_hand() -> None:
    assert spanf1.answer_f1("New York", "New York New York") == pytest.approx(2 / 3)
    assert spanf1.answer_f1("New York", "New York New York", bag="set") == 1
    assert spanf1.answer_f1("the cat", "A cat!") == 1
    assert spanf1.answer_f1(["Paris", "in Rome"], "Rome") == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("reference", "answer", "second", "first"),
    [("", "", 1, 0), ("x", "", 0, 0), ("the", "a", 1, 0), ("", "x", 0, 0)],
)
def test_where_a_side_has_no_words(reference, answer, second, first) -> None:
    assert spanf1.answer_f1(reference, answer) == second
    assert spanf1.answer_f1(reference, answer, rule="squad") == first


def test_a_reference_without_words_is_none_where_another_has_some() -> None:
    assert spanf1.answer_f1(["", "x"], "") == 0
    assert spanf1.answer_f1([], "") == 1
    assert spanf1.answer_f1([], "x") == 0


@pytest.mark.parametrize("rule", ["squad", "squad2"])
def test_squad(rule) -> None:
    rng = random.Random(1)
    cases = [([text(rng) for _ in range(rng.randint(1, 3))], text(rng)) for _ in range(3000)]
    result = score_answers(*zip(*cases, strict=True), rule=rule)
    for (references, answer), one in zip(cases, result.outcomes, strict=True):
        f1, exact = squad(references, answer, second=rule == "squad2")
        assert one.f1 == pytest.approx(f1), (references, answer)
        assert one.exact == exact
    f1s, exacts = zip(*(squad(*case, second=rule == "squad2") for case in cases), strict=True)
    assert result.f1 == pytest.approx(sum(f1s) / len(cases))
    assert result.exact == pytest.approx(sum(exacts) / len(cases))


def test_drop() -> None:
    rng = random.Random(2)
    for _ in range(2000):
        gold = ["x", *([text(rng) for _ in range(rng.randint(0, 2))])]
        rng.shuffle(gold)
        if not gold[0].strip():
            continue
        said = [text(rng) for _ in range(rng.randint(1, 4))]
        one = score_answers([[gold]], [said], rule="drop").outcomes[0]
        f1, exact = drop(gold, said)
        assert one.f1 == pytest.approx(f1, abs=0.00501), (gold, said)
        assert round(one.f1, 2) == one.f1
        assert one.exact == exact


def test_drop_by_hand() -> None:
    def f1(reference, answer):
        return spanf1.answer_f1([reference], answer, rule="drop")

    assert f1("1,000 yards", "1000.0 yards") == 1
    # A number that is another one is wrong, whatever stands beside it; one more word is not.
    assert f1("3 yards", "4 yards") == 0
    assert f1("3 yards", "3") == 0.67
    assert f1("yards", "3 yards") == 0.67
    # Spans are put together one to one, and the rest of either side counts.
    assert f1(["red fox", "dog"], ["dog", "fox"]) == 0.83
    assert f1(["dog"], ["dog", "cat"]) == 0.5
    assert f1(["dog", "cat"], "dog") == 0.5
    assert f1("twenty-one", "twenty one") == 1
    # What SQuAD counts as one word.
    assert spanf1.answer_f1("twenty-one", "twenty one") == 0
    # The first to the first is worth 1, and leaves nothing for the others.
    assert f1(["a b c", "b"], ["b", "b c"]) == 1
    assert f1(["x y", "x"], ["x"]) == 0.5
    assert f1("x", []) == 0


def test_several_references_of_several_spans() -> None:
    references = [["dog", "cat"], ["dog"]]
    result = score_answers([references], [["dog"]], rule="drop")
    assert (result.f1, result.exact) == (1, 1)
    assert result.outcomes[0].reference == ["dog"]


@pytest.mark.parametrize(
    ("normalize", "f1"),
    [
        ((), 0),
        (("case",), 0),
        (("case", "punctuation"), 0),
        (("case", "unicode"), 1),
        (("unicode",), 0),
    ],
)
def test_what_makes_no_difference_can_be_chosen(normalize, f1) -> None:
    assert spanf1.answer_f1("«Été»", "été.", normalize=normalize) == f1


def test_nfkc() -> None:
    assert spanf1.answer_f1("ﬁne", "fine") == 0
    assert spanf1.answer_f1("ﬁne", "fine", normalize="nfkc") == 1


def test_by_character() -> None:
    assert spanf1.answer_f1("北京市", "北京") == 0
    assert spanf1.answer_f1("北京市", "北京", by="character") == pytest.approx(0.8)
    result = score_answers(["北 京。"], ["北京"], by="character", normalize=("unicode",))
    assert (result.f1, result.exact) == (1, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rule": "squad3"}, "unknown rule 'squad3'"),
        ({"bag": "list"}, "unknown bag"),
        ({"normalize": ["lower"]}, "unknown normalization 'lower'"),
        ({"rule": "drop", "by": "character"}, "by is to be word"),
    ],
)
def test_options_that_there_are_not(options, message) -> None:
    with pytest.raises(UsageError, match=message):
        spanf1.answer_f1("x", "x", **options)


def test_answers_that_are_none() -> None:
    with pytest.raises(LayoutError, match="several spans"):
        spanf1.answer_f1("x", ["x", "y"])
    with pytest.raises(LayoutError, match="no string"):
        spanf1.answer_f1("x", 3)
    with pytest.raises(LayoutError, match="has no reference"):
        spanf1.answer_f1([], "x", rule="squad")
    with pytest.raises(LayoutError, match="has no reference"):
        spanf1.answer_f1([" "], "x", rule="drop")
    with pytest.raises(LayoutError, match="has no span"):
        spanf1.answer_f1([["x"], []], "x", rule="drop")
