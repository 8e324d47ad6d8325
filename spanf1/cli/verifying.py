"""``spanf1 corpora verify``: a copy of a corpus held against what was published about it."""

from __future__ import annotations

from typing import Any

import click

from spanf1.cli.inputs import COLUMN_HELP, column_option, kept
from spanf1.cli.output import ReportOptions, report_options
from spanf1.corpora.loading import load
from spanf1.corpora.report import verification_report
from spanf1.corpora.verify import sources_of
from spanf1.corpora.verify import verify as verified
from spanf1.formats.options import Column

HELP = """Hold your copy of a corpus against what was published about it.

Many copies are re-tagged, cut or corrected. For each file it is said which split it is, which
counts agree with the publication, what scheme it is in, and what differs. PATH is a file or a
folder: then those files in it that are called as the corpus calls them, or all.

Exit code 1: something differs, or nothing was published that it could be held against.

\b
Examples:
  spanf1 corpora verify conll2003 eng.testb
  spanf1 corpora verify conll2003 folder/ --format json
  spanf1 corpora verify wnut17 $(spanf1 corpora get wnut17 --split test)
"""


@click.command("verify", help=HELP, short_help="Check your copy of a corpus.")
@click.argument("name")
@click.argument("path")
@click.option("--split", metavar="SPLIT", help="The split it should be.  [default: the likest]")
@column_option("-c", "--tag-column", help_text=f"Column of the tags, {COLUMN_HELP}.")
@column_option("--token-column", help_text="Column of the tokens.")
@click.option("--catalogue", metavar="FILE", help="A catalogue of your own.")
@report_options()
@click.option("-q", "--quiet", is_flag=True, help="Only the tables.")
@click.pass_context
def verify(
    context: click.Context,
    /,
    name: str,
    path: str,
    *,
    split: str | None,
    tag_column: Column | None,
    token_column: Column | None,
    catalogue: str | None,
    **settings: Any,
) -> None:
    """Verify a copy; see `HELP`."""
    report = ReportOptions.of(settings)
    known = load(catalogue)
    corpus = known[name]
    with kept(path) as source:
        read = [one.path for one in sources_of(corpus, source)]
        report.check_writable([known.path, path, *read])
        verifications = verified(
            corpus,
            source,
            catalogue=known,
            split=split,
            tag_column=tag_column,
            token_column=token_column,
        )
    report.write(verification_report(verifications))
    context.exit(0 if all(copy.agrees for copy in verifications) else 1)
