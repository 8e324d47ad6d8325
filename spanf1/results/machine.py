"""Reports for programs: comma- and tab-separated values, and JSON; fractions of 1.

What only one of them needs is imported when it is made: start-up is part of every run.
"""

from __future__ import annotations

import io
import math

from spanf1.results.scored import Scored
from spanf1.results.words import rows


def csv_report(result: Scored, *, digits: int | None = None) -> str:
    """Return the scores as comma-separated values; see `_delimited`."""
    return _delimited(result, ",", digits)


def tsv_report(result: Scored, *, digits: int | None = None) -> str:
    """Return the scores as tab-separated values; see `_delimited`."""
    return _delimited(result, "\t", digits)


def _delimited(result: Scored, delimiter: str, digits: int | None) -> str:
    """Return a line for each type and each average.

    The first column says which it is (``type``, ``micro``, ``macro``, ``weighted``), so that a
    type may have any name. Scores have all their digits unless some are asked for; NaN is an
    empty field. The ends of intervals, if there are some, come last.
    """
    import csv

    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    figures = ["precision", "recall", f"f{result.options.beta:g}"]
    ends = [f"{name}_{end}" for name in figures for end in ("low", "high")]
    writer.writerow(
        ["row", "name", *figures, "gold", "predicted", "correct", *ends * bool(result.certainty)]
    )
    for row in rows(result):
        writer.writerow(
            [
                row.kind,
                row.name,
                *(_fraction(value, digits) for value in row.figures),
                *row.score[-3:],
                *(_fraction(end, digits) for ends in row.intervals for end in ends),
            ]
        )
    return text.getvalue()


def _fraction(value: float, digits: int | None) -> str:
    if math.isnan(value):
        return ""
    return repr(value) if digits is None else f"{value:.{digits}f}"
