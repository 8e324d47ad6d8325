"""Columns of tokens and brackets, as CoNLL-2012 has them: ``(PER*``, ``*``, ``*)``; ``(ORG)``.

``(PER`` opens a span, ``)`` closes the one that was opened last, so that spans may nest. Blank
lines part sentences, ``#begin document`` and other comments documents. (S. Pradhan et al. 2012.
CoNLL-2012 shared task: modeling multilingual unrestricted coreference in OntoNotes.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from spanf1.core.documents import Document, TextSpan, joined
from spanf1.exceptions import LayoutError, UsageError
from spanf1.formats.lines import Line, lines_of
from spanf1.formats.options import Column, InputOptions
from spanf1.formats.registry import Input
from spanf1.formats.sniffing import Beginning
from spanf1.wording import many, shortened

# A tag: what it opens, whether it has a star, and what it closes. Numbers are chains, no types.
_TAG = re.compile(r"((?:\((?![0-9]+[)*|])[^\s()*|]+)*)(\*?)(\)*)")
_COMMENT = "#"
_DOCUMENTS = "#begin document"

# CoNLL-2012 has at least so many columns, of which these are the tokens and the entities.
_COLUMNS, _TOKEN, _ENTITY = 12, 4, 11

_EXAMPLE = "(PER* * *), or (PER) for one token"


def looks_like_file(beginning: Beginning) -> bool:
    """Return whether the tags of a file are brackets, by its first lines."""
    head, whole = next(beginning.heads())
    lines = head.decode(errors="replace").splitlines()
    rows = _sample(lines if whole else lines[:-1])
    if not rows:
        return False
    index = _tag_indices(rows[0], InputOptions())[0]
    tags = [row[index] if -len(row) <= index < len(row) else "" for row in rows]
    return all(map(_parsed, tags)) and any("(" in tag for tag in tags)


def _sample(lines: Sequence[str]) -> list[list[str]]:
    return [line.split() for line in lines if line.strip() and not line.startswith(_COMMENT)]


def documents(input: Input) -> Iterator[Document]:
    """Yield the sentences of a file, with the spans of one column of brackets, or of several.

    Raises
    ------
    ReadError
        If the file cannot be read, or is not UTF-8.
    LayoutError
        If a line has no such column, or what is in it are no brackets, or not in pairs.
    UsageError
        If a column is given by a name.
    """
    sentence: list[tuple[int, list[str]]] = []
    reader: _Reader | None = None
    begins = True
    for line in lines_of(input, "CoNLL's"):
        fields = _fields(line, input.options)
        if fields and not line.text.startswith(_COMMENT):
            sentence.append((line.number, fields))
            continue
        if sentence:
            reader = reader or _Reader(input, sentence[0][1])
            yield reader.document(sentence)._replace(begins=begins)
            sentence, begins = [], False
        begins = begins or line.text.startswith(_DOCUMENTS)
    if sentence:
        reader = reader or _Reader(input, sentence[0][1])
        yield reader.document(sentence)._replace(begins=begins)


def _fields(line: Line, options: InputOptions) -> list[str]:
    if not line.text.strip():
        return []
    return line.text.split(options.delimiter or None)


def _tag_indices(row: Sequence[str], options: InputOptions) -> list[int]:
    """Return the indices of the columns of tags, negative ones from the end."""
    given: Sequence[Column] = options.tag_columns
    if not given:
        side = {"gold": -2}.get(options.side, -1)
        full = _ENTITY if len(row) >= _COLUMNS else -1
        given = [full if options.alone else side]
    return [_index(column) for column in given]


def _index(column: Column) -> int:
    if isinstance(column, str):
        message = f"columns of brackets have no names: {shortened(column)} is to be a number"
        raise UsageError(message, hint="they are counted from 1, or from the end by -1")
    return column - 1 if column > 0 else column


class _Reader:
    """Reads the sentences of a file, given its first row."""

    def __init__(self, input: Input, row: Sequence[str]) -> None:
        self._input = input
        options, count = input.options, len(row)
        self._hint = f"{options.option('tag_columns')} says which column has the brackets"
        self._hint += "; for two files: GOLD PRED" * (not options.alone)
        self._tags = _tag_indices(row, options)
        used = {index % count for index in self._tags}
        if not options.alone:
            other = options.other_columns or (-2, -1)
            used |= {_index(column) % count for column in other}
        if options.token_column is not None:
            self._token = _index(options.token_column)
        elif count >= _COLUMNS:
            self._token = _TOKEN - 1
        else:
            self._token = next((index for index in range(count) if index not in used), count)
        # Columns behind those of the tags may differ, if these are not counted from the end.
        self._count = count if min(*self._tags, self._token) < 0 else 0
        number = [index + 1 if index >= 0 else count + index + 1 for index in self._tags]
        input.key, input.token_column = ",".join(map(str, number)), self._token % (count + 1) + 1

    def document(self, rows: Sequence[tuple[int, list[str]]]) -> Document:
        """Return the document of a sentence, given its rows and their lines."""
        words = [self._field(line, row, self._token) for line, row in rows]
        text, tokens = joined(words)
        spans = [
            TextSpan(kind, ((tokens[start][0], tokens[end - 1][1]),))
            for index in self._tags
            for kind, start, end in self._spans(rows, index)
        ]
        return Document(text, spans, tokens, line=rows[0][0], spaced=True)

    def _field(self, line: int, row: Sequence[str], index: int) -> str:
        wrong = self._count and len(row) != self._count
        if wrong or not -len(row) <= index < len(row):
            message = f"{many(len(row), 'field')} where the lines before have {self._count}"
            if not wrong:
                message = f"there is no column {index + 1}: this line has {many(len(row), 'field')}"
            raise LayoutError(message, where=self._input.where(line), hint=self._hint)
        return row[index]

    def _spans(
        self, rows: Sequence[tuple[int, list[str]]], index: int
    ) -> Iterator[tuple[str, int, int]]:
        """Yield the type, the first token and the one behind, of the spans in a column."""
        opened: list[tuple[str, int]] = []
        for place, (line, row) in enumerate(rows):
            tag = self._field(line, row, index)
            where = self._input.where(line)
            found = _parsed(tag)
            if not found:
                message = f"{shortened(tag)} is no tag of brackets"
                raise LayoutError(message, where=where, hint=f"{_EXAMPLE}; {self._hint}")
            opened += [(kind, place) for kind in found[1].split("(")[1:]]
            for _ in found[3]:
                if not opened:
                    message = f"{shortened(tag)} closes a bracket that was not opened"
                    raise LayoutError(message, where=where, hint=_EXAMPLE)
                kind, start = opened.pop()
                yield kind, start, place + 1
        if opened:
            kind, start = opened[-1]
            message = f"the bracket of {shortened(kind)} is not closed in its sentence"
            raise LayoutError(message, where=self._input.where(rows[start][0]), hint=_EXAMPLE)


def _parsed(tag: str) -> re.Match[str] | None:
    """Return the parts of a tag; None if it is none."""
    found = _TAG.fullmatch(tag)
    # Without a star, what is opened has one token.
    return found if found and (found[2] or (found[1] and found[3])) else None
