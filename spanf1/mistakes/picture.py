"""Confusions as a heat map of which types are taken for which; slices as bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, Unpack

import numpy as np
import numpy.typing as npt

from spanf1.exceptions import UsageError
from spanf1.mistakes.ledger import Confusion
from spanf1.mistakes.slices import Slices
from spanf1.pictures.heat import HeatMap
from spanf1.pictures.look import GREY, LookKeywords
from spanf1.pictures.parts import short_names
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


@dataclass
class ConfusionDisplay(HeatMap):
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
    _what, _beside, _above = "types", 4, 5.5

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

    def _left_out(self) -> list[str]:
        shown = len(self.confusion.labels)
        if shown >= self.types:
            return []
        return [f"{shown} of {self.types} types are drawn, those with most gold spans"]

    @property
    def _cells(self) -> float:
        return len(self.confusion.labels) + 1 + _GAP

    @property
    def _heads(self) -> tuple[list[str], list[str]]:
        names = short_names(self.confusion.labels, _LONGEST)
        return [*names, "missed"], [*names, "spurious"]

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
        middles = [*(k + 0.5 for k in range(count)), count + _GAP + 0.5]
        said = {
            (row, column): [str(n) for n in (same[row, column],) if n or not apart[row, column]]
            + [f"+{n}" for n in (apart[row, column],) if n]
            for row, column in np.argwhere(whole).tolist()
        }
        self._shade(ax, edges, middles, shaded)
        self._write(ax, middles, shares, said)
        line = ax.spines["left"].get_linewidth()
        for start, stop in ((0, count), (count + _GAP, count + 1 + _GAP)):
            for x, y in ((start, 0), (0, start)):
                w, h = (stop - start, count) if y == 0 else (count, stop - start)
                ax.add_patch(Rectangle((x, y), w, h, fill=False, ec=GREY, lw=line, clip_on=False))
        ax.xaxis.set_label_position("top")
        ax.set_xlabel("Predicted")
        ax.set_ylabel("Gold")
        self._explain(ax, "+n: boundaries differ; shade: share of the row")


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
