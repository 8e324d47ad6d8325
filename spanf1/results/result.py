"""The result of scoring: figures that print, add up, and go to JSON and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from spanf1.core.options import Confidence, Options
from spanf1.core.scores import Score
from spanf1.core.tally import CHARACTER
from spanf1.exceptions import UsageError
from spanf1.formats.described import Input
from spanf1.results.scored import Scored
from spanf1.results.storing import as_count, as_name, data_of, tally_of

if TYPE_CHECKING:
    from spanf1.results.certainty import Intervals


@dataclass(frozen=True, repr=False)
class Result(Scored):
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
        from spanf1.render.text import text
        from spanf1.results.report import report_of

        return text(report_of(self))

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
