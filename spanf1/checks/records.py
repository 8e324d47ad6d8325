"""Sentences with the codes of their tags: those of JSON Lines, and rows of Parquet and Arrow."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np

from spanf1.checks.columns import Changes, FileViolation, Rewriting, spelt_out
from spanf1.core.documents import Document
from spanf1.core.repairs import violations
from spanf1.core.tags import CodeArray, IntArray, TagSet
from spanf1.formats.arrays import labels_by_id
from spanf1.formats.ids import place_in
from spanf1.formats.records.codes import TagCodes
from spanf1.formats.records.fields import line_of
from spanf1.formats.records.lines import RecordFile
from spanf1.formats.registry import ARROW, JSONL, Input


class Coded(NamedTuple):
    """Some sentences.

    Attributes
    ----------
    documents : list of Document
        The sentences, with their tokens and lines.
    codes : array of int32
        The codes of all their tags.
    records : sequence of dict
        What the lines of JSON Lines hold.
    """

    documents: list[Document]
    codes: CodeArray
    records: Sequence[dict[str, Any]] = ()

    @property
    def lengths(self) -> IntArray:
        """How many tags each sentence has."""
        return np.array([len(document.tokens or ()) for document in self.documents], np.intp)

    @property
    def starts(self) -> IntArray:
        """The first tag of each sentence that has one."""
        lengths = self.lengths
        return (np.cumsum(lengths) - lengths)[lengths > 0]

    def place(self, token: int) -> tuple[Document, int]:
        """Return the sentence that a tag is in, and its place there."""
        row, place = place_in(self.lengths, token)
        return self.documents[row], place

    def lines(self, tokens: IntArray) -> IntArray:
        """Return the lines that some tags are on."""
        return np.array([self.place(token)[0].line for token in tokens.tolist()], np.intp)


def coded(input: Input) -> Iterator[Coded]:
    """Yield the sentences of an input with their codes, which `input.tags` spells out.

    Nothing is yielded if it has spans instead of tags.

    Raises
    ------
    InputError, UsageError
        If it cannot be read.
    """
    documents = input.documents()
    first = next(documents, None)
    if first is None or input.tags is None or input.format not in CODED:
        return
    documents = chain([first], documents)
    for count, codes, records in CODED[input.format](input, input.tags):
        yield Coded(list(islice(documents, count)), codes, records)


_Codes = Iterator[tuple[int, CodeArray, Sequence[dict[str, Any]]]]


def _json_codes(input: Input, tags: TagSet) -> _Codes:
    labels, key = input.options.labels, input.key
    codes = TagCodes(tags, None if labels is None else labels_by_id(labels))
    for batch in RecordFile(input.source).batches():
        rows = codes.coded(
            codes.rows(batch, key, input.options.option("key")), None, key, input.where
        )
        yield len(batch.records), rows.tags.astype(np.int32), batch.records


def _arrow_codes(input: Input, tags: TagSet) -> _Codes:
    from spanf1.formats.arrow.files import ArrowFile, feature_of
    from spanf1.formats.arrow.tags import Rows, TagColumn, is_string, label_names

    file, key = ArrowFile(input.source), input.key
    schema = file.schema()
    names = input.options.labels or label_names(feature_of(schema, key)) or ()
    strings = is_string(schema.field(key).type.value_type)
    column = TagColumn(key, None if strings else labels_by_id(names), tags)
    total = 0
    for batch in file.batches([key]):
        first, total = total, total + batch.num_rows
        rows = Rows(input.source, np.arange(first + 1, total + 1), total)
        ids = column.ids(batch.column(key), rows)
        count = len(ids.flat)
        codes = column.codes(ids, np.arange(count), rows) if count else np.zeros(0, np.int32)
        yield batch.num_rows, codes, ()


#: what reads the codes in formats that may have tags
CODED: dict[str, Callable[[Input, TagSet], _Codes]] = {JSONL: _json_codes, ARROW: _arrow_codes}


@dataclass
class TagValidation:
    """What a scheme does not allow in the tags of an input: a `columns.Validation`."""

    input: Input
    scheme: str
    tokens: int = 0
    sentences: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> str:
        """What was read, in words."""
        return self.input.described()

    def violations(self, most: int | None = None) -> Iterator[FileViolation]:
        """Read the input, and yield its violations in order, so many at most; count all."""
        given = 0
        for part in coded(self.input):
            self.tokens += len(part.codes)
            self.sentences += len(part.starts)
            assert self.input.tags  # noqa: S101 - for mypy: it is what numbers the codes
            for one in self._violations(part, self.input.tags):
                self.kinds[one.kind] += 1
                given += 1
                if most is None or given <= most:
                    yield one

    def _violations(self, part: Coded, tags: TagSet) -> Iterator[FileViolation]:
        """Yield the violations in some sentences."""
        found = violations(part.codes, part.starts, self.scheme)
        for token, before, after in zip(*(array.tolist() for array in found[:3]), strict=True):
            document, place = part.place(token)
            where = self.input.source.name, document.line, document.words()[place]
            yield FileViolation(*where, *spelt_out(before, after, tags, self.scheme))


def retag(input: Input, how: Rewriting, write: Callable[[bytes], object]) -> Changes:
    """Write the records of JSON Lines with other tags; what else is in them stays.

    Tags that are ids are written as tags.

    Parameters
    ----------
    input : Input
        The input.
    how : Rewriting
        What to write instead.
    write : callable
        Takes the lines; they are not to be kept if there is an error.

    Raises
    ------
    LossError
        If spans would be lost, and that is not allowed.
    InputError, UsageError
        If the input cannot be read.
    """
    changes = Changes()
    for part in coded(input):
        tags, codes = input.tags, part.codes
        assert tags  # noqa: S101 - likewise
        if how.to:
            codes = changes.rewritten(codes, part.starts, tags, how, part.lines)
        changed = _written(part, codes, input, how, write)
        if changed and not changes.tags:
            changes.first_line = part.place(changed[0])[0].line
        changes.tags += len(changed)
    changes.read = input.described()
    changes.check(input.source, how)
    return changes


def _written(
    part: Coded,
    codes: CodeArray,
    input: Input,
    how: Rewriting,
    write: Callable[[bytes], object],
) -> list[int]:
    """Write records with tags of some codes; return which of these are other than before."""
    tags, changed, token = input.tags, [], 0
    assert tags  # noqa: S101 - likewise
    for record in part.records:
        row = record[input.key]
        for place, old in enumerate(row):
            code = int(codes[token])
            if how.to_form:
                row[place] = tags.spell(code, how.to_form)
            elif not isinstance(old, str):
                row[place] = tags.spell(code)
            elif code != part.codes[token]:
                row[place] = tags.respell(old, code)
            if row[place] != old:
                changed.append(token)
            token += 1
        write(_line_of(record))
    return changed


def _line_of(record: dict[str, Any]) -> bytes:
    try:
        return line_of(record)
    except UnicodeEncodeError:
        # Where there is half of a surrogate pair, it stays the escape that it was.
        return json.dumps(record).encode() + b"\n"
