"""Where a command's output goes: a file that is written whole or not at all, or standard output."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from typing import BinaryIO, TextIO

from spanf1.errors import UsageError
from spanf1.formats.streams import STDIN, compressing


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
    problem = ""
    if os.path.isdir(path) or path.endswith(os.sep):
        problem = "it is a directory"
    elif any(_is_input(path, source) for source in inputs):
        problem = "it is the input"
    elif os.path.exists(path) and not os.access(path, os.W_OK):
        problem = "it is read-only"
    elif not _is_special(path):
        folder = os.path.dirname(os.path.realpath(path))
        if not os.path.isdir(folder):
            problem = "there is no such directory"
        elif not os.access(folder, os.W_OK):
            problem = "the directory is not writable"
    if problem:
        raise UsageError(f"the output cannot be written: {problem}", where=path)


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


def _is_special(path: str) -> bool:
    """Return whether a path is there and no file that can be replaced: a device, a pipe."""
    if not os.path.exists(path):
        return False
    # These may lead to a regular file that is open already, and is to be gone on with.
    descriptor = os.path.abspath(path).startswith(("/dev/", "/proc/"))
    return descriptor or not stat.S_ISREG(os.stat(path).st_mode)


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
        How to compress a file: a key of `spanf1.formats.streams.COMPRESSIONS`, or empty.

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
    try:
        with contextlib.ExitStack() as stack:
            file: BinaryIO
            if _is_special(path):
                file = stack.enter_context(open(path, "ab"))
            else:
                file = stack.enter_context(replacing(path))
            yield stack.enter_context(compressing(file, compression)) if compression else file
    except OSError as error:
        raise UsageError(f"the output cannot be written: {error.strerror}", where=path) from error


@contextlib.contextmanager
def replacing(path: str) -> Iterator[BinaryIO]:
    """Give a file to write; when it is complete it gets its name, or replaces the file that has it.

    Its permissions are those of the file that it replaces. If anything goes wrong, that file
    stays as it was, and nothing else is left.
    """
    # Here, because it takes longer to import than a small file to score.
    import tempfile

    path = os.path.realpath(path)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".spanf1-")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            with contextlib.suppress(OSError):
                old = os.stat(path)
                os.chown(temporary, old.st_uid, old.st_gid)
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
