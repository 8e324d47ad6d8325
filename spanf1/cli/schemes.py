"""``spanf1 schemes``: what each scorer would say about an output, and why."""

from __future__ import annotations

import contextlib
import os
import stat
import sys

import click

from spanf1.cli.inputs import (
    PERCENT_HELP,
    SideOptions,
    digits_option,
    format_option,
    kept,
    output_options,
    paths_of,
    side_options,
)
from spanf1.cli.output import check_writable, wants_colour, write
from spanf1.cli.progress import Progress
from spanf1.core.options import Options
from spanf1.exceptions import UsageError
from spanf1.formats.opening import both_inputs
from spanf1.formats.source import STDIN
from spanf1.scorers.explain import EXAMPLES, compare_systems, explain
from spanf1.scorers.report import KINDS, RENDERINGS
from spanf1.scorers.systems import SYSTEM_RENDERINGS

HELP = """Say what each scorer would say about an output, and why they differ.

FILE, or GOLD and PRED, are as for `spanf1 score`. Four tables are shown: the scores by each
scorer in use; the steps between tags that make the difference (O then I-PER, B-PER then O), and
how much of it each explains; what each scorer makes of them, with examples; and the gold spans
written in every scheme, with what gets lost. With one FILE, --token-column says which column the
examples take their tokens from.

With two or more PRED, all are compared with GOLD as spans, each in its own scheme.

The rows: the conlleval script; seqeval, its default and its strict mode in the schemes of the
two sides; seqscore with each of its repairs, and with none; HIPE, which reads S as B and E as
I; nervaluate's strict evaluation; and `spanf1 score`, lenient and strict.
A scorer that would not take the input has no scores: it says why.

\b
Examples:
  spanf1 schemes output.conll
  spanf1 schemes gold.conll predicted.conll --examples 5
  spanf1 schemes gold.conll bio.conll bioes.conll bilou.conll
  spanf1 schemes output.conll --format markdown -o scores.md
  zcat output.conll.gz | spanf1 schemes --format json | jq '.readings[].f1'
"""


@click.command("schemes", help=HELP, short_help="Say what each scorer would say, and why.")
@click.argument("files", nargs=-1, metavar="[FILE | GOLD PRED...]")
@side_options(keys=False)
@click.option(
    "--examples",
    type=click.IntRange(0),
    metavar="N",
    help=f"Examples of each kind of step.  [default: {EXAMPLES}]",
)
@click.option(
    "--kinds",
    type=click.IntRange(0),
    metavar="N",
    help="Kinds of steps to show, those that explain most first; json has all.  "
    f"[default: {KINDS}]",
)
@format_option(
    RENDERINGS,
    PERCENT_HELP,
)
@digits_option()
@output_options
@click.option("-q", "--quiet", is_flag=True, help="Only the scores: no reasons, no progress.")
def schemes(
    files: tuple[str, ...],
    *,
    sides: SideOptions,
    scheme: str,
    gold_scheme: str | None,
    pred_scheme: str | None,
    examples: int | None,
    kinds: int | None,
    format_name: str,
    digits: int | None,
    output: str | None,
    color: str,
    quiet: bool,
) -> None:
    """Explain files; see `HELP`."""
    several = len(files) > 2
    rendering = (SYSTEM_RENDERINGS if several else RENDERINGS)[format_name]
    for name, value in (("digits", digits), ("kinds", kinds), ("examples", examples)):
        if value is not None and several and name != "digits":
            raise UsageError(f"--{name} does not go with several predictions")
        if value is not None and name not in rendering.takes:
            raise UsageError(f"--{name} does not go with --format {format_name}")
    paths = paths_of(files, "schemes")
    _refuse_pipe_given_twice(paths)
    if len(paths) == 1 and sides.by_position:
        raise UsageError("--align-by-position is for two files: GOLD PRED")
    check_writable(output, paths)
    gold, predicted, by_position, _ = sides.of_files(len(paths))
    options = Options.given(scheme, gold_scheme, pred_scheme)
    colour = output is None and wants_colour(color, sys.stdout)
    kinds = KINDS if kinds is None else kinds
    given = {"digits": digits, "kinds": kinds, "colour": colour, "brief": quiet}
    given = {name: value for name, value in given.items() if name in rendering.takes}
    with contextlib.ExitStack() as stack:
        sources = [stack.enter_context(kept(path)) for path in paths]
        progress = stack.enter_context(Progress(sources[0].path, wanted=not quiet))
        outputs = [
            both_inputs([*sources[:1], *one], gold, predicted, by_position=by_position)
            for one in [[source] for source in sources[1:]] or [[]]
        ]
        for inputs in outputs:
            inputs.gold.progress = progress
        if several:
            systems = compare_systems(outputs, options=options)
            text, tokens = rendering.render(systems, **given), systems[0].result.tally.tokens
        else:
            count = EXAMPLES if examples is None else examples
            found = explain(outputs[0], options=options, examples=count)
            text, tokens = rendering.render(found, **given), found.result.tally.tokens
    write(text, output)
    if not quiet and not tokens:
        with contextlib.suppress(OSError):
            click.echo("warning: there are no tokens in the input", err=True)


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
