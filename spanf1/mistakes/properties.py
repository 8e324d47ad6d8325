"""The properties that spans are sliced by: of a span itself, of its sentence, of training data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

_UNSEEN = "unseen"


class Spot(NamedTuple):
    """A span of one side, with what is known of its sentence and of what it says.

    Attributes
    ----------
    type, text : str
        Its type, and what it says.
    start, end : int
        Its first unit and the one after the last, in its sentence.
    size, covered : int
        How many units the sentence has, and how many of these are in spans of gold.
    trained : mapping of str to int
        How often what it says is an entity of each type in training data.
    """

    type: str
    text: str
    start: int
    end: int
    size: int
    covered: int
    trained: Mapping[str, int]


class Property(NamedTuple):
    """A property that spans are sliced by.

    Attributes
    ----------
    text : str
        What it is.
    of : callable
        Returns its value: the name of a slice, or a number that is put in a bin.
    names : tuple of str
        The slices in order, where values are names.
    bins : tuple of int
        Else the least number of each slice,
    characters : tuple of int
        and where places are those of characters, if those are others.
    trains, reads, sized : bool
        Whether it needs training data, what a span says, and how long its sentence is.
    """

    text: str
    of: Callable[[Spot], str | int]
    names: tuple[str, ...] = ()
    bins: tuple[int, ...] = ()
    characters: tuple[int, ...] = ()
    trains: bool = False
    reads: bool = False
    sized: bool = False


def _density(spot: Spot) -> int:
    return math.ceil(100 * spot.covered / spot.size)


def _seen(spot: Spot) -> str:
    if spot.type in spot.trained:
        return "this type"
    return "other types" if spot.trained else _UNSEEN


def _consistency(spot: Spot) -> str:
    if not spot.trained:
        return _UNSEEN
    share = spot.trained.get(spot.type, 0) / sum(spot.trained.values())
    if share in (0, 1):
        return f"{share:g}"
    return "over 0.5" if share > 0.5 else "to 0.5"


def _position(spot: Spot) -> str:
    if spot.start == 0:
        return "first" if spot.end < spot.size else "whole"
    return "last" if spot.end == spot.size else "middle"


def _case(spot: Spot) -> str:
    text = spot.text
    if text.upper() == text.lower():
        return "digits" if any(map(str.isdigit, text)) else "no case"
    if text.isupper():
        return "UPPER"
    if text.islower():
        return "lower"
    first, *rest = text.split()
    plain = (word.istitle() or word.islower() or word.upper() == word.lower() for word in rest)
    return "Title" if first.istitle() and all(plain) else "Mixed"


#: the properties that spans are sliced by; any other name is a key of metadata
PROPERTIES: dict[str, Property] = {
    "length": Property(
        "how long the span is",
        lambda spot: spot.end - spot.start,
        bins=(1, 2, 3, 4, 5),
        characters=(1, 6, 11, 21, 41),
    ),
    "sentence-length": Property(
        "how long its sentence or text is",
        lambda spot: spot.size,
        bins=(1, 11, 21, 41),
        characters=(1, 101, 501, 2001),
        sized=True,
    ),
    "density": Property(
        "the share of its sentence that is in gold spans, in %",
        _density,
        bins=(0, 1, 11, 21, 41),
        sized=True,
    ),
    "seen": Property(
        "whether its form is an entity of its type in training data",
        _seen,
        names=("this type", "other types", _UNSEEN),
        trains=True,
        reads=True,
    ),
    "form-frequency": Property(
        "how often its form is an entity in training data",
        lambda spot: sum(spot.trained.values()),
        bins=(0, 1, 2, 6, 21),
        trains=True,
        reads=True,
    ),
    "consistency": Property(
        "the share of these entities that have its type",
        _consistency,
        names=(_UNSEEN, "0", "to 0.5", "over 0.5", "1"),
        trains=True,
        reads=True,
    ),
    "position": Property(
        "where it is in its sentence, or in its text",
        _position,
        names=("first", "middle", "last", "whole"),
        sized=True,
    ),
    "case": Property(
        "the case of its letters",
        _case,
        names=("UPPER", "Title", "lower", "Mixed", "digits", "no case"),
        reads=True,
    ),
}
