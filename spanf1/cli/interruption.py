"""Ctrl-C while modules are imported, when nothing is half made."""

# What is imported here, is imported while Ctrl-C is not caught yet: hence so little.
from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

#: what the shell says of a program that Ctrl-C ended
INTERRUPTED = 130


class AtOnce:
    """A context in which Ctrl-C ends the program at once; for imports.

    An exception would come out of the middle of an import as whatever that makes of it.
    """

    def __enter__(self) -> None:
        self._replaced = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        try:
            if self._replaced:
                signal.signal(signal.SIGINT, leave)
        except ValueError:
            # Only the main thread may ask for signals.
            self._replaced = False

    def __exit__(self, *_: object) -> None:
        if self._replaced:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def leave(*_: object) -> NoReturn:
    """End the program as Ctrl-C does."""
    try:
        os.write(2, b"error: interrupted\n")
    finally:
        os._exit(INTERRUPTED)
