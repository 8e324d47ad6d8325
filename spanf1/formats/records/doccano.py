"""Texts and spans in JSON, as doccano exports them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from spanf1.core.documents import Document, DocumentBatch
from spanf1.exceptions import LossError
from spanf1.formats.records.keys import ITEM_OFFSETS, KEYS
from spanf1.formats.records.record import (
    Record,
    documents_of,
    placed_text,
    record_batches,
    with_id,
    write_lines,
)
from spanf1.formats.records.sniffing import View
from spanf1.formats.registry import LIKELY, SURE, Input, Writing
from spanf1.wording import shortened

_KEYS = KEYS["doccano"]
_ANNOTATIONS = "annotations"


def looks_like_record(view: View) -> int:
    """Return how sure it is that a part of a record is spans; doccano knows no tokens."""
    if view.role == "keys":
        # No record has spans.
        listed = "text" in view.record and view.record.get(_ANNOTATIONS) == []
        return SURE if listed else LIKELY * view.has_text
    if view.role == "other":
        # Its older exports call labels by numbers.
        known = view.key == _ANNOTATIONS and view.has_text
        return SURE * (known and all(key in view.item for key in ITEM_OFFSETS[1]))
    if view.has_tokens or not (view.at_key or view.role == "list"):
        return 0
    match view.value:
        case [[int(), int(), str() | int()], *_]:
            return SURE * (view.key in _KEYS.either[:2])
    return LIKELY * all(key in view.item for key in ITEM_OFFSETS[1])


def documents(input: Input) -> Iterator[Document]:
    """Read records of a text and its spans; relations between these are left out.

    Raises
    ------
    ReadError, LayoutError
        If there is anything else in the file.
    """
    return documents_of(input, _document)


def batches(input: Input) -> Iterator[DocumentBatch]:
    """Read what `documents` does, many at a time."""
    return record_batches(input, _document)


def _document(record: Record) -> Document:
    """Return the document of a record."""
    record.note_relations()
    text = record.text_or_borrowed()
    spans = record.spans_at(record.key_if_any(), text)
    return Document(text, spans, None, record.id(), record.line)


def write(documents: Iterable[Document], target: BinaryIO | str, how: Writing) -> None:
    """Write a record for each document, on a line of its own.

    Raises
    ------
    LossError
        If a text, or where a span is in it, is not known, or a span is discontinuous.
    """
    write_lines(_records(documents, how.key or _KEYS.either[0]), target)


def _records(documents: Iterable[Document], key: str) -> Iterator[dict[str, Any]]:
    """Yield documents as records."""
    for number, document in enumerate(documents, 1):
        text = placed_text(document, number)
        for span in document.spans:
            if len(span.parts) > 1:
                message = f"{shortened(document.text_of(span))} is discontinuous"
                raise LossError(message, where=f"document {number}")
        spans = [[*span.parts[0], span.type] for span in document.spans]
        yield with_id(document) | {"text": text, key: spans}
