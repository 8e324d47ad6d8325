"""Blocks of tags in, a tally out: decode, match, count, sum; in one process or in several.

This module is handed its reader and knows no format. It is the one place that runs anything
in parallel, on an executor it is handed too.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import eq
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from spanf1.core.fingerprint import TypeNumbers, number_of, summed, type_number
from spanf1.core.matching import SpanCounter
from spanf1.core.schemes import PREFIX_BITS, PREFIX_MASK
from spanf1.core.spans import OPENS, SHAPES, Decoder, SpanBatch, Spans, walk
from spanf1.core.tags import (
    MAX_TYPES,
    TOO_MANY_TYPES,
    UNTYPED,
    Block,
    CodeArray,
    IntArray,
    Spelling,
    TagSet,
    TagSets,
    tag_sets,
)
from spanf1.core.tally import SideTally, Tally
from spanf1.core.typemap import Retyper, TypeMap
from spanf1.core.units import ABSENT, SpanKey
from spanf1.exceptions import TagError

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from spanf1.core.credits import Crediting
    from spanf1.core.kept import KeptSpans
    from spanf1.core.script import ScriptCounter

#: how many parts are handed out before the first is waited for: what is handed out takes memory
PARTS_AHEAD = 32

# before any place, even of the blocks before
_NOWHERE = -1 << 62


class Reader(Protocol):
    """Something that reads gold and predicted tags in blocks, and can be sent to a worker."""

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterable[Block]:
        """Yield the blocks in order, numbering the tags in the two sets."""
        ...


PartT = TypeVar("PartT")


def tally(
    reader: Reader,
    *,
    spellings: Sequence[Spelling] = (),
    script: bool = False,
    units: str = "",
    in_order: bool = False,
    type_map: TypeMap | None = None,
    crediting: Crediting | None = None,
    kept: KeptSpans | None = None,
) -> Tally:
    """Read everything and return what it comes to.

    Parameters
    ----------
    reader : Reader
        Where the tags come from.
    spellings : sequence of Spelling
        What is said of how the tags of the sides are written; by default it is found out, on each
        side by itself.
    script : bool
        Whether to count as the conlleval script does, too.
    units : str
        ``sentence`` or ``document`` to keep what each of them has, too; with ``auto`` documents,
        if there are two or more.
    in_order : bool
        Whether these are to stay in order; else memory does not grow with their number.
    type_map : TypeMap, optional
        What types are called.
    crediting : Crediting, optional
        How spans are credited, if not for an exact match alone.
    kept : KeptSpans, optional
        Keeps the spans.
    """
    return tally_into(
        tag_sets(*spellings),
        reader,
        script=script,
        units=units,
        in_order=in_order,
        type_map=type_map,
        crediting=crediting,
        kept=kept,
    )


def tally_into(
    tags: TagSets,
    reader: Reader,
    *,
    script: bool = False,
    units: str = "",
    in_order: bool = False,
    type_map: TypeMap | None = None,
    crediting: Crediting | None = None,
    kept: KeptSpans | None = None,
) -> Tally:
    """Return what `tally` does; the tags of gold and predictions are numbered in two sets."""
    counter = BlockCounter(
        tags[0].types,
        script=script,
        units=units,
        in_order=in_order,
        type_map=type_map,
        crediting=crediting,
        kept=kept,
    )
    for block in reader.blocks(*tags):
        counter.add(block)
    return counter.finish(*tags)


def tally_few(
    tags: TagSets,
    gold: Sequence[int],
    predicted: Sequence[int],
    starts: Collection[int],
) -> Tally:
    """Return what `tally` does, of so few tokens that arrays would take longer.

    Parameters
    ----------
    tags : TagSets
        The sets in which the tags of gold and predictions are numbered.
    gold, predicted : sequence of int
        The codes of the tags.
    starts : collection of int
        The tokens that begin a sentence.
    """
    names = ["", *tags[0].types]
    gold_spans, predicted_spans = walk(gold, starts), walk(predicted, starts)
    keys = [
        SpanKey(names[span[2]], shape, predicted_spans.get(span, ABSENT))
        for span, shape in gold_spans.items()
    ]
    keys += [
        SpanKey(names[span[2]], ABSENT, shape)
        for span, shape in predicted_spans.items()
        if span not in gold_spans
    ]
    # tokens at which one side alone begins a span, or that have types that differ
    other_labels = {span[0] for span in gold_spans} ^ {span[0] for span in predicted_spans}
    for token, (code, other) in enumerate(zip(gold, predicted, strict=True)):
        if (code ^ other) > PREFIX_MASK:
            other_labels.add(token)
    gold_side, predicted_side = (
        # The first span of a shape is the last that is written.
        SideTally(
            first={shape: start + 1 for (start, _, _), shape in reversed(spans.items())},
            lines=len(gold),
        ).take(tag_set)
        for spans, tag_set in ((gold_spans, tags[0]), (predicted_spans, tags[1]))
    )
    number = sum(
        number_of(type_number(names[kind]), end - start, end) for start, end, kind in gold_spans
    )
    return Tally(
        Counter(keys),
        gold_side,
        predicted_side,
        tokens=len(gold),
        tags_equal=sum(map(eq, gold, predicted)),
        labels_equal=len(gold) - len(other_labels),
        sentences=len(starts),
        gold_number=number & (1 << 64) - 1,
    )


def tally_parts(
    parts: Iterable[PartT],
    executor: Executor,
    count: Callable[[PartT], Tally],
    *,
    done: Callable[[PartT], object] | None = None,
) -> Tally:
    """Count the parts of one input, each in a task of its own, and return the sum, in order.

    Parameters
    ----------
    parts : iterable
        What is read in each task. They are sent there, some ahead of those that are counted.
    executor : concurrent.futures.Executor
        Runs the tasks.
    count : callable
        Returns the tally of a part, such as `tally`. It is sent to the tasks, too.
    done : callable, optional
        Called with each part that has been read, as it is then.

    Raises
    ------
    InputError
        What is wrong with a part, or with all of them. The line is counted from the part's.
    """
    total: Tally | None = None
    to_do = iter(parts)

    def submit(more: int) -> Iterator[Future[tuple[PartT, Tally]]]:
        return (executor.submit(_counted, count, part) for part in islice(to_do, more))

    waiting: deque[Future[tuple[PartT, Tally]]] = deque()
    try:
        waiting.extend(submit(PARTS_AHEAD))
        while waiting:
            part, counted = waiting.popleft().result()
            total = counted if total is None else total + counted
            if done:
                done(part)
            waiting.extend(submit(1))
    finally:
        for task in waiting:
            task.cancel()
    total = total or Tally()
    if len({span.type for span in total.spans}) > MAX_TYPES:
        raise TagError(TOO_MANY_TYPES)
    total.check_forms()
    return total


def _counted(count: Callable[[PartT], Tally], part: PartT) -> tuple[PartT, Tally]:
    """Return a part that is read here, and its tally."""
    tally = count(part)
    return part, tally


def script_codes(codes: CodeArray, types: Mapping[str, int]) -> CodeArray:
    """Return codes as the conlleval script takes them: no type, and the type 0, are type 0."""
    for name in (UNTYPED, "0"):
        number = types.get(name)
        if number is not None:
            untyped = codes >> PREFIX_BITS == number
            codes = np.where(untyped, codes & PREFIX_MASK, codes)
    return codes


class SideDecoder:
    """One side's decoder, and the line on which each shape of span was first seen."""

    def __init__(self) -> None:
        self.decoder = Decoder()
        #: lines of the input up to the end of what was fed
        self.lines = 0
        self._first = np.zeros(SHAPES, np.intp)
        # where the span that is open begins
        self._open_line = 0

    def feed(
        self, codes: CodeArray, starts: IntArray, line_of: Callable[[int], int]
    ) -> tuple[Spans, npt.NDArray[np.uint8]]:
        """Decode codes, and note on which line a shape occurs that has not occurred before."""
        base = self.decoder.position
        spans, action = self.decoder.feed(codes, starts)
        if not self._first.take(spans.shape).all():
            # Assigned from the last to the first, each shape keeps the place of its first span.
            place = np.zeros(SHAPES, np.intp)
            place[spans.shape[::-1]] = np.arange(len(spans.shape))[::-1]
            for shape in set(spans.shape[self._first[spans.shape] == 0].tolist()):
                token = int(spans.start[place[shape]]) - base
                self._first[shape] = line_of(token) if token >= 0 else self._open_line
        if self.decoder.open_start >= base:
            self._open_line = line_of(self.decoder.open_start - base)
        return spans, action

    def finish(self) -> Spans:
        """Return the span that the end of the input closes, if there is one."""
        return self.feed(np.zeros(1, np.int32), np.zeros(1, np.intp), lambda _: 0)[0]

    def tally(self, tags: TagSet) -> SideTally:
        """Return what is known of the side; the tag set says what the codes meant."""
        first = {int(shape): int(self._first[shape]) for shape in np.flatnonzero(self._first)}
        return SideTally(first=first, lines=self.lines).take(tags)


class BlockCounter:
    """Adds up blocks that arrive in order.

    Parameters
    ----------
    types : dict of str to int
        The numbers of the types in the codes, which may grow with every block.
    script : bool
        Whether to count as the conlleval script does, too.
    units, in_order, type_map, crediting, kept
        As for `tally`.
    """

    def __init__(
        self,
        types: dict[str, int],
        *,
        script: bool = False,
        units: str = "",
        in_order: bool = False,
        type_map: TypeMap | None = None,
        crediting: Crediting | None = None,
        kept: KeptSpans | None = None,
    ) -> None:
        self._types = types
        self._type_map = type_map
        self._retyper = Retyper(types, type_map) if type_map else None
        self._type_numbers = TypeNumbers(types)
        self._gold, self._predicted = SideDecoder(), SideDecoder()
        self._tally = Tally()
        self._counter = SpanCounter(
            self._tally, types, units=units, in_order=in_order, crediting=crediting, kept=kept
        )
        self._script: ScriptCounter | None = None
        if script:
            from spanf1.core.script import ScriptCounter

            self._script = ScriptCounter()

    def add(self, block: Block) -> None:
        """Decode, match and count one block."""
        gold, gold_action = self._gold.feed(block.gold, block.starts, block.gold_line)
        predicted, predicted_action = self._predicted.feed(
            block.predicted, block.starts, block.predicted_line
        )
        self._counter.add(self._batch(gold, predicted, block))
        sums = self._tally
        sums.tokens += block.tokens
        codes = block.gold, block.predicted
        if self._retyper:
            codes = self._retyper.codes(block.gold), self._retyper.codes(block.predicted)
        differ = codes[0] ^ codes[1]
        sums.tags_equal += block.tokens - int(np.count_nonzero(differ))
        # Every tag but O stands in a span: two tokens have the same label if their types are the
        # same and both or neither begin a span.
        differ >>= PREFIX_BITS
        differ |= (gold_action ^ predicted_action) & OPENS
        sums.labels_equal += block.tokens - int(np.count_nonzero(differ))
        sums.sentences += len(block.sentence_starts)
        sums.documents += block.documents
        if any(block.gaps):
            sums.gaps = sums.gaps.plus(block.gaps)
        self._gold.lines, self._predicted.lines = block.gold_lines, block.predicted_lines
        if self._script:
            gold_codes, predicted_codes = (script_codes(side, self._types) for side in codes)
            self._script.add(gold_codes, predicted_codes, block.starts)

    def finish(self, gold_tags: TagSet, predicted_tags: TagSet) -> Tally:
        """Return the sum; the tag sets say what the codes in the blocks meant."""
        last = self._batch(self._gold.finish(), self._predicted.finish(), None)
        self._counter.add(last)
        self._counter.finish([*self._types])
        sums = self._tally
        sums.gold = self._gold.tally(gold_tags)
        sums.predicted = self._predicted.tally(predicted_tags)
        if self._script:
            sums.script = self._script.finish([UNTYPED, *self._types])
            for name in self._type_map.ignored if self._type_map else ():
                sums.script.pop(name, None)
        return sums

    def _batch(self, gold: Spans, predicted: Spans, block: Block | None) -> SpanBatch:
        """Return the spans that a block has closed, at tokens counted from its first.

        Equal spans end at the same token, so both are among the spans of one block. (There is
        none behind the last.)
        """
        gold, predicted = self._placed(gold, block), self._placed(predicted, block)
        if self._retyper:
            gold, predicted = self._retyper.spans(gold), self._retyper.spans(predicted)
        number = 0
        if len(gold.end):
            kinds = self._type_numbers.take(gold.type)
            number = summed(kinds, gold.end - gold.start, gold.end)
        # The sentence that began last may go on in the next block.
        settled = _NOWHERE if block else 0
        if block is not None and len(block.sentence_starts):
            settled = int(block.sentence_starts[-1])
        size = block.tokens if block else 0
        batch = SpanBatch(gold, predicted, size, number, flat=True, settled=settled)
        if not self._counter.units:
            return batch
        starts = self._unit_starts(block)
        units = (
            np.searchsorted(starts, gold.end - 1, side="right") - 1,
            np.searchsorted(starts, predicted.end - 1, side="right") - 1,
        )
        return batch._replace(units=units, begun=len(starts))

    def _placed(self, spans: Spans, block: Block | None) -> Spans:
        """Return decoded spans at tokens counted from the block's first, those left out too.

        A span that the block's first token closes ends before it.
        """
        if block is None:
            end = np.zeros(len(spans.end), np.intp)
        else:
            last = spans.end - (self._gold.decoder.position - len(block.gold) + 1)
            end = block.numbers.take(last, mode="wrap") + 1
            if len(last) and last[0] < 0:
                end[0] = 0
        return spans._replace(start=end - (spans.end - spans.start), end=end)

    def _unit_starts(self, block: Block | None) -> IntArray:
        """Return the tokens of a block with which a unit begins."""
        if block is None:
            return np.zeros(0, np.intp)
        starts = block.document_starts
        # What stands before the first mark is a document, too.
        if not self._tally.tokens and block.tokens and 0 not in starts[:1]:
            starts = np.concatenate((np.zeros(1, np.intp), starts))
        return starts if self._counter.by_document(len(starts)) else block.sentence_starts
