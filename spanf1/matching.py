"""Pairs of documents in, a tally out: spans that may nest, repeat or be discontinuous, matched.

Spans of characters are matched as multisets: a span that is there twice is right twice only if
the other side has it twice. Where one side's text is made of tokens, and differs from the other's
in white space only, places are counted without white space.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from spanf1.counts import ABSENT, CHARACTER, TEXT, Form, SpanKey, Tally
from spanf1.documents import Document, Offsets, TextSpan, places, squeezed
from spanf1.errors import AlignmentError, LayoutError
from spanf1.fingerprint import summed, type_number
from spanf1.tags import TagSet, shortened
from spanf1.units import Collector

#: what spans are known by: their places, or what they say
_Key = tuple[str, tuple[Offsets, ...] | str]
_Keys = Callable[[Document], list[_Key]]

#: how many units wait before they are put in rows
_WAITING = 1 << 12
# How much of two texts a message shows, before the place where they part and behind it.
_BEFORE, _BEHIND = 12, 24

TEXT_HINT = "--match text compares what spans say, and not where they are"


def normalized(text: str, how: Sequence[str]) -> str:
    """Return a text with all that makes no difference taken out.

    Parameters
    ----------
    text : str
        The text.
    how : sequence of str
        Names of `spanf1.options.NORMALIZATIONS`.
    """
    if "nfkc" in how:
        text = unicodedata.normalize("NFKC", text)
    if "case" in how:
        text = text.casefold()
    if "space" in how:
        text = " ".join(text.split())
    return text


class DocumentCounter:
    """Matches and counts the spans of pairs of documents.

    Parameters
    ----------
    where : tuple of callable
        For gold and for predictions, what names the place of a document in its file, by its line.
    match : str
        ``exact``, ``text`` or ``surface``; see `spanf1.options.MATCHES`.
    normalize : sequence of str
        For ``text``, what makes no difference; see `normalized`.
    units : str
        ``sentence`` to keep what each pair has, ``document`` for what each document has.
    in_order : bool
        Whether these are to stay in order.
    by_position : bool
        Whether two tokens at one place are the same, though their texts differ.
    """

    def __init__(
        self,
        where: tuple[Callable[[int], str], Callable[[int], str]],
        *,
        match: str = "exact",
        normalize: Sequence[str] = (),
        units: str = "",
        in_order: bool = False,
        by_position: bool = False,
    ) -> None:
        self._where = where
        self._match, self._normalize, self._by_position = match, normalize, by_position
        self._tally = Tally(placed_by=TEXT if match == "text" else CHARACTER)
        self._units = Collector(units, in_order=in_order) if units else None
        self._numbers: dict[SpanKey, int] = {}
        self._waiting: list[tuple[int, int]] = []
        self._forms: defaultdict[tuple[str, str], set[tuple[int, int]]] = defaultdict(set)

    def add(self, gold: Document, predicted: Document) -> None:
        """Match and count the spans of two documents that belong together.

        Raises
        ------
        AlignmentError
            If their texts differ.
        LayoutError
            If a span's place is not known, or is not in the text.
        """
        same = self._common(gold, predicted)
        if self._match == "text":
            keys = [self._texts(document) for document in (gold, predicted)]
        else:
            keys = self._aligned(gold, predicted, same)
        found = self._matched(gold, predicted, keys)
        sums = self._tally
        sums.spans.update(found)
        self._identify(gold, predicted)
        sums.sentences += gold.spaced
        sums.documents += gold.begins
        for spans, first, line in (
            (gold.spans, sums.gold_first, gold.line),
            (predicted.spans, sums.predicted_first, predicted.line),
        ):
            for span in spans:
                first.setdefault(span.shape, line)
        if self._units:
            self._place(gold, found)

    def finish(self, gold_tags: TagSet | None, predicted_tags: TagSet | None) -> Tally:
        """Return the sum; the tag sets are those of the sides that have tags."""
        sums = self._tally
        sums.gold_tagged, sums.predicted_tagged = gold_tags is not None, predicted_tags is not None
        if gold_tags:
            sums.gold_prefixes = frozenset(gold_tags.prefixes())
            sums.gold_forms, sums.gold_other_forms = gold_tags.form_names(), gold_tags.other_forms()
        if predicted_tags:
            sums.predicted_prefixes = frozenset(predicted_tags.prefixes())
            sums.predicted_forms = predicted_tags.form_names()
            sums.predicted_other_forms = predicted_tags.other_forms()
        if self._units:
            self._flush()
            sums.units = self._units.finish({n: key for key, n in self._numbers.items()})
        sums.forms = Counter(Form(name, frozenset(ways)) for (name, _), ways in self._forms.items())
        return sums

    def _texts(self, document: Document) -> list[_Key]:
        """Return the types of spans, and what they say."""
        return [
            (span.type, normalized(document.text_of(span), self._normalize))
            for span in document.spans
        ]

    def _common(self, gold: Document, predicted: Document) -> _Keys:
        """Return what finds the places of spans that are the same for both sides.

        Raises
        ------
        AlignmentError
            If there is nothing of the kind: the texts differ.
        """
        text, other = gold.text, predicted.text
        if text is None or other is None or text == other:
            return _as_given
        if (gold.spaced or predicted.spaced) and squeezed(text) == squeezed(other):
            return _squeezed
        if (
            self._by_position
            and (gold.spaced and predicted.spaced)
            and len(gold.tokens or ()) == len(predicted.tokens or ())
        ):
            return _by_token
        raise self._differing(gold, predicted)

    def _aligned(self, gold: Document, predicted: Document, same: _Keys) -> list[list[_Key]]:
        """Return the types and places of spans, in places that are the same for both sides."""
        texts = gold.text, predicted.text
        for number, document in enumerate((gold, predicted)):
            text = texts[1 - number] if document.text is None else document.text
            for span in document.spans:
                self._check(span, text, self._where[number](document.line))
        return [same(document) for document in (gold, predicted)]

    def _check(self, span: TextSpan, text: str | None, where: str) -> None:
        """Raise an error if a span has no place, or not in its text."""
        if not span.parts:
            raise LayoutError(
                f"where {span.type} {shortened(span.text or '')} is, the input does not say",
                where=where,
                hint=TEXT_HINT,
            )
        if text is not None and span.parts[-1][1] > len(text):
            start, end = span.parts[-1]
            raise AlignmentError(
                f"{span.type} from {start} to {end} is not in the text, which has {len(text)} "
                "characters",
                where=where,
            )

    def _differing(self, gold: Document, predicted: Document) -> AlignmentError:
        """Return the error for two texts that differ, which shows both."""
        text, other = gold.text or "", predicted.text or ""
        place = next(
            (k for k, pair in enumerate(zip(text, other)) if pair[0] != pair[1]),  # noqa: B905 - one may be longer
            min(len(text), len(other)),
        )
        start = max(place - _BEFORE, 0)
        shown, there = (one[start : place + _BEHIND] for one in (other, text))
        return AlignmentError(
            f"the text is {shown!r} where {self._where[0](gold.line)} has {there!r} "
            f"(from character {start})",
            where=self._where[1](predicted.line),
            hint="both must be annotations of the same texts",
        )

    def _matched(
        self, gold: Document, predicted: Document, keys: Sequence[list[_Key]]
    ) -> list[SpanKey]:
        """Return a key for each span, one for two that are the same."""
        left: defaultdict[_Key, list[TextSpan]] = defaultdict(list)
        for key, span in zip(keys[1], predicted.spans, strict=True):
            left[key].append(span)
        found = []
        surface = self._match == "surface"
        for key, span in zip(keys[0], gold.spans, strict=True):
            same = left.get(key)
            pair = span.shape, same.pop().shape if same else ABSENT
            found.append(SpanKey(span.type, *pair))
            if surface:
                self._forms[span.type, gold.text_of(span)].add(pair)
        for spans in left.values():
            for span in spans:
                found.append(SpanKey(span.type, ABSENT, span.shape))
                if surface:
                    text = gold.text_of(span) if gold.text == predicted.text else None
                    self._forms[span.type, predicted.text_of(span) if text is None else text].add(
                        (ABSENT, span.shape)
                    )
        return found

    def _identify(self, gold: Document, predicted: Document) -> None:
        """Take gold's spans into the number that stands for them."""
        sums = self._tally
        if sums.placed_by == TEXT:
            kinds = [f"{span.type}\0{gold.text_of(span)}" for span in gold.spans]
            ends, extent = [(1, 1)] * len(kinds), 1
        else:
            kinds, ends, extent = _identities(gold, predicted)
        if kinds:
            order = sorted(range(len(kinds)), key=lambda k: ends[k][1])
            number = summed(
                np.array([type_number(kinds[k]) for k in order], np.uint64),
                np.array([ends[k][0] for k in order], np.int64),
                np.array([ends[k][1] for k in order], np.intp),
                sums.size,
            )
            sums.gold_number = sums.gold_number + number & (1 << 64) - 1
        sums.size += extent

    def _place(self, gold: Document, found: Sequence[SpanKey]) -> None:
        """Note in which unit spans are."""
        units = self._units
        assert units is not None  # noqa: S101 - for mypy: else nobody asks
        if units.kind == "sentence" or gold.begins or not units.begun:
            units.begun += 1
        unit = units.begun - 1
        numbers = self._numbers
        self._waiting += [(unit, numbers.setdefault(key, len(numbers))) for key in found]
        if len(self._waiting) > _WAITING:
            self._flush()

    def _flush(self) -> None:
        assert self._units is not None  # noqa: S101 - likewise
        rows = np.array(self._waiting, np.int64).reshape(-1, 2)
        self._units.add(rows[:, 0], rows[:, 1])
        self._waiting = []


def _as_given(document: Document) -> list[_Key]:
    """Return the types of spans, and their places."""
    return [(span.type, span.parts) for span in document.spans]


def _by_token(document: Document) -> list[_Key]:
    """Return the types of spans, and the tokens that their parts begin and end with."""
    tokens = document.tokens or ()
    first = {start: number for number, (start, _) in enumerate(tokens)}
    last = {end: number for number, (_, end) in enumerate(tokens)}
    return [
        (span.type, tuple((first[start], last[end]) for start, end in span.parts))
        for span in document.spans
    ]


def _squeezed(document: Document) -> list[_Key]:
    """Return the types of spans, and their places without white space."""
    place = places(
        document.text or "",
        [offset for span in document.spans for part in span.parts for offset in part],
    )
    return [
        (span.type, tuple((place[start], place[end]) for start, end in span.parts))
        for span in document.spans
    ]


def _identities(
    gold: Document, predicted: Document
) -> tuple[list[str], list[tuple[int, int]], int]:
    """Return what gold's spans are known by, without white space: types, lengths and ends.

    Also how many characters there are. The type of a discontinuous span says what it leaves out.
    """
    text = predicted.text if gold.text is None else gold.text
    if text is None:
        ends = [end for span in (*gold.spans, *predicted.spans) for _, end in span.parts]
        keys: list[Any] = [(span.type, span.parts) for span in gold.spans]
        extent = max(ends, default=0)
    else:
        keys = _squeezed(gold._replace(text=text))
        extent = len(squeezed(text))
    kinds, found = [], []
    for name, parts in keys:
        start, end = parts[0][0], parts[-1][1]
        gaps = [(a[1] - start, b[0] - start) for a, b in pairwise(parts)]
        kinds.append(f"{name}\0{gaps}" if gaps else name)
        found.append((end - start, end))
    return kinds, found, extent
