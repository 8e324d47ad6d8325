"""The result of scoring: figures that print, add up, go to JSON and back, and are made anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from spanf1.core.options import AUTO, Confidence, Options, confidence_from
from spanf1.core.scores import AVERAGES, AnyScore
from spanf1.core.tally import CHARACTER, SIDES
from spanf1.exceptions import InputError, UsageError
from spanf1.levels.levels import LEVELS
from spanf1.render.reported import Reported
from spanf1.results.scored import Scored
from spanf1.wording import finite

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes

    from spanf1.levels.results import TokenResult
    from spanf1.pictures.look import LookKeywords
    from spanf1.results.advice import Advice
    from spanf1.results.certainty import Intervals
    from spanf1.results.picture import ScoreDisplay
    from spanf1.results.signature import Signature


@dataclass(frozen=True, repr=False)
class Result(Scored, Reported):
    """The scores of predictions against gold.

    ``result["PER"]`` is a type's `Score`, and ``result["micro"]``, ``["macro"]`` and
    ``["weighted"]`` are those of the averages. A type that is called so comes first;
    ``result.micro`` is the average whatever types are called. ``str(result)`` is the table.
    ``a + b`` is the result of both inputs together, exactly as if they were one: counts are added,
    never ratios. (Under the reading ``conlleval`` they are so where every tag but ``O`` has a type:
    without one, the script can take two sentences for one.)

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

    Notes
    -----
    Where nothing is predicted precision is 0/0, where gold has nothing recall is, and F is where
    both: then each is ``options.zero_division``.

    Examples
    --------
    >>> import spanf1
    >>> result = spanf1.evaluate([["B-PER", "O", "B-LOC"]], [["B-PER", "O", "O"]])
    >>> result["PER"].f1, result["macro"].f1, result["micro"].recall
    (1.0, 0.5, 0.5)
    >>> [*result], "PER" in result, "micro" in result
    (['LOC', 'PER'], True, False)
    >>> result["PERS"]
    Traceback (most recent call last):
        ...
    spanf1.exceptions.UnknownNameError: no type is called 'PERS': there are LOC, PER, besides \
micro, macro, weighted
    hint: did you mean PER?
    >>> print(result.to_csv(digits=2), end="")
    row,name,precision,recall,f1,gold,predicted,correct
    type,LOC,0.00,0.00,0.00,1,0,0
    type,PER,1.00,1.00,1.00,1,1,1
    micro,micro,1.00,0.50,0.67,2,1,1
    macro,macro,0.50,0.50,0.50,2,1,1
    weighted,weighted,0.50,0.50,0.50,2,1,1
    """

    _reporter = "spanf1.results.report", "report_of"

    def __add__(self, other: Result) -> Result:
        if not isinstance(other, Result):
            return NotImplemented
        if (self.options, self.confidence) != (other.options, other.confidence):
            raise UsageError("results with different options cannot be added")
        if self.options.match == "surface":
            raise UsageError("scores of surface forms cannot be added: both may have the same form")
        tallies = [self.tally, other.tally]
        if self.confidence and self.confidence.unit == AUTO:
            tallies = self.tally.in_one_unit(tallies)
        total = tallies[0] + tallies[1]
        if self.input or other.input:
            # Lines of several files have no common numbers.
            sides = {name: replace(getattr(total, name), first={}) for name in SIDES}
            total = replace(total, **sides)
        return Result(total, self.options, None, self.confidence)

    def __radd__(self, other: object) -> Result:
        # sum() begins with 0
        return self if other == 0 else NotImplemented

    def with_intervals(self, confidence: Confidence | None) -> Result:
        """Return this result with intervals, or without; raises as `check`."""
        result = replace(self, confidence=confidence)
        return result.check()

    def __repr__(self) -> str:
        micro = self.micro
        return (
            f"<Result: micro F1 {micro.f1:.4f}, {micro.gold} gold, {micro.predicted} predicted, "
            f"{micro.correct} correct>"
        )

    def plot(
        self, ax: Axes | None = None, *, limit: int | None = None, **look: Unpack[LookKeywords]
    ) -> ScoreDisplay:
        """Draw bars of the F of each type and average, with intervals, precision and recall.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own, `ScoreDisplay.figure_`.
        limit : int, optional
            How many types to draw at most, those with most gold spans; 40 by default.
        **look
            Of a figure of its own: ``width`` in centimetres, or ``column`` or ``page``;
            ``font_size`` in points; ``font``, the name of an installed one.

        Raises
        ------
        UsageError
            If matplotlib is not installed, or there is nothing to draw.
        """
        from spanf1.results.picture import ScoreDisplay

        return ScoreDisplay.from_result(self, ax, limit=limit, **look)

    def advice(self) -> list[Advice]:
        """Return what the figures mean in plain words, and no more than their intervals support.

        Each says what to look at next, and the command that shows it: see `Advice`.

        Examples
        --------
        >>> import spanf1
        >>> gold = [["B-PER"] + ["O"] * 99]
        >>> for entry in spanf1.evaluate(gold, [["O"] * 100]).advice()[:2]:
        ...     print(entry.kind, "|", entry.text[:71])
        band | Micro F1 is 0.00, which is failing (below 30).
        imbalance | Accuracy is 99.00, and F1 0.00: the classes are out of balance. Nothing
        """
        from spanf1.results.advice import advice_of

        return advice_of(self)

    def to_dict(self, *, keep_units: bool = False) -> dict[str, Any]:
        """Return everything as plain data that JSON can carry; the inverse of `from_dict`.

        Scores are fractions of 1; NaN is given as None. ``tally`` is what was counted before a
        scheme and a reading were chosen: from it, and ``options``, all the rest follows.

        Parameters
        ----------
        keep_units : bool
            Whether it is to have what each sentence, or document, has, as it was counted for
            intervals: from that, intervals follow, too, also of a sum.

        Raises
        ------
        UsageError
            If that was not counted, or there are no intervals of it.
        """
        from spanf1._version import __version__
        from spanf1.formats.stored import data_of_options
        from spanf1.results.stored import data_of, data_of_units

        counts, certainty = self.counts, self.certainty
        kept = {}
        if keep_units:
            from spanf1.results.certainty import units_of

            kept["units"] = data_of_units(units_of(self.tally, self.options, AUTO))
        return {
            "spanf1": __version__,
            "signature": str(self.signature()),
            "types": {
                name: self._figures(row, certainty and certainty.types[name])
                | _outcomes(self, name)
                for name, row in self.types.items()
            },
            **{
                name: self._figures(row, certainty and certainty.averages[name])
                for name, row in self.averages._asdict().items()
            },
            "tokens": counts.tokens,
            "tokens_correct": counts.tokens_correct,
            "accuracy": finite(self.accuracy),
            "sentences": counts.sentences,
            "documents": counts.documents,
            **({"characters": self.tally.size} if self.tally.placed_by == CHARACTER else {}),
            "schemes": {
                side: {"name": fitting[0], "fitting": fitting}
                for side, fitting in zip(SIDES, (self.gold_schemes, self.pred_schemes), strict=True)
            },
            "ill_formed": {
                side: faults._asdict() for side, faults in zip(SIDES, self.ill_formed, strict=True)
            },
            "strict": self.strict and self._figures(self.strict),
            **({"outcomes": self.outcomes} if self.outcomes else {}),
            **({"rates": _rates(self)} if self.rates else {}),
            **({"modes": self._modes()} if self.modes else {}),
            "options": data_of_options(self.options),
            "confidence": certainty
            and {
                **asdict(self.resampling or Confidence()),
                "units": certainty.units,
                "few_types": [*certainty.few_types],
            },
            "input": self.input and self.input.to_dict(),
            "tally": data_of(self.tally) | kept,
        }

    def _modes(self) -> dict[str, Any]:
        """Return the figures of the modes of SemEval, and what their spans are."""
        return {
            name: {
                **self._figures(mode.micro, mode.certainty and mode.certainty.averages["micro"]),
                **mode.outcomes,
                **_rates(mode),
                "types": {
                    kind: self._figures(row) | _outcomes(mode, kind)
                    for kind, row in mode.types.items()
                },
            }
            for name, mode in self.modes.items()
        }

    def _figures(self, row: AnyScore, intervals: Intervals | None = None) -> dict[str, Any]:
        """Return a score by name, and its intervals; F-beta only where beta is not 1."""
        left_out = {"fbeta"} if self.options.beta == 1 else set()
        figures: dict[str, Any] = {
            name: finite(value) for name, value in row._asdict().items() if name not in left_out
        }
        if intervals:
            figures["intervals"] = {
                name: [*map(finite, ends)]
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
        from spanf1.formats.stored import options_from, origin_from, result_read
        from spanf1.results.stored import tally_from

        with result_read():
            if (level := data.get("level")) in [*LEVELS]:
                raise UsageError(
                    f"these are figures of level {level}, and results of spans alone are read",
                    hint="spanf1 score FILE --format json, without --level, makes results of spans",
                )
            options = options_from(data["options"])
            return cls(tally_from(data["tally"]), options, origin_from(data["input"]))


def _outcomes(result: Scored, name: str) -> dict[str, Any]:
    """Return how many spans of a type are what, if the match has words for it."""
    counts = result.type_outcomes.get(name)
    return {"outcomes": counts} if counts else {}


def _rates(result: Scored) -> dict[str, float | None]:
    return {name: finite(rate) for name, rate in result.rates.items()}


# Of spans, or of tokens.
_Added = TypeVar("_Added", "Result", "TokenResult")


def total_of(results: Iterable[_Added], unit: str = "") -> _Added:
    """Return the result of several inputs together, which are added one by one, in order.

    Parameters
    ----------
    results : iterable of Result or TokenResult
        Those of the inputs, of one kind, one at least.
    unit : str
        What is drawn, if there are no intervals, and units are kept for later.
    """
    remaining: Iterator[Any] = iter(results)
    total: _Added = next(remaining)
    unit = total.confidence.unit if total.confidence else unit
    if unit == AUTO and total.tally.units:
        # All at once: what one marks says what is drawn of the others.
        several = [total, *remaining]
        tallies = total.tally.in_one_unit([result.tally for result in several])
        remaining = (replace(r, tally=t) for r, t in zip(several, tallies, strict=True))
        total = next(remaining)
    for result in remaining:
        total += result
    return total


# Figures that are nearer to each other than this are the same.
_TOLERANCE = 1e-9
_TOLD = "outcomes", "rates"
_SUMS = ("tokens", "tokens_correct", "sentences", "documents", "accuracy")


def rescore(
    data: Mapping[str, Any],
    signature: Signature | str | None = None,
    *,
    confidence: float | Confidence | None = None,
) -> Result:
    """Return the result that a results file holds, scored again from its counts.

    Parameters
    ----------
    data : mapping
        What `Result.to_dict` gave, also by way of JSON.
    signature : Signature or str, optional
        How to score, where that is not as the file says: its schemes, reading, types, beta,
        match and 0/0 are used.
    confidence : float or Confidence, optional
        As for `spanf1.evaluate`: the data is to have its units (``to_dict(keep_units=True)``).

    Raises
    ------
    UsageError
        If the data is not of that form, or lacks what the signature or the intervals need.
    InputError
        If a figure in the data is not what its own counts give.
    """
    intervals = confidence_from(confidence)
    return rescored(Result.from_dict(data), data, signature, intervals)


def rescored(
    result: Result,
    data: Mapping[str, Any],
    signature: Signature | str | None = None,
    confidence: Confidence | None = None,
) -> Result:
    """Return what `rescore` does, given also the result that the data has; raises as that."""
    from spanf1.results.signature import Signature

    if signature is None:
        _check(data, result)
        return result.with_intervals(confidence)
    if isinstance(signature, str):
        signature = Signature.parse(signature)
    if signature.level != "span":
        raise UsageError(
            f"the signature is of level {signature.level}, and the result is of spans",
            hint=f"spanf1 score FILE --level {signature.level} makes one of that level",
        )
    if signature.threshold:
        raise UsageError(
            "the signature is of predictions above a threshold, and the result is of all",
            hint="spanf1 sweep GOLD PRED --apply THRESHOLD -o FILE writes what is kept",
        )
    _check_counted(result, signature.options)
    return replace(result, options=signature.options).with_intervals(confidence)


def _check_counted(result: Result, options: Options) -> None:
    """Raise an error if a result was not counted in a way that other options need."""
    counted, spans = result.tally, bool(result.tally.spans)
    if options.reading == "conlleval" and not counted.script and spans:
        raise UsageError(
            "the file does not have what the conlleval script counts",
            hint="spanf1 score FILE --reading conlleval counts it",
        )
    if options.reading != "conlleval" and counted.script and counted.documents:
        raise UsageError(
            "the file was read as the conlleval script does, which takes -DOCSTART- for a token",
            hint=f"spanf1 score FILE --reading {options.reading} does not",
        )
    if options.match == "surface" and not counted.forms and spans:
        raise UsageError(
            "the file does not say what surface forms there are",
            hint="spanf1 score FILE --match surface counts them",
        )
    by_place = ("exact", "surface")
    chosen = [given.match for given in (options, result.options) if given.match not in by_place]
    dropped_in = [
        given.reading == "strict" and schemes
        for given, schemes in ((options, options.schemes), (result.options, result.schemes))
    ]
    if counted.match and options.match == counted.match and dropped_in[0] != dropped_in[1]:
        raise UsageError(
            f"match {options.match} puts spans together after ill-formed ones are dropped: "
            "whether, and in which scheme, cannot be chosen later",
            hint=f"spanf1 score FILE takes --match {options.match} with --reading and --scheme",
        )
    if (chosen and len(chosen) < 2) or len({*chosen}) > 1:
        raise UsageError(
            f"the file has counts of match {result.options.match}, not of {options.match}",
            hint=f"spanf1 score FILE --match {options.match} makes them",
        )
    if options.normalize != result.options.normalize:
        raise UsageError("what makes no difference between texts cannot be chosen later")
    if options.missing != result.options.missing:
        raise UsageError(
            "what is done about tokens without a prediction cannot be chosen later",
            hint="spanf1 score FILE takes --missing",
        )
    if options.trim != result.options.trim:
        raise UsageError(
            "whether white space at the edges of spans counts cannot be chosen later",
            hint="spanf1 score FILE takes --trim",
        )
    if options.type_map != result.options.type_map:
        raise UsageError(
            "what types are called, and which are ignored, cannot be chosen later",
            hint="spanf1 score FILE takes --map and --ignore",
        )


def _check(data: Mapping[str, Any], result: Result) -> None:
    """Raise an error if a figure is not what the counts give."""
    _check_signature(data, result)
    counted = result.to_dict()
    rows = {name: (data.get(name), counted[name]) for name in AVERAGES}
    rows |= {name: ({name: data.get(name)}, {name: counted[name]}) for name in _SUMS}
    stored = data.get("types")
    if not isinstance(stored, dict) or stored.keys() != counted["types"].keys():
        raise InputError("types: these are not those that the counts in the file give")
    rows |= {name: (data.get(name), counted[name]) for name in _TOLD if name in counted}
    rows |= {f"types.{name}": (stored[name], row) for name, row in counted["types"].items()}
    for place, (row, expected) in rows.items():
        if not isinstance(row, dict):
            raise InputError(f"{place}: there are no figures")
        for name, value in expected.items():
            if not same(row.get(name), value):
                raise InputError(f"{place}.{name}: this is not what the counts in the file give")


def _check_signature(data: Mapping[str, Any], result: Result) -> None:
    """Raise an error if the line in the data is not that of the counts; intervals are not read."""
    from spanf1.results.signature import Signature

    line = data.get("signature")
    if not isinstance(line, str):
        raise InputError("signature: there is none")
    stored, counted = Signature.parse(line), result.signature()
    if replace(stored, version=counted.version, confidence=None) != counted:
        raise InputError("signature: this is not what the counts in the file give")


def check_sums(data: Mapping[str, Any], result: Result | TokenResult) -> None:
    """Raise an error if sums are not what the counts give: what can be told in no time.

    Raises
    ------
    InputError
        If one is not.
    """
    micro = data.get("micro")
    stored = micro if isinstance(micro, dict) else {}
    # F-beta is left out where beta is 1.
    figures = {n: finite(v) for n, v in result.micro._asdict().items() if n != "fbeta"}
    pairs = {f"micro.{n}": (stored.get(n), v) for n, v in figures.items()}
    sums = "tokens", "sentences", "documents"
    pairs |= {name: (data.get(name), getattr(result.tally, name)) for name in sums}
    for name, values in pairs.items():
        if not same(*values):
            raise InputError(f"{name}: this is not what the counts in the file give")


def same(stored: object, counted: object) -> bool:
    """Return whether a stored figure is what the counts give."""
    if isinstance(stored, float) and isinstance(counted, int | float):
        # Its last digits may differ.
        return abs(stored - counted) <= _TOLERANCE
    return stored == counted
