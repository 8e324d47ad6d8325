"""Where a command's output goes: a file that is written whole or not at all, or standard output."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Sequence
from typing import TextIO

import click

from spanf1.errors import UsageError
from spanf1.formats.streams import STDIN


def wants_colour(choice: str, stream: TextIO | None) -> bool:
    """Return whether to use colour on a stream: ``always``, ``never`` or ``auto``.

    ``auto`` is on a terminal, unless NO_COLOR is set (https://no-color.org) or TERM is dumb.
    """
    if choice != "auto":
        return choice == "always"
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and stream is not None and stream.isatty()


def check_writable(path: str | None, inputs: Sequence[str]) -> None:
    """Raise an error now if a file cannot be written later, after the work.

    Raises
    ------
    UsageError
        If it is a directory, one of the inputs, or in a directory that is not there or not
        writable.
    """
    if path is None or path == STDIN:
        return
    folder = os.path.dirname(os.path.realpath(path))
    problem = ""
    if os.path.isdir(path):
        problem = "it is a directory"
    elif os.path.exists(path) and any(
        os.path.samefile(path, i) for i in inputs if os.path.exists(i)
    ):
        problem = "it is the input"
    elif not _is_special(path) and not os.path.isdir(folder):
        problem = "there is no such directory"
    elif not _is_special(path) and not os.access(folder, os.W_OK):
        problem = "the directory is not writable"
    if problem:
        raise UsageError(f"the output cannot be written: {problem}", where=path)


def _are_one(path: str, other: str) -> bool:
    return os.path.exists(path) and os.path.exists(other) and os.path.samefile(path, other)


def _is_special(path: str) -> bool:
    """Return whether a path is there and no regular file: a device, a pipe."""
    return os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode)


def write(text: str, path: str | None) -> None:
    """Write a report to a file, or to standard output if there is no path or it is ``-``.

    A file appears under its name, or replaces the one that is there, when it is complete.

    Raises
    ------
    UsageError
        If the file cannot be written.
    OSError
        If standard output cannot be written.
    """
    data = text.encode("utf-8", "surrogateescape")
    if path is None or path == STDIN:
        if sys.stdout is None:
            raise OSError(errno.EBADF, "it is closed")
        # Bytes as they are; styles were decided on before.
        click.echo(data, nl=False, color=True)
        return
    try:
        if _is_special(path):
            with open(path, "wb") as device:
                device.write(data)
        else:
            _replace(os.path.realpath(path), data)
    except OSError as error:
        raise UsageError(f"the output cannot be written: {error.strerror}", where=path) from error


def _replace(path: str, data: bytes) -> None:
    # Here, because it takes longer to import than a small file to score.
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".spanf1-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _mode(path: str) -> int:
    """Return the permissions that the file has or, if it is new, that any new file gets."""
    with contextlib.suppress(OSError):
        return stat.S_IMODE(os.stat(path).st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
