"""Texts and spans in JSON, as Prodigy and spaCy have them, and others like them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from spanf1.core.documents import Document, DocumentBatch, Offsets, TextSpan
from spanf1.formats.records.keys import ITEM_OFFSETS, KEYS
from spanf1.formats.records.record import (
    Record,
    are_columns,
    documents_of,
    placed_text,
    record_batches,
    with_id,
    write_lines,
)
from spanf1.formats.records.sniffing import View
from spanf1.formats.records.values import spelt
from spanf1.formats.registry import LIKELY, MAYBE, SURE, Input, Writing
from spanf1.wording import shortened

_KEYS = KEYS["prodigy"]

# Who says what a record says; sessions name the annotator in older versions of Prodigy.
_ANNOTATORS = ("_annotator_id", "_session_id")

# What annotators answer, and how that is called which is left out.
_ANSWERS = {"accept": "", "reject": "rejected examples", "ignore": "ignored examples"}


def looks_like_record(view: View) -> int:
    """Return how sure it is that a part of a record is spans, or a text and its spans."""
    if view.role == "keys":
        return LIKELY * (view.has_text and "text" in view.record)
    match view.value:
        case [str(), dict()]:
            return SURE * (view.role == "list")
        case [[int(), int(), str() | int()], *_]:
            return LIKELY * view.at_key
        case dict() if are_columns(view.value):
            return LIKELY * (view.at_key and view.has_text)
    placed = "offsets" in view.item or all(key in view.item for key in ITEM_OFFSETS[0])
    others = any(start in view.item and end in view.item for start, end in ITEM_OFFSETS[1:])
    return (LIKELY if placed else MAYBE * others) * view.at_key


def said_by(value: Any) -> dict[str, Any]:
    """Return the annotator of a record, if it names one, with the record."""
    if not isinstance(value, dict):
        return {}
    name = next((value[key] for key in _ANNOTATORS if value.get(key) is not None), None)
    return {} if name is None else {str(name): value}


def documents(input: Input) -> Iterator[Document]:
    """Read records of a text and its spans, and its tokens, if there are some.

    An array of a text and an object, as older versions of spaCy are trained with, is such a
    record, too. Examples that were not accepted are left out.

    Raises
    ------
    ReadError, LayoutError
        If there is anything else in the file.
    """
    return documents_of(input, _document)


def batches(input: Input) -> Iterator[DocumentBatch]:
    """Read what `documents` does, many at a time."""
    return record_batches(input, _document)


def _document(given: Record) -> Document | None:
    """Return the document of a record; None if it was not accepted."""
    record = _whole(given)
    if _left_out(record):
        return None
    text = record.text_or_borrowed()
    spans = record.spans_at(record.key_if_any(), text)
    return Document(text, spans, _tokens(record, text), record.id(), record.line)


def _whole(record: Record) -> Record:
    """Return a record with its text in it."""
    match record.value:
        case [str(text), dict(rest)]:
            return record._replace(value={**rest, "text": text})
    return record


def _left_out(record: Record) -> bool:
    """Return whether an example was not accepted; note that, and what else is not read of it."""
    value = record.as_object()
    answer = value.get("answer") or "accept"
    if not isinstance(answer, str) or answer not in _ANSWERS:
        message = f"answer is {spelt(answer)}, and is to be one of: {', '.join(_ANSWERS)}"
        raise record.error(message)
    if _ANSWERS[answer]:
        record.input.remark(_ANSWERS[answer])
        key = record.id()
        if key is not None:
            record.input.rejected.add(str(key))
        return True
    record.note_relations()
    if isinstance(value.get("spans"), dict) and not are_columns(value["spans"]):
        record.input.remark("groups of spans", len(value["spans"]))
    return False


def _tokens(record: Record, text: str | None) -> list[Offsets] | None:
    """Return the tokens of a record, if it says where they are."""
    given = record.input.options.token_key
    if given is not None and given not in record.value:
        raise record.lacking(f"there is no key {shortened(given)}", "--token-key")
    key = _KEYS.token[0] if given is None else given
    tokens = record.value.get(key)
    if not isinstance(tokens, list) or not all(isinstance(token, dict) for token in tokens):
        return None
    pairs = [(token.get("start"), token.get("end")) for token in tokens]
    # What a model adds around a text are empty tokens.
    pairs = [pair for pair in pairs if pair[0] != pair[1] or type(pair[0]) is not int]
    return list(record.parts_of(key, pairs, text))


def write(documents: Iterable[Document], target: BinaryIO | str, how: Writing) -> None:
    """Write a record for each document, on a line of its own.

    Raises
    ------
    LossError
        If a text, or where a span is in it, is not known.
    """
    write_lines(_records(documents, how), target)


def _records(documents: Iterable[Document], how: Writing) -> Iterator[dict[str, Any]]:
    """Yield documents as records."""
    for number, document in enumerate(documents, 1):
        record = with_id(document)
        text = record["text"] = placed_text(document, number)
        if document.tokens is not None:
            record[how.token_key or _KEYS.token[0]] = [
                {
                    "text": text[start:end],
                    "start": start,
                    "end": end,
                    "id": place,
                    "ws": text[end : end + 1].isspace(),
                }
                for place, (start, end) in enumerate(document.tokens)
            ]
        record[how.key or _KEYS.either[0]] = list(map(item, document.spans))
        yield record


def item(span: TextSpan) -> dict[str, object]:
    """Return a span as a record has it."""
    if len(span.parts) > 1:
        return {"offsets": span.parts, "label": span.type}
    ((start, end),) = span.parts
    return {"start": start, "end": end, "label": span.type}
