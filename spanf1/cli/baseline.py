"""``spanf1 baseline``: the score of marking what the training data has marked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain
from typing import Any

import click

from spanf1.cli.help import command
from spanf1.cli.inputs import (
    COLUMN_HELP,
    DELIMITER_OPTION,
    column_option,
    form_option,
    paths_of,
    ready,
    scheme_option,
    token_option,
)
from spanf1.cli.output import (
    FILE,
    SIZE_OPTION,
    ReportOptions,
    check_writable,
    choice_option,
    count_option,
    opened,
    report_options,
)
from spanf1.cli.scoring import (
    SCORE_RENDERERS,
    confidence_of,
    confidence_options,
    explanations,
    interval_option,
)
from spanf1.contents.baseline import RULES, Lexicon, Marked, lexicon_of, mark_file
from spanf1.core.options import TagScheme, tag_scheme
from spanf1.exceptions import UsageError
from spanf1.formats.options import InputOptions
from spanf1.formats.output import compression_of
from spanf1.formats.registry import COLUMNS, Input
from spanf1.formats.source import STDIN, Source
from spanf1.results.report import how_made, report_of
from spanf1.wording import many


@command("baseline")
@click.argument("test", required=False, type=FILE, metavar="[TEST]")
@click.option("--train", required=True, type=FILE, metavar="FILE", help="The training file.")
@column_option("--tag-column", help_text=f"Column of the tags, {COLUMN_HELP}.  [default: -1]")
@token_option()
@column_option("--train-tag-column", help_text="Column of the tags in the training file.")
@column_option("--train-token-column", help_text="Column of the tokens in the training file.")
@column_option("--test-tag-column", help_text="Column of the tags in TEST.")
@column_option("--test-token-column", help_text="Column of the tokens in TEST.")
@DELIMITER_OPTION
@form_option()
@SIZE_OPTION
@scheme_option()
@click.option("--train-scheme", metavar="SCHEME", help="Scheme of the training file.")
@click.option(
    "--test-scheme", metavar="SCHEME", help="Scheme of TEST, and of the tags that are written."
)
@choice_option("--rule", choices=RULES, help_text="The type of a phrase that has several.")
@click.option("--ignore-case", is_flag=True, help="Match tokens in any case.")
@count_option(
    "--min-count",
    least=1,
    default=1,
    show_default=True,
    help_text="Mark only phrases that are an entity at least N times in the training file.",
)
@click.option(
    "--predictions",
    type=FILE,
    metavar="FILE",
    help="Write TEST with one more column, the marked tags, to FILE, whole or not at all.",
)
@confidence_options
@interval_option
@report_options(
    SCORE_RENDERERS, "As in `spanf1 score`.", digits="Decimals.  [default: 2; csv, tsv: all]"
)
@click.option("-q", "--quiet", is_flag=True, help="Only the figures: no notes, no progress.")
def baseline(
    test: str | None,
    *,
    train: str,
    rule: str,
    ignore_case: bool,
    min_count: int,
    predictions: str | None,
    **settings: Any,
) -> None:
    """Score the baseline of the CoNLL-2003 shared task: what knowing the training data is worth.

    In each sentence of TEST, from the left, the baseline marks the longest phrase that is an
    entity in the training file, with its type there. These marks are scored against the tags of
    TEST, as by `spanf1 score`. The two files may be in different schemes. Without TEST, or with -,
    standard input is read.

    \b
    The type of a phrase that has several in the training file:
      majority  the most frequent one, of several such the first in the alphabet
      unique    it is not marked
      first     that of its first occurrence

    \b
    Examples:
      spanf1 baseline --train train.conll test.conll
      spanf1 baseline --train train.conll test.conll --predictions baseline.conll
      spanf1 baseline --train eng.train eng.testb --confidence 0.9 --resamples 250
      spanf1 baseline --train train.iob2 test.iob2 --tag-column 3 --token-column 2
      spanf1 baseline --train eng.train test.txt --train-tag-column 4 --rule unique
    """
    report = ReportOptions.of(settings)
    confidence = confidence_of(settings)
    report.check(confidence=confidence)
    (path,) = paths_of(() if test is None else (test,), "baseline")
    _check_outputs((train, path), report.output, predictions)
    training, tested = (_options_of(file, settings) for file in ("train", "test"))
    with ready(Input(Source(train), COLUMNS, training), quiet=report.quiet) as input:
        lexicon = lexicon_of(
            input,
            _scheme_of("train", settings),
            rule=rule,
            min_count=min_count,
            ignore_case=ignore_case,
        )
    with ready(Input(Source(path), COLUMNS, tested), again=True, quiet=report.quiet) as input:
        marked = mark_file(lexicon, input, _scheme_of("test", settings), confidence)
        if predictions is not None:
            with opened(predictions, compression_of(predictions)) as stream:
                stream.writelines(marked.lines())
    notes = chain(
        _notes(marked, lexicon, train), explanations(how_made(marked.result), report.format_name)
    )
    report.write(report_of(marked.result), SCORE_RENDERERS, notes=notes)


def _check_outputs(inputs: tuple[str, str], output: str | None, predictions: str | None) -> None:
    """Raise an error now if what is asked for cannot be read, or written later."""
    if inputs == (STDIN, STDIN):
        raise UsageError("standard input can be read only once")
    check_writable(output, inputs)
    check_writable(predictions, inputs)
    if predictions == "":
        raise UsageError("--predictions is empty: it names no file")
    if predictions is not None and _place(predictions) == _place(output):
        raise UsageError(
            "the predictions and the scores would be written to the same place",
            hint="--output and --predictions name different files",
        )


def _place(path: str | None) -> tuple[int, int] | str:
    """Return what is the same for two names of one place to write to."""
    to_stdout = path is None or path == STDIN
    try:
        found = os.fstat(1) if to_stdout else os.stat(path or "")
    except OSError:
        return STDIN if to_stdout else os.path.realpath(path or "")
    return found.st_dev, found.st_ino


def _options_of(file: str, settings: dict[str, Any]) -> InputOptions:
    """Return what the options say of one of the two files, by those of its own, if given."""
    own = {name: settings[f"{file}_{name}"] for name in ("tag_column", "token_column")}
    return InputOptions.of(settings | {k: value for k, value in own.items() if value is not None})


def _scheme_of(file: str, settings: dict[str, Any]) -> TagScheme:
    own = settings[f"{file}_scheme"]
    return tag_scheme(settings["scheme"] if own is None else own)


def _notes(marked: Marked, lexicon: Lexicon, train: str) -> Iterator[str]:
    """Yield what the report itself does not say."""
    if not marked.result.counts.tokens:
        yield "warning: there are no tokens in the input: this is a score of nothing"
    if not lexicon.marked:
        yield "warning: no form of the training file is to be marked"
    if marked.merged:
        yield (
            f"warning: {many(marked.merged, 'marked span')} became one with the span before: "
            f"{marked.scheme} cannot part them"
        )
    for note in lexicon.notes:
        yield f"note: {train}: {note}"
    yield f"note: lexicon: {lexicon.summary()}"
