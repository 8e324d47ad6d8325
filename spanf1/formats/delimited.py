"""Tables with a header, as CSV and TSV have them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence

from spanf1.exceptions import LayoutError
from spanf1.wording import many, shortened

#: a row's cells, and the line on which it begins
Row = tuple[int, list[str]]


def rows_of(
    lines: Sequence[str], delimiter: str, where: Callable[[int], str], *, quotes: bool = True
) -> list[Row]:
    """Return the rows of a table, whose cells may be in quotes; blank lines are none.

    Raises
    ------
    LayoutError
        If it is none.
    """
    if not quotes:
        return [(number, line.split(delimiter)) for number, line in enumerate(lines, 1) if line]
    rows, before = [], 0
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
    # A cell may be as large as the file.
    most = csv.field_size_limit(sum(map(len, lines)) + len(lines))
    try:
        for cells in reader:
            if cells:
                rows.append((before + 1, cells))
            before = reader.line_num
    except csv.Error as error:
        raise LayoutError(f"this is no CSV: {error}", where=where(before + 1)) from None
    finally:
        csv.field_size_limit(most)
    return rows


def records_of(
    rows: Sequence[Row], where: Callable[[int], str]
) -> list[tuple[int, dict[str, str]]]:
    """Return rows by the names of their columns, which the first one has, with their lines.

    Raises
    ------
    LayoutError
        If two columns have one name, or a row has not as many cells as the header.
    """
    (first, header), *others = rows
    if twice := next((name for name in header if name and header.count(name) > 1), None):
        raise LayoutError(f"two columns are called {shortened(twice)}", where=where(first))
    for line, cells in others:
        if len(cells) != len(header):
            message = f"{many(len(cells), 'cell')} where the header has {len(header)}"
            raise LayoutError(message, where=where(line))
    return [(line, dict(zip(header, cells, strict=True))) for line, cells in others]
