"""Gold and predicted documents that belong together: of one input, or of two of any formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from typing import Any

import numpy as np

from spanf1.core.document_counter import DocumentCounter
from spanf1.core.documents import Document
from spanf1.core.tags import TagForm
from spanf1.core.tally import Tally
from spanf1.exceptions import AlignmentError, LayoutError, UsageError
from spanf1.formats.described import Input
from spanf1.formats.options import How, Labels
from spanf1.formats.registry import COLUMNS, Listed, Reading
from spanf1.formats.sniffing import of_keys, of_record
from spanf1.formats.source import STDIN
from spanf1.wording import shortened

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
            (self.gold.place, self.predicted.place),
            match=match,
            normalize=normalize,
            units=units,
            in_order=in_order,
            by_position=self._by_position,
        )
        for gold, predicted in self.pairs():
            counter.add(gold, predicted)
        tally = counter.finish(self.gold.tags, self.predicted.tags)
        spans = [shapes.total() for shapes in tally.shapes()]
        names = self.gold.source.name, self.predicted.source.name
        self.notes += [
            f"{count} of {of} spans of {name} say something else than the text of {other} there"
            for count, of, name, other in zip(
                counter.astray, spans, names, names[::-1], strict=True
            )
            if count
        ]
        return tally

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
        if self._merged:
            self._aligned = "line"
            yield from self._in_order(*self.gold.beside(self.predicted))
            self._check_keys()
            return
        sides = self.gold.documents(), self.predicted.documents()
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
        last: tuple[Document | None, Document | None] = (None, None)
        for left, right in zip_longest(gold, predicted):
            if left is None or right is None:
                long, short = (self.gold, self.predicted)[:: 1 if left else -1]
                end = last[1 if left else 0]
                raise AlignmentError(
                    f"there are no more documents, and {long.place(left or right)} goes on",
                    where=short.place(end) if end else short.source.name,
                    hint="both sides must have the same documents",
                )
            last = left, right
            yield left, right

    def _check_keys(self) -> None:
        """Raise an error if both sides of one input were the same."""
        sides = [
            {*(side.key.split(",") if side.format == COLUMNS else [side.key])} - {""}
            for side in (self.gold, self.predicted)
        ]
        both = sorted(sides[0] & sides[1])
        if both and not self.gold.how.alone:
            raise UsageError(
                f"gold and predicted spans cannot both be at {', '.join(map(shortened, both))}",
                where=self.gold.source.name,
            )

    def _by_id(self, gold: Iterator[Document], predicted: Iterator[Document]) -> Iterator[Pair]:
        kept: dict[str, Document] = {}
        for document in predicted:
            key = _id(document, self.predicted)
            first = kept.setdefault(key, document)
            if first is not document:
                raise _twice(self.predicted, document, first)
        used: dict[str, Document] = {}
        for document in gold:
            key = _id(document, self.gold)
            if key in used:
                raise _twice(self.gold, document, used[key])
            # Of what was used, only the place is needed.
            used[key] = document._replace(text=None, spans=(), tokens=None)
            found = kept.get(key)
            if found is None:
                raise _missing(document, self.gold, self.predicted)
            yield document, found
        for key, document in kept.items():
            if key not in used:
                raise _missing(document, self.predicted, self.gold)


def pairs_of(
    gold: Sequence[Any],
    predicted: Sequence[Any],
    labels: Labels | None = None,
    form: TagForm | None = None,
) -> DocumentPairs:
    """Return what reads records that are in no file, such as JSON has them.

    Tuples may stand for arrays, and numbers of NumPy for numbers.

    Raises
    ------
    UsageError
        If it cannot be told what the records of a side are.
    LayoutError
        If they are nested too deeply.
    """
    names = ("y_true", "y_pred")
    readings = []
    for name, side, given in zip(names, ("gold", "predicted"), (gold, predicted), strict=True):
        try:
            records = [_plain(one) for one in given]
        except RecursionError:
            raise LayoutError("records that are nested too deeply", where=name) from None
        tells = chain(
            (of_record(one, ()) for one in records), (of_keys(one, ()) for one in records)
        )
        kind = next(filter(None, tells), "" if records else "prodigy")
        if not kind:
            raise UsageError(
                f"{name}: no format is known that has such records",
                hint="one side has records of texts: then both are to have them, and none has tags",
            )
        how = How(side=side, labels=labels, form=form)
        readings.append(Reading(Listed("", label=name), kind, how, values=records))
    return DocumentPairs(*readings)


def _plain(value: Any) -> Any:
    """Return a value as JSON would have it, as far as it is of a kind that JSON has."""
    match value:
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case np.generic():
            return value.item()
    return value


def _id(document: Document, side: Reading) -> str:
    if document.id is None:
        where = side.where(document.line)
        raise LayoutError("there is no id, and others have one", where=where, hint=_ORDER_HINT)
    return str(document.id)


def _twice(side: Reading, document: Document, first: Document) -> LayoutError:
    return LayoutError(
        f"id {shortened(document.id)} a second time: {side.place(first)} has it, too",
        where=side.place(document),
        hint=_ORDER_HINT,
    )


def _missing(document: Document, here: Reading, there: Reading) -> AlignmentError:
    return AlignmentError(
        f"id {shortened(document.id)} is not in {there.source.name}",
        where=here.place(document),
        hint=_ORDER_HINT,
    )
