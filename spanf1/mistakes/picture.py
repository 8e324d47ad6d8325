"""Confusions as a heat map of which types are taken for which; slices as bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self, Unpack

import numpy as np
import numpy.typing as npt

from spanf1.exceptions import UsageError
from spanf1.mistakes.ledger import Confusion
from spanf1.mistakes.slices import Slices
from spanf1.pictures.display import Display
from spanf1.pictures.look import BLACK, GREY, POINTS, SHADES, LookKeywords
from spanf1.pictures.parts import letters, short_names
from spanf1.results.picture import ScoreDisplay
from spanf1.results.report import Row, ends_of, f_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.float64]

# So many types are drawn, unless another number is asked for.
_LIMIT = 20
# How many letters a name may have.
_LONGEST = 12
# How far what is missed and spurious is apart from the types, in cells.
_GAP = 0.25
# The smallest numbers that can be read, in points.
_READABLE = 4.0
# From this shade on, white is easier to read than black.
_DARK = 0.72


@dataclass
class ConfusionDisplay(Display):
    """How often spans of each type of gold are predicted as each type: a heat map with counts.

    In a cell is how many pairs of the same units there are and, below it with a plus, how many
    whose boundaries differ. What is missed is a column apart, what is spurious a row apart. The
    darker a cell, the more of its row it has. ``ConfusionDisplay.from_confusion`` makes it, and so
    does ``analysis.plot_confusion()``.

    Attributes
    ----------
    confusion : Confusion
        What is drawn.
    types : int
        How many types there are; if `confusion` has fewer, it has those with most spans.
    """

    confusion: Confusion
    types: int = 0
    _size: float = field(default=math.inf, init=False, repr=False)

    @classmethod
    def from_confusion(
        cls,
        confusion: Confusion,
        ax: Axes | None = None,
        *,
        limit: int | None = None,
        **look: Unpack[LookKeywords],
    ) -> Self:
        """Return confusions, drawn.

        Parameters
        ----------
        confusion : Confusion
            What ``analysis.confusion()`` returns.
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own.
        limit : int, optional
            How many types to draw at most: those with most gold spans; 20 by default.
        **look
            As for `plot`: ``width``, ``font_size``, ``font``.

        Raises
        ------
        UsageError
            As `plot`, or if there is no type.
        """
        labels, same, apart = confusion
        if not labels:
            raise UsageError("there is no type of spans to draw")
        most = np.argsort(-confusion.array[:-1].sum(axis=1), kind="stable")[
            : _LIMIT if limit is None else max(limit, 1)
        ]
        chosen = [*sorted(most.tolist()), len(labels)]
        cells = np.ix_(chosen, chosen)
        drawn = Confusion([labels[k] for k in chosen[:-1]], same[cells], apart[cells])
        return cls(drawn, len(labels)).plot(ax, **look)

    def notes(self) -> list[str]:
        """Return that types are left out, or that numbers can hardly be read."""
        notes = self._left_out()
        if self._size < _READABLE:
            notes.append(
                f"numbers are {self._size:.1f} points large: a wider picture, or fewer types, has "
                "larger ones"
            )
        return notes

    def _left_out(self) -> list[str]:
        shown = len(self.confusion.labels)
        if shown >= self.types:
            return []
        return [f"{shown} of {self.types} types are drawn, those with most gold spans"]

    def _names(self, last: str) -> list[str]:
        return [*short_names(self.confusion.labels, _LONGEST), last]

    def _cell(self, width: float, size: float) -> float:
        """Return how wide a cell is, about, if the picture is so wide; in points."""
        beside = 0.6 * size * (letters(self._names("spurious")) + 4)
        return max(width - beside, 0.3 * width) / (len(self.confusion.labels) + 1 + _GAP)

    def _row(self, width: float, size: float) -> float:
        """Return how high a row is: as wide as a cell, within reason."""
        return max(min(self._cell(width, size), 3.4 * size), 1.2 * size)

    def _height(self, width: float, size: float) -> float:
        rows = len(self.confusion.labels) + 1 + _GAP
        above = letters(self._names("missed")) if self._upright(width, size) else 1
        return self._row(width, size) * rows + size * (0.62 * above + 5.5)

    def _upright(self, width: float, size: float) -> bool:
        """Return whether the names of columns do not fit over them."""
        return 0.62 * size * letters(self._names("missed")) > self._cell(width, size)

    def _draw(self, ax: Axes) -> None:
        from matplotlib.patches import Rectangle

        labels, same, apart = self.confusion
        whole = same + apart
        count = len(labels)
        sums = whole.sum(axis=1, keepdims=True)
        shares = whole / np.maximum(sums, 1)
        # A row and a column of nothing keep what has no partner apart.
        edges = [*range(count + 1), count + _GAP, count + 1 + _GAP]
        shaded = np.full((count + 2, count + 2), np.nan)
        places = [*range(count), count + 1]
        shaded[np.ix_(places, places)] = shares
        shaded[-1, -1] = np.nan
        line = ax.spines["left"].get_linewidth()
        ax.pcolormesh(
            edges, edges, shaded, cmap=SHADES, vmin=0, vmax=1, edgecolors="white", linewidth=line
        )
        middles = [*(k + 0.5 for k in range(count)), count + _GAP + 0.5]
        self._count_in_cells(ax, middles, shares)
        figure = self.figure_
        width, size = figure.get_figwidth() * 72, float(ax.yaxis.label.get_fontsize())
        angle = 90 if self._upright(width, size) else 0
        ax.set_xticks(middles, self._names("missed"), parse_math=False, rotation=angle)
        ax.set_yticks(middles, self._names("spurious"), parse_math=False)
        ax.xaxis.set_ticks_position("top")
        ax.xaxis.set_label_position("top")
        ax.tick_params(length=0)
        ax.set_xlim(0, edges[-1])
        ax.set_ylim(edges[-1], 0)
        ax.spines[:].set_visible(False)
        for start, stop in ((0, count), (count + _GAP, count + 1 + _GAP)):
            for x, y in ((start, 0), (0, start)):
                w, h = (stop - start, count) if y == 0 else (count, stop - start)
                ax.add_patch(Rectangle((x, y), w, h, fill=False, ec=GREY, lw=line, clip_on=False))
        ax.set_xlabel("Predicted")
        ax.set_ylabel("Gold")
        said = "+n: boundaries differ; shade: share of the row"
        ax.annotate(
            "\n".join([said, *self._left_out()]),
            (1, 0),
            xycoords="axes fraction",
            xytext=(0, -0.4 * size),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=0.85 * size,
            color=GREY,
        )

    def _count_in_cells(self, ax: Axes, middles: Sequence[float], shares: FloatArray) -> None:
        """Write the counts, as large as fits."""
        _, same, apart = self.confusion
        said = {
            (row, column): [str(n) for n in (same[row, column],) if n or not apart[row, column]]
            + [f"+{n}" for n in (apart[row, column],) if n]
            for row, column in np.argwhere(same + apart).tolist()
        }
        size = float(ax.yaxis.label.get_fontsize())
        width, height = self._cell_of(ax)
        lines = [line for cell in said.values() for line in cell]
        most = max(map(len, lines), default=1)
        deep = max(map(len, said.values()), default=1)
        self._size = min(size, width / (0.68 * most), height / (1.2 * deep))
        for (row, column), cell in said.items():
            ax.text(
                middles[column],
                middles[row],
                "\n".join(cell),
                ha="center",
                va="center",
                fontsize=self._size,
                linespacing=1.05,
                color="white" if shares[row, column] > _DARK else BLACK,
            )

    def _cell_of(self, ax: Axes) -> tuple[float, float]:
        """Return the width and the height of a cell, about, in points."""
        cells = len(self.confusion.labels) + 1 + _GAP
        if self._look:
            width, size = self._look.centimetres * POINTS, self._look.font_size
            return self._cell(width, size), self._row(width, size)
        box = ax.get_window_extent().transformed(self.figure_.dpi_scale_trans.inverted())
        return 72 * box.width / cells, 72 * box.height / cells


@dataclass
class SliceDisplay(ScoreDisplay):
    """Bars of the F of each slice, then of all spans, with precision and recall as marks.

    A star is on each slice that differs from all other spans, beyond noise; whiskers are intervals,
    as for `ScoreDisplay`. ``SliceDisplay.from_slices`` makes it, and so does
    ``analysis.slices("length").plot()``.
    """

    @classmethod
    def from_slices(
        cls,
        slices: Slices,
        ax: Axes | None = None,
        *,
        limit: int | None = None,
        **look: Unpack[LookKeywords],
    ) -> Self:
        """Return slices, drawn.

        Parameters
        ----------
        slices : Slices
            What ``analysis.slices()`` returns.
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own.
        limit : int, optional
            How many slices to draw at most: those with most gold spans; 40 by default.
        **look
            As for `plot`: ``width``, ``font_size``, ``font``.

        Raises
        ------
        UsageError
            As `plot`, or if there is no slice.
        """
        starred = {name: f"{name}*" for name in slices.differing}
        drawn = [
            Row("type", starred.get(one.name, one.name), one.score, ends_of(one.intervals))
            for one in slices
        ]
        drawn.append(Row("micro", "all", slices.scored.micro))
        level = slices.confidence.level if slices.confidence else None
        remark = f"by {slices.by}" + "; *: differs from the rest" * bool(starred)
        name = f_name(slices.scored)
        return cls.from_rows(
            drawn,
            name,
            level,
            ax,
            limit=limit,
            noun="slices",
            remark=remark,
            **look,
        )
