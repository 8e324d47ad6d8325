"""Reports of tokens by class, and of sentences and documents as wholes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from spanf1._version import __version__
from spanf1.core.fingerprint import spelt
from spanf1.core.options import FEW_SPANS, FEW_UNITS, LEAST_UNITS, Confidence
from spanf1.core.scores import AVERAGES, FIGURES
from spanf1.formats.in_words import input_in_words, tags_in_words, types_in_words
from spanf1.formats.stored import data_of_options, plain_option
from spanf1.levels.classes import MEASURES, TokenScores
from spanf1.levels.tokens import TokenTally, UnitCells
from spanf1.levels.wholes import Share, WholeScores
from spanf1.render.renderers import DIM
from spanf1.render.report import Fact, Report, Section
from spanf1.resampling.inference import Interval
from spanf1.wording import and_others, bracketed, escaped, exact, finite, many, percent, printable

# A confusion matrix of more classes is for programs alone; of still more, it is no matrix.
_SHOWN, _LARGE = 40, 400
# The figures of tokens that are no shares.
_COEFFICIENTS = ("mcc", "kappa", "kappa_tags", "kappa_marked")


def report_of_tokens(
    result: TokenScores,
    files: Mapping[str, TokenScores] = MappingProxyType({}),
    *,
    keep_units: bool = False,
) -> Report:
    """Return the report on tokens: scores of classes, figures of all, and the confusion matrix.

    Parameters
    ----------
    result : TokenScores
        The result.
    files : mapping of str to TokenScores
        Those of several files, by name, of which it is the sum.
    keep_units : bool
        As for `spanf1.levels.results.TokenResult.to_dict`.
    """

    def sections(result: TokenScores, digits: int | None, *, beside: bool) -> list[Section]:
        made = [_classes(result, digits, beside=beside), _measures(result, digits)]
        made += _confusion(result)
        return made + ([_files(files, digits)] if files else [])

    def beside(result: TokenScores, digits: int | None) -> list[Section]:
        return sections(result, digits, beside=True)

    def under(result: TokenScores, digits: int | None) -> list[Section]:
        made = sections(result, digits, beside=False)
        facts = [Fact(label, text, "", DIM) for label, text in how_classified(result)]
        return [*made[:-1], made[-1]._replace(facts=facts)]

    def data(result: TokenScores) -> dict[str, Any]:
        each = {name: {"accuracy": finite(one.accuracy)} for name, one in files.items()}
        made = data_of_tokens(result, keep_units=keep_units)
        return made | ({"files": each} if files else {})

    return Report(result, beside, _token_rows, data, terminal=under, caption=signature_of_tokens)


def _classes(result: TokenScores, digits: int | None, *, beside: bool) -> Section:
    """Return the scores of classes, with intervals beside the figures or under them."""
    header = ["", "Precision", "Recall", f"F{result.options.beta:g}", "Specif."]
    rows, under = [], []
    for name, figures, intervals, counts in _scored(result):
        cells = [percent(value, digits) if value is not None else "" for value in figures]
        ends = [bracketed(interval, digits) for interval in intervals]
        ends += [""] * (len(cells) - len(ends))
        if beside:
            cells = [f"{cell} {end}".strip() for cell, end in zip(cells, ends, strict=True)]
        rows.append([name, *cells, *map(str, counts)])
        under.append(
            ["", *(end.strip("[]").replace(", ", "\N{EN DASH}") for end in ends), "", "", ""]
        )
    return Section(
        header=[*header, "Gold", "Pred.", "Corr."],
        rows=rows,
        totals=len(AVERAGES),
        verbatim=True,
        fixed=8,
        under=under if result.certainty and not beside else (),
    )


_Scored = tuple[str, list[float | None], list[Interval], Sequence[int]]


def _scored(result: TokenScores) -> Iterator[_Scored]:
    """Yield for each class and average its name, figures, their intervals, and counts."""
    certainty = result.certainty
    for name, row in result.types.items():
        ends = [] if certainty is None else _shown(certainty.types[name])
        if certainty:
            ends.append(certainty.specificity[name])
        figures = [row.precision, row.recall, row.fbeta, row.specificity]
        yield name, [*figures], ends, (row.gold, row.predicted, row.correct)
    for name, mean in result.averages._asdict().items():
        ends = [] if certainty is None else _shown(certainty.averages[name])
        counts = mean.gold, mean.predicted, mean.correct
        yield name, [mean.precision, mean.recall, mean.fbeta, None], ends, counts


def _shown(intervals: Sequence[Interval]) -> list[Interval]:
    """Return the intervals of precision, recall and F-beta."""
    return [intervals[FIGURES.index(name)] for name in ("precision", "recall", "fbeta")]


def _measures(result: TokenScores, digits: int | None) -> Section:
    """Return the figures of all tokens."""
    header = ["", "Figure", *["Interval"] * bool(result.certainty)]
    rows = []
    for name, value in result.measures.items():
        if math.isnan(value) and name not in ("kappa", "mcc"):
            continue
        shown = _figure(name, value, digits)
        row = [MEASURES[name], shown]
        if result.certainty:
            low, high = result.certainty.measures[name]
            ends = f"[{_figure(name, low, digits)}, {_figure(name, high, digits)}]"
            row.append("-" if math.isnan(low) else ends)
        rows.append(row)
    return Section("All tokens", header=header, rows=rows)


def _figure(name: str, value: float, digits: int | None) -> str:
    """Return a share in percent, or a coefficient as it is."""
    if name not in _COEFFICIENTS:
        return percent(value, digits)
    places = 4 if digits is None else digits + 2
    return "-" if math.isnan(value) else f"{value:.{places}f}"


def _confusion(result: TokenScores) -> Iterator[Section]:
    """Yield the confusion matrix, if there are not too many classes."""
    names = result.classes
    if len(names) > _SHOWN:
        text = f"{len(names)} classes are too many to be shown here; --format json and csv have it."
        yield Section("Confusion", text)
        return
    rows = [
        [name, *map(str, row)] for name, row in zip(names, result.confusion.tolist(), strict=True)
    ]
    text = "Tokens of gold's classes (rows), by what they are predicted to be (columns)."
    yield Section("Confusion", text, ["", *names], rows, verbatim=True)


def _files(files: Mapping[str, TokenScores], digits: int | None) -> Section:
    """Return the accuracy and the micro average of each file."""
    rows = [
        [
            name,
            percent(one.accuracy, digits),
            *(percent(v, digits) for v in (one.micro.precision, one.micro.recall, one.micro.fbeta)),
            str(one.tokens),
        ]
        for name, one in files.items()
    ]
    f = f"F{next(iter(files.values())).options.beta:g}"
    header = ["", "Accuracy", "Precision", "Recall", f, "Tokens"]
    return Section("Files", "Micro averages of each. What stands above is of all.", header, rows)


def how_classified(result: TokenScores) -> Iterator[tuple[str, str]]:
    """Yield everything that shaped the numbers, as pairs of a heading and a line."""
    tally, options = result.tally, result.options
    extent = f"{result.tokens} in {many(tally.sentences, 'sentence')}"
    if tally.documents:
        extent += f", {many(tally.documents, 'document')}"
    yield "tokens", extent
    yield "level", _level(result)
    if result.has_outside and result.tokens:
        (over, outside), (missed, inside) = result.type_1_errors, result.type_2_errors
        yield (
            "errors",
            f"type I: {over} of {many(outside, 'token')} that gold has as O are predicted in a "
            f"class; type II: {missed} of {inside} in a class are predicted as O",
        )
    if renamed := types_in_words(options):
        yield "renamed", renamed
    for line in tags_in_words(tally.outside, tally.masked, tally.gaps, options):
        yield "tags", line
    if isinstance(options.types, tuple):
        yield "types", f"only {', '.join(map(printable, options.types))}; all tokens have all"
    elif options.types != "union":
        yield "types", f"macro and weighted run over the classes in {options.types}"
    for figure, side in (("precision", "predicted"), ("recall", "gold")):
        names = [printable(name) for name, row in result.types.items() if not getattr(row, side)]
        if names:
            value = f"{options.zero_division:g}"
            yield "0/0", f"{figure} of {and_others(names)} is {value}: nothing {_IN[side]}"
    if math.isnan(result.mcc) and result.tokens:
        yield (
            "note",
            "where a side has one class alone, correlation is not defined; kappa is not where both "
            "have the same",
        )
    if result.input:
        yield "input", input_in_words(result.input)
        for remark in result.input.remarks:
            yield "note", remark
    yield from _certain(result)
    if not result.tokens:
        yield "nothing", "there are no tokens in the input"
    yield "signature", signature_of_tokens(result)


_IN = {"predicted": "predicted", "gold": "in gold"}


def _level(result: TokenScores) -> str:
    """Say what classes are."""
    outside = "; O is no class of its own, but what is outside of all" * result.has_outside
    if result.tally.prefixed:
        return f"token: classes are the types of tags, B-PER and I-PER are PER{outside}"
    return f"token: classes are labels, as they are written{outside}"


def _certain(result: TokenScores) -> Iterator[tuple[str, str]]:
    """Yield how intervals were made, and which are not to be trusted."""
    if result.confidence is None or result.certainty is None:
        return
    unit, units = result.certainty.unit, result.certainty.units
    yield from _drawn(result.confidence, unit, units, result.tally.documents)
    few = [printable(name) for name, row in result.types.items() if row.gold < FEW_SPANS]
    if few:
        named = and_others(few)
        yield "intervals", f"not to be trusted where gold has fewer than {FEW_SPANS}: {named}"


def _drawn(how: Confidence, unit: str, units: int, documents: int) -> Iterator[tuple[str, str]]:
    """Yield how intervals were made, and why they may be too narrow."""
    if units < LEAST_UNITS:
        yield "intervals", f"none: of {many(units, unit)} none can be drawn"
        return
    resamples = many(how.resamples, "resample")
    said = f"{resamples} of {many(units, unit)}, seed {how.seed}"
    yield "intervals", f"{100 * how.level:g}%, {how.method} bootstrap: {said}"
    if units < FEW_UNITS:
        few = f"{many(units, unit)} are too few for intervals to be trusted: they are too narrow"
        yield "intervals", few
    if documents > 1 and unit != "document":
        yield (
            "intervals",
            f"{documents} documents are marked: intervals by {unit} are too narrow where the "
            f"{unit}s of one go wrong together",
        )


def signature_of_tokens(result: TokenScores, average: str = AVERAGES[0]) -> str:
    """Return what shaped the F of an average over classes, as a line to cite."""
    options, tally = result.options, result.tally

    def listed(names: Iterable[str]) -> str:
        return ",".join(map(escaped, names))

    types = (options.types,) if isinstance(options.types, str) else options.types
    pairs = ("=".join(map(escaped, pair)) for pair in options.map_types)
    parts = {
        f"f{exact(options.beta)}": average,
        "level": "token",
        "classes": "types" if tally.prefixed else "labels",
        "types": listed(types),
        "map": ",".join(pairs),
        "ignore": listed(options.ignore_types),
        "outside": listed(sorted(tally.outside)),
        "mask": listed(sorted(tally.masked)),
        "missing": options.missing if options.missing != "error" else "",
        "zero": exact(options.zero_division),
        "tokens": str(result.tokens),
        "hash": spelt(tally.gold_number, result.tokens),
        "ci": _ci(result.confidence, tally.units.kind if tally.units else ""),
        "v": __version__,
    }
    return "|".join(f"{name}:{value}" for name, value in parts.items() if value)


def _ci(how: Confidence | None, unit: str) -> str:
    """Return how intervals are made as signatures say it; empty if there are none."""
    return f"{exact(how.level)}/{how.method}/{how.resamples}/{unit}/{how.seed}" if how else ""


def _token_rows(result: TokenScores) -> Iterator[list[object]]:
    """Yield a row for each class, average, figure of all tokens, and cell of the confusion matrix.

    The first column says which it is. The ends of intervals, if there are some, come last.
    """
    figures = ["precision", "recall", f"f{result.options.beta:g}", "specificity", "value"]
    columns = ["row", "name", "predicted_as", *figures]
    columns += ["gold", "predicted", "correct", "true_negatives", "tokens"]
    if result.certainty:
        columns += [f"{name}_{end}" for name in figures for end in ("low", "high")]
    yield [*columns]
    for cells in _named_cells(result, figures):
        yield [cells.get(column, "") for column in columns]


def _named_cells(result: TokenScores, figures: Sequence[str]) -> Iterator[dict[str, object]]:
    """Yield what rows have, by column."""

    def ends(intervals: Iterable[tuple[str, Interval]]) -> dict[str, object]:
        return {
            f"{name}_{end}": value
            for name, interval in intervals
            for end, value in zip(("low", "high"), interval, strict=True)
        }

    for name, values, intervals, counts in _scored(result):
        classed = values[-1] is not None
        cells: dict[str, object] = {"row": "class" if classed else name, "name": name}
        cells |= {key: v for key, v in zip(figures, values, strict=False) if v is not None}
        cells |= dict(zip(("gold", "predicted", "correct"), counts, strict=True))
        if classed:
            cells["true_negatives"] = result.types[name].true_negatives
        yield cells | ends(zip(figures, intervals, strict=False))
    for name, value in result.measures.items():
        cells = {"row": "figure", "name": name, "value": value}
        known = result.certainty and [("value", result.certainty.measures[name])]
        yield cells | ends(known or ())
    for (name, other), count in sorted(result.confused.items()):
        yield {"row": "confusion", "name": name, "predicted_as": other, "tokens": count}


def _matrix(result: TokenScores) -> dict[str, Any]:
    """Return the confusion matrix or, if it is large, the pairs of classes that occur."""
    if len(result.classes) > _LARGE:
        pairs = [[*pair, count] for pair, count in sorted(result.confused.items())]
        return {"classes": result.classes, "pairs": pairs}
    return {"classes": result.classes, "counts": result.confusion.tolist()}


def data_of_tokens(result: TokenScores, *, keep_units: bool = False) -> dict[str, Any]:
    """Return everything as plain data that JSON can carry; NaN is given as None."""
    options, certainty = result.options, result.certainty
    left_out = {"fbeta"} if options.beta == 1 else set()

    def figures(row: Any) -> dict[str, Any]:
        named = row._asdict().items()
        return {
            name: finite(value) if isinstance(value, float) else value
            for name, value in named
            if name not in left_out
        }

    data: dict[str, Any] = {
        "spanf1": __version__,
        "signature": signature_of_tokens(result),
        "level": "token",
        "classes": {name: figures(row) for name, row in result.types.items()},
        **{name: figures(row) for name, row in result.averages._asdict().items()},
        **{name: finite(value) for name, value in result.measures.items()},
        "confusion": _matrix(result),
        "tokens": result.tokens,
        "sentences": result.tally.sentences,
        "documents": result.tally.documents,
        "options": data_of_options(options),
        "input": result.input and result.input.to_dict(),
        "tally": _tally_data(result.tally),
    }
    if keep_units and result.tally.units:
        data["tally"]["units"] = _units_data(result.tally.units)
    if result.confidence and certainty:
        data["confidence"] = {
            "level": result.confidence.level,
            "resamples": result.confidence.resamples,
            "method": result.confidence.method,
            "seed": result.confidence.seed,
            "unit": certainty.unit,
            "units": certainty.units,
            "classes": {
                name: dict(zip(FIGURES, map(_ends, row), strict=True))
                | {"specificity": _ends(certainty.specificity[name])}
                for name, row in certainty.types.items()
            },
            **{
                name: dict(zip(FIGURES, map(_ends, row), strict=True))
                for name, row in certainty.averages.items()
            },
            **{name: _ends(interval) for name, interval in certainty.measures.items()},
        }
    return data


def _tally_data(tally: TokenTally) -> dict[str, Any]:
    """Return what was counted, but for what each unit has."""
    return {
        "cells": [[*gold, *there, count] for (gold, there), count in sorted(tally.cells.items())],
        "prefixed": tally.prefixed,
        "sentences": tally.sentences,
        "documents": tally.documents,
        "outside": sorted(tally.outside),
        "masked": sorted(tally.masked),
        "gaps": list(tally.gaps),
        "gold_number": f"{tally.gold_number:016x}",
    }


def _units_data(units: UnitCells) -> dict[str, Any]:
    """Return what units have as plain data that JSON can carry: in one order, however they came.

    ``cells`` are as in the tally. Each of the ``rows`` says how many units have it, and then the
    number of each cell that it has, and of how many tokens.
    """
    units = units.in_order()
    rows = []
    for row, weight in zip(units.rows, units.weight.tolist(), strict=True):
        there = np.flatnonzero(row)
        rows.append([weight, *np.stack((there, row[there]), axis=1).ravel().tolist()])
    cells = [[*gold, *predicted] for gold, predicted in units.cells]
    return {"kind": units.kind, "cells": cells, "rows": rows}


def _ends(interval: Interval) -> list[float | None]:
    return [*map(finite, interval)]


def report_of_wholes(
    result: WholeScores, files: Mapping[str, WholeScores] = MappingProxyType({})
) -> Report:
    """Return the report on sentences or documents as wholes.

    Parameters
    ----------
    result : WholeScores
        The result.
    files : mapping of str to WholeScores
        Those of several files, by name, of which it is the sum.
    """

    def sections(result: WholeScores, digits: int | None) -> list[Section]:
        made = [_shares(result, digits), *_means(result, digits)]
        if files:
            rows = [_share_cells(name, one.all, digits) for name, one in files.items()]
            header = ["", "Right", "Of", "%", "Interval"][: max(map(len, rows))]
            made.append(Section("Files", header=header, rows=rows))
        return made

    def terminal(result: WholeScores, digits: int | None) -> list[Section]:
        made = sections(result, digits)
        facts = [Fact(label, text, "", DIM) for label, text in how_judged(result)]
        return [*made[:-1], made[-1]._replace(facts=facts)]

    def data(result: WholeScores) -> dict[str, Any]:
        each = {name: _share_data(one.all) for name, one in files.items()}
        return data_of_wholes(result) | ({"files": each} if files else {})

    return Report(result, sections, _whole_rows, data, terminal=terminal)


def _share_cells(name: str, share: Share, digits: int | None) -> list[str]:
    cells = [name, str(share.right), str(share.of), percent(share.share, digits)]
    return cells + ([bracketed(share.interval, digits)] if share.interval else [])


def _shares(result: WholeScores, digits: int | None) -> Section:
    """Return how many units are right in all."""
    names = {f"all {result.noun}s": result.all, "those with gold spans": result.with_gold}
    rows = [_share_cells(name, share, digits) for name, share in names.items()]
    return Section(
        f"{result.noun.capitalize()}s right in all",
        header=["", "Right", "Of", "%", *["Interval"] * bool(result.confidence)],
        rows=rows,
    )


def _means(result: WholeScores, digits: int | None) -> Iterator[Section]:
    """Yield the means over documents."""
    rows = []
    for name, mean in result.means.items():
        row = [f"F{result.beta:g}" if name == "fbeta" else name]
        row += [percent(mean.mean, digits), percent(mean.deviation, digits), str(mean.documents)]
        rows.append(row + ([bracketed(mean.interval, digits)] if mean.interval else []))
    if rows:
        yield Section(
            "Means over documents",
            "Precision over documents with predictions, recall over those with gold spans, F over "
            "those with both; SD of these documents.",
            ["", "Mean", "SD", "Documents", *["Interval"] * bool(result.confidence)],
            rows,
        )


def how_judged(result: WholeScores) -> Iterator[tuple[str, str]]:
    """Yield everything that shaped the numbers, as pairs of a heading and a line."""
    yield from result.facts
    if result.confidence:
        yield from _drawn(result.confidence, result.noun, result.units, result.documents)
        if any(share.right in (0, share.of) for share in (result.all, result.with_gold)):
            yield "intervals", "none where none is right, or all are: all resamples are the same"
    yield "signature", result.signature


def _whole_rows(result: WholeScores) -> Iterator[list[object]]:
    """Yield a row for each share, and each mean over documents, in fractions of 1."""
    header = ["row", "name", "value", "right", "of", "sd"]
    yield [*header, *["low", "high"] * bool(result.confidence)]
    for name, share in (("all", result.all), ("with_gold", result.with_gold)):
        row = ["right", name, share.share, share.right, share.of, ""]
        yield [*row, *(share.interval or ())]
    for name, mean in result.means.items():
        yield ["mean", name, mean.mean, "", mean.documents, mean.deviation, *(mean.interval or ())]


def _share_data(share: Share) -> dict[str, Any]:
    data = {"right": share.right, "of": share.of, "share": finite(share.share)}
    return data | ({"interval": _ends(share.interval)} if share.interval else {})


def data_of_wholes(result: WholeScores) -> dict[str, Any]:
    """Return everything as plain data that JSON can carry; NaN is given as None."""
    how = result.confidence
    return {
        "spanf1": __version__,
        "signature": result.signature,
        "level": result.level,
        "all": _share_data(result.all),
        "with_gold": _share_data(result.with_gold),
        "means": {
            name: {
                "mean": finite(mean.mean),
                "sd": finite(mean.deviation),
                "documents": mean.documents,
                **({"interval": _ends(mean.interval)} if mean.interval else {}),
            }
            for name, mean in result.means.items()
        },
        "confidence": how
        and {
            "level": how.level,
            "resamples": how.resamples,
            "method": how.method,
            "seed": how.seed,
            "unit": result.level,
            "units": result.units,
        },
        "input": result.input,
        "facts": [[*fact] for fact in result.facts],
        "options": {
            "beta": plain_option(result.beta),
            "zero_division": plain_option(result.zero_division),
        },
        "tally": {
            "counts": [
                [*row, weight]
                for row, weight in zip(result.counts.tolist(), result.weight.tolist(), strict=True)
            ],
            "noun": result.noun,
            "documents": result.documents,
        },
    }
