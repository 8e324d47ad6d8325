"""Scores of answers: by question, and their means."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack, cast

import numpy as np

from spanf1._version import __version__
from spanf1.answers.bags import Answer, Grade, grader
from spanf1.answers.means import Means, check_confidence
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
from spanf1.core.options import Confidence, confidence_from
from spanf1.exceptions import AlignmentError, LayoutError, UsageError
from spanf1.render.reported import Reported
from spanf1.resampling.inference import Interval
from spanf1.wording import many, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from spanf1.answers.picture import AnswerDisplay, RetrievalDisplay
    from spanf1.pictures.look import LookKeywords

#: the files of references and of answers, for messages
Where = tuple[str, str]
#: the figures that are means over questions
FIGURES = "f1", "exact"


class Drawable(Reported):
    """What has a report, and can be drawn."""

    def plot(
        self, ax: Axes | None = None, *, limit: int | None = None, **look: Unpack[LookKeywords]
    ) -> AnswerDisplay | RetrievalDisplay:
        """Draw bars of F1 and exact match; of one system's ranked lists, P, R and F1 over K.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own, ``figure_`` of what is returned.
        limit : int, optional
            How many systems to draw at most: the best ones; 40 by default.
        **look
            Of a figure of its own: ``width`` in centimetres, or ``column`` or ``page``;
            ``font_size`` in points; ``font``, the name of an installed one.

        Raises
        ------
        UsageError
            If matplotlib is not installed, or nothing was retrieved.
        """
        from spanf1.answers.picture import drawn

        report = self._report()
        data = cast("Mapping[str, Any]", report.data(report.about))
        return drawn(data, ax, limit=limit, **look)


class Outcome(NamedTuple):
    """What was made of a question.

    Attributes
    ----------
    id : str
        Its id, or its number from 1 on.
    f1 : float
        The F1 of its answer with the best reference.
    exact : bool
        Whether its answer is one of the references.
    reference : str, list of str or None
        The best reference; None where there is no answer.
    answer : str, list of str or None
        The answer; None if it is missing.
    """

    id: str
    f1: float
    exact: bool
    reference: Answer | None
    answer: Answer | None


@dataclass(frozen=True, repr=False)
class AnswerResult(Drawable):
    """Scores of answers: ``result.f1`` and ``result.exact`` are means over questions.

    ``str(result)`` is the table; a frame and CSV have a row for each question.

    Attributes
    ----------
    ids : sequence of str
        The questions.
    references : sequence of sequence
        What may be answered to each.
    answers : sequence
        What was answered to each; None where nothing was.
    grades : sequence of Grade
        What each answer reaches.
    options : AnswerOptions
        How they were compared.
    confidence : Confidence, optional
        How intervals are made.
    files, notes : tuple of str
        What was read, and what is to be said of it.
    """

    ids: Sequence[str]
    references: Sequence[Sequence[Answer]]
    answers: Sequence[Answer | None]
    grades: Sequence[Grade]
    options: AnswerOptions
    confidence: Confidence | None = None
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    _reporter = "spanf1.answers.report", "report_of"

    def __repr__(self) -> str:
        questions = many(len(self.ids), "question")
        return f"<AnswerResult: F1 {self.f1:.4f}, exact {self.exact:.4f}, {questions}>"

    @property
    def f1(self) -> float:
        """The mean F1 over questions."""
        return self.figures["f1"]

    @property
    def exact(self) -> float:
        """Which part of the questions is answered exactly as a reference says."""
        return self.figures["exact"]

    @property
    def answerable(self) -> int:
        """How many questions have an answer: a reference with words in it."""
        return int(self._answerable.sum())

    @property
    def missing(self) -> int:
        """How many questions that count have no prediction."""
        return sum(answer is None for answer in self.answers)

    @cached_property
    def figures(self) -> dict[str, float]:
        """All figures by name: means, those of questions with and without an answer, and micro."""
        return self.means.figures()

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """The intervals of the figures by name; empty if there are none."""
        return self.means.intervals(self.confidence) if self.confidence else {}

    @cached_property
    def means(self) -> Means:
        """What each question adds to the figures."""
        f1, exact, common, predicted, gold = (
            np.array([getattr(grade, name) for grade in self.grades], float)
            for name in (*FIGURES, "common", "predicted", "gold")
        )
        has = self._answerable
        return Means.of(
            {
                "f1": (f1, 1),
                "exact": (exact, 1),
                "f1_answerable": (f1 * has, has),
                "exact_answerable": (exact * has, has),
                "f1_unanswerable": (f1 * ~has, ~has),
                "exact_unanswerable": (exact * ~has, ~has),
                "micro_precision": (common, predicted),
                "micro_recall": (common, gold),
                "micro_f1": (2 * common, predicted + gold),
            }
        )

    @cached_property
    def _answerable(self) -> Any:
        # Only by the rule of SQuAD 2.0 a question may have no reference with words.
        return np.array([grade.best >= 0 for grade in self.grades], np.bool_)

    @cached_property
    def outcomes(self) -> list[Outcome]:
        """What was made of each question, in order."""
        rows = zip(self.ids, self.grades, self.references, self.answers, strict=True)
        return [
            Outcome(
                name,
                grade.f1,
                grade.exact,
                references[grade.best] if grade.best >= 0 else None,
                answer,
            )
            for name, grade, references, answer in rows
        ]

    def worst(self, count: int | None = None) -> list[Outcome]:
        """Return the questions whose answers have the least F1 first; so many, or all."""
        return sorted(self.outcomes, key=lambda one: (one.f1, one.exact))[:count]

    @cached_property
    def signature(self) -> str:
        """One line that says what the figures are, and of which references."""
        digest = hashlib.blake2b(digest_size=4)
        for name, references in zip(self.ids, self.references, strict=True):
            digest.update(json.dumps([name, references]).encode())
        parts = [
            ("answers", "f1:mean"),
            *self.options.parts(),
            ("questions", str(len(self.ids))),
            ("hash", digest.hexdigest()),
            ("v", __version__),
        ]
        return "|".join(f"{name}:{value}" for name, value in parts)


def answer_f1(
    reference: str | Sequence[Answer],
    answer: Answer,
    *,
    rule: RuleName = "squad2",
    bag: BagName | None = None,
    by: UnitName = "word",
    normalize: Iterable[NormalizationName] = USUAL,
) -> float:
    """Return the F1 of the words of an answer, with the best of its references.

    Parameters
    ----------
    reference : str or sequence of str
        The reference, or several. By the rule ``drop``, one that has several spans is a sequence
        itself.
    answer : str or sequence of str
        The answer; several spans only by the rule ``drop``.
    rule : str
        ``squad2`` (SQuAD 2.0), ``squad`` (SQuAD 1.1) or ``drop``.
    bag : str, optional
        ``multiset``, where a word counts as often as it comes on both sides, or ``set``; by
        default that of the rule.
    by : str
        ``word``, or ``character``, as for Chinese.
    normalize : iterable of str
        What makes no difference: ``case``, ``punctuation`` (ASCII), ``unicode`` (all
        punctuation), ``articles``, ``nfkc``.

    Raises
    ------
    UsageError
        If an argument is not one of these.

    Examples
    --------
    >>> import spanf1
    >>> spanf1.answer_f1("New York", "New York New York")
    0.6666666666666666
    >>> spanf1.answer_f1("New York", "New York New York", bag="set")
    1.0
    >>> spanf1.answer_f1(["the city of Rome", "Rome"], "Rome!")
    1.0
    """
    options = AnswerOptions(rule=rule, bag=bag, by=by, normalize=names_of(normalize))
    references = [reference] if isinstance(reference, str) else [*reference]
    _check(references, answer, options, "the question")
    return grader(options)(_usable(references, options), answer).f1


def score_answers(
    references: Mapping[Any, Any] | Sequence[Any],
    answers: Mapping[Any, Answer] | Sequence[Answer],
    *,
    rule: RuleName = "squad2",
    bag: BagName | None = None,
    by: UnitName = "word",
    normalize: Iterable[NormalizationName] = USUAL,
    missing: MissingName = "error",
    confidence: float | Confidence | None = None,
) -> AnswerResult:
    """Score answers by the F1 of their words, and by exact match; means over questions.

    Parameters
    ----------
    references : mapping or sequence
        Of each question its reference, a string, or several, a list; by id, or in order.
    answers : mapping or sequence
        Of each question its answer; by id, or in order.
    rule, bag, by, normalize
        As for `answer_f1`.
    missing : str
        What is done about ids that one side lacks: ``error``; ``zero``, where questions without
        an answer score 0; ``skip``, where only what both have counts.
    confidence : float or Confidence, optional
        The level of intervals, or all that is said of them. Questions are drawn.

    Returns
    -------
    AnswerResult
        ``result.f1``, ``result.exact``; ``print(result)`` shows the table.

    Raises
    ------
    AlignmentError
        If a question has no answer, or an answer no question.
    LayoutError
        If a reference or an answer is not of such a kind.
    UsageError
        If an argument is not one of these.

    Examples
    --------
    >>> import spanf1
    >>> result = spanf1.score_answers({"q1": ["Rome"], "q2": []}, {"q1": "in Rome", "q2": ""})
    >>> round(result.f1, 4), result.exact
    (0.8333, 0.5)
    """
    options = AnswerOptions(
        rule=rule, bag=bag, by=by, normalize=names_of(normalize), missing=missing
    )
    gold, predicted = by_id(references, "references"), by_id(answers, "answers", gaps=True)
    gold = {name: [one] if isinstance(one, str) else one for name, one in gold.items()}
    return scored(gold, predicted, options, confidence_from(confidence))


def scored(
    gold: Mapping[str, Sequence[Answer]],
    predicted: Mapping[str, Answer],
    options: AnswerOptions,
    confidence: Confidence | None = None,
    *,
    where: Where = ("", ""),
    chosen: Iterable[str] | None = None,
) -> AnswerResult:
    """Return the scores of answers by id.

    Parameters
    ----------
    gold, predicted : mapping
        The references and the answer of each question.
    options : AnswerOptions
        How they are compared.
    confidence : Confidence, optional
        How intervals are made.
    where : tuple of str
        The files of the references and of the answers, for messages.
    chosen : iterable of str, optional
        The questions to score; by default those of `joined`.
    """
    check_confidence(confidence)
    names = [*(joined(gold, predicted, options.missing, where[1]) if chosen is None else chosen)]
    if not names:
        raise AlignmentError("there is no question to score", where=where[1])
    references, answers = [gold[name] for name in names], [predicted.get(name) for name in names]
    for name, some, answer in zip(names, references, answers, strict=True):
        _check(some, answer, options, f"question {shortened(name)}", where)
    references = [_usable(some, options) for some in references]
    graded = grader(options)
    grades = [
        graded(some, "")._replace(f1=0.0, exact=False) if answer is None else graded(some, answer)
        for some, answer in zip(references, answers, strict=True)
    ]
    notes = (*left_out(gold, predicted, names), *_wordless(references, grades))
    return AnswerResult(names, references, answers, grades, options, confidence, notes=notes)


def _wordless(references: Sequence[Sequence[Answer]], grades: Sequence[Grade]) -> Iterator[str]:
    """Yield that references have no words left, by the rule of SQuAD 2.0: such as "A"."""
    some = [
        next(one for one in own if str(one).strip())
        for own, grade in zip(references, grades, strict=True)
        if grade.best < 0 and any(str(one).strip() for one in own)
    ]
    if some:
        yield (
            f"{many(len(some), 'question')} whose references, such as {shortened(some[0])}, have "
            "no words by --normalize count as without an answer: an empty answer is right; "
            "--normalize none keeps all words"
        )


def left_out(
    gold: Collection[str], predicted: Collection[str], names: Collection[str]
) -> tuple[str, ...]:
    """Return what is to be said of questions, and of predictions, that do not count."""
    among = {*names}
    sides = ((gold, "question"), (predicted, "prediction"))
    counts = [(sum(name not in among for name in side), noun) for side, noun in sides]
    return tuple(
        f"{many(count, noun)} left out (--missing skip)" for count, noun in counts if count
    )


def joined(
    gold: Mapping[str, Any], predicted: Mapping[str, Any], missing: str, where: str = ""
) -> list[str]:
    """Return the questions that count, in the order of gold.

    Raises
    ------
    AlignmentError
        If one side lacks some of the other, and that is an error.
    """
    lacking = [name for name in gold if name not in predicted]
    extra = [name for name in predicted if name not in gold]
    if missing == "skip":
        return [name for name in gold if name in predicted]
    if lacking and missing == "error":
        more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
        raise AlignmentError(
            f"there is no prediction for question {shortened(lacking[0])}{more}, of {len(gold)}",
            where=where,
            hint="--missing zero (missing='zero') scores them 0; skip leaves them out",
        )
    if extra:
        more = f" and {len(extra) - 1} more" if len(extra) > 1 else ""
        raise AlignmentError(
            f"prediction {shortened(extra[0])}{more}, of {len(predicted)}, is for no question of "
            "gold",
            where=where,
            hint="--missing skip (missing='skip') scores the questions that both have",
        )
    return [*gold]


def by_id(given: Any, what: str, *, gaps: bool = False) -> dict[str, Any]:
    """Return what is given by id, or in order, by ids that are strings: numbers from 1 on.

    If there may be `gaps`, None is one: nothing is given by that id.

    Raises
    ------
    UsageError
        If it is neither, or two ids are one as strings.
    """
    if isinstance(given, str) or not isinstance(given, Mapping | Iterable):
        raise UsageError(f"{what} are to be a mapping of ids, or a list")
    pairs = given.items() if isinstance(given, Mapping) else enumerate(given, 1)
    found: dict[str, Any] = {}
    for name, value in pairs:
        if str(name) in found:
            raise UsageError(f"{what}: id {shortened(name)} is there twice")
        found[str(name)] = value
    return {name: value for name, value in found.items() if not gaps or value is not None}


def _usable(references: Sequence[Answer], options: AnswerOptions) -> Sequence[Answer]:
    """Return the references that count: by DROP's rule, those that do not begin with nothing."""
    if options.rule != "drop":
        return references
    return [one for one in references if (one if isinstance(one, str) else one[0]).strip()]


def _check(
    references: Any, answer: Any, options: AnswerOptions, what: str, where: Where = ("", "")
) -> None:
    """Raise an error if references or an answer are not such as can be compared."""
    if isinstance(references, Mapping) or not isinstance(references, Sequence):
        message = f"the references of {what} are {references!r:.40}, no list"
        raise LayoutError(message, where=where[0])
    for reference in references:
        _check_text(reference, options, f"a reference of {what}", where[0])
        if not isinstance(reference, str) and not reference:
            raise LayoutError(f"a reference of {what} has no span", where=where[0])
    if answer is not None:
        _check_text(answer, options, f"the answer of {what}", where[1])
    if options.rule != "squad2" and not _usable(references, options):
        raise LayoutError(
            f"{what} has no reference, and every one has by the rule {options.rule}",
            where=where[0],
            hint="--rule squad2 (rule='squad2') takes that for no answer",
        )


def _check_text(answer: Any, options: AnswerOptions, what: str, where: str) -> None:
    """Raise an error if a reference or an answer is no text, nor several spans that may be."""
    if isinstance(answer, str):
        return
    if not isinstance(answer, Sequence) or not all(isinstance(span, str) for span in answer):
        raise LayoutError(f"{what} is {answer!r:.40}, no string", where=where)
    if options.rule != "drop":
        hint = "--rule drop (rule='drop') reads them"
        raise LayoutError(f"{what} has several spans", where=where, hint=hint)
