"""Two systems held against each other, span by span: from files to what changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from spanf1.changes.changes import Changes
from spanf1.core.options import (
    AUTO,
    AnyScheme,
    Confidence,
    MissingName,
    Options,
    TypeSet,
    confidence_from,
    options_of,
)
from spanf1.core.schemes import ReadingName
from spanf1.core.tags import AUTO_FORM
from spanf1.exceptions import UsageError
from spanf1.formats.labels import labels_by_id
from spanf1.formats.options import Column, InputOptions
from spanf1.formats.registry import Inputs
from spanf1.formats.source import Source, source_of
from spanf1.mistakes.analysis import Analysis
from spanf1.mistakes.analyze import analyze_inputs
from spanf1.ranking.compare import Progress, compare_outputs, names_of
from spanf1.ranking.rank import Ranking, RankingOptions
from spanf1.results.result import Result


def diff(
    gold: str | os.PathLike[str] | Source | None,
    systems: Mapping[str, Any] | Iterable[str | os.PathLike[str]],
    *,
    confidence: float | Confidence | None = None,
    scheme: AnyScheme = AUTO,
    gold_scheme: AnyScheme | None = None,
    pred_scheme: AnyScheme | None = None,
    reading: ReadingName = "lenient",
    beta: float = 1.0,
    types: TypeSet | Iterable[str] = "union",
    zero_division: float = 0.0,
    map_types: Mapping[str, str] | None = None,
    ignore_types: Iterable[str] = (),
    trim: bool = False,
    options: Options | None = None,
    tag_form: str = AUTO_FORM,
    outside: Iterable[str] = (),
    mask_tags: Iterable[str] = (),
    missing: MissingName = "error",
    gold_column: Column | None = None,
    pred_column: Column | None = None,
    tag_column: Column | None = None,
    token_column: Column | None = None,
    sentence_column: Column | None = None,
    delimiter: str | None = None,
    align_by_position: bool = False,
    input_format: str = AUTO,
    gold_key: str | None = None,
    pred_key: str | None = None,
    token_key: str | None = None,
    text_key: str | None = None,
    id_key: str | None = None,
    annotator: str | None = None,
    labels: Iterable[str] | Mapping[Any, str] | None = None,
    max_size: int | str | None = None,
) -> Changes:
    """Say which spans two systems differ in, and whether the difference in F1 is more than noise.

    Parameters
    ----------
    gold : path, optional
        The file with the gold tags or spans; None if each system's file holds gold and predicted
        ones.
    systems : mapping of str to path, or iterable of path
        Two systems, A and B: their files, by their names, or by the names of the files.
    confidence : float or Confidence, optional
        The level of the test, by default 0.95; or level, resamples, unit and seed.
    options : Options, optional
        How spans are read, for exact matches, in place of `scheme` to `trim`.

    Other Parameters
    ----------------
    scheme, gold_scheme, pred_scheme, reading, beta, types, zero_division, map_types, \
ignore_types, tag_form, outside, mask_tags, missing
        As for `spanf1.evaluate`.
    gold_column, pred_column, tag_column, token_column, sentence_column, delimiter, \
align_by_position, input_format, gold_key, pred_key, token_key, text_key, id_key, annotator, \
labels, trim, max_size
        As for `spanf1.score_file`.

    Raises
    ------
    AlignmentError
        If the two were not scored on the same tokens and gold spans.
    UsageError
        If there are not two systems, or arguments contradict each other.
    InputError
        As for `spanf1.score_file`.

    Examples
    --------
    >>> import spanf1
    >>> changes = spanf1.diff("gold.conll", ["old.conll", "new.conll"])  # doctest: +SKIP
    >>> changes.counts["mended"] - changes.counts["broken"]  # doctest: +SKIP
    2
    """
    given = {**locals(), "labels": None if labels is None else labels_by_id(labels)}
    return diff_outputs(
        None if gold is None else source_of(gold),
        sources_of(systems, "two files"),
        *InputOptions.of_both(given, 1 if gold is None else 2),
        by_position=align_by_position,
        options=options_of(given),
        confidence=confidence_from(confidence) or Confidence(),
    )


def sources_of(
    systems: Mapping[str, Any] | Iterable[str | os.PathLike[str]], wanted: str
) -> dict[str, Source]:
    """Return the source of each system, by its name, or by the names of the files.

    Raises
    ------
    UsageError
        If there is one path alone; `wanted` says what else there may be than a mapping.
    """
    if isinstance(systems, str):
        raise UsageError(f"systems are to be a dict of names to files, or {wanted}")
    if not isinstance(systems, Mapping):
        paths = [os.fspath(path) for path in systems]
        systems = dict(zip(names_of(paths), paths, strict=True))
    return {str(name): source_of(file) for name, file in systems.items()}


def diff_outputs(
    gold: Source | None,
    systems: Mapping[str, Source],
    gold_options: InputOptions,
    predicted_options: InputOptions,
    *,
    by_position: bool,
    options: Options,
    confidence: Confidence,
    progress: Progress = lambda _: None,
) -> Changes:
    """Return the changes between two systems, given what is to be read of them; see `diff`."""
    if len(systems) != 2:
        raise UsageError(
            f"two systems are held against each other, and {len(systems)} are given",
            hint="spanf1 compare ranks several",
        )
    first, other = systems
    testing = RankingOptions(reference=first, correction="none", confidence=confidence)
    analyses, ranking = analyze_outputs(
        gold,
        systems,
        gold_options,
        predicted_options,
        by_position=by_position,
        options=options,
        testing=testing,
        progress=progress,
    )
    return Changes.between(
        (first, other), (analyses[first], analyses[other]), ranking, where=systems[other].name
    )


def analyze_outputs(
    gold: Source | None,
    systems: Mapping[str, Source],
    gold_options: InputOptions,
    predicted_options: InputOptions,
    *,
    by_position: bool,
    options: Options,
    testing: RankingOptions,
    progress: Progress = lambda _: None,
) -> tuple[dict[str, Analysis], Ranking]:
    """Return what is wrong in each system, by its name, and how they compare; see `diff`."""
    if options.match != "exact":
        raise UsageError("what is right is what an exact match counts: there is no other match")
    # The last analysis of a system is that of its result in the ranking.
    found: dict[str, Analysis] = {}

    def read(inputs: Inputs, options: Options, units: str, documents: bool) -> Result:
        analysis = analyze_inputs([inputs], options, units=units, documents=documents)
        found[inputs.predicted.source.path] = analysis
        return analysis.result

    ranking = compare_outputs(
        gold,
        {name: [source] for name, source in systems.items()},
        gold_options,
        predicted_options,
        by_position=by_position,
        options=options,
        testing=testing,
        progress=progress,
        read=read,
    )
    return {name: found[source.path] for name, source in systems.items()}, ranking
