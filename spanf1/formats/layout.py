"""What the lines of a column file look like: what separates the columns, and how many there are."""

from __future__ import annotations

import io
import re
from typing import NamedTuple

from spanf1.errors import LayoutError, UsageError
from spanf1.formats.streams import FRONT, Source

#: the delimiters that have names; any other single character may stand for itself
DELIMITERS = {"tab": "\t", "space": " ", "whitespace": ""}

MERGED_HINT = (
    "one file needs gold and predicted tags in two columns, by default the last two; "
    "for two files: GOLD PRED"
)

#: what may stand on a line that is blank
WHITE = b" \t\r"
#: how a line begins that begins a document
DOCUMENT = re.compile(rb"[ \t]*-DOCSTART-(?![^ \t,;|])")
#: how a comment begins that begins a document, in CoNLL-U
NEW_DOCUMENT = re.compile(rb"# newdoc(?![^ \t=])")

# How many lines a layout is judged by.
_SAMPLE_LINES = 200


def delimiter_of(given: str | None) -> str | None:
    """Return the delimiter that a name, or one ASCII character, stands for; None for ``auto``.

    Raises
    ------
    UsageError
        If it is neither.
    """
    if given is None or given == "auto":
        return None
    character = DELIMITERS.get(given, "\t" if given == "\\t" else given)
    if len(character) > 1 or not character.isascii() or character in ("\r", "\n"):
        hint = f"{', '.join(DELIMITERS)}, or one ASCII character"
        raise UsageError(f"{given!r} is no delimiter", hint=hint)
    return character


class Layout(NamedTuple):
    """How the lines of a file are made.

    Attributes
    ----------
    delimiter : str
        The one character between fields; empty for runs of spaces and tabs.
    columns : int
        How many fields a line has.
    line : int
        The line on which that was seen, for messages.
    """

    delimiter: str
    columns: int
    line: int = 1

    @property
    def delimiter_name(self) -> str:
        """What the delimiter is called in options and reports."""
        names = {character: name for name, character in DELIMITERS.items()}
        return names.get(self.delimiter, repr(self.delimiter))

    def column_index(self, column: int, source: Source) -> int:
        """Return the index from 0 of a column that is numbered from 1, or from the end by -1.

        Raises
        ------
        LayoutError
            If there is no such column in the file.
        """
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

    def fields(self, line: bytes) -> list[bytes]:
        """Return the fields of one line, given without its line end."""
        if self.delimiter:
            return line.split(self.delimiter.encode())
        return [field for field in re.split(rb"[ \t\r]+", line) if field]


def detect_layout(
    text: bytearray, source: Source, delimiter: str | None = None, first_line: int = 1
) -> Layout | None:
    """Return the layout of a file, judged by its first lines, or None if it has no token line.

    The delimiter is tab, space or runs of white space: the first of them that splits every line
    into the same number of fields, more than one and (but for tabs) none of them empty. Where
    none does, it is the one by which the most lines have as many fields as the first.

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
    candidates = []
    for character in DELIMITERS.values() if delimiter is None else [delimiter]:
        layout = Layout(character, 0, sample[0][0])
        rows = [layout.fields(line) for _, line in sample]
        columns = len(rows[0])
        agree = sum(len(row) == columns for row in rows) if columns > 1 else 0
        filled = all(map(all, rows)) if character != "\t" else any(row[-1] for row in rows)
        candidates.append(((filled, agree), layout._replace(columns=columns)))
    return max(candidates, key=lambda candidate: candidate[0])[1]
