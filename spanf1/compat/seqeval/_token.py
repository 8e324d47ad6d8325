"""A tag taken apart, and the letters and patterns that schemes are written in."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from typing import Any

from spanf1.core.schemes import OTHER, PREFIXES, SAME
from spanf1.core.seqeval import ENDS, INSIDE, STARTS, STRICT_LETTERS, strict_flags
from spanf1.core.spans import ActionArray
from spanf1.core.tags import UNTYPED


class Prefix(enum.Flag):
    """The letters of tags; ``|`` makes a set of them."""

    I = enum.auto()  # noqa: E741
    O = enum.auto()  # noqa: E741
    B = enum.auto()
    E = enum.auto()
    S = enum.auto()
    U = enum.auto()
    L = enum.auto()
    ANY = I | O | B | E | S | U | L


#: the letters by name
Prefixes = dict(Prefix.__members__)


class Tag(enum.Flag):
    """Whether the types of two adjacent tags are the same."""

    SAME = enum.auto()
    DIFF = enum.auto()
    ANY = SAME | DIFF


#: a letter (or several) before, one after, and whether the types are the same
Pattern = tuple[Prefix, Prefix, Tag]


class Token:
    """A tag, taken apart: the base of all schemes, and of those that a user writes.

    A scheme says which letters it has, and which patterns of two adjacent tags start an entity,
    go on with one, or end one on the tag before.

    Parameters
    ----------
    token : str
        The tag.
    suffix : bool
        Whether the letter comes last, as in ``PER-B``.
    delimiter : str
        What parts letter and type.

    Raises
    ------
    KeyError
        If no scheme has such a letter.
    IndexError
        If the tag is empty.

    Examples
    --------
    >>> from spanf1.compat.seqeval.scheme import IOB2
    >>> token = IOB2("B-PER")
    >>> token.prefix, token.tag, token.is_start(IOB2("O"))
    (<Prefix.B: 4>, 'PER', True)
    """

    # A `Prefix`, and sets of `Pattern`, in every scheme.
    allowed_prefix: Any = None
    start_patterns: Any = None
    inside_patterns: Any = None
    end_patterns: Any = None

    def __init__(self, token: str, suffix: bool = False, delimiter: str = "-") -> None:
        self.token = token
        letter = token[-1] if suffix else token[0]
        try:
            self.prefix = Prefixes[letter]
        except KeyError as error:
            where = "ends" if suffix else "begins"
            letters = " ".join(name for name in Prefixes if len(name) == 1)
            error.add_note(f"the tag {token!r} {where} with none of {letters}")
            raise
        tag = token[:-1] if suffix else token[1:]
        self.tag = tag.strip(delimiter) or UNTYPED

    def __repr__(self) -> str:
        return self.token

    def is_valid(self) -> bool:
        """Return True if the scheme has the letter, and raise `ValueError` if not."""
        if self.prefix not in self.allowed_prefix:
            letters = str(self.allowed_prefix).replace("Prefix.", "")
            raise ValueError(
                f"Invalid token is found: {self.token}. Allowed prefixes are: {letters}."
            )
        return True

    def is_start(self, prev: Token) -> bool:
        """Return whether an entity starts on this token."""
        return self.check_patterns(prev, self.start_patterns)

    def is_inside(self, prev: Token) -> bool:
        """Return whether this token goes on with the entity of the one before."""
        return self.check_patterns(prev, self.inside_patterns)

    def is_end(self, prev: Token) -> bool:
        """Return whether an entity ends on the token before."""
        return self.check_patterns(prev, self.end_patterns)

    def check_tag(self, prev: Token, cond: Tag) -> bool:
        """Return whether the types of the two tokens are as a pattern wants them."""
        if cond == Tag.ANY:
            return True
        return cond == (Tag.SAME if prev.tag == self.tag else Tag.DIFF)

    def check_patterns(self, prev: Token, patterns: Iterable[Pattern]) -> bool:
        """Return whether one of the patterns fits the two tokens."""
        return any(
            prev.prefix in before and self.prefix in after and self.check_tag(prev, cond)
            for before, after, cond in patterns
        )


# What may say how a token of a scheme answers, as it is here.
_METHODS = {
    name: getattr(Token, name)
    for name in (
        *("is_valid", "is_start", "is_inside", "is_end", "check_tag", "check_patterns"),
        *("__init__", "__new__", "__getattribute__", "__setattr__"),
    )
}
_INSTANCE = ("token", "prefix", "tag")
_TABLES = {"start_patterns": STARTS, "inside_patterns": INSIDE, "end_patterns": ENDS}
#: by the value of a `Prefix`: the numbers of its letters
_LETTERS = [
    [PREFIXES.index(name) for name in STRICT_LETTERS if Prefixes[name].value & value]
    for value in range(Prefix.ANY.value + 1)
]
_NEIGHBOURS = {Tag.SAME.value: SAME, Tag.DIFF.value: OTHER, Tag.ANY.value: ""}


def answers_of(scheme: Any) -> ActionArray | None:
    """Return a scheme's answers for each step between two tags, if it goes by its patterns only.

    It does not if it is no subclass of `Token`, has methods or a state of its own, or its
    patterns are none. Nor does one in which O starts an entity or goes on with one: there, what
    seqeval finds depends on where a sentence ends.
    """
    if not (
        type(scheme) is type
        and issubclass(scheme, Token)
        and all(getattr(scheme, name) is method for name, method in _METHODS.items())
        and not any(hasattr(scheme, name) for name in _INSTANCE)
        and type(scheme.allowed_prefix) is Prefix
    ):
        return None
    try:
        rows = [*_rows(scheme)]
    except (AttributeError, LookupError, TypeError, ValueError):
        return None
    outside = any(flag != ENDS and 0 in after for flag, _, after, _ in rows)
    return None if outside else strict_flags(rows)


def _rows(scheme: type[Token]) -> Iterator[tuple[int, list[int], list[int], str]]:
    """Yield the patterns of a scheme for `strict_flags`."""
    for name, flag in _TABLES.items():
        patterns = getattr(scheme, name)
        if type(patterns) not in {set, frozenset, list, tuple}:
            raise TypeError(name)
        for before, after, condition in patterns:
            if {type(before), type(after)} != {Prefix} or type(condition) is not Tag:
                raise TypeError(name)
            neighbour = _NEIGHBOURS[condition._value_]
            yield flag, _LETTERS[before._value_], _LETTERS[after._value_], neighbour
