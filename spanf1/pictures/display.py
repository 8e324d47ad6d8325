"""A picture: figures that are drawn on axes, and written as PDF, SVG or PNG."""

from __future__ import annotations

import io
import os
import re
import warnings
from abc import ABC, abstractmethod
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Self, Unpack, cast

from spanf1.exceptions import UsageError, check_known
from spanf1.pictures.look import POINTS, Look, LookKeywords, library

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: what a picture is written as, by the end of its file's name
PICTURES = ("pdf", "svg", "png")
# No dates, so that the same figures are the same bytes.
_METADATA: dict[str, dict[str, None]] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}
# Dots of an inch, in PNG, and in a notebook.
_DOTS, _NOTEBOOK_DOTS = 300, 200
# So many are drawn on a side of an image at most.
_MOST_DOTS = 1 << 16
# What matplotlib says of a letter that no font has: `Glyph 12354 (\N{HIRAGANA LETTER A}) missing …`
_MISSING = re.compile(r"Glyph (\d+) .*missing from")


class Display(ABC):
    """Figures that can be drawn, in the manner of scikit-learn's displays.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        What it was drawn on.
    figure_ : matplotlib.figure.Figure
        The figure of those.
    missing_ : str
        The characters that no font has: those of what was written last.
    """

    ax_: Axes
    figure_: Figure
    missing_: str = ""
    _look: Look | None = None

    def plot(self, ax: Axes | None = None, **look: Unpack[LookKeywords]) -> Self:
        """Draw it, on axes that are given or on a figure of its own, and return it.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            What to draw on. Its size and its letters stay as they are.
        width : float or str
            The width of a figure of its own in centimetres, or ``column`` (7.7) or ``page`` (16).
        font_size : float
            The size of its letters in points, 8 by default.
        font : str
            The name of an installed font.

        Raises
        ------
        UsageError
            If matplotlib is not installed, or there is no such size or font.
        """
        matplotlib = library()
        if ax is not None and look:
            raise UsageError("the size and the font of axes that are given stay as they are")
        if ax is None:
            self._look = own = Look(**look)
            with own.applied():
                width, size = own.centimetres * POINTS, own.font_size
                inches = width / 72, self._height(width, size) / 72
                figure = matplotlib.figure.Figure(figsize=inches, layout="constrained")
                pad = size / 4 / 72
                figure.get_layout_engine().set(w_pad=pad, h_pad=pad)
                self._drawn_on(figure.add_subplot())
        else:
            self._look = None
            with matplotlib.rc_context({"text.parse_math": False}):
                self._drawn_on(ax)
        return self

    def _drawn_on(self, ax: Axes) -> None:
        self.ax_, self.figure_ = ax, cast("Figure", ax.get_figure(root=True))
        self._draw(ax)

    @abstractmethod
    def _height(self, width: float, size: float) -> float:
        """Return how high a figure of its own is, given its width and that of letters; in points.

        It is called before `_draw`.
        """

    @abstractmethod
    def _draw(self, ax: Axes) -> None:
        """Draw it on axes."""

    def notes(self) -> list[str]:
        """Return what a reader is to know beside the picture: what is left out of it."""
        return []

    def to_bytes(self, kind: str = "pdf") -> bytes:
        """Return the picture as a file has it; the same figures give the same bytes.

        Letters are embedded in ``pdf``, and outlines in ``svg``; ``png`` has 300 dots an inch.

        Parameters
        ----------
        kind : str
            ``pdf``, ``svg`` or ``png``.

        Raises
        ------
        UsageError
            If there is no such format, or it cannot be drawn.
        """
        check_known("format of a picture", kind, PICTURES)
        return self._written(kind, _DOTS)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file; the end of its name says the format.

        Raises
        ------
        UsageError
            If its name ends otherwise, or it cannot be drawn.
        """
        Path(path).write_bytes(self.to_bytes(picture_format(os.fspath(path))))

    def _repr_png_(self) -> bytes:
        """Return what a notebook shows."""
        return self._written("png", _NOTEBOOK_DOTS)

    def _written(self, kind: str, dots: int) -> bytes:
        if not hasattr(self, "figure_"):
            self.plot()
        if kind == "png" and max(self.figure_.get_size_inches()) * dots >= _MOST_DOTS:
            raise UsageError(
                "the picture is too large for png", hint="pdf or svg, or fewer types (--limit)"
            )
        stream = io.BytesIO()
        settings = self._look.applied() if self._look else nullcontext()
        with settings, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            metadata = _METADATA.get(kind)
            self.figure_.savefig(stream, format=kind, dpi=dots, metadata=metadata)
        missing = [_MISSING.match(str(warning.message)) for warning in caught]
        self.missing_ = "".join(dict.fromkeys(chr(int(one[1])) for one in missing if one))
        if any("axes sizes collapsed" in str(warning.message) for warning in caught):
            raise UsageError(
                "names leave no room for the picture",
                hint="width='page' (--width page), or a smaller font_size (--font-size)",
            )
        for warning, known in zip(caught, missing, strict=True):
            if not known:
                warnings.warn_explicit(
                    warning.message, warning.category, warning.filename, warning.lineno
                )
        return stream.getvalue()


def picture_format(path: str) -> str:
    """Return what a picture is written as, by the end of the name of its file.

    Raises
    ------
    UsageError
        If it says none.
    """
    ending = os.path.splitext(path)[1].lower().lstrip(".")
    if ending not in PICTURES:
        raise UsageError(
            "the end of the name says no format of a picture",
            where=path,
            hint=f"one of {', '.join(f'.{name}' for name in PICTURES)}",
        )
    return ending
