"""Tags as integers: a tag string, its code, its prefix and type; and aligned runs of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.errors import TagError
from spanf1.schemes import PREFIX_BITS, PREFIXES

IntArray = npt.NDArray[np.intp]
CodeArray = npt.NDArray[np.int32]

#: the name under which a span without a type (tag ``B``) is reported, as in seqeval
UNTYPED = "_"

#: so many distinct types are no types but something else, and would take all memory
MAX_TYPES = 1 << 18
TOO_MANY_TYPES = f"there are more than {MAX_TYPES} distinct types"

_SHOWN = 40

EXPECTED = f"O, or one of {' '.join(PREFIXES[1:])}, a hyphen and a type, as in B-PER"


def shortened(tag: object) -> str:
    """Return a tag or a token in quotes, for a message; not more than its first characters."""
    text = repr(tag)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…{text[0]}"


def parse_tag(tag: str) -> tuple[int, str] | None:
    """Return the number of a tag's prefix and its type, or None if no scheme has such a tag.

    The type is what follows the first hyphen. ``O`` has none; ``B`` and ``B-`` are `UNTYPED`.
    """
    if tag == "O":
        return 0, ""
    prefix, _, name = tag.partition("-")
    number = PREFIXES.find(prefix, 1) if len(prefix) == 1 else -1
    # White space at the end of a tag is a slip that would make another type of it.
    return None if number < 0 or tag != tag.strip() else (number, name or UNTYPED)


class TagSet:
    """The distinct tags of one side (gold or predicted), each with its code.

    A code is ``type << PREFIX_BITS | prefix``, with types numbered from 1 in the order they
    are met, and 0 for the tag ``O``. The two sides of a comparison share one numbering of the
    types, so their codes can be compared.

    Parameters
    ----------
    types : dict of str to int
        The shared numbering. New types are added to it.
    """

    def __init__(self, types: dict[str, int]) -> None:
        self.types = types
        self.codes: dict[str, int] = {}

    def code(self, tag: str) -> int:
        """Return the code of a tag.

        Raises
        ------
        TagError
            If no scheme has such a tag. The message says what was expected.
        """
        code = self.codes.get(tag)
        if code is None:
            parsed = parse_tag(tag)
            if parsed is None:
                what = f"tag {shortened(tag)} fits no scheme" if tag else "empty tag"
                raise TagError(f"{what}: expected {EXPECTED}")
            prefix, name = parsed
            number = self._number(name) if prefix else 0
            code = self.codes[tag] = number << PREFIX_BITS | prefix
        return code

    def _number(self, name: str) -> int:
        number = self.types.setdefault(name, len(self.types) + 1)
        if number > MAX_TYPES:
            raise TagError(f"type {shortened(name)}: {TOO_MANY_TYPES}")
        return number

    def prefixes(self) -> str:
        """Return the prefixes that were met, ``O`` left out, in the order of `PREFIXES`."""
        met = {code & (1 << PREFIX_BITS) - 1 for code in self.codes.values()}
        return "".join(prefix for number, prefix in enumerate(PREFIXES) if number and number in met)


class Block(NamedTuple):
    """A run of aligned tokens, gold and predicted, perhaps from within a sentence.

    Tokens that are outside of every span on both sides may be left out: where some were, the
    next token that is there counts as a start.
    """

    #: codes of the gold and of the predicted tags, one for each token that is there
    gold: CodeArray
    predicted: CodeArray
    #: positions, ascending, of the tokens before which no span can go on
    starts: IntArray
    #: tokens, those left out too; sentences and documents that begin in the block
    tokens: int
    sentences: int
    documents: int
    #: line of the input, from 1, of a token that is there
    gold_line: Callable[[int], int]
    predicted_line: Callable[[int], int]
    #: lines of the input up to the end of the block
    gold_lines: int
    predicted_lines: int


def starts_among(tokens: IntArray, starts: IntArray, count: int) -> IntArray:
    """Return which of some tokens are starts, given that the others are left out of a block.

    Parameters
    ----------
    tokens : array of int
        The tokens that stay, ascending, of `count`.
    starts : array of int
        The tokens of all that begin a sentence.
    count : int
        How many tokens there are in all.

    Returns
    -------
    array of int
        Positions in `tokens`: of those that begin a sentence, and those whose predecessor was
        left out. The first token is none unless it begins a sentence.
    """
    begins = np.zeros(count, np.bool_)
    begins[starts] = True
    begins = begins[tokens]
    begins[1:] |= tokens[1:] != tokens[:-1] + 1
    return np.flatnonzero(begins)
