"""Agreement as a heat map of all pairs of annotators."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self, Unpack

import numpy as np
import numpy.typing as npt

from spanf1.agreement.blocks import Figure
from spanf1.pictures.display import Display
from spanf1.pictures.look import BLACK, GREY, POINTS, SHADES, LookKeywords
from spanf1.pictures.parts import letters, short_names
from spanf1.wording import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.float64]

# So many annotators are drawn, unless another number is asked for.
_LIMIT = 20
# How many letters a name may have.
_LONGEST = 12
# The smallest numbers that can be read, in points.
_READABLE = 4.0
# From this shade on, white is easier to read than black.
_DARK = 0.72


@dataclass
class AgreementDisplay(Display):
    """How far each pair of annotators agrees: a heat map of two halves.

    Below the diagonal is their F1 in percent, above it Cohen's kappa of the types of all tokens,
    where tokens are known. ``AgreementDisplay.from_figures`` makes it, and so does
    ``agreement.plot()``.

    Attributes
    ----------
    annotators : list of str
        Who is drawn.
    f1, kappa : array of float, shape (annotators, annotators)
        The figures, as fractions of 1; NaN where there is none.
    every : int
        How many annotators there are.
    """

    annotators: list[str]
    f1: FloatArray
    kappa: FloatArray
    every: int = 0
    _size: float = field(default=math.inf, init=False, repr=False)

    @classmethod
    def from_figures(
        cls,
        annotators: Sequence[str],
        figures: Iterable[Figure],
        ax: Axes | None = None,
        *,
        limit: int | None = None,
        **look: Unpack[LookKeywords],
    ) -> Self:
        """Return agreement, drawn.

        Parameters
        ----------
        annotators : sequence of str
            Their names.
        figures : iterable of Figure
            What ``agreement.figures`` has.
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own.
        limit : int, optional
            How many annotators to draw at most: the first ones; 20 by default.
        **look
            As for `plot`: ``width``, ``font_size``, ``font``.

        Raises
        ------
        UsageError
            As `plot`.
        """
        names = [*annotators]
        most = _LIMIT if limit is None else max(limit, 2)
        tables = {name: np.full((len(names), len(names)), np.nan) for name in ("f1", "kappa")}
        for one in figures:
            if one.name in tables and one.universe in ("", "types"):
                a, b = map(names.index, one.annotators)
                tables[one.name][a, b] = tables[one.name][b, a] = one.value
        drawn = {name: table[:most, :most] for name, table in tables.items()}
        return cls(names[:most], **drawn, every=len(names)).plot(ax, **look)

    def notes(self) -> list[str]:
        """Return that annotators are left out, or that numbers can hardly be read."""
        notes = self._left_out()
        if self._size < _READABLE:
            notes.append(
                f"numbers are {self._size:.1f} points large: a wider picture, or fewer annotators, "
                "has larger ones"
            )
        return notes

    def _left_out(self) -> list[str]:
        count = len(self.annotators)
        return [f"{count} of {self.every} annotators are drawn"] * (count < self.every)

    @property
    def _names(self) -> list[str]:
        return short_names(self.annotators, _LONGEST)

    def _cell(self, width: float, size: float) -> float:
        """Return how wide a cell is, about, if the picture is so wide; in points."""
        beside = 0.6 * size * (letters(self._names) + 2)
        return max(width - beside, 0.3 * width) / len(self.annotators)

    def _row(self, width: float, size: float) -> float:
        """Return how high a row is: as wide as a cell, within reason."""
        return max(min(self._cell(width, size), 3.4 * size), 1.2 * size)

    def _upright(self, width: float, size: float) -> bool:
        """Return whether the names of columns do not fit over them."""
        return 0.62 * size * letters(self._names) > self._cell(width, size)

    def _height(self, width: float, size: float) -> float:
        above = letters(self._names) if self._upright(width, size) else 1
        return self._row(width, size) * len(self.annotators) + size * (0.62 * above + 4)

    def _draw(self, ax: Axes) -> None:
        count = len(self.annotators)
        lower = np.tri(count, k=-1, dtype=bool)
        shaded = np.where(lower, self.f1, np.where(lower.T, self.kappa, np.nan))
        line = ax.spines["left"].get_linewidth()
        edges = np.arange(count + 1)
        ax.pcolormesh(
            edges, edges, shaded, cmap=SHADES, vmin=0, vmax=1, edgecolors="white", linewidth=line
        )
        width = self.figure_.get_figwidth() * 72
        size = float(ax.yaxis.label.get_fontsize())
        middles = edges[:-1] + 0.5
        angle = 90 if self._upright(width, size) else 0
        ax.set_xticks(middles, self._names, parse_math=False, rotation=angle)
        ax.set_yticks(middles, self._names, parse_math=False)
        ax.xaxis.set_ticks_position("top")
        ax.tick_params(length=0)
        ax.set_xlim(0, count)
        ax.set_ylim(count, 0)
        ax.spines[:].set_visible(False)
        self._write(ax, shaded, lower, size)
        above = "; above: Cohen's \N{GREEK SMALL LETTER KAPPA}, types of tokens"
        said = "below: F1 in %" + above * bool((~np.isnan(self.kappa)).any())
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

    def _write(
        self, ax: Axes, shaded: FloatArray, lower: npt.NDArray[np.bool_], size: float
    ) -> None:
        """Write the figures, as large as fits."""
        said = {
            (row, column): percent(float(self.f1[row, column]), 1)
            if lower[row, column]
            else f"{self.kappa[row, column]:.2f}"
            for row, column in np.argwhere(~np.isnan(shaded)).tolist()
        }
        width, height = self._cell_of(ax)
        self._size = min(
            size, width / (0.68 * max(map(len, said.values()), default=1)), height / 1.2
        )
        for (row, column), text in said.items():
            ax.text(
                column + 0.5,
                row + 0.5,
                text,
                ha="center",
                va="center",
                fontsize=self._size,
                color="white" if shaded[row, column] > _DARK else BLACK,
            )

    def _cell_of(self, ax: Axes) -> tuple[float, float]:
        """Return the width and the height of a cell, about, in points."""
        cells = len(self.annotators)
        if self._look:
            width, size = self._look.centimetres * POINTS, self._look.font_size
            return self._cell(width, size), self._row(width, size)
        box = ax.get_window_extent().transformed(self.figure_.dpi_scale_trans.inverted())
        return 72 * box.width / cells, 72 * box.height / cells
