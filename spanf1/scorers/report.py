"""Reports of what each scorer says of an output, and of several systems against one gold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spanf1.core.repairs import PARTS
from spanf1.core.schemes import SCHEMES
from spanf1.render.machine import csv_text, json_of
from spanf1.render.sections import Rendering, Section, brief_of, latex, markdown, text_of
from spanf1.results.words import how_made
from spanf1.scorers.comparison import Comparison, Row
from spanf1.scorers.reasons import details, label, reasons
from spanf1.wording import many, percent, signed

#: how many kinds of disputed steps are shown
KINDS = 10


def sections(
    comparison: Comparison, *, digits: int | None = None, kinds: int = KINDS
) -> list[Section]:
    """Return the tables of a comparison: readings, reasons, what they do, encodings."""
    found = [_readings(comparison, digits)]
    if len(comparison.groups) > 1:
        shown = [kind for kind in comparison.kinds if not kind.foreign][:kinds]
        found.append(reasons(comparison, shown, digits))
        if shown:
            found.append(details(comparison, shown))
    return [*found, _encodings(comparison, digits)]


def _readings(comparison: Comparison, digits: int | None) -> Section:
    rows, plain = [], []
    for number, group in enumerate(comparison.groups, 1):
        for k, row in enumerate(comparison.rows[k] for k in group):
            rows.append([f"{label(number)} {row.reading.name}", *_figures(row, digits)])
            indent = " " * (len(label(number)) + 1)
            plain.append([indent + row.reading.name, *[""] * 7] if k else rows[-1])
    without = [row.reading for row in comparison.rows if row.score is None]
    for reading in without:
        cells = ["-", "-", "-", "", "-", "-", "-"]
        rows.append([reading.name, *cells])
        plain.append([f"    {reading.name}", *cells])
    return Section(
        "What each scorer says",
        _what_was_read(comparison),
        ["", "P", "R", "F1", "Diff.", "Gold", "Pred.", "Corr."],
        rows,
        plain=plain,
        after=[
            *(f"{reading.name} does not take it: {reading.refuses}" for reading in without),
            *comparison.notes,
        ],
        spare=True,
    )


def _what_was_read(comparison: Comparison) -> str:
    """Say where the tags were and in which schemes, and whether readings differ."""
    result = comparison.result
    made = dict(how_made(result))
    files = " and ".join(result.input.files) if result.input else "input"
    alike = "Readings under one number count the same."
    if len(comparison.groups) == 1:
        every = all(row.score for row in comparison.rows)
        alike = f"All readings{'' if every else ' that take it'} count the same."
    tokens = many(result.tally.tokens, "token")
    return f"{made.get('input', files)}. {tokens}, {made['scheme']}. {alike}"


def _figures(row: Row, digits: int | None) -> list[str]:
    one = row.score
    assert one is not None  # noqa: S101 - for mypy: it is in a group
    figures = [percent(value, digits) for value in (one.precision, one.recall, one.f1)]
    return [
        *figures,
        (signed(row.difference, digits) or percent(0, digits)) if row.group else "",
        str(one.gold),
        str(one.predicted),
        str(one.correct),
    ]


def _encodings(comparison: Comparison, digits: int | None) -> Section:
    """Return gold's spans in every scheme."""
    groups = ("B", "IM", "EL", "SUW")
    rows = []
    for one in comparison.encodings:
        shares = []
        for letters in groups:
            count = sum(one.prefixes.get(letter, 0) for letter in letters)
            has = set(letters) & set(SCHEMES[one.scheme].prefixes)
            shares.append(percent(count / max(one.tokens, 1), digits) if has else "")
        # Only IO merges spans.
        best = percent(one.best, digits) if one.spans and one.scheme not in PARTS else ""
        rows.append([one.scheme, str(one.tags), *shares, str(one.merged), best])
    one = comparison.encodings[0]
    inside = one.tokens - one.prefixes["O"]
    text = (
        f"{many(one.spans, 'span')} on {inside} of {many(one.tokens, 'token')}. Tags are the "
        "distinct tags, O among them; B to S in percent of tokens. Only IO loses anything: it "
        "merges spans of one type that touch, and best F1 is that of a model that gets every "
        "tag of it right."
    )
    header = ["", "Tags", *("/".join(letters) for letters in groups), "Merged", "Best F1"]
    return Section("Gold in every scheme", text, header, rows)


def table(
    comparison: Comparison,
    *,
    digits: int | None = None,
    kinds: int = KINDS,
    colour: bool = False,
    brief: bool = False,
) -> str:
    """Return everything as tables for people, at 80 columns; only the readings if `brief`."""
    found = sections(comparison, digits=digits, kinds=kinds)
    return text_of(found[:1] if brief else found, colour=colour, brief=brief)


def csv_of(comparison: Comparison, *, digits: int | None = None) -> str:
    """Return the readings as comma-separated values; fractions of 1."""
    names = ["precision", "recall", "f1", "difference", "gold", "predicted", "correct"]
    rows: list[list[object]] = []
    for row in comparison.rows:
        figures: list[object] = [""] * len(names)
        if row.score:
            one = row.score
            figures = [one.precision, one.recall, one.f1, row.difference, *one[4:]]
        group = row.group + 1 if row.score else ""
        rows.append([row.reading.name, group, *figures, row.reading.refuses])
    return csv_text(["reading", "group", *names, "refuses"], rows, digits)


def _as(form: Callable[[list[Section]], str]) -> Rendering:
    def render(comparison: Comparison, *, brief: bool = False, **settings: Any) -> str:
        found = sections(comparison, **settings)
        return form(brief_of(found) if brief else found)

    return Rendering(render, frozenset({"digits", "kinds", "examples", "brief"}))


RENDERINGS = {
    "table": Rendering(table, frozenset({"digits", "kinds", "examples", "colour", "brief"})),
    "json": Rendering(lambda comparison: json_of(comparison.to_dict()), frozenset({"examples"})),
    "csv": Rendering(csv_of, frozenset({"digits"})),
    "markdown": _as(markdown),
    "latex": _as(latex),
}
