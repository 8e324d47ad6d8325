"""``spanf1 sweep``: how good predictions are at every threshold of their confidences."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import chain
from typing import Any

import click

from spanf1.cli.help import command
from spanf1.cli.inputs import (
    TRIM_OPTION,
    SideOptions,
    column_option,
    opened_groups,
    paths_of,
    side_options,
)
from spanf1.cli.output import (
    DIGITS_HELP,
    FILE,
    PERCENT_HELP,
    Option,
    ReportOptions,
    check_writable,
    choice_option,
    count_option,
    report_options,
    tell,
    with_options,
)
from spanf1.cli.scoring import (
    confidence_of,
    confidence_options,
    span_reading_option,
    type_options,
    types_of,
    warnings,
)
from spanf1.core.options import Options
from spanf1.core.scores import AVERAGES
from spanf1.exceptions import UsageError
from spanf1.formats.source import STDIN
from spanf1.thresholds.calibration import BINS
from spanf1.thresholds.confidences import KEYS, OF, Where
from spanf1.thresholds.sweep import RESAMPLES, Aims, Settings, Sweep, sweep_inputs
from spanf1.wording import many

_COST = re.compile(r"\s*(fp|fn)\s*=\s*([^,]*)")

#: the options that say where confidences are
where_options: Option = with_options(
    click.option(
        "--confidence-key",
        metavar="KEY",
        help="Of JSON: the key of a span's confidence (meta.score if it is nested), or of a list "
        f"beside the spans.  [default: {', '.join(KEYS)}]",
    ),
    column_option(
        "--confidence-column",
        help_text="Of columns: that of the confidence of each token.",
    ),
    choice_option(
        "--of",
        choices=OF,
        help_text="What the confidence of a span is made of, where its tokens have some.",
    ),
    click.option(
        "--default",
        type=float,
        metavar="NUMBER",
        help="The confidence of spans without one.  [default: that is an error]",
    ),
)


@command("sweep")
@click.argument("files", nargs=-1, type=FILE, metavar="[FILE | GOLD PRED]")
@where_options
@count_option(
    "--bins",
    least=1,
    default=BINS,
    show_default=True,
    help_text="Bins that calibration is judged by.",
)
@choice_option("--average", choices=AVERAGES, help_text="The F that is to be best.")
@click.option(
    "--beta", type=float, default=1.0, show_default=True, help="Report F-beta instead of F1."
)
@click.option(
    "--precision",
    type=float,
    metavar="FRACTION",
    help="Show the threshold of the best recall with at least this precision, such as 0.9.",
)
@click.option(
    "--recall",
    type=float,
    metavar="FRACTION",
    help="Show the threshold of the best precision with at least this recall.",
)
@click.option(
    "--cost",
    metavar="COSTS",
    help="Show the threshold of the least cost: fp=1,fn=5 for 1 for a wrong prediction, and 5 for "
    "a missed span.",
)
@click.option(
    "--apply",
    "applied",
    metavar="THRESHOLD",
    help="Write what a threshold keeps to --output, as the predictions are written: 0.7; best; "
    "types, for the best ones by type; or PER=0.6,LOC=0.7,*=0.5 (types that are not named stay "
    "whole without *).",
)
@confidence_options
@side_options
@span_reading_option
@type_options
@TRIM_OPTION
@report_options(
    help_text=f"{PERCENT_HELP} csv, tsv and json have all thresholds.",
    digits=DIGITS_HELP,
)
@click.option("-q", "--quiet", is_flag=True, help="Only the tables: no notes, no progress.")
def sweep(files: tuple[str, ...], *, applied: str | None, **settings: Any) -> None:
    """Say how good predictions are at every threshold of their confidences, and which is best.

    FILE, or GOLD and PRED, are as for `spanf1 score`. Each predicted span has a confidence: in
    JSON its score (of a Hugging Face pipeline, of Prodigy) or another key, in columns another
    column. A threshold keeps what is as confident, or more; equal confidences enter together, and
    gold stays whole. A prediction is right as an exact match has it; of equal spans, the most
    confident ones are right first.

    Shown are the thresholds that keep a tenth of the predictions more each, and the best one. Its F
    is too high for other data, as it was chosen on this data: the interval is of resamples, in
    each of which the threshold is chosen on what was drawn, and judged by what was not. Types have
    thresholds of their own, and those that together have the best micro F, which is exact. AP is of
    all gold. Calibration (ECE, Brier) says whether what has a confidence of 0.8 is right in 80%.

    A lower threshold brings back no span that the decoder dropped.

    \b
    Examples:
      spanf1 sweep gold.jsonl predicted.jsonl
      spanf1 sweep gold.jsonl predicted.jsonl --confidence-key meta.prob
      spanf1 sweep output.conll --gold-column 2 --pred-column 3 --confidence-column 4 --of min
      spanf1 sweep gold.jsonl predicted.jsonl --precision 0.9 --cost fp=1,fn=5
      spanf1 sweep gold.jsonl predicted.jsonl --apply best -o kept.jsonl
      spanf1 sweep gold.jsonl predicted.jsonl --apply PER=0.6,LOC=0.7 -o kept.jsonl
      spanf1 sweep gold.jsonl predicted.jsonl --format csv -o thresholds.csv
    """
    output = None
    if applied is not None:
        output, settings["output"] = settings["output"], None
        if output in (None, STDIN):
            raise UsageError("--apply writes a file", hint="--apply best -o kept.jsonl")
    report = ReportOptions.of(settings)
    threshold = None if applied is None else threshold_of(applied)
    asked = settings_of(settings)
    with ExitStack() as stack:
        outputs = [report.output, output]
        found = swept(stack, files, asked, settings, outputs=outputs, quiet=report.quiet)
        if threshold is not None and output is not None:
            found.apply(threshold, output)
            kept_here, count = int(found.kept(threshold).sum()), len(found.predictions.right)
            if not report.quiet or not kept_here:
                tell([f"note: {output}: {kept_here} of {many(count, 'prediction')} kept"])
        report.write(found._report(), notes=warnings(found.result))


def settings_of(settings: dict[str, Any]) -> Settings:
    """Take out of the settings where confidences are, and what is best.

    Raises
    ------
    UsageError
        If they are not as they are to be.
    """
    where = Where(
        settings.pop("confidence_key"),
        settings.pop("confidence_column"),
        settings.pop("of"),
        settings.pop("default"),
    )
    names = ("precision", "recall", "cost")
    precision, recall, cost = (settings.pop(name, None) for name in names)
    if settings["resamples"] is None:
        settings["resamples"] = RESAMPLES
    how = confidence_of(settings, always=True)
    assert how  # noqa: S101 - for mypy: it is always there
    aims = Aims(precision, recall, None if cost is None else _cost(cost))
    made = Settings(where, settings.pop("average"), aims, int(settings.pop("bins")), how)
    made.check()
    return made


def swept(
    stack: ExitStack,
    files: tuple[str, ...],
    asked: Settings,
    settings: dict[str, Any],
    *,
    outputs: Sequence[str | None],
    quiet: bool,
) -> Sweep:
    """Return the sweep of files, which can be read as long as a stack is open.

    Raises
    ------
    InputError, UsageError
        If they cannot be read, or the outputs could not be written later.
    """
    given = SideOptions.of(settings)
    paths = paths_of(files, "sweep")
    groups = given.groups(paths)
    for output in outputs:
        check_writable(output, [*chain.from_iterable(groups)])
    sides = given.of_files(len(paths))
    options = Options.of(settings | types_of(settings))
    # They are read again, for the confidences.
    parts = stack.enter_context(opened_groups(groups, sides, asked.opened, quiet=quiet))
    return sweep_inputs(parts, options, asked)


def _cost(given: str) -> tuple[float, float]:
    """Return what --cost says: what a wrong prediction costs, and a missed span."""
    found = dict.fromkeys(("fp", "fn"), math.nan)
    for part in given.split(","):
        match = _COST.fullmatch(part)
        name = match[1] if match else ""
        again = not math.isnan(found.get(name, math.nan))
        found[name] = math.nan if again else _number(match[2] if match else "")
    if any(map(math.isnan, found.values())):
        raise UsageError(
            f"--cost {given!r}: there are no two costs",
            hint="--cost fp=1,fn=5: of a wrong prediction, and of a missed span",
        )
    return found["fp"], found["fn"]


def threshold_of(given: str) -> float | str | dict[str, float]:
    """Return what --apply says: a number, a name, or numbers by type.

    Raises
    ------
    UsageError
        If it says none.
    """
    if given in ("best", "types"):
        return given
    if "=" not in given:
        found = {"": _number(given)}
    else:
        parts = [part.rpartition("=") for part in given.split(",") if part.strip()]
        found = {name.strip(): _number(value) for name, _, value in parts}
        if len(found) < len(parts):
            found[""] = math.nan
    if any(map(math.isnan, found.values())):
        raise UsageError(
            f"--apply {given!r}: there is no threshold",
            hint="0.7, best, types, or PER=0.6,LOC=0.7: each type once",
        )
    return found[""] if "=" not in given else found


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
