"""Reports that hold what was measured against what was published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spanf1.corpora.catalogue import decimals
from spanf1.render.machine import csv_text, json_of
from spanf1.render.sections import Rendering, Section, latex, markdown, text_of
from spanf1.render.text import WIDTH, width_of
from spanf1.wording import printable, short_names

if TYPE_CHECKING:
    from spanf1.corpora.reproduce import Compared, Reproduction
    from spanf1.corpora.verify import Verification

_AGREES, _DIFFERS = "=", "differs"
_NAMES = {"precision": "P", "recall": "R", "f1": "F1", "plus_minus": "±"}
# The columns before the figures: system, split, match. A name has so much room at least.
_FIXED, _NAME = 3, 26


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
        if one.split and one.scheme:
            same = _AGREES if one.scheme == scheme else _DIFFERS
            rows.append(["scheme", scheme, one.scheme, same])
        header = ["", "Published", "Measured", ""]
        about = f"{one.corpus.title}{f', {one.split.name}' if one.split else ''}"
        text = f"{about}. Published: {one.corpus.source}." if one.figures else about
        sections.append(Section(printable(one.file), text, header, rows, after=one.remarks()))
    return sections


def reproduction_sections(found: list[Reproduction], *, digits: int | None = None) -> list[Section]:
    """Return one table: the published figures of each system, and the measured ones."""
    known = {figure.name for one in found for figure in one.figures}
    names = [name for name in _NAMES if name in known]
    header = ["", "Split", "Match"]
    for name in names:
        header += [_NAMES[name], "here"]
    rows, after = [], []
    for title, one in zip(_titles(found), found, strict=True):
        cells = [title, printable(one.published.split), one.published.match]
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
    section = Section("Published beside measured", text, header, rows, after=after)
    return [replace(section, fixed=_FIXED, columns=_beside(header, rows))]


def _titles(found: list[Reproduction]) -> list[str]:
    """Return the names of the systems, with the file where there are several outputs of one."""
    files = short_names([one.output for one in found])
    names = [(one.published.title or one.published.system, one.published) for one in found]
    count = Counter((name, one.split, one.match) for name, one in names)
    return [
        f"{name} ({file})" if count[name, one.split, one.match] > 1 else name
        for file, (name, one) in zip(files, names, strict=True)
    ]


def _cells(figure: Compared | None, digits: int | None) -> list[str]:
    """Return the printed figure, and the measured one with as many decimals and a mark."""
    if figure is None:
        return ["", ""]
    places = decimals(figure.published) if digits is None else digits
    mark = _AGREES if figure.agrees else _DIFFERS
    return [figure.published, f"{figure.measured:.{places}f} {mark}"]


def _beside(header: list[str], rows: list[list[str]]) -> int:
    """Return how many columns go beside each other, so that no two of one figure are parted."""
    widths = [2 + max(map(width_of, column)) for column in zip(header, *rows, strict=True)]
    room = WIDTH - min(widths[0], _NAME) - sum(widths[1:_FIXED])
    pairs = [sum(widths[k : k + 2]) for k in range(_FIXED, len(widths), 2)]
    count = len(pairs)
    while count > 1 and any(sum(pairs[k : k + count]) > room for k in range(0, len(pairs), count)):
        count -= 1
    return _FIXED + 2 * count


def _verification_csv(found: list[Verification]) -> str:
    rows: list[list[object]] = [
        [
            printable(one.file),
            printable(one.split.name) if one.split else "",
            printable(f.name),
            *f[1:],
        ]
        for one in found
        for f in one.figures
    ]
    return csv_text(["file", "split", "figure", "published", "measured"], rows, None)


def _reproduction_csv(found: list[Reproduction], *, digits: int | None = None) -> str:
    rows: list[list[object]] = [
        [
            printable(one.published.system),
            printable(one.published.split),
            one.published.match,
            figure.name,
            figure.published,
            figure.measured,
            int(figure.agrees),
            printable(one.output),
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
            if brief:
                made = [replace(one, title="", text="", after=[]) for one in made]
            return form(made)

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
