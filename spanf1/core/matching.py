"""Spans of both sides in batches: matched, and counted by what they have in common.

Tags reach a batch by decoding, texts with spans directly. Spans match as multisets: one that is
there twice is right twice only if the other side has it twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spanf1.core.fingerprint import added
from spanf1.core.options import AUTO
from spanf1.core.spans import SHAPES, SpanBatch, Spans, first_of_each
from spanf1.core.tags import IntArray
from spanf1.core.tally import PLACES, Tally
from spanf1.core.units import ABSENT, Collector, Key, SpanKey
from spanf1.exceptions import UsageError

if TYPE_CHECKING:
    from spanf1.core.crediting import Creditor
    from spanf1.core.credits import Crediting
    from spanf1.core.kept import KeptSpans

# A span's key, packed: its type, then for each side its shape with a bit that says it is there.
_PRESENT = SHAPES
_SIDE_BITS = SHAPES.bit_length()
_SIDE = (1 << _SIDE_BITS) - 1

# Numbers are made small again where a product of two would need more bits.
_BITS = 62

#: indices of the spans that are the same on both sides, pair by pair
Pairs = tuple[IntArray, IntArray]


class SpanCounter:
    """Matches the spans of batches that arrive in order, and counts them.

    Parameters
    ----------
    tally : Tally
        What they are added to.
    types : mapping of str to int
        The numbers of the types, from 1, which may grow; needed where spans are credited.
    units, in_order, crediting, kept
        As for `spanf1.core.tag_counter.tally`.

    Attributes
    ----------
    tally : Tally
        What they were added to.
    documents : int
        How many documents have begun, if there are units; what stands before the first mark is
        one.
    """

    #: how many packed keys wait before the distinct ones are counted; eight bytes each
    CAPACITY = 1 << 18

    def __init__(
        self,
        tally: Tally,
        types: Mapping[str, int] = MappingProxyType({}),
        *,
        units: str = "",
        in_order: bool = False,
        crediting: Crediting | None = None,
        kept: KeptSpans | None = None,
    ) -> None:
        # the units are documents as soon as a second one begins
        self._undecided = units == AUTO
        self.units: Collector | None = None
        if units:
            self.units = Collector("sentence" if self._undecided else units, in_order=in_order)
        self.documents = 0
        self.tally = tally
        self._kept = kept
        self._creditor: Creditor | None = None
        if crediting:
            from spanf1.core.crediting import Creditor

            self._creditor = Creditor(crediting, types)
            tally.match, tally.unit = crediting.name, crediting.rules[0].unit
            tally.schemes = crediting.schemes
        self._extent = 0
        self._waiting: list[npt.NDArray[np.int64]] = []
        self._size = 0
        self._keys: Counter[int] = Counter()

    def add(self, batch: SpanBatch) -> Pairs:
        """Match and count the spans of a batch; return those that are the same on both sides."""
        pairs = match_spans(batch.gold, batch.predicted) if batch.flat else match_multisets(batch)
        self._count(batch, *pairs)
        if self._kept is not None:
            self._kept.add(batch)
        if self._creditor:
            if batch.size:
                _check_units(self.tally.match, self.tally.placed_by)
            begun = self.units.begun if self.units else 0
            rows = self._creditor.add(batch, self._extent, begun)
            if self.units:
                self.units.begun += batch.begun
                for unit, key in rows:
                    self.units.add(unit, key)
        tally = self.tally
        tally.gold_number = added(tally.gold_number, self._extent, batch.number)
        self._extent += batch.size
        return pairs

    def by_document(self, begun: int) -> bool:
        """Return whether units are documents, of which so many begin in the next batch."""
        self.documents += begun
        if self._undecided and self.units and self.documents > 1:
            self.units, self._undecided = self.units.as_document(), False
            if self._creditor:
                self._creditor.in_one_unit()
        return bool(self.units and self.units.kind == "document")

    def finish(self, types: Sequence[str]) -> None:
        """Put the sum into the tally; the types, numbered from 1, say what the numbers meant."""
        self._compact()
        names = ["", *types]
        if self._kept is not None:
            self._kept.names = names
        keys: dict[int, Key] = {}
        for packed, count in self._keys.items():
            keys[packed] = key = _unpacked(packed, names)
            self.tally.spans[key] = count
        if self._creditor:
            keys = {}
            for number, (earned, count) in enumerate(self._creditor.finish(names)):
                keys[number] = earned
                self.tally.earned[earned] += count
        if self.units:
            self.tally.units = self.units.finish(keys)

    def _count(self, batch: SpanBatch, gold_match: IntArray, predicted_match: IntArray) -> None:
        """Keep a key for every span."""
        gold, predicted, units = batch.gold, batch.predicted, self.units
        gold_side = (gold.shape.astype(np.int64) | _PRESENT) << _SIDE_BITS
        predicted_side = predicted.shape.astype(np.int64) | _PRESENT
        gold_side[gold_match] |= predicted_side[predicted_match]
        gold_side |= gold.type.astype(np.int64) << 2 * _SIDE_BITS
        predicted_side |= predicted.type.astype(np.int64) << 2 * _SIDE_BITS
        alone = np.ones(len(predicted_side), np.bool_)
        alone[predicted_match] = False
        predicted_side = predicted_side[alone]
        self._waiting += gold_side, predicted_side
        self._size += len(gold_side) + len(predicted_side)
        if self._size > self.CAPACITY:
            self._compact()
        if units and batch.units and not self._creditor:
            unit = np.concatenate((batch.units[0], batch.units[1][alone])) + units.begun
            units.begun += batch.begun
            units.add(unit, np.concatenate((gold_side, predicted_side)))

    def _compact(self) -> None:
        """Count the distinct keys among those that wait."""
        if self._waiting:
            keys = np.sort(np.concatenate(self._waiting))
            first = first_of_each(keys)
            counts = np.diff(first, append=len(keys))
            self._keys.update(dict(zip(keys[first].tolist(), counts.tolist(), strict=True)))
        self._waiting, self._size = [], 0


def _check_units(match: str, placed_by: str) -> None:
    """Raise an error if a match counts tokens or characters, and spans are placed by others."""
    if match in PLACES and match != placed_by:
        raise UsageError(
            f"match {match} counts {match}s, and here spans are at {placed_by}s",
            hint=f"--match {placed_by} counts these",
        )


def _unpacked(key: int, names: Sequence[str]) -> SpanKey:
    gold, predicted = key >> _SIDE_BITS & _SIDE, key & _SIDE
    return SpanKey(
        names[key >> 2 * _SIDE_BITS],
        gold & ~_PRESENT if gold else ABSENT,
        predicted & ~_PRESENT if predicted else ABSENT,
    )


def match_spans(gold: Spans, predicted: Spans) -> Pairs:
    """Return the indices of the spans that are the same on both sides, pair by pair.

    Both sides are in order of end, and no two spans of one side end at the same token.
    """
    if not len(gold.start) or not len(predicted.start):
        none = np.zeros(0, np.intp)
        return none, none
    # The predicted span, if any, that ends at each token from the first end on.
    first = min(int(gold.end[0]), int(predicted.end[0]))
    last = max(int(gold.end[-1]), int(predicted.end[-1]))
    ending = np.zeros(last - first + 1, np.intp)
    ending[predicted.end - first] = np.arange(len(predicted.end))
    candidate = ending.take(gold.end - first)
    same = predicted.end.take(candidate) == gold.end
    same &= predicted.start.take(candidate) == gold.start
    same &= predicted.type.take(candidate) == gold.type
    index = np.flatnonzero(same)
    return index, candidate.take(index)


def match_multisets(batch: SpanBatch) -> Pairs:
    """Return the indices of the spans that are the same on both sides, whatever their order.

    Of several spans that are the same, those of one shape are put together first, and then the
    others in the order of their shapes.
    """
    sides = batch.gold, batch.predicted
    columns = [
        np.concatenate([side.start for side in sides]),
        np.concatenate([side.end - side.start for side in sides]),
        np.concatenate([side.type for side in sides]),
        *([np.concatenate(batch.details)] if batch.details else []),
    ]
    count = len(batch.gold.start)
    key = _packed(columns)
    shape = np.concatenate([side.shape for side in sides])
    if not len(shape) or (shape == shape[0]).all():
        return _equal(key[:count], key[count:])
    alike = _packed([key, shape.astype(np.int64)])
    pairs = _equal(alike[:count], alike[count:])
    rest = []
    for side, matched in zip(sides, pairs, strict=True):
        left = np.ones(len(side.shape), np.bool_)
        left[matched] = False
        by_shape = np.argsort(side.shape, kind="stable")
        rest.append(by_shape[left[by_shape]])
    more = _equal(key[rest[0]], key[count + rest[1]])
    gold, predicted = (
        np.concatenate((first, side[second]))
        for first, side, second in zip(pairs, rest, more, strict=True)
    )
    return gold, predicted


def _packed(columns: Sequence[IntArray]) -> npt.NDArray[np.int64]:
    """Return one number for each row: the same where all columns are the same."""
    number, *others = (column.astype(np.int64) for column in columns)
    for other in others:
        bits = [int(part.max(initial=0)).bit_length() for part in (number, other)]
        if sum(bits) > _BITS:
            fewer = (np.unique(part, return_inverse=True)[1] for part in (number, other))
            number, other = (part.astype(np.int64, copy=False) for part in fewer)  # noqa: PLW2901 - the same, in fewer bits
        number = number * (int(other.max(initial=0)) + 1) + other
    return number


def _equal(left: IntArray, right: IntArray) -> Pairs:
    """Return the indices of equal numbers on both sides, each once, the first ones together."""
    orders = np.argsort(left, kind="stable"), np.argsort(right, kind="stable")
    ordered, others = left[orders[0]], right[orders[1]]
    place = np.searchsorted(others, ordered)
    place += np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
    there = np.flatnonzero(place < len(others))
    there = there[others[place[there]] == ordered[there]]
    return orders[0][there], orders[1][place[there]]
