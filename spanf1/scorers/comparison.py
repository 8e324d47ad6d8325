"""What several scorers make of one output, and why: scores, differences, and their reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.detection import IllFormed
from spanf1.core.matching import match_spans
from spanf1.core.options import AUTO
from spanf1.core.repairs import FOREIGN, PARTS, kind_of
from spanf1.core.schemes import PREFIX_BITS, PREFIX_MASK, PREFIXES, SCHEMES
from spanf1.core.scores import AnyScore, TypeCounts, f_score, score
from spanf1.core.spans import Spans, decode, encode, touching
from spanf1.core.tags import IntArray, TagForm
from spanf1.core.tally import SIDES
from spanf1.results.result import Result
from spanf1.results.scored import Scored
from spanf1.scorers.disputes import (
    BEGINS_AFTER,
    CORRECT,
    ELSEWHERE,
    ENDS_BEFORE,
    GOLD,
    INSIDE_AFTER,
    INSIDE_BEFORE,
    OTHER_SCHEMES,
    PREDICTED,
    Dispute,
    Disputes,
    FloatArray,
    Place,
    Step,
)
from spanf1.scorers.scorers import Scorer


@dataclass
class Encoding:
    """Spans written in one scheme.

    Attributes
    ----------
    scheme : str
        The scheme.
    tokens : int
        All tokens there are, those outside of all spans too.
    spans : int
        Spans.
    codes : Counter of int
        How often each tag occurs, O left out.
    merged : int
        Spans that become one with the span before them.
    kept : int
        Spans that are read back as they were.
    """

    scheme: str
    tokens: int = 0
    spans: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    merged: int = 0
    kept: int = 0

    @property
    def tags(self) -> int:
        """How many different tags there are, O among them if it occurs."""
        return len(self.codes) + (self.tokens > self.codes.total())

    @property
    def prefixes(self) -> dict[str, int]:
        """How often each prefix of the scheme occurs, ``O`` first."""
        counts = {"O": self.tokens - self.codes.total()} | dict.fromkeys(
            SCHEMES[self.scheme].prefixes, 0
        )
        for code, count in self.codes.items():
            counts[PREFIXES[code & PREFIX_MASK]] += count
        return counts

    @property
    def best(self) -> float:
        """The F1 of a model that gets every tag right."""
        if not self.spans:
            return 1.0
        return f_score(TypeCounts(self.spans, self.spans - self.merged, self.kept))

    def to_dict(self) -> dict[str, Any]:
        """Return the counts, and the F1 of a model that gets every tag right."""
        sizes = {"distinct_tags": self.tags, "tokens": self.tokens, "prefixes": self.prefixes}
        losses = {"spans": self.spans, "merged": self.merged, "best_f1": self.best}
        return {"scheme": self.scheme, **sizes, **losses}

    def add(self, spans: Spans, tokens: int, starts: IntArray) -> None:
        """Write spans, given how many tokens they are among, and where no span can go on.

        Tokens that are O are left out among them where that parts nothing.
        """
        codes = encode(spans, tokens, starts, self.scheme)
        numbers, counts = np.unique(codes[codes != 0], return_counts=True)
        self.codes.update(dict(zip(numbers.tolist(), counts.tolist(), strict=True)))
        self.spans += len(spans.start)
        self.kept += len(spans.start)
        if self.scheme not in PARTS:
            self.merged += len(touching(spans, starts))
            self.kept -= len(spans.start) - len(match_spans(spans, decode(codes, starts))[0])


#: the sides of a `Place`
PLACE_SIDES = ("gold", "predicted", "both")

# What a scorer makes of a step, in words: out of O or of a tag by itself; into O; between tags.
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


class Example(NamedTuple):
    """A disputed step in its file.

    `line` is the line that the step leads to, or the last of the sentence if it leads out of it.
    The step leads to the token at `at` of `tags`, behind the last one if it is their number.
    `tokens` is empty if the file has no column of tokens.
    """

    file: str
    line: int
    side: str
    tokens: list[str]
    tags: list[str]
    at: int


class Row(NamedTuple):
    """A scorer with its scores; none where it refuses the input.

    `difference` is its F1 less that of the first row. Rows of one `group` have the same counts.
    """

    scorer: Scorer
    score: AnyScore | None
    difference: float
    group: int

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as fractions of 1 and the counts, or why there are none."""
        if self.score is None:
            return {"reading": self.scorer.name, "refuses": self.scorer.refuses}
        ratios = {name: getattr(self.score, name) for name in ("precision", "recall", "f1")}
        ratios["difference"] = self.difference
        counts = self.score.counts._asdict()
        return {"reading": self.scorer.name, "group": self.group + 1, **ratios, **counts}


@dataclass
class Kind:
    """A kind of disputed step.

    Attributes
    ----------
    name : str
        The two tags, or the one that its scheme does not have.
    gold, predicted : int
        How often it occurs.
    ill_formed_in : tuple of str
        The schemes, of the sides that it occurs on, that do not allow it.
    outcomes : list of dict of str to int
        For each row, what it makes of the step, and how often.
    parts : list of float
        For each row, how much of its difference in F1 comes from this kind. A place with several
        kinds counts for each of them in equal shares.
    foreign : bool
        Whether it matters only to scorers in a scheme that neither side is in. Their parts
        are told together, in `Comparison.other_schemes`.
    places : list of Place
        A few places; first those where the scheme of the side does not allow it.
    examples : list of Example
        What is there, once it has been read.
    """

    name: str
    gold: int
    predicted: int
    ill_formed_in: tuple[str, ...]
    outcomes: list[dict[str, int]]
    parts: list[float]
    foreign: bool
    places: list[Place]
    examples: list[Example] = field(default_factory=list)


@dataclass
class Comparison:
    """What several scorers make of one output, and why.

    Attributes
    ----------
    result : Result
        Our lenient scores, the schemes, what was read.
    rows : list of Row
        The scorers.
    kinds : list of Kind
        The disputed steps; those that matter most come first.
    other_schemes, elsewhere : list of float
        For each row, how much of its difference comes from places where it stumbles over steps
        only because it reads them in a scheme that neither side is in; and from places without
        a disputed step. With the parts of all kinds it is the difference.
    encodings : list of Encoding
        The gold spans in every scheme.
    notes : list of str
        What else there is to say.
    """

    result: Result
    rows: list[Row]
    kinds: list[Kind]
    other_schemes: list[float]
    elsewhere: list[float]
    encodings: list[Encoding]
    notes: list[str]

    @property
    def groups(self) -> list[list[int]]:
        """The numbers of the rows of each group, those that refuse the input left out."""
        count = max(row.group for row in self.rows) + 1
        return [
            [number for number, row in enumerate(self.rows) if row.group == group]
            for group in range(count)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data that JSON can carry; scores are fractions of 1."""
        from spanf1._version import __version__

        names = [row.scorer.name for row in self.rows]
        source = self.result.input

        def by_row(values: Sequence[object]) -> dict[str, object]:
            pairs = zip(names, self.rows, values, strict=True)
            return {name: value for name, row, value in pairs if row.score}

        return {
            "spanf1": __version__,
            "files": list(source.files) if source else [],
            "tokens": self.result.tally.tokens,
            "input": source and source.to_dict(),
            "schemes": schemes_dict(self.result),
            "readings": [row.to_dict() for row in self.rows],
            "kinds": [
                {
                    "kind": kind.name,
                    "gold": kind.gold,
                    "predicted": kind.predicted,
                    "ill_formed_in": list(kind.ill_formed_in),
                    "only_in_other_schemes": kind.foreign,
                    "outcomes": by_row(kind.outcomes),
                    "parts": by_row(kind.parts),
                    "examples": [example._asdict() for example in kind.examples],
                }
                for kind in self.kinds
            ],
            "other_schemes": by_row(self.other_schemes),
            "elsewhere": by_row(self.elsewhere),
            "encodings": [encoding.to_dict() for encoding in self.encodings],
            "notes": self.notes,
        }


def schemes_dict(result: Result) -> dict[str, Any]:
    """Return for each side its scheme, all that fit alike, and how its tags are written."""
    return {
        side: {
            "name": names[0],
            "fitting": names,
            "given": given != AUTO,
            "tag_forms": sorted(forms),
        }
        for side, names, given, forms in zip(
            SIDES,
            (result.gold_schemes, result.pred_schemes),
            result.options.schemes,
            (tags.forms for tags in result.tally.sides),
            strict=True,
        )
    }


@dataclass(frozen=True)
class System:
    """The predictions of one system against gold."""

    name: str
    result: Result

    @property
    def score(self) -> AnyScore:
        """The micro average of all spans."""
        return self.result.micro

    @property
    def ill_formed(self) -> IllFormed:
        """The predicted spans that their scheme does not allow."""
        return self.result.ill_formed[1]

    @property
    def strict(self) -> AnyScore:
        """The micro average of the spans that are well-formed in the system's own scheme."""
        gold, predicted = self.result.schemes
        options = replace(self.result.options, gold_scheme=gold, pred_scheme=predicted)
        return Scored(self.result.tally, options).strictly.micro


# From what scorers count to what is said of it.


def compare(
    result: Result,
    scorers: Sequence[Scorer],
    disputes: Disputes,
    encodings: list[Encoding],
    names: Mapping[str, int],
) -> Comparison:
    """Return what was counted as scores, differences and reasons.

    Parameters
    ----------
    result : Result
        Our lenient scores.
    scorers : sequence of Scorer
        All scorers.
    disputes : Disputes
        What those that do not refuse the input counted.
    encodings : list of Encoding
        The gold spans in every scheme.
    names : mapping of str to int
        The numbers of the types.
    """
    columns = [None if scorer.refuses else disputes.column(scorer) for scorer in scorers]
    rows = _rows(scorers, columns, disputes.totals)

    def parts(key: Step | str) -> list[float]:
        totals = disputes.totals
        more = disputes.parts.get(key, np.zeros(totals.shape))
        return [0.0 if k is None else _part(totals[0], totals[k], more[k]) for k in columns]

    spelt = ["", *names]
    kinds = []
    for step, dispute in disputes.kinds.items():
        name, (gold, predicted) = _name(step, spelt), dispute.count
        outcomes = _outcomes(step, dispute, columns)
        wrong = dispute.ill_formed[0] | dispute.ill_formed[1]
        kept = [made for made, row in zip(outcomes, rows, strict=True) if row.scorer.keeps]
        foreign = all(made in ({}, kept[0]) for made in kept) and not wrong & {*result.schemes}
        places = [*dispute.places[0], *dispute.places[1]][: disputes.places]
        ill_formed_in = tuple(scheme for scheme in SCHEMES if scheme in wrong)
        kinds.append(
            Kind(name, gold, predicted, ill_formed_in, outcomes, parts(step), foreign, places)
        )
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
    scorers: Sequence[Scorer], columns: list[int | None], totals: npt.NDArray[np.int64]
) -> list[Row]:
    rows: list[Row] = []
    groups: dict[TypeCounts, int] = {}
    for scorer, column in zip(scorers, columns, strict=True):
        if column is None:
            rows.append(Row(scorer, None, 0.0, -1))
            continue
        counts = TypeCounts(*totals[column].tolist())
        scored = score(counts)
        difference = scored.f1 - (rows[0].score.f1 if rows and rows[0].score else scored.f1)
        rows.append(Row(scorer, scored, difference, groups.setdefault(counts, len(groups))))
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


def _name(step: Step, names: list[str]) -> str:
    """Return what a kind of step is called, given the types by number."""
    form = TagForm()
    before, after = (
        form.spell(code & PREFIX_MASK, names[code >> PREFIX_BITS]) if code >= 0 else ""
        for code in step
    )
    return kind_of("" if step.before == FOREIGN else before, after)


def _outcomes(step: Step, dispute: Dispute, columns: list[int | None]) -> list[dict[str, int]]:
    """Return what each scorer makes of a kind of step in words, and how often."""
    words = _BETWEEN if step.after else _TO_OUTSIDE
    if step.before <= 0:
        words = _FROM_OUTSIDE
    outcomes: list[dict[str, int]] = []
    for column in columns:
        counts = np.zeros(0) if column is None else dispute.outcomes[column]
        often = sorted(np.flatnonzero(counts).tolist(), key=lambda outcome: -counts[outcome])
        outcomes.append({words.get(outcome, _OVERLAP): int(counts[outcome]) for outcome in often})
    return outcomes


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
