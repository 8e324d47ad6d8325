"""JSON Lines, or an array, of tokens and tags: a record is a sentence, of both sides or of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import Any, BinaryIO, Self

import numpy as np

from spanf1.core.documents import Document
from spanf1.core.tags import TagSet
from spanf1.exceptions import (
    AlignmentError,
    InputError,
    LayoutError,
    LossError,
    TagError,
    UsageError,
)
from spanf1.formats.keyed import (
    TAG_KEYS,
    KeyedReader,
    KeyedTags,
    Table,
    checked,
    documents_of,
)
from spanf1.formats.labels import IGNORE_INDEX, LABELS_HINT, LabelCodes, labels_by_id, unlabelled
from spanf1.formats.lists import Numbering, numbered
from spanf1.formats.records.record import line_of, with_id
from spanf1.formats.records.sniffing import View
from spanf1.formats.records.values import (
    Batch,
    RecordFile,
    Row,
    first_not,
    lacking,
    spelt,
)
from spanf1.formats.registry import JSONL, LIKELY, MAYBE, Input, Writing
from spanf1.formats.sentences import Sentences, TokenLists, place_in, whole_sentences
from spanf1.formats.source import Source
from spanf1.formats.tokens import place_of, tagged
from spanf1.wording import many, shortened

# the keys that are written, where none are given
_TAG_KEY = "ner_tags"


def looks_like_record(view: View) -> int:
    """Return how sure it is that a part of a record holds tags, beside tokens."""
    if view.role == "keys":
        tags = any(key in view.record for key in TAG_KEYS.gold + TAG_KEYS.predicted)
        return LIKELY if view.has_tokens else MAYBE * tags
    match view.value:
        case [str() | int(), *_]:
            known = view.role == "known" and (view.has_tokens or not view.has_text)
            return LIKELY * (known or view.role == "given")
    return 0


class RecordTable(Table):
    """Records, of which the first are read at once, to see what keys they have.

    Parameters
    ----------
    source : Source
        Where they are from.
    batches : iterator of Batch
        The records; one batch at least.
    """

    def __init__(self, source: Source, batches: Iterator[Batch]) -> None:
        self.source, self._batches = source, batches
        self.head = next(batches)
        self.keys = self.head.records[0] if self.head.records else ()

    def lacking(self, message: str, option: str) -> LayoutError:
        """Return the error for a first record without a key, which an option may give."""
        return lacking(self.head.records[0], message, option, self.head.where(0))

    def needed(self, given: str | None, known: Sequence[str], what: str, option: str) -> str:
        """Return the key of something; nothing if none is given and there are no records."""
        if not self.head.records:
            return given or ""
        return super().needed(given, known, what, option)

    def batches(self, *_: KeyedTags) -> Iterator[Batch]:
        """Yield all records, the first ones too."""
        return chain([self.head], self._batches)

    def reader(self, column: KeyedTags, tags: TagSet) -> Callable[[Batch], Sentences]:
        """Return a function that makes sentences of a batch."""
        return _RecordTags(column, tags).sentences


class _RecordTags(LabelCodes):
    """Reads one side's tags, or ids, of records; each distinct one is looked at once."""

    def __init__(self, column: KeyedTags, tags: TagSet) -> None:
        self._column = column
        # distinct tags and ids, numbered as they are met; those by number, as they are asked for
        self._numbers: Any = Numbering()
        self._values: list[Any] = []
        super().__init__(tags, column.labels or {}, ignored=None)
        # what the tag O is called
        self._outside = "O" if column.labels is None else self.outside

    def sentences(self, batch: Batch) -> Sentences:
        """Return the sentences of a batch.

        Raises
        ------
        LayoutError
            If a record has not got what is to be read.
        TagError
            If a list holds what cannot be a tag.
        """
        column = self._column
        rows = batch.lists(column.key, column.options.option("key"))
        try:
            # True is the same as 1 where it is looked up.
            if column.labels is not None and not _types(rows) <= {int, str}:
                raise TypeError
            numbers = numbered(rows, self._numbers)
        except TypeError:
            row, place = first_not(rows, (int, str))
            message = f"{column.key}[{place}]: {_no_tag(rows[row][place])}"
            raise TagError(message, where=batch.where(row)) from None
        self._check_count(batch, rows)
        self.outside = self._numbers.get(self._outside)
        self.empty = self._numbers.get("") if self._tags.allows_missing else None
        if column.labels is not None:
            self.ignored = self._numbers.get(IGNORE_INDEX)
        return whole_sentences(
            numbers,
            np.fromiter(map(len, rows), np.intp, len(rows)),
            np.array(batch.lines, np.intp),
            batch.total,
            words=TokenLists(batch.tokens(column.token, "--token-key")) if column.token else None,
            ids=batch.ids(column.id, "--id-key") if column.id else None,
            coder=self,
        )

    def known(self) -> Iterable[str]:
        """Return the tags that there are, for messages."""
        return [value for value in self._numbers if isinstance(value, str)]

    @property
    def masked(self) -> list[int]:
        """The numbers of tags, or ids, of tokens that do not count."""
        masked = self._tags.spelling.masked
        if not masked:
            return []
        ids = (number for number, tag in self.labels.items() if tag in masked)
        return [self._numbers[value] for value in (*masked, *ids) if value in self._numbers]

    def _check_count(self, batch: Batch, rows: Sequence[Row]) -> None:
        """Raise an error if a record has not a gold tag for each of its tokens, where it has some.

        Where both sides were cut alike, only that shows it.
        """
        counted = self._column.counted
        tokens: list[Any] = [*map(dict.get, batch.records, repeat(counted))] if counted else []
        if set(map(type, tokens)) != {list} or [*map(len, tokens)] == [*map(len, rows)]:
            return
        row = next(row for row, one in enumerate(tokens) if len(one) != len(rows[row]))
        counts = f"{many(len(rows[row]), 'tag')} at {self._column.key}"
        raise AlignmentError(
            f"{counts}, and {many(len(tokens[row]), 'token')} at {counted}",
            where=batch.where(row),
            hint="every token is to have a gold tag: were both sides cut?",
        )

    def size(self) -> int:
        """Return how many numbers there are."""
        return len(self._numbers)

    def label(self, number: int) -> str:
        """Return the tag of a number.

        Raises
        ------
        TagError
            If it is that of no tag, and of no id that has one.
        """
        if number >= len(self._values):
            self._values = [*self._numbers]
        value = self._values[number]
        if isinstance(value, str):
            return value
        if type(value) is not int:
            raise TagError(_no_tag(value))
        if self._column.labels is None:
            raise TagError(f"{spelt(value)} is no tag", hint=LABELS_HINT)
        if value in self.labels:
            return self.labels[value]
        if value == IGNORE_INDEX:
            raise TagError(f"{value}, which is ignored, where gold is not")
        raise unlabelled(spelt(value), self.labels)

    def placed(
        self,
        error: InputError,
        sentences: Sentences,
        token: int,
        number: int,  # noqa: ARG002
    ) -> InputError:
        """Return an error with the place of a token."""
        row, place = place_in(sentences.lengths, token)
        where = self._column.source.where(int(sentences.places[row]))
        return TagError(
            f"{self._column.key}[{place}]: {error.message}", where=where, hint=error.hint
        )


def _types(rows: Iterable[Row]) -> set[type]:
    """Return the types of what lists hold."""
    return set(map(type, chain.from_iterable(rows)))


def _no_tag(value: object) -> str:
    return f"a tag is to be a string, and is {spelt(value)}"


class RecordReader(KeyedReader):
    """Reads gold and predicted tags from JSON Lines; see `KeyedReader`."""

    format = JSONL
    file_type = RecordFile

    def parts(self, size: int) -> Iterator[Self]:
        """Yield readers of parts; see `ColumnPair.parts`. Files joined by ids are read as wholes.

        Raises
        ------
        InputError, UsageError
            As `blocks`.
        """
        part = self
        plain = all(source.is_plain() for source in self._inputs.sources)
        if plain and all(file.is_by_line() for file in self.files):
            self._columns(self._tables())
            if not (self._keys and self._keys.id):
                # Where sentences may be missing, it is only known in order what belongs together.
                in_order = self._inputs.missing != "error" and not self._inputs.merged
                for inputs in () if in_order else self._inputs.parts(size):
                    part = type(self)(inputs)
                    part._keys = self._keys
                    yield part
        if part is self:
            yield self

    def _tables(self) -> list[RecordTable]:
        return [RecordTable(file.source, file.batches()) for file in self.files]


def documents(input: Input) -> Iterator[Document]:
    """Yield the records of a file with the spans of their tags; raises as `tagged_batches`.

    See `spanf1.formats.registry`.
    """
    return documents_of(input, sentences(input))


def sentences(input: Input) -> Iterator[Sentences]:
    """Yield the records of a file with the codes of their tags; raises as `tagged_batches`."""
    return (sentences for _, sentences in tagged_batches(input))


def tagged_batches(input: Input) -> Iterator[tuple[Batch, Sentences]]:
    """Yield the records of a file, and what they are as sentences; `input.tags` has the tags.

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
    options = input.options
    input.tags = tags = TagSet({}, options.spelling)
    labels = None if options.labels is None else labels_by_id(options.labels)
    table = RecordTable(input.source, _batches(input))
    if not table.head.records:
        return
    key = table.key(options)
    token = table.needed(options.token_key, TAG_KEYS.token, "tokens", "--token-key")
    if key == token:
        raise UsageError(f"tokens and tags cannot both be {shortened(key)}")
    known = next((name for name in TAG_KEYS.id if name in table.keys), "")
    input.key = key
    column = KeyedTags(table, options, key, token, options.id_key or known, labels)
    read = table.reader(column, tags)
    for batch in table.batches(column):
        yield batch, checked(read(batch), column)


def _batches(input: Input) -> Iterator[Batch]:
    """Yield the records of an input in batches: one at least."""
    if input.values is None:
        file = RecordFile(input.source)
        file.progress = input.progress
        return input.once(file.batches)
    lines = list(range(1, len(input.values) + 1))
    for line, value in zip(lines, input.values, strict=True):
        if not isinstance(value, dict):
            message = f"the record is {spelt(value)}, not an object"
            raise LayoutError(message, where=input.where(line))
    return iter([Batch(input.source, input.values, lines, len(lines))])


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
    token_key, tag_key = how.token_key or TAG_KEYS.token[0], how.key or _TAG_KEY
    if len({TAG_KEYS.id[0], token_key, tag_key}) < 3:
        raise UsageError(f"id, tokens and tags cannot be at the same key: {token_key}, {tag_key}")
    for document in documents:
        words, (tags,) = tagged(document, 1, how.scheme)
        try:
            target.write(line_of({**with_id(document), token_key: words, tag_key: tags}))
        except UnicodeEncodeError:
            message = "there is half of a surrogate pair, which is no character"
            raise LossError(message, where=place_of(document)) from None
