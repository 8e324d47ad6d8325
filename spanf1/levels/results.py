"""Results at levels other than that of spans: figures that print, add up, and go to JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spanf1.exceptions import UsageError
from spanf1.levels.classes import TokenScores
from spanf1.levels.report import data_of_tokens, data_of_wholes
from spanf1.levels.wholes import WholeScores
from spanf1.render.reported import Reported


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
