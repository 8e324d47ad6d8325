"""Perl's ``split`` on bytes, and Perl's regular expressions in the words of Python's ``re``."""

from __future__ import annotations

import re
import warnings

# Characters that do not stand for themselves.
_SPECIAL = b"\\^.$|()[*+?"
_NAMED_BYTES = {b"\\t": 0x09, b"\\f": 0x0C, b"\\r": 0x0D, b"\\e": 0x1B}

# Escapes that Python writes alike, and those that it writes otherwise.
_SAME_ESCAPES = b"dDsSwWbBAZnrtfa123456789"
_OTHER_ESCAPES = {
    b"z": rb"\Z",
    b"e": rb"\x1b",
    b"N": rb"[^\n]",
    b"R": rb"(?>\r\n|[\n-\r\x85])",
}
_UNSUPPORTED = b"pPXGKkg"

# What stands between the brackets of a class of bytes.
_HORIZONTAL, _VERTICAL = rb"\t \xa0", rb"\n-\r\x85"
_POSIX = {
    b"alnum": b"0-9A-Za-z",
    b"alpha": b"A-Za-z",
    b"ascii": rb"\x00-\x7f",
    b"blank": rb"\t ",
    b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": b"0-9",
    b"graph": b"!-~",
    b"lower": b"a-z",
    b"print": b" -~",
    b"punct": rb"!-/:-@\[-`{-~",
    b"space": rb"\s",
    b"upper": b"A-Z",
    b"word": rb"\w",
    b"xdigit": b"0-9A-Fa-f",
}

_ESCAPE = (
    rb"\\x\{\s*(?P<braced>[0-9A-Fa-f]+)\s*\}"
    rb"|\\x(?P<hex>[0-9A-Fa-f]{0,2})"
    rb"|\\o\{(?P<octal_braced>[0-7]+)\}"
    rb"|\\(?P<octal>0[0-7]{0,2}|[1-7][0-7]{1,2})"
    rb"|\\c(?P<control>[?-_a-z])"
    rb"|\\(?P<escaped>.)"
)
_OUTSIDE_BRACKETS = re.compile(
    _ESCAPE
    + rb"|\[(?P<negated>\^?)(?P<members>\]?(?:\[:\^?[a-z]+:\]|\\.|[^]\\])*+)\]"
    + rb"|(?P<unmatched>\[)|(?P<group>\(\?<)(?=[A-Za-z_])",
    re.DOTALL,
)
_INSIDE_BRACKETS = re.compile(
    _ESCAPE + rb"|\[:(?P<negated>\^?)(?P<posix>[a-z]+):\]|(?P<special>[][&|~])", re.DOTALL
)

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
    r"""Return a Perl regular expression in Python's syntax.

    Raises
    ------
    re.error
        If it holds what Python cannot express: ``\p{…}``, ``\G``, ``\K`` and the like.

    Examples
    --------
    >>> translate(rb"[[:blank:]]|(?<end>\z)")
    b'[\\t ]|(?P<end>\\Z)'
    """
    return _OUTSIDE_BRACKETS.sub(_outside_brackets, pattern)


def _outside_brackets(token: re.Match[bytes]) -> bytes:
    if token["unmatched"]:
        raise re.error("unmatched [")
    if token["group"]:
        return b"(?P<"
    if token["members"] is not None:
        members = _INSIDE_BRACKETS.sub(_inside_brackets, token["members"])
        return b"[" + token["negated"] + members + b"]"
    return _escape(token, inside=False)


def _inside_brackets(token: re.Match[bytes]) -> bytes:
    if token["special"]:
        return b"\\" + token["special"]
    if token["posix"]:
        if token["posix"] not in _POSIX:
            raise re.error(f"no POSIX class is called {token['posix'].decode()}")
        members = _POSIX[token["posix"]]
        return _complement(members) if token["negated"] else members
    return _escape(token, inside=True)


def _escape(token: re.Match[bytes], *, inside: bool) -> bytes:
    """Return what an escape comes to, `inside` brackets or not."""
    character = token["escaped"]
    if character is None:
        return _byte(_number(token))
    if character in _SAME_ESCAPES:
        return b"\\" + character
    if character in b"hHvV":
        members = _HORIZONTAL if character in b"hH" else _VERTICAL
        if character in b"HV":
            members = _complement(members)
        return members if inside else b"[" + members + b"]"
    if character in _OTHER_ESCAPES:
        return _OTHER_ESCAPES[character]
    if character in _UNSUPPORTED:
        raise re.error(f"\\{character.decode()} is not supported")
    # Other letters stand for themselves.
    return re.escape(character)


def _number(token: re.Match[bytes]) -> int:
    """Return the character that an escape gives by number."""
    if token["control"]:
        return int(token["control"].upper()[0]) ^ 0x40
    octal = token["octal"] or token["octal_braced"]
    return int(octal, 8) if octal else int(token["braced"] or token["hex"] or b"0", 16)


def _byte(number: int) -> bytes:
    if number > 0xFF:
        raise re.error(f"character {number:#x} is not a byte")
    return b"\\x%02x" % number


def _complement(members: bytes) -> bytes:
    """Return the members of the class of all other bytes."""
    inside = re.compile(b"[" + members + b"]")
    others = (number for number in range(256) if not inside.match(bytes([number])))
    return b"".join(map(_byte, others))
