"""``spanf1 describe``: what is in files of tagged tokens."""

from __future__ import annotations

import contextlib
import sys

import click

from spanf1.cli.inputs import (
    KEY_OPTIONS,
    PERCENT_HELP,
    canonical,
    digits_option,
    format_option,
    input_options,
    output_options,
    paths_of,
    ready,
    scheme_option,
    token_option,
)
from spanf1.cli.output import check_writable, wants_colour, write
from spanf1.contents.contents import Description
from spanf1.contents.describe import contents_of, training_data
from spanf1.contents.report import FORMS, RENDERINGS
from spanf1.exceptions import UsageError
from spanf1.formats.opening import inputs_of
from spanf1.formats.options import InputOptions
from spanf1.formats.source import STDIN, Source
from spanf1.wording import printable

HELP = """Say what is in files of tags or spans: how many, of which types, how ambiguous, how new.

Of each file, and of all together: documents, sentences, tokens, entities by type and by length,
distinct surface forms (an entity's tokens with a space between them), and those that occur with
several types. With --train, also how many mentions have a form that is no entity in the training
data, or one of another type only.
Ill-formed spans count as entities, and it is said how many there are.
Files may be of any format that `spanf1 score` reads, each of another. Where there are no tokens,
a text's words and punctuation marks are counted, and forms are what the text has.
Without a file, or with -, standard input is read.

\b
Examples:
  spanf1 describe train.conll dev.conll test.conll
  spanf1 describe test.conll --train train.conll --train dev.conll
  spanf1 describe test.iob2 --tag-column 3 --token-column 2
  spanf1 describe annotations.jsonl --train train.conll
  spanf1 describe *.conll --format latex -o corpora.tex
"""


@click.command("describe", help=HELP, short_help="Say what is in files of tags or spans.")
@input_options(*KEY_OPTIONS, token_option())
@scheme_option()
@click.option(
    "--train",
    multiple=True,
    metavar="FILE",
    help="Training data to compare with; several files are taken together.",
)
@click.option("--ignore-case", is_flag=True, help="Forms that differ in case only are the same.")
@click.option(
    "--forms",
    type=click.IntRange(0),
    metavar="N",
    help=f"Ambiguous forms to show, the most frequent first; json has all.  [default: {FORMS}]",
)
@format_option(RENDERINGS, PERCENT_HELP)
@digits_option()
@output_options
@click.option("-q", "--quiet", is_flag=True, help="Only the first table: no words, no progress.")
def describe(
    files: tuple[str, ...],
    *,
    options: InputOptions,
    scheme: str,
    train: tuple[str, ...],
    ignore_case: bool,
    forms: int | None,
    format_name: str,
    digits: int | None,
    output: str | None,
    color: str,
    quiet: bool,
) -> None:
    """Describe files; see `HELP`."""
    rendering = RENDERINGS[format_name]
    for name, value in (("digits", digits), ("forms", forms)):
        if value is not None and name not in rendering.takes:
            raise UsageError(f"--{name} does not go with --format {format_name}")
    paths = paths_of(files, "describe")
    if STDIN in paths and STDIN in train:
        raise UsageError("standard input can be read only once")
    check_writable(output, [*paths, *train])
    known, count = canonical(scheme), len(train)
    parts = []
    for input in inputs_of([Source(path) for path in (*train, *paths)], options, scheme=known):
        with ready(input, quiet=quiet) as kept:
            parts.append(contents_of(kept, scheme=known, ignore_case=ignore_case))
    found = Description(parts[count:], training_data(parts[:count]), ignore_case)
    colour = output is None and wants_colour(color, sys.stdout)
    given = {"digits": digits, "forms": FORMS if forms is None else forms}
    given |= {"colour": colour, "brief": quiet}
    taken = {name: value for name, value in given.items() if name in rendering.takes}
    write(rendering.render(found, **taken), output)
    if not quiet:
        _warn(found)


def _warn(found: Description) -> None:
    """Say on standard error where there is nothing to describe, or to compare with."""
    empty = [f"there are no tokens in {one.name}" for one in found.files if not one.tokens]
    if found.train and not found.train.lengths:
        empty.append(f"there are no entities in the training data ({found.train.name})")
    # Warnings that cannot be written are no reason to fail.
    with contextlib.suppress(OSError):
        for line in empty:
            click.echo(f"warning: {printable(line)}", err=True)
