"""What a ranking of systems is: how they are compared, where each stands, how they differ."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from spanf1.core.options import Confidence
from spanf1.core.scores import AVERAGES
from spanf1.exceptions import UsageError
from spanf1.resampling.significance import ADJUSTMENTS
from spanf1.results.certainty import Interval
from spanf1.results.result import Result

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

    average: str = "micro"
    reference: str = BEST
    correction: str = "holm"
    per_type: bool = False
    all_pairs: bool = False
    confidence: Confidence = field(default_factory=Confidence)

    def __post_init__(self) -> None:
        for name, known in ("average", AVERAGES), ("correction", tuple(ADJUSTMENTS)):
            if getattr(self, name) not in known:
                hint = f"one of {', '.join(known)}"
                raise UsageError(f"unknown {name} {getattr(self, name)!r}", hint=hint)
        if self.confidence.method != "percentile":
            raise UsageError("systems are compared by percentile intervals")

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
        Of the difference.
    test : str
        ``randomization`` of units or, if one of the two has several runs, ``permutation`` of runs.
    p_value, p_adjusted : float
        By that test, and corrected for how many there are.
    p_bootstrap, p_bootstrap_adjusted : float
        The same by the paired bootstrap.
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


@dataclass(frozen=True)
class Ranking:
    """Systems in the order of their F, and how they differ.

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

    def unreachable(self) -> dict[str, float]:
        """Return, for each test, the least corrected p-value it can give, if that is too large.

        By chance alone no p-value is 0: of so many resamples, or ways to part the runs, one at
        least is as extreme as what was found.
        """
        count = sum(not math.isnan(one.p_value) for one in self.differences)
        times = 1 if self.testing.correction == "none" else count
        runs = {one.system.name: len(one.scores) for one in self.standings}
        drawn = 1 / (1 + self.testing.confidence.resamples)
        found: dict[str, float] = {}
        for one in self.differences:
            least = drawn
            if one.test == "permutation":
                a, b = runs[one.system], runs[one.reference]
                # Two halves of one size can change places.
                least = max(drawn, (1 + (a == b)) / math.comb(a + b, a))
            found[one.test] = min(found.get(one.test, 1.0), times * least)
        return {test: least for test, least in found.items() if least >= self.testing.alpha}

    def undecided(self) -> list[tuple[str, str]]:
        """Return the pairs of systems that cannot be told apart, by the corrected p-value."""
        return [
            (one.reference, one.system)
            for one in self.differences
            if not one.type and not one.p_adjusted < self.testing.alpha
        ]
