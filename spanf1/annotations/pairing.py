"""Gold and predicted documents that belong together: of one input, or of two of any formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, zip_longest
from typing import Any

from spanf1.annotations.formats import FORMATS, How, Labels, Reading
from spanf1.annotations.kinds import of_keys, of_record
from spanf1.counts import Tally
from spanf1.documents import Document
from spanf1.errors import AlignmentError, LayoutError, UsageError
from spanf1.formats.streams import STDIN, Source
from spanf1.matching import DocumentCounter
from spanf1.result import Input
from spanf1.tags import shortened

_ORDER_HINT = "--align-by-position takes both in order, whatever their ids"

Pair = tuple[Document, Document]


class DocumentPairs:
    """Reads pairs of documents, and counts what they have in common.

    Parameters
    ----------
    gold, predicted : Reading
        The two sides; of one source if it holds both.
    by_position : bool
        Take documents in order, and tokens too, where both sides have as many of them: they may
        differ. Else documents are joined by their ids, if both sides have some, and then the
        predicted side is kept in memory; or by order.

    Raises
    ------
    UsageError
        If both are standard input.
    """

    def __init__(self, gold: Reading, predicted: Reading, *, by_position: bool = False) -> None:
        self.gold, self.predicted = gold, predicted
        self._by_position = by_position
        self._merged = gold.source == predicted.source
        if self._merged and gold.source.path == STDIN:
            raise UsageError(
                "both sides are read one after the other, and standard input only once",
                hint="write it to a file first",
            )
        self._aligned = "order"
        #: what else is to be said of what was read
        self.notes: list[str] = []

    def tally(
        self,
        *,
        match: str = "exact",
        normalize: Sequence[str] = (),
        units: str = "",
        in_order: bool = False,
    ) -> Tally:
        """Read everything and return what it comes to; parameters of `DocumentCounter`.

        Raises
        ------
        InputError, UsageError
            If an input cannot be read, or the two do not fit together.
        """
        counter = DocumentCounter(
            (self.gold.where, self.predicted.where),
            match=match,
            normalize=normalize,
            units=units,
            in_order=in_order,
            by_position=self._by_position,
        )
        for gold, predicted in self.pairs():
            counter.add(gold, predicted)
        return counter.finish(self.gold.tags, self.predicted.tags)

    def pairs(self) -> Iterator[Pair]:
        """Yield the documents that belong together, in the order of gold.

        Raises
        ------
        AlignmentError
            If a document of one side is not in the other.
        LayoutError
            If an id is there twice.
        InputError, UsageError
            If an input cannot be read.
        """
        sides = self.gold.documents(), self.predicted.documents()
        if self._merged:
            self._aligned = "line"
            yield from self._in_order(*sides)
            return
        heads = [next(side, None) for side in sides]
        gold, predicted = (
            chain([head] if head else [], side) for head, side in zip(heads, sides, strict=True)
        )
        have_ids = all(head is not None and head.id is not None for head in heads)
        asked = self.gold.how.id_key is not None
        if self._by_position or not (have_ids or asked):
            self._aligned = "position" if self._by_position else "order"
            yield from self._in_order(gold, predicted)
        else:
            self._aligned = "id"
            yield from self._by_id(gold, predicted)

    def input(self) -> Input:
        """Describe what was read; call it after the reading."""
        sides = [self.gold] if self._merged else [self.gold, self.predicted]
        remarks = tuple(
            f"{side.source.name}: {what} left out: {count}"
            for side in sides
            for what, count in side.remarks.items()
        )
        return Input(
            tuple(side.source.name for side in sides),
            tuple(side.format for side in sides),
            (0,) * len(sides),
            0,
            0,
            0,
            self._aligned,
            (self.gold.key, self.predicted.key, "", ""),
            (*self.notes, *remarks),
        )

    def _in_order(self, gold: Iterator[Document], predicted: Iterator[Document]) -> Iterator[Pair]:
        last: list[int] = [0, 0]
        for left, right in zip_longest(gold, predicted):
            if left is None or right is None:
                long, short = (self.gold, self.predicted)[:: 1 if left else -1]
                line = (left or right).line
                raise AlignmentError(
                    f"there are no more documents, and {long.where(line)} goes on",
                    where=short.where(last[0 if right else 1]),
                    hint="both sides must have the same documents",
                )
            last = [left.line, right.line]
            yield left, right

    def _by_id(self, gold: Iterator[Document], predicted: Iterator[Document]) -> Iterator[Pair]:
        kept: dict[str, Document] = {}
        for document in predicted:
            key = _id(document, self.predicted.where)
            first = kept.setdefault(key, document)
            if first is not document:
                raise _twice(self.predicted, document, first.line)
        used: dict[str, int] = {}
        for document in gold:
            key = _id(document, self.gold.where)
            if key in used:
                raise _twice(self.gold, document, used[key])
            used[key] = document.line
            found = kept.get(key)
            if found is None:
                raise _missing(document, self.gold, self.predicted)
            yield document, found
        for key, document in kept.items():
            if key not in used:
                raise _missing(document, self.predicted, self.gold)


def pairs_of(gold: Sequence[Any], predicted: Sequence[Any], labels: Labels | None) -> DocumentPairs:
    """Return what reads records that are in no file, such as JSON has them.

    Raises
    ------
    UsageError
        If it cannot be told what the records of a side are.
    """
    names = ("y_true", "y_pred")
    readings = []
    for name, side, records in zip(names, ("gold", "predicted"), (gold, predicted), strict=True):
        tells = chain(
            (of_record(one, ()) for one in records), (of_keys(one, ()) for one in records)
        )
        kind = next(filter(None, tells), "" if records else "prodigy")
        if not kind:
            known = ", ".join(FORMATS)
            raise UsageError(f"{name}: no format is known that has such records", hint=known)
        how = How(side=side, labels=labels)
        readings.append(Reading(Source("", label=name), kind, how, values=records))
    return DocumentPairs(*readings)


def _id(document: Document, where: Callable[[int], str]) -> str:
    if document.id is None:
        raise LayoutError("there is no id, and others have one", where=where(document.line))
    return str(document.id)


def _twice(side: Reading, document: Document, first: int) -> LayoutError:
    return LayoutError(
        f"id {shortened(document.id)} a second time: {side.where(first)} has it, too",
        where=side.where(document.line),
        hint=_ORDER_HINT,
    )


def _missing(document: Document, here: Reading, there: Reading) -> AlignmentError:
    return AlignmentError(
        f"id {shortened(document.id)} is not in {there.source.name}",
        where=here.where(document.line),
        hint=_ORDER_HINT,
    )
