"""Scores again from a results file: as it says itself, or as another signature says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from spanf1.errors import InputError, UsageError
from spanf1.result import Result
from spanf1.signature import Signature

# Figures that are nearer to each other than this are the same.
_TOLERANCE = 1e-9


def rescore(data: Mapping[str, Any], signature: Signature | None = None) -> Result:
    """Return the result that a results file holds, scored again from its counts.

    Parameters
    ----------
    data : mapping
        What `Result.to_dict` gave, also by way of JSON.
    signature : Signature, optional
        How to score, where that is not as the file says: its schemes, reading, types, beta,
        match and 0/0 are used.

    Raises
    ------
    UsageError
        If the data is not of that form, or lacks what the signature needs.
    InputError
        If a figure in the data is not what its own counts give.
    """
    result = Result.from_dict(data)
    if signature is None:
        _check(data, result)
        return result
    options = signature.options
    if options.reading == "conlleval" and not result.tally.script and result.tally.spans:
        raise UsageError(
            "the file does not have what the conlleval script counts",
            hint="spanf1 score FILE --reading conlleval counts it",
        )
    if options.match == "surface" and not result.tally.forms and result.tally.spans:
        raise UsageError(
            "the file does not have what surface forms there are",
            hint="spanf1 score FILE --match surface counts them",
        )
    return Result(result.tally, options, result.input)


def _check(data: Mapping[str, Any], result: Result) -> None:
    """Raise an error if a figure is not what the counts give."""
    found = result.to_dict()
    names = "types", "micro", "macro", "weighted", "tokens", "tokens_correct", "accuracy"
    for name in names:
        place = _difference(data.get(name), found[name], name)
        if place:
            raise InputError(f"{place}: this is not what the counts in the file give")


def _difference(stored: Any, found: Any, place: str) -> str:
    """Return where stored data is not what was found; intervals are not looked at."""
    if isinstance(found, dict):
        if not isinstance(stored, dict) or stored.keys() - {"intervals"} != found.keys():
            return place
        places = (_difference(stored[name], found[name], f"{place}.{name}") for name in found)
        return next(filter(None, places), "")
    if isinstance(found, int | float) and isinstance(stored, int | float):
        return "" if math.isclose(stored, found, abs_tol=_TOLERANCE) else place
    return "" if stored == found else place
