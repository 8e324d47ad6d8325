"""What is said of a sweep: thresholds, the best ones, types, calibration, how it was made."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import ROUND_FLOOR, Context
from typing import Any

import numpy as np

from spanf1._version import __version__
from spanf1.core.options import FEW_UNITS
from spanf1.core.scores import AverageName
from spanf1.render.report import Fact, Report, Section
from spanf1.results.report import f_name, how_made
from spanf1.thresholds.calibration import Calibration, area_under_risk, risk_and_coverage
from spanf1.thresholds.curve import Curve, Point
from spanf1.thresholds.sweep import Sweep
from spanf1.wording import bracketed, many, percent

# Into so many parts the predictions are cut by the thresholds that are shown.
_PARTS = 10
_FLOOR = Context(prec=6, rounding=ROUND_FLOOR)
#: what no threshold can do
DECODER = (
    "a lower threshold brings back no span that the decoder dropped: recall is that of what is "
    "in the file"
)
_CHOSEN = (
    "the best threshold was chosen on this data: quote the interval, or judge it on other data"
)


def report_of(sweep: Sweep) -> Report:
    """Return the report on a sweep."""
    return Report(sweep, _sections, _rows, _data)


def _sections(sweep: Sweep, digits: int | None) -> list[Section]:
    made = [_thresholds(sweep, digits)]
    if aims := _aims(sweep, digits):
        made.append(aims)
    if sweep.predictions.names:
        made.append(_types(sweep, digits))
    if sweep.calibration:
        made.append(_calibration(sweep.calibration, digits))
    if len(sweep.curve.threshold):
        made.append(_coverage(sweep, digits))
    kept = f"{sweep.source or 'none'}; what is as high as a threshold, or higher, is kept"
    facts = [Fact("confidences", kept)]
    made_so = [*how_made(sweep.result, digits)[:-1], ("signature", str(sweep.signature()))]
    facts += [Fact(*pair) for pair in made_so]
    made.append(Section("How all predictions were counted", facts=facts))
    return made


def _f(sweep: Sweep) -> str:
    return f"{'' if sweep.average == 'micro' else sweep.average + ' '}{f_name(sweep.result)}"


def _shown(value: float, curve: Curve) -> str:
    """Return a threshold such that what is shown keeps the same; ``none`` if it keeps nothing."""
    if math.isinf(value):
        return "none"
    # Whoever takes what is rounded up loses the predictions that are just as confident.
    short = f"{float(_FLOOR.create_decimal(repr(value))):.6g}"
    return short if curve.at(float(short)).predicted == curve.at(value).predicted else repr(value)


def _cells(point: Point, digits: int | None) -> list[str]:
    figures = [percent(value, digits) for value in point[4:]]
    return [str(point.predicted), str(point.correct), *figures]


def _thresholds(sweep: Sweep, digits: int | None) -> Section:
    """Return the table of some thresholds: those that keep a tenth more each, and the best."""
    curve, best = sweep.curve, sweep.best
    gold = sweep.predictions.gold
    what = many(len(sweep.predictions.confidence), "prediction")
    if best is None:
        text = f"{what}, {gold} in gold: there is no threshold."
        return Section("Thresholds", text)
    every = int(curve.predicted[-1])
    wanted = -(-every * np.arange(1, _PARTS + 1) // _PARTS)
    rows = {*np.searchsorted(curve.predicted, wanted).tolist()}
    number = int(np.searchsorted(-curve.threshold, -best.threshold))
    shown = []
    for row in sorted(rows | {number}):
        point = curve.point(row)
        name = _shown(point.threshold, curve) + " *" * (row == number)
        shown.append([name, *_cells(point, digits)])
    said = f"Best: {_f(sweep)} {percent(best.fbeta, digits)} at {_shown(best.threshold, curve)}"
    after = [f"* the best of {many(len(curve.threshold), 'threshold')}; {what}, {gold} in gold"]
    if chosen := sweep.chosen:
        level = f"{100 * chosen.level:g}% interval"
        after.append(
            f"on other data: {percent(chosen.estimate, digits)}, {level} "
            f"{bracketed(chosen.interval, digits)}: of {many(chosen.resamples, 'resample')}, the "
            f"threshold that is best of the {sweep.confidence.unit}s drawn, judged by those that "
            "are not"
        )
        if sweep.predictions.units < FEW_UNITS:
            units = many(sweep.predictions.units, sweep.confidence.unit)
            after.append(f"{units} are few: the interval is not to be trusted")
    else:
        after.append(f"too few {sweep.confidence.unit}s for an interval")
    after += [_CHOSEN, DECODER]
    header = ["threshold", "Pred.", "Corr.", "P", "R", _f(sweep)]
    return Section("Thresholds", f"{said}.", header=header, rows=shown, after=after)


def _aims(sweep: Sweep, digits: int | None) -> Section | None:
    """Return the table of what else a threshold was to do; None if that is nothing."""
    rows = []
    for name, point, cost in aimed(sweep):
        if point is None:
            rows.append([name, "-", *["-"] * 5])
            continue
        said = name if cost is None else f"{name}: {cost:g}"
        rows.append([said, _shown(point.threshold, sweep.curve), *_cells(point, digits)])
    if not rows:
        return None
    header = ["", "threshold", "Pred.", "Corr.", "P", "R", _f(sweep)]
    after = ["- no threshold has that"] * any(row[1] == "-" for row in rows)
    return Section("Chosen otherwise", header=header, rows=rows, after=after)


def aimed(sweep: Sweep) -> Iterator[tuple[str, Point | None, float | None]]:
    """Yield what else a threshold was to do, in words, the point that does it, and its cost."""
    aims, curve = sweep.aims, sweep.curve
    if aims.precision is not None:
        name = f"best R with P \N{GREATER-THAN OR EQUAL TO} {percent(aims.precision, 1)}"
        yield name, curve.best_with(precision=aims.precision), None
    if aims.recall is not None:
        name = f"best P with R \N{GREATER-THAN OR EQUAL TO} {percent(aims.recall, 1)}"
        yield name, curve.best_with(recall=aims.recall), None
    if aims.cost is not None:
        wrong, missed = aims.cost
        point, cost = curve.cheapest(fp=wrong, fn=missed)
        yield f"least {wrong:g} FP + {missed:g} FN", point, cost


def _types(sweep: Sweep, digits: int | None) -> Section:
    """Return the table of types: what is best of each, and what its confidences are worth."""
    name = f_name(sweep.result)
    header = ["", "Gold", "best", name, "together", "AP", "AUC", "ECE", "Brier"]
    rows = []
    curves = {**sweep.types, "all": Curve.of(sweep.predictions, beta=sweep.beta)}
    calibrations = {**sweep.calibration_by_type, "all": sweep.calibration}
    for kind, curve in curves.items():
        best = curve.best()
        found = calibrations[kind]
        errors = [percent(value, digits) for value in (found[1:] if found else [math.nan] * 2)]
        together = "" if kind == "all" else _shown(sweep.by_type[kind], curve)
        rows.append(
            [
                kind,
                str(curve.gold),
                _shown(best.threshold, curve) if best else "-",
                percent(best.fbeta, digits) if best else "-",
                together,
                percent(curve.average_precision, digits),
                percent(curve.auc, digits),
                *errors,
            ]
        )
    point = sweep.best_by_type
    after = [
        f"best: the highest {name} of each type by itself; together: those for the highest micro "
        f"{name}, {percent(point.fbeta, digits)} (P {percent(point.precision, digits)}, R "
        f"{percent(point.recall, digits)}); chosen on this data, more freely than one",
        "AP: of all gold; AUC: is a right prediction more confident than a wrong one",
    ]
    if sweep.calibration is None and len(sweep.curve.threshold):
        after.append("confidences are not from 0 to 1: no ECE, no Brier")
    return Section("Types", header=header, rows=rows, totals=1, after=after)


def _calibration(found: Calibration, digits: int | None) -> Section:
    """Return the table of bins."""
    rows = [
        [
            f"{one.low:.4g}\N{EN DASH}{one.high:.4g}",
            str(one.predicted),
            percent(one.confidence, digits),
            percent(one.precision, digits),
        ]
        for one in found.bins
    ]
    after = [
        f"ECE {percent(found.ece, digits)}, of {many(len(found.bins), 'bin')} of equal width, each "
        f"with its upper end; Brier {percent(found.brier, digits)}. What is missed counts in "
        "neither.",
    ]
    header = ["confidence", "Pred.", "mean", "P"]
    return Section("Calibration", header=header, rows=rows, after=after)


def _coverage(sweep: Sweep, digits: int | None) -> Section:
    """Return the table of risk by coverage."""
    rows = [
        [
            percent(one.coverage, digits),
            _shown(one.threshold, sweep.curve),
            percent(one.risk, digits),
        ]
        for one in risk_and_coverage(sweep.curve)
    ]
    after = [
        "coverage: how many of the predictions are kept; risk: how many of these are wrong. Mean "
        f"risk over all coverages: {percent(area_under_risk(sweep.curve), digits)}"
    ]
    return Section(
        "Risk and coverage", header=["coverage", "threshold", "risk"], rows=rows, after=after
    )


def _rows(sweep: Sweep) -> Iterator[Sequence[object]]:
    """Yield a row for each threshold; fractions of 1."""
    yield [*Point._fields[:-1], "f"]
    yield from sweep.curve.points()


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _point(point: Point | None) -> dict[str, Any] | None:
    """Return a point as plain data; no threshold, where nothing is kept."""
    if point is None:
        return None
    return {**point._asdict(), "threshold": _plain(point.threshold)}


def _worth(curve: Curve, found: Calibration | None) -> dict[str, Any]:
    """Return what confidences are worth, as plain data."""
    return {
        "average_precision": _plain(curve.average_precision),
        "roc_auc": _plain(curve.auc),
        "ece": found.ece if found else None,
        "brier": found.brier if found else None,
        "risk": _plain(area_under_risk(curve)),
        "coverage": [one._asdict() for one in risk_and_coverage(curve)],
        "reliability": [
            {name: _plain(value) for name, value in one._asdict().items()}
            for one in (found.bins if found else ())
        ],
    }


def _data(sweep: Sweep) -> dict[str, Any]:
    chosen, how = sweep.chosen, sweep.confidence
    average: AverageName = sweep.average
    data: dict[str, Any] = {
        "spanf1": __version__,
        "signature": str(sweep.signature()),
        "average": average,
        "beta": sweep.beta,
        "confidences": sweep.source,
        "gold": sweep.predictions.gold,
        "predicted": len(sweep.predictions.confidence),
        "best": _point(sweep.best),
        "on_other_data": chosen
        and {
            "fbeta": chosen.estimate,
            "interval": [*chosen.interval],
            "level": chosen.level,
            "resamples": chosen.resamples,
            "unit": how.unit,
            "units": sweep.predictions.units,
            "seed": how.seed,
            "method": "best of the units drawn, judged by those not drawn (BBC-CV)",
        },
        "chosen_on_this_data": True,
        "notes": [DECODER],
        "aims": [
            {"aim": name, "cost": cost, "point": _point(point)}
            for name, point, cost in aimed(sweep)
        ],
        "by_type": {
            "thresholds": {name: _plain(value) for name, value in sweep.by_type.items()},
            "point": _point(sweep.best_by_type),
        },
        **_worth(Curve.of(sweep.predictions, beta=sweep.beta), sweep.calibration),
        "types": {
            name: {
                "gold": curve.gold,
                "best": _point(curve.best()),
                **_worth(curve, sweep.calibration_by_type[name]),
            }
            for name, curve in sweep.types.items()
        },
        "thresholds": [_point(point) for point in sweep.curve.points()],
    }
    return data
