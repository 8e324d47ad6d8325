"""The words of answers as bags, and how much two bags have in common.

SQuAD's scripts make words of an answer in this order: lower case, no ASCII punctuation, no
articles, parted at white space. DROP's parts an answer at spaces and hyphens first, leaves the
punctuation of numbers, and writes all numbers alike, as 5.0.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from spanf1.answers.options import AnswerOptions
from spanf1.core.pairing import assign
from spanf1.wording import is_number

Words = list[str]
#: a reference or an answer: a text, or by DROP's rule several spans
Answer = str | Sequence[str]

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PARTS = re.compile("[ -]")
# What a pair of spans is worth is a whole number of these parts.
_FRACTION = 1 << 52


# So many parts of answers are kept, in case they come again.
_KEPT = 1 << 12


class Grade(NamedTuple):
    """What an answer reaches.

    Attributes
    ----------
    f1 : float
        Its F1 with the best reference.
    exact : bool
        Whether its words are those of any reference.
    best : int
        Which reference is the best; -1 where none has words.
    common, predicted, gold : int
        How many words it shares with that, has itself, and that has; 0 by DROP's rule, whose F1
        is not made of them.
    """

    f1: float
    exact: bool
    best: int
    common: int = 0
    predicted: int = 0
    gold: int = 0


#: from references and an answer to a grade
Grader = Callable[[Sequence[Answer], Answer], Grade]


class _Punctuation(dict[int, str | None]):
    """What becomes of each character where all punctuation is dropped."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        drops = character in string.punctuation or unicodedata.category(character)[0] == "P"
        self[code] = None if drops else character
        return self[code]


def words_of(options: AnswerOptions) -> Callable[[str], Words]:
    """Return a function that makes words of a text."""
    chosen = options.normalize
    dropped: dict[int, str | None] = {}
    if "unicode" in chosen:
        dropped = _Punctuation()
    elif "punctuation" in chosen:
        dropped = dict.fromkeys(map(ord, string.punctuation))
    drops = "unicode" in chosen or "punctuation" in chosen
    nfkc, lower, articles = (name in chosen for name in ("nfkc", "case", "articles"))

    def words(text: str) -> Words:
        if nfkc:
            text = unicodedata.normalize("NFKC", text)
        if lower:
            text = text.lower()
        if drops:
            text = text.translate(dropped)
        return (_ARTICLES.sub(" ", text) if articles else text).split()

    @lru_cache(_KEPT)
    def with_numbers(part: str) -> Words:
        word = part.lower() if lower else part
        if drops and not _is_number(word):
            word = word.translate(dropped)
        if _is_number(word):
            word = str(float(word))
        return (_ARTICLES.sub(" ", word) if articles else word).split()

    def of_parts(text: str) -> Words:
        parts = _PARTS.split(unicodedata.normalize("NFKC", text) if nfkc else text)
        return [*chain.from_iterable(map(with_numbers, parts))]

    if options.rule == "drop":
        return of_parts
    if options.by == "character":
        return lambda text: [*"".join(words(text))]
    return words


_is_number = lru_cache(1 << 16)(is_number)


def common_words(gold: Words, predicted: Words) -> int:
    """Return how many words two multisets have in common."""
    if gold == predicted:
        return len(gold)
    first, other = set(gold), set(predicted)
    shared = first & other
    if not shared or (len(first) == len(gold) and len(other) == len(predicted)):
        return len(shared)
    return sum((Counter(gold) & Counter(predicted)).values())


def grader(options: AnswerOptions) -> Grader:
    """Return a function that says what an answer reaches, given its references."""
    return (_drop if options.rule == "drop" else _squad)(options)


def _squad(options: AnswerOptions) -> Grader:
    words, second, once = words_of(options), options.rule == "squad2", options.bag == "set"

    def graded(references: Sequence[Answer], answer: Answer) -> Grade:
        predicted = words(str(answer))
        size = len({*predicted}) if once else len(predicted)
        best, exact = Grade(-1.0, exact=False, best=-1), False
        for number, reference in enumerate(references):
            gold = words(str(reference))
            if not gold and second:
                continue
            exact = exact or gold == predicted
            if once:
                bag = {*gold}
                common, total = len(bag & {*predicted}), len(bag)
            else:
                common, total = common_words(gold, predicted), len(gold)
            f1 = 2 * common / (size + total) if common else 0.0
            if f1 > best.f1:
                best = Grade(f1, exact, number, common, size, total)
        if best.best < 0:
            # No reference has words: there is no answer.
            return Grade(float(not size), not size, -1, 0, size, 0)
        return best._replace(exact=exact)

    return graded


def _drop(options: AnswerOptions) -> Grader:
    words, once = words_of(options), options.bag == "set"

    def spans(answer: Answer) -> list[Words]:
        return [words(span) for span in ([answer] if isinstance(answer, str) else answer)]

    def graded(references: Sequence[Answer], answer: Answer) -> Grade:
        predicted = spans(answer)
        found = {*map(tuple, predicted)}
        best, exact = Grade(-1.0, exact=False, best=-1), False
        for number, reference in enumerate(references):
            gold = spans(reference)
            exact = exact or ({*map(tuple, gold)} == found and len(gold) == len(predicted))
            f1 = _aligned(gold, predicted, once=once)
            if f1 > best.f1:
                best = Grade(f1, exact, number)
        return best._replace(exact=exact)

    return graded


def _aligned(gold: list[Words], predicted: list[Words], *, once: bool) -> float:
    """Return the mean F1 of spans that are put together one to one for the most, as DROP does."""
    if once:
        gold, predicted = ([sorted({*span}) for span in side] for side in (gold, predicted))
    table = [[_span_f1(one, other) for other in predicted] for one in gold]
    total = table[0][0] if len(gold) == len(predicted) == 1 else 0.0
    if len(gold) * len(predicted) > 1:
        rows = [[(k, round(f1 * _FRACTION)) for k, f1 in enumerate(row)] for row in table]
        mates = assign(rows, len(predicted))
        total = sum(row[mate] for row, mate in zip(table, mates, strict=True) if mate >= 0)
    # As NumPy rounds, which DROP's script does.
    return round(100 * (total / max(len(gold), len(predicted)))) / 100


def _span_f1(gold: Words, predicted: Words) -> float:
    """Return the F1 of two spans; 0 where gold has numbers, and predicted none of them."""
    numbers = {*filter(_is_number, gold)}
    if numbers and numbers.isdisjoint(predicted):
        return 0.0
    common = common_words(gold, predicted)
    # In the order of DROP's script: what is rounded then is the same to the last bit.
    precision = common / len(predicted) if predicted else 1.0
    recall = common / len(gold) if gold else 1.0
    return (2 * precision * recall) / (precision + recall) if precision or recall else 0.0
