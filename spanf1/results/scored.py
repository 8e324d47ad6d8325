"""A tally read under options: scores, schemes, ill-formed spans, intervals, a signature."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self, cast

from spanf1.core.detection import IllFormed, Schemes, ill_formed, schemes_of
from spanf1.core.fingerprint import spelt
from spanf1.core.options import AUTO, DEFAULTS, MODES, AnyScheme, Confidence, Options, Unit
from spanf1.core.schemes import NO_TAGS
from spanf1.core.scores import (
    AVERAGES,
    NO_SPANS,
    AnyCounts,
    AnyScore,
    AverageName,
    Averages,
    Counts,
    CreditCounts,
    average,
    named,
    ratio,
    score,
    total_of,
)
from spanf1.core.tags import TagForm
from spanf1.core.tally import SIDES, Tally
from spanf1.exceptions import IllFormedError, UsageError, check_known

if TYPE_CHECKING:
    from spanf1.core.credits import Rule
    from spanf1.formats.options import Origin
    from spanf1.results.certainty import Certainty
    from spanf1.results.signature import Signature


@dataclass(frozen=True, repr=False)
class Scored:
    """The figures of predictions against gold, and everything that shaped them.

    Parameters
    ----------
    tally : Tally
        What was counted.
    options : Options
        How it is to be read.
    input : Origin, optional
        Where it came from.
    confidence : Confidence, optional
        How intervals are made, if there are to be some.
    """

    tally: Tally
    options: Options = DEFAULTS
    input: Origin | None = None
    confidence: Confidence | None = None

    @cached_property
    def _shapes(self) -> tuple[Counter[int], Counter[int]]:
        return self.tally.shapes()

    @cached_property
    def _found(self) -> Schemes:
        return schemes_of(self.tally, self.options, self._shapes)

    @property
    def gold_schemes(self) -> list[AnyScheme]:
        """The scheme of the gold tags; if it was detected, all that fit alike, likeliest first.

        It is ``none`` where spans are given as such.
        """
        return self._found.gold

    @property
    def pred_schemes(self) -> list[AnyScheme]:
        """The scheme of the predicted tags, likewise; gold's, if ill-formed spans do not count."""
        return self._found.predicted

    @property
    def own_pred_schemes(self) -> list[AnyScheme]:
        """The schemes that fit the predicted tags best, by themselves; or what was given."""
        return self._found.own_predicted

    @property
    def schemes(self) -> tuple[AnyScheme, AnyScheme]:
        """The schemes that gold and the predictions were read in."""
        return self._found.used

    @cached_property
    def counts(self) -> Counts:
        """Gold, predicted and correct spans by type; tokens, sentences, documents."""
        surface = self.options.match == "surface"
        return self.tally.counts(*self.schemes, self.options.reading, surface=surface)

    @cached_property
    def types(self) -> dict[str, AnyScore]:
        """The score of each type, in alphabetical order or in that of ``options.types``."""
        return {name: self._score(counts) for name, counts in self._type_counts.items()}

    @property
    def _type_counts(self) -> Mapping[str, AnyCounts]:
        types, chosen = self.counts.types, self.options.types
        if isinstance(chosen, str):
            return types
        return {name: types.get(name, self._none) for name in chosen}

    @property
    def _none(self) -> AnyCounts:
        """The counts of no type."""
        return CreditCounts() if self.tally.credits else NO_SPANS

    def _score(self, counts: AnyCounts) -> AnyScore:
        return score(counts, beta=self.options.beta, zero_division=self.options.zero_division)

    @cached_property
    def averages(self) -> Averages:
        """The micro, macro and weighted averages."""
        chosen, rows = self.options.types, self.types
        over = [
            name
            for name, row in rows.items()
            if not (chosen == "gold" and not row.gold)
            and not (chosen == "predicted" and not row.predicted)
        ]
        how = self.options
        return average(rows, over, none=self._none, beta=how.beta, zero_division=how.zero_division)

    @cached_property
    def micro(self) -> AnyScore:
        """The score of all spans together."""
        return self._score(total_of(self._type_counts.values(), self._none))

    @property
    def macro(self) -> AnyScore:
        """The mean over types: macro F1 is the mean of the types' F1."""
        return self.averages.macro

    @property
    def weighted(self) -> AnyScore:
        """The mean over types, each weighing as much as it has spans in gold."""
        return self.averages.weighted

    @property
    def accuracy(self) -> float:
        """The fraction of tokens whose gold and predicted tags are the same.

        Where the two sides are in different schemes, and the reading is not ``conlleval``, it is
        the fraction of tokens that begin, continue, or are outside of a span of the same type on
        both. Where tokens have no tags it is NaN.
        """
        counts = self.counts
        if not self.tally.tags_tokens:
            return math.nan
        return ratio(counts.tokens_correct, counts.tokens, self.options.zero_division)

    @cached_property
    def strict(self) -> AnyScore | None:
        """What the micro average is if ill-formed spans are dropped.

        It is None where spans were put together with those, by another match than an exact one.
        """
        known = not self.tally.credits or self.options.reading == "strict"
        return self.strictly.micro if known else None

    @cached_property
    def modes(self) -> dict[str, Scored]:
        """The modes of SemEval-2013 task 9.1, if the match is ``semeval``; else none."""
        if self.tally.match != MODES:
            return {}
        from spanf1.core.credits import RULES, SEMEVAL

        return {
            mode: Scored(
                self.tally.by_match(rule, RULES[rule].unit),
                replace(self.options, match=rule),
                self.input,
                self.confidence,
            )
            for mode, rule in SEMEVAL.items()
        }

    @cached_property
    def _rule(self) -> Rule | None:
        """The rule by which spans are credited, if they are; of several modes, the first."""
        if not self.tally.match:
            return None
        from spanf1.core.credits import parse_rule

        return parse_rule(self.tally.rule)

    @cached_property
    def outcomes(self) -> dict[str, int]:
        """How many spans are what, if the match puts spans in pairs; for ``semeval``, strictly.

        In SemEval's words ``COR`` earn all, ``PAR`` a part, ``INC`` nothing; ``MIS`` of gold and
        ``SPU`` of the predictions have no partner. ``POS`` are all of gold, ``ACT`` all that are
        predicted. MUC counts slots, two for each span: its type, and its place. FairEval has
        ``TP``, ``FP`` and ``FN``; ``LE`` are of a wrong type, ``BE`` of a wrong boundary, ``LBE``
        of both; of ``BE``, the prediction is in gold (``BES``), gold in it (``BEL``), or neither
        (``BEO``).

        They are those of the types that are scored. A pair counts with gold's type: ``COR + INC +
        PAR + SPU`` is ``ACT`` where all types are scored.
        """
        if self._rule is None:
            return {}
        names = self._rule.outcomes(Counter(), Counter())
        rows = self.type_outcomes.values()
        return {name: sum(row[name] for row in rows) for name in names}

    @cached_property
    def type_outcomes(self) -> dict[str, dict[str, int]]:
        """The `outcomes` of each type."""
        rule = self._rule
        if rule is None:
            return {}
        sides: dict[str, tuple[Counter[str], Counter[str]]] = {
            name: (Counter(), Counter()) for name in self.types
        }
        for one, times in self.tally.earned.items():
            if one.match == rule.name and one.type in sides:
                sides[one.type][not one.sums.gold][one.outcome] += times
        return {name: counts for name, both in sides.items() if (counts := rule.outcomes(*both))}

    @property
    def rates(self) -> dict[str, float]:
        """The rates of errors that go with the match, as fractions of 1; of some there are none.

        ``muc`` has undergeneration, overgeneration, substitution and error (``UND``, ``OVG``,
        ``SUB``, ``ERR``). ``semeval`` has the slot error rate (``SER``), which may be above 1:
        strict ``INC``, ``MIS`` and ``SPU`` are slots substituted, deleted and inserted.
        """
        if self._rule is None:
            return {}
        return self._rule.rates(self.outcomes, self.options.zero_division)

    @cached_property
    def exactly(self) -> Scored:
        """What this is where a span is right or wrong, by place and type."""
        if not self.tally.credits:
            return self
        tally = replace(self.tally, match="", earned=Counter(), units=None)
        return Scored(tally, replace(self.options, match="exact"))

    @cached_property
    def strictly(self) -> Scored:
        """What this is in the reading ``strict``."""
        return Scored(self.tally, replace(self.options, reading="strict"))

    @cached_property
    def ill_formed(self) -> tuple[IllFormed, IllFormed]:
        """The spans that the schemes do not allow, in gold and in predictions."""
        gold, predicted = (
            ill_formed(shapes, side.first, scheme)
            for shapes, side, scheme in zip(
                self._shapes, self.tally.sides, self.schemes, strict=True
            )
        )
        return gold, predicted

    @cached_property
    def certainty(self) -> Certainty | None:
        """The interval of every figure, if `confidence` says how to make it.

        Raises
        ------
        UsageError
            If there is nothing to resample.
        """
        if self.confidence is None:
            return None
        from spanf1.results.certainty import certainty

        return certainty(self.tally, list(self.types), self._used(), self.confidence)

    @property
    def resampling(self) -> Confidence | None:
        """How intervals are made, with what was drawn; None if there are none."""
        how, units = self.confidence, self.tally.units
        return replace(how, unit=cast(Unit, units.kind)) if how and units else how

    def _used(self) -> Options:
        """Return the options with the schemes that were used."""
        gold, predicted = self.schemes
        return replace(self.options, gold_scheme=gold, pred_scheme=predicted)

    def signature(self, average: AverageName = "micro") -> Signature:
        """Return what shaped the F of an average, as a line to cite: ``str(result.signature())``.

        Raises
        ------
        UsageError
            If there is no such average.
        """
        check_known("average", average, AVERAGES)
        from spanf1._version import __version__
        from spanf1.results.signature import Signature

        return Signature(
            average=average,
            options=self._used(),
            tag_forms=tuple(sorted(self.tally.tag_forms - {TagForm().name})),
            outside=self.tally.outside,
            masked=self.tally.masked,
            tokens=self.tally.extent,
            placed_by=self.tally.placed_by,
            gold=int(self.exactly.micro.gold),
            hash=spelt(self.tally.gold_number, self.tally.extent),
            confidence=self.resampling,
            version=__version__,
        )

    def check(self) -> Self:
        """Return this result, unless it cannot be what was asked for.

        Raises
        ------
        IllFormedError
            If the reading is ``error`` and a span is ill-formed: the first one, and where it is.
        UsageError
            If there are to be intervals, and there is nothing to resample.
        """
        self._check_schemes()
        if self.confidence:
            from spanf1.results.certainty import check

            check(self.tally, len(self.types), self._used(), self.confidence)
        if self.options.reading == "error":
            for number, (side, scheme, faults) in enumerate(
                zip(SIDES, self.schemes, self.ill_formed, strict=True)
            ):
                if faults.spans:
                    raise IllFormedError(
                        f"{side} span that is ill-formed in {scheme} ({faults.first_kind}), the "
                        f"first of {faults.spans}",
                        where=self.place(number, faults.first_line),
                        hint="--reading lenient keeps them, strict drops them",
                    )
        return self

    def _check_schemes(self) -> None:
        """Raise an error if a scheme was given for spans, or none for tags."""
        schemes, sides = self.options.schemes, self.tally.sides
        # A scheme for both sides is meant for the one that has tags.
        meant = schemes[0] != schemes[1] or not any(side.tagged for side in sides)
        for name, scheme, side in zip(("gold", "predictions"), schemes, sides, strict=True):
            if side.tagged and scheme == NO_TAGS:
                raise UsageError(f"{name}: these are tags, and have a scheme")
            if scheme not in (AUTO, NO_TAGS) and not side.tagged and meant:
                raise UsageError(f"{name}: these are spans, not tags, and have no scheme {scheme}")
        if self.options.reading == "conlleval" and not self.tally.tags_tokens:
            raise UsageError("the conlleval script counts tags only")

    def place(self, side: int, line: int) -> str:
        """Return a place in the input, for a message: `side` is 0 for gold, 1 for predictions."""
        if self.input is None:
            # Of a sum, no line is known.
            return f"token {line}" if line else ""
        return f"{self.input.files[min(side, len(self.input.files) - 1)]}:{line}"

    def __getitem__(self, name: str) -> AnyScore:
        try:
            return self.types[name]
        except KeyError:
            return named("type", name, self.types, dict(zip(AVERAGES, self.averages, strict=True)))

    def __contains__(self, name: object) -> bool:
        return name in self.types

    def __iter__(self) -> Iterator[str]:
        return iter(self.types)
