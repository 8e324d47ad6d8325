"""What the adaptors to clusters share: shards are scored anywhere, and added up in their order.

Whatever order they finish in, the sum is the same: the counts, the signature with its hash, and the
intervals are those of the whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from spanf1.core.options import AUTO, Confidence, Options, confidence_from
from spanf1.exceptions import UsageError
from spanf1.formats.folders import groups_of
from spanf1.formats.source import Path
from spanf1.levels.levels import check_level
from spanf1.levels.results import TokenResult, WholeResult, total_of_tokens
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
    given = {**options, "confidence": confidence_from(options.get("confidence"))}
    level, confidence = given.get("level", "span"), given["confidence"]
    if given.get("match") == "surface":
        raise UsageError("surface forms of shards cannot be added: several may have the same form")
    chosen = Options.of(given)
    check_level(level, chosen, as_written=given.get("as_written", False))
    if level == "token":
        tokens: TokenResult = _total(run, given)
        return tokens
    if level != "span":
        # Of each sentence, or document, its spans are kept.
        given |= {"level": "span", "confidence": Confidence(unit=level)}
    if chosen.needs_schemes:
        exactly = _total(run, {**given, "match": "exact", "confidence": None})
        gold, predicted = exactly.schemes
        given |= {"gold_scheme": gold, "pred_scheme": predicted}
    total: Result = replace(_total(run, given), options=chosen).check()
    if level == "span":
        return total
    return wholes_of(replace(total, confidence=None), level, confidence)


def total_of_some(results: Iterable[Any]) -> Any:
    """Return the result of several shards together, one at least: of spans, or of tokens."""
    remaining = iter(results)
    first = next(remaining)
    add = total_of_tokens if isinstance(first, TokenResult) else total_of
    return add(chain([first], remaining))


def _total(run: Run, given: dict[str, Any]) -> Any:
    results = iter(run(given))
    for first in results:
        return total_of_some(chain([first], results))
    return evaluate([], [], **given)
