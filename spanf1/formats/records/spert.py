"""Records of tokens and spans, as SpERT has them: offsets are numbers of tokens, ends exclusive."""

from __future__ import annotations

from collections.abc import Iterator

from spanf1.core.documents import Document
from spanf1.formats.records.keys import ITEM_OFFSETS, KEYS
from spanf1.formats.records.numbered import of_token_numbers, tokens_and_key
from spanf1.formats.records.record import Record, records
from spanf1.formats.records.sniffing import View
from spanf1.formats.registry import LIKELY, SURE, Input

_KEYS = KEYS["spert"]
_START, _END = ITEM_OFFSETS[0]


def looks_like_record(view: View) -> int:
    """Return how sure it is that a part of a record is spans of its tokens: it has no text."""
    if not view.has_tokens or view.has_text:
        return 0
    if view.role == "keys":
        # No record has spans.
        return SURE * any(view.record.get(key) == [] for key in _KEYS.either)
    placed = _START in view.item and _END in view.item
    return (SURE if view.key in _KEYS.either else LIKELY) * (view.at_key and placed)


def documents(input: Input) -> Iterator[Document]:
    """Read records of tokens and their spans; relations between these are left out.

    Raises
    ------
    ReadError, LayoutError
        If there is anything else in the file.
    """
    return map(_document, records(input))


def _document(record: Record) -> Document:
    """Return the document of a record."""
    words, key = tokens_and_key(record)
    return of_token_numbers(record, key, words)._replace(id=record.id())
