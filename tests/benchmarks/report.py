"""The table: what a row says, and how it is drawn in 80 columns."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

import spanf1
from tests.benchmarks.contenders import OTHERS, installed
from tests.benchmarks.measure import Pairs

WIDTH = 80


class Target(NamedTuple):
    """A figure that should be reached: at least a value, or at most."""

    value: float
    unit: str = "x"
    most: bool = False

    def __str__(self) -> str:
        return f"{'<' if self.most else '>'}{self.value:.3g}{self.unit}"

    def met(self, value: float) -> str:
        return "yes" if (value <= self.value if self.most else value >= self.value) else "NO"


@dataclass(frozen=True)
class Row:
    """One line of the table, in words."""

    what: str
    ours: str = ""
    rate: str = ""
    theirs: str = ""
    ratio: str = ""
    spread: str = ""
    runs: str = ""
    target: str = ""
    met: str = ""


# A picture of a line, and of the line above all.
_LINE = (
    "{0.what:<26} {0.ours:>7} {0.rate:>5} {0.theirs:>7} {0.ratio:>6} {0.spread:>9} {0.runs:>2} "
    "{0.target:>7} {0.met:>3}"
)
_HEADING = Row("", "spanf1", "Mt/s", "other", "ratio", "min-max", "n", "target", "met")

LEGEND = """\
ratio    the other's time over spanf1's, of runs by turns (spanf1, other, spanf1, ...)
min-max  of the n ratios; of Mt/s, MB or seconds where there is no ratio
Mt/s     million tokens a second by spanf1
unshared each tag is a string of its own, as where they are read from a file
drop-in  the function of that name in spanf1.compat.seqeval
absent   not installed: make bench installs it
plain    sentences drawn one by one, or swapped in a loop, by numpy
*        timed on a part, and multiplied: a tenth of the input; of 10,000 resamples 1,000, or
         10 of the larger input
target   what the project aims at; the exit code does not depend on it"""


def timed(
    what: str,
    runs: Pairs,
    *,
    tokens: int = 0,
    target: Target | None = None,
    mark: str = "",
    absent: bool = False,
    inverse: bool = False,
) -> Row:
    """Return the row of a comparison of times.

    Parameters
    ----------
    what : str
        With what spanf1 is compared, or what is timed.
    runs : Pairs
        The times; without theirs, there is no ratio.
    tokens : int
        How many tokens a run scores; without, there is no rate.
    target : Target, optional
        What the ratio should be, or, without tokens of another, the rate.
    mark : str
        Stands after their time.
    absent : bool
        Whether the other scorer is not installed.
    inverse : bool
        Whether the ratio is ours over theirs.
    """
    rates = [tokens / value / 1e6 for value in runs.ours] if tokens else []
    ratios = [1 / ratio for ratio in runs.ratios] if inverse else runs.ratios
    row = Row(
        what,
        duration(median(runs.ours)),
        short(median(rates)) if rates else "",
        "absent" if absent else duration(median(runs.theirs)) + mark if runs.theirs else "",
        f"{short(median(ratios))}x" if ratios else "",
    )
    return row if absent else _judged(row, ratios or rates or runs.ours, target)


def measured(
    what: str,
    values: list[float],
    *,
    unit: str = " MB",
    target: Target | None = None,
    other: bool = False,
) -> Row:
    """Return the row of something that is not a time: memory, of spanf1 or another, or a ratio."""
    text = f"{short(median(values))}{unit}"
    if unit == "x":
        row = Row(what, ratio=text)
    else:
        row = Row(what, theirs=text) if other else Row(what, text)
    return _judged(row, values, target)


def _judged(row: Row, values: list[float], target: Target | None) -> Row:
    """Return the row with how the values spread, and whether they meet the target."""
    row = replace(row, spread=f"{short(min(values))}-{short(max(values))}", runs=str(len(values)))
    if target is None:
        return row
    return replace(row, target=str(target), met=target.met(median(values)))


def duration(value: float) -> str:
    """Return a time in a unit that suits it."""
    if value < 1e-3:
        return f"{value * 1e6:.0f} µs"
    if value < 1:
        return f"{value * 1e3:.3g} ms"
    return f"{short(value)} s"


def short(value: float) -> str:
    """Return a number by three digits or so."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def draw(title: str, rows: Iterable[Row]) -> None:
    """Print the rows as they come."""
    print(f"\n{title}", flush=True)
    for row in rows:
        print(_LINE.format(row).rstrip(), flush=True)


def draw_header(arguments: list[str]) -> None:
    """Print what was run where."""
    versions = {name: installed(name) or "absent" for name in OTHERS}
    packages = {"spanf1": spanf1.__version__, "numpy": np.__version__} | versions
    command = ["python -m tests.benchmarks", *arguments] if arguments else ["make bench"]
    print("repeat   " + " ".join(command))
    print(f"machine  {processor()}, {cores()} cores; {platform.system()} {platform.machine()}")
    print(f"load     {os.getloadavg()[0]:.1f} programs ran or waited when this began")
    print(f"Python   {platform.python_version()}, {sys.implementation.name}")
    print("versions " + ", ".join(f"{name} {number}" for name, number in packages.items()))
    print("=" * WIDTH)
    print(_LINE.format(_HEADING).rstrip())


def draw_legend() -> None:
    """Print what the columns mean."""
    print("=" * WIDTH)
    print(LEGEND)


def processor() -> str:
    """Return the name of the processor's model."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "processor unknown"


def cores() -> int:
    """Return how many cores may be used."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
