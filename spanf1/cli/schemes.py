"""``spanf1 schemes``: what each scorer would say about an output, and why."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from typing import Any

import click

from spanf1.cli.help import command
from spanf1.cli.inputs import Progress, SideOptions, column_side_options, kept, paths_of
from spanf1.cli.output import (
    DIGITS_HELP,
    FILE,
    PERCENT_HELP,
    ReportOptions,
    count_option,
    report_options,
)
from spanf1.core.options import Options, tag_scheme
from spanf1.exceptions import UsageError
from spanf1.formats.opening import both_inputs
from spanf1.formats.source import STDIN
from spanf1.scorers.explain import EXAMPLES, compare_systems, explain
from spanf1.scorers.report import KINDS, report_of, systems_report


@command("schemes")
@click.argument("files", nargs=-1, type=FILE, metavar="[FILE | GOLD PRED...]")
@column_side_options
@count_option("--examples", help_text=f"Examples of each kind of step.  [default: {EXAMPLES}]")
@count_option(
    "--kinds",
    help_text="Kinds of steps to show, those that explain most first; json has all.  "
    f"[default: {KINDS}]",
)
@report_options(help_text=PERCENT_HELP, digits=DIGITS_HELP)
@click.option("-q", "--quiet", is_flag=True, help="Only the scores: no reasons, no progress.")
def schemes(
    files: tuple[str, ...],
    *,
    examples: int | None,
    kinds: int | None,
    **settings: Any,
) -> None:
    """Show the scores that each scorer gives an output, and why they differ.

    FILE, or GOLD and PRED, are as for `spanf1 score`. Four tables are shown. The first has the
    scores by each scorer. The second has the steps between tags that make the difference (O then
    I-PER, B-PER then O), and how much of it each explains. The third says what each scorer makes
    of these steps, with examples. The fourth has the gold spans in every scheme, and what gets
    lost. With one FILE, --token-column says which column the examples take their tokens from.

    With two or more PRED, all are compared with GOLD as spans, each in its own scheme.

    The scorers are these: the conlleval script; seqeval, in its default and its strict mode, in
    the schemes of the two sides; seqscore with each of its repairs, and with none; HIPE, which
    reads S as B and E as I; nervaluate's strict evaluation; and `spanf1 score`, lenient and
    strict. If a scorer would refuse the input, its row has no scores, and says why.

    \b
    Examples:
      spanf1 schemes output.conll
      spanf1 schemes gold.conll predicted.conll --examples 5
      spanf1 schemes gold.conll bio.conll bioes.conll bilou.conll
      spanf1 schemes output.conll --format markdown -o scores.md
      zcat output.conll.gz | spanf1 schemes --format json | jq '.readings[].f1'
    """
    sides = SideOptions.of(settings)
    several = len(files) > 2
    report = ReportOptions.of(settings)
    for name, value in (("kinds", kinds), ("examples", examples)):
        if value is not None and several:
            raise UsageError(f"--{name} does not go with several predictions")
        report.check(**{name: value})
    paths = paths_of(files, "schemes")
    _refuse_pipe_given_twice(paths)
    if len(paths) == 1 and sides.by_position:
        raise UsageError("--align-by-position is for two files: GOLD PRED")
    report.check_writable(paths)
    gold, predicted, by_position, _ = sides.of_files(len(paths))
    options = Options.of(settings)
    for scheme in options.schemes:
        tag_scheme(scheme)
    with contextlib.ExitStack() as stack:
        sources = [stack.enter_context(kept(path)) for path in paths]
        progress = stack.enter_context(Progress(sources[0].path, wanted=not report.quiet))
        outputs = [
            both_inputs([sources[0], *output], gold, predicted, by_position=by_position)
            for output in [[source] for source in sources[1:]] or [[]]
        ]
        for inputs in outputs:
            inputs.gold.progress = progress
        if several:
            systems = compare_systems(outputs, options=options)
            content, result = systems_report(systems), systems[0].result
        else:
            count = EXAMPLES if examples is None else examples
            comparison = explain(outputs[0], options=options, examples=count)
            kinds = KINDS if kinds is None else kinds
            content, result = report_of(comparison, kinds=kinds), comparison.result
    empty = not result.tally.tokens
    report.write(content, notes=["warning: there are no tokens in the input"] * empty)


def _refuse_pipe_given_twice(paths: tuple[str, ...]) -> None:
    """Refuse to read a pipe a second time: nothing would ever come."""
    seen = set()
    for path in paths:
        if (pipe := _pipe(path)) in seen:
            raise UsageError(f"{path}: a pipe can be read only once, and it is given twice")
        seen |= {pipe} - {None}


def _pipe(path: str) -> tuple[int, int] | None:
    """Return what tells a pipe from all others, or None if there is no pipe."""
    try:
        found = os.fstat(sys.stdin.fileno()) if path == STDIN else os.stat(path)
    except (OSError, ValueError, AttributeError):
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISFIFO(found.st_mode) else None
