"""Answers as a picture: bars of F1 and exact match; of ranked lists, P, R and F1 over K."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self, Unpack

from spanf1.answers.options import FIGURE_NAMES, PARTS, shown_name
from spanf1.exceptions import UsageError
from spanf1.pictures.display import Display
from spanf1.pictures.look import BLACK, BLUE, GREY, PALE, SKY, VERMILION, LookKeywords
from spanf1.pictures.parts import legend_above, room, short_names, write_below, write_beside
from spanf1.resampling.inference import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# So many systems are drawn, unless another number is asked for.
_LIMIT = 40
# How the bars of a row look; a row has no more bars.
_LOOKS = (SKY, ""), (PALE, "////"), ("white", "....")
# The height of a bar in letters; how far rows stand apart, in bars; how high a curve is.
_BAR, _APART, _HIGH = 1.45, 0.6, 0.62
_NONE = Interval(math.nan, math.nan)
_HINT = "spanf1 answers GOLD PRED --format json makes it"


class Bar(NamedTuple):
    """A figure of a row, such as F1 of a system, with its interval, NaN if there is none."""

    value: float
    interval: Interval


@dataclass
class AnswerDisplay(Display):
    """Bars of F1 and exact match, of one system by kind of question, or of several systems.

    Of several systems on ranked lists, there are bars of F1 at each K. ``result.plot()`` and
    ``comparison.plot()`` make it.

    Attributes
    ----------
    rows : dict of str to sequence of Bar
        What is drawn, by name: a bar for each figure.
    figures : sequence of str
        What the figures are called.
    level : float, optional
        The level of the intervals, if there are some.
    systems, more : int
        How many rows, and how many figures, there are; those that are too many are not drawn.
    """

    rows: Mapping[str, Sequence[Bar]]
    figures: Sequence[str]
    level: float | None = None
    systems: int = 0
    more: int = 0

    @classmethod
    def from_dict(
        cls,
        data: Mapping[str, Any],
        ax: Axes | None = None,
        *,
        limit: int | None = None,
        **look: Unpack[LookKeywords],
    ) -> Self:
        """Return what the JSON of one system's answers, or of several systems, has, drawn.

        Parameters
        ----------
        data : mapping
            The data.
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own.
        limit : int, optional
            How many systems to draw at most: the best ones; 40 by default.
        **look
            As for `plot`: ``width``, ``font_size``, ``font``.

        Raises
        ------
        UsageError
            As `plot`, or if the data is not of that form.
        """
        try:
            made = cls._of_systems(data, limit) if "systems" in data else cls._of_parts(data)
        except (LookupError, TypeError, AttributeError, ValueError):
            raise _no_answers() from None
        return made.plot(ax, **look)

    @classmethod
    def _of_systems(cls, data: Mapping[str, Any], limit: int | None) -> Self:
        systems = data["systems"]
        # The figures that systems are compared by are those with intervals.
        names = [*systems[0]["intervals"]]
        drawn = names[: len(_LOOKS)]
        rows = {
            str(one["name"]): [_bar(one, name) for name in drawn]
            for one in systems[: _LIMIT if limit is None else max(limit, 1)]
        }
        shown = [shown_name(name) for name in drawn]
        return cls(rows, shown, _level(systems[0]), len(systems), len(names))

    @classmethod
    def _of_parts(cls, data: Mapping[str, Any]) -> Self:
        count, answerable = data["questions"], data["answerable"]
        parts = dict(zip(PARTS, (count, answerable, count - answerable), strict=True))
        if not 0 < answerable < count:
            parts = {"": count}
        rows = {
            f"{PARTS[part]} ({questions})": [_bar(data, name + part) for name in FIGURE_NAMES]
            for part, questions in parts.items()
        }
        return cls(rows, [*FIGURE_NAMES.values()], _level(data), len(rows), len(FIGURE_NAMES))

    def notes(self) -> list[str]:
        """Return that systems or figures are left out, if some are."""
        found = []
        if len(self.rows) < self.systems:
            found.append(f"{len(self.rows)} of {self.systems} systems are drawn, the best ones")
        if len(self.figures) < self.more:
            found.append(f"{len(self.figures)} of {self.more} figures are drawn, the first ones")
        return found

    @property
    def _step(self) -> float:
        """How far rows stand apart, in bars."""
        return len(self.figures) + _APART

    def _height(self, width: float, size: float) -> float:  # noqa: ARG002
        return size * (_BAR * self._step * len(self.rows) + 6 + 1.3 * len(self.notes()))

    def _draw(self, ax: Axes) -> None:
        count, step, labelled = len(self.figures), self._step, self.level is None
        for k, (name, (colour, hatch)) in enumerate(zip(self.figures, _LOOKS, strict=False)):
            places = [step * row + k for row in range(len(self.rows))]
            bars = [row[k] for row in self.rows.values()]
            ax.barh(
                places,
                [100 * bar.value for bar in bars],
                height=0.9,
                color=colour,
                edgecolor=BLACK if colour == "white" else GREY,
                hatch=hatch,
                linewidth=ax.spines["left"].get_linewidth(),
                label=name,
            )
            for place, bar in zip(places, bars, strict=True):
                said = "-" if math.isnan(bar.value) else f"{100 * bar.value:.1f}"
                write_beside(ax, place, said)
                low, high = (100 * end for end in bar.interval)
                if not math.isnan(low):
                    line = ax.hlines(place, low, high, colors=BLACK, zorder=3)
                    ax.plot([low, high], [place, place], "|", color=BLACK, zorder=3)
                    if not labelled:
                        line.set_label(f"{100 * (self.level or 0):g}% interval")
                        labelled = True
        middles = [step * row + (count - 1) / 2 for row in range(len(self.rows))]
        ax.set_yticks(middles, short_names([*self.rows], room(ax, 0.4)), parse_math=False)
        ax.tick_params(axis="y", length=0)
        ax.set_xlim(0, 100)
        ax.set_ylim(step * len(self.rows) - _APART - 0.4, -0.6)
        ax.spines[["top", "right"]].set_visible(False)
        write_below(ax, "%", self.notes())
        legend_above(ax, first=self.figures[0])


@dataclass
class RetrievalDisplay(Display):
    """P, R and F1 of ranked lists over K, with the best K; ``result.plot()`` makes it.

    Attributes
    ----------
    precision, recall, f1 : sequence of float
        The means over questions at 1, 2, … up to the longest list.
    best : int
        The K with the largest F1.
    intervals : dict of int to Interval
        Those of F1, at some K.
    level : float, optional
        Their level.
    """

    precision: Sequence[float]
    recall: Sequence[float]
    f1: Sequence[float]
    best: int
    intervals: Mapping[int, Interval]
    level: float | None = None

    @classmethod
    def from_dict(
        cls, data: Mapping[str, Any], ax: Axes | None = None, **look: Unpack[LookKeywords]
    ) -> Self:
        """Return what the JSON of ranked lists has, drawn; see `AnswerDisplay.from_dict`."""
        try:
            curve, best = data["curve"], int(data["best"]["k"])
            p, r, f = (
                [float(value) for value in curve[name]] for name in ("precision", "recall", "f1")
            )
            made = cls(p, r, f, best, _at(data), _level(data))
            if not len(p) == len(r) == len(f) or not 0 <= best <= len(made.f1):
                raise ValueError(best)
        except (LookupError, TypeError, AttributeError, ValueError):
            raise _no_answers() from None
        if not best:
            raise UsageError("nothing was retrieved, so there is no curve to draw")
        return made.plot(ax, **look)

    def _height(self, width: float, size: float) -> float:
        return max(_HIGH * width, 14 * size)

    def _draw(self, ax: Axes) -> None:
        ks = [*range(1, len(self.f1) + 1)]
        few = len(ks) <= 30
        for values, name, colour, style, mark in (
            (self.precision, "P", VERMILION, (0, (3, 1)), "v"),
            (self.recall, "R", BLUE, (0, (1, 1)), "^"),
            (self.f1, "F1", BLACK, "-", "o"),
        ):
            shown = [100 * value for value in values]
            ax.plot(
                ks,
                shown,
                mark if few else "",
                linestyle=style,
                color=colour,
                markersize=3,
                label=name,
                clip_on=False,
            )
        drawn = [
            (k, 100 * low, 100 * high)
            for k, (low, high) in self.intervals.items()
            if k <= len(ks) and not math.isnan(low)
        ]
        if drawn:
            where, low, high = zip(*drawn, strict=True)
            line = ax.vlines(where, low, high, colors=GREY, zorder=3)
            line.set_label(f"{100 * (self.level or 0):g}% interval")
            for ends in (low, high):
                ax.plot(where, ends, "_", color=GREY, zorder=3)
        ax.plot(
            self.best,
            100 * self.f1[self.best - 1],
            "*",
            color=BLUE,
            markersize=8,
            markeredgecolor="white",
            zorder=5,
            label=f"best K: {self.best}",
        )
        ax.set_ylim(0, 100)
        ax.locator_params(axis="x", integer=True)
        ax.set_ylabel("%")
        ax.set_xlabel("K")
        ax.spines[["top", "right"]].set_visible(False)
        legend_above(ax, first="F1")


def drawn(
    data: Mapping[str, Any],
    ax: Axes | None = None,
    *,
    limit: int | None = None,
    **look: Unpack[LookKeywords],
) -> AnswerDisplay | RetrievalDisplay:
    """Return the picture of what ``spanf1 answers`` found, as its JSON has it."""
    if "curve" in data:
        return RetrievalDisplay.from_dict(data, ax, **look)
    return AnswerDisplay.from_dict(data, ax, limit=limit, **look)


def _no_answers() -> UsageError:
    return UsageError("this is not what spanf1 answers found", hint=_HINT)


def _level(data: Mapping[str, Any]) -> float | None:
    return float(data["confidence"]["level"]) if data["confidence"] else None


def _bar(data: Mapping[str, Any], name: str) -> Bar:
    value = data["figures"][name]
    return Bar(math.nan if value is None else float(value), _interval(data, name))


def _at(data: Mapping[str, Any]) -> dict[int, Interval]:
    """Return the intervals of F1 by K."""
    names = [name for name in data["intervals"] or {} if name.startswith("f1@")]
    return {int(name[3:]): _interval(data, name) for name in names}


def _interval(data: Mapping[str, Any], name: str) -> Interval:
    """Return the interval of a figure, NaN if there is none."""
    if not data["intervals"]:
        return _NONE
    low, high = (math.nan if end is None else float(end) for end in data["intervals"][name])
    return Interval(low, high)
