"""Scores again from a results file: as it says itself, or as another signature says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from spanf1.core.scores import AVERAGES
from spanf1.core.tally import TEXT
from spanf1.exceptions import InputError, UsageError
from spanf1.results.result import Result
from spanf1.results.signature import Signature

# Figures that are nearer to each other than this are the same.
_TOLERANCE = 1e-9
_SUMS = ("tokens", "tokens_correct", "sentences", "documents", "accuracy")


def rescore(data: Mapping[str, Any], signature: Signature | str | None = None) -> Result:
    """Return the result that a results file holds, scored again from its counts.

    Parameters
    ----------
    data : mapping
        What `Result.to_dict` gave, also by way of JSON.
    signature : Signature or str, optional
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
    if isinstance(signature, str):
        signature = Signature.parse(signature)
    options, counted, spans = signature.options, result.tally, bool(result.tally.spans)
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
    if (options.match == "text") != (counted.placed_by == TEXT):
        raise UsageError(
            f"the file has counts of match {result.options.match}, not of {options.match}",
            hint=f"spanf1 score FILE --match {options.match} makes them",
        )
    if options.normalize != result.options.normalize:
        raise UsageError("what makes no difference between texts cannot be chosen later")
    return Result(counted, options, result.input).check()


def _check(data: Mapping[str, Any], result: Result) -> None:
    """Raise an error if a figure is not what the counts give."""
    _check_signature(data, result)
    counted = result.to_dict()
    rows = {name: (data.get(name), counted[name]) for name in AVERAGES}
    rows |= {name: ({name: data.get(name)}, {name: counted[name]}) for name in _SUMS}
    stored = data.get("types")
    if not isinstance(stored, dict) or stored.keys() != counted["types"].keys():
        raise InputError("types: these are not those that the counts in the file give")
    rows |= {f"types.{name}": (stored[name], row) for name, row in counted["types"].items()}
    for place, (row, expected) in rows.items():
        if not isinstance(row, dict):
            raise InputError(f"{place}: there are no figures")
        for name, value in expected.items():
            if not _same(row.get(name), value):
                raise InputError(f"{place}.{name}: this is not what the counts in the file give")


def _check_signature(data: Mapping[str, Any], result: Result) -> None:
    """Raise an error if the line in the data is not that of the counts; intervals are not read."""
    line = data.get("signature")
    if not isinstance(line, str):
        raise InputError("signature: there is none")
    stored, counted = Signature.parse(line), result.signature()
    if replace(stored, version=counted.version, confidence=None) != counted:
        raise InputError("signature: this is not what the counts in the file give")


def _same(stored: object, counted: object) -> bool:
    if isinstance(stored, float) and isinstance(counted, int | float):
        # Its last digits may differ.
        return abs(stored - counted) <= _TOLERANCE
    return stored == counted
