"""What shapes the numbers, besides the tags: schemes, reading, averages."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from spanf1.errors import UsageError
from spanf1.schemes import READINGS, SCHEME_NAMES

AUTO = "auto"

#: what `Options.types` may say instead of naming types
TYPE_SETS = ("union", "gold", "predicted")


@dataclass(frozen=True, kw_only=True)
class Options:
    """What shapes the numbers, besides the tags.

    Attributes
    ----------
    gold_scheme, pred_scheme : str
        A tagging scheme, by any of its names, or ``auto``.
    reading : str
        What is done about ill-formed spans; one of `spanf1.schemes.READINGS`.
    beta : float
        The beta of `Score.fbeta`.
    types : str or tuple of str
        What macro and weighted averages run over: ``union`` (types in gold or predicted),
        ``gold``, ``predicted``; or the types to score, in order: then all others are left out,
        of the micro average too.
    zero_division : float
        What 0/0 is: 0, 1 or NaN.

    Raises
    ------
    UsageError
        If a value is not one of these.
    """

    gold_scheme: str = AUTO
    pred_scheme: str = AUTO
    reading: str = "lenient"
    beta: float = 1.0
    types: str | tuple[str, ...] = "union"
    zero_division: float = 0.0

    def __post_init__(self) -> None:
        for name in ("gold_scheme", "pred_scheme"):
            given = str(getattr(self, name))
            scheme = AUTO if given.lower() == AUTO else SCHEME_NAMES.get(given.upper(), "")
            if not scheme:
                raise UsageError(
                    f"unknown scheme {given!r}", hint=f"one of auto, {', '.join(SCHEME_NAMES)}"
                )
            object.__setattr__(self, name, scheme)
        if self.reading not in READINGS:
            hint = f"one of {', '.join(READINGS)}"
            raise UsageError(f"unknown reading {self.reading!r}", hint=hint)
        if not self._number("beta") >= 0:
            raise UsageError(f"beta is {self.beta}: it must not be negative")
        if not (self._number("zero_division") in (0, 1) or math.isnan(self.zero_division)):
            raise UsageError(f"zero_division is {self.zero_division}: it can be 0, 1 or nan")
        if isinstance(self.types, str) and self.types not in TYPE_SETS:
            hint = f"one of {', '.join(TYPE_SETS)}, or a list of types"
            raise UsageError(f"unknown set of types {self.types!r}", hint=hint)
        if not isinstance(self.types, str):
            if set(self.types) & set(TYPE_SETS):
                raise UsageError(
                    f"types {', '.join(self.types)}: {', '.join(TYPE_SETS)} stand alone",
                    hint="give one of them, or a list of types",
                )
            object.__setattr__(self, "types", tuple(dict.fromkeys(self.types)))

    def _number(self, name: str) -> float:
        """Make an attribute a float, and every NaN the same one, so that options compare."""
        value = getattr(self, name)
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise UsageError(f"{name} is {value!r}: it is to be a number") from None
        number = math.nan if math.isnan(number) else number
        object.__setattr__(self, name, number)
        return number

    @classmethod
    def given(
        cls,
        scheme: str = AUTO,
        gold_scheme: str | None = None,
        pred_scheme: str | None = None,
        types: str | Iterable[str] = "union",
        **others: Any,
    ) -> Options:
        """Return options from what callers give: a scheme for both sides, or for one."""
        return cls(
            gold_scheme=scheme if gold_scheme is None else gold_scheme,
            pred_scheme=scheme if pred_scheme is None else pred_scheme,
            types=types if isinstance(types, str) else tuple(types),
            **others,
        )


#: the options where none are given
DEFAULTS = Options()
