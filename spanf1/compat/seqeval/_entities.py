"""Entities, and the classes that find them in a sentence's tags, or in those of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from spanf1.compat.seqeval._notices import warn_no_tags
from spanf1.compat.seqeval._reading import (
    OUTSIDE,
    StrictReader,
    or_outside,
    separators_of,
    token_entities,
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
        if not isinstance(other, Entity):
            return NotImplemented
        return self.to_tuple() == other.to_tuple()

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
        The tags; an empty one is taken for O.
    scheme : type of Token
        Makes a token of a tag.
    suffix, delimiter
        As for `Token`.
    sent_id : int, optional
        The number of the sentence, which its entities are given.

    Examples
    --------
    >>> from spanf1.compat.seqeval.scheme import IOB2, Tokens
    >>> Tokens(["B-PER", "I-PER", "O", "B-LOC"], IOB2).entities
    [(None, PER, 0, 2), (None, LOC, 3, 4)]
    """

    def __init__(
        self,
        tokens: Sequence[str],
        scheme: Callable[..., Any],
        suffix: bool = False,
        delimiter: str = "-",
        sent_id: int | None = None,
    ) -> None:
        self.outside_token = scheme(OUTSIDE, suffix=suffix, delimiter=delimiter)
        self.tokens = [
            scheme(or_outside(token), suffix=suffix, delimiter=delimiter) for token in tokens
        ]
        self.extended_tokens = [*self.tokens, self.outside_token]
        self.sent_id = sent_id
        if "" in tokens:
            warn_no_tags([""])

    @property
    def entities(self) -> list[Entity]:
        """The entities in order.

        Raises
        ------
        ValueError
            If a token is not valid in the scheme.
        """
        starts, ends = token_entities(self.extended_tokens)
        return [
            Entity(self.sent_id, start, end, self.extended_tokens[start].tag)
            for start, end in zip(starts, ends, strict=True)
        ]


class Entities:
    """The entities of several sentences.

    Parameters
    ----------
    sequences : list of list of str
        Tags by sentence.
    scheme, suffix, delimiter
        As for `Tokens`.

    Attributes
    ----------
    entities : list of list of Entity
        By sentence.
    """

    def __init__(
        self,
        sequences: Sequence[Sequence[str]],
        scheme: Callable[..., Any],
        suffix: bool = False,
        delimiter: str = "-",
    ) -> None:
        reader = StrictReader(scheme, suffix=suffix, delimiter=delimiter)
        sentences = [*map(list, sequences)]
        separators = separators_of(sentences)
        start, end, kind, _ = reader.read(sentences, separators)
        number = np.searchsorted(separators, end)
        first = np.append(0, separators + 1)[number]
        self.entities: list[list[Entity]] = [[] for _ in sentences]
        for sent_id, begin, behind, tag in zip(
            number.tolist(),
            (start - first).tolist(),
            (end - first).tolist(),
            map(reader.names.__getitem__, kind.tolist()),
            strict=True,
        ):
            self.entities[sent_id].append(Entity(sent_id, begin, behind, tag))

    def filter(self, tag_name: str) -> set[Entity]:
        """Return the entities of a type."""
        return {entity for entity in chain(*self.entities) if entity.tag == tag_name}

    @property
    def unique_tags(self) -> set[str]:
        """The types that occur."""
        return {entity.tag for entity in chain(*self.entities)}
