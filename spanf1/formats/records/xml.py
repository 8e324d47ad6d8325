"""Elements of a file of XML, one by one; what it declares as an entity is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from spanf1.exceptions import LayoutError
from spanf1.formats.registry import Input
from spanf1.wording import shortened

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def elements(input: Input, is_whole: Callable[[str, int], bool]) -> Iterator[tuple[Element, int]]:
    """Yield elements with all that is in them, and the line that each begins on.

    Parameters
    ----------
    input : Input
        The input.
    is_whole : callable
        Whether an element is to be yielded, by its name (with a namespace, that and a space
        before it), and by how many elements it is in.

    Raises
    ------
    ReadError
        If the file cannot be read.
    LayoutError
        If it is malformed or too large, or has other entities than XML itself: nothing is
        expanded.
    """
    from xml.etree.ElementTree import TreeBuilder
    from xml.parsers import expat

    parser = expat.ParserCreate(namespace_separator=" ")
    builder: TreeBuilder | None = None
    depth = outside = line = begin = done = 0
    source = input.source
    read: list[tuple[Element, int]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal builder, depth, outside, line, begin
        if builder is None and is_whole(tag, depth):
            builder, outside, line = TreeBuilder(), depth, parser.CurrentLineNumber
            begin = parser.CurrentByteIndex
        if builder:
            builder.start(tag, attributes)
        depth += 1

    def end(tag: str) -> None:
        nonlocal builder, depth
        depth -= 1
        if builder:
            element = builder.end(tag)
            if depth == outside:
                read.append((element, line))
                builder = None

    def data(text: str) -> None:
        if builder:
            builder.data(text)

    def refuse(name: str, *_: object) -> None:
        message = f"entity {shortened(name)}: only those of XML itself are read"
        raise LayoutError(message, where=input.where(parser.CurrentLineNumber))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = data
    parser.EntityDeclHandler = parser.SkippedEntityHandler = refuse
    try:
        for chunk in source.chunks(progress=input.progress):
            parser.Parse(chunk, False)
            done += len(chunk)
            # What is kept: an element that is not whole, or what is between < and >.
            if done - (begin if builder else parser.CurrentByteIndex) > source.most:
                raise source.too_large("element", source.most, line or parser.CurrentLineNumber)
            yield from read
            read.clear()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        message = f"malformed XML: {expat.ErrorString(error.code)}"
        raise LayoutError(message, where=input.where(error.lineno)) from None
    yield from read
