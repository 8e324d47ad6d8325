"""Counts: the integers behind every score, by type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from spanf1.core.spans import WELL_FORMED


class TypeCounts(NamedTuple):
    """Spans in gold, spans predicted, and spans that are the same in both."""

    gold: int = 0
    predicted: int = 0
    correct: int = 0

    def plus(self, other: TypeCounts) -> TypeCounts:
        """Return the sums, figure by figure."""
        return TypeCounts(*(a + b for a, b in zip(self, other, strict=True)))


@dataclass(frozen=True)
class Counts:
    """The integers behind a score.

    Attributes
    ----------
    types : dict of str to TypeCounts
        By type, in alphabetical order; only types that occur.
    tokens, tokens_correct : int
        Tokens, and those whose gold and predicted tags are the same.
    sentences, documents : int
        Sentences with at least one token; documents, where the input marks them.
    """

    types: dict[str, TypeCounts]
    tokens: int = 0
    tokens_correct: int = 0
    sentences: int = 0
    documents: int = 0

    @property
    def total(self) -> TypeCounts:
        """The sums over all types."""
        return TypeCounts(*(sum(column) for column in zip(*self.types.values(), strict=True)))

    def __add__(self, other: Counts) -> Counts:
        if not isinstance(other, Counts):
            return NotImplemented
        return Counts(
            add_types(self.types, other.types),
            self.tokens + other.tokens,
            self.tokens_correct + other.tokens_correct,
            self.sentences + other.sentences,
            self.documents + other.documents,
        )


def add_types(a: dict[str, TypeCounts], b: dict[str, TypeCounts]) -> dict[str, TypeCounts]:
    """Return the counts of both, type by type, in alphabetical order."""
    none = TypeCounts()
    return {name: a.get(name, none).plus(b.get(name, none)) for name in sorted(a.keys() | b.keys())}


#: stands in a `Tally` key for the side on which there is no such span
ABSENT = -1


class SpanKey(NamedTuple):
    """What a tally tells apart: a type, and the shape on each side (`ABSENT` where it is not)."""

    type: str
    gold: int
    predicted: int


def sides_of(
    span: SpanKey, gold_scheme: str, predicted_scheme: str, *, strict: bool
) -> tuple[bool, bool]:
    """Return whether a span counts in gold, and in predictions; ill-formed ones not if `strict`."""
    in_gold, in_predicted = span.gold != ABSENT, span.predicted != ABSENT
    if strict:
        in_gold = in_gold and bool(WELL_FORMED[gold_scheme][span.gold])
        in_predicted = in_predicted and bool(WELL_FORMED[predicted_scheme][span.predicted])
    return in_gold, in_predicted
