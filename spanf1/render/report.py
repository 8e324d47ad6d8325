"""What a command has to say: sections for people, rows for programs, plain data for JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from spanf1.wording import printable


class Fact(NamedTuple):
    """What is said under a label, and the styles of both on a terminal."""

    label: str
    text: str
    style: str = ""
    label_style: str = ""


class Section(NamedTuple):
    """A part of a report: a heading, a few words, and a table, or facts.

    Attributes
    ----------
    title, text : str
        What it is called; a few words on what it says.
    header : list of str
        The heads of the columns; none where there is no table.
    rows : list of list of str
        The cells; the first of each row is a name.
    after : list of str
        Remarks under the table; `lines` hold them, where there are some.
    facts : iterable of Fact
        What stands in place of a table; in plain text, also what stands under one.
    lines : list of str
        What stands for the table in plain text, where that is not a table.
    totals : int
        So many rows, the last ones, are of all the others: they are set apart, the first is bold.
    under : list of list of str
        For each row, what stands under its cells in plain text.
    columns, fixed : int
        How many columns at most are beside each other in plain text; how many of these, the
        first ones, are repeated where there are more.
    least : int
        So many columns of a narrow terminal a name may take if there is no room for it.
    apart : int
        So many blanks more are between names and figures in plain text.
    labels : int
        So many columns of a terminal are for the labels of facts.
    verbatim : bool
        Whether names are taken as they are: white space around them is kept when they are
        pasted, and an arrow in them is not that of a step.
    words : bool
        Whether all cells are words, not figures.
    spare : bool
        Whether the last column is left out of plain text where there is no room for it.
    asked : bool
        Whether it was asked for by itself: a brief report has its words, too.
    """

    title: str = ""
    text: str = ""
    header: Sequence[str] = ()
    rows: Sequence[list[str]] = ()
    after: Sequence[str] = ()
    facts: Iterable[Fact] = ()
    lines: Sequence[str] = ()
    totals: int = 0
    under: Sequence[list[str]] = ()
    columns: int = 99
    fixed: int = 1
    least: int = 12
    apart: int = 0
    labels: int = 12
    verbatim: bool = False
    words: bool = False
    spare: bool = False
    asked: bool = False

    def printable(self) -> Section:
        """Return a section in which nothing moves a terminal's cursor, or ends a comment."""
        facts = [
            fact._replace(label=printable(fact.label), text=printable(fact.text))
            for fact in self.facts
        ]
        others = self._replace(facts=())._asdict().items()
        parts = {name: _printable(part) for name, part in others}
        return Section(**parts | {"facts": facts})

    def brief(self) -> Section:
        """Return the table without any words, unless they were asked for."""
        return self if self.asked else self._replace(title="", text="", after=(), facts=())


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    return [_printable(part) for part in value] if isinstance(value, list | tuple) else value


class Report(NamedTuple):
    """What a command has to say; each part is made when a rendering asks for it.

    Attributes
    ----------
    about : object
        What it is about; the functions below take it.
    sections : callable
        Returns the sections for people; takes the decimals of percentages, too: None for the
        usual ones.
    rows : callable
        Returns the rows for programs, the header first; fractions are floats.
    data : callable
        Returns plain data that JSON can carry.
    terminal : callable, optional
        Returns the sections as a terminal shows them, where these are others.
    tables : int, optional
        How many sections a brief report has, besides those that were asked for; all if None.
    caption : callable, optional
        Returns what the first table is called in HTML, where that has no title.
    """

    about: Any
    sections: Callable[[Any, int | None], list[Section]]
    rows: Callable[[Any], Iterable[Sequence[object]]] = lambda _: ()
    data: Callable[[Any], object] = lambda _: None
    terminal: Callable[[Any, int | None], list[Section]] | None = None
    tables: int | None = None
    caption: Callable[[Any], str] = lambda _: ""

    def above(self, other: Report) -> Report:
        """Return the report with another one below; the data of both are keys of one object."""
        first, second = self.terminal or self.sections, other.terminal or other.sections

        def data(about: Any) -> dict[str, Any]:
            own: Any = self.data(about)
            more: Any = other.data(other.about)
            return {**own, **more}

        return self._replace(
            sections=lambda about, digits: [
                *self.sections(about, digits),
                *other.sections(other.about, digits),
            ],
            rows=lambda about: chain(self.rows(about), other.rows(other.about)),
            data=data,
            terminal=lambda about, digits: [*first(about, digits), *second(other.about, digits)],
        )

    def shown(
        self, digits: int | None = None, *, brief: bool = False, terminal: bool = False
    ) -> list[Section]:
        """Return the sections to render; if `brief`, tables alone; or those for a terminal."""
        made = self.terminal if terminal and self.terminal else self.sections
        sections = made(self.about, digits)
        if brief:
            first = len(sections) if self.tables is None else self.tables
            sections = [
                section.brief() for n, section in enumerate(sections) if n < first or section.asked
            ]
        return [section.printable() for section in sections]
