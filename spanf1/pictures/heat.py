"""A heat map: cells that are the darker the larger their figures, with texts in them."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spanf1.pictures.display import Display
from spanf1.pictures.look import BLACK, GREY, POINTS, SHADES
from spanf1.pictures.parts import letters

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The smallest texts that can be read, in points.
_READABLE = 4.0
# From this shade on, white is easier to read than black.
_DARK = 0.72


class HeatMap(Display):
    """Cells in rows and columns, as many of these as of those.

    `_what` is what rows and columns are, and `_beside` and `_above` so many letters more than
    their names need room beside the cells, and above them.
    """

    _what: str
    _beside: float
    _above: float
    _size: float = math.inf

    @property
    @abstractmethod
    def _cells(self) -> float:
        """How many cells a row has, and what is between them."""

    @property
    @abstractmethod
    def _heads(self) -> tuple[list[str], list[str]]:
        """The names of columns, and of rows."""

    @abstractmethod
    def _left_out(self) -> list[str]:
        """Return that some are left out."""

    def notes(self) -> list[str]:
        """Return that some are left out, or that numbers can hardly be read."""
        notes = self._left_out()
        if self._size < _READABLE:
            notes.append(
                f"numbers are {self._size:.1f} points large: a wider picture, or fewer "
                f"{self._what}, has larger ones"
            )
        return notes

    def _cell(self, width: float, size: float) -> float:
        """Return how wide a cell is, about, if the picture is so wide; in points."""
        beside = 0.6 * size * (letters(self._heads[1]) + self._beside)
        return max(width - beside, 0.3 * width) / self._cells

    def _row(self, width: float, size: float) -> float:
        """Return how high a row is: as wide as a cell, within reason."""
        return max(min(self._cell(width, size), 3.4 * size), 1.2 * size)

    def _upright(self, width: float, size: float) -> bool:
        """Return whether the names of columns do not fit over them."""
        return 0.62 * size * letters(self._heads[0]) > self._cell(width, size)

    def _height(self, width: float, size: float) -> float:
        above = letters(self._heads[0]) if self._upright(width, size) else 1
        return self._row(width, size) * self._cells + size * (0.62 * above + self._above)

    def _shade(
        self,
        ax: Axes,
        edges: Sequence[float],
        middles: Sequence[float],
        shaded: npt.NDArray[np.float64],
    ) -> None:
        """Draw the cells, between edges, and the names at their middles."""
        ax.pcolormesh(
            *(edges, edges, shaded),
            cmap=SHADES,
            vmin=0,
            vmax=1,
            edgecolors="white",
            linewidth=ax.spines["left"].get_linewidth(),
        )
        width = self.figure_.get_figwidth() * 72
        angle = 90 if self._upright(width, float(ax.yaxis.label.get_fontsize())) else 0
        columns, rows = self._heads
        ax.set_xticks(middles, columns, parse_math=False, rotation=angle)
        ax.set_yticks(middles, rows, parse_math=False)
        ax.xaxis.set_ticks_position("top")
        ax.tick_params(length=0)
        ax.set_xlim(0, edges[-1])
        ax.set_ylim(edges[-1], 0)
        ax.spines[:].set_visible(False)

    def _write(
        self,
        ax: Axes,
        middles: Sequence[float],
        shades: npt.NDArray[np.float64],
        said: Mapping[tuple[int, int], list[str]],
    ) -> None:
        """Write the lines of each cell, as large as fits."""
        width, height = self._extent(ax)
        most = max((len(line) for cell in said.values() for line in cell), default=1)
        deep = max(map(len, said.values()), default=1)
        size = float(ax.yaxis.label.get_fontsize())
        self._size = min(size, width / (0.68 * most), height / (1.2 * deep))
        for (row, column), cell in said.items():
            ax.text(
                *(middles[column], middles[row], "\n".join(cell)),
                ha="center",
                va="center",
                fontsize=self._size,
                linespacing=1.05,
                color="white" if shades[row, column] > _DARK else BLACK,
            )

    def _extent(self, ax: Axes) -> tuple[float, float]:
        """Return the width and the height of a cell, about, in points."""
        if self._look:
            width, size = self._look.centimetres * POINTS, self._look.font_size
            return self._cell(width, size), self._row(width, size)
        box = ax.get_window_extent().transformed(self.figure_.dpi_scale_trans.inverted())
        return 72 * box.width / self._cells, 72 * box.height / self._cells

    def _explain(self, ax: Axes, text: str) -> None:
        """Write below what figures are, and what is left out."""
        size = float(ax.yaxis.label.get_fontsize())
        ax.annotate(
            *("\n".join([text, *self._left_out()]), (1, 0)),
            xycoords="axes fraction",
            xytext=(0, -0.4 * size),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=0.85 * size,
            color=GREY,
        )
