"""Scores of shards on a cluster of Spark.

>>> from pyspark.sql import SparkSession
>>> from spanf1.integrations.spark import score
>>> SparkSession.builder.getOrCreate()  # doctest: +SKIP
>>> print(score("/data/shards/*.conll", confidence=0.95))  # doctest: +SKIP
>>> print(score(frame, gold_key="gold", pred_key="predicted"))  # doctest: +SKIP

Each partition sends one row home, or one for each shard if intervals are to find out by themselves
what documents are: its number, and the counts as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from pyspark import TaskContext
from pyspark.sql import SparkSession

from spanf1 import exceptions
from spanf1.core.options import AUTO
from spanf1.exceptions import SpanF1Error, UsageError
from spanf1.formats.source import Path
from spanf1.integrations.shards import (
    AnyResult,
    ShardResult,
    score_all,
    score_pairs,
    score_shard,
    shards_of,
)
from spanf1.levels.results import TokenResult
from spanf1.results.result import Result, total_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

_SCHEMA = "part int, number int, counts string"


def score(
    data: Path | Iterable[Path] | DataFrame,
    pred_paths: Path | Iterable[Path] | None = None,
    *,
    gold_key: str = "gold",
    pred_key: str = "predicted",
    partitions: int | None = None,
    **options: Any,
) -> AnyResult:
    """Score files, or a frame, on a cluster.

    Parameters
    ----------
    data : path, iterable of path, or pyspark.sql.DataFrame
        The files, which all workers find by the same paths: a folder, a pattern, or a list. Each
        has both sides, or is gold. Or a frame with the tags of a sentence in each row; the hash is
        of its rows in the order of its partitions.
    pred_paths : path or iterable of path, optional
        The files with the predictions, likewise.
    gold_key, pred_key : str
        Of a frame, the columns of the gold and of the predicted tags.
    partitions : int, optional
        Of files, how many partitions there are, by default as many as Spark has cores; each has
        shards that follow each other, and is what is done again if a worker is lost.
    **options
        As for `spanf1.score_file`; of a frame, as for `spanf1.evaluate`.

    Raises
    ------
    UsageError
        If there is no session of Spark, there are no files, or they cannot be added up.
    SpanF1Error
        As `spanf1.score_file` does, for the first shard that has an error; when all are done.
    """
    session = SparkSession.getActiveSession()
    if session is None:
        hint = "pyspark.sql.SparkSession.builder.getOrCreate()"
        raise UsageError("there is no session of Spark", hint=hint)
    given: Any = data
    results: Callable[..., Iterator[ShardResult]]
    if hasattr(data, "mapInArrow"):
        frame, results = given.select(gold_key, pred_key), _of_pairs
    else:
        shards = shards_of(given, pred_paths)
        frame = session.range(0, len(shards), 1, partitions)
        results = partial(_of_shards, shards=shards)
    return score_all(lambda how: _collected(frame, results, how), options)


def _of_shards(
    batch: pa.RecordBatch, how: dict[str, Any], shards: list[Any]
) -> Iterator[ShardResult]:
    for number in batch.column(0).to_pylist():
        yield score_shard(shards[number], how)


def _of_pairs(batch: pa.RecordBatch, how: dict[str, Any]) -> Iterator[ShardResult]:
    result = score_pairs(zip(*(c.to_pylist() for c in batch.columns), strict=True), how)
    if result:
        yield result


def _collected(
    frame: DataFrame, results: Callable[..., Iterator[ShardResult]], how: dict[str, Any]
) -> Iterator[ShardResult]:
    """Yield the results of a frame, by what makes some of a batch of its rows, in order."""
    rows = frame.mapInArrow(partial(_rows, results=results, how=how), _SCHEMA).collect()
    for _, _, text in sorted(rows):
        data = json.loads(text)
        if "error" in data:
            kind, message, where, hint = data["error"]
            raise getattr(exceptions, kind)(message, where=where, hint=hint)
        kind = TokenResult if data.get("level") == "token" else Result
        yield replace(kind.from_dict(data), confidence=how["confidence"])


def _rows(
    batches: Iterable[pa.RecordBatch],
    results: Callable[..., Iterator[ShardResult]],
    how: dict[str, Any],
) -> Iterator[pa.RecordBatch]:
    """Yield the rows that a partition sends home."""
    import pyarrow as pa

    def row(number: int, data: dict[str, Any]) -> pa.RecordBatch:
        part = TaskContext.get().partitionId()  # type: ignore[union-attr]
        arrays = pa.array([part], pa.int32()), pa.array([number], pa.int32())
        return pa.RecordBatch.from_arrays(
            [*arrays, pa.array([json.dumps(data)])], ["part", "number", "counts"]
        )

    number = 0
    confidence = how["confidence"]
    try:
        found: Iterator[Any] = (one for batch in batches for one in results(batch, how))
        for first in found:
            apart = confidence and confidence.unit == AUTO
            for one in chain([first], found) if apart else [total_of(chain([first], found))]:
                kept = replace(one, confidence=None)
                yield row(number, kept.to_dict(keep_units=bool(kept.tally.units)))
                number += 1
    except SpanF1Error as error:
        yield row(number, {"error": [type(error).__name__, error.message, error.where, error.hint]})
