"""``spanf1 rescore``: scores again from a results file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from spanf1.cli.help import command
from spanf1.cli.output import FILE, SIZE_OPTION, ReportOptions, report_options, tell
from spanf1.cli.scoring import (
    SCORE_DIGITS_HELP,
    SCORE_RENDERERS,
    confidence_of,
    confidence_options,
    interval_option,
    warnings,
)
from spanf1.cli.signature import RESULTS_HINT, input_name, parsed, read_text
from spanf1.core.options import Confidence
from spanf1.exceptions import ReadError, SpanF1Error, UsageError
from spanf1.levels.levels import LEVELS
from spanf1.results.report import report_of
from spanf1.results.result import Result, rescored
from spanf1.results.signature import Signature

if TYPE_CHECKING:
    from spanf1.levels.results import TokenResult

_NO_INTERVALS = "note: intervals need the sentences, and are left out: `spanf1 score` makes them"
_INTERVALS = "note: intervals are left out: --confidence 0.95 makes them"


@command("rescore")
@click.argument("file", type=FILE, metavar="FILE")
@click.option("--like", metavar="SIGNATURE", help="Score as this signature says.")
@confidence_options
@interval_option
@SIZE_OPTION
@report_options(SCORE_RENDERERS, "As for `spanf1 score`.", digits=SCORE_DIGITS_HELP)
@click.option("-q", "--quiet", is_flag=True, help="Only the figures: no notes.")
def rescore(file: str, *, like: str | None, max_size: str | None, **settings: Any) -> None:
    """Score again from a results file, without the corpus.

    FILE is what `spanf1 score --format json` wrote; - is standard input. It has the counts from
    before a reading was chosen. So it can be scored as it was, or as another signature says:
    --like takes the signature of another score, and gives this score under the same conditions.
    Without --like, the figures in the file are checked against its counts. That includes those of
    tokens, sentences and documents (`--level`). Intervals need a file that was made with
    `spanf1 score --keep-units`.

    \b
    Examples:
      spanf1 rescore results.json
      spanf1 rescore results.json --format latex
      spanf1 rescore results.json --confidence 0.95       # of --keep-units
      spanf1 rescore results.json --like "$(spanf1 score other.conll --signature)"
    """
    report = ReportOptions.of(settings)
    confidence = confidence_of(settings)
    report.check(confidence=confidence)
    report.check_writable([file])
    data = data_of(file, max_size)
    if data.get("level") in (*LEVELS,):
        _rescore_level(file, data, like, confidence, report)
        return
    signature = None if like is None else Signature.parse(like)
    result, notes = rescored_data(file, data, signature, confidence)
    keep_units = bool(result.tally.units)
    report.write(report_of(result, keep_units=keep_units), SCORE_RENDERERS, notes=notes)
    tell(warnings(result))


def rescored_data(
    path: str,
    data: dict[str, Any],
    signature: Signature | None = None,
    confidence: Confidence | None = None,
) -> tuple[Result, Iterator[str]]:
    """Return the result of a results file, or another reading of it, and what is to be said of it.

    Raises
    ------
    ReadError, UsageError
        If it is none, its figures are not those of its counts, or it cannot be read so.
    """
    stored = spans_of(path, data)
    try:
        result = rescored(stored, data, signature, confidence)
    except SpanF1Error as error:
        where = error.where or input_name(path)
        raise type(error)(error.message, where=where, hint=error.hint) from None
    return result, _notes(result, signature, data)


def kept_of(result: Result | TokenResult) -> str:
    """Return the note on intervals that a results file has, and its result not."""
    return _INTERVALS if result.tally.units else _NO_INTERVALS


def data_of(path: str, max_size: str | None) -> dict[str, Any]:
    """Return the content of a results file, or of standard input.

    Raises
    ------
    ReadError, LayoutError
        If it cannot be read, or is no results file.
    """
    data = parsed(read_text(path, max_size), path)
    if not {"tally", "level"} & {*data}:
        message = "this is not a result of spanf1"
        raise ReadError(message, where=input_name(path), hint=RESULTS_HINT)
    return data


def result_of(path: str, data: dict[str, Any]) -> Result | TokenResult:
    """Return the result of spans, or of tokens, that a results file has.

    Raises
    ------
    ReadError
        If it has none.
    """
    if data.get("level") != "token":
        return spans_of(path, data)
    from spanf1.levels.results import TokenResult

    try:
        return TokenResult.from_dict(data)
    except UsageError as error:
        raise _unread(path, error) from None


def spans_of(path: str, data: dict[str, Any]) -> Result:
    """Return the result of spans that a results file has; raises as `result_of`."""
    try:
        return Result.from_dict(data)
    except UsageError as error:
        raise _unread(path, error) from None


def _unread(path: str, error: UsageError) -> ReadError:
    return ReadError(error.message, where=input_name(path), hint=error.hint or RESULTS_HINT)


def _rescore_level(
    path: str,
    data: dict[str, Any],
    like: str | None,
    confidence: Confidence | None,
    report: ReportOptions,
) -> None:
    """Write the report on a result of tokens, or of sentences or documents as wholes."""
    from spanf1.cli.levels import read_again
    from spanf1.levels.results import WholeResult
    from spanf1.results.levels import result_of_level

    if confidence and data["level"] != "token":
        raise UsageError(
            f"--confidence is for results of spans, and {input_name(path)} is of level "
            f"{data['level']}",
            hint=f"spanf1 score FILE --level {data['level']} --confidence 0.95 makes intervals",
        )
    if like is not None:
        raise UsageError(
            f"--like is for results of spans, and {input_name(path)} is of level {data['level']}",
            hint="without --like its figures are made again, and checked",
        )
    try:
        result = result_of_level(data)
    except SpanF1Error as error:
        hint = error.hint or RESULTS_HINT * isinstance(error, UsageError)
        kind = ReadError if isinstance(error, UsageError) else type(error)
        raise kind(error.message, where=input_name(path), hint=hint) from None
    notes = []
    if not isinstance(result, WholeResult):
        result = result.with_intervals(confidence)
        notes += [kept_of(result)] * bool(data.get("confidence") and not confidence)
    report.write(*read_again(result), notes=notes)


def _notes(result: Result, signature: Signature | None, data: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is not as it was in the file, or as the signature has it."""
    if signature and signature.hash != result.signature().hash:
        yield "warning: the gold annotations are not those of the signature"
    wanted = (signature and signature.confidence) or data.get("confidence")
    if wanted and not result.confidence:
        yield kept_of(result)
    if data.get("slices"):
        yield "note: slices need the spans, and are left out: `spanf1 score --by` makes them"
