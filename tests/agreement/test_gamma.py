"""Gamma, against the published disorder, assignments of SciPy, and samples in plain Python."""

from __future__ import annotations

import json
import math
import random

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

import spanf1
from spanf1.agreement import gamma as gamma_module
from spanf1.exceptions import InputError, UsageError
from tests.agreement.example import EXAMPLE, GOLD, OTHER, tags_of
from tests.helpers.commands import write


def cost(a, b) -> float:
    """Return the least cost of an alignment of two lists of spans: an assignment."""
    table = np.full((len(a) + len(b), len(a) + len(b)), 0.0)
    for row in range(len(a) + len(b)):
        for column in range(len(a) + len(b)):
            if row < len(a) and column < len(b):
                kind, start, end = a[row]
                other, first, last = b[column]
                apart = abs(start - first) + abs(end - last)
                table[row, column] = (apart / (end - start + last - first)) ** 2 + (kind != other)
            elif row < len(a) or column < len(b):
                table[row, column] = 1.0
    return float(table[linear_sum_assignment(table)].sum())


def disorder(pairs) -> float:
    spans = sum(len(a) + len(b) for a, b in pairs)
    return sum(cost(a, b) for a, b in pairs) / (spans / 2)


def draw(rng: random.Random, size: int):
    spans, place = [], 0
    while place < size:
        length = rng.randint(1, 4)
        if rng.random() < 0.5 and place + length <= size:
            spans.append((rng.choice("AB"), place, place + length))
            place += length
        place += 1
    return spans


def test_disorder_of_the_example() -> None:
    assert disorder([(GOLD, OTHER)]) == pytest.approx(0.858)
    (gamma,) = spanf1.agree(EXAMPLE).gammas
    assert gamma.observed == pytest.approx(0.858)
    assert gamma.precision <= 0.02


@pytest.mark.parametrize("seed", range(10))
def test_the_alignment_is_the_best_one(seed) -> None:
    rng = random.Random(seed)
    sizes = [rng.randint(1, 30) for _ in range(8)]
    pairs = [(draw(rng, size), draw(rng, size)) for size in sizes]
    said = {
        name: [tags_of(pair[side], size) for pair, size in zip(pairs, sizes, strict=True)]
        for side, name in enumerate("ab")
    }
    (gamma,) = spanf1.agree(said).gammas
    assert gamma.observed == pytest.approx(disorder(pairs))
    assert gamma.value == pytest.approx(1 - gamma.observed / gamma.expected)


def test_what_is_expected_is_what_plain_python_draws() -> None:
    rng = random.Random(1)

    def moved():
        step, chosen = rng.randrange(24), rng.choice((GOLD, OTHER))
        starts = [(kind, (start + step) % 24, end - start) for kind, start, end in chosen]
        return [(kind, start, start + length) for kind, start, length in starts]

    drawn = [disorder([(moved(), moved())]) for _ in range(1500)]
    (gamma,) = spanf1.agree(EXAMPLE).gammas
    assert gamma.expected == pytest.approx(float(np.mean(drawn)), rel=0.04)


def test_nested_and_repeated_spans_are_aligned_one_to_one() -> None:
    text = " ".join("abcdefgh")
    a = [{"text": text, "spans": [[0, 3, "X"], [0, 7, "X"], [0, 3, "X"]]}]
    b = [{"text": text, "spans": [[0, 3, "X"], [4, 7, "Y"]]}]
    (gamma,) = spanf1.agree({"a": a, "b": b}).gammas
    spans = [("X", 0, 2), ("X", 0, 4), ("X", 0, 2)], [("X", 0, 2), ("Y", 2, 4)]
    assert gamma.observed == pytest.approx(disorder([spans]))


def test_the_same_seed_draws_the_same() -> None:
    how = spanf1.Confidence(resamples=10, seed=3)
    first, other = (spanf1.agree(EXAMPLE, confidence=how) for _ in range(2))
    assert first.gammas == other.gammas != spanf1.agree(EXAMPLE).gammas


def test_more_than_two_have_the_mean_of_pairs() -> None:
    found = spanf1.agree({**EXAMPLE, "same": EXAMPLE["gold"]})
    values = {one.annotators: one.value for one in found.gammas}
    assert values["gold", "same"] == 1
    assert values["other", "same"] == pytest.approx(values["gold", "other"], abs=0.03)
    assert found.gamma == pytest.approx(sum(values.values()) / 3)


def test_nothing_has_no_gamma() -> None:
    assert math.isnan(spanf1.agree({"a": [["O"]], "b": [["O"]]}).gamma)
    (alone,) = spanf1.agree({"a": [["B-A", "O"]], "b": [["O", "O"]]}).gammas
    assert alone.observed == 2
    said = [{"text": "Ada", "entities": [{"text": "Ada", "type": "PER"}]}]
    with pytest.raises(UsageError, match="where spans are"):
        assert spanf1.agree({"a": said, "b": said}, match="text").gamma


def test_more_pairs_than_words_of_32_bits_count_are_refused() -> None:
    """There are 2 ** 32 of them, of which 32 bits say that there are none."""
    many = np.zeros(1 << 16, np.intp)
    spans = gamma_module._Units(many, many, many + 1, many)
    with pytest.raises(InputError, match=r"^4294967296 pairs of spans may be aligned"):
        gamma_module._saved(spans, spans, many[:1])


def test_documents_are_continua_where_they_are_marked(run) -> None:
    mark = "-DOCSTART- O\n\n"
    a = mark + "x B-A\ny O\n\nz O\n\n" + mark + "x O\n\n"
    write("a.conll", a)
    write("b.conll", a.replace("y O", "y B-A").replace("x B-A", "x O"))
    out = run("agree", "a.conll", "b.conll", "--gamma", "-f", "json").out
    (pair,) = json.loads(out)["gamma"]["pairs"]
    assert pair["observed"] == 1
    shown = run("agree", "a.conll", "b.conll", "--gamma").out
    assert "γ" in run("agree", "a.conll", "b.conll", "--gamma", "-q").out
    assert "spans in each document" in " ".join(shown.split())
    assert "gamma,,,,,,a,b" in run("agree", "a.conll", "b.conll", "--gamma", "-f", "csv").out
