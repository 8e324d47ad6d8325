"""What the adaptors to clusters share: shards are scored anywhere, and added up in their order.

Whatever order they finish in, the sum is the same: the counts, the signature with its hash, and the
intervals are those of the whole.
"""

from __future__ import annotations

import os
from bisect import bisect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, NamedTuple

from spanf1.core.options import AUTO, Confidence, Options, confidence_from
from spanf1.exceptions import UsageError
from spanf1.formats.folders import groups_of
from spanf1.formats.source import Path
from spanf1.levels.levels import LevelName, check_level
from spanf1.levels.results import TokenResult, WholeResult
from spanf1.results.files import score_file
from spanf1.results.levels import wholes_of
from spanf1.results.lists import evaluate
from spanf1.results.result import Result, total_of

#: one file with both sides, or gold and predictions
Shard = Sequence[str]
#: the result of a shard, and of all of them, by the level
ShardResult = Result | TokenResult
AnyResult = ShardResult | WholeResult
#: scores all shards under options, by their names, and yields the results in order
Run = Callable[[dict[str, Any]], Iterable[ShardResult]]

# A hint.
_NUMBERS = "shards are numbered from 0, in the order of the whole"


def shards_of(
    paths: Path | Iterable[Path], pred_paths: Path | Iterable[Path] | None = None
) -> list[Shard]:
    """Return the shards that files are, in order, by paths that hold in any working directory.

    Parameters
    ----------
    paths, pred_paths
        Each a folder, a pattern, or the files in order.

    Raises
    ------
    UsageError
        If there are none, or not as many of gold as of predictions.
    """
    sides = [side for side in (paths, pred_paths) if side is not None]
    if all(isinstance(side, str | os.PathLike) for side in sides):
        names = [os.fspath(side) for side in sides]  # type: ignore[arg-type]
        shards = [*groups_of(names, [AUTO] * len(names)).values()]
    else:
        try:
            listed = [[os.fspath(path) for path in side] for side in sides]  # type: ignore[union-attr]
            shards = [[*both] for both in zip(*listed, strict=True)]
        except ValueError:
            raise UsageError("there are not as many files of gold as of predictions") from None
    if not shards:
        raise UsageError("there are no shards")
    return [[os.path.abspath(path) for path in shard] for shard in shards]


def score_shard(shard: Shard, options: Mapping[str, Any]) -> ShardResult:
    """Return the result of one shard; raises as `spanf1.score_file`."""
    result: ShardResult = score_file(*shard, **options)
    return result


def score_pairs(pairs: Iterable[Sequence[Any]], options: Mapping[str, Any]) -> ShardResult | None:
    """Return the result of pairs of gold and predicted tags, or spans; None of none."""
    both = [*zip(*pairs, strict=True)]
    if not both:
        return None
    result: ShardResult = evaluate(*map(list, both), **options)
    return result


def score_all(run: Run, options: Mapping[str, Any]) -> AnyResult:
    """Return the result of all shards.

    Where ill-formed spans are to be dropped in a scheme that is not given, all are looked at
    before, to find out that of the whole.

    Raises
    ------
    UsageError
        If the results of shards cannot be added.
    SpanF1Error
        As the shards do: the first of them, in order, that has an error.
    """
    how = How.of(options)
    if how.options.needs_schemes:
        exactly = how.exact()
        how = how.in_schemes(total_of_all(run(exactly.of_shard), exactly).schemes)
    return how.finished(total_of_all(run(how.of_shard), how))


class How(NamedTuple):
    """How shards are scored: the options of each, by their names, and what the whole has."""

    of_shard: dict[str, Any]
    options: Options
    level: LevelName
    confidence: Confidence | None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> How:
        """Return how options say it.

        Raises
        ------
        UsageError
            If results under them cannot be added.
        """
        level, confidence = given.get("level", "span"), confidence_from(given.get("confidence"))
        if given.get("match") == "surface":
            raise UsageError(
                "surface forms of shards cannot be added: several may have the same form"
            )
        of_shard = {**given, "confidence": confidence}
        options = Options.of(of_shard)
        check_level(level, options, as_written=given.get("as_written", False))
        if level not in ("token", "span"):
            # Of each sentence, or document, its spans are kept.
            of_shard |= {"level": "span", "confidence": Confidence(unit=level)}
        return cls(of_shard, options, level, confidence)

    def exact(self) -> How:
        """Return how shards tell the schemes of the whole."""
        return How.of({**self.of_shard, "match": "exact", "confidence": None})

    def in_schemes(self, schemes: tuple[str, str]) -> How:
        """Return how shards are scored in the schemes of the whole."""
        gold, predicted = schemes
        return self._replace(
            of_shard={**self.of_shard, "gold_scheme": gold, "pred_scheme": predicted}
        )

    def finished(self, total: ShardResult) -> AnyResult:
        """Return the result of the whole, given the sum of the shards."""
        if self.level == "token" or isinstance(total, TokenResult):
            return total
        whole = replace(total, options=self.options).check()
        if self.level == "span":
            return whole
        return wholes_of(replace(whole, confidence=None), self.level, self.confidence)


@dataclass(frozen=True)
class Part:
    """Shards that follow each other: the numbers of the first and the last, and their results.

    That is one result, their sum; or one of each shard, where those of all say what is drawn.
    """

    first: int
    last: int
    results: list[ShardResult]

    def __add__(self, other: Part) -> Part:
        results: list[Any] = [*self.results, *other.results]
        confidence = results[0].confidence
        if not (confidence and confidence.unit == AUTO):
            results = [total_of(results)]
        return Part(self.first, other.last, results)


def put(part: Part, parts: list[Part]) -> None:
    """Put a part among others, which are in order, and add those that touch it.

    Raises
    ------
    UsageError
        If a number is there twice, or results cannot be added.
    """
    at = bisect(parts, part.first, key=lambda other: other.first)
    near = [*parts[max(at - 1, 0) : at], part, *parts[at : at + 1]]
    joined = near[:1]
    for other in near[1:]:
        if other.first <= joined[-1].last:
            raise UsageError(f"two shards have the number {other.first}", hint=_NUMBERS)
        if other.first == joined[-1].last + 1:
            joined[-1] += other
        else:
            joined.append(other)
    parts[max(at - 1, 0) : at + 1] = joined


def total_of_parts(parts: Sequence[Part], how: How, count: int | None = None) -> AnyResult:
    """Return the result of all shards, which parts have in order.

    Parameters
    ----------
    parts : sequence of Part
        As `put` makes them.
    how : How
        How they were scored.
    count : int, optional
        How many shards there are, if that is known.

    Raises
    ------
    UsageError
        If there is no shard of some number.
    """
    end = parts[-1].last + 1 if parts else 0
    if count is not None and end > count:
        raise UsageError(f"a shard has the number {end - 1}, and there are {count}", hint=_NUMBERS)
    missing = parts[0].last + 1 if parts and not parts[0].first else 0
    if missing < max(end, count or 0):
        raise UsageError(f"no shard has the number {missing}", hint=_NUMBERS)
    return how.finished(total_of_all(chain(*(part.results for part in parts)), how))


def total_of_all(results: Iterable[Any], how: How) -> Any:
    """Return the result of shards together, and that of nothing where there are none."""
    remaining = iter(results)
    for first in remaining:
        return total_of(chain([first], remaining))
    return evaluate([], [], **how.of_shard)
