"""What has come of a file so far: a ``.part`` beside its place, that only one process writes."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from io import BufferedRandom

# To follow no link, and to wait for nobody at a pipe; not every platform has all of these.
_FLAGS = ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
_PLAIN = sum(getattr(os, flag, 0) for flag in _FLAGS)


class Part:
    """A file that is not complete yet.

    Attributes
    ----------
    stream : BufferedRandom
        The file, to be read and written.
    path : str
        Its name.
    shared : bool
        Whether a later run may go on with it: it is ``NAME.part``, and locked. Otherwise another
        process has that, or files cannot be locked here: then it is a file of its own, and goes
        when the work ends.
    versioned : bool
        Whether it is known which version of the file has come, as far as it has.
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self.versioned = True
        self.path = f"{target}.part"
        self.stream = _opened(self.path, os.O_CREAT)
        self.shared = _locked(self.stream, self.path)
        if not self.shared:
            self.stream.close()
            self.path = f"{target}.{os.getpid()}-{os.urandom(4).hex()}.part"
            self.stream = _opened(self.path, os.O_CREAT | os.O_EXCL)

    def begun(self, address: str) -> tuple[int, str]:
        """Return how many bytes have come from an address, and what tells their version.

        The number is 0 if they came from another one, or their version is not known.
        """
        if not self.shared:
            return 0, ""
        try:
            with _opened(self._notes, 0) as file:
                notes = json.load(file)
            same = notes["address"] == address
            validator = str(notes["validator"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return 0, ""
        done = os.fstat(self.stream.fileno()).st_size
        return (done, validator) if done and same and _tells(validator) else (0, "")

    def begin(self, address: str, validator: str) -> None:
        """Empty the file, and take note of what is to come into it."""
        self.empty()
        self.versioned = _tells(validator)
        if self.shared:
            with _opened(self._notes, os.O_CREAT) as file:
                file.truncate()
                file.write(json.dumps({"address": address, "validator": validator}).encode())

    @property
    def resumable(self) -> bool:
        """Whether a later run can go on behind what has come."""
        self.stream.flush()
        return self.shared and self.versioned and os.fstat(self.stream.fileno()).st_size > 0

    def empty(self) -> None:
        """Drop what has come."""
        self.stream.seek(0)
        self.stream.truncate()

    def hashed(self) -> hashlib._Hash:
        """Return the running checksum of what is there, and stand behind it."""
        self.stream.seek(0)
        return hashlib.file_digest(self.stream, "sha256")

    def finish(self) -> None:
        """Give the file its name."""
        if self.shared:
            # The name before the lock goes: nobody else may write what is complete.
            self.stream.flush()
            os.replace(self.path, self.target)
            _gone(self._notes)
        self.stream.close()
        if not self.shared:
            os.replace(self.path, self.target)

    def discard(self) -> None:
        """Delete the file: there is nothing to go on with."""
        for path in (self.path, *([self._notes] if self.shared else [])):
            _gone(path)

    @property
    def _notes(self) -> str:
        return f"{self.target}.part.from"


@contextlib.contextmanager
def part_of(target: str) -> Iterator[Part]:
    """Give the part of a file; what can be gone on with later stays."""
    part = Part(target)
    try:
        yield part
    finally:
        # If what has come cannot be written, that has been said before.
        with contextlib.suppress(OSError):
            if not part.stream.closed and not part.resumable:
                part.discard()
        with contextlib.suppress(OSError):
            part.stream.close()
        if not part.shared:
            part.discard()


def _opened(path: str, flags: int) -> BufferedRandom:
    """Open a file that has no other name, by which what is written would be seen elsewhere."""
    descriptor = os.open(path, os.O_RDWR | flags | _PLAIN, 0o666)
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(descriptor)
        raise OSError(errno.EEXIST, f"{os.path.basename(path)} is no plain file of its own")
    return os.fdopen(descriptor, "r+b")


def _tells(validator: str) -> bool:
    """Return whether a validator tells one version from others."""
    return bool(validator) and validator.isascii() and validator.isprintable()


def _locked(stream: BufferedRandom, path: str) -> bool:
    """Return whether a file is locked for this process, as long as it is open, under its name."""
    try:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever had it before may have completed it: it has another name then.
        return os.path.samestat(os.fstat(stream.fileno()), os.stat(path))
    except (OSError, ImportError):  # Windows has no fcntl
        return False


def _gone(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)
