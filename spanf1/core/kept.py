"""Spans that were counted, kept as they were: what errors are told of is what was scored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from spanf1.core.documents import DocumentBatch
from spanf1.core.spans import WELL_FORMED, BoolArray, Parts, SpanBatch, Spans
from spanf1.core.tags import IntArray


class KeptSide(NamedTuple):
    """The spans of one side, in the order in which they were counted.

    Attributes
    ----------
    spans : Spans
        The spans. Of tags, places are the numbers of tokens from the first that counts; else they
        only say which spans share some.
    detail : array of int
        A number for the parts of each; 0 for the whole ones.
    parts : Parts
        The parts of discontinuous ones.
    number : array of int
        The number of each among all that were counted, those that a scheme drops too.
    """

    spans: Spans
    detail: IntArray
    parts: Parts
    number: IntArray

    def well_formed(self, scheme: str) -> KeptSide:
        """Return those that a scheme allows."""
        return self.only(WELL_FORMED[scheme][self.spans.shape])

    def only(self, kept: BoolArray) -> KeptSide:
        """Return some of the spans, by a mask."""
        return KeptSide(
            self.spans.only(kept), self.detail[kept], self.parts.only(kept), self.number[kept]
        )


class KeptSpans:
    """Keeps the spans of batches that arrive in order.

    Attributes
    ----------
    names : sequence of str
        The types, by their numbers.
    texts : list of (DocumentBatch, DocumentBatch)
        The documents of both sides whose spans these are, unless they are from tags.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Forget all that was kept."""
        self.names: Sequence[str] = [""]
        self.texts: list[tuple[DocumentBatch, DocumentBatch]] = []
        self._batches: list[tuple[SpanBatch, int]] = []
        self._behind = 0

    def add(self, batch: SpanBatch) -> None:
        """Keep the spans of a batch."""
        self._batches.append((batch, self._behind))
        # The places of documents are more than what is said to be their size.
        last = max(int(side.end.max(initial=0)) for side in (batch.gold, batch.predicted))
        self._behind += last + 1 if batch.settled is None else batch.size

    def side(self, number: int) -> KeptSide:
        """Return the spans of gold, 0, or of the predictions, 1."""
        spans, details, pieces = [], [], []
        count = 0
        for batch, behind in self._batches:
            some = (batch.gold, batch.predicted)[number]
            spans.append(some._replace(start=some.start + behind, end=some.end + behind))
            details.append(batch.details[number] if batch.details else np.zeros_like(some.end))
            if batch.parts:
                parts = batch.parts[number].moved(behind)
                pieces.append(parts._replace(owner=parts.owner + count))
            count += len(some.end)
        none = np.zeros(0, np.intp)
        return KeptSide(
            Spans(*map(np.concatenate, zip(*spans, strict=True))),
            np.concatenate(details),
            Parts(*map(np.concatenate, zip((none, none, none), *pieces, strict=True))),
            np.arange(count),
        )
