"""One column of tags in a file, read run by run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from spanf1.core.tags import Block, CodeArray, IntArray, TagSet
from spanf1.formats.columns.file import ColumnFile, Place, tag_lookup
from spanf1.formats.columns.layout import Layout
from spanf1.formats.columns.lines import TokenLines
from spanf1.formats.options import Column
from spanf1.formats.source import BOM, FRONT, RawBlock

_LF = ord("\n")
_HINT = "are the tags elsewhere? --tag-column and --delimiter say where"


class Run(NamedTuple):
    """Whole lines of a file, such that no span goes on from one run to the next.

    Attributes
    ----------
    data : bytes
        The lines, byte for byte; a byte-order mark and a missing last line end are as in the file.
    codes : array of int32, shape (tokens,)
        Codes of the tags in the lines.
    starts : array of int
        Tokens of the run that begin a sentence.
    tag_start, tag_length : array of int, shape (tokens,)
        Where the tags are in `data`.
    lines_before, lines : int
        Lines of the file before the run, and up to its end.
    documents : int
        How many documents begin in the run.
    layout : Layout, optional
        What the lines look like.
    column : int
        The index of the tags' column, from 0.
    """

    data: bytes
    codes: CodeArray
    starts: IntArray
    tag_start: IntArray
    tag_length: IntArray
    lines_before: int
    lines: int
    documents: int
    layout: Layout | None
    column: int

    def line_numbers(self, tokens: IntArray) -> IntArray:
        """Return the line numbers in the file of some tokens."""
        newlines = np.flatnonzero(np.frombuffer(self.data, np.uint8) == _LF)
        return np.searchsorted(newlines, self.tag_start[tokens]) + self.lines_before + 1

    def line_number(self, token: int) -> int:
        """Return the line number in the file of a token."""
        return self.data.count(FRONT, 0, int(self.tag_start[token])) + self.lines_before + 1

    def tag(self, token: int) -> bytes:
        """Return a tag as it is written."""
        start = int(self.tag_start[token])
        return self.data[start : start + int(self.tag_length[token])]

    def token(self, token: int) -> str:
        """Return the token itself: the first field of its line but the tag, or nothing."""
        at = int(self.tag_start[token])
        begin = self.data.rfind(FRONT, 0, at) + 1
        end = self.data.find(FRONT, at)
        line = self.data[begin : len(self.data) if end < 0 else end]
        line = line.removeprefix(BOM).removesuffix(b"\r")
        fields = self.layout.fields(line) if self.layout else []
        del fields[self.column : self.column + 1]
        return fields[0].decode("utf-8", "backslashreplace") if fields else ""


class TagFile:
    """Reads one column of tags of a file.

    Parameters
    ----------
    file : ColumnFile
        The file.
    column : int or str
        The column of the tags, by number from 1, or from the end by -1, or by name.
    """

    def __init__(self, file: ColumnFile, column: Column = -1) -> None:
        self.file = file
        self.column = column

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:  # noqa: ARG002
        """Yield the tags in blocks, both sides alike; see `spanf1.core.tag_counter.Reader`."""
        for lines, codes, _, _, _ in self._tags(gold):
            yield Block(
                codes,
                codes,
                lines.starts,
                len(codes),
                np.arange(len(codes)),
                lines.starts,
                lines.document_starts,
                lines.documents,
                lines.line,
                lines.line,
                lines.lines,
                lines.lines,
            )

    def _tags(
        self, tags: TagSet
    ) -> Iterator[tuple[TokenLines, CodeArray, IntArray, IntArray, int]]:
        """Yield the token lines, the codes, places and lengths of the tags, and their column."""
        lookup = tag_lookup(tags, _HINT)
        for lines, (index,) in self.file.token_lines(self.column, tags=(tags,)):
            tokens = np.arange(len(lines.ends))
            ((start, length),) = lines.fields(tokens, index)
            codes = Place(lines, tokens, self.file.source).codes(lookup, start, length)
            yield lines, codes, start, length, index

    def runs(self, tags: TagSet) -> Iterator[Run]:
        """Yield the file's lines in runs, numbering the tags in a set.

        A run ends behind a tag ``O`` or before a sentence, so a span is whole in one; a run is
        as long as need be for that.

        Raises
        ------
        LayoutError, ReadError, TagError
            As `ColumnFile.token_lines`.
        """
        blank: list[RawBlock] = []
        self.file.skipped = blank.append
        pending = _Pending()
        for block in self._tags(tags):
            yield from map(pending.without_tokens, blank)
            blank.clear()
            pending.add(*block)
            run = pending.take()
            if run is not None:
                yield run
        yield from map(pending.without_tokens, blank)
        yield pending.all()


class _Piece(NamedTuple):
    """Lines of one block, and the tags in them; places are counted from the lines' first byte."""

    data: bytes
    codes: CodeArray
    starts: IntArray
    tag_start: IntArray
    tag_length: IntArray


class _Pending:
    """Lines that were read, and may not yet be the end of a run."""

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []
        self._lines = 0
        self._documents = 0
        self._layout: Layout | None = None
        self._column = 0

    def without_tokens(self, raw: RawBlock) -> Run:
        """Return a run of lines that stand before the first token."""
        none = np.zeros(0, np.intp)
        return self._run(_Piece(_bytes_of(raw), np.zeros(0, np.int32), none, none, none))

    def add(
        self, lines: TokenLines, codes: CodeArray, start: IntArray, length: IntArray, column: int
    ) -> None:
        """Add the lines of a block."""
        # Positions in a block are counted from the line end before it.
        shift = len(lines.raw.mark) - len(FRONT)
        self._pieces.append(
            _Piece(_bytes_of(lines.raw), codes, lines.starts, start + shift, length)
        )
        self._documents += lines.documents
        self._layout, self._column = lines.layout, column

    def take(self) -> Run | None:
        """Return the lines up to where the last span may begin, or None if there are none."""
        last = self._pieces[-1]
        outside = np.flatnonzero(last.codes == 0)
        if not (len(last.starts) or len(outside)):
            # No end of a run, unless there was nothing that could go on.
            return None if any(len(piece.codes) for piece in self._pieces) else self.all()
        piece = self._joined()
        before = len(piece.codes) - len(last.codes)
        count = before + int(last.starts[-1]) if len(last.starts) else 0
        if len(outside):
            count = max(count, before + int(outside[-1]) + 1)
        if not count:
            self._pieces = [piece]
            return None
        end = piece.data.find(FRONT, int(piece.tag_start[count - 1])) + 1 or len(piece.data)
        parted = int(np.searchsorted(piece.starts, count))
        self._pieces = [
            _Piece(
                piece.data[end:],
                piece.codes[count:],
                piece.starts[parted:] - count,
                piece.tag_start[count:] - end,
                piece.tag_length[count:],
            )
        ]
        return self._run(
            _Piece(
                piece.data[:end],
                piece.codes[:count],
                piece.starts[:parted],
                piece.tag_start[:count],
                piece.tag_length[:count],
            )
        )

    def all(self) -> Run:
        """Return all lines that are left."""
        piece, self._pieces = self._joined(), []
        return self._run(piece)

    def _joined(self) -> _Piece:
        """Return all lines as one piece."""
        if len(self._pieces) == 1:
            return self._pieces[0]
        none = [np.zeros(0, np.intp)]
        tokens = np.cumsum([0, *(len(piece.codes) for piece in self._pieces)])
        size = np.cumsum([0, *(len(piece.data) for piece in self._pieces)])
        numbered = list(enumerate(self._pieces))
        return _Piece(
            b"".join(piece.data for piece in self._pieces),
            np.concatenate([np.zeros(0, np.int32), *(piece.codes for piece in self._pieces)]),
            np.concatenate(none + [piece.starts + tokens[k] for k, piece in numbered]),
            np.concatenate(none + [piece.tag_start + size[k] for k, piece in numbered]),
            np.concatenate(none + [piece.tag_length for piece in self._pieces]),
        )

    def _run(self, piece: _Piece) -> Run:
        before = self._lines
        open_line = bool(piece.data) and not piece.data.endswith(FRONT)
        self._lines += piece.data.count(FRONT) + open_line
        documents, self._documents = self._documents, 0
        return Run(*piece, before, self._lines, documents, self._layout, self._column)


def _bytes_of(raw: RawBlock) -> bytes:
    """Return the lines of a block as they are in the file."""
    return raw.mark + raw.data[len(FRONT) : raw.end - raw.added]
