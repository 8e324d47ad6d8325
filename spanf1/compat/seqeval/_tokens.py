"""Tags taken apart one by one, and the walk over those of a sentence that finds its entities."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from spanf1.compat.seqeval._notices import warn_no_tags
from spanf1.core.tags import UNTYPED

OUTSIDE = "O"


def or_outside(tag: str) -> str:
    """Return a tag, or O for an empty one."""
    return OUTSIDE if tag == "" else tag


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


class Entity:
    """A typed run of tokens in a sentence: from `start` to before `end`."""

    def __init__(self, sent_id: int | None, start: int, end: int, tag: str) -> None:
        self.sent_id = sent_id
        self.start = start
        self.end = end
        self.tag = tag

    def __repr__(self) -> str:
        return f"({self.sent_id}, {self.tag}, {self.start}, {self.end})"

    def __eq__(self, other: object) -> bool:
        to_tuple = getattr(other, "to_tuple", None)
        if to_tuple is None:
            return NotImplemented
        equal: bool = self.to_tuple() == to_tuple()
        return equal

    def __hash__(self) -> int:
        return hash(self.to_tuple())

    def to_tuple(self) -> tuple[int | None, str, int, int]:
        """Return sentence, type, start and end."""
        return self.sent_id, self.tag, self.start, self.end


class Tokens:
    """The tokens of a sentence.

    Parameters
    ----------
    tokens : list of str
        The tags; an empty one that the scheme does not take is taken for O.
    scheme : type of Token
        Makes a token of a tag.
    suffix, delimiter
        As for `Token`.
    sent_id : int, optional
        The number of the sentence, which its entities are given.

    Examples
    --------
    >>> from spanf1.compat.seqeval.scheme import IOBES, Tokens
    >>> Tokens(["S-ORG", "O", "B-LOC", "E-LOC"], IOBES, sent_id=5).entities
    [(5, ORG, 0, 1), (5, LOC, 2, 4)]
    """

    def __init__(
        self,
        tokens: Sequence[str],
        scheme: Callable[..., Any],
        suffix: bool = False,
        delimiter: str = "-",
        sent_id: int | None = None,
    ) -> None:
        options: dict[str, Any] = {"suffix": suffix, "delimiter": delimiter}
        self.outside_token = scheme(OUTSIDE, **options)
        self.tokens: list[Any] = []
        empty = []
        for tag in tokens:
            try:
                token = scheme(tag, **options)
            except IndexError:
                if tag != "":
                    raise
                token, empty = scheme(OUTSIDE, **options), [tag]
            self.tokens.append(token)
        self.extended_tokens = [*self.tokens, self.outside_token]
        self.sent_id = sent_id
        warn_no_tags(empty)

    @property
    def entities(self) -> list[Entity]:
        """The entities in order.

        Raises
        ------
        ValueError
            If a token that is met, and not stepped over, is not valid in the scheme; or if the
            scheme says that the O after the sentence starts an entity, or goes on with one, so
            that the walk would not come to an end.
        """
        found = []
        place, before, was_stuck = 0, self.outside_token, False
        while place < len(self.extended_tokens):
            token = self.extended_tokens[place]
            token.is_valid()
            start, place = place, place + 1
            if token.is_start(before):
                place = self._forward(start=place, prev=token)
                if place <= start:
                    if was_stuck or place < 0:
                        raise ValueError(
                            f"by this scheme, the sentence has no end: {token!r}, token {start}, "
                            "starts an entity that the O after the sentence belongs to"
                        )
                    was_stuck = True
                if self._is_end(place):
                    found.append(Entity(self.sent_id, start, place, token.tag))
            before = self.extended_tokens[place - 1]
        return found

    def _forward(self, start: int, prev: Any) -> int:
        """Return where a run of tokens that are inside ends; it goes on from `prev`."""
        for place, token in enumerate(self.extended_tokens[start:], start):
            if not token.is_inside(prev):
                return place
            prev = token
        return len(self.tokens) - 1

    def _is_end(self, i: int) -> bool:
        """Return whether an entity ends before a place."""
        ends: bool = self.extended_tokens[i].is_end(self.extended_tokens[i - 1])
        return ends
