"""Reports: from a result to text, by the name of a format."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from spanf1.conlleval.report import conlleval_report
from spanf1.core.tally import TOKEN
from spanf1.exceptions import UsageError
from spanf1.render.machine import json_text
from spanf1.results.machine import csv_report, tsv_report
from spanf1.results.markup import latex, markdown
from spanf1.results.result import Result
from spanf1.results.scored import Scored
from spanf1.results.table import table


def _conlleval(result: Scored) -> str:
    """Return the script's table of a result.

    Raises
    ------
    UsageError
        If spans are not placed by tokens: the script counts these, too.
    """
    if result.tally.placed_by != TOKEN:
        raise UsageError("the layout of conlleval counts tokens, and there are none here")
    return conlleval_report(result.counts)


def json_report(result: Result) -> str:
    """Return `Result.to_dict` as JSON; ``Result.from_dict(json.loads(text))`` is the result."""
    return json_text(result.to_dict(), indent=2) + "\n"


class Report(NamedTuple):
    """A rendering, and what it has room for."""

    render: Callable[..., str]
    #: takes ``digits``
    digits: bool = False
    #: has room for intervals
    intervals: bool = True
    #: says itself how the numbers were made
    explains: bool = False


REPORTS = {
    "table": Report(table, digits=True, explains=True),
    "conlleval": Report(_conlleval, intervals=False),
    "json": Report(json_report, explains=True),
    "csv": Report(csv_report, digits=True),
    "tsv": Report(tsv_report, digits=True),
    "markdown": Report(markdown, digits=True),
    "latex": Report(latex, digits=True),
}
