"""Reports of several systems against one gold, compared as spans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spanf1.core.detection import found_by
from spanf1.core.options import AUTO
from spanf1.render.machine import csv_text, json_of
from spanf1.render.sections import Rendering, Section, brief_of, latex, markdown, text_of
from spanf1.results.result import Result
from spanf1.results.words import how_made
from spanf1.scorers.comparison import System, input_dict, schemes_dict
from spanf1.wording import many, percent, short_names, signed

_FIGURES = ("precision", "recall", "f1", "gold", "predicted", "correct")


def sections(systems: list[System], *, digits: int | None = None) -> list[Section]:
    """Return one table: a row for each system."""
    first = systems[0].result
    rows = [
        [
            name,
            one.result.pred_schemes[0],
            *(percent(v, digits) for v in (one.score.precision, one.score.recall, one.score.f1)),
            signed(one.score.f1 - systems[0].score.f1, digits),
            percent(one.result.strict.f1, digits),
            str(one.ill_formed.spans),
            str(one.score.predicted),
            str(one.score.correct),
        ]
        for name, one in zip(short_names([one.name for one in systems]), systems, strict=True)
    ]
    text = (
        f"{first.input.files[0] if first.input else 'gold'}: "
        f"{many(systems[0].score.gold, 'span')} in {many(first.tally.tokens, 'token')}, "
        f"{first.gold_schemes[0]} ({_how(first.options.gold_scheme, first.gold_schemes)}). "
        "Spans are compared, so it does not matter in which scheme each system writes them. "
        "Ill-formed spans count, but not under strict."
    )
    header = ["", "Scheme", "P", "R", "F1", "Diff.", "Strict", "Ill-f.", "Pred.", "Corr."]
    return [Section("Systems", text, header, rows, after=_notes(systems), spare=True)]


def _notes(systems: list[System]) -> list[str]:
    """Say which columns were read, once for files that are alike, and what other schemes fit."""
    names = short_names([one.name for one in systems])
    alike: dict[str, list[str]] = {}
    for name, one in zip(names, systems, strict=True):
        alike.setdefault(_read(one, ""), []).append(name)
    first = {_read(one, ""): one for one in reversed(systems)}
    notes = [_read(first[key], ", ".join(dict.fromkeys(who))) for key, who in alike.items() if key]
    for name, one in dict(zip(names, systems, strict=True)).items():
        schemes = one.result.pred_schemes
        if one.result.options.pred_scheme == AUTO and len(schemes) > 1:
            notes.append(f"{name}: {schemes[0]} ({found_by(schemes)})")
    return notes


def _read(one: System, name: str) -> str:
    """Say how gold and the predictions were read, which are called `name`."""
    source = one.result.input
    if source is None:
        return ""
    renamed = source._replace(files=(source.files[0], name))
    return dict(how_made(Result(one.result.tally, one.result.options, renamed))).get("input", "")


def _how(given: str, names: list[str]) -> str:
    return found_by(names) if given == AUTO else "given"


def table(
    systems: list[System], *, digits: int | None = None, colour: bool = False, brief: bool = False
) -> str:
    """Return a table for people, at 80 columns."""
    return text_of(sections(systems, digits=digits), colour=colour, brief=brief)


def to_dict(systems: list[System]) -> dict[str, Any]:
    """Return everything as plain data that JSON can carry; scores are fractions of 1."""
    from spanf1._version import __version__

    first = systems[0].result
    return {
        "spanf1": __version__,
        "gold": first.input.files[0] if first.input else "",
        "tokens": first.tally.tokens,
        "schemes": {"gold": schemes_dict(first)["gold"]},
        "systems": [
            {
                "file": one.name,
                "scheme": one.result.pred_schemes[0],
                **{name: getattr(one.score, name) for name in _FIGURES},
                "input": input_dict(one.result),
                "schemes": schemes_dict(one.result),
                "difference": one.score.f1 - systems[0].score.f1,
                "ill_formed": one.ill_formed.spans,
                "strict": {name: getattr(one.result.strict, name) for name in _FIGURES},
            }
            for one in systems
        ],
    }


def csv_of(systems: list[System], *, digits: int | None = None) -> str:
    """Return the table as comma-separated values; fractions of 1."""
    header = ["file", "scheme", *_FIGURES, "difference", "ill_formed", "strict_f1"]
    rows: list[list[object]] = [
        [
            one["file"],
            one["scheme"],
            *(one[name] for name in _FIGURES),
            one["difference"],
            one["ill_formed"],
            one["strict"]["f1"],
        ]
        for one in to_dict(systems)["systems"]
    ]
    return csv_text(header, rows, digits)


def _as(form: Callable[[list[Section]], str]) -> Rendering:
    def render(systems: list[System], *, brief: bool = False, **settings: Any) -> str:
        found = sections(systems, **settings)
        return form(brief_of(found) if brief else found)

    return Rendering(render, frozenset({"digits", "brief"}))


SYSTEM_RENDERINGS = {
    "table": Rendering(table, frozenset({"digits", "colour", "brief"})),
    "json": Rendering(lambda systems: json_of(to_dict(systems))),
    "csv": Rendering(csv_of, frozenset({"digits"})),
    "markdown": _as(markdown),
    "latex": _as(latex),
}
