"""Gold and predicted sentences that belong together: joined, compared, and cut into blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.tags import Block, CodeArray, IntArray, TagSet
from spanf1.exceptions import AlignmentError, LayoutError
from spanf1.formats.sentences import (
    POSITION_HINT,
    Sentences,
    TagSource,
    block_of,
    last_start,
    sentence_wise,
    whole,
    whole_sentences,
)
from spanf1.wording import shortened

#: how many tokens are decoded at a time: few enough for the processor's cache
BLOCK_TOKENS = 1 << 16

Id = str | int | None
#: sentences of gold and of predicted tags that belong together
Pair = tuple[Sentences, Sentences]


class Sides(NamedTuple):
    """Two inputs whose sentences belong together, or one that has both sides.

    Attributes
    ----------
    gold, predicted : TagSource
        The inputs.
    keys : tuple of str
        What messages call the tags on each side, and the predicted tokens.
    id : str
        What they call the ids.
    records : str
        What they call the sentences.
    where : str
        How they go on where they tell the place on the other side.
    merged : bool
        Whether both sides are in the same sentences of one input.
    """

    gold: TagSource
    predicted: TagSource
    keys: tuple[str, str, str] = ("gold", "predicted", "tokens")
    id: str = "id"
    records: str = "sentences"
    where: str = " where"
    merged: bool = False

    def in_order(self, gold: TagSet, predicted: TagSet) -> Iterator[Pair]:
        """Yield the n-th sentence of one input with the n-th of the other.

        Raises
        ------
        AlignmentError
            If one has more than the other.
        """
        streams = _sentences(self.gold, gold), _sentences(self.predicted, predicted)
        rest = [next(stream, None) for stream in streams]
        ends = [part.lines if part else 0 for part in rest]
        while True:
            for side, stream in enumerate(streams):
                while (part := rest[side]) is not None and not len(part.lengths):
                    rest[side] = part = next(stream, None)
                    ends[side] = part.lines if part else ends[side]
            left, right = rest
            if left is None or right is None:
                break
            count = min(len(left.lengths), len(right.lengths))
            pairs = left.split(count), right.split(count)
            yield pairs[0][0], pairs[1][0]
            rest = [pair[1] for pair in pairs]
        for part, long, short, end in (
            (left, self.gold, self.predicted, ends[1]),
            (right, self.predicted, self.gold, ends[0]),
        ):
            if part is not None:
                there = long.source.where(int(part.places[0]))
                raise AlignmentError(
                    f"the {self.records} end here, {there} goes on",
                    where=short.source.where(end) if end else short.source.name,
                    hint="both files must have the same sentences",
                )

    def by_id(self, gold: TagSet, predicted: TagSet) -> Iterator[Pair]:
        """Yield the sentences of gold with the predicted ones that have the same ids.

        Raises
        ------
        AlignmentError
            If a sentence is on one side only.
        LayoutError
            If an id is there twice.
        """
        kept, numbers = self._kept(predicted)
        begins = np.cumsum(kept.lengths) - kept.lengths
        # the line of gold that has each of them, and behind the last, of those that are missing
        used = np.zeros(len(numbers) + 1, np.intp)
        for part in _sentences(self.gold, gold):
            ids, lines = part.ids or (), part.places
            rows = np.fromiter(map(numbers.get, ids, repeat(-1)), np.intp, len(ids))
            # Assigned from the last to the first, a sentence keeps the first that has its id.
            first = used[rows]
            used[rows[::-1]] = lines[::-1]
            first = np.where(first, first, used[rows])
            for wrong in np.flatnonzero((rows < 0) | (first != lines))[:1].tolist():
                key, line = ids[wrong], int(lines[wrong])
                if rows[wrong] < 0:
                    raise self._missing(key, line, self.gold, self.predicted)
                raise self._twice(key, line, int(first[wrong]), self.gold)
            yield part, kept.take(rows, begins)
        for number in np.flatnonzero(used[:-1] == 0)[:1].tolist():
            line = int(kept.places[number])
            raise self._missing([*numbers][number], line, self.predicted, self.gold)

    def _kept(self, tags: TagSet) -> tuple[Sentences, dict[Id, int]]:
        """Return all predicted sentences, and the number of each by its id."""
        numbers: dict[Id, int] = {}
        none, words = np.zeros(0, np.intp), None
        parts = [whole_sentences(np.zeros(0, np.int8), none, none, 0)]
        for part in _sentences(self.predicted, tags):
            ids = part.ids or ()
            parts.append(part._replace(ids=None, words=None))
            new = dict(zip(ids, range(len(numbers), len(numbers) + len(ids)), strict=True))
            if len(new) < len(ids) or not numbers.keys().isdisjoint(new):
                self._refuse_repeated(ids, numbers, parts)
            numbers.update(new)
            if part.words is not None:
                words = words or part.words.take(slice(0))
                words.keep(part.words)
        kept = whole_sentences(
            np.concatenate([part.codes for part in parts]),
            np.concatenate([part.lengths for part in parts]),
            np.concatenate([part.places for part in parts]),
            parts[-1].lines,
            words=words,
            coder=parts[-1].coder,
        )
        return kept, numbers

    def _refuse_repeated(
        self, ids: Sequence[Id], numbers: dict[Id, int], parts: Sequence[Sentences]
    ) -> None:
        """Raise an error for the first of the last part's ids that is there before."""
        places = np.concatenate([part.places for part in parts]).tolist()
        for number, key in enumerate(ids, len(numbers)):
            first = numbers.setdefault(key, number)
            if first < number:
                raise self._twice(key, places[number], places[first], self.predicted)

    def _missing(self, key: object, line: int, here: TagSource, there: TagSource) -> AlignmentError:
        message = f"{self.id} {shortened(key)} is not in {there.source.name}"
        return AlignmentError(message, where=here.source.where(line), hint=order_hint(self.records))

    def _twice(self, key: object, line: int, first: int, side: TagSource) -> LayoutError:
        where = side.source.where
        message = f"{self.id} {shortened(key)} a second time: {where(first)} has it, too"
        return LayoutError(message, where=where(line), hint=order_hint(self.records))

    def compare(self, gold: Sentences, predicted: Sentences) -> None:
        """Compare the tokens of sentences, if they are known, and how many tags these have.

        Raises
        ------
        AlignmentError
            If they are not the same.
        """
        if gold.words is not None and gold.words != predicted.words:
            self._compare_tokens(gold, predicted)
        for row in np.flatnonzero(gold.lengths != predicted.lengths)[:1].tolist():
            there, place = self._places(gold, predicted, row)
            there = f", {self.keys[0]}" if self.merged else f"{self.where} {there}"
            raise AlignmentError(
                f"{self.keys[1]} has {predicted.lengths[row]} tags{there} has {gold.lengths[row]}",
                where=place,
            )

    def _compare_tokens(self, gold: Sentences, predicted: Sentences) -> None:
        """Raise an error at the first token that is not the same."""
        if gold.words is None or predicted.words is None:
            return
        pairs = enumerate(zip(gold.words.lists(), predicted.words.lists(), strict=True))
        for row, (left, right) in pairs:
            if left == right:
                continue
            there, place = self._places(gold, predicted, row)
            message = f"{len(right)} tokens where {there} has {len(left)}"
            for number, (one, other) in enumerate(zip(left, right, strict=False)):
                if one != other:
                    name = f"{self.keys[2]}[{number}]"
                    message = f"{name} is {shortened(other)} where {there} has {shortened(one)}"
                    break
            raise AlignmentError(message, where=place, hint=POSITION_HINT)

    def _places(self, gold: Sentences, predicted: Sentences, row: int) -> tuple[str, str]:
        """Return the places of a sentence on both sides."""
        return (
            self.gold.source.where(int(gold.places[row])),
            self.predicted.source.where(int(predicted.places[row])),
        )


def _sentences(source: TagSource, tags: TagSet) -> Iterator[Sentences]:
    """Yield the sentences of an input, each whole, and with what is known of it."""
    parts = source.sentences(tags)
    for first in parts:
        parts = chain([first], parts)
        if first.size and not len(first.lengths):
            parts = map(sentence_wise, whole(parts, last_start))
        yield from parts


def order_hint(records: str) -> str:
    """Return the way out where the ids of records do not fit."""
    return f"--align-by-position takes the {records} of both files in order, whatever their ids"


def blocks(
    gold: Sentences, predicted: Sentences, mask: npt.NDArray[np.bool_] | None = None
) -> Iterator[Block]:
    """Yield two sides of the same tokens in blocks, without the tokens that do not count.

    These are those that gold ignores. As in `aligned`, tokens that are outside of every span on
    both sides are left out; here it is the numbers of tags that tell, and a code is looked up
    only for the tokens that stay.

    Parameters
    ----------
    gold, predicted : Sentences
        The sides; one block at least comes of them.
    mask : array of bool, optional
        Which tokens count, besides that.
    """
    # whether a sentence began of which no token counted so far
    begun = False
    for first in range(0, len(gold.codes) or 1, BLOCK_TOKENS):
        part = slice(first, first + BLOCK_TOKENS)
        low, high = np.searchsorted(gold.starts, (first, first + BLOCK_TOKENS))
        starts = gold.starts[low:high] - first
        there = _not_outside(gold, predicted, part)
        counted = _counted(gold, mask, part)
        if counted is not None:
            there = there[counted]
        if begun or counted is not None:
            starts, begun = _first_counted(starts, counted, len(there), begun=begun)
        there[:1] = there[-1:] = True
        tokens = np.flatnonzero(there)
        numbers = (tokens if counted is None else counted[tokens]) + first
        codes = _codes(gold, numbers), _codes(predicted, numbers)
        yield block_of(gold, predicted, codes, tokens, len(there), starts=starts, numbers=numbers)


def _counted(gold: Sentences, mask: npt.NDArray[np.bool_] | None, part: slice) -> IntArray | None:
    """Return which tokens of a part count; None if all do."""
    counts = None if mask is None else mask[part]
    if gold.coder and gold.coder.ignored is not None:
        kept: npt.NDArray[np.bool_] = gold.codes[part] != gold.coder.ignored
        counts = kept if counts is None else kept & counts
    return None if counts is None or counts.all() else np.flatnonzero(counts)


def _not_outside(gold: Sentences, predicted: Sentences, part: slice) -> npt.NDArray[np.bool_]:
    """Return which tokens are not, on both sides, what most are: outside of all spans."""
    outside = [side.coder.outside if side.coder else 0 for side in (gold, predicted)]
    if None in outside:
        return np.ones(len(gold.codes[part]), np.bool_)
    there: npt.NDArray[np.bool_] = gold.codes[part] != outside[0]
    there |= predicted.codes[part] != outside[1]
    return there


def _first_counted(
    starts: IntArray, numbers: IntArray | None, count: int, *, begun: bool
) -> tuple[IntArray, bool]:
    """Return the tokens that begin sentences among those that count, and whether one is left over.

    Parameters
    ----------
    starts : array of int
        The tokens of all that begin a sentence.
    numbers : array of int, optional
        Which of all are the tokens that count; by default all.
    count : int
        How many of these there are.
    begun : bool
        Whether a sentence that began before had none.
    """
    rows = np.concatenate((np.zeros(int(begun), np.intp), starts))
    bounds = np.append(rows if numbers is None else np.searchsorted(numbers, rows), count)
    # A sentence may begin with tokens that do not count, or have no others.
    return bounds[:-1][bounds[:-1] < bounds[1:]], bool(len(rows) and bounds[-2] == count)


def _codes(side: Sentences, tokens: IntArray) -> CodeArray:
    """Return the codes of some tokens."""
    return side.codes.take(tokens) if side.coder is None else side.coder.codes(side, tokens)
