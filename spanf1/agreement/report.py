"""What is said of agreement: pairs, types and documents for people, each figure for programs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from spanf1._version import __version__
from spanf1.agreement.agreement import NO_INTERVAL, Agreement, means
from spanf1.agreement.blocks import Figure
from spanf1.agreement.coefficients import NAMES, UNIVERSES
from spanf1.agreement.disagreements import ONLY_A, ONLY_B, Disagreement
from spanf1.core.options import FEW_UNITS, LEAST_UNITS, says_match
from spanf1.formats.in_words import types_in_words
from spanf1.mistakes.report import span_lines, with_how
from spanf1.render.renderers import DIM
from spanf1.render.report import Fact, Report, Section
from spanf1.resampling.inference import Interval
from spanf1.wording import bracketed, finite, many, percent

# The decimals of coefficients, which are no shares.
_DIGITS = 3
# So many documents are shown, those with least agreement.
_SHOWN = 10
_CSV_HEADER = [
    *("figure", "universe", "type", "file", "line", "document"),
    *("annotator_a", "annotator_b", "documents", "value", "low", "high"),
]


def report_of(agreement: Agreement) -> Report:
    """Return the report on agreement."""
    return Report(agreement, _sections, _rows, to_dict, tables=1, caption=signature_of)


def _sections(agreement: Agreement, digits: int | None) -> list[Section]:
    sections = [_pairs(agreement, digits), _types(agreement, digits)]
    if agreement.tokens and agreement.tokens.sizes.any():
        sections.append(_coefficients(agreement, digits))
    if agreement.with_gamma:
        sections.append(_gamma(agreement, digits))
    if len(agreement.documents) > 1 and agreement.options.match != "surface":
        sections.append(_documents(agreement, digits))
    facts = [Fact(label, text, "", DIM) for label, text in how_made(agreement)]
    return [*sections[:-1], sections[-1]._replace(facts=facts)]


def _pairs(agreement: Agreement, digits: int | None) -> Section:
    """Return the F1 of every pair, and of all of them."""
    confidence = agreement.confidence
    level = [f"{100 * confidence.level:g}% interval"] if confidence else []
    rows = []
    for pair, figure in zip(agreement.pairs, agreement.figures, strict=False):
        micro = pair.result.micro if pair.result else None
        counts = [f"{micro.gold:g}", f"{micro.predicted:g}"] if micro else ["0", "0"]
        cells = [str(pair.documents), *counts, f"{micro.correct:g}" if micro else "0"]
        ends = [bracketed(figure.interval, digits)] * bool(level)
        rows.append([_named(pair.annotators), *cells, percent(pair.f1, digits), *ends])
    noun = "Docs" if agreement.annotations.noun == "document" else "Sent."
    header = ["", noun, "1st", "2nd", "Both", "F1", *level]
    several = len(rows) > 1
    if several:
        ends = [bracketed(agreement.interval, digits)] * bool(level)
        rows.append(["mean", "", "", "", "", percent(agreement.f1, digits), *ends])
        spread = percent(agreement.deviation, digits)
        rows.append(["SD", "", "", "", "", spread, *[""] * bool(level)])
    return Section("Pairs", _extent(agreement), header, rows, totals=2 * several)


def _named(annotators: Sequence[str]) -> str:
    return ", ".join(annotators)


def _extent(agreement: Agreement) -> str:
    """Say how many annotators and documents there are."""
    done, documents = agreement.annotations.done, len(agreement.documents)
    every = int(done.all(axis=1).sum())
    annotators = many(len(agreement.annotators), "annotator")
    texts = many(len(done), agreement.annotations.noun)
    within = f" in {many(documents, 'document')}" * (documents < len(done))
    return (
        f"{annotators}; {texts}{within}, of which all have done {every}. Spans of the 1st and the "
        "2nd of a pair, and those of both."
    )


def _coefficients(agreement: Agreement, digits: int | None) -> Section:
    """Return the coefficients, by what is classified."""
    assert agreement.tokens  # noqa: S101 - for mypy: there are none without
    shown: dict[str, dict[str, str]] = {}
    rows: dict[str, list[float]] = {}
    for one in agreement.figures[len(agreement.pairs) :]:
        name = NAMES[one.name] + f", {_named(one.annotators)}" * (one.name == "kappa")
        shown.setdefault(name, {})[one.universe or "types"] = _coefficient(one, digits)
        if one.name == "kappa":
            rows.setdefault(one.universe, []).append(one.value)
    several = len(agreement.pairs) > 1
    table = [[name, *(cells.get(key, "") for key in UNIVERSES)] for name, cells in shown.items()]
    if several:
        averages = [_decimal(float(means(np.array(rows[key]))), digits) for key in UNIVERSES]
        table.insert(len(agreement.pairs), [f"{NAMES['kappa']}, mean", *averages])
    noun = agreement.tokens.noun
    size = many(int(agreement.tokens.sizes.sum()), noun)
    said = "; ".join(f"{name}: {text}" for name, text in UNIVERSES.items())
    made = " (texts have none, so words and punctuation marks count)" * (noun != "token")
    return Section("Tokens", f"{size}{made}. {said}.", ["", *UNIVERSES], table)


def _gamma(agreement: Agreement, digits: int | None) -> Section:
    """Return gamma, and what it is made of."""
    rows = []
    for one in agreement.gammas:
        figures = [_decimal(value, digits) for value in (one.observed, one.expected, one.value)]
        sure = percent(one.precision, 1)
        rows.append(
            [_named(one.annotators), *figures, str(one.samples), f"\N{PLUS-MINUS SIGN}{sure}%"]
        )
    several = len(rows) > 1
    if several:
        rows.append(["mean", "", "", _decimal(agreement.gamma, digits), "", ""])
    unit = agreement.annotations.units()[0]
    seed = agreement.confidence.seed if agreement.confidence else 0
    said = (
        f"Disorder of the best alignment of spans in each {unit}, ends and types weighing alike, "
        "and what to expect by chance: the mean of samples, as sure as is said at 95%, seed "
        f"{seed}."
    )
    header = ["", "Disorder", "Expected", NAMES["gamma"], "Samples", "Sure"]
    return Section("Gamma", said, header, rows, totals=int(several), asked=True)


def _coefficient(figure: Figure, digits: int | None) -> str:
    """Return a coefficient, with its interval if it has one."""
    ends = figure.interval
    said = "" if math.isnan(ends.low) else " [{}, {}]".format(*(_decimal(e, digits) for e in ends))
    return f"{_decimal(figure.value, digits)}{said}"


def _decimal(value: float, digits: int | None) -> str:
    return "-" if math.isnan(value) else f"{value:.{_DIGITS if digits is None else digits}f}"


def _types(agreement: Agreement, digits: int | None) -> Section:
    """Return the F1 of each type."""
    several = len(agreement.pairs) > 1
    rows = []
    for name, one in agreement.types.items():
        there = [value for value in one.f1 if not math.isnan(value)]
        figures = [one.mean, one.deviation, min(there, default=math.nan)]
        cells = figures if several else figures[:1]
        rows.append([name, f"{one.spans:.1f}", *(percent(value, digits) for value in cells)])
    header = ["", "Spans", "F1", *(["SD", "Least"] if several else [])]
    said = "Spans that one annotator of a pair has, on average"
    more = "; F1 is the mean over pairs of which one has the type, and the least" * several
    return Section("Types", f"{said}{more}.", header, rows)


def _documents(agreement: Agreement, digits: int | None) -> Section:
    """Return the documents with least agreement."""
    some = [one for one in agreement.documents if not math.isnan(one.f1)]
    least = sorted(some, key=lambda one: one.f1)[:_SHOWN]
    rows = [
        [
            _place(one.file, one.line, one.document),
            *(str(count) for count in (one.annotators, one.spans)),
            percent(one.f1, digits),
        ]
        for one in least
    ]
    alone = sum(one.annotators < 2 for one in agreement.documents)
    whole = len(agreement.documents) - len(some) - alone
    said = f"Those with the least mean F1 of {len(some)}"
    nothing = f"; in {whole} others no pair marks anything" * bool(whole)
    nothing += f"; {alone} more no pair has done" * bool(alone)
    return Section("Documents", f"{said}{nothing}.", ["", "Who", "Spans", "F1"], rows)


def _place(file: str, line: int, document: str | int | None) -> str:
    if document is not None:
        return str(document)
    return f"{file}:{line}" if line else file


def how_made(agreement: Agreement) -> Iterator[tuple[str, str]]:
    """Yield what shaped the figures, as pairs of a heading and a line."""
    options, annotations = agreement.options, agreement.annotations
    if options.match != "exact":
        yield "match", f"{options.match}: {says_match(options.match)}"
    if options.match.startswith("gold:"):
        yield "note", "the first of a pair stands for gold, and this match looks at gold alone"
    if options.trim:
        yield "trim", "white space at the edges of spans is dropped"
    if renamed := types_in_words(options):
        yield "renamed", renamed
    if not isinstance(options.types, str):
        yield "types", f"these alone: {', '.join(options.types)}"
    if without := [pair.annotators for pair in agreement.pairs if not pair.documents]:
        names = "; ".join(map(_named, without))
        yield "note", f"no document of both, so they are in no mean: {names}"
    for line in annotations.remarks():
        yield "note", line
    if agreement.confidence:
        yield "intervals", _intervals(agreement)
    yield "signature", signature_of(agreement)


def _intervals(agreement: Agreement) -> str:
    how = agreement.confidence
    assert how  # noqa: S101 - for mypy: there are no intervals without it
    unit, _, count = agreement.drawn
    if count < LEAST_UNITS:
        return f"none: there is one {unit}, and all resamples of one are the same"
    few = f"; {count} are too few: intervals are too narrow" * (count < FEW_UNITS)
    return (
        f"{100 * how.level:g}%, {how.method} bootstrap: {many(how.resamples, 'resample')} of "
        f"{many(count, unit)}, the same for all figures, seed {how.seed}{few}"
    )


def signature_of(agreement: Agreement) -> str:
    """Return what shaped the mean F1, in one line: what the signatures of all pairs share."""
    lines = [str(pair.result.signature()).split("|") for pair in agreement.pairs if pair.result]
    shared = [part for part in lines[0] if all(part in line for line in lines)]
    documents = len(agreement.annotations.done)
    own = [f"annotators:{len(agreement.annotators)}", f"documents:{documents}"]
    how = agreement.confidence
    if how:
        unit = agreement.drawn[0]
        own.append(f"ci:{how.level:g}/{how.method}/{how.resamples}/{unit}/{how.seed}")
    return "|".join([shared[0], *own, *shared[1:]])


def _rows(agreement: Agreement) -> Iterator[Sequence[object]]:
    """Yield a row for each figure; fractions of 1."""
    yield _CSV_HEADER

    def row(
        figure: str, value: float, interval: Interval = NO_INTERVAL, **more: object
    ) -> list[object]:
        cells = [value, *interval]
        numbers = ["" if math.isnan(cell) else cell for cell in cells]
        return [figure, *(more.get(name, "") for name in _CSV_HEADER[1:-3]), *numbers]

    documents = {pair.annotators: pair.documents for pair in agreement.pairs}
    for one in agreement.figures:
        pair = _pair_of(one)
        said = {"universe": one.universe, **pair}
        if pair:
            said["documents"] = documents[one.annotators[0], one.annotators[1]]
        yield row(one.name, one.value, one.interval, **said)
    for gamma in agreement.gammas if agreement.with_gamma else ():
        a, b = gamma.annotators
        yield row("gamma", gamma.value, annotator_a=a, annotator_b=b)
    yield row("mean f1", agreement.f1, agreement.interval)
    yield row("sd f1", agreement.deviation)
    for name, kind in agreement.types.items():
        for pair_, value in zip(agreement.pairs, kind.f1, strict=True):
            a, b = pair_.annotators
            yield row("f1", value, type=name, annotator_a=a, annotator_b=b)
        yield row("mean f1", kind.mean, type=name)
    for document in agreement.documents:
        key = "" if document.document is None else document.document
        yield row("mean f1", document.f1, file=document.file, line=document.line, document=key)


def _pair_of(figure: Figure) -> dict[str, object]:
    names = figure.annotators
    return {"annotator_a": names[0], "annotator_b": names[1]} if len(names) == 2 else {}


def to_dict(agreement: Agreement) -> dict[str, Any]:
    """Return everything as plain data; NaN is None."""
    return {
        "spanf1": __version__,
        "signature": signature_of(agreement),
        "annotators": [*agreement.annotators],
        "f1": {
            "mean": finite(agreement.f1),
            "sd": finite(agreement.deviation),
            "interval": _ends(agreement.interval),
        },
        "pairs": [
            {
                "annotators": [*pair.annotators],
                "documents": pair.documents,
                "f1": finite(pair.f1),
                "signature": str(pair.result.signature()) if pair.result else None,
                "counts": pair.result.micro.counts._asdict() if pair.result else None,
            }
            for pair in agreement.pairs
        ],
        "figures": [
            {
                "name": one.name,
                "universe": one.universe or None,
                "annotators": [*one.annotators],
                "value": finite(one.value),
                "interval": _ends(one.interval),
            }
            for one in agreement.figures
        ],
        **({"gamma": _gamma_data(agreement)} if agreement.with_gamma else {}),
        "types": {
            name: {
                "spans": one.spans,
                "f1": [*map(finite, one.f1)],
                "mean": finite(one.mean),
                "sd": finite(one.deviation),
            }
            for name, one in agreement.types.items()
        },
        "documents": [{**one._asdict(), "f1": finite(one.f1)} for one in agreement.documents],
    }


def _gamma_data(agreement: Agreement) -> dict[str, Any]:
    pairs = [
        {name: finite(v) if isinstance(v, float) else v for name, v in one._asdict().items()}
        for one in agreement.gammas
    ]
    return {"mean": finite(agreement.gamma), "pairs": pairs}


def _ends(interval: Interval) -> list[float] | None:
    return None if math.isnan(interval.low) else [*interval]


# Disagreements, one by one.


def disagreements_report(found: Sequence[Disagreement]) -> Report:
    """Return the report on what annotators say differently."""
    return Report(
        found, _disagreements, _disagreement_rows, lambda some: [d.to_dict() for d in some]
    )


def _disagreements(found: Sequence[Disagreement], _: int | None) -> list[Section]:
    rows = []
    for one in found:
        sides = (one.entry.gold, one.entry.predicted)
        said = [f"{span.type}: {span.text}" if span else "" for span in sides]
        what = with_how(_kind(one), one.entry.how)
        rows.append([str(one.entry.place), _named(one.annotators), what, *said])
    header = ["", "Annotators", "Kind", "A", "B"]
    return [Section("Disagreements", "", header, rows, words=True)]


def _kind(one: Disagreement) -> str:
    """Return the kind of a disagreement, with the name of who is alone."""
    named = {ONLY_A: one.annotators[0], ONLY_B: one.annotators[1]}
    return f"only {named[one.kind]}" if one.kind in named else one.kind


def disagreement_lines(
    found: Iterable[Disagreement],
    most: int | None = None,
    columns: int | None = None,
    *,
    colour: bool = False,
) -> Iterator[str]:
    """Yield disagreements as text: where each is, who says what of it; so many at most."""
    count = 0
    for count, one in enumerate(found, 1):
        if most is not None and count > most:
            continue
        what = with_how(_kind(one), one.entry.how) + f" ({_named(one.annotators)})"
        said = span_lines(one.entry.place, what, one.spans, columns, colour=colour)
        yield "\n" * (count > 1) + "".join(f"{line}\n" for line in said)
    if not count:
        yield "no disagreements\n"
    elif most is not None and count > most:
        yield f"\n{count - most} more of {count}; --limit {count} shows all of them\n"


def _disagreement_rows(found: Sequence[Disagreement]) -> Iterator[list[object]]:
    names = ("type", "text", "start", "end")
    yield [
        *("annotator_a", "annotator_b", "kind", "how"),
        *("file", "line", "sentence", "document", "unit"),
        *(f"{side}_{name}" for side in "ab" for name in names),
        *("before", "after"),
    ]
    for one in found:
        entry, place = one.entry, one.entry.place
        sides = [span[:4] if span else [""] * 4 for span in (entry.gold, entry.predicted)]
        key = "" if place.document is None else place.document
        context = entry.spans[0]
        row: list[object] = [*one.annotators, one.kind, entry.how, *place[:3], key, place.unit]
        yield [*row, *sides[0], *sides[1], context.before, context.after]
