"""Two results held against each other: what can be known of counts, without the spans."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from spanf1.core.options import Confidence
from spanf1.core.scores import AnyScore
from spanf1.exceptions import AlignmentError
from spanf1.ranking import report as ranking_report
from spanf1.ranking.rank import Ranking, RankingOptions
from spanf1.render.report import Report, Section
from spanf1.results.report import f_name
from spanf1.results.result import Result
from spanf1.wording import percent, points

_UNKNOWN = (
    "Which spans are mended and which are broken{noise} cannot be known: results files have "
    "counts, and no spans{order}. spanf1 diff GOLD A B says it."
)
_NOISE = {
    "noise": ", and whether the difference is more than noise,",
    "order": ", nor what each sentence has, in order (spanf1 score --keep-order)",
}
_COUNTS = ("gold", "predicted", "correct")


class Results(NamedTuple):
    """The results of two systems on one gold, by their names."""

    names: tuple[str, str]
    results: tuple[Result, Result]
    ranking: Ranking | None = None

    def tested(self, confidence: Confidence) -> Results:
        """Return them with a test of the difference, if both have units in order.

        Raises
        ------
        AlignmentError, UsageError
            As `spanf1.ranking.stored.compare_results`.
        """
        if any(one.tally.units is None or one.tally.units.order is None for one in self.results):
            return self
        from spanf1.ranking.stored import compare_results

        how = RankingOptions(reference=self.names[0], correction="none", confidence=confidence)
        systems = {name: [one] for name, one in zip(self.names, self.results, strict=True)}
        return self._replace(ranking=compare_results(systems, how))

    @property
    def unknown(self) -> str:
        """What counts do not tell."""
        return _UNKNOWN.format(**(dict.fromkeys(_NOISE, "") if self.ranking else _NOISE))

    def check(self) -> None:
        """Raise an error if the two scores do not mean the same.

        Raises
        ------
        AlignmentError
            If they do not; it says the first difference.
        """
        first, other = (result.signature() for result in self.results)
        for text in first.differences(other):
            raise AlignmentError(
                f"the two scores do not mean the same: {text}",
                where=self.names[0],
                hint="spanf1 signature says of two results files all that differs",
            )

    @property
    def rows(self) -> dict[str, tuple[AnyScore | None, AnyScore | None]]:
        """The scores of each type in both, types in alphabetical order; None where it is not."""
        first, other = (result.types for result in self.results)
        return {name: (first.get(name), other.get(name)) for name in sorted({*first, *other})}


def report_of(results: Results) -> Report:
    """Return the report on two results: the scores, those of each type, and what is not known."""
    return Report(results, _sections, _rows, _data)


def _sections(results: Results, digits: int | None) -> list[Section]:
    f = f_name(results.results[0])
    first, other = (result.micro for result in results.results)
    ranking = results.ranking
    tested = ranking_report.report_of(ranking).sections(ranking, digits) if ranking else []
    rows = []
    for name, score in zip(results.names, (first, other), strict=True):
        figures = [percent(value, digits) for value in (*score[:2], score.fbeta)]
        rows.append([name, *figures, *(_count(score, what) for what in _COUNTS[1:])])
    more = points(other.fbeta - first.fbeta, digits)
    said = f"{_count(first, 'gold')} in gold. Micro {f}: {more}."
    scores = Section("Systems", said, header=["", "P", "R", f, "Pred.", "Corr."], rows=rows)
    by_type = [_row(name, pair, digits) for name, pair in results.rows.items()]
    by_type.append(_row("all", (first, other), digits))
    header = ["type", "gold", "corr. A", "corr. B", "more", f"{f} A", f"{f} B", "diff."]
    said = "A is {}, B is {}.".format(*results.names)
    types = Section("Types", said, header=header, rows=by_type, totals=1, after=[results.unknown])
    return [*(tested or [scores]), types]


def _row(name: str, pair: tuple[AnyScore | None, AnyScore | None], digits: int | None) -> list[str]:
    correct = [score.correct if score else 0 for score in pair]
    figures = [score.fbeta if score else math.nan for score in pair]
    gold = next(score for score in pair if score)
    counts = [_count(gold, "gold"), *(f"{count:g}" for count in correct)]
    shown = [percent(figure, digits) for figure in figures]
    return [
        name,
        *counts,
        f"{correct[1] - correct[0]:+g}",
        *shown,
        points(figures[1] - figures[0], digits),
    ]


def _count(score: AnyScore, name: str) -> str:
    return f"{getattr(score, name):g}"


def _rows(results: Results) -> Iterator[Sequence[object]]:
    """Yield a row for each type, and one for all; fractions of 1."""
    yield ["type", *(f"{side}_{name}" for side in "ab" for name in (*_COUNTS, "f"))]
    first, other = (result.micro for result in results.results)
    for name, pair in [*results.rows.items(), ("", (first, other))]:
        cells = [
            cell
            for score in pair
            for cell in (
                [*(getattr(score, what) for what in _COUNTS), score.fbeta] if score else [""] * 4
            )
        ]
        yield [name, *cells]


def _data(results: Results) -> dict[str, Any]:
    def plain(score: AnyScore | None) -> dict[str, Any] | None:
        if score is None:
            return None
        f = None if math.isnan(score.fbeta) else score.fbeta
        return {**{name: getattr(score, name) for name in _COUNTS}, "f": f}

    first, other = (result.micro for result in results.results)
    rows = results.rows.items()
    return {
        "systems": [*results.names],
        "micro": {"a": plain(first), "b": plain(other)},
        "types": {name: {"a": plain(a), "b": plain(b)} for name, (a, b) in rows},
        **({"comparison": ranking_report.to_dict(results.ranking)} if results.ranking else {}),
        "unknown": results.unknown,
    }
