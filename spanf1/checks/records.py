"""Tags at keys, of JSON Lines and of rows of Parquet and Arrow; records are written back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np

from spanf1.checks.tags import TaggedFile
from spanf1.core.documents import Document
from spanf1.core.tags import CodeArray, IntArray, TagForm, TagSet
from spanf1.formats.arrays import labels_by_id
from spanf1.formats.ids import place_in
from spanf1.formats.records.codes import TagCodes
from spanf1.formats.records.fields import line_of
from spanf1.formats.records.lines import RecordFile
from spanf1.formats.registry import ARROW, JSONL, Input
from spanf1.formats.sentences import Sentences


class _Sentences(NamedTuple):
    """Some sentences: a `spanf1.checks.tags.Part`.

    Attributes
    ----------
    documents : list of Document
        The sentences, with their tokens and lines.
    sentences : Sentences
        The codes of all their tags.
    records : sequence of dict
        What the lines of JSON Lines hold.
    key : str
        Where the tags are.
    """

    documents: list[Document]
    sentences: Sentences
    records: Sequence[dict[str, Any]]
    key: str

    def places(self, tokens: IntArray) -> list[tuple[int, str]]:
        """Return the line of each of some tokens, and the token itself."""
        lengths = np.array([len(document.tokens or ()) for document in self.documents], np.intp)
        places = (place_in(lengths, token) for token in tokens.tolist())
        return [
            (self.documents[row].line, self.documents[row].words()[place]) for row, place in places
        ]

    def respelt(
        self, codes: CodeArray, tags: TagSet, to_form: TagForm | None, /
    ) -> tuple[bytes, IntArray]:
        """Return the records with other tags, where those that were ids are tags, too."""
        changed = []
        rows = (record[self.key] for record in self.records)
        places = ((row, place) for row in rows for place in range(len(row)))
        for token, (row, place) in enumerate(places):
            old, code = row[place], int(codes[token])
            if to_form:
                row[place] = tags.spell(code, to_form)
            elif not isinstance(old, str):
                row[place] = tags.spell(code)
            elif code != self.sentences.codes[token]:
                row[place] = tags.respell(old, code)
            if row[place] != old:
                changed.append(token)
        return b"".join(map(_line_of, self.records)), np.array(changed, np.intp)


def _line_of(record: dict[str, Any]) -> bytes:
    try:
        return line_of(record)
    except UnicodeEncodeError:
        # Where there is half of a surrogate pair, it stays the escape that it was.
        return json.dumps(record).encode() + b"\n"


class TaggedKeys(TaggedFile):
    """The tags of an input of JSON Lines, Parquet or Arrow; see `TaggedFile`."""

    def parts(self) -> Iterator[_Sentences]:
        """Yield the sentences; none, if the input has spans instead of tags."""
        documents = self.input.documents()
        first = next(documents, None)
        if first is None or self.input.tags is None or self.input.format not in CODED:
            return
        self.tags = self.input.tags
        documents = chain([first], documents)
        for count, codes, records in CODED[self.input.format](self.input, self.input.tags):
            batch = list(islice(documents, count))
            lengths = np.array([len(document.tokens or ()) for document in batch], np.intp)
            starts = (np.cumsum(lengths) - lengths)[lengths > 0]

            def line(token: int, batch: list[Document] = batch, lengths: IntArray = lengths) -> int:
                return batch[place_in(lengths, token)[0]].line

            sentences = Sentences(codes, starts, line, 0)
            yield _Sentences(batch, sentences, records, self.input.key)

    def described(self) -> str:
        """Say what was read."""
        return self.input.described()


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
