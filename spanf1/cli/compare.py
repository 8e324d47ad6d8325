"""``spanf1 compare``: which of several systems is better, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import click

from spanf1.cli.help import command
from spanf1.cli.inputs import (
    JOBS_OPTION,
    MATCH_OPTION,
    NORMALIZE_OPTION,
    TRIM_OPTION,
    SideOptions,
    StepProgress,
    has_result,
    kept,
    side_options,
    workers,
)
from spanf1.cli.output import (
    DIGITS_HELP,
    FILE,
    PERCENT_HELP,
    ReportOptions,
    check_given,
    choice_option,
    report_options,
    taken,
)
from spanf1.cli.scoring import (
    confidence_of,
    confidence_options,
    scoring_of,
    sentence_options,
    warnings,
)
from spanf1.core.options import Options
from spanf1.core.scores import AVERAGES
from spanf1.exceptions import UsageError
from spanf1.formats.source import STDIN
from spanf1.ranking.compare import Named, compare_outputs, systems_of
from spanf1.ranking.rank import BEST, Ranking, RankingOptions
from spanf1.ranking.report import report_of
from spanf1.resampling.inference import ADJUSTMENTS

# The options that go with results files.
_OF_RESULTS = (
    *("files", "average", "reference", "all_pairs", "per_type", "correction", "max_size"),
    *("confidence", "resamples", "unit", "seed", "format_name", "output", "color", "digits"),
    "quiet",
)


@command("compare")
@click.argument("files", nargs=-1, type=FILE, metavar="GOLD SYSTEM SYSTEM...")
@click.option("--merged", is_flag=True, help="Every file holds gold and predicted tags: no GOLD.")
@side_options
@sentence_options
@MATCH_OPTION
@NORMALIZE_OPTION
@TRIM_OPTION
@choice_option("--average", choices=AVERAGES, help_text="The average that ranks the systems.")
@click.option(
    "--reference",
    default=BEST,
    show_default=True,
    metavar="NAME",
    help="The system that the others are compared with.",
)
@click.option("--all-pairs", is_flag=True, help="Compare every system with every other.")
@click.option("--per-type", is_flag=True, help="Compare each type's F1, too.")
@click.option(
    "--correction",
    type=click.Choice(list(ADJUSTMENTS)),
    default="holm",
    show_default=True,
    help="How p-values are corrected for the number of comparisons.",
)
@confidence_options
@report_options(help_text=PERCENT_HELP, digits=DIGITS_HELP)
@JOBS_OPTION
@click.option("-q", "--quiet", is_flag=True, help="Only the tables: no words, no progress.")
def compare(files: tuple[str, ...], *, merged: bool, jobs: int | None, **settings: Any) -> None:
    """Rank systems on one gold, and say which of them can be told apart.

    GOLD has the gold tags in its last column, and each SYSTEM has the predicted tags of the same
    tokens. With --merged every file holds gold and predicted tags, as for `spanf1 score FILE`; the
    gold must be the same in all. Files may be of any format that `spanf1 score` reads, and of
    different ones. A SYSTEM with several runs (seeds) is a folder of files, or NAME=RUN,RUN,… with
    files and patterns. Its score is the mean of the runs, and the spread is shown. A folder of
    brat, or of a dataset, is one run.

    Systems without GOLD may be results files, of `spanf1 score --keep-order` or of `spanf1 merge`.
    What each sentence has is in them: figures and tests are those of the outputs themselves.

    Every F gets a percentile bootstrap interval. So does the difference from the best system, or
    from the --reference, in resamples that both share. One run against several has no interval, as
    nobody knows how runs of the one vary.

    Differences are tested by approximate randomisation of documents if two or more are marked, and
    else of sentences. If one of the two systems has several runs, the test is by permutation of
    runs. p-values are corrected for the number of comparisons. --confidence is 0.95 unless you
    give it. Systems are told apart if p is below 1 minus that, here 0.05.

    \b
    Examples:
      spanf1 compare gold.conll a.conll b.conll c.conll
      spanf1 compare --merged a.conll b.conll --per-type
      spanf1 compare gold.conll old=old.conll 'new=seeds/*.conll' --reference old
      spanf1 compare gold.conll outputs/*.conll --all-pairs -f latex -o table.tex
      spanf1 compare a.json b.json              # of spanf1 score --keep-order
      spanf1 compare brat-gold/ a.jsonl pipeline.json llm.jsonl --match text
    """
    results = () if merged else _results_of(files)
    if results:
        check_given(_OF_RESULTS, "is of what is read, and results files were", "leave it out")
    max_size = settings["max_size"]
    sides = SideOptions.of(settings)
    report = ReportOptions.of(settings)
    how = confidence_of(settings, always=True)
    assert how  # noqa: S101 - for mypy: it is always there
    testing = taken(RankingOptions, settings, confidence=how)
    if results:
        _compare_results(results, max_size, report, testing)
        return
    options = Options.of(settings | scoring_of(settings))
    gold, systems = outputs_of(files, merged=merged)
    report.check_writable(read_of(gold, systems))
    ranking = ranking_of(gold, systems, sides, options, testing, jobs=jobs, quiet=report.quiet)
    report.write(report_of(ranking), notes=warnings(ranking.standings[0].system.runs[0]))


def _results_of(files: Sequence[str]) -> list[Named]:
    """Return the systems whose runs are results files; none, if these are other files.

    Raises
    ------
    UsageError
        If some are, and some are not.
    """
    if not any(has_result(file.partition("=")[2]) or has_result(file) for file in files):
        return []
    systems = systems_of(files)
    for path in read_of(None, systems):
        if not has_result(path):
            raise UsageError(
                "all systems are to be results files, or none",
                where=path,
                hint="spanf1 compare A B takes them, without GOLD; spanf1 score FILE --format json "
                "--keep-order makes one",
            )
    return systems


def _compare_results(
    systems: Sequence[Named], max_size: str | None, report: ReportOptions, testing: RankingOptions
) -> None:
    """Rank systems by their results files, and write the report."""
    from spanf1.cli.rescore import data_of, spans_of
    from spanf1.ranking.stored import compare_results

    report.check_writable(read_of(None, systems))
    results = {
        one.name: [spans_of(file, data_of(file, max_size)) for file in one.files] for one in systems
    }
    ranking = compare_results(results, testing)
    report.write(report_of(ranking), notes=warnings(ranking.standings[0].system.runs[0]))


def outputs_of(files: tuple[str, ...], *, merged: bool) -> tuple[str | None, list[Named]]:
    """Return the file of gold, if it is one of its own, and the systems with their files.

    Raises
    ------
    UsageError
        As `systems_of`; or if a system's output is standard input.
    """
    gold = None if merged or not files else files[0]
    systems = systems_of(files if merged else files[1:])
    if any(STDIN in one.files for one in systems):
        raise UsageError("a system's output is to be a file, not standard input")
    return gold, systems


def read_of(gold: str | None, systems: Sequence[Named]) -> list[str]:
    """Return all files that are read."""
    files = [file for one in systems for file in one.files]
    return files if gold is None else [gold, *files]


def ranking_of(
    gold: str | None,
    systems: Sequence[Named],
    sides: SideOptions,
    options: Options,
    testing: RankingOptions,
    *,
    jobs: int | None,
    quiet: bool,
) -> Ranking:
    """Return systems ranked and tested, of files; see `spanf1.ranking.compare.compare_outputs`."""
    gold_options, predicted_options, by_position, _ = sides.of_files(1 if gold is None else 2)
    with ExitStack() as stack:
        progress = stack.enter_context(StepProgress(wanted=not quiet))
        executor = stack.enter_context(workers(read_of(None, systems), jobs))
        return compare_outputs(
            None if gold is None else stack.enter_context(kept(gold)),
            {one.name: [stack.enter_context(kept(file)) for file in one.files] for one in systems},
            gold_options,
            predicted_options,
            by_position=by_position,
            options=options,
            testing=testing,
            executor=executor,
            progress=progress,
        )
