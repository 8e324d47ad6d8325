"""Parts that several pictures have: names, figures beside a row, a legend."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from spanf1.render.renderers import cut, width_of
from spanf1.wording import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: the longest name that is drawn in full, in columns of a terminal
LONGEST = 28


def short_names(names: Sequence[str], most: int = LONGEST) -> list[str]:
    """Return names in one line; long ones without their middle, but never two alike."""
    whole = [printable(name) for name in names]
    while True:
        short = [cut(name, most) for name in whole]
        if len({*short}) == len({*whole}):
            return short
        most += 4


def letters(names: Sequence[str]) -> int:
    """Return how many letters the longest name takes, wide ones for two."""
    return max(map(width_of, names))


def write_beside(ax: Axes, row: float, text: str, room: float = 3.2) -> None:
    """Write a text to the right of axes, beside a row; it ends so many letters from them."""
    size = ax.yaxis.get_ticklabels()[0].get_fontsize()
    ax.annotate(
        text,
        (1, row),
        xycoords=ax.get_yaxis_transform(),
        xytext=(room * float(size), 0),
        textcoords="offset points",
        ha="right",
        va="center_baseline",
        fontsize=size,
        annotation_clip=False,
    )


def wrapped(ax: Axes, text: str) -> str:
    """Return the label of an axis in as many lines as the picture needs for it."""
    size = float(ax.xaxis.label.get_fontsize())
    width = 72 * cast("Figure", ax.get_figure(root=True)).get_figwidth()
    return textwrap.fill(text, max(int(width / (0.53 * size)), 10))


def legend_above(ax: Axes, first: str = "") -> None:
    """Draw a legend in one line above axes; one of its labels comes first."""
    handles, labels = ax.get_legend_handles_labels()
    pairs = sorted(zip(handles, labels, strict=True), key=lambda pair: pair[1] != first)
    if pairs:
        ax.legend(
            *zip(*pairs, strict=True),
            loc="lower center",
            bbox_to_anchor=(0.5, 1.0),
            ncols=len(pairs),
            frameon=False,
            handlelength=1.2,
            handletextpad=0.4,
            columnspacing=1.2,
            borderpad=0.2,
        )
