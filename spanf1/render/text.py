"""Text for a terminal: cut, wrapped and padded by its width."""

from __future__ import annotations

import textwrap

WIDTH = 80
_NAME_WIDTH = 25
BOLD, _DIM, _YELLOW, _PLAIN = "\033[1m", "\033[2m", "\033[33m", "\033[0m"


def wrapped_at(text: str, width: int) -> list[str]:
    """Return the lines of a text; what has no spaces, a path or a signature, stays whole."""
    return textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)


def width_of(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def padded(text: str, width: int) -> str:
    """Return a text with spaces behind it, so that it takes a number of columns."""
    return text + " " * (width - width_of(text))


def shortened(name: str, most: int = _NAME_WIDTH) -> str:
    """Return a name with its middle left out if it is too long for the table."""
    if width_of(name) <= most:
        return name
    head, tail = name[: most // 2], name[-most // 2 :]
    while width_of(head) + width_of(tail) > most - 1:
        head, tail = (head[:-1], tail) if len(head) > len(tail) else (head, tail[1:])
    return f"{head}…{tail}"


def styled(text: str, style: str, wanted: bool) -> str:
    """Return a text in a terminal's style, if that is wanted."""
    return f"{style}{text}{_PLAIN}" if wanted and style != _PLAIN else text
