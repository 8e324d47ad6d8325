"""What has a report: it prints, shows itself in notebooks, and goes to frames and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from spanf1.exceptions import not_installed

if TYPE_CHECKING:
    from spanf1.render.report import Report


class Reported:
    """What has a report: it prints, shows itself in notebooks, and goes to frames and files.

    ``str()`` is the table that the command prints. What is for people is in percent; what is for
    programs (CSV, JSON, a frame) is in fractions of 1.
    """

    # The module and the function that make the report: it knows the class, and not the reverse.
    _reporter: ClassVar[tuple[str, str]]

    def _report(self) -> Report:
        from importlib import import_module

        module, function = self._reporter
        report: Report = getattr(import_module(module), function)(self)
        return report

    def _rendered(self, name: str, digits: int | None = None) -> str:
        from spanf1.render.renderers import RENDERERS

        return str(RENDERERS[name](self._report(), digits=digits))

    def __str__(self) -> str:
        return self._rendered("table")

    def _repr_html_(self) -> str:
        """Return the tables as a notebook shows them."""
        return self._rendered("html")

    def to_markdown(self, *, digits: int | None = None) -> str:
        """Return the tables in Markdown.

        Parameters
        ----------
        digits : int, optional
            The decimals of percentages; by default 2.
        """
        return self._rendered("markdown", digits)

    def to_latex(self, *, digits: int | None = None) -> str:
        """Return the tables in LaTeX, which need the package booktabs.

        Parameters
        ----------
        digits : int, optional
            The decimals of percentages; by default 2.
        """
        return self._rendered("latex", digits)

    def to_html(self, *, digits: int | None = None) -> str:
        """Return the tables in HTML, to be put into a page; they hold no script.

        Parameters
        ----------
        digits : int, optional
            The decimals of percentages; by default 2.
        """
        return self._rendered("html", digits)

    def to_csv(self, *, digits: int | None = None) -> str:
        """Return the rows as comma-separated values, in fractions of 1.

        Parameters
        ----------
        digits : int, optional
            The decimals of fractions; by default all.
        """
        return self._rendered("csv", digits)

    def to_json(self) -> str:
        """Return everything as JSON, in fractions of 1."""
        return self._rendered("json")

    def to_frame(self) -> Any:
        """Return the rows of `to_csv` as a ``pandas.DataFrame``.

        Raises
        ------
        UsageError
            If pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError:
            raise not_installed("a frame needs pandas", "pandas") from None
        report = self._report()
        header, *rows = report.rows(report.about)
        columns = [_column([row[number] for row in rows]) for number in range(len(header))]
        return pd.DataFrame(dict(zip(map(str, header), columns, strict=True)))


def _column(cells: list[object]) -> list[object]:
    """Return the cells of a column; an empty one among numbers is None."""
    if all(cell == "" or isinstance(cell, int | float) for cell in cells):
        return [None if cell == "" else cell for cell in cells]
    return cells
