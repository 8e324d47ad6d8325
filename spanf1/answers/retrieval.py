"""Ranked lists of what was retrieved, held against what is relevant: P, R and F1 at K."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from spanf1._version import __version__
from spanf1.answers.answers import Drawable, Where, by_id, joined, left_out
from spanf1.answers.means import Means, check_confidence
from spanf1.answers.options import MISSING, MissingName
from spanf1.core.options import Confidence, confidence_from
from spanf1.exceptions import AlignmentError, LayoutError, UsageError, check_known
from spanf1.resampling.draws import FloatArray, IntArray
from spanf1.resampling.inference import Interval
from spanf1.wording import many, shortened

#: the figures at each K
FIGURES = "precision", "recall", "f1"
#: where lists are cut if nothing else is said
USUAL = 1, 3, 5


class Hits(NamedTuple):
    """How much of each list is relevant.

    Attributes
    ----------
    relevant : array of int, shape (N,)
        How many are relevant to each question.
    found : array of int, shape (N, K)
        How many of these are among the first ones, of which there are 1 to K.
    """

    relevant: IntArray
    found: IntArray


@dataclass(frozen=True, repr=False)
class RetrievalResult(Drawable):
    """Scores of ranked lists: ``result["f1@3"]`` is the mean over questions of F1 at 3.

    Attributes
    ----------
    ids : sequence of str
        The questions.
    hits : Hits
        How much of each list is relevant.
    at : tuple of int
        Where lists are cut.
    missing : str
        What was done about questions without a list: a key of `MISSING`.
    hash : str
        Eight digits that stand for what is relevant.
    left_out : int
        How many questions have nothing relevant, and do not count.
    confidence : Confidence, optional
        How intervals are made.
    files, notes : tuple of str
        What was read, and what is to be said of it.
    """

    ids: Sequence[str]
    hits: Hits
    at: tuple[int, ...]
    missing: MissingName
    hash: str
    left_out: int = 0
    confidence: Confidence | None = None
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    _reporter = "spanf1.answers.report", "retrieval_report"

    def __repr__(self) -> str:
        said = ", ".join(f"F1@{k} {self[f'f1@{k}']:.4f}" for k in self.at)
        return f"<RetrievalResult: {said}, {many(len(self.ids), 'question')}>"

    def __getitem__(self, name: str) -> float:
        known = self.figures
        check_known("figure", name, known)
        return known[name]

    def values(self, k: int) -> dict[str, FloatArray]:
        """Return precision, recall and F1 at K of each question.

        Precision at K is of K, if fewer were retrieved, too.
        """
        relevant, found = self.hits
        common = found[:, min(k, found.shape[1]) - 1] if found.shape[1] else 0 * relevant
        return {
            "precision": common / k,
            "recall": common / relevant,
            "f1": 2 * common / (k + relevant),
        }

    @cached_property
    def means(self) -> Means:
        """What each question adds to the figures."""
        return Means.of(
            {f"{name}@{k}": (value, 1) for k in self.at for name, value in self.values(k).items()}
        )

    @cached_property
    def figures(self) -> dict[str, float]:
        """All figures by name, as ``f1@3``: means over questions."""
        return self.means.figures()

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """The intervals of the figures by name; empty if there are none."""
        return self.means.intervals(self.confidence) if self.confidence else {}

    @cached_property
    def curves(self) -> dict[str, FloatArray]:
        """The mean precision, recall and F1 at 1, 2, … up to the longest list."""
        relevant, found = self.hits
        cuts, relevant = np.arange(1, found.shape[1] + 1), relevant[:, None]
        return {
            "precision": (found / cuts).mean(axis=0),
            "recall": (found / relevant).mean(axis=0),
            "f1": (2 * found / (cuts + relevant)).mean(axis=0),
        }

    @property
    def curve(self) -> FloatArray:
        """The mean F1 at 1, 2, … up to the longest list."""
        return self.curves["f1"]

    @property
    def best(self) -> tuple[int, float]:
        """The K with the largest mean F1, the least of several, and that F1; K is 0 if none."""
        if not len(self.curve):
            return 0, 0.0
        k = int(np.argmax(self.curve > self.curve.max() - 1e-12))
        return k + 1, float(self.curve[k])

    @property
    def signature(self) -> str:
        """One line that says what the figures are, and of which questions."""
        return (
            f"retrieval:f1:mean|at:{','.join(map(str, self.at))}|precision:of-k|"
            f"missing:{self.missing}|left-out:{self.left_out}|questions:{len(self.ids)}|"
            f"hash:{self.hash}|v:{__version__}"
        )


def score_retrieval(
    relevant: Mapping[Any, Iterable[Any]] | Sequence[Iterable[Any]],
    retrieved: Mapping[Any, Sequence[Any]] | Sequence[Sequence[Any]],
    *,
    at: Iterable[int] = USUAL,
    missing: MissingName = "error",
    confidence: float | Confidence | None = None,
) -> RetrievalResult:
    """Score ranked lists by precision, recall and F1 of their first K, means over questions.

    Parameters
    ----------
    relevant : mapping or sequence
        Of each question the ids of what is relevant; by id, or in order. Questions to which
        nothing is do not count.
    retrieved : mapping or sequence
        Of each question the ids of what was retrieved, the best first.
    at : iterable of int
        Where to cut the lists.
    missing : str
        As for `spanf1.score_answers`.
    confidence : float or Confidence, optional
        The level of intervals, or all that is said of them. Questions are drawn.

    Raises
    ------
    AlignmentError
        If a question has no list, or a list no question.
    LayoutError
        If something was retrieved twice for one question.
    UsageError
        If an argument is not one of these.

    Examples
    --------
    >>> import spanf1
    >>> result = spanf1.score_retrieval([["a", "b", "c", "d"]], [["a", "x", "b", "c", "y"]])
    >>> [round(result[f"f1@{k}"], 4) for k in result.at], result.best
    ([0.4, 0.5714, 0.6667], (4, 0.75))
    """
    gold, found = by_id(relevant, "relevant"), by_id(retrieved, "retrieved", gaps=True)
    return scored_lists(gold, found, at, missing, confidence_from(confidence))


def scored_lists(
    gold: Mapping[str, Iterable[Any]],
    predicted: Mapping[str, Sequence[Any]],
    at: Iterable[int],
    missing: MissingName,
    confidence: Confidence | None = None,
    *,
    where: Where = ("", ""),
    chosen: Iterable[str] | None = None,
) -> RetrievalResult:
    """Return the scores of ranked lists by id; see `spanf1.answers.answers.scored`."""
    check_confidence(confidence)
    check_known("missing", missing, MISSING)
    cuts = tuple(dict.fromkeys(at))
    if not cuts or any(type(k) is not int or k < 1 for k in cuts):
        raise UsageError(
            f"at is {cuts!r}: it is to be whole numbers from 1 on", hint="at=(1, 3, 5)"
        )
    names = [*(joined(gold, predicted, missing, where[1]) if chosen is None else chosen)]
    for side, file in zip((gold, predicted), where, strict=True):
        for name in names:
            if isinstance(given := side.get(name), str):
                raise LayoutError(
                    f"question {shortened(name)}: {shortened(given)} is no list of ids", where=file
                )
    sets = {name: {*map(str, gold[name])} for name in names}
    kept = [name for name in names if sets[name]]
    if not kept:
        raise AlignmentError("there is no question to which something is relevant", where=where[0])
    lists = [[*map(str, predicted.get(name, ()))] for name in kept]
    longest = max(map(len, lists))
    right = np.zeros((len(kept), longest), np.bool_)
    digest = hashlib.blake2b(digest_size=4)
    for row, (name, ranked) in enumerate(zip(kept, lists, strict=True)):
        if len({*ranked}) < len(ranked):
            twice = next(one for place, one in enumerate(ranked) if one in ranked[:place])
            raise LayoutError(
                f"{shortened(twice)} was retrieved twice for question {shortened(name)}",
                where=where[1],
                hint="keep the first of them",
            )
        among = sets[name]
        right[row, : len(ranked)] = [one in among for one in ranked]
        digest.update(json.dumps([name, sorted(among)]).encode())
    hits = Hits(np.array([len(sets[name]) for name in kept]), right.cumsum(axis=1))
    empty, notes = len(names) - len(kept), left_out(gold, predicted, names)
    if lacking := sum(name not in predicted for name in kept):
        notes += (f"{many(lacking, 'question')} without a prediction: each scores 0",)
    hash_ = digest.hexdigest()
    return RetrievalResult(kept, hits, cuts, missing, hash_, empty, confidence, notes=notes)
