"""A tally: how often each kind of span occurred, in all and in each unit, before it is read.

A scheme and a reading, chosen later, say which spans count: `Tally.counts` are those of the whole
input. What each unit has is kept beside that: see `spanf1.core.units`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import add
from typing import Any, NamedTuple

from spanf1.core.fingerprint import added
from spanf1.core.options import MODES
from spanf1.core.scores import (
    AnyCounts,
    Counts,
    CreditCounts,
    TypeCounts,
    add_types,
)
from spanf1.core.tags import BARE, FORM_HINT, Gaps, TagSet
from spanf1.core.units import ABSENT, Earned, SpanKey, Units, adds_of
from spanf1.exceptions import TagError, UsageError

#: what spans are placed by: tokens, characters, or nothing, where only what they say is known
TOKEN, CHARACTER, TEXT = PLACES = "token", "character", "text"

#: the sides of a comparison, as messages and stored data call them
SIDES = "gold", "predicted"


class SurfaceForm(NamedTuple):
    """A way in which a text occurs: its type, and the shapes on both sides of its spans."""

    type: str
    shapes: frozenset[tuple[int, int]]


def _summed(rows: Iterable[tuple[str, Iterable[Any], int]]) -> dict[str, list[Any]]:
    """Return counts by type, given what spans of a type add, and how many there are."""
    sums: dict[str, list[int]] = {}
    for name, adds, count in rows:
        amounts = [amount * count for amount in adds]
        sums[name] = [*map(add, sums.get(name, [0] * len(amounts)), amounts)]
    return {name: sums[name] for name in sorted(sums) if any(sums[name])}


def _whole(sums: Iterable[int], unit: int) -> CreditCounts:
    """Return sums as whole spans and fractions of them."""
    return CreditCounts(*(n / unit if n % unit else n // unit for n in sums))


_BARE_FORMS = {BARE.name}


@dataclass
class SideTally:
    """What is known of one side alone, gold or predicted.

    Attributes
    ----------
    prefixes : frozenset of str
        Tag prefixes that occurred.
    forms : frozenset of str
        How the tags are written: names of `spanf1.core.tags.FORMS`; none where no tag tells.
    other_forms : frozenset of str
        Other forms that the tags may be of, and then mean something else.
    first : dict of int to int
        For each shape that occurs, the line on which the first such span begins.
    lines : int
        Lines read. The sum of two is that of the one input followed by the other.
    tagged : bool
        Whether spans are from tags.
    outside, masked : frozenset of str
        Tags that occurred and were read as O, and such of tokens that do not count, because it was
        asked for.
    """

    prefixes: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    other_forms: frozenset[str] = frozenset()
    first: dict[int, int] = field(default_factory=dict)
    lines: int = 0
    tagged: bool = True
    outside: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()

    @property
    def bare(self) -> bool:
        """Whether tags are types without a prefix."""
        return self.forms == _BARE_FORMS

    def take(self, tags: TagSet | None) -> SideTally:
        """Take over how the tags are written, None for spans that are from none; return itself."""
        self.tagged = tags is not None
        if tags:
            self.prefixes, self.forms, self.other_forms, *read = tags.facts()
            self.outside, self.masked = read
        return self

    def __add__(self, other: SideTally) -> SideTally:
        # Of two inputs that have forms, one may settle what the other is.
        settled = self.forms and other.forms
        both, either = self.other_forms & other.other_forms, self.other_forms | other.other_forms
        return SideTally(
            self.prefixes | other.prefixes,
            self.forms | other.forms,
            both if settled else either,
            {shape: line + self.lines for shape, line in other.first.items()} | self.first,
            self.lines + other.lines,
            self.tagged or other.tagged,
            self.outside | other.outside,
            self.masked | other.masked,
        )


_NO_GAPS = Gaps()

#: the attributes of a tally that are plain sums
SUMS = "tokens", "tags_equal", "labels_equal", "sentences", "documents"


@dataclass
class Tally:
    """How often each kind of span occurred, before a scheme and a reading are chosen.

    Attributes
    ----------
    spans : Counter of SpanKey
        A span that is in gold and in predictions with the same start, end and type counts once,
        under both shapes; any other counts under its own shape and `ABSENT`.
    gold, predicted : SideTally
        What is known of each side alone.
    tokens, tags_equal, labels_equal : int
        Tokens; those whose two tags are the same as they are written (prefix aliases apart,
        they are not the same); those that have the same place in a span of the same type,
        whatever the scheme.
    sentences, documents : int
        As in `Counts`.
    script : dict of str to TypeCounts
        What the conlleval script counts; empty unless it was asked for.
    gold_number : int
        Stands for the spans in gold; see `spanf1.core.fingerprint`.
    units : Units, optional
        What each sentence, or each document, has; kept only where it was asked for.
    forms : Counter of SurfaceForm
        How many distinct texts occur in each way; empty unless it was asked for. Two inputs have
        texts in common, so these are the one thing that does not add.
    earned : Counter of Earned
        What spans are credited with by a match that may credit a part of them; else empty.
    match, unit : str, int
        The match by which that is, if any; and what a whole span is in its sums.
    schemes : tuple of str, optional
        The schemes in which ill-formed spans were dropped before, if they were.
    placed_by : str
        What spans are placed by; one of `PLACES`.
    gaps : Gaps
        How many tokens were not read as they are.
    size : int
        How many characters all texts have, white space apart, where spans are placed by them; how
        many texts there are, where only what spans say is known.
    edged : tuple of int
        How many spans of each side begin or end with white space, where that counts.
    trimmed : Counter of SpanKey
        By how much `spans` would be more, or less, if it did not; of what was just counted.
    """

    spans: Counter[SpanKey] = field(default_factory=Counter)
    gold: SideTally = field(default_factory=SideTally)
    predicted: SideTally = field(default_factory=SideTally)
    tokens: int = 0
    tags_equal: int = 0
    labels_equal: int = 0
    sentences: int = 0
    documents: int = 0
    script: dict[str, TypeCounts] = field(default_factory=dict)
    gold_number: int = 0
    units: Units | None = None
    forms: Counter[SurfaceForm] = field(default_factory=Counter)
    earned: Counter[Earned] = field(default_factory=Counter)
    match: str = ""
    unit: int = 1
    schemes: tuple[str, str] | None = None
    placed_by: str = TOKEN
    size: int = 0
    gaps: Gaps = _NO_GAPS
    edged: tuple[int, int] = (0, 0)
    trimmed: Counter[SpanKey] = field(default_factory=Counter)

    @property
    def sides(self) -> tuple[SideTally, SideTally]:
        """Gold and predicted."""
        return self.gold, self.predicted

    @property
    def tag_forms(self) -> frozenset[str]:
        """How the tags of both sides are written."""
        return self.gold.forms | self.predicted.forms

    @property
    def outside(self) -> tuple[str, ...]:
        """The tags of both sides that were read as O, because it was asked for."""
        return tuple(sorted(self.gold.outside | self.predicted.outside))

    @property
    def masked(self) -> tuple[str, ...]:
        """Those of tokens that do not count."""
        return tuple(sorted(self.gold.masked | self.predicted.masked))

    @property
    def extent(self) -> int:
        """How much there is of what spans are placed by: tokens, characters, or texts."""
        return self.tokens if self.placed_by == TOKEN else self.size

    @property
    def tags_tokens(self) -> bool:
        """Whether each token has a tag on both sides; else spans were given as such."""
        return self.placed_by == TOKEN and all(side.tagged for side in self.sides)

    @property
    def has_content(self) -> bool:
        """Whether there is anything: a token, a text, a sentence or a document."""
        return any((self.tokens, self.size, self.sentences, self.documents))

    def __add__(self, other: Tally) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        for tally, rest in (self, other), (other, self):
            # What has nothing in it is read as columns of tags, whatever the others are.
            if not (rest.has_content or tally.tags_tokens):
                return tally
        if self.placed_by != other.placed_by:
            raise UsageError(
                f"spans placed by {self.placed_by}s and by {other.placed_by}s cannot be added"
            )
        if self.match != other.match:
            names = " and ".join(sorted(tally.match or "exact" for tally in (self, other)))
            raise UsageError(f"counts of the matches {names} cannot be added")
        if self.schemes and other.schemes and self.schemes != other.schemes:
            names = " and ".join("/".join(dict.fromkeys(t)) for t in (self.schemes, other.schemes))
            raise UsageError(
                f"counts without what is ill-formed in {names} cannot be added",
                hint="give the scheme, as in scheme='IOB2' (--scheme IOB2)",
            )
        return Tally(
            spans=self.spans + other.spans,
            earned=self.earned + other.earned,
            match=self.match,
            unit=self.unit,
            schemes=self.schemes or other.schemes,
            gold=self.gold + other.gold,
            predicted=self.predicted + other.predicted,
            script=add_types(self.script, other.script),
            gold_number=added(self.gold_number, self.extent, other.gold_number),
            units=self.units + other.units if self.units and other.units else None,
            placed_by=self.placed_by,
            size=self.size + other.size,
            gaps=self.gaps.plus(other.gaps),
            edged=(self.edged[0] + other.edged[0], self.edged[1] + other.edged[1]),
            trimmed=_differences(self.trimmed, other.trimmed),
            **{name: getattr(self, name) + getattr(other, name) for name in SUMS},
        )

    def without_edges(self) -> Tally:
        """Return what would be counted if white space at the edges of spans did not count."""
        return replace(self, spans=+_differences(self.spans, self.trimmed))

    @property
    def credits(self) -> bool:
        """Whether what counts is what spans are credited with; of several modes, exact matches."""
        return self.match not in ("", MODES)

    @property
    def rule(self) -> str:
        """The rule by which units are credited, if any; of several modes, that of the first."""
        return "exact" if self.match == MODES else self.match

    def by_match(self, match: str, unit: int) -> Tally:
        """Return what one of several matches comes to."""
        earned = {one: count for one, count in self.earned.items() if one.match == match}
        return replace(self, earned=Counter(earned), match=match, unit=unit)

    def check_forms(self) -> None:
        """Raise an error if the tags of a side are not all written alike, as in a sum.

        Raises
        ------
        TagError
            If they are not.
        """
        if any(len(side.forms) > 1 for side in self.sides):
            raise TagError("the tags are not all written alike", hint=FORM_HINT)

    def counts(
        self, gold_scheme: str, predicted_scheme: str, reading: str, *, surface: bool = False
    ) -> Counts:
        """Return the counts under a reading, one of `spanf1.core.schemes.READINGS`.

        `error` counts as `lenient` does: who refuses ill-formed spans does so before. If
        `surface`, they are those of distinct texts.
        """

        def adds(span: SpanKey) -> AnyCounts:
            return adds_of(span, gold_scheme, predicted_scheme, strict=reading == "strict")

        types: Mapping[str, AnyCounts]
        if reading == "conlleval":
            types = self.script
        elif self.credits:
            earned = _summed((one.type, one.sums, count) for one, count in self.earned.items())
            types = {name: _whole(sums, self.unit) for name, sums in earned.items()}
        elif surface:
            # A text is on a side, or correct, if one of its spans is.
            forms = _summed(
                (form.type, map(max, zip(*ways, strict=True)), count)
                for form, count in self.forms.items()
                for ways in [[adds(SpanKey(form.type, *shapes)) for shapes in form.shapes]]
            )
            types = {name: TypeCounts(*sums) for name, sums in forms.items()}
        else:
            spans = _summed((span.type, adds(span), count) for span, count in self.spans.items())
            types = {name: TypeCounts(*sums) for name, sums in spans.items()}
        # The script knows no schemes, and compares tags as they are written.
        as_written = gold_scheme == predicted_scheme or reading == "conlleval"
        equal = self.tags_equal if as_written else self.labels_equal
        return Counts(types, self.tokens, equal, self.sentences, self.documents)

    def shapes(self) -> tuple[Counter[int], Counter[int]]:
        """Return how often each shape occurs in gold, and in predictions."""
        gold: Counter[int] = Counter()
        predicted: Counter[int] = Counter()
        for (_, gold_shape, predicted_shape), count in self.spans.items():
            if gold_shape != ABSENT:
                gold[gold_shape] += count
            if predicted_shape != ABSENT:
                predicted[predicted_shape] += count
        return gold, predicted

    @staticmethod
    def in_one_unit(tallies: Sequence[Tally]) -> list[Tally]:
        """Return the tallies of several files with units of one kind.

        They are documents if there are two or more in all; then a file without is one. Where one of
        more documents has sentences, these were asked for.
        """
        if any(t.documents >= 2 and t.units and t.units.kind == "sentence" for t in tallies):
            return [*tallies]
        by_document = any(tally.units and tally.units.kind == "document" for tally in tallies)
        if not by_document and sum(tally.documents for tally in tallies) < 2:
            return [*tallies]
        return [replace(t, units=t.units.as_document() if t.units else None) for t in tallies]


def _differences(first: Counter[SpanKey], second: Counter[SpanKey]) -> Counter[SpanKey]:
    """Return a sum whose counts may be less than nothing."""
    total = first.copy()
    total.update(second)
    return total
