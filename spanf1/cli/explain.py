"""``spanf1 explain``: what becomes of each span of a sentence, by each reading and match."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import click

from spanf1.cli.help import command
from spanf1.cli.inputs import TRIM_OPTION, SideOptions, kept, side_options
from spanf1.cli.output import FILE, ReportOptions, check_given, count_option, report_options
from spanf1.cli.scoring import type_options, types_of
from spanf1.core.options import Options
from spanf1.exceptions import UsageError
from spanf1.formats.opening import both_inputs
from spanf1.mistakes.analyze import analyze_inputs
from spanf1.mistakes.explain import TOLD, explained, report_of
from spanf1.mistakes.explain import explain as explain_spans
from spanf1.render.renderers import RENDERERS

# The options that go with tags on the command line.
_OF_TAGS = (
    *("gold_tags", "pred_tags", "tokens", "scheme", "gold_scheme", "pred_scheme", "tag_form"),
    *("outside", "mask_tags", "missing"),
    *("map_types", "ignore_types", "untyped", "format_name", "output", "color"),
)
_WANTED = "FILE:LINE, FILE --sentence N, or --gold-tags with --pred-tags"


@command("explain")
@click.argument("files", nargs=-1, type=FILE, metavar="[FILE:LINE | GOLD:LINE PRED]")
@count_option(
    "--sentence", least=1, help_text="The number of the sentence, or text, instead of :LINE."
)
@click.option("--gold-tags", metavar="TAGS", help="The tags of gold, instead of a file.")
@click.option("--pred-tags", metavar="TAGS", help="The predicted tags.")
@click.option("--tokens", metavar="TOKENS", help="The tokens of these tags.")
@side_options
@type_options
@TRIM_OPTION
@report_options(["text", "json", "csv", "tsv", "markdown"])
def explain(
    files: tuple[str, ...],
    *,
    sentence: int | None,
    gold_tags: str | None,
    pred_tags: str | None,
    tokens: str | None,
    **settings: Any,
) -> None:
    """Show how each reading and each match counts the spans of one sentence, or text.

    LINE is the number of a line on which a span begins, or that has a record: `spanf1 errors`
    shows it. Matches with a threshold take 0.5, and within takes 1. Each match pairs spans in the
    way that is best for it. So a span that `spanf1 errors` calls missed may still earn a part by
    some match. For ill-formed spans, the reading error says what is wrong with them. The reading
    conlleval says what it counts in the sentence by itself.

    \b
    Examples:
      spanf1 explain output.conll:189
      spanf1 explain gold.conll:189 predicted.conll
      spanf1 explain output.conll --sentence 12
      spanf1 explain both.jsonl:7
      spanf1 explain gold/ predicted/ --input-format brat --sentence 3
      spanf1 explain --gold-tags 'B-PER I-PER O' --pred-tags 'B-PER O O' --tokens 'Ada Byron is'
    """
    given = SideOptions.of(settings)
    report = ReportOptions.of(settings)
    options = Options.of(settings | types_of(settings))
    if gold_tags is not None or pred_tags is not None or tokens is not None:
        if gold_tags is None or pred_tags is None or files or sentence:
            raise UsageError("tags are to be given of both sides, and no file", hint=_WANTED)
        check_given(_OF_TAGS, "does not go with --gold-tags", "it is about files: leave it out")
        words = None if tokens is None else [tokens.split()]
        explanation = explain_spans(
            [gold_tags.split()],
            [pred_tags.split()],
            tokens=words,
            gold_scheme=options.gold_scheme,
            pred_scheme=options.pred_scheme,
            map_types=dict(options.map_types),
            ignore_types=options.ignore_types,
            tag_form=settings["tag_form"],
            outside=settings["outside"],
            mask_tags=settings["mask_tags"],
            missing=options.missing,
        )
    else:
        paths, line = _parted(files, sentence)
        report.check_writable(paths)
        sides = given.of_files(len(paths))
        with ExitStack() as stack:
            sources = [stack.enter_context(kept(path)) for path in paths]
            analyses = {}
            for name in TOLD:
                inputs = both_inputs(sources, *sides[:2], by_position=sides.by_position)
                analyses[name] = analyze_inputs([inputs], replace(options, reading=name))
            explanation = explained(analyses, line=line, sentence=sentence or 0)
    report.write(report_of(explanation), {"text": RENDERERS["table"], **RENDERERS})


def _parted(files: tuple[str, ...], sentence: int | None) -> tuple[list[str], int]:
    """Return the files, and the line, if there is one.

    Raises
    ------
    UsageError
        If there is neither a line nor a sentence, or both.
    """
    if not 1 <= len(files) <= 2:
        raise UsageError("one sentence is explained, of one file, or of two", hint=_WANTED)
    path, _, line = files[0].rpartition(":")
    lined = path and line.isdecimal() and int(line)
    if sentence:
        if lined and not os.path.exists(files[0]):
            raise UsageError(
                "a line and a sentence are given", where=files[0], hint="leave --sentence out"
            )
        return [*files], 0
    if not lined:
        raise UsageError("there is no line, and no sentence", where=files[0], hint=_WANTED)
    return [path, *files[1:]], int(line)
