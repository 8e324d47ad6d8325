"""Sentences of one side of an input, as arrays; and two sides of the same tokens, aligned."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, pairwise
from typing import NamedTuple, Protocol, Self, TypeVar, cast

import numpy as np
import numpy.typing as npt

from spanf1.core.spans import Spans, ranges
from spanf1.core.tags import MASKED, NO_TAG, Block, CodeArray, Gaps, IntArray, starts_among

#: the way out where tokens differ
POSITION_HINT = "--align-by-position compares the tags whatever the tokens are"

_NONE = np.zeros(0, np.intp)


class Words(Protocol):
    """The tokens of sentences, as their format has them."""

    def lists(self) -> list[list[str]]:
        """Return the tokens of each sentence."""
        ...

    def take(self, rows: slice | IntArray) -> Self:
        """Return those of a part of the sentences, or of some, by number."""
        ...

    def keep(self, others: Self) -> None:
        """Add those of other sentences, in as little memory as can be."""
        ...


class Coder(Protocol):
    """The codes that numbers stand for, which are looked up as the numbers occur.

    `outside` is the number of the tag O, and `ignored` that of a gold token that does not count;
    None if there is none. `masked` are those of tags that were said to stand at such tokens, and
    `empty` is that of no tag.
    """

    outside: int | None
    ignored: int | None

    @property
    def masked(self) -> Sequence[int]:
        """The numbers of tags of tokens that do not count."""
        ...

    @property
    def empty(self) -> int | None:
        """The number of a missing prediction."""
        ...

    def note(self, number: int) -> None:
        """Take note that the tag of a number occurs, which is not asked for its code."""
        ...

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
        Codes of the tags; of the shape (levels, tokens) where tags are nested. If there is a
        coder, they are numbers that stand for codes, of any type.
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
        of sentences that are whole, where their format has them one by one.
    words : Words, optional
        The tokens of each of these, if they were asked for; there may be more of them than tags.
    ids : sequence of (str or int), optional
        The id of each of these, if it was asked for; None where one has none.
    coder : Coder, optional
        Tells the codes.
    absent : array of bool, optional
        Which tokens have no tag: what is in their place means nothing.
    ended : bool
        Whether it is known that the next token, if there is one, begins a sentence.
    """

    codes: CodeArray
    starts: IntArray
    line: Callable[[int], int]
    lines: int
    document_starts: IntArray = _NONE
    documents: int = 0
    tokens: Sequence[str] | None = None
    lengths: IntArray = _NONE
    places: IntArray = _NONE
    words: Words | None = None
    ids: Sequence[str | int | None] | None = None
    coder: Coder | None = None
    absent: npt.NDArray[np.bool_] | None = None
    ended: bool = False

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return len(self.codes.T)

    def parted(self, at: int) -> tuple[Sentences, Sentences]:
        """Return the tokens before a number, and those from there on; the first have documents."""
        begins = int(np.searchsorted(self.starts, at))
        documents = int(np.searchsorted(self.document_starts, at))
        return self._replace(
            codes=self.codes[..., :at],
            starts=self.starts[:begins],
            document_starts=self.document_starts[:documents],
            tokens=self.tokens and self.tokens[:at],
        ), self._replace(
            codes=self.codes[..., at:],
            starts=self.starts[begins:] - at,
            line=partial(line_among, self.line, range(at, self.size)),
            document_starts=self.document_starts[documents:] - at,
            documents=0,
            tokens=self.tokens and self.tokens[at:],
        )

    @classmethod
    def joined(cls, parts: Sequence[Sentences]) -> Sentences:
        """Return parts in a row as one."""
        first = np.cumsum([0, *(part.size for part in parts)])[:-1].tolist()
        lists = [part.tokens for part in parts if part.tokens is not None]
        return Sentences(
            np.concatenate([part.codes for part in parts], axis=-1),
            shifted([part.starts for part in parts], first),
            partial(line_in, [part.line for part in parts], first),
            parts[-1].lines,
            shifted([part.document_starts for part in parts], first),
            sum(part.documents for part in parts),
            [*chain.from_iterable(lists)] if lists else None,
        )

    def token_lists(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield the tokens of each sentence, with the number of the first."""
        tokens = self.tokens or ()
        for start, end in pairwise([*self.starts.tolist(), len(tokens)]):
            yield start, tokens[start:end]

    def texts(self, spans: Spans) -> list[str]:
        """Return the surface form of each span: its tokens, with a space between them."""
        tokens = self.tokens or ()
        return [
            tokens[start] if end == start + 1 else " ".join(tokens[start:end])
            for start, end in zip(spans.start.tolist(), spans.end.tolist(), strict=True)
        ]

    def split(self, count: int) -> tuple[Sentences, Sentences]:
        """Return so many sentences, and the others; they are whole, and known one by one."""
        first, rest = (
            part._replace(
                line=partial(_line_of, self.lengths[rows], self.places[rows]),
                lengths=self.lengths[rows],
                places=self.places[rows],
                words=self.words and self.words.take(rows),
                ids=self.ids and self.ids[rows],
            )
            for part, rows in zip(
                self.parted(int(self.lengths[:count].sum())),
                (slice(count), slice(count, None)),
                strict=True,
            )
        )
        return first, rest

    def take(self, rows: IntArray, begins: IntArray) -> Sentences:
        """Return some sentences by number, without ids; `begins` has the first tag of each."""
        lengths = self.lengths[rows]
        return whole_sentences(
            self.codes[ranges(begins[rows], lengths)],
            lengths,
            self.places[rows],
            self.lines,
            # A row behind all others is one without tags.
            words=self.words and self.words.take(np.maximum(rows, 0)),
            coder=self.coder,
        )


def shifted(parts: Iterable[IntArray], by: Iterable[int]) -> IntArray:
    """Return places in parts as places in all of them, given where each part begins."""
    return np.concatenate([part + first for part, first in zip(parts, by, strict=True)])


def line_among(line: Callable[[int], int], tokens: Sequence[int] | IntArray, index: int) -> int:
    """Return the line of one of some tokens, by its number among them."""
    return line(int(tokens[index]))


def line_in(lines: Sequence[Callable[[int], int]], first: list[int], index: int) -> int:
    """Return the line of a token of parts in a row, given the number of the first of each."""
    part = bisect_right(first, index) - 1
    return lines[part](index - first[part])


class Piece(Protocol):
    """Tokens in a row, with what is known of them, that can be parted and joined."""

    @property
    def size(self) -> int:
        """How many tokens there are."""
        ...

    def parted(self, at: int) -> tuple[Self, Self]:
        """Return the tokens before a number, and those from there on."""
        ...

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return parts in a row as one."""
        ...


PieceT = TypeVar("PieceT", bound=Piece)


def whole(
    pieces: Iterable[PieceT], end: Callable[[PieceT], int | None], size: int = 1
) -> Iterator[PieceT]:
    """Yield pieces joined and parted anew, so that nothing goes on from one to the next.

    Parameters
    ----------
    pieces : iterable of Piece
        They arrive in order. Those without tokens go on by themselves.
    end : callable
        Returns the last place in a piece at which it can be parted; None if there is none.
    size : int
        How many tokens are to be in each, at least, but for the last.
    """
    waiting: list[PieceT] = []
    count = 0
    for piece in pieces:
        empty = not count + piece.size
        place = 0 if empty else end(piece)
        rest = piece
        if place is not None and (empty or count + place >= size):
            first, rest = piece.parted(place)
            yield piece.joined([*waiting, first])
            waiting, count = [], 0
        waiting.append(rest)
        count += rest.size
    if count:
        yield waiting[0].joined(waiting)


def last_start(sentences: Sentences) -> int | None:
    """Return behind which token the last sentence that has ended ends; None if none has."""
    if sentences.ended:
        return sentences.size
    return int(sentences.starts[-1]) if len(sentences.starts) else None


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
    return Sentences(
        cast(CodeArray, codes),
        starts,
        partial(_line_of, lengths, places),
        lines,
        lengths=lengths,
        places=places,
        words=words,
        ids=ids,
        coder=coder,
    )


def filled(side: Sentences, lengths: IntArray) -> Sentences:
    """Return predicted sentences that are as long as gold's, and as many, with no tags at the ends.

    Parameters
    ----------
    side : Sentences
        Whole sentences, known one by one; none has more tags than gold has there.
    lengths : array of int
        How many tokens each sentence of gold has.
    """
    own = np.zeros(len(lengths), np.intp)
    own[: len(side.lengths)] = side.lengths
    there = ranges(np.cumsum(lengths) - lengths, own)
    codes = np.zeros(lengths.sum(), side.codes.dtype)
    codes[there] = side.codes
    absent = np.ones(len(codes), np.bool_)
    absent[there] = False
    places = side.places
    if len(places) and len(places) < len(lengths):
        places = np.append(places, np.full(len(lengths) - len(places), places[-1]))
    whole = whole_sentences(codes, lengths, places, side.lines, coder=side.coder)
    return whole._replace(absent=absent)


def place_in(lengths: IntArray, token: int) -> tuple[int, int]:
    """Return the sentence of a token, by its number among all, and its place there."""
    ends = np.cumsum(lengths)
    sentence = int(np.searchsorted(ends, token, side="right"))
    return sentence, token - int(ends[sentence] - lengths[sentence])


def _line_of(lengths: IntArray, places: IntArray, token: int) -> int:
    """Return the line of a token, given those of the sentences."""
    return int(places[place_in(lengths, token)[0]])


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

    def take(self, rows: slice | IntArray) -> TokenLists:
        """Return those of a part of the sentences, or of some, by number."""
        if isinstance(rows, slice):
            return TokenLists(self._rows[rows])
        return TokenLists([self._rows[row] for row in rows.tolist()])

    def keep(self, others: TokenLists) -> None:
        """Add those of other sentences; every distinct token is kept once."""
        once = self._distinct.setdefault
        self._rows += [list(map(once, row, row)) for row in others._rows]


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


def first_counted(
    starts: IntArray, numbers: IntArray | None, count: int, *, begun: bool
) -> tuple[IntArray, bool]:
    """Return the tokens that begin sentences among those that count, and whether one is left over.

    Parameters
    ----------
    starts : array of int
        The tokens of all that begin a sentence.
    numbers : array of int, optional
        Which of all are the tokens that count; by default all.
    count : int
        How many of these there are.
    begun : bool
        Whether a sentence that began before had none.
    """
    rows = np.concatenate((np.zeros(int(begun), np.intp), starts))
    bounds = np.append(rows if numbers is None else np.searchsorted(numbers, rows), count)
    # A sentence may begin with tokens that do not count, or have no others.
    return bounds[:-1][bounds[:-1] < bounds[1:]], bool(len(rows) and bounds[-2] == count)


class Gapped:
    """Aligns two sides, in order, of which tokens may not count, or have no prediction.

    Parameters
    ----------
    drop : bool
        Leave out tokens without a prediction; else they are O.
    """

    def __init__(self, *, drop: bool) -> None:
        self._drop = drop
        # whether a sentence, and a document, began of which no token counted so far
        self._begun = self._document_begun = False

    def aligned(self, gold: Sentences, predicted: Sentences) -> Block:
        """Return two sides of the same tokens, with all of their codes, as a block."""
        masked = gold.codes == MASKED
        absent = (predicted.codes == NO_TAG) & ~masked
        unmasked = (predicted.codes == MASKED) & ~masked
        kept = np.flatnonzero(~(masked | absent) if self._drop else ~masked)
        count = len(kept)
        starts, self._begun = first_counted(gold.starts, kept, count, begun=self._begun)
        document_starts, self._document_begun = first_counted(
            gold.document_starts, kept, count, begun=self._document_begun
        )
        codes = np.where(absent | unmasked, np.int32(0), predicted.codes)
        left, right = (
            side._replace(codes=codes[kept], line=partial(line_among, side.line, kept))
            for side, codes in ((gold, gold.codes), (predicted, codes))
        )
        left = left._replace(starts=starts, document_starts=document_starts)
        sums = (int(np.count_nonzero(which)) for which in (masked, unmasked, absent))
        return aligned(left, right)._replace(gaps=Gaps(*sums))


def unmasked(sentences: Sentences) -> Sentences:
    """Return whole sentences without the tokens that do not count, by their tags."""
    masked = sentences.codes == MASKED
    if not masked.any():
        return sentences
    kept = np.flatnonzero(~masked)
    count, tokens = len(kept), sentences.tokens
    return sentences._replace(
        codes=sentences.codes[kept],
        starts=first_counted(sentences.starts, kept, count, begun=False)[0],
        document_starts=first_counted(sentences.document_starts, kept, count, begun=False)[0],
        line=partial(line_among, sentences.line, kept),
        tokens=None if tokens is None else [tokens[token] for token in kept.tolist()],
    )


def block_of(
    gold: Sentences,
    predicted: Sentences,
    codes: tuple[CodeArray, CodeArray],
    tokens: IntArray,
    count: int,
    *,
    starts: IntArray | None = None,
    numbers: IntArray | None = None,
    number: Callable[[int], int] = int,
) -> Block:
    """Return a block of the tokens that stay.

    Parameters
    ----------
    gold, predicted : Sentences
        The sides, as for `aligned`; their codes are not looked at.
    codes : tuple of array
        The codes of the tokens that stay, on each side.
    tokens : array of int
        Which these are, of all tokens.
    count : int
        How many tokens there are in all, those left out too.
    starts : array of int, optional
        Those of the `count` tokens that begin a sentence, where gold has more tokens.
    numbers : array of int, optional
        What the sides call those that stay, likewise.
    number : callable
        Returns what the sides call one of the `count` tokens, likewise.
    """
    starts = gold.starts if starts is None else starts
    numbers = tokens if numbers is None else numbers
    return Block(
        *codes,
        starts_among(tokens, starts, count),
        count,
        tokens,
        starts,
        gold.document_starts,
        gold.documents,
        partial(line_among, gold.line, numbers),
        partial(line_among, predicted.line, numbers),
        gold.lines,
        predicted.lines,
        partial(_line_of_start, gold.line, starts, number),
    )


def _line_of_start(
    line: Callable[[int], int], starts: IntArray, number: Callable[[int], int], index: int
) -> int:
    """Return the line of a token that begins a sentence, by its number among these."""
    return line(number(int(starts[index])))
