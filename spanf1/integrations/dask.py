"""Scores of shards on a cluster of Dask.

>>> from dask.distributed import Client
>>> from spanf1.integrations.dask import score
>>> with Client("tcp://scheduler:8786"):  # doctest: +SKIP
...     print(score("/data/shards/*.conll", confidence=0.95))

Each shard is a task, which any worker may do again if one is lost. Results, of some kilobytes each,
are added up in the order of the shards as they come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from dask.bag import Bag
from dask.delayed import delayed
from distributed import Client, Future, default_client

from spanf1.exceptions import UsageError
from spanf1.formats.source import Path
from spanf1.integrations.shards import (
    AnyResult,
    ShardResult,
    score_all,
    score_pairs,
    score_shard,
    shards_of,
)


def score(
    data: Path | Iterable[Path] | Bag,
    pred_paths: Path | Iterable[Path] | None = None,
    *,
    client: Client | None = None,
    **options: Any,
) -> AnyResult:
    """Score files, or a bag, on a cluster.

    Parameters
    ----------
    data : path, iterable of path, or dask.bag.Bag
        The files, which all workers find by the same paths: a folder, a pattern, or a list. Each
        has both sides, or is gold. Or a bag of pairs: gold and predicted tags of a sentence, or
        spans of a text.
    pred_paths : path or iterable of path, optional
        The files with the predictions, likewise.
    client : distributed.Client, optional
        The cluster; by default the one that is connected.
    **options
        As for `spanf1.score_file`; of a bag, as for `spanf1.evaluate`.

    Raises
    ------
    UsageError
        If no cluster is connected, there are no files, or they cannot be added up.
    SpanF1Error
        As `spanf1.score_file` does, for the first shard that has an error.
    """
    cluster = client or _connected()
    if isinstance(data, Bag):
        parts = [*map(delayed, data.to_delayed())]

        def of_bag(how: dict[str, Any]) -> Iterator[ShardResult]:
            tasks = [delayed(score_pairs)(part, how) for part in parts]
            return (one for one in in_order(cluster, cluster.compute(tasks)) if one)

        return score_all(of_bag, options)
    shards = shards_of(data, pred_paths)
    return score_all(
        lambda how: mapped(cluster, partial(score_shard, options=how), shards), options
    )


def mapped(client: Client, function: Any, shards: Sequence[Any]) -> Generator[ShardResult]:
    """Yield what a function makes of each shard, in order."""
    # They may have changed since they were read last.
    return in_order(client, client.map(function, shards, pure=False))


def in_order(client: Client, futures: Iterable[Future[Any]]) -> Generator[Any]:
    """Yield the results of tasks in order, each of which is given up then; of all, at an error."""
    waiting = deque(futures)
    try:
        while waiting:
            yield waiting.popleft().result()
    finally:
        client.cancel([*waiting])


def _connected() -> Client:
    try:
        client: Client = default_client()
    except ValueError:
        raise UsageError(
            "no cluster of Dask is connected", hint="dask.distributed.Client('tcp://HOST:8786')"
        ) from None
    return client
