"""Files and folders that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import BinaryIO

from spanf1.exceptions import UsageError
from spanf1.formats.registry import FORMATS
from spanf1.formats.source import COMPRESSIONS, compressing

# How files and folders are called that have not got their names yet, and how many names in a folder
# are looked at for such.
_PREFIX = ".spanf1-"
_MOST_NAMES = 10_000


def compression_of(path: str) -> str:
    """Return how a file is to be compressed, by the end of its name; empty if it is not."""
    suffix = os.path.splitext(path)[1].lower()
    return {end: name for name, end in COMPRESSIONS.items()}.get(suffix, "")


def check_output(path: str, to_format: str, source: str) -> None:
    """Raise an error if an input's documents cannot be written later, after the work.

    Parameters
    ----------
    path : str
        Where they are to be written.
    to_format : str
        One of `spanf1.formats.registry.FORMATS`.
    source : str
        The path of the input.

    Raises
    ------
    UsageError
        If something is there that is not to be replaced, there is nowhere to put it, or it could
        not be read again.
    """
    known = FORMATS[to_format]
    if known.folder:
        check_folder(path)
    else:
        check_file(path)
    within = os.path.realpath(path).startswith(os.path.join(os.path.realpath(source), ""))
    if within and os.path.isdir(source) and (known.folder or os.path.lexists(path)):
        raise _refused("it is in the folder that is read", path)
    beside, end = os.path.splitext(source)
    if end == ".ann" and os.path.realpath(path) == os.path.realpath(f"{beside}.txt"):
        raise _refused("it is the text of what is read", path)
    if known.extra and compression_of(path):
        raise _refused(f"{known.title} is not compressed as a whole", path)


def check_file(path: str) -> None:
    """Raise an error if a file cannot be written later.

    Raises
    ------
    UsageError
        If it is a directory or read-only, or in a directory that is not there or not writable.
    """
    problem = ""
    if os.path.isdir(path) or path.endswith(os.sep):
        problem = "it is a directory"
    elif os.path.exists(path) and not os.access(path, os.W_OK):
        problem = "it is read-only"
    elif not is_special(path):
        problem = _no_room(path)
    if problem:
        raise _refused(problem, path)


def check_folder(path: str) -> None:
    """Raise an error if a folder cannot be written later, after the work.

    Raises
    ------
    UsageError
        If something is there that is no empty folder, or there is nowhere to put it.
    """
    if os.path.lexists(path) and not os.path.isdir(path):
        problem = "it is a file, and is to be a folder"
    elif os.path.isdir(path) and os.listdir(path):
        problem = "the folder is not empty"
    else:
        problem = _no_room(path)
    if problem:
        raise _refused(problem, path)


def _no_room(path: str) -> str:
    """Say why nothing new can be put where a path is; empty if it can."""
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        return "there is no such directory"
    return "" if os.access(folder, os.W_OK) else "the directory is not writable"


def left_over(folder: str) -> list[str]:
    """Return the files and folders that were not finished in a folder, if it has not many names."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        names = [entry.path for entry in islice(entries, _MOST_NAMES)]
        return sorted(path for path in names if os.path.basename(path).startswith(_PREFIX))
    return []


def is_special(path: str) -> bool:
    """Return whether a path is there and no file that can be replaced: a device, a pipe."""
    if not os.path.exists(path):
        return False
    # These may lead to a regular file that is open already, and is to be gone on with.
    descriptor = os.path.abspath(path).startswith(("/dev/", "/proc/"))
    return descriptor or not stat.S_ISREG(os.stat(path).st_mode)


@contextlib.contextmanager
def folder_beside(path: str) -> Iterator[str]:
    """Give a folder to write to; when all is written, it gets the name that is meant.

    If anything goes wrong, nothing is left of it.

    Parameters
    ----------
    path : str
        The name that is meant, of a folder that is new, or empty.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    # Here, because they take longer to import than a small file to read.
    import shutil
    import tempfile

    check_folder(path)
    real = os.path.realpath(path)
    try:
        room = tempfile.mkdtemp(dir=os.path.dirname(real), prefix=_PREFIX)
    except OSError as error:
        raise _refused(error.strerror, path) from error
    try:
        new = os.path.join(room, "new")
        os.mkdir(new)
        yield new
        if os.path.isdir(real):
            os.rmdir(real)
        os.replace(new, real)
    except OSError as error:
        raise _refused(error.strerror, path) from error
    finally:
        shutil.rmtree(room, ignore_errors=True)


@contextlib.contextmanager
def opened_file(path: str, compression: str = "") -> Iterator[BinaryIO]:
    """Give a file to write, which replaces the one that is there when it is complete.

    What is written to a device or a pipe is there at once.

    Parameters
    ----------
    path : str
        The file.
    compression : str
        How to compress it: a key of `spanf1.formats.source.COMPRESSIONS`, or empty.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    try:
        with contextlib.ExitStack() as stack:
            file: BinaryIO
            if is_special(path):
                file = stack.enter_context(open(path, "ab"))
            else:
                file = stack.enter_context(_replacing(path))
            yield stack.enter_context(compressing(file, compression)) if compression else file
    except OSError as error:
        raise _refused(error.strerror, path) from error


@contextlib.contextmanager
def _replacing(path: str) -> Iterator[BinaryIO]:
    """Give a file to write; when it is complete it gets its name, or replaces the file that has it.

    Its permissions are those of the file that it replaces. If anything goes wrong, that file
    stays as it was, and nothing else is left.
    """
    path = os.path.realpath(path)
    # Its name is known before it is there: a signal may come at any time.
    temporary = os.path.join(os.path.dirname(path), _PREFIX + os.urandom(8).hex())
    try:
        with open(temporary, "xb", opener=partial(os.open, mode=0o600)) as file:
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


def _refused(problem: str | None, path: str) -> UsageError:
    return UsageError(f"the output cannot be written: {problem}", where=path)
