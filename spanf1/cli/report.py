"""``spanf1 report``: scores and errors of one system, or of several, on one page of HTML."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import chain
from typing import Any

import click

from spanf1.cli.help import command
from spanf1.cli.inputs import (
    TRIM_OPTION,
    SideOptions,
    StepProgress,
    kept,
    opened_groups,
    paths_of,
    side_options,
)
from spanf1.cli.output import FILE, check_writable, tell, write
from spanf1.cli.scoring import (
    Slicing,
    confidence_of,
    confidence_options,
    scoring_of,
    sentence_options,
    slice_options,
    trained,
    warnings,
)
from spanf1.core.options import Confidence, Options
from spanf1.exceptions import UsageError
from spanf1.formats.source import STDIN
from spanf1.mistakes.analyze import analyze_inputs
from spanf1.pages.page import template
from spanf1.ranking.compare import systems_of
from spanf1.ranking.rank import RankingOptions
from spanf1.results.result import Result


@command("report")
@click.argument("files", nargs=-1, type=FILE, metavar="[FILE | GOLD SYSTEM...]")
@click.option("--merged", is_flag=True, help="Every file holds gold and predicted tags: no GOLD.")
@click.option("--title", default="", metavar="TEXT", help="The title.  [default: the files]")
@slice_options()
@side_options
@sentence_options
@TRIM_OPTION
@confidence_options
@click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="FILE",
    help="Write to FILE, whole or not at all.  [default: standard output]",
)
@click.option("--digits", type=click.IntRange(0, 15), metavar="N", help="Decimals.  [default: 2]")
@click.option("-q", "--quiet", is_flag=True, help="No warnings, no progress.")
def report(
    files: tuple[str, ...],
    *,
    merged: bool,
    title: str,
    output: str | None,
    digits: int | None,
    quiet: bool,
    **settings: Any,
) -> None:
    """Write scores and errors on one page of HTML, to open in a browser.

    FILE, or GOLD and a SYSTEM, are as for `spanf1 score`. GOLD and several SYSTEMs are as for
    `spanf1 compare`, each with one file. A span is correct if it is an exact match, and kinds of
    errors are those of `spanf1 errors`.

    The page is one file with all its data. It loads nothing, and works offline. It shows the
    scores with intervals, how they were made, errors by kind, which types are taken for which, and
    what each kind of error costs. Of several systems, it shows the ranking, and what the best one
    mends and breaks. Each error is shown in its sentence. The address in the browser says what is
    chosen, so that a link to the page shows one error.

    With --by, the page also shows scores and errors of slices. `spanf1 errors --help` lists the
    properties.

    The intervals are of 95% unless --confidence says otherwise. The page needs jinja2:
    pip install 'spanf1[report]'.

    \b
    Examples:
      spanf1 report output.conll -o report.html
      spanf1 report gold.conll predicted.conll -o report.html
      spanf1 report gold.conll a.conll b.conll c.conll -o report.html
      spanf1 report gold.conll a.conll b.conll --by length -o report.html
      spanf1 report --merged a.conll b.conll -o report.html --title 'A and B'
      spanf1 report gold.jsonl old=run1.jsonl new=run2.jsonl -o report.html
    """
    template()
    if output is None and sys.stdout is not None and sys.stdout.isatty():
        raise UsageError("a page is not for a terminal", hint="-o report.html writes it to a file")
    slicing = Slicing.of(settings)
    given = SideOptions.of(settings)
    confidence = confidence_of(settings, always=True)
    assert confidence  # noqa: S101 - for mypy: it is always there
    options = Options.of(settings | scoring_of(settings))
    check_writable(output, slicing.train)
    forms = trained(slicing.train, settings, options)
    how = {
        "title": title,
        "digits": digits,
        "by": slicing.by,
        "train": forms or None,
        "bins": slicing.bins,
    }
    if len(files) > 2 or (merged and len(files) > 1):
        page, result = _page_of_systems(
            files, given, options, confidence, how, merged=merged, output=output, quiet=quiet
        )
    else:
        paths = paths_of(files, "report")
        groups = given.groups(paths)
        check_writable(output, [*chain.from_iterable(groups)])
        sides = given.of_files(len(paths))
        page, result = _page_of_files(groups, sides, options, confidence, how, quiet=quiet)
    write(page, output)
    if not quiet:
        tell(warnings(result))


def _page_of_files(
    groups: Sequence[Sequence[str]],
    sides: SideOptions,
    options: Options,
    confidence: Confidence,
    how: Mapping[str, Any],
    *,
    quiet: bool,
) -> tuple[str, Result]:
    """Return the page of files that are added up, and their score."""
    # They are read again, for the texts.
    with opened_groups(groups, sides, quiet=quiet) as parts:
        analysis = analyze_inputs(parts, options, confidence=confidence)
        return analysis.to_html(**how), analysis.result


def _page_of_systems(
    files: Sequence[str],
    sides: SideOptions,
    options: Options,
    confidence: Confidence,
    how: Mapping[str, Any],
    *,
    merged: bool,
    output: str | None,
    quiet: bool,
) -> tuple[str, Result]:
    """Return the page of several systems, and the score of the first one."""
    from spanf1.changes.diff import analyze_outputs
    from spanf1.changes.several import page_of_systems

    gold = None if merged else files[0]
    systems = systems_of(files if merged else files[1:])
    inputs = [file for one in systems for file in one.files]
    if len(inputs) > len(systems):
        hint = "spanf1 compare ranks systems of several runs"
        raise UsageError("each system is to have one file", hint=hint)
    check_writable(output, inputs if gold is None else [gold, *inputs])
    if STDIN in inputs:
        raise UsageError("a system's output is to be a file, not standard input")
    gold_options, predicted_options, by_position, _ = sides.of_files(1 if merged else 2)
    with ExitStack() as stack:
        progress = stack.enter_context(StepProgress(wanted=not quiet))
        analyses, ranking = analyze_outputs(
            None if gold is None else stack.enter_context(kept(gold)),
            {one.name: stack.enter_context(kept(one.files[0])) for one in systems},
            gold_options,
            predicted_options,
            by_position=by_position,
            options=options,
            testing=RankingOptions(confidence=confidence),
            progress=progress,
        )
        page = page_of_systems(analyses, ranking, merged=merged, **how)
    return page, next(iter(analyses.values())).result
