"""Reports for programs: comma- and tab-separated values, and JSON; fractions of 1.

What only one of them needs is imported when it is made: start-up is part of every run.
"""

from __future__ import annotations

import io
import math

from spanf1.reports.rows import rows
from spanf1.result import Result


def csv_report(result: Result, *, digits: int | None = None) -> str:
    """Return the scores as comma-separated values; see `_delimited`."""
    return _delimited(result, ",", digits)


def tsv_report(result: Result, *, digits: int | None = None) -> str:
    """Return the scores as tab-separated values; see `_delimited`."""
    return _delimited(result, "\t", digits)


def json_report(result: Result) -> str:
    """Return `Result.to_dict` as JSON; ``Result.from_dict(json.loads(text))`` is the result."""
    return json_text(result.to_dict(), indent=2) + "\n"


def json_text(data: object, indent: int | None = None) -> str:
    """Return data as JSON that is UTF-8, whatever a file may be called."""
    import json

    text = json.dumps(data, ensure_ascii=False, indent=indent, allow_nan=False)
    return text.encode("utf-8", "backslashreplace").decode()


def _delimited(result: Result, delimiter: str, digits: int | None) -> str:
    """Return a line for each type and each average.

    The first column says which it is (``type``, ``micro``, ``macro``, ``weighted``), so that a
    type may have any name. Scores have all their digits unless some are asked for; NaN is an
    empty field.
    """
    import csv

    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    beta = result.options.beta
    writer.writerow(
        ["row", "name", "precision", "recall", f"f{beta:g}", "gold", "predicted", "correct"]
    )
    for kind, name, score in rows(result):
        figures = [
            "" if math.isnan(value) else repr(value) if digits is None else f"{value:.{digits}f}"
            for value in (score.precision, score.recall, score.fbeta)
        ]
        writer.writerow([kind, name, *figures, score.gold, score.predicted, score.correct])
    return text.getvalue()
