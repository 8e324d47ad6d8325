"""Results at levels other than that of spans: figures that print, add up, and go to JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spanf1.core.options import AUTO, UNITS, Confidence, Options
from spanf1.core.schemes import PREFIXES
from spanf1.core.tags import Gaps
from spanf1.core.tally import TOKEN
from spanf1.exceptions import UsageError
from spanf1.formats.stored import as_count, as_name, options_from, origin_from, result_read
from spanf1.levels.classes import TokenScores
from spanf1.levels.levels import LEVELS
from spanf1.levels.report import data_of_tokens, data_of_wholes
from spanf1.levels.tokens import Cell, Tag, TokenTally, UnitCells
from spanf1.levels.wholes import WholeScores
from spanf1.render.reported import Reported
from spanf1.wording import printable

# So many units there may be, and spans in one, where figures are made of stored counts.
_MOST = 1 << 30


@dataclass(frozen=True, repr=False)
class TokenResult(TokenScores, Reported):
    """The scores of tokens, or labels; see `TokenScores`. ``str(result)`` is the report.

    ``a + b`` is the result of both inputs together: counts are added.
    """

    _reporter = "spanf1.levels.report", "report_of_tokens"

    def __add__(self, other: TokenResult) -> TokenResult:
        if not isinstance(other, TokenResult):
            return NotImplemented
        if (self.options, self.confidence) != (other.options, other.confidence):
            raise UsageError("results with different options cannot be added")
        tallies = [self.tally, other.tally]
        if self.confidence and self.confidence.unit == AUTO:
            tallies = self.tally.in_one_unit(tallies)
        return TokenResult(tallies[0] + tallies[1], self.options, None, self.confidence)

    def __radd__(self, other: object) -> TokenResult:
        # sum() begins with 0
        return self if other == 0 else NotImplemented

    def __repr__(self) -> str:
        return f"<TokenResult: accuracy {self.accuracy:.4f}, {self.tokens} tokens>"

    def with_intervals(self, confidence: Confidence | None) -> TokenResult:
        """Return this result with intervals, or without.

        Raises
        ------
        UsageError
            If it does not have the units that they need.
        """
        units = self.tally.units
        if confidence and (units is None or confidence.unit not in (AUTO, units.kind)):
            unit = "" if confidence.unit == AUTO else f" --confidence 0.95 --unit {confidence.unit}"
            raise UsageError(
                f"the tokens of each {'sentence' if not unit else confidence.unit} were not kept",
                hint=f"spanf1 score FILE --level token --format json --keep-units{unit} keeps them",
            )
        return replace(self, confidence=confidence)

    def to_dict(self, *, keep_units: bool = False) -> dict[str, Any]:
        """Return everything as plain data that JSON can carry; NaN is given as None.

        Parameters
        ----------
        keep_units : bool
            Whether it is to have what each unit has, if that was counted, as for intervals.
        """
        return data_of_tokens(self, keep_units=keep_units)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TokenResult:
        """Return the result that `to_dict` gave the data of, also by way of JSON.

        Only ``options``, ``input`` and ``tally`` are read. Intervals are left out:
        `with_intervals` makes them, where the data has what each unit has.

        Raises
        ------
        UsageError
            If the data is not of that form.
        """
        with result_read():
            _check_level(data, "token")
            tally = _tally_from(data["tally"])
            return cls(tally, options_from(data["options"]), origin_from(data["input"]))


@dataclass(frozen=True, repr=False, eq=False)
class WholeResult(WholeScores, Reported):
    """How many sentences or documents are right in all; see `WholeScores`.

    ``str(result)`` is the report.
    """

    _reporter = "spanf1.levels.report", "report_of_wholes"

    def __repr__(self) -> str:
        return f"<WholeResult: {self.all.right} of {self.all.of} {self.noun}s right>"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data that JSON can carry; NaN is given as None."""
        return data_of_wholes(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> WholeResult:
        """Return the result that `to_dict` gave the data of, also by way of JSON.

        ``level``, ``signature``, ``facts``, ``options``, ``input``, ``tally`` and how intervals
        were made are read; the intervals are made anew.

        Raises
        ------
        UsageError
            If the data is not of that form.
        """
        with result_read():
            _check_level(data, "sentence", "document")
            tally, how, source = data["tally"], data["confidence"], origin_from(data["input"])
            rows = [[*map(as_count, row)] for row in tally["counts"]]
            counts = np.array(rows, np.int64).reshape(-1, 4)
            if (counts[:, 2] > counts[:, :2].min(axis=1, initial=1 << 62)).any():
                raise ValueError("more is correct than there is")
            if (counts > _MOST).any():
                raise ValueError("a count is too large")
            numbers = data["options"]
            options = Options(
                beta=float(numbers["beta"]), zero_division=float(numbers["zero_division"])
            )
            if how is not None:
                how = Confidence(**{name: how[name] for name in how.keys() - {"units"}})
            return cls(
                data["level"],
                printable(tally["noun"]),
                counts[:, :3],
                counts[:, 3],
                options.beta,
                options.zero_division,
                how,
                [(printable(heading), printable(line)) for heading, line in data["facts"]],
                printable(data["signature"]),
                as_count(tally["documents"]),
                source and source.to_dict(),
            )


def _check_level(data: Mapping[str, Any], *levels: str) -> None:
    """Raise an error if data is of another level."""
    level = data.get("level", "span")
    if level in LEVELS and level not in levels:
        raise UsageError(
            f"these are figures of level {level}, and results of level {' or '.join(levels)} are "
            "read here",
            hint="Result.from_dict reads those of spans, TokenResult.from_dict those of tokens, "
            "WholeResult.from_dict those of sentences and documents",
        )
    if level not in levels:
        raise ValueError(level)


def _units_from(data: Mapping[str, Any], counted: Counter[Cell]) -> UnitCells:
    """Return the units that a result has the data of, which are to have what was counted."""
    cells = tuple(_cell_from(tags) for tags in data["cells"])
    kept = [[*map(as_count, row)] for row in data["rows"]]
    rows = np.zeros((len(kept), len(cells)), np.int64)
    for number, (_, *pairs) in enumerate(kept):
        rows[number, pairs[::2]] = pairs[1::2]
    weight = np.array([row[0] for row in kept], np.int64)
    sums = Counter(dict(zip(cells, (weight @ rows).tolist(), strict=True)))
    if len(sums) < len(cells) or +sums != +counted or sum(row[0] for row in kept) > _MOST:
        raise ValueError("units that do not have the tokens that were counted")
    kind = (TOKEN, *UNITS)[(TOKEN, *UNITS).index(data["kind"])]
    return UnitCells(kind, cells, rows, weight, len(rows))


def _cell_from(tags: Iterable[object]) -> Cell:
    prefix, name, other_prefix, other = map(as_name, tags)
    if not {prefix, other_prefix} <= {*PREFIXES}:
        raise ValueError(tags)
    return Tag(prefix, name), Tag(other_prefix, other)


def _tally_from(data: Mapping[str, Any]) -> TokenTally:
    """Return the tally of tokens that a result has the data of."""
    cells: Counter[Cell] = Counter()
    for *tags, count in data["cells"]:
        cells[_cell_from(tags)] += as_count(count)
    units = data.get("units")
    return TokenTally(
        cells=cells,
        prefixed=data["prefixed"] is True,
        sentences=as_count(data["sentences"]),
        documents=as_count(data["documents"]),
        outside=frozenset(map(as_name, data["outside"])),
        masked=frozenset(map(as_name, data["masked"])),
        gaps=Gaps(*map(as_count, data["gaps"])),
        gold_number=int(data["gold_number"], 16),
        units=_units_from(units, cells) if units else None,
    )
