"""The lines of a text file, with their numbers, for formats that are read line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from spanf1.exceptions import ReadError
from spanf1.formats.registry import Input
from spanf1.formats.source import FRONT
from spanf1.wording import unwritable


class Line(NamedTuple):
    """A line, without its end, and its number in the file."""

    number: int
    text: str


def lines_of(input: Input, whose: str, *, kept: bool = False) -> Iterator[Line]:
    """Yield the lines of a file; blank ones, too.

    Those up to a blank one may have so many bytes as a record; all of them, if all are kept.

    Parameters
    ----------
    input : Input
        The input.
    whose : str
        Whose files they are, for a message: ``PubTator's``.
    kept : bool
        Whether the whole file is kept.

    Raises
    ------
    ReadError
        If the file cannot be read, or is not UTF-8.
    LayoutError
        If a line, or what is between blank lines, is too large.
    """
    number, size, source = 0, 0, input.source
    for raw in source.blocks(progress=input.progress):
        for content in bytes(memoryview(raw.data)[len(FRONT) : raw.end - 1]).split(FRONT):
            number += 1
            size = size + len(content) if kept or content else 0
            if size > source.most:
                what = "file" if kept else "text without a blank line"
                raise source.too_large(what, source.most, number)
            yield Line(number, _decoded(content, input.where(number), whose))


def _decoded(content: bytes, where: str, whose: str) -> str:
    try:
        text = content.removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        message = f"byte {content[error.start]:#04x} is not UTF-8, as {whose} files are to be"
        raise ReadError(message, where=where) from None
    if wrong := unwritable(text):
        raise ReadError(f"there is {wrong}", where=where)
    return text
