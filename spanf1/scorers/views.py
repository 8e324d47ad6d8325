"""What each scorer sees in a stretch of tags: which tokens begin a span, end one, are in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from spanf1.core.script import ScriptCounter
from spanf1.core.spans import CLOSES, OPENS, BoolArray, Spans
from spanf1.core.tag_counter import match_spans, script_codes
from spanf1.core.tags import UNTYPED, IntArray
from spanf1.scorers.scorers import DECODERS, SCRIPT, Decoding
from spanf1.scorers.stretches import Stretch


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
        spans: dict[tuple[int, Decoding], Spans] = {}
        seen: dict[tuple[int, Decoding], Seen] = {}
        columns = []
        for way in self._ways:
            if way[0] == SCRIPT:
                columns.append(self._read_script(stretch))
                continue
            for key in enumerate(way):
                if key not in spans:
                    side, (decoder, argument) = key
                    codes = stretch.sides[side].codes
                    spans[key] = DECODERS[decoder](codes, stretch.starts, argument, untyped)
                    seen[key] = seen_in(spans[key], len(codes))
            gold, predicted = spans[0, way[0]], spans[1, way[1]]
            correct = gold.start[match_spans(gold, predicted)[0]]
            columns.append(
                Column((seen[0, way[0]], seen[1, way[1]]), (gold.start, predicted.start, correct))
            )
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
