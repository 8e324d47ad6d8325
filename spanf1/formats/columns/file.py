"""Column files, and one that holds gold and predicted tags in two of its columns."""

from __future__ import annotations

import codecs
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from spanf1.core.tags import Block, CodeArray, IntArray, TagSet, starts_among
from spanf1.exceptions import ReadError, TagError, UsageError
from spanf1.formats.columns.layout import MERGED_HINT, Layout, declared_names, detect_layout
from spanf1.formats.columns.lines import Splitter, TokenLines
from spanf1.formats.columns.lookup import TagLookup
from spanf1.formats.options import Column
from spanf1.formats.source import BLOCK_SIZE, FRONT, Progress, RawBlock, Source
from spanf1.wording import shortened

# A layout is judged by at least so many bytes, if there are as many.
_HEAD = 1 << 15

# So many lines show how tags are written, before they are read.
_FIRST_LINES = 200

# Where a file may be cut into parts, and how far that is looked for.
_CUT_WINDOW = 1 << 16
_BLANK_LINE = re.compile(rb"\n[ \t\r]*\n")


WRONG_COLUMN = (
    "are the tags elsewhere? --gold-column, --pred-column, --tag-column, --delimiter say where"
)
# Added to a hint where the line may be a header.
_HEADER_HINT = "if this line names the columns, one can be given by its name"


def _nothing(_: RawBlock) -> None:
    """Do nothing; named, so that a file can be sent to a worker."""


class ColumnFile:
    """One file of columns.

    Parameters
    ----------
    source : Source
        Where it is.
    delimiter : str, optional
        The character between fields, empty for runs of white space; detected by default.
    layout : Layout, optional
        Its layout, where that is known; else it is found out by reading, and kept here.
    script : bool
        Read lines as the conlleval script does.
    headed : bool
        The first line names the columns; known anyway if one is asked for by name.
    block_size : int
        About how many bytes are read at a time.
    progress : callable, optional
        See `Source.blocks`.
    """

    def __init__(
        self,
        source: Source,
        *,
        delimiter: str | None = None,
        layout: Layout | None = None,
        script: bool = False,
        headed: bool = False,
        block_size: int = BLOCK_SIZE,
        progress: Progress | None = None,
    ) -> None:
        self.source = source
        self.delimiter = delimiter
        self.layout = layout
        self.script = script
        self.headed = headed
        self.block_size = block_size
        self.progress = progress
        #: called with the blocks before the first token, where they are many
        self.skipped: Callable[[RawBlock], object] = _nothing

    def token_lines(
        self, *columns: Column, tags: Sequence[TagSet]
    ) -> Iterator[tuple[TokenLines, list[int]]]:
        """Yield the token lines, block by block, with the indices of some columns.

        Parameters
        ----------
        *columns : int or str
            Columns, by number from 1, or from the end by -1, or by name.
        tags : sequence of TagSet
            For each of the first ones, which hold tags, what these are like.

        Raises
        ------
        LayoutError
            If the file has no such columns, or lines of different numbers of fields.
        ReadError
            If it cannot be read.
        """
        blocks = self.source.blocks(self.block_size, self.progress)
        head, lines = self.detect(blocks)
        if self.layout is None:
            while head:
                self.skipped(head.popleft())
            return
        indices = self.indices(columns)
        splitter = Splitter(
            self.source, self.layout, indices[: len(tags)], tags, script=self.script
        )
        splitter.lines = lines
        for number, raw in enumerate(chain(head, blocks)):
            if not number:
                self._learn_forms(raw, indices, tags, lines)
            yield splitter.split(raw), indices

    def indices(self, columns: Iterable[Column]) -> list[int]:
        """Return the indices of columns, once the layout is known.

        If one is given by name, the line of the names is no token from now on.

        Raises
        ------
        LayoutError
            If there is no such column.
        """
        assert self.layout is not None  # noqa: S101 - for mypy: it is detected by now
        layout, given = self.layout, tuple(columns)
        found = [layout.column_index(column, self.source) for column in given]
        if self.headed or any(isinstance(column, str) for column in given):
            self.layout = layout._replace(headed=True)
        return found

    def _learn_forms(
        self, raw: RawBlock, indices: list[int], tags: Sequence[TagSet], before: int
    ) -> None:
        """Look at the first lines of a block, and tell the sets how tags are written.

        Whether a line that begins with ``# `` is a token depends on that. There are so many
        lines `before` the block.
        """
        assert self.layout is not None  # noqa: S101 - for mypy: it is detected by now
        lines = raw.data[len(FRONT) : min(raw.end, _HEAD)].split(b"\n", _FIRST_LINES)[:-1]
        header = self.layout.names_line if self.layout.headed else 0
        rows = [
            self.layout.fields(bytes(line.removesuffix(b"\r")))
            for number, line in enumerate(lines, before + 1)
            if line[:1] != b"#" and number != header
        ]
        rows = [row for row in rows if len(row) == self.layout.columns]
        for index, tag_set in zip(indices, tags, strict=False):
            tag_set.expect({row[index].decode("utf-8", "replace") for row in rows})

    def detect(self, blocks: Iterator[RawBlock]) -> tuple[deque[RawBlock], int]:
        """Find the layout out, if it is not known.

        Returns
        -------
        head : deque of RawBlock
            The blocks that were read for that, and are still to be split.
        lines : int
            How many lines were before them, none of which is a token.
        """
        head: deque[RawBlock] = deque()
        lines = 0
        names: tuple[tuple[str, ...], int] = (), 0
        if self.layout is None:
            text = bytearray(FRONT)
            for raw in blocks:
                if not head and not lines:
                    self._refuse_binary(bytes(raw.data[len(FRONT) : min(raw.end, _HEAD)]))
                head.append(raw)
                text += raw.data[len(FRONT) : raw.end]
                if len(text) < _HEAD:
                    continue
                names = names if lines else declared_names(bytes(text[len(FRONT) :]))
                self.layout = self._judged(text, lines, names)
                if self.layout:
                    return head, lines
                lines += text.count(b"\n") - len(FRONT)
                while head:
                    self.skipped(head.popleft())
                del text[len(FRONT) :]
            names = names if lines else declared_names(bytes(text[len(FRONT) :]))
            self.layout = self._judged(text, lines, names)
        return head, lines

    def _judged(
        self, text: bytearray, before: int, names: tuple[tuple[str, ...], int]
    ) -> Layout | None:
        """Return the layout of lines with so many before them, if they show it."""
        layout = detect_layout(text, self.source, self.delimiter, before + 1)
        if layout and names[0]:
            layout = layout._replace(names=names[0], names_line=names[1])
        return layout

    def _refuse_binary(self, start: bytes) -> None:
        if b"\0" not in start:
            return
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            hint = "convert it to UTF-8 first"
            raise ReadError("this is UTF-16 text", where=self.source.name, hint=hint)
        raise ReadError("this is a binary file, not text", where=self.source.name)


def tag_lookup(tags: TagSet, hint: str) -> TagLookup:
    """Return a lookup of tags in a file: their numbers are the codes that the set gives them.

    Parameters
    ----------
    tags : TagSet
        Gives the codes.
    hint : str
        The way out where a field is no tag.
    """

    def code(tag: bytes) -> int:
        try:
            return tags.code(tag.decode())
        except UnicodeDecodeError:
            shown = shortened(tag.decode("utf-8", "backslashreplace"))
            raise TagError(f"tag {shown} is not UTF-8") from None
        except TagError as error:
            raise TagError(error.message, hint=error.hint or hint) from None

    return TagLookup(code)


class MergedFile:
    """Reads one file that holds gold and predicted tags in two of its columns.

    Parameters
    ----------
    file : ColumnFile
        The file.
    gold_column, predicted_column : int or str
        The columns, by number from 1, or from the end by -1, or by name.
    """

    def __init__(
        self, file: ColumnFile, gold_column: Column = -2, predicted_column: Column = -1
    ) -> None:
        self.file = file
        self.gold_column = gold_column
        self.predicted_column = predicted_column

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.core.tag_counter.Reader`."""
        file = self.file
        lookups: list[TagLookup] = []
        for lines, columns in file.token_lines(
            self.gold_column, self.predicted_column, tags=(gold, predicted)
        ):
            if not lookups:
                hint = MERGED_HINT if lines.layout.columns == 2 else WRONG_COLUMN
                lookups = [tag_lookup(tags, hint) for tags in (gold, predicted)]
            if columns[0] == columns[1]:
                message = f"gold and predicted tags are both in column {columns[0] + 1}"
                raise UsageError(message, where=file.source.name, hint=MERGED_HINT)
            # Tokens that are outside on both sides say nothing; the first and the last stay, so
            # that what is next to each other in the file is so across blocks.
            there = ~lines.outside
            there[:1] = there[-1:] = True
            tokens = np.flatnonzero(there)
            place = Place(lines, tokens, file.source)
            gold_codes, predicted_codes = (
                place.codes(lookup, start, length)
                for lookup, (start, length) in zip(
                    lookups, lines.fields(tokens, *columns), strict=True
                )
            )
            yield Block(
                gold_codes,
                predicted_codes,
                starts_among(tokens, lines.starts, len(lines.ends)),
                len(lines.ends),
                tokens,
                lines.starts,
                lines.document_starts,
                lines.documents,
                place.line,
                place.line,
                lines.lines,
                lines.lines,
            )

    def parts(self, size: int) -> list[MergedFile]:
        """Return readers of the parts of about `size` bytes, cut where a sentence ends.

        A file that cannot be read in parts, such as a pipe, is one part.
        """
        file = self.file
        if not file.source.is_plain():
            return [self]
        if file.layout is None:
            file.detect(file.source.blocks())
        if file.layout is None:
            return [self]
        columns = [index + 1 for index in file.indices((self.gold_column, self.predicted_column))]
        # A part counts its lines from its own beginning; the names stand in the first one.
        behind = file.layout._replace(names_line=0)
        cuts = [0, *_cuts(file.source.path, size)]
        return [
            MergedFile(
                ColumnFile(
                    Source(file.source.path, start, stop),
                    layout=behind if start else file.layout,
                    script=file.script,
                    block_size=file.block_size,
                ),
                *columns,
            )
            for start, stop in pairwise(cuts)
        ]


class Place(NamedTuple):
    """Tells where the tokens of a block are, of which some may have been left out."""

    lines: TokenLines
    tokens: IntArray
    source: Source

    def line(self, index: int) -> int:
        """Return the line number of a token."""
        return self.lines.line(int(self.tokens[index]))

    def where(self, index: int) -> str:
        """Return the place of a token, for a message."""
        return self.source.where(self.line(index))

    def codes(self, lookup: TagLookup, start: IntArray, length: IntArray) -> CodeArray:
        """Return the codes of the tags in fields.

        Raises
        ------
        TagError
            If a field is no tag. In the first line, the hint says what may be done if that is a
            header.
        """
        try:
            return lookup.numbers(self.lines.data, start, length, self.where)
        except TagError as error:
            layout = self.lines.layout
            if layout.headed or error.where != self.source.where(layout.line):
                raise
            hint = "; ".join(filter(None, (error.hint, _HEADER_HINT)))
            raise TagError(error.message, where=error.where, hint=hint) from None


def _cuts(path: str, size: int) -> list[int]:
    """Return where parts of a file end, about `size` apart: behind blank lines, and at its end."""
    cuts: list[int] = []
    with open(path, "rb") as file:
        total = os.fstat(file.fileno()).st_size
        position = size
        while position < total:
            file.seek(position)
            found = _BLANK_LINE.search(file.read(_CUT_WINDOW))
            if found and position + found.end() < total:
                cuts.append(position + found.end())
                position = cuts[-1]
            position += size
    return [*cuts, total]
