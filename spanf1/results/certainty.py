"""How sure the scores of one input are: an interval for every figure, by resampling its units."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.options import AUTO, FEW_SPANS, LEAST_UNITS, Confidence, Options
from spanf1.core.scores import AVERAGES, FIGURES, NO_SPANS, AnyCounts, figures, scores_of
from spanf1.core.tally import Tally
from spanf1.core.units import CountCells, Units, adds_of, cells_of, fits, rows_of_cells
from spanf1.exceptions import UsageError
from spanf1.resampling.draws import Cells, IntArray, bootstrap_sums_of_cells, cores
from spanf1.resampling.inference import Bounds, Interval, Statistic, interval_of, percentile

FloatArray = npt.NDArray[np.float64]

#: so many values of resamples are kept at most; eight bytes each
MAX_VALUES = 1 << 25


class Intervals(NamedTuple):
    """The intervals of a `Score`'s figures."""

    precision: Interval
    recall: Interval
    f1: Interval
    fbeta: Interval


class Certainty(NamedTuple):
    """The intervals of all scores: of each type's, and of the averages'.

    Attributes
    ----------
    units : int
        How many sentences, or documents, were drawn in each resample.
    types, averages : dict of str to Intervals
        The intervals, by name.
    spans : int
        How many gold spans there are; where they are fewer than ten, no interval is to be trusted.
    few_types : tuple of str
        The types with fewer than ten, whose intervals are too narrow.
    """

    units: int
    types: dict[str, Intervals]
    averages: dict[str, Intervals]
    spans: int
    few_types: tuple[str, ...]


#: what each kind of span of an input adds to what: see `spanf1.core.units.rows_of`
Meanings = list[tuple[int, AnyCounts]]


def meanings(
    units: Units,
    numbers: Mapping[str, int],
    schemes: tuple[str, str],
    reading: str,
    rule: str = "",
) -> Meanings:
    """Return for each kind of span the number of its type, and what it adds to the counts.

    Parameters
    ----------
    units : Units
        Has the kinds of spans.
    numbers : mapping of str to int
        The numbers of the types that count.
    schemes : tuple of str
        The scheme of gold, and of the predictions.
    reading : str
        One of `spanf1.core.schemes.READINGS`.
    rule : str
        The rule of credit, where there is one: `Tally.rule`.
    """
    strict = reading == "strict"
    return [
        (
            numbers.get(span.type, -1) if getattr(span, "match", rule) == rule else -1,
            adds_of(span, *schemes, strict=strict),
        )
        for span in units.keys
    ]


def units_of(tally: Tally, options: Options, unit: str) -> Units:
    """Return the units of an input.

    Raises
    ------
    UsageError
        If they were not kept, or cannot be drawn from.
    """
    if options.reading == "conlleval":
        raise UsageError(
            "what the conlleval script counts is no sum over sentences: it has no intervals",
            hint="the reading lenient has",
        )
    if options.match == "surface":
        raise UsageError("surface forms are counted once in all sentences: there are no intervals")
    if unit == "document" and tally.sentences and not tally.documents:
        raise UsageError(
            "the input marks no documents: there is nothing to draw",
            hint="-DOCSTART- or # newdoc lines mark them; --unit sentence needs none",
        )
    if tally.units is None or unit not in (AUTO, tally.units.kind):
        what = "sentence" if unit == AUTO else unit
        raise UsageError(
            f"the counts of each {what} were not kept",
            hint="spanf1 score FILE --format json --keep-units"
            f"{f' --confidence 0.95 --unit {unit}' if unit != AUTO else ''} keeps them",
        )
    return tally.units


def check(tally: Tally, types: int, options: Options, confidence: Confidence) -> Units:
    """Return the units of an input, if they can be resampled; parameters as for `certainty`.

    Raises
    ------
    UsageError
        If they were not kept, cannot be drawn from, or would take too much memory.
    """
    if _values(0, confidence) > MAX_VALUES:
        message = f"{confidence.resamples} resamples of {types} types are too many"
        raise UsageError(message, hint=f"--resamples {Confidence.resamples}")
    return units_of(tally, options, confidence.unit)


def certainty(
    tally: Tally, names: Sequence[str], options: Options, confidence: Confidence
) -> Certainty:
    """Return the intervals of the scores of some types, and of their averages.

    Parameters
    ----------
    tally : Tally
        What was counted, with its units.
    names : sequence of str
        The types.
    options : Options
        How it is read; the schemes are named.
    confidence : Confidence
        How intervals are made.

    Raises
    ------
    UsageError
        If there is nothing to resample, or there are too many types or resamples for the memory.
    """
    units, cells = _units_and_cells(tally, names, options, confidence)
    if fits(cells, len(names)) and _values(len(names), confidence) <= MAX_VALUES:
        counts, weight = rows_of_cells(cells, 1, len(names), units.kind)
        low, high = interval_of(counts[:, 0], weight, _scoring(options), confidence)
    else:
        low, high = _one_by_one(cells, len(names), options, confidence)
    if units.count < LEAST_UNITS:
        low, high = np.full_like(low, np.nan), np.full_like(high, np.nan)
    scores = [
        Intervals(*(Interval(float(a), float(b)) for a, b in zip(*ends, strict=True)))
        for ends in zip(low, high, strict=True)
    ]
    averages = dict(zip(AVERAGES, scores[len(names) :], strict=True))
    # Of spans, whatever it is that a match counts.
    exact = replace(tally, match="").counts(*options.schemes, options.reading).types
    gold = {name: int(exact.get(name, NO_SPANS).gold) for name in names}
    few = tuple(name for name, spans in gold.items() if spans < FEW_SPANS)
    types = dict(zip(names, scores, strict=False))
    return Certainty(units.count, types, averages, sum(gold.values()), few)


def _units_and_cells(
    tally: Tally, names: Sequence[str], options: Options, confidence: Confidence
) -> tuple[Units, CountCells]:
    """Return the units of an input, and their counts by type; parameters as for `certainty`."""
    units = check(tally, len(names), options, confidence)
    numbers = {name: number for number, name in enumerate(names)}
    kinds = meanings(units, numbers, options.schemes, options.reading, tally.rule)
    return units, cells_of([(units, kinds)], len(names))


def _scoring(options: Options) -> Callable[[npt.NDArray[Any]], FloatArray]:
    """Return what makes all figures of counts."""
    return partial(
        figures, types=options.types, beta=options.beta, zero_division=options.zero_division
    )


def intervals_of(
    tally: Tally,
    names: Sequence[str],
    options: Options,
    confidence: Confidence,
    statistic: Statistic,
) -> list[Interval]:
    """Return the intervals of what is made of all figures of a resample at once.

    Parameters
    ----------
    tally, names, options, confidence
        As for `certainty`.
    statistic : callable
        From figures of shape (…, types + averages, figures), as `figures` has them, to values of
        shape (…, K).

    Raises
    ------
    UsageError
        As `certainty`.
    """
    units, cells = _units_and_cells(tally, names, options, confidence)
    score = _scoring(options)
    if fits(cells, len(names)):
        counts, weight = rows_of_cells(cells, 1, len(names), units.kind)
        bounds = interval_of(counts[:, 0], weight, lambda sums: statistic(score(sums)), confidence)
    else:
        drawn = _resamples(cells, len(names), confidence)
        values = np.concatenate([statistic(score(sums)) for sums in drawn])
        bounds = percentile(values, confidence.level)
    if units.count < LEAST_UNITS:
        return [Interval(np.nan, np.nan) for _ in bounds.low]
    return [Interval(float(a), float(b)) for a, b in zip(*bounds, strict=True)]


def _resamples(cells: CountCells, types: int, confidence: Confidence) -> Iterator[IntArray]:
    """Yield the sums of resamples of many types, few at a time."""
    return bootstrap_sums_of_cells(
        Cells(cells.row, cells.place, cells.counts, types),
        cells.weight,
        confidence.resamples,
        confidence.seed,
        threads=cores(),
    )


def _values(types: int, confidence: Confidence) -> int:
    """Return how many values of resamples of so many types there are, and of the averages."""
    return confidence.resamples * (types + len(AVERAGES)) * len(FIGURES)


def _one_by_one(
    cells: CountCells, types: int, options: Options, confidence: Confidence
) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the intervals of many types, each by itself, and of their averages.

    Types whose units have the same counts have the same interval. So the memory does not grow
    with what all types have in all resamples.
    """
    if confidence.method != "percentile":
        raise UsageError(
            f"{confidence.method} intervals of {types} types are too many",
            hint="--interval percentile, or --types A,B for those that matter",
        )
    score = partial(scores_of, beta=options.beta, zero_division=options.zero_division)
    average = _scoring(options)
    known: dict[tuple[bytes, bytes], Bounds] = {}
    ends = []
    for rows, weight in cells.by_place(types):
        key = rows.tobytes(), weight.tobytes()
        if key not in known:
            known[key] = interval_of(rows, weight, score, confidence)
        ends.append(known[key])
    drawn = _resamples(cells, types, confidence)
    # Copies, lest the figures of all types are kept.
    averages = [average(sums)[:, types:].copy() for sums in drawn]
    low, high = percentile(np.concatenate(averages), confidence.level)
    return (
        np.concatenate(([end.low for end in ends], low)),
        np.concatenate(([end.high for end in ends], high)),
    )
