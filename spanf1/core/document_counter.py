"""Pairs of documents in, a tally out: spans that may nest, repeat or be discontinuous, matched.

Spans of characters are matched as multisets: a span that is there twice is right twice only if
the other side has it twice. Where one side's text is made of tokens, and differs from the other's
in white space only, places are counted without white space.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import zip_longest

import numpy as np

from spanf1.core.alignment import (
    Key,
    common,
    number_of,
    parting,
    remedy,
    says_other,
    summed_up,
    words_at,
)
from spanf1.core.counts import ABSENT, SpanKey
from spanf1.core.documents import Document, TextSpan
from spanf1.core.tags import TagSet
from spanf1.core.tally import CHARACTER, TEXT, Form, Tally
from spanf1.core.units import Collector
from spanf1.exceptions import AlignmentError, InputError, LayoutError
from spanf1.wording import shortened

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
    astray : list of int
        For each side, how many of its spans say something else than the other side's text does at
        their places, where a side has no text of its own.
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
        self._where = where
        self._match, self._normalize, self._by_position = match, normalize, by_position
        self.astray = [0, 0]
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
        if self._match == "text":
            keys = self._texts(gold, predicted, 0), self._texts(predicted, gold, 1)
        else:
            self._check_places(gold, predicted)
            keys = same(gold), same(predicted)
        words = words_at(gold, predicted, same) if self._match == "surface" else None
        sides = _by_key(keys[0], gold), _by_key(keys[1], predicted)
        found = []
        for key in {**sides[0], **sides[1]}:
            spans = [side.get(key, []) for side in sides]
            pairs = paired(*([span.shape for span in side] for side in spans))
            found += [SpanKey(key[0], *pair) for pair in pairs]
            if words:
                text = words(key[1]) or (spans[0] or spans[1])[0].text
                self._forms[key[0], self._known(text, key, gold)].update(pairs)
        self._count(gold, predicted, found)

    def _count(self, gold: Document, predicted: Document, found: Sequence[SpanKey]) -> None:
        """Add two documents whose spans are matched."""
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

    def _texts(self, document: Document, other: Document, side: int) -> list[Key]:
        """Return the types of spans, and what they say, or what is there in the other's text."""
        found: list[Key] = []
        for span in document.spans:
            text = document.text_of(span)
            if not text:
                known = document._replace(text=other.text)
                if other.text is not None and span.parts[-1][1] > len(other.text):
                    raise self._misplaced(span, known, side)
                text = self._known(known.text_of(span), (span.type, span.parts), document, side)
            found.append((span.type, normalized(text, self._normalize)))
        return found

    def _known(self, text: str | None, key: Key, document: Document, side: int = 0) -> str:
        """Return what spans say; raise an error if that is not known."""
        if not text:
            start, end = key[1][0][0], key[1][-1][1]
            raise LayoutError(
                f"what {key[0]} from {start} to {end} says is not known: there is no text",
                where=self._where[side](document),
            )
        return text

    def _check_places(self, gold: Document, predicted: Document) -> None:
        """Raise an error if a span has no place; note which say something else than is there."""
        for side, document, other in ((0, gold, predicted.text), (1, predicted, gold.text)):
            lent = document.text is None and other is not None
            known = document._replace(text=other) if lent else document
            size = _ENDLESS if known.text is None else len(known.text)
            for span in document.spans:
                if not span.parts or span.parts[-1][1] > size:
                    raise self._misplaced(span, known, side)
                self.astray[side] += lent and says_other(span, known)

    def _misplaced(self, span: TextSpan, document: Document, side: int) -> InputError:
        """Return the error for a span that has no place, or not in its text."""
        where = self._where[side](document)
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

    def _differing(self, gold: Document, predicted: Document) -> AlignmentError:
        """Return the error for two texts that differ, which shows both."""
        texts = predicted.text or "", gold.text or ""
        shown, there, start = parting(*texts)
        where = self._where[0](gold)
        return AlignmentError(
            f"the text is {shown} where {where} has {there} (from character {start})",
            where=self._where[1](predicted),
            hint=remedy(*texts),
        )

    def _identify(self, gold: Document, predicted: Document) -> None:
        """Take gold's spans into the number that stands for them."""
        sums = self._tally
        if sums.placed_by == TEXT:
            known = [gold.text_of(span) or predicted.text_of(span) for span in gold.spans]
            spans = [
                (1, 1, f"{span.type}\0{text}") for span, text in zip(gold.spans, known, strict=True)
            ]
            number, extent = summed_up(spans, sums.size), 1
        else:
            number, extent = number_of(gold, predicted, sums.size)
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
    found: dict[Key, list[TextSpan]] = {}
    for key, span in zip(keys, document.spans, strict=True):
        found.setdefault(key, []).append(span)
    return found
