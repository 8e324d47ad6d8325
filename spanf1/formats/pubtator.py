"""PubTator: for each document a title, an abstract, and a line for each annotation.

``123|t|Title`` and ``123|a|Abstract`` hold the text, and ``123``, the two offsets, what is said
there, the type and perhaps an identifier, with tabs between them, a span. Offsets count the
characters of the title, one for the line end behind it, and those of the abstract. A blank line
parts documents. (C.-H. Wei, H.-Y. Kao, Z. Lu. 2013. PubTator: a web-based text mining tool for
assisting biocuration.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from spanf1.core.documents import Document, TextSpan
from spanf1.exceptions import LayoutError, LossError
from spanf1.formats.lines import Line, lines_of
from spanf1.formats.registry import Input, Writing
from spanf1.formats.sniffing import Beginning
from spanf1.wording import shortened

_TITLE, _ABSTRACT = "t", "a"
_TEXT = re.compile(r"([^|\t]+)\|([ta])\|(.*)", re.S)
_OFFSET = re.compile(r"[0-9]{1,15}")
_EXAMPLE = (
    "123|t|Title, 123|a|Abstract, then 123<TAB>0<TAB>5<TAB>Title<TAB>Disease, and a blank line"
)
# What parts lines, and the fields of one; what can be no id.
_BREAK = re.compile(r"[\r\n]")
_FIELD_END = re.compile(r"[\t\r\n]")
_NO_ID = re.compile(r"[|\t\r\n]")

#: what may be lost of a document here, besides what no line of the table of formats has
LINE_ENDS = "white space of texts"
NO_IDS = "ids that cannot be part of a line"


def looks_like_file(beginning: Beginning) -> bool:
    """Return whether a file is one of PubTator's, by its first line."""
    return beginning.fits("pubtator")


def documents(input: Input) -> Iterator[Document]:
    """Read the documents of a file, one by one. Relations are left out with a remark.

    Raises
    ------
    ReadError
        If the file cannot be read, or is not UTF-8.
    LayoutError
        If a line is malformed, or its offsets, or what it says there does not fit the text.
    UsageError
        If the input is to hold both sides.
    """
    input.check_one_side("a file of PubTator")
    lines: list[Line] = []
    for line in lines_of(input, "PubTator's"):
        if line.text.strip():
            lines.append(line)
        elif lines:
            yield _document(lines, input)
            lines = []
    if lines:
        yield _document(lines, input)


def _document(lines: list[Line], input: Input) -> Document:
    """Return a document, given its lines."""
    first = lines[0]
    title = _TEXT.fullmatch(first.text)
    if title is None or title[2] != _TITLE:
        message = f"{shortened(first.text)} is no title: a document begins with one"
        raise LayoutError(message, where=input.where(first.number), hint=_EXAMPLE)
    name, text, annotations = title[1], title[3], lines[1:]
    if annotations and (abstract := _TEXT.fullmatch(annotations[0].text)):
        _check_id(abstract[1], name, input.where(annotations[0].number))
        if abstract[2] != _ABSTRACT:
            message = "a second title: a blank line parts documents"
            raise LayoutError(message, where=input.where(annotations[0].number), hint=_EXAMPLE)
        text += f"\n{abstract[3]}" * bool(abstract[3])
        annotations = annotations[1:]
    spans = [span for line in annotations if (span := _span(line, name, text, input))]
    return Document(text, spans, id=name, line=first.number)


def _check_id(name: str, expected: str, where: str) -> None:
    if name != expected:
        message = f"{shortened(name)} where the lines before have {shortened(expected)}"
        raise LayoutError(message, where=where, hint="a blank line parts documents")


def _span(line: Line, name: str, text: str, input: Input) -> TextSpan | None:
    """Return the span that a line describes; None if it is a relation."""
    where = input.where(line.number)
    fields = line.text.split("\t")
    _check_id(fields[0], name, where)
    if len(fields) < 5 or not all(map(_OFFSET.fullmatch, fields[1:3])):
        if len(fields) in (4, 5) and not any(map(_OFFSET.fullmatch, fields[1:3])):
            input.remark("relations")
            return None
        message = f"{shortened(line.text)} has no offsets, text and type behind the id"
        raise LayoutError(message, where=where, hint=_EXAMPLE)
    start, end = map(int, fields[1:3])
    if not start < end <= len(text):
        how = f"outside the text, which has {len(text)} characters"
        how = how if end > len(text) else "empty" if start == end else "backwards"
        raise LayoutError(f"the offsets {start} {end} are {how}", where=where)
    if fields[3] != _said(text[start:end]):
        raise LayoutError(
            f"the line says {shortened(fields[3])}, the text has {shortened(text[start:end])} at "
            f"{start} {end}",
            where=where,
            hint="offsets count the characters of the title, one for its end, and the abstract",
        )
    return TextSpan(fields[4], ((start, end),))


def has_type(kind: str) -> bool:
    """Return whether a span can have a type: it is a field of a line."""
    return bool(kind) and not _FIELD_END.search(kind)


def fit(document: Document) -> tuple[Document, list[str]]:
    """Return a document as it can be written, and what of it is lost, in words.

    A text has one line end at the most, between the title and the abstract; others become spaces.
    """
    text, lost = document.text or "", []
    title, end, abstract = text.partition("\n")
    abstract = _BREAK.sub(" ", abstract)
    fitting = _BREAK.sub(" ", title) + (end if abstract else " " * len(end)) + abstract
    if fitting != text:
        lost.append(LINE_ENDS)
        document = document._replace(text=fitting)
    if document.id is not None and (not str(document.id) or _NO_ID.search(str(document.id))):
        lost.append(NO_IDS)
        document = document._replace(id=None)
    return document, lost


def write(documents: Iterable[Document], target: BinaryIO, how: Writing) -> None:  # noqa: ARG001
    """Write documents: what stands before the line end in a text is its title.

    A document without an id is called by its number. Spans are in the order of their offsets.

    Raises
    ------
    LossError
        If a document has no text, a span no place in it, or something cannot be part of a line.
    """
    for number, document in enumerate(documents, 1):
        name = str(number if document.id is None else document.id)
        where = f"document {name}"
        if document.text is None:
            raise LossError("PubTator needs the text, and there is none", where=where)
        if lost := fit(document)[1]:
            raise LossError(f"PubTator cannot carry {' and '.join(lost)}", where=where)
        title, _, abstract = document.text.partition("\n")
        lines = [f"{name}|{_TITLE}|{title}", f"{name}|{_ABSTRACT}|{abstract}"]
        spans = sorted(document.spans, key=lambda span: (span.parts, span.type))
        lines += [_line(name, document.text, span, where) for span in spans]
        try:
            target.write("\n".join([*lines, "", ""]).encode())
        except UnicodeEncodeError:
            raise LossError("half a surrogate pair cannot be written", where=where) from None


def _line(name: str, text: str, span: TextSpan, where: str) -> str:
    """Return the line of a span."""
    if not has_type(span.type):
        message = f"the type {shortened(span.type)} is empty or has what parts fields"
        raise LossError(message, where=where)
    if len(span.parts) != 1 or not 0 <= span.parts[0][0] < span.parts[0][1] <= len(text):
        message = f"a span of type {shortened(span.type)} has no place, or several, in the text"
        raise LossError(message, where=where)
    start, end = span.parts[0]
    return "\t".join((name, str(start), str(end), _said(text[start:end]), span.type))


def _said(text: str) -> str:
    """Return what a span says as a field of a line."""
    return _FIELD_END.sub(" ", text)
