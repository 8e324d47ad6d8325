"""Stretches of tags, and what each scorer sees in them: spans that begin, go on and end.

Blocks are put together into stretches that begin and end where no span can go on. Tokens that
are outside on both sides are left out. What then stands together between two places where no
span can go on is independent of everything else, whoever reads it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from spanf1.core.matching import match_spans
from spanf1.core.script import ScriptCounter
from spanf1.core.spans import CLOSES, OPENS, BoolArray, Spans
from spanf1.core.tag_counter import script_codes
from spanf1.core.tags import UNTYPED, Block, IntArray, starts_among
from spanf1.formats.sentences import Sentences, last_start, line_among, whole
from spanf1.scorers.scorers import DECODERS, SCRIPT, Decoding

#: about how many tokens are looked at together
SIZE = 1 << 16


class Stretch(NamedTuple):
    """Tags of both sides, gold first, between places where no span can go on.

    They are as `Sentences`, but a start is every token before which no span can go on; the first
    token is one. `last` says that nothing at all is behind them in the input.
    """

    sides: tuple[Sentences, Sentences]
    last: bool = False

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return self.sides[0].size

    @property
    def starts(self) -> IntArray:
        """The tokens, ascending, before which no span can go on."""
        return self.sides[0].starts

    def parted(self, at: int) -> tuple[Stretch, Stretch]:
        """Return the tokens before a number, and those from there on."""
        (gold, gold_rest), (predicted, predicted_rest) = (side.parted(at) for side in self.sides)
        return Stretch((gold, predicted)), Stretch((gold_rest, predicted_rest), self.last)

    @classmethod
    def joined(cls, parts: Sequence[Stretch]) -> Stretch:
        """Return stretches in a row as one."""
        gold, predicted = (Sentences.joined([part.sides[k] for part in parts]) for k in (0, 1))
        return Stretch((gold, predicted), parts[-1].last)


def stretches(
    blocks: Iterable[Block], size: int = SIZE, *, complete: bool = False
) -> Iterator[Stretch]:
    """Yield stretches of blocks that arrive in order.

    Parameters
    ----------
    blocks : iterable of Block
        The blocks.
    size : int
        About how many tokens a stretch has.
    complete : bool
        Make one stretch of everything, and leave nothing out.
    """
    pieces = _pieces(blocks, complete=complete)
    size = sys.maxsize if complete else size
    for stretch in whole(pieces, lambda piece: last_start(piece.sides[0]), size):
        if stretch.size:
            yield stretch


def _pieces(blocks: Iterable[Block], *, complete: bool) -> Iterator[Stretch]:
    """Yield the tags of each block, those left out that are outside on both sides."""
    # whether the token before the next one was left out
    gap = True
    for block in blocks:
        there = (block.gold | block.predicted) != 0
        there |= complete
        if not len(there):
            continue
        tokens = np.flatnonzero(there)
        starts = starts_among(tokens, block.starts, len(there))
        if len(tokens) and (gap or tokens[0]):
            starts = np.union1d(starts, [0])
        gap = not there[-1]
        gold, predicted = (
            Sentences(codes[tokens], starts, partial(line_among, line, tokens), lines)
            for codes, line, lines in (
                (block.gold, block.gold_line, block.gold_lines),
                (block.predicted, block.predicted_line, block.predicted_lines),
            )
        )
        yield Stretch((gold, predicted), not gap)


class Seen(NamedTuple):
    """What a scorer sees on one side of a stretch: arrays over its tokens.

    Whether a token begins a span, is the last of one, is in one, goes on with one.
    """

    begins: BoolArray
    ends: BoolArray
    inside: BoolArray
    goes_on: BoolArray


class Column(NamedTuple):
    """What a scorer sees in gold and in predicted, and the tokens at which it counts spans.

    `counted` are the tokens of gold, of predicted and of correct spans, one for each span.
    """

    seen: tuple[Seen, Seen]
    counted: tuple[IntArray, IntArray, IntArray]


class Viewer:
    """Reads stretches of tags in several ways.

    Parameters
    ----------
    ways : sequence of pairs of Decoding
        The ways of finding gold and predicted spans.
    types : mapping of str to int
        The numbers of the types in the codes, which may grow.
    """

    def __init__(self, ways: Sequence[tuple[Decoding, Decoding]], types: Mapping[str, int]) -> None:
        self._ways = ways
        self._types = types
        self._script = ScriptCounter()

    def read(self, stretch: Stretch) -> list[Column]:
        """Return a column for each of the ways."""
        untyped = self._types.get(UNTYPED, 0)
        views: dict[tuple[int, Decoding], tuple[Spans, Seen]] = {}
        columns = []
        for way in self._ways:
            if way[0] == SCRIPT:
                columns.append(self._read_script(stretch))
                continue
            for key in enumerate(way):
                if key not in views:
                    side, (decoder, argument) = key
                    codes = stretch.sides[side].codes
                    spans = DECODERS[decoder](codes, stretch.starts, argument, untyped)
                    views[key] = spans, seen_in(spans, len(codes))
            (gold, in_gold), (predicted, in_predicted) = (views[key] for key in enumerate(way))
            correct = gold.start[match_spans(gold, predicted)[0]]
            counted = gold.start, predicted.start, correct
            columns.append(Column((in_gold, in_predicted), counted))
        return columns

    def _read_script(self, stretch: Stretch) -> Column:
        """Return what the script sees; it counts correct spans at their last tokens."""
        size = stretch.size
        codes = [script_codes(stretch.sides[side].codes, self._types) for side in (0, 1)]
        # Behind a span at the very end of the input, the script sees no boundary.
        fixed = stretch.starts if stretch.last else np.append(stretch.starts, size)
        marks = self._script.add(codes[0], codes[1], fixed)
        # The row of each token: a boundary stands before every start.
        begins = np.zeros(size, np.intp)
        begins[stretch.starts] = 1
        row = np.arange(size) + np.cumsum(begins)
        views = []
        for side, actions in enumerate((marks.gold, marks.predicted)):
            inside = stretch.sides[side].codes != 0
            ends = np.append(actions, CLOSES)[row + 1] & CLOSES != 0
            views.append(
                Seen(actions[row] & OPENS != 0, ends & inside, inside, ~marks.lowered[row])
            )
        gold, predicted = (np.flatnonzero(view.begins) for view in views)
        correct = np.searchsorted(row, marks.closed - 1)
        if stretch.last and self._script.up:
            correct = np.append(correct, size - 1)
        return Column((views[0], views[1]), (gold, predicted, correct))


def seen_in(spans: Spans, size: int) -> Seen:
    """Return what spans, which may overlap, are to the tokens of a stretch."""
    begins, ends = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    begins[spans.start] = True
    ends[spans.end - 1] = True
    starting = np.bincount(spans.start, minlength=size + 1)
    open_spans = np.cumsum(starting - np.bincount(spans.end, minlength=size + 1))[:size]
    return Seen(begins, ends, open_spans > 0, open_spans > starting[:size])
