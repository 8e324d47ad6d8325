"""Surface forms: the distinct texts and types of spans, each of which counts once.

WNUT-17's second score (L. Derczynski, E. Nichols, M. van Erp, N. Limsopatham. 2017): gold and
predicted forms are the distinct (text, type) pairs of each side, correct ones those of the spans
that are right at their own place. The text is that of gold's tokens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from spanf1.core.spans import Spans, decode
from spanf1.core.tag_counter import match_spans
from spanf1.core.tags import IntArray, TagForm, TagSet
from spanf1.core.tally import ABSENT, SurfaceForm
from spanf1.exceptions import AlignmentError
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.columns.passages import Passage, Passages
from spanf1.formats.columns.runs import TagFile
from spanf1.formats.options import Column


class Side(NamedTuple):
    """A file, and the column of its tags by number from 1, or from the end by -1."""

    file: ColumnFile
    column: int


def surface_forms(
    gold: Side, predicted: Side, token_column: Column | None, form: TagForm | None, tokens: int
) -> Counter[SurfaceForm]:
    """Return how many texts occur in each way, in files that have been read and fit together.

    Parameters
    ----------
    gold, predicted : Side
        The tags; they may be in one file.
    token_column : int or str, optional
        The column of the tokens in gold's file; by default the first that has no tags.
    form : TagForm, optional
        How the tags are written, if that is given.
    tokens : int
        How many tokens there are.

    Raises
    ------
    AlignmentError
        If the tags of one side alone are not on so many lines.
    InputError
        If a file cannot be read, or has no such column.
    """
    types: dict[str, int] = {}
    sets = TagSet(types, form), TagSet(types, form)
    spans, count = _all_spans(predicted, sets[1])
    found: dict[tuple[int, str], set[tuple[int, int]]] = {}
    base = 0
    for passage in Passages(gold.file, gold.column, token_column).read(sets[0]):
        first, stop = np.searchsorted(spans.end, (base, base + len(passage.tokens)), "right")
        part = spans.only(np.arange(first, stop))
        part = part._replace(start=part.start - base, end=part.end - base)
        for kind, text, gold_shape, predicted_shape in _pairs(passage, part):
            found.setdefault((kind, text), set()).add((gold_shape, predicted_shape))
        base += len(passage.tokens)
    if not base == count == tokens:
        raise AlignmentError(
            "a line that begins with # is a token by its tag on one side, and none by the other",
            where=gold.file.source.name,
        )
    names = ["", *types]
    return Counter(SurfaceForm(names[kind], frozenset(ways)) for (kind, _), ways in found.items())


def _all_spans(side: Side, tags: TagSet) -> tuple[Spans, int]:
    """Return all spans of one side, counted from its first token, and how many tokens it has."""
    none = np.zeros(0, np.intp)
    parts = [Spans(none, none, none, np.zeros(0, np.int16))]
    count = 0
    for run in TagFile(side.file, side.column).runs(tags):
        spans = decode(run.codes, run.starts)
        parts.append(spans._replace(start=spans.start + count, end=spans.end + count))
        count += len(run.codes)
    return Spans(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True))), count


def _pairs(passage: Passage, predicted: Spans) -> Iterator[tuple[int, str, int, int]]:
    """Yield the type, the text, and the shape on each side of every span of a passage."""
    gold = passage.spans
    gold_match, predicted_match = match_spans(gold, predicted)
    other = np.full(len(gold.start), ABSENT)
    other[gold_match] = predicted.shape[predicted_match]
    alone = np.ones(len(predicted.start), np.bool_)
    alone[predicted_match] = False
    extra = predicted.only(alone)
    nowhere = np.full(len(extra.start), ABSENT)
    for spans, gold_shape, predicted_shape in (
        (gold, gold.shape, other),
        (extra, nowhere, extra.shape),
    ):
        yield from zip(
            spans.type.tolist(),
            _texts(passage.tokens, spans.start, spans.end),
            gold_shape.tolist(),
            predicted_shape.tolist(),
            strict=True,
        )


def _texts(tokens: list[str], starts: IntArray, ends: IntArray) -> list[str]:
    return [
        " ".join(tokens[start:end])
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
