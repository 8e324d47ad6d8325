"""Sections of a report, each with a heading, a few words and a table, as text or to paste."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from spanf1.render.escapes import latex_escaped, markdown_escaped
from spanf1.render.text import BOLD, WIDTH, padded, shortened, styled, width_of
from spanf1.wording import printable

# A name has room for so much, and for more where that means fewer columns beside each other.
_LEAST, _ENOUGH = 12, 26


@dataclass(frozen=True)
class Section:
    """A part of a report.

    Attributes
    ----------
    title, text : str
        What it is called; a few words on what it says.
    header : list of str
        The heads of the columns.
    rows : list of list of str
        The cells; the first of each row is a name.
    plain : list of list of str
        The rows in plain text, where they are others.
    lines : list of str
        What stands for the table in plain text, where that is not a table.
    after : list of str
        Remarks under the table; `lines` hold them, where there are some.
    columns, fixed : int
        How many columns at most are beside each other in plain text; how many of these, the
        first ones, are repeated where there are more.
    widest : int
        So many columns of a terminal a name may take in plain text.
    words : bool
        Whether all cells are words, not figures.
    spare : bool
        Whether the last column is left out of plain text where there is no room for it.
    """

    title: str
    text: str
    header: list[str]
    rows: list[list[str]]
    plain: list[list[str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    columns: int = 99
    fixed: int = 1
    widest: int = 36
    words: bool = False
    spare: bool = False

    @property
    def aligned(self) -> str:
        """How each column is aligned: ``l`` or ``r``."""
        return "l" + ("l" if self.words else "r") * (len(self.header) - 1)


def text_of(sections: list[Section], *, colour: bool = False, brief: bool = False) -> str:
    """Return sections as plain text at 80 columns; if `brief`, the tables alone."""
    parts = []
    for section in map(_printable, sections):
        lines = [] if brief else [styled(section.title, BOLD, colour), *_wrapped(section.text)]
        lines += [""] * (not brief and bool(section.text))
        if section.lines:
            lines += section.lines
        else:
            lines += _table(section, colour=colour)
        for note in section.after if not (brief or section.lines) else ():
            lines += _wrapped(note, "    ")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _printable(section: Section) -> Section:
    """Return a section in which nothing moves a terminal's cursor, or ends a comment."""
    return replace(
        section,
        title=printable(section.title),
        text=printable(section.text),
        header=_all_printable(section.header),
        rows=[_all_printable(row) for row in section.rows],
        plain=[_all_printable(row) for row in section.plain],
        lines=_all_printable(section.lines),
        after=_all_printable(section.after),
    )


def _all_printable(texts: list[str]) -> list[str]:
    return [printable(text) for text in texts]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _table(section: Section, *, colour: bool) -> list[str]:
    """Return the lines of a table; columns for which there is no room go into another below."""
    fixed, count = section.fixed, len(section.header)
    rows = section.plain or section.rows
    names = [row[0] for row in rows]
    longest = max(map(width_of, names), default=0)
    if section.spare and longest + sum(_widths(section, range(1, count))) > WIDTH:
        count -= 1
    lines: list[str] = []
    first = fixed
    while first < count or not lines:
        stop = min(first + section.columns - fixed, count)
        chosen = [*range(1, fixed), *range(first, stop)]
        while stop > first + 1 and sum(_widths(section, chosen)) + min(longest, _ENOUGH) > WIDTH:
            stop -= 1
            chosen.pop()
        first = max(stop, first + 1)
        widths = _widths(section, chosen)
        room = max(min(section.widest, WIDTH - sum(widths)), _LEAST)
        shown = [step_shortened(name, room) for name in names]
        widths.insert(0, max([8, *map(width_of, shown)]))
        header = _line(section.header[0], [section.header[k] for k in chosen], widths)
        lines.append(styled(header, BOLD, colour))
        for name, row in zip(shown, rows, strict=True):
            lines.append(_line(name, [row[k] for k in chosen], widths))
    return lines


def step_shortened(name: str, most: int) -> str:
    """Return a name with its middle left out if it is too long; of a step, that of each tag."""
    before, arrow, after = name.partition(" → ")
    if not arrow or width_of(name) <= most:
        return shortened(name, most)
    room = most - len(arrow)
    left = min(width_of(before), max(room // 2, room - width_of(after)))
    return shortened(before, left) + arrow + shortened(after, room - left)


def pieces_wrapped(pieces: Iterable[str], width: int, indent: str) -> list[str]:
    """Return lines of so many columns of a terminal, with no piece broken."""
    lines: list[str] = []
    for piece in pieces:
        if lines and width_of(lines[-1]) + 1 + width_of(piece) <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(indent * bool(lines) + piece)
    return lines


def _widths(section: Section, columns: Iterable[int]) -> list[int]:
    rows = [section.header, *(section.plain or section.rows)]
    return [2 + max(width_of(row[column]) for row in rows) for column in columns]


def _line(name: str, cells: list[str], widths: list[int]) -> str:
    rest = "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
    return (padded(name, widths[0]) + rest).rstrip()


def markdown(sections: list[Section]) -> str:
    """Return sections as Markdown."""

    def section_of(section: Section) -> str:
        ruler = [{"l": ":---", "r": "---:"}[side] for side in section.aligned]
        lines = [f"### {markdown_escaped(section.title)}", ""] if section.title else []
        lines += [markdown_escaped(section.text.strip()), ""] if section.text else []
        header, *rows = (
            [markdown_escaped(cell.strip()) for cell in cells]
            for cells in (section.header, *section.rows)
        )
        lines += [f"| {' | '.join(cells)} |" for cells in (header, ruler, *rows)]
        lines += ["", *(f"- {markdown_escaped(note.strip())}" for note in section.after)]
        return "\n".join(lines).rstrip() + "\n"

    return "\n".join(section_of(_printable(section)) for section in sections)


def latex(sections: list[Section]) -> str:
    """Return sections as LaTeX tables; they need the package booktabs."""

    def section_of(section: Section) -> str:
        lines = [f"% {section.title}"] if section.title else []
        lines += [f"% {line}" for line in _wrapped(section.text)]
        lines += [f"% {line}" for note in section.after for line in _wrapped(note)]
        lines += [rf"\begin{{tabular}}{{{section.aligned}}}", r"\toprule"]
        rows = [
            rf"{' & '.join(latex_escaped(cell.strip()) for cell in cells)} \\"
            for cells in (section.header, *section.rows)
        ]
        lines += [rows[0], r"\midrule", *rows[1:], r"\bottomrule", r"\end{tabular}"]
        return "\n".join(lines) + "\n"

    return "\n".join(section_of(_printable(section)) for section in sections)


class Rendering(NamedTuple):
    """How a comparison is rendered, and which settings matter to it."""

    render: Callable[..., str]
    takes: frozenset[str] = frozenset()


def brief_of(found: list[Section]) -> list[Section]:
    """Return the first table alone, without any words."""
    return [replace(found[0], title="", text="", after=[])]
