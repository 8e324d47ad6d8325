"""Spans of tokens as spans of characters, and back: as tags, on one level or on several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from spanf1.core.documents import Document, Offsets, TextSpan, joined
from spanf1.core.repairs import PARTS
from spanf1.core.schemes import PREFIX_BITS, PREFIX_MASK
from spanf1.core.spans import UNTAGGED, Spans, encode
from spanf1.core.tags import IntArray, TagForm
from spanf1.exceptions import LayoutError, LossError
from spanf1.formats.registry import FEATURES
from spanf1.wording import shortened, unwritable

#: why spans cannot be tags, besides what `FEATURES` says
NO_TEXT = "spans of a text that is not known"
TOUCHING = "spans that touch one of their type, which {} cannot part"

_TOKEN = re.compile(r"\w+|[^\w\s]")
_OUTSIDE = "O"
_FORM = TagForm()


def by_sentence(spans: Spans, starts: IntArray) -> Iterator[Spans]:
    """Yield the spans of each sentence, counted from its first token.

    Parameters
    ----------
    spans : Spans
        Spans in order, none of which is in two sentences.
    starts : array of int
        The first token of every sentence, those without tokens too.
    """
    bounds = np.append(np.searchsorted(spans.start, starts), len(spans.start)).tolist()
    for first, begin, end in zip(starts.tolist(), bounds, bounds[1:], strict=False):
        yield Spans(
            spans.start[begin:end] - first,
            spans.end[begin:end] - first,
            spans.type[begin:end],
            spans.shape[begin:end],
        )


def text_spans(spans: Spans, names: Sequence[str], tokens: Sequence[Offsets]) -> list[TextSpan]:
    """Return spans of one sentence's tokens as spans of its text.

    Parameters
    ----------
    spans : Spans
        The spans, as `spanf1.core.spans.decode` finds them.
    names : sequence of str
        The type of each number: nothing, and the types of a `TagSet`.
    tokens : sequence of (start, end)
        The characters of each token.
    """
    return [
        TextSpan(names[kind], ((tokens[start][0], tokens[end - 1][1]),), None, shape)
        for start, end, kind, shape in zip(*(array.tolist() for array in spans), strict=True)
    ]


def sentence_of(
    words: Sequence[str],
    levels: Sequence[Spans],
    names: Sequence[str],
    where: str,
) -> Document:
    """Return a sentence of which only the tokens are known, and their spans on some levels.

    Parameters
    ----------
    words : sequence of str
        The tokens.
    levels : sequence of Spans
        The spans of each level, counted from the first token.
    names : sequence of str
        As in `text_spans`.
    where : str
        The place of the sentence, for a message.

    Raises
    ------
    LayoutError
        If all tokens of a span are empty.
    """
    text, tokens = joined(words)
    if "" in words:
        for level in levels:
            for start, end in zip(level.start.tolist(), level.end.tolist(), strict=True):
                if not any(words[start:end]):
                    message = f"token {start + 1}: the span here has nothing but empty tokens"
                    raise LayoutError(message, where=where)
    spans = [span for level in levels for span in text_spans(level, names, tokens)]
    return Document(text, spans, tokens, spaced=True, begins=False)


def broken(words: Sequence[str]) -> int | None:
    """Return the first of some words that could not be written, if there is one."""
    if not unwritable("".join(words)):
        return None
    return next((number for number, word in enumerate(words) if unwritable(word)), None)


def tokenized(text: str) -> list[Offsets]:
    """Return tokens of a text: runs of letters and digits, and every other mark by itself.

    Every character that is no white space is in one of them.
    """
    return [found.span() for found in _TOKEN.finditer(text)]


def with_tokens(document: Document) -> Document:
    """Return a document with the tokens of its text, if it has none of its own."""
    if document.tokens is not None or document.text is None:
        return document
    return document._replace(tokens=tokenized(document.text))


def place_of(document: Document) -> str:
    """Return where a document is from, for a message."""
    return f"line {document.line}" if document.line else ""


class Levels(NamedTuple):
    """Which spans of a document go on which level, so that no two of a level overlap.

    Attributes
    ----------
    levels : list of list of int
        The indices of the spans on each level, in the order of their tokens.
    lost : list of (int, str)
        The indices of the spans that are on none, and what such spans are, in words.
    """

    levels: list[list[int]]
    lost: list[tuple[int, str]]


def levels_of(document: Document, levels: int, scheme: str) -> Levels:
    """Put the spans of a document on levels of tags.

    A longer span goes before a shorter one, and then the first one, to the first level that has
    room for it: what is outermost is on the first level.

    Parameters
    ----------
    document : Document
        The document. If its tokens are not known, they are those that `tokenized` finds.
    levels : int
        How many levels there are.
    scheme : str
        The tagging scheme, which may be unable to part spans that touch.
    """
    parts = scheme in PARTS
    document = with_tokens(document)
    rows = [_Level(len(document.tokens or ())) for _ in range(levels)]
    ordered, lost = _placed(document)
    met = set()
    for start, end, index in sorted(ordered, key=lambda one: (one[0] - one[1], *one)):
        kind = document.spans[index].type
        room = [row for row in rows if 1 not in row.taken[start:end]]
        fitting = (row for row in room if parts or not row.touches(start, end, kind))
        row = next(fitting, None)
        if row is not None:
            row.put(start, end, kind, index)
            met.add((start, end, kind))
        elif room:
            lost.append((index, TOUCHING.format(scheme)))
        else:
            again = (start, end, kind) in met
            lost.append((index, FEATURES["repeated" if again else "nested"]))
    return Levels([[index for _, _, index in sorted(row.spans)] for row in rows], sorted(lost))


def fits_in_tag(name: str) -> bool:
    """Return whether a tag can have a type: it would be read back."""
    return _FORM.parse(_FORM.spell(1, name)) == (1, name)


def tags_of(document: Document, spans: Sequence[int], scheme: str) -> list[str]:
    """Return the tags of one level of a document.

    Parameters
    ----------
    document : Document
        The document, whose tokens may be unknown, as in `levels_of`.
    spans : sequence of int
        The indices of the spans, as `levels_of` returns them.
    scheme : str
        The tagging scheme.

    Raises
    ------
    LossError
        If a type cannot be written in a tag.
    """
    document = with_tokens(document)
    count = len(document.tokens or ())
    if not spans:
        return [_OUTSIDE] * count
    chosen = [document.spans[index].type for index in spans]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(chosen), 1)}
    for name in numbers:
        if not fits_in_tag(name):
            message = f"type {shortened(name)} cannot be written in a tag"
            raise LossError(message, where=place_of(document))
    places = _placed(document._replace(spans=[document.spans[index] for index in spans]))[0]
    start, end, _ = (np.array(column, np.intp) for column in zip(*places, strict=True))
    kinds = np.array([numbers[name] for name in chosen], np.intp)
    shapes = np.full(len(spans), UNTAGGED, np.int16)
    codes = encode(Spans(start, end, kinds, shapes), count, np.zeros(0, np.intp), scheme)
    names = ["", *numbers]
    spelt = {
        code: _FORM.spell(code & PREFIX_MASK, names[code >> PREFIX_BITS])
        for code in set(codes.tolist())
    }
    return [spelt[code] for code in codes.tolist()]


def tagged(document: Document, levels: int, scheme: str) -> tuple[list[str], list[list[str]]]:
    """Return the tokens of a document, and the tags of every level, with no span lost.

    Raises
    ------
    LossError
        If there is no text, or a span that cannot be on any level.
    """
    document = with_tokens(document)
    where = place_of(document)
    if document.tokens is None or document.text is None:
        raise LossError("without a text there are no tokens to be tagged", where=where)
    found = levels_of(document, levels, scheme)
    if found.lost:
        index, reason = found.lost[0]
        span = document.spans[index]
        shown = f"{span.type} {shortened(document.text_of(span))}"
        room = f"{levels} levels" if levels > 1 else "one level"
        raise LossError(f"{shown}: tags on {room} cannot carry {reason}", where=where)
    return document.words(), [tags_of(document, spans, scheme) for spans in found.levels]


def _placed(document: Document) -> tuple[list[tuple[int, int, int]], list[tuple[int, str]]]:
    """Return the tokens of the spans, (start, end, index), and the spans that have none."""
    tokens = document.tokens
    if tokens is None:
        return [], [(index, NO_TEXT) for index in range(len(document.spans))]
    begins = {start: number for number, (start, _) in reversed(list(enumerate(tokens)))}
    ends = {end: number for number, (_, end) in enumerate(tokens, 1)}
    found, lost = [], []
    for index, span in enumerate(document.spans):
        if len(span.parts) != 1:
            lost.append((index, FEATURES["discontinuous" if span.parts else "unplaced"]))
            continue
        start, end = begins.get(span.parts[0][0], -1), ends.get(span.parts[0][1], -1)
        if 0 <= start < end:
            found.append((start, end, index))
        else:
            lost.append((index, FEATURES["free"]))
    return found, lost


class _Level:
    """The spans on one level, and which tokens they take."""

    def __init__(self, tokens: int) -> None:
        self.taken = bytearray(tokens)
        self.spans: list[tuple[int, int, int]] = []
        # where spans begin and end, with their types
        self._begins: set[tuple[int, str]] = set()
        self._ends: set[tuple[int, str]] = set()

    def touches(self, start: int, end: int, kind: str) -> bool:
        """Return whether a span would stand beside one of its type."""
        return (start, kind) in self._ends or (end, kind) in self._begins

    def put(self, start: int, end: int, kind: str, index: int) -> None:
        """Add a span."""
        self.taken[start:end] = b"\1" * (end - start)
        self.spans.append((start, end, index))
        self._begins.add((start, kind))
        self._ends.add((end, kind))


class Utf16:
    """Where each character of a text is, by units of UTF-16, of which there are `size`."""

    def __init__(self, text: str) -> None:
        self._characters: dict[int, int] | None = None
        self.size = len(text)
        if text.isascii() or max(text) <= "\uffff":
            return
        self._characters, self.size = {}, 0
        for number, character in enumerate(text):
            self._characters[self.size] = number
            self.size += 1 + (character > "\uffff")
        self._characters[self.size] = len(text)

    def character(self, place: int) -> int:
        """Return the character at a place; -1 if none begins there."""
        if self._characters is not None:
            return self._characters.get(place, -1)
        return place if 0 <= place <= self.size else -1
