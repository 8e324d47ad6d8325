"""``spanf1 rescore``: scores again from a results file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from spanf1.cli.help import command
from spanf1.cli.output import FILE, SIZE_OPTION, ReportOptions, report_options
from spanf1.cli.scoring import SCORE_DIGITS_HELP, SCORE_RENDERERS
from spanf1.cli.signature import RESULTS_HINT, input_name, parsed, read_text
from spanf1.exceptions import ReadError, SpanF1Error, UsageError
from spanf1.results.report import report_of
from spanf1.results.result import Result, rescored
from spanf1.results.signature import Signature


@command("rescore")
@click.argument("file", type=FILE, metavar="FILE")
@click.option("--like", metavar="SIGNATURE", help="Score as this signature says.")
@SIZE_OPTION
@report_options(SCORE_RENDERERS, "As for `spanf1 score`.", digits=SCORE_DIGITS_HELP)
@click.option("-q", "--quiet", is_flag=True, help="Only the figures: no notes.")
def rescore(file: str, *, like: str | None, max_size: str | None, **settings: Any) -> None:
    """Score again from a results file, without the corpus.

    FILE is what `spanf1 score --format json` wrote; - is standard input. It has what was counted
    before a reading was chosen, so it can be scored as it was, and as any other signature says:
    --like takes the signature of another score, and says what this one is under the same
    conditions. Without --like, the figures in the file are checked against its counts.

    \b
    Examples:
      spanf1 rescore results.json
      spanf1 rescore results.json --format latex
      spanf1 rescore results.json --like "$(spanf1 score other.conll --signature)"
    """
    report = ReportOptions.of(settings)
    signature = None if like is None else Signature.parse(like)
    report.check_writable([file])
    data, stored = results_of(file, max_size)
    try:
        result = rescored(stored, data, signature)
    except SpanF1Error as error:
        where = error.where or input_name(file)
        raise type(error)(error.message, where=where, hint=error.hint) from None
    notes = _notes(result, signature, intervals=bool(data.get("confidence")))
    report.write(report_of(result), SCORE_RENDERERS, notes=notes)


def results_of(path: str, max_size: str | None) -> tuple[dict[str, Any], Result]:
    """Return the content of a results file, or of standard input, and the result that it has.

    Raises
    ------
    ReadError, LayoutError
        If it cannot be read, or is no results file.
    """
    data = parsed(read_text(path, max_size), path)
    if not {"tally", "level"} & {*data}:
        message = "this is not a result of spanf1"
        raise ReadError(message, where=input_name(path), hint=RESULTS_HINT)
    try:
        return data, Result.from_dict(data)
    except UsageError as error:
        raise ReadError(
            error.message, where=input_name(path), hint=error.hint or RESULTS_HINT
        ) from None


def _notes(result: Result, signature: Signature | None, *, intervals: bool) -> Iterator[str]:
    """Yield what is not as it was in the file, or as the signature has it."""
    if signature and signature.hash != result.signature().hash:
        yield "warning: the gold annotations are not those of the signature"
    if (signature and signature.confidence) or intervals:
        yield "note: intervals need the sentences, and are left out: `spanf1 score` makes them"
