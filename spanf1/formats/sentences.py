"""Sentences of one side of an input, as arrays; and two sides of the same tokens, aligned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol, Self, cast

import numpy as np
import numpy.typing as npt

from spanf1.core.tags import Block, CodeArray, IntArray, TagSet, starts_among
from spanf1.formats.source import Source

#: the way out where tokens differ
POSITION_HINT = "--align-by-position compares the tags whatever the tokens are"

_NONE = np.zeros(0, np.intp)


class Words(Protocol):
    """The tokens of sentences, as their format has them."""

    def lists(self) -> list[list[str]]:
        """Return the tokens of each sentence."""
        ...

    def part(self, first: int, stop: int | None = None) -> Self:
        """Return those of the sentences from one number to another."""
        ...

    def take(self, sentences: IntArray) -> Self:
        """Return those of some sentences, by number."""
        ...

    def keep(self, others: Self) -> None:
        """Add those of other sentences, in as little memory as can be."""
        ...


class Coder(Protocol):
    """The codes that numbers stand for, which are looked up as the numbers occur.

    `outside` is the number of the tag O, and `ignored` that of a gold token that does not count;
    None if there is none.
    """

    outside: int | None
    ignored: int | None

    def codes(self, sentences: Sentences, tokens: IntArray) -> CodeArray:
        """Return the codes of some tokens of sentences.

        Raises
        ------
        TagError, AlignmentError
            If one has no tag.
        """
        ...


class Sentences(NamedTuple):
    """Sentences in a row, of one side of an input: the codes of their tags, and where they are.

    Attributes
    ----------
    codes : array of int32, shape (tokens,)
        Codes of the tags; or, if there is a coder, numbers that stand for codes, of any type.
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
    lengths, places : array of int
        How many tags each sentence has, those without tokens too, and the line that it is on:
        of sentences that are whole and have a key or a line of their own.
    words : Words, optional
        The tokens of each of these, if they were asked for; there may be more of them than tags.
    ids : sequence of (str or int), optional
        The id of each of these, if it was asked for; None where one has none.
    coder : Coder, optional
        Tells the codes.
    """

    codes: CodeArray
    starts: IntArray
    line: Callable[[int], int]
    lines: int
    document_starts: IntArray = np.zeros(0, np.intp)
    documents: int = 0
    tokens: Sequence[str] | None = None
    lengths: IntArray = _NONE
    places: IntArray = _NONE
    words: Words | None = None
    ids: Sequence[str | int | None] | None = None
    coder: Coder | None = None

    def part(self, first: int, stop: int | None = None) -> Sentences:
        """Return the sentences from one number to another; those that are there whole."""
        bounds = np.append(0, np.cumsum(self.lengths))
        begin, end = bounds[first], bounds[len(self.lengths) if stop is None else stop]
        part = whole_sentences(
            self.codes[begin:end],
            self.lengths[first:stop],
            self.places[first:stop],
            self.lines,
            words=self.words and self.words.part(first, stop),
            ids=self.ids and self.ids[first:stop],
            coder=self.coder,
        )
        if not self.documents:
            return part
        low, high = np.searchsorted(self.document_starts, (begin, end))
        return part._replace(
            document_starts=self.document_starts[low:high] - begin,
            documents=0 if first else self.documents,
        )

    def take(self, sentences: IntArray, begins: IntArray) -> Sentences:
        """Return some sentences by number, without ids; `begins` has the first tag of each."""
        lengths = self.lengths[sentences]
        shift = begins[sentences] - (np.cumsum(lengths) - lengths)
        return whole_sentences(
            self.codes[np.repeat(shift, lengths) + np.arange(lengths.sum())],
            lengths,
            self.places[sentences],
            self.lines,
            words=self.words and self.words.take(sentences),
            coder=self.coder,
        )


def whole_sentences(
    codes: npt.NDArray[np.integer],
    lengths: IntArray,
    places: IntArray,
    lines: int,
    *,
    words: Words | None = None,
    ids: Sequence[str | int | None] | None = None,
    coder: Coder | None = None,
) -> Sentences:
    """Return sentences that are whole, each on a line of its own; see `Sentences`."""
    starts = (np.cumsum(lengths) - lengths)[lengths > 0]
    line = _Places(lengths, places).line
    return Sentences(
        cast(CodeArray, codes),
        starts,
        line,
        lines,
        lengths=lengths,
        places=places,
        words=words,
        ids=ids,
        coder=coder,
    )


def sentence_wise(sentences: Sentences) -> Sentences:
    """Return sentences with what is known of each, if the tokens alone tell: they are whole."""
    if len(sentences.lengths) or not len(sentences.codes):
        return sentences
    starts, tokens = sentences.starts, sentences.tokens
    bounds = [*starts.tolist(), len(sentences.codes)]
    rows = [] if tokens is None else [[*tokens[a:b]] for a, b in pairwise(bounds)]
    return sentences._replace(
        lengths=np.diff(bounds),
        places=np.fromiter(map(sentences.line, starts.tolist()), np.intp, len(starts)),
        words=None if tokens is None else TokenLists(rows),
    )


def place_in(lengths: IntArray, token: int) -> tuple[int, int]:
    """Return the sentence of a token, by its number among all, and its place there."""
    ends = np.cumsum(lengths)
    sentence = int(np.searchsorted(ends, token, side="right"))
    return sentence, token - int(ends[sentence] - lengths[sentence])


class _Places(NamedTuple):
    """Tells the lines of tokens by those of their sentences."""

    lengths: IntArray
    places: IntArray

    def line(self, token: int) -> int:
        """Return the line of a token."""
        return int(self.places[place_in(self.lengths, token)[0]])


class TokenLists:
    """The tokens of sentences: a list for each."""

    def __init__(self, rows: list[list[str]]) -> None:
        self._rows = rows
        # every distinct token that is kept
        self._distinct: dict[str, str] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TokenLists) and self._rows == other._rows

    __hash__ = None  # type: ignore[assignment]

    def lists(self) -> list[list[str]]:
        """Return the tokens of each sentence."""
        return self._rows

    def part(self, first: int, stop: int | None = None) -> TokenLists:
        """Return those of the sentences from one number to another."""
        return TokenLists(self._rows[first:stop])

    def take(self, sentences: IntArray) -> TokenLists:
        """Return those of some sentences, by number."""
        return TokenLists([self._rows[number] for number in sentences.tolist()])

    def keep(self, others: TokenLists) -> None:
        """Add those of other sentences; every distinct token is kept once."""
        once = self._distinct.setdefault
        self._rows += [list(map(once, row, row)) for row in others._rows]


class TagSource(Protocol):
    """An input of one side that has tags."""

    @property
    def source(self) -> Source:
        """Where it is from."""
        ...

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
    return block_of(gold, predicted, codes, tokens, len(there))


def block_of(
    gold: Sentences,
    predicted: Sentences,
    codes: tuple[CodeArray, CodeArray],
    tokens: IntArray,
    count: int,
    *,
    numbers: IntArray | None = None,
) -> Block:
    """Return a block of the tokens that stay.

    Parameters
    ----------
    gold, predicted : Sentences
        The sides, as for `aligned`; their codes are not looked at.
    codes : tuple of array
        The codes of the tokens that stay, on each side.
    tokens : array of int
        Which these are, of `count` tokens.
    numbers : array of int, optional
        What the sides call them, where that is not the same.
    """
    numbers = tokens if numbers is None else numbers
    return Block(
        *codes,
        starts_among(tokens, gold.starts, count),
        count,
        tokens,
        gold.starts,
        gold.document_starts,
        gold.documents,
        _Line(gold.line, numbers).of,
        _Line(predicted.line, numbers).of,
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
