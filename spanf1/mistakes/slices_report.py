"""What is said of slices: a table of them, how they were compared, rows for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from spanf1.core.options import FEW_UNITS, LEAST_UNITS
from spanf1.core.scores import COUNTS, AnyScore
from spanf1.mistakes.slices import Slices
from spanf1.render.report import Report, Section
from spanf1.results.report import dashed, doubts, drawn, f_name, signed_ends
from spanf1.wording import and_others, bracketed, many, p_text, percent, points, printable

# What the column of differences is called.
_REST = "vs rest"


def report_of(slices: Slices) -> Report:
    """Return the report on the slices by one property, or key."""
    return slices_report([slices])._replace(data=lambda _: slices.to_dict())


def slices_report(several: Sequence[Slices]) -> Report:
    """Return the report on how good predictions are in slices."""
    return Report(
        several,
        partial(_sections, several, beside=True),
        lambda _: _rows(several),
        lambda _: {"slices": [one.to_dict() for one in several]},
        terminal=partial(_sections, several, beside=False),
    )


def with_slices(report: Report, several: Sequence[Slices]) -> Report:
    """Return the report on a result, and below it the tables of slices."""
    return report.above(slices_report(several)._replace(rows=_score_rows))


def _sections(
    several: Sequence[Slices], _: object, digits: int | None, *, beside: bool
) -> list[Section]:
    return [_slices(one, digits, beside=beside) for one in several]


def _slices(slices: Slices, digits: int | None, *, beside: bool = True) -> Section:
    """Return the table of slices, with the intervals beside the figures, or under them."""
    name, compared = f_name(slices.scored), slices.confidence is not None
    figures = ["Gold", "Pred.", "Corr.", "P", "R", name, _REST, *["p"] * (compared and beside)]
    header = [slices.by, *figures]
    rows, under = [], []
    for one in slices:
        f, rest, p_value = percent(one.score.fbeta, digits), points(one.difference, digits), ""
        ends = ["", ""]
        if one.intervals and one.apart:
            shown = bracketed if beside else dashed
            ends = [shown(one.intervals.fbeta, digits), signed_ends(one.apart, digits)]
            p_value = p_text(one.p_adjusted) + "*" * (one.name in slices.differing)
        if beside:
            f, rest = (
                figure if end in ("", "-") else f"{figure} {end}"
                for figure, end in zip((f, rest), ends, strict=True)
            )
        elif p_value not in ("", "-"):
            rest += f" p {p_value}"
        row = [one.name, *_counts_and_shares(one.score, digits), f, rest, p_value]
        rows.append(row[: len(header)])
        under.append([*[""] * 6, *("" if end == "-" else end for end in ends)])
    total = slices.scored.micro
    last = ["all", *_counts_and_shares(total, digits), percent(total.fbeta, digits), "", ""]
    rows.append(last[: len(header)])
    under.append([""] * len(header))
    return Section(
        f"Slices by {slices.by}",
        f"{slices.text[:1].upper()}{slices.text[1:]}. R is of the gold spans of a slice, P of the "
        "predicted ones.",
        header,
        rows,
        [*_about_slices(slices, name)],
        totals=1,
        under=under if any(map(any, under)) and not beside else (),
        fixed=len(header),
        verbatim=True,
    )


def _counts_and_shares(score: AnyScore, digits: int | None) -> list[str]:
    counts = [str(int(n)) for n in (score.gold, score.predicted, score.correct)]
    return [*counts, percent(score.precision, digits), percent(score.recall, digits)]


def _about_slices(slices: Slices, name: str) -> Iterator[str]:
    """Yield how slices were compared with all other spans, and what is to be doubted."""
    yield f"{_REST}: {name} of a slice less that of all other spans, in points"
    how, scored = slices.confidence, slices.scored
    if slices.too_many:
        yield f"{len(slices)} slices are too many to be compared: there are no intervals"
    if how is None:
        return
    unit = drawn(scored, how.unit)
    if slices.units < LEAST_UNITS:
        alone = f"there is one {unit}" if slices.units else f"there are no {unit}s"
        yield f"there are no intervals, and no p: {alone}"
        return
    p_value = ""
    if slices.compared:
        p_value = (
            "; p: two-sided, of the difference in the same resamples, corrected by Holm for "
            f"{many(slices.compared, 'slice')}"
        )
    yield (
        f"intervals: {100 * how.level:g}%, {how.method} bootstrap: "
        f"{many(how.resamples, 'resample')} of {many(slices.units, unit)}, seed {how.seed}{p_value}"
    )
    limit = f"p < {slices.alpha:.3g}"
    if slices.differing:
        yield f"* {limit}: differs from the rest"
    elif slices.compared:
        yield f"none can be told apart from the rest at {limit}"
    yield from doubts(scored, slices.units, how.unit)
    yield from _few(slices, unit)


def _few(slices: Slices, unit: str) -> Iterator[str]:
    """Say which slices have too few units for an interval, or for one that is to be trusted."""
    if alone := [one.name for one in slices if one.units < LEAST_UNITS]:
        more = "; --unit sentence draws more" * (unit == "document")
        more *= bool(slices.scored.counts.sentences)
        yield f"no interval, and no p, of slices of one {unit}: {_named(alone)}{more}"
    few = [one.name for one in slices if LEAST_UNITS <= one.units < FEW_UNITS]
    if few and slices.units >= FEW_UNITS:
        yield (
            f"fewer than {FEW_UNITS} {unit}s: intervals of these slices are not to be trusted, "
            f"most are too narrow: {_named(few)}"
        )


def _named(names: Sequence[str]) -> str:
    return and_others([*map(printable, names)])


def _score_rows(several: Sequence[Slices]) -> Iterator[list[object]]:
    """Yield a row for each slice, as those of a result are."""
    for slices in several:
        for one in slices:
            score, own = one.score, one.intervals
            ends = (*own.precision, *own.recall, *own.fbeta) if own else ()
            figures = score.precision, score.recall, score.fbeta
            yield [f"by {slices.by}", one.name, *figures, *score.counts, *ends]


def _rows(several: Sequence[Slices]) -> Iterator[Sequence[object]]:
    """Yield a row for each slice, in fractions of 1; ends of intervals come last."""
    scored = [one.scored for one in several]
    figures = ["precision", "recall", f"f{scored[0].options.beta:g}"]
    ends = [f"{name}_{end}" for name in (*figures, "difference") for end in ("low", "high")]
    header = ["by", "slice", *figures, *COUNTS, "units", "difference"]
    if any(one.confidence for one in several):
        header += [*ends, "p_value", "p_adjusted"]
    yield header
    for slices in several:
        for one in slices:
            score, own = one.score, one.intervals
            row = [slices.by, one.name, score.precision, score.recall, score.fbeta, *score.counts]
            row += [one.units, one.difference]
            if own and one.apart:
                row += [*own.precision, *own.recall, *own.fbeta, *one.apart]
                row += [one.p_value, one.p_adjusted]
            yield [*row, *[""] * (len(header) - len(row))]
