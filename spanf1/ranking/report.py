"""Reports of systems that are ranked, and tested against each other."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from spanf1.core.options import FEW_RUNS, FEW_SPANS, LEAST_UNITS
from spanf1.core.scores import Score
from spanf1.ranking.rank import Difference, Ranking, Standing
from spanf1.render.report import Report, Section
from spanf1.results.report import (
    counts_of,
    doubts,
    drawn,
    extent,
    f_name,
    few_spans,
    other_types,
    signed_ends,
    strict_in_own_scheme,
)
from spanf1.results.result import Result
from spanf1.wording import and_others, bracketed, finite, many, p_text, percent, points

#: how corrections of p-values are called
CORRECTIONS = {
    "none": "no correction",
    "bonferroni": "Bonferroni",
    "holm": "Holm",
    "bh": "Benjamini-Hochberg",
}
_TESTS = {
    "randomization": "approximate randomisation: {unit}s are swapped between the two at random",
    "permutation": "permutation of runs between the two systems",
}
_UNITS = ("wins", "ties", "losses")
# How many pairs a remark names.
_NAMED = 20


def report_of(ranking: Ranking) -> Report:
    """Return the report on a ranking: the systems, their differences, and these by type."""
    return Report(ranking, _sections, _values, to_dict)


def _sections(ranking: Ranking, digits: int | None) -> list[Section]:
    sections = [_systems(ranking, digits)]
    for by_type in (False, True):
        chosen = [pair for pair in ranking.differences if bool(pair.type) == by_type]
        if chosen:
            sections.append(_differences(ranking, chosen, digits, by_type=by_type))
    return sections


def _first(ranking: Ranking) -> Result:
    return ranking.standings[0].system.runs[0]


def _score(standing: Standing, average: str) -> list[Score]:
    return [getattr(run.averages, average) for run in standing.system.runs]


def _systems(ranking: Ranking, digits: int | None) -> Section:
    how, first = ranking.testing, _first(ranking)
    several = any(len(standing.scores) > 1 for standing in ranking.standings)
    level = f"{100 * how.confidence.level:g}% interval"
    header = ["", "P", "R", f_name(first), level, "Pred.", "Corr."]
    if several:
        header = ["", "Runs", "P", "R", f_name(first), level, "SD", "Min", "Max"]
    rows = []
    for standing in ranking.standings:
        scores = _score(standing, how.average)
        precision, recall = (statistics.fmean(score[k] for score in scores) for k in (0, 1))
        figures = [percent(value, digits) for value in (precision, recall, standing.mean)]
        figures.append(bracketed(standing.interval, digits))
        if several:
            spread = standing.deviation, min(standing.scores), max(standing.scores)
            cells = [str(len(scores)), *figures, *(percent(value, digits) for value in spread)]
        else:
            _, predicted, *_, right = counts_of(scores[0])
            cells = [*figures, predicted, right]
        rows.append([standing.system.name, *cells])
    files = first.input.files if first.input else ("gold",)
    unit = drawn(first, how.confidence.unit)
    text = (
        f"{files[0] if len(files) == 2 else 'gold'}: "
        f"{many(int(first.exactly.micro.gold), 'span')} in "
        f"{extent(first.tally)}, {many(ranking.units, unit)}. "
        f"{how.average.capitalize()} {f_name(first)}"
        f"{', the mean over runs' * several}; intervals are from "
        f"{many(how.confidence.resamples, 'resample')} of {unit}s"
        f"{' and of runs' * several}, seed {how.confidence.seed}."
    )
    after = [*_signatures(ranking), *_remarks(ranking, digits)]
    if ranking.units < LEAST_UNITS:
        after.append(f"there is one {unit}: no interval can be made of it")
    else:
        after += doubts(first, ranking.units, how.confidence.unit)
        after += few_spans(int(first.exactly.micro.gold), ())
        after += _few_runs(ranking)
    return Section("Systems", text, header, rows, after=after)


def _few_runs(ranking: Ranking) -> Iterator[str]:
    """Say which intervals hold nothing, or too little, of what other runs would do."""
    runs = {standing.system.name: len(standing.scores) for standing in ranking.standings}
    several = [name for name, count in runs.items() if count > 1]
    if one := [name for name, count in runs.items() if count == 1 and several]:
        yield f"{and_others(one, _NAMED)}: of one run; its interval holds nothing of how runs vary"
    if few := [name for name in several if runs[name] < FEW_RUNS]:
        yield (
            f"{and_others(few, _NAMED)}: fewer than {FEW_RUNS} runs; where runs differ much, "
            "intervals are too narrow, and p boot. too small"
        )


def _signature(ranking: Ranking, run: Result) -> str:
    how = ranking.testing
    return str(replace(run.signature(how.average), confidence=how.confidence))


def _signatures(ranking: Ranking) -> list[str]:
    """Return the signature of the scores, or those of the systems if they differ."""
    signatures: dict[str, list[str]] = {}
    for standing in ranking.standings:
        for run in standing.system.runs:
            names = signatures.setdefault(_signature(ranking, run), [])
            names += [standing.system.name] * (standing.system.name not in names)
    if len(signatures) == 1:
        return [f"signature: {line}" for line in signatures]
    return [f"signature of {', '.join(names)}: {line}" for line, names in signatures.items()]


def _remarks(ranking: Ranking, digits: int | None) -> list[str]:
    """Say what systems would have in schemes of their own, and which types do not meet gold's."""
    said: dict[str, None] = {}
    for standing in ranking.standings:
        for run in standing.system.runs:
            name = standing.system.name
            if line := strict_in_own_scheme(run, digits):
                said[f"{name}, strict: {line}"] = None
            said |= dict.fromkeys(f"{name}: {line}" for line in other_types(run))
            files = run.input.files if run.input else ()
            for line in run.input.remarks if run.input else ():
                of_file = any(line.startswith(f"{file}: ") for file in files)
                said[line if of_file else f"{name}: {line}"] = None
    return list(said)


def _differences(
    ranking: Ranking, chosen: list[Difference], digits: int | None, *, by_type: bool
) -> Section:
    how = ranking.testing
    corrected = how.correction != "none"
    header = ["", "Diff.", f"{100 * how.confidence.level:g}% interval", "p"]
    header += [f"p {CORRECTIONS[how.correction]}"] * corrected + ["p boot."]
    header += ["W-T-L"] * any(pair.units for pair in chosen)
    if by_type:
        header.insert(1, f_name(_first(ranking)))
    rows = []
    for pair in chosen:
        figures = [percent(pair.score, digits)] * by_type
        figures += [points(pair.difference, digits)]
        figures += [signed_ends(pair.interval, digits), p_text(pair.p_value)]
        figures += [p_text(pair.p_adjusted)] * corrected + [p_text(pair.p_bootstrap_adjusted)]
        units = ["-".join(map(str, pair.units)) if pair.units else ""]
        rows.append([_pair(ranking, pair), *figures, *units * ("W-T-L" in header)])
    what = "all pairs" if how.all_pairs else f"from {ranking.reference}"
    title = f"Differences {'by type, ' * by_type}{what}".replace("Differences all", "All")
    if by_type:
        types = ranking.few_types if ranking.units >= LEAST_UNITS else ()
        return Section(title, "", header, rows, after=[*few_spans(FEW_SPANS, types)])
    after = [_remark(ranking, chosen), *_alone(ranking), *_unreachable(ranking)]
    return Section(title, _about(ranking, chosen), header, rows, after=after)


def _pair(ranking: Ranking, pair: Difference) -> str:
    """Name what is compared, as far as it is not said already."""
    name = f"{pair.system} - {pair.reference}" if ranking.testing.all_pairs else pair.system
    if pair.type and len(ranking.standings) == 2:
        return pair.type
    return f"{pair.type}: {name}" if pair.type else name


def _about(ranking: Ranking, chosen: list[Difference]) -> str:
    how = ranking.testing
    tests = dict.fromkeys(pair.test for pair in chosen)
    unit = drawn(ranking.standings[0].system.runs[0], how.confidence.unit)
    how_tested = "; ".join(_TESTS[test].format(unit=unit) for test in tests)
    count = sum(not math.isnan(pair.p_value) for pair in ranking.differences)
    text = f"p: two-sided, by {how_tested}."
    if how.correction != "none":
        text += f" {CORRECTIONS[how.correction]}: corrected for {many(count, 'comparison')}."
        text += " p boot.: by the paired bootstrap, corrected likewise."
    else:
        text += f" {many(count, 'comparison')}, without correction. p boot.: by paired bootstrap."
    if any(pair.units for pair in chosen):
        text += f" W-T-L: {unit}s with a better, the same, and a worse F1."
    return text


def _remark(ranking: Ranking, chosen: list[Difference]) -> str:
    """Say which systems cannot be told apart."""
    undecided, pairs = ranking.undecided(), ranking.testing.all_pairs
    limit = f"p < {ranking.testing.alpha:.3g}"
    if not undecided:
        return f"{'all' if len(chosen) > 1 else 'the two'} can be told apart at {limit}"
    apart = and_others([f"{a} and {b}" if pairs else b for a, b in undecided], _NAMED)
    whom = "" if pairs else f" from {ranking.reference}"
    return f"{len(undecided)} of {len(chosen)} cannot be told apart{whom} at {limit}: {apart}"


def _alone(ranking: Ranking) -> Iterator[str]:
    """Say why there is no interval where one run is compared with several."""
    if alone := ranking.alone():
        yield (
            f"{and_others(alone, _NAMED)}: one run against several; how runs of it vary is not "
            "known, so there is no interval of the difference and no p boot.; p says whether it "
            "could be a run of the other system; more runs of it give all of them"
        )


def _unreachable(ranking: Ranking) -> Iterator[str]:
    """Say where no difference, however large, could have been found."""
    for test, least in ranking.unreachable().items():
        how = ranking.testing.confidence
        what, way = f"{how.resamples} resamples", "--resamples N draws more"
        if 2 ** (ranking.units - 1) < how.resamples:
            unit = drawn(_first(ranking), how.unit)
            what, way = many(ranking.units, unit), f"more {unit}s can"
        if test == "permutation":
            what, way = "so few runs", "more runs, or more resamples, can"
        yield (
            f"warning: with {what}, and this many comparisons, no p by {test} can be below "
            f"{p_text(least)}, however large a difference is; {way}"
        )


def to_dict(ranking: Ranking) -> dict[str, Any]:
    """Return everything as plain data that JSON can carry; scores are fractions of 1."""
    from spanf1._version import __version__

    how, first = ranking.testing, _first(ranking)
    return {
        "spanf1": __version__,
        "signature": _signature(ranking, first),
        "gold": first.input.files[0] if first.input and len(first.input.files) == 2 else None,
        "tokens": first.tally.tokens,
        "units": ranking.units,
        "reference": ranking.reference,
        "testing": {**asdict(how), "alpha": how.alpha},
        "systems": [
            {
                "name": standing.system.name,
                "f": finite(standing.mean),
                "interval": [*map(finite, standing.interval)],
                "deviation": finite(standing.deviation),
                "runs": [
                    {
                        "file": run.input.files[-1] if run.input else "",
                        "signature": _signature(ranking, run),
                        "schemes": {"gold": run.schemes[0], "predicted": run.schemes[1]},
                        **{name: finite(value) for name, value in score._asdict().items()},
                    }
                    for run, score in zip(
                        standing.system.runs, _score(standing, how.average), strict=True
                    )
                ],
            }
            for standing in ranking.standings
        ],
        "differences": [
            {
                **{name: finite(value) for name, value in pair._asdict().items()},
                "interval": [*map(finite, pair.interval)],
                "units": pair.units and dict(zip(_UNITS, pair.units, strict=True)),
            }
            for pair in ranking.differences
        ],
        "few_types": [*ranking.few_types],
        "undecided": [list(pair) for pair in ranking.undecided()],
    }


def _values(ranking: Ranking) -> Iterator[list[object]]:
    """Yield a row for each system, then one for each difference; in fractions of 1."""
    system = ["f", "f_low", "f_high", "runs", "deviation", "min", "max"]
    difference = ["reference", "type", "difference", "difference_low", "difference_high", "test"]
    difference += ["p", "p_adjusted", "p_bootstrap", "p_bootstrap_adjusted"]
    difference += _UNITS
    yield ["row", "system", *system, *difference]
    for standing in ranking.standings:
        scores = standing.scores
        figures = [standing.mean, *standing.interval, len(scores), standing.deviation]
        figures += [min(scores), max(scores)]
        yield ["system", standing.system.name, *figures, *[""] * len(difference)]
    for pair in ranking.differences:
        compared = [pair.reference, pair.type, pair.difference, *pair.interval, pair.test]
        tested = [pair.p_value, pair.p_adjusted, pair.p_bootstrap, pair.p_bootstrap_adjusted]
        cells = [pair.system, pair.score, *[""] * (len(system) - 1), *compared, *tested]
        yield ["difference", *cells, *(pair.units or ("", "", ""))]
