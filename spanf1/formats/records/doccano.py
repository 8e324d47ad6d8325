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
from spanf1.formats.records.items import OFFSET_KEYS, placed_text, spans_at
from spanf1.formats.records.sniffing import View
from spanf1.formats.registry import LIKELY, SURE, Input, Writing
from spanf1.wording import shortened

#: the keys of spans that are looked for, in a file of one side
SPAN_KEYS = ("label", "labels", "entities")
#: the keys of texts
TEXT_KEYS = ("text", "data")


def looks_like_record(view: View) -> int:
    """Return how sure it is that a part of a record is spans; doccano knows no tokens."""
    if view.role == "keys":
        return LIKELY * view.has_text
    if view.has_tokens or not (view.at_key or view.role == "list"):
        return 0
    match view.value:
        case [[int(), int(), str()], *_]:
            return SURE * (view.key in SPAN_KEYS[:2])
    return LIKELY * all(key in view.item for key in OFFSET_KEYS[1])


def documents(input: Input) -> Iterator[Document]:
    """Read records of a text and its spans; relations between these are left out.

    Raises
    ------
    ReadError, LayoutError
        If there is anything else in the file.
    """
    names = names_of(input, SPAN_KEYS)
    for record in records(input):
        note_relations(input, record)
        text = text_of(input, record, TEXT_KEYS)
        spans = spans_at(input, record, key_of(input, record, names), text)
        yield Document(text, spans, None, id_of(input, record), record.line)


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
