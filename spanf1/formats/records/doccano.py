"""Texts and spans in JSON, as doccano exports them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, cast

from spanf1.core.documents import Document
from spanf1.exceptions import LossError
from spanf1.formats.records.fields import (
    id_of,
    key_of,
    line_of,
    names_of,
    note_relations,
    records,
    text_of,
)
from spanf1.formats.records.items import placed_text, spans_at
from spanf1.formats.registry import Reading, Writing
from spanf1.wording import shortened

#: the keys of spans that are looked for, in a file of one side
SPAN_KEYS = ("label", "labels", "entities")
#: the keys of texts
TEXT_KEYS = ("text", "data")


def documents(reading: Reading) -> Iterator[Document]:
    """Read records of a text and its spans; relations between these are left out.

    Raises
    ------
    ReadError, LayoutError
        If there is anything else in the file.
    """
    names = names_of(reading, SPAN_KEYS)
    for record in records(reading):
        note_relations(reading, record)
        text = text_of(reading, record, TEXT_KEYS)
        spans = spans_at(reading, record, key_of(reading, record, names), text)
        yield Document(text, spans, None, id_of(reading, record), record.line)


def write(documents: Iterable[Document], target: BinaryIO | str, how: Writing) -> None:
    """Write a record for each document, on a line of its own.

    Raises
    ------
    LossError
        If a text, or where a span is in it, is not known, or a span is discontinuous.
    """
    file = cast(BinaryIO, target)
    for number, document in enumerate(documents, 1):
        record: dict[str, Any] = {} if document.id is None else {"id": document.id}
        record["text"] = placed_text(document, number)
        for span in document.spans:
            if len(span.parts) > 1:
                message = f"{shortened(document.text_of(span))} is discontinuous"
                raise LossError(message, where=f"document {number}")
        record[how.key or SPAN_KEYS[0]] = [[*span.parts[0], span.type] for span in document.spans]
        file.write(line_of(record))
