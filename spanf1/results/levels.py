"""The spans of a result, judged by sentences or documents as wholes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from spanf1.core.options import AUTO, Confidence
from spanf1.core.scores import TypeCounts
from spanf1.exceptions import InputError, UsageError
from spanf1.levels.levels import WholeLevel, check_level
from spanf1.levels.results import TokenResult, WholeResult
from spanf1.levels.wholes import counts_of_units
from spanf1.results.certainty import meanings, units_of
from spanf1.results.report import drawn, how_made
from spanf1.results.result import Result, same

# What is said of spans alone.
_OF_SPANS = ("strict", "0/0", "signature", "intervals")


def wholes_of(result: Result, level: WholeLevel, confidence: Confidence | None) -> WholeResult:
    """Return how many sentences or documents of a result are right in all.

    Parameters
    ----------
    result : Result
        The result, whose units are those.
    level : str
        ``sentence`` or ``document``.
    confidence : Confidence, optional
        How intervals are made.

    Raises
    ------
    UsageError
        If the input has none, other units are to be drawn, or the options are not for that level.
    """
    check_level(level, result.options)
    if confidence and confidence.unit not in (AUTO, level):
        raise UsageError(
            f"at level {level} each is drawn, and no {confidence.unit}",
            hint="leave unit (--unit) out",
        )
    if level == "document" and not result.tally.documents:
        raise UsageError(
            "the input marks no documents: none is right or wrong",
            hint="-DOCSTART- or # newdoc lines mark them; level sentence needs none",
        )
    units = units_of(result.tally, result.options, level)
    numbers = dict.fromkeys(result.types, 0)
    kinds = meanings(units, numbers, result.schemes, result.options.reading)
    adds = [(0, 0, 0) if number else counts for number, counts in kinds]
    counts, weight = counts_of_units(units, cast("list[TypeCounts]", adds))
    said = replace(result.signature(), confidence=confidence and replace(confidence, unit=level))
    figure, _, line = str(said).partition("|")
    means = f"|{figure.replace('micro', 'documents')}" * (level == "document")
    return WholeResult(
        level,
        drawn(result, level),
        counts,
        weight,
        result.options.beta,
        result.options.zero_division,
        confidence,
        [fact for fact in how_made(result) if fact[0] not in _OF_SPANS],
        f"right:{level}{means}|{line}",
        result.tally.documents,
        result.input and result.input.to_dict(),
    )


# What is not told by stored counts, or only says how they were stored.
_UNCHECKED = {"spanf1", "signature", "confidence", "files"}


def result_of_level(data: Mapping[str, Any]) -> TokenResult | WholeResult:
    """Return the result of a level other than that of spans, scored again from its counts.

    Raises
    ------
    UsageError
        If the data is not of that form.
    InputError
        If a figure in the data is not what its own counts give.
    """
    made = TokenResult if data.get("level") == "token" else WholeResult
    result: TokenResult | WholeResult = made.from_dict(data)
    for name, value in result.to_dict().items():
        if name not in _UNCHECKED and not _alike(data.get(name), value):
            raise InputError(f"{name}: this is not what the counts in the file give")
    return result


def _alike(stored: object, counted: object) -> bool:
    """Return whether stored data is what the counts give; intervals are not looked at."""
    if isinstance(counted, dict):
        return isinstance(stored, dict) and all(
            name == "interval" or _alike(stored.get(name), value) for name, value in counted.items()
        )
    if isinstance(counted, list):
        return (
            isinstance(stored, list)
            and len(stored) == len(counted)
            and all(map(_alike, stored, counted))
        )
    return same(stored, counted)
