"""What is wrong in an input of any format: ill-formed tags, or spans as they should not be."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple, Unpack

from spanf1.checks.tags import (
    CODED,
    TaggedColumn,
    TaggedFile,
    TaggedKeys,
    detect,
    explained,
    kinds_of,
    looked_at,
)
from spanf1.core import repairs
from spanf1.core.detection import fault, found_by
from spanf1.core.documents import Document, Offsets, TextSpan
from spanf1.core.options import AUTO, TagScheme, tag_scheme
from spanf1.core.repairs import kind_of
from spanf1.core.spans import UNTAGGED, WELL_FORMED
from spanf1.formats.opening import check_twice, inputs_of_keywords
from spanf1.formats.options import LAST, InputKeywords
from spanf1.formats.registry import COLUMNS, Input, InputFormat
from spanf1.formats.source import Path

#: what may be wrong
TWICE = "a span that is there twice"
EDGE = "white space at the edge of a span"
WITHIN = "a span that does not begin and end where tokens do"
SAME_ID = "an id that is there twice"
ILL_FORMED = "ill-formed tags"


class FileViolation(NamedTuple):
    """A step between two tags that a scheme does not allow, and where it is.

    `line` and `token` are those that the step leads to; see `spanf1.checks.lists.Violation`.
    """

    file: str
    line: int
    token: str
    before: str
    after: str
    reason: str

    @property
    def kind(self) -> str:
        """The step as text: ``O → I-PER``, or the one tag."""
        return kind_of(self.before, self.after)


@dataclass
class Validation:
    """What a scheme does not allow in the tags of a file.

    Attributes
    ----------
    file : TaggedFile
        The file.
    scheme : str
        The scheme.
    tokens, sentences : int
        How many were read so far.
    done : bool
        Whether all were read before, and nothing is wrong.
    kinds : Counter of str
        How often each kind of violation occurs, so far.
    """

    file: TaggedFile
    scheme: str
    tokens: int = 0
    sentences: int = 0
    done: bool = False
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> str:
        """What was read, in words."""
        return self.file.described()

    def violations(self, most: int | None = None) -> Iterator[FileViolation]:
        """Read the file, and yield its violations in order, so many at most; all are counted.

        Raises
        ------
        InputError, UsageError
            If it cannot be read.
        """
        yielded = 0
        for part in () if self.done else self.file.parts():
            tags, codes, starts = self.file.tags, part.sentences.codes, part.sentences.starts
            self.tokens += len(codes)
            self.sentences += len(starts)
            found = repairs.violations(codes, starts, self.scheme)
            self.kinds.update(kinds_of(found, tags))
            count = len(found.token) if most is None else min(most - yielded, len(found.token))
            yielded += count
            places = part.places(found.token[:count])
            for place, words in zip(places, explained(found, tags, self.scheme), strict=False):
                yield FileViolation(self.file.name, *place, *words)


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


class Checking(NamedTuple):
    """A check of an input, what that is called, and words on how its scheme is known."""

    check: Validation | SpanValidation
    name: str
    how: str


def streams(input: Input, scheme: str) -> bool:
    """Return whether an input is checked as it comes: a pipe of one column in a known scheme."""
    one_column = input.format == COLUMNS and len(input.options.tag_columns) < 2
    return one_column and scheme != AUTO and not os.path.isfile(input.source.path)


def checks_of(input: Input, scheme: str) -> Iterator[Checking]:
    """Yield the checks of an input: of its columns of tags, its tags or, without any, its spans.

    Parameters
    ----------
    input : Input
        The input. It is read twice, unless it `streams`.
    scheme : str
        The tagging scheme, or ``auto``.

    Raises
    ------
    InputError, UsageError
        If it cannot be read.
    """
    name = input.source.name
    if input.format != COLUMNS:
        yield _check_documents(input, scheme)
    elif streams(input, scheme):
        yield Checking(Validation(TaggedColumn(input), scheme), name, "given")
    else:
        for column in input.options.tag_columns or (LAST,):
            single = replace(input, options=replace(input.options, tag_columns=(column,)))
            looked = looked_at(single, scheme)
            how = found_by(looked.detection.fitting) if scheme == AUTO else "given"
            check = Validation(TaggedColumn(looked.input), looked.scheme)
            if looked.well_formed:
                sizes = looked.tally.tokens, looked.tally.sentences
                check = Validation(looked.column, looked.scheme, *sizes, done=True)
            yield Checking(check, name, how)


def _check_documents(input: Input, scheme: str) -> Checking:
    """Return the check of an input without columns: of its tags or, without any, its spans."""
    detection = detect(input)
    if not detection:
        return Checking(SpanValidation(input), input.source.name, "")
    how = found_by(detection.fitting) if scheme == AUTO else "given"
    known = detection.scheme if scheme == AUTO else scheme
    tagged = input.format in CODED
    check = Validation(TaggedKeys(input), known) if tagged else SpanValidation(input, known)
    return Checking(check, input.source.name, how)


def validate_file(
    file: Path,
    *,
    input_format: InputFormat = AUTO,
    scheme: TagScheme = AUTO,
    **given: Unpack[InputKeywords],
) -> list[FileViolation | SpanFault]:
    """Return everything that is wrong in a file or folder of any format.

    Of tags, that is what their scheme does not allow. Of texts with spans, it is a span that is
    there twice, that has white space at an edge, or does not begin and end where tokens do, where
    these are known; and an id that is there twice.

    Parameters
    ----------
    file : path
        The input. It is read twice.
    input_format : str
        Its format, or ``auto``: by its content.
    scheme : str
        The tagging scheme, or ``auto``.

    Other Parameters
    ----------------
    **given
        As for `spanf1.read_documents`.

    Raises
    ------
    InputError
        If the file cannot be read.
    UsageError
        If an argument is not one of those above.
    """
    known = tag_scheme(scheme)
    (input,) = inputs_of_keywords([file], input_format, given, scheme=known)
    check_twice(input.source)
    return [found for one in checks_of(input, known) for found in one.check.violations()]
