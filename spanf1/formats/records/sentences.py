"""JSON Lines of tokens and tags: every record is a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import BinaryIO, NamedTuple

import numpy as np

from spanf1.core.documents import Document
from spanf1.core.spans import decode
from spanf1.core.tags import TagSet
from spanf1.exceptions import AlignmentError, LayoutError, LossError, TagError, UsageError
from spanf1.formats.arrays import IGNORE_INDEX, labels_by_id
from spanf1.formats.records.codes import TagCodes
from spanf1.formats.records.fields import line_of
from spanf1.formats.records.lines import Batch, RecordFile, spelt
from spanf1.formats.records.tags import ID_KEYS, TOKEN_KEYS, chosen_key, known_keys
from spanf1.formats.registry import Reading, Writing
from spanf1.formats.tokens import broken, by_sentence, place_of, sentence_of, tagged
from spanf1.wording import shortened

# the keys that are written, where none are given
_ID_KEY, _TOKEN_KEY, _TAG_KEY = ID_KEYS[0], TOKEN_KEYS[0], "ner_tags"


class _Keys(NamedTuple):
    """The keys of the tags and the tokens, and of the id, if there is one; options that set them.

    `options` has those for the first two.
    """

    tags: str
    tokens: str
    id: str
    options: tuple[str, str]


def documents(reading: Reading) -> Iterator[Document]:
    """Yield the records of a file with the spans of their tags.

    See `spanf1.formats.registry`.

    Raises
    ------
    LayoutError
        If a line is no record, or a record has not got what is to be read.
    TagError
        If there is a tag that no scheme has, or an id that has no label.
    AlignmentError
        If a record has not as many tags as tokens.
    ReadError
        If the file cannot be read.
    """
    how = reading.how
    reading.tags = tags = TagSet({}, how.form)
    codes = TagCodes(tags, None if how.labels is None else labels_by_id(how.labels))
    batches = _batches(reading)
    head = next(batches)
    if head.records:
        keys = _keys(reading, head)
        reading.key = keys.tags
        for batch in chain([head], batches):
            yield from _sentences(batch, keys, codes, tags)


def _batches(reading: Reading) -> Iterator[Batch]:
    """Yield the records in batches: one at least."""
    if reading.values is None:
        file = RecordFile(reading.source)
        file.progress = reading.progress
        yield from file.batches()
        return
    lines = list(range(1, len(reading.values) + 1))
    for line, value in zip(lines, reading.values, strict=True):
        if not isinstance(value, dict):
            message = f"the record is {spelt(value)}, not an object"
            raise LayoutError(message, where=reading.where(line))
    yield Batch(reading.source, reading.values, lines, len(lines))


def _keys(reading: Reading, head: Batch) -> _Keys:
    """Return the keys to read: those that are given, or the first of those that are known."""
    how = reading.how
    options = "--gold-key" if how.side == "gold" else "--pred-key", "--token-key"
    known = known_keys(how.side, alone=how.alone)
    tags = chosen_key(head, how.key, known, f"{how.side} tags", options[0])
    tokens = chosen_key(head, how.token_key, TOKEN_KEYS, "tokens", options[1])
    if tags == tokens:
        raise UsageError(f"tokens and tags cannot both be {shortened(tags)}")
    found = next((key for key in ID_KEYS if key in head.records[0]), "")
    return _Keys(tags, tokens, how.id_key or found, options)


def _sentences(batch: Batch, keys: _Keys, codes: TagCodes, tags: TagSet) -> Iterator[Document]:
    """Yield some records."""
    rows = codes.rows(batch, keys.tags, keys.options[0])
    words = batch.tokens(keys.tokens, keys.options[1])
    ids: Sequence[str | int | None] = [None] * len(words)
    if keys.id:
        ids = batch.ids(keys.id, "--id-key")
    for row, (count, tokens) in enumerate(zip(rows.lengths.tolist(), words, strict=True)):
        if count != len(tokens):
            message = f"{keys.tags} has {count} tags, {keys.tokens} has {len(tokens)} tokens"
            raise AlignmentError(message, where=batch.where(row))
        _check_characters(keys.tokens, tokens, batch.where(row))
        _check_characters(keys.id, [str(ids[row])], batch.where(row))
    counts = codes.counting(rows)
    if counts is not None and not counts.all():
        line, place = rows.place(int(np.argmin(counts)))
        raise TagError(
            f"{keys.tags}[{place}] is {IGNORE_INDEX}: a token that does not count can be left out "
            "only where both sides are tags",
            where=batch.source.where(line),
        )
    coded = codes.coded(rows, None, keys.tags, batch.source.where)
    starts = np.cumsum(rows.lengths) - rows.lengths
    spans = by_sentence(decode(coded.tags.astype(np.int32), starts[rows.lengths > 0]), starts)
    names = ["", *tags.types]
    for tokens, here, key, line in zip(words, spans, ids, batch.lines, strict=True):
        sentence = sentence_of(tokens, [here], names, batch.source.where(line))
        yield sentence._replace(id=key, line=line)


def _check_characters(key: str, values: Sequence[str], where: str) -> None:
    """Raise an error if a text could not be written again."""
    place = broken(values)
    if place is not None:
        message = f"{key} has {shortened(values[place])}, with half of a surrogate pair"
        raise LayoutError(f"{message}, which is no character", where=where)


def write(documents: Iterable[Document], target: BinaryIO, how: Writing) -> None:
    """Write every document as a record of its tokens and tags, and its id if it has one.

    Parameters
    ----------
    documents : iterable of Document
        What to write.
    target : binary stream
        Where to write.
    how : Writing
        The scheme, and other keys than ``tokens`` and ``ner_tags``.

    Raises
    ------
    LossError
        If a span cannot be written by tags on one level.
    UsageError
        If two keys are the same.
    """
    if how.levels > 1:
        raise LossError("a record has tags on one level only", hint="columns may have several")
    token_key, tag_key = how.token_key or _TOKEN_KEY, how.key or _TAG_KEY
    if len({_ID_KEY, token_key, tag_key}) < 3:
        raise UsageError(f"id, tokens and tags cannot be at the same key: {token_key}, {tag_key}")
    for document in documents:
        words, (tags,) = tagged(document, 1, how.scheme)
        known = {} if document.id is None else {_ID_KEY: document.id}
        record = {**known, token_key: words, tag_key: tags}
        try:
            target.write(line_of(record))
        except UnicodeEncodeError:
            message = "there is half of a surrogate pair, which is no character"
            raise LossError(message, where=place_of(document)) from None
