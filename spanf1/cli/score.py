"""``spanf1 score``: files in, scores out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import click
from click.core import ParameterSource

from spanf1.cli.help import command
from spanf1.cli.inputs import (
    JOBS_OPTION,
    MATCH_OPTION,
    NORMALIZE_OPTION,
    TRIM_OPTION,
    Progress,
    SideOptions,
    kept,
    paths_of,
    side_options,
    workers,
)
from spanf1.cli.output import (
    FILE,
    ReportOptions,
    choice_option,
    list_option,
    report_options,
    tell,
    write,
)
from spanf1.cli.scoring import (
    SCORE_DIGITS_HELP,
    SCORE_RENDERERS,
    Outcome,
    Slicing,
    confidence_of,
    confidence_options,
    explanations,
    failures,
    interval_option,
    limits_of,
    number,
    scoring_of,
    scoring_options,
    slice_options,
    trained,
    warnings,
)
from spanf1.core.options import AUTO, AnyScheme, Confidence, Options
from spanf1.core.scores import AVERAGES, AverageName
from spanf1.exceptions import UsageError
from spanf1.formats.opening import both_inputs
from spanf1.formats.registry import COLUMNS, FORMATS, Inputs
from spanf1.formats.source import STDIN, Source
from spanf1.levels.levels import LEVELS, LevelName, check_level
from spanf1.results.files import reads_again, score_inputs
from spanf1.results.report import how_made, report_of
from spanf1.results.result import Result, total_of

if TYPE_CHECKING:
    from spanf1.levels.results import TokenResult
    from spanf1.mistakes.analysis import Analysis
    from spanf1.mistakes.slices import Slices

_TEXTS = ", ".join(known.texts for known in FORMATS.values() if known.texts)

HELP = f"""Score predictions against gold: precision, recall and F1 by type, micro, macro, weighted.

FILE has the gold tag and the predicted tag of each token in its last two columns, as conlleval
takes it. With two files, GOLD and PRED have the same tokens, and their tags in the last column.
The files of folders, or of patterns, are added up. Files of the same name belong together, and
each has a row. Without a file, or with -, standard input is read. Files may be compressed by gzip,
bzip2, xz or zstd. spanf1 detects what separates columns, and the tagging scheme of each side, and
reports it.

Other formats are known by their content: JSON Lines of tokens and tags (jsonl); columns of
brackets (brackets); CoNLL-U with tags in MISC (conllu); texts with spans of characters or of
tokens, of {_TEXTS}; Parquet, Arrow and Hugging Face datasets (arrow); lists of entities without
offsets (entities), for --match text. Gold and predictions are in each record of one input, or in
two inputs. Two inputs may have different formats. Their records are joined by id, or else by
order.

A span is correct if the other side has one with the same first and last token, or the same
characters, and the same type. A span that occurs twice is correct as often as the other side has
it. If the tokens of two files differ and their text does not, characters are compared.

Macro F1 is the mean of the types' F1. Weighted F1 is the same mean, with each type weighted by its
spans in gold.

The signature in the report fixes all choices that shaped the number. Quote it beside the number.
`spanf1 signature` compares two of them.

\b
Examples:
  spanf1 score output.conll
  spanf1 score gold.conll predicted.conll
  spanf1 score gold.iob2 predicted.iob2 --tag-column 3 --token-column 2
  spanf1 score output.conll --reading strict --scheme IOBES
  spanf1 score both.jsonl --gold-key ner_tags --labels O,B-PER,I-PER
  spanf1 score gold.conll predicted.conll --tag-column 2,3     # nested levels
  spanf1 score gold/ pipeline.json --input-format brat,pipeline
  spanf1 score gold.jsonl llm.jsonl --match text --normalize case,space
  spanf1 score output.conll --confidence 0.95
  spanf1 score output.conll --level token             # kappa, confusion, …
  spanf1 score labels.tsv --level token --format json  # one label a line
  spanf1 score output.conll --level document --confidence 0.95
  spanf1 score output.conll --by length --by seen --train train.conll
  spanf1 score output.conll --advice --confidence 0.95  # in plain words
  spanf1 score output.conll --signature
  spanf1 score output.conll --short                   # the same, shorter
  spanf1 score gold-folder/ predicted-folder/
  spanf1 score 'shards/*.conll'
  spanf1 score 'shards/*.conll' --executor dask://10.0.0.1:8786
  spanf1 score output.conll --format latex --digits 1 -o table.tex
  spanf1 score output.conll -o page.html              # errors, too
  spanf1 score output.conll -o scores.json --fail-under micro=0.92,PER=0.9
  zcat output.conll.gz | spanf1 score --format json | jq .micro.f1
"""


@command("score", help=HELP)
@click.argument("files", nargs=-1, type=FILE, metavar="[FILE | GOLD PRED]")
@side_options
@scoring_options
@MATCH_OPTION
@NORMALIZE_OPTION
@TRIM_OPTION
@choice_option(
    "--level",
    choices=LEVELS,
    help_text=f"What is right or wrong. {'; '.join(f'{name}: {LEVELS[name]}' for name in LEVELS)}.",
)
@click.option(
    "--as-written",
    is_flag=True,
    help="With --level token: take tags for labels as they are written, B-PER and I-PER apart.",
)
@confidence_options
@interval_option
@click.option(
    "--keep-units",
    is_flag=True,
    help="With --format json: keep what each sentence, or document, has, so that `spanf1 merge` "
    "and `rescore` can make intervals.",
)
@click.option(
    "--keep-order",
    is_flag=True,
    help="Keep that in order, in a larger file, so that `spanf1 compare` and `diff` can test how "
    "results files differ.",
)
@slice_options()
@click.option(
    "--signature",
    is_flag=True,
    help="Print only the line that says what shaped the number, to cite with it.",
)
@click.option("--short", is_flag=True, help="Print only that line, with shorter names.")
@choice_option(
    "--average",
    choices=AVERAGES,
    help_text="The average that --format number, --fail-under and --signature are about.",
)
@report_options(
    [*SCORE_RENDERERS, "page"],
    "table, conlleval, markdown, latex and html are in percent; json, csv and tsv fractions of 1, "
    "and so is number, the F of the average alone. page is one of HTML with all errors, as of "
    "spanf1 report: what an --output of .html is.",
    digits=SCORE_DIGITS_HELP,
)
@list_option(
    "--fail-under",
    metavar="F|NAME=F,…",
    help_text="Exit with 1 if an average or type is under F, or has no span: micro=0.92,PER=0.9.",
)
@click.option(
    "--fail-empty",
    is_flag=True,
    help="Exit with 1 if there is nothing to score, or no span of a type of --types.",
)
@click.option(
    "--advice",
    is_flag=True,
    help="Add what the figures mean in plain words, and what to look at next.",
)
@JOBS_OPTION
@click.option(
    "--executor",
    metavar="ADDRESS",
    help="Score each of several files on a cluster of Dask: dask://HOST:PORT is its scheduler. All "
    "workers find the files by the same paths. The files have no rows of their own.",
)
@click.option(
    "-q", "--quiet", is_flag=True, help="Only the figures, and advice: no notes, no progress."
)
def score(
    files: tuple[str, ...],
    *,
    level: LevelName,
    as_written: bool,
    signature: bool,
    short: bool,
    jobs: int | None,
    executor: str | None,
    average: AverageName,
    keep_units: bool,
    keep_order: bool,
    fail_under: str | None,
    fail_empty: bool,
    advice: bool,
    **settings: Any,
) -> int:
    """Score files; see `HELP`."""
    limits = limits_of(fail_under, average)
    sides_given = SideOptions.of(settings)
    report = ReportOptions.of(settings)
    confidence = confidence_of(settings)
    slicing = Slicing.of(settings)
    report.check(confidence=confidence)
    signature = signature or short
    if signature and (report.format_name != "table" or report.digits is not None):
        raise UsageError("--signature and --short print one line, without --format and --digits")
    keep_units = keep_units or keep_order
    _check_kept(report.format_name, level, units=keep_units, order=keep_order)
    paths = paths_of(files, "score")
    groups = sides_given.named_groups(paths)
    report.check_writable([*chain.from_iterable(groups.values()), *slicing.train])
    sides = sides_given.of_files(len(paths))
    options = Options.of(settings | scoring_of(settings))
    check_level(level, options, as_written=as_written)
    shown = "signature" if signature else report.format_name
    _check_sliced(slicing, paths, level, options, shown)
    _check_shown(level, options, shown, advice=advice)
    paged = report.format_name == "page"
    # For slices, and pages, files are read again when all of them are scored.
    again = paged or bool(slicing.by)
    held = click.get_current_context().with_resource(ExitStack())
    away: dict[str, Result | TokenResult] = {}
    slices: list[Slices] = []
    if executor is not None:
        _check_cluster(again, jobs)
        from spanf1.cli.executors import scored_on

        away[""] = scored_on(
            executor,
            [*groups.values()],
            sides,
            options,
            level=level,
            as_written=as_written,
            confidence=confidence if level in ("span", "token") else None,
            units=_units_kept(level, keep_units),
            in_order=keep_order,
            quiet=report.quiet,
        )
        groups = {}
    made = partial(
        _scored,
        sides=sides,
        options=options,
        level=level,
        as_written=as_written,
        confidence=confidence,
        keep_units=keep_units,
        in_order=keep_order,
        schemes=_schemes_of_all([*groups.values()], sides, options, jobs),
        jobs=jobs,
        quiet=report.quiet,
        held=held if again else None,
    )
    opened, results, tokens = _all_scored(groups, made, away)
    outcome = _outcome(
        level,
        results,
        tokens,
        confidence=confidence,
        keep_units=keep_units,
        average=average,
        limits=limits,
    )
    if again:
        forms, analysis = trained(slicing.train, settings, options), _analyzed(opened, options)
        if paged:
            outcome = _with_page(outcome, analysis, [*results.values()], slicing, forms)
        else:
            slices = slicing.slices(analysis, forms, confidence)
            outcome = _with_slices(outcome, slices)
    outcome = _with_advice(outcome, paths, slices) if advice else outcome
    if signature:
        write(f"{_short(outcome.signature) if short else outcome.signature}\n", report.output)
    else:
        notes = explanations(outcome.made, report.format_name)
        report.write(outcome.report, outcome.renderers, notes=notes)
    tell([*outcome.empty, *outcome.failed])
    return 1 if outcome.failed or (fail_empty and outcome.empty) else 0


def _all_scored(
    groups: Mapping[str, Sequence[str]],
    made: Callable[[Sequence[str]], tuple[Inputs, Result | TokenResult]],
    away: Mapping[str, Result | TokenResult],
) -> tuple[list[Inputs], dict[str, Result], dict[str, TokenResult]]:
    """Return what inputs were opened, and all results by name: of spans, and of tokens."""
    opened, every = [], {**away}
    for name, group in groups.items():
        inputs, every[name] = made(group)
        opened.append(inputs)
    spans = {name: one for name, one in every.items() if isinstance(one, Result)}
    # Without an import of what tokens need.
    tokens = {name: one for name, one in every.items() if not isinstance(one, Result)}
    return opened, spans, tokens


def _check_cluster(again: bool, jobs: int | None) -> None:
    """Raise an error if something is asked for that --executor cannot do."""
    if again:
        raise UsageError("--executor does not go with --by, nor with a page: files are read again")
    if jobs is not None:
        raise UsageError("--jobs is for this machine, and --executor for others: give one")


def _units_kept(level: LevelName, keep_units: bool) -> str:
    """Return what the counts are kept of, where no intervals need them."""
    if level in ("span", "token"):
        return AUTO if keep_units else ""
    return level


def _scored(
    group: Sequence[str],
    *,
    sides: SideOptions,
    options: Options,
    level: LevelName,
    as_written: bool,
    confidence: Confidence | None,
    keep_units: bool,
    in_order: bool,
    schemes: tuple[AnyScheme, AnyScheme] | None,
    jobs: int | None,
    quiet: bool,
    held: ExitStack | None,
) -> tuple[Inputs, Result | TokenResult]:
    """Return gold and predictions, and their score; `held` keeps what is read again later."""
    units = _units_kept(level, keep_units)
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(group[0], wanted=not quiet))
        twice = level == "token" or held is not None
        inputs = _opened_inputs(group, sides, options, held or stack, twice=twice)
        inputs.gold.progress = progress
        if level == "token":
            from spanf1.levels.reading import tokens_of_inputs

            return inputs, tokens_of_inputs(
                inputs, options, confidence=confidence, units=units, as_written=as_written
            )
        parted = group if inputs.may_be_parted() else ()
        executor = stack.enter_context(workers(parted, jobs, json=inputs.format != COLUMNS))
        confidence = confidence if level == "span" else None
        return inputs, score_inputs(
            inputs,
            options,
            confidence=confidence,
            units=units,
            in_order=in_order,
            executor=executor,
            schemes=schemes,
        )


def _check_kept(format_name: str, level: str, *, units: bool, order: bool) -> None:
    """Raise an error if what is to be kept of units has no place."""
    name = "--keep-order" if order else "--keep-units"
    if units and format_name != "json":
        raise UsageError(
            f"{name} is for results files, and the format is {format_name}", hint="--format json"
        )
    if units and level not in (("span",) if order else ("span", "token")):
        hint = "leave --level out"
        if level != "token":
            hint = f"without --level: spanf1 merge --level {level} makes these figures of the file"
        raise UsageError(f"{name} keeps spans, and the level is {level}", hint=hint)


def _check_shown(level: str, options: Options, format_name: str, *, advice: bool) -> None:
    """Raise an error if there is no such average, no page, or no advice, of what is scored."""
    if format_name == "page":
        _check_page(level, options)
    if advice:
        from spanf1.cli.advice import check_advised

        check_advised(level, format_name)
    given = click.get_current_context().get_parameter_source("average")
    if level in ("sentence", "document") and given is ParameterSource.COMMANDLINE:
        raise UsageError(
            f"--average is of types, and at level {level} there are none",
            hint="leave --average out",
        )


def _outcome(
    level: LevelName,
    results: Mapping[str, Result],
    tokens: Mapping[str, TokenResult],
    *,
    confidence: Confidence | None,
    keep_units: bool,
    average: AverageName,
    limits: Mapping[str, float],
) -> Outcome:
    """Return what is to be printed of files."""
    if level == "token":
        from spanf1.cli.levels import outcome_of_tokens

        return outcome_of_tokens(tokens, average, limits, keep_units=keep_units)
    if level != "span":
        from spanf1.cli.levels import outcome_of_wholes

        return outcome_of_wholes(level, results, confidence, limits)
    result = total_of(results.values(), AUTO if keep_units else "").check()
    return Outcome(
        report_of(result, results if len(results) > 1 else {}, keep_units=keep_units),
        {**SCORE_RENDERERS, "number": partial(number, average=average)},
        str(result.signature(average)),
        how_made(result),
        [*warnings(result)],
        [*failures(result, limits)],
    )


def _check_page(level: str, options: Options) -> None:
    """Raise an error if a page cannot show what is scored, or cannot be made."""
    from spanf1.pages.page import template

    template()
    if level != "span":
        raise UsageError(f"a page is of spans, and the level is {level}", hint="--format html")
    if options.reading == "conlleval":
        raise UsageError(
            "a page shows spans, and the conlleval script counts steps between tags",
            hint="--reading lenient has nearly all of them",
        )


def _check_sliced(
    slicing: Slicing, paths: Sequence[str], level: str, options: Options, format_name: str
) -> None:
    """Raise an error if there are to be slices, and spans cannot be sliced, or not be shown."""
    if not slicing.by:
        return
    if STDIN in paths and STDIN in slicing.train:
        raise UsageError("standard input can be read only once")
    if level != "span":
        raise UsageError(f"--by slices spans, and the level is {level}", hint="leave --level out")
    if options.match != "exact":
        raise UsageError(
            f"--by slices what an exact match counts, and the match is {options.match}",
            hint="leave --match out",
        )
    if options.reading == "conlleval":
        raise UsageError(
            "--by slices spans, and the conlleval script counts steps between tags",
            hint="--reading lenient has nearly all of them",
        )
    if format_name in ("conlleval", "number", "signature"):
        raise UsageError(
            f"{format_name} has no place for the slices of --by", hint="--format table has"
        )


def _analyzed(opened: Sequence[Inputs], options: Options) -> Analysis:
    """Return the analysis of inputs that have been read."""
    from spanf1.mistakes.analyze import analyze_inputs

    exactly = replace(options, match="exact", normalize=())
    return analyze_inputs([inputs.again() for inputs in opened], exactly)


def _with_page(
    outcome: Outcome,
    analysis: Analysis,
    results: Sequence[Result],
    slicing: Slicing,
    forms: Mapping[str, Mapping[str, int]],
) -> Outcome:
    """Return what is to be printed of spans as a page; scores are what they were made by."""
    analysis = replace(analysis, result=total_of(results))
    made = partial(analysis.to_html, by=slicing.by, train=forms or None, bins=slicing.bins)
    return outcome._replace(renderers={"page": lambda _, digits, **__: made(digits=digits)})


def _with_slices(outcome: Outcome, slices: Sequence[Slices]) -> Outcome:
    """Return what is to be printed of spans, with the tables of slices below."""
    from spanf1.mistakes.slices_report import with_slices

    return outcome._replace(report=with_slices(outcome.report, slices))


def _with_advice(outcome: Outcome, paths: Sequence[str], slices: Sequence[Slices]) -> Outcome:
    """Return what is to be printed of spans, with what the figures mean below."""
    from spanf1.cli.advice import with_advice

    return with_advice(outcome, paths, slices)


def _schemes_of_all(
    groups: Sequence[Sequence[str]], sides: SideOptions, options: Options, jobs: int | None
) -> tuple[AnyScheme, AnyScheme] | None:
    """Return the schemes that fit several inputs together, where they are to be known first."""
    if not options.needs_schemes or len(groups) < 2:
        return None
    exactly = replace(options, match="exact")
    return total_of(span_results(groups, sides, exactly, jobs)).schemes


def span_results(
    groups: Sequence[Sequence[str]],
    sides: SideOptions,
    options: Options,
    jobs: int | None,
    *,
    confidence: Confidence | None = None,
    quiet: bool = True,
) -> list[Result]:
    """Return the scores of the spans of several inputs, in the schemes that fit all of them."""
    made = partial(
        _scored,
        sides=sides,
        options=options,
        level="span",
        as_written=False,
        confidence=confidence,
        keep_units=False,
        in_order=False,
        schemes=_schemes_of_all(groups, sides, options, jobs),
        jobs=jobs,
        quiet=quiet,
        held=None,
    )
    return [cast(Result, made(group)[1]) for group in groups]


def _short(signature: str) -> str:
    from spanf1.results.signature import short

    return short(signature)


def _opened_inputs(
    paths: Sequence[str], sides: SideOptions, options: Options, stack: ExitStack, *, twice: bool
) -> Inputs:
    """Return gold and predictions, to be read as often as it needs: `twice`, or by the options."""
    # Of pipes, only standard input can be looked at before it is read.
    sources = [Source(p) if p == STDIN else stack.enter_context(kept(p)) for p in paths]
    inputs = both_inputs(sources, sides.gold, sides.predicted, by_position=sides.by_position)
    if STDIN in paths and (twice or reads_again(inputs, options)):
        return _kept_inputs(inputs, stack)
    return inputs


def _kept_inputs(inputs: Inputs, stack: ExitStack) -> Inputs:
    """Return inputs of which standard input is kept in a file."""
    source = stack.enter_context(kept(STDIN))
    gold, predicted = (
        replace(side, source=source) if side.source.path == STDIN else side
        for side in (inputs.gold, inputs.predicted)
    )
    return inputs._replace(gold=gold, predicted=predicted)
