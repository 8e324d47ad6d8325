"""The agreement of annotators: F1 of every pair, and coefficients that take chance away."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.agreement.annotations import Annotations
from spanf1.agreement.blocks import Block, Figure, values_of
from spanf1.agreement.coefficients import Counter
from spanf1.agreement.tokens import Tokens
from spanf1.core.options import LEAST_UNITS, Confidence, Options
from spanf1.core.scores import COUNTS, AnyScore, f_scores
from spanf1.core.tags import IntArray
from spanf1.exceptions import UsageError
from spanf1.mistakes.analysis import AROUND, Analysis, check_counts, listed
from spanf1.render.reported import Reported
from spanf1.resampling.inference import Interval, interval_of
from spanf1.results.certainty import meanings
from spanf1.results.result import Result

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes

    from spanf1.agreement.disagreements import Disagreement
    from spanf1.agreement.gamma import Gamma
    from spanf1.agreement.picture import AgreementDisplay
    from spanf1.pictures.look import LookKeywords

FloatArray = npt.NDArray[np.float64]

#: 0/0 is no figure: who marks nothing, and is agreed with, agrees on nothing
OPTIONS = Options(zero_division=math.nan)
#: no interval
NO_INTERVAL = Interval(math.nan, math.nan)


class Pair(NamedTuple):
    """What two annotators have in common, on the documents that both have done.

    Attributes
    ----------
    annotators : tuple of str
        Who they are; the first one stands for gold in `result`, to which F1 is blind.
    documents : int
        How many documents both have done; a sentence may be one.
    result : Result, optional
        The score of the second one against the first; None if there are no such documents.
    counts : array of int, shape (documents, counts)
        The counts of each document, of all types that count; nothing where one has not done it.
    """

    annotators: tuple[str, str]
    documents: int
    result: Result | None
    counts: npt.NDArray[np.int64]

    @property
    def f1(self) -> float:
        """Their F1; NaN if neither marks anything on documents of both."""
        return self.result.micro.f1 if self.result else math.nan


class TypeAgreement(NamedTuple):
    """How far pairs agree on one type.

    Attributes
    ----------
    spans : float
        How many spans of it an annotator has of a pair's documents, on average.
    f1 : tuple of float
        The F1 of each pair; NaN where neither has it.
    mean, deviation : float
        Their mean and population standard deviation, over the pairs where one of the two has it.
    """

    spans: float
    f1: tuple[float, ...]
    mean: float
    deviation: float


class DocumentAgreement(NamedTuple):
    """How far pairs agree on one document.

    Attributes
    ----------
    file : str
        The file of the first annotator who has done it.
    line : int
        Its line there, or the number of the record; 0 if there is none.
    document : str or int, optional
        Its id.
    annotators : int
        How many have done it.
    spans : int
        How many spans they mark in it, all together.
    f1 : float
        The mean F1 over pairs; NaN if no pair marks anything.
    """

    file: str
    line: int
    document: str | int | None
    annotators: int
    spans: int
    f1: float


@dataclass(frozen=True, repr=False)
class Agreement(Reported):
    """How far annotators agree; ``str(agreement)`` is the report.

    Attributes
    ----------
    annotations : Annotations
        What they say.
    options : Options
        How spans are compared.
    confidence : Confidence, optional
        How intervals are made, if there are to be some.
    with_gamma : bool
        Whether the report has gamma, which takes longer than all else.
    """

    annotations: Annotations
    options: Options = OPTIONS
    confidence: Confidence | None = None
    with_gamma: bool = False

    _reporter = "spanf1.agreement.report", "report_of"

    def __repr__(self) -> str:
        return f"<Agreement of {', '.join(self.annotators)}: F1 {self.f1:.4f}>"

    @property
    def annotators(self) -> tuple[str, ...]:
        """The names of the annotators."""
        return self.annotations.names

    @cached_property
    def pairs(self) -> list[Pair]:
        """All pairs of annotators, in order."""
        return [self._pair(a, b) for a, b in self.annotations.pairs]

    def pair(self, a: str, b: str) -> Pair:
        """Return the pair of two annotators, in any order.

        Raises
        ------
        UsageError
            If there is no such pair.
        """
        for pair in self.pairs:
            if {a, b} == {*pair.annotators}:
                return pair
        raise UsageError(
            f"there is no pair {a}, {b}", hint=f"annotators: {', '.join(self.annotators)}"
        )

    def _pair(self, a: int, b: int) -> Pair:
        """Return a pair, by the numbers of its annotators."""
        annotations = self.annotations
        names = annotations.names[a], annotations.names[b]
        counted = [annotations.count(part, a, b, self.options) for part in annotations.parts]
        tallies = [one for one in counted if one]
        both = np.flatnonzero(annotations.done[:, [a, b]].all(axis=1))
        if not tallies:
            return Pair(names, 0, None, np.zeros((len(annotations.done), len(COUNTS)), np.int64))
        result = Result(sum(tallies[1:], tallies[0]), self.options).check()
        return Pair(names, len(both), result, self._counts(result, both))

    def _counts(self, result: Result, both: IntArray) -> npt.NDArray[np.int64]:
        """Return the counts of each document, given those that both have done."""
        units = result.tally.units
        if units is None or units.order is None:
            return np.zeros((len(self.annotations.done), len(COUNTS)), np.int64)
        numbers = dict.fromkeys(result.types, 0)
        kinds = meanings(units, numbers, result.schemes, "lenient", result.tally.rule)
        width = len(kinds[0][1]) if kinds else len(COUNTS)
        # Of several modes of a match, or types that do not count, others add nothing.
        adds = np.array([(0,) * width if kind < 0 else add for kind, add in kinds], np.int64)
        span_rows = np.repeat(np.arange(len(units.length)), units.length)
        rows = np.zeros((len(units.length), width), np.int64)
        np.add.at(rows, span_rows, adds.reshape(-1, width)[units.code])
        counts = np.zeros((len(self.annotations.done), width), np.int64)
        counts[both] = rows[units.order]
        return counts

    @property
    def f1(self) -> float:
        """The mean F1 of the pairs."""
        return _mean([pair.f1 for pair in self.pairs])

    @property
    def deviation(self) -> float:
        """The population standard deviation of the F1 of the pairs."""
        return _deviation([pair.f1 for pair in self.pairs])

    @cached_property
    def types(self) -> dict[str, TypeAgreement]:
        """How far pairs agree on each type, in alphabetical order, or in that of `options`."""
        rows: dict[str, list[AnyScore | None]] = {}
        chosen = self.options.types
        met = {name for pair in self.pairs if pair.result for name in pair.result.types}
        for name in sorted(met) if isinstance(chosen, str) else chosen:
            rows[name] = [
                pair.result.types.get(name) if pair.result else None for pair in self.pairs
            ]
        found = {}
        for name, scores in rows.items():
            f1 = tuple(score.f1 if score else math.nan for score in scores)
            sizes = [(score.gold + score.predicted) / 2 for score in scores if score]
            spans = sum(sizes) / max(len(self.pairs), 1)
            found[name] = TypeAgreement(spans, f1, _mean(f1), _deviation(f1))
        return found

    @cached_property
    def documents(self) -> list[DocumentAgreement]:
        """How far pairs agree on each document, in order.

        A document of several sentences is one where two or more are marked. Surface forms are
        counted in all documents together, so that F1 is NaN by that match.
        """
        unit = self.annotations.units()[1]
        first = np.flatnonzero(np.diff(unit, prepend=-1))
        sums = [np.add.reduceat(pair.counts, first) for pair in self.pairs]
        figures = np.stack([f_scores(part, zero_division=math.nan) for part in sums])
        done = self.annotations.done[first]
        spans = np.add.reduceat(self.annotations.spans, first)
        found = []
        for number, document in enumerate(first.tolist()):
            where = self.annotations.places[document]
            f1 = _mean(figures[:, number].tolist())
            found.append(DocumentAgreement(*where, int(done[number].sum()), int(spans[number]), f1))
        return found

    def analysis(self, a: str, b: str) -> Analysis:
        """Return which spans two annotators have in common, by exact matches, and which not.

        The first of the pair stands for gold, as `Pair.annotators` has them.

        Raises
        ------
        UsageError
            If there is no such pair, or no document of both.
        """
        from spanf1.agreement.disagreements import analysis_of

        pair = self.pair(a, b)
        first, other = map(self.annotators.index, pair.annotators)
        found = analysis_of(self.annotations, first, other, self._exactly)
        if found is None:
            raise UsageError(f"there is no document of both {a} and {b}")
        return found

    @property
    def _exactly(self) -> Options:
        return replace(self.options, match="exact", normalize=())

    def disagreements(
        self,
        *,
        kind: str | Iterable[str] = (),
        type: str | Iterable[str] = (),  # noqa: A002 - as the option is called
        limit: int | None = None,
        context: int = AROUND,
    ) -> Iterator[Disagreement]:
        """Yield what annotators say differently, by exact matches, pair by pair, in reading order.

        Parameters
        ----------
        kind : str or iterable of str
            ``type``, ``boundary``, ``type and boundary``, ``only a`` or ``only b``, a way in which
            boundaries differ (``split``), or ``all``, with what they agree on. By default all but
            that.
        type : str or iterable of str
            Types, of which a span is to have one.
        limit : int
            How many at most; by default all.
        context : int
            How many tokens to have on each side of a span.

        Raises
        ------
        UsageError
            If an argument is not one of those above.
        """
        from spanf1.agreement.disagreements import disagreements_of

        check_counts(limit=limit, context=context)
        found = (
            one
            for pair in self.pairs
            if pair.documents
            for one in disagreements_of(
                pair.annotators,
                self.analysis(*pair.annotators),
                listed(kind),
                type=listed(type),
                context=context,
            )
        )
        return islice(found, limit)

    def adjudication(self) -> Iterator[dict[str, Any]]:
        """Yield for each text what all say of it: the spans they agree on, and what is open.

        They are records of Prodigy: ``spans`` are those that all have who have done the text, if
        these are two or more. ``open`` has the others, those that overlap together: ``options``
        are the spans, each with its ``annotators``, and ``nothing`` says who marks none of them.
        """
        from spanf1.agreement.disagreements import adjudication_of

        return adjudication_of(self.annotations, self._exactly)

    @cached_property
    def gammas(self) -> list[Gamma]:
        """The gamma of each pair that has documents in common; see `spanf1.agreement.gamma`.

        What is aligned are spans in tokens, in each document; in each sentence, where not two
        documents are marked. The gamma of more than two is the mean over pairs.

        Raises
        ------
        UsageError
            If the places of spans are not known.
        """
        from spanf1.agreement.gamma import gamma_of

        if self.tokens is None:
            raise UsageError("gamma is about where spans are, and that is not known here")
        unit = self.annotations.units()[1]
        seed = self.confidence.seed if self.confidence else 0
        return [
            gamma_of(self.tokens, unit, numbers, pair.annotators, seed)
            for numbers, pair in zip(self.annotations.pairs, self.pairs, strict=True)
            if pair.documents
        ]

    @property
    def gamma(self) -> float:
        """The mean of the gammas of pairs."""
        return _mean([one.value for one in self.gammas])

    def plot(
        self, ax: Axes | None = None, *, limit: int | None = None, **look: Unpack[LookKeywords]
    ) -> AgreementDisplay:
        """Draw a heat map of all pairs: their F1, and Cohen's kappa.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own, `AgreementDisplay.figure_`.
        limit : int, optional
            How many annotators to draw at most: the first ones; 20 by default.
        **look
            Of a figure of its own: ``width`` in centimetres, or ``column`` or ``page``;
            ``font_size`` in points; ``font``, the name of an installed one.

        Raises
        ------
        UsageError
            If matplotlib is not installed.
        """
        from spanf1.agreement.picture import AgreementDisplay

        return AgreementDisplay.from_figures(self.annotators, self.figures, ax, limit=limit, **look)

    # Intervals.

    @cached_property
    def blocks(self) -> list[Block]:
        """The figures, and what they are made of: a row for each unit that is drawn."""
        _, unit, count = self.drawn
        f_of = partial(f_scores, zero_division=math.nan)
        pairs = [
            Block("f1", "", pair.annotators, summed(pair.counts, unit, count), f_of)
            for pair in self.pairs
        ]
        if self.tokens is None:
            return pairs
        return [*pairs, *Counter(self.tokens, unit, count).blocks(self.annotators)]

    @cached_property
    def tokens(self) -> Tokens | None:
        """The tokens of all documents; None if the places of spans are not known."""
        return Tokens.of(self.annotations, self.options)

    def coefficient(self, name: str, universe: str = "", *annotators: str) -> float:
        """Return a coefficient that takes chance away.

        Parameters
        ----------
        name : str
            ``kappa`` (Cohen's, of two), ``fleiss`` (of three or more), ``alpha`` (Krippendorff's,
            nominal), ``u-alpha`` or ``u-alpha-binary`` (his for unitized data).
        universe : str
            Of kappa and alpha, what is classified: ``tags``, ``types`` or ``marked``; see `Notes`.
        *annotators : str
            Of Cohen's kappa: which two. It may be left out if there are no others.

        Raises
        ------
        UsageError
            If there is no such figure.

        Notes
        -----
        ``tags`` are BIO tags of all tokens, ``types`` the types of all tokens, O among them, and
        ``marked`` the types of those tokens that someone marks, of Cohen's kappa one of the two.
        Tokens in spans of several types are of a class of their own. Where texts have no tokens,
        words and punctuation marks are counted; a span has each word that it has a part of.
        Documents are put one behind another; for unitized data, lengths are in tokens.
        """
        for one in self.figures:
            whose = not annotators or {*annotators} == {*one.annotators}
            if whose and (one.name, one.universe) == (name, universe):
                return one.value
        known = dict.fromkeys((one.name, one.universe) for one in self.figures)
        said = ", ".join(" ".join(filter(None, pair)) for pair in known)
        raise UsageError(f"there is no {name} of {universe or 'this'}", hint=f"there are {said}")

    @cached_property
    def figures(self) -> list[Figure]:
        """All figures: the F1 of pairs first.

        Raises
        ------
        UsageError
            If there are to be intervals, and there is nothing to resample.
        """
        blocks, (_, ends) = self.blocks, self._ends
        sums = np.concatenate([block.rows.sum(axis=0) for block in blocks])
        values = values_of(blocks, sums).tolist()
        # Surface forms are counted, but not by document.
        values[: len(self.pairs)] = [pair.f1 for pair in self.pairs]
        return [
            Figure(*block[:3], value, end)
            for block, value, end in zip(blocks, values, ends, strict=True)
        ]

    @property
    def interval(self) -> Interval:
        """The interval of the mean F1; NaN if there is none."""
        return self._ends[0]

    @cached_property
    def drawn(self) -> tuple[str, IntArray, int]:
        """What is drawn for intervals, which one each document is, and how many there are."""
        if not self.confidence:
            return "", np.zeros(len(self.annotations.done), np.intp), 1
        kind, unit = self.annotations.units(self.confidence.unit)
        return kind, unit, int(unit[-1]) + 1

    @cached_property
    def _ends(self) -> tuple[Interval, list[Interval]]:
        """The interval of the mean F1, and those of all blocks; NaN where there are none."""
        how, blocks = self.confidence, self.blocks
        if not how or self.drawn[2] < LEAST_UNITS:
            return NO_INTERVAL, [NO_INTERVAL] * len(blocks)
        if self.options.match == "surface":
            raise UsageError(
                "surface forms are counted once in all sentences: there are no intervals"
            )
        rows = np.concatenate([block.rows for block in blocks], axis=1)
        pairs = len(self.pairs)

        def statistic(sums: npt.NDArray[Any]) -> FloatArray:
            values = values_of(blocks, sums)
            return np.concatenate([means(values[..., :pairs])[..., None], values], axis=-1)

        ends = interval_of(rows, np.ones(len(rows), np.int64), statistic, how)
        mean, *others = (Interval(float(a), float(b)) for a, b in zip(*ends, strict=True))
        return mean, others


def summed(rows: npt.NDArray[np.int64], unit: IntArray, count: int) -> npt.NDArray[np.int64]:
    """Return the sums of rows by units."""
    sums = np.zeros((count, rows.shape[1]), np.int64)
    np.add.at(sums, unit, rows)
    return sums


def means(values: FloatArray) -> FloatArray:
    """Return means along the last axis, NaN left out; NaN where there is nothing else."""
    defined = ~np.isnan(values)
    count = defined.sum(axis=-1)
    out = np.full(count.shape, np.nan)
    np.divide(np.where(defined, values, 0).sum(axis=-1), count, out=out, where=count > 0)
    return out


def _mean(values: Sequence[float]) -> float:
    there = [value for value in values if not math.isnan(value)]
    return statistics.fmean(there) if there else math.nan


def _deviation(values: Sequence[float]) -> float:
    there = [value for value in values if not math.isnan(value)]
    return statistics.pstdev(there) if there else math.nan
