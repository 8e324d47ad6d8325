"""The classes of tokens: scores of each, and figures of them all, with intervals."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from spanf1.core.options import DEFAULTS, LEAST_UNITS, Confidence, Options
from spanf1.core.scores import AVERAGES, FIGURES, AverageName, Score, figures, named
from spanf1.core.spans import first_of_each
from spanf1.core.tags import IntArray
from spanf1.exceptions import UsageError
from spanf1.levels.tokens import OUT, Cell, Tag, TokenTally
from spanf1.resampling.inference import Interval, Statistic, interval_of

if TYPE_CHECKING:
    from spanf1.formats.options import Origin

FloatArray = npt.NDArray[np.float64]

#: a confusion matrix has so many classes at most
MAX_CLASSES = 1 << 12

#: the figures of all tokens, and what they are called
MEASURES = {
    "accuracy": "accuracy",
    "specificity": "specificity, in a class or O",
    "mcc": "Matthews correlation",
    "kappa": "Cohen's kappa, classes",
    "kappa_tags": "Cohen's kappa, tags",
    "kappa_marked": "Cohen's kappa, where either side is not O",
}


class ClassScore(NamedTuple):
    """The score of a class, by tokens, and how many of the others are rightly not in it.

    `specificity` is the share of the tokens that gold has in other classes which are predicted to
    be in others; `true_negatives` are how many these are. `fbeta` is `f1` where beta is 1.
    """

    precision: float
    recall: float
    f1: float
    fbeta: float
    specificity: float
    gold: int
    predicted: int
    correct: int
    true_negatives: int


class Margins(NamedTuple):
    """How many tokens are in each class: in gold, predicted, and in both; shape (..., classes)."""

    gold: FloatArray
    predicted: FloatArray
    both: FloatArray

    def without(self, place: int) -> Margins:
        """Return them without the tokens that are of one class on both sides."""
        less = np.zeros_like(self.both)
        less[..., place] = self.both[..., place]
        return Margins(*(part - less for part in self))


class _Cells:
    """Which class, on each side, the cells of counts are in.

    Parameters
    ----------
    pairs : list of (int, int)
        For each cell the number of its class in gold, and of the one that is predicted.
    classes : int
        How many classes there are.
    """

    def __init__(self, pairs: list[tuple[int, int]], classes: int) -> None:
        gold, predicted = np.array(pairs, np.intp).reshape(-1, 2).T
        self._classes = classes
        both = np.flatnonzero(gold == predicted)
        self._sides = [
            _grouped(np.arange(len(gold)), gold),
            _grouped(np.arange(len(gold)), predicted),
            _grouped(both, gold[both]),
        ]

    def margins(self, counts: npt.NDArray[Any]) -> Margins:
        """Return the margins of counts of shape (..., cells)."""
        counts = np.asarray(counts, np.float64)
        return Margins(*(self._summed(counts, *side) for side in self._sides))

    def _summed(
        self, counts: FloatArray, cells: IntArray, first: IntArray, names: IntArray
    ) -> FloatArray:
        """Return the sums of cells by class, of which `names` are the numbers."""
        sums = np.zeros((*counts.shape[:-1], self._classes))
        if len(cells):
            sums[..., names] = np.add.reduceat(counts[..., cells], first, axis=-1)
        return sums


def _grouped(cells: IntArray, classes: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return cells by class, where each class begins, and which classes these are."""
    order = np.argsort(classes, kind="stable")
    first = first_of_each(classes[order])
    return cells[order], first, classes[order][first]


class TokenAverages(NamedTuple):
    """The averages over classes; see `spanf1.core.scores.average`."""

    micro: Score
    macro: Score
    weighted: Score


class TokenCertainty(NamedTuple):
    """The intervals of all figures.

    `types` and `averages` have those of precision, recall, F1 and F-beta, `specificity` those of
    each class, and `measures` those of `MEASURES`; `unit` and `units` say what was drawn.
    """

    unit: str
    units: int
    types: dict[str, tuple[Interval, ...]]
    averages: dict[str, tuple[Interval, ...]]
    specificity: dict[str, Interval]
    measures: dict[str, Interval]


def _share(part: FloatArray, whole: FloatArray, otherwise: float) -> FloatArray:
    """Return shares; what 0/0 is otherwise."""
    out = np.full(np.shape(whole), otherwise)
    shares: FloatArray = np.divide(part, whole, out=out, where=whole > 0)
    return shares


def kappa(margins: Margins) -> FloatArray:
    """Return Cohen's kappa (1960); NaN where both sides have one class, the same."""
    total = margins.gold.sum(axis=-1)
    chance = (margins.gold * margins.predicted).sum(axis=-1)
    agreed = total * margins.both.sum(axis=-1)
    return _share(agreed - chance, total * total - chance, math.nan)


def correlation(margins: Margins) -> FloatArray:
    """Return Matthews' correlation of any number of classes; NaN where a side has one alone.

    J. Gorodkin. 2004. Comparing two K-category assignments by a K-category correlation
    coefficient.
    """
    total = margins.gold.sum(axis=-1)
    chance = (margins.gold * margins.predicted).sum(axis=-1)
    spreads = [total * total - (side * side).sum(axis=-1) for side in margins[:2]]
    agreed = total * margins.both.sum(axis=-1)
    return _share(agreed - chance, np.sqrt(spreads[0] * spreads[1]), math.nan)


def _figures(row: FloatArray) -> tuple[float, float, float, float]:
    """Return precision, recall, F1 and F-beta."""
    precision, recall, f1, fbeta = map(float, row)
    return precision, recall, f1, fbeta


@dataclass(frozen=True, repr=False)
class TokenScores:
    """The scores of tokens as they are classified, or of labels, and all that shaped them.

    ``result["PER"]`` is a class's `ClassScore`, ``result["micro"]`` the `Score` of an average
    unless a class is called so, and ``result.accuracy`` and the like are figures of all tokens.
    Classes are types, where tags have prefixes, and else labels; O is no class to be scored, but
    tokens that are O on both sides are true negatives.

    Parameters
    ----------
    tally : TokenTally
        What was counted.
    options : Options
        How it is to be read: `beta`, `zero_division`, `types`, and what types are called.
    input : Origin, optional
        Where it came from.
    confidence : Confidence, optional
        How intervals are made, if there are to be some.
    """

    tally: TokenTally
    options: Options = DEFAULTS
    input: Origin | None = None
    confidence: Confidence | None = None

    def _class_of(self, tag: Tag) -> str:
        """Return the class of a tag; one of a type that does not count is O."""
        if tag.prefix == OUT:
            return OUT
        names = self.options.type_map
        return (names(tag.type) or OUT) if names else tag.type

    @cached_property
    def classes(self) -> list[str]:
        """All classes, in order, O last: the rows and columns of `confusion`."""
        met = {self._class_of(tag) for cell in self.tally.cells for tag in cell}
        if isinstance(self.options.types, tuple):
            met |= {*self.options.types}
        numbers = all(name.removeprefix("-").isdecimal() for name in met)
        ordered = sorted(met - {OUT}, key=int if numbers else None)
        return ordered + [OUT] * (OUT in met or self.tally.prefixed)

    @property
    def has_outside(self) -> bool:
        """Whether there is a class O, which is not scored."""
        return self.classes[-1:] == [OUT]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """The number of each class."""
        return {name: place for place, name in enumerate(self.classes)}

    @cached_property
    def confused(self) -> Counter[tuple[str, str]]:
        """How many tokens have each pair of classes, in gold and predicted, that occurs."""
        pairs: Counter[tuple[str, str]] = Counter()
        for (gold, predicted), count in self.tally.cells.items():
            pairs[self._class_of(gold), self._class_of(predicted)] += count
        return pairs

    @property
    def type_1_errors(self) -> tuple[int, int]:
        """Tokens that are O in gold and in a class predicted, and how many are O in gold."""
        return self._errors(of_outside=True)

    @property
    def type_2_errors(self) -> tuple[int, int]:
        """Tokens that are in a class in gold and O predicted, and how many gold has in a class."""
        return self._errors(of_outside=False)

    def _errors(self, *, of_outside: bool) -> tuple[int, int]:
        of = {pair: n for pair, n in self.confused.items() if (pair[0] == OUT) == of_outside}
        wrong = (n for (_, predicted), n in of.items() if (predicted == OUT) != of_outside)
        return sum(wrong), sum(of.values())

    @cached_property
    def confusion(self) -> npt.NDArray[np.int64]:
        """How many tokens of each class (row) are predicted to be in each (column).

        Raises
        ------
        UsageError
            If there are more than `MAX_CLASSES`: `confused` has those pairs that occur.
        """
        number = self._numbers
        if len(number) > MAX_CLASSES:
            raise UsageError(
                f"{len(number)} classes are too many for a matrix",
                hint="result.confused has the pairs that occur",
            )
        counts = np.zeros((len(number), len(number)), np.int64)
        for (gold, predicted), count in self.confused.items():
            counts[number[gold], number[predicted]] = count
        return counts

    @cached_property
    def _names(self) -> list[str]:
        """The classes that are scored."""
        types = self.options.types
        if isinstance(types, tuple):
            return [*types]
        return self.classes[: len(self.classes) - self.has_outside]

    def _values_of(self, cells: Sequence[Cell]) -> Statistic:
        """Return a function from counts of cells, of shape (..., cells), to all figures."""
        number = self._numbers
        pairs = [(number[self._class_of(a)], number[self._class_of(b)]) for a, b in cells]
        by_class = _Cells(pairs, len(number))
        tags = {tag: place for place, tag in enumerate({tag for cell in cells for tag in cell})}
        by_tag = _Cells([(tags[a], tags[b]) for a, b in cells], len(tags))
        chosen = [number[name] for name in self._names]
        options = self.options

        def values(counts: npt.NDArray[Any]) -> FloatArray:
            margins = by_class.margins(counts)
            total = np.asarray(counts, np.float64).sum(axis=-1)
            scored = np.stack([part[..., chosen] for part in margins], axis=-1)
            rows = figures(
                scored,
                types=options.types,
                beta=options.beta,
                zero_division=options.zero_division,
            )
            others = total[..., None] - margins.gold
            wrong = margins.predicted - margins.both
            special = _share(others - wrong, others, options.zero_division)[..., chosen]
            measures = [_share(margins.both.sum(axis=-1), total, options.zero_division)]
            if self.has_outside:
                # Negative is what gold has as O.
                right, outside = margins.both[..., -1], margins.gold[..., -1]
                measures.append(_share(right, outside, options.zero_division))
            else:
                measures.append(np.full_like(total, math.nan))
            measures += [correlation(margins), kappa(margins)]
            nothing = np.full_like(total, math.nan)
            measures.append(kappa(by_tag.margins(counts)) if self.tally.prefixed else nothing)
            marked = kappa(margins.without(len(number) - 1)) if self.has_outside else nothing
            flat = rows.reshape(*rows.shape[:-2], -1)
            return np.concatenate([flat, special, np.stack([*measures, marked], axis=-1)], axis=-1)

        return values

    @cached_property
    def _point(self) -> FloatArray:
        cells = self.tally.cells
        counts = np.array([*cells.values()], np.float64)
        made: FloatArray = self._values_of([*cells])(counts)
        return made

    def _split(self, values: npt.NDArray[Any]) -> tuple[Any, Any, Any]:
        """Return figures by class and average, specificities by class, and those of all tokens."""
        rows = (len(self._names) + len(AVERAGES)) * len(FIGURES)
        scored = values[:rows].reshape(-1, len(FIGURES), *values.shape[1:])
        return scored, values[rows : -len(MEASURES)], values[-len(MEASURES) :]

    @cached_property
    def types(self) -> dict[str, ClassScore]:
        """The score of each class, in order or in that of ``options.types``."""
        scored, special, _ = self._split(self._point)
        gold_counts, predicted_counts = Counter[str](), Counter[str]()
        for (gold_name, other), count in self.confused.items():
            gold_counts[gold_name] += count
            predicted_counts[other] += count
        found, total = {}, self.tokens
        for place, name in enumerate(self._names):
            gold, predicted = gold_counts[name], predicted_counts[name]
            correct = self.confused[name, name]
            found[name] = ClassScore(
                *_figures(scored[place]),
                float(special[place]),
                gold,
                predicted,
                correct,
                total - gold - predicted + correct,
            )
        return found

    @cached_property
    def averages(self) -> TokenAverages:
        """The micro, macro and weighted averages over classes, O left out."""
        scored = self._split(self._point)[0][len(self._names) :]
        rows = self.types.values()
        every = (
            sum(row.gold for row in rows),
            sum(row.predicted for row in rows),
            sum(row.correct for row in rows),
        )
        return TokenAverages(*(Score(*_figures(row), *every) for row in scored))

    @property
    def micro(self) -> Score:
        """The score of all classes together."""
        return self.averages.micro

    @property
    def macro(self) -> Score:
        """The mean over classes."""
        return self.averages.macro

    @property
    def weighted(self) -> Score:
        """The mean over classes, each weighing as much as it has tokens in gold."""
        return self.averages.weighted

    @cached_property
    def measures(self) -> dict[str, float]:
        """The figures of all tokens, by the names of `MEASURES`; NaN where one is not defined."""
        return dict(zip(MEASURES, map(float, self._split(self._point)[2]), strict=True))

    @property
    def accuracy(self) -> float:
        """The fraction of tokens whose class is right, O among them."""
        return self.measures["accuracy"]

    @property
    def specificity(self) -> float:
        """Of the tokens that are O in gold, the fraction predicted so; NaN if there is no O."""
        return self.measures["specificity"]

    @property
    def mcc(self) -> float:
        """Matthews' correlation coefficient of all classes (Gorodkin 2004)."""
        return self.measures["mcc"]

    @property
    def kappa(self) -> float:
        """Cohen's kappa of the classes of all tokens; `measures` has it of other universes."""
        return self.measures["kappa"]

    @cached_property
    def certainty(self) -> TokenCertainty | None:
        """The interval of every figure, if `confidence` says how to make it."""
        how, units = self.confidence, self.tally.units
        if how is None or units is None:
            return None
        # In one order, however the units came: the same seed is to draw the same.
        units = units.in_order()
        low, high = interval_of(units.rows, units.weight, self._values_of(units.cells), how)
        ends = np.stack([low, high], axis=-1)
        if units.size < LEAST_UNITS:
            ends = np.full_like(ends, math.nan)
        scored, special, measures = self._split(ends)
        named = [tuple(Interval(*map(float, pair)) for pair in row) for row in scored]
        every = [Interval(*map(float, pair)) for pair in (*special, *measures)]
        return TokenCertainty(
            units.kind,
            units.size,
            dict(zip(self._names, named, strict=False)),
            dict(zip(AVERAGES, named[len(self._names) :], strict=True)),
            dict(zip(self._names, every, strict=False)),
            dict(zip(MEASURES, every[len(self._names) :], strict=True)),
        )

    @property
    def tokens(self) -> int:
        """How many tokens there are."""
        return self.tally.cells.total()

    # A class may be called as an average is, and comes first: see `named`.
    @overload
    def __getitem__(self, name: AverageName) -> Score: ...  # type: ignore[overload-overlap]

    @overload
    def __getitem__(self, name: object) -> ClassScore: ...

    def __getitem__(self, name: object) -> ClassScore | Score:
        averages: Mapping[str, ClassScore | Score] = self.averages._asdict()
        return named("class", str(name), self.types, averages)

    def __contains__(self, name: object) -> bool:
        return str(name) in self.types

    def __iter__(self) -> Iterator[str]:
        return iter(self.types)
