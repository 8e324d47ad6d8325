"""Reports of what each scorer says of an output, and of several systems against one gold."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from spanf1.readings.comparison import Comparison, Kind, Row
from spanf1.reports.machine import json_text
from spanf1.reports.rows import DIGITS, found_by, many, percent, printable
from spanf1.reports.sections import Section, latex, markdown, text_of
from spanf1.reports.table import shortened, width_of
from spanf1.schemes import SCHEMES

#: how many kinds of disputed steps are shown
KINDS = 10
_WIDTH = 80
# How many differences have a column.
_COLUMNS = 5


def sections(
    comparison: Comparison, *, digits: int | None = None, kinds: int = KINDS
) -> list[Section]:
    """Return the tables of a comparison: readings, reasons, what they do, encodings."""
    found = [_readings(comparison, digits)]
    shown = [kind for kind in comparison.kinds if not kind.foreign][:kinds]
    if comparison.kinds or len(comparison.groups) > 1:
        found.append(_reasons(comparison, shown, digits))
    if shown:
        found.append(_details(comparison, shown))
    return [*found, _encodings(comparison, digits)]


def _readings(comparison: Comparison, digits: int | None) -> Section:
    result = comparison.result
    schemes = ", ".join(
        f"{side} {names[0]} ({found_by(names) if given == 'auto' else 'given'})"
        for side, given, names in (
            ("gold", result.options.gold_scheme, result.gold_schemes),
            ("predicted", result.options.pred_scheme, result.pred_schemes),
        )
    )
    files = " and ".join(result.input.files) if result.input else "input"
    rows, plain = [], []
    for number, group in enumerate(comparison.groups, 1):
        for k, row in enumerate(comparison.rows[k] for k in group):
            rows.append([f"{_label(number)} {row.reading.name}", *_figures(row, digits)])
            indent = " " * (len(_label(number)) + 1)
            plain.append([indent + row.reading.name, *[""] * 7] if k else rows[-1])
    refusing = [
        f"{row.reading.name} refuses it: {row.reading.refuses}"
        for row in comparison.rows
        if row.score is None
    ]
    return Section(
        "What each scorer says",
        f"{files}: {many(result.tally.tokens, 'token')}, {schemes}. Readings under one number "
        "count the same.",
        ["", "P", "R", "F1", "Diff.", "Gold", "Pred.", "Corr."],
        rows,
        plain=plain,
        after=[*refusing, *comparison.notes],
        spare=True,
    )


def _label(number: int) -> str:
    return f"[{number}]"


def _figures(row: Row, digits: int | None) -> list[str]:
    if row.score is None:
        return []
    one = row.score
    figures = [percent(value, digits) for value in (one.precision, one.recall, one.f1)]
    return [
        *figures,
        (signed(row.difference, digits) or percent(0, digits)) if row.group else "",
        str(one.gold),
        str(one.predicted),
        str(one.correct),
    ]


def signed(value: float, digits: int | None) -> str:
    """Return a difference in points; nothing for none, +0.00 or -0.00 for one that is small."""
    return f"{100 * value:+.{DIGITS if digits is None else digits}f}" if abs(value) > 1e-12 else ""


def _reasons(comparison: Comparison, shown: list[Kind], digits: int | None) -> Section:
    """Return how much each kind explains of each group's difference from the first."""
    heads = [group[0] for group in comparison.groups[1:]]

    def cells(parts: list[float]) -> list[str]:
        return [signed(parts[row], digits) for row in heads]

    rows = [[kind.name, str(kind.gold), str(kind.predicted), *cells(kind.parts)] for kind in shown]
    others = [kind for kind in comparison.kinds if not kind.foreign][len(shown) :]
    foreign = [kind for kind in comparison.kinds if kind.foreign]
    schemes = " or ".join(dict.fromkeys(name for kind in foreign for name in kind.ill_formed_in))
    sums = [sum(kind.parts[row] for kind in others) for row in range(len(comparison.rows))]
    for name, rest, parts in (
        (many(len(others), "other kind"), others, sums),
        (f"ill-formed in {schemes} only", foreign, comparison.other_schemes),
    ):
        counts = str(sum(k.gold for k in rest)), str(sum(k.predicted for k in rest))
        if rest:
            rows.append([name, *counts, *cells(parts)])
    if any(comparison.several):
        rows.append(["several kinds in one place", "", "", *cells(comparison.several)])
    if any(comparison.elsewhere):
        rows.append(["elsewhere", "", "", *cells(comparison.elsewhere)])
    if heads:
        totals = [row.difference for row in comparison.rows]
        rows.append(["difference from [1]", "", "", *cells(totals)])
    text = (
        "Steps between two tags that are ill-formed in a scheme they are read in, or that "
        "readings do not agree on: how often they occur, and how many points of F1 come from "
        "places where no other kind of step plays a part. The parts add up to the difference."
    )
    if not heads:
        text = "Steps that are ill-formed, or read in more than one way; no score depends on them."
    header = ["", "Gold", "Pred.", *(_label(k) for k in range(2, len(heads) + 2))]
    return Section("Why they differ", text, header, rows, columns=3 + _COLUMNS, fixed=3)


def _details(comparison: Comparison, shown: list[Kind]) -> Section:
    """Return what each reading makes of each kind of step, with examples."""
    alike: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], list[Kind]] = {}
    for kind in shown:
        key = kind.ill_formed_in, tuple(_outcomes(comparison, kind))
        alike.setdefault(key, []).append(kind)
    rows, lines, after = [], [], []
    for (schemes, said), kinds in alike.items():
        wrong = f": ill-formed in {' and '.join(schemes)}" if schemes else ""
        names = ", ".join(kind.name for kind in kinds)
        lines += textwrap.wrap(names + wrong, _WIDTH, subsequent_indent="  ")
        examples = [one for kind in kinds for one in _examples(kind)]
        for outcome, who in said:
            rows.append([names, outcome, who])
            lines += textwrap.wrap(f"    {outcome:<36} {who}", _WIDTH, subsequent_indent=" " * 41)
        after += [f"{place}  {words}" for place, words in examples]
        for place, words in examples:
            together = f"    {place}  {words}"
            lines += (
                [together] if width_of(together) <= _WIDTH else [f"    {place}", f"      {words}"]
            )
    header = ["Step", "What is made of it", "By"]
    title = "What they make of these steps"
    return Section(title, "", header, rows, lines=lines, after=after, words=True)


def _outcomes(comparison: Comparison, kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield what is made of a kind of step, and who does so: a whole group, or readings by name."""
    said: dict[str, list[int]] = {}
    for number, row in enumerate(comparison.rows):
        if row.score is not None:
            counts = kind.outcomes[number]
            words = ", ".join(
                what if len(counts) == 1 else f"{what} ({count})" for what, count in counts.items()
            )
            said.setdefault(words, []).append(number)
    for words, rows in said.items():
        who: list[str] = []
        for number, group in enumerate(comparison.groups, 1):
            if set(group) <= set(rows):
                who.append(_label(number))
            else:
                who += [comparison.rows[row].reading.name for row in group if row in rows]
        yield words, ", ".join(who)


def _examples(kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield the place of each example, and the tokens with their tags around the step."""
    for one in kind.examples:
        words = [
            printable(f"{shortened(token)}/{tag}")
            for token, tag in zip(one.tokens, one.tags, strict=True)
        ]
        place = f"{one.file}:{one.line} ({one.side})"
        best = ""
        # As many tokens around the step as there is room for.
        for before, after in ((1, 1), (1, 2), (2, 2), (2, 3), (3, 3)):
            wider = _marked(kind, words, one.at, max(one.at - before, 0), one.at + after)
            if best and len(place) + width_of(wider) > _WIDTH - 6:
                break
            best = wider
        yield place, best


def _marked(kind: Kind, words: list[str], at: int, low: int, high: int) -> str:
    before, after = words[low:at], words[at:high]
    if "→" not in kind.name:
        return " ".join([*before, f"[{words[at]}]", *after[1:]])
    return " ".join([*(before or ["(begin)"]), "→", *(after or ["(end)"])])


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
        rows.append(
            [one.scheme, str(one.tags), *shares, str(one.merged), percent(one.best, digits)]
        )
    one = comparison.encodings[0]
    inside = one.tokens - one.prefixes["O"]
    text = (
        f"{many(one.spans, 'span')} on {inside} of {many(one.tokens, 'token')}. Tags are the "
        "distinct tags, O among them; B to S in percent of tokens. A scheme that cannot part "
        "spans of one type that touch merges them: best is the F1 of a model that then gets "
        "every tag right."
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


def csv_text(header: list[str], rows: list[list[object]], digits: int | None) -> str:
    """Return rows as comma-separated values, their fractions with all digits or with some."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(
            f"{cell:.{digits}f}" if isinstance(cell, float) and digits is not None else cell
            for cell in row
        )
    return text.getvalue()


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


def json_of(data: object) -> str:
    """Return plain data as JSON."""
    return json_text(data, indent=2) + "\n"


class Rendering(NamedTuple):
    """How a comparison is rendered, and which settings matter to it."""

    render: Callable[..., str]
    takes: frozenset[str] = frozenset()


def _as(form: Callable[[list[Section]], str]) -> Rendering:
    def render(comparison: Comparison, **settings: Any) -> str:
        return form(sections(comparison, **settings))

    return Rendering(render, frozenset({"digits", "kinds", "examples"}))


RENDERINGS = {
    "table": Rendering(table, frozenset({"digits", "kinds", "examples", "colour", "brief"})),
    "json": Rendering(lambda comparison: json_of(comparison.to_dict()), frozenset({"examples"})),
    "csv": Rendering(csv_of, frozenset({"digits"})),
    "markdown": _as(markdown),
    "latex": _as(latex),
}
