"""Several systems on one page: how they compare, and what the best one mends and breaks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from spanf1.changes.changes import CHANGES, Changes
from spanf1.changes.diff import analyze_outputs, sources_of
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
from spanf1.core.tags import AUTO_FORM, IntArray
from spanf1.formats.labels import labels_by_id
from spanf1.formats.options import Column, InputOptions
from spanf1.formats.source import Source, source_of
from spanf1.mistakes.analysis import Analysis
from spanf1.mistakes.ledger import NONE
from spanf1.mistakes.shown import book_of, columns_of
from spanf1.pages.page import page
from spanf1.ranking.rank import Ranking, RankingOptions
from spanf1.ranking.report import to_dict

if TYPE_CHECKING:
    from spanf1.mistakes.slices import Train

_NEW = [*CHANGES].index("new")


def report(
    gold: str | os.PathLike[str] | Source | None,
    systems: Mapping[str, Any] | Iterable[str | os.PathLike[str]],
    *,
    title: str = "",
    digits: int | None = None,
    by: str | Iterable[str] = (),
    train: Train | None = None,
    bins: Sequence[int] | None = None,
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
) -> str:
    """Return a page of HTML of several systems: which is best, and every error in its sentence.

    The page is one file, which works offline. `spanf1.Analysis.to_html` makes that of one system.

    Parameters
    ----------
    gold : path, optional
        The file with the gold tags or spans; None if each system's file holds gold and predicted
        ones.
    systems : mapping of str to path, or iterable of path
        Two systems at least: their files, by their names, or by the names of the files.
    title : str
        What the page is called; by default after the files.
    digits, by, train, bins
        As for `spanf1.Analysis.to_html`.
    confidence : float or Confidence, optional
        The level of intervals and tests, by default 0.95; or level, resamples, unit and seed.
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
        If the systems were not scored on the same tokens and gold spans.
    UsageError
        If jinja2 is not installed, there are not two systems, or arguments contradict each other.
    InputError
        As for `spanf1.score_file`.

    Examples
    --------
    >>> import spanf1
    >>> page = spanf1.report("gold.conll", ["a.conll", "b.conll"])  # doctest: +SKIP
    >>> open("report.html", "w", encoding="utf-8").write(page)  # doctest: +SKIP
    """
    given = {**locals(), "labels": None if labels is None else labels_by_id(labels)}
    analyses, ranking = analyze_outputs(
        None if gold is None else source_of(gold),
        sources_of(systems, "a list of files"),
        *InputOptions.of_both(given, 1 if gold is None else 2),
        by_position=align_by_position,
        options=options_of(given),
        testing=RankingOptions(confidence=confidence_from(confidence) or Confidence()),
    )
    return page_of_systems(
        analyses,
        ranking,
        title,
        merged=gold is None,
        digits=digits,
        by=by,
        train=train,
        bins=bins,
    )


def page_of_systems(
    analyses: Mapping[str, Analysis],
    ranking: Ranking,
    title: str = "",
    *,
    merged: bool = False,
    digits: int | None = None,
    by: str | Iterable[str] = (),
    train: Train | None = None,
    bins: Sequence[int] | None = None,
) -> str:
    """Return the page of several systems on one gold, the best one first.

    Parameters
    ----------
    analyses : mapping of str to Analysis
        What is wrong in each, by its name; none has several inputs.
    ranking : Ranking
        How they compare.
    title : str
        What it is called; by default after gold and the systems.
    merged : bool
        Whether gold is in the files of the systems.
    digits, by, train, bins
        As for `spanf1.Analysis.to_html`.

    Raises
    ------
    AlignmentError
        If they do not have the same gold.
    UsageError
        If jinja2 is not installed.
    """
    names = [standing.system.name for standing in ranking.standings]
    best, how = names[0], ranking.testing.confidence
    parts = analyses[best].parts
    file = parts[0].texts.file
    systems = []
    for name in names:
        analysis = replace(analyses[name], result=replace(analyses[name].result, confidence=how))
        gold = changes = None
        if name != best:
            both = Changes.between((name, best), (analysis, analyses[best]), ranking, where=name)
            gold, changes = _gold_of(both), _fates(both)
        systems.append(
            columns_of(
                name,
                analysis.result,
                analysis.parts,
                analysis.what_if(),
                gold=gold,
                changes=changes,
                slices=analysis.slice_columns(by, train=train, bins=bins),
            )
        )
    title = title or " · ".join([*([] if merged else [file]), *names])
    return page(
        book_of(
            parts,
            systems,
            files=[file],
            title=title,
            digits=digits,
            changes=CHANGES,
            ranking=to_dict(ranking),
        )
    )


def _gold_of(changes: Changes) -> IntArray:
    """Return for each span of A's gold which one it is of B's."""
    a, b = (analysis.parts[0].ledger for analysis in changes.analyses)
    rows = changes.rows[: len(a.sides[0].number), 1]
    return b.gold[rows]


def _fates(changes: Changes) -> tuple[Sequence[int], Sequence[int]]:
    """Return what becomes in B of each row of A's ledger, and the rows of B's that are new."""
    fates = np.zeros(len(changes.analyses[0].parts[0].ledger), np.intp)
    there = changes.rows[:, 0] != NONE
    fates[changes.rows[there, 0]] = changes.change[there]
    new = np.sort(changes.rows[changes.change == _NEW, 1])
    return fates.tolist(), new.tolist()
