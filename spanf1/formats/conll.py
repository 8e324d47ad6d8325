"""Column files: gold and predicted tags in one file, or in two with the same tokens."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from spanf1.errors import AlignmentError, LayoutError, UsageError
from spanf1.formats.columns import Layout, Splitter, TokenLines, detect_layout
from spanf1.formats.lookup import TagLookup, different_fields
from spanf1.formats.streams import BLOCK_SIZE, FRONT, Progress, RawBlock, Source
from spanf1.tags import Block, CodeArray, IntArray, TagSet, starts_among

# A layout is judged by at least so many bytes, if there are as many.
_HEAD = 1 << 15

# How many bytes of a token are shown in a message.
_SHOWN = 60

# What ends a sentence, where a file is cut into parts.
_CUT_WINDOW = 1 << 16

_BLANK_LINE = re.compile(rb"\n[ \t\r]*\n")

MERGED_HINT = (
    "one file needs gold and predicted tags in two columns, by default the last two; "
    "for two files: spanf1 score GOLD PRED"
)
POSITION_HINT = "--align-by-position compares the tags whatever the tokens are"


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
        block_size: int = BLOCK_SIZE,
        progress: Progress | None = None,
    ) -> None:
        self.source = source
        self.delimiter = delimiter
        self.layout = layout
        self.script = script
        self.block_size = block_size
        self.progress = progress

    def token_lines(self, *tag_columns: int) -> Iterator[TokenLines]:
        """Yield the token lines, block by block; nothing if there are none at all.

        Parameters
        ----------
        *tag_columns : int
            The columns that hold tags, by number from 1, or from the end by -1.

        Raises
        ------
        LayoutError
            If the file has no such columns, or lines of different numbers of fields.
        ReadError
            If it cannot be read.
        """
        blocks = self.source.blocks(self.block_size, self.progress)
        head = self.detect(blocks)
        if self.layout is None:
            return
        indices = tuple(map(self.index, tag_columns))
        splitter = Splitter(self.source, self.layout, indices, script=self.script)
        while head:
            yield splitter.split(head.popleft())
        for raw in blocks:
            yield splitter.split(raw)

    def index(self, column: int) -> int:
        """Return the index from 0 of a column that is numbered from 1, or from the end by -1."""
        assert self.layout
        count = self.layout.columns
        if not 1 <= abs(column) <= count:
            raise LayoutError(
                f"there is no column {column}: the lines have {count}, "
                f"separated by {self.layout.delimiter_name}",
                where=self.source.where(self.layout.line),
                hint=MERGED_HINT if column == -2 else "--delimiter says what separates the columns",
            )
        return column - 1 if column > 0 else count + column

    def detect(self, blocks: Iterator[RawBlock]) -> deque[RawBlock]:
        """Find the layout out, if it is not known; return the blocks that were read for that."""
        head: deque[RawBlock] = deque()
        text = bytearray(FRONT)
        for raw in blocks if self.layout is None else ():
            head.append(raw)
            text += raw.data[len(FRONT) : raw.end]
            if len(text) >= _HEAD:
                self.layout = detect_layout(text, self.delimiter)
                if self.layout:
                    return head
        if self.layout is None:
            self.layout = detect_layout(text, self.delimiter)
        return head


class MergedFile:
    """Reads one file that holds gold and predicted tags in two of its columns.

    Parameters
    ----------
    file : ColumnFile
        The file.
    gold_column, predicted_column : int
        The columns, by number from 1, or from the end by -1.
    """

    def __init__(self, file: ColumnFile, gold_column: int = -2, predicted_column: int = -1) -> None:
        self.file = file
        self.gold_column = gold_column
        self.predicted_column = predicted_column

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.evaluate.Reader`."""
        file = self.file
        lookups = TagLookup(gold), TagLookup(predicted)
        file = self.file
        for lines in file.token_lines(self.gold_column, self.predicted_column):
            columns = file.index(self.gold_column), file.index(self.predicted_column)
            if columns[0] == columns[1]:
                message = f"gold and predicted tags are both in column {columns[0] + 1}"
                raise UsageError(message, where=file.source.name, hint=MERGED_HINT)
            # Tokens that are outside on both sides say nothing; the first and the last stay, so
            # that what is next to each other in the file is so across blocks.
            there = ~lines.outside
            there[:1] = there[-1:] = True
            tokens = np.flatnonzero(there)
            place = _Place(lines, tokens, file.source)
            gold_codes, predicted_codes = (
                lookup.codes(lines.data, start, length, place.where)
                for lookup, (start, length) in zip(
                    lookups, lines.fields(tokens, *columns), strict=True
                )
            )
            yield Block(
                gold_codes,
                predicted_codes,
                starts_among(tokens, lines.starts, len(lines.ends)),
                len(lines.ends),
                len(lines.starts),
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
        cuts = [0, *_cuts(file.source.path, size), -1]
        return [
            MergedFile(
                ColumnFile(
                    Source(file.source.path, start, stop),
                    layout=file.layout,
                    script=file.script,
                    block_size=file.block_size,
                ),
                self.gold_column,
                self.predicted_column,
            )
            for start, stop in pairwise(cuts)
        ]


class _Place(NamedTuple):
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


def _cuts(path: str, size: int) -> list[int]:
    """Return positions in a file, about `size` apart, that stand behind a blank line."""
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
    return cuts


class _Side(NamedTuple):
    """One side's tags in a run of its tokens, and those tokens."""

    codes: CodeArray
    starts: IntArray
    token_start: IntArray
    token_length: IntArray
    lines: TokenLines
    #: the number in `lines` of the first token
    first: int

    def cut(self, first: int, stop: int) -> _Side:
        """Return the tokens from `first` to before `stop`."""
        low, high = np.searchsorted(self.starts, (first, stop))
        return _Side(
            self.codes[first:stop],
            self.starts[low:high] - first,
            self.token_start[first:stop],
            self.token_length[first:stop],
            self.lines,
            self.first + first,
        )

    def line(self, index: int) -> int:
        """Return the line number of a token."""
        return self.lines.line(self.first + index)

    def token(self, index: int) -> str:
        """Return a token, for a message."""
        start, length = int(self.token_start[index]), int(self.token_length[index])
        token = self.lines.data[start : start + min(length, _SHOWN)].tobytes()
        return repr(token.decode("utf-8", "replace"))


class PairedFiles:
    """Reads two files of the same tokens, one with gold and one with predicted tags.

    Parameters
    ----------
    gold, predicted : ColumnFile
        The files.
    gold_column, predicted_column : int
        The column of the tags in each, by number from 1, or from the end by -1.
    token_column : int
        The column of the tokens, in both.
    by_position : bool
        Take the n-th token of one for the n-th of the other without comparing them.
    """

    def __init__(
        self,
        gold: ColumnFile,
        predicted: ColumnFile,
        gold_column: int = -1,
        predicted_column: int = -1,
        *,
        token_column: int = 1,
        by_position: bool = False,
    ) -> None:
        self.gold = gold
        self.predicted = predicted
        self.gold_column = gold_column
        self.predicted_column = predicted_column
        self.token_column = token_column
        self.by_position = by_position
        self._lines = {gold: 0, predicted: 0}
        self._documents = 0

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.evaluate.Reader`.

        Raises
        ------
        AlignmentError
            If a token, the end of a sentence or the end of one file has no counterpart.
        """
        gold_sides = self._sides(self.gold, self.gold_column, gold)
        predicted_sides = self._sides(self.predicted, self.predicted_column, predicted)
        left, right = next(gold_sides, None), next(predicted_sides, None)
        while left and right:
            count = min(len(left.codes), len(right.codes))
            run, other = left.cut(0, count), right.cut(0, count)
            self._compare(run, other)
            yield Block(
                run.codes,
                other.codes,
                run.starts,
                count,
                len(run.starts),
                self._documents,
                run.line,
                other.line,
                self._lines[self.gold],
                self._lines[self.predicted],
            )
            self._documents = 0
            left = _rest(left, count, gold_sides)
            right = _rest(right, count, predicted_sides)
        if left:
            raise self._ended(self.predicted, self.gold, left)
        if right:
            raise self._ended(self.gold, self.predicted, right)

    def _sides(self, file: ColumnFile, column: int, tags: TagSet) -> Iterator[_Side]:
        """Yield one file's tags, in runs of at least one token."""
        lookup = TagLookup(tags)
        for lines in file.token_lines(column):
            self._lines[file] = lines.lines
            self._documents += lines.documents if file is self.gold else 0
            tokens = np.arange(len(lines.ends))
            place = _Place(lines, tokens, file.source)
            index = file.index(column)
            token_index = index if self.by_position else file.index(self.token_column)
            if token_index == index and not self.by_position:
                raise LayoutError(
                    f"column {index + 1} cannot be both the tokens and the tags",
                    where=file.source.name,
                    hint=POSITION_HINT,
                )
            tag, token = lines.fields(tokens, index, token_index)
            codes = lookup.codes(lines.data, *tag, place.where)
            if len(codes):
                yield _Side(codes, lines.starts, *token, lines, 0)

    def _compare(self, gold: _Side, predicted: _Side) -> None:
        """Raise an error at the first token that is not the same, or begins a sentence alone."""
        parted = np.setxor1d(gold.starts, predicted.starts)
        differ = np.zeros(0, np.intp)
        if not self.by_position:
            differ = different_fields(
                (gold.lines.data, gold.token_start, gold.token_length),
                (predicted.lines.data, predicted.token_start, predicted.token_length),
            )
        if not len(parted) and not len(differ):
            return
        index = int(min(part[0] for part in (parted, differ) if len(part)))
        places = [
            file.source.where(side.line(index))
            for file, side in ((self.gold, gold), (self.predicted, predicted))
        ]
        if len(differ) and differ[0] == index:
            raise AlignmentError(
                f"token {predicted.token(index)} where {places[0]} has {gold.token(index)}",
                where=places[1],
                hint=POSITION_HINT,
            )
        begins = "begins" if index in predicted.starts else "does not begin"
        other = "begins" if index in gold.starts else "does not begin"
        raise AlignmentError(
            f"token {predicted.token(index)} {begins} a sentence, at {places[0]} it {other} one",
            where=places[1],
            hint="blank lines must part the sentences of both files alike",
        )

    def _ended(self, short: ColumnFile, long: ColumnFile, rest: _Side) -> AlignmentError:
        end = self._lines[short]
        return AlignmentError(
            f"the tokens end here, {long.source.where(rest.line(0))} goes on with "
            f"{rest.token(0)}",
            where=short.source.where(end) if end else short.source.name,
            hint="both files must have the same tokens",
        )


def _rest(side: _Side, count: int, sides: Iterator[_Side]) -> _Side | None:
    """Return what is left of a run after `count` tokens, or the next run."""
    return side.cut(count, len(side.codes)) if count < len(side.codes) else next(sides, None)
