"""Gold and predicted tags in columns: of one side, of both in one file, or in two files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import pairwise

import numpy as np

from spanf1.core.tags import Block, IntArray, TagSet
from spanf1.exceptions import AlignmentError, LayoutError, UsageError
from spanf1.formats.columns.file import ColumnFile, TaggedLines
from spanf1.formats.columns.layout import MERGED_HINT, Layout
from spanf1.formats.columns.lines import Fields
from spanf1.formats.columns.lookup import different_fields
from spanf1.formats.options import Column
from spanf1.formats.sentences import POSITION_HINT, Sentences, aligned, last_start, whole
from spanf1.formats.source import Source

# Where a file may be cut into parts, and how far that is looked for.
_CUT_WINDOW = 1 << 16
_BLANK_LINE = re.compile(rb"\n[ \t\r]*\n")

_HINT = "are the tags elsewhere? --tag-column and --delimiter say where"
_TOKEN_HINT = "tokens and tags are in two columns; --delimiter says what separates them"  # noqa: S105


class TagFile:
    """Reads one column of tags of a file, and the tokens if they are asked for.

    Parameters
    ----------
    file : ColumnFile
        The file.
    column : int or str
        The column of the tags, by number from 1, or from the end by -1, or by name.
    token_column : int or str, optional
        The column of the tokens; by default the first that is not the tags'.
    """

    def __init__(
        self, file: ColumnFile, column: Column = -1, token_column: Column | None = None
    ) -> None:
        self.file = file
        self.source = file.source
        self.column = column
        self.token_column = token_column
        #: the indices from 0 of the columns of the tags and of the tokens, once they are known
        self.columns = (0, 0)

    def lines(
        self, tags: TagSet, *, tokens: bool = False, blank: bool = False
    ) -> Iterator[TaggedLines]:
        """Yield the lines block by block; see `ColumnFile.tagged_lines`."""
        return self.file.tagged_lines(
            [tags],
            [self.column],
            others=[] if self.token_column is None else [self.token_column],
            token=self._token_index if tokens else None,
            hint=_HINT,
            blank=blank,
        )

    def sentences(self, tags: TagSet) -> Iterator[Sentences]:
        """Yield the tags in order, numbering them in a set.

        Raises
        ------
        LayoutError, ReadError, TagError
            As `ColumnFile.tagged_lines`.
        """
        return (lines.side() for lines in self.lines(tags))

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:  # noqa: ARG002
        """Yield the tags in blocks, both sides alike; see `spanf1.core.tag_counter.Reader`."""
        return (aligned(side, side) for side in self.sentences(gold))

    def passages(self, tags: TagSet) -> Iterator[Sentences]:
        """Yield whole sentences with their tokens.

        A sentence is held as a whole, and a file without blank lines is one sentence.

        Raises
        ------
        LayoutError
            If there are no such columns, or no column of tokens.
        UsageError
            If both columns are the same.
        ReadError, TagError
            As `ColumnFile.tagged_lines`.
        """
        return passages(lines.side() for lines in self.lines(tags, tokens=True, blank=True))

    def _token_index(self, layout: Layout, indices: list[int]) -> int:
        """Return the index of the column of the tokens."""
        tag = indices[0]
        if layout.columns == 1:
            raise LayoutError(
                "there is no column of tokens: this line has only one column",
                where=self.source.where(layout.line),
                hint=_TOKEN_HINT,
            )
        token = indices[1] if len(indices) > 1 else int(not tag)
        check_token(self.source, token, [tag])
        self.columns = tag, token
        return token

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


def check_token(source: Source, token: int, tags: list[int]) -> None:
    """Raise an error if the column of the tokens is one of tags."""
    if token in tags:
        message = f"tokens and tags are both in column {token + 1}"
        raise UsageError(message, where=source.name, hint="--token-column, --tag-column")


def passages(sentences: Iterable[Sentences]) -> Iterator[Sentences]:
    """Yield sentences with tokens so that each is whole, the tokens in lists."""
    pieces = (piece._replace(tokens=[*(piece.tokens or ())]) for piece in sentences)
    return whole(pieces, last_start)


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
        columns = self.gold_column, self.predicted_column
        for lines in self.file.tagged_lines(
            (gold, predicted), columns, token=self._check, sparse=True
        ):
            yield aligned(lines.side(0), lines.side(1), lines.kept)

    def _check(self, layout: Layout, indices: list[int]) -> None:  # noqa: ARG002
        """Raise an error if both sides are in one column."""
        if indices[0] == indices[1]:
            message = f"gold and predicted tags are both in column {indices[0] + 1}"
            raise UsageError(message, where=self.file.source.name, hint=MERGED_HINT)

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


class PairedFiles:
    """Reads two files of the same tokens, one with gold and one with predicted tags.

    Parameters
    ----------
    gold, predicted : ColumnFile
        The files.
    gold_column, predicted_column : int or str
        The column of the tags in each, by number from 1, or from the end by -1, or by name.
    token_column : int or str
        The column of the tokens, in both.
    by_position : bool
        Take the n-th token of one for the n-th of the other without comparing them.
    """

    def __init__(
        self,
        gold: ColumnFile,
        predicted: ColumnFile,
        gold_column: Column = -1,
        predicted_column: Column = -1,
        *,
        token_column: Column = 1,
        by_position: bool = False,
    ) -> None:
        self.gold = gold
        self.predicted = predicted
        self.gold_column = gold_column
        self.predicted_column = predicted_column
        self.token_column = token_column
        self.by_position = by_position

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.core.tag_counter.Reader`.

        Raises
        ------
        AlignmentError
            If a token, the end of a sentence or the end of one file has no counterpart.
        """
        golds = self._side(self.gold, self.gold_column, gold)
        others = self._side(self.predicted, self.predicted_column, predicted)
        left, right = next(golds), next(others)
        while left.size and right.size:
            count = min(left.size, right.size)
            (left, left_rest), (right, right_rest) = left.parted(count), right.parted(count)
            self._compare(left, right)
            yield aligned(left, right)
            left = left_rest if left_rest.size else next(golds)
            right = right_rest if right_rest.size else next(others)
        if left.size:
            raise _ended(self.predicted.source, right.lines, self.gold.source, left)
        if right.size:
            raise _ended(self.gold.source, left.lines, self.predicted.source, right)
        yield aligned(left, right)

    def _side(self, file: ColumnFile, column: Column, tags: TagSet) -> Iterator[Sentences]:
        """Yield one file's tags, and what stands behind the last token: lines and documents."""
        none = np.zeros(0, np.intp)
        rest = Sentences(np.zeros(0, np.int32), none, int, 0, none)
        for lines in file.tagged_lines(
            [tags],
            [column],
            others=[] if self.by_position else [self.token_column],
            token=partial(self._token_index, file),
        ):
            side = lines.side()
            side = side._replace(documents=rest.documents + side.documents)
            rest = rest._replace(lines=side.lines, documents=0 if side.size else side.documents)
            if side.size:
                yield side
        yield rest

    def _token_index(self, file: ColumnFile, layout: Layout, indices: list[int]) -> int:  # noqa: ARG002
        """Return the index of the tokens' column; by position, tags stand for them in messages."""
        if len(set(indices)) < len(indices):
            raise LayoutError(
                f"column {indices[0] + 1} cannot be both the tokens and the tags",
                where=file.source.name,
                hint=POSITION_HINT,
            )
        return indices[-1]

    def _compare(self, gold: Sentences, predicted: Sentences) -> None:
        """Raise an error at the first token that is not the same, or begins a sentence alone."""
        parted: IntArray = np.zeros(0, np.intp)
        if not np.array_equal(gold.starts, predicted.starts):
            parted = np.setxor1d(gold.starts, predicted.starts)
        differ: IntArray = np.zeros(0, np.intp)
        if not self.by_position:
            differ = different_fields(_fields(gold).places, _fields(predicted).places)
        if not len(parted) and not len(differ):
            return
        index = int(min(part[0] for part in (parted, differ) if len(part)))
        token = _fields(predicted).shown(index)
        here = self.predicted.source.where(predicted.line(index))
        there = self.gold.source.where(gold.line(index))
        if len(differ) and differ[0] == index:
            raise AlignmentError(
                f"token {token} where {there} has {_fields(gold).shown(index)}",
                where=here,
                hint=POSITION_HINT,
            )
        begins = "begins" if index in predicted.starts else "does not begin"
        other = "begins" if index in gold.starts else "does not begin"
        raise AlignmentError(
            f"token {token} {begins} a sentence, at {there} it {other} one",
            where=here,
            hint="blank lines must part the sentences of both files alike",
        )


def _ended(short: Source, end: int, long: Source, rest: Sentences) -> AlignmentError:
    """Return the error where one side ends, and the other goes on."""
    return AlignmentError(
        f"the tokens end here, {long.where(rest.line(0))} goes on with {_fields(rest).shown(0)}",
        where=short.where(end) if end else short.name,
        hint="both files must have the same tokens",
    )


def _fields(side: Sentences) -> Fields:
    """Return the tokens of a side as they are in its file."""
    assert isinstance(side.tokens, Fields)  # noqa: S101 - for mypy: columns have no others
    return side.tokens
