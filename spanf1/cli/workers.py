"""Worker processes: started where there is much to read and more than one core for it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from spanf1.exceptions import ReadError
from spanf1.formats.opening import PART_SIZE

if TYPE_CHECKING:
    from concurrent.futures import Executor

JOBS_OPTION = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="Processes, where there is much to read.  [default: cores]",
)
#: files are worth several processes if they have so many bytes together
_LARGE = 1 << 25


@contextmanager
def workers(paths: Sequence[str], jobs: int | None) -> Iterator[Executor | None]:
    """Give an executor if there is much in some files, and more than one core for it.

    Parameters
    ----------
    paths : sequence of str
        The files; those that are no regular files do not count.
    jobs : int, optional
        How many processes are wanted; by default as many as there are cores.

    Raises
    ------
    ReadError
        If a worker is killed.
    """
    size = sum(os.path.getsize(path) for path in paths if os.path.isfile(path))
    if size < _LARGE or jobs == 1:
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
