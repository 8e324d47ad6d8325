"""What shows how far the work is, on standard error, and what shares it among processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from spanf1.cli.output import count_option
from spanf1.exceptions import ReadError
from spanf1.formats.opening import PART_SIZE

if TYPE_CHECKING:
    from concurrent.futures import Executor

JOBS_OPTION = count_option(
    "-j",
    "--jobs",
    least=1,
    help_text="Processes, where there is much to read.  [default: cores]",
)
#: files are worth several processes if they have so many bytes together: of columns, of JSON
_LARGE, _LARGE_JSON = 1 << 25, 1 << 24

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


@contextmanager
def workers(
    paths: Sequence[str], jobs: int | None, *, json: bool = False
) -> Iterator[Executor | None]:
    """Give an executor if there is much in some files, and more than one core for it.

    Parameters
    ----------
    paths : sequence of str
        The files; those that are no regular files do not count.
    jobs : int, optional
        How many processes are wanted; by default as many as there are cores.
    json : bool
        They are of JSON, which takes longer.

    Raises
    ------
    ReadError
        If a worker is killed.
    """
    size = sum(os.path.getsize(path) for path in paths if os.path.isfile(path))
    if size < (_LARGE_JSON if json else _LARGE) or jobs == 1:
        yield None
        return
    import multiprocessing
    import threading
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    from spanf1.resampling.draws import cores

    processes = min(jobs or cores(), 1 + size // PART_SIZE)
    executor = ProcessPoolExecutor(processes, initializer=_begin_worker)
    try:
        with _signals_held():
            # The first task starts all workers.
            executor.submit(int).result()
        yield executor
        executor.shutdown()
    except BaseException as error:
        # The executor's own thread may complain of what is cancelled and killed here.
        threading.excepthook = lambda *_: None
        for worker in multiprocessing.active_children():
            worker.kill()
        executor.shutdown(cancel_futures=True)
        if not isinstance(error, BrokenProcessPool):
            raise
        hint = "was it killed for want of memory? --jobs 1 needs no workers"
        raise ReadError("a worker process was killed", where=paths[0], hint=hint) from None


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let no signal interrupt what is done meanwhile; it comes afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker() -> None:
    """Leave Ctrl-C to the main process, which ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
