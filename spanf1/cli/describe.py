"""``spanf1 describe``: what is in files of tagged tokens, or of texts with spans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from spanf1.cli.help import command
from spanf1.cli.inputs import (
    KEY_OPTIONS,
    MASK_OPTION,
    input_options,
    options_of,
    paths_of,
    ready,
    scheme_option,
    token_option,
)
from spanf1.cli.output import (
    DIGITS_HELP,
    FILE,
    PERCENT_HELP,
    ReportOptions,
    count_option,
    report_options,
)
from spanf1.cli.scoring import type_options, types_of
from spanf1.contents.contents import Description
from spanf1.contents.describe import contents_of, training_data
from spanf1.contents.report import FORMS, report_of
from spanf1.core.options import Options, tag_scheme
from spanf1.exceptions import UsageError
from spanf1.formats.opening import inputs_of
from spanf1.formats.source import STDIN, Source


@command("describe")
@input_options(*KEY_OPTIONS, token_option(), MASK_OPTION)
@scheme_option()
@click.option(
    "--train",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="Training data to compare with; several files are taken together.",
)
@type_options
@click.option("--ignore-case", is_flag=True, help="Forms that differ in case only are the same.")
@count_option(
    "--forms",
    help_text="Ambiguous forms to show, the most frequent first; json has all.  "
    f"[default: {FORMS}]",
)
@report_options(help_text=PERCENT_HELP, digits=DIGITS_HELP)
@click.option(
    "-q",
    "--quiet",
    is_flag=True,
    help="Only the first table, and unseen forms: no notes, no progress.",
)
def describe(
    files: tuple[str, ...],
    *,
    scheme: str,
    train: tuple[str, ...],
    ignore_case: bool,
    forms: int | None,
    **settings: Any,
) -> None:
    """Say what is in files of tags or spans: how many, of which types, how ambiguous, how new.

    The command counts, for each file and for all together: documents, sentences, tokens, entities
    by type and by length, distinct surface forms (an entity's tokens with a space between them),
    and forms that occur with several types. With --train, it also counts the mentions whose form
    is no entity in the training data, or only one of another type. Ill-formed spans count as
    entities, and the report says how many there are.

    Files may be of any format that `spanf1 score` reads, and of different ones. If there are no
    tokens, words and punctuation marks of the text are counted, and forms are parts of the text.
    Without a file, or with -, standard input is read.

    \b
    Examples:
      spanf1 describe train.conll dev.conll test.conll
      spanf1 describe test.conll --train train.conll --train dev.conll
      spanf1 describe test.iob2 --tag-column 3 --token-column 2
      spanf1 describe annotations.jsonl --train train.conll
      spanf1 describe *.conll --format latex -o corpora.tex
    """
    options = options_of(settings)
    report = ReportOptions.of(settings)
    report.check(forms=forms)
    paths = paths_of(files, "describe")
    if STDIN in paths and STDIN in train:
        raise UsageError("standard input can be read only once")
    report.check_writable([*paths, *train])
    known, count = tag_scheme(scheme), len(train)
    type_map = Options.of(types_of(settings)).type_map
    parts = []
    for input in inputs_of([Source(path) for path in (*train, *paths)], options, scheme=known):
        with ready(input, quiet=report.quiet) as kept:
            parts.append(
                contents_of(kept, scheme=known, ignore_case=ignore_case, type_map=type_map)
            )
    description = Description(parts[count:], training_data(parts[:count]), ignore_case)
    content = report_of(description, forms=FORMS if forms is None else forms)
    report.write(content, notes=_warnings(description))


def _warnings(description: Description) -> Iterator[str]:
    """Yield where there is nothing to describe, or to compare with."""
    for file in description.files:
        if not file.tokens:
            yield f"warning: there are no tokens in {file.name}"
    train = description.train
    if train and not train.lengths:
        name = train.name
        yield f"warning: there are no entities in the training data ({name})"
