"""``spanf1 corpora verify``: a copy of a corpus held against what was published about it."""

from __future__ import annotations

import sys

import click

from spanf1.cli.inputs import (
    COLUMN_HELP,
    column_option,
    format_option,
    kept,
    output_options,
)
from spanf1.cli.output import check_writable, wants_colour, write
from spanf1.corpora.catalogue import load
from spanf1.corpora.published import VERIFICATIONS
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
@format_option(VERIFICATIONS)
@output_options
@click.option("-q", "--quiet", is_flag=True, help="Only the tables.")
@click.pass_context
def verify(
    context: click.Context,
    name: str,
    path: str,
    *,
    split: str | None,
    tag_column: Column | None,
    token_column: Column | None,
    catalogue: str | None,
    format_name: str,
    output: str | None,
    color: str,
    quiet: bool,
) -> None:
    """Verify a copy; see `HELP`."""
    rendering = VERIFICATIONS[format_name]
    known = load(catalogue)
    corpus = known[name]
    with kept(path) as source:
        read = [one.path for one in sources_of(corpus, source)]
        check_writable(output, [known.path, path, *read])
        found = verified(
            corpus,
            source,
            catalogue=known,
            split=split,
            tag_column=tag_column,
            token_column=token_column,
        )
    colour = output is None and wants_colour(color, sys.stdout)
    given = {"colour": colour, "brief": quiet}
    given = {name: value for name, value in given.items() if name in rendering.takes}
    write(rendering.render(found, **given), output)
    context.exit(0 if all(one.agrees for one in found) else 1)
