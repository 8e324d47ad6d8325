"""The metrics that training writes, as series: JSON of trainers, JSON Lines, CSV of loggers."""

from __future__ import annotations

import io
import json
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from spanf1.exceptions import InputError, LayoutError, UsageError
from spanf1.formats.delimited import records_of as table_records
from spanf1.formats.delimited import rows_of
from spanf1.trends.series import Over, Point, Series
from spanf1.wording import and_others, did_you_mean, is_number, many, shortened

# The names of F1, as `_plain` spells them: the part of the data, the average, and the figure.
_F1 = re.compile(
    r"(?:(eval|val|valid|validation|dev|test|train)_)?(?:(overall|micro|macro|weighted|ner)_)?"
    r"(f1_score|f1|fscore|f_score|ents_f)(?:_(micro|macro|weighted))?"
)
_PARTS = {"eval": 0, "val": 0, "valid": 0, "validation": 0, "dev": 0, "": 1, "test": 2, "train": 3}
_AVERAGES = {"": 0, "micro": 0, "overall": 0, "ner": 0, "macro": 1, "weighted": 2}
# What the other figures are called beside it.
_OTHERS = {"precision": "ents_p", "recall": "ents_r"}
# What the places are called, likelier names first.
_AXES: dict[Over, tuple[str, ...]] = {
    "step": ("step", "global_step", "trainer_global_step", "iteration", "epoch"),
    "size": (
        *("train_size", "training_size", "n_train", "num_train", "train_examples", "num_examples"),
        *("size", "examples", "samples", "sentences", "documents"),
    ),
    "time": ("date", "day", "week", "month", "datetime", "timestamp"),
}
_RUNS = ("seed", "run")
# What TensorBoard exports: the tag is in the name of the file.
_TENSORBOARD = ["Wall time", "Step", "Value"]
# How many levels of keys are read.
_DEEPEST = 8

# So much more than all may be right, in 32 bits.
_ROUNDING = 1e-6
# Figures that are rounded are so far apart where they are the same.
_APART = 0.01

Record = tuple[int, dict[str, Any]]


class Wanted(NamedTuple):
    """What a caller says of logs: the keys of F1 and of the place, and what it is over."""

    key: str = ""
    axis: str = ""
    over: Over | None = None


def series_of_log(text: str, name: str, wanted: Wanted) -> list[Series]:
    """Return the series of a log: one, or one for each run that it holds.

    Parameters
    ----------
    text : str
        What the file holds.
    name : str
        The file.
    wanted : Wanted
        What a caller says.

    Raises
    ------
    InputError, UsageError
        If it is no log, or has no F1.
    """
    records, is_csv = _records(text, name) if text.strip() else ([], False)
    if not records:
        raise LayoutError("there are no records in it", where=name)
    return series_of_records(records, name, wanted, exported=is_csv)


def series_of_records(
    records: Sequence[Record], name: str, wanted: Wanted, *, exported: bool = False
) -> list[Series]:
    """Return the series of records, each with its line: one, or one for each run.

    Parameters
    ----------
    records : sequence of (int, dict)
        The line, and the figures by their keys.
    name : str
        Where they are from.
    wanted : Wanted
        What a caller says.
    exported : bool
        Whether the names of runs may be part of keys, as W&B exports them.
    """
    keys = list(dict.fromkeys(key for _, record in records for key in record))
    if exported and (runs := _runs_of(keys, wanted.key)):
        plain = [key for key in keys if " - " not in key]
        axis, over = _axis(plain, wanted, name)
        chosen = f1_key([*dict.fromkeys(key for _, key in runs)], records, wanted.key, name)
        return [
            _series(records, f"{name}: {run}", (f"{run} - {chosen}", chosen), axis, over)
            for run, key in runs
            if key == chosen
        ]
    if keys == _TENSORBOARD and not wanted.key:
        if not re.search(r"f1|f-?score", os.path.basename(name), re.IGNORECASE):
            raise UsageError(
                "TensorBoard's export does not say of what it is, nor does the name of the file",
                where=name,
                hint="--key Value takes it for F1",
            )
        wanted = wanted._replace(key="Value")
    key = f1_key(keys, records, wanted.key, name)
    axis, over = _axis(keys, wanted, name)
    grouped: dict[object, list[Record]] = {}
    by = next((one for one in keys if _plain(one) in _RUNS and one not in (key, axis)), None)
    for line, record in records:
        grouped.setdefault(record.get(by) if by else None, []).append((line, record))
    if len(grouped) == 1:
        return [_series(records, name, (key, key), axis, over)]
    return [
        _series(part, f"{name}: {by} {run}", (key, key), axis, over)
        for run, part in grouped.items()
        if any(key in record for _, record in part)
    ]


def _runs_of(keys: Iterable[str], wanted: str) -> list[tuple[str, str]]:
    """Return runs and keys, where columns are named by both: ``run - eval/f1``."""
    pairs = [key.rpartition(" - ") for key in keys]
    return [
        (run, key)
        for run, dash, key in pairs
        if dash and not key.endswith(("__MIN", "__MAX")) and (key == wanted or _known(key))
    ]


def _known(key: str) -> re.Match[str] | None:
    plain = _plain(key)
    return _F1.fullmatch(plain) or (_F1.fullmatch("ents_f") if plain.endswith("_ents_f") else None)


def _plain(key: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", key.lower()).strip("_")


def f1_key(keys: Sequence[str], records: Sequence[Record], wanted: str, name: str) -> str:
    """Return the key of F1.

    Raises
    ------
    UsageError, LayoutError
        If there is none, or there are several that are as likely.
    """
    if wanted:
        if wanted in keys:
            return wanted
        alike = [key for key in keys if _plain(key) == _plain(wanted)]
        if len(alike) == 1:
            return alike[0]
        near = did_you_mean(wanted, keys) or f"there are {and_others(keys)}"
        raise LayoutError(f"there is no key {shortened(wanted)}", where=name, hint=near)
    ranked = sorted((_rank(found), key) for key in keys if (found := _known(key)))
    if not ranked:
        raise LayoutError(
            "no key is a known name of F1, as eval_f1, val_f1 or f1_macro are",
            where=name,
            hint=f"--key names it: there are {and_others(keys)}",
        )
    best = [key for rank, key in ranked if rank == ranked[0][0]]
    if len({tuple(record.get(key) for _, record in records) for key in best}) > 1:
        raise UsageError(
            f"several keys may be F1: {and_others(best)}", where=name, hint=f"--key {best[0]}"
        )
    return best[0]


def _rank(found: re.Match[str]) -> tuple[int, int]:
    average = found[2] or found[4] or ""
    return _PARTS[found[1] or ""], _AVERAGES[average]


def _axis(keys: Sequence[str], wanted: Wanted, name: str) -> tuple[str, Over]:
    """Return the key of the places, empty if they are counted, and what they are."""
    plain = {_plain(key): key for key in reversed(keys)}
    known = {axis: over for over, names in _AXES.items() for axis in names}
    if wanted.axis:
        if wanted.axis not in keys:
            near = did_you_mean(wanted.axis, keys) or f"there are {and_others(keys)}"
            message = f"there is no key {shortened(wanted.axis)}"
            raise LayoutError(message, where=name, hint=near)
        return wanted.axis, wanted.over or known.get(_plain(wanted.axis), "step")
    for axis, over in known.items():
        if axis in plain and wanted.over in (None, over):
            return plain[axis], over
    if wanted.over == "size":
        raise LayoutError(
            "no key is a known name of sizes, as train_size is",
            where=name,
            hint=f"--step names it: there are {and_others(keys)}",
        )
    return "", wanted.over or "step"


def _series(
    records: Sequence[Record], name: str, key: tuple[str, str], axis: str, over: Over
) -> Series:
    """Return a series: F1 under the first key, called as the second one."""
    file = name.split(": ", maxsplit=1)[0]
    others = _beside(key[0], records)
    points: dict[float, Point] = {}
    undefined = repeated = 0
    counted = 0
    for line, record in records:
        value = record.get(key[0])
        if value is None:
            continue
        counted += 1
        figures = [number_of(value, f"{file}:{line}", key[0])]
        for one in others:
            given = record.get(one)
            figures.append(math.nan if given is None else number_of(given, f"{file}:{line}", one))
        place, written = _place(record, axis, over, counted, f"{file}:{line}")
        if math.isnan(figures[0]):
            undefined += 1
            continue
        repeated += place in points
        points[place] = Point(place, written, figures[0], figures[1], figures[2])
    ordered = [points[place] for place in sorted(points)]
    notes = [f"{many(undefined, 'figure')} of no value left out"] if undefined else []
    notes += [f"{many(repeated, 'place')} written again: the last figure holds"] * bool(repeated)
    if not axis:
        places = "dates" if over == "time" else "steps"
        notes.append(f"no key says the {places}: they are counted")
    also = [one for one in _keys_of_f1(records) if one != key[0] and " - " not in one]
    if also:
        notes.append(f"{key[1]} is shown; there are {and_others(also)}, too (--key)")
    ordered, percent = in_fractions(ordered, name, key[1])
    return Series(name, key[1], axis, over, tuple(ordered), (*notes, *percent))


def _keys_of_f1(records: Sequence[Record]) -> list[str]:
    keys = dict.fromkeys(key for _, record in records for key in record)
    return [key for key in keys if _known(key)]


def in_fractions(points: Sequence[Point], name: str, key: str) -> tuple[list[Point], list[str]]:
    """Return points as fractions of 1, where they may be in percent, and a note if they are.

    Raises
    ------
    InputError
        If a figure is neither.
    """
    values = [value for point in points for value in point[2:5] if not math.isnan(value)]
    if not values:
        raise LayoutError(f"{key} has no figure", where=name)
    # Training code sums in 32 bits, so that all right is a little more than 1 now and then.
    top = next((whole for whole in (1, 100) if whole < max(values) <= whole * (1 + _ROUNDING)), 0)
    if top:
        points = [
            point._replace(
                f1=min(point.f1, top),
                precision=min(point.precision, top),
                recall=min(point.recall, top),
            )
            for point in points
        ]
        values = [min(value, top) for value in values]
    if min(values) < 0 or max(values) > 100:
        odd = min(values) if min(values) < 0 else max(values)
        raise InputError(
            f"{key} is {odd:g}, which is no F1", where=name, hint="--key names another"
        )
    if max(values) <= 1:
        return [*points], []
    scale = others = 100
    what = "figures go"
    if not _of_one_scale(points):
        own = max(point.f1 for point in points)
        scale, others = (100, 1) if own > 1 else (1, 100)
        what = f"{key} goes" if own > 1 else "precision and recall go"
    scaled = [
        point._replace(
            f1=point.f1 / scale, precision=point.precision / others, recall=point.recall / others
        )
        for point in points
    ]
    they = "it is" if what.endswith("goes") else "they are"
    return scaled, [f"{what} up to {max(values):g}: {they} taken for percent"]


def _of_one_scale(points: Sequence[Point]) -> bool:
    """Return whether F1 is in percent where precision and recall are.

    If only one goes above 1, that shows in points that have all three: F1 is between the others.
    """
    beside = [(one.precision, one.recall) for one in points]
    others = [value for pair in beside for value in pair if not math.isnan(value)]
    if not others or (max(others) > 1) == (max(point.f1 for point in points) > 1):
        return True
    whole = [
        min(pair) - _APART <= point.f1 <= max(pair) + _APART
        for point, pair in zip(points, beside, strict=True)
        if not any(map(math.isnan, pair))
    ]
    return bool(whole) and all(whole)


def _beside(key: str, records: Sequence[Record]) -> list[str]:
    """Return the keys of precision and recall that go with one of F1; empty where there is none."""
    keys = dict.fromkeys(one for _, record in records for one in record)
    plain = {_plain(one): one for one in keys}
    found = []
    for other, short in _OTHERS.items():
        of_spacy = re.sub(r"ents_f$", short, _plain(key))
        of_all = re.sub(r"f1_score|f1|fscore|f_score", other, _plain(key), count=1)
        found.append(plain.get(of_spacy if of_spacy != _plain(key) else of_all, ""))
    return [one if one != key else "" for one in found]


def number_of(value: object, where: str, key: str) -> float:
    """Return a figure as a number; NaN for one that is undefined.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{key} is {shortened(value)}: it is no number", where=where) from None
    return number if math.isfinite(number) else math.nan


def _place(
    record: Mapping[str, Any], axis: str, over: Over, count: int, where: str
) -> tuple[float, str]:
    """Return the place of a record, and how it is written."""
    if not axis:
        return float(count), str(count)
    value = record.get(axis)
    if value is None:
        raise InputError(f"there is no {axis} beside the figure", where=where)
    if over == "time":
        moment = moment_of(str(value))
        if moment is not None:
            return moment.timestamp(), str(value)
        if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
            raise InputError(
                f"{axis} is {shortened(value)}: it is no date",
                where=where,
                hint="2026-05-01 is one, and 2026-W18",
            )
    number = number_of(value, where, axis)
    if math.isnan(number):
        raise InputError(f"{axis} is {value}: it is no place", where=where)
    return number, f"{number:.15g}"


_NUMBER = re.compile(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?")
_DATE = re.compile(
    r"(?<!\d)(\d{4})-?(?:W(\d{2})|(\d{2})(?:-?(\d{2})(?:[T_ -](\d{2})[:-]?(\d{2}))?)?)(?!\d)"
)


def moment_of(text: str) -> datetime | None:
    """Return the first date in a text: 2026-05-01, 20260501, with a time, 2026-05, 2026-W07.

    Examples
    --------
    >>> moment_of("scores-2026-05-01.json").date().isoformat()
    '2026-05-01'
    >>> moment_of("w/2026-W07.json").date().isoformat(), moment_of("seed-12.json")
    ('2026-02-09', None)
    """
    for found in _DATE.finditer(text):
        year, week, month, day, hour, minute = (int(part or 0) for part in found.groups())
        try:
            if week:
                start = date.fromisocalendar(year, week, 1)
                return datetime(start.year, start.month, start.day, tzinfo=UTC)
            return datetime(year, month, day or 1, hour, minute, tzinfo=UTC)
        except ValueError:
            continue
    return None


def _records(text: str, name: str) -> tuple[list[Record], bool]:
    """Return the records of a log, each with its line, and whether it is CSV."""
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        return _csv_records(text, name), True
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return [*_json_lines(text, name)], False
    return records_of(data, name), False


def records_of(data: object, name: str) -> list[Record]:
    """Return the records of what JSON holds: a trainer's state, a list, or lists by key.

    Raises
    ------
    LayoutError
        If it is none of these.
    """
    if isinstance(data, dict):
        data = data.get("log_history", data)
    if isinstance(data, dict):
        lists = {key: value for key, value in data.items() if isinstance(value, list)}
        if lists and len({*map(len, lists.values())}) == 1:
            rows = zip(*lists.values(), strict=True)
            data = [dict(zip(lists, row, strict=True)) for row in rows]
        else:
            data = [data]
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise LayoutError("this is no log of metrics: there are no records in it", where=name)
    return [(number, _flat(one)) for number, one in enumerate(data, 1)]


def _flat(record: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return a record whose keys have those of the records in it, with / between."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict) and not before.count("/") > _DEEPEST:
            flat |= _flat(value, f"{before}{key}/")
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            flat[f"{before}{key}"] = value
    return flat


def _json_lines(text: str, name: str) -> Iterator[Record]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            raise LayoutError("this is no JSON", where=f"{name}:{number}") from None
        if not isinstance(record, dict):
            raise LayoutError("this is no record of metrics", where=f"{name}:{number}")
        yield number, _flat(record)


def _csv_records(text: str, name: str) -> list[Record]:
    lines = io.StringIO(text, newline=None).getvalue().split("\n")
    delimiter = max("\t,;", key=lines[0].count)

    def where(line: int) -> str:
        return f"{name}:{line}"

    rows = rows_of(lines, delimiter, where)
    filled = [(line, [cell.strip() for cell in cells]) for line, cells in rows if any(cells)]
    header = filled[0][1] if filled else []
    if len(header) < 2 or any(is_number(cell) for cell in header):
        raise LayoutError(
            "this is no log of metrics: its first line names no columns",
            where=name,
            hint="trainer_state.json, CSV, JSON Lines, or results of spanf1 score --format "
            "json are taken",
        )
    return [
        (line, {key: cell for key, cell in record.items() if cell})
        for line, record in table_records(filled, where)
    ]
