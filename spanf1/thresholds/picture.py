"""Sweeps as pictures: scores over thresholds, precision over recall, and reliability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, Unpack

import numpy as np

from spanf1.exceptions import UsageError, check_known
from spanf1.pictures.display import Display
from spanf1.pictures.look import BLACK, BLUE, GREY, PALE, VERMILION, LookKeywords
from spanf1.pictures.parts import legend_above, write_below
from spanf1.results.report import f_name
from spanf1.thresholds.calibration import Bin
from spanf1.thresholds.curve import Point
from spanf1.thresholds.sweep import Sweep

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: the pictures of a sweep, and what each shows
KINDS: Mapping[str, str] = {
    "f": "precision, recall and F over thresholds, with the best one",
    "pr": "precision over recall, with the best threshold",
    "reliability": "how much is right of what has a confidence",
}
# So many points are drawn of a line: more than a printer tells apart.
_MOST = 2000


@dataclass
class SweepDisplay(Display):
    """Scores over thresholds, precision over recall, or what is right by confidence.

    Lines differ by their strokes, too. ``SweepDisplay.from_sweep`` makes it, and so does
    ``sweep.plot()``.

    Attributes
    ----------
    kind : str
        One of ``f``, ``pr`` and ``reliability``.
    points : list of Point
        The thresholds that are drawn, the highest first.
    best : Point
        The best one.
    bins : list of Bin
        The bins that have predictions.
    f_name : str
        What F is called, such as ``F1``.
    thresholds : int
        How many there are; if `points` has fewer, they part the predictions evenly.
    """

    kind: str
    points: Sequence[Point]
    best: Point
    bins: Sequence[Bin]
    f_name: str = "F1"
    thresholds: int = 0

    @classmethod
    def from_sweep(
        cls,
        sweep: Sweep,
        ax: Axes | None = None,
        *,
        kind: str = "f",
        **look: Unpack[LookKeywords],
    ) -> Self:
        """Return a sweep, drawn.

        Parameters
        ----------
        sweep : Sweep
            What `spanf1.sweep` returns.
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own.
        kind : str
            ``f``, ``pr`` or ``reliability``.
        **look
            As for `plot`: ``width``, ``font_size``, ``font``.

        Raises
        ------
        UsageError
            As `plot`; or if there is nothing to draw.
        """
        check_known("picture of a sweep", kind, KINDS)
        curve, best = sweep.curve, sweep.best
        if best is None:
            raise UsageError("nothing is predicted: there is nothing to draw")
        if kind == "reliability" and not sweep.calibration:
            raise UsageError("confidences are not from 0 to 1: reliability cannot be drawn")
        count = len(curve.threshold)
        rows = [*range(count)]
        if count > _MOST:
            wanted = np.linspace(1, curve.predicted[-1], _MOST)
            at = np.searchsorted(curve.threshold[::-1], best.threshold)
            picked = np.append(np.searchsorted(curve.predicted, wanted), count - 1 - at)
            rows = np.unique(picked).tolist()
        points = [curve.point(row) for row in rows]
        found = sweep.calibration
        bins = [one for one in found.bins if one.predicted] if found else []
        prefix = "" if sweep.average == "micro" else f"{sweep.average} "
        name = prefix + f_name(sweep.result)
        return cls(kind, points, best, bins, name, count).plot(ax, **look)

    def _height(self, width: float, size: float) -> float:
        return 0.72 * width + 2 * size

    def _draw(self, ax: Axes) -> None:
        draw = {"f": self._scores, "pr": self._precision, "reliability": self._reliability}
        draw[self.kind](ax)
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_ylim(0, 104)
        legend_above(ax)

    def _scores(self, ax: Axes) -> None:
        line = ax.spines["left"].get_linewidth()
        x = [point.threshold for point in self.points]
        for name, label, colour, style in (
            ("fbeta", self.f_name, BLUE, "-"),
            ("precision", "P", VERMILION, (0, (4, 1.5))),
            ("recall", "R", BLACK, (0, (1, 1.2))),
        ):
            y = [100 * getattr(point, name) for point in self.points]
            # What a threshold between two keeps is what the higher one keeps.
            ax.plot(x, y, color=colour, linestyle=style, label=label, drawstyle="steps-post")
        ax.axvline(self.best.threshold, color=GREY, linewidth=line, zorder=1)
        ax.plot(
            [self.best.threshold],
            [100 * self.best.fbeta],
            "o",
            color=BLUE,
            clip_on=False,
            label=f"best {self.best.threshold:.3g}",
        )
        ax.set_ylabel("%")
        write_below(ax, "threshold")

    def _precision(self, ax: Axes) -> None:
        recall = [100 * point.recall for point in self.points]
        precision = [100 * point.precision for point in self.points]
        ax.plot(recall, precision, color=BLUE, marker="." if len(recall) < 30 else "")
        ax.plot(
            [100 * self.best.recall],
            [100 * self.best.precision],
            "o",
            color=BLACK,
            clip_on=False,
            label=f"best {self.f_name}: {100 * self.best.fbeta:.1f} at {self.best.threshold:.3g}",
        )
        ax.set_xlim(0, 104)
        ax.set_ylabel("P (%)")
        write_below(ax, "R (%), of all gold")

    def _reliability(self, ax: Axes) -> None:
        line = ax.spines["left"].get_linewidth()
        places = [100 * one.low for one in self.bins]
        widths = [100 * (one.high - one.low) for one in self.bins]
        ax.bar(
            places,
            [100 * one.precision for one in self.bins],
            widths,
            align="edge",
            color=PALE,
            edgecolor=BLACK,
            linewidth=line,
            label="right",
        )
        ax.plot([0, 100], [0, 100], color=GREY, linewidth=line, linestyle=(0, (4, 2)))
        ax.plot(
            [100 * one.confidence for one in self.bins],
            [100 * one.precision for one in self.bins],
            "o",
            color=BLUE,
            clip_on=False,
            label="at the mean confidence",
        )
        ax.set_xlim(0, 100)
        ax.set_ylabel("P (%)")
        write_below(ax, "confidence (%)")

    def notes(self) -> list[str]:
        """Return that not all thresholds are drawn, if that is so, and what the best one is."""
        found = ["the best threshold was chosen on this data"] * (self.kind != "reliability")
        if len(self.points) < self.thresholds and self.kind != "reliability":
            found.append(f"{len(self.points)} of {self.thresholds} thresholds are drawn")
        return found
