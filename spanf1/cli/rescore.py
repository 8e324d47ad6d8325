"""``spanf1 rescore``: scores again from a results file."""

from __future__ import annotations

import contextlib
from typing import Any

import click

from spanf1.cli.output import (
    ReportOptions,
    check_writable,
    digits_option,
    format_option,
    output_options,
)
from spanf1.cli.results import read_results, within
from spanf1.cli.scoring import SCORE_RENDERERS
from spanf1.results.report import report_of
from spanf1.results.rescoring import rescore as scored_again
from spanf1.results.signature import Signature

HELP = """Score again from a results file, without the corpus.

FILE is what `spanf1 score --format json` wrote; - is standard input. It has what was counted
before a reading was chosen, so it can be scored as it was, and as any other signature says:
--like takes the signature of another score, and says what this one is under the same conditions.
Without --like, the figures in the file are checked against its counts.

\b
Examples:
  spanf1 rescore results.json
  spanf1 rescore results.json --format latex
  spanf1 rescore results.json --like "$(spanf1 score other.conll --signature)"
"""


@click.command("rescore", help=HELP, short_help="Score again from a results file.")
@click.argument("file", metavar="FILE")
@click.option("--like", metavar="SIGNATURE", help="Score as this signature says.")
@format_option(SCORE_RENDERERS, "As for `spanf1 score`.")
@digits_option()
@output_options
@click.option("-q", "--quiet", is_flag=True, help="Only the figures: no notes.")
def rescore(file: str, *, like: str | None, **settings: Any) -> None:
    """Score again; see `HELP`."""
    report = ReportOptions.of(settings)
    signature = None if like is None else Signature.parse(like)
    check_writable(report.output, [file])
    data = read_results(file)
    result = within(file, lambda: scored_again(data, signature))
    report.write(report_of(result), SCORE_RENDERERS)
    if report.quiet:
        return
    with contextlib.suppress(OSError):
        if signature and signature.hash != result.signature().hash:
            click.echo("warning: the gold annotations are not those of the signature", err=True)
        if (signature and signature.confidence) or data.get("confidence"):
            click.echo(
                "note: intervals need the sentences, and are left out: `spanf1 score` makes them",
                err=True,
            )
