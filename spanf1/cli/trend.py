"""``spanf1 trend``: F1 over training steps, over sizes of training data, and over time."""

from __future__ import annotations

from typing import Any, Literal

import click

from spanf1.cli.help import command
from spanf1.cli.inputs import paths_of
from spanf1.cli.output import (
    DIGITS_HELP,
    FILE,
    PERCENT_HELP,
    SIZE_OPTION,
    ReportOptions,
    choice_option,
    count_option,
    list_option,
    report_options,
)
from spanf1.exceptions import UsageError
from spanf1.trends.report import report_of
from spanf1.trends.series import OVERS, Over
from spanf1.trends.trend import trend as trend_of


@command("trend")
@click.argument("files", nargs=-1, type=FILE, metavar="[FILE...]")
@click.option(
    "--key",
    metavar="NAME",
    default="",
    help="What F1 is called in logs; of results files, micro, macro, weighted or a type.",
)
@click.option(
    "--step",
    "axis",
    metavar="NAME",
    default="",
    help="What the step, the size or the date is called in logs.",
)
@choice_option(
    "--over",
    choices=["auto", *OVERS],
    help_text="What F1 is over; auto: as the keys of logs say, and time for results files.",
)
@list_option(
    "--date",
    "dates",
    metavar="DATE,…",
    help_text="The dates of results files, in their order.  [default: those in their names]",
)
@click.option("--mtime", is_flag=True, help="Take when results files were written for their dates.")
@count_option(
    "--reference",
    least=1,
    help_text="Over time, the first N chunks say what is usual.  [default: half, 6 at least]",
)
@SIZE_OPTION
@report_options(help_text=PERCENT_HELP, digits=DIGITS_HELP)
@click.option("-q", "--quiet", is_flag=True, help="Only the table: no words.")
def trend(
    files: tuple[str, ...],
    *,
    key: str,
    axis: str,
    over: Over | Literal["auto"],
    dates: str | None,
    mtime: bool,
    reference: int | None,
    max_size: str | None,
    **settings: Any,
) -> int:
    """Say what F1 does over training steps, over sizes of training data, or over time.

    FILE is a log of metrics: trainer_state.json of Hugging Face, metrics.csv of Lightning, CSV that
    W&B and TensorBoard export, a history of Keras, JSON Lines. Several files are several runs:
    their mean, sample standard deviation, least and most are shown. F1 is known by its name
    (eval_f1, val_f1, f1_macro, eval/f1, …), and so are precision and recall beside it. Or FILEs are
    what `spanf1 score --format json` wrote, one for each date: 2026-05-01, 2026-05 or 2026-W18 in
    its name. Without a file, or with -, standard input is read.

    A series is called rising, levelled, stagnant, unstable or falling, with the rule that says so.
    With counts, a fall is called one only if its 95% interval excludes 0.

    Over time, limits are the mean of a reference, the first chunks, and three standard deviations;
    with fewer than six chunks and with counts, they are what chance makes of chunks of that size.
    Slow slides are summed up (CUSUM, Page 1954). It is said how often there are false alarms. Exit
    code 1 is an alarm: the newest chunk is outside of the limits, or slides.

    \b
    Examples:
      spanf1 trend out/checkpoint-500/trainer_state.json
      spanf1 trend seed-*/metrics.csv --key val_f1
      spanf1 trend sizes.csv --step train_size           # a learning curve
      spanf1 trend scores-2026-*.json || echo look
      spanf1 trend scores-2026-*.json --key PER --reference 8
      spanf1 trend old.json new.json --date 2026-05-01,2026-06-01
      spanf1 trend weekly.csv --over time --format json -o trend.json
      spanf1 plot trend.json --kind trend -o trend.pdf
    """
    report = ReportOptions.of(settings)
    paths = paths_of(files, "trend")
    if mtime and "-" in paths:
        raise UsageError("--mtime: standard input has no date", hint="--date gives one")
    report.check_writable(paths)
    found = trend_of(
        paths,
        key=key,
        axis=axis,
        over=over,
        dates=dates.split(",") if dates else (),
        mtime=mtime,
        reference=reference,
        max_size=max_size,
    )
    report.write(report_of(found))
    return 1 if found.alarm else 0
