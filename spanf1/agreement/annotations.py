"""What several annotators say of the same documents, joined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, islice

import numpy as np

from spanf1.core.documents import BATCH, Document, DocumentBatch
from spanf1.core.kept import KeptSpans
from spanf1.core.options import AUTO, BY_FORM, Options
from spanf1.core.placing import TextCounter
from spanf1.core.spans import BoolArray
from spanf1.core.tags import IntArray
from spanf1.core.tally import CHARACTER, TOKEN, Tally
from spanf1.exceptions import AlignmentError, LayoutError, UsageError
from spanf1.formats.records.record import OF_OTHERS, records
from spanf1.formats.registry import GO_WITH, Input, module_of, noted
from spanf1.wording import many, shortened

#: stands for the row of a document that an annotator has not done
NOT_DONE = -1


@dataclass(frozen=True)
class Part:
    """What all annotators say of the documents of one file, or of files of one name.

    Attributes
    ----------
    inputs : tuple of (Input or None)
        The file of each annotator; None where one has none.
    batches : tuple of DocumentBatch
        Their documents.
    rows : array of int, shape (documents, annotators)
        Where each document is in each batch; `NOT_DONE` where it is not.
    """

    inputs: tuple[Input | None, ...]
    batches: tuple[DocumentBatch, ...]
    rows: IntArray

    @cached_property
    def firsts(self) -> list[list[int]]:
        """The first span of each document, in each batch."""
        return [[0, *accumulate(batch.counts)] for batch in self.batches]

    @cached_property
    def in_tokens(self) -> list[DocumentBatch | None]:
        """The documents of each annotator with spans in tokens; None if not all are from tags."""
        return [_in_tokens(batch) for batch in self.batches]

    def first(self, document: int) -> tuple[int, int]:
        """Return the first annotator who has done a document, and the row of it."""
        number = int(np.argmax(self.rows[document] != NOT_DONE))
        return number, int(self.rows[document, number])


@dataclass(frozen=True)
class Annotations:
    """What annotators say of documents, which not all of them need have done.

    Attributes
    ----------
    names : tuple of str
        The annotators.
    parts : tuple of Part
        What they say: a part for each file, or for the files of one name.
    """

    names: tuple[str, ...]
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, inputs: Mapping[str, Mapping[str, Input]]) -> Annotations:
        """Return what annotators say.

        Parameters
        ----------
        inputs : mapping of str to mapping of str to Input
            For each annotator the inputs, by the names that join those of several.

        Raises
        ------
        AlignmentError
            If documents without ids are not as many for all, or no two have one in common.
        InputError
            If an input cannot be read.
        """
        files = dict.fromkeys(name for own in inputs.values() for name in own)
        made = cls(
            tuple(inputs),
            tuple(_part([own.get(name) for own in inputs.values()]) for name in files),
        )
        if not (made.done.sum(axis=1) > 1).any():
            if not len(made.done):
                raise AlignmentError("there is no text in any of the inputs")
            every = [name for own in inputs.values() for name in own]
            apart = len(files) > 1 and len({*every}) == len(every)
            raise AlignmentError(
                "no two annotators have a document in common",
                hint="the files of folders are joined by their names, and records by ids"
                if apart
                else "documents are joined by their ids: id_key (--id-key) says where these are",
            )
        return made

    @cached_property
    def done(self) -> BoolArray:
        """Who has done which document, shape (documents, annotators)."""
        done: BoolArray = np.concatenate([part.rows for part in self.parts]) != NOT_DONE
        return done

    @cached_property
    def spans(self) -> IntArray:
        """How many spans all annotators together have of each document."""
        sums = []
        for part in self.parts:
            # What is not done is the last row, which has no spans.
            counts = [np.array([*batch.counts, 0], np.intp) for batch in part.batches]
            sums.append(sum(own[row] for own, row in zip(counts, part.rows.T, strict=True)))
        return np.concatenate(sums)

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The pairs of annotators, by their numbers."""
        count = len(self.names)
        return [(a, b) for a in range(count) for b in range(a + 1, count)]

    @cached_property
    def begins(self) -> BoolArray:
        """Which documents are the first of one that has several: sentences may be documents."""
        found = []
        for part in self.parts:
            for document in range(len(part.rows)):
                number, row = part.first(document)
                found.append(part.batches[number].begins[row] or not document)
        return np.array(found, np.bool_)

    @property
    def noun(self) -> str:
        """What texts are: ``document``, or ``sentence`` where one may have several."""
        return "document" if self.begins.all() else "sentence"

    def units(self, unit: str = AUTO) -> tuple[str, IntArray]:
        """Return what is drawn, and which one each document is: ``sentence`` or ``document``.

        Raises
        ------
        UsageError
            If documents are wanted, and there is one.
        """
        number = np.cumsum(self.begins) - 1
        several = len(number) > 0 and int(number[-1]) > 0
        if unit == "document" and not several:
            raise UsageError(
                "the input marks no documents: there is nothing to draw",
                hint="-DOCSTART- or # newdoc lines mark them; --unit sentence needs none",
            )
        if unit == "sentence" or not several:
            return "sentence", np.arange(len(number))
        return "document", number

    @cached_property
    def places(self) -> list[tuple[str, int, str | int | None]]:
        """The file of each document, its line there, and its id, of the first who has done it."""
        found = []
        for part in self.parts:
            for document in range(len(part.rows)):
                number, row = part.first(document)
                batch, input = part.batches[number], part.inputs[number]
                assert input  # noqa: S101 - for mypy: who has done it has a file
                found.append((input.source.name, batch.lines[row], batch.ids[row]))
        return found

    def said(self) -> Iterator[list[Document | None]]:
        """Yield what each annotator says of each document; None where it is not done."""
        for part in self.parts:
            sides = [*zip(part.batches, part.firsts, strict=True)]
            for rows in part.rows.tolist():
                yield [
                    None
                    if row == NOT_DONE
                    else batch.only(row, row + 1, (firsts[row], firsts[row + 1])).document(0)
                    for row, (batch, firsts) in zip(rows, sides, strict=True)
                ]

    def count(
        self, part: Part, a: int, b: int, options: Options, kept: KeptSpans | None = None
    ) -> Tally | None:
        """Return the counts of the documents of a part that two have done, the units in order.

        It is None if there are none.

        Raises
        ------
        AlignmentError, LayoutError
            If texts differ, or spans have no place.
        """
        both = np.flatnonzero((part.rows[:, [a, b]] != NOT_DONE).all(axis=1))
        sides = part.inputs[a], part.inputs[b]
        if not len(both) or not sides[0] or not sides[1]:
            return None
        # Tags are at tokens, as in a score. What is kept is to have its text.
        by_token = kept is None and options.match not in BY_FORM and self._have_tags(a, b)
        batches = part.in_tokens if by_token else part.batches
        counter = TextCounter(
            (sides[0].place, sides[1].place),
            options,
            placed_by=TOKEN if by_token else CHARACTER,
            units="" if options.match == "surface" else "sentence",
            in_order=True,
            kept=kept,
        )
        for start in range(0, len(both), BATCH):
            some = both[start : start + BATCH]
            pair = [
                batch.take(part.rows[some, side].tolist(), part.firsts[side])
                for side in (a, b)
                if (batch := batches[side])
            ]
            counter.add(*pair)
        return counter.finish(sides[0].tags, sides[1].tags)

    def _have_tags(self, a: int, b: int) -> bool:
        """Return whether two annotators have tags of the same tokens in all parts."""
        for part in self.parts:
            both = part.rows[:, [a, b]][(part.rows[:, [a, b]] != NOT_DONE).all(axis=1)]
            if len(both) and not (part.in_tokens[a] and part.in_tokens[b]):
                return False
            left, right = part.batches[a], part.batches[b]
            if any(left.texts[row] != right.texts[other] for row, other in both.tolist()):
                return False
        return True

    def remarks(self) -> Iterator[str]:
        """Yield what was read otherwise than it stands there, and what was left out."""
        for part in self.parts:
            for input in filter(None, part.inputs):
                left = {what: n for what, n in input.remarks.items() if what != OF_OTHERS}
                said = [f"{what} left out: {count}" for what, count in left.items()]
                who = input.options.annotator
                name = input.source.name + (f", {who}" if who else "")
                yield from (f"{name}: {line}" for line in (*noted(input.notes), *said))


def by_annotator(input: Input) -> dict[str, Input]:
    """Return an input for each annotator of a file that has what several say.

    Raises
    ------
    UsageError
        If it does not name two.
    """
    names: dict[str, None] = {}
    if input.format in GO_WITH["annotator"]:
        module = module_of(input.format)
        nobody = None
        for record in records(input.again()):
            names |= dict.fromkeys(module.said_by(record.value))
            if not nobody and module.is_of_nobody(record.value):
                nobody = record
        if nobody and names:
            raise nobody.error(
                "the record does not say who annotated it, and others do",
                hint="completed_by (Label Studio) or _annotator_id (Prodigy) names them",
            )
    if len(names) < 2:
        known = f"one annotator, {shortened(next(iter(names)))}" if names else "no annotators"
        raise UsageError(
            f"{known} in one file, and agreement is among several",
            where=input.source.name,
            hint="spanf1 agree A B takes a file, or a folder, for each; in one file, completed_by "
            "(Label Studio) or _annotator_id (Prodigy) names them",
        )
    return {
        name: replace(input.again(), options=replace(input.options, annotator=name))
        for name in sorted(names)
    }


def _part(inputs: Sequence[Input | None]) -> Part:
    """Return what annotators say of the documents of one file; raises as `Annotations.of`."""
    batches = [_read(input) for input in inputs]
    there = [n for n, batch in enumerate(batches) if len(batch)]
    several = any(input and input.options.annotator for input in inputs)
    given = any(input and input.options.id_key is not None for input in inputs)
    has_ids = [batches[n].ids[0] is not None for n in there]
    keys: list[Sequence[object]]
    if given or (has_ids and all(has_ids)):
        keys = [_ids(input, batch) for input, batch in zip(inputs, batches, strict=True)]
    elif several:
        keys = [batch.texts for batch in batches]
    else:
        _check_as_many(inputs, batches)
        keys = [range(len(batch)) for batch in batches]
    rows: dict[object, list[int]] = {}
    for number, own in enumerate(keys):
        for row, key in enumerate(own):
            known = rows.setdefault(key, [NOT_DONE] * len(batches))
            if known[number] != NOT_DONE:
                raise _twice(inputs[number], batches[number], row, known[number])
            known[number] = row
    table = np.array([*rows.values()], np.intp).reshape(-1, len(batches))
    _drop_tokens(batches, table)
    return Part(tuple(inputs), tuple(batches), table)


def _read(input: Input | None) -> DocumentBatch:
    """Return all documents of an input."""
    whole = DocumentBatch()
    for batch in input.batches() if input else ():
        whole.extend(batch)
    return whole


def _ids(input: Input | None, batch: DocumentBatch) -> list[str]:
    """Return the id of each document."""
    for row, own in enumerate(batch.ids):
        if own is None and input:
            raise LayoutError(
                "there is no id, and others have one", where=input.where(batch.lines[row])
            )
    return [*map(str, batch.ids)]


def _check_as_many(inputs: Sequence[Input | None], batches: Sequence[DocumentBatch]) -> None:
    """Raise an error if documents that are joined by order are not as many for all."""
    there = [(i, b) for i, b in zip(inputs, batches, strict=True) if i]
    first, batch = there[0]
    for input, other in there[1:]:
        if len(other) != len(batch):
            raise AlignmentError(
                f"there are {many(len(other), 'text')}, and {len(batch)} in {first.source.name} "
                "(a sentence is one)",
                where=input.source.name,
                hint="those that have no ids are joined by order; where not everyone has done all, "
                "give each text an id, or put texts into files of their own",
            )


def _twice(input: Input | None, batch: DocumentBatch, row: int, first: int) -> LayoutError:
    assert input  # noqa: S101 - for mypy: there is a document in it
    own, line = batch.ids[row], input.where(batch.lines[first])
    what = "this text" if own is None else f"id {shortened(own)}"
    return LayoutError(
        f"{what} a second time: {line} has it, too",
        where=input.where(batch.lines[row]),
        hint="id_key (--id-key) says what tells texts apart",
    )


def _in_tokens(batch: DocumentBatch) -> DocumentBatch | None:
    """Return documents that are from tags with a character for each token; None if not all are."""
    if not all(batch.spaced) or batch.parts:
        return None
    other = batch.only(0, len(batch))
    starts, ends = iter(batch.starts), iter(batch.ends)
    other.starts, other.ends = [], []
    for row, (tokens, count) in enumerate(zip(batch.tokens, batch.counts, strict=True)):
        if tokens is None:
            return None
        first = {start: number for number, (start, _) in enumerate(tokens)}
        last = {end: number for number, (_, end) in enumerate(tokens, 1)}
        other.starts += [first[start] for start in islice(starts, count)]
        other.ends += [last[end] for end in islice(ends, count)]
        other.texts[row] = "x" * len(tokens)
    other.tokens = [None] * len(batch)
    other.spaced = [False] * len(batch)
    return other


def _drop_tokens(batches: Sequence[DocumentBatch], rows: IntArray) -> None:
    """Forget the tokens of texts that an annotator before has with tokens, too: they are many."""
    known = np.zeros(len(rows), np.bool_)
    for number, batch in enumerate(batches):
        done = np.flatnonzero(rows[:, number] != NOT_DONE)
        for document in done.tolist():
            row = int(rows[document, number])
            if batch.tokens[row] is None or batch.spaced[row]:
                continue
            if known[document]:
                batch.tokens[row] = None
            known[document] = True
