"""Plain data of results, read with care: counts, names, options, and where an input came from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from spanf1.core.options import Options
from spanf1.exceptions import UsageError
from spanf1.formats.options import Origin
from spanf1.wording import printable

# How much is shown of what is wrong with data.
_REASON = 80


@contextmanager
def result_read() -> Iterator[None]:
    """Make a `UsageError` of all that goes wrong where data is read that is not of its form."""
    try:
        yield
    except (LookupError, TypeError, AttributeError, ValueError, OverflowError) as error:
        if isinstance(error, UsageError):
            raise
        reason = f"{type(error).__name__}: {printable(str(error)[:_REASON])}"
        raise UsageError(f"this is not a result of spanf1 ({reason})") from error


def as_count(value: object) -> int:
    """Return a number of things; raise `ValueError` if it is none."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise ValueError(value)
    return value


def as_name(value: object) -> str:
    """Return a text that can be printed; raise `ValueError` if it is none."""
    if not isinstance(value, str):
        raise ValueError(value)
    value.encode()
    return value


def data_of_options(options: Options) -> dict[str, Any]:
    """Return options with lists for tuples, and text for numbers that JSON does not have."""
    data = {**asdict(options), "map_types": dict(options.map_types)}
    return {name: plain_option(value) for name, value in data.items()}


def plain_option(value: object) -> object:
    """Return a list for a tuple, and text for a number that JSON does not have."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def options_from(data: Mapping[str, Any]) -> Options:
    """Return the options that `data_of_options` gave the data of."""
    given = dict(data)
    if isinstance(given["types"], list):
        given["types"] = tuple(map(as_name, given["types"]))
    return Options(**given)


def origin_from(data: Mapping[str, Any] | None) -> Origin | None:
    """Return what `Origin.to_dict` gave the data of; None of None."""
    from spanf1.formats.registry import FORMATS

    if data is None:
        return None
    files, delimiters = (tuple(map(str, data[name])) for name in ("files", "delimiters"))
    columns = tuple(map(as_count, data["columns"]))
    if not 1 <= len(files) == len(delimiters) == len(columns) <= 2:
        raise ValueError(files)
    gold, predicted, token = (
        as_count(data[f"{name}_column"]) for name in ("gold", "pred", "token")
    )
    keys = tuple(map(as_name, data.get("keys", ())))
    # What has keys has no columns, and delimiters are the names of formats.
    if len(keys) not in (0, 4) or (keys and not FORMATS.keys() >= {*delimiters}):
        raise ValueError(delimiters)
    aligned = as_name(data["aligned"])
    remarks = tuple(map(as_name, data.get("remarks", ())))
    return Origin(files, delimiters, columns, gold, predicted, token, aligned, keys, remarks)
