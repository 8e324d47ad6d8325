"""Systems on one gold held against each other: ranked, with intervals, and tested.

Everything is made of the counts of each sentence (or document), side by side for all runs of all
systems: the resamples of one draw are common to all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from spanf1.core.options import (
    AUTO,
    FEW_SPANS,
    LEAST_UNITS,
    Confidence,
    Unit,
    check_alone,
    confidence_from,
)
from spanf1.core.scores import AVERAGES, FIGURES, AverageName, f_scores, figures, named
from spanf1.core.units import rows_of
from spanf1.exceptions import UsageError, check_known
from spanf1.render.reported import Reported
from spanf1.resampling.draws import cores
from spanf1.resampling.inference import (
    ADJUSTMENTS,
    AdjustmentName,
    Bounds,
    Interval,
    adjusted,
    bootstrap_p_values,
    bootstrap_values,
    percentile,
    permutation_test,
    randomization_test,
)
from spanf1.results.certainty import MAX_VALUES, meanings, units_of
from spanf1.results.result import Result

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes

    from spanf1.pictures.display import Display
    from spanf1.pictures.look import LookKeywords

FloatArray = npt.NDArray[np.float64]

# From fewer resamples no figure is made that is worth it.
_LEAST_RESAMPLES = 1000

#: the reference that is chosen where none is named
BEST = "best"


class System(NamedTuple):
    """A system, and the results of its runs: one, or one for each seed."""

    name: str
    runs: list[Result]


@dataclass(frozen=True, kw_only=True)
class RankingOptions:
    """How systems are compared.

    Attributes
    ----------
    average : str
        The average whose F ranks them: one of `AVERAGES`.
    reference : str
        The name of the system that the others are compared with, or ``best``.
    correction : str
        How p-values are corrected for there being several: a key of `ADJUSTMENTS`.
    per_type : bool
        Compare the F of each type, too.
    all_pairs : bool
        Compare every system with every other, not only with the reference.
    confidence : Confidence
        Level, resamples, unit and seed. Differences are tested at 1 less the level.

    Raises
    ------
    UsageError
        If a value is not one of these.
    """

    average: AverageName = "micro"
    reference: str = BEST
    correction: AdjustmentName = "holm"
    per_type: bool = False
    all_pairs: bool = False
    confidence: Confidence = field(default_factory=Confidence)

    def __post_init__(self) -> None:
        check_known("average", self.average, AVERAGES)
        check_known("correction", self.correction, tuple(ADJUSTMENTS))
        if self.confidence.method != "percentile":
            raise UsageError("systems are compared by percentile intervals")

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> RankingOptions:
        """Return what the keywords of a function say, or ``testing``, which says all of it.

        Raises
        ------
        UsageError
            If both say something.
        """
        names = cls.__dataclass_fields__.keys() - {"confidence"}
        how = confidence_from(given["confidence"]) or Confidence()
        said = cls(**{name: given[name] for name in names}, confidence=how)
        whole = given["testing"]
        if whole is not None:
            check_alone("testing", said == cls())
        return said if whole is None else whole

    @property
    def alpha(self) -> float:
        """The p-value below which systems are told apart."""
        return round(1 - self.confidence.level, 12)


class Standing(NamedTuple):
    """What one system reaches, over its runs.

    `scores` are the F of each run; `interval` that of their mean.
    """

    system: System
    scores: list[float]
    interval: Interval

    @property
    def mean(self) -> float:
        """The mean F over the runs."""
        return float(np.mean(self.scores))

    @property
    def deviation(self) -> float:
        """The standard deviation over the runs; NaN for one."""
        return float(np.std(self.scores, ddof=1)) if len(self.scores) > 1 else float("nan")


class Difference(NamedTuple):
    """How a system differs from another one.

    Attributes
    ----------
    system, reference : str
        Their names.
    type : str
        The type whose F is compared; empty for the average.
    score, difference : float
        The system's F (the mean over its runs), and what it is more than the reference's.
    interval : Interval
        Of the difference; NaN where one run is compared with several.
    test : str
        ``randomization`` of units or, if one of the two has several runs, ``permutation`` of runs.
    p_value, p_adjusted : float
        By that test, and corrected for how many there are.
    p_bootstrap, p_bootstrap_adjusted : float
        The same by the paired bootstrap; NaN where there is no interval.
    units : tuple of int, optional
        How many units the system does better, as well, and worse on; of single runs.
    """

    system: str
    reference: str
    type: str
    score: float
    difference: float
    interval: Interval
    test: str
    p_value: float
    p_adjusted: float
    p_bootstrap: float
    p_bootstrap_adjusted: float
    units: tuple[int, int, int] | None


@dataclass(frozen=True, repr=False)
class Ranking(Reported):
    """Systems in the order of their F, and how they differ.

    ``ranking["crf"]`` is the `Standing` of a system, and ``str(ranking)`` the tables.

    Attributes
    ----------
    standings : list of Standing
        The best first.
    reference : str
        The name of the system that the others are compared with.
    differences : list of Difference
        Those of the average first, then those of the types.
    testing : RankingOptions
        How they were compared.
    units : int
        How many units were drawn.
    """

    standings: list[Standing]
    reference: str
    differences: list[Difference]
    testing: RankingOptions
    units: int

    _reporter = "spanf1.ranking.report", "report_of"

    def __repr__(self) -> str:
        said = (f"{one.system.name} {one.mean:.4f}" for one in self.standings)
        return f"<Ranking: {', '.join(said)}>"

    def __getitem__(self, name: str) -> Standing:
        return named("system", name, {one.system.name: one for one in self.standings})

    @property
    def few_types(self) -> tuple[str, ...]:
        """The types that were compared and have so few gold spans that intervals are no good."""
        gold = self.standings[0].system.runs[0].counts.types
        compared = dict.fromkeys(pair.type for pair in self.differences if pair.type)
        return tuple(t for t in compared if t not in gold or gold[t].gold < FEW_SPANS)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        kind: Literal["differences", "ranks"] = "differences",
        **look: Unpack[LookKeywords],
    ) -> Display:
        """Draw the systems, and return a `DifferenceDisplay` or a `RankDisplay`.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own, `Display.figure_`.
        kind : str
            ``differences``, with intervals; or ``ranks``: systems in order, those joined that
            cannot be told apart.
        **look
            Of a figure of its own: ``width`` in centimetres, or ``column`` or ``page``;
            ``font_size`` in points; ``font``, the name of an installed one.

        Raises
        ------
        UsageError
            If matplotlib is not installed, there is nothing to draw, or ranks are to be drawn and
            not all pairs are compared.
        """
        displays = {"differences": "DifferenceDisplay", "ranks": "RankDisplay"}
        check_known("kind", kind, displays)
        # By its name, as it knows this module.
        display = getattr(import_module("spanf1.ranking.picture"), displays[kind])
        return cast("Display", display.from_ranking(self, ax, **look))

    def alone(self) -> list[str]:
        """Return the systems of one run that are compared with systems of several."""
        runs = {standing.system.name: len(standing.scores) for standing in self.standings}
        pairs = [(pair.reference, pair.system) for pair in self.differences]
        against = [pair for pair in pairs if one_against_several(*(runs[name] for name in pair))]
        return [*dict.fromkeys(name for pair in against for name in pair if runs[name] == 1)]

    def unreachable(self) -> dict[str, float]:
        """Return, for each test, the least corrected p-value it can give, if that is too large.

        By chance alone no p-value is 0: of so many resamples, or ways to part the runs, one at
        least is as extreme as what was found.
        """
        count = sum(not math.isnan(pair.p_value) for pair in self.differences)
        times = 1 if self.testing.correction == "none" else count
        runs = {standing.system.name: len(standing.scores) for standing in self.standings}
        drawn = 1 / (1 + self.testing.confidence.resamples)
        least_by_test: dict[str, float] = {}
        for pair in self.differences:
            least = max(drawn, 2.0 ** (1 - self.units))
            if pair.test == "permutation":
                a, b = runs[pair.system], runs[pair.reference]
                # Two halves of one size can change places.
                least = max(drawn, (1 + (a == b)) / math.comb(a + b, a))
            least_by_test[pair.test] = min(least_by_test.get(pair.test, 1.0), times * least)
        return {test: least for test, least in least_by_test.items() if least >= self.testing.alpha}

    def undecided(self) -> list[tuple[str, str]]:
        """Return the pairs of systems that cannot be told apart, by the corrected p-value."""
        return [
            (pair.reference, pair.system)
            for pair in self.differences
            if not pair.type and not pair.p_adjusted < self.testing.alpha
        ]


class RunTable:
    """The counts of all runs by unit, and the figures that are made of their sums.

    Figures are the F of the average and, if they are wanted, of each type: K of them.
    """

    def __init__(self, systems: Sequence[System], testing: RankingOptions) -> None:
        runs = [run for system in systems for run in system.runs]
        self._options = runs[0].options
        self.names = sorted({name for run in runs for name in run.types})
        if not isinstance(self._options.types, str):
            self.names = list(self._options.types)
        whole = testing.average == "micro" and not testing.per_type
        numbers = {name: 0 if whole else n for n, name in enumerate(self.names)}
        types = 1 if whole else len(self.names)
        units = [units_of(run.tally, run.options, testing.confidence.unit) for run in runs]
        self.counts, self.weight = rows_of(
            [
                (one, meanings(one, numbers, run.schemes, run.options.reading, run.tally.rule))
                for one, run in zip(units, runs, strict=True)
            ],
            types,
        )
        # where the figures are among those that `figures` gives
        self._chosen = [types + AVERAGES.index(testing.average)]
        self._chosen += range(types) if testing.per_type else ()
        #: the runs of each system, by number
        bounds = np.cumsum([0, *(len(system.runs) for system in systems)]).tolist()
        self.runs = [range(first, stop) for first, stop in pairwise(bounds)]

    @property
    def units(self) -> int:
        """How many units there are."""
        return int(self.weight.sum())

    @property
    def least_p_value(self) -> float:
        """The least two-sided p-value that a test of so many units can have.

        Of all ways to swap two systems' units, what was found and its opposite are as extreme.
        """
        return 2.0 ** (1 - self.units) if self.units else 1.0

    @property
    def figures(self) -> int:
        """How many figures there are."""
        return len(self._chosen)

    def values(self, sums: npt.NDArray[Any]) -> FloatArray:
        """Return figures (..., K) of sums (..., types, counts)."""
        how = self._options
        every = figures(sums, types=how.types, beta=how.beta, zero_division=how.zero_division)
        return every[..., self._chosen, FIGURES.index("fbeta")]


def rank(
    systems: Sequence[System],
    testing: RankingOptions,
    *,
    progress: Callable[[str], object] = lambda _: None,
) -> Ranking:
    """Return systems in the order of their F, with intervals and tests.

    Parameters
    ----------
    systems : sequence of System
        Their results have the same gold and the same options, and units in order.
    testing : RankingOptions
        How to compare them.
    progress : callable, optional
        Called with what is being done.

    Raises
    ------
    UsageError
        If there is no such reference, or the results cannot be resampled.
    """
    # In one order: the same seed is to give the same figures.
    systems = sorted(systems, key=lambda system: system.name)
    testing = _with_unit(testing, systems[0].runs[0])
    table = RunTable(systems, testing)
    how, runs = testing.confidence, table.runs[-1].stop
    most = MAX_VALUES // (runs * table.figures)
    if how.resamples > most:
        fewer = f"--resamples {most}, or " if most >= _LEAST_RESAMPLES else ""
        raise UsageError(
            f"{how.resamples} resamples of {runs} runs are too many",
            hint=f"{fewer}fewer systems at a time",
        )
    progress("drawing resamples")
    scored = _run_figures(table, how)
    ends = _interval_of(scored.drawn[..., 0], table, how.level)
    # What is 0/0 comes last.
    first = np.nan_to_num(scored.means[:, 0], nan=-1.0)
    names = [system.name for system in systems]
    order = sorted(range(len(names)), key=lambda k: (-first[k], names[k]))
    standings = [
        Standing(
            systems[k],
            scored.runs[list(table.runs[k]), 0].tolist(),
            Interval(float(ends.low[k]), float(ends.high[k])),
        )
        for k in order
    ]
    reference = _reference(names, order, testing.reference)
    pairs = [(reference, k) for k in order if k != reference]
    if testing.all_pairs:
        pairs = [(a, b) for place, a in enumerate(order) for b in order[place + 1 :]]
    progress("testing differences")
    return Ranking(
        standings,
        names[reference],
        _differences(systems, table, pairs, scored, testing),
        testing,
        table.units,
    )


def _with_unit(testing: RankingOptions, run: Result) -> RankingOptions:
    """Return how systems are compared, with the units that a run has, if any will do."""
    units = run.tally.units
    if testing.confidence.unit != AUTO or not units:
        return testing
    unit = cast(Unit, units.kind)
    return replace(testing, confidence=replace(testing.confidence, unit=unit))


def _interval_of(values: FloatArray, table: RunTable, level: float) -> Bounds:
    """Return percentile intervals of resampled values; NaN where there is one unit."""
    ends = percentile(values, level)
    if table.units >= LEAST_UNITS:
        return ends
    nothing = np.full_like(ends.low, np.nan)
    return Bounds(nothing, nothing)


def one_against_several(first: int, other: int) -> bool:
    """Return whether one run is compared with several: how runs of its system vary is unknown."""
    return (first == 1) != (other == 1)


class RunFigures(NamedTuple):
    """Figures of each run (runs, K), their means by system (systems, K), and resampled means."""

    runs: FloatArray
    means: FloatArray
    drawn: FloatArray


def _run_figures(table: RunTable, how: Confidence) -> RunFigures:
    """Return figures of all units, and of each resample (B, systems, K).

    The runs of a system are drawn with replacement, too, one less than there are: the mean of so
    many varies as that of all its runs does (McCarthy & Snowden 1985). So an interval holds what
    the choice of sentences does, and what that of the seeds does.
    """
    runs = table.values(np.tensordot(table.weight, table.counts, 1))
    drawn = bootstrap_values(
        table.counts, table.weight, table.values, how.resamples, how.seed, threads=cores()
    )
    rng = np.random.default_rng(np.random.SeedSequence(how.seed, spawn_key=(0, 0)))
    means = []
    for group in table.runs:
        part = drawn[:, group.start : group.stop]
        if len(group) > 1:
            chosen = rng.integers(0, len(group), (len(drawn), len(group) - 1))
            part = np.take_along_axis(part, chosen[..., None], axis=1)
        means.append(part.mean(axis=1))
    whole = np.stack([runs[list(group)].mean(axis=0) for group in table.runs])
    return RunFigures(runs, whole, np.stack(means, axis=1))


def _reference(names: Sequence[str], order: Sequence[int], name: str) -> int:
    if name == BEST:
        return order[0]
    if name not in names:
        hint = f"one of {', '.join(names)}; or {BEST}"
        raise UsageError(f"there is no system {name!r} to compare with", hint=hint)
    return names.index(name)


def _differences(
    systems: Sequence[System],
    table: RunTable,
    pairs: Sequence[tuple[int, int]],
    scored: RunFigures,
    testing: RankingOptions,
) -> list[Difference]:
    """Return the differences of pairs of systems (reference, other), figure by figure."""
    if not pairs:
        return []
    tests = _tests(table, pairs, scored.runs, testing.confidence)
    observed = [scored.means[b] - scored.means[a] for a, b in pairs]
    ends, by_bootstrap = [], []
    for (a, b), difference in zip(pairs, observed, strict=True):
        alone = one_against_several(len(table.runs[a]), len(table.runs[b]))
        unknown = math.nan if alone else 0.0
        apart = scored.drawn[:, b] - scored.drawn[:, a] + unknown
        ends.append(_interval_of(apart, table, testing.confidence.level))
        by_bootstrap.append(bootstrap_p_values(apart, difference + unknown))
    p_values = np.array([[p for _, p in tests], by_bootstrap])
    # Of so few units, no more ways to swap them can be as extreme.
    of_units = np.array([[test == "randomization" for test, _ in tests], [True] * len(tests)])
    p_values = np.maximum(p_values, np.where(of_units, table.least_p_value, 0.0)[..., None])
    corrected = np.array(
        [adjusted(p.ravel(), testing.correction).reshape(p.shape) for p in p_values]
    )
    names = ["", *table.names]
    return [
        Difference(
            system=systems[b].name,
            reference=systems[a].name,
            type=names[k],
            score=float(scored.means[b, k]),
            difference=float(observed[n][k]),
            interval=Interval(float(ends[n].low[k]), float(ends[n].high[k])),
            test=tests[n][0],
            p_value=float(p_values[0, n, k]),
            p_adjusted=float(corrected[0, n, k]),
            p_bootstrap=float(p_values[1, n, k]),
            p_bootstrap_adjusted=float(corrected[1, n, k]),
            units=_by_unit(table, a, b, k - 1 if k else None),
        )
        for k in range(table.figures)
        for n, (a, b) in enumerate(pairs)
    ]


def _tests(
    table: RunTable, pairs: Sequence[tuple[int, int]], scores: FloatArray, how: Confidence
) -> list[tuple[str, FloatArray]]:
    """Return for each pair which test was made, and its p-values (K,)."""
    tests: dict[tuple[int, int], tuple[str, FloatArray]] = {}
    for reference in dict.fromkeys(a for a, _ in pairs):
        single = [
            b for a, b in pairs if a == reference and len(table.runs[a]) == len(table.runs[b]) == 1
        ]
        if single:
            counts = table.counts[:, [table.runs[k].start for k in (reference, *single)]]
            tested = randomization_test(
                counts, table.weight, table.values, how.resamples, how.seed, threads=cores()
            )
            for b, p_values in zip(single, tested.p_values, strict=True):
                tests[reference, b] = "randomization", p_values
    for a, b in pairs:
        if (a, b) not in tests:
            first, second = (scores[list(table.runs[k])].T.tolist() for k in (a, b))
            p_values = [
                permutation_test(x, y, how.resamples, how.seed).p_value
                for x, y in zip(first, second, strict=True)
            ]
            tests[a, b] = "permutation", np.array(p_values)
    return [tests[pair] for pair in pairs]


def _by_unit(table: RunTable, a: int, b: int, kind: int | None) -> tuple[int, int, int] | None:
    """Return on how many units a system is better, as good, and worse than another, by F1.

    Where neither gold nor the prediction has a span, F1 is 1.
    """
    if len(table.runs[a]) > 1 or len(table.runs[b]) > 1:
        return None
    types = slice(None) if kind is None else slice(kind, kind + 1)
    first, other = (
        f_scores(table.counts[:, table.runs[system].start, types].sum(axis=1), zero_division=1)
        for system in (a, b)
    )
    sign = np.sign(other - first)
    better, same, worse = (int(table.weight[sign == way].sum()) for way in (1, 0, -1))
    return better, same, worse
