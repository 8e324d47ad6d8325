"""One sentence explained: what becomes of each span, by each reading and each match."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from spanf1.core.credits import OUTCOMES, RULES, Rule, Sums, credited, parse_rule
from spanf1.core.overlaps import Places, find_overlaps
from spanf1.core.schemes import READINGS, ReadingName
from spanf1.exceptions import UsageError
from spanf1.mistakes.analysis import Analysis, Entry
from spanf1.mistakes.ledger import ALL
from spanf1.mistakes.report import with_how
from spanf1.mistakes.texts import Mention, Place
from spanf1.render.report import Fact, Report, Section

#: the readings that are told of
TOLD: tuple[ReadingName, ...] = ("lenient", "strict")
_SIDES = ("gold", "predicted")
# What stands for the argument of a match that has one.
_ARGUMENTS = {"T": "0.5", "K": "1"}
_FAIR = {
    "TP": "right",
    "FN": "missed",
    "FP": "spurious",
    "LE": "a label error",
    "BES": "a boundary error, predicted too small",
    "BEL": "a boundary error, predicted too large",
    "BEO": "a boundary error, overlapping",
    "LBE": "an error of label and boundary",
}


class Fate(NamedTuple):
    """What becomes of a span by one reading.

    Attributes
    ----------
    side : str
        ``gold`` or ``predicted``.
    span : Mention
        The span.
    kind, how : str
        As in an `Entry`.
    partner : Mention, optional
        The span of the other side that it is put together with.
    credits : dict of str to float
        The share of itself that it earns by each match; it is not there where it does not count.
    fair : str
        What FairEval calls it.
    """

    side: str
    span: Mention
    kind: str
    how: str
    partner: Mention | None
    credits: Mapping[str, float]
    fair: str


class Explanation(NamedTuple):
    """What becomes of each span of a sentence, by reading.

    Attributes
    ----------
    place : Place
        The place of the first span.
    fates : dict of str to list of Fate
        The spans of gold and the predicted ones, in reading order, by reading.
    """

    place: Place
    fates: dict[str, list[Fate]]


def explained(
    analyses: Mapping[ReadingName, Analysis], *, line: int = 0, sentence: int = 0
) -> Explanation:
    """Return what becomes of the spans of one sentence.

    Parameters
    ----------
    analyses : mapping of str to Analysis
        By reading; lenient first.
    line, sentence : int
        The line that a span of it begins at; or the number of the sentence.

    Raises
    ------
    UsageError
        If no span begins at the line, there is no span in the sentence, or spans are not placed by
        tokens.
    """
    entries: dict[str, list[Entry]] = {
        name: [*one.entries(kind=ALL)] for name, one in analyses.items()
    }
    every = entries[TOLD[0]]
    for entry in every:
        if (line and entry.place.line == line) or (sentence and entry.place.sentence == sentence):
            break
    else:
        what = f"no span begins at line {line}" if line else f"sentence {sentence} has no span"
        raise UsageError(what, hint="spanf1 errors FILE --kind all lists spans with their lines")
    place = entry.place
    if place.unit != "token":
        raise UsageError(
            "spans are explained where places are tokens, and here they are characters",
            where=str(place),
        )
    there = {
        name: [one for one in found if one.place.sentence == place.sentence]
        for name, found in entries.items()
    }
    return Explanation(place, {name: [*_fates(found)] for name, found in there.items()})


def _fates(entries: Sequence[Entry]) -> Iterator[Fate]:
    """Yield the fate of each span of a sentence."""
    spans = [
        [(entry, span) for entry in entries if (span := _sides(entry)[side]) is not None]
        for side in (0, 1)
    ]
    names = sorted({span.type for side in spans for _, span in side})
    places = [
        Places(
            np.array([span.start for _, span in side], np.intp),
            np.array([span.end for _, span in side], np.intp),
            np.array([names.index(span.type) for _, span in side], np.intp),
        )
        for side in spans
    ]
    overlaps = find_overlaps(places[0], places[1])
    found = {
        name: credited(parse_rule(name), places[0], places[1], overlaps) for name in _matches()
    }
    sums = {name: (one.gold, one.predicted) for name, one in found.items()}
    fair = found["fair"].outcomes()
    for number, side in enumerate(_SIDES):
        for index, (entry, span) in enumerate(spans[number]):
            shares = {
                name: share
                for name, one in found.items()
                if (share := _share(one.rule, number, sums[name][number][index])) is not None
            }
            yield Fate(
                side,
                span,
                entry.kind,
                entry.how,
                _sides(entry)[1 - number],
                shares,
                OUTCOMES[fair[number][index]],
            )


def _sides(entry: Entry) -> tuple[Mention | None, Mention | None]:
    """Return the spans of gold and of the predictions."""
    return entry.gold, entry.predicted


def _matches() -> list[str]:
    """Return the matches by tokens, with an argument where one has to be given."""
    return [
        f"{name}:{_ARGUMENTS[rule.argument]}" if rule.argument else name
        for name, rule in RULES.items()
        if name != "character"
    ]


def _share(rule: Rule, side: int, sums: Sums) -> float | None:
    """Return which share of itself a span earns; None if that is not said of one span."""
    if rule.pairing == "fair":
        return None
    return float(sums[2 + side] / sums[side]) if sums[side] else None


def report_of(explanation: Explanation) -> Report:
    """Return the report on what becomes of the spans of a sentence."""
    return Report(explanation, _sections, _rows, _data)


def _sections(explanation: Explanation, _: int | None) -> list[Section]:
    fates = explanation.fates
    titles = {name: f"{name}: {READINGS[name]}" for name in fates}
    lenient, *others = fates
    if all(fates[name] == fates[lenient] for name in others):
        titles = {lenient: f"{' and '.join(fates)}: the same spans"}
    sections = []
    for name, title in titles.items():
        first, *rest = [*map(_section, fates[name])] or [
            Section(facts=[Fact("spans", "none counts")])
        ]
        sections += [first._replace(title=title), *rest]
    return sections


def _section(fate: Fate) -> Section:
    span = fate.span
    said = f"{fate.side} {_named(span)}: {with_how(fate.kind, fate.how)}"
    if fate.partner:
        said += f", with {_SIDES[fate.side == 'gold']} {_named(fate.partner)}"
    right: list[str] = []
    part: list[str] = []
    wrong: list[str] = []
    for name, share in fate.credits.items():
        if share in (0, 1):
            (right if share else wrong).append(name)
        else:
            part.append(f"{name} ({share:.2f})")
    left_out = [name for name in _matches() if name not in fate.credits]
    left_out = [name for name in left_out if RULES.get(name, RULES["exact"]).pairing != "fair"]
    lists = {"right by": right, "in part by": part, "wrong by": wrong, "left out by": left_out}
    facts = [Fact(label, ", ".join(names)) for label, names in lists.items() if names]
    return Section(text=said, facts=[*facts, Fact("FairEval", f"{_FAIR[fate.fair]} ({fate.fair})")])


def _named(span: Mention) -> str:
    last = f" to {span.end - 1}" if span.end > span.start + 1 else ""
    place = f"token{'s' * bool(last)} {span.start}{last}"
    return f"{span.type} {span.text!r} ({place})" if span.text else f"{span.type} ({place})"


def _rows(explanation: Explanation) -> Iterator[Sequence[object]]:
    """Yield a row for each reading, span and match."""
    yield ["reading", "side", *Mention._fields[:4], "kind", "how", "match", "credit"]
    for reading, fates in explanation.fates.items():
        for fate in fates:
            known = [reading, fate.side, *fate.span[:4], fate.kind, fate.how]
            for name, share in fate.credits.items():
                yield [*known, name, share]
            yield [*known, "fair", fate.fair]


def _data(explanation: Explanation) -> dict[str, Any]:
    return {
        **explanation.place._asdict(),
        "readings": {
            reading: [
                {
                    **fate._asdict(),
                    "how": fate.how or None,
                    "span": fate.span._asdict(),
                    "partner": fate.partner and fate.partner._asdict(),
                }
                for fate in fates
            ]
            for reading, fates in explanation.fates.items()
        },
    }
