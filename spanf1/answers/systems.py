"""Several systems' answers to the same questions: which is better, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from spanf1.answers.answers import FIGURES, AnswerResult, Drawable, by_id, joined, scored
from spanf1.answers.means import MeanDifference, Means, check_confidence, differences
from spanf1.answers.options import (
    USUAL,
    AnswerOptions,
    BagName,
    MissingName,
    NormalizationName,
    RuleName,
    UnitName,
    names_of,
)
from spanf1.answers.retrieval import RetrievalResult, scored_lists
from spanf1.core.options import Confidence, confidence_from
from spanf1.exceptions import UsageError
from spanf1.resampling.inference import AdjustmentName, Interval

#: the reference that is chosen where none is named
BEST = "best"


@dataclass(frozen=True, repr=False)
class AnswerComparison(Drawable):
    """Systems in the order of their F1, and how they differ from one of them.

    A frame and CSV have a row for each question, with what every system reaches.

    Attributes
    ----------
    results : mapping of str to AnswerResult or RetrievalResult
        The systems, the best first.
    intervals : mapping of str to mapping
        The intervals of each system's figures.
    differences : list of MeanDifference
        How the others differ from the reference.
    reference : str
        Which system that is.
    confidence : Confidence
        How intervals and p-values were made.
    correction : str
        How p-values were corrected.
    """

    results: Mapping[str, AnswerResult | RetrievalResult]
    intervals: Mapping[str, Mapping[str, Interval]]
    differences: list[MeanDifference]
    reference: str
    confidence: Confidence = field(default_factory=Confidence)
    correction: AdjustmentName = "holm"

    _reporter = "spanf1.answers.report", "comparison_report"

    def __repr__(self) -> str:
        said = (f"{name} {result.figures[self.figures[0]]:.4f}" for name, result in self._items)
        return f"<AnswerComparison: {', '.join(said)}>"

    def __getitem__(self, name: str) -> AnswerResult | RetrievalResult:
        known = dict(self._items)
        if name not in known:
            raise UsageError(f"there is no system {name!r}", hint=f"one of {', '.join(known)}")
        return known[name]

    @property
    def _items(self) -> list[tuple[str, AnswerResult | RetrievalResult]]:
        return [*self.results.items()]

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures that are compared; the first of them ranks the systems."""
        return compared(self._items[0][1]).names

    @property
    def alpha(self) -> float:
        """The p-value below which systems are told apart."""
        return round(1 - self.confidence.level, 12)


def compared(result: AnswerResult | RetrievalResult) -> Means:
    """Return the figures of a result that systems are compared by."""
    means = result.means
    return means.only([name for name in means.names if name in FIGURES or name.startswith("f1@")])


def compare_answers(
    references: Mapping[Any, Any] | Sequence[Any],
    systems: Mapping[str, Any],
    *,
    rule: RuleName = "squad2",
    bag: BagName | None = None,
    by: UnitName = "word",
    normalize: Iterable[NormalizationName] = USUAL,
    missing: MissingName = "error",
    at: Iterable[int] | None = None,
    reference: str = BEST,
    correction: AdjustmentName = "holm",
    confidence: float | Confidence | None = None,
) -> AnswerComparison:
    """Compare systems that answer the same questions, with intervals and paired tests.

    Parameters
    ----------
    references : mapping or sequence
        As for `spanf1.score_answers`; with `at`, as for `spanf1.score_retrieval`.
    systems : mapping of str to mapping or sequence
        The answers, or ranked lists, of each system by its name.
    rule, bag, by, normalize, missing
        As for `spanf1.score_answers`. What is skipped is skipped for all systems.
    at : iterable of int, optional
        Where to cut ranked lists, if the answers are such.
    reference : str
        The name of the system that the others are compared with, or ``best``.
    correction : str
        How p-values are corrected for there being several: ``holm``, ``bonferroni``, ``bh`` or
        ``none``.
    confidence : float or Confidence, optional
        The level of intervals, by default 0.95; or all that is said of them.

    Raises
    ------
    AlignmentError, LayoutError, UsageError
        As for those; or if there are not two systems.

    Examples
    --------
    >>> import spanf1
    >>> gold = {"q1": "Rome", "q2": "in 1912"}
    >>> found = spanf1.compare_answers(
    ...     gold, {"a": {"q1": "Rome", "q2": "1912"}, "b": {"q1": "Oslo", "q2": "1912"}}
    ... )
    >>> found.reference, round(found.differences[0].difference, 4)
    ('a', -0.5)
    """
    options = AnswerOptions(
        rule=rule, bag=bag, by=by, normalize=names_of(normalize), missing=missing
    )
    gold = by_id(references, "references")
    if at is None:
        gold = {name: [one] if isinstance(one, str) else one for name, one in gold.items()}
    given = {
        str(name): by_id(answers, f"answers of {name}", gaps=True)
        for name, answers in systems.items()
    }
    how = confidence_from(confidence) or Confidence()
    return comparison(gold, given, options, how, at=at, reference=reference, correction=correction)


def comparison(
    gold: Mapping[str, Any],
    systems: Mapping[str, Mapping[str, Any]],
    options: AnswerOptions,
    confidence: Confidence,
    *,
    at: Iterable[int] | None = None,
    reference: str = BEST,
    correction: AdjustmentName = "holm",
) -> AnswerComparison:
    """Return systems held against each other; see `compare_answers`."""
    check_confidence(confidence)
    if confidence.method != "percentile":
        raise UsageError("systems are compared by percentile intervals")
    if len(systems) < 2:
        raise UsageError("two systems at least are to be compared")
    if reference not in (BEST, *systems):
        hint = f"one of {', '.join(systems)}; or {BEST}"
        raise UsageError(f"there is no system {reference!r} to compare with", hint=hint)
    chosen = [*gold]
    for name, answers in systems.items():
        there = {*joined(gold, answers, options.missing, name)}
        chosen = [one for one in chosen if one in there]
    cuts = None if at is None else [*at]
    results: dict[str, Any] = {
        name: scored(gold, answers, options, where=("", name), chosen=chosen)
        if cuts is None
        else scored_lists(gold, answers, cuts, options.missing, where=("", name), chosen=chosen)
        for name, answers in systems.items()
    }
    for name, result in results.items():
        results[name] = replace(result, notes=tuple(f"{name}: {note}" for note in result.notes))
    means = {name: compared(result) for name, result in results.items()}
    names = sorted(systems)
    firsts = {name: next(iter(means[name].figures().values())) for name in names}
    names.sort(key=lambda name: (-firsts[name], name))
    chief = names[0] if reference == BEST else reference
    intervals, found = differences(
        names, [means[name] for name in names], names.index(chief), confidence, correction
    )
    return AnswerComparison(
        {name: results[name] for name in names},
        dict(zip(names, intervals, strict=True)),
        found,
        chief,
        confidence,
        correction,
    )


def by_question(found: AnswerComparison) -> dict[str, Any]:
    """Return the figures of each question, by system and figure."""
    columns: dict[str, Any] = {}
    for name, result in found.results.items():
        means = compared(result)
        for place, figure in enumerate(means.names):
            columns[f"{name} {figure}"] = means.sums[:, place, 0]
    return columns
