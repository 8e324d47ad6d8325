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
from typing import Any

from spanf1.core.options import AUTO, Options, confidence_from
from spanf1.exceptions import UsageError
from spanf1.formats.folders import groups_of
from spanf1.formats.source import Path
from spanf1.results.files import score_file
from spanf1.results.lists import evaluate
from spanf1.results.result import Result, total_of

#: one file with both sides, or gold and predictions
Shard = Sequence[str]
#: scores all shards under options, by their names, and yields the results in order
Run = Callable[[dict[str, Any]], Iterable[Result]]

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


def score_shard(shard: Shard, options: Mapping[str, Any]) -> Result:
    """Return the result of one shard; raises as `spanf1.score_file`."""
    result: Result = score_file(*shard, **options)
    return result


def score_pairs(pairs: Iterable[Sequence[Any]], options: Mapping[str, Any]) -> Result | None:
    """Return the result of pairs of gold and predicted tags, or spans; None of none."""
    both = [*zip(*pairs, strict=True)]
    if not both:
        return None
    result: Result = evaluate(*map(list, both), **options)
    return result


def score_all(run: Run, options: Mapping[str, Any]) -> Result:
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
    given, chosen = options_of(options)
    if chosen.needs_schemes:
        exactly = exact(given)
        given = in_schemes(given, _total(run(exactly), exactly).schemes)
    return replace(_total(run(given), given), options=chosen).check()


def options_of(options: Mapping[str, Any]) -> tuple[dict[str, Any], Options]:
    """Return the options of each shard, by their names, and those of the whole.

    Raises
    ------
    UsageError
        If results under them cannot be added.
    """
    given = {**options, "confidence": confidence_from(options.get("confidence"))}
    if given.get("level", "span") != "span":
        raise UsageError(f"shards are scored by spans, and the level is {given['level']}")
    if given.get("match") == "surface":
        raise UsageError("surface forms of shards cannot be added: several may have the same form")
    return given, Options.of(given)


def exact(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options under which shards tell the schemes of the whole."""
    return {**options, "match": "exact", "confidence": None}


def in_schemes(options: Mapping[str, Any], schemes: tuple[str, str]) -> dict[str, Any]:
    """Return options with the schemes of the whole."""
    return {**options, "gold_scheme": schemes[0], "pred_scheme": schemes[1]}


@dataclass(frozen=True)
class Part:
    """Shards that follow each other: the numbers of the first and the last, and their results.

    That is one result, their sum; or one of each shard, where those of all say what is drawn.
    """

    first: int
    last: int
    results: list[Result]

    def __add__(self, other: Part) -> Part:
        results = [*self.results, *other.results]
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


def total_of_parts(
    parts: Sequence[Part], options: Mapping[str, Any], chosen: Options, count: int | None = None
) -> Result:
    """Return the result of all shards, which parts have in order.

    Parameters
    ----------
    parts : sequence of Part
        As `put` makes them.
    options, chosen
        As `options_of` returns them.
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
    return replace(_total(chain(*(p.results for p in parts)), options), options=chosen).check()


def _total(results: Iterable[Result], options: Mapping[str, Any]) -> Result:
    remaining = iter(results)
    for first in remaining:
        return total_of(chain([first], remaining))
    nothing: Result = evaluate([], [], **options)
    return nothing
