"""Reports that hold what was measured against what was published."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from spanf1.catalogue import decimals
from spanf1.reports.schemes import Rendering, brief_of, csv_text, json_of
from spanf1.reports.sections import Section, latex, markdown, text_of

if TYPE_CHECKING:
    from spanf1.reproducing import Compared, Reproduction
    from spanf1.verifying import Verification

_AGREES, _DIFFERS = "=", "differs"
_NAMES = {"precision": "P", "recall": "R", "f1": "F1", "plus_minus": "±"}


def verification_sections(found: list[Verification]) -> list[Section]:
    """Return a table for each file: its counts beside the published ones."""
    sections = []
    for one in found:
        rows = [
            [
                figure.name,
                str(figure.published),
                str(figure.measured),
                _AGREES if figure.agrees else f"{figure.measured - figure.published:+d}",
            ]
            for figure in one.figures
        ]
        scheme = one.corpus.scheme
        if one.split and one.contents.scheme:
            same = _AGREES if one.contents.scheme == scheme else _DIFFERS
            rows.append(["scheme", scheme, one.contents.scheme, same])
        header = ["", "Published", "Measured", ""]
        about = f"{one.corpus.title}{f', {one.split.name}' if one.split else ''}"
        text = f"{about}. Published: {one.corpus.source}." if one.figures else about
        sections.append(Section(one.file, text, header, rows, after=one.remarks()))
    return sections


def reproduction_sections(found: list[Reproduction], *, digits: int | None = None) -> list[Section]:
    """Return one table: the published figures of each system, and the measured ones."""
    names = list(dict.fromkeys(figure.name for one in found for figure in one.figures))
    header = ["", "Split", "Match"]
    for name in names:
        header += [_NAMES[name], "here", ""]
    rows, after = [], []
    for one in found:
        cells = [one.published.title or one.published.system, one.published.split]
        cells.append(one.published.match)
        by_name = {figure.name: figure for figure in one.figures}
        for name in names:
            cells += _cells(by_name.get(name), digits)
        rows.append(cells)
        after += [f"{one.output}: {remark}" for remark in one.remarks]
    after = list(dict.fromkeys(after))
    agreeing = sum(one.agrees for one in found)
    after.append(f"{agreeing} of {len(found)} agree to the printed decimals")
    sources = dict.fromkeys(one.published.source for one in found)
    text = f"Published: {'; '.join(sources)}. Measured: spanf1 score, reading lenient."
    section = Section("Published beside measured", text, header, rows, after=after, fixed=1)
    return [section]


def _cells(figure: Compared | None, digits: int | None) -> list[str]:
    """Return the printed figure, the measured one with as many decimals, and a mark."""
    if figure is None:
        return ["", "", ""]
    places = decimals(figure.published) if digits is None else digits
    mark = _AGREES if figure.agrees else _DIFFERS
    return [figure.published, f"{figure.measured:.{places}f}", mark]


def _verification_csv(found: list[Verification]) -> str:
    rows: list[list[object]] = [
        [one.file, one.split.name if one.split else "", f.name, f.published, f.measured]
        for one in found
        for f in one.figures
    ]
    return csv_text(["file", "split", "figure", "published", "measured"], rows, None)


def _reproduction_csv(found: list[Reproduction], *, digits: int | None = None) -> str:
    rows: list[list[object]] = [
        [
            one.published.system,
            one.published.split,
            one.published.match,
            figure.name,
            figure.published,
            figure.measured,
            int(figure.agrees),
            one.output,
        ]
        for one in found
        for figure in one.figures
    ]
    header = ["system", "split", "match", "figure", "published", "measured", "agrees", "output"]
    return csv_text(header, rows, digits)


def _renderings(
    sections: Callable[..., list[Section]], csv_of: Callable[..., str], takes: set[str]
) -> dict[str, Rendering]:
    def table(found: list[Any], *, colour: bool = False, brief: bool = False, **rest: Any) -> str:
        return text_of(sections(found, **rest), colour=colour, brief=brief)

    def as_(form: Callable[[list[Section]], str]) -> Rendering:
        def render(found: list[Any], *, brief: bool = False, **rest: Any) -> str:
            made = sections(found, **rest)
            return form(brief_of(made) if brief else made)

        return Rendering(render, frozenset({"brief", *takes}))

    return {
        "table": Rendering(table, frozenset({"colour", "brief", *takes})),
        "json": Rendering(lambda found: json_of([one.to_dict() for one in found])),
        "csv": Rendering(csv_of, frozenset(takes)),
        "markdown": as_(markdown),
        "latex": as_(latex),
    }


VERIFICATIONS = _renderings(verification_sections, _verification_csv, set())
REPRODUCTIONS = _renderings(reproduction_sections, _reproduction_csv, {"digits"})
