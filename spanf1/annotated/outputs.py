"""Files and folders that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from spanf1.errors import UsageError
from spanf1.formats.streams import COMPRESSIONS


def compression_of(path: str) -> str:
    """Return how a file is to be compressed, by the end of its name; empty if it is not."""
    suffix = os.path.splitext(path)[1].lower()
    return {end: name for name, end in COMPRESSIONS.items()}.get(suffix, "")


def check_folder(path: str) -> None:
    """Raise an error if a folder cannot be written later, after the work.

    Raises
    ------
    UsageError
        If something is there that is no empty folder, or there is nowhere to put it.
    """
    parent = os.path.dirname(os.path.realpath(path))
    problem = ""
    if os.path.lexists(path) and not os.path.isdir(path):
        problem = "it is a file, and is to be a folder"
    elif os.path.isdir(path) and os.listdir(path):
        problem = "the folder is not empty"
    elif not os.path.isdir(parent):
        problem = "there is no such directory"
    elif not os.access(parent, os.W_OK):
        problem = "the directory is not writable"
    if problem:
        raise UsageError(f"the output cannot be written: {problem}", where=path)


@contextlib.contextmanager
def beside(path: str, *, folder: bool = False) -> Iterator[str]:
    """Give a path to write to; when all is written, what is there gets the name that is meant.

    If anything goes wrong, nothing is left of it.

    Parameters
    ----------
    path : str
        The name that is meant: of a file, which may be there; or of a folder, new or empty.
    folder : bool
        Whether it is a folder. Then the path that is given is one, too.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    # Here, because they take longer to import than a small file to read.
    import shutil
    import tempfile

    if folder:
        check_folder(path)
    path = os.path.realpath(path)
    try:
        room = tempfile.mkdtemp(dir=os.path.dirname(path), prefix=".spanf1-")
    except OSError as error:
        raise _unwritable(error, path) from error
    try:
        new = os.path.join(room, "new")
        if folder:
            os.mkdir(new)
        yield new
        if folder and os.path.isdir(path):
            os.rmdir(path)
        os.replace(new, path)
    except OSError as error:
        raise _unwritable(error, path) from error
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _unwritable(error: OSError, path: str) -> UsageError:
    return UsageError(f"the output cannot be written: {error.strerror}", where=path)
