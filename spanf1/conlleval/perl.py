"""Perl's ``split`` on bytes, and Perl's regular expressions in the words of Python's ``re``."""

from __future__ import annotations

import re
import warnings

# Characters that do not stand for themselves.
_SPECIAL = b"\\^.$|()[*+?"
_NAMED_BYTES = {b"\\t": 0x09, b"\\f": 0x0C, b"\\r": 0x0D, b"\\e": 0x1B}

# What Python writes otherwise: the characters that an escape stands for, in brackets or not.
_CLASSES = {b"e": rb"\x1b", b"h": rb"\t \xa0", b"v": rb"\n-\r\x85"}
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_BRACKETS_OR_ESCAPE = re.compile(
    rb"\[(?P<members>\^?\]?(?:\\.|[^]\\])*+)(?P<closed>\]?)|\\(?P<escaped>.)", re.DOTALL
)
# Python takes these for characters between brackets, and does not complain.
_POSIX = re.compile(rb"\[:\^?[a-z]+:\]")

# One of some characters, or a run of them: what most people write. It has no groups and matches
# no empty text, so Python splits by it as Perl does.
_PLAIN = re.compile(rb"(?:[ \t,;]|\\[hst]|\[(?:[ \t,;|]|\\[hst])+\])\+?")


def literal_byte(pattern: bytes) -> int | None:
    """Return the byte that a pattern matches, if it is one character that stands for itself."""
    if len(pattern) == 1 and pattern not in _SPECIAL and pattern != b"\n":
        return pattern[0]
    if len(pattern) == 2 and pattern[:1] == b"\\" and re.match(rb"[^\w\n]", pattern[1:]):
        return pattern[1]
    return _NAMED_BYTES.get(pattern)


class PerlSplit:
    r"""Splits as Perl's ``split /PATTERN/`` does.

    Empty fields are kept at the beginning and dropped at the end; what groups match becomes
    fields; where the pattern matches nothing at all, it splits between characters.

    Parameters
    ----------
    pattern : bytes
        A Perl regular expression.

    Raises
    ------
    re.error, OverflowError
        If it is none, or one that cannot be said in Python.

    Examples
    --------
    >>> PerlSplit(rb"\h")(b" a  b ")
    [b'', b'a', b'', b'b']
    >>> PerlSplit(b"(-)|")(b"a-bc")
    [b'a', b'-', b'b', b'', b'c']
    """

    def __init__(self, pattern: bytes) -> None:
        with warnings.catch_warnings():
            # What Python may one day take for operators between sets.
            warnings.simplefilter("ignore", FutureWarning)
            self._pattern = re.compile(translate(pattern))
        self._fields = self._pattern.split if _PLAIN.fullmatch(pattern) else self._all_fields

    def __call__(self, line: bytes) -> list[bytes]:
        """Return the fields of a line."""
        fields = self._fields(line)
        while fields and not fields[-1]:
            del fields[-1]
        return fields

    def _all_fields(self, line: bytes) -> list[bytes]:
        """Return the fields of a line with the empty ones at its end."""
        fields = []
        begin = 0
        for match in self._pattern.finditer(line):
            # A match that ends where the field begins, which is an empty one, does not count.
            if match.end() > begin:
                fields.append(line[begin : match.start()])
                fields += match.groups(b"")
                begin = match.end()
        fields.append(line[begin:])
        return fields


def translate(pattern: bytes) -> bytes:
    r"""Return a Perl regular expression in Python's syntax; what is the same in both stays.

    Raises
    ------
    re.error
        If it is one of which Python would make something else. What Python does not know, it
        refuses itself.

    Examples
    --------
    >>> translate(rb"\h+|[\h,]|\|")
    b'[\\t \\xa0]+|[\\t \\xa0,]|\\|'
    """
    if _POSIX.search(pattern):
        raise re.error("classes of POSIX are not supported")
    return _BRACKETS_OR_ESCAPE.sub(_translated, pattern)


def _translated(token: re.Match[bytes]) -> bytes:
    members = token["members"]
    if members is None:
        members = _CLASSES.get(token["escaped"])
        return token[0] if members is None else b"[" + members + b"]"
    if not token["closed"]:
        raise re.error("unmatched [")
    return b"[" + _ESCAPE.sub(lambda found: _CLASSES.get(found[1], found[0]), members) + b"]"
