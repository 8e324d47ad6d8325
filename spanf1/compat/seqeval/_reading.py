"""Lists of tags to entities by seqeval's default: each distinct tag is looked at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.compat.seqeval._notices import warn_no_tags
from spanf1.core.schemes import PREFIX_BITS
from spanf1.core.seqeval import default_spans, letter_number
from spanf1.core.spans import Spans
from spanf1.core.tags import UNTYPED, IntArray
from spanf1.formats.lists import Numbering, numbered

OUTSIDE = "O"

#: tags that need no type, and how the others begin, or end where the letter comes last
_BARE = frozenset("OBIES")
_BEGINNINGS = ("B-", "I-", "E-", "S-")
_ENDINGS = ("-B", "-I", "-E", "-S")

Sentences = Sequence[Sequence[str]]
NumberArray = npt.NDArray[np.integer]


def or_outside(tag: str) -> str:
    """Return a tag, or O for an empty one."""
    return OUTSIDE if tag == "" else tag


class Sides(NamedTuple):
    """The entities of both sides, in the flat sequence of all tags and an O after each sentence."""

    gold: Spans
    predicted: Spans
    #: the types' names by number
    names: list[str]
    #: where in the flat sequence the tags O stand
    separators: IntArray


def separators_of(sentences: Sentences) -> IntArray:
    """Return where, in the flat sequence, an O follows each sentence."""
    lengths = np.fromiter(map(len, sentences), np.intp, len(sentences))
    return np.cumsum(lengths + 1) - 1


def flat_numbers(sentences: Sentences, separators: IntArray, numbering: Numbering) -> NumberArray:
    """Return the numbers of the flat sequence; that of O is 0."""
    numbers = numbered(sentences, numbering)
    flat = np.zeros(len(numbers) + len(separators), numbers.dtype)
    tokens = np.ones(len(flat), np.bool_)
    tokens[separators] = False
    flat[tokens] = numbers
    return flat


def split_tag(tag: str, *, suffix: bool) -> tuple[str, str]:
    """Return the letter and the type of a tag as seqeval's default splits it."""
    if suffix:
        return tag[-1], tag[:-1].rsplit("-", maxsplit=1)[0] or UNTYPED
    return tag[0], tag[1:].split("-", maxsplit=1)[-1] or UNTYPED


def _default_codes(
    numbering: Numbering, *, suffix: bool
) -> tuple[npt.NDArray[np.int32], list[str]]:
    """Return the code of each number, and the types' names; warn of tags that are none."""
    types = {UNTYPED: 0}
    codes, strange = [], []
    for tag in numbering:
        fits = tag.endswith(_ENDINGS) if suffix else tag.startswith(_BEGINNINGS)
        if not fits and tag not in _BARE:
            strange.append(tag)
        letter, name = split_tag(or_outside(tag), suffix=suffix)
        number = types.setdefault(name, len(types))
        codes.append(number << PREFIX_BITS | letter_number(letter))
    warn_no_tags(strange)
    return np.array(codes, np.int32), [*types]


def default_entities(tags: Sentences, *, suffix: bool) -> list[tuple[str, int, int]]:
    """Return type, first and last token of each entity, in the flat sequence."""
    numbering = Numbering({OUTSIDE: 0})
    numbers = flat_numbers(tags, separators_of(tags), numbering)
    codes, names = _default_codes(numbering, suffix=suffix)
    start, end, kind, _ = default_spans(codes[numbers])
    types = map(names.__getitem__, kind.tolist())
    return [*zip(types, start.tolist(), (end - 1).tolist(), strict=True)]


def default_sides(y_true: Sentences, y_pred: Sentences, *, suffix: bool) -> Sides:
    """Return the entities of sides whose sentences are of the same lengths."""
    numbering = Numbering({OUTSIDE: 0})
    separators = separators_of(y_true)
    numbers = [flat_numbers(side, separators, numbering) for side in (y_true, y_pred)]
    codes, names = _default_codes(numbering, suffix=suffix)
    gold, predicted = (default_spans(codes[side]) for side in numbers)
    return Sides(gold, predicted, names, separators)
