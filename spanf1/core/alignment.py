"""Places of spans in two texts that belong together: what makes them the same on both sides."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from spanf1.core.documents import Document, Offsets, TextSpan, places, squeezed
from spanf1.core.fingerprint import summed, type_number

#: what spans are known by: their types, and their places or what they say
Key = tuple[str, tuple[Offsets, ...] | str]
Keys = Callable[[Document], list[Key]]

# How much of two texts a message shows, before the place where they part and behind it.
_BEFORE, _BEHIND = 12, 24
# The longest text whose places are looked up in a table.
_LONG = 1 << 24

_WHITE = "they differ in white space only: both must have the same"
_FORMS = "they differ in Unicode's normal form only (NFC, NFD): both must be in one"


def common(gold: Document, predicted: Document, *, by_position: bool) -> Keys | None:
    """Return what finds the places of spans that are the same for both sides.

    Parameters
    ----------
    gold, predicted : Document
        Two documents that belong together.
    by_position : bool
        Whether two tokens at one place are the same, though their texts differ.

    Returns
    -------
    callable, optional
        None if there is nothing of the kind: the texts differ.
    """
    text, other = gold.text, predicted.text
    if text is None or other is None or text == other:
        return _as_given
    if (gold.spaced or predicted.spaced) and squeezed(text) == squeezed(other):
        return _squeezed
    if (
        by_position
        and (gold.spaced and predicted.spaced)
        and len(gold.tokens or ()) == len(predicted.tokens or ())
    ):
        return _by_token
    return None


def parting(text: str, other: str) -> tuple[str, str, int]:
    """Return how two texts go on around the place where they part, and from which character."""
    place = next(
        (k for k, pair in enumerate(zip(text, other)) if pair[0] != pair[1]),  # noqa: B905 - one may be longer
        min(len(text), len(other)),
    )
    start = max(place - _BEFORE, 0)
    shown, there = (one[start : place + _BEHIND] for one in (text, other))
    # What looks the same is spelt out.
    alike = unicodedata.normalize("NFKC", shown) == unicodedata.normalize("NFKC", there)
    spell = ascii if alike else repr
    return spell(shown), spell(there), start


def remedy(text: str, other: str) -> str:
    """Return what can be done about two texts that differ."""
    if squeezed(text) == squeezed(other):
        return _WHITE
    if unicodedata.normalize("NFC", text) == unicodedata.normalize("NFC", other):
        return _FORMS
    return "both must be annotations of the same texts"


def words_at(gold: Document, predicted: Document, how: Keys) -> Callable[[Any], str]:
    """Return what tells the words of gold at places that are the same for both sides.

    If gold has no text, they are the other's; nothing if neither has one. `how` is what `common`
    returned.
    """
    text = (predicted.text if gold.text is None else gold.text) or ""
    if how is _by_token:
        tokens = gold.tokens or ()
        return lambda parts: " ".join(text[tokens[a][0] : tokens[b][1]] for a, b in parts)
    if how is _squeezed:
        found = [place for place, character in enumerate(text) if not character.isspace()]
        return lambda parts: " ".join(text[found[a] : found[b - 1] + 1] for a, b in parts if a < b)
    return lambda parts: " ".join(text[a:b] for a, b in parts)


def says_other(span: TextSpan, document: Document) -> bool:
    """Return whether a span says something else than a document has at its place.

    Only letters and digits count, without case and marks: a tokenizer may spell words its own way.
    """
    there = document.text_of(span)
    return span.text not in (None, there) and _letters(span.text or "") != _letters(there)


def _letters(text: str) -> str:
    text = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in text if character.isalnum())


def number_of(gold: Document, predicted: Document, before: int) -> tuple[int, int]:
    """Return the number that stands for gold's spans, and how many characters there are.

    White space does not count.

    Parameters
    ----------
    gold, predicted : Document
        Two documents that belong together; where gold has no text it is the other's.
    before : int
        How many characters were read before.
    """
    text = predicted.text if gold.text is None else gold.text
    if text is None:
        ends = [end for span in (*gold.spans, *predicted.spans) for _, end in span.parts]
        keys: list[Any] = _as_given(gold)
        extent = max(ends, default=0)
    else:
        keys = _squeezed(gold._replace(text=text))
        extent = len(squeezed(text))
    found = []
    for name, parts in keys:
        start, end = parts[0][0], parts[-1][1]
        # The type of a discontinuous span says what it leaves out.
        gaps = [(a[1] - start, b[0] - start) for a, b in pairwise(parts)]
        found.append((end, end - start, f"{name}\0{gaps}" if gaps else name))
    return summed_up(found, before, long=extent > _LONG), extent


def summed_up(spans: list[tuple[int, int, str]], before: int, *, long: bool = False) -> int:
    """Return the number of spans, given the end, the length and the type of each.

    Parameters
    ----------
    spans : list of tuple
        The spans, in any order.
    before : int
        As for `number_of`.
    long : bool
        Whether ends may be too large for a table of them.
    """
    if not spans:
        return 0
    if long:
        numbers = (summed_up([(0, length, kind)], before + end) for end, length, kind in spans)
        return sum(numbers) & ((1 << 64) - 1)
    spans.sort()
    ends, lengths, kinds = zip(*spans, strict=True)
    return summed(
        np.array(list(map(type_number, kinds)), np.uint64),
        np.array(lengths, np.int64),
        np.array(ends, np.intp),
        before,
    )


def _as_given(document: Document) -> list[Key]:
    """Return the types of spans, and their places."""
    return [(span.type, span.parts) for span in document.spans]


def _by_token(document: Document) -> list[Key]:
    """Return the types of spans, and the tokens that their parts begin and end with."""
    tokens = document.tokens or ()
    first = {start: number for number, (start, _) in enumerate(tokens)}
    last = {end: number for number, (_, end) in enumerate(tokens)}
    return [
        (span.type, tuple((first[start], last[end]) for start, end in span.parts))
        for span in document.spans
    ]


def _squeezed(document: Document) -> list[Key]:
    """Return the types of spans, and their places without white space."""
    place = places(
        document.text or "",
        [offset for span in document.spans for part in span.parts for offset in part],
    )
    return [
        (span.type, tuple((place[start], place[end]) for start, end in span.parts))
        for span in document.spans
    ]
