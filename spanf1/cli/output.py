"""Where a command's output goes: a file that is written whole or not at all, or standard output."""

from __future__ import annotations

import contextlib
import os
import stat
import sys

import click

from spanf1.errors import UsageError


def wants_colour(choice: str) -> bool:
    """Return whether to use colour on standard output: ``always``, ``never`` or ``auto``.

    ``auto`` is on a terminal, unless NO_COLOR is set (https://no-color.org) or TERM is dumb.
    """
    if choice != "auto":
        return choice == "always"
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and sys.stdout.isatty()


def check_writable(path: str | None) -> None:
    """Raise an error now if a file cannot be written later, after the work.

    Raises
    ------
    UsageError
        If it is a directory, or its directory is not there or not writable.
    """
    if path in (None, "-"):
        return
    folder = os.path.dirname(os.path.realpath(path))
    problem = (
        "is a directory"
        if os.path.isdir(path)
        else "no such directory"
        if not os.path.isdir(folder)
        else "the directory is not writable"
        if not os.access(folder, os.W_OK)
        else ""
    )
    if problem:
        raise UsageError(f"the output cannot be written: {problem}", where=path)


def write(text: str, path: str | None) -> None:
    """Write a report to a file, or to standard output if there is no path or it is ``-``.

    A file appears under its name, or replaces the one that is there, when it is complete.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    data = text.encode("utf-8", "surrogateescape")
    if path in (None, "-"):
        # Bytes as they are; styles were decided on before.
        click.echo(data, nl=False, color=True)
        return
    path = os.path.realpath(path)
    try:
        if os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode):
            with open(path, "wb") as device:
                device.write(data)
        else:
            _replace(path, data)
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
