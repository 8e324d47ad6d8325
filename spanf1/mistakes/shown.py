"""Analyses shown on a page: their texts, spans and ledgers as its columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from spanf1.mistakes.ledger import HOWS, KINDS, NONE, Ledger
from spanf1.mistakes.texts import Texts
from spanf1.pages.data import Book, Sentence, SliceColumns, Span, SystemColumns, Words
from spanf1.pages.page import page
from spanf1.results.scored import Scored

if TYPE_CHECKING:
    from spanf1.core.tags import IntArray
    from spanf1.mistakes.slices import Sliced, Slices

#: the ledger of each input, and what knows the texts of its spans
Parts = Sequence[tuple[Ledger, Texts]]

_EXACTLY = "errors, confusions and what they cost are those of exact matches"


def page_of(
    parts: Parts,
    result: Scored,
    what_if: Iterable[tuple[Any, ...]],
    title: str = "",
    *,
    digits: int | None = None,
    slices: Sequence[SliceColumns] = (),
) -> str:
    """Return the page of one system; see `spanf1.Analysis.to_html`."""
    files = [texts.file for _, texts in parts]
    names = [name for name in (result.input.files if result.input else files) if name]
    title = title or " · ".join(names) or "Spans"
    system = columns_of(
        names[-1] if names else "predictions", result, parts, what_if, slices=slices
    )
    remarks = [] if result.options.match == "exact" else [_EXACTLY]
    book = book_of(parts, [system], files=files, title=title, digits=digits, remarks=remarks)
    return page(book)


def book_of(
    parts: Parts,
    systems: Sequence[SystemColumns],
    *,
    files: Sequence[str],
    title: str,
    digits: int | None = None,
    changes: dict[str, str] | None = None,
    ranking: dict[str, Any] | None = None,
    remarks: Iterable[str] = (),
) -> Book:
    """Return what a page shows: the texts and gold of the ledgers of a system, and all systems."""
    sentences: list[Sentence] = []
    gold: list[Span] = []
    firsts = []
    for ledger, texts in parts:
        firsts.append(len(sentences))
        gold += _moved(texts.placed(ledger, 0), len(sentences))
        sentences += texts.shown()
    return Book(
        title,
        [*zip(files, firsts, strict=True)],
        sentences,
        gold,
        systems,
        Words(KINDS, HOWS, changes or {}),
        ranking,
        [*remarks],
        digits,
    )


def columns_of(
    name: str,
    result: Scored,
    parts: Parts,
    what_if: Iterable[tuple[Any, ...]],
    *,
    gold: IntArray | None = None,
    changes: tuple[Sequence[int], Sequence[int]] | None = None,
    slices: Sequence[SliceColumns] = (),
) -> SystemColumns:
    """Return a system as columns.

    Parameters
    ----------
    name, result, parts, what_if, changes, slices
        As for `SystemColumns`, and its ledgers.
    gold : array of int, optional
        For each of its spans of gold, which span of gold of the page that is; by default, each
        is itself.
    """
    predicted: list[Span] = []
    columns: list[list[IntArray]] = []
    behind = sentences = 0
    for ledger, texts in parts:
        rows = [
            np.where(index == NONE, NONE, index + base)
            for index, base in ((ledger.gold, behind), (ledger.predicted, len(predicted)))
        ]
        columns.append([*rows, ledger.kind.astype(np.intp), ledger.how.astype(np.intp)])
        predicted += _moved(texts.placed(ledger, 1), sentences)
        behind += len(ledger.sides[0].number)
        if len(parts) > 1:
            sentences += sum(1 for _ in texts.shown())
    first, *others = (np.concatenate(column) for column in zip(*columns, strict=True))
    if gold is not None:
        first = np.where(first == NONE, NONE, gold[first] if len(gold) else first)
    return SystemColumns(name, result, predicted, [first, *others], what_if, changes, slices)


def slice_columns(sliced: Sliced, slices: Slices) -> SliceColumns:
    """Return slices as columns: those of each row, and what predictions are like in each."""
    scores = [
        (
            one.name,
            *(one.score.precision, one.score.recall, one.score.fbeta),
            *(one.score.gold, one.score.predicted, one.score.correct),
            *(one.intervals.fbeta if one.intervals else (None, None)),
            *(one.difference, one.p_adjusted),
        )
        for one in slices
    ]
    return SliceColumns(sliced.by, sliced.text, [*chain.from_iterable(sliced.rows)], scores)


def _moved(spans: Iterable[Span], by: int) -> Iterable[Span]:
    """Return spans whose sentences have numbers that are so much larger."""
    return spans if not by else ((span[0] + by, *span[1:]) for span in spans)
