"""``spanf1 diff``: which spans two systems differ in, and whether that is more than noise."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import click

from spanf1.changes.changes import CHANGES, OTHERS, Changes
from spanf1.changes.diff import diff_outputs
from spanf1.changes.report import (
    Shown,
    counts_report,
    dropped,
    lines,
    nothing,
    report_of,
    unknown,
    worse,
)
from spanf1.changes.results import Results
from spanf1.changes.results import report_of as results_report
from spanf1.cli.help import command
from spanf1.cli.inputs import TRIM_OPTION, SideOptions, StepProgress, has_result, kept, side_options
from spanf1.cli.output import (
    DIGITS_HELP,
    FILE,
    ReportOptions,
    check_given,
    count_option,
    list_option,
    opened,
    report_options,
    tell,
)
from spanf1.cli.rescore import data_of, spans_of
from spanf1.cli.scoring import (
    Slicing,
    confidence_of,
    confidence_options,
    slice_options,
    span_reading_option,
    trained,
    type_options,
    types_of,
    warnings,
)
from spanf1.core.options import Options
from spanf1.exceptions import UsageError
from spanf1.formats.source import STDIN
from spanf1.mistakes.analysis import AROUND
from spanf1.ranking.compare import systems_of
from spanf1.render.renderers import RENDERERS
from spanf1.render.renderers import text as as_plain
from spanf1.results.result import Result
from spanf1.wording import short_names

#: how many spans are shown as text
LIMIT = 20

# The options that go with results files.
_OF_RESULTS = (
    *("files", "max_drop", "max_size", "format_name", "output", "color", "digits", "quiet"),
)
# Those that need what each unit has, in order, and no more.
_OF_UNITS = ("fail_if_worse", "confidence", "resamples", "unit", "seed")


def _number(_: click.Context, option: click.Parameter, value: float | None) -> float | None:
    """Return a number; NaN is in every range for click."""
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is no number", param=option)
    return value


@command("diff")
@click.argument("files", nargs=-1, type=FILE, metavar="GOLD A B")
@click.option("--merged", is_flag=True, help="A and B hold gold and predicted tags: no GOLD.")
@list_option(
    "--change",
    metavar="CHANGE,…",
    help_text=f"Show these spans: {', '.join(CHANGES)}; all.  [default: {', '.join(OTHERS)}]",
)
@list_option("--type", "types", metavar="A,B,…", help_text="Show only spans of these types.")
@count_option("--limit", help_text=f"Show at most N.  [default: {LIMIT}; all if not as text]")
@count_option("--context", default=AROUND, show_default=True, help_text="Tokens around a span.")
@click.option(
    "--fail-if-worse",
    is_flag=True,
    help="Exit with 1 if B is worse than A, beyond noise: p is below 0.05, or below 1 minus "
    "--confidence.",
)
@click.option(
    "--max-drop",
    type=click.FloatRange(0, 100),
    callback=_number,
    metavar="POINTS",
    help="Exit with 1 if the F1 of B is lower by more than POINTS.",
)
@slice_options()
@side_options
@span_reading_option
@type_options
@TRIM_OPTION
@confidence_options
@report_options(
    ["text", "json", "csv", "tsv", "markdown"],
    "csv and tsv have the spans alone.",
    digits=DIGITS_HELP,
)
@click.option(
    "-q", "--quiet", is_flag=True, help="Only the spans, and slices: no other tables, no progress."
)
def diff(
    files: tuple[str, ...],
    *,
    merged: bool,
    fail_if_worse: bool,
    max_drop: float | None,
    **settings: Any,
) -> int:
    """Say which spans two systems differ in, and whether that is more than noise.

    GOLD, A and B are as for `spanf1 compare`, and so is the test of the difference in F1. A gold
    span is mended (wrong in A, right in B), broken (right in A, wrong in B), right in both or
    wrong in both. A spurious span is gone (only in A), new (only in B), or in both. A span is
    right if it is an exact match. B has as many more correct spans as are mended, minus those that
    are broken. Kinds of errors are those of `spanf1 errors`.

    A and B without GOLD may be results files, of `spanf1 score --format json`. These have counts
    by type, and no spans. So the command cannot tell which spans are mended. It can test the
    difference if they were made with --keep-order.

    \b
    Examples:
      spanf1 diff gold.conll old.conll new.conll
      spanf1 diff gold.conll old.conll new.conll --change broken --limit 50
      spanf1 diff --merged old.conll new.conll --type PER,LOC
      spanf1 diff gold.conll old.conll new.conll --by length
      spanf1 diff gold.jsonl baseline=run1.jsonl ours=run2.jsonl -f json -o diff.json
      spanf1 diff gold.conll main.conll branch.conll --fail-if-worse --max-drop 0.5 -q
      spanf1 diff last-night.json tonight.json --max-drop 0.5
    """
    if len(files) == 2 and not merged and all(map(has_result, files)):
        return _diff_results(files, max_drop, fail_if_worse=fail_if_worse, settings=settings)
    for file in files:
        path = file if os.path.exists(file) else file.partition("=")[2]
        if has_result(path):
            raise UsageError(
                "A and B both are to be results files, or neither is",
                where=path,
                hint="spanf1 diff A B takes two, without GOLD, --merged and names; spanf1 score "
                "FILE --format json makes one",
            )
    chosen = {
        name: [part.strip() for part in (settings.pop(option) or "").split(",") if part.strip()]
        for name, option in (("change", "change"), ("type", "types"))
    }
    limit, context = settings.pop("limit"), settings.pop("context")
    slicing = Slicing.of(settings)
    sides = SideOptions.of(settings)
    report = ReportOptions.of(settings)
    if slicing.by and report.format_name in ("csv", "tsv"):
        raise UsageError(
            f"{report.format_name} has spans, and no slices", hint="--format json has both"
        )
    confidence = confidence_of(settings, always=True)
    assert confidence  # noqa: S101 - for mypy: it is always there
    options = Options.of(settings | types_of(settings))
    gold = None if merged or not files else files[0]
    systems = systems_of(files if merged else files[1:])
    inputs = [file for one in systems for file in one.files]
    if len(systems) != 2 or len(inputs) != 2:
        hint = "--merged takes two files that hold gold, too; else both are to be results files"
        if len(inputs) > 2:
            hint = "spanf1 compare ranks several systems, and runs"
        raise UsageError(f"A and B are to be two files, and not {len(inputs)}", hint=hint)
    report.check_writable([*inputs, *([gold] if gold else []), *slicing.train])
    if STDIN in inputs:
        raise UsageError("a system's output is to be a file, not standard input")
    gold_options, predicted_options, by_position, _ = sides.of_files(1 if merged else 2)
    with ExitStack() as stack:
        progress = stack.enter_context(StepProgress(wanted=not report.quiet))
        # They are read again, for the texts.
        changes = diff_outputs(
            None if gold is None else stack.enter_context(kept(gold)),
            {one.name: stack.enter_context(kept(one.files[0])) for one in systems},
            gold_options,
            predicted_options,
            by_position=by_position,
            options=options,
            confidence=confidence,
            progress=progress,
        )
        if limit is None and report.format_name == "text":
            limit = LIMIT
        spans = [*changes.entries(**chosen, limit=limit, context=context)]
        forms = trained(slicing.train, settings, options)
        slices = {by: changes.slices(by, **slicing.given(by, forms)) for by in slicing.by}
    _write(Shown(changes, spans, changes.number(**chosen) - len(spans), slices), report)
    if not report.quiet:
        tell(_warnings(changes, chosen["type"]))
    if fail_if_worse:
        tell(unknown(changes.ranking))
    failed = [*worse(changes.names, changes.ranking)] if fail_if_worse else []
    results = [analysis.result for analysis in changes.analyses]
    failed += _failures(changes.names, results, max_drop, gated=fail_if_worse)
    tell(failed)
    return 1 if failed else 0


def _failures(
    names: Sequence[str], results: Sequence[Result], max_drop: float | None, *, gated: bool = False
) -> Iterator[str]:
    """Yield that the F1 fell too much; or, where anything may fail, that there is nothing."""
    if gated or max_drop is not None:
        yield from nothing(results)
    if max_drop is not None:
        yield from dropped(names, results, max_drop)


def _diff_results(
    files: Sequence[str], max_drop: float | None, *, fail_if_worse: bool, settings: dict[str, Any]
) -> int:
    """Hold two results files against each other, and return the exit code.

    Raises
    ------
    UsageError
        If an option is given that is about spans; or about a test, which needs units in order.
    """
    problem = "needs the spans, and results files have none"
    check_given({*_OF_RESULTS, *_OF_UNITS}, problem, "spanf1 diff GOLD A B has them")
    confidence = confidence_of(settings, always=True)
    assert confidence  # noqa: S101 - for mypy: it is always there
    report = ReportOptions.of(settings)
    report.check_writable(files)
    a, b = (spans_of(file, data_of(file, settings["max_size"])) for file in files)
    first, other = short_names([*files])
    results = Results((first, other), (a, b))
    results.check()
    results = results.tested(confidence)
    ranking = results.ranking
    if ranking is None:
        problem = "needs what each sentence has, in order, and these results files do not have it"
        hint = "spanf1 score --keep-order keeps it, and spanf1 merge; spanf1 diff GOLD A B has all"
        check_given(_OF_RESULTS, problem, hint)
    report.write(results_report(results), {"text": RENDERERS["table"], **RENDERERS})
    failed = []
    if ranking and fail_if_worse:
        tell(unknown(ranking))
        failed = [*worse(results.names, ranking)]
    failed += _failures(results.names, results.results, max_drop, gated=fail_if_worse)
    tell(failed)
    return 1 if failed else 0


def _write(shown: Shown, report: ReportOptions) -> None:
    """Write the report; spans as text are no table."""
    if report.format_name != "text":
        report.write(report_of(shown))
        return
    with opened(report.output) as stream:
        tables = counts_report(shown, brief=report.quiet)
        if above := as_plain(tables, digits=report.digits, **report.on_screen):
            stream.write(f"{above}\n".encode())
        for piece in lines(shown, **report.on_screen):
            stream.write(piece.encode("utf-8", "surrogateescape"))


def _warnings(changes: Changes, types: list[str]) -> Iterator[str]:
    """Yield that there is nothing to score, or no span of a type that was named."""
    yield from warnings(changes.analyses[0].result)
    for name in types:
        if name not in changes.types:
            yield f"warning: there is no span of type {name!r}"
