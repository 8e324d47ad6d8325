"""``spanf1 merge``: adds up the results files of the parts of a corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

import click

from spanf1.cli.help import command
from spanf1.cli.output import FILE, SIZE_OPTION, ReportOptions, report_options, tell
from spanf1.cli.rescore import kept_of, results_of
from spanf1.cli.scoring import (
    SCORE_DIGITS_HELP,
    SCORE_RENDERERS,
    confidence_of,
    confidence_options,
    explanations,
    interval_option,
    warnings,
)
from spanf1.cli.signature import input_name
from spanf1.core.options import AUTO, Options
from spanf1.exceptions import UsageError
from spanf1.formats.source import STDIN
from spanf1.results.report import how_made, report_of
from spanf1.results.result import Result, total_of
from spanf1.results.scored import Scored
from spanf1.wording import shortened


@command("merge")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
@confidence_options
@interval_option
@SIZE_OPTION
@report_options(SCORE_RENDERERS, "As for `spanf1 score`.", digits=SCORE_DIGITS_HELP)
@click.option("-q", "--quiet", is_flag=True, help="Only the figures: no notes.")
def merge(files: tuple[str, ...], *, max_size: str | None, **settings: Any) -> None:
    """Add up the results files of the parts of a corpus: the score of the whole.

    Each FILE is what `spanf1 score --format json` wrote of one part, or `spanf1 merge` of some.
    Counts are added, never ratios, so it does not matter how a corpus was cut, if it was between
    documents. The hash in the signature is that of the whole if the files are in its order: name
    them part-0001.json, part-0002.json, so that part-*.json are. Intervals need parts that were
    scored with --keep-units.

    \b
    Examples:
      spanf1 merge part-*.json
      spanf1 merge part-*.json --format json -o all.json
      spanf1 merge part-*.json --confidence 0.95
      ls shards/*.conll | xargs -P 8 -I{} spanf1 score {} --keep-units -o {}.json
      spanf1 merge shards/*.json --confidence 0.95
    """
    report = ReportOptions.of(settings)
    confidence = confidence_of(settings)
    report.check(confidence=confidence)
    if files.count(STDIN) > 1:
        raise UsageError("standard input can be read only once")
    report.check_writable(files)
    parts = _Parts(files, max_size)
    total = total_of(parts, confidence.unit if confidence else AUTO)
    _check_schemes(total)
    total = total.with_intervals(confidence)
    notes = [*parts.notes(), *explanations(how_made(total), report.format_name)]
    if parts.intervals and not confidence:
        notes.append(kept_of(total))
    shown = report_of(total, keep_units=bool(total.tally.units))
    report.write(shown, SCORE_RENDERERS, notes=notes)
    tell(warnings(total))


class _Parts:
    """The results of files, read one by one, and what is to be said of them.

    Attributes
    ----------
    intervals : bool
        Whether one of those that were read has intervals.
    """

    def __init__(self, files: Sequence[str], max_size: str | None) -> None:
        self._files = files
        self._max_size = max_size
        self._inputs: Counter[str] = Counter()
        self.intervals = False

    def __iter__(self) -> Iterator[Result]:
        first: Result | None = None
        for path in self._files:
            data, result = results_of(path, self._max_size)
            first = first or result
            _check_alike(result, path, first, self._files[0])
            self.intervals |= bool(data.get("confidence"))
            self._inputs[" and ".join(result.input.files) if result.input else path] += 1
            yield result

    def notes(self) -> Iterator[str]:
        """Yield which inputs are in several parts, by their names."""
        for name, times in self._inputs.items():
            if times > 1:
                yield f"warning: {input_name(name)} is in {times} of the parts, and counts as often"


def _check_alike(result: Result, path: str, first: Result, first_path: str) -> None:
    """Raise an error if two results cannot be added, or if one alone has units.

    Raises
    ------
    UsageError
        If they cannot.
    """
    for name, mine in _facts(result).items():
        other = _facts(first)[name]
        # A list takes one NaN for the same as another.
        if [mine] != [other]:
            raise UsageError(
                f"{name} is {_said(mine)} here, and {_said(other)} in {input_name(first_path)}",
                where=input_name(path),
                hint="score all parts with the same options",
            )
    if bool(result.tally.units) != bool(first.tally.units):
        without, kept = (path, first_path) if first.tally.units else (first_path, path)
        raise UsageError(
            f"what each sentence has was not kept, and in {input_name(kept)} it was",
            where=input_name(without),
            hint="score all parts with --keep-units, or none",
        )


def _facts(result: Result) -> dict[str, object]:
    """Return what is to be the same in all parts, by what it is called."""
    options = {field.name: getattr(result.options, field.name) for field in fields(Options)}
    return {**options, "what spans are placed by": result.tally.placed_by}


def _said(value: object) -> str:
    if isinstance(value, tuple):
        value = ", ".join("=".join(one) if isinstance(one, tuple) else one for one in value)
    return shortened(str(value)) or "none"


def _check_schemes(total: Result) -> None:
    """Raise an error if ill-formed spans were not dropped in the schemes of all parts together.

    Raises
    ------
    UsageError
        If they were not.
    """
    used, options = total.tally.schemes, total.options
    if not used or not options.needs_schemes:
        return
    whole = Scored(replace(total.tally, schemes=None), options).schemes
    if whole != used:
        names = ["/".join(dict.fromkeys(schemes)) for schemes in (whole, used)]
        raise UsageError(
            f"all parts together are in {names[0]}, and what is ill-formed in {names[1]} was "
            "dropped in each",
            hint="score the parts with the scheme: --gold-scheme {} --pred-scheme {}".format(
                *whole
            ),
        )
