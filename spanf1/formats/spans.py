"""Spans that are in memory as such, without a text: tuples, `Span`, `TextSpan`, objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import index
from typing import Any, Literal, get_args

from spanf1.core.documents import Document, DocumentBatch, Offsets, TextSpan
from spanf1.core.options import Options
from spanf1.core.placing import TextCounter
from spanf1.core.spans import UNTAGGED, Span
from spanf1.core.tally import CHARACTER, TOKEN, Tally
from spanf1.exceptions import AlignmentError, InputError, UsageError
from spanf1.formats.lists import GOLD, PREDICTED
from spanf1.formats.records.plain import LAST
from spanf1.wording import shortened

#: what the places of spans count, and ``auto``: as the spans themselves say
PlaceName = Literal["auto", "token", "character"]
PLACE_NAMES: tuple[str, ...] = get_args(PlaceName)

# The keys of a span, as nervaluate and others have it.
_KEYS = ("start", "end", "label")

_FORM = "a span is (start, end, type): (0, 2, 'PER') is of the first two tokens"


def is_span(value: Any) -> bool:
    """Return whether a value is a span, or was meant to be one, and no row of labels or logits."""
    if isinstance(value, TextSpan):
        return True
    return len(value) == 3 and sum(isinstance(part, str) for part in value) == 1


def tally_of_spans(
    gold: Any,
    predicted: Any,
    options: Options,
    *,
    places: str = "auto",
    inclusive: bool = False,
    units: str = "",
) -> Tally:
    """Return the counts of spans that are given sentence by sentence, or text by text.

    Parameters
    ----------
    gold, predicted : sequence of sequences of tuple, Span, TextSpan or dict
        The spans of each sentence.
    options : Options
        What makes them match.
    places : str
        What `start` and `end` count: one of `PLACE_NAMES`.
    inclusive : bool
        Whether an end is the last place in a span, and not the one behind it.
    units : str
        As for `spanf1.core.placing.TextCounter`.

    Raises
    ------
    InputError
        If a span is none.
    UsageError
        If the two sides do not go together.
    """
    sides = [_Side(name, side, inclusive) for name, side in ((GOLD, gold), (PREDICTED, predicted))]
    batches = [DocumentBatch(side.documents()) for side in sides]
    counts = [len(batch) for batch in batches]
    if counts[0] != counts[1]:
        raise AlignmentError(
            f"{GOLD} has spans of {counts[0]} sentences, {PREDICTED} of {counts[1]}",
            hint="a sentence without spans is an empty list",
        )
    place = _place({side.places for side in sides} - {""}) if places == "auto" else places
    if place == TOKEN:
        for batch in batches:
            # Sentences that are made of tokens.
            batch.spaced, batch.begins = [True] * len(batch), [False] * len(batch)
    counter = TextCounter((sides[0].place, sides[1].place), options, placed_by=place, units=units)
    counter.add(*batches)
    return counter.finish(None, None)


def _place(said: set[str]) -> str:
    if len(said) > 1:
        raise UsageError(
            "spans of tokens on one side, and of characters on the other",
            hint="places='token' or places='character' says what all of them count",
        )
    return next(iter(said), TOKEN)


class _Side:
    """The spans of one side, and what the places of its first span count."""

    def __init__(self, name: str, rows: Any, inclusive: bool) -> None:
        self.name, self.rows, self.inclusive = name, rows, inclusive
        self.places = ""

    def place(self, document: Document) -> str:
        """Return the place of a sentence, for messages."""
        return f"{self.name}[{document.line}]"

    def documents(self) -> Iterator[Document]:
        """Yield the spans of each sentence."""
        for number, row in enumerate(self.rows):
            if not isinstance(row, list | tuple):
                raise self._error((number,), f"{shortened(row)} is no list of spans", _FORM)
            yield Document(None, [*self._spans(number, row)], line=number)

    def _spans(self, number: int, row: Sequence[Any]) -> Iterator[TextSpan]:
        for place, span in enumerate(row):
            self.places = self.places or _places_of(span)
            yield self._span((number, place), span)

    def _span(self, at: tuple[int, ...], span: Any) -> TextSpan:
        kind: object
        match span:
            case TextSpan():
                self._check_ends(at, span)
                kind, parts, text, _ = span
            case dict() if all(key in span for key in _KEYS):
                text = None
                *ends, kind = (span[key] for key in _KEYS)
                parts = (tuple(ends),)
            case [start, end, kind]:
                if isinstance(span, Span):
                    self._check_ends(at, span)
                text, parts = None, ((start, end),)
            case _:
                raise self._error(at, f"{shortened(span)} is no span", _FORM)
        if not isinstance(kind, str) or not kind:
            message = f"the type of a span is to be a text, not {shortened(kind)}"
            raise self._error(at, message, _FORM)
        return TextSpan(kind, self._parts(at, parts), text, UNTAGGED)

    def _check_ends(self, at: tuple[int, ...], span: Span | TextSpan) -> None:
        if self.inclusive:
            message = f"the end of a {type(span).__name__} is the place behind it"
            raise self._error(at, message, "leave inclusive_ends out")

    def _parts(self, at: tuple[int, ...], parts: Sequence[Any]) -> tuple[Offsets, ...]:
        made: list[Offsets] = []
        for part in parts:
            try:
                start, end = map(index, part)
            except TypeError:
                raise self._error(at, f"{shortened(part)} are no two places", _FORM) from None
            end += self.inclusive
            if not 0 <= start < end <= LAST:
                what = "is empty" if start == end else "is no range"
                raise self._error(
                    at,
                    f"{start} to {end - self.inclusive} {what}",
                    "an end is the place behind the span; inclusive_ends=True for the last in it",
                )
            made.append((start, end))
        if any(before[1] > behind[0] for before, behind in pairwise(made)):
            raise self._error(at, "the parts of a span are not in order", "")
        return tuple(made)

    def _error(self, at: tuple[int, ...], message: str, hint: str) -> InputError:
        where = "".join(f"[{number}]" for number in at)
        return InputError(message, where=f"{self.name}{where}", hint=hint)


def _places_of(span: Any) -> str:
    """Return what the places of a span count."""
    return CHARACTER if isinstance(span, TextSpan | dict) else TOKEN
