"""Blocks of tags put together into stretches that begin and end where no span can go on.

Tokens that are outside on both sides are left out. What then stands together between two
places where no span can go on is independent of everything else, whoever reads it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from spanf1.core.tags import Block, IntArray, starts_among
from spanf1.formats.sentences import Sentences, last_start, line_among, whole

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
