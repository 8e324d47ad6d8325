"""A tally read under options: scores, schemes, ill-formed spans, intervals, a signature."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

from spanf1.core.counts import Counts, TypeCounts
from spanf1.core.detection import IllFormed, fitting_schemes, ill_formed
from spanf1.core.fingerprint import spelt
from spanf1.core.options import AUTO, DEFAULTS, Confidence, Options
from spanf1.core.schemes import NO_TAGS
from spanf1.core.scores import Averages, Score, average, ratio, score
from spanf1.core.tags import TagForm
from spanf1.core.tally import TOKEN, Tally
from spanf1.exceptions import IllFormedError, UsageError
from spanf1.formats.options import Origin
from spanf1.results.signature import Signature

if TYPE_CHECKING:
    from spanf1.results.certainty import Certainty


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
    def gold_schemes(self) -> list[str]:
        """The scheme of the gold tags; if it was detected, all that fit alike, likeliest first.

        It is ``none`` where spans are given as such.
        """
        if not self.tally.gold_tagged:
            return [NO_TAGS]
        if self.options.gold_scheme != AUTO:
            return [self.options.gold_scheme]
        gold, predicted = self.tally.shapes()
        like = self.options.pred_scheme
        if not gold and like == AUTO and self.tally.predicted_tagged:
            like = fitting_schemes(predicted, self.tally.predicted_prefixes)[0]
        return fitting_schemes(gold, self.tally.gold_prefixes, like)

    @cached_property
    def pred_schemes(self) -> list[str]:
        """The scheme of the predicted tags, likewise."""
        if not self.tally.predicted_tagged:
            return [NO_TAGS]
        if self.options.pred_scheme != AUTO:
            return [self.options.pred_scheme]
        _, predicted = self.tally.shapes()
        return fitting_schemes(predicted, self.tally.predicted_prefixes, self.gold_schemes[0])

    @property
    def schemes(self) -> tuple[str, str]:
        """The schemes that gold and the predictions were read in."""
        return self.gold_schemes[0], self.pred_schemes[0]

    @cached_property
    def counts(self) -> Counts:
        """Gold, predicted and correct spans by type; tokens, sentences, documents."""
        return self._counts(self.options.reading)

    def _counts(self, reading: str) -> Counts:
        surface = self.options.match == "surface"
        return self.tally.counts(*self.schemes, reading, surface=surface)

    @cached_property
    def types(self) -> dict[str, Score]:
        """The score of each type, in alphabetical order or in that of ``options.types``."""
        return self._types(self.counts)

    def _types(self, counts: Counts) -> dict[str, Score]:
        chosen = self.options.types
        names = counts.types if isinstance(chosen, str) else chosen
        none = TypeCounts()
        return {
            name: score(
                counts.types.get(name, none),
                beta=self.options.beta,
                zero_division=self.options.zero_division,
            )
            for name in names
        }

    @cached_property
    def averages(self) -> Averages:
        """The micro, macro and weighted averages."""
        return self._averages(self.types)

    def _averages(self, types: dict[str, Score]) -> Averages:
        chosen = self.options.types
        over = [
            name
            for name, row in types.items()
            if not (chosen == "gold" and not row.gold)
            and not (chosen == "predicted" and not row.predicted)
        ]
        return average(
            types, over, beta=self.options.beta, zero_division=self.options.zero_division
        )

    @property
    def micro(self) -> Score:
        """The score of all spans together."""
        return self.averages.micro

    @property
    def macro(self) -> Score:
        """The mean over types: macro F1 is the mean of the types' F1."""
        return self.averages.macro

    @property
    def weighted(self) -> Score:
        """The mean over types, each weighing as much as it has spans in gold."""
        return self.averages.weighted

    @property
    def accuracy(self) -> float:
        """The fraction of tokens whose gold and predicted tags are the same.

        Where the two sides are in different schemes, and the reading is not ``conlleval``, it is
        the fraction of tokens that begin, continue, or are outside of a span of the same type on
        both. Where spans are not placed by tokens it is NaN.
        """
        counts = self.counts
        if self.tally.placed_by != TOKEN:
            return math.nan
        return ratio(counts.tokens_correct, counts.tokens, self.options.zero_division)

    @cached_property
    def strict(self) -> Score:
        """What the micro average is if ill-formed spans are dropped."""
        return self._averages(self._types(self._counts("strict"))).micro

    @cached_property
    def ill_formed(self) -> tuple[IllFormed, IllFormed]:
        """The spans that the schemes do not allow, in gold and in predictions."""
        gold, predicted = self.tally.shapes()
        return (
            ill_formed(gold, self.tally.gold_first, self.gold_schemes[0]),
            ill_formed(predicted, self.tally.predicted_first, self.pred_schemes[0]),
        )

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

    def _used(self) -> Options:
        """Return the options with the schemes that were used."""
        gold, predicted = self.schemes
        return replace(self.options, gold_scheme=gold, pred_scheme=predicted)

    def signature(self, average: str = "micro") -> Signature:
        """Return what shaped the F of an average, as a line to cite: ``str(result.signature())``.

        Raises
        ------
        UsageError
            If there is no such average.
        """
        if average not in Averages._fields:
            hint = f"one of {', '.join(Averages._fields)}"
            raise UsageError(f"unknown average {average!r}", hint=hint)
        from spanf1._version import __version__

        forms = self.tally.gold_forms | self.tally.predicted_forms
        return Signature(
            average=average,
            options=self._used(),
            tag_forms=tuple(sorted(forms - {TagForm().name})),
            tokens=self.tally.extent,
            placed_by=self.tally.placed_by,
            gold=self.micro.gold,
            hash=spelt(self.tally.gold_number, self.tally.extent),
            confidence=self.confidence,
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
            sides = ("gold", self.gold_schemes[0]), ("predicted", self.pred_schemes[0])
            for number, ((side, scheme), found) in enumerate(
                zip(sides, self.ill_formed, strict=True)
            ):
                if found.spans:
                    raise IllFormedError(
                        f"{side} span that is ill-formed in {scheme} ({found.first_kind}), the "
                        f"first of {found.spans}",
                        where=self.place(number, found.first_line),
                        hint="--reading lenient keeps them, strict drops them",
                    )
        return self

    def _check_schemes(self) -> None:
        """Raise an error if a scheme was given for spans, or none for tags."""
        tally, options = self.tally, self.options
        given = options.gold_scheme, options.pred_scheme
        tagged = tally.gold_tagged, tally.predicted_tagged
        for side, scheme, has_tags in zip(("gold", "predictions"), given, tagged, strict=True):
            # A scheme for both sides is meant for the one that has tags.
            if has_tags and scheme == NO_TAGS:
                raise UsageError(f"{side}: these are tags, and have a scheme")
            meant = given[0] != given[1] or not any(tagged)
            if scheme not in (AUTO, NO_TAGS) and not has_tags and meant:
                raise UsageError(f"{side}: these are spans, not tags, and have no scheme {scheme}")
        if options.reading == "conlleval" and tally.placed_by != TOKEN:
            raise UsageError("the conlleval script counts tags only")

    def place(self, side: int, line: int) -> str:
        """Return a place in the input, for a message: `side` is 0 for gold, 1 for predictions."""
        if self.input is None:
            return f"token {line}"
        return f"{self.input.files[min(side, len(self.input.files) - 1)]}:{line}"

    def __getitem__(self, name: str) -> Score:
        return self.types[name]

    def __contains__(self, name: object) -> bool:
        return name in self.types

    def __iter__(self) -> Iterator[str]:
        return iter(self.types)
