"""Scores as a picture: bars of F by type, with intervals, precision and recall."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, Unpack

from spanf1.core.options import FEW_SPANS, MODES
from spanf1.exceptions import UsageError
from spanf1.pictures.display import Display
from spanf1.pictures.look import BLACK, BLUE, GREY, PALE, SKY, VERMILION, LookKeywords
from spanf1.pictures.parts import legend_above, room, short_names, write_below, write_beside
from spanf1.resampling.inference import Interval
from spanf1.results.report import Row, counts_of, f_name, rows
from spanf1.results.scored import Scored

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# So many types are drawn, unless another number is asked for.
_LIMIT = 40
# The height of a row in letters; how far from its middle precision and recall are, in rows.
_ROW, _OFF = 1.75, 0.32


@dataclass
class ScoreDisplay(Display):
    """Bars of the F of each type, then of each average, with precision and recall as marks.

    Whiskers are intervals; dotted ones are of types with fewer than ten gold spans, which are not
    to be trusted. Behind a name is how many gold spans there are. ``ScoreDisplay.from_result``
    makes it, and so does ``result.plot()``.

    Attributes
    ----------
    rows : list of Row
        What is drawn: types first, then averages.
    f_name : str
        What F is called, such as ``F1``.
    level : float, optional
        The level of the intervals, if there are some.
    types : int
        How many types there are; if `rows` has fewer, it has those with most gold spans.
    noun, remark : str
        What they are called, and what is said below them.
    """

    rows: Sequence[Row]
    f_name: str = "F1"
    level: float | None = None
    types: int = 0
    noun: str = "types"
    remark: str = ""

    @classmethod
    def from_result(
        cls,
        result: Scored,
        ax: Axes | None = None,
        *,
        limit: int | None = None,
        **look: Unpack[LookKeywords],
    ) -> Self:
        """Return the scores of a result, drawn.

        Parameters
        ----------
        result : Result
            The scores.
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own.
        limit : int, optional
            How many types to draw at most: those with most gold spans; 40 by default.
        **look
            As for `plot`: ``width``, ``font_size``, ``font``.

        Raises
        ------
        UsageError
            As `plot`, or if there is no type.
        """
        level = result.confidence.level if result.confidence else None
        drawn = [*rows(result)]
        said = remark_of(result)
        return cls.from_rows(drawn, f_name(result), level, ax, limit=limit, remark=said, **look)

    @classmethod
    def from_rows(
        cls,
        rows: Sequence[Row],
        f_name: str = "F1",
        level: float | None = None,
        ax: Axes | None = None,
        *,
        limit: int | None = None,
        noun: str = "types",
        remark: str = "",
        **look: Unpack[LookKeywords],
    ) -> Self:
        """Return rows of scores, drawn: types first, then averages; see `from_result`."""
        types = [row for row in rows if row.kind == "type"]
        if not types:
            raise UsageError(f"there are no {noun} of spans to draw")
        most = sorted(types, key=lambda row: -row.score.gold)
        del most[_LIMIT if limit is None else max(limit, 1) :]
        drawn = [row for row in rows if row.kind != "type" or row in most]
        return cls(drawn, f_name, level, len(types), noun, remark).plot(ax, **look)

    def notes(self) -> list[str]:
        """Return that types are left out, if some are."""
        shown = sum(row.kind == "type" for row in self.rows)
        if shown >= self.types:
            return []
        return [f"{shown} of {self.types} {self.noun} are drawn, those with most gold spans"]

    def _below(self) -> list[str]:
        """Return what is said below the axis: what the marks are, and what is left out."""
        few = any(row.intervals and row.score.gold < FEW_SPANS for row in self.rows)
        dotted = f"dotted: fewer than {FEW_SPANS} gold spans" * few
        return [line for line in (self.remark, dotted, *self.notes()) if line]

    def _height(self, width: float, size: float) -> float:  # noqa: ARG002
        return size * (_ROW * (len(self.rows) + 0.5) + 5.5 + 1.3 * len(self._below()))

    def _draw(self, ax: Axes) -> None:
        kinds = [row.kind == "type" for row in self.rows]
        # Averages stand half a row apart from types.
        places = [k + (0 if kind else 0.5) * any(kinds) for k, kind in enumerate(kinds)]
        values = [[100 * figure for figure in row.figures] for row in self.rows]
        for kind, colour, hatch in ((True, SKY, ""), (False, PALE, "////")):
            chosen = [k for k, is_type in enumerate(kinds) if is_type == kind]
            ax.barh(
                [places[k] for k in chosen],
                [values[k][2] for k in chosen],
                height=0.76,
                color=colour,
                edgecolor=GREY,
                hatch=hatch,
                linewidth=ax.spines["left"].get_linewidth(),
                label=self.f_name if kind else None,
            )
        self._intervals(ax, places)
        for column, name, mark, colour, side in (
            (0, "P", "v", VERMILION, -_OFF),
            (1, "R", "^", BLUE, _OFF),
        ):
            ax.plot(
                [figures[column] for figures in values],
                [place + side for place in places],
                mark,
                color=colour,
                markeredgecolor="white",
                markeredgewidth=0.4,
                clip_on=False,
                zorder=4,
                label=name,
            )
        counts = [counts_of(row.score)[0] for row in self.rows]
        names = short_names([row.name for row in self.rows], room(ax, 0.32))
        labels = [f"{name} ({count})" for name, count in zip(names, counts, strict=True)]
        ax.set_yticks(places, labels, parse_math=False)
        ax.tick_params(axis="y", length=0)
        for place, figures in zip(places, values, strict=True):
            said = "-" if math.isnan(figures[2]) else f"{figures[2]:.1f}"
            write_beside(ax, place, said)
        ax.set_xlim(0, 100)
        ax.set_ylim(places[-1] + 0.6, -0.6)
        ax.spines[["top", "right"]].set_visible(False)
        write_below(ax, "%", self._below())
        legend_above(ax, first=self.f_name)

    def _intervals(self, ax: Axes, places: Sequence[float]) -> None:
        """Draw the intervals of F, dotted where they are of few spans."""
        labelled = False
        for few, style in ((False, (0, ())), (True, (0, (1, 1)))):
            chosen = [
                (place, 100 * low, 100 * high)
                for place, row in zip(places, self.rows, strict=True)
                for low, high in row.intervals[2:]
                if (row.score.gold < FEW_SPANS) == few and not math.isnan(low)
            ]
            if chosen:
                where, low, high = zip(*chosen, strict=True)
                line = ax.hlines(where, low, high, colors=BLACK, linestyles=style, zorder=3)
                for ends in (low, high):
                    ax.plot(ends, where, "|", color=BLACK, zorder=3)
                if not labelled and self.level is not None:
                    line.set_label(f"{100 * self.level:g}% interval")
                    labelled = True


def remark_of(result: Scored) -> str:
    """Return which mode is drawn, where a match has several; else nothing."""
    return f"match {MODES}: strict" * (result.options.match == MODES)


def stored_rows(result: Scored, data: Mapping[str, Any]) -> tuple[list[Row], float | None]:
    """Return the rows of a result with the intervals that its data has, and their level.

    Parameters
    ----------
    result : Result
        The result that the data is of.
    data : mapping
        What ``to_dict`` gave; only intervals are read.

    Raises
    ------
    ValueError, TypeError, LookupError, AttributeError
        If these are none.
    """
    how = data["confidence"]
    if how is None:
        return [*rows(result)], None
    f = "f1" if result.options.beta == 1 else "fbeta"
    places = [
        (row, data["types"][row.name] if row.kind == "type" else data[row.name])
        for row in rows(result)
    ]
    return [
        row._replace(
            intervals=tuple(_interval(of["intervals"][name]) for name in ("precision", "recall", f))
        )
        for row, of in places
    ], float(how["level"])


def _interval(ends: Sequence[float | None]) -> Interval:
    low, high = (math.nan if end is None else float(end) for end in ends)
    if low > high or not all(math.isnan(end) or 0 <= end <= 1 for end in (low, high)):
        raise ValueError(ends)
    return Interval(low, high)
