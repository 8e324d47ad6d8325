"""Tags at keys, of records of JSON Lines and of rows of Parquet and Arrow; records are written."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from spanf1.checks.tags import TaggedFile
from spanf1.core.tags import CodeArray, IntArray, TagForm, TagSet
from spanf1.formats.keyed import documents_of
from spanf1.formats.records.record import line_of
from spanf1.formats.records.tags import tagged_batches
from spanf1.formats.registry import ARROW, JSONL
from spanf1.formats.sentences import Sentences, Words

#: formats whose tags, if they have some, are at keys
CODED = frozenset({JSONL, ARROW})


class TaggedKeys(TaggedFile):
    """The tags of an input of JSON Lines, Parquet or Arrow; see `TaggedFile`."""

    def parts(self) -> Iterator[_Records]:
        """Yield the sentences; raises as the format does."""
        for sentences, records in self._batches():
            assert self.input.tags and sentences.words  # noqa: S101, PT018 - for mypy: they were read
            self.tags = self.input.tags
            if any("" in words for words in sentences.words.lists()):
                # What cannot be a document is an error here, too.
                deque(documents_of(self.input, [sentences]), 0)
            yield _Records(sentences, sentences.words, records, self.input.key)

    def _batches(self) -> Iterator[tuple[Sentences, Sequence[dict[str, Any]]]]:
        """Yield sentences, and the records that they are of; rows cannot be written again."""
        if self.input.format == JSONL:
            return ((part, batch.records) for batch, part in tagged_batches(self.input))
        return ((part, ()) for part in self.input.sentences())

    def described(self) -> str:
        """Say what was read."""
        return self.input.described()


class _Records(NamedTuple):
    """Sentences with their tokens, the records that they are of, and the key of the tags there."""

    sentences: Sentences
    words: Words
    records: Sequence[dict[str, Any]]
    key: str

    def places(self, tokens: IntArray) -> list[tuple[int, str]]:
        """Return the line of each of some tokens, and the token itself."""
        words = [*chain.from_iterable(self.words.lists())] if len(tokens) else []
        return [(self.sentences.line(token), words[token]) for token in tokens.tolist()]

    def respelt(
        self, codes: CodeArray, tags: TagSet, to_form: TagForm | None, /
    ) -> tuple[bytes, IntArray]:
        """Return the records with other tags; those that were ids are tags from then on."""
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
