"""A tally: how often each kind of span occurred, before a scheme and a reading are chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from spanf1.core.counts import ABSENT, Counts, SpanKey, TypeCounts, add_types, sides_of
from spanf1.core.fingerprint import added
from spanf1.core.units import Units
from spanf1.exceptions import UsageError

#: what spans are placed by: tokens, characters, or nothing, where only what they say is known
TOKEN, CHARACTER, TEXT = PLACES = "token", "character", "text"


class Form(NamedTuple):
    """A way in which a text occurs: its type, and the shapes on both sides of its spans."""

    type: str
    shapes: frozenset[tuple[int, int]]


def _summed(rows: Iterable[tuple[str, bool, bool, int]]) -> dict[str, TypeCounts]:
    """Return counts by type of spans that are in gold, predicted, and so many."""
    sums: dict[str, list[int]] = {}
    for name, in_gold, predicted, count in rows:
        row = sums.setdefault(name, [0, 0, 0])
        row[0] += in_gold * count
        row[1] += predicted * count
        row[2] += (in_gold and predicted) * count
    return {name: TypeCounts(*sums[name]) for name in sorted(sums) if any(sums[name])}


def _first(a: dict[int, int], b: dict[int, int], lines: int) -> dict[int, int]:
    return {shape: line + lines for shape, line in b.items()} | a


def _doubts(
    forms: frozenset[str],
    doubts: frozenset[str],
    other_forms: frozenset[str],
    other_doubts: frozenset[str],
) -> frozenset[str]:
    """Return the doubts about the form of two inputs together: one may settle what the other is."""
    return doubts & other_doubts if forms and other_forms else doubts | other_doubts


@dataclass
class Tally:
    """How often each kind of span occurred, before a scheme and a reading are chosen.

    Attributes
    ----------
    spans : Counter of SpanKey
        A span that is in gold and in predictions with the same start, end and type counts once,
        under both shapes; any other counts under its own shape and `ABSENT`.
    gold_prefixes, predicted_prefixes : frozenset of str
        Tag prefixes that occurred.
    gold_forms, predicted_forms : frozenset of str
        How the tags are written: names of `spanf1.core.tags.FORMS`; none where no tag tells.
    gold_other_forms, predicted_other_forms : frozenset of str
        Other forms that the tags may be of, and then mean something else.
    tokens, tags_equal, labels_equal : int
        Tokens; those whose two tags are the same as they are written (prefix aliases apart,
        they are not the same); those that have the same place in a span of the same type,
        whatever the scheme.
    sentences, documents : int
        As in `Counts`.
    gold_first, predicted_first : dict of int to int
        For each shape that occurs on a side, the line on which the first such span begins.
    gold_lines, predicted_lines : int
        Lines read. The sum of two tallies is that of the one input followed by the other.
    script : dict of str to TypeCounts
        What the conlleval script counts; empty unless it was asked for.
    gold_number : int
        Stands for the spans in gold; see `spanf1.core.fingerprint`.
    units : Units, optional
        What each sentence, or each document, has; kept only where it was asked for.
    forms : Counter of Form
        How many distinct texts occur in each way; empty unless it was asked for. Two inputs have
        texts in common, so these are the one thing that does not add.
    placed_by : str
        What spans are placed by; one of `PLACES`.
    size : int
        How many characters all texts have, white space apart, where spans are placed by them; how
        many texts there are, where only what spans say is known.
    gold_tagged, predicted_tagged : bool
        Whether spans are from tags.
    """

    spans: Counter[SpanKey] = field(default_factory=Counter)
    gold_prefixes: frozenset[str] = frozenset()
    predicted_prefixes: frozenset[str] = frozenset()
    gold_forms: frozenset[str] = frozenset()
    predicted_forms: frozenset[str] = frozenset()
    gold_other_forms: frozenset[str] = frozenset()
    predicted_other_forms: frozenset[str] = frozenset()
    tokens: int = 0
    tags_equal: int = 0
    labels_equal: int = 0
    sentences: int = 0
    documents: int = 0
    gold_first: dict[int, int] = field(default_factory=dict)
    predicted_first: dict[int, int] = field(default_factory=dict)
    gold_lines: int = 0
    predicted_lines: int = 0
    script: dict[str, TypeCounts] = field(default_factory=dict)
    gold_number: int = 0
    units: Units | None = None
    forms: Counter[Form] = field(default_factory=Counter)
    placed_by: str = TOKEN
    size: int = 0
    gold_tagged: bool = True
    predicted_tagged: bool = True

    @property
    def extent(self) -> int:
        """How much there is of what spans are placed by: tokens, characters, or texts."""
        return self.tokens if self.placed_by == TOKEN else self.size

    def __add__(self, other: Tally) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        if self.placed_by != other.placed_by:
            raise UsageError(
                f"spans placed by {self.placed_by}s and by {other.placed_by}s cannot be added"
            )
        return Tally(
            self.spans + other.spans,
            self.gold_prefixes | other.gold_prefixes,
            self.predicted_prefixes | other.predicted_prefixes,
            self.gold_forms | other.gold_forms,
            self.predicted_forms | other.predicted_forms,
            _doubts(
                self.gold_forms, self.gold_other_forms, other.gold_forms, other.gold_other_forms
            ),
            _doubts(
                self.predicted_forms,
                self.predicted_other_forms,
                other.predicted_forms,
                other.predicted_other_forms,
            ),
            self.tokens + other.tokens,
            self.tags_equal + other.tags_equal,
            self.labels_equal + other.labels_equal,
            self.sentences + other.sentences,
            self.documents + other.documents,
            _first(self.gold_first, other.gold_first, self.gold_lines),
            _first(self.predicted_first, other.predicted_first, self.predicted_lines),
            self.gold_lines + other.gold_lines,
            self.predicted_lines + other.predicted_lines,
            add_types(self.script, other.script),
            added(self.gold_number, self.extent, other.gold_number),
            self.units + other.units if self.units and other.units else None,
            placed_by=self.placed_by,
            size=self.size + other.size,
            gold_tagged=self.gold_tagged or other.gold_tagged,
            predicted_tagged=self.predicted_tagged or other.predicted_tagged,
        )

    def counts(
        self, gold_scheme: str, predicted_scheme: str, reading: str, *, surface: bool = False
    ) -> Counts:
        """Return the counts under a reading, one of `spanf1.core.schemes.READINGS`.

        `error` counts as `lenient` does: who refuses ill-formed spans does so before. If
        `surface`, they are those of distinct texts.
        """
        strict = reading == "strict"
        if reading == "conlleval":
            types = self.script
        elif surface:
            types = self._forms(gold_scheme, predicted_scheme, strict=strict)
        else:
            types = self._types(gold_scheme, predicted_scheme, strict=strict)
        # The script knows no schemes, and compares tags as they are written.
        as_written = gold_scheme == predicted_scheme or reading == "conlleval"
        equal = self.tags_equal if as_written else self.labels_equal
        return Counts(types, self.tokens, equal, self.sentences, self.documents)

    def _types(
        self, gold_scheme: str, predicted_scheme: str, *, strict: bool
    ) -> dict[str, TypeCounts]:
        return _summed(
            (span.type, *sides_of(span, gold_scheme, predicted_scheme, strict=strict), count)
            for span, count in self.spans.items()
        )

    def _forms(
        self, gold_scheme: str, predicted_scheme: str, *, strict: bool
    ) -> dict[str, TypeCounts]:
        """Return the counts of texts: one is on a side, or correct, if one of its spans is."""
        rows = []
        for (name, shapes), count in self.forms.items():
            sides = {
                sides_of(SpanKey(name, *pair), gold_scheme, predicted_scheme, strict=strict)
                for pair in shapes
            }
            # A text that is on both sides, and never at one place, is two things.
            both = (True, True) in sides
            in_gold, predicted = (any(side) for side in zip(*sides, strict=True))
            rows += [(name, in_gold, both, count)]
            rows += [(name, False, predicted and not both, count)]
        return _summed(rows)

    def shapes(self) -> tuple[Counter[int], Counter[int]]:
        """Return how often each shape occurs in gold, and in predictions."""
        gold: Counter[int] = Counter()
        predicted: Counter[int] = Counter()
        for (_, gold_shape, predicted_shape), count in self.spans.items():
            gold[gold_shape] += count
            predicted[predicted_shape] += count
        del gold[ABSENT], predicted[ABSENT]
        return gold, predicted
