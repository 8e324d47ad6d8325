"""Lines of a column file read once more, with the tokens around them."""

from __future__ import annotations

from collections.abc import Callable, Collection
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
    them; `at` says which the token is. `first` and `last` say whether the sentence begins with
    the first of them, and ends with the last.
    """

    tokens: list[str]
    tags: list[str]
    lines: list[int]
    at: int
    first: bool
    last: bool


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
    before, first = _walk(texts, line, -1, columns)
    after, last = _walk(texts, line, 1, columns)
    here = _fields(texts.get(line, b""), columns) or ["", ""]
    rows = [*before[::-1], (line, here), *after]
    return Excerpt(
        [row[1] for _, row in rows if columns.token is not None],
        [row[0] for _, row in rows],
        [number for number, _ in rows],
        len(before),
        first,
        last,
    )


def _walk(
    texts: dict[int, bytes], line: int, step: int, columns: Columns
) -> tuple[list[tuple[int, list[str]]], bool]:
    """Return the tokens before a line or behind it, and whether the sentence ends with them."""
    found: list[tuple[int, list[str]]] = []
    header = columns.layout.names_line if columns.layout.headed else 0
    for number in range(line + step, line + step * (_REACH + 1), step):
        text = texts.get(number)
        if text is None or not text.strip(WHITE) or DOCUMENT.match(text) or number == header:
            return found, True
        if fields := _fields(text, columns):
            if len(found) == AROUND:
                return found, False
            found.append((number, fields))
    return found, False


def _fields(text: bytes, columns: Columns) -> list[str] | None:
    """Return a line's tag and token, or None if it is a comment."""
    fields = [field.decode("utf-8", "backslashreplace") for field in columns.layout.fields(text)]
    if len(fields) != columns.layout.columns:
        return None
    if text.startswith(b"# ") and not columns.is_tag(fields[columns.tag]):
        return None
    return [fields[columns.tag], fields[columns.token or 0]]
