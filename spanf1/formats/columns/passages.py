"""The tokens of a column file with their tags, a run of whole sentences at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from spanf1.core.spans import Spans, decode
from spanf1.core.tags import Block, CodeArray, IntArray, TagSet
from spanf1.exceptions import LayoutError, UsageError
from spanf1.formats.columns.file import ColumnFile, Place, tag_lookup
from spanf1.formats.columns.layout import DOCUMENT, NEW_DOCUMENT, Layout
from spanf1.formats.columns.lines import TokenLines
from spanf1.formats.options import Column
from spanf1.formats.source import FRONT, RawBlock

_HINT = "are the tags elsewhere? --tag-column and --delimiter say where"
_TOKEN_HINT = "tokens and tags are in two columns; --delimiter says what separates them"  # noqa: S105
# A byte of UTF-8 that begins no character is one of these.
_CONTINUATION, _CONTINUATION_MASK = 0x80, 0xC0


class Passage(NamedTuple):
    """Whole sentences of a file.

    Attributes
    ----------
    tokens : list of str
        The tokens. Bytes that are no UTF-8 are lone surrogates, so that other tokens differ.
    codes : array of int32, shape (tokens,)
        Codes of their tags.
    starts : array of int
        The tokens that begin a sentence, ascending.
    document_starts : array of int
        The tokens that begin a document.
    documents : int
        Documents that are marked, those without tokens too.
    spans : Spans
        The spans of the tags, ill-formed ones too.
    lines : tuple of (int, TokenLines, int)
        For the tokens from the first number on: the lines they are in, from the last number on.
    last_line : int
        Lines of the file up to the end of what was read.
    """

    tokens: list[str]
    codes: CodeArray
    starts: IntArray
    document_starts: IntArray
    documents: int
    spans: Spans
    lines: tuple[tuple[int, TokenLines, int], ...]
    last_line: int

    def line(self, token: int) -> int:
        """Return the line number in the file of a token."""
        first, lines, begin = next(one for one in reversed(self.lines) if one[0] <= token)
        return lines.line(token - first + begin)

    def sentences(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the sentences: the number of the first token, and all tokens."""
        for start, end in pairwise([*self.starts.tolist(), len(self.tokens)]):
            yield start, self.tokens[start:end]

    def texts(self) -> list[str]:
        """Return the surface form of each span: its tokens, with a space between them."""
        return [
            " ".join(self.tokens[start:end])
            for start, end in zip(self.spans.start.tolist(), self.spans.end.tolist(), strict=True)
        ]

    def block(self, predicted: CodeArray) -> Block:
        """Return the tags as gold in a block, beside others as predicted."""
        return Block(
            gold=self.codes,
            predicted=predicted,
            starts=self.starts,
            tokens=len(self.codes),
            numbers=np.arange(len(self.codes)),
            sentence_starts=self.starts,
            document_starts=self.document_starts,
            documents=self.documents,
            gold_line=self.line,
            predicted_line=self.line,
            gold_lines=self.last_line,
            predicted_lines=self.last_line,
        )


class _Piece(NamedTuple):
    """Tokens of one block; the first of them is number `begin` of its lines."""

    tokens: list[str]
    codes: CodeArray
    starts: IntArray
    document_starts: IntArray
    documents: int
    lines: TokenLines
    begin: int = 0

    def parted(self, at: int) -> tuple[_Piece, _Piece]:
        """Return the tokens before a number, and those from there on."""
        starts = int(np.searchsorted(self.starts, at))
        documents = int(np.searchsorted(self.document_starts, at))
        return self._replace(
            tokens=self.tokens[:at],
            codes=self.codes[:at],
            starts=self.starts[:starts],
            document_starts=self.document_starts[:documents],
        ), self._replace(
            tokens=self.tokens[at:],
            codes=self.codes[at:],
            starts=self.starts[starts:] - at,
            document_starts=self.document_starts[documents:] - at,
            documents=0,
            begin=self.begin + at,
        )


class Passages:
    """Reads the tokens and one column of tags of a file.

    A sentence is held as a whole, and a file without blank lines is one sentence.

    Parameters
    ----------
    file : ColumnFile
        The file.
    tag_column : int or str
        The column of the tags, by number from 1, or from the end by -1, or by name.
    token_column : int or str, optional
        The column of the tokens; by default the first that is not the tags'.
    """

    def __init__(
        self, file: ColumnFile, tag_column: Column = -1, token_column: Column | None = None
    ) -> None:
        self.file = file
        self.tag_column = tag_column
        self.token_column = token_column
        #: the indices from 0 of the columns of the tags and of the tokens, once they are known
        self.columns = (0, 0)

    def read(self, tags: TagSet) -> Iterator[Passage]:
        """Yield the sentences in order, numbering the tags in a set.

        Parameters
        ----------
        tags : TagSet
            Gives the codes.

        Raises
        ------
        LayoutError
            If there are no such columns, or no column of tokens.
        UsageError
            If both columns are the same.
        ReadError, TagError
            As `ColumnFile.token_lines`.
        """
        pending: list[_Piece] = []
        before = _Marks()
        self.file.skipped = before.count
        for lines, codes, (start, length) in self.lines(tags):
            piece = _Piece(
                texts(lines.raw, start, length),
                codes,
                lines.starts,
                lines.document_starts,
                lines.documents + before.taken(),
                lines,
            )
            if len(lines.starts):
                # The last sentence may go on in the next block.
                whole, piece = piece.parted(int(lines.starts[-1]))
                yield _passage([*pending, whole])
                pending = []
            pending.append(piece)
        if pending:
            yield _passage(pending)
        elif documents := before.taken():
            yield _no_tokens(documents)

    def lines(
        self, tags: TagSet
    ) -> Iterator[tuple[TokenLines, CodeArray, tuple[IntArray, IntArray]]]:
        """Yield the token lines, the codes of their tags, places and lengths of their tokens.

        Raises
        ------
        InputError, UsageError
            As `read`.
        """
        lookup = tag_lookup(tags, _HINT)
        wanted = [self.tag_column]
        if self.token_column is not None:
            wanted.append(self.token_column)
        for lines, indices in self.file.token_lines(*wanted, tags=(tags,)):
            self.columns = indices[0], self._token_index(lines.layout, indices)
            numbers = np.arange(len(lines.ends))
            (start, length), tokens = lines.fields(numbers, *self.columns)
            codes = Place(lines, numbers, self.file.source).codes(lookup, start, length)
            yield lines, codes, tokens

    def _token_index(self, layout: Layout, indices: list[int]) -> int:
        """Return the index of the column of the tokens."""
        source = self.file.source
        if layout.columns == 1:
            raise LayoutError(
                "there is no column of tokens: this line has only one column",
                where=source.where(layout.line),
                hint=_TOKEN_HINT,
            )
        if len(indices) == 1:
            return 0 if indices[0] else 1
        if indices[0] == indices[1]:
            message = f"tokens and tags are both in column {indices[0] + 1}"
            raise UsageError(message, where=source.name, hint="--token-column, --tag-column")
        return indices[1]

    def described(self) -> str:
        """Say where the tokens and the tags are; call it after the reading."""
        layout = self.file.layout
        if layout is None:
            return "there are no tokens"
        tag, token = self.columns
        return (
            f"tokens in column {token + 1}, tags in column {tag + 1} of {layout.columns}, "
            f"separated by {layout.delimiter_name}"
        )


class _Marks:
    """Counts the documents that begin in blocks without tokens, before all others."""

    def __init__(self) -> None:
        self._documents = 0

    def count(self, raw: RawBlock) -> None:
        """Count those of a block."""
        lines = bytes(raw.data[len(FRONT) : raw.end]).split(FRONT)
        self._documents += sum(bool(DOCUMENT.match(x) or NEW_DOCUMENT.match(x)) for x in lines)

    def taken(self) -> int:
        """Return how many there are that were not returned before."""
        documents, self._documents = self._documents, 0
        return documents


def texts(raw: RawBlock, start: IntArray, length: IntArray) -> list[str]:
    """Return fields of a block as text."""
    data = raw.data[: raw.end]
    end = start + length
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return [
            data[begin:stop].decode("utf-8", "surrogateescape")
            for begin, stop in zip(start.tolist(), end.tolist(), strict=True)
        ]
    if len(text) != len(data):
        # Places are counted in characters from here on: in bytes that begin one.
        octets = np.frombuffer(data, np.uint8)
        place = np.cumsum((octets & _CONTINUATION_MASK) != _CONTINUATION) - 1
        start, end = place[start], place[end]
    return [text[begin:stop] for begin, stop in zip(start.tolist(), end.tolist(), strict=True)]


def _passage(pieces: list[_Piece]) -> Passage:
    """Return pieces in a row as one passage."""
    counts = [len(piece.codes) for piece in pieces]
    first = np.cumsum([0, *counts])[:-1]
    codes = np.concatenate([piece.codes for piece in pieces])
    starts = np.concatenate([piece.starts + k for piece, k in zip(pieces, first, strict=True)])
    return Passage(
        [token for piece in pieces for token in piece.tokens],
        codes,
        starts,
        np.concatenate([piece.document_starts + k for piece, k in zip(pieces, first, strict=True)]),
        sum(piece.documents for piece in pieces),
        decode(codes, starts),
        tuple(
            (k, piece.lines, piece.begin) for piece, k in zip(pieces, first.tolist(), strict=True)
        ),
        pieces[-1].lines.lines,
    )


def _no_tokens(documents: int) -> Passage:
    """Return documents that have no tokens, and nothing else."""
    none = np.zeros(0, np.intp)
    codes = none.astype(np.int32)
    return Passage([], codes, none, none, documents, decode(codes, none), (), 0)
