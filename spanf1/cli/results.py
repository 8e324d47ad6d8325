"""Results files, as the commands that take one read them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from spanf1.exceptions import ReadError, SpanF1Error
from spanf1.formats.source import STDIN, STDIN_NAME

T = TypeVar("T")

_HINT = "spanf1 score FILE --format json makes one"


def read_results(path: str) -> dict[str, Any]:
    """Return the content of a results file, or of standard input.

    Raises
    ------
    ReadError
        If it cannot be read, or is no result.
    """
    data = parsed(read_text(path), path)
    if "tally" not in data:
        raise ReadError("this is not a result of spanf1", where=_name(path), hint=_HINT)
    return data


def _name(path: str) -> str:
    return STDIN_NAME if path == STDIN else path


def read_text(path: str) -> bytes:
    """Return the content of a file, or of standard input.

    Raises
    ------
    ReadError
        If it cannot be read.
    """
    try:
        if path == STDIN:
            return sys.stdin.buffer.read()
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise ReadError(f"it cannot be read: {error.strerror}", where=_name(path)) from None


def parsed(text: bytes, path: str) -> dict[str, Any]:
    """Return the JSON object that a text is.

    Raises
    ------
    ReadError
        If it is none.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ReadError("this is no JSON", where=_name(path), hint=_HINT) from None
    if not isinstance(data, dict):
        raise ReadError("this is not a result of spanf1", where=_name(path), hint=_HINT)
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
        raise type(error)(
            error.message, where=error.where or _name(path), hint=error.hint
        ) from None
