"""What the commands on one column of tags share: options, opening a file, writing another."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import click

from spanf1.checks.columns import Changes, Rewriting, TagColumn, looked_at, rewrite_file
from spanf1.cli.inputs import (
    COLUMN_HELP,
    DELIMITER_OPTION,
    FORM_OPTION,
    CommandT,
    column_option,
    kept,
    with_options,
)
from spanf1.cli.output import check_output_is_no_input, check_writable, opened, tell
from spanf1.cli.progress import Progress
from spanf1.core.detection import found_by
from spanf1.core.options import AUTO, Options
from spanf1.core.repairs import PARTS
from spanf1.core.schemes import SCHEME_NAMES
from spanf1.core.tags import tag_form
from spanf1.exceptions import InputError, UsageError
from spanf1.formats.columns.layout import column_of, delimiter_of
from spanf1.formats.options import Column
from spanf1.formats.output import compression_of
from spanf1.formats.source import STDIN, Source
from spanf1.wording import printable

#: the column of the tags, if none is given
LAST = -1

_COLUMN_OPTIONS = (
    click.argument("files", nargs=-1, metavar="[FILE]..."),
    column_option(
        "-c",
        "--tag-column",
        default=LAST,
        show_default=True,
        help_text=f"Column of the tags, {COLUMN_HELP}.",
    ),
    DELIMITER_OPTION,
    FORM_OPTION,
)
_LOSS = "Write two spans that touch as one where the scheme (IO) cannot part them"


def _writing(loss: str) -> tuple[Callable[[Any], Any], ...]:
    """Return the options that say where lines go, given what it is to allow losses."""
    return (
        click.option("-o", "--output", metavar="FILE", help="Write to FILE, whole or not at all."),
        click.option(
            "-i", "--in-place", is_flag=True, help="Put the new file in the place of the old one."
        ),
        click.option("--allow-loss", is_flag=True, help=loss),
        click.option("-q", "--quiet", is_flag=True, help="Do not say what was changed."),
    )


def column_options(command: CommandT) -> CommandT:
    """Add the options that say which files, and which column of them."""
    return with_options(command, _COLUMN_OPTIONS)


def writing_options(command: CommandT) -> CommandT:
    """Add the options that say where the lines go."""
    return with_options(command, _writing(f"{_LOSS}."))


def converting_options(command: CommandT) -> CommandT:
    """Add the same options, for what may be written in another format."""
    more = "; with --to-format, leave out the spans that it cannot carry."
    return with_options(command, _writing(_LOSS + more))


def scheme_option(*names: str) -> Callable[[CommandT], CommandT]:
    """Return the option for the scheme that the tags are in."""
    return click.option(
        *(names or ("--scheme",)),
        default=AUTO,
        show_default=True,
        metavar="SCHEME",
        help=f"Tagging scheme of the tags: auto, {', '.join(SCHEME_NAMES)}.",
    )


def canonical(scheme: str) -> str:
    """Return the name that a scheme has here, or ``auto``."""
    return Options(gold_scheme=scheme).gold_scheme


@dataclass(frozen=True)
class ColumnChoice:
    """Where the tags are, as the options say it.

    Raises
    ------
    UsageError
        If there is no such column, delimiter or form.
    """

    tag_column: Column
    delimiter: str
    tag_form: str

    def __post_init__(self) -> None:
        column_of(self.tag_column)
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
            Whether it will be read more than once: a pipe is kept in a file then.
        quiet : bool
            Show no progress.
        """
        source = Source(path)
        with contextlib.ExitStack() as stack:
            if again:
                source = stack.enter_context(kept(path))
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
            if self.output in (None, STDIN):
                check_output_is_no_input(paths)
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
    report: Callable[[str, Changes], list[str]],
) -> None:
    """Rewrite files, and say on standard error what was changed.

    Parameters
    ----------
    files : tuple of str
        Their paths.
    choice : ColumnChoice
        Where the tags are.
    how : Rewriting
        What to write; `scheme` may be ``auto``, `to` empty for the scheme that they are in.
    where : Destination
        Where it goes.
    report : callable
        Returns lines, given words on a file's scheme, and what was changed.
    """
    where.check(files)
    for path in files:
        # What comes through a pipe goes on at once, unless it must be looked at as a whole.
        written = how.to or how.scheme
        loses_nothing = not written or written in PARTS
        at_once = how.scheme != AUTO and loses_nothing and not os.path.isfile(path)
        with choice.opened(path, again=not at_once, quiet=where.quiet) as column:
            exact, known, words = column, how, ""
            if not at_once:
                exact, scheme, found = looked_at(column, how.scheme)
                if how.scheme == AUTO and found.doubtful and not (how.to and how.method == "begin"):
                    raise _doubtful(exact, found.fitting)
                known = replace(how, scheme=scheme)
                words = found_by(found.fitting) if how.scheme == AUTO else "given"
            known = replace(known, to=how.to or known.scheme)
            changes = _rewrite_one(exact, known, where)
        if not where.quiet:
            scheme = f"{known.scheme} ({words or 'given'})" if known.scheme else ""
            say([f"{column.source.name}: {changes.read}", *report(scheme, changes)])


def _doubtful(column: TagColumn, schemes: list[str]) -> InputError:
    return InputError(
        f"the tags fit {' and '.join(schemes)} alike, and none of them wholly: what is to be "
        "repaired depends on which it is",
        where=column.source.name,
        hint="--scheme says which",
    )


def say(lines: list[str]) -> None:
    """Write notes on standard error."""
    tell(f"note: {printable(line)}" for line in lines)


def _rewrite_one(column: TagColumn, how: Rewriting, where: Destination) -> Changes:
    """Rewrite one file."""
    if where.in_place:
        changes = rewrite_file(column, how)
        if changes.tags:
            with opened(column.source.path, column.source.compression()) as stream:
                rewrite_file(column, how, stream.write)
        return changes
    if how.to and how.to not in PARTS:
        # What is on standard output cannot be taken back.
        rewrite_file(column, how)
    with opened(where.output, compression_of(where.output or "")) as stream:
        return rewrite_file(column, how, stream.write)


def kinds_line(changes: Changes, most: int = 8) -> list[str]:
    """Return a line that says how often each kind of violation occurred, if there were any."""
    if not changes.kinds:
        return []
    named = ", ".join(f"{kind} {count}" for kind, count in changes.kinds.most_common(most))
    others = len(changes.kinds) - most
    return [named + (f", and {others} other kinds" if others > 0 else "")]
