"""A table for people, at 80 columns."""

from __future__ import annotations

from spanf1.render.text import (
    _DIM,
    _PLAIN,
    _YELLOW,
    BOLD,
    WIDTH,
    padded,
    shortened,
    styled,
    width_of,
    wrapped_at,
)
from spanf1.results.scored import Scored
from spanf1.results.words import Row, dashed, f_name, how_made, rows
from spanf1.wording import percent, printable


def table(
    result: Scored, *, digits: int | None = None, colour: bool = False, brief: bool = False
) -> str:
    """Return the scores as a table, and under it how they were made.

    Parameters
    ----------
    result : Scored
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


def _figures(result: Scored, digits: int | None, *, colour: bool) -> list[str]:
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
