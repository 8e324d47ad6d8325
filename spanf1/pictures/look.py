"""How a picture looks: its width, its letters, its colours."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypedDict

from spanf1.exceptions import UsageError, not_installed

#: widths that have a name, in centimetres: a column and a page of the ACL's papers
WIDTHS = {"column": 7.7, "page": 16.0}
# The narrowest and widest picture, in centimetres, and the smallest and largest letters, in points.
_LEAST_WIDTH, _MOST_WIDTH = 4.0, 100.0
_LEAST_SIZE, _MOST_SIZE = 3.0, 40.0
#: points in a centimetre
POINTS = 72 / 2.54

# Of M. Okabe and K. Ito. 2008. Color Universal Design: colour-blind people can tell them apart.
# In grey they differ by how light they are, and each mark has a shape of its own, too.
BLACK, SKY, BLUE, VERMILION = "#000000", "#8fc7ec", "#0072b2", "#d55e00"
GREY, PALE = "#666666", "#d9d9d9"
#: the shades of a heat map, by name
SHADES = "Blues"

# Fonts that have the letters which the first one lacks, if they are installed.
_MORE_FONTS = (
    *(f"Noto Sans CJK {place}" for place in ("JP", "SC", "TC", "KR")),
    *("Hiragino Sans", "Yu Gothic", "Microsoft YaHei", "Malgun Gothic", "PingFang SC"),
    *("WenQuanYi Zen Hei", "IPAexGothic", "Noto Sans Arabic", "Noto Sans Hebrew"),
    *("Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Tamil", "Noto Sans Telugu"),
    *("Noto Sans Thai", "Noto Sans Khmer", "Noto Sans Georgian", "Noto Sans Armenian"),
    *("Noto Sans Ethiopic", "Noto Sans Symbols", "Noto Sans Symbols2", "Arial Unicode MS"),
)
_FIRST_FONT = "DejaVu Sans"


class LookKeywords(TypedDict, total=False):
    """The keywords that `Look` takes."""

    width: float | str
    font_size: float
    font: str


@dataclass(frozen=True, kw_only=True)
class Look:
    """How wide a picture is, and its letters.

    Attributes
    ----------
    width : float or str
        In centimetres, or a key of `WIDTHS`.
    font_size : float
        In points.
    font : str
        The name of an installed font, or empty for the one that matplotlib comes with.

    Raises
    ------
    UsageError
        If a value is not one of these.
    """

    width: float | str = "column"
    font_size: float = 8.0
    font: str = ""

    def __post_init__(self) -> None:
        if not _LEAST_WIDTH <= self.centimetres <= _MOST_WIDTH:
            raise UsageError(
                f"a picture cannot be {self.width} cm wide",
                hint=f"{', '.join(WIDTHS)}, or {_LEAST_WIDTH:g} to {_MOST_WIDTH:g} cm",
            )
        if not _LEAST_SIZE <= self.font_size <= _MOST_SIZE:
            raise UsageError(
                f"letters cannot be {self.font_size} points large",
                hint=f"from {_LEAST_SIZE:g} to {_MOST_SIZE:g}",
            )

    @property
    def centimetres(self) -> float:
        """The width; NaN if there is no such."""
        try:
            return WIDTHS[self.width] if isinstance(self.width, str) else float(self.width)
        except (KeyError, TypeError, ValueError):
            return math.nan

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """Give matplotlib these settings alone, whatever a user's are, and take them back."""
        matplotlib = library()
        from matplotlib.font_manager import fontManager

        installed = {*fontManager.get_font_names()}
        if self.font and self.font not in installed:
            raise UsageError(
                f"there is no font {self.font!r}",
                hint="leave it out, or name an installed one, as fc-list (Linux) lists them",
            )
        fonts = [self.font] * bool(self.font) + [_FIRST_FONT]
        fonts += [name for name in _MORE_FONTS if name in installed]
        size, line = self.font_size, self.font_size / 13
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(
                {
                    "font.family": fonts,
                    "font.size": size,
                    **{f"{name}.labelsize": size for name in ("axes", "xtick", "ytick")},
                    **{f"{axis}tick.major.width": line for axis in "xy"},
                    **{f"{axis}tick.major.size": size / 3 for axis in "xy"},
                    "legend.fontsize": size,
                    "axes.linewidth": line,
                    "hatch.linewidth": line / 1.5,
                    "lines.linewidth": 2 * line,
                    "lines.markersize": size / 1.8,
                    # Letters are embedded as TrueType in PDF, and are outlines in SVG.
                    "pdf.fonttype": 42,
                    "svg.fonttype": "path",
                    "svg.hashsalt": "spanf1",
                    # A name may have any character.
                    "text.parse_math": False,
                }
            )
            yield


def library() -> Any:
    """Return matplotlib.

    Raises
    ------
    UsageError
        If it is not installed.
    """
    try:
        import matplotlib
        import matplotlib.figure
    except ImportError:
        raise not_installed("drawing pictures needs matplotlib", "plot") from None
    return matplotlib
