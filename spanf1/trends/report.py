"""Reports on F1 over steps, sizes or time: a table, what rules say of it, and alarms."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from spanf1.render.report import Fact, Report, Section
from spanf1.trends.series import LEAST_POINTS, Point, trades
from spanf1.trends.trend import Trend
from spanf1.trends.watch import LEAST_REFERENCE, Check, Watch
from spanf1.wording import and_others, many, percent, points, printable

# A table of more rows leaves some out, but the first, the last and the best.
_ROWS = 24
_HEADS = {"step": "Step", "size": "Size", "time": "Date"}
# How a place is marked.
_SAYS = {
    "below": "below the limits",
    "above": "above the limits",
    "sliding": "slides",
    "": "",
}


def report_of(trend: Trend) -> Report:
    """Return the report on a trend: its places, and what is said of them."""
    return Report(trend, _sections, _rows, Trend.to_dict, tables=1)


def _sections(trend: Trend, digits: int | None) -> list[Section]:
    table = _table(trend, digits)
    shown = _shown(len(table.rows), trend)
    if len(shown) < len(table.rows):
        text = f"{len(shown)} of {trend.extent} are shown."
        table = table._replace(rows=[table.rows[n] for n in shown], text=text)
    facts = [Fact(label, text) for label, text in _said(trend, digits)]
    return [table, Section("In words", facts=facts, labels=13, words=True)]


def _shown(count: int, trend: Trend) -> list[int]:
    """Return the numbers of the rows that are shown."""
    if count <= _ROWS:
        return [*range(count)]
    if trend.over == "time":
        return [*range(count - _ROWS, count)]
    best = trend.band.index(trend.best)
    even = {round(n * (count - 1) / (_ROWS - 2)) for n in range(_ROWS - 1)}
    return sorted(even | {best})


def _table(trend: Trend, digits: int | None) -> Section:
    if len(trend.series) > 1:
        header = [_HEADS[trend.over], "Mean", "SD", "Least", "Most", ""]
        rows = [
            [row.name, *(percent(value, digits) for value in row[3:]), _best(trend, row.name)]
            for row in trend.band
        ]
    elif trend.over == "time":
        header, rows = _over_time(trend, digits)
    else:
        both = any(not math.isnan(point.precision) for point in trend.series[0].points)
        header = [_HEADS[trend.over], *["Precision", "Recall"] * both, "F1", ""]
        rows = []
        for point in trend.series[0].points:
            figures = (point.precision, point.recall) if both else ()
            cells = [percent(value, digits) for value in (*figures, point.f1)]
            rows.append([point.name, *cells, _best(trend, point.name)])
    return Section(header=header, rows=rows)


def _best(trend: Trend, name: str) -> str:
    return "best" if name == trend.best.name else ""


def _over_time(trend: Trend, digits: int | None) -> tuple[list[str], list[list[str]]]:
    series, seen = trend.series[0].points, trend.watch
    first = seen.reference if seen else 0
    header = ["Date", "Precision", "Recall", "F1", *["Low", "High", "Slide"] * bool(seen), ""]
    rows = []
    for number, point in enumerate(series):
        row = [percent(value, digits) for value in (point.precision, point.recall, point.f1)]
        said = ""
        if seen and number < first:
            row, said = [*row, "", "", ""], "reference"
        elif seen:
            check = seen.checks[number - first]
            slide = "-" if math.isnan(check.slide) else f"{check.slide:.2f}"
            row += [percent(check.low, digits), percent(check.high, digits), slide]
            said = _SAYS[check.says]
        rows.append([point.name, *row, said])
    if all(math.isnan(point.precision) for point in series):
        header = [header[0], *header[3:]]
        rows = [[row[0], *row[3:]] for row in rows]
    return header, rows


def _said(trend: Trend, digits: int | None) -> Iterator[tuple[str, str]]:
    """Yield what is said in words: a label and a text."""
    shape, best, last = trend.shape, trend.best, trend.band[-1]
    if shape:
        yield "trend", f"{shape.name}: {shape.rule}"
    else:
        yield "trend", f"none is named: {trend.extent}, and {LEAST_POINTS} are needed"
    if trend.over != "time":
        least = f", {percent(best.mean - last.mean, digits)} points above the last"
        where = f"{trend.over} {printable(best.name)}: {percent(best.mean, digits)}"
        yield "best", where + (least if best.mean > last.mean else "")
    correlation = trend.trade_off
    if trades(correlation):
        yield (
            "trade-off",
            "precision rises where recall falls, and the other way round: their steps correlate by "
            f"{correlation:.2f} (below -0.5)",
        )
    if len(trend.series) > 1:
        yield "runs", _runs(trend, digits)
    if not math.isnan(trend.doubling) and trend.over == "size":
        half = f"{float(last.place) / 2:g} to {printable(last.name)}"
        yield "doubling", f"from {half}, F1 gains {points(trend.doubling, digits)} points"
    yield from _changed(trend, digits)
    yield from _watched(trend, digits)
    yield "key", _key(trend)
    for series in trend.series:
        name = f"{printable(series.name)}: " if len(trend.series) > 1 else ""
        yield from (("note", f"{name}{printable(note)}") for note in series.notes)


def _key(trend: Trend) -> str:
    first = trend.series[0]
    axis = f"; {first.axis}" if first.axis else ""
    return f"{printable(first.key)}{printable(axis)}"


def _runs(trend: Trend, digits: int | None) -> str:
    ends = [max(series.points, key=lambda point: point.f1) for series in trend.series]
    bests = [
        f"{printable(series.name)} at {printable(point.name)} ({percent(point.f1, digits)})"
        for series, point in zip(trend.series, ends, strict=True)
    ]
    last = trend.band[-1]
    least = min(len(series.points) for series in trend.series)
    left = f"; {trend.over}s that not all have are left out" * (len(trend.band) < least)
    return (
        f"{many(len(ends), 'run')}, at the last {trend.over} "
        f"{percent(last.mean, digits)} \N{PLUS-MINUS SIGN} {percent(last.sd, digits)} (sample sd), "
        f"from {percent(last.low, digits)} to {percent(last.high, digits)}; best: "
        f"{and_others(bests, 6)}{left}"
    )


def _changed(trend: Trend, digits: int | None) -> Iterator[tuple[str, str]]:
    """Yield how the newest chunk differs from the one before it, where counts are known."""
    change = trend.change
    if trend.over != "time" or change is None:
        return
    before, newest = trend.values[-2:]
    ends = f"95% interval {points(change.low, digits)} to {points(change.high, digits)}"
    moved = f"{points(newest - before, digits)} points from the one before, {ends}"
    if change.high < 0:
        yield "newest", f"a fall: {moved}"
    elif change.low > 0:
        yield "newest", f"a rise: {moved}"
    else:
        yield "newest", f"no change that chance does not make: {moved}"


def _watched(trend: Trend, digits: int | None) -> Iterator[tuple[str, str]]:
    """Yield what limits are, how often they are wrong, and what lies outside of them."""
    seen = trend.watch
    if trend.over != "time":
        return
    if seen is None:
        yield (
            "limits",
            f"none: a reference of {LEAST_REFERENCE} chunks is needed, or counts (results of "
            "spanf1 score --format json)",
        )
        return
    yield "limits", _limits(seen, digits)
    if not math.isnan(seen.checks[-1].slide_limit):
        yield (
            "slides",
            "what chunks fall short of the reference, less half a standard deviation each, summed "
            f"up (CUSUM; Page 1954): the newest may be at {seen.checks[-1].slide_limit:.2f} of "
            "these",
        )
    if math.isnan(seen.outside):
        yield (
            "false alarms",
            "not known: all chunks of the reference are alike, so that the least change of others "
            "is outside of the limits",
        )
    rates = f"{100 * seen.outside:.2g}% are outside of the limits"
    rates += f", {100 * seen.sliding:.2g}% slide" * (not math.isnan(seen.checks[-1].slide))
    if not math.isnan(seen.outside):
        more = "; more where spans of a chunk go wrong together" * (seen.method == "bootstrap")
        yield "false alarms", f"where nothing changes, {rates}{more}"
    newest = trend.series[0].points[-1]
    yield "alarm", "none: " * (not seen.alarm) + _alarm(newest, seen.checks[-1], digits)


def _limits(seen: Watch, digits: int | None) -> str:
    reference = f"the first {many(seen.reference, 'chunk')}"
    if seen.method == "sd":
        wider = any(check.high - check.low > 6.000001 * seen.sd for check in seen.checks)
        return (
            f"mean of {reference}, {percent(seen.centre, digits)}, \N{PLUS-MINUS SIGN} 3 standard "
            f"deviations of {percent(seen.sd, digits)}"
        ) + "; wider for chunks of less than half their spans, as chance moves these more" * wider
    return (
        f"99.73% of chunks as large, drawn from {reference} ({percent(seen.centre, digits)}) span "
        "by span"
    )


def _alarm(newest: Point, check: Check, digits: int | None) -> str:
    figure = f"{printable(newest.name)}: {percent(newest.f1, digits)}"
    limits = f"the limits, {percent(check.low, digits)} to {percent(check.high, digits)}"
    if check.says in ("below", "above"):
        return f"{figure} is {check.says} {limits}"
    if check.says:
        return (
            f"{figure} is within {limits}, but chunks slide: {check.slide:.2f}, above "
            f"{check.slide_limit:.2f}"
        )
    return f"{figure} is within {limits}"


def _rows(trend: Trend) -> Iterator[list[object]]:
    """Yield a row for each place of each run, and for each place of the band of several."""
    yield [
        *("row", "run", trend.over, "precision", "recall", "f1", "sd", "least", "most"),
        *("low", "high", "slide", "says"),
    ]
    seen = trend.watch
    for series in trend.series:
        for number, point in enumerate(series.points):
            row: list[object] = ["point", series.name, point.name]
            row += [_cell(value) for value in (point.precision, point.recall, point.f1)]
            check: Any = ("", "", "", "", "")
            if seen and number >= seen.reference:
                check = seen.checks[number - seen.reference]
            low, high, slide, _, says = check
            yield [*row, "", "", "", *map(_cell, (low, high, slide)), says]
    if len(trend.series) > 1:
        for band in trend.band:
            figures = map(_cell, (band.mean, band.sd, band.low, band.high))
            yield ["mean", "", band.name, "", "", *figures, "", "", "", ""]


def _cell(value: object) -> object:
    return "" if isinstance(value, float) and math.isnan(value) else value
