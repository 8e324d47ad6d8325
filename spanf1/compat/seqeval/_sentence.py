"""An entity, and the walk over the tokens of a sentence that finds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from spanf1.compat.seqeval._notices import warn_no_tags
from spanf1.compat.seqeval._reading import OUTSIDE


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
