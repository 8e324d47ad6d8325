"""F1 over steps, sizes or time as a picture: a line, a band of several runs, limits over time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, Unpack

from spanf1.exceptions import UsageError
from spanf1.pictures.display import Display
from spanf1.pictures.look import BLACK, BLUE, GREY, PALE, SKY, VERMILION, LookKeywords
from spanf1.pictures.parts import legend_above, letters_in, short_names
from spanf1.trends.series import Band, Over

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# How high a picture is to its width; how many places are named below it.
_HIGH, _NAMED = 0.62, 6
_LABELS = {"step": "Step", "size": "Size of training data", "time": ""}


@dataclass
class TrendDisplay(Display):
    """F1 over steps, sizes or time.

    Of one run precision and recall are thin lines; of several, there is their mean, with one
    standard deviation, and with the least and the most of them. Over time there are the limits,
    and what is outside of them. ``trend.plot()`` makes it.

    Attributes
    ----------
    band : list of Band
        The means at all places.
    over : str
        ``step``, ``size`` or ``time``.
    precision, recall : list of float
        Those of a single run; NaN where they are not known.
    reference : int
        How many chunks are the reference.
    limits : list of (float, float, str)
        Of each chunk behind it, the limits, and what it is: ``below``, ``above``, ``sliding``.
    centre : float
        The figure of the reference.
    """

    band: Sequence[Band]
    over: Over
    precision: Sequence[float] = ()
    recall: Sequence[float] = ()
    reference: int = 0
    limits: Sequence[tuple[float, float, str]] = ()
    centre: float = math.nan

    @classmethod
    def from_dict(
        cls, data: Mapping[str, Any], ax: Axes | None = None, **look: Unpack[LookKeywords]
    ) -> Self:
        """Return what ``trend.to_dict`` gave, drawn.

        Parameters
        ----------
        data : mapping
            The data, also by way of JSON.
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own.
        **look
            As for `plot`: ``width``, ``font_size``, ``font``.

        Raises
        ------
        UsageError
            As `plot`, or if the data is not of that form.
        """
        try:
            band = [Band(*(_read(row[name]) for name in Band._fields)) for row in data["band"]]
            runs, seen = data["runs"], data["watch"] or {"reference": 0, "checks": []}
            single = runs[0]["points"] if len(runs) == 1 else []
            made = cls(
                band,
                data["over"],
                [_read(point["precision"]) for point in single],
                [_read(point["recall"]) for point in single],
                seen["reference"],
                [(one["low"], one["high"], one["says"]) for one in seen["checks"]],
                seen.get("centre", math.nan),
            )
            _ = _LABELS[made.over], made.band[0]
        except (LookupError, TypeError, AttributeError):
            raise UsageError(
                "this is not what spanf1 trend found",
                hint="spanf1 trend FILE --format json makes it",
            ) from None
        return made.plot(ax, **look)

    def _height(self, width: float, size: float) -> float:
        return max(_HIGH * width, 14 * size)

    @property
    def _places(self) -> list[float]:
        """Where points stand: dates as far apart as they are, sizes by their logarithm."""
        return [row.place for row in self.band]

    def _draw(self, ax: Axes) -> None:
        places = self._places
        self._draw_limits(ax, places)
        self._draw_band(ax, places)
        for values, name, colour, style in (
            (self.precision, "P", VERMILION, (0, (3, 1))),
            (self.recall, "R", BLUE, (0, (1, 1))),
        ):
            if any(not math.isnan(value) for value in values):
                thin = ax.spines["left"].get_linewidth()
                shown = [100 * value for value in values]
                ax.plot(places, shown, color=colour, linestyle=style, linewidth=thin, label=name)
        means = [100 * row.mean for row in self.band]
        label = "F1" if self.band[0].runs == 1 else f"F1, mean of {self.band[0].runs}"
        mark = "o" if len(self.band) <= 30 else ""
        ax.plot(places, means, mark + "-", color=BLACK, markersize=3, zorder=4, label=label)
        if self.over != "time":
            best = means.index(max(means))
            ax.plot(
                places[best],
                means[best],
                "*",
                color=BLUE,
                markersize=8,
                markeredgecolor="white",
                zorder=5,
                label="best",
            )
        self._draw_alarms(ax, places, means)
        if self.over == "size" and min(places) > 0:
            ax.set_xscale("log", base=2)
            ax.minorticks_off()
        self._name_places(ax, places)
        ax.set_ylabel("%")
        ax.set_xlabel(_LABELS[self.over])
        ax.spines[["top", "right"]].set_visible(False)
        legend_above(ax, first=label)

    def _name_places(self, ax: Axes, places: Sequence[float]) -> None:
        width = 72 * self.figure_.get_figwidth() * 0.8
        longest = max(len(row.name) for row in self.band)
        size = float(ax.xaxis.label.get_fontsize())
        most = max(2, min(_NAMED, letters_in(width, size) // (longest + 2)))
        if self.over == "step" and len(places) > most:
            return
        count = min(most, len(places))
        last = len(places) - 1
        chosen = sorted({round(n * last / max(count - 1, 1)) for n in range(count)})
        names = short_names([self.band[n].name for n in chosen], letters_in(width / count, size))
        ax.set_xticks([places[n] for n in chosen], names, parse_math=False)

    def _draw_band(self, ax: Axes, places: Sequence[float]) -> None:
        if self.band[0].runs < 2:
            return
        low, high = ([100 * row[end] for row in self.band] for end in (5, 6))
        ax.fill_between(places, low, high, color=PALE, linewidth=0, label="least, most")
        below = [100 * (row.mean - row.sd) for row in self.band]
        above = [100 * (row.mean + row.sd) for row in self.band]
        ax.fill_between(
            places, below, above, facecolor=SKY, edgecolor=GREY, linewidth=0.4, label="sd"
        )

    def _draw_limits(self, ax: Axes, places: Sequence[float]) -> None:
        if not self.limits:
            return
        first, last = places[0], places[self.reference - 1]
        ax.axvspan(first, last, color=PALE, linewidth=0, label="reference")
        later = places[self.reference :]
        # A single chunk has limits as wide as a place.
        half = (places[-1] - places[0]) / max(len(places) - 1, 1) / 2
        for end in (0, 1):
            values = [100 * limits[end] for limits in self.limits]
            starts, ends = [at - half for at in later], [at + half for at in later]
            line = ax.hlines(values, starts, ends, colors=GREY, linestyles=(0, (4, 2)))
            if not end:
                line.set_label("limits")
        if not math.isnan(self.centre):
            ax.hlines(100 * self.centre, first, places[-1] + half, colors=GREY, linewidth=0.6)

    def _draw_alarms(self, ax: Axes, places: Sequence[float], means: Sequence[float]) -> None:
        for label, mark, kinds in (
            ("outside", "X", ("below", "above")),
            ("slides", "v", ("sliding",)),
        ):
            chosen = [
                self.reference + number
                for number, (_, _, says) in enumerate(self.limits)
                if says in kinds
            ]
            if chosen:
                ax.plot(
                    [places[n] for n in chosen],
                    [means[n] for n in chosen],
                    mark,
                    color=VERMILION,
                    markeredgecolor="white",
                    zorder=6,
                    label=label,
                )


def _read(value: Any) -> Any:
    return math.nan if value is None else value
