"""What the lines of a column file look like: what separates the columns, and how many there are."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from spanf1.exceptions import LayoutError
from spanf1.formats.options import DELIMITERS, Column
from spanf1.formats.source import FRONT, Source
from spanf1.wording import shortened

MERGED_HINT = (
    "one file needs gold and predicted tags in two columns, by default the last two; "
    "for two files: GOLD PRED"
)

#: what may stand on a line that is blank
WHITE = b" \t\r"
#: how a line begins that begins a document
DOCUMENT = re.compile(rb"[ \t]*-DOCSTART-(?![^ \t,;|])")
#: how a comment begins that begins a document, in CoNLL-U and in CoNLL-2012
NEW_DOCUMENT = re.compile(rb"# newdoc(?![^ \t=])|#begin document(?![^ \t])")

# How a comment begins that names the columns.
_GLOBAL_COLUMNS = re.compile(rb"# +global\.columns[ \t]*=")
# How many names of columns an error lists.
_NAMES_SHOWN = 30

# How many lines a layout is judged by.
_SAMPLE_LINES = 200

# What columns are called in headers: the words of a name, in lower case and without a plural s.
_TOKEN_NAMES = frozenset({"token", "word", "form", "wordform", "text"})
_TAG_NAMES = frozenset({"tag", "label", "ner", "gold", "pred", "bio", "iob", "true", "entity"})
#: what looks like a tag, however it is written
TAG = re.compile(rb"[Oo]|[BIESLUMWbieslumw]([-_/:]\S+)?|\S+[-_/:][BIESLUMWbieslumw]")


class Layout(NamedTuple):
    """How the lines of a file are made.

    Attributes
    ----------
    delimiter : str
        The one character between fields; empty for runs of spaces and tabs.
    columns : int
        How many fields a line has.
    line : int
        The line on which that was seen, the first that may be a token.
    names : tuple of str
        What the columns are called, if that line is a header; or by ``# global.columns``.
    names_line : int
        The line that has these names.
    headed : bool
        Whether the line of the names is no token: a column was asked for by name, or that line
        is one of names as they are usual, where the lines behind it have tags.
    """

    delimiter: str
    columns: int
    line: int = 1
    names: tuple[str, ...] = ()
    names_line: int = 0
    headed: bool = False

    @property
    def delimiter_name(self) -> str:
        """What the delimiter is called in options and reports."""
        names = {character: name for name, character in DELIMITERS.items()}
        return names.get(self.delimiter, repr(self.delimiter))

    def column_index(self, column: Column, source: Source) -> int:
        """Return the index from 0 of a column.

        Raises
        ------
        LayoutError
            If there is no such column in the file, or two are called so.
        """
        if isinstance(column, str):
            return self._named(column, source)
        if 1 <= abs(column) <= self.columns:
            return column - 1 if column > 0 else self.columns + column
        count = f"{self.columns} columns, separated by {self.delimiter_name}"
        if self.columns == 1:
            count = "only one column"
        raise LayoutError(
            f"there is no column {column}: this line has {count}",
            where=source.where(self.line),
            hint=MERGED_HINT if column == -2 else "--delimiter says what separates columns",
        )

    def _named(self, name: str, source: Source) -> int:
        """Return the index from 0 of the column that is called so."""
        where = source.where(self.names_line)
        if len(self.names) != self.columns:
            raise LayoutError(
                f"{len(self.names)} names of columns, but line {self.line} has {self.columns}",
                where=where,
                hint=f"columns are separated by {self.delimiter_name}; --delimiter sets another",
            )
        found = [index for index, known in enumerate(self.names) if known == name]
        if len(found) == 1:
            return found[0]
        shown = shortened(name)
        if found:
            numbers = " and ".join(str(index + 1) for index in found)
            raise LayoutError(
                f"{len(found)} columns are called {shown}: {numbers}",
                where=where,
                hint="the number of a column says which is meant",
            )
        names = ", ".join(map(shortened, self.names[:_NAMES_SHOWN]))
        more = ", …" if len(self.names) > _NAMES_SHOWN else ""
        raise LayoutError(
            f"no column is called {shown}: the columns are called {names}{more}",
            where=where,
            hint=self._likest(name),
        )

    def _likest(self, name: str) -> str:
        """Return a question about the name that is most like another one, as a hint."""
        import difflib

        folded = {known.casefold(): known for known in self.names if known}
        close = difflib.get_close_matches(name.casefold(), folded, 1)
        if close:
            return f"did you mean {folded[close[0]]}?"
        return "names are taken from the first line; a column can be given by its number, too"

    def free_column(self, used: Collection[int]) -> int | None:
        """Return the index of the first column that is none of some; None if there is none."""
        return next((index for index in range(self.columns) if index not in used), None)

    def _of_sample(self, sample: Sequence[tuple[int, bytes]]) -> Layout:
        """Return the layout with what the first lines, each with its number, tell besides."""
        rows = [(number, self.fields(line), line[:1] == b"#") for number, line in sample]
        rows = [row for row in rows if len(row[1]) == self.columns or not row[2]]
        fitting = [(number, row) for number, row, _ in rows if len(row) == self.columns]
        names_line, names, _ = rows[0]
        titled = names_line == fitting[0][0] and _is_header(names, [row for _, row in fitting[1:]])
        return self._replace(
            line=fitting[0][0],
            names=tuple(name.decode("utf-8", "replace") for name in names),
            names_line=names_line,
            headed=titled,
        )

    def fields(self, line: bytes) -> list[bytes]:
        """Return the fields of one line, given without its line end."""
        if self.delimiter:
            return line.split(self.delimiter.encode())
        return [field for field in re.split(rb"[ \t\r]+", line) if field]


def _words_of(name: str) -> list[str]:
    """Return the words of the name of a column: ``ner`` and ``tag`` of ``NER_TAGS``."""
    words = re.split(r"[\W\d_]+", name.lower())
    return [word.removesuffix("s") for word in words if word]


def _is_header(names: Sequence[bytes], rows: Sequence[Sequence[bytes]]) -> bool:
    """Return whether a line names the columns: usual names, and none of a tag where tags are."""
    words = {word for name in names for word in _words_of(name.decode("utf-8", "replace"))}
    if not words & (_TOKEN_NAMES | _TAG_NAMES):
        return False
    tagged = tag_columns(rows)
    return bool(tagged) and not any(TAG.fullmatch(names[index]) for index in tagged)


def tag_columns(rows: Sequence[Sequence[bytes]]) -> list[int]:
    """Return the indices of the columns of some rows in which every field looks like a tag."""
    columns = zip(*rows, strict=True)
    return [index for index, fields in enumerate(columns) if all(map(TAG.fullmatch, fields))]


def detect_layout(
    text: bytearray, source: Source, delimiter: str | None = None, first_line: int = 1
) -> Layout | None:
    """Return the layout of a file, judged by its first lines, or None if it has no token line.

    The delimiter is tab, space or runs of white space: the first of them that splits every line
    into the same number of fields, more than one and (but for tabs) none of them empty. Where
    none does, it is the one by which the most lines have the same number of fields.

    Parameters
    ----------
    text : bytearray
        The first lines of the file, behind a line end.
    source : Source
        Where they come from, for messages.
    delimiter : str, optional
        The delimiter, where it is known; empty for white space.
    first_line : int
        The number of the first of these lines in the file.

    Raises
    ------
    LayoutError
        If lines end in a carriage return alone.
    """
    sample: list[tuple[int, bytes]] = []
    for number, whole in enumerate(io.BytesIO(text[len(FRONT) :]), first_line):
        line = whole.removesuffix(b"\n").removesuffix(b"\r")
        if b"\r" in line.rstrip(b"\r"):
            raise LayoutError(
                "a carriage return within a line",
                where=source.where(number),
                hint="lines must end in LF or CRLF, not in CR alone",
            )
        if line.strip(WHITE) and not (line + b" ").startswith(b"# ") and not DOCUMENT.match(line):
            sample.append((number, line))
            if len(sample) == _SAMPLE_LINES:
                break
    if not sample:
        return None
    # Where there are others, lines that begin with # may be comments, and tell nothing.
    lines = [line for _, line in sample if line[:1] != b"#"] or [line for _, line in sample]
    candidates = []
    for character in DELIMITERS.values() if delimiter is None else [delimiter]:
        layout = Layout(character, 0)
        rows = [layout.fields(line) for line in lines]
        counts = Counter(len(row) for row in rows if len(row) > 1)
        columns, agree = counts.most_common(1)[0] if counts else (len(rows[0]), 0)
        filled = all(map(all, rows)) if character != "\t" else any(row[-1] for row in rows)
        candidates.append(((filled, agree), layout._replace(columns=columns)))
    found = max(candidates, key=lambda candidate: candidate[0])[1]
    return found._of_sample(sample)


def declared_names(text: bytes) -> tuple[tuple[str, ...], int]:
    """Return the names that a comment ``# global.columns`` gives to columns, and its line.

    Parameters
    ----------
    text : bytes
        The first lines of a file; what stands behind the first line that is no comment, and not
        blank, is not looked at.
    """
    for number, line in enumerate(io.BytesIO(text), 1):
        if found := _GLOBAL_COLUMNS.match(line):
            return tuple(line[found.end() :].decode("utf-8", "replace").split()), number
        if line.strip() and not line.startswith(b"# "):
            break
    return (), 0
