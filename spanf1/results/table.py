"""A table for people, at 80 columns."""

from __future__ import annotations

import textwrap

from spanf1.results.result import Result
from spanf1.results.words import Row, dashed, f_name, how_made, percent, printable, rows

WIDTH = 80
_NAME_WIDTH = 25
BOLD, _DIM, _YELLOW, _PLAIN = "\033[1m", "\033[2m", "\033[33m", "\033[0m"


def table(
    result: Result, *, digits: int | None = None, colour: bool = False, brief: bool = False
) -> str:
    """Return the scores as a table, and under it how they were made.

    Parameters
    ----------
    result : Result
        The scores.
    digits : int, optional
        Decimals of the percentages; 2 by default.
    colour : bool
        Use a terminal's styles.
    brief : bool
        Leave out how the scores were made.
    """
    lines = _figures(result, digits, colour=colour)
    if not brief:
        lines.append("")
        for heading, text in how_made(result, digits):
            style = _YELLOW if heading in ("strict", "nothing") else _PLAIN
            wrapped = wrapped_at(printable(text), WIDTH - 12)
            for number, line in enumerate(wrapped):
                label = f"{heading if number == 0 else '':<12}"
                lines.append(styled(label, _DIM, colour) + styled(line, style, colour))
    return "\n".join(lines) + "\n"


def wrapped_at(text: str, width: int) -> list[str]:
    """Return the lines of a text; what has no spaces, a path or a signature, stays whole."""
    return textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)


def _figures(result: Result, digits: int | None, *, colour: bool) -> list[str]:
    found = list(rows(result))
    header = ["", "Precision", "Recall", f_name(result), "Gold", "Predicted", "Correct"]
    body = [_cells(row, digits) for row in found]
    ends = [
        ["", *(dashed(one, digits) for one in row.intervals), "", "", ""]
        for row in found
        if row.intervals
    ]
    if ends:
        # So that intervals have room on 80 columns.
        header[-2:] = ["Pred.", "Corr."]
    widths = [
        max(len(header[column]), *(width_of(cells[column]) for cells in body + ends)) + 2
        for column in range(len(header))
    ]
    # Names are cut where intervals take the room.
    names = max(WIDTH - sum(widths[1:]), 8) if ends else widths[0]
    for cells in body:
        cells[0] = shortened(cells[0], names - 2)
    widths[0] = max(min(widths[0], names), 10 - 2 * bool(ends))
    lines = [styled(_line(header, widths), BOLD, colour)]
    for number, (row, cells) in enumerate(zip(found, body, strict=True)):
        if row.kind == "micro" and result.types:
            lines.append("")
        line = _line(cells, widths)
        lines.append(styled(line, BOLD, colour and row.kind == "micro"))
        if ends:
            lines.append(styled(_line(ends[number], widths).rstrip(), _DIM, colour))
    return lines


def _cells(row: Row, digits: int | None) -> list[str]:
    return [
        shortened(printable(row.name)),
        *(percent(figure, digits) for figure in row.figures),
        *map(str, (row.score.gold, row.score.predicted, row.score.correct)),
    ]


def _line(cells: list[str], widths: list[int]) -> str:
    return padded(cells[0], widths[0]) + "".join(
        f"{cell:>{width}}" for cell, width in zip(cells[1:], widths[1:], strict=True)
    )


def width_of(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def padded(text: str, width: int) -> str:
    """Return a text with spaces behind it, so that it takes a number of columns."""
    return text + " " * (width - width_of(text))


def shortened(name: str, most: int = _NAME_WIDTH) -> str:
    """Return a name with its middle left out if it is too long for the table."""
    if width_of(name) <= most:
        return name
    head, tail = name[: most // 2], name[-most // 2 :]
    while width_of(head) + width_of(tail) > most - 1:
        head, tail = (head[:-1], tail) if len(head) > len(tail) else (head, tail[1:])
    return f"{head}…{tail}"


def styled(text: str, style: str, wanted: bool) -> str:
    """Return a text in a terminal's style, if that is wanted."""
    return f"{style}{text}{_PLAIN}" if wanted and style != _PLAIN else text
