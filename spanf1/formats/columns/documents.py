"""Columns of tokens and tags: every sentence is a document; several columns have nested levels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import numpy as np

from spanf1.core.documents import Document
from spanf1.core.spans import decode
from spanf1.core.tags import CodeArray, IntArray, TagSet
from spanf1.exceptions import LayoutError, LossError, ReadError, UsageError
from spanf1.formats.columns.file import WRONG_COLUMN, ColumnFile, Place, tag_lookup
from spanf1.formats.columns.layout import DOCUMENT, column_of, delimiter_of
from spanf1.formats.columns.lines import TokenLines
from spanf1.formats.columns.passages import Passage, Passages
from spanf1.formats.options import Column
from spanf1.formats.registry import Reading, Writing
from spanf1.formats.source import BOM
from spanf1.formats.tokens import broken, by_sentence, place_of, sentence_of, tagged
from spanf1.wording import shortened

# What would end a field or a line, or make a reader take the file for a binary one.
_BREAKS = re.compile(r"[\0\t-\r ]")
_LINE_END = re.compile(r"[\r\n]")
_NO_TOKENS = "tokens and tags are in different columns; --delimiter says what separates them"


def documents(reading: Reading) -> Iterator[Document]:
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
    how = reading.how
    reading.tags = tags = TagSet({}, how.form)
    file = ColumnFile(
        reading.source, delimiter=delimiter_of(how.delimiter), progress=reading.progress
    )
    # Where both sides are in one file, they are in the last two columns.
    sides: dict[str, Column] = {"predicted": -1} if how.alone else {"gold": -2, "predicted": -1}
    chosen = how.tag_columns or (sides.get(how.side, -1),)
    reader = _Levels(
        file,
        list(map(column_of, chosen)),
        None if how.token_column is None else column_of(how.token_column),
        tuple(sides.values()) if not (how.tag_columns or how.other_columns) else how.other_columns,
    )
    for passage in reader.read(tags):
        if passage.tokens:
            reading.key = ",".join(map(str, reader.tag_columns))
            reading.token_column = reader.columns[1] + 1
        levels = [passage.codes, *reader.taken(len(passage.codes))]
        yield from _sentences(passage, levels, ["", *tags.types], reading)


def _sentences(
    passage: Passage, levels: Sequence[CodeArray], names: Sequence[str], reading: Reading
) -> Iterator[Document]:
    """Yield the sentences of a passage, given the codes of every level."""

    def where(token: int) -> str:
        return reading.where(passage.line(token))

    if (token := broken(passage.tokens)) is not None:
        raise ReadError(
            f"token {shortened(passage.tokens[token])} is not UTF-8", where=where(token)
        )
    found = [passage.spans, *(decode(codes, passage.starts) for codes in levels[1:])]
    spans = zip(*(by_sentence(level, passage.starts) for level in found), strict=True)
    begins = set(passage.document_starts.tolist())
    for (first, words), here in zip(passage.sentences(), spans, strict=True):
        line = passage.line(first)
        sentence = sentence_of(words, here, names, reading.where(line))
        yield sentence._replace(line=line, begins=first in begins)


class _Levels(Passages):
    """Reads the tokens and several columns of tags of a file; the passages have the first.

    Parameters
    ----------
    file : ColumnFile
        The file.
    tag_columns : list of (int or str)
        The columns of the tags, one at least.
    token_column : int or str, optional
        The column of the tokens; by default the first that holds no tags.
    others : tuple of int
        Other columns that hold tags.
    """

    def __init__(
        self,
        file: ColumnFile,
        tag_columns: list[Column],
        token_column: Column | None,
        others: tuple[Column, ...],
    ) -> None:
        super().__init__(file, tag_columns[0], token_column)
        #: the columns of the tags; by number from 1 once they are known
        self.tag_columns = tag_columns
        self._others = others
        # the codes of the columns but the first, that belong to passages to come
        self._codes: list[list[CodeArray]] = [[] for _ in tag_columns[1:]]

    def taken(self, count: int) -> list[CodeArray]:
        """Return the codes of each column but the first, of as many tokens as were not returned."""
        found = []
        for pieces in self._codes:
            codes = np.concatenate([np.zeros(0, np.int32), *pieces])
            found.append(codes[:count])
            pieces[:] = [codes[count:]]
        return found

    def lines(
        self, tags: TagSet
    ) -> Iterator[tuple[TokenLines, CodeArray, tuple[IntArray, IntArray]]]:
        """Yield the token lines, the codes of the first column's tags, places of the tokens."""
        lookup = tag_lookup(tags, WRONG_COLUMN)
        wanted, count = self.tag_columns, len(self.tag_columns)
        given = () if self.token_column is None else (self.token_column,)
        for lines, indices in self.file.token_lines(
            *wanted, *given, *self._others, tags=(tags,) * count
        ):
            token = self._token_among(lines, indices, count)
            self.tag_columns = [index + 1 for index in indices[:count]]
            self.columns = indices[0], token
            numbers = np.arange(len(lines.ends))
            tokens, *fields = lines.fields(numbers, token, *indices[:count])
            place = Place(lines, numbers, self.file.source)
            codes, *others = (place.codes(lookup, *field) for field in fields)
            for pieces, piece in zip(self._codes, others, strict=True):
                pieces.append(piece)
            yield lines, codes, tokens

    def _token_among(self, lines: TokenLines, indices: list[int], count: int) -> int:
        """Return the index of the column of the tokens, given `count` columns of tags and more."""
        source = self.file.source
        tags = indices[:count]
        if len(set(tags)) < count:
            twice = next(index for index in tags if tags.count(index) > 1)
            raise UsageError(f"column {twice + 1} is given twice", where=source.name)
        if self.token_column is not None:
            token = indices[count]
            if token in tags:
                message = f"tokens and tags are both in column {token + 1}"
                raise UsageError(message, where=source.name, hint="--token-column, --tag-column")
            return token
        free = next((k for k in range(lines.layout.columns) if k not in indices), None)
        if free is None:
            raise LayoutError(
                "there is no column of tokens: every column of this line is one of tags",
                where=source.where(lines.layout.line),
                hint=_NO_TOKENS,
            )
        return free


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
