"""What the figures of a result mean in plain words, and the command that shows more of each."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from spanf1.core.options import AUTO, FEW_SPANS
from spanf1.core.scores import AVERAGES, FIGURES, AnyScore
from spanf1.core.tally import SIDES
from spanf1.render.report import Fact, Report, Section
from spanf1.resampling.inference import Interval
from spanf1.results.certainty import FloatArray, intervals_of
from spanf1.results.report import f_name
from spanf1.results.scored import Scored
from spanf1.wording import and_others, percent, points, printable

#: the least F of each band; the last one is of all that is lower
BANDS = {"excellent": 0.9, "strong": 0.7, "moderate": 0.5, "weak": 0.3, "failing": 0.0}
# Precision and recall, a macro and a micro average, are that far apart if it is said.
_UNBALANCED, _UNEVEN = 0.05, 0.1
# So many types, the worst ones, are named; so many of few spans.
_WORST, _NAMED = 3, 8
# The share of ill-formed spans from which on they are spoken of.
_ILL_FORMED = 0.05

#: writes a command: its name and what it is to be given, besides the files that were scored
Writer = Callable[..., str]


class Advice(NamedTuple):
    """What a figure means.

    Attributes
    ----------
    kind : str
        ``band``, ``conservative``, ``noisy``, ``imbalance``, ``uneven``, ``few``, ``ill-formed``
        or ``unseen``.
    text : str
        What it means, in words.
    look : str
        What to look at next.
    command : str
        What shows that; empty where the input is not known.
    """

    kind: str
    text: str
    look: str = ""
    command: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.look}".strip() + f": {self.command}" * bool(self.command)


def band(figure: float) -> str:
    """Return the band of a figure: ``excellent`` from .9 on, then ``strong`` and lower ones.

    Examples
    --------
    >>> band(0.9), band(0.8999), band(0.3), band(0.0)
    ('excellent', 'strong', 'weak', 'failing')
    """
    return next(name for name, least in BANDS.items() if figure >= least)


class Seen(NamedTuple):
    """The scores of spans that training data has as entities, and of those that it has not.

    `apart` says for certain that they differ; it is None where there is no interval.
    """

    seen: AnyScore
    unseen: AnyScore
    apart: bool | None = None


def advice_of(
    result: Scored, *, seen: Seen | None = None, written: Writer | None = None
) -> list[Advice]:
    """Return what the figures of a result mean, and no more than their intervals support.

    Parameters
    ----------
    result : Result
        The result.
    seen : Seen, optional
        The scores of spans that are, or are not, in training data.
    written : callable, optional
        Writes the commands; by default for the files that the result is of.
    """
    if not result.micro.gold and not result.micro.predicted:
        return []
    return [*_entries(result, seen, written or _writer(result))]


def _entries(result: Scored, seen: Seen | None, written: Writer) -> Iterator[Advice]:
    command = written("errors", "--what-if")
    yield Advice("band", _band_text(result), "Look at what each kind of error costs", command)
    gaps = _gaps(result)
    yield from _balance(result, gaps, written)
    yield from _imbalance(result, written)
    yield from _uneven(result, gaps, written)
    yield from _few(result, written)
    yield from _ill_formed(result, written)
    if seen:
        yield from _unseen(result, seen, written)


def _band_text(result: Scored) -> str:
    name, figure = f_name(result), result.micro.fbeta
    names = list(BANDS)
    place = names.index(band(figure))
    limits = f"{100 * BANDS[names[place]]:g}"
    if not place:
        limits = f"{limits} or more"
    elif place == len(names) - 1:
        limits = f"below {100 * BANDS[names[place - 1]]:g}"
    else:
        limits = f"{limits} to below {100 * BANDS[names[place - 1]]:g}"
    text = f"Micro {name} is {percent(figure, None)}, which is {names[place]} ({limits})."
    certainty = result.certainty
    if certainty is None or result.confidence is None:
        return text
    low, high = certainty.averages["micro"].fbeta
    if math.isnan(low):
        return text
    bands = list(dict.fromkeys((band(low), band(high))))
    ends = f"{percent(low, None)} to {percent(high, None)}"
    level = f"Its {100 * result.confidence.level:g}% interval, {ends}, "
    if len(bands) == 1:
        return f"{text} {level}lies within that."
    return f"{text} {level}is from {bands[0]} to {bands[1]}: more gold spans would say which."


def _gaps(result: Scored) -> list[Interval] | None:
    """Return the intervals of micro P less R, and of micro less macro F, if there are some."""
    if result.confidence is None:
        return None
    micro, macro = (AVERAGES.index(name) - len(AVERAGES) for name in ("micro", "macro"))
    precision, recall, f = (FIGURES.index(name) for name in ("precision", "recall", "fbeta"))

    def statistic(figures: FloatArray) -> FloatArray:
        balance = figures[..., micro, precision] - figures[..., micro, recall]
        return np.stack([balance, figures[..., micro, f] - figures[..., macro, f]], axis=-1)

    options = result.options.in_schemes(result.schemes)
    return intervals_of(result.tally, [*result.types], options, result.confidence, statistic)


def _supported(gap: Interval | None) -> bool:
    """Return whether an interval excludes 0; there being none, figures speak for themselves."""
    return gap is None or gap.low > 0 or gap.high < 0


def _interval(result: Scored, gap: Interval | None, sign: int = 1) -> str:
    """Return the interval of a difference; of the reverse one, if the sign is -1."""
    if gap is None or result.confidence is None:
        return ""
    level = 100 * result.confidence.level
    low, high = (points(end, None) for end in sorted((sign * gap.low, sign * gap.high)))
    return f" (difference: {level:g}% interval {low} to {high})"


def _balance(result: Scored, gaps: Sequence[Interval] | None, written: Writer) -> Iterator[Advice]:
    micro, gap = result.micro, gaps and gaps[0]
    apart = micro.precision - micro.recall
    # The two are a difference of decimals: what is nearly the limit is at it.
    if math.isnan(apart) or round(abs(apart), 12) < _UNBALANCED or not _supported(gap or None):
        return
    figures = {"Precision": micro.precision, "Recall": micro.recall}
    more, less = figures if apart > 0 else [*figures][::-1]
    shown = _interval(result, gap or None, 1 if apart > 0 else -1)
    text = (
        f"{more}, {percent(figures[more], None)}, is {percent(abs(apart), None)} points above "
        f"{less.lower()}, {percent(figures[less], None)}{shown}: "
    )
    if apart > 0:
        text += "the predictions are conservative. They leave out more than they add."
        look, kind = "Look at what is missed", "missed"
    else:
        text += "the predictions are noisy. They add more than they leave out."
        look, kind = "Look at what is spurious", "spurious"
    command = written("errors", "--kind", kind)
    yield Advice("conservative" if apart > 0 else "noisy", text, look, command)


def _imbalance(result: Scored, written: Writer) -> Iterator[Advice]:
    micro, certainty = result.micro, result.certainty
    f = certainty.averages["micro"].fbeta.high if certainty else micro.fbeta
    if not result.accuracy >= BANDS["strong"] or not f < BANDS["moderate"]:
        return
    text = (
        f"Accuracy is {percent(result.accuracy, None)}, and {f_name(result)} "
        f"{percent(micro.fbeta, None)}: "
    )
    if micro.predicted:
        text += (
            "accuracy does not show how well spans are found. It counts single tokens, those "
            f"outside of every span among them; {f_name(result)} counts whole spans."
        )
    else:
        text += (
            "the classes are out of balance. Nothing is predicted, and that is right for all "
            "tokens outside of spans, which are most of them. Accuracy counts these; "
            f"{f_name(result)} counts spans."
        )
    command = written("score", "--level", "token")
    yield Advice("imbalance", text, "Look at tokens by class", command)


def _uneven(result: Scored, gaps: Sequence[Interval] | None, written: Writer) -> Iterator[Advice]:
    averages, gap = result.averages, gaps and gaps[1]
    below = averages.micro.fbeta - averages.macro.fbeta
    if not round(below, 12) >= _UNEVEN or not _supported(gap or None):
        return
    worst = sorted(result.types, key=lambda name: result.types[name].fbeta)[:_WORST]
    worst = [name for name in worst if result.types[name].fbeta < averages.micro.fbeta]
    text = (
        f"Macro {f_name(result)}, {percent(averages.macro.fbeta, None)}, is {percent(below, None)} "
        f"points below micro{_interval(result, gap or None)}: types with few spans do worse "
        "than those with many."
    )
    figures = ", ".join(f"{printable(n)} {percent(result.types[n].fbeta, None)}" for n in worst)
    command = _of_types(written, worst)
    yield Advice("uneven", text, f"The lowest are {figures}. Look at them", command)


def _of_types(written: Writer, types: Sequence[str], *more: str) -> str:
    """Return the command that lists the spans of types; of all, where a name has a comma."""
    named = () if any("," in name for name in types) else ("--type", ",".join(types))
    return written("errors", *named, *more)


def _few(result: Scored, written: Writer) -> Iterator[Advice]:
    gold = {name: row.gold for name, row in result.exactly.types.items()}
    few = [name for name, spans in gold.items() if 0 < spans < FEW_SPANS]
    if not few:
        return
    named = [f"{printable(name)} ({int(gold[name])})" for name in few]
    text = (
        f"Types with fewer than {FEW_SPANS} gold spans have too few to say how well they are "
        f"found: {and_others(named, _NAMED)}."
    )
    command = _of_types(written, few[:_NAMED], "--kind", "all")
    yield Advice("few", text, "Look at each of their spans", command)


def _ill_formed(result: Scored, written: Writer) -> Iterator[Advice]:
    for side, faults, scheme in zip(SIDES, result.ill_formed, result.schemes, strict=True):
        if not faults.of or faults.spans / faults.of < _ILL_FORMED:
            continue
        share = percent(faults.spans / faults.of, None)
        text = (
            f"{faults.spans} of {faults.of} {side} spans ({share}%) are ill-formed in {scheme}: "
            "scorers do not agree what these are."
        )
        other = "lenient" if result.options.reading == "strict" else "strict"
        look = f"Look at the scores {'with' if other == 'lenient' else 'without'} them"
        yield Advice("ill-formed", text, look, written("score", "--reading", other))


def _unseen(result: Scored, seen: Seen, written: Writer) -> Iterator[Advice]:
    below = seen.seen.fbeta - seen.unseen.fbeta
    if not round(below, 12) >= _UNEVEN or seen.apart is False:
        return
    text = (
        f"{f_name(result)} of what training data has as entities, "
        f"{percent(seen.seen.fbeta, None)}, is {percent(below, None)} points above that of what it "
        f"has not, {percent(seen.unseen.fbeta, None)}: much is remembered, not recognised."
    )
    yield Advice("unseen", text, "Look at what is unseen", written("errors", "--unseen"))


def _writer(result: Scored) -> Writer:
    """Return what writes commands about the files that a result is of."""

    def written(name: str, *arguments: str) -> str:
        origin = result.input
        if origin is None:
            return ""
        options: Any = result.options
        said = {"--map": ",".join(map("=".join, options.map_types))}
        said["--ignore"] = ",".join(options.ignore_types)
        for side, scheme in zip(("gold", "pred"), options.schemes, strict=True):
            if scheme != AUTO:
                said[f"--{side}-scheme"] = scheme
        if options.reading == "strict" and "--reading" not in arguments:
            said["--reading"] = options.reading
        columns = origin.gold_column, origin.pred_column
        # The last column of each file, and the one before where there is one file.
        last = (origin.columns[0] - (len(origin.files) == 1), origin.columns[-1])
        if all(columns) and not origin.keys and columns != last:
            said |= zip(("--gold-column", "--pred-column"), map(str, columns), strict=True)
        if {*origin.delimiters} == {"jsonl"}:
            said |= zip(("--gold-key", "--pred-key"), origin.keys, strict=False)
        parts = [(option, value) for option, value in said.items() if value]
        return shlex.join(["spanf1", name, *origin.files, *arguments, *chain(*parts)])

    return written


def with_advice(report: Report, advice: Sequence[Advice]) -> Report:
    """Return a report, and below it what its figures mean."""
    facts = [Fact(one.kind, str(one)) for one in advice]
    table = [Section("Advice", facts=facts, words=True, asked=True)] * bool(facts)
    # A command is a line of its own, so that it can be copied.
    lines = [
        Section(
            "" if number else "Advice",
            f"{one.text} {one.look}".strip() + ":" * bool(one.command),
            lines=[f"  {one.command}"] if one.command else [],
            asked=True,
        )
        for number, one in enumerate(advice)
    ]
    data = {"advice": [one._asdict() for one in advice]}
    below = Report(advice, lambda _, __: table, data=lambda _: data, terminal=lambda _, __: lines)
    return report.above(below)
