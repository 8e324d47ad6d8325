"""Where a command's output goes: a file that is written whole or not at all, or standard output."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from typing import BinaryIO, TextIO

from spanf1.exceptions import UsageError
from spanf1.formats.output import check_file, opened_file
from spanf1.formats.source import STDIN


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
    if any(_is_input(path, source) for source in inputs):
        raise UsageError("the output cannot be written: it is the input", where=path)
    check_file(path)


def check_output_is_no_input(inputs: Sequence[str]) -> None:
    """Raise an error if standard output is a file that is read: it would be read as it grows.

    Raises
    ------
    UsageError
        If it is.
    """
    for source in inputs:
        if _is_input(1, source):
            raise UsageError("the output cannot be written: it is the input", where=source)


def _is_input(output: str | int, source: str) -> bool:
    """Return whether a file, or a descriptor, is a regular file that is read."""
    try:
        found, read = os.stat(output), os.fstat(0) if source == STDIN else os.stat(source)
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and os.path.samestat(found, read)


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
    with opened(path) as stream:
        # Bytes as they are; styles were decided on before.
        stream.write(text.encode("utf-8", "surrogateescape"))


@contextlib.contextmanager
def opened(path: str | None, compression: str = "") -> Iterator[BinaryIO]:
    """Give a stream to write to: standard output, or a file as `write` writes it.

    Parameters
    ----------
    path : str, optional
        The file; standard output if there is none or it is ``-``.
    compression : str
        How to compress a file: a key of `spanf1.formats.source.COMPRESSIONS`, or empty.

    Raises
    ------
    UsageError, OSError
        As for `write`.
    """
    if path is None or path == STDIN:
        if sys.stdout is None:
            raise OSError(errno.EBADF, "it is closed")
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with opened_file(path, compression) as file:
        yield file
