"""What a report is written to: a dict, or text in columns."""

from __future__ import annotations

import abc
from typing import Any

#: the columns of figures, by the names that both reporters give them
_FIGURES = ("precision", "recall", "f1-score", "support")


class Reporter(abc.ABC):
    """Takes the rows of a report one by one, and makes something of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: B027  (seqeval's)
        pass

    @abc.abstractmethod
    def report(self) -> Any:
        """Return the report."""
        raise NotImplementedError

    @abc.abstractmethod
    def write(
        self, row_name: str, precision: float, recall: float, f1: float, support: int
    ) -> None:
        """Take a row."""
        raise NotImplementedError


class DictReporter(Reporter):
    """Makes a dict of figures by the row's name.

    Examples
    --------
    >>> reporter = DictReporter()
    >>> reporter.write("PER", 0.5, 1.0, 0.66, 2)
    >>> reporter.report()
    {'PER': {'precision': 0.5, 'recall': 1.0, 'f1-score': 0.66, 'support': 2}}
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002  (seqeval's)
        super().__init__()
        self.report_dict: dict[str, dict[str, Any]] = {}

    def report(self) -> dict[str, dict[str, Any]]:
        """Return the dict."""
        return self.report_dict

    def write(
        self, row_name: str, precision: float, recall: float, f1: float, support: int
    ) -> None:
        """Take a row; one of the same name takes the place of the one before."""
        figures = (precision, recall, f1, support)
        self.report_dict[row_name] = dict(zip(_FIGURES, figures, strict=True))

    def write_blank(self) -> None:
        """Do nothing: a dict has no lines to part."""


class StringReporter(Reporter):
    """Makes text, a line for each row.

    Parameters
    ----------
    width : int, default 10
        Of the column of names.
    digits : int, default 4
        Decimals of a figure.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002  (seqeval's)
        super().__init__()
        self.buffer: list[str] = []
        self.row_fmt = "{:>{width}s}  {:>9.{digits}f} {:>9.{digits}f} {:>9.{digits}f} {:>9}"
        self.width: int = kwargs.get("width", 10)
        self.digits: int = kwargs.get("digits", 4)

    def report(self) -> str:
        """Return the header and the lines so far."""
        return self.write_header() + "\n".join(self.buffer)

    def write(
        self, row_name: str, precision: float, recall: float, f1: float, support: int
    ) -> None:
        """Take a row."""
        self.buffer.append(
            self.row_fmt.format(
                row_name, precision, recall, f1, support, width=self.width, digits=self.digits
            )
        )

    def write_header(self) -> str:
        """Return the names of the columns, and an empty line."""
        names = " ".join(f"{name:>9}" for name in _FIGURES)
        return f"{'':>{self.width}}  {names}\n\n"

    def write_blank(self) -> None:
        """Take an empty line."""
        self.buffer.append("")
