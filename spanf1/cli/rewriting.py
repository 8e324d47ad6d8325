"""What the commands share that write tags again: where the lines go, and what was changed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

import click

from spanf1.checks.tags import (
    Changes,
    Rewriting,
    TaggedColumn,
    TaggedKeys,
    detect,
    looked_at,
    rewrite,
    rewritten_once,
)
from spanf1.cli.inputs import ready
from spanf1.cli.output import (
    Option,
    check_writable,
    choice_option,
    opened,
    output_option,
    tell,
    with_options,
    write,
)
from spanf1.core.detection import found_by
from spanf1.core.options import AUTO
from spanf1.core.repairs import PARTS, REPAIRS
from spanf1.exceptions import InputError, UsageError
from spanf1.formats.output import compression_of, is_special
from spanf1.formats.registry import JSONL, Input
from spanf1.formats.source import STDIN
from spanf1.wording import many

# How many kinds of violations a line names.
_KINDS_SHOWN = 8

_LOSS = "Write two spans that touch as one where the scheme (IO) cannot part them"


def writing_options(more_loss: str = "") -> Option:
    """Return a decorator that adds options for where lines go; it says what else may be lost."""
    return with_options(
        output_option(),
        click.option(
            "-i", "--in-place", is_flag=True, help="Put the new file in the place of the old one."
        ),
        click.option(
            "--check",
            "dry",
            is_flag=True,
            help="Write nothing: name the files whose tags would change. Exit code 1 if there are "
            "any.",
        ),
        click.option("--allow-loss", is_flag=True, help=f"{_LOSS}{more_loss}."),
        click.option("-q", "--quiet", is_flag=True, help="Do not say what was changed."),
    )


def method_option(help_text: str) -> Option:
    """Return the option for what is done about ill-formed spans."""
    return choice_option("-m", "--method", choices=REPAIRS, help_text=help_text)


@dataclass(frozen=True)
class Destination:
    """Where rewritten files go, as the options say it; nowhere if `dry`."""

    output: str | None
    in_place: bool
    quiet: bool
    dry: bool

    def check(self, paths: tuple[str, ...]) -> None:
        """Raise an error now if what is asked for cannot be written later.

        Raises
        ------
        UsageError
            If it cannot.
        """
        if self.dry:
            if self.in_place or self.output is not None:
                raise UsageError("--check writes nothing: --output and --in-place contradict it")
            return
        if not self.in_place:
            if len(paths) > 1:
                raise UsageError(f"{len(paths)} files are given: more than one need --in-place")
            check_writable(self.output, paths, streamed=True)
            return
        if self.output is not None:
            raise UsageError("--output and --in-place contradict each other")
        for path in paths:
            if path == STDIN:
                raise UsageError("standard input cannot be changed in place")
            if os.path.exists(path) and not os.path.isfile(path):
                raise UsageError("it cannot be changed in place: it is no regular file", where=path)
            check_writable(path, ())


def rewrite_inputs(
    inputs: Sequence[Input],
    how: Rewriting,
    where: Destination,
    report: Callable[[str, Changes], list[str]],
) -> int:
    """Write files again with other tags, and say on standard error what was changed.

    If nothing is to be written, say on standard output which files would change; return 1 if one
    would, else 0.

    Parameters
    ----------
    inputs : sequence of Input
        Files of columns, or one of JSON Lines.
    how : Rewriting
        What to write; `scheme` may be ``auto``, `to` empty for the scheme that they are in.
    where : Destination
        Where it goes.
    report : callable
        Returns lines, given words on a file's scheme, and what was changed.
    """
    where.check(tuple(input.source.path for input in inputs))
    code = 0
    for input in inputs:
        written = _rewrite_records if input.format == JSONL else _rewrite_columns
        scheme, changes = written(input, how, where)
        if where.dry and changes.tags:
            line = f"the first in line {changes.first_line}"
            write(f"{input.source.name}: {many(changes.tags, 'tag')} would change, {line}\n", None)
            code = 1
        elif not (where.quiet or where.dry):
            say([f"{input.source.name}: {changes.read}", *report(scheme, changes)])
    return code


def _rewrite_columns(input: Input, how: Rewriting, where: Destination) -> tuple[str, Changes]:
    """Write the tags of columns again; return words on their scheme, and what was changed."""
    # What comes through a pipe goes on at once, unless it must be looked at as a whole.
    written = how.to or how.scheme
    loses_nothing = not written or written in PARTS
    at_once = how.scheme != AUTO and loses_nothing and not os.path.isfile(input.source.path)
    fitting: Sequence[str] = ()
    with ready(input, again=not at_once, quiet=where.quiet) as kept:
        if not at_once and (whole := rewritten_once(kept, how)):
            lines, how, changes, fitting = whole
            if not where.dry and (changes.tags or not where.in_place):
                with _target(kept, where) as stream:
                    stream.writelines(lines)
        else:
            exact = kept
            if not at_once:
                exact, scheme, detection, *_ = looked_at(kept, how.scheme)
                if how.scheme == AUTO:
                    fitting = detection.fitting
                    if detection.doubtful and not (how.to and how.method == "begin"):
                        raise _doubtful(kept, fitting)
                how = replace(how, scheme=scheme)
            how = replace(how, to=how.to or how.scheme)
            changes = _rewrite_one(exact, how, where)
    return _scheme_words(how, fitting), changes


def _rewrite_records(input: Input, how: Rewriting, where: Destination) -> tuple[str, Changes]:
    """Write the tags of JSON Lines again, likewise."""
    fitting: Sequence[str] = ()
    with ready(input, quiet=where.quiet) as kept:
        if how.to and how.scheme == AUTO:
            detection = detect(kept)
            fitting = detection.fitting if detection else [how.to]
            how = replace(how, scheme=fitting[0])
        if where.dry:
            changes = rewrite(TaggedKeys(kept), how)
        else:
            with written_whole(input.source.path if where.in_place else where.output) as stream:
                changes = rewrite(TaggedKeys(kept), how, stream.write)
    return _scheme_words(how, fitting), changes


def _scheme_words(how: Rewriting, fitting: Sequence[str]) -> str:
    """Say which scheme tags are in, and how that is known; nothing if it does not matter."""
    return f"{how.scheme} ({found_by(fitting) if fitting else 'given'})" if how.scheme else ""


def _doubtful(input: Input, schemes: Sequence[str]) -> InputError:
    return InputError(
        f"the tags fit {' and '.join(schemes)} alike, and none of them wholly: what is to be "
        "repaired depends on which it is",
        where=input.source.name,
        hint="--scheme says which",
    )


def say(lines: list[str]) -> None:
    """Write notes on standard error."""
    tell(lines, "note: ")


def _rewrite_one(input: Input, how: Rewriting, where: Destination) -> Changes:
    """Rewrite one file."""
    # What is on standard output cannot be taken back.
    if where.dry or where.in_place or (how.to and how.to not in PARTS):
        changes = rewrite(TaggedColumn(input), how)
        if where.dry or (where.in_place and not changes.tags):
            return changes
    with _target(input, where) as stream:
        return rewrite(TaggedColumn(input), how, stream.write)


def _target(input: Input, where: Destination) -> AbstractContextManager[BinaryIO]:
    """Return what gives the stream that a file is written to."""
    if where.in_place:
        return opened(input.source.path, input.source.compression())
    return opened(where.output, compression_of(where.output or ""))


@contextlib.contextmanager
def written_whole(output: str | None) -> Iterator[BinaryIO]:
    """Give a file; what is in it is written to a path, or standard output, if there is no error."""
    compression = compression_of(output or "")
    if output not in (None, STDIN) and not is_special(output):
        with opened(output, compression) as stream:
            yield stream
        return
    import shutil
    import tempfile

    whole = False
    try:
        with tempfile.TemporaryFile(prefix="spanf1-") as kept:
            yield cast(BinaryIO, kept)
            kept.seek(0)
            whole = True
            with opened(output, compression) as stream:
                shutil.copyfileobj(kept, stream)
    except OSError as error:
        if whole:
            raise
        message = f"what is to be written cannot be kept here: {error.strerror}"
        hint = "TMPDIR names another folder; with --output FILE, it need not be kept"
        raise UsageError(message, where=tempfile.gettempdir(), hint=hint) from None


def kinds_line(changes: Changes) -> list[str]:
    """Return a line that says how often each kind of violation occurred, if there were any."""
    if not changes.kinds:
        return []
    named = ", ".join(f"{kind} {count}" for kind, count in changes.kinds.most_common(_KINDS_SHOWN))
    others = len(changes.kinds) - _KINDS_SHOWN
    return [named + (f", and {others} other kinds" if others > 0 else "")]
