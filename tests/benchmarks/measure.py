"""How time and memory are measured: runs in turn, medians of their ratios, peaks of whole trees."""

from __future__ import annotations

import gc
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

# With this set, spanf1 would be compiled anew each time, which no installed package is.
_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"

#: seconds between two looks at the memory of a running command
INTERVAL = 0.005


class CommandError(Exception):
    """A command that was to be measured failed."""


class Command(NamedTuple):
    """A program with its arguments, and the file that is its standard input, if any."""

    arguments: tuple[str, ...]
    stdin: Path | None = None

    def run(self) -> bytes:
        """Run it to its end and return what it prints; raise `CommandError` if it fails."""
        with self.start() as process:
            output, errors = process.communicate()
        self.check(process.returncode, errors)
        return output

    def start(self) -> subprocess.Popen[bytes]:
        """Start it, in the project's folder, so that Python finds the packages there."""
        with (self.stdin or Path(os.devnull)).open("rb") as stdin:
            return subprocess.Popen(
                self.arguments,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=ROOT,
                env={name: os.environ[name] for name in os.environ if name != _NO_BYTECODE},
            )

    def check(self, code: int, errors: bytes) -> None:
        """Raise `CommandError` if it has failed."""
        if code:
            name = " ".join(argument for argument in self.arguments if "\n" not in argument)
            what = errors.decode(errors="replace").strip() or "no message"
            raise CommandError(f"{name}: exit {code}: {what}")


def through_pipe(path: Path, command: Command) -> Command:
    """Return the command with a file that another process sends it through a pipe."""
    return Command(("sh", "-c", 'cat "$0" | "$@"', str(path), *command.arguments))


def seconds(run: Callable[[], object]) -> float:
    """Return how long one run takes by the clock on the wall."""
    gc.collect()
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


@dataclass(frozen=True)
class Pairs:
    """The times of two things that were run in turn, in seconds; or of one alone."""

    ours: list[float]
    theirs: list[float]

    @property
    def ratios(self) -> list[float]:
        """Their time over ours, pair by pair; nothing where there are none of theirs."""
        if not self.theirs:
            return []
        return [b / a for a, b in zip(self.ours, self.theirs, strict=True)]

    def scaled(self, ours: float = 1, theirs: float = 1) -> Pairs:
        """Return the times of so many times the work."""
        return Pairs([t * ours for t in self.ours], [t * theirs for t in self.theirs])


def in_turn(ours: Callable[[], object], theirs: Callable[[], object] | None, pairs: int) -> Pairs:
    """Run the two by turns: what else the machine does then slows both of a pair alike."""
    times = Pairs([], [])
    for _ in range(pairs):
        times.ours.append(seconds(ours))
        if theirs:
            times.theirs.append(seconds(theirs))
    return times


class Memory(NamedTuple):
    """Bytes of main memory at the moment a command and its workers had most of it.

    Attributes
    ----------
    held : int
        What goes away with them: pages of their own, those shared by a fork counted once, and
        the files mapped by the process that maps most.
    resident : int
        The sum of what each has resident, in which shared pages count as often as they are
        shared.
    processes : int
        How many there were at most.
    """

    held: int
    resident: int
    processes: int


def peak_memory(command: Command) -> Memory | None:
    """Run a command and return its peaks, or None where /proc does not tell."""
    peak = Memory(0, 0, 0)
    with command.start() as process:
        while process.poll() is None:
            peak = Memory(*map(max, peak, _memory(process.pid)))
            time.sleep(INTERVAL)
        _, errors = process.communicate()
    command.check(process.returncode, errors)
    return peak if peak.held else None


def _memory(pid: int) -> Memory:
    """Return what a process and all its descendants have now."""
    found = [_pages(process) for process in _tree(pid)]
    found = [pages for pages in found if pages]
    own = sum(pages["Pss_Anon"] + pages["Pss_Shmem"] for pages in found)
    mapped = max((pages["Rss"] - pages["Anonymous"] for pages in found), default=0)
    return Memory(own + mapped, sum(pages["Rss"] for pages in found), len(found))


def _tree(pid: int) -> list[int]:
    """Return a process and its descendants."""
    try:
        tasks = [*Path(f"/proc/{pid}/task").iterdir()]
        children = [int(n) for task in tasks for n in (task / "children").read_text().split()]
    except OSError:
        return [pid]
    return [pid, *(found for child in children for found in _tree(child))]


def _pages(pid: int) -> dict[str, int]:
    """Return the sums over the mappings of a process in bytes; nothing if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return {}
    return {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}
