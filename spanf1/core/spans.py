"""Typed spans: the decoder that finds them in tag codes, and what it says of each one's ends.

The chunk grid of `spanf1.core.schemes` is unrolled into one table over the steps between adjacent
tags. Decoding is a gather from that table; it knows nothing of schemes. What makes a span
well-formed in this scheme or that, its *shape*, is recorded beside it, so that one decode
serves every scheme and every reading.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.schemes import (
    ALIASES,
    CHUNK_GRID,
    NEIGHBOURS,
    NO_TAGS,
    OTHER,
    OUTSIDE,
    PREFIX_BITS,
    PREFIX_MASK,
    PREFIXES,
    SAME,
    SCHEMES,
)
from spanf1.core.tags import CodeArray, IntArray

# A step between two tags is a number: the prefix before, the prefix after, whether their types
# are the same, whether a sentence begins between them.
_BEGINS, _SAME_TYPE, _AFTER, _BEFORE = 1, 2, 2, 2 + PREFIX_BITS
_STEPS = 1 << _BEFORE + PREFIX_BITS
OPENS, CLOSES, MIDDLE = 1, 2, 4

# The prefixes that do not end a span: between its ends a span has these and no others.
INNER = "IM"

# The shape of a span: its first prefix and what stands before it, its last prefix and what
# stands behind it; and the inner prefixes, a bit each, that stand between them, where a scheme
# that allows these ends does not have them. Each end is a number below 32.
_END_BITS = 5
_ENDS = 1 << 2 * _END_BITS
SHAPES = _ENDS << len(INNER)
_INNER_BIT = {letter: _ENDS << number for number, letter in enumerate(INNER)}
#: the shape of a span that was given as such, and is from no tags
UNTAGGED = SHAPES - 1

ShapeArray = npt.NDArray[np.int16]
ActionArray = npt.NDArray[np.uint8]
BoolArray = npt.NDArray[np.bool_]


class Span(NamedTuple):
    """A typed span of tokens in one sentence: from `start` to before `end`, counted from 0."""

    start: int
    end: int
    type: str

    @property
    def text(self) -> str | None:
        """What it says, as `TextSpan.text`: tags do not know that, so it is None."""
        return None


class Spans(NamedTuple):
    """Typed spans in order of their start, as arrays of one length.

    `start` is the first token, `end` the one after the last; `type` is the number that the
    `TagSet` gave the type; `shape` is spelt out by `ends_of` and judged by `WELL_FORMED`.
    """

    start: IntArray
    end: IntArray
    type: IntArray
    shape: ShapeArray

    def only(self, which: IntArray | BoolArray) -> Spans:
        """Return some of the spans, by index or by mask."""
        return Spans(self.start[which], self.end[which], self.type[which], self.shape[which])


class Parts(NamedTuple):
    """The parts of discontinuous spans, as arrays of one length, in any order.

    `owner` is the index of the span that a part, from `start` to before `end`, belongs to. A span
    that is no owner has one part: all from its start to its end.
    """

    owner: IntArray
    start: IntArray
    end: IntArray

    def only(self, kept: BoolArray) -> Parts:
        """Return the parts of some of the spans, by a mask; owners are their new indices."""
        index = np.cumsum(kept) - 1
        owner, start, end = (column[kept[self.owner]] for column in self)
        return Parts(index[owner], start, end)

    def moved(self, by: int) -> Parts:
        """Return the parts at places that are so much larger."""
        return Parts(self.owner, self.start + by, self.end + by)


class SpanBatch(NamedTuple):
    """Typed spans of both sides of some units.

    Attributes
    ----------
    gold, predicted : Spans
        The spans. Their places go on from unit to unit, so that none is in two units.
    size : int
        How much there is of what places count: tokens, or characters that are no white space, or
        texts where only what spans say is known.
    number : int
        Stands for gold's spans; see `spanf1.core.fingerprint`.
    details : tuple of array, optional
        For each side a number for what spans have besides a place and a type: the parts of
        discontinuous ones, or what they say. By default nothing.
    flat : bool
        Whether the spans of a side are in order of their ends, all of which differ.
    units : tuple of array, optional
        For each side the number of each span's unit among those that begin in the batch; -1 for
        the one that began before it. None if nobody asks.
    begun : int
        How many units begin in the batch.
    parts : tuple of Parts, optional
        For each side the parts of discontinuous spans.
    settled : int, optional
        The place before which all spans have been seen that share one with those in the batch; the
        end of the batch by default.
    """

    gold: Spans
    predicted: Spans
    size: int
    number: int
    details: tuple[IntArray, IntArray] | None = None
    flat: bool = False
    units: tuple[IntArray, IntArray] | None = None
    begun: int = 0
    parts: tuple[Parts, Parts] | None = None
    settled: int | None = None


def grid_cells(grid: str) -> dict[tuple[str, str, bool], int]:
    """Return what a grid says of two prefixes, and of whether their types are the same."""
    effect = {".": 0, "o": OPENS, "c": CLOSES, "x": OPENS | CLOSES}
    heading, *lines = grid.strip().splitlines()
    columns = heading.rpartition("differ")[2].split()
    cells = {}
    for line in lines:
        words = line.split()
        half = len(words) // 2
        for table, same in (words[:half], True), (words[half:], False):
            for column, cell in zip(columns, table[1:], strict=True):
                cells[table[0], column, same] = effect[cell]
    return cells


def step_actions(grid: str, letters: str) -> ActionArray:
    """Return what a grid says of each step, by its number: any of `OPENS` and `CLOSES`.

    The letters are numbered in their order. What has no row of its own, and whatever number
    follows the last letter, is ``*`` in the grid.
    """
    cells = grid_cells(grid)
    rows = {row for row, _, _ in cells}
    names = [letter if letter in rows else "*" for letter in letters] + ["*"]
    actions = np.zeros(1 << 1 + 2 * PREFIX_BITS, np.uint8)
    for (before, row), (after, column) in product(enumerate(names), repeat=2):
        for same in (False, True):
            actions[step_number(before, after, same=same)] = cells[row, column, same]
    return actions


def step_number(before: int, after: int, *, same: bool) -> int:
    """Return the number of a step: the prefixes, and whether the types are the same."""
    return before << 1 + PREFIX_BITS | after << 1 | same


def step_numbers(before: CodeArray, after: CodeArray) -> CodeArray:
    """Return the numbers of steps from codes to codes; see `step_number`."""
    step = (before & PREFIX_MASK) << 1 + PREFIX_BITS
    step |= (after & PREFIX_MASK) << 1
    step |= (before ^ after) <= PREFIX_MASK
    return step


class Steps(NamedTuple):
    """For every step between two tags: what it does, and the ends of spans it makes.

    An action is any of `OPENS`, `CLOSES`, and `MIDDLE` where the step leads to an ``M``.
    """

    action: ActionArray
    opening: npt.NDArray[np.int16]
    closing: npt.NDArray[np.int16]


def _end(prefix: int, neighbour: str) -> int:
    """Return the number of a span's end: its prefix, and what stands beside it."""
    return prefix * len(NEIGHBOURS) + NEIGHBOURS.index(neighbour)


def _unroll_grid() -> Steps:
    cells = grid_cells(CHUNK_GRID)
    steps = Steps(
        np.zeros(_STEPS, np.uint8), np.zeros(_STEPS, np.int16), np.zeros(_STEPS, np.int16)
    )
    rows = [ALIASES.get(prefix, prefix) for prefix in PREFIXES]
    for before, after, same in product(range(len(PREFIXES)), range(len(PREFIXES)), (0, 1)):
        step = before << _BEFORE | after << _AFTER | same * _SAME_TYPE
        neighbour = SAME if same else OTHER
        middle = MIDDLE * (PREFIXES[after] == "M")
        steps.action[step] = cells[rows[before], rows[after], bool(same)] | middle
        steps.opening[step] = _end(after, neighbour if before else OUTSIDE)
        steps.closing[step] = _end(before, neighbour if after else OUTSIDE)
        step |= _BEGINS
        steps.action[step] = CLOSES * (before > 0) | OPENS * (after > 0) | middle
        steps.opening[step] = _end(after, OUTSIDE)
        steps.closing[step] = _end(before, OUTSIDE)
    return steps


STEPS = _unroll_grid()
# The same as lists: a single number is had from these in less time.
_ACTION, _OPENING, _CLOSING = (table.tolist() for table in STEPS)


def _end_allowed(prefixes: str, only_beside_same: str) -> BoolArray:
    allowed = np.zeros(1 << _END_BITS, np.bool_)
    for (number, prefix), neighbour in product(enumerate(PREFIXES), NEIGHBOURS):
        beside_same = prefix in only_beside_same and neighbour == SAME
        allowed[_end(number, neighbour)] = prefix in prefixes or beside_same
    return allowed


_OPENING_ALLOWED = {
    name: _end_allowed(scheme.opens, scheme.opens_after_same) for name, scheme in SCHEMES.items()
}
_CLOSING_ALLOWED = {
    name: _end_allowed(scheme.closes, scheme.closes_before_same) for name, scheme in SCHEMES.items()
}
_ENDS_ALLOWED = {
    name: np.logical_and.outer(_OPENING_ALLOWED[name], _CLOSING_ALLOWED[name]).ravel()
    for name in SCHEMES
}


def _well_formed(name: str) -> BoolArray:
    allowed = np.tile(_ENDS_ALLOWED[name], 1 << len(INNER))
    for letter, bit in _INNER_BIT.items():
        if letter not in SCHEMES[name].prefixes:
            allowed[np.arange(SHAPES) & bit > 0] = False
    return allowed


#: for each scheme, whether a span of each shape is well-formed in it
WELL_FORMED = {name: _well_formed(name) for name in SCHEMES} | {NO_TAGS: np.zeros(SHAPES, np.bool_)}
for _allowed in WELL_FORMED.values():
    _allowed[UNTAGGED] = True

# For each pair of ends, the bits of the inner prefixes that a scheme which allows them lacks.
_TELLING = np.zeros(_ENDS, np.int16)
for (_name, _allowed), (_letter, _bit) in product(_ENDS_ALLOWED.items(), _INNER_BIT.items()):
    if _letter not in SCHEMES[_name].prefixes:
        _TELLING[_allowed] |= _bit
# The same as lists, as above; and the bit of each prefix.
_TELLS = _TELLING.tolist()
_INNER_BITS = [_INNER_BIT.get(letter, 0) for letter in PREFIXES]


class Decoder:
    """Finds spans in tag codes that arrive in runs of any length.

    A span that a run leaves open is kept, not the run: memory does not grow with the length
    of a sentence. Positions count from the first token of the first run.
    """

    def __init__(self) -> None:
        #: how many codes were fed
        self.position = 0
        self._last = 0
        # start, type and opening end of the span that is still open; how many M it has had
        self._open: tuple[int, int, int] | None = None
        self._middles = 0

    @property
    def open_start(self) -> int:
        """Where the span begins that is still open; -1 if there is none."""
        return -1 if self._open is None else self._open[0]

    def feed(self, codes: CodeArray, starts: IntArray) -> tuple[Spans, ActionArray]:
        """Return the spans that end within a run of codes, and the action at each token.

        Parameters
        ----------
        codes : array of int32, shape (tokens,)
            Tag codes, as `TagSet` gives them.
        starts : array of int
            Positions within `codes` before which no span can go on.
        """
        before = np.empty_like(codes)
        before[:1] = self._last
        before[1:] = codes[:-1]
        step = np.bitwise_xor(before, codes)
        same = step <= PREFIX_MASK
        np.bitwise_and(before, PREFIX_MASK, out=step)
        step <<= PREFIX_BITS
        step |= codes & PREFIX_MASK
        step <<= 1
        step |= same
        step <<= 1
        step[starts] |= _BEGINS
        # `take` wants no copy of the indices as another type of integer.
        action = STEPS.action.take(step)
        opens = np.flatnonzero((action & OPENS) != 0)
        closes = np.flatnonzero((action & CLOSES) != 0)
        opened = [
            opens + self.position,
            codes.take(opens) >> PREFIX_BITS,
            STEPS.opening.take(step.take(opens)),
        ]
        if self._open is not None:
            opened = [
                np.concatenate(([first], rest))
                for first, rest in zip(self._open, opened, strict=True)
            ]
        self._open = None
        if len(opened[0]) > len(closes):
            self._open = int(opened[0][-1]), int(opened[1][-1]), int(opened[2][-1])
            opened = [array[:-1] for array in opened]
        start, kind, opening = opened
        shape = opening << _END_BITS | STEPS.closing.take(step.take(closes))
        spans = Spans(start, closes + self.position, kind, shape)
        self._add_inner(spans, action)
        self.position += len(codes)
        if len(codes):
            self._last = int(codes[-1])
        return spans, action

    def _add_inner(self, spans: Spans, action: ActionArray) -> None:
        """Add to the shapes of spans the inner prefixes that tell schemes apart."""
        middles = np.zeros(0, np.intp)
        if np.bitwise_or.reduce(action) & MIDDLE:
            middles = np.flatnonzero((action & MIDDLE) != 0) + self.position

        def middles_since(start: IntArray) -> IntArray:
            """Return how many M there were from tokens on, up to the end of this run."""
            return len(middles) - np.searchsorted(middles, start) + (start < self.position) * before

        before = self._middles
        long = np.flatnonzero(spans.end - spans.start > 2)
        start, end = spans.start[long], spans.end[long]
        # No span may begin or end with M, so it does not matter that those are counted, too.
        inside = middles_since(start) - middles_since(end)
        inner = (inside > 0) * _INNER_BIT["M"] | (end - start - 2 > inside) * _INNER_BIT["I"]
        spans.shape[long] |= _TELLING.take(spans.shape[long]) & inner.astype(np.int16)
        self._middles = int(middles_since(np.array([self.open_start]))[0]) if self._open else 0

    def finish(self) -> Spans:
        """Return the span that the end of the input closes, if there is one."""
        return self.feed(np.zeros(1, np.int32), np.zeros(1, np.intp))[0]


def decode(codes: CodeArray, starts: IntArray) -> Spans:
    """Return the spans of tag codes that are all there; see `Decoder.feed`."""
    decoder = Decoder()
    parts = decoder.feed(codes, starts)[0], decoder.finish()
    return Spans(*(np.concatenate([part[k] for part in parts]) for k in range(len(Spans._fields))))


def walk(codes: Sequence[int], starts: Collection[int]) -> dict[tuple[int, int, int], int]:
    """Return what `decode` does, of tag codes so few that no array pays: the shape of each span.

    Parameters
    ----------
    codes : sequence of int
        Tag codes, as `TagSet` gives them.
    starts : collection of int
        Positions before which no span can go on.

    Returns
    -------
    dict of (int, int, int) to int
        By start, end and type.
    """
    spans = {}
    before = start = opening = 0
    for position, code in enumerate((*codes, 0)):
        if not before and not code:
            continue
        step = (before & PREFIX_MASK) << _BEFORE | (code & PREFIX_MASK) << _AFTER
        step |= _SAME_TYPE * ((before ^ code) <= PREFIX_MASK) | _BEGINS * (position in starts)
        action = _ACTION[step]
        if action & CLOSES:
            shape = opening | _CLOSING[step]
            if position - start > 2:
                for inner in codes[start + 1 : position - 1]:
                    shape |= _INNER_BITS[inner & PREFIX_MASK] & _TELLS[shape & _ENDS - 1]
            spans[start, position, before >> PREFIX_BITS] = shape
        if action & OPENS:
            start, opening = position, _OPENING[step] << _END_BITS
        before = code
    return spans


def touching(spans: Spans, starts: IntArray) -> IntArray:
    """Return the spans, by index, that stand right behind one of their type in their sentence.

    Parameters
    ----------
    spans : Spans
        Spans in order.
    starts : array of int
        The tokens before which no span can go on.
    """
    follows = spans.start[1:] == spans.end[:-1]
    follows &= spans.type[1:] == spans.type[:-1]
    index = np.flatnonzero(follows) + 1
    if len(index) and len(starts):
        at = spans.start[index]
        place = np.searchsorted(starts, at)
        place[place == len(starts)] = 0
        index = index[starts[place] != at]
    return index


def ranges(start: IntArray, length: IntArray) -> IntArray:
    """Return the numbers from each start on, as many as its length says, one behind another."""
    whole = int(length.sum())
    return np.repeat(start - np.cumsum(length) + length, length) + np.arange(whole)


def first_of_each(ordered: npt.NDArray[np.integer]) -> IntArray:
    """Return where each distinct number begins among sorted ones.

    It is what `np.unique` does, without the import of `numpy.ma` that it brings.
    """
    return np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))


def encode(spans: Spans, tokens: int, starts: IntArray, scheme: str) -> CodeArray:
    """Return the tag codes that write spans in a scheme; the inverse of `decode`.

    Two spans of one type that touch become one in a scheme that does not part them: see `PARTS`.

    Parameters
    ----------
    spans : Spans
        Spans in order, that do not overlap. `Spans.shape` is not looked at.
    tokens : int
        How many tokens there are.
    starts : array of int
        The tokens before which no span can go on.
    scheme : str
        One of `SCHEMES`.
    """
    single, first, inner, last = (PREFIXES.index(letter) for letter in SCHEMES[scheme].writes)
    kind = spans.type.astype(np.int32) << PREFIX_BITS
    length = spans.end - spans.start
    codes = np.zeros(tokens, np.int32)
    # All tokens in spans.
    inside = ranges(spans.start, length)
    codes[inside] = np.repeat(kind | inner, length)
    codes[spans.start] = kind | first
    codes[spans.end - 1] = kind | last
    alone = length == 1
    codes[spans.start[alone]] = kind[alone] | single
    second = touching(spans, starts)
    if SCHEMES[scheme].opens_after_same:
        opening = PREFIXES.index(SCHEMES[scheme].opens_after_same)
        codes[spans.start[second]] = kind[second] | opening
    if SCHEMES[scheme].closes_before_same:
        closing = PREFIXES.index(SCHEMES[scheme].closes_before_same)
        codes[spans.end[second - 1] - 1] = kind[second - 1] | closing
    return codes


def wrong_ends(shapes: ShapeArray, scheme: str) -> tuple[BoolArray, BoolArray]:
    """Return whether the first and the last end of each shape are wrong in a scheme."""
    wrong_opening = ~_OPENING_ALLOWED[scheme][(shapes & _ENDS - 1) >> _END_BITS]
    wrong_closing = ~_CLOSING_ALLOWED[scheme][shapes & (1 << _END_BITS) - 1]
    return wrong_opening, wrong_closing


def step_faults(before: int, after: int, scheme: str) -> tuple[bool, bool]:
    """Return whether a step between two tags wrongly closes a span, and wrongly opens one.

    Parameters
    ----------
    before, after : int
        Tag codes in one sentence; 0 beyond it.
    scheme : str
        One of `SCHEMES`.
    """
    same = before >> PREFIX_BITS == after >> PREFIX_BITS
    step = (before & PREFIX_MASK) << _BEFORE | (after & PREFIX_MASK) << _AFTER | same * _SAME_TYPE
    action = STEPS.action[step]
    closes = action & CLOSES and not _CLOSING_ALLOWED[scheme][STEPS.closing[step]]
    opens = action & OPENS and not _OPENING_ALLOWED[scheme][STEPS.opening[step]]
    return bool(closes), bool(opens)


def end_faults(shape: int, scheme: str) -> tuple[bool, bool]:
    """Return whether the first and the last end of one shape are wrong in a scheme."""
    opening, closing = wrong_ends(np.array([shape], np.int16), scheme)
    return bool(opening[0]), bool(closing[0])


class Ends(NamedTuple):
    """The two ends of a span: what stands before it, its first prefix, its last, what is behind.

    A neighbour is one of `spanf1.core.schemes.NEIGHBOURS`. `inner` has those of `INNER` that stand
    between the ends, and that a scheme does not have which allows these ends.
    """

    before: str
    first: str
    last: str
    behind: str
    inner: str = ""


def ends_of(shape: int) -> Ends:
    """Return the two ends of a shape."""
    opening, closing = divmod(shape & _ENDS - 1, 1 << _END_BITS)
    first, before = divmod(opening, len(NEIGHBOURS))
    last, behind = divmod(closing, len(NEIGHBOURS))
    inner = "".join(letter for letter, bit in _INNER_BIT.items() if shape & bit)
    return Ends(NEIGHBOURS[before], PREFIXES[first], PREFIXES[last], NEIGHBOURS[behind], inner)


def shape_of(ends: Ends) -> int:
    """Return the shape that has these ends; the inverse of `ends_of`.

    Raises
    ------
    ValueError
        If a character is not one of `NEIGHBOURS` or `PREFIXES`, or not one of `INNER`.
    """
    opening = _end(PREFIXES.index(ends.first), ends.before)
    shape = opening << _END_BITS | _end(PREFIXES.index(ends.last), ends.behind)
    return shape | sum(1 << 2 * _END_BITS + INNER.index(letter) for letter in set(ends.inner))
