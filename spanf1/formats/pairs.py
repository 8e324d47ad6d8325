"""Gold and predicted documents that belong together: of one input, or of two of any formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Any

import numpy as np

from spanf1.core.document_counter import DocumentCounter
from spanf1.core.documents import Document
from spanf1.core.options import DEFAULTS, Options
from spanf1.core.tags import TagForm
from spanf1.core.tally import Tally
from spanf1.exceptions import AlignmentError, LayoutError, UsageError
from spanf1.formats.options import InputOptions, Labels, Origin
from spanf1.formats.records.sniffing import format_of_keys, format_of_records
from spanf1.formats.registry import COLUMNS, Input, Inputs, Listed
from spanf1.formats.source import STDIN
from spanf1.wording import shortened

_ORDER_HINT = "--align-by-position takes both in order, whatever their ids"

Pair = tuple[Document, Document]


class DocumentPairs:
    """Reads pairs of documents, and counts what they have in common.

    Parameters
    ----------
    inputs : Inputs
        The two sides. By position, documents are taken in order, and tokens too, where both sides
        have as many of them: they may differ. Else documents are joined by their ids, if both
        sides have some, and then the predicted side is kept in memory; or by order.

    Raises
    ------
    UsageError
        If both are standard input.
    """

    def __init__(self, inputs: Inputs) -> None:
        self.gold, self.predicted, self._by_position = inputs
        self._merged = self.gold.source == self.predicted.source
        if self._merged and self.gold.source.path == STDIN:
            raise UsageError(
                "both sides are read one after the other, and standard input only once",
                hint="write it to a file first",
            )
        self._aligned = "order"
        #: what else is to be said of what was read
        self.notes: list[str] = []

    def tally(
        self, options: Options = DEFAULTS, *, units: str = "", in_order: bool = False
    ) -> Tally:
        """Read everything and return the counts; parameters of `DocumentCounter`.

        Raises
        ------
        InputError, UsageError
            If an input cannot be read, or the two do not fit together.
        """
        counter = DocumentCounter(
            (self.gold.place, self.predicted.place),
            match=options.match,
            normalize=options.normalize,
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
                (side.astray for side in counter.sides), spans, names, names[::-1], strict=True
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
        asked = self.gold.options.id_key is not None
        if self._by_position or not (have_ids or asked):
            self._aligned = "position" if self._by_position else "order"
            yield from self._in_order(gold, predicted)
        else:
            self._aligned = "id"
            yield from self._by_id(gold, predicted)

    def origin(self) -> Origin:
        """Describe what was read; call it after the reading."""
        sides = [self.gold] if self._merged else [self.gold, self.predicted]
        remarks = tuple(
            f"{side.source.name}: {what} left out: {count}"
            for side in sides
            for what, count in side.remarks.items()
        )
        return Origin(
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
        if both and not self.gold.options.alone:
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
            other = kept.get(key)
            if other is None:
                raise _missing(document, self.gold, self.predicted)
            yield document, other
        for key, document in kept.items():
            if key not in used:
                raise _missing(document, self.predicted, self.gold)


def pairs_of(
    gold: Sequence[Any],
    predicted: Sequence[Any],
    labels: Labels | None = None,
    form: TagForm | None = None,
) -> DocumentPairs:
    """Return a reader of records that are in no file, such as JSON has them.

    Tuples may stand for arrays, and numbers of NumPy for numbers.

    Raises
    ------
    UsageError
        If it cannot be told what the records of a side are.
    LayoutError
        If they are nested too deeply.
    """
    gold_options = InputOptions(prefix="gold", labels=labels, form=form)
    predicted_options = replace(gold_options, side="predicted", prefix="pred")
    return DocumentPairs(
        Inputs(
            _listed("y_true", gold, gold_options), _listed("y_pred", predicted, predicted_options)
        )
    )


def _listed(name: str, values: Sequence[Any], options: InputOptions) -> Input:
    """Return the input of records that are in no file."""
    try:
        records = [_plain(one) for one in values]
    except RecursionError:
        raise LayoutError("records that are nested too deeply", where=name) from None
    known = format_of_records(records) or format_of_keys(records)
    if records and not known:
        raise UsageError(
            f"{name}: no format is known that has such records",
            hint="one side has records of texts: then both are to have them, and none has tags",
        )
    return Input(Listed("", label=name), known or "prodigy", options, values=records)


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


def _id(document: Document, side: Input) -> str:
    if document.id is None:
        where = side.where(document.line)
        raise LayoutError("there is no id, and others have one", where=where, hint=_ORDER_HINT)
    return str(document.id)


def _twice(side: Input, document: Document, first: Document) -> LayoutError:
    return LayoutError(
        f"id {shortened(document.id)} a second time: {side.place(first)} has it, too",
        where=side.place(document),
        hint=_ORDER_HINT,
    )


def _missing(document: Document, here: Input, there: Input) -> AlignmentError:
    return AlignmentError(
        f"id {shortened(document.id)} is not in {there.source.name}",
        where=here.place(document),
        hint=_ORDER_HINT,
    )
