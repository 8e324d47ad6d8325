"""Texts and spans in JSON, as Prodigy and spaCy have them, and others like them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, cast

from spanf1.core.documents import Document, Offsets, TextSpan
from spanf1.formats.records.fields import (
    Record,
    error,
    id_of,
    key_of,
    lacking,
    line_of,
    names_of,
    note_relations,
    object_of,
    records,
    text_of,
)
from spanf1.formats.records.items import OFFSET_KEYS, parts_of, placed_text, spans_at
from spanf1.formats.records.lines import spelt
from spanf1.formats.records.sniffing import View
from spanf1.formats.registry import LIKELY, MAYBE, SURE, Input, Writing
from spanf1.wording import shortened

#: the keys of spans that are looked for, in a file of one side
SPAN_KEYS = ("spans", "ents", "entities", "label", "labels")

_TOKENS = "tokens"

# What annotators answer, and how that is called which is left out.
_ANSWERS = {"accept": "", "reject": "rejected examples", "ignore": "ignored examples"}


def looks_like_record(view: View) -> int:
    """Return how sure it is that a part of a record is spans, or a text and its spans."""
    if view.role == "keys":
        return LIKELY * (view.has_text and "text" in view.record)
    match view.value:
        case [str(), dict()]:
            return SURE * (view.role == "list")
        case [[int(), int(), str()], *_]:
            return LIKELY * view.at_key
    placed = "offsets" in view.item or all(key in view.item for key in OFFSET_KEYS[0])
    others = all(key in view.item for key in OFFSET_KEYS[1])
    return (LIKELY if placed else MAYBE * others) * view.at_key


def documents(input: Input) -> Iterator[Document]:
    """Read records of a text and its spans, and its tokens, if there are some.

    An array of a text and an object, as older versions of spaCy are trained with, is such a
    record, too. Examples that were not accepted are left out.

    Raises
    ------
    ReadError, LayoutError
        If there is anything else in the file.
    """
    names = names_of(input, SPAN_KEYS)
    for found in records(input):
        record = _whole(found)
        if _left_out(input, record):
            continue
        text = text_of(input, record)
        key = key_of(input, record, names)
        spans = spans_at(input, record, key, text)
        tokens = _tokens(input, record, text)
        yield Document(text, spans, tokens, id_of(input, record), record.line)


def _whole(record: Record) -> Record:
    """Return a record with its text in it."""
    match record.value:
        case [str(text), dict(rest)]:
            return record._replace(value={**rest, "text": text})
    return record


def _left_out(input: Input, record: Record) -> bool:
    """Return whether an example was not accepted; note that, and what else is not read of it."""
    value = object_of(input, record)
    answer = value.get("answer") or "accept"
    if not isinstance(answer, str) or answer not in _ANSWERS:
        message = f"answer is {spelt(answer)}, and is to be one of: {', '.join(_ANSWERS)}"
        raise error(input, record, message)
    if _ANSWERS[answer]:
        input.remark(_ANSWERS[answer])
        return True
    note_relations(input, record)
    if isinstance(value.get("spans"), dict):
        input.remark("groups of spans", len(value["spans"]))
    return False


def _tokens(input: Input, record: Record, text: str) -> list[Offsets] | None:
    """Return the tokens of a record, if it says where they are."""
    given = input.options.token_key
    if given is not None and given not in record.value:
        message = f"there is no key {shortened(given)}"
        raise lacking(input, record, message, "--token-key")
    key = _TOKENS if given is None else given
    tokens = record.value.get(key)
    if not isinstance(tokens, list) or not all(isinstance(token, dict) for token in tokens):
        return None
    pairs = [(token.get("start"), token.get("end")) for token in tokens]
    # What a model adds around a text are empty tokens.
    pairs = [pair for pair in pairs if pair[0] != pair[1] or type(pair[0]) is not int]
    return list(parts_of(input, record, key, pairs, text))


def write(documents: Iterable[Document], target: BinaryIO | str, how: Writing) -> None:
    """Write a record for each document, on a line of its own.

    Raises
    ------
    LossError
        If a text, or where a span is in it, is not known.
    """
    file = cast(BinaryIO, target)
    for number, document in enumerate(documents, 1):
        record: dict[str, Any] = {} if document.id is None else {"id": document.id}
        text = record["text"] = placed_text(document, number)
        if document.tokens is not None:
            record[how.token_key or _TOKENS] = [
                {
                    "text": text[start:end],
                    "start": start,
                    "end": end,
                    "id": place,
                    "ws": text[end : end + 1].isspace(),
                }
                for place, (start, end) in enumerate(document.tokens)
            ]
        record[how.key or SPAN_KEYS[0]] = list(map(_item, document.spans))
        file.write(line_of(record))


def _item(span: TextSpan) -> dict[str, object]:
    """Return a span as a record has it."""
    if len(span.parts) > 1:
        return {"offsets": span.parts, "label": span.type}
    ((start, end),) = span.parts
    return {"start": start, "end": end, "label": span.type}
