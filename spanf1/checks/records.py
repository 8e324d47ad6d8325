"""Tags in records of JSON Lines, and in rows of Parquet and Arrow: checked and rewritten."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from spanf1.checks.columns import Changes, FileViolation, Rewriting, spelt_out
from spanf1.core.repairs import violations
from spanf1.core.tags import CodeArray, IntArray
from spanf1.formats.keyed import documents_of
from spanf1.formats.records.record import line_of
from spanf1.formats.records.tags import tagged_batches
from spanf1.formats.records.values import Batch
from spanf1.formats.registry import ARROW, JSONL, Input
from spanf1.formats.sentences import Sentences, place_in

#: formats whose tags, if they have some, are at keys
CODED = frozenset({JSONL, ARROW})


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
        yielded = 0
        for part in self.input.sentences():
            self.tokens += len(part.codes)
            self.sentences += len(part.starts)
            for violation in self._violations(part):
                self.kinds[violation.kind] += 1
                yielded += 1
                if most is None or yielded <= most:
                    yield violation

    def _violations(self, part: Sentences) -> Iterator[FileViolation]:
        """Yield the violations in some sentences."""
        tags, name = self.input.tags, self.input.source.name
        assert tags and part.words  # noqa: S101, PT018 - for mypy: they were read
        words = part.words.lists()
        steps = violations(part.codes, part.starts, self.scheme)[:3]
        for token, before, after in zip(*(array.tolist() for array in steps), strict=True):
            row, place = place_in(part.lengths, token)
            spelt = spelt_out(before, after, tags, self.scheme)
            yield FileViolation(name, int(part.places[row]), words[row][place], *spelt)


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
    for batch, part in tagged_batches(input):
        tags, codes = input.tags, part.codes
        assert tags and part.words  # noqa: S101, PT018 - likewise
        if any("" in words for words in part.words.lists()):
            # What cannot be a document is an error here, too.
            deque(documents_of(input, [part]), 0)
        if how.to:
            codes = changes.rewritten(codes, part.starts, tags, how, partial(_lines, part))
        changed = _rewrite(batch, part.codes, codes, input, how)
        if changed and not changes.tags:
            changes.first_line = part.line(changed[0])
        changes.tags += len(changed)
        for record in batch.records:
            write(_line_of(record))
    changes.read = input.described()
    changes.check(input.source, how)
    return changes


def _rewrite(
    batch: Batch, before: CodeArray, codes: CodeArray, input: Input, how: Rewriting
) -> list[int]:
    """Give records tags of some codes; return which of these are other than before."""
    tags, changed = input.tags, []
    assert tags  # noqa: S101 - likewise
    rows = (record[input.key] for record in batch.records)
    places = ((row, place) for row in rows for place in range(len(row)))
    for token, (row, place) in enumerate(places):
        old, code = row[place], int(codes[token])
        if how.to_form:
            row[place] = tags.spell(code, how.to_form)
        elif not isinstance(old, str):
            row[place] = tags.spell(code)
        elif code != before[token]:
            row[place] = tags.respell(old, code)
        if row[place] != old:
            changed.append(token)
    return changed


def _lines(part: Sentences, tokens: IntArray) -> IntArray:
    """Return the lines that tokens are on."""
    return np.array([*map(part.line, tokens.tolist())], np.intp)


def _line_of(record: dict[str, Any]) -> bytes:
    try:
        return line_of(record)
    except UnicodeEncodeError:
        # Where there is half of a surrogate pair, it stays the escape that it was.
        return json.dumps(record).encode() + b"\n"
