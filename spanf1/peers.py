"""What other scorers make of the same tags, exactly: the entities of seqeval 1.2.2.

seqeval has two readings, and neither is quite one of ours. Its default pairs every end with
the last start before it, so entities may overlap, and may begin where no entity began. Its
strict mode walks over the tags, and asks three questions of each two that are adjacent. Both
read one flat sequence in which a tag O follows each sentence, and both are tables here.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.schemes import OTHER, PREFIX_BITS, PREFIXES, SAME
from spanf1.spans import CLOSES, OPENS, Spans
from spanf1.tags import CodeArray, IntArray

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
_COLUMNS = "OBIES.*"
_EFFECTS = {".": 0, "c": CLOSES, "o": OPENS, "x": CLOSES | OPENS}


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


# seqeval's facts, its slips too: IOB1 lacks the end of B before a B of another type.
STRICT_PATTERNS = {
    "IOB1": Patterns(
        "IOB",
        start="OI BI II/ IB= BB=",
        inside="BI= II=",
        end="BO IO IB BI/ II/ BB=",
    ),
    "IOE1": Patterns(
        "IOE",
        start="OI EI II/ EE=",
        inside="II= IE=",
        end="IO II/ IE/ EI= EE=",
    ),
    "IOB2": Patterns(
        "IOB",
        start="*B",
        inside="BI= II=",
        end="BO IO BB IB BI/ II/",
    ),
    "IOE2": Patterns(
        "IOE",
        start="OI OE EI EE II/ IE/",
        inside="II= IE=",
        end="E*",
    ),
    "IOBES": Patterns(
        "IOBES",
        start="*B *S",
        inside="BI= BE= II= IE=",
        end="S* E*",
    ),
    "BILOU": Patterns(
        "BILOU",
        start="*B *U",
        inside="BI= BL= II= IL=",
        end="U* L*",
    ),
}
ANY_LETTER = "*"
#: the letters that ``*`` stands for
STRICT_LETTERS = "IOBESUL"

#: the answers to the three questions, as bits
STARTS, INSIDE, ENDS = 1, 2, 4

FlagArray = npt.NDArray[np.uint8]

# A step between two tags is a number: the letter before, the letter after, whether their types
# are the same.
_AFTER, _BEFORE = 1, 1 + PREFIX_BITS
_MASK = (1 << PREFIX_BITS) - 1
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


def _step(before: int, after: int, *, same: bool) -> int:
    return before << _BEFORE | after << _AFTER | same


def _default_actions() -> FlagArray:
    cells = {}
    for line in DEFAULT_GRID.splitlines()[2:]:
        row = line.split()
        for column, same, differ in zip(_COLUMNS, row[1:8], row[9:], strict=True):
            cells[row[0], column] = _EFFECTS[differ], _EFFECTS[same]
    shown = [letter if letter in _COLUMNS else ANY_LETTER for letter in LETTERS] + [ANY_LETTER]
    actions = np.zeros(1 << _BEFORE + PREFIX_BITS, np.uint8)
    for before, row_name in enumerate(shown):
        for after, column_name in enumerate(shown):
            first = _step(before, after, same=False)
            actions[first : first + 2] = cells[row_name, column_name]
    return actions


def _letters(letter: str) -> str:
    return STRICT_LETTERS if letter == ANY_LETTER else letter


def _strict_flags(patterns: Patterns) -> FlagArray:
    flags = np.zeros(1 << _BEFORE + PREFIX_BITS, np.uint8)
    for flag, text in ((STARTS, patterns.start), (INSIDE, patterns.inside), (ENDS, patterns.end)):
        for before, after, neighbour in patterns_of(text):
            for pair in product(_letters(before), _letters(after)):
                step = _step(*map(PREFIXES.index, pair), same=False)
                if neighbour != SAME:
                    flags[step] |= flag
                if neighbour != OTHER:
                    flags[step + 1] |= flag
    return flags


#: what each step does by seqeval's default
DEFAULT_ACTIONS = _default_actions()
_STRICT_FLAGS = {name: _strict_flags(patterns) for name, patterns in STRICT_PATTERNS.items()}


def default_action(before: int, after: int, *, same_type: bool) -> int:
    """Return what the step between two letters, given by number, does by seqeval's default."""
    return int(DEFAULT_ACTIONS[_step(before, after, same=same_type)])


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
    tags = flat != 0
    there = tags.copy()
    there[1:] |= tags[:-1]
    steps = np.flatnonzero(there)
    after, before = flat[steps], flat[steps - 1]
    if len(steps) and steps[0] == 0:
        before[0] = _NOTHING
    action = DEFAULT_ACTIONS[_steps(before, after)]
    starts_here = (action & OPENS) != 0
    starts = steps[starts_here]
    closes = np.flatnonzero((action & CLOSES) != 0)
    # An entity begins at the last start before its end; without one, where seqeval began to look.
    last = np.cumsum(starts_here)[closes] - starts_here[closes]
    start = np.concatenate((np.zeros(1, np.intp), starts))[last]
    return _spans(start, steps[closes], before[closes] >> PREFIX_BITS)


def walk(flags: FlagArray) -> tuple[IntArray, IntArray]:
    """Return where seqeval's strict mode meets starts, and where it walks on from each.

    From a start on, it steps over all tokens that are `INSIDE`, and asks of them nothing else.
    What it stepped over is an entity if `ENDS` holds where it walks on.

    Parameters
    ----------
    flags : array of uint8
        `STARTS`, `INSIDE` and `ENDS` for each token of the flat sequence and the one before.
        The tag O after each sentence, which is the last one too, is no start and not inside.
    """
    starts = np.flatnonzero((flags & STARTS) != 0)
    inside = (flags & INSIDE) != 0
    goes_on = inside[starts + 1]
    falls = np.flatnonzero(inside[:-1] & ~inside[1:]) + 1
    ends = starts + 1
    ends[goes_on] = falls[np.searchsorted(falls, ends[goes_on], side="right")]
    # A start that was stepped over ends where the one before it does.
    met = np.ones(len(starts), np.bool_)
    met[1:] = ends[:-1] <= starts[1:]
    return starts[met], ends[met]


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
        codes = np.where(types == untyped, codes & _MASK, codes)
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
    before = np.zeros_like(flat)
    before[1:] = flat[:-1]
    steps = np.flatnonzero((flat | before) != 0)
    flags = np.zeros(len(flat), np.uint8)
    flags[steps] = _STRICT_FLAGS[scheme][_steps(before[steps], flat[steps])]
    begin, end = walk(flags)
    kept = (flags[end] & ENDS) != 0
    begin, end = begin[kept], end[kept]
    return _unflattened(_spans(begin, end, flat[begin] >> PREFIX_BITS), separators)


def _steps(before: CodeArray, after: CodeArray) -> CodeArray:
    """Return the numbers of the steps from tags to tags."""
    step = (before & _MASK) << _BEFORE
    step |= (after & _MASK) << _AFTER
    step |= (before ^ after) <= _MASK
    return step


def _spans(start: IntArray, end: IntArray, kind: CodeArray) -> Spans:
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
