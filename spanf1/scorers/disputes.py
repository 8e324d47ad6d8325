"""Where scorers of the same tags part: on which steps between tags, how often, at what cost.

A step is disputed if a scheme that the tags are read in does not allow it, or if scorers that
keep all spans do not agree whether one ends before it or begins at it. The tokens are cut into
units across which no scorer sees a span; whatever a scorer counts otherwise than the first one
in a unit is put down to the kinds of step there that it takes otherwise, in equal shares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.matching import match_spans
from spanf1.core.repairs import FOREIGN, violations
from spanf1.core.scores import COUNTS, AnyCounts
from spanf1.core.script import ScriptCounter
from spanf1.core.spans import CLOSES, OPENS, BoolArray, Spans
from spanf1.core.tag_counter import script_codes
from spanf1.core.tags import UNTYPED, Block, CodeArray, IntArray, starts_among
from spanf1.formats.sentences import Sentences, last_start, line_among, whole
from spanf1.scorers.scorers import DECODERS, SCRIPT, Decoding, Scorer

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


# What a scorer makes of a step: any of these.
INSIDE_BEFORE, ENDS_BEFORE, INSIDE_AFTER, BEGINS_AFTER = 8, 4, 2, 1
OUTCOMES = 16

#: the parts of a difference that are put down to no one kind of step
ELSEWHERE, OTHER_SCHEMES = "elsewhere", "other schemes"

# Stands for all kinds that matter to other schemes only, among kinds that are packed.
_OTHER_SCHEMES = -1 << 40

GOLD, PREDICTED, CORRECT = range(len(COUNTS))

FloatArray = npt.NDArray[np.float64]


class Step(NamedTuple):
    """A kind of step: the codes of the tag before and of the tag after; 0 beyond a sentence.

    `before` is `spanf1.core.repairs.FOREIGN` where the tag after has a prefix its scheme lacks.
    """

    before: int
    after: int


class Steps(NamedTuple):
    """Disputed steps on one side of a stretch, and what each column makes of them.

    `wrong` has a row for each scheme of the side: whether that does not allow the step. `foreign`
    says that only scorers in a scheme that neither side is in can stumble over it.
    """

    token: IntArray
    before: CodeArray
    after: CodeArray
    out: BoolArray
    wrong: BoolArray
    foreign: BoolArray
    outcomes: IntArray


def disputed_steps(
    stretch: Stretch,
    side: int,
    seen: Sequence[Seen],
    *,
    keeping: Sequence[bool],
    schemes: Sequence[str],
    own: Sequence[bool],
) -> Steps:
    """Return the disputed steps on a side of a stretch.

    Parameters
    ----------
    stretch : Stretch
        The tags.
    side : int
        0 for gold, 1 for predicted.
    seen : sequence of Seen
        What each column sees on this side.
    keeping : sequence of bool
        Which columns keep ill-formed spans.
    schemes : sequence of str
        The schemes that this side is read in.
    own : sequence of bool
        Which of them gold or predicted are in.
    """
    codes, size = stretch.sides[side].codes, stretch.size
    fixed = np.zeros(size + 1, np.bool_)
    fixed[stretch.starts] = fixed[size] = True
    before = np.where(fixed[:-1], 0, np.concatenate(([0], codes[:-1]))).astype(np.int32)
    kept = [view for view, keeps in zip(seen, keeping, strict=True) if keeps]
    # Where some say yes and some say no.
    views = ([view[which] for view in kept] for which in (0, 1))
    begins, ends = (np.logical_or.reduce(says) & ~np.logical_and.reduce(says) for says in views)
    into, out = begins, ends & fixed[1:]
    into[1:] |= ends[:-1] & ~fixed[1:-1]
    wrong = np.zeros((len(schemes), 3, size), np.bool_)
    for number, scheme in enumerate(schemes):
        faults = violations(codes, stretch.starts, scheme)
        alone = faults.before == FOREIGN
        for which, at in enumerate((~alone & ~faults.at_end, alone, faults.at_end)):
            wrong[number, which, faults.token[at]] = True
    # Steps to a token, tokens by themselves, steps from a token out of its sentence.
    disagreed = np.stack((into, np.zeros_like(into), out))
    marked = wrong.any(axis=0) | disagreed
    theirs = wrong[list(own)].any(axis=0) | disagreed
    places = [np.flatnonzero(row) for row in marked]
    sizes = [len(place) for place in places]
    token = np.concatenate(places)
    steps = Steps(
        token,
        np.concatenate((before[places[0]], np.full(sizes[1], FOREIGN), codes[places[2]])),
        np.where(np.arange(len(token)) < sizes[0] + sizes[1], codes[token], 0),
        np.repeat([False, False, True], sizes),
        np.concatenate([wrong[:, k, place] for k, place in enumerate(places)], axis=1),
        ~np.concatenate([theirs[k, place] for k, place in enumerate(places)]),
        np.zeros(0, np.intp),
    )
    return steps._replace(outcomes=np.array([outcome_of(steps, view) for view in seen]))


def outcome_of(steps: Steps, view: Seen) -> IntArray:
    """Return what a scorer makes of each of some steps."""
    # The token before the step, if there is one in the sentence, and the token after it.
    has_before, has_after = steps.before > 0, ~steps.out
    before = np.where(steps.out, steps.token, steps.token - 1)
    outcome: IntArray = (
        INSIDE_BEFORE * (has_before & view.inside[before])
        | ENDS_BEFORE * (has_before & view.ends[before])
        | INSIDE_AFTER * (has_after & view.inside[steps.token])
        | BEGINS_AFTER * (has_after & view.begins[steps.token])
    )
    return outcome


def packed_steps(steps: Steps) -> npt.NDArray[np.int64]:
    """Return the kinds of steps, each packed into one number."""
    packed: npt.NDArray[np.int64] = steps.before.astype(np.int64) << 32 | steps.after
    return packed


def unpacked(packed: int) -> Step:
    """Return the step that two codes stand for, packed into one number."""
    return Step(packed >> 32, packed & 0xFFFFFFFF)


class Place(NamedTuple):
    """Where a disputed step is.

    `side` is 0 for gold, 1 for predicted, 2 where it is both. `line` is that of the tag after the
    step or, if the step leads out of a span (`out`), that of the tag before it.
    """

    side: int
    line: int
    out: bool


@dataclass
class Dispute:
    """A kind of disputed step: how often it occurs, and what each column makes of it.

    Attributes
    ----------
    count : list of int
        How often it occurs in gold and in predicted.
    ill_formed : list of set of str
        The schemes that do not allow it on each side, of those it is read in.
    outcomes : array of int, shape (columns, 16)
        How often each column makes this or that of it.
    places : pair of lists of Place
        The first few places where the scheme of the side does not allow it, and others.
    """

    outcomes: npt.NDArray[np.int64]
    count: list[int] = field(default_factory=lambda: [0, 0])
    ill_formed: list[set[str]] = field(default_factory=lambda: [set(), set()])
    places: tuple[list[Place], list[Place]] = field(default_factory=lambda: ([], []))


class Disputes:
    """Reads stretches of tags in several ways at once.

    Parameters
    ----------
    scorers : sequence of Scorer
        All that do not refuse the input; differences are from the first.
    schemes : pair of str
        The schemes of the gold and of the predicted tags.
    types : mapping of str to int
        The numbers of the types in the codes, which may grow.
    places : int
        How many places of each kind to remember.

    Attributes
    ----------
    columns : list of pairs of Decoding
        The different ways among the scorers of finding gold and predicted spans.
    totals : array of int, shape (columns, counts)
        What each counts: gold, predicted and correct spans.
    kinds : dict of Step to Dispute
        The kinds of disputed steps.
    parts : dict of (Step or str) to array of float, shape (columns, counts)
        What each counts more than the first in units with this kind of step, as far as it is
        this kind's share, or `ELSEWHERE`. All kinds that matter only to scorers in
        `OTHER_SCHEMES` than those of the two sides are one kind here.
    """

    def __init__(
        self,
        scorers: Sequence[Scorer],
        schemes: tuple[str, str],
        types: Mapping[str, int],
        places: int = 2,
    ) -> None:
        self.columns = list(dict.fromkeys((one.gold, one.predicted) for one in scorers))
        keeping = {(one.gold, one.predicted) for one in scorers if one.keeps}
        self._keeping = [pair in keeping for pair in self.columns]
        strict = [pair for pair in self.columns if pair not in keeping]
        # The scheme that a side is in, and those that its tags are read in besides.
        self._schemes = [
            list(dict.fromkeys([scheme, *(pair[side].argument for pair in strict)]))
            for side, scheme in enumerate(schemes)
        ]
        self._own = [[name in schemes for name in names] for names in self._schemes]
        self.places = places
        self._viewer = Viewer(self.columns, types)
        self.totals = np.zeros((len(self.columns), len(COUNTS)), np.int64)
        self.kinds: dict[Step, Dispute] = {}
        self.parts: dict[Step | str, FloatArray] = {}

    def column(self, scorer: Scorer) -> int:
        """Return the number of a scorer's column."""
        return self.columns.index((scorer.gold, scorer.predicted))

    def add(self, stretch: Stretch) -> None:
        """Read a stretch."""
        columns = self._viewer.read(stretch)
        by_side = [
            disputed_steps(
                stretch,
                side,
                [column.seen[side] for column in columns],
                keeping=self._keeping,
                schemes=self._schemes[side],
                own=self._own[side],
            )
            for side in (0, 1)
        ]
        cut = ~reduce(np.logical_or, [view.goes_on for column in columns for view in column.seen])
        for steps in by_side:
            cut[steps.token[~steps.out]] = False
        cut[stretch.starts] = True
        unit = np.cumsum(cut) - 1
        by_unit = partial(np.bincount, minlength=int(unit[-1]) + 1)
        counts = np.array([[by_unit(unit[at]) for at in column.counted] for column in columns])
        self.totals += counts.sum(axis=2)
        self._add_kinds(by_side)
        self._add_places(stretch, by_side)
        self._add_parts(counts - counts[:1], unit, by_side)

    def correct_first(self, counts: AnyCounts) -> bool:
        """Say what the first column counts in truth, and return whether that is something else.

        All others then differ from it by so much more, which no step explains.
        """
        exact = np.array(counts)
        more = self.totals[0] - exact
        for column in range(1, len(self.columns)):
            self._add_part(ELSEWHERE, column, more.astype(np.float64))
        self.totals[0] = exact
        return bool(more.any())

    def _add_kinds(self, by_side: list[Steps]) -> None:
        """Count the kinds of disputed steps, and what is made of them."""
        for side, steps in enumerate(by_side):
            kinds, number = np.unique(packed_steps(steps), return_inverse=True)
            by_cell = partial(np.bincount, minlength=len(kinds) * OUTCOMES)
            outcomes = np.array([by_cell(number * OUTCOMES + made) for made in steps.outcomes])
            outcomes = outcomes.reshape(len(self.columns), len(kinds), OUTCOMES)
            wrong = [np.bincount(number, row, len(kinds)) > 0 for row in steps.wrong]
            for k, kind in enumerate(kinds.tolist()):
                unknown = Dispute(np.zeros((len(self.columns), OUTCOMES), np.int64))
                dispute = self.kinds.setdefault(unpacked(kind), unknown)
                dispute.outcomes += outcomes[:, k]
                dispute.count[side] += int(outcomes[0, k].sum())
                dispute.ill_formed[side] |= {
                    name for name, row in zip(self._schemes[side], wrong, strict=True) if row[k]
                }

    def _add_places(self, stretch: Stretch, by_side: list[Steps]) -> None:
        """Remember the first places of every kind; one that is on both sides is one place."""
        token, out, fine = (
            np.concatenate(arrays)
            for arrays in zip(*((s.token, s.out, ~s.wrong[0]) for s in by_side), strict=True)
        )
        packed = np.concatenate([packed_steps(steps) for steps in by_side])
        kinds, number = np.unique(packed, return_inverse=True)
        keys = (number.astype(np.int64) * stretch.size + token) * 2 + out
        _, first, which = np.unique(keys, return_index=True, return_inverse=True)
        # All of gold stands before all of predicted.
        side = (first >= len(by_side[0].token)) + 2 * (np.bincount(which) > 1)
        fine = np.bincount(which, ~fine) == 0
        ends = np.cumsum(np.bincount(number[first], minlength=len(kinds))).tolist()
        for kind, low, high in zip(kinds.tolist(), [0, *ends], ends, strict=False):
            for known, chosen in zip(
                self.kinds[unpacked(kind)].places, (~fine[low:high], fine[low:high]), strict=True
            ):
                for k in (low + np.flatnonzero(chosen)[: self.places - len(known)]).tolist():
                    at = int(first[k])
                    line = stretch.sides[int(side[k] > 0)].line(int(token[at]))
                    known.append(Place(int(side[k]), line, bool(out[at])))

    def _add_parts(
        self, differences: npt.NDArray[np.int64], unit: IntArray, by_side: list[Steps]
    ) -> None:
        """Put what is counted otherwise in each unit down to the kinds of step in it.

        For each column, those steps matter of which it does not make what the first one does.
        """
        packed = np.concatenate(
            [np.where(steps.foreign, _OTHER_SCHEMES, packed_steps(steps)) for steps in by_side]
        )
        units = np.concatenate([unit[steps.token] for steps in by_side])
        outcomes = np.concatenate([steps.outcomes for steps in by_side], axis=1)
        kinds, number = np.unique(packed, return_inverse=True)
        size = differences.shape[2]
        for column, difference in enumerate(differences):
            differs = difference.any(axis=0)
            if not differs.any():
                continue
            matter = differs[units] & (outcomes[column] != outcomes[0])
            # Each kind once for each unit that it is in.
            pairs = np.unique(units[matter].astype(np.int64) * len(kinds) + number[matter])
            place, kind = np.divmod(pairs, max(len(kinds), 1))
            place = place.astype(np.intp, copy=False)
            how_many = np.bincount(place, minlength=size)
            sums = np.zeros((len(kinds), len(COUNTS)))
            np.add.at(sums, kind, (difference[:, place] / how_many[place]).T)
            for k in np.flatnonzero(sums.any(axis=1)).tolist():
                kept = int(kinds[k])
                name = OTHER_SCHEMES if kept == _OTHER_SCHEMES else unpacked(kept)
                self._add_part(name, column, sums[k])
            alone = difference[:, how_many == 0].sum(axis=1)
            self._add_part(ELSEWHERE, column, alone.astype(np.float64))

    def _add_part(self, name: Step | str, column: int, part: FloatArray) -> None:
        if part.any():
            sums = self.parts.setdefault(name, np.zeros(self.totals.shape))
            sums[column] += part
