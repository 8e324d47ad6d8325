"""Words and numbers as messages and reports write them."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Sequence
from typing import Any

#: decimals of a percentage, unless others are asked for
DIGITS = 2


def percent(value: float, digits: int | None) -> str:
    """Return a fraction of 1 as a percentage with some decimals; NaN as ``-``."""
    return "-" if math.isnan(value) else f"{100 * value:.{DIGITS if digits is None else digits}f}"


def printable(text: str) -> str:
    """Return text with what would not print, or would move a terminal's cursor, spelt out."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


# So many characters of a line are shown, of which the last so many are those of its end.
_LINE, _END = 300, 80


def one_line(text: str) -> str:
    """Return a text in one line that a terminal can show, without its middle if it is long."""
    line = printable(text)
    return line if len(line) <= _LINE else f"{line[: _LINE - _END - 1]}…{line[-_END:]}"


def unwritable(text: str) -> str:
    """Say what a text has that no file of text may have; nothing if it has nothing such."""
    try:
        # Zeros are found faster in bytes than in wide characters.
        has_nul = "\0" in text if text.isascii() else b"\0" in text.encode()
    except UnicodeEncodeError as error:
        return f"half of a surrogate pair, {text[error.start]!r}, which is no character"
    return "NUL, which is no character of a text" if has_nul else ""


def many(count: int, noun: str) -> str:
    """Return a number of things, in words."""
    return f"{count} {noun}{'s' * (count != 1)}"


_SHOWN = 40


def and_others(names: Sequence[str], most: int = 8) -> str:
    """Return names with commas between them: so many, and how many others there are."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {many(rest, 'other')}" if rest > 0 else "")


def shortened(tag: object) -> str:
    """Return a tag or a token in quotes, for a message; not more than its first characters."""
    text = repr(tag)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…{text[0]}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question about the known name that is most like another, if one is."""
    import difflib

    close = difflib.get_close_matches(name, list(known), 1)
    return f"did you mean {close[0]}?" if close else ""


def bracketed(interval: tuple[float, float], digits: int | None) -> str:
    """Return an interval in percent, in brackets; ``-`` if it has no ends."""
    low, high = interval
    return "-" if math.isnan(low) else f"[{percent(low, digits)}, {percent(high, digits)}]"


def signed(value: float, digits: int | None) -> str:
    """Return a difference in points; nothing for none, +0.00 or -0.00 for one that is small."""
    return f"{100 * value:+.{DIGITS if digits is None else digits}f}" if abs(value) > 1e-12 else ""


def points(value: float, digits: int | None) -> str:
    """Return a difference in points, 0.00 for none, and ``-`` for one that is NaN."""
    return "-" if math.isnan(value) else signed(value, digits) or percent(0, digits)


def p_text(value: float) -> str:
    """Return a p-value with four decimals, or a smaller one with its first digit."""
    if math.isnan(value):
        return "-"
    return f"{value:.4f}" if value >= 0.00005 else f"{value:.0e}"


def short_names(paths: list[str]) -> list[str]:
    """Return the last parts of paths, as many as tell them apart."""
    paths = [path.rstrip(os.sep) or path for path in paths]
    for parts in range(1, 1 + max(path.count(os.sep) for path in paths)):
        short = [os.sep.join(path.split(os.sep)[-parts:]) for path in paths]
        if len(set(short)) == len(set(paths)):
            return short
    return paths


# What stands for itself in a name of a signature; all else is %XX, so that a line can be parted.
_PLAIN = {chr(b) for b in range(ord("!"), ord("~") + 1)} - set("|:%,/=")
_HEX = re.compile(r"%([0-9A-F]{2})")


def escaped(text: str) -> str:
    """Return a name with every byte that would part a signature, or not print, as ``%XX``."""
    data = text.encode("utf-8", "surrogatepass")
    return "".join(chr(b) if chr(b) in _PLAIN else f"%{b:02X}" for b in data) or "%"


def unescaped(text: str) -> str:
    """Return the name that `escaped` gave the text of."""
    text = _HEX.sub(lambda found: chr(int(found[1], 16)), "" if text == "%" else text)
    return text.encode("latin-1").decode("utf-8", "surrogatepass")


def finite(value: Any) -> Any:
    """Return a value as JSON has it, which knows no NaN: None in its place."""
    return None if isinstance(value, float) and math.isnan(value) else value


def is_number(text: str) -> bool:
    """Return whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def exact(value: float) -> str:
    """Return a number with all its digits, and no more."""
    return repr(float(value)).removesuffix(".0")
