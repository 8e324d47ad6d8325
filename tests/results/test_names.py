"""Scores by name: of types, and of averages; and what is said of a name that is none."""

from __future__ import annotations

import copy

import pytest

import spanf1
from spanf1.exceptions import UnknownNameError

GOLD = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-ORG"]]
PREDICTED = [["B-PER", "I-PER", "O", "O"], ["O", "B-LOC"]]


@pytest.mark.parametrize("level", ["span", "token"])
def test_averages_have_names_as_types_have(level) -> None:
    result = spanf1.evaluate(GOLD, PREDICTED, level=level)
    assert result["PER"] is result.types["PER"]
    assert result["micro"] == result.micro
    assert result["macro"] == result.macro
    assert result["weighted"] == result.weighted
    # They are no types, which are what there is to go through.
    assert "micro" not in result
    assert "PER" in result


@pytest.mark.parametrize("level", ["span", "token"])
def test_a_type_that_is_called_as_an_average_comes_first(level) -> None:
    gold, predicted = [["B-micro", "O", "B-X"]], [["B-micro", "O", "O"]]
    result = spanf1.evaluate(gold, predicted, level=level)
    assert result["micro"] == result.types["micro"]
    assert result["micro"].f1 == 1
    assert result.micro.recall == 0.5
    assert "micro" in result


@pytest.mark.parametrize(
    ("name", "hint"), [("PERS", "did you mean PER?"), ("mikro", "did you mean micro?"), ("?", "")]
)
def test_a_mistyped_name(name, hint) -> None:
    result = spanf1.evaluate(GOLD, PREDICTED)
    with pytest.raises(KeyError) as caught:
        result[name]
    assert str(caught.value) == (
        f"no type is called '{name}': there are LOC, ORG, PER, besides micro, macro, weighted"
    )
    assert isinstance(caught.value, spanf1.UsageError)
    assert caught.value.hint == hint


def test_a_mistyped_class() -> None:
    result = spanf1.evaluate([1, 0], [1, 1], level="token")
    assert result[1] == result["1"]
    with pytest.raises(KeyError, match="no class is called '2': there are 0, 1, besides micro"):
        result[2]


def test_few_types_are_named() -> None:
    tags = [[f"B-{letter}" for letter in "ABCDEFGHIJ"]]
    with pytest.raises(
        KeyError, match="there are A, B, C, D, E, F, G, H and 2 others, besides micro"
    ):
        spanf1.evaluate(tags, tags)["K"]
    with pytest.raises(KeyError, match="there are none, besides micro"):
        spanf1.evaluate([["O"]], [["O"]])["K"]


def test_a_name_that_is_no_text() -> None:
    with pytest.raises(KeyError, match="no type is called 0: there are LOC"):
        spanf1.evaluate(GOLD, PREDICTED)[0]  # type: ignore[index]


def test_the_error_is_itself_after_a_journey() -> None:
    error = UnknownNameError("no type", hint="one")
    other = copy.copy(error)
    assert (str(other), other.hint, type(other)) == ("no type", "one", UnknownNameError)
