"""From what readings count to what is said of it: scores, differences, and their parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from spanf1.core.repairs import FOREIGN, kind_of
from spanf1.core.schemes import PREFIX_BITS, SCHEMES
from spanf1.core.scores import TypeCounts, score
from spanf1.core.tags import TagForm
from spanf1.results.result import Result
from spanf1.scorers.comparison import Comparison, Kind, Row
from spanf1.scorers.disputes import (
    CORRECT,
    ELSEWHERE,
    GOLD,
    OTHER_SCHEMES,
    PREDICTED,
    Dispute,
    Disputes,
    FloatArray,
)
from spanf1.scorers.encodings import Encoding
from spanf1.scorers.scorers import Reading
from spanf1.scorers.steps import BEGINS_AFTER, ENDS_BEFORE, INSIDE_AFTER, INSIDE_BEFORE, Step

_SIDES = ("gold", "predicted", "both")

# What a reading makes of a step, in words: out of O or of a tag by itself; into O; between tags.
_FROM_OUTSIDE = {
    INSIDE_AFTER | BEGINS_AFTER: "a span begins",
    INSIDE_AFTER: "a span goes on",
    0: "no span",
}
_TO_OUTSIDE = {
    INSIDE_BEFORE | ENDS_BEFORE: "a span ends",
    INSIDE_BEFORE: "a span goes on",
    0: "no span",
}
_BETWEEN = {
    INSIDE_BEFORE | ENDS_BEFORE | INSIDE_AFTER | BEGINS_AFTER: "one span ends, another begins",
    INSIDE_BEFORE | INSIDE_AFTER: "one span goes on",
    INSIDE_BEFORE | ENDS_BEFORE: "a span ends, none follows",
    INSIDE_AFTER | BEGINS_AFTER: "no span before, a span begins",
    0: "no span",
}
# All else is only seen in seqeval's default, where spans can overlap.
_OVERLAP = "spans overlap"


def compare(
    result: Result,
    readings: Sequence[Reading],
    disputes: Disputes,
    encodings: list[Encoding],
    names: Mapping[str, int],
) -> Comparison:
    """Return what was counted as scores, differences and reasons.

    Parameters
    ----------
    result : Result
        What our reading came to.
    readings : sequence of Reading
        All readings.
    disputes : Disputes
        What those that do not refuse the input counted.
    encodings : list of Encoding
        The gold spans in every scheme.
    names : mapping of str to int
        The numbers of the types.
    """
    columns = [None if one.refuses else disputes.column(one) for one in readings]
    rows = _rows(readings, columns, disputes.totals)

    def parts(key: Step | str) -> list[float]:
        more = disputes.parts.get(key)
        if more is None:
            return [0.0] * len(rows)
        first = disputes.totals[0]
        return [
            0.0 if column is None else _part(first, disputes.totals[column], more[column])
            for column in columns
        ]

    schemes = result.gold_schemes[0], result.pred_schemes[0]
    spelt = ["", *names]
    kinds = []
    for step, dispute in disputes.kinds.items():
        kind = _kind(step, dispute, columns, spelt)
        kind.parts = parts(step)
        kept = [one for one, row in zip(kind.outcomes, rows, strict=True) if row.reading.keeps]
        agreed = all(one in ({}, kept[0]) for one in kept)
        kind.foreign = agreed and not {*schemes} & {*kind.ill_formed_in}
        kind.places = [*dispute.places[0], *dispute.places[1]][: disputes.places]
        kinds.append(kind)
    kinds.sort(
        key=lambda kind: (
            kind.foreign,
            -round(max(map(abs, kind.parts)), 12),
            -kind.gold - kind.predicted,
            kind.name,
        )
    )
    others = parts(OTHER_SCHEMES), parts(ELSEWHERE)
    return Comparison(result, rows, kinds, *others, encodings, _notes(result))


def _rows(
    readings: Sequence[Reading], columns: list[int | None], totals: npt.NDArray[np.int64]
) -> list[Row]:
    rows: list[Row] = []
    groups: dict[TypeCounts, int] = {}
    for reading, column in zip(readings, columns, strict=True):
        if column is None:
            rows.append(Row(reading, None, 0.0, -1))
            continue
        counts = TypeCounts(*totals[column].tolist())
        scored = score(counts)
        difference = scored.f1 - (rows[0].score.f1 if rows and rows[0].score else scored.f1)
        rows.append(Row(reading, scored, difference, groups.setdefault(counts, len(groups))))
    return rows


def _part(first: npt.NDArray[np.int64], total: npt.NDArray[np.int64], more: FloatArray) -> float:
    """Return how much of the difference in F1 of two counts comes from some of what they differ in.

    F1 is 2 C / N, of C correct and N gold and predicted spans. So F1 - F1' is
    (2 (C - C') - F1' (N - N')) / N, a sum over whatever C - C' and N - N' are sums of.
    """
    before, after = int(first[GOLD] + first[PREDICTED]), int(total[GOLD] + total[PREDICTED])
    f1 = 2 * int(first[CORRECT]) / before if before else 0.0
    spans = float(more[GOLD] + more[PREDICTED])
    gain = 2 * float(more[CORRECT]) - f1 * spans
    # With nothing left, all of F1 is lost, and what is lost is what was there.
    return gain / after if after else f1 * spans / max(before, 1)


def _kind(
    step: Step,
    dispute: Dispute,
    columns: list[int | None],
    names: list[str],
) -> Kind:
    form = TagForm()
    mask = (1 << PREFIX_BITS) - 1
    before, after = (
        form.spell(code & mask, names[code >> PREFIX_BITS]) if code >= 0 else "" for code in step
    )
    words = _BETWEEN if step.after else _TO_OUTSIDE
    if step.before <= 0:
        words = _FROM_OUTSIDE
    outcomes: list[dict[str, int]] = []
    for column in columns:
        counts = np.zeros(0) if column is None else dispute.outcomes[column]
        often = sorted(np.flatnonzero(counts).tolist(), key=lambda outcome: -counts[outcome])
        outcomes.append({words.get(outcome, _OVERLAP): int(counts[outcome]) for outcome in often})
    wrong = dispute.ill_formed[0] | dispute.ill_formed[1]
    return Kind(
        kind_of("" if step.before == FOREIGN else before, after),
        dispute.count[0],
        dispute.count[1],
        tuple(name for name in SCHEMES if name in wrong),
        outcomes,
        [],
    )


def _notes(result: Result) -> list[str]:
    notes = []
    forms = result.tally.tag_forms - {TagForm().name}
    if forms:
        notes.append(
            f"tags are written as {' and '.join(sorted(forms))}: the others would have to be "
            f"given them as {TagForm().name}"
        )
    gold = {span.type for span in result.tally.spans if span.gold >= 0}
    if any(span.type not in gold for span in result.tally.spans):
        notes.append(
            "HIPE is how that scorer reads tags; by default it also leaves out predicted types "
            "that gold does not have"
        )
    return notes


def side_name(side: int) -> str:
    """Return the name of the side of a `Place`."""
    return _SIDES[side]
