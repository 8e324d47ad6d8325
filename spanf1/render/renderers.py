"""The renderings of a report by name: text of 80 columns, JSON, CSV, Markdown, LaTeX, HTML."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, repeat
from typing import Any

from spanf1.render.report import Fact, Report, Section
from spanf1.wording import printable

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
    columns: int | None = None,
    **_: Any,
) -> str:
    """Return a report as plain text; if `brief`, the tables alone.

    On a terminal of so many columns, no line is longer, and names lose their middle where there is
    no room for them. Anywhere else names stay whole.
    """
    return "\n".join(
        "".join(f"{line}\n" for line in _lines(section, columns, colour=colour))
        for section in report.shown(digits, brief=brief, terminal=True)
    )


def _lines(section: Section, columns: int | None, *, colour: bool) -> Iterator[str]:
    """Yield the lines of a section."""
    width = min(columns or WIDTH, WIDTH)
    if section.title:
        yield styled(section.title, BOLD, colour)
    if section.text:
        yield from wrapped(section.text, width=width)
        yield ""
    if section.lines:
        yield from section.lines
    elif section.header:
        yield from _table(section, columns, colour=colour)
    for number, fact in enumerate(section.facts):
        if section.header and not number:
            yield ""
        yield from fact_lines(fact, section.labels, width, colour=colour)


def fact_lines(
    fact: Fact, labels: int, width: int = WIDTH, *, colour: bool = False
) -> Iterator[str]:
    """Yield the lines of a text, and beside the first of them its label."""
    label = f"{fact.label:<{labels - 1}} "
    for line in wrapped(fact.text, label, " " * labels, width):
        at = len(label)
        yield styled(line[:at], fact.label_style, colour) + styled(line[at:], fact.style, colour)
        label = " " * labels


def wrapped(text: str, first: str = "", rest: str = "", width: int = WIDTH) -> list[str]:
    """Return the lines of a text; what has no spaces, a path or a signature, stays whole."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _table(section: Section, width: int | None, *, colour: bool) -> Iterator[str]:
    """Yield the lines of a table and of the remarks under it."""
    for columns in _side_by_side(section, width or WIDTH):
        yield from _part(section, columns, width, colour=colour)
    for note in section.after:
        yield from wrapped(note, rest="    ", width=min(width or WIDTH, WIDTH))


def _side_by_side(section: Section, width: int) -> Iterator[list[int]]:
    """Yield the columns that go beside each other; those for which there is no room come later."""
    fixed, count = section.fixed, len(section.header)
    longest = max(width_of(row[0]) for row in (section.header, *section.rows))
    if section.spare and longest + sum(_widths(section, range(1, count))) > width:
        count -= 1
    stop, room = 0, width - min(longest, _ENOUGH)
    if sum(_widths(section, range(1, fixed))) > room:
        fixed = 1
    while stop < count:
        first = max(stop, fixed)
        stop = min(first + section.columns - fixed, count)
        columns = [*range(1, fixed), *range(first, stop)]
        while stop > first + 1 and sum(_widths(section, columns)) > room:
            stop -= 1
            columns.pop()
        yield columns


def _part(section: Section, columns: list[int], most: int | None, *, colour: bool) -> Iterator[str]:
    """Yield the lines of a table with some of its columns, and with the names."""
    widths = _widths(section, columns)
    names = [row[0] for row in (section.header, *section.rows)]
    if most is not None:
        room = max(most - sum(widths) - section.apart, section.least)
        names = _fitted(names, room, step_cut if not section.verbatim else cut)
    width = max([min(_NAME, section.least), *map(width_of, names)]) + section.apart

    def line(name: str, cells: Sequence[str]) -> str:
        pairs = zip(columns, widths, strict=True)
        return (padded(name, width) + "".join(f"{cells[k]:>{w}}" for k, w in pairs)).rstrip()

    head, *names = names
    yield styled(line(head, section.header), BOLD, colour)
    totals = len(names) - section.totals
    below = any(row[column] for row in section.under for column in columns)
    for number, (name, row) in enumerate(zip(names, section.rows, strict=True)):
        if number == totals and number:
            yield ""
        yield styled(line(name, row), BOLD, colour and number == totals)
        if below:
            yield styled(line("", section.under[number]), DIM, colour)


def _fitted(names: list[str], room: int, fitted: Callable[[str, int], str]) -> list[str]:
    """Return names that take so many columns, or as many more as it takes to tell them apart."""
    while len({fitted(name, room) for name in {*names}}) < len({*names}):
        room += 1
    return [fitted(name, room) for name in names]


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


_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "→": r"$\rightarrow$",
        # Behind the end of a row these two would be arguments of it.
        "[": "{[}",
        "*": "{*}",
    }
    | {character: f"\\{character}" for character in "&%$#_{}"}
)

# What JSON may have as it is, and a terminal, or UTF-8, may not.
_HIDDEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

# What a spreadsheet would compute, and what it would not though it begins like that.
_FORMULA = re.compile(r"[=+@\t\r-](?!(?<=[+-])(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?\Z)")

# What the heads of columns and of rows are in HTML.
_COLUMN, _ROW = 'th scope="col"', 'th scope="row" style="text-align: left"'

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~&])")


def json_text(data: object, indent: int | None = None) -> str:
    """Return data as JSON that is UTF-8 and moves no cursor, whatever a file may be called."""
    import json

    content = json.dumps(data, ensure_ascii=False, indent=indent, allow_nan=False)
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", content)


def json_report(report: Report, **_: Any) -> str:
    """Return the data of a report as JSON."""
    return json_text(report.data(report.about), indent=2) + "\n"


class _Lines:
    """What gives a line back to who writes it."""

    @staticmethod
    def write(line: str) -> str:
        return line


def delimited_lines(
    rows: Iterable[Sequence[object]], *, delimiter: str = ",", digits: int | None = None
) -> Iterator[str]:
    """Yield rows as comma-separated values, their fractions with all digits or with some.

    What would move a terminal's cursor is spelt out, and ``'`` is put before what a spreadsheet
    would compute.
    """
    import csv

    def shown(cell: object) -> object:
        if isinstance(cell, str):
            return "'" * bool(_FORMULA.match(cell)) + printable(cell)
        if not isinstance(cell, float):
            return cell
        return "" if math.isnan(cell) else cell if digits is None else f"{cell:.{digits}f}"

    writer = csv.writer(_Lines, delimiter=delimiter, lineterminator="\n")
    for row in rows:
        yield writer.writerow(map(shown, row))


def delimited(report: Report, *, delimiter: str = ",", digits: int | None = None, **_: Any) -> str:
    """Return the rows of a report as comma-separated values; a fraction that is NaN is empty."""
    return "".join(delimited_lines(report.rows(report.about), delimiter=delimiter, digits=digits))


def markdown(report: Report, *, digits: int | None = None, brief: bool = False, **_: Any) -> str:
    """Return a report as Markdown; if `brief`, the tables alone."""
    return "\n".join(map(_markdown, report.shown(digits, brief=brief)))


def _markdown(section: Section) -> str:
    header, *rows = ([in_markdown(cell) for cell in row] for row in _cells(section))
    ruler = [{"l": ":---", "r": "---:"}[side] for side in _aligned(section, len(header))]
    lines = [f"### {in_markdown(section.title)}", ""] if section.title else []
    lines += [in_markdown(section.text.strip()), ""] if section.text else []
    lines += [f"| {' | '.join(row)} |" for row in (header, ruler, *rows)]
    lines += ["", *(f"- {in_markdown(note.strip())}" for note in section.after)]
    return "\n".join(lines).rstrip() + "\n"


def in_markdown(text: str) -> str:
    """Return a text in which nothing means more than it says in Markdown."""
    return _MARKDOWN.sub(r"\\\1", text)


def _cells(section: Section) -> list[Sequence[str]]:
    """Return the cells of a table, or of facts, the header first."""
    rows: list[Sequence[str]] = [section.header, *section.rows]
    if not section.header:
        rows = [["", ""], *([fact.label, fact.text] for fact in section.facts)]
    return rows if section.verbatim else [[cell.strip() for cell in row] for row in rows]


def _aligned(section: Section, columns: int) -> str:
    """Say how each column is aligned: ``l`` or ``r``."""
    return "l" + ("l" if section.words else "r") * (columns - 1)


def latex(report: Report, *, digits: int | None = None, brief: bool = False, **_: Any) -> str:
    """Return a report as LaTeX tables, which need booktabs; if `brief`, without comments."""
    return "\n".join(map(_latex, report.shown(digits, brief=brief)))


def _latex(section: Section) -> str:
    comments = [section.title] if section.title else []
    comments += [line for text in (section.text, *section.after) for line in wrapped(text)]
    # What is said in words is too long for a table.
    comments += [line for fact in section.facts for line in fact_lines(fact, section.labels)]
    lines = [f"% {line}" for line in comments]
    if section.header:
        header, *rows = (
            rf"{' & '.join(cell.translate(_LATEX) for cell in row)} \\" for row in _cells(section)
        )
        totals = len(rows) - section.totals
        rules = [r"\midrule"] if 0 < totals < len(rows) else []
        columns = _aligned(section, len(section.header))
        lines += [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", header, r"\midrule"]
        lines += [*rows[:totals], *rules, *rows[totals:], r"\bottomrule", r"\end{tabular}"]
    return "\n".join(lines) + "\n"


def html(report: Report, *, digits: int | None = None, brief: bool = False, **_: Any) -> str:
    """Return a report as tables of HTML, for a page or a notebook; if `brief`, those alone."""
    sections = report.shown(digits, brief=brief)
    if sections and not (brief or sections[0].title):
        sections[0] = sections[0]._replace(title=printable(report.caption(report.about)))
    return "\n".join(map(_html, sections))


def _html(section: Section) -> str:
    from html import escape

    def line(cells: Iterable[str], first: str, others: str) -> str:
        tags = chain([first], repeat(others))
        row = (f"<{tag}>{escape(cell)}</{tag[:2]}>" for tag, cell in zip(tags, cells, strict=False))
        return f"<tr>{''.join(row)}</tr>"

    header, *rows = _cells(section)
    said = [escape(text.strip()) for text in (section.title, section.text) if text]
    lines = [f"<caption>{'<br>'.join(said)}</caption>"] if said else []
    if section.header:
        lines.append(f"<thead>{line(header, _COLUMN, _COLUMN)}</thead>")
    totals = len(rows) - section.totals
    for part in filter(None, (rows[:totals], rows[totals:])):
        lines.append(f'<tbody style="text-align: {"left" if section.words else "right"}">')
        lines += [line(row, _ROW, "td") for row in part] + ["</tbody>"]
    notes = [f"<p>{escape(note.strip())}</p>" for note in section.after]
    return "\n".join(["<table>", *lines, "</table>", *notes]) + "\n"


#: how a report is rendered, by the name of a format
RENDERERS: dict[str, Callable[..., str | bytes]] = {
    "table": text,
    "json": json_report,
    "csv": delimited,
    "tsv": partial(delimited, delimiter="\t"),
    "markdown": markdown,
    "latex": latex,
    "html": html,
}
