"""Scores of shards in a pipeline of Apache Beam.

>>> import apache_beam as beam
>>> from spanf1.integrations.beam import Score
>>> with beam.Pipeline() as pipeline:  # doctest: +SKIP
...     pipeline | Score("/data/shards/*.conll", confidence=0.95) | beam.Map(print)

A pipeline has no order. So shards bear numbers, and those that follow each other are added as soon
as they meet: see `spanf1.integrations.shards.put`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from operator import index
from typing import Any

from apache_beam import CombineFn, CombineGlobally, Create, Map, PCollection, PTransform
from apache_beam.pvalue import AsSingleton, PBegin

from spanf1.exceptions import UsageError
from spanf1.formats.source import Path
from spanf1.integrations.shards import (
    AnyResult,
    How,
    Part,
    Shard,
    ShardResult,
    put,
    score_shard,
    shards_of,
    total_of_parts,
)
from spanf1.results.lists import evaluate


class Score(PTransform):  # type: ignore[misc]
    """Files, scored: applied to a pipeline, it has one result, as `spanf1.score_file` returns.

    Parameters
    ----------
    paths, pred_paths : path or iterable of path
        The files, which all workers find by the same paths: a folder, a pattern, or a list. Those
        of `paths` have both sides, or are gold. They are listed when this is made.
    **options
        As for `spanf1.score_file`.

    Raises
    ------
    UsageError
        If there are no files, or they cannot be added up.
    SpanF1Error
        As `spanf1.score_file` does, when the pipeline runs, for any shard that has an error. Beam
        adds the step to the text, and makes a `RuntimeError` of what other processes raise.
    """

    def __init__(
        self,
        paths: Path | Iterable[Path],
        pred_paths: Path | Iterable[Path] | None = None,
        **options: Any,
    ) -> None:
        super().__init__()
        self._shards = shards_of(paths, pred_paths)
        self._how = How.of(options)

    def expand(self, pipeline: PBegin) -> PCollection[AnyResult]:
        """Return the result of the files."""
        shards = pipeline | Create([*enumerate(self._shards)])
        count = len(self._shards)
        schemes = []
        if self._how.options.needs_schemes:
            first = shards | "ScoreExactly" >> Map(_scored, self._how.exact())
            exactly = first | "AddExactly" >> CombineGlobally(_AddFn(self._how.exact(), count))
            schemes = [AsSingleton(exactly | "Schemes" >> Map(lambda result: result.schemes))]
        results = shards | "Score" >> Map(_scored, self._how, *schemes)
        return results | "Add" >> CombineGlobally(_AddFn(self._how, count))


def _scored(
    element: tuple[int, Shard], how: How, schemes: tuple[str, str] | None = None
) -> tuple[int, ShardResult]:
    number, shard = element
    return number, score_shard(shard, (how.in_schemes(schemes) if schemes else how).of_shard)


class _AddFn(CombineFn):  # type: ignore[misc]
    """The sum of results that bear numbers, in the order of these."""

    def __init__(self, how: How, count: int | None) -> None:
        self._how, self._count = how, count

    def create_accumulator(self) -> list[Part]:
        return []

    def add_input(self, parts: list[Part], element: tuple[int, Any]) -> list[Part]:
        number, result = element
        put(Part(number, number, [result]), parts)
        return parts

    def merge_accumulators(self, accumulators: Iterable[list[Part]]) -> list[Part]:
        merged: list[Part] = []
        for parts in accumulators:
            for part in parts:
                put(part, merged)
        return merged

    def extract_output(self, parts: list[Part]) -> AnyResult:
        return total_of_parts(parts, self._how, self._count)


class ScoreFn(_AddFn):
    """Shards that bear numbers, scored and added up in the order of these.

    ``beam.CombineGlobally(ScoreFn())``, or ``CombinePerKey``, makes a `Result` of pairs of a number
    and a shard. Shards are numbered from 0, in the order of the whole. A shard is

    - a file with both sides, by its path, which all workers find by that;
    - a pair of files: gold, and predictions;
    - a pair of lists: gold and predicted tags of some sentences, as `spanf1.evaluate` takes them.

    It is an error if a number is missing, or there twice.

    Parameters
    ----------
    count : int, optional
        How many shards there are, if that is known. Only then are the last ones missed.
    **options
        As for `spanf1.score_file`, or `spanf1.evaluate`.

    Raises
    ------
    UsageError
        If shards cannot be added up.
    """

    def __init__(self, *, count: int | None = None, **options: Any) -> None:
        how = How.of(options)
        if how.options.needs_schemes:
            raise UsageError(
                f"match {how.options.match} needs the scheme of the whole, where ill-formed spans "
                "are dropped",
                hint="give the scheme, as in scheme='IOB2'; Score finds it out by itself",
            )
        super().__init__(how, count)

    def add_input(self, parts: list[Part], element: tuple[int, Any]) -> list[Part]:
        """Score a shard."""
        try:
            number, shard = element
            sides: list[Any] = [shard] if isinstance(shard, str | os.PathLike) else [*shard]
            fits = index(number) >= 0 and 1 <= len(sides) <= 2
        except (TypeError, ValueError):
            fits = False
        if not fits:
            raise UsageError(
                "this is no pair of a number, from 0, and a shard",
                hint="(0, 'both.conll'), (0, ('gold.conll', 'pred.conll')) or (0, (GOLD, PRED))",
            )
        if isinstance(sides[0], str | os.PathLike):
            result = score_shard(sides, self._how.of_shard)
        else:
            result = evaluate(*sides, **self._how.of_shard)
        return super().add_input(parts, (number, result))
