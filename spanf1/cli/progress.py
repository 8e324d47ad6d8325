"""A line on standard error that tells how far the work has come."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import Self

_EVERY = 0.1
_PATIENCE = 0.7


class StepProgress:
    """Shows what is being done, on a terminal, if it takes a while.

    Call it with a few words now and then. Use it as a context: the line goes at the end.

    Parameters
    ----------
    wanted : bool
        Show anything at all.
    """

    def __init__(self, *, wanted: bool) -> None:
        dumb = os.environ.get("TERM") == "dumb"
        self._wanted = wanted and not dumb and sys.stderr is not None and sys.stderr.isatty()
        self._begun = time.monotonic()
        self._next = self._begun + _PATIENCE
        self._shown = False

    def __call__(self, words: str) -> None:
        """Show what is being done, if it is time."""
        if self._due():
            self._show(words)

    def _due(self) -> bool:
        return self._wanted and time.monotonic() >= self._next

    def _show(self, line: str) -> None:
        self._next = time.monotonic() + _EVERY
        self._shown = True
        sys.stderr.write(f"\r\033[K{line}")
        sys.stderr.flush()

    def __enter__(self) -> Self:
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


class Progress(StepProgress):
    """Shows bytes done, rate and time left of reading; call it with the bytes read so far.

    Parameters
    ----------
    path : str
        The file, ``-`` for standard input. If its size is known, so is the time left.
    wanted : bool
        Show anything at all.
    size : int, optional
        Its size, where the path does not tell.
    """

    def __init__(self, path: str, *, wanted: bool, size: int | None = None) -> None:
        super().__init__(wanted=wanted)
        try:
            self._size = size or (0 if path == "-" else os.stat(path).st_size)
        except OSError:
            self._size = 0

    def __call__(self, done: int) -> None:  # type: ignore[override]
        """Take note that `done` bytes have been read, and show it if it is time."""
        if self._due():
            self._show(progress_line(done, self._size, time.monotonic() - self._begun))


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
