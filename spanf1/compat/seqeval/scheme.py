"""Tagging schemes as classes of tokens; and which one some tags are in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from itertools import chain
from operator import or_

from spanf1.compat.seqeval._entities import Entities
from spanf1.compat.seqeval._tokens import (
    Entity,
    Pattern,
    Prefix,
    Prefixes,
    Tag,
    Token,
    Tokens,
    or_outside,
)
from spanf1.core.schemes import OTHER, SAME
from spanf1.core.seqeval import ANY_LETTER, STRICT_PATTERNS, patterns_of

__all__ = [
    "BILOU",
    "IOB1",
    "IOB2",
    "IOBES",
    "IOE1",
    "IOE2",
    "Entities",
    "Entity",
    "Prefix",
    "Prefixes",
    "Tag",
    "Token",
    "Tokens",
    "auto_detect",
]


_CONDITIONS = {SAME: Tag.SAME, OTHER: Tag.DIFF, "": Tag.ANY}


def _prefix(letters: str) -> Prefix:
    return Prefix.ANY if letters == ANY_LETTER else reduce(or_, map(Prefixes.__getitem__, letters))


def _patterns(text: str) -> set[Pattern]:
    return {
        (_prefix(before), _prefix(after), _CONDITIONS[neighbour])
        for before, after, neighbour in patterns_of(text)
    }


def _tables(name: str) -> tuple[Prefix, set[Pattern], set[Pattern], set[Pattern]]:
    """Return the letters and the three tables of a scheme."""
    letters, start, inside, end = STRICT_PATTERNS[name]
    return _prefix(letters), _patterns(start), _patterns(inside), _patterns(end)


class IOB1(Token):
    """I in an entity; B only for the first token of one right after another of its type."""

    allowed_prefix, start_patterns, inside_patterns, end_patterns = _tables("IOB1")


class IOE1(Token):
    """I in an entity; E only for the last token of one right before another of its type."""

    allowed_prefix, start_patterns, inside_patterns, end_patterns = _tables("IOE1")


class IOB2(Token):
    """B for the first token of an entity, I for the others."""

    allowed_prefix, start_patterns, inside_patterns, end_patterns = _tables("IOB2")


class IOE2(Token):
    """E for the last token of an entity, I for the others."""

    allowed_prefix, start_patterns, inside_patterns, end_patterns = _tables("IOE2")


class IOBES(Token):
    """B for the first, I, and E for the last token of an entity; S for the only one."""

    allowed_prefix, start_patterns, inside_patterns, end_patterns = _tables("IOBES")


class BILOU(Token):
    """B for the first, I, and L for the last token of an entity; U for the only one."""

    allowed_prefix, start_patterns, inside_patterns, end_patterns = _tables("BILOU")


# The letters that a scheme is told by, which must all be there, and those that may be.
_TOLD_BY = (
    (IOB2, "B", "IO"),
    (IOE2, "E", "IO"),
    (IOBES, "BE", "IOS"),
    (IOBES, "S", ""),
    (BILOU, "BL", "IOU"),
    (BILOU, "U", ""),
)


def auto_detect(
    sequences: Iterable[Iterable[str]], suffix: bool = False, delimiter: str = "-"
) -> type[Token]:
    """Return the scheme that has just the letters of the tags: IOB2, IOE2, IOBES or BILOU.

    Parameters
    ----------
    sequences : list of list of str
        Tags by sentence; empty ones do not count.
    suffix, delimiter
        As for `Token`.

    Raises
    ------
    ValueError
        If no scheme has such a letter, or none has these letters.
    """
    prefixes = set()
    for tag in dict.fromkeys(chain.from_iterable(sequences)):
        try:
            token = Token(or_outside(tag), suffix=suffix, delimiter=delimiter)
        except KeyError:
            raise ValueError(f"This scheme is not supported: {tag}") from None
        prefixes.add(token.prefix)
    letters = {prefix.name for prefix in prefixes}
    for scheme, needed, possible in _TOLD_BY:
        if letters >= set(needed) and letters <= set(needed + possible):
            return scheme
    raise ValueError(f"This scheme is not supported: {prefixes}")
