"""Tables to paste: Markdown, and LaTeX with booktabs."""

from __future__ import annotations

from collections.abc import Callable

from spanf1.render.escapes import latex_escaped, markdown_escaped
from spanf1.results.scored import Scored
from spanf1.results.words import bracketed, f_name, rows
from spanf1.wording import percent, printable


def markdown(result: Scored, *, digits: int | None = None) -> str:
    """Return the scores as a Markdown table, in percent."""
    types, averages = _cells(result, digits, markdown_escaped)
    header = _header(result)
    ruler = [":---", *["---:"] * (len(header) - 1)]
    lines = [f"| {' | '.join(cells)} |" for cells in (header, ruler, *types, *averages)]
    return "\n".join(lines) + "\n"


def latex(result: Scored, *, digits: int | None = None) -> str:
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


def _header(result: Scored) -> list[str]:
    return ["", "Precision", "Recall", f_name(result), "Gold", "Predicted", "Correct"]


def _cells(
    result: Scored, digits: int | None, escaped: Callable[[str], str]
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
