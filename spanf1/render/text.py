"""A report as plain text at 80 columns: cut, wrapped and padded by its width on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from spanf1.render.report import Fact, Report, Section

WIDTH = 80
BOLD, DIM, YELLOW, _PLAIN = "\033[1m", "\033[2m", "\033[33m", "\033[0m"
# A name has room for so much, and for more where that means fewer columns beside each other.
_NAME, _ENOUGH = 8, 26


def text(
    report: Report,
    *,
    digits: int | None = None,
    colour: bool = False,
    brief: bool = False,
    **_: Any,
) -> str:
    """Return a report as plain text; if `brief`, the tables alone."""
    return "\n".join(
        "".join(f"{line}\n" for line in _lines(section, colour=colour))
        for section in report.shown(digits, brief=brief, terminal=True)
    )


def _lines(section: Section, *, colour: bool) -> Iterator[str]:
    """Yield the lines of a section."""
    if section.title:
        yield styled(section.title, BOLD, colour)
    if section.text:
        yield from wrapped(section.text)
        yield ""
    if section.lines:
        yield from section.lines
    elif section.header:
        yield from _table(section, colour=colour)
    for number, fact in enumerate(section.facts):
        if section.header and not number:
            yield ""
        yield from fact_lines(fact, section.labels, colour=colour)


def fact_lines(fact: Fact, width: int, *, colour: bool = False) -> Iterator[str]:
    """Yield the lines of a text, and beside the first of them its label."""
    label = f"{fact.label:<{width - 1}} "
    for line in wrapped(fact.text, label, " " * width):
        at = len(label)
        yield styled(line[:at], fact.label_style, colour) + styled(line[at:], fact.style, colour)
        label = " " * width


def wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    """Return the lines of a text; what has no spaces, a path or a signature, stays whole."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _table(section: Section, *, colour: bool) -> Iterator[str]:
    """Yield the lines of a table and of the remarks under it."""
    for columns in _side_by_side(section):
        yield from _part(section, columns, colour=colour)
    for note in section.after:
        yield from wrapped(note, rest="    ")


def _side_by_side(section: Section) -> Iterator[list[int]]:
    """Yield the columns that go beside each other; those for which there is no room come later."""
    fixed, count = section.fixed, len(section.header)
    longest = max((width_of(row[0]) for row in section.rows), default=0)
    if section.spare and longest + sum(_widths(section, range(1, count))) > WIDTH:
        count -= 1
    stop, room = 0, WIDTH - min(longest, _ENOUGH)
    while stop < count:
        first = max(stop, fixed)
        stop = min(first + section.columns - fixed, count)
        columns = [*range(1, fixed), *range(first, stop)]
        while stop > first + 1 and sum(_widths(section, columns)) > room:
            stop -= 1
            columns.pop()
        yield columns


def _part(section: Section, columns: list[int], *, colour: bool) -> Iterator[str]:
    """Yield the lines of a table with some of its columns, and with the names."""
    widths = _widths(section, columns)
    room = max(min(section.widest, WIDTH - sum(widths) - section.apart), section.least)
    fitted = cut if section.verbatim else step_cut
    names = [fitted(row[0], room) for row in section.rows]
    width = max([min(_NAME, section.least), *map(width_of, names)]) + section.apart

    def line(name: str, cells: Sequence[str]) -> str:
        pairs = zip(columns, widths, strict=True)
        return (padded(name, width) + "".join(f"{cells[k]:>{w}}" for k, w in pairs)).rstrip()

    yield styled(line(section.header[0], section.header), BOLD, colour)
    totals = len(names) - section.totals
    for number, (name, row) in enumerate(zip(names, section.rows, strict=True)):
        if number == totals and number:
            yield ""
        yield styled(line(name, row), BOLD, colour and number == totals)
        if section.under:
            yield styled(line("", section.under[number]), DIM, colour)


def _widths(section: Section, columns: Iterable[int]) -> list[int]:
    rows = [section.header, *section.rows, *section.under]
    return [2 + max(width_of(row[column]) for row in rows) for column in columns]


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


def cut(name: str, most: int) -> str:
    """Return a name with its middle left out if it takes more than so many columns."""
    if width_of(name) <= most:
        return name
    head, tail = name[: most // 2], name[-most // 2 :]
    while width_of(head) + width_of(tail) > most - 1:
        head, tail = (head[:-1], tail) if len(head) > len(tail) else (head, tail[1:])
    return f"{head}…{tail}"


def step_cut(name: str, most: int) -> str:
    """Return a name with its middle left out if it is too long; of a step, that of each tag."""
    before, arrow, after = name.partition(" → ")
    if not arrow or width_of(name) <= most:
        return cut(name, most)
    room = most - len(arrow)
    left = min(width_of(before), max(room // 2, room - width_of(after)))
    return cut(before, left) + arrow + cut(after, room - left)


def pieces_wrapped(pieces: Iterable[str], width: int, indent: str) -> list[str]:
    """Return lines of so many columns of a terminal, with no piece broken."""
    lines: list[str] = []
    for piece in pieces:
        if lines and width_of(lines[-1]) + 1 + width_of(piece) <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(indent * bool(lines) + piece)
    return lines


def styled(text: str, style: str, colour: bool) -> str:
    """Return a text in a terminal's style, if there is one and it is wanted."""
    return f"{style}{text}{_PLAIN}" if colour and style else text
