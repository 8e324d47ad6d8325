"""Surface forms: the distinct texts and types of spans, each of which counts once.

WNUT-17's second score (L. Derczynski, E. Nichols, M. van Erp, N. Limsopatham. 2017): gold and
predicted forms are the distinct (text, type) pairs of each side, correct ones those of the spans
that are right at their own place. The text is that of gold's tokens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from spanf1.core.spans import Decoder, Spans, decode
from spanf1.core.tag_counter import match_spans
from spanf1.core.tags import TagForm, TagSet
from spanf1.core.tally import ABSENT, SurfaceForm
from spanf1.exceptions import AlignmentError
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.sentences import Sentences


def surface_forms(
    gold: TagFile, predicted: TagFile, form: TagForm | None, tokens: int
) -> Counter[SurfaceForm]:
    """Return how many texts occur in each way, in files that have been read and fit together.

    Parameters
    ----------
    gold, predicted : TagFile
        The tags; they may be in one file. The texts are those of gold's tokens.
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
    for passage in gold.passages(sets[0]):
        first, stop = np.searchsorted(spans.end, (base, base + passage.size), "right")
        part = spans.only(np.arange(first, stop))
        part = part._replace(start=part.start - base, end=part.end - base)
        for kind, text, gold_shape, predicted_shape in _pairs(passage, part):
            found.setdefault((kind, text), set()).add((gold_shape, predicted_shape))
        base += passage.size
    if not base == count == tokens:
        raise AlignmentError(
            "a line that begins with # is a token by its tag on one side, and none by the other",
            where=gold.source.name,
        )
    names = ["", *types]
    return Counter(SurfaceForm(names[kind], frozenset(ways)) for (kind, _), ways in found.items())


def _all_spans(side: TagFile, tags: TagSet) -> tuple[Spans, int]:
    """Return all spans of one side, counted from its first token, and how many tokens it has."""
    decoder = Decoder()
    parts = [decoder.feed(piece.codes, piece.starts)[0] for piece in side.sentences(tags)]
    count = decoder.position
    parts.append(decoder.finish())
    return Spans(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True))), count


def _pairs(passage: Sentences, predicted: Spans) -> Iterator[tuple[int, str, int, int]]:
    """Yield the type, the text, and the shape on each side of every span of a passage."""
    gold = decode(passage.codes, passage.starts)
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
            passage.texts(spans),
            gold_shape.tolist(),
            predicted_shape.tolist(),
            strict=True,
        )
