"""Documents of sentences, as DyGIE and PURE have them: tokens are counted through the document.

``sentences`` holds the tokens of each sentence, ``ner`` the spans of each: the numbers of the
first and of the last token, and the type. (D. Wadden et al. 2019. Entity, relation, and event
extraction with contextualized span representations.)
"""

from __future__ import annotations

from collections.abc import Iterator

from spanf1.core.documents import Document
from spanf1.formats.records.keys import KEYS
from spanf1.formats.records.numbered import sentence, tokens_key, triples, words_of
from spanf1.formats.records.record import Record, records
from spanf1.formats.records.sniffing import View
from spanf1.formats.registry import SURE, Input

_KEYS = KEYS["dygie"]
(_SENTENCES,) = _KEYS.token


def looks_like_record(view: View) -> int:
    """Return how sure it is that a record is such a document, by its keys."""
    spans = any(isinstance(view.record.get(key), list) for key in _KEYS.gold + _KEYS.predicted)
    match view.record.get(_SENTENCES):
        case [list(), *_] | []:
            return SURE * (view.role == "record" and spans)
    return 0


def documents(input: Input) -> Iterator[Document]:
    """Read the sentences of documents and their spans; relations and the like are left out.

    Each sentence is a document, whose id is that of the whole and its number in it.

    Raises
    ------
    ReadError, LayoutError
        If there is anything else in the file.
    """
    for record in records(input):
        yield from _sentences(record)


def _sentences(record: Record) -> Iterator[Document]:
    """Yield the sentences of a document."""
    token_key, key, name = tokens_key(record), record.key(), record.id()
    sentences = record.list_at(token_key)
    spans = record.list_at(key)
    if len(sentences) != len(spans):
        message = f"{key} has {len(spans)} lists, {token_key} has {len(sentences)} sentences"
        raise record.error(message)
    if isinstance(relations := record.value.get("relations"), list):
        count = sum(len(some) for some in relations if isinstance(some, list))
        if count:
            record.input.remark("relations", count)
    first = 0
    for number, (tokens, items) in enumerate(zip(sentences, spans, strict=True)):
        words = words_of(record, f"{token_key}[{number}]", tokens)
        found = triples(record, f"{key}[{number}]", items, more=True)
        document = sentence(record, words, found, first=first)
        own = None if name is None else f"{name}/{number}"
        yield document._replace(id=own, begins=not number)
        first += len(words)
