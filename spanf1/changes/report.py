"""What is said of changes between two systems: their scores, tables of changes, and spans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from spanf1.changes.changes import CHANGES, Change, Changes, Outcome, is_worse
from spanf1.mistakes.report import spaced, span_lines, with_how
from spanf1.mistakes.texts import Mention, Place
from spanf1.ranking import report as ranking_report
from spanf1.ranking.rank import Ranking
from spanf1.render.renderers import WIDTH, cut
from spanf1.render.report import Report, Section
from spanf1.results.report import f_name
from spanf1.results.result import Result
from spanf1.wording import many, p_text, percent, printable, signed

_SPAN = [*Mention._fields[:4]]
_CSV_HEADER = [
    "change",
    *(f"{side}_{name}" for side in "ab" for name in ("kind", "how")),
    *Place._fields,
    *(f"{side}_{name}" for side in ("gold", "a", "b") for name in _SPAN),
    *("before", "after"),
]


class Shown(NamedTuple):
    """Changes, and the spans that are shown of them.

    Attributes
    ----------
    changes : Changes
        All of them.
    spans : sequence of Change
        Those that are shown.
    more : int
        How many more are chosen.
    slices : mapping of str to mapping
        What `Changes.slices` returns, by what spans are sliced by.
    """

    changes: Changes
    spans: Sequence[Change]
    more: int = 0
    slices: Mapping[str, Mapping[str, Mapping[str, int]]] = MappingProxyType({})


def report_of(shown: Shown) -> Report:
    """Return the report on changes: the scores, how they differ, what changed, and spans."""
    return Report(shown, _sections, _rows, _data)


def whole_report(changes: Changes) -> Report:
    """Return that report with all spans for programs, and none for people."""

    def shown(changes: Changes) -> Shown:
        return Shown(changes, [*changes.entries()])

    return Report(
        changes,
        lambda changes, digits: _counts(Shown(changes, []), digits),
        lambda changes: _rows(shown(changes)),
        lambda changes: _data(shown(changes)),
    )


def counts_report(shown: Shown, *, brief: bool = False) -> Report:
    """Return that report without the spans; if `brief`, the slices alone."""
    return Report(shown, _slices if brief else _counts)


def _counts(shown: Shown, digits: int | None) -> list[Section]:
    changes = shown.changes
    sections = ranking_report.report_of(changes.ranking).sections(changes.ranking, digits)
    return [*sections, _by_type(changes), _by_kind(changes), *_slices(shown, digits)]


def _slices(shown: Shown, _: int | None) -> list[Section]:
    return [_by_slice(by, rows) for by, rows in shown.slices.items()]


def _sections(shown: Shown, digits: int | None) -> list[Section]:
    rows = []
    for change in shown.spans:
        outcomes = [_said(outcome) for outcome in (change.a, change.b)]
        gold = change.gold
        rows.append([str(change.place), change.change, _span(gold), *outcomes, _context(change)])
    header = ["place", "change", "gold", *shown.changes.names, "in"]
    after = [_rest(shown)] if shown.more else []
    spans = Section("Spans", header=header, rows=rows, after=after, words=True)
    return [*_counts(shown, digits), *([spans] if rows else [])]


def _by_type(changes: Changes) -> Section:
    names = [*CHANGES]
    first, other = (printable(name) for name in changes.names)
    rows = [[kind, *(str(row[name]) for name in names)] for kind, row in changes.types.items()]
    rows.append(["all", *(str(changes.counts[name]) for name in names)])
    mended, broken, right = (changes.counts[name] for name in ("mended", "broken", "right"))
    said = (
        f"Of gold, from {first} to {other}: {mended} mended, {broken} broken, so {right + mended} "
        f"correct in place of {right + broken}. Spurious: {changes.counts['gone']} gone, "
        f"{changes.counts['new']} new."
    )
    return Section("Spans that changed", said, ["type", *CHANGES], rows, totals=1)


def _by_slice(by: str, slices: Mapping[str, Mapping[str, int]]) -> Section:
    rows = [[name, *map(str, row.values())] for name, row in slices.items()]
    return Section(f"Spans that changed, by {by}", header=["", *CHANGES], rows=rows, verbatim=True)


def _by_kind(changes: Changes) -> Section:
    rows = [[kind, *map(str, row.values())] for kind, row in changes.kinds.items()]
    header = ["error", "mended", "broken", *(f"in {name}" for name in changes.names)]
    said = (
        "Mended spans by what was wrong, broken ones by what is, and all that there are of each "
        "kind. Of spurious ones, those that are gone, and the new ones."
    )
    return Section("Kinds of errors", said, header=header, rows=rows)


def _rest(shown: Shown) -> str:
    count = len(shown.spans) + shown.more
    return f"{shown.more} more of {count}; --limit {count} shows all of them"


# Spans, one by one.


def lines(shown: Shown, columns: int | None = None, *, colour: bool = False) -> Iterator[str]:
    """Yield spans as text: where each is and what became of it, gold, and below both systems."""
    # A name leaves room for types and texts.
    labels = [cut(printable(name), max((columns or WIDTH) // 4, 8)) for name in shown.changes.names]
    for number, change in enumerate(shown.spans):
        named = [("gold", change.gold)]
        for name, outcome in zip(labels, (change.a, change.b), strict=True):
            named.append((name, outcome.predicted if outcome else None))
        there = [(name, span) for name, span in named if span is not None]
        found = span_lines(change.place, _what(change), there, columns, colour=colour)
        yield "\n" * bool(number) + "".join(f"{line}\n" for line in found)
    if not shown.spans and not shown.more:
        yield "no such spans\n"
    if shown.more:
        yield "\n" * bool(shown.spans) + f"{_rest(shown)}\n"


def _what(change: Change) -> str:
    """Say what became of a span, with the kinds of errors."""
    wrong = [one for one in (change.a, change.b) if one and one.kind != "correct"]
    kinds = dict.fromkeys(with_how(one.kind, one.how) for one in wrong)
    said = [] if change.change == "spurious" else [change.change]
    return ": ".join([*said, ", then ".join(kinds)] if kinds else said)


def _span(span: Mention | None) -> str:
    return f"{span.type}: {span.text}" if span else ""


def _said(outcome: Outcome | None) -> str:
    """Return what a system makes of a span, in a cell."""
    if outcome is None:
        return ""
    kind = with_how(outcome.kind, outcome.how)
    return f"{kind}: {_span(outcome.predicted)}" if outcome.predicted else kind


def _first(change: Change) -> Mention:
    """Return the first span of a change."""
    spans = (change.gold, *(one.predicted for one in (change.a, change.b) if one))
    return next(span for span in spans if span is not None)


def _context(change: Change) -> str:
    span = _first(change)
    return f"{spaced(span.before)}{span.text}{spaced(span.after)}"


def _rows(shown: Shown) -> Iterator[Sequence[object]]:
    """Yield a row for each span."""
    yield [*_CSV_HEADER]
    for change in shown.spans:
        outcomes = change.a, change.b
        kinds = [cell for one in outcomes for cell in (one[:2] if one else ("", ""))]
        spans = [change.gold, *(one and one.predicted for one in outcomes)]
        sides = [cell for span in spans for cell in (span[:4] if span else [""] * 4)]
        place = ["" if cell is None else cell for cell in change.place]
        span = _first(change)
        yield [change.change, *kinds, *place, *sides, span.before, span.after]


def _data(shown: Shown) -> dict[str, Any]:
    changes = shown.changes
    return {
        "systems": [*changes.names],
        "counts": changes.counts,
        "types": changes.types,
        "kinds": changes.kinds,
        **({"slices": shown.slices} if shown.slices else {}),
        "comparison": ranking_report.to_dict(changes.ranking),
        "spans": [change.to_dict() for change in shown.spans],
    }


# What fails.


def worse(names: tuple[str, str], ranking: Ranking) -> Iterator[str]:
    """Yield that the second system is worse than the first one beyond noise, if it is."""
    if is_worse(ranking):
        pair = ranking.differences[0]
        yield (
            f"fail: {names[1]} is worse than {names[0]} beyond noise: "
            f"{signed(pair.difference, None)} points of F1, p {p_text(pair.p_value)}"
        )


def dropped(names: Sequence[str], results: Sequence[Result], most: float) -> Iterator[str]:
    """Yield that the F1 of the second of two results is lower by more than so many points."""
    before, after = (result.micro.fbeta for result in results)
    # What is as much as is allowed is no more, whatever the last bits are.
    if not round(100 * (before - after), 9) <= most:
        yield (
            f"fail: {f_name(results[0])} is {percent(before - after, None)} points lower in "
            f"{names[1]} than in {names[0]}, more than {most:g}"
        )


def nothing(results: Sequence[Result]) -> Iterator[str]:
    """Yield that no F1 can be lower than another, if there is nothing to score, or no gold."""
    if not any(result.micro.gold or result.micro.predicted for result in results):
        yield "fail: there is nothing to score"
    elif not any(result.micro.gold for result in results):
        yield "fail: there is no span in gold, so that no F1 can be lower than another"


def unknown(ranking: Ranking) -> Iterator[str]:
    """Yield why it cannot be known whether a difference is more than noise."""
    for least in ranking.unreachable().values():
        units = many(ranking.units, ranking.testing.confidence.unit)
        yield (
            f"warning: --fail-if-worse can find nothing: of {units}, no p can be below "
            f"{p_text(least)}"
        )
