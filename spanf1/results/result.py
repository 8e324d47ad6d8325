"""What a scored input comes to: scores, counts, and everything that shaped them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from spanf1.core.counts import CHARACTER, TOKEN, Counts, Tally, TypeCounts
from spanf1.core.detection import IllFormed, fitting_schemes, ill_formed
from spanf1.core.fingerprint import spelt
from spanf1.core.options import AUTO, DEFAULTS, Confidence, Options
from spanf1.core.schemes import NO_TAGS
from spanf1.core.scores import Averages, Score, average, ratio, score
from spanf1.core.tags import TagForm
from spanf1.exceptions import IllFormedError, UsageError
from spanf1.results.signature import Signature
from spanf1.results.storing import as_count, as_name, data_of, tally_of

if TYPE_CHECKING:
    from spanf1.results.certainty import Certainty, Intervals


class Input(NamedTuple):
    """What was read.

    `files` are one path, or two, gold first; `delimiters` and `columns` describe the lines of
    each: what separates the columns, and how many there are. The columns of the tags, and of the
    tokens that were compared (0: none were), are numbered from 1. `aligned` is ``line``,
    ``token`` or ``position``.

    JSON Lines have no columns: the delimiter is ``jsonl``, and `keys` are those of the gold and
    the predicted tags, the tokens that were compared and the ids, empty where there are none.
    Two such files are aligned by ``id``, ``order`` or ``position``. So it is with all formats but
    columns; see `spanf1.formats.registry`. `remarks` say what was left out of them.
    """

    files: tuple[str, ...]
    delimiters: tuple[str, ...]
    columns: tuple[int, ...]
    gold_column: int
    pred_column: int
    token_column: int
    aligned: str
    keys: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Result:
    """The scores of predictions against gold.

    ``result["PER"]`` is a type's `Score`, ``result.micro.f1`` an average's F1, ``str(result)``
    the table. ``a + b`` is the result of both inputs together, exactly as if they were one:
    counts are added, never ratios. (Under the reading ``conlleval`` they are so where every tag
    but ``O`` has a type: without one, the script can take two sentences for one.)

    Parameters
    ----------
    tally : Tally
        What was counted.
    options : Options
        How it is to be read.
    input : Input, optional
        Where it came from.
    confidence : Confidence, optional
        How intervals are made, if there are to be some.

    Notes
    -----
    Where nothing is predicted precision is 0/0, where gold has nothing recall is, and F is where
    both: then each is ``options.zero_division``.
    """

    tally: Tally
    options: Options = DEFAULTS
    input: Input | None = None
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

    def check(self) -> Result:
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

    def __add__(self, other: Result) -> Result:
        if not isinstance(other, Result):
            return NotImplemented
        if (self.options, self.confidence) != (other.options, other.confidence):
            raise UsageError("results with different options cannot be added")
        if self.options.match == "surface":
            raise UsageError("scores of surface forms cannot be added: both may have the same form")
        total = self.tally + other.tally
        if self.input or other.input:
            # Lines of several files have no common numbers.
            total.gold_first, total.predicted_first = {}, {}
        return Result(total, self.options, None, self.confidence)

    def __radd__(self, other: object) -> Result:
        # sum() begins with 0
        return self if other == 0 else NotImplemented

    def __repr__(self) -> str:
        micro = self.micro
        return (
            f"<Result: micro F1 {micro.f1:.4f}, {micro.gold} gold, {micro.predicted} predicted, "
            f"{micro.correct} correct>"
        )

    def __str__(self) -> str:
        # The one import that points down the house: a result prints itself as the report does.
        from spanf1.results.table import table

        return table(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data that JSON can carry; the inverse of `from_dict`.

        Scores are fractions of 1; NaN is given as None. ``tally`` is what was counted before a
        scheme and a reading were chosen: from it, and ``options``, all the rest follows.
        """
        from spanf1._version import __version__

        counts, certainty = self.counts, self.certainty
        gold, predicted = self.ill_formed
        return {
            "spanf1": __version__,
            "signature": str(self.signature()),
            "types": {
                name: self._figures(row, certainty and certainty.types[name])
                for name, row in self.types.items()
            },
            **{
                name: self._figures(row, certainty and certainty.averages[name])
                for name, row in self.averages._asdict().items()
            },
            "tokens": counts.tokens,
            "tokens_correct": counts.tokens_correct,
            "accuracy": _number(self.accuracy),
            "sentences": counts.sentences,
            "documents": counts.documents,
            **({"characters": self.tally.size} if self.tally.placed_by == CHARACTER else {}),
            "schemes": {
                "gold": {"name": self.gold_schemes[0], "fitting": self.gold_schemes},
                "predicted": {"name": self.pred_schemes[0], "fitting": self.pred_schemes},
            },
            "ill_formed": {"gold": gold._asdict(), "predicted": predicted._asdict()},
            "strict": self._figures(self.strict),
            "options": _plain(asdict(self.options)),
            "confidence": certainty
            and {**asdict(self.confidence or Confidence()), "units": certainty.units},
            "input": None if self.input is None else _plain(self.input._asdict()),
            "tally": data_of(self.tally),
        }

    def _figures(self, row: Score, intervals: Intervals | None = None) -> dict[str, Any]:
        """Return a score by name, and its intervals; F-beta only where beta is not 1."""
        left_out = {"fbeta"} if self.options.beta == 1 else set()
        figures: dict[str, Any] = {
            name: _number(value) for name, value in row._asdict().items() if name not in left_out
        }
        if intervals:
            figures["intervals"] = {
                name: [*map(_number, ends)]
                for name, ends in intervals._asdict().items()
                if name not in left_out
            }
        return figures

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Result:
        """Return the result that `to_dict` gave the data of, also by way of JSON.

        Only ``options``, ``input`` and ``tally`` are read.

        Raises
        ------
        UsageError
            If the data is not of that form.
        """
        try:
            options = dict(data["options"])
            if isinstance(options["types"], list):
                options["types"] = tuple(options["types"])
            source = data["input"]
            found = cls(
                tally_of(data["tally"]),
                Options(**options),
                None if source is None else _input_from_dict(source),
            )
            names = () if isinstance(found.options.types, str) else found.options.types
            for name in names:
                as_name(name)
            return found
        except (LookupError, TypeError, AttributeError, ValueError, OverflowError) as error:
            if isinstance(error, UsageError):
                raise
            raise UsageError(f"this is not a result of spanf1 ({error!r})") from error


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return data with lists for tuples, and text for numbers that JSON does not have."""

    def plain(value: object) -> object:
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        return list(value) if isinstance(value, tuple) else value

    return {name: plain(value) for name, value in data.items()}


def _input_from_dict(data: Mapping[str, Any]) -> Input:
    files, delimiters = (tuple(map(str, data[name])) for name in ("files", "delimiters"))
    columns = tuple(map(as_count, data["columns"]))
    if not 1 <= len(files) == len(delimiters) == len(columns) <= 2:
        raise ValueError(files)
    gold, predicted, token = (
        as_count(data[f"{name}_column"]) for name in ("gold", "pred", "token")
    )
    keys = tuple(map(as_name, data.get("keys", ())))
    if len(keys) not in (0, 4):
        raise ValueError(keys)
    aligned = as_name(data["aligned"])
    remarks = tuple(map(as_name, data.get("remarks", ())))
    return Input(files, delimiters, columns, gold, predicted, token, aligned, keys, remarks)
