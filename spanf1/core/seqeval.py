"""The spans that seqeval 1.2.2 finds in tags, in its default and in its strict mode, exactly.

seqeval has two modes, and neither is quite one of our readings. Its default pairs every end with
the last start before it, so entities may overlap, and may begin where no entity began. Its
strict mode walks over the tags, and asks three questions of each two that are adjacent. Both
read one flat sequence in which a tag O follows each sentence, and both are tables here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.schemes import OTHER, PREFIX_BITS, PREFIX_MASK, PREFIXES, SAME
from spanf1.core.spans import (
    CLOSES,
    OPENS,
    ActionArray,
    Spans,
    step_actions,
    step_number,
    step_numbers,
)
from spanf1.core.tags import CodeArray, IntArray

#: the letters that have numbers here: the prefixes, and one more that seqeval's default knows
LETTERS = PREFIXES + "."
#: the number of every other letter
OTHER_LETTER = len(LETTERS)

# What the step from one tag (row) to the next (column) does by default, where * is any letter
# that has no row of its own: o an entity starts on the current token, c one ends before it,
# x both, . neither.
DEFAULT_GRID = """
    same type   O B I E S . *        types differ   O B I E S . *
       O        . o o o o . .             O         . o o o o . o
       B        c x . . x . .             B         c x x x x c x
       I        c x . . x . .             I         c x x x x c x
       E        c x x x x c c             E         c x x x x c x
       S        c x x x x c c             S         c x x x x c x
       .        . o . . o . .             .         . o o o o . o
       *        . o . . o . .             *         c x x x x c x
"""


class Patterns(NamedTuple):
    """A scheme of the strict mode: its letters, and three questions about two adjacent tags.

    A pattern is the letter before, the letter after, and `SAME` or `OTHER` where it matters
    whether the types are the same; ``*`` is any letter. One that fits is a yes.
    """

    letters: str
    #: whether an entity starts on the current token
    start: str
    #: whether the current token goes on with the entity of the token before
    inside: str
    #: whether an entity ends on the token before
    end: str


class StrictSpans(NamedTuple):
    """What the strict mode meets: where, and what comes of it."""

    #: where it meets starts, and where it walks on from each
    start: IntArray
    end: IntArray
    #: the type of the first token
    type: npt.NDArray[np.integer]
    #: which of them are entities
    kept: npt.NDArray[np.bool_]

    def spans(self) -> Spans:
        """Return the entities."""
        return _spans(self.start[self.kept], self.end[self.kept], self.type[self.kept])


# seqeval's facts, its slips too: IOB1 lacks the end of B before a B of another type.
STRICT_PATTERNS = {
    # letters, start, inside, end
    "IOB1": Patterns("IOB", "OI BI II/ IB= BB=", "BI= II=", "BO IO IB BI/ II/ BB="),
    "IOE1": Patterns("IOE", "OI EI II/ EE=", "II= IE=", "IO II/ IE/ EI= EE="),
    "IOB2": Patterns("IOB", "*B", "BI= II=", "BO IO BB IB BI/ II/"),
    "IOE2": Patterns("IOE", "OI OE EI EE II/ IE/", "II= IE=", "E*"),
    "IOBES": Patterns("IOBES", "*B *S", "BI= BE= II= IE=", "S* E*"),
    "BILOU": Patterns("BILOU", "*B *U", "BI= BL= II= IL=", "U* L*"),
}
ANY_LETTER = "*"
#: the letters that ``*`` stands for
STRICT_LETTERS = "IOBESUL"

#: the answers to the three questions, as bits
STARTS, INSIDE, ENDS = 1, 2, 4

#: the code before the first token: the tag O, of a type that no token has
_NOTHING = ((1 << 31 - PREFIX_BITS) - 1) << PREFIX_BITS


def letter_number(letter: str) -> int:
    """Return the number of a letter, which is that of its prefix if it is one."""
    number = LETTERS.find(letter) if len(letter) == 1 else -1
    return OTHER_LETTER if number < 0 else number


def patterns_of(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the letter before, the letter after, and `SAME`, `OTHER` or nothing."""
    for word in text.split():
        yield word[0], word[1], word[2:]


def strict_flags(rows: Iterable[tuple[int, Iterable[int], Iterable[int], str]]) -> ActionArray:
    """Return the answers for each step, for `strict_spans`.

    Parameters
    ----------
    rows : iterable of (int, iterable of int, iterable of int, str)
        `STARTS`, `INSIDE` or `ENDS`; the letters before and those after, by number; and `SAME`
        or `OTHER` where it matters whether the types are the same.
    """
    flags = bytearray(len(DEFAULT_ACTIONS))
    for flag, letters_before, letters_after, neighbour in rows:
        for before, after in product(letters_before, letters_after):
            step = step_number(before, after, same=False)
            if neighbour != SAME:
                flags[step] |= flag
            if neighbour != OTHER:
                flags[step + 1] |= flag
    return np.frombuffer(flags, np.uint8)


def _numbers(letter: str) -> list[int]:
    return [*map(PREFIXES.index, STRICT_LETTERS if letter == ANY_LETTER else letter)]


def _rows(patterns: Patterns) -> Iterator[tuple[int, list[int], list[int], str]]:
    for flag, text in ((STARTS, patterns.start), (INSIDE, patterns.inside), (ENDS, patterns.end)):
        for before, after, neighbour in patterns_of(text):
            yield flag, _numbers(before), _numbers(after), neighbour


#: what each step does by seqeval's default
DEFAULT_ACTIONS = step_actions(DEFAULT_GRID, LETTERS)
_ACTIONS = DEFAULT_ACTIONS.tolist()
_STRICT_FLAGS = {name: strict_flags(_rows(patterns)) for name, patterns in STRICT_PATTERNS.items()}


def default_action(before: int, after: int, *, same_type: bool) -> int:
    """Return what the step between two letters, given by number, does by seqeval's default."""
    return int(DEFAULT_ACTIONS[step_number(before, after, same=same_type)])


def default_spans(flat: CodeArray) -> Spans:
    """Return the entities that seqeval's default finds in one flat sequence, in order of end.

    Parameters
    ----------
    flat : array of int32
        Codes ``type << PREFIX_BITS | letter``, of which 0 is the tag O and type 0 the type of
        tags without one. A letter is its index in `LETTERS`, or `OTHER_LETTER`. The last code
        is 0, and so is one after every sentence.

    Returns
    -------
    Spans
        No two of them end at the same token, but they may overlap. All shapes are 0.
    """
    # Between two tags O nothing happens, and most tags are that.
    steps = steps_of(flat)
    after = flat[steps]
    before = _before(after)
    if len(steps) and steps[0] == 0:
        before[0] = _NOTHING
    action = DEFAULT_ACTIONS[step_numbers(before, after)]
    starts_here = (action & OPENS) != 0
    starts = steps[starts_here]
    closes = np.flatnonzero((action & CLOSES) != 0)
    # An entity begins at the last start before its end; without one, where seqeval began to look.
    last = np.cumsum(starts_here)[closes] - starts_here[closes]
    start = np.concatenate((np.zeros(1, np.intp), starts))[last]
    return _spans(start, steps[closes], before[closes] >> PREFIX_BITS)


def default_walk(flat: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return what `default_spans` does, of so few codes that no array pays: start, end and type."""
    entities = []
    before, start = _NOTHING, 0
    for position, code in enumerate(flat):
        step = (before & PREFIX_MASK) << 1 + PREFIX_BITS | (code & PREFIX_MASK) << 1
        action = _ACTIONS[step | ((before ^ code) <= PREFIX_MASK)]
        if action & CLOSES:
            entities.append((start, position, before >> PREFIX_BITS))
        if action & OPENS:
            start = position
        before = code
    return entities


def steps_of(flat: npt.NDArray[np.integer]) -> IntArray:
    """Return where, in one flat sequence, something may happen: between two tags O nothing does.

    A tag O is 0 there, and so is the last tag.
    """
    step = flat != 0
    step[1:] |= flat[:-1] != 0
    return np.flatnonzero(step)


def _before(after: CodeArray) -> CodeArray:
    """Return the codes of the tags before the steps: where one was left out, that is 0.

    So is that of the step before, as no step is left out right behind a tag that is not O.
    """
    before = np.zeros_like(after)
    before[1:] = after[:-1]
    return before


def strict_spans(steps: IntArray, after: CodeArray, answers: ActionArray) -> StrictSpans:
    """Return what seqeval's strict mode finds in one flat sequence.

    From a start on, it steps over all tokens that are `INSIDE`, and asks of them nothing else.
    What it stepped over is an entity if `ENDS` holds where it walks on.

    Parameters
    ----------
    steps : array of int
        As `steps_of` gives them.
    after : array of int32
        By step, the code ``type << PREFIX_BITS | prefix`` of the tag behind it.
    answers : array of uint8
        As `strict_flags` gives them. No O is a start or inside.
    """
    flags = answers[step_numbers(_before(after), after)]
    starts = np.flatnonzero((flags & STARTS) != 0)
    inside = (flags & INSIDE) != 0
    # The step after a start is that of the next token. Where it is inside, so are all up to the
    # first fall behind the start.
    falls = inside[:-1] & ~inside[1:]
    fall = np.append(np.flatnonzero(falls), 0)[np.cumsum(falls, dtype=np.int32)[starts]]
    ends = np.where(inside[starts + 1], fall, starts) + 1
    # A start that was stepped over ends where the one before it does.
    met = np.ones(len(starts), np.bool_)
    met[1:] = ends[:-1] <= starts[1:]
    starts, ends = starts[met], ends[met]
    kept = (flags[ends] & ENDS) != 0
    return StrictSpans(steps[starts], steps[ends], after[starts] >> PREFIX_BITS, kept)


def seqeval_default(codes: CodeArray, starts: IntArray, untyped: int) -> Spans:
    """Return the entities that seqeval finds by default.

    Parameters
    ----------
    codes : array of int32
        Codes as `TagSet` gives them.
    starts : array of int
        Positions, ascending, before which no span can go on.
    untyped : int
        The number of the type of tags without one; 0 if there is none.

    Returns
    -------
    Spans
        In order of their end; see `default_spans`.
    """
    if untyped:
        # By default, the tag O has the type of tags without one.
        types = codes >> PREFIX_BITS
        codes = np.where(types == untyped, codes & PREFIX_MASK, codes)
    flat, separators = _flattened(codes, starts)
    spans = _unflattened(default_spans(flat), separators)
    if untyped:
        spans.type[spans.type == 0] = untyped
    return spans


def seqeval_strict(codes: CodeArray, starts: IntArray, scheme: str) -> Spans:
    """Return the entities that seqeval's strict mode finds.

    Parameters
    ----------
    codes, starts : array of int
        As for `seqeval_default`. Prefixes that the scheme does not have, which seqeval refuses,
        neither start nor continue nor end an entity.
    scheme : str
        One of `STRICT_PATTERNS`.
    """
    flat, separators = _flattened(codes, starts)
    steps = steps_of(flat)
    strict = strict_spans(steps, flat[steps], _STRICT_FLAGS[scheme])
    return _unflattened(strict.spans(), separators)


def _spans(start: IntArray, end: IntArray, kind: npt.NDArray[np.integer]) -> Spans:
    return Spans(start, end, kind.astype(np.intp), np.zeros(len(start), np.int16))


def _flattened(codes: CodeArray, starts: IntArray) -> tuple[CodeArray, IntArray]:
    """Return the codes with a tag O between sentences and behind all, and where those stand.

    The first sentence has none before it, not even if it is empty.
    """
    breaks = np.append(starts[starts > 0], len(codes))
    return np.insert(codes, breaks, 0), breaks + np.arange(len(breaks))


def _unflattened(spans: Spans, separators: IntArray) -> Spans:
    """Return spans of the flat sequence as spans of the codes that it was made of."""
    return spans._replace(
        start=spans.start - np.searchsorted(separators, spans.start),
        end=spans.end - np.searchsorted(separators, spans.end),
    )
