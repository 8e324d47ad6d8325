"""One sentence explained: what becomes of each span, by each reading and each match."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from spanf1.core.credits import OUTCOMES, RULES, Rule, Sums, credited, parse_rule
from spanf1.core.detection import fault
from spanf1.core.overlaps import Places, find_overlaps
from spanf1.core.schemes import READINGS, ReadingName
from spanf1.core.scores import TypeCounts
from spanf1.core.spans import WELL_FORMED
from spanf1.core.tags import TagForm
from spanf1.core.tally import CHARACTER, TOKEN
from spanf1.exceptions import UsageError
from spanf1.mistakes.analysis import AROUND, Analysis, Entry
from spanf1.mistakes.analyze import analyze
from spanf1.mistakes.ledger import ALL, NONE
from spanf1.mistakes.report import with_how
from spanf1.mistakes.texts import Mention, Place
from spanf1.render.report import Fact, Report, Section
from spanf1.results.lists import evaluate

#: the readings of which each has spans of its own
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
    fault : str
        What is ill-formed in it, as ``O → I``; empty if nothing is.
    """

    side: str
    span: Mention
    kind: str
    how: str
    partner: Mention | None
    credits: Mapping[str, float]
    fair: str
    fault: str


@dataclass(frozen=True, repr=False)
class Explanation:
    """What becomes of each span of a sentence, or of a text, by reading; it prints.

    Attributes
    ----------
    place : Place
        The place of the first span.
    fates : dict of str to list of Fate
        The spans of gold and the predicted ones, in reading order, by reading: ``lenient``,
        ``strict``, and ``error`` unless that refuses what is ill-formed here.
    conlleval : dict of str to TypeCounts, optional
        What the conlleval script counts of the sentence by itself, by type; None where spans are
        from no tags, or from several levels of them.
    """

    place: Place
    fates: dict[str, list[Fate]]
    conlleval: dict[str, TypeCounts] | None

    @property
    def refused(self) -> list[Fate]:
        """The ill-formed spans, for which the reading ``error`` refuses the sentence."""
        return [fate for fate in self.fates["lenient"] if fate.fault]

    def __str__(self) -> str:
        from spanf1.render.renderers import text

        return text(report_of(self))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data that JSON can carry."""
        return _data(self)


def explain(
    gold: Any, predicted: Any = None, *, line: int = 0, sentence: int = 0, **options: Any
) -> Explanation:
    """Say what becomes of each span of one sentence, or text, by each reading and each match.

    Parameters
    ----------
    gold, predicted
        As for `spanf1.analyze`: files, or tags, ids or records.
    line : int
        The line that a span begins at, or that a record is on.
    sentence : int
        The number of the sentence, or text, from 1, instead; the first one that has a span, where
        neither is given.
    **options
        As for `spanf1.analyze`, but for the reading.

    Raises
    ------
    InputError
        As `spanf1.analyze`.
    UsageError
        Likewise; and if no span begins at the line, or there is none in the sentence.

    Examples
    --------
    >>> import spanf1
    >>> gold, predicted = [["B-PER", "I-PER", "O"]], [["B-PER", "O", "O"]]
    >>> explanation = spanf1.explain(gold, predicted, tokens=[["Ada", "Byron", "is"]])
    >>> fate = explanation.fates["lenient"][0]
    >>> fate.span.text, fate.kind, fate.how, fate.credits["partial"]
    ('Ada Byron', 'boundary', 'short', 0.5)
    >>> print(explanation)  # doctest: +ELLIPSIS
    lenient, strict and error: the same spans
    gold PER 'Ada Byron' (tokens 0 to 1): boundary (short), with predicted PER 'Ada'
    (token 0)
    ...
    """
    analyses = {name: analyze(gold, predicted, reading=name, **options) for name in TOLD}
    return explained(analyses, line=line, sentence=sentence)


def explained(
    analyses: Mapping[ReadingName, Analysis], *, line: int = 0, sentence: int = 0
) -> Explanation:
    """Return what becomes of the spans of one sentence.

    Parameters
    ----------
    analyses : mapping of str to Analysis
        Of one input, by reading: those of `TOLD`.
    line, sentence : int
        As for `explain`.

    Raises
    ------
    UsageError
        As `explain`.
    """
    every = [*_rows(analyses["lenient"])]
    for _, first in every:
        place = first.place
        if place.line == line if line else sentence in (0, place.sentence):
            break
    else:
        if not line and not sentence:
            by_token = analyses["lenient"].result.tally.placed_by == TOKEN
            raise UsageError(f"there is no span in these {'tags' if by_token else 'texts'}")
        what = f"no span begins at line {line}" if line else f"sentence {sentence} has no span"
        raise UsageError(what, hint="spanf1 errors FILE --kind all lists spans with their lines")
    schemes = analyses["strict"].result.schemes
    fates = {}
    for name, analysis in analyses.items():
        found = every if name == "lenient" else [*_rows(analysis)]
        there = [(row, one) for row, one in found if one.place.sentence == place.sentence]
        fates[str(name)] = [*_fates(analysis, there, schemes)]
    if not any(fate.fault for fate in fates["lenient"]):
        fates["error"] = fates["lenient"]
    row = next(row for row, one in every if one.place.sentence == place.sentence)
    return Explanation(place, fates, _script_counts(analyses["lenient"], row))


def _rows(analysis: Analysis) -> Iterator[tuple[int, Entry]]:
    """Yield the rows of the ledger of one input, and their numbers."""
    (part,) = analysis.parts
    rows = part.ledger.rows([ALL], (), None)
    yield from zip(rows.tolist(), part.entries(rows, AROUND), strict=True)


def _script_counts(analysis: Analysis, row: int) -> dict[str, TypeCounts] | None:
    """Return what the conlleval script counts of the sentence of a row of the ledger."""
    (part,) = analysis.parts
    ledger = part.ledger
    side = int(ledger.gold[row] == NONE)
    index = (ledger.gold, ledger.predicted)[side][row]
    tags = part.texts.tags(int(ledger.sides[side].spans.start[index]))
    if tags is None:
        return None
    options = analysis.result.options
    counts = evaluate(
        [tags[0]],
        [tags[1]],
        reading="conlleval",
        tag_form=TagForm().name,
        map_types=dict(options.map_types),
        ignore_types=options.ignore_types,
    ).counts
    return {name: TypeCounts(*map(int, row)) for name, row in counts.types.items()}


def _fates(
    analysis: Analysis, rows: Sequence[tuple[int, Entry]], schemes: tuple[str, str]
) -> Iterator[Fate]:
    """Yield the fate of each span of a sentence, given the rows of its ledger."""
    ledger = analysis.parts[0].ledger
    numbers = np.array([row for row, _ in rows], np.intp)
    sides = [column[numbers] for column in (ledger.gold, ledger.predicted)]
    # As where scores are made: ties of pairings go by the names of types.
    by_name = np.argsort(sorted(range(len(ledger.names)), key=ledger.names.__getitem__))
    ranks, places = [], []
    for index, kept in zip(sides, ledger.sides, strict=True):
        there = np.zeros(len(kept.number), np.bool_)
        there[index[index != NONE]] = True
        ranks.append(np.cumsum(there) - 1)
        here = kept.only(there)
        spans = here.spans._replace(type=by_name[here.spans.type])
        places.append(Places.of(spans, here.parts))
    gold, predicted = places
    overlaps = find_overlaps(gold, predicted)
    found = {
        name: credited(parse_rule(name), gold, predicted, overlaps)
        for name in _matches(analysis.result.tally.placed_by)
    }
    sums = {name: (one.gold, one.predicted) for name, one in found.items()}
    fair = found["fair"].outcomes()
    for number, side in enumerate(_SIDES):
        for index, (_, entry) in zip(sides[number].tolist(), rows, strict=True):
            span = _sides(entry)[number]
            if span is None:
                continue
            rank = int(ranks[number][index])
            shares = {
                name: share
                for name, one in found.items()
                if (share := _share(one.rule, number, sums[name][number][rank])) is not None
            }
            shape = int(ledger.sides[number].spans.shape[index])
            scheme = schemes[number]
            yield Fate(
                side,
                span,
                entry.kind,
                entry.how,
                _sides(entry)[1 - number],
                shares,
                OUTCOMES[fair[number][rank]],
                "" if WELL_FORMED[scheme][shape] else f"{fault(shape, scheme)} in {scheme}",
            )


def _sides(entry: Entry) -> tuple[Mention | None, Mention | None]:
    """Return the spans of gold and of the predictions."""
    return entry.gold, entry.predicted


def _matches(placed_by: str) -> list[str]:
    """Return the matches of spans at such places, with an argument where one has to be given."""
    other = CHARACTER if placed_by == TOKEN else TOKEN
    return [
        f"{name}:{_ARGUMENTS[rule.argument]}" if rule.argument else name
        for name, rule in RULES.items()
        if name != other
    ]


def _share(rule: Rule, side: int, sums: Sums) -> float | None:
    """Return which share of itself a span earns; None if that is not said of one span."""
    if rule.pairing == "fair":
        return None
    return float(sums[2 + side] / sums[side]) if sums[side] else None


def report_of(explanation: Explanation) -> Report:
    """Return the report on what becomes of the spans of a sentence."""
    return Report(explanation, _sections, _credits, _data)


def _sections(explanation: Explanation, _: int | None) -> list[Section]:
    fates, unit = explanation.fates, explanation.place.unit
    if explanation.refused:
        titles = {name: f"{name}: {READINGS[name]}" for name in TOLD}
    else:
        titles = {"lenient": "lenient, strict and error: the same spans"}
    sections = []
    for name, title in titles.items():
        first, *rest = [_section(fate, unit) for fate in fates[name]] or [
            Section(facts=[Fact("spans", "none counts")])
        ]
        sections += [first._replace(title=title), *rest]
    if explanation.refused:
        facts = [
            Fact("ill-formed", f"{fate.side} {_named(fate.span, unit)}: {fate.fault}")
            for fate in explanation.refused
        ]
        sections.append(Section(title=f"error: {READINGS['error']}", facts=facts))
    if explanation.conlleval is not None:
        facts = [
            Fact(name, f"{row.gold} in gold, {row.predicted} predicted, {row.correct} correct")
            for name, row in explanation.conlleval.items()
        ]
        sections.append(Section(title=f"conlleval: {READINGS['conlleval']}", facts=facts))
    return sections


def _section(fate: Fate, unit: str) -> Section:
    said = f"{fate.side} {_named(fate.span, unit)}: {with_how(fate.kind, fate.how)}"
    if fate.partner:
        said += f", with {_SIDES[fate.side == 'gold']} {_named(fate.partner, unit)}"
    right: list[str] = []
    part: list[str] = []
    wrong: list[str] = []
    for name, share in fate.credits.items():
        if share in (0, 1):
            (right if share else wrong).append(name)
        else:
            part.append(f"{name} ({share:.2f})")
    # Places of texts that are made of tokens are characters.
    counted = TOKEN if TOKEN in fate.credits else CHARACTER
    left_out = [name for name in _matches(counted) if name not in fate.credits]
    left_out = [name for name in left_out if RULES.get(name, RULES["exact"]).pairing != "fair"]
    lists = {"right by": right, "in part by": part, "wrong by": wrong, "left out by": left_out}
    facts = [Fact(label, ", ".join(names)) for label, names in lists.items() if names]
    return Section(text=said, facts=[*facts, Fact("FairEval", f"{_FAIR[fate.fair]} ({fate.fair})")])


def _named(span: Mention, unit: str) -> str:
    last = f" to {span.end - 1}" if span.end > span.start + 1 else ""
    place = f"{unit}{'s' * bool(last)} {span.start}{last}"
    return f"{span.type} {span.text!r} ({place})" if span.text else f"{span.type} ({place})"


def _credits(explanation: Explanation) -> Iterator[Sequence[object]]:
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
                    "fault": fate.fault or None,
                    "span": fate.span._asdict(),
                    "partner": fate.partner and fate.partner._asdict(),
                }
                for fate in fates
            ]
            for reading, fates in explanation.fates.items()
        },
        "conlleval": explanation.conlleval
        and {name: row._asdict() for name, row in explanation.conlleval.items()},
    }
