"""Files scored on a cluster, by the address of its scheduler: ``--executor dask://HOST:PORT``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from os.path import abspath
from typing import TYPE_CHECKING, Any

from spanf1.cli.inputs import SideOptions, StepProgress
from spanf1.core.options import AUTO, Confidence, Options
from spanf1.exceptions import ReadError, SpanF1Error, UsageError, not_installed
from spanf1.formats.opening import both_inputs
from spanf1.formats.source import STDIN, Source
from spanf1.levels.results import TokenResult
from spanf1.results.files import score_inputs
from spanf1.results.result import Result, total_of

if TYPE_CHECKING:
    from distributed import Client

_ADDRESS = re.compile(r"dask://(?P<place>[^/\s]+:[0-9]+)/?")

# So many seconds a scheduler has to answer.
_PATIENCE = 10


def scored_on(
    address: str,
    groups: Sequence[Sequence[str]],
    sides: SideOptions,
    options: Options,
    *,
    confidence: Confidence | None,
    units: str,
    quiet: bool,
    in_order: bool = False,
    level: str = "span",
    as_written: bool = False,
) -> Result | TokenResult:
    """Return the result of files that a cluster scores.

    Parameters
    ----------
    address : str
        Where it is.
    groups : sequence of sequence of str
        The files, in order: each with both sides, or gold and predictions.
    sides, options, confidence, units, in_order
        As for `spanf1.results.files.score_inputs`.
    quiet : bool
        Whether no progress is to be shown.
    level, as_written
        As for `spanf1.score_file`; sentences and documents are judged by the spans that are kept.

    Raises
    ------
    UsageError
        If the address is none, or Dask is not installed.
    ReadError
        If the cluster cannot be reached, or fails.
    InputError
        As the files do: the first of them that has an error.
    """
    if any(STDIN in group for group in groups):
        raise UsageError("--executor is for files, and standard input is none")
    shards = [[*map(abspath, group)] for group in groups]
    # Of files whose units are kept by their kind, the sum has to know all.
    unit = units if units == AUTO else ""
    with (
        _connected(address) as client,
        StepProgress(wanted=not quiet) as progress,
        ExitStack() as begun,
    ):
        from spanf1.integrations.dask import mapped

        def run(**how: Any) -> Iterator[Any]:
            task = partial(_scored, sides=sides, level=level, **how)
            # What was not asked for is given up before the client leaves.
            results = begun.enter_context(closing(mapped(client, task, shards)))
            for done, result in enumerate(results):
                progress(f"{done} of {len(shards)} files")
                yield result

        how: dict[str, Any] = {"options": options, "confidence": confidence, "units": units}
        if level == "token":
            tokens: TokenResult = total_of(run(**how, as_written=as_written), unit)
            return tokens
        schemes = None
        if options.needs_schemes:
            schemes = total_of(run(options=replace(options, match="exact"))).schemes
        spans: Result = total_of(run(**how, in_order=in_order, schemes=schemes), unit)
        return spans.check()


def _scored(
    paths: Iterable[str], *, sides: SideOptions, level: str, **how: Any
) -> Result | TokenResult:
    """Return the result of one input, or of gold and predictions, where a worker is."""
    sources = [Source(path) for path in paths]
    inputs = both_inputs(sources, sides.gold, sides.predicted, by_position=sides.by_position)
    if level != "token":
        return score_inputs(inputs, **how)
    from spanf1.levels.reading import tokens_of_inputs

    return tokens_of_inputs(inputs, **how)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """Give a client of a cluster; what it fails of is said in one line."""
    found = _ADDRESS.fullmatch(address)
    if not found:
        raise UsageError(
            f"--executor {address}: this is no cluster", hint="--executor dask://HOST:8786"
        )
    try:
        from distributed import Client
    except ImportError:
        raise not_installed("--executor dask:// needs Dask", "dask") from None
    connect: Callable[..., Client] = Client
    try:
        with connect(f"tcp://{found['place']}", timeout=_PATIENCE, set_as_default=False) as client:
            yield client
    except SpanF1Error:
        raise
    except Exception as error:
        raise ReadError(
            f"the cluster fails: {type(error).__name__}: {error}",
            where=address,
            hint="the scheduler and its workers are to be up, with the same Python and spanf1",
        ) from None
