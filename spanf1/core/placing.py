"""Texts with spans that belong together, as a batch of spans at places that both sides have."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from operator import or_
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spanf1.core.documents import Document, DocumentBatch, Offsets, squeezed
from spanf1.core.fingerprint import TypeNumbers, summed, type_number, type_numbers
from spanf1.core.matching import Pairs, SpanCounter
from spanf1.core.options import BY_TEXT, Options
from spanf1.core.spans import Parts, SpanBatch, Spans
from spanf1.core.tags import IntArray, TagSet
from spanf1.core.tally import CHARACTER, TEXT, TOKEN, SideTally, SurfaceForm, Tally
from spanf1.core.units import ABSENT
from spanf1.exceptions import AlignmentError, InputError, LayoutError
from spanf1.wording import shortened

if TYPE_CHECKING:
    from spanf1.core.kept import KeptSpans

# How much of two texts a message shows, before the place where they part and behind it.
_BEFORE, _BEHIND = 12, 24

_WHITE = "they differ in white space only: both must have the same"
_FORMS = "they differ in Unicode's normal form only (NFC, NFD): both must be in one"

#: names the place of a document
Where = Callable[[Document], str]

# How long a text is that is not known.
_ENDLESS = 1 << 62

TEXT_HINT = "--match text compares what spans say, and not where they are"

# What the places of a document's spans count: its characters as they are given; those that are no
# white space; its tokens.
_AS_GIVEN, _SQUEEZED, _BY_TOKEN = range(3)

Arrays = tuple[IntArray, IntArray]


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


class TextCounter:
    """Counts the spans of documents that belong together, batch by batch.

    Parameters
    ----------
    where : tuple of callable
        For gold and for predictions, what names the place of a document in its file.
    options : Options
        What makes spans match, and texts alike.
    placed_by : str
        What the places of spans count: characters or tokens.
    units : str
        ``sentence`` to keep what each pair has, ``document`` for what each document has; with
        ``auto`` that, if there are two or more.
    in_order : bool
        Whether these are to stay in order.
    by_position : bool
        Whether two tokens at one place are the same, though their texts differ.
    kept : KeptSpans, optional
        Keeps the spans, and the documents that they are in.

    Attributes
    ----------
    astray : list of int
        For gold and for predictions, how many spans say something else than the other side's text
        does at their places, where theirs has no text of its own.
    unannotated : int
        How many predicted spans do not count, because nobody annotated gold there.
    """

    def __init__(
        self,
        where: tuple[Where, Where],
        options: Options,
        *,
        placed_by: str = CHARACTER,
        units: str = "",
        in_order: bool = False,
        by_position: bool = False,
        kept: KeptSpans | None = None,
    ) -> None:
        self.astray = [0, 0]
        self.unannotated = 0
        self._where = where
        self._match, self._normalize = options.match, options.normalize
        self._by_text, self._trim = options.match in BY_TEXT, options.trim
        self._by_position = by_position
        self._type_map = options.type_map
        self._sides = SideTally(), SideTally()
        self._types: dict[str, int] = {}
        self._type_numbers = TypeNumbers(self._types)
        self._tally = Tally(placed_by=TEXT if self._by_text else placed_by)
        self._counter = SpanCounter(
            self._tally,
            self._types,
            units=units,
            in_order=in_order,
            crediting=options.crediting,
            kept=kept,
        )
        self._kept = kept
        # whether the last document begins with a text that is not counted as a sentence yet
        self._begun = False
        # Batches with white space at edges, counted as they are, and without it.
        self._edged = SpanCounter(Tally()), SpanCounter(Tally())
        self._forms: defaultdict[tuple[str, str], set[tuple[int, int]]] = defaultdict(set)

    def add(self, gold: DocumentBatch, predicted: DocumentBatch) -> None:
        """Match and count the spans of as many documents of both sides.

        Raises
        ------
        AlignmentError
            If the texts of two differ.
        LayoutError
            If a span's place is not known, or is not in the text, or what it says is asked for
            and not known.
        """
        try:
            self._add(gold, predicted)
        except InputError:
            # One by one, the first that is wrong is the first that is said.
            for number in range(len(gold) if len(gold) > 1 else 0):
                self._add(gold.only(number, number + 1), predicted.only(number, number + 1))
            raise

    def finish(self, gold_tags: TagSet | None, predicted_tags: TagSet | None) -> Tally:
        """Return the sum; the tag sets are those of the sides that have tags."""
        sums = self._tally
        if sums.placed_by == TOKEN:
            sums.tokens, sums.size = sums.size, 0
        for counter in (self._counter, *self._edged):
            counter.finish([*self._types])
        as_given, trimmed = (counter.tally.spans for counter in self._edged)
        sums.trimmed = trimmed.copy()
        sums.trimmed.subtract(as_given)
        sums.gold = self._sides[0].take(gold_tags)
        sums.predicted = self._sides[1].take(predicted_tags)
        sums.forms = Counter(
            SurfaceForm(name, frozenset(ways)) for (name, _), ways in self._forms.items()
        )
        return sums

    def _sentences(self, batch: DocumentBatch) -> int:
        """Return how many of some documents are sentences: made of tokens, or parts of a document.

        That the last one of the batch before has begun a document is known from the second on.
        """
        count = sum(batch.spaced)
        if count == len(batch) or (all(batch.begins) and not count):
            self._begun = not count
            return count
        for spaced, begins in zip(batch.spaced, batch.begins, strict=True):
            count += (not spaced and not begins) + (not begins and self._begun)
            self._begun = begins and not spaced
        return count

    def _add(self, gold: DocumentBatch, predicted: DocumentBatch) -> None:
        if self._type_map:
            gold, predicted = gold.retyped(self._type_map), predicted.retyped(self._type_map)
        modes = self._modes(gold, predicted)
        common = _Common(gold, predicted, modes)
        if gold.missing:
            count = len(predicted.types)
            predicted = common.annotated()
            self.unannotated += count - len(predicted.types)
            common = _Common(gold, predicted, modes)
        if not self._by_text:
            self._check_places(common)
        said = [self._said(common, number) for number in (0, 1)] if self._by_text else []
        batch = self._batch(common, said, trim=self._trim)
        if not self._trim:
            self._note_edges(common, said, batch)
        if self._counter.units:
            batch = self._in_units(batch, common)
        pairs = self._counter.add(batch)
        if self._kept is not None:
            self._kept.texts.append(common.sides)
        if self._match == "surface":
            self._note_forms(common, batch, pairs)
        for side, tally in zip(common.sides, self._sides, strict=True):
            _note_lines(side, tally)
        sums = self._tally
        sums.sentences += self._sentences(gold)
        sums.documents += sum(gold.begins)
        sums.size += batch.size

    def _batch(self, common: _Common, said: Sequence[list[str]], *, trim: bool) -> SpanBatch:
        """Return the spans of both sides, without white space at their edges if `trim`."""
        if self._by_text:
            edges = [[text.strip() for text in texts] for texts in said] if trim else said
            return self._of_texts(common, edges)
        return self._by_place(common.trimmed() if trim else common)

    def _note_edges(self, common: _Common, said: Sequence[list[str]], batch: SpanBatch) -> None:
        """Note how many spans have white space at their edges, and what they are without it."""
        if self._by_text:
            counts = [sum(text != text.strip() for text in texts) for texts in said]
        else:
            counts = [common.edged(number) for number in (0, 1)]
        if any(counts):
            sums = self._tally
            sums.edged = (sums.edged[0] + counts[0], sums.edged[1] + counts[1])
            for counter, trim in zip(self._edged, (False, True), strict=True):
                counter.add(self._batch(common, said, trim=True) if trim else batch)

    def _modes(self, gold: DocumentBatch, predicted: DocumentBatch) -> list[int]:
        """Return what the places of each document count on both sides; empty if all as given.

        White space counts nowhere in a text that one side has made of its tokens.
        """
        spaced = [*map(or_, gold.spaced, predicted.spaced)]
        if gold.texts == predicted.texts and not any(spaced):
            return []
        modes = []
        rows = zip(gold.texts, predicted.texts, spaced, strict=True)
        for number, (text, other, loose) in enumerate(rows):
            mode = _SQUEEZED if loose and (text is not None or other is not None) else _AS_GIVEN
            if text != other and text is not None and other is not None:
                mode = self._mode(gold.document(number), predicted.document(number))
            modes.append(mode)
        return modes

    def _mode(self, gold: Document, predicted: Document) -> int:
        """Return what the places of two documents count whose texts differ."""
        texts = predicted.text or "", gold.text or ""
        if (gold.spaced or predicted.spaced) and squeezed(texts[0]) == squeezed(texts[1]):
            return _SQUEEZED
        as_many = len(gold.tokens or ()) == len(predicted.tokens or ())
        if self._by_position and gold.spaced and predicted.spaced and as_many:
            return _BY_TOKEN
        shown, other, start = parting(*texts)
        where = self._where[0](gold)
        raise AlignmentError(
            f"the text is {shown} where {where} has {other} (from character {start})",
            where=self._where[1](predicted),
            hint=remedy(*texts),
        )

    def _check_places(self, common: _Common) -> None:
        """Raise an error if a span has no place; count those that say else than the text lent."""
        for number, side in enumerate(common.sides):
            other = common.sides[1 - number]
            sizes = [_ENDLESS if text is None else len(text) for text in common.known[number]]
            wrong = common.given[number][1] > np.array(sizes, np.int64)[common.owners[number]]
            for index, parts in side.parts.items():
                wrong[index] |= not parts
            if wrong.any():
                raise self._misplaced(common, number, int(wrong.argmax()))
            if None in side.texts:
                pairs = zip(side.texts, other.texts, strict=True)
                lent = side.says([theirs if own is None else None for own, theirs in pairs])
                self.astray[number] += sum(map(_say_other, side.said, lent))

    def _misplaced(self, common: _Common, number: int, index: int) -> InputError:
        """Return the error for a span that has no place, or not in its text."""
        span = common.sides[number].span(index)
        owner = int(common.owners[number][index])
        where = self._where[number](common.sides[number].document(owner))
        if not span.parts:
            said = shortened(span.text or "")
            message = f"where {span.type} {said} is, the input does not say"
            # Where places are told, what spans say is not enough.
            hint = TEXT_HINT if self._kept is None else ""
            return LayoutError(message, where=where, hint=hint)
        start, end = span.parts[-1]
        size = len(common.known[number][owner] or "")
        message = (
            f"{span.type} from {start} to {end} is not in the text, which has {size} characters"
        )
        return AlignmentError(message, where=where)

    def _type_of(self, side: DocumentBatch) -> IntArray:
        """Return the number of the type of each span."""
        numbers = self._types
        for name in dict.fromkeys(side.types):
            numbers.setdefault(name, len(numbers) + 1)
        return np.array([*map(numbers.__getitem__, side.types)], np.intp)

    def _by_place(self, common: _Common) -> SpanBatch:
        """Return spans that are the same if their places are."""
        places = [common.places(number) for number in (0, 1)]
        # So far apart that no span of one document is at a place of another.
        base = _before(common.last(places))
        gold, predicted = (
            Spans(start + base[owner], end + base[owner], self._type_of(side), _shapes(side))
            for (start, end), owner, side in zip(places, common.owners, common.sides, strict=True)
        )
        size, number = self._identity(common, gold.type)
        parts = common.parts(base)
        return SpanBatch(gold, predicted, size, number, common.details(), parts=parts)

    def _identity(self, common: _Common, types: IntArray) -> tuple[int, int]:
        """Return how many characters there are, and the number that stands for gold's spans.

        White space does not count.
        """
        side, owner = common.sides[0], common.owners[0]
        extents = common.extents()
        # Offsets in texts that are not known may be so large that a sum of 64 bits is too small.
        size = sum(extents.tolist())
        if not len(types):
            return size, 0
        start, end = (common.solid(owner, place) for place in common.given[0])
        kinds = self._type_numbers.take(types)
        for index, parts in side.parts.items():
            # The type of a discontinuous span says what it leaves out.
            places = common.solid(owner[index], np.array(parts)) - start[index]
            gaps = [(a[1], b[0]) for a, b in pairwise(places.tolist())]
            kinds[index] = type_number(f"{side.types[index]}\0{gaps}")
        return size, summed(kinds, end - start, end + _before(extents)[owner])

    def _of_texts(self, common: _Common, said: Sequence[list[str]]) -> SpanBatch:
        """Return spans that are the same if they say the same, in the same document."""
        alike = {text: normalized(text, self._normalize) for text in {*said[0], *said[1]}}
        numbers = {text: number for number, text in enumerate(dict.fromkeys(alike.values()))}
        gold_details, predicted_details = (
            np.array([numbers[alike[text]] for text in texts], np.intp) for texts in said
        )
        gold, predicted = (
            Spans(owner, owner + 1, self._type_of(side), _shapes(side))
            for owner, side in zip(common.owners, common.sides, strict=True)
        )
        number = 0
        if len(gold.end):
            names = zip(common.sides[0].types, said[0], strict=True)
            kinds = type_numbers([f"{name}\0{text}" for name, text in names])
            number = summed(kinds, np.ones(len(kinds), np.int64), gold.end)
        details = gold_details, predicted_details
        if self._match == "set":
            kept = _distinct(gold, details[0]), _distinct(predicted, details[1])
            gold, predicted = gold.only(kept[0]), predicted.only(kept[1])
            details = details[0][kept[0]], details[1][kept[1]]
        return SpanBatch(gold, predicted, len(common.sides[0]), number, details)

    def _said(self, common: _Common, number: int) -> list[str]:
        """Return what the spans of a side say, or what is there in the other's text."""
        side, lent = common.sides[number], common.sides[1 - number].texts
        words = side.says(side.texts)
        for index, word in enumerate(words):
            if not word:
                owner = int(common.owners[number][index])
                text, span = lent[owner], side.span(index)
                if text is not None and span.parts[-1][1] > len(text):
                    raise self._misplaced(common, number, index)
                said = Document(text, ()).text_of(span)
                words[index] = self._known(said, common, number, index)
        return words

    def _known(self, text: str | None, common: _Common, number: int, index: int) -> str:
        """Return what a span says; raise an error if that is not known."""
        if not text:
            side, owner = common.sides[number], int(common.owners[number][index])
            raise LayoutError(
                f"what {side.types[index]} from {side.starts[index]} to {side.ends[index]} says is "
                "not known: there is no text",
                where=self._where[number](side.document(owner)),
            )
        return text

    def _in_units(self, batch: SpanBatch, common: _Common) -> SpanBatch:
        """Return a batch with the units of its spans."""
        begins = np.array(common.sides[0].begins, np.bool_)
        if not self._counter.documents:
            begins[:1] = True
        if not self._counter.by_document(int(begins.sum())):
            begins[:] = True
        unit = np.cumsum(begins) - 1
        # Where places do not count, a span begins at the number of its document.
        owners = (batch.gold.start, batch.predicted.start) if self._by_text else common.owners
        gold, predicted = (unit[owner] for owner in owners)
        return batch._replace(units=(gold, predicted), begun=int(begins.sum()))

    def _note_forms(self, common: _Common, batch: SpanBatch, pairs: Pairs) -> None:
        """Note in which shapes the texts of spans occur."""
        shapes = batch.gold.shape.tolist(), batch.predicted.shape.tolist()
        matched = dict(zip(*(side.tolist() for side in pairs), strict=True))
        rows = [
            (0, index, (shape, shapes[1][matched[index]] if index in matched else ABSENT))
            for index, shape in enumerate(shapes[0])
        ]
        alone = {*range(len(shapes[1]))} - {*matched.values()}
        rows += [(1, index, (ABSENT, shapes[1][index])) for index in sorted(alone)]
        for number, index, ways in rows:
            side = common.sides[number]
            text = common.words(number, index) or side.said[index]
            self._forms[side.types[index], self._known(text, common, number, index)].add(ways)


def _distinct(spans: Spans, details: IntArray) -> IntArray:
    """Return the indices of spans that differ in place, type or detail: the first of equal ones."""
    order = np.lexsort((details, spans.type, spans.start))
    columns = [column[order] for column in (spans.start, spans.type, details)]
    new = np.ones(len(order), np.bool_)
    new[1:] = np.any([np.diff(column) != 0 for column in columns], axis=0)
    return np.sort(order[new])


class _Common:
    """Documents of both sides that belong together, and the places that both count by.

    Parameters
    ----------
    gold, predicted : DocumentBatch
        As many documents.
    modes : list of int
        What the places of each count; empty if all are as they are given.
    """

    def __init__(self, gold: DocumentBatch, predicted: DocumentBatch, modes: list[int]) -> None:
        self.sides = gold, predicted
        self._modes = modes
        # the text of each document, or the other side's where a side has none
        self.known = _lent(gold.texts, predicted.texts), _lent(predicted.texts, gold.texts)
        self.owners = _owners(gold), _owners(predicted)
        self.given = tuple(
            (np.array(side.starts, np.int64), np.array(side.ends, np.int64)) for side in self.sides
        )
        self._solid = _Solid(self.known[0])
        self._has_text = np.array([text is not None for text in self.known[0]], np.bool_)
        self._solids = [self._solid, _Solid(self.known[1])] if _SQUEEZED in modes else []
        # of documents whose places count tokens: the number of each by where it begins, and ends
        self._tokens: dict[tuple[int, int], tuple[dict[int, int], dict[int, int]]] = {}

    def annotated(self) -> DocumentBatch:
        """Return the predictions without those that nobody annotated in gold, even in part.

        This is how spaCy's scorer counts. Where it is not known where one is, it is left out if
        nothing of its document is annotated.
        """
        gold, predicted = self.sides
        kept = DocumentBatch()
        for number, document in enumerate(predicted.documents()):
            parts = [self.at(0, number, part) for part in gold.missing.get(number, ())]
            whole = (0, len((self.known[0][number] or "").rstrip()))
            nothing = any(start <= whole[0] and whole[1] <= end for start, end in parts)
            spans = [
                span
                for span in document.spans
                if not any(
                    start < end_there and start_there < end
                    for start, end in (self.at(1, number, part) for part in span.parts)
                    for start_there, end_there in parts
                )
                and not (nothing and not span.parts)
            ]
            kept.append(document._replace(spans=spans))
        return kept

    def trimmed(self) -> _Common:
        """Return the same, where white space does not count: without it, edges are the same."""
        modes = self._modes or [_AS_GIVEN] * len(self.sides[0])
        known = self._has_text.tolist()
        return _Common(
            *self.sides,
            [
                _SQUEEZED if mode == _AS_GIVEN and has_text else mode
                for mode, has_text in zip(modes, known, strict=True)
            ],
        )

    def edged(self, number: int) -> int:
        """Return how many spans of a side begin or end with white space, where that counts."""
        owner = self.owners[number]
        if self._modes:
            counts = self._has_text & (np.array(self._modes) == _AS_GIVEN)
        else:
            counts = self._has_text
        start, end = self.given[number]
        if not counts.all():
            there = counts[owner]
            owner, start, end = owner[there], start[there], end[there]
        return self._solid.edged(owner, start, end)

    def at(self, number: int, owner: int, part: Offsets) -> Offsets:
        """Return where a part of a document's text is for both sides."""
        mode = self._modes[owner] if self._modes else _AS_GIVEN
        if mode == _SQUEEZED:
            start, end = self._solids[number].at(owner, np.array(part)).tolist()
            return start, end
        if mode == _BY_TOKEN:
            first, last = self._token_numbers(number, owner)
            return first[part[0]], last[part[1]]
        return part

    def _token_numbers(self, number: int, owner: int) -> tuple[dict[int, int], dict[int, int]]:
        """Return the numbers of a document's tokens, by where they begin and by where they end."""
        key = number, owner
        if key not in self._tokens:
            tokens = [*enumerate(self.sides[number].tokens[owner] or ())]
            self._tokens[key] = (
                {start: token for token, (start, _) in tokens},
                {end: token for token, (_, end) in tokens},
            )
        return self._tokens[key]

    def places(self, number: int) -> Arrays:
        """Return where the spans of a side begin and end, for both sides."""
        start, end = self.given[number]
        if not self._modes:
            return start, end
        owner = self.owners[number]
        mode = np.array(self._modes, np.intp)[owner]
        start, end = start.copy(), end.copy()
        if self._solids:
            which = np.flatnonzero(mode == _SQUEEZED)
            for place in (start, end):
                place[which] = self._solids[number].at(owner[which], place[which])
        for index in np.flatnonzero(mode == _BY_TOKEN).tolist():
            start[index], end[index] = self.at(
                number, int(owner[index]), (int(start[index]), int(end[index]))
            )
        return start, end

    def last(self, places: Sequence[Arrays]) -> IntArray:
        """Return the last place of each document that a span of either side has."""
        last = np.zeros(len(self.sides[0]), np.int64)
        for owner, (_, end) in zip(self.owners, places, strict=True):
            np.maximum.at(last, owner, end + 1)
        return last

    def extents(self) -> IntArray:
        """Return how many characters each text has, white space apart.

        Of a text that is not known there are as many as spans say.
        """
        if None not in self.known[0]:
            return self._solid.sizes
        return np.where(self._has_text, self._solid.sizes, (self.last(self.given) - 1).clip(0))

    def solid(self, owner: IntArray, place: IntArray) -> IntArray:
        """Return places in gold's texts, by the number of each, without white space."""
        if None not in self.known[0]:
            return self._solid.at(owner, place)
        has = self._has_text[owner]
        return np.where(has, self._solid.at(owner, np.where(has, place, 0)), place)

    def details(self) -> tuple[IntArray, IntArray] | None:
        """Return a number for the parts of each span, 0 for the whole ones; None if all are."""
        if not any(side.parts for side in self.sides):
            return None
        numbers: dict[tuple[Offsets, ...], int] = {}
        details = []
        for number, side in enumerate(self.sides):
            detail = np.zeros(len(side.types), np.intp)
            for index, parts in side.parts.items():
                owner = int(self.owners[number][index])
                mapped = tuple(self.at(number, owner, part) for part in parts)
                detail[index] = numbers.setdefault(mapped, len(numbers) + 1)
            details.append(detail)
        return details[0], details[1]

    def parts(self, base: IntArray) -> tuple[Parts, Parts] | None:
        """Return the parts of discontinuous spans, given where documents begin; None without."""
        if not any(side.parts for side in self.sides):
            return None
        found = []
        for number, side in enumerate(self.sides):
            rows = [
                (index, *(place + base[owner] for place in self.at(number, owner, part)))
                for index, parts in side.parts.items()
                for owner in [int(self.owners[number][index])]
                for part in parts
            ]
            found.append(Parts(*np.array(rows, np.int64).reshape(-1, 3).T))
        return found[0], found[1]

    def words(self, number: int, index: int) -> str:
        """Return what gold's text, or the other's if it has none, has at a span's places."""
        side, owner = self.sides[number], int(self.owners[number][index])
        text = self.known[0][owner] or ""
        mode = self._modes[owner] if self._modes else _AS_GIVEN
        parts = [self.at(number, owner, part) for part in side.span(index).parts]
        if mode == _BY_TOKEN:
            tokens = self.sides[0].tokens[owner] or ()
            return " ".join(text[tokens[a][0] : tokens[b][1]] for a, b in parts)
        if mode == _SQUEEZED:
            edges = [self._solid.given(owner, np.array((a, b - 1))) for a, b in parts if a < b]
            return " ".join(text[first : last + 1] for first, last in edges)
        return " ".join(text[a:b] for a, b in parts)


class _Solid:
    """Texts without their white space.

    Parameters
    ----------
    texts : sequence of str or None
        The texts.

    Attributes
    ----------
    sizes : array of int
        How many characters each has that are no white space.
    """

    def __init__(self, texts: Sequence[str | None]) -> None:
        known = [text or "" for text in texts]
        self._begin = _before(np.array([*map(len, known)], np.int64))
        self._is_solid = _is_solid("".join(known))
        self._before = np.zeros(len(self._is_solid) + 1, np.int64)
        np.cumsum(self._is_solid, out=self._before[1:])
        self._first = self._before[self._begin]
        self.sizes = np.diff(self._first, append=self._before[-1:])

    def at(self, owner: Any, place: IntArray) -> IntArray:
        """Return how many characters of a text, by its number, are before a place in it."""
        before: IntArray = self._before[self._begin[owner] + place] - self._first[owner]
        return before

    def edged(self, owner: IntArray, start: IntArray, end: IntArray) -> int:
        """Return how many parts of texts begin or end with white space."""
        begin = self._begin[owner]
        inner = self._is_solid[begin + start] & self._is_solid[begin + end - 1]
        return len(inner) - int(np.count_nonzero(inner))

    def given(self, owner: int, place: IntArray) -> list[int]:
        """Return places in a text, given those among its characters that are no white space."""
        given: list[int] = (self._places[self._first[owner] + place] - self._begin[owner]).tolist()
        return given

    @cached_property
    def _places(self) -> IntArray:
        return np.flatnonzero(self._is_solid)


def _is_solid(text: str) -> npt.NDArray[np.uint8]:
    """Return 1 for every character that is no white space, else 0."""
    if text.isascii():
        return _solid_characters().take(np.frombuffer(text.encode(), np.uint8))
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return _solid_characters().take(codes.astype(np.intp), mode="clip")


@lru_cache(1)
def _solid_characters() -> npt.NDArray[np.uint8]:
    """Return 1 for every character that is no white space, by its number; the last is none."""
    return np.array([not chr(code).isspace() for code in range(0x3002)], np.uint8)


def _before(sizes: IntArray) -> IntArray:
    """Return how much there is before each of some things, given the size of each."""
    return np.cumsum(sizes) - sizes


def _lent(texts: list[str | None], others: list[str | None]) -> list[str | None]:
    """Return texts, and for those that are not known the others."""
    if None not in texts:
        return texts
    return [other if text is None else text for text, other in zip(texts, others, strict=True)]


def _owners(side: DocumentBatch) -> IntArray:
    """Return the number of each span's document."""
    return np.repeat(np.arange(len(side)), np.array(side.counts, np.intp))


def _shapes(side: DocumentBatch) -> npt.NDArray[np.int16]:
    return np.array(side.shapes, np.int16)


def _note_lines(side: DocumentBatch, tally: SideTally) -> None:
    """Note the line of each shape of span that has not occurred before."""
    for shape in {*side.shapes} - tally.first.keys():
        tally.first[shape] = side.lines[side.owners()[side.shapes.index(shape)]]


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


def _say_other(said: str | None, lent: str) -> bool:
    """Return whether a span says something else than the other side's text has at its place.

    Only letters and digits count, without case and marks: a tokenizer may spell words its own way.
    """
    return said not in (None, lent) and _letters(said or "") != _letters(lent)


def _letters(text: str) -> str:
    text = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in text if character.isalnum())
