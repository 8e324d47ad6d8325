"""Spans of documents: their scheme, if they are from tags, and what only spans can have wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from spanf1.core.detection import Detection, detection, fault
from spanf1.core.documents import Document, Offsets, TextSpan
from spanf1.core.spans import UNTAGGED, WELL_FORMED
from spanf1.core.tally import SideTally
from spanf1.formats.opening import check_twice
from spanf1.formats.registry import Input

#: what may be wrong
TWICE = "a span that is there twice"
EDGE = "white space at the edge of a span"
WITHIN = "a span that does not begin and end where tokens do"
SAME_ID = "an id that is there twice"
ILL_FORMED = "ill-formed tags"


def detect(input: Input) -> Detection | None:
    """Return the scheme that the tags of an input are in; None if it has spans instead.

    Raises
    ------
    InputError, UsageError
        If it cannot be read, or not a second time: this is done before it is read for good.
    """
    check_twice(input.source)
    input = input.again()
    shapes: Counter[int] = Counter()
    side = SideTally()
    tokens = 0
    for document in input.documents():
        if input.tags is None:
            return None
        tokens += len(document.tokens or ())
        for span in document.spans:
            shapes[span.shape] += 1
            side.first.setdefault(span.shape, document.line)
    if input.tags is None:
        return None
    return detection(side.take(input.tags), shapes, tokens)


class SpanFault(NamedTuple):
    """Something that is wrong with a span of a document, or with a document.

    Attributes
    ----------
    file : str
        The input.
    line : int
        The line, or the number of the record; 0 if there are none.
    document : str, int, optional
        The id of the document.
    type, text : str
        What the span is, and says; empty if it is the document.
    parts : tuple of (start, end)
        Its characters.
    kind : str
        What is wrong.
    reason : str
        More of that, where there is more to say.
    """

    file: str
    line: int
    document: str | int | None
    type: str
    text: str
    parts: tuple[Offsets, ...]
    kind: str
    reason: str = ""


@dataclass
class SpanValidation:
    """What is wrong with the spans of an input.

    Attributes
    ----------
    input : Input
        The input.
    scheme : str
        The tagging scheme, if spans are from tags; else empty.
    kinds : Counter of str
        How often each kind of fault occurs, so far.
    documents, spans, overlapping, discontinuous : int
        How many there are of each. Overlapping are spans that share characters with another one.
    """

    input: Input
    scheme: str = ""
    kinds: Counter[str] = field(default_factory=Counter)
    documents: int = 0
    spans: int = 0
    overlapping: int = 0
    discontinuous: int = 0

    @property
    def read(self) -> str:
        """What was read, in words."""
        more = self.input.left_out()
        return self.input.described() + f"; {more} left out" * bool(more)

    def violations(self, most: int | None = None) -> Iterator[SpanFault]:
        """Read the input, and yield its faults in order, so many at most; all are counted.

        Raises
        ------
        InputError, UsageError
            If it cannot be read.
        """
        given = 0
        ids: dict[str, str] = {}
        for document in self.input.documents():
            self.documents += 1
            self.spans += len(document.spans)
            self.overlapping += _overlapping(document)
            self.discontinuous += sum(len(span.parts) > 1 for span in document.spans)
            for one in [*self._of_id(document, ids), *self._of_spans(document)]:
                self.kinds[one.kind] += 1
                given += 1
                if most is None or given <= most:
                    yield one

    def _of_id(self, document: Document, ids: dict[str, str]) -> Iterator[SpanFault]:
        if document.id is None:
            return
        place = self.input.place(document)
        first = ids.setdefault(str(document.id), place)
        if first is not place:
            yield self._fault(document, None, SAME_ID, f"{first} has it, too")

    def _of_spans(self, document: Document) -> Iterator[SpanFault]:
        """Yield what is wrong with the spans of a document."""
        seen = set()
        begins = {start for start, _ in document.tokens or ()}
        ends = {end for _, end in document.tokens or ()}
        for span in document.spans:
            if span.parts and (span.type, span.parts) in seen:
                yield self._fault(document, span, TWICE)
            seen.add((span.type, span.parts))
            texts = [(document.text or "")[start:end] for start, end in span.parts]
            if any(text != text.strip() for text in texts or [span.text or ""]):
                yield self._fault(document, span, EDGE)
            elif document.tokens is not None and not all(
                start in begins and end in ends for start, end in span.parts
            ):
                yield self._fault(document, span, WITHIN)
            tagged = self.scheme and span.shape != UNTAGGED
            if tagged and not WELL_FORMED[self.scheme][span.shape]:
                why = f"{fault(span.shape, self.scheme)} in {self.scheme}"
                yield self._fault(document, span, ILL_FORMED, why)

    def _fault(
        self, document: Document, span: TextSpan | None, kind: str, why: str = ""
    ) -> SpanFault:
        shown = ("", "", ()) if span is None else (span.type, document.text_of(span), span.parts)
        name = self.input.source.name
        return SpanFault(name, document.line, document.id, *shown, kind, why)


def _overlapping(document: Document) -> int:
    """Return how many spans share characters with another one."""
    parts = sorted(
        (start, end, number)
        for number, span in enumerate(document.spans)
        for start, end in span.parts
    )
    if all(before[1] <= after[0] for before, after in pairwise(parts)):
        return 0
    found = set()
    open_: list[tuple[int, int, int]] = []
    for part in parts:
        open_ = [one for one in open_ if one[1] > part[0]]
        for one in open_:
            found |= {one[2], part[2]}
        open_.append(part)
    return len(found)
