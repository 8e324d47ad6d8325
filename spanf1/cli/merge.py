"""``spanf1 merge``: adds up the results files of the parts of a corpus."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from spanf1.cli.help import command
from spanf1.cli.output import FILE, SIZE_OPTION, ReportOptions, report_options, tell
from spanf1.cli.rescore import data_of, kept_of, result_of
from spanf1.cli.scoring import (
    SCORE_DIGITS_HELP,
    SCORE_RENDERERS,
    Outcome,
    confidence_of,
    confidence_options,
    explanations,
    interval_option,
    warnings,
)
from spanf1.cli.signature import input_name
from spanf1.core.options import AUTO, Confidence
from spanf1.exceptions import InputError, ReadError, UsageError
from spanf1.formats.folders import files_of, number_key
from spanf1.formats.source import STDIN
from spanf1.levels.levels import LEVELS, WholeLevel
from spanf1.results.merging import Part, merged
from spanf1.results.report import how_made, report_of
from spanf1.results.result import Result, check_sums

if TYPE_CHECKING:
    from spanf1.levels.results import TokenResult

_REMAKE = "spanf1 score FILE --format json makes it again"


@command("merge")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
@click.option(
    "--level",
    type=click.Choice(["sentence", "document"]),
    help="Judge wholes, of parts that were scored with --keep-units, without --level. "
    f"{'; '.join(f'{name}: {LEVELS[name]}' for name in ('sentence', 'document'))}.",
)
@confidence_options
@interval_option
@SIZE_OPTION
@report_options(SCORE_RENDERERS, "As for `spanf1 score`.", digits=SCORE_DIGITS_HELP)
@click.option("-q", "--quiet", is_flag=True, help="Only the figures: no notes.")
def merge(
    files: tuple[str, ...], *, level: WholeLevel | None, max_size: str | None, **settings: Any
) -> None:
    """Add up the results files of the parts of a corpus: the score of the whole.

    Each FILE is what `spanf1 score --format json` wrote of one part, or `spanf1 merge` of some: of
    spans, or of tokens (`score --level token`). Counts are added, never ratios, so it does not
    matter how a corpus was cut, if it was between documents.

    The hash in the signature is that of the whole if the files are in its order. Of a folder, or a
    pattern in quotes, part-2.json comes before part-10.json. Without quotes the shell sorts, by
    letters: part-0002.json, part-0010.json. You are warned if numbers do not ascend, if one is left
    out, and if parts are alike.

    Intervals, and --level, need parts that were scored with --keep-units.

    \b
    Examples:
      spanf1 merge 'part-*.json'
      spanf1 merge 'part-*.json' --format json -o all.json
      spanf1 merge 'part-*.json' --confidence 0.95
      spanf1 merge 'part-*.json' --level sentence
      ls shards/*.conll | xargs -P 8 -I{} spanf1 score {} --keep-units -o {}.json
      spanf1 merge 'shards/*.json' --confidence 0.95
    """
    report = ReportOptions.of(settings)
    confidence = confidence_of(settings)
    report.check(confidence=confidence)
    if files.count(STDIN) > 1:
        raise UsageError("standard input can be read only once")
    paths = [path for given in files for path in _by_number(given)]
    report.check_writable(paths)
    with_intervals: list[str] = []
    total, notes = merged(
        _parts(paths, max_size, with_intervals),
        level or (confidence.unit if confidence else AUTO),
    )
    outcome = _outcome(total, level, confidence)
    notes += explanations(outcome.made, report.format_name)
    if with_intervals and not confidence:
        notes.append(kept_of(total))
    report.write(outcome.report, outcome.renderers, notes=notes)
    tell(outcome.empty)


def _by_number(path: str) -> list[str]:
    """Return the files of a folder or a pattern, by the numbers in their names; or the file."""
    return sorted(files_of(path), key=number_key)


def _parts(paths: Sequence[str], max_size: str | None, with_intervals: list[str]) -> Iterator[Part]:
    """Yield the results in files, and take note of those that have intervals."""
    for path in paths:
        data = data_of(path, max_size)
        name = input_name(path)
        if data.get("level") in ("sentence", "document"):
            raise ReadError(
                f"these are figures of level {data['level']}: which spans there are, and the hash "
                "of them, is not kept there",
                where=name,
                hint="score all parts with --keep-units, without --level, and merge them with "
                f"--level {data['level']}",
            )
        if data.get("confidence"):
            with_intervals.append(path)
        result = result_of(path, data)
        try:
            check_sums(data, result)
        except InputError as error:
            raise InputError(error.message, where=name, hint=_REMAKE) from None
        yield Part(name, str(data.get("spanf1")), result)


def _outcome(
    total: Result | TokenResult, level: WholeLevel | None, confidence: Confidence | None
) -> Outcome:
    """Return what is to be printed."""
    if not isinstance(total, Result):
        from spanf1.cli.levels import outcome_of_tokens

        if level:
            raise UsageError(
                f"the parts are of tokens, and level {level} is of spans",
                hint="score all parts with --keep-units, without --level",
            )
        keep_units = bool(total.tally.units)
        return outcome_of_tokens(
            {"": total.with_intervals(confidence)}, "micro", {}, keep_units=keep_units
        )
    if level:
        from spanf1.cli.levels import outcome_of_wholes

        if not total.tally.units:
            raise UsageError(
                f"what each {level} has was not kept",
                hint="score all parts with --keep-units, without --level",
            )
        return outcome_of_wholes(level, {"": total.with_intervals(None)}, confidence, {})
    total = total.with_intervals(confidence)
    shown = report_of(total, keep_units=bool(total.tally.units))
    signature = str(total.signature())
    return Outcome(shown, SCORE_RENDERERS, signature, how_made(total), [*warnings(total)], [])
