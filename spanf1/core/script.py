"""The counting rules of the reference script (conlleval, 2004-01-26), on arrays.

The script does not intersect two sets of spans: it runs one flag over the rows, raised where
both sides start a span of one type and lowered where a side ends one or the types part. A span
is correct where both sides end one while the flag is up. Between the rows that raise or lower
it the flag stays as it is, so those rows alone tell the rest, and no loop is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from spanf1.core.schemes import PREFIX_BITS, PREFIX_MASK, PREFIXES
from spanf1.core.scores import COUNTS, Counts, TypeCounts
from spanf1.core.spans import CLOSES, OPENS, ActionArray, step_actions, step_numbers
from spanf1.core.tags import CodeArray, IntArray

#: the prefixes that have numbers here: those of the schemes, and three that only the script knows
SCRIPT_PREFIXES = PREFIXES + ".[]"
#: the number of every other prefix
OTHER_PREFIX = len(SCRIPT_PREFIXES)

# What the step from one tag (row) to the next (column) does:
# o a span starts on the current row, c a span ends before it, x both, . neither.
SCRIPT_GRID = """
    same type   O B I E . [ *        types differ   O B I E . [ *
       O        . o o o . o .             O         . o o o . o o
       B        c x . . . o .             B         c x x x c x x
       I        c x . . . o .             I         c x x x c x x
       E        c . x x . o .             E         c x x x c x x
       .        . . . . . o .             .         . o o o . o o
       [        c c c c c x c             [         c x x x c x x
       *        . . . . . o .             *         c x x x c x x
"""
# The rows of the sums.
_GOLD, _PREDICTED, _CORRECT = range(len(COUNTS))

_ACTIONS = step_actions(SCRIPT_GRID, SCRIPT_PREFIXES.replace("]", "["))


class ScriptRows(NamedTuple):
    """A run of the script's rows: tokens, and boundaries between sentences.

    Attributes
    ----------
    gold, predicted : array of int32, shape (rows,)
        Tag codes; 0, the tag ``O``, on both sides of a boundary.
    tokens, tokens_correct : int
        How many rows are tokens, and how many of them have the same tag on both sides.
    """

    gold: CodeArray
    predicted: CodeArray
    tokens: int
    tokens_correct: int


class Marks(NamedTuple):
    """What happens at the rows of a run, the boundaries between its sentences among them.

    Attributes
    ----------
    gold, predicted : array of uint8, shape (rows,)
        On each side, whether a span ends before the row, and whether one starts on it: any of
        `CLOSES` and `OPENS`.
    lowered : array of bool, shape (rows,)
        Whether the flag goes down before the row.
    closed : array of int
        Rows before which a correct span ends.
    """

    gold: ActionArray
    predicted: ActionArray
    lowered: npt.NDArray[np.bool_]
    closed: IntArray


class RowReader(Protocol):
    """Something that reads rows."""

    def rows(self) -> Iterable[ScriptRows]:
        """Yield the rows in order."""
        ...

    def names(self) -> Sequence[str]:
        """Return the names of the types by number, once the rows have been read."""
        ...


def count_rows(reader: RowReader) -> Counts:
    """Read everything and return what the script counts in it.

    Parameters
    ----------
    reader : RowReader
        Where the rows come from.
    """
    counter = ScriptCounter()
    no_starts = np.zeros(0, np.intp)
    tokens = correct = 0
    for rows in reader.rows():
        counter.add(rows.gold, rows.predicted, no_starts)
        tokens += rows.tokens
        correct += rows.tokens_correct
    return Counts(counter.finish(reader.names()), tokens, correct)


class ScriptCounter:
    """Counts spans as the script does, in rows that arrive in runs of any length.

    Notes
    -----
    A tag's code is ``type << PREFIX_BITS | prefix``. A prefix is its index in `SCRIPT_PREFIXES`,
    or `OTHER_PREFIX`. Type 0 is the empty type: that of ``O``, of every tag without a type and,
    in the script, of every tag whose type is written ``0``.

    Examples
    --------
    >>> import numpy as np
    >>> counter = ScriptCounter()
    >>> gold = np.array([1 << 4 | 1, 1 << 4 | 2, 0], np.int32)  # B-X I-X O
    >>> predicted = np.array([1 << 4 | 1, 0, 1 << 4 | 1], np.int32)  # B-X O B-X
    >>> _ = counter.add(gold, predicted, np.array([0]))
    >>> counter.finish(["", "X"])
    {'X': TypeCounts(gold=1, predicted=2, correct=0)}
    """

    def __init__(self) -> None:
        self._up = False
        self._last_gold = self._last_predicted = 0
        self._sums = np.zeros((len(COUNTS), 16), np.int64)

    @property
    def up(self) -> bool:
        """Whether the flag is up: if nothing follows, one more span is correct."""
        return self._up

    def add(self, gold: CodeArray, predicted: CodeArray, starts: IntArray) -> Marks:
        """Count the next rows, and return what happens at them.

        Parameters
        ----------
        gold, predicted : array of int32, shape (rows,)
            Tag codes.
        starts : array of int
            Positions from 0 to `rows`, ascending, before each of which a boundary stands: an
            empty line, which is a row with ``O`` on both sides.
        """
        if len(starts):
            gold, predicted = np.insert(gold, starts, 0), np.insert(predicted, starts, 0)
        gold_action = _actions(self._last_gold, gold)
        predicted_action = _actions(self._last_predicted, predicted)
        both = gold_action & predicted_action
        types_differ = gold ^ predicted > PREFIX_MASK
        up = (both & OPENS > 0) & ~types_differ
        down = ((gold_action | predicted_action) & CLOSES > 0) | types_differ
        closing = np.zeros(0, np.intp)
        # Where a row does both, the flag goes down first.
        events = np.flatnonzero(up | down)
        if len(events):
            was_up = np.concatenate(([self._up], up[events[:-1]]))
            self._up = bool(up[events[-1]])
            closing = events[was_up & (both[events] & CLOSES > 0)]
            types = gold[closing - 1] >> PREFIX_BITS
            if len(closing) and closing[0] == 0:
                types[0] = self._last_gold >> PREFIX_BITS
            self._count(_CORRECT, types)
        self._count(_GOLD, gold[gold_action & OPENS > 0] >> PREFIX_BITS)
        self._count(_PREDICTED, predicted[predicted_action & OPENS > 0] >> PREFIX_BITS)
        if len(gold):
            self._last_gold, self._last_predicted = int(gold[-1]), int(predicted[-1])
        return Marks(gold_action, predicted_action, down, closing)

    def finish(self, names: Sequence[str]) -> dict[str, TypeCounts]:
        """Return the counts by type, in alphabetical order; only types that occur.

        The flag still up at the end counts once more. A type may have correct spans only: the
        script counts them into the sum, and shows no row for the type.

        Parameters
        ----------
        names : sequence of str
            The types' names by number.
        """
        if self._up:
            self._count(_CORRECT, np.array([self._last_gold >> PREFIX_BITS], np.int32))
            self._up = False
        numbers = np.flatnonzero(self._sums.any(axis=0)).tolist()
        rows = self._sums[:, numbers].T.tolist()
        types = {names[number]: TypeCounts(*row) for number, row in zip(numbers, rows, strict=True)}
        return dict(sorted(types.items()))

    def _count(self, which: int, types: CodeArray) -> None:
        """Add one for each of the types, which may be any numbers."""
        capacity = self._sums.shape[1]
        if len(types) and (highest := int(types.max())) >= capacity:
            grown = np.zeros((len(COUNTS), max(highest + 1, 2 * capacity)), np.int64)
            grown[:, :capacity] = self._sums
            self._sums = grown
        np.add.at(self._sums[which], types, 1)


def _actions(last: int, codes: CodeArray) -> ActionArray:
    """Return what the step to each row does; `last` is the code before the first row."""
    before = np.empty_like(codes)
    before[:1] = last
    before[1:] = codes[:-1]
    actions: ActionArray = _ACTIONS[step_numbers(before, codes)]
    return actions
