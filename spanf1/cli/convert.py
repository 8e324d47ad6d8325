"""``spanf1 convert``: the same spans in another tagging scheme."""

from __future__ import annotations

from typing import Any

import click

from spanf1.cli.inputs import paths_of
from spanf1.cli.tagged import (
    ColumnChoice,
    Destination,
    canonical,
    column_options,
    kinds_line,
    rewrite,
    scheme_option,
    writing_options,
)
from spanf1.errors import UsageError
from spanf1.options import AUTO
from spanf1.repairs import REPAIRS
from spanf1.reports.rows import many
from spanf1.schemes import SCHEME_NAMES
from spanf1.tagfiles import Changes, Rewriting
from spanf1.tags import tag_form

HELP = """Write the same spans in another tagging scheme.

Every other byte of the file stays as it is: tokens, other columns, comments, white space.
Without a file, or with -, standard input is read. What was changed is said on standard error.
Files may be compressed by gzip, bzip2, xz or zstd; output is, if it ends in .gz .bz2 .xz .zst.

--to-form alone changes how the tags are written, and nothing else about them.

The scheme IO cannot part two spans of one type that touch: where there are any, nothing is
written, and the lines are named, unless --allow-loss is given.

\b
Examples:
  spanf1 convert train.conll --to BIOES > train.bioes.conll
  spanf1 convert train.conll --from IOB1 --to BILOU -o train.bilou.conll
  spanf1 convert train.iob2 --tag-column 3 --to IO --allow-loss --in-place
  spanf1 convert tags.txt --to-form B-PER      # PER_b becomes B-PER
"""


@click.command("convert", help=HELP, short_help="Write the same spans in another scheme.")
@column_options
@scheme_option("--from", "--scheme", "scheme")
@click.option("--to", metavar="SCHEME", help=f"Scheme to write: {', '.join(SCHEME_NAMES)}.")
@click.option(
    "--to-form", metavar="EXAMPLE", help="How to write the tags, as an example: B-PER, PER_B."
)
@click.option(
    "-m",
    "--method",
    type=click.Choice(list(REPAIRS)),
    default="begin",
    show_default=True,
    help="What is done about ill-formed spans, as in `spanf1 repair`.",
)
@writing_options
def convert(
    files: tuple[str, ...],
    *,
    scheme: str,
    to: str | None,
    to_form: str | None,
    method: str,
    allow_loss: bool,
    output: str | None,
    in_place: bool,
    quiet: bool,
    **column: Any,
) -> None:
    """Convert files; see `HELP`."""
    if to is None and to_form is None:
        raise UsageError("--to is missing: which scheme is to be written?", hint="--to BIOES")
    target = canonical(to or AUTO)
    if to is not None and target == AUTO:
        raise UsageError("--to must name a scheme")

    if to_form is not None and tag_form(to_form) is None:
        raise UsageError("--to-form must be an example of a tag", hint="--to-form B-PER")

    def report(from_scheme: str, changes: Changes) -> list[str]:
        if not to:
            return [f"{many(changes.tags, 'tag')} changed, and nothing but how it is written"]
        parts = [many(changes.spans, "span"), f"{many(changes.tags, 'tag')} changed"]
        if changes.lost:
            parts.append(f"{changes.lost} became one with the span before")
        if changes.ill_formed:
            parts.append(f"{changes.ill_formed} ill-formed, treated by {method}")
        return [f"{from_scheme} to {target}: {', '.join(parts)}", *kinds_line(changes)]

    known = canonical(scheme)
    rewrite(
        paths_of(files, "convert"),
        ColumnChoice(**column),
        Rewriting(known if to else "", target if to else "", method, tag_form(to_form), allow_loss),
        Destination(output, in_place, quiet),
        report,
    )
