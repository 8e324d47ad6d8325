"""Columns of tokens and tags: every sentence is a document; several columns have nested levels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import numpy as np

from spanf1.core.documents import Document
from spanf1.core.spans import decode
from spanf1.core.tags import TagSet
from spanf1.exceptions import LayoutError, LossError, ReadError, UsageError
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.columns.layout import DOCUMENT, Layout
from spanf1.formats.columns.tags import check_token, passages
from spanf1.formats.options import LAST, TAGS_ELSEWHERE, TAGS_OF_TWO_ELSEWHERE
from spanf1.formats.registry import Input, Writing
from spanf1.formats.sentences import Sentences
from spanf1.formats.source import BOM, Source
from spanf1.formats.tokens import broken, by_sentence, place_of, sentence_of, tagged
from spanf1.wording import shortened, unwritable

# What would end a field or a line, or make a reader take the file for a binary one.
_BREAKS = re.compile(r"[\0\t-\r ]")
_BLANK = "\t\n\v\f\r "
#: what may be lost of documents here
BLANK_TOKENS = "tokens of white space"
_LINE_END = re.compile(r"[\r\n]")
_NO_TOKENS = "tokens and tags are in different columns; --delimiter says what separates them"


def documents(input: Input) -> Iterator[Document]:
    """Yield the sentences of a file, with the spans of one column of tags or of several.

    See `spanf1.formats.registry`.

    Raises
    ------
    LayoutError
        If there are no such columns, or lines of different numbers of fields.
    ReadError
        If it cannot be read, or a token is not UTF-8.
    TagError
        If there is a tag that no scheme has.
    UsageError
        If a column is given twice.
    """
    for passage, tags in _passages(input):
        yield from _sentences(passage, ["", *tags.types], input)


def token_lines(input: Input) -> Iterator[list[int]]:
    """Yield for each sentence of a file the lines of its tokens; raises as `documents`."""
    for passage, _ in _passages(input):
        for first, words in passage.token_lists():
            yield [passage.line(first + number) for number in range(len(words))]


def _passages(input: Input) -> Iterator[tuple[Sentences, TagSet]]:
    """Yield whole sentences with the tags of every level, and what numbers these."""
    options, source = input.options, input.source
    input.tags = tags = TagSet({}, options.spelling)
    # Where both sides are in one file, they are in the last two columns.
    sides = {"predicted": LAST} if options.alone else {"gold": -2, "predicted": LAST}
    levels = options.tag_columns or (sides.get(options.side, LAST),)
    others = options.other_columns or (() if options.tag_columns else tuple(sides.values()))
    given = [] if options.token_column is None else [options.token_column]
    numbers: list[int] = []

    def token(layout: Layout, indices: list[int]) -> int:
        picked = _token_index(source, layout, indices, len(levels), given=bool(given))
        numbers[:] = (index + 1 for index in (*indices[: len(levels)], picked))
        return picked

    file = ColumnFile(
        source,
        delimiter=options.delimiter,
        merged=not options.alone,
        sentence_column=options.sentence_column,
        progress=input.progress,
    )
    blocks = file.tagged_lines(
        [tags] * len(levels),
        levels,
        others=[*given, *others],
        token=token,
        hint=TAGS_OF_TWO_ELSEWHERE if options.prefix else TAGS_ELSEWHERE,
    )
    for passage in passages(lines.side()._replace(codes=np.array(lines.codes)) for lines in blocks):
        if passage.size:
            input.key = ",".join(map(str, numbers[:-1]))
            input.token_column = numbers[-1]
        yield passage, tags
    input.notes |= file.notes()


def _sentences(passage: Sentences, names: Sequence[str], input: Input) -> Iterator[Document]:
    """Yield sentences, each with the spans of every level."""

    def where(token: int) -> str:
        return input.where(passage.line(token))

    tokens = passage.tokens or ()
    if (token := broken(tokens)) is not None:
        wrong = f"has {unwritable(tokens[token])}" if "\0" in tokens[token] else "is not UTF-8"
        raise ReadError(f"token {shortened(tokens[token])} {wrong}", where=where(token))
    levels = (decode(codes, passage.starts) for codes in passage.codes)
    spans = zip(*(by_sentence(level, passage.starts) for level in levels), strict=True)
    begins = set(passage.document_starts.tolist())
    for (first, words), here in zip(passage.token_lists(), spans, strict=True):
        line = passage.line(first)
        sentence = sentence_of(words, here, names, input.where(line))
        yield sentence._replace(line=line, begins=first in begins)


def _token_index(
    source: Source, layout: Layout, indices: list[int], count: int, *, given: bool
) -> int:
    """Return the index of the tokens' column; of all, `count` are of tags, the next if `given`."""
    tags = indices[:count]
    if len(set(tags)) < count:
        twice = next(index for index in tags if tags.count(index) > 1)
        raise UsageError(f"column {twice + 1} is given twice", where=source.name)
    if given:
        check_token(source, indices[count], tags)
        return indices[count]
    free = layout.free_column(indices)
    if free is None:
        raise LayoutError(
            "there is no column of tokens: every column of this line is one of tags",
            where=source.where(layout.line),
            hint=_NO_TOKENS,
        )
    return free


def has_type(kind: str) -> bool:
    """Return whether a span can have a type: it is a part of a field of a line."""
    return not _BREAKS.search(kind)


def fit(document: Document) -> tuple[Document, list[str]]:
    """Return a document without tokens that are white space or empty, and if that loses any."""
    words = document.words()
    if all(word.strip(_BLANK) for word in words):
        return document, []
    pairs = zip(document.tokens or (), words, strict=True)
    tokens = [token for token, word in pairs if word.strip(_BLANK)]
    return document._replace(tokens=tokens), [BLANK_TOKENS]


def write(documents: Iterable[Document], target: BinaryIO, how: Writing) -> None:
    """Write every document as a sentence: its tokens, and their tags in a column for each level.

    A comment ``# newdoc`` stands where a document begins.

    Parameters
    ----------
    documents : iterable of Document
        What to write.
    target : binary stream
        Where to write.
    how : Writing
        The scheme, and the number of levels.

    Raises
    ------
    LossError
        If a token or a tag cannot be a field, or a span cannot be written by tags.
    """
    parted = b""
    for document in documents:
        lines = _lines(document, how)
        if lines:
            # What looks like a byte-order mark must not begin the file.
            first = b"\n" if not parted and lines.startswith(BOM) else parted
            target.write(first + lines)
            parted = b"\n"


def _lines(document: Document, how: Writing) -> bytes:
    """Return the lines of one document."""
    where = place_of(document)
    words, levels = tagged(document, how.levels, how.scheme)
    fields = [*words, *(tag for tags in levels for tag in tags)]
    if not all(fields) or _BREAKS.search("".join(fields)):
        word = next(field for field in fields if not field or _BREAKS.search(field))
        what = "a field of a line is not to be empty, or have white space in it"
        raise LossError(f"{shortened(word)} cannot be in a column: {what}", where=where)
    mark = next((word for word in words if DOCUMENT.match(word.encode(errors="replace"))), None)
    if mark is not None and (len(words) > 1 or document.spans):
        message = f"token {shortened(mark)} would be read as the beginning of a document"
        raise LossError(message, where=where)
    lines = ["\t".join(row) for row in zip(words, *levels, strict=True)]
    if document.begins and mark is None:
        known = document.id is not None and not _LINE_END.search(str(document.id))
        lines.insert(0, f"# newdoc id = {document.id}" if known else "# newdoc")
    try:
        return "".join(f"{line}\n" for line in lines).encode()
    except UnicodeEncodeError:
        message = "there is half of a surrogate pair, which is no character"
        raise LossError(message, where=where) from None
