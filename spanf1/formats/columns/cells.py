"""Cells in quotes, as CSV has them, made plain fields, parted by what is in none of them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from spanf1.exceptions import LayoutError
from spanf1.formats.source import FRONT, ROOM, UNIT, RawBlock, Source

#: what parts the fields, and what stands for a line end in one
MARK = "\x1f"
_BREAK = b"\x1e"
# Lines of their own: for each further line of a row, a comment; for a row of empty cells, a blank.
_REST, _EMPTY = b"#" + _BREAK, b"\t"

_QUOTE = b'"'
# How many lines one row may have.
_MOST_LINES = 100


def cells(line: bytes, delimiter: str) -> list[bytes] | None:
    """Return the cells of a row, by the quotes in it; None if one is not closed, or no CSV."""
    # Here, because few files have such.
    import csv

    lines = [f"{part}\n" for part in line.decode("utf-8", "surrogateescape").split("\n")]
    most = csv.field_size_limit(len(line) + 1)
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    finally:
        csv.field_size_limit(most)
    return [cell.encode("utf-8", "surrogateescape") for cell in rows[0]] if len(rows) == 1 else None


def has_quoted_cells(lines: Sequence[bytes], delimiter: str) -> bool:
    """Return whether quotes in some lines are those of cells, and not tokens by themselves.

    Where a comma is the delimiter, one line shows it. Else a quote may be a part of a token: one
    cell in quotes must hold another quote, or all lines have quotes.
    """
    marked = [line for line in lines if _QUOTE in line]
    comma, in_all = delimiter == ",", len(marked) == len(lines)
    if not delimiter.strip(" ") or not (comma or in_all or any(_QUOTE * 2 in x for x in marked)):
        return False
    found = [(cells(line, delimiter), line.split(delimiter.encode())) for line in marked]
    quoted = [(row, plain) for row, plain in found if row is not None and row != plain]
    if comma or in_all:
        # A quote that is not closed where cells are missing is so on a later line.
        most = max(line.count(delimiter.encode()) for line in lines)
        return bool(quoted) or any(row is None and len(plain) <= most for row, plain in found)
    return all(row for row, _ in found) and any(
        _QUOTE in cell and cell not in plain for row, plain in quoted for cell in row
    )


class Row(NamedTuple):
    """A row: its cells, on how many lines it is, and whether the last of them ends in CR."""

    cells: list[bytes]
    lines: int
    end: bytes


def rows(lines: Iterable[bytes], delimiter: str, columns: int) -> Iterator[Row | None]:
    """Yield, for each line, the row that ends on it; None if it goes on.

    Parameters
    ----------
    lines : iterable of bytes
        The lines, without their line ends, but for a CR.
    delimiter : str
        What parts the cells.
    columns : int
        How many there are: where a quote is not closed, and there are as many without it, it is
        a token. Lines that begin with # and have not as many are comments.
    """
    between = delimiter.encode()
    opened: list[bytes] = []
    for whole in lines:
        line, found = whole.removesuffix(b"\r"), None
        if opened or _QUOTE in line:
            opened.append(line)
            found = cells(FRONT.join(opened), delimiter)
            by_itself = len(opened) == 1 and (
                line.count(between) == columns - 1 or line[:1] == b"#"
            )
        else:
            by_itself = True
        if found is None and not by_itself:
            yield None
            continue
        yield Row(found or line.split(between), len(opened) or 1, whole[len(line) :])
        opened = []


def plain(
    blocks: Iterable[RawBlock], delimiter: str, columns: int, source: Source, line: int = 1
) -> Iterator[RawBlock]:
    """Yield blocks with `MARK` between the fields of each line, and no quotes around them.

    There are as many lines as before: a row of several lines is on the first of them.

    Parameters
    ----------
    blocks : iterable of RawBlock
        The blocks.
    delimiter, columns
        As for `rows`.
    source : Source
        Where the lines come from, for messages.
    line : int
        The number of the first line.

    Raises
    ------
    LayoutError
        If a quote is not closed, or a row too large.
    """
    todo: deque[bytes] = deque()
    mark = b""
    found = rows(iter(todo.popleft, None), delimiter, columns)
    opened = size = 0
    for raw in blocks:
        todo += bytes(raw.data[len(FRONT) : raw.end - 1]).split(FRONT)
        lines: list[bytes] = []
        while todo:
            size += len(todo[0])
            row = next(found)
            line += 1
            opened = 0 if row else opened + 1
            if opened > _MOST_LINES:
                raise _unclosed(source, line - opened)
            if row:
                size = 0
            elif size > source.most_of_line:
                hint = "is a quote not closed?"
                raise source.too_large("row", source.most_of_line, line - opened, hint)
            if row:
                empty = len(row.cells) > 1 and not any(row.cells)
                text = MARK.encode().join(row.cells).replace(FRONT, _BREAK)
                lines += [(_EMPTY if empty else text) + row.end, *[_REST] * (row.lines - 1)]
        mark += raw.mark
        if not lines:
            continue
        content = b"".join([FRONT, *(text + FRONT for text in lines)])
        data = bytearray(-(-(len(content) + ROOM) // UNIT) * UNIT)
        data[: len(content)] = content
        yield raw._replace(data=data, end=len(content), mark=mark)
        mark = b""
    if opened:
        raise _unclosed(source, line - opened)


def _unclosed(source: Source, line: int) -> LayoutError:
    return LayoutError(
        "a quote that begins here is not closed",
        where=source.where(line),
        hint="a cell that begins with a quote ends with one, and those within are written twice",
    )


def quoted(text: bytes, delimiter: str, columns: int) -> bytes:
    """Return lines that `plain` made as CSV has them: cells that need quotes have some."""
    between = delimiter.encode()
    needs = re.compile(b'["\x1e' + re.escape(between) + b"]")
    lines = []
    for line in text.split(FRONT):
        if line == _REST:
            continue
        fields = [
            _QUOTE + field.replace(_QUOTE, _QUOTE * 2).replace(_BREAK, FRONT) + _QUOTE
            if needs.search(field)
            else field
            for field in line.split(MARK.encode())
        ]
        empty = line.removesuffix(b"\r") == _EMPTY
        lines.append(
            line.replace(_EMPTY, between * (columns - 1)) if empty else between.join(fields)
        )
    return FRONT.join(lines)
