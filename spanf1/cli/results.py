"""Results files, as the commands that take one read them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from spanf1.errors import ReadError, SpanF1Error
from spanf1.formats.streams import STDIN, STDIN_NAME

T = TypeVar("T")

_HINT = "spanf1 score FILE --format json makes one"


def read_results(path: str) -> dict[str, Any]:
    """Return the content of a results file, or of standard input.

    Raises
    ------
    ReadError
        If it cannot be read, or is no JSON object.
    """
    name = STDIN_NAME if path == STDIN else path
    try:
        if path == STDIN:
            text = sys.stdin.buffer.read()
        else:
            with open(path, "rb") as file:
                text = file.read()
    except OSError as error:
        raise ReadError(f"it cannot be read: {error.strerror}", where=name) from None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ReadError("this is no JSON", where=name, hint=_HINT) from None
    if not isinstance(data, dict) or "tally" not in data:
        raise ReadError("this is not a result of spanf1", where=name, hint=_HINT)
    return data


def within(path: str, work: Callable[[], T]) -> T:
    """Return what a function returns; an error of its names the file.

    Raises
    ------
    SpanF1Error
        Whatever it raises.
    """
    try:
        return work()
    except SpanF1Error as error:
        name = STDIN_NAME if path == STDIN else path
        raise type(error)(error.message, where=error.where or name, hint=error.hint) from None
