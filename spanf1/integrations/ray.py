"""Scores of shards on a cluster of Ray.

>>> import ray
>>> from spanf1.integrations.ray import score
>>> ray.init("auto")  # doctest: +SKIP
>>> print(score("/data/shards/*.conll", confidence=0.95))  # doctest: +SKIP
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import ray

from spanf1.exceptions import SpanF1Error
from spanf1.formats.source import Path
from spanf1.integrations.shards import AnyResult, ShardResult, score_all, score_shard, shards_of


def score(
    paths: Path | Iterable[Path],
    pred_paths: Path | Iterable[Path] | None = None,
    **options: Any,
) -> AnyResult:
    """Score files on a cluster; one of this machine is begun, if none is connected.

    Parameters
    ----------
    paths, pred_paths : path or iterable of path
        The files, which all workers find by the same paths: a folder, a pattern, or a list. Those
        of `paths` have both sides, or are gold.
    **options
        As for `spanf1.score_file`.

    Raises
    ------
    UsageError
        If there are no files, or they cannot be added up.
    SpanF1Error
        As `spanf1.score_file` does, for the first shard that has an error.
    """
    shards = shards_of(paths, pred_paths)
    task = ray.remote(score_shard)

    def run(how: dict[str, Any]) -> Iterator[ShardResult]:
        waiting = deque(task.remote(shard, how) for shard in shards)
        try:
            while waiting:
                yield ray.get(waiting.popleft())
        except ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, SpanF1Error):
                raise error.cause from None
            raise
        finally:
            for one in waiting:
                ray.cancel(one)

    return score_all(run, options)
