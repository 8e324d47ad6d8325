"""``python -m tests.fuzz``: try hostile input for some time, and say what went wrong."""

from __future__ import annotations

import shlex
import sys
import time
from collections import Counter
from pathlib import Path

import click

from tests.fuzz.cases import Case, case, parameters, samples
from tests.fuzz.child import faults, outcome


@click.command(help=__doc__)
@click.option("--seconds", default=60.0, show_default=True, help="How long to go on.")
@click.option("--seed", default=0, show_default=True, help="Another seed makes other cases.")
@click.option("--first", default=0, show_default=True, help="The number of the first case.")
@click.option("--count", default=0, help="Stop after so many cases.")
@click.option("--keep", type=click.Path(path_type=Path), help="A folder for the files of faults.")
def run(seconds: float, seed: int, first: int, count: int, keep: Path | None) -> None:
    """Run cases until the time is over; exit with 1 if one was at fault."""
    # What children would import, each of them anew, is imported before.
    case(seed, first)
    samples(), parameters()
    until = time.monotonic() + seconds
    done: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    number = first
    while time.monotonic() < until and not (count and number - first >= count):
        tried = case(seed, number)
        ended = outcome(tried)
        done[tried.kind] += 1
        for fault in faults(tried, ended):
            wrong[fault] += 1
            if wrong[fault] <= 3:
                _tell(seed, number, tried, fault, keep)
        number += 1
    listed = ", ".join(f"{kind} {n}" for kind, n in sorted(done.items()))
    click.echo(f"{done.total()} cases ({listed}), {wrong.total()} faults")
    for fault, n in wrong.most_common(40):
        click.echo(f"  {n}  {fault}")
    sys.exit(bool(wrong))


def _tell(seed: int, number: int, tried: Case, fault: str, keep: Path | None) -> None:
    line = " ".join(shlex.quote(word) for word in tried.args)[:300]
    click.echo(f"--seed {seed} --first {number} --count 1: {fault}\n  spanf1 {line!r}")
    if keep:
        for name, data in tried.files.items():
            path = keep / str(number) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


if __name__ == "__main__":
    run()
