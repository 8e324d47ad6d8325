"""Two column files of the same tokens, one with gold and one with predicted tags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from spanf1.core.tags import Block, CodeArray, IntArray, TagSet
from spanf1.exceptions import AlignmentError, LayoutError
from spanf1.formats.columns.file import WRONG_COLUMN, ColumnFile, Place, tag_lookup
from spanf1.formats.columns.lines import TokenLines
from spanf1.formats.columns.lookup import different_fields
from spanf1.formats.options import Column
from spanf1.formats.sentences import POSITION_HINT
from spanf1.wording import shortened


class _Side(NamedTuple):
    """One side's tags in a run of its tokens, and those tokens."""

    codes: CodeArray
    starts: IntArray
    documents: IntArray
    token_start: IntArray
    token_length: IntArray
    lines: TokenLines
    #: the number in `lines` of the first token
    first: int

    def cut(self, first: int, stop: int) -> _Side:
        """Return the tokens from `first` to before `stop`."""
        return _Side(
            self.codes[first:stop],
            _cut(self.starts, first, stop),
            _cut(self.documents, first, stop),
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
        token = self.lines.data[start : start + length].tobytes()
        return shortened(token.decode("utf-8", "backslashreplace"))


def _cut(tokens: IntArray, first: int, stop: int) -> IntArray:
    """Return those of some tokens from `first` to before `stop`, counted from `first`."""
    low, high = np.searchsorted(tokens, (first, stop))
    return tokens[low:high] - first


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
        # lines read of each file; documents since the last block
        self._lines: dict[ColumnFile, int] = {}
        self._documents = 0

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.core.tag_counter.Reader`.

        Raises
        ------
        AlignmentError
            If a token, the end of a sentence or the end of one file has no counterpart.
        """
        self._lines = {self.gold: 0, self.predicted: 0}
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
                np.arange(count),
                run.starts,
                run.documents,
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
        # What stands behind the last token: lines, and documents without tokens.
        codes, none = np.zeros(0, np.int32), np.zeros(0, np.intp)
        nothing = codes, codes, none, 0, none, none, none
        yield Block(*nothing, self._documents, int, int, *self._lines.values())

    def _sides(self, file: ColumnFile, column: Column, tags: TagSet) -> Iterator[_Side]:
        """Yield one file's tags, in runs of at least one token."""
        lookup = tag_lookup(tags, WRONG_COLUMN)
        columns = (column,) if self.by_position else (column, self.token_column)
        for lines, indices in file.token_lines(*columns, tags=(tags,)):
            if len(set(indices)) < len(indices):
                raise LayoutError(
                    f"column {indices[0] + 1} cannot be both the tokens and the tags",
                    where=file.source.name,
                    hint=POSITION_HINT,
                )
            self._lines[file] = lines.lines
            self._documents += lines.documents if file is self.gold else 0
            tokens = np.arange(len(lines.ends))
            tag, token = lines.fields(tokens, indices[0], indices[-1])
            codes = Place(lines, tokens, file.source).codes(lookup, *tag)
            if len(codes):
                yield _Side(codes, lines.starts, lines.document_starts, *token, lines, 0)

    def _compare(self, gold: _Side, predicted: _Side) -> None:
        """Raise an error at the first token that is not the same, or begins a sentence alone."""
        parted = np.zeros(0, np.intp)
        if not np.array_equal(gold.starts, predicted.starts):
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
            f"the tokens end here, {long.source.where(rest.line(0))} goes on with {rest.token(0)}",
            where=short.source.where(end) if end else short.source.name,
            hint="both files must have the same tokens",
        )


def _rest(side: _Side, count: int, sides: Iterator[_Side]) -> _Side | None:
    """Return what is left of a run after `count` tokens, or the next run."""
    return side.cut(count, len(side.codes)) if count < len(side.codes) else next(sides, None)
