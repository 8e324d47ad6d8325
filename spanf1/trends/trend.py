"""What F1 does over steps, sizes or time: what `spanf1 trend` says, from files or from figures."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, Literal

from spanf1._version import __version__
from spanf1.exceptions import InputError, LayoutError, ReadError, UsageError, check_known
from spanf1.formats.source import Source, size_of
from spanf1.render.reported import Reported
from spanf1.results.result import Result
from spanf1.trends.chunks import Chunk, Draws, series_of_results
from spanf1.trends.logs import (
    Wanted,
    in_fractions,
    moment_of,
    records_of,
    series_of_log,
    series_of_records,
)
from spanf1.trends.series import (
    OVERS,
    Band,
    Over,
    Point,
    Series,
    Shape,
    band_of,
    last_doubling,
    shape_of,
    trade_off,
)
from spanf1.trends.watch import Watch, watch
from spanf1.wording import finite, many

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes

    from spanf1.pictures.look import LookKeywords
    from spanf1.resampling.inference import Interval
    from spanf1.trends.picture import TrendDisplay

_AUTO: Final = "auto"
Path = str | os.PathLike[str]
#: what `trend` takes: files, or results, figures, records
Data = Path | Sequence[Any] | Mapping[str, Any]


@dataclass(frozen=True, repr=False)
class Trend(Reported):
    """What F1 does over steps, sizes of training data, or time.

    ``str(trend)`` is the table that ``spanf1 trend`` prints.

    Parameters
    ----------
    series : tuple of Series
        The runs; over time there is one.
    length : int, optional
        How many chunks are the reference, if that was asked for.
    """

    series: tuple[Series, ...]
    length: int | None = None

    _reporter = "spanf1.trends.report", "report_of"

    def __repr__(self) -> str:
        name = self.shape.name if self.shape else "too short to say"
        return f"<Trend: {name}, {self.extent}, best {self.best.mean:.4f}>"

    @property
    def over(self) -> Over:
        """What it is over: ``step``, ``size`` or ``time``."""
        return self.series[0].over

    @property
    def extent(self) -> str:
        """How many places there are, in words."""
        return many(len(self.band), "chunk" if self.over == "time" else self.over)

    @property
    def key(self) -> str:
        """What F1 is called in the files."""
        return self.series[0].key

    @cached_property
    def band(self) -> list[Band]:
        """The mean of all runs at each place that all of them have, with sd, least, greatest."""
        return band_of(self.series)

    @property
    def values(self) -> list[float]:
        """The means: of one run, its figures."""
        return [row.mean for row in self.band]

    @property
    def best(self) -> Band:
        """The place of the highest mean; the first of several."""
        return max(self.band, key=lambda row: row.mean)

    @cached_property
    def shape(self) -> Shape | None:
        """What it does: see `spanf1.trends.series.shape_of`; None if there are too few points."""
        return shape_of(self.values, self._draws.change if self._draws else None)

    @cached_property
    def trade_off(self) -> float:
        """The correlation of the steps of precision and recall, of a single run; else NaN."""
        return trade_off(self.series[0].points if len(self.series) == 1 else ())

    @cached_property
    def _draws(self) -> Draws | None:
        """What chance makes of the counts, if they are known."""
        results = [point.result for point in self.series[0].points]
        known = [result for result in results if result is not None]
        if len(known) < len(results) or not Draws.can(known):
            return None
        return Draws(known, self.key)

    @cached_property
    def watch(self) -> Watch | None:
        """What is outside of the limits over time; None if it is not over time, or too short."""
        return watch(self.series[0], self.length) if self.over == "time" else None

    @property
    def alarm(self) -> str:
        """Why the newest chunk is an alarm: ``below``, ``above``, ``sliding``; or nothing."""
        return self.watch.alarm if self.watch else ""

    @property
    def change(self) -> Interval | None:
        """The 95% interval of the newest chunk less the one before, if counts are known."""
        last = len(self.values) - 1
        return self._draws.change(last - 1, last) if self._draws and last else None

    @property
    def doubling(self) -> float:
        """What the last doubling of the size gained; NaN where that is not known."""
        return last_doubling([row.place for row in self.band], self.values)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data that JSON can carry; NaN is given as None."""
        seen, shape, change = self.watch, self.shape, self.change
        return {
            "spanf1": __version__,
            "trend": shape.name if shape else None,
            "rule": shape.rule if shape else None,
            "over": self.over,
            "key": self.key,
            "axis": self.series[0].axis,
            "best": _plain(self.best._asdict()),
            "trade_off": finite(self.trade_off),
            "doubling": finite(self.doubling) if self.over == "size" else None,
            "band": [_plain(row._asdict()) for row in self.band],
            "runs": [
                {
                    "name": series.name,
                    "points": [_plain(point._asdict()) for point in series.points],
                    "notes": [*series.notes],
                }
                for series in self.series
            ],
            "change": [*map(finite, change)] if change else None,
            "watch": seen
            and {
                **_plain(seen._asdict()),
                "checks": [_plain(check._asdict()) for check in seen.checks],
                "false_alarms": finite(seen.false_alarms),
            },
            "alarm": self.alarm or None,
        }

    def plot(self, ax: Axes | None = None, **look: Unpack[LookKeywords]) -> TrendDisplay:
        """Draw the figures, with the band of several runs, or the limits over time.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own, `TrendDisplay.figure_`.
        **look
            Of a figure of its own: ``width`` in centimetres, or ``column`` or ``page``;
            ``font_size`` in points; ``font``, the name of an installed one.

        Raises
        ------
        UsageError
            If matplotlib is not installed.
        """
        from spanf1.trends.picture import TrendDisplay

        return TrendDisplay.from_dict(self.to_dict(), ax, **look)


def trend(
    data: Data,
    *,
    key: str = "",
    axis: str = "",
    over: Over | Literal["auto"] = _AUTO,
    dates: Iterable[str | date | None] = (),
    mtime: bool = False,
    reference: int | None = None,
    max_size: str | None = None,
) -> Trend:
    """Return what F1 does over training steps, sizes of training data, or time.

    Parameters
    ----------
    data : path, or sequence or mapping
        Files of logs, each a run: ``trainer_state.json``, CSV, JSON Lines. Or results files, one
        for each date. Or what they hold: results of `spanf1.evaluate`; the records of a
        ``log_history``; figures; a dict of the figures of several runs.
    key : str
        What F1 is called in logs; or an average or a type of results. By default it is known by
        its name, as ``eval_f1``, ``val_f1`` and ``f1_macro`` are; of results it is ``micro``.
    axis : str
        What the step, the size or the date is called in logs.
    over : str
        ``step``, ``size`` or ``time``; by default as the logs have it, and time of results.
    dates : iterable of str or date
        The dates of results files, where their names have none.
    mtime : bool
        Whether the date of a results file is when it was written.
    reference : int, optional
        How many chunks, the first ones, are the reference over time.
    max_size : str, optional
        The largest file that is read, such as ``1G``.

    Raises
    ------
    InputError
        If a file is none of these.
    UsageError
        If it is not known what F1 is, or when it was.

    Examples
    --------
    >>> import spanf1
    >>> found = spanf1.trend([0.15, 0.35, 0.55, 0.68, 0.76, 0.82, 0.86, 0.88, 0.9, 0.91, 0.91])
    >>> found.shape.name, found.best.name
    ('levelled', '10')
    >>> spanf1.trend([0.8, 0.82, 0.78] * 4 + [0.7], over="time", reference=12).alarm
    'below'
    """
    check_known("over", over, (_AUTO, *OVERS))
    wanted = Wanted(key, axis, None if over == _AUTO else over)
    given = [*dates]
    series = _series(_items(data), wanted, given, mtime=mtime, max_size=max_size)
    keys = {one.key for one in series}
    if len(keys) > 1:
        names = ", ".join(f"{one.key} of {one.name}" for one in series[:2])
        raise UsageError(f"runs have different keys: {names}", hint="--key names one")
    overs = {one.over for one in series}
    if len(overs) > 1:
        raise UsageError(f"some runs are over {' and some over '.join(sorted(overs))}")
    if overs == {"time"} and len(series) > 1:
        raise UsageError("over time one run is taken", hint="give one file of figures")
    if overs != {"time"} and reference is not None:
        raise UsageError(
            f"a reference is for figures over time, and these are over {overs.pop()}s",
            hint="over='time' (--over time)",
        )
    made = Trend(tuple(series), reference)
    if not made.band:
        raise UsageError(f"runs have no {made.over} in common", where=series[0].name)
    if made.over == "time":
        # What is wrong with the reference is told at once.
        _ = made.watch
    return made


def _items(data: Data) -> list[tuple[str, Any]]:
    """Return what is given, each with a name."""
    if isinstance(data, str | os.PathLike):
        return [(os.fspath(data), None)]
    if isinstance(data, Mapping):
        return [(str(name), [*values]) for name, values in data.items()]
    items = [*data]
    if not items:
        raise UsageError("there is nothing to look at: no file, and no figure")
    if all(isinstance(one, str | os.PathLike) for one in items):
        paths = [os.fspath(one) for one in items]
        if twice := {path for path in paths if paths.count(path) > 1}:
            raise UsageError("the file is given twice", where=min(twice))
        return [(path, None) for path in paths]
    if all(isinstance(one, Result) for one in items):
        return [(f"result {number}", one) for number, one in enumerate(items, 1)]
    return [("", items)]


def _series(
    items: Sequence[tuple[str, Any]],
    wanted: Wanted,
    dates: Sequence[str | date | None],
    *,
    mtime: bool,
    max_size: str | None,
) -> list[Series]:
    """Return the series of what is given."""
    found: list[Series] = []
    results: list[tuple[str, Result]] = []
    for name, value in items:
        if value is None:
            text = _text(name, max_size)
            if (result := _result(text, name)) is None:
                found += series_of_log(text, name, wanted)
                continue
            value = result  # noqa: PLW2901 - a file stands for what it holds
        if isinstance(value, Result):
            results.append((name, value))
        else:
            found += _of_values(value, name, wanted)
    if results and found:
        raise UsageError(
            "this is a results file, and others are logs", where=results[0][0], hint="give one kind"
        )
    if not results:
        if dates or mtime:
            raise UsageError("dates are of results files, and these are logs")
        return found
    if wanted.axis or wanted.over not in (None, "time"):
        raise UsageError("results files are over time: they have no steps")
    chunks = _dated(results, [value is None for _, value in items], dates, mtime=mtime)
    return [series_of_results(chunks, wanted.key)]


def _text(path: str, max_size: str | None) -> str:
    source = Source(path, max_size=0 if max_size is None else size_of(max_size))
    pieces, size = [], 0
    for piece in source.chunks():
        pieces.append(piece)
        size += len(piece)
        if size > source.most:
            raise source.too_large("file", source.most)
    try:
        return b"".join(pieces).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ReadError("this is no text in UTF-8", where=path) from None


def _result(text: str, name: str) -> Result | None:
    """Return the result that a file holds; None if it holds none."""
    # Logs have no such key: they are parsed once, as logs.
    if not text.lstrip().startswith("{") or '"spanf1"' not in text:
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("spanf1"), str):
        return None
    try:
        return Result.from_dict(data)
    except UsageError as error:
        hint = error.hint or "spanf1 score FILE --format json makes one"
        raise ReadError(error.message, where=name, hint=hint) from None


def _of_values(values: Sequence[Any], name: str, wanted: Wanted) -> list[Series]:
    """Return the series of figures, or of records."""
    if values and all(isinstance(one, Mapping) for one in values):
        return series_of_records(records_of([*map(dict, values)], name), name or "records", wanted)
    if wanted.key or wanted.axis:
        raise UsageError("figures have no keys", hint="leave key and axis out")
    try:
        numbers = [float(value) for value in values]
    except (TypeError, ValueError, OverflowError):
        raise UsageError("these are no figures, no records and no files") from None
    points = [Point(float(n), str(n), value) for n, value in enumerate(numbers, 1)]
    whole = [point for point in points if not math.isnan(point.f1)]
    if not whole:
        raise LayoutError("there is no figure", where=name)
    made, notes = in_fractions(whole, name, "F1")
    if undefined := len(points) - len(whole):
        notes.insert(0, f"{many(undefined, 'figure')} of no value left out")
    over = wanted.over or "step"
    if over == "size":
        raise UsageError(
            "figures have no sizes", hint="records have: {'train_size': 500, 'f1': 0.6}"
        )
    return [Series(name or "figures", "F1", "number", over, tuple(made), tuple(notes))]


def _dated(
    results: Sequence[tuple[str, Result]],
    from_files: Sequence[bool],
    dates: Sequence[str | date | None],
    *,
    mtime: bool,
) -> list[Chunk]:
    """Return results with their dates: those that are given, or of the names of files."""
    if dates and len(dates) != len(results):
        raise UsageError(
            f"{len(dates)} dates are given of {len(results)} results", hint="one for each, in order"
        )
    if dates and mtime:
        raise UsageError("dates are given, and are to be those of files, too", hint="give one")
    chunks = []
    for (name, result), from_file, given in zip_longest(results, from_files, dates):
        if given is not None:
            moment = _moment(given)
        elif not from_file:
            moment = None
        elif mtime:
            moment = datetime.fromtimestamp(int(os.stat(name).st_mtime), UTC)
        else:
            moment = moment_of(os.path.basename(name)) or moment_of(name)
            if moment is None and len(results) > 1:
                raise InputError(
                    "the name of the file has no date, such as 2026-05-01",
                    where=name,
                    hint="--date 2026-05-01,2026-05-08 gives one for each file; --mtime takes when "
                    "it was written",
                )
        chunks.append(Chunk(name, result, moment))
    return chunks


def _moment(given: str | date) -> datetime:
    if isinstance(given, datetime):
        return given if given.tzinfo else given.replace(tzinfo=UTC)
    moment = moment_of(str(given))
    if moment is None:
        raise UsageError(f"{given!r} is no date", hint="2026-05-01 is one, and 2026-W18")
    return moment


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: finite(value) for name, value in row.items() if name not in ("result", "checks")}
