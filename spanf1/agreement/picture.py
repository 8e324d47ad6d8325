"""Agreement as a heat map of all pairs of annotators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, Unpack

import numpy as np
import numpy.typing as npt

from spanf1.agreement.blocks import Figure
from spanf1.pictures.heat import HeatMap
from spanf1.pictures.look import LookKeywords
from spanf1.pictures.parts import short_names
from spanf1.wording import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.float64]

# So many annotators are drawn, unless another number is asked for.
_LIMIT = 20
# How many letters a name may have.
_LONGEST = 12


@dataclass
class AgreementDisplay(HeatMap):
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
    _what, _beside, _above = "annotators", 2, 4

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

    def _left_out(self) -> list[str]:
        count = len(self.annotators)
        return [f"{count} of {self.every} annotators are drawn"] * (count < self.every)

    @property
    def _cells(self) -> float:
        return len(self.annotators)

    @property
    def _heads(self) -> tuple[list[str], list[str]]:
        names = short_names(self.annotators, _LONGEST)
        return names, names

    def _draw(self, ax: Axes) -> None:
        edges = np.arange(len(self.annotators) + 1)
        lower = np.tri(len(self.annotators), k=-1, dtype=bool)
        shaded = np.where(lower, self.f1, np.where(lower.T, self.kappa, np.nan))
        said = {
            (row, column): [
                percent(float(self.f1[row, column]), 1)
                if lower[row, column]
                else f"{self.kappa[row, column]:.2f}"
            ]
            for row, column in np.argwhere(~np.isnan(shaded)).tolist()
        }
        middles = (edges[:-1] + 0.5).tolist()
        self._shade(ax, edges.tolist(), middles, shaded)
        self._write(ax, middles, shaded, said)
        above = "; above: Cohen's \N{GREEK SMALL LETTER KAPPA}, types of tokens"
        self._explain(ax, "below: F1 in %" + above * bool((~np.isnan(self.kappa)).any()))
