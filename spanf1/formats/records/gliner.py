"""What GLiNER is trained with: tokens, and spans of the numbers of their first and last ones."""

from __future__ import annotations

from collections.abc import Iterator

from spanf1.core.documents import Document
from spanf1.formats.records.keys import KEYS
from spanf1.formats.records.numbered import sentence, tokens_and_key, triples
from spanf1.formats.records.record import Record, records
from spanf1.formats.records.sniffing import View
from spanf1.formats.registry import SURE, Input

(_TOKENS,) = KEYS["gliner"].token


def looks_like_record(view: View) -> int:
    """Return how sure it is that a record is one of GLiNER, by the key of its tokens."""
    return SURE * (view.role == "record" and isinstance(view.record.get(_TOKENS), list))


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
    spans = triples(record, key, record.value[key])
    return sentence(record, words, spans)._replace(id=record.id())
