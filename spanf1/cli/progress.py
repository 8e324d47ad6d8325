"""A line on standard error that tells how far reading has come."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

_EVERY = 0.1
_PATIENCE = 0.7


class Progress:
    """Shows bytes done, rate and time left, on a terminal, of reading that takes a while.

    Call it with the number of bytes read so far. Use it as a context: the line goes at the end.

    Parameters
    ----------
    path : str
        The file, ``-`` for standard input. If its size is known, so is the time left.
    wanted : bool
        Show anything at all.
    """

    def __init__(self, path: str, *, wanted: bool) -> None:
        dumb = os.environ.get("TERM") == "dumb"
        self._wanted = wanted and not dumb and sys.stderr is not None and sys.stderr.isatty()
        self._begun = time.monotonic()
        self._next = self._begun + _PATIENCE
        self._shown = False
        try:
            self._size = 0 if path == "-" else os.stat(path).st_size
        except OSError:
            self._size = 0

    def __call__(self, done: int) -> None:
        """Take note that `done` bytes have been read, and show it if it is time."""
        now = time.monotonic()
        if self._wanted and now >= self._next:
            self._next = now + _EVERY
            self._shown = True
            sys.stderr.write(f"\r\033[K{progress_line(done, self._size, now - self._begun)}")
            sys.stderr.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def progress_line(done: int, size: int, seconds: float) -> str:
    """Return the line; `size` 0 means that it is not known."""
    rate = done / seconds if seconds else 0.0
    line = f"{_megabytes(done)} read"
    if size:
        line = f"{_megabytes(done)} of {_megabytes(size)}, {100 * done // size}%"
    line += f", {_megabytes(rate)}/s"
    if size and rate:
        minutes, rest = divmod(round(max(size - done, 0) / rate), 60)
        line += f", {minutes}:{rest:02d} left"
    return line


def _megabytes(count: float) -> str:
    return f"{count / 1e6:.1f} MB" if count < 1e9 else f"{count / 1e9:.2f} GB"
