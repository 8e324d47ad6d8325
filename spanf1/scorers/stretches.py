"""Blocks of tags put together into runs that begin and end where no span can go on.

Tokens that are outside on both sides are left out. What then stands together between two
places where no span can go on is independent of everything else, whoever reads it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from spanf1.core.tags import Block, CodeArray, IntArray

#: about how many tokens are looked at together
RUN_SIZE = 1 << 16


class _Part(NamedTuple):
    """What is left of a block: its tags, which tokens begin anew, and where these stood."""

    gold: CodeArray
    predicted: CodeArray
    begins: np.typing.NDArray[np.bool_]
    tokens: IntArray
    lines: tuple[Callable[[int], int], Callable[[int], int]]

    def cut(self, first: int) -> _Part:
        """Return the tokens from `first` on."""
        gold, predicted = self.gold[first:], self.predicted[first:]
        return _Part(gold, predicted, self.begins[first:], self.tokens[first:], self.lines)


class Run(NamedTuple):
    """Whole stretches of tags: gold and predicted codes, and where a stretch begins.

    `starts` are positions, ascending, of the tokens before which no span can go on; the first is
    the first token. Behind the last token no span can go on either. `last` says that nothing at
    all is there in the input.
    """

    gold: CodeArray
    predicted: CodeArray
    starts: IntArray
    parts: tuple[_Part, ...]
    last: bool

    def codes(self, side: int) -> CodeArray:
        """Return the codes of a side: 0 is gold, 1 predicted."""
        return self.predicted if side else self.gold

    def line(self, side: int, token: int) -> int:
        """Return the line of the input, from 1, that a token is on."""
        for part in self.parts:
            if token < len(part.tokens):
                return part.lines[side](int(part.tokens[token]))
            token -= len(part.tokens)
        raise IndexError(token)


class Stretches:
    """Puts blocks together that arrive in order.

    Parameters
    ----------
    size : int
        About how many tokens a run has.
    whole : bool
        Make one run of everything, and leave nothing out.
    """

    def __init__(self, size: int = RUN_SIZE, *, whole: bool = False) -> None:
        self._size = self._limit = sys.maxsize if whole else size
        self._whole = whole
        self._parts: list[_Part] = []
        # whether the token before the next one was left out
        self._gap = True

    def add(self, block: Block) -> Iterator[Run]:
        """Take a block, and yield the run that is complete, if there is one."""
        there = (block.gold | block.predicted) != 0
        there |= self._whole
        begins = np.zeros(len(there), np.bool_)
        begins[block.starts] = True
        tokens = np.flatnonzero(there)
        begins = begins[tokens]
        begins[1:] |= tokens[1:] != tokens[:-1] + 1
        if len(tokens):
            begins[0] |= self._gap or tokens[0] > 0
            lines = block.gold_line, block.predicted_line
            part = _Part(block.gold[tokens], block.predicted[tokens], begins, tokens, lines)
            self._parts.append(part)
        if len(there):
            self._gap = not there[-1]
        if sum(len(part.tokens) for part in self._parts) >= self._limit:
            yield from self._cut(last=False)

    def finish(self) -> Iterator[Run]:
        """Yield what is left."""
        yield from self._cut(last=True)

    def _cut(self, *, last: bool) -> Iterator[Run]:
        """Yield the tokens up to the last place where no span can go on, or all."""
        if not self._parts:
            return
        gold, predicted, begins = (
            np.concatenate([part[field] for part in self._parts]) for field in range(3)
        )
        starts = np.flatnonzero(begins)
        count = len(gold) if last else int(starts[-1])
        if not count:
            # One stretch that is longer than a run.
            self._limit = 2 * len(gold)
            return
        starts = starts if last else starts[:-1]
        yield Run(
            gold[:count], predicted[:count], starts, tuple(self._parts), last and not self._gap
        )
        rest, self._parts = self._parts, []
        for part in rest:
            kept = part.cut(min(count, len(part.tokens)))
            count -= len(part.tokens) - len(kept.tokens)
            if len(kept.tokens):
                self._parts.append(kept)
        self._limit = self._size + sum(len(part.tokens) for part in self._parts)
