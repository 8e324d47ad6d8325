"""The renderings of a report by name: text, JSON, rows with delimiters, Markdown, LaTeX."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from spanf1.render.report import Report, Section
from spanf1.render.text import fact_lines, text, wrapped

_LATEX = {
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
} | {character: f"\\{character}" for character in "&%$#_{}"}

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~&])")


def json_text(data: object, indent: int | None = None) -> str:
    """Return data as JSON that is UTF-8, whatever a file may be called."""
    import json

    content = json.dumps(data, ensure_ascii=False, indent=indent, allow_nan=False)
    return content.encode("utf-8", "backslashreplace").decode()


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
    """Yield rows as comma-separated values, their fractions with all digits or with some."""
    import csv

    def shown(cell: object) -> object:
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
    header, *rows = ([_in_markdown(cell) for cell in row] for row in _cells(section))
    ruler = [{"l": ":---", "r": "---:"}[side] for side in _aligned(section, len(header))]
    lines = [f"### {_in_markdown(section.title)}", ""] if section.title else []
    lines += [_in_markdown(section.text.strip()), ""] if section.text else []
    lines += [f"| {' | '.join(row)} |" for row in (header, ruler, *rows)]
    lines += ["", *(f"- {_in_markdown(note.strip())}" for note in section.after)]
    return "\n".join(lines).rstrip() + "\n"


def _in_markdown(text: str) -> str:
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
            rf"{' & '.join(_in_latex(cell) for cell in row)} \\" for row in _cells(section)
        )
        totals = len(rows) - section.totals
        rules = [r"\midrule"] if 0 < totals < len(rows) else []
        columns = _aligned(section, len(section.header))
        lines += [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", header, r"\midrule"]
        lines += [*rows[:totals], *rules, *rows[totals:], r"\bottomrule", r"\end{tabular}"]
    return "\n".join(lines) + "\n"


def _in_latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)


#: how a report is rendered, by the name of a format
RENDERERS: dict[str, Callable[..., str | bytes]] = {
    "table": text,
    "json": json_report,
    "csv": delimited,
    "tsv": partial(delimited, delimiter="\t"),
    "markdown": markdown,
    "latex": latex,
}
