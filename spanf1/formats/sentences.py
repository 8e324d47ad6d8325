"""Sentences of one side of an input, as arrays; and two sides of the same tokens, aligned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from spanf1.core.tags import Block, CodeArray, IntArray, TagSet, starts_among
from spanf1.formats.source import Source


class Sentences(NamedTuple):
    """Sentences in a row, of one side of an input: the codes of their tags, and where they are.

    Attributes
    ----------
    codes : array of int32, shape (tokens,)
        Codes of the tags.
    starts : array of int
        The tokens that begin a sentence, ascending. A sentence that began before has none.
    line : callable
        Returns the line of the input, from 1, of a token, given its number from 0.
    lines : int
        Lines of the input up to the end of these sentences.
    document_starts : array of int
        The tokens that begin a document.
    documents : int
        Documents that begin here, those without tokens too.
    tokens : sequence of str, optional
        The tokens, where they were asked for.
    """

    codes: CodeArray
    starts: IntArray
    line: Callable[[int], int]
    lines: int
    document_starts: IntArray = np.zeros(0, np.intp)
    documents: int = 0
    tokens: Sequence[str] | None = None


class TagSource(Protocol):
    """An input of one side that has tags."""

    source: Source

    def sentences(self, tags: TagSet) -> Iterator[Sentences]:
        """Yield the sentences in order, numbering the tags in a set."""
        ...


def aligned(
    gold: Sentences, predicted: Sentences, there: npt.NDArray[np.bool_] | None = None
) -> Block:
    """Return two sides of the same tokens as a block.

    Tokens that are outside of every span on both sides say nothing, and are left out. The first
    and the last stay, so that what is next to each other in the input is so across blocks.

    Parameters
    ----------
    gold, predicted : Sentences
        The sides. Sentences and documents begin where they do in gold.
    there : array of bool, optional
        Which tokens stay, where that is known without their codes; the codes are then those of
        the tokens that stay, and all else is counted in all tokens.
    """
    codes = gold.codes, predicted.codes
    if there is None:
        there = (codes[0] | codes[1]) != 0
        there[:1] = there[-1:] = True
        tokens = np.flatnonzero(there)
        codes = codes[0][tokens], codes[1][tokens]
    else:
        tokens = np.flatnonzero(there)
    return Block(
        *codes,
        starts_among(tokens, gold.starts, len(there)),
        len(there),
        tokens,
        gold.starts,
        gold.document_starts,
        gold.documents,
        _Line(gold.line, tokens).of,
        _Line(predicted.line, tokens).of,
        gold.lines,
        predicted.lines,
    )


class _Line(NamedTuple):
    """Tells the lines of the tokens that stayed in a block."""

    line: Callable[[int], int]
    tokens: IntArray

    def of(self, index: int) -> int:
        """Return the line of a token that stayed, by its number among them."""
        return self.line(int(self.tokens[index]))
