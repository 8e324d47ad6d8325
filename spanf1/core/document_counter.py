"""Pairs of documents in, a tally out: spans that may nest, repeat or be discontinuous, matched.

Spans of characters are matched as multisets: a span that is there twice is right twice only if
the other side has it twice. Where one side's text is made of tokens, and differs from the other's
in white space only, places are counted without white space.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise, zip_longest
from typing import Any

import numpy as np

from spanf1.core.documents import Document, Offsets, TextSpan, places, squeezed
from spanf1.core.fingerprint import summed, type_number
from spanf1.core.tags import TagSet
from spanf1.core.tally import (
    ABSENT,
    CHARACTER,
    TEXT,
    Collector,
    SideTally,
    SpanKey,
    SurfaceForm,
    Tally,
)
from spanf1.exceptions import AlignmentError, InputError, LayoutError
from spanf1.wording import shortened

#: what spans are known by: their types, and their places or what they say
Key = tuple[str, tuple[Offsets, ...] | str]
Keys = Callable[[Document], list[Key]]

# How much of two texts a message shows, before the place where they part and behind it.
_BEFORE, _BEHIND = 12, 24
# The longest text whose places are looked up in a table.
_LONG = 1 << 24

_WHITE = "they differ in white space only: both must have the same"
_FORMS = "they differ in Unicode's normal form only (NFC, NFD): both must be in one"

#: names the place of a document
Where = Callable[[Document], str]

# How long a text is that is not known.
_ENDLESS = 1 << 64

#: how many units wait before they are put in rows
_WAITING = 1 << 12

TEXT_HINT = "--match text compares what spans say, and not where they are"


def normalized(text: str, how: Sequence[str]) -> str:
    """Return a text with all that makes no difference taken out.

    Parameters
    ----------
    text : str
        The text.
    how : sequence of str
        Names of `spanf1.core.options.NORMALIZATIONS`.
    """
    if "nfkc" in how:
        text = unicodedata.normalize("NFKC", text)
    if "case" in how:
        text = text.casefold()
    if "space" in how:
        text = " ".join(text.split())
    return text


class DocumentSide:
    """One side, gold or predicted: where its spans are, what they say, and what is wrong there.

    Parameters
    ----------
    where : callable
        Names the place of a document in its file.

    Attributes
    ----------
    tally : SideTally
        What is known of the side alone.
    astray : int
        How many spans say something else than the other side's text does at their places, where
        this side has no text of its own.
    """

    def __init__(self, where: Where) -> None:
        self.where = where
        self.tally = SideTally()
        self.astray = 0

    def note(self, document: Document) -> None:
        """Note the line of each shape of span that has not occurred before."""
        for span in document.spans:
            self.tally.first.setdefault(span.shape, document.line)

    def texts(self, document: Document, other: Document, normalize: Sequence[str]) -> list[Key]:
        """Return the types of spans, and what they say, or what is there in the other's text."""
        keys: list[Key] = []
        for span in document.spans:
            text = document.text_of(span)
            if not text:
                lent = document._replace(text=other.text)
                if other.text is not None and span.parts[-1][1] > len(other.text):
                    raise self.misplaced(span, lent)
                text = self.known(lent.text_of(span), (span.type, span.parts), document)
            keys.append((span.type, normalized(text, normalize)))
        return keys

    def known(self, text: str | None, key: Key, document: Document) -> str:
        """Return what spans say; raise an error if that is not known."""
        if not text:
            start, end = key[1][0][0], key[1][-1][1]
            raise LayoutError(
                f"what {key[0]} from {start} to {end} says is not known: there is no text",
                where=self.where(document),
            )
        return text

    def check_places(self, document: Document, other: str | None) -> None:
        """Raise an error if a span has no place; count those that say else than the text lent."""
        lent = document.text is None and other is not None
        known = document._replace(text=other) if lent else document
        size = _ENDLESS if known.text is None else len(known.text)
        for span in document.spans:
            if not span.parts or span.parts[-1][1] > size:
                raise self.misplaced(span, known)
            self.astray += lent and says_other(span, known)

    def misplaced(self, span: TextSpan, document: Document) -> InputError:
        """Return the error for a span that has no place, or not in its text."""
        where = self.where(document)
        if not span.parts:
            said = shortened(span.text or "")
            message = f"where {span.type} {said} is, the input does not say"
            return LayoutError(message, where=where, hint=TEXT_HINT)
        start, end = span.parts[-1]
        size = len(document.text or "")
        message = (
            f"{span.type} from {start} to {end} is not in the text, which has {size} characters"
        )
        return AlignmentError(message, where=where)


class DocumentCounter:
    """Matches and counts the spans of pairs of documents.

    Parameters
    ----------
    where : tuple of callable
        For gold and for predictions, what names the place of a document in its file.
    match : str
        ``exact``, ``text`` or ``surface``; see `spanf1.core.options.MATCHES`.
    normalize : sequence of str
        For ``text``, what makes no difference; see `normalized`.
    units : str
        ``sentence`` to keep what each pair has, ``document`` for what each document has.
    in_order : bool
        Whether these are to stay in order.
    by_position : bool
        Whether two tokens at one place are the same, though their texts differ.

    Attributes
    ----------
    sides : tuple of DocumentSide
        Gold and predicted.
    """

    def __init__(
        self,
        where: tuple[Where, Where],
        *,
        match: str = "exact",
        normalize: Sequence[str] = (),
        units: str = "",
        in_order: bool = False,
        by_position: bool = False,
    ) -> None:
        self.sides = DocumentSide(where[0]), DocumentSide(where[1])
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
            If a span's place is not known, or is not in the text, or what it says is asked for
            and not known.
        """
        same = common(gold, predicted, by_position=self._by_position)
        if same is None:
            raise self._differing(gold, predicted)
        by_key = []
        pair = gold, predicted
        for side, document, other in zip(self.sides, pair, pair[::-1], strict=True):
            if self._match == "text":
                keys = side.texts(document, other, self._normalize)
            else:
                side.check_places(document, other.text)
                keys = same(document)
            by_key.append(_by_key(keys, document))
            side.note(document)
        words = words_at(gold, predicted, same) if self._match == "surface" else None
        matched = []
        for key in {**by_key[0], **by_key[1]}:
            spans = [side.get(key, []) for side in by_key]
            pairs = paired(*([span.shape for span in side] for side in spans))
            matched += [SpanKey(key[0], *pair) for pair in pairs]
            if words:
                text = words(key[1]) or (spans[0] or spans[1])[0].text
                self._forms[key[0], self.sides[0].known(text, key, gold)].update(pairs)
        sums = self._tally
        sums.spans.update(matched)
        self._identify(gold, predicted)
        sums.sentences += gold.spaced
        sums.documents += gold.begins
        if self._units:
            self._place(self._units, gold, matched)

    def finish(self, gold_tags: TagSet | None, predicted_tags: TagSet | None) -> Tally:
        """Return the sum; the tag sets are those of the sides that have tags."""
        sums = self._tally
        sums.gold, sums.predicted = (
            side.tally.take(tags)
            for side, tags in zip(self.sides, (gold_tags, predicted_tags), strict=True)
        )
        if self._units:
            self._flush(self._units)
            sums.units = self._units.finish({n: key for key, n in self._numbers.items()})
        sums.forms = Counter(
            SurfaceForm(name, frozenset(ways)) for (name, _), ways in self._forms.items()
        )
        return sums

    def _differing(self, gold: Document, predicted: Document) -> AlignmentError:
        """Return the error for two texts that differ, which shows both."""
        texts = predicted.text or "", gold.text or ""
        shown, other, start = parting(*texts)
        where = self.sides[0].where(gold)
        return AlignmentError(
            f"the text is {shown} where {where} has {other} (from character {start})",
            where=self.sides[1].where(predicted),
            hint=remedy(*texts),
        )

    def _identify(self, gold: Document, predicted: Document) -> None:
        """Take gold's spans into the number that stands for them."""
        sums = self._tally
        if sums.placed_by == TEXT:
            spans = [
                (1, 1, f"{span.type}\0{gold.text_of(span) or predicted.text_of(span)}")
                for span in gold.spans
            ]
            number, extent = summed_up(spans, sums.size), 1
        else:
            number, extent = number_of(gold, predicted, sums.size)
        sums.gold_number = sums.gold_number + number & (1 << 64) - 1
        sums.size += extent

    def _place(self, units: Collector, gold: Document, matched: Sequence[SpanKey]) -> None:
        """Note in which unit spans are."""
        if units.kind == "sentence" or gold.begins or not units.begun:
            units.begun += 1
        unit = units.begun - 1
        numbers = self._numbers
        self._waiting += [(unit, numbers.setdefault(key, len(numbers))) for key in matched]
        if len(self._waiting) > _WAITING:
            self._flush(units)

    def _flush(self, units: Collector) -> None:
        """Put the spans that wait in rows of their units."""
        rows = np.array(self._waiting, np.int64).reshape(-1, 2)
        units.add(rows[:, 0], rows[:, 1])
        self._waiting = []


def paired(gold: Sequence[int], predicted: Sequence[int]) -> list[tuple[int, int]]:
    """Return the shapes of spans that are the same on both sides, those that are alike together.

    What is left over on one side has none on the other. The order of the spans does not matter.
    """
    if len(gold) <= 1 and len(predicted) <= 1:
        return [((*gold, ABSENT)[0], (*predicted, ABSENT)[0])]
    left, right = Counter(gold), Counter(predicted)
    alike = left & right
    others = sorted((left - alike).elements()), sorted((right - alike).elements())
    pairs = [(shape, shape) for shape in alike.elements()]
    return pairs + list(zip_longest(*others, fillvalue=ABSENT))


def _by_key(keys: Sequence[Key], document: Document) -> dict[Key, list[TextSpan]]:
    """Return the spans of a document by what they are known by."""
    spans: dict[Key, list[TextSpan]] = {}
    for key, span in zip(keys, document.spans, strict=True):
        spans.setdefault(key, []).append(span)
    return spans


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
    as_many = len(gold.tokens or ()) == len(predicted.tokens or ())
    return _by_token if by_position and gold.spaced and predicted.spaced and as_many else None


def parting(text: str, other: str) -> tuple[str, str, int]:
    """Return how two texts go on around the place where they part, and from which character."""
    place = next(
        (k for k, pair in enumerate(zip(text, other)) if pair[0] != pair[1]),  # noqa: B905 - one may be longer
        min(len(text), len(other)),
    )
    start = max(place - _BEFORE, 0)
    shown, meant = (side[start : place + _BEHIND] for side in (text, other))
    # What looks the same is spelt out.
    alike = unicodedata.normalize("NFKC", shown) == unicodedata.normalize("NFKC", meant)
    spell = ascii if alike else repr
    return spell(shown), spell(meant), start


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
        kept = [place for place, character in enumerate(text) if not character.isspace()]
        return lambda parts: " ".join(text[kept[a] : kept[b - 1] + 1] for a, b in parts if a < b)
    return lambda parts: " ".join(text[a:b] for a, b in parts)


def says_other(span: TextSpan, document: Document) -> bool:
    """Return whether a span says something else than a document has at its place.

    Only letters and digits count, without case and marks: a tokenizer may spell words its own way.
    """
    text = document.text_of(span)
    return span.text not in (None, text) and _letters(span.text or "") != _letters(text)


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
    spans = []
    for name, parts in keys:
        start, end = parts[0][0], parts[-1][1]
        # The type of a discontinuous span says what it leaves out.
        gaps = [(a[1] - start, b[0] - start) for a, b in pairwise(parts)]
        spans.append((end, end - start, f"{name}\0{gaps}" if gaps else name))
    return summed_up(spans, before, long=extent > _LONG), extent


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
    return _placed(document, first, last)


def _squeezed(document: Document) -> list[Key]:
    """Return the types of spans, and their places without white space."""
    offsets = [offset for span in document.spans for part in span.parts for offset in part]
    place = places(document.text or "", offsets)
    return _placed(document, place, place)


def _placed(document: Document, first: dict[int, int], last: dict[int, int]) -> list[Key]:
    """Return the types of spans, and what their parts begin and end with in two tables."""
    return [
        (span.type, tuple((first[start], last[end]) for start, end in span.parts))
        for span in document.spans
    ]
