"""Several systems on one page: how they compare, and what the best one mends and breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from spanf1.changes.changes import CHANGES, Changes
from spanf1.core.tags import IntArray
from spanf1.mistakes.analysis import Analysis
from spanf1.mistakes.ledger import NONE
from spanf1.mistakes.shown import book_of, columns_of
from spanf1.pages.page import page
from spanf1.ranking.rank import Ranking
from spanf1.ranking.report import to_dict

_NEW = [*CHANGES].index("new")


def page_of_systems(
    analyses: Mapping[str, Analysis], ranking: Ranking, title: str = "", *, merged: bool = False
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
        analysis = analyses[name]
        result = replace(analysis.result, confidence=how)
        gold = changes = None
        if name != best:
            both = Changes.between((name, best), (analysis, analyses[best]), ranking, where=name)
            gold, changes = _gold_of(both), _fates(both)
        systems.append(
            columns_of(name, result, analysis.parts, analysis.what_if(), gold=gold, changes=changes)
        )
    title = title or " · ".join([*([] if merged else [file]), *names])
    return page(
        book_of(
            parts, systems, files=[file], title=title, changes=CHANGES, ranking=to_dict(ranking)
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
