"""Systems on one gold held against each other: ranked, with intervals, and tested.

Everything is made of the counts of each sentence (or document), side by side for all runs of all
systems: the resamples of one draw are common to all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.options import Confidence
from spanf1.core.scores import AVERAGES
from spanf1.core.tag_counter import cores
from spanf1.core.units import Rows, rows_of
from spanf1.exceptions import UsageError
from spanf1.ranking.standings import BEST, Difference, Ranking, RankingOptions, Standing, System
from spanf1.resampling.figures import figures
from spanf1.resampling.intervals import bootstrap_values, percentile
from spanf1.resampling.significance import (
    adjusted,
    bootstrap_p_values,
    permutation_test,
    randomization_test,
)
from spanf1.results.certainty import MAX_VALUES, Interval, meanings, units_of

FloatArray = npt.NDArray[np.float64]


class _Table:
    """The counts of all runs by unit, and the figures that are made of their sums.

    Figures are the F of the average and, if they are wanted, of each type: K of them.
    """

    def __init__(self, systems: Sequence[System], testing: RankingOptions) -> None:
        runs = [run for system in systems for run in system.runs]
        options = runs[0].options
        self.names = sorted({name for run in runs for name in run.types})
        if not isinstance(options.types, str):
            self.names = list(options.types)
        self._options = options
        self._whole = testing.average == "micro" and not testing.per_type
        numbers = {name: 0 if self._whole else n for n, name in enumerate(self.names)}
        self.types = 1 if self._whole else len(self.names)
        units = [units_of(run.tally, run.options, testing.confidence.unit) for run in runs]
        self.rows: Rows = rows_of(
            [
                (one, meanings(one, numbers, run.schemes, run.options.reading))
                for one, run in zip(units, runs, strict=True)
            ],
            self.types,
        )
        # where the figures are among those that `figures` gives
        self._chosen = [self.types + AVERAGES.index(testing.average)]
        self._chosen += range(self.types) if testing.per_type else ()
        #: the runs of each system, by number
        bounds = np.cumsum([0, *(len(system.runs) for system in systems)]).tolist()
        self.runs = [range(first, stop) for first, stop in pairwise(bounds)]

    @property
    def figures(self) -> int:
        """How many figures there are."""
        return len(self._chosen)

    def values(self, sums: npt.NDArray[Any]) -> FloatArray:
        """Return figures (..., K) of sums (..., 3 types)."""
        found = figures(
            sums.reshape(*sums.shape[:-1], self.types, 3),
            types=self._options.types,
            beta=self._options.beta,
            zero_division=self._options.zero_division,
        )
        return found[..., self._chosen, 3]

    def by_run(self, sums: npt.NDArray[Any]) -> FloatArray:
        """Return figures (..., runs, K) of sums (..., 3 runs types)."""
        return self.values(sums.reshape(*sums.shape[:-1], self.runs[-1].stop, self.types * 3))

    def flat(self, runs: Sequence[int] | None = None) -> npt.NDArray[np.int64]:
        """Return the rows of counts of some runs, (rows, runs, 3 types), or of all."""
        counts = self.rows.counts if runs is None else self.rows.counts[:, list(runs)]
        return counts.reshape(*counts.shape[:2], self.types * 3).astype(np.int64)


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
    table = _Table(systems, testing)
    how = testing.confidence
    if how.resamples * sum(map(len, table.runs)) * table.figures > MAX_VALUES:
        raise UsageError(
            f"{how.resamples} resamples of {sum(map(len, table.runs))} runs are too many",
            hint="--resamples 1000, or fewer systems at a time",
        )
    progress("drawing resamples")
    found = _scored(table, how)
    ends = percentile(found.drawn[..., 0], how.level)
    first = found.means[:, 0]
    names = [system.name for system in systems]
    order = sorted(range(len(names)), key=lambda k: (-_sortable(float(first[k])), names[k]))
    standings = [
        Standing(
            systems[k],
            found.runs[list(table.runs[k]), 0].tolist(),
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
        _differences(systems, table, pairs, found, testing),
        testing,
        int(table.rows.weight.sum()),
    )


class _Scored(NamedTuple):
    """Figures of each run (runs, K), their means by system (systems, K), and resampled means."""

    runs: FloatArray
    means: FloatArray
    drawn: FloatArray


def _scored(table: _Table, how: Confidence) -> _Scored:
    """Return figures of all units, and of each resample (B, systems, K).

    The runs of a system are drawn with replacement, too. So an interval holds what the choice of
    sentences does, and what that of the seeds does.
    """
    rows, weight = table.flat(), table.rows.weight
    rows = rows.reshape(len(rows), table.runs[-1].stop * table.types * 3)
    runs = table.by_run(weight @ rows)
    drawn = bootstrap_values(rows, weight, table.by_run, how.resamples, how.seed, threads=cores())
    rng = np.random.default_rng(np.random.SeedSequence(how.seed, spawn_key=(0, 0)))
    means = []
    for group in table.runs:
        part = drawn[:, group.start : group.stop]
        if len(group) > 1:
            chosen = rng.integers(0, len(group), (len(drawn), len(group)))
            part = np.take_along_axis(part, chosen[..., None], axis=1)
        means.append(part.mean(axis=1))
    whole = np.stack([runs[list(group)].mean(axis=0) for group in table.runs])
    return _Scored(runs, whole, np.stack(means, axis=1))


def _sortable(value: float) -> float:
    """Return a value to sort by, with NaN last."""
    return -1.0 if np.isnan(value) else value


def _reference(names: Sequence[str], order: Sequence[int], wanted: str) -> int:
    if wanted == BEST:
        return order[0]
    if wanted not in names:
        hint = f"one of {', '.join(names)}; or {BEST}"
        raise UsageError(f"there is no system {wanted!r} to compare with", hint=hint)
    return names.index(wanted)


def _differences(
    systems: Sequence[System],
    table: _Table,
    pairs: Sequence[tuple[int, int]],
    found: _Scored,
    testing: RankingOptions,
) -> list[Difference]:
    """Return the differences of pairs of systems (reference, other), figure by figure."""
    if not pairs:
        return []
    tests = _tests(table, pairs, found.runs, testing.confidence)
    observed = [found.means[b] - found.means[a] for a, b in pairs]
    ends, by_bootstrap = [], []
    for (a, b), difference in zip(pairs, observed, strict=True):
        apart = found.drawn[:, b] - found.drawn[:, a]
        ends.append(percentile(apart, testing.confidence.level))
        by_bootstrap.append(bootstrap_p_values(apart, difference))
    p_values = np.array([[p for _, p in tests], by_bootstrap])
    corrected = np.array(
        [adjusted(p.ravel(), testing.correction).reshape(p.shape) for p in p_values]
    )
    names = ["", *table.names]
    return [
        Difference(
            system=systems[b].name,
            reference=systems[a].name,
            type=names[k],
            score=float(found.means[b, k]),
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
    table: _Table, pairs: Sequence[tuple[int, int]], scores: FloatArray, how: Confidence
) -> list[tuple[str, FloatArray]]:
    """Return for each pair which test was made, and its p-values (K,)."""
    found: dict[tuple[int, int], tuple[str, FloatArray]] = {}
    for reference in dict.fromkeys(a for a, _ in pairs):
        single = [
            b for a, b in pairs if a == reference and len(table.runs[a]) == len(table.runs[b]) == 1
        ]
        if single:
            runs = [table.runs[k].start for k in (reference, *single)]
            tested = randomization_test(
                table.flat(runs),
                table.rows.weight,
                table.values,
                how.resamples,
                how.seed,
                threads=cores(),
            )
            for b, p_values in zip(single, tested.p_values, strict=True):
                found[reference, b] = "randomization", p_values
    for a, b in pairs:
        if (a, b) not in found:
            first, second = (scores[list(table.runs[k])].T.tolist() for k in (a, b))
            p_values = [
                permutation_test(x, y, how.resamples, how.seed).p_value
                for x, y in zip(first, second, strict=True)
            ]
            found[a, b] = "permutation", np.array(p_values)
    return [found[pair] for pair in pairs]


def _by_unit(table: _Table, a: int, b: int, kind: int | None) -> tuple[int, int, int] | None:
    """Return on how many units a system is better, as good, and worse than another, by F1.

    Where neither gold nor the prediction has a span, F1 is 1.
    """
    if len(table.runs[a]) > 1 or len(table.runs[b]) > 1:
        return None
    types = slice(None) if kind is None else slice(kind, kind + 1)
    right, whole = [], []
    for system in (a, b):
        counts = table.rows.counts[:, table.runs[system].start, types].sum(axis=1, dtype=np.int64)
        nothing = counts[:, :2].sum(axis=1) == 0
        right.append(2 * counts[:, 2] + nothing)
        whole.append(counts[:, 0] + counts[:, 1] + nothing)
    sign = np.sign(right[1] * whole[0] - right[0] * whole[1])
    better, same, worse = (int(table.rows.weight[sign == way].sum()) for way in (1, 0, -1))
    return better, same, worse
