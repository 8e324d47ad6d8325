"""Tables to paste: Markdown, and LaTeX with booktabs."""

from __future__ import annotations

import re
from collections.abc import Callable

from spanf1.results.result import Result
from spanf1.results.words import bracketed, f_name, percent, printable, rows

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


def markdown_escaped(text: str) -> str:
    """Return text for a cell of a Markdown table."""
    return _MARKDOWN.sub(r"\\\1", text)


def latex_escaped(text: str) -> str:
    """Return text for a cell of a LaTeX table."""
    return "".join(_LATEX.get(character, character) for character in text)


def markdown(result: Result, *, digits: int | None = None) -> str:
    """Return the scores as a Markdown table, in percent."""
    types, averages = _cells(result, digits, markdown_escaped)
    header = _header(result)
    ruler = [":---", *["---:"] * (len(header) - 1)]
    lines = [f"| {' | '.join(cells)} |" for cells in (header, ruler, *types, *averages)]
    return "\n".join(lines) + "\n"


def latex(result: Result, *, digits: int | None = None) -> str:
    """Return the scores as a LaTeX ``tabular``, in percent; it needs the package booktabs."""
    types, averages = _cells(result, digits, latex_escaped)
    header = _header(result)
    lines = [rf"\begin{{tabular}}{{l{'r' * (len(header) - 1)}}}", r"\toprule"]
    for group, rule in (([header], r"\midrule"), (types, r"\midrule"), (averages, r"\bottomrule")):
        if group:
            lines += [rf"{' & '.join(cells)} \\" for cells in group]
            lines.append(rule)
    lines.append(r"\end{tabular}")
    return "\n".join(lines) + "\n"


def _header(result: Result) -> list[str]:
    return ["", "Precision", "Recall", f_name(result), "Gold", "Predicted", "Correct"]


def _cells(
    result: Result, digits: int | None, escaped: Callable[[str], str]
) -> tuple[list[list[str]], list[list[str]]]:
    """Return the cells of the types' rows, and of the averages'."""
    types: list[list[str]] = []
    averages: list[list[str]] = []
    for row in rows(result):
        figures = [percent(figure, digits) for figure in row.figures]
        if row.intervals:
            ends = (bracketed(one, digits) for one in row.intervals)
            figures = [f"{figure} {end}" for figure, end in zip(figures, ends, strict=True)]
        counts = map(str, (row.score.gold, row.score.predicted, row.score.correct))
        cells = [escaped(printable(row.name)), *map(escaped, figures), *counts]
        (types if row.kind == "type" else averages).append(cells)
    return types, averages
