"""What the commands on one column of tags share: options, opening a file, writing another."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import click

from spanf1.cli.output import check_writable, opened
from spanf1.cli.progress import Progress
from spanf1.errors import UsageError
from spanf1.formats.layout import delimiter_of
from spanf1.formats.streams import COMPRESSIONS, STDIN, STDIN_NAME, Source
from spanf1.options import AUTO, Options
from spanf1.repairs import PARTS
from spanf1.reports.rows import found_by
from spanf1.schemes import SCHEME_NAMES
from spanf1.tagfiles import Changes, Rewriting, TagColumn, looked_at, rewrite_file
from spanf1.tags import AUTO_FORM, tag_form

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

_COLUMN_OPTIONS = (
    click.argument("files", nargs=-1, metavar="[FILE]..."),
    click.option(
        "-c",
        "--tag-column",
        type=int,
        default=-1,
        show_default=True,
        metavar="N",
        help="Column of the tags, from 1, or from the end by -1.",
    ),
    click.option(
        "--delimiter",
        default=AUTO,
        show_default=True,
        metavar="auto|tab|space|whitespace|CHAR",
        help="What separates columns; whitespace is runs of spaces and tabs.",
    ),
    click.option(
        "--tag-form",
        default=AUTO_FORM,
        show_default=True,
        metavar="EXAMPLE",
        help="How tags are written: auto, or an example such as B-PER, PER-B, B_PER, b/PER.",
    ),
)
_WRITING_OPTIONS = (
    click.option("-o", "--output", metavar="FILE", help="Write to FILE, whole or not at all."),
    click.option("-i", "--in-place", is_flag=True, help="Change the files themselves."),
    click.option(
        "--allow-loss",
        is_flag=True,
        help="Write two spans that touch as one where the scheme (IO) cannot part them.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Do not say what was changed."),
)


def column_options(command: CommandT) -> CommandT:
    """Add the options that say which files, and which column of them."""
    return _with(command, _COLUMN_OPTIONS)


def writing_options(command: CommandT) -> CommandT:
    """Add the options that say where the lines go."""
    return _with(command, _WRITING_OPTIONS)


def scheme_option(*names: str) -> Callable[[CommandT], CommandT]:
    """Return the option for the scheme that the tags are in."""
    return click.option(
        *(names or ("--scheme",)),
        default=AUTO,
        show_default=True,
        metavar="SCHEME",
        help=f"Tagging scheme of the tags: auto, {', '.join(SCHEME_NAMES)}.",
    )


def _with(command: CommandT, options: tuple[Callable[[Any], Any], ...]) -> CommandT:
    for option in reversed(options):
        command = option(command)
    return command


def canonical(scheme: str) -> str:
    """Return the name that a scheme has here, or ``auto``."""
    return Options(gold_scheme=scheme).gold_scheme


def paths_of(files: tuple[str, ...]) -> tuple[str, ...]:
    """Return the files that are meant: standard input, if none is given."""
    if not files and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("no file is given", hint="--help shows what it takes")
    if files.count(STDIN) > 1:
        raise UsageError("standard input can be read only once")
    return files or (STDIN,)


@dataclass(frozen=True)
class ColumnChoice:
    """Where the tags are, as the options say it.

    Raises
    ------
    UsageError
        If there is no such column, delimiter or form.
    """

    tag_column: int
    delimiter: str
    tag_form: str

    def __post_init__(self) -> None:
        if not self.tag_column:
            raise UsageError(
                "columns are counted from 1, or from the end by -1: there is no column 0"
            )
        delimiter_of(self.delimiter)
        tag_form(self.tag_form)

    @contextlib.contextmanager
    def opened(self, path: str, *, again: bool, quiet: bool = False) -> Iterator[TagColumn]:
        """Give the column of a file.

        Parameters
        ----------
        path : str
            The file, or ``-``.
        again : bool
            Whether it will be read more than once: standard input is kept in a file then.
        quiet : bool
            Show no progress.
        """
        source = Source(path)
        with contextlib.ExitStack() as stack:
            if again and path == STDIN and sys.stdin is not None:
                import tempfile

                kept = stack.enter_context(tempfile.NamedTemporaryFile(prefix="spanf1-"))
                shutil.copyfileobj(sys.stdin.buffer, kept)
                kept.flush()
                source = Source(kept.name, label=STDIN_NAME)
            # A line of progress must not get between the lines of output.
            busy = sys.stdout is not None and sys.stdout.isatty()
            progress = stack.enter_context(Progress(source.path, wanted=not quiet and not busy))
            yield TagColumn(
                source,
                self.tag_column,
                delimiter_of(self.delimiter),
                tag_form(self.tag_form),
                progress,
            )


@dataclass(frozen=True)
class Destination:
    """Where rewritten files go, as the options say it."""

    output: str | None
    in_place: bool
    quiet: bool

    def check(self, paths: tuple[str, ...]) -> None:
        """Raise an error now if what is asked for cannot be written later.

        Raises
        ------
        UsageError
            If it cannot.
        """
        if not self.in_place:
            if len(paths) > 1:
                raise UsageError(f"{len(paths)} files are given: more than one need --in-place")
            check_writable(self.output, paths)
            return
        if self.output is not None:
            raise UsageError("--output and --in-place contradict each other")
        for path in paths:
            if path == STDIN:
                raise UsageError("standard input cannot be changed in place")
            if os.path.exists(path) and not os.path.isfile(path):
                raise UsageError("it cannot be changed in place: it is no regular file", where=path)
            check_writable(path, ())


def rewrite(
    files: tuple[str, ...],
    choice: ColumnChoice,
    how: Rewriting,
    where: Destination,
    report: Callable[[str, str, Changes], list[str]],
) -> None:
    """Rewrite files, and say on standard error what was changed.

    Parameters
    ----------
    files : tuple of str
        The paths that were given.
    choice : ColumnChoice
        Where the tags are.
    how : Rewriting
        What to write; `scheme` may be ``auto``, `to` empty for the scheme they are in.
    where : Destination
        Where it goes.
    report : callable
        Returns lines, given the name of a file, words on its scheme, and what was changed.
    """
    paths = paths_of(files)
    where.check(paths)
    for path in paths:
        # What comes through a pipe goes on at once, unless it must be looked at as a whole.
        at_once = path == STDIN and how.scheme in PARTS and (how.to or how.scheme) in PARTS
        with choice.opened(path, again=not at_once, quiet=where.quiet) as column:
            exact, scheme, words = column, how.scheme, "given"
            if not at_once:
                exact, scheme, found = looked_at(column, how.scheme)
                words = found_by(found.fitting) if how.scheme == AUTO else words
            known = replace(how, scheme=scheme, to=how.to or scheme)
            changes = _rewrite_one(exact, known, where)
        if not where.quiet:
            for line in report(column.source.name, f"{scheme} ({words})", changes):
                click.echo(f"note: {line}", err=True)


def _rewrite_one(column: TagColumn, how: Rewriting, where: Destination) -> Changes:
    """Rewrite one file."""
    if where.in_place:
        changes = rewrite_file(column, how)
        if changes.tags:
            with opened(column.source.path, column.source.compression()) as stream:
                rewrite_file(column, how, stream.write)
        return changes
    if how.to not in PARTS:
        # What is on standard output cannot be taken back.
        rewrite_file(column, how)
    suffix = os.path.splitext(where.output or "")[1].lower()
    compression = {end: name for name, end in COMPRESSIONS.items()}.get(suffix, "")
    with opened(where.output, compression) as stream:
        return rewrite_file(column, how, stream.write)


def kinds_line(changes: Changes, most: int = 8) -> list[str]:
    """Return a line that says how often each kind of violation occurred, if there were any."""
    if not changes.kinds:
        return []
    named = ", ".join(f"{kind} {count}" for kind, count in changes.kinds.most_common(most))
    others = len(changes.kinds) - most
    return [named + (f", and {others} other kinds" if others > 0 else "")]
