"""The lines of a text file, with their numbers, for formats that are read line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from spanf1.exceptions import ReadError
from spanf1.formats.registry import Input
from spanf1.wording import unwritable


class Line(NamedTuple):
    """A line, without its end, and its number in the file."""

    number: int
    text: str


def lines_of(input: Input, whose: str) -> Iterator[Line]:
    """Yield the lines of a file; blank ones, too.

    Parameters
    ----------
    input : Input
        The input.
    whose : str
        Whose files they are, for a message: ``PubTator's``.

    Raises
    ------
    ReadError
        If the file cannot be read, or is not UTF-8.
    """
    number, rest = 0, b""
    for chunk in input.source.chunks(progress=input.progress):
        *whole, rest = (rest + chunk).split(b"\n")
        for content in whole:
            number += 1
            yield Line(number, _decoded(content, input.where(number), whose))
    if rest:
        yield Line(number + 1, _decoded(rest, input.where(number + 1), whose))


def _decoded(content: bytes, where: str, whose: str) -> str:
    try:
        text = content.removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        message = f"byte {content[error.start]:#04x} is not UTF-8, as {whose} files are to be"
        raise ReadError(message, where=where) from None
    if wrong := unwritable(text):
        raise ReadError(f"there is {wrong}", where=where)
    return text
