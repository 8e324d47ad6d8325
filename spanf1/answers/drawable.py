"""What can be drawn of answers and of ranked lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack, cast

from spanf1.render.reported import Reported

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from spanf1.answers.picture import AnswerDisplay, RetrievalDisplay
    from spanf1.pictures.look import LookKeywords


class Drawable(Reported):
    """What has a report, and can be drawn."""

    def plot(
        self, ax: Axes | None = None, *, limit: int | None = None, **look: Unpack[LookKeywords]
    ) -> AnswerDisplay | RetrievalDisplay:
        """Draw bars of F1 and exact match; of one system's ranked lists, P, R and F1 over K.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own, ``figure_`` of what is returned.
        limit : int, optional
            How many systems to draw at most: the best ones; 40 by default.
        **look
            Of a figure of its own: ``width`` in centimetres, or ``column`` or ``page``;
            ``font_size`` in points; ``font``, the name of an installed one.

        Raises
        ------
        UsageError
            If matplotlib is not installed, or nothing was retrieved.
        """
        from spanf1.answers.picture import drawn

        report = self._report()
        data = cast("Mapping[str, Any]", report.data(report.about))
        return drawn(data, ax, limit=limit, **look)
