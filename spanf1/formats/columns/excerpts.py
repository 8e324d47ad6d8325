"""Lines of a column file read once more, with the tokens around them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import NamedTuple

from spanf1.formats.columns.layout import DOCUMENT, WHITE, Layout
from spanf1.formats.source import FRONT, Source

#: how many tokens are shown before a line, and how many behind it
AROUND = 3
# So many lines on either side may hold them: comments may stand between.
_REACH = 10


class Excerpt(NamedTuple):
    """A token, and the tokens of its sentence around it.

    `tokens`, `tags` and `lines` are of one length, but `tokens` is empty if there is no column of
    them; `at` says which the token is.
    """

    tokens: list[str]
    tags: list[str]
    lines: list[int]
    at: int


class Columns(NamedTuple):
    """Where in the lines the tags and the tokens, if any, are; columns are indices from 0."""

    layout: Layout
    token: int | None
    tag: int
    is_tag: Callable[[str], bool]


def excerpts(source: Source, columns: Columns, lines: Collection[int]) -> dict[int, Excerpt]:
    """Return what stands on some lines, by their numbers from 1, and around them.

    Raises
    ------
    ReadError
        If the file cannot be read.
    """
    wanted = {near for line in lines for near in range(max(line - _REACH, 1), line + _REACH + 1)}
    texts: dict[int, bytes] = {}
    last = max(wanted, default=0)
    before = 0
    for raw in source.blocks() if wanted else ():
        count = raw.data.count(b"\n", len(FRONT), raw.end)
        if not wanted.isdisjoint(range(before + 1, before + count + 1)):
            block = bytes(raw.data[len(FRONT) : raw.end]).split(b"\n")
            texts |= {
                before + number: text.removesuffix(b"\r")
                for number, text in enumerate(block, 1)
                if before + number in wanted
            }
        before += count
        if before >= last:
            break
    return {line: _excerpt(texts, line, columns) for line in lines}


def _excerpt(texts: dict[int, bytes], line: int, columns: Columns) -> Excerpt:
    before = list(islice(_walk(texts, line, -1, columns), AROUND))
    fields = _fields(texts.get(line, b""), columns) or ["", ""]
    rows = [*before[::-1], (line, fields), *islice(_walk(texts, line, 1, columns), AROUND)]
    return Excerpt(
        [token for _, (_, token) in rows if columns.token is not None],
        [tag for _, (tag, _) in rows],
        [number for number, _ in rows],
        len(before),
    )


def _walk(
    texts: dict[int, bytes], line: int, step: int, columns: Columns
) -> Iterator[tuple[int, list[str]]]:
    """Yield the tokens of a sentence before a line or behind it, the nearest first."""
    header = columns.layout.names_line if columns.layout.headed else 0
    for number in range(line + step, line + step * (_REACH + 1), step):
        text = texts.get(number)
        if text is None or not text.strip(WHITE) or DOCUMENT.match(text) or number == header:
            return
        if fields := _fields(text, columns):
            yield number, fields


def _fields(text: bytes, columns: Columns) -> list[str] | None:
    """Return a line's tag and token, or None if it is a comment."""
    fields = [field.decode("utf-8", "backslashreplace") for field in columns.layout.fields(text)]
    if len(fields) != columns.layout.columns:
        return None
    if text.startswith(b"# ") and not columns.is_tag(fields[columns.tag]):
        return None
    return [fields[columns.tag], fields[columns.token or 0]]
