"""Parts that several pictures have: names, figures beside a row, a legend."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from spanf1.render.renderers import cut, width_of
from spanf1.wording import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# How wide a letter is, about, as a part of its size.
_LETTER = 0.55


def short_names(names: Sequence[str], most: int) -> list[str]:
    """Return names in one line; long ones without their middle, but never two alike.

    Parameters
    ----------
    names : sequence of str
        The names.
    most : int
        So many letters a name may have, unless it takes more to tell it from another one.
    """
    most = max(most, 5)
    short = {name: cut(name, most) for name in map(printable, names)}
    while alike := {name for name, times in Counter(short.values()).items() if times > 1}:
        most += 2
        short |= {name: cut(name, most) for name, said in short.items() if said in alike}
    return [short[printable(name)] for name in names]


def room(ax: Axes, share: float = 1.0) -> int:
    """Return how many letters fit, about, into a share of the width of a picture."""
    size = float(ax.xaxis.label.get_fontsize())
    width = 72 * cast("Figure", ax.get_figure(root=True)).get_figwidth()
    return letters_in(share * width, size)


def letters_in(width: float, size: float) -> int:
    """Return how many letters of a size fit, about, into a width; both are in points."""
    return int(width / (_LETTER * size))


def letters(names: Sequence[str]) -> int:
    """Return how many letters the longest name takes, wide ones for two."""
    return max(map(width_of, names))


def write_beside(ax: Axes, row: float, text: str, wide: float = 3.2) -> None:
    """Write a text to the right of axes, beside a row; it ends so many letters from them."""
    size = ax.yaxis.get_ticklabels()[0].get_fontsize()
    ax.annotate(
        text,
        (1, row),
        xycoords=ax.get_yaxis_transform(),
        xytext=(wide * float(size), 0),
        textcoords="offset points",
        ha="right",
        va="center_baseline",
        fontsize=size,
        annotation_clip=False,
    )


def write_below(ax: Axes, text: str, notes: Sequence[str] = ()) -> None:
    """Write what the axis below is of, and notes; they end where the axes do, and are not cut."""
    lines = [textwrap.fill(line, max(room(ax, 0.85), 10)) for line in (text, *notes)]
    ax.set_xlabel("\n".join(lines), loc="right", parse_math=False)


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
