"""Gold and predicted documents that belong together: of one input, or of two of any formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

import numpy as np

from spanf1.core.documents import Document, DocumentBatch
from spanf1.core.options import BY_TEXT, DEFAULTS, Options
from spanf1.core.placing import TextCounter
from spanf1.core.tally import Tally
from spanf1.exceptions import AlignmentError, InputError, LayoutError, UsageError
from spanf1.formats.options import InputOptions, Origin
from spanf1.formats.records.sniffing import format_of_keys, format_of_records
from spanf1.formats.records.values import has_objects_as_lines
from spanf1.formats.registry import COLUMNS, Input, Inputs, Listed, noted
from spanf1.formats.source import STDIN, Source
from spanf1.wording import shortened

if TYPE_CHECKING:
    from spanf1.core.kept import KeptSpans

_ORDER_HINT = "--align-by-position takes both in order, whatever their ids"

# What is read otherwise than it stands there.
_TURNED = "entities taken to have their types first, which are gold's"

_NO_OPTIONS = InputOptions()
# Stands for the row of a document that the other side rejected; what is left out then.
_REJECTED = -1
_OTHER_REJECTED = "documents that the other side rejects"

#: documents of gold, and as many predicted ones
Batches = tuple[DocumentBatch, DocumentBatch]


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
        self.inputs = inputs
        self.gold, self.predicted, self._by_position, _ = inputs
        self._merged = self.gold.source == self.predicted.source
        if self._merged and self.gold.source.path == STDIN:
            raise UsageError(
                "both sides are read one after the other, and standard input only once",
                hint="write it to a file first",
            )
        # how documents are joined, once that is known
        self._aligned = ""
        # whether predictions have their types before what they say, once that is known
        self._turned: bool | None = None
        #: what else is to be said of what was read
        self.notes: list[str] = []

    def tally(
        self,
        options: Options = DEFAULTS,
        *,
        units: str = "",
        in_order: bool = False,
        kept: KeptSpans | None = None,
    ) -> Tally:
        """Read everything and return the counts; parameters of `TextCounter`.

        Raises
        ------
        InputError, UsageError
            If an input cannot be read, or the two do not fit together.
        """
        by_text = options.match in BY_TEXT
        if by_text:
            self.inputs = self.inputs.with_options(by_text=True)
            self.gold, self.predicted, *_ = self.inputs
        counter = TextCounter(
            (self.gold.place, self.predicted.place),
            options,
            units=units,
            in_order=in_order,
            by_position=self._by_position,
            kept=kept,
        )
        for gold, predicted in self.batches():
            if by_text:
                predicted = self._types_last(gold, predicted, options)  # noqa: PLW2901
            counter.add(gold, predicted)
        tally = counter.finish(self.gold.tags, self.predicted.tags)
        for input, side in zip((self.gold, self.predicted), tally.sides, strict=True):
            # The sum of parts is to have the lines of the whole.
            side.lines = input.source.part_lines()
        spans = [shapes.total() for shapes in tally.shapes()]
        names = self.gold.source.name, self.predicted.source.name
        if counter.unannotated:
            of = spans[1] + counter.unannotated
            self.notes.append(
                f"{counter.unannotated} of {of} spans of {names[1]} do not count, because "
                f"{names[0]} is not annotated there (as in spaCy)"
            )
        self.notes += [
            f"{count} of {of} spans of {name} say something else than the text of {other} there"
            for count, of, name, other in zip(
                counter.astray, spans, names, names[::-1], strict=True
            )
            if count
        ]
        return tally

    def _types_last(
        self, gold: DocumentBatch, predicted: DocumentBatch, options: Options
    ) -> DocumentBatch:
        """Return predictions, with texts and types turned round where types come first.

        That is so if what the first ones say are types of gold, and what they call types are not.
        """
        if self._turned is None and gold.types and predicted.types:
            named = options.type_map or str
            known = {*map(named, gold.types)}
            placed = len(predicted.parts) < len(predicted.types) or any(predicted.parts.values())
            said = {named(text) for text in predicted.said if text}
            self._turned = not placed and bool(said & known) and not known & {*predicted.types}
        if not self._turned:
            return predicted
        self.predicted.note(_TURNED, len(predicted.types))
        other = predicted.only(0, len(predicted))
        other.types, other.said = [text or "" for text in predicted.said], [*predicted.types]
        return other

    def batches(self) -> Iterator[Batches]:
        """Yield the documents that belong together, in batches in the order of gold.

        Whatever is wrong is said when all before it has been yielded.

        Raises
        ------
        AlignmentError
            If a document of one side is not in the other.
        LayoutError
            If an id is there twice.
        InputError, UsageError
            If an input cannot be read.
        """
        sides = self._opened()
        yield from self._by_id(*sides) if self._aligned == "id" else self._in_order(*sides)
        if self._merged:
            self._check_keys()

    def parts(self, size: int) -> Iterator[DocumentPairs]:
        """Yield readers of parts; see `ColumnPair.parts`. Inputs joined by ids are read as wholes.

        Raises
        ------
        InputError, UsageError
            As `batches`.
        """
        part = self
        if self.inputs.are_by_line() and all(map(_has_records_as_lines, self.inputs.sources)):
            # The first documents tell the keys, and how the sides are joined.
            heads = DocumentPairs(self.inputs.again())
            for side in heads._opened():
                next(side, None)
            self._aligned = heads._aligned
            for own, head in zip((self.gold, self.predicted), heads.inputs[:2], strict=True):
                own.key = head.key
            # Where the first ones have no predictions, parts might find other keys of them.
            unknown = any(side.keyless and not side.key for side in heads.inputs[:2])
            if self._aligned != "id" and not unknown:
                for inputs in self.inputs.parts(size):
                    part = DocumentPairs(inputs)
                    part._aligned = self._aligned
                    yield part
        if part is self:
            yield self

    def take(self, part: DocumentPairs) -> None:
        """Take over what was left out of a part that has been read."""
        for own, other in ((self.gold, part.gold), (self.predicted, part.predicted)):
            own.take(other)
        if self.gold.progress:
            self.gold.progress(part.gold.source.stop)

    def forget(self) -> None:
        """Forget what was found out of the inputs."""
        self.inputs = self.inputs.again()
        self.gold, self.predicted, *_ = self.inputs
        self._aligned = ""

    def _opened(self) -> tuple[Iterator[DocumentBatch], Iterator[DocumentBatch]]:
        """Return the documents of both sides, when it is known how they are joined."""
        if self._merged:
            self._aligned = "line"
            return self.gold.beside(self.predicted)
        gold, predicted = self.gold.batches(), self.predicted.batches()
        if not self._aligned:
            heads = [next(side, None) for side in (gold, predicted)]
            have_ids = all(head is not None and head.ids[0] is not None for head in heads)
            by_id = have_ids or self.gold.options.id_key is not None
            self._aligned = "position" if self._by_position else "id" if by_id else "order"
            gold, predicted = (
                chain([head] if head else [], side)
                for head, side in zip(heads, (gold, predicted), strict=True)
            )
        return gold, predicted

    def origin(self) -> Origin:
        """Describe what was read; call it after the reading."""
        sides = [self.gold] if self._merged else [self.gold, self.predicted]
        remarks = tuple(
            f"{side.source.name}: {what} left out: {count}"
            for side in sides
            for what, count in side.remarks.items()
        )
        notes = [f"{side.source.name}: {said}" for side in sides for said in noted(side.notes)]
        if self._merged:
            known, name = noted(self.gold.notes), self.gold.source.name
            others = [said for said in noted(self.predicted.notes) if said not in known]
            notes += [f"{name}, predicted: {said}" for said in others]
        return Origin(
            tuple(side.source.name for side in sides),
            tuple(side.format for side in sides),
            (0,) * len(sides),
            0,
            0,
            0,
            self._aligned,
            (self.gold.key, self.predicted.key, "", ""),
            (*self.notes, *notes, *remarks),
        )

    def _in_order(
        self, gold: Iterator[DocumentBatch], predicted: Iterator[DocumentBatch]
    ) -> Iterator[Batches]:
        streams = gold, predicted
        left: list[DocumentBatch | None] = [DocumentBatch(), DocumentBatch()]
        last: list[Document | None] = [None, None]
        while True:
            for number, stream in enumerate(streams):
                if not left[number]:
                    left[number] = next(stream, None)
            gold_left, predicted_left = left
            if gold_left is None or predicted_left is None:
                break
            size = min(len(gold_left), len(predicted_left))
            batches = gold_left.only(0, size), predicted_left.only(0, size)
            last = [side.document(size - 1) for side in batches]
            yield batches
            left = [
                gold_left.only(size, len(gold_left)),
                predicted_left.only(size, len(predicted_left)),
            ]
        for number, side in enumerate(left):
            if side:
                sides = self.gold, self.predicted
                short, end = sides[1 - number], last[1 - number]
                raise AlignmentError(
                    f"there are no more documents, and {sides[number].place(side.document(0))} "
                    "goes on",
                    where=short.place(end) if end else short.source.name,
                    hint="both sides must have the same documents",
                )

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

    def _by_id(
        self, gold: Iterator[DocumentBatch], predicted: Iterator[DocumentBatch]
    ) -> Iterator[Batches]:
        kept = DocumentBatch()
        rows: dict[str, int] = {}
        for batch in predicted:
            kept.extend(batch)
            for row in range(len(rows), len(kept)):
                key = _id(kept, row, self.predicted)
                first = rows.setdefault(key, row)
                if first != row:
                    raise _twice(self.predicted, _place(kept, row), _place(kept, first))
        firsts = [0, *accumulate(kept.counts)]
        used: dict[str, Document] = {}

        def row_of(batch: DocumentBatch, number: int) -> int:
            key, place = _id(batch, number, self.gold), _place(batch, number)
            if used.setdefault(key, place) is not place:
                raise _twice(self.gold, place, used[key])
            if key not in rows and key not in self.predicted.rejected:
                raise _missing(place, self.gold, self.predicted)
            return rows.get(key, _REJECTED)

        def joined(batch: DocumentBatch, chosen: list[int]) -> Batches:
            there = [number for number, row in enumerate(chosen) if row != _REJECTED]
            if len(there) < len(batch):
                batch = batch.take(there, [0, *accumulate(batch.counts)])
                self.gold.remark(_OTHER_REJECTED, len(chosen) - len(there))
            return batch, kept.take([chosen[number] for number in there], firsts)

        for batch in gold:
            chosen: list[int] = []
            try:
                for number in range(len(batch)):
                    chosen.append(row_of(batch, number))  # noqa: PERF401 - up to an error
            except InputError:
                yield joined(batch.only(0, len(chosen)), chosen)
                raise
            yield joined(batch, chosen)
        for key, row in rows.items():
            if key in used:
                continue
            if key not in self.gold.rejected:
                raise _missing(_place(kept, row), self.predicted, self.gold)
            self.predicted.remark(_OTHER_REJECTED)


def _has_records_as_lines(source: Source) -> bool:
    return source.is_plain() and has_objects_as_lines(source)


def pairs_of(
    gold: Sequence[Any],
    predicted: Sequence[Any],
    options: InputOptions = _NO_OPTIONS,
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
    gold_options = replace(options, side="gold", prefix="gold")
    predicted_options = replace(options, side="predicted", prefix="pred")
    return DocumentPairs(
        Inputs(
            input_of_records("y_true", gold, gold_options),
            input_of_records("y_pred", predicted, predicted_options),
        )
    )


def input_of_records(name: str, values: Sequence[Any], options: InputOptions) -> Input:
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


def _id(batch: DocumentBatch, number: int, side: Input) -> str:
    own = batch.ids[number]
    if own is None:
        where = side.where(batch.lines[number])
        raise LayoutError("there is no id, and others have one", where=where, hint=_ORDER_HINT)
    return str(own)


def _place(batch: DocumentBatch, number: int) -> Document:
    """Return as much of a document as tells its place."""
    return Document(None, (), id=batch.ids[number], line=batch.lines[number])


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
