"""``spanf1 score``: files in, scores out."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click

from spanf1.api import PART_SIZE, score_file
from spanf1.cli.inputs import input_options, kept, output_options, paths_of, tag_columns
from spanf1.cli.output import check_writable, wants_colour, write
from spanf1.cli.progress import Progress
from spanf1.cli.scoring import (
    confidence_of,
    confidence_options,
    interval_option,
    scoring_of,
    scoring_options,
)
from spanf1.errors import ReadError, UsageError
from spanf1.evaluate import cores
from spanf1.formats.streams import Source
from spanf1.options import MATCHES
from spanf1.reports import REPORTS
from spanf1.reports.rows import how_made
from spanf1.result import Result

if TYPE_CHECKING:
    from concurrent.futures import Executor

HELP = """Score predictions against gold: precision, recall and F1 by type, micro, macro, weighted.

FILE has the gold and the predicted tag of each token in its last two columns, as conlleval
takes it. With two files, GOLD and PRED have the same tokens and their tags in the last column.
Without a file, or with -, standard input is read. Files may be compressed by gzip, bzip2, xz or
zstd. What separates columns, and the tagging scheme of each side, are detected and reported.

A span is correct if a span of the other side has the same first token, last token and type.
Macro F1 is the mean of the types' F1; weighted F1 is that mean weighted by spans in gold.

The signature in the report fixes all that shaped the number: quote it beside the number.
`spanf1 signature` compares two of them.

\b
Examples:
  spanf1 score output.conll
  spanf1 score gold.conll predicted.conll
  spanf1 score gold.iob2 predicted.iob2 --tag-column 3 --token-column 2
  spanf1 score output.conll --reading strict --scheme IOBES
  spanf1 score output.conll --confidence 0.95
  spanf1 score output.conll --signature
  spanf1 score output.conll --format latex --digits 1 -o table.tex
  zcat output.conll.gz | spanf1 score --format json | jq .micro.f1
"""

#: a file is worth several processes if it has so many bytes
_LARGE = 1 << 25


@click.command("score", help=HELP, short_help="Score predictions against gold.")
@click.argument("files", nargs=-1, metavar="[FILE | GOLD PRED]")
@input_options
@scoring_options
@click.option(
    "--match",
    type=click.Choice(list(MATCHES)),
    default="exact",
    show_default=True,
    help=f"What is counted. {'; '.join(f'{name}: {text}' for name, text in MATCHES.items())}.",
)
@confidence_options
@interval_option
@click.option(
    "--signature",
    is_flag=True,
    help="Print only the line that says what shaped the number, to cite with it.",
)
@click.option(
    "-f",
    "--format",
    "format_name",
    type=click.Choice(list(REPORTS)),
    default="table",
    show_default=True,
    help="table, conlleval, markdown and latex are in percent; json, csv and tsv fractions of 1.",
)
@click.option(
    "--digits",
    type=click.IntRange(0, 15),
    metavar="N",
    help="Decimals.  [default: 2; csv, tsv: all]",
)
@output_options
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="Processes for a large file.  [default: cores]",
)
@click.option("-q", "--quiet", is_flag=True, help="Only the figures: no notes, no progress.")
def score(
    files: tuple[str, ...],
    *,
    tag_column: int | None,
    delimiter: str,
    signature: bool,
    format_name: str,
    digits: int | None,
    output: str | None,
    color: str,
    jobs: int | None,
    quiet: bool,
    **settings: Any,
) -> None:
    """Score files; see `HELP`."""
    report = REPORTS[format_name]
    if digits is not None and not report.digits:
        raise UsageError(f"--digits does not go with --format {format_name}")
    wanted = confidence_of(settings)
    if wanted and not report.intervals:
        raise UsageError(f"--confidence does not go with --format {format_name}")
    if signature and (format_name != "table" or digits is not None):
        raise UsageError("--signature prints one line: --format and --digits do not go with it")
    paths = paths_of(files, "score")
    if len(paths) > 2:
        raise UsageError(f"{len(paths)} files are given: one, or GOLD and PRED, are taken")
    check_writable(output, paths)
    settings |= tag_columns(len(paths), tag_column, settings)
    settings |= scoring_of(settings)
    # Surface forms need a second look at the files.
    again = settings["match"] == "surface"
    with (
        ExitStack() as stack,
        Progress(paths[0], wanted=not quiet) as progress,
        _workers(paths, jobs) as executor,
    ):
        result = score_file(
            *(stack.enter_context(kept(path)) if again else Source(path) for path in paths),
            delimiter=delimiter,
            confidence=wanted,
            executor=executor,
            progress=progress,
            **settings,
        )
    if signature:
        write(f"{result.signature()}\n", output)
        return
    details: dict[str, Any] = {"digits": digits} if report.digits else {}
    if format_name == "table":
        details |= {"colour": output is None and wants_colour(color, sys.stdout), "brief": quiet}
    write(report.render(result, **details), output)
    if not quiet:
        # Notes that cannot be written are no reason to fail.
        with suppress(OSError):
            _notes(result, explained=report.explains)


@contextmanager
def _workers(paths: tuple[str, ...], jobs: int | None) -> Iterator[Executor | None]:
    """Give an executor if there is one large file and more than one core for it."""
    size = os.path.getsize(paths[0]) if len(paths) == 1 and os.path.isfile(paths[0]) else 0
    if size < _LARGE or jobs == 1:
        yield None
        return
    import multiprocessing
    import threading
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    processes = min(jobs or cores(), 1 + size // PART_SIZE)
    executor = ProcessPoolExecutor(processes, initializer=_begin_worker)
    try:
        with _signals_held():
            # The first task starts all workers.
            executor.submit(int).result()
        yield executor
        executor.shutdown()
    except BaseException as error:
        # The executor's own thread may complain of what is cancelled and killed here.
        threading.excepthook = lambda *_: None
        for worker in multiprocessing.active_children():
            worker.kill()
        executor.shutdown(cancel_futures=True)
        if not isinstance(error, BrokenProcessPool):
            raise
        hint = "was it killed for want of memory? --jobs 1 needs no workers"
        raise ReadError("a worker process was killed", where=paths[0], hint=hint) from None


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let no signal interrupt what is done meanwhile; it comes afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker() -> None:
    """Leave Ctrl-C to the main process, which ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})


def _notes(result: Result, *, explained: bool) -> None:
    """Say on standard error what the report itself does not."""
    if isinstance(result.options.types, tuple):
        for name in result.options.types:
            if name not in result.counts.types:
                click.echo(f"warning: there is no span of type {name!r}", err=True)
    if not result.counts.tokens:
        click.echo(
            "warning: there are no tokens in the input: this is a score of nothing", err=True
        )
    if not explained:
        for heading, line in how_made(result):
            click.echo(f"note: {heading}: {line}", err=True)
