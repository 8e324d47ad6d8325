"""Results at levels other than that of spans: figures that print, add up, and go to JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spanf1.core.options import Confidence, Options
from spanf1.core.schemes import PREFIXES
from spanf1.core.tags import Gaps
from spanf1.exceptions import UsageError
from spanf1.formats.stored import as_count, as_name, options_from, origin_from, result_read
from spanf1.levels.classes import TokenScores
from spanf1.levels.levels import LEVELS
from spanf1.levels.report import data_of_tokens, data_of_wholes
from spanf1.levels.tokens import Cell, Tag, TokenTally
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
        return TokenResult(self.tally + other.tally, self.options, None, self.confidence)

    def __radd__(self, other: object) -> TokenResult:
        # sum() begins with 0
        return self if other == 0 else NotImplemented

    def __repr__(self) -> str:
        return f"<TokenResult: accuracy {self.accuracy:.4f}, {self.tokens} tokens>"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data that JSON can carry; NaN is given as None."""
        return data_of_tokens(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TokenResult:
        """Return the result that `to_dict` gave the data of, also by way of JSON.

        Only ``options``, ``input`` and ``tally`` are read. Intervals need what each unit has, and
        are left out.

        Raises
        ------
        UsageError
            If the data is not of that form.
        """
        with result_read():
            _check_level(data, "token")
            tally = _tally_from(data["tally"])
            return cls(tally, options_from(data["options"]), origin_from(data["input"]))


@dataclass(frozen=True, repr=False)
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


def _tally_from(data: Mapping[str, Any]) -> TokenTally:
    """Return the tally of tokens that a result has the data of."""
    cells: Counter[Cell] = Counter()
    for *tags, count in data["cells"]:
        prefix, name, other_prefix, other = map(as_name, tags)
        if not {prefix, other_prefix} <= {*PREFIXES}:
            raise ValueError(tags)
        cells[Tag(prefix, name), Tag(other_prefix, other)] += as_count(count)
    return TokenTally(
        cells=cells,
        prefixed=data["prefixed"] is True,
        sentences=as_count(data["sentences"]),
        documents=as_count(data["documents"]),
        outside=frozenset(map(as_name, data["outside"])),
        masked=frozenset(map(as_name, data["masked"])),
        gaps=Gaps(*map(as_count, data["gaps"])),
        gold_number=int(data["gold_number"], 16),
    )
