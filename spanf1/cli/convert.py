"""``spanf1 convert``: the same spans in another tagging scheme, or in another format."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import click

from spanf1.checks.columns import Changes, Rewriting
from spanf1.checks.fitting import writes_tags
from spanf1.cli.documents import (
    DocumentChoice,
    Wanted,
    convert_documents,
    document_options,
    rewrite_records,
)
from spanf1.cli.inputs import column_option, paths_of
from spanf1.cli.tagged import (
    Destination,
    canonical,
    column_options,
    converting_options,
    kinds_line,
    rewrite,
    scheme_option,
)
from spanf1.core.options import AUTO
from spanf1.core.repairs import REPAIRS
from spanf1.core.schemes import SCHEME_NAMES
from spanf1.core.tags import tag_form
from spanf1.exceptions import ReadError, UsageError
from spanf1.formats.registry import COLUMNS, FORMATS, JSONL
from spanf1.formats.source import STDIN
from spanf1.wording import many

HELP = """Write the same spans in another tagging scheme, or in another format.

Of columns, every other byte of the file stays as it is: tokens, other columns, comments, white
space; of JSON Lines of tags, all other keys. Without a file, or with -, standard input is read.
What was changed, or lost, is said on standard error. Files of text may be compressed by gzip,
bzip2, xz or zstd; output is, if it ends in .gz .bz2 .xz .zst.

--to-form alone changes how the tags are written, and nothing else about them.

The scheme IO cannot part two spans of one type that touch: where there are any, nothing is
written, and the lines are named, unless --allow-loss is given.

--to-format writes texts, tokens, ids and typed spans in another format; what else is in the
input is not carried. Where spans cannot be (discontinuous ones in tags, or those that nest, but
for --levels), nothing is written, and they are named; --allow-loss leaves them out. Tags are in
the scheme of the input or, if that has none, IOB2; --to sets another. A text without tokens is
split into words and punctuation marks, where tokens are needed.

\b
Examples:
  spanf1 convert train.conll --to BIOES > train.bioes.conll
  spanf1 convert train.conll --from IOB1 --to BILOU -o train.bilou.conll
  spanf1 convert train.iob2 --tag-column 3 --to IO --allow-loss --in-place
  spanf1 convert tags.txt --to-form B-PER      # PER_b becomes B-PER
  spanf1 convert train.iob2 -c 3 --token-column 2 --to-format jsonl -o out.jsonl
  spanf1 convert brat/ --to-format columns --levels 2 -o nested.conll
  spanf1 convert tasks.json --key predictions --to-format brat -o folder
"""

_MISSING = "--to BIOES, or --to-format jsonl, for example"


@click.command("convert", help=HELP, short_help="Write the same spans in another scheme or format.")
@column_options
@column_option(
    "--token-column",
    help_text="Column of the tokens, for --to-format.  [default: the first that is not the tags']",
)
@document_options
@scheme_option("--from", "--scheme", "scheme")
@click.option("--to", metavar="SCHEME", help=f"Scheme to write: {', '.join(SCHEME_NAMES)}.")
@click.option(
    "--to-format",
    type=click.Choice(list(FORMATS)),
    metavar="FORMAT",
    help=f"Format to write, if it is to be another: {', '.join(FORMATS)}.",
)
@click.option(
    "--levels",
    type=click.IntRange(1),
    metavar="N",
    help="Columns of tags to write: N levels of nested spans.  [default: 1]",
)
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
@converting_options
def convert(
    files: tuple[str, ...],
    *,
    scheme: str,
    to: str | None,
    to_format: str | None,
    levels: int | None,
    to_form: str | None,
    method: str,
    allow_loss: bool,
    output: str | None,
    in_place: bool,
    quiet: bool,
    **settings: Any,
) -> None:
    """Convert files; see `HELP`."""
    if to is None and to_form is None and to_format is None:
        raise UsageError("--to is missing: which scheme is to be written?", hint=_MISSING)
    target = canonical(to or AUTO)
    if to is not None and target == AUTO:
        raise UsageError("--to must name a scheme")
    if to_form is not None and tag_form(to_form) is None:
        raise UsageError("--to-form must be an example of a tag", hint="--to-form B-PER")
    known = canonical(scheme)
    how = Rewriting(
        known if to else "", target if to else "", method, tag_form(to_form), allow_loss
    )
    choice, paths = DocumentChoice.of(settings), paths_of(files, "convert")
    columns, names = choice.columns, choice.formats(paths, known)
    where = Destination(output, in_place, quiet)
    one_level = levels in (None, 1) and len(choice.levels) == 1
    if {*names, to_format or COLUMNS} == {COLUMNS} and one_level:
        if to is None and to_form is None:
            if paths[0] != STDIN and not os.path.exists(paths[0]):
                raise ReadError("no such file", where=paths[0])
            piped = paths[0] != STDIN and not os.path.isfile(paths[0])
            hint = "--input-format says what comes through a pipe" if piped else "--to BIOES"
            raise UsageError("--to is missing: these are columns already", hint=hint)
        if settings["token_column"] is not None:
            raise UsageError("--token-column is for another format, which --to-format names")
        rewrite(paths, columns, how, where, partial(_report, how))
        return
    if len(paths) > 1:
        raise UsageError("files that have no columns are converted one by one")
    if names[0] == JSONL and to_format in (None, JSONL) and one_level:
        rewrite_records(paths[0], choice, how, where, partial(_report, how))
        return
    if to_format is not None and to is None and writes_tags(to_format):
        target = known
    wanted = Wanted(to_format or "", target, levels or 1, allow_loss)
    _check(how, names[0], wanted)
    convert_documents(paths[0], names[0], choice, wanted, where)


def _check(how: Rewriting, name: str, wanted: Wanted) -> None:
    """Raise an error if a file of a format cannot be converted as is wanted."""
    if not wanted.format:
        message = f"--to-format is missing, and the input is {FORMATS[name].title}"
        raise UsageError(message, hint=", ".join(FORMATS))
    if how.to_form is not None or how.method != "begin":
        raise UsageError("--to-form and --method are for columns and JSON Lines that stay such")


def _report(how: Rewriting, from_scheme: str, changes: Changes) -> list[str]:
    """Say what became of tags that were written anew."""
    if not how.to:
        return [f"{many(changes.tags, 'tag')} changed, and nothing but how it is written"]
    parts = [many(changes.spans, "span"), f"{many(changes.tags, 'tag')} changed"]
    if changes.lost:
        parts.append(f"{changes.lost} became one with the span before")
    if changes.ill_formed:
        parts.append(f"{changes.ill_formed} ill-formed, treated by {how.method}")
    return [f"{from_scheme} to {how.to}: {', '.join(parts)}", *kinds_line(changes)]
