"""Spans whose ends are numbers of tokens, in records of tokens without a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from spanf1.core.documents import Document, TextSpan, joined
from spanf1.formats.records.keys import ITEM_OFFSETS, KEYS
from spanf1.formats.records.record import Record
from spanf1.formats.records.values import named_keys, spelt

_START, _END = ITEM_OFFSETS[0]


class TokenSpan(NamedTuple):
    """A span as a record has it.

    Attributes
    ----------
    place : str
        What it is called in messages: ``ner[3]``.
    start, end : object
        The number of its first token, and its end, which are to be whole numbers.
    type : object
        Its type, which is to be a string.
    """

    place: str
    start: Any
    end: Any
    type: Any


def tokens_key(record: Record) -> str:
    """Return the key of the tokens: the one that was given, or the first known that is there."""
    given, known = record.input.options.token_key, KEYS[record.input.format].token
    names = known if given is None else (given,)
    key = next((name for name in names if name in record.as_object()), None)
    if key is None:
        raise record.lacking(f"there is no key {' or '.join(map(repr, names))}", "--token-key")
    return key


def words_of(record: Record, place: str, value: object) -> list[str]:
    """Return tokens, which are to be a list of strings."""
    if not isinstance(value, list):
        raise record.error(f"{place} is {spelt(value)}, and is to be a list of tokens")
    return [record.string(f"{place}[{number}]", word) for number, word in enumerate(value)]


def tokens_and_key(record: Record) -> tuple[list[str], str]:
    """Return a record's tokens, and the key of its spans; relations are noted as left out."""
    record.note_relations()
    token_key, key = tokens_key(record), record.key()
    return words_of(record, token_key, record.value[token_key]), key


def triples(record: Record, place: str, items: object, *, more: bool = False) -> list[TokenSpan]:
    """Return the spans of a list of ``[start, end, type]``; with `more`, what is behind is passed.

    Their ends are the numbers of the last tokens, and become those of the tokens behind.
    """
    if not isinstance(items, list):
        raise record.error(f"{place} is {spelt(items)}, and is to be a list")
    found = []
    for number, item in enumerate(items):
        one = f"{place}[{number}]"
        if not isinstance(item, list) or len(item) < 3 or (len(item) > 3 and not more):
            message = f"{one} is {spelt(item)}, and is to be [start, end, type]"
            if isinstance(item, list):
                message = f"{one} has {len(item)} elements, and is to be [start, end, type]"
            raise record.error(message)
        start, last, kind = item[:3]
        end = last + 1 if type(last) is int else last
        found.append(TokenSpan(one, start, end, record.type_at(f"{one}[2]", kind)))
    return found


def sentence(
    record: Record,
    words: Sequence[str],
    spans: Iterable[TokenSpan],
    *,
    first: int = 0,
    inclusive: bool = True,
) -> Document:
    """Return the document of tokens, and of spans of them.

    Parameters
    ----------
    record : Record
        What both are from, for messages.
    words : sequence of str
        The tokens.
    spans : iterable of TokenSpan
        The spans; an end is that of the token behind.
    first : int
        The number of the first of the tokens.
    inclusive : bool
        Whether messages call a span by the number of its last token.
    """
    text, tokens = joined(words)
    placed = []
    for span in spans:
        for what, value in (("start", span.start), ("end", span.end)):
            if type(value) is not int:
                message = f"the {what} is {spelt(value)}, and is to be the number of a token"
                raise record.error(f"{span.place}: {message}")
        start, end = span.start - first, span.end - first
        if not 0 <= start < end <= len(words):
            ends = f"{spelt(span.start)} to {spelt(span.end - inclusive)}"
            among = f"tokens {first} to {first + len(words) - 1}" if words else "no tokens"
            raise record.error(
                f"{span.place}: {ends} is no span of the sentence, which has {among}",
                f"an end is the number of {'the last token' if inclusive else 'the token behind'}",
            )
        offsets = tokens[start][0], tokens[end - 1][1]
        if not any(words[start:end]):
            raise record.error(f"{span.place}: the tokens of the span are empty")
        placed.append(TextSpan(span.type, (offsets,)))
    return Document(text, placed, tokens, line=record.line, spaced=True)


def of_token_numbers(record: Record, key: str, words: Sequence[str]) -> Document:
    """Return the document of tokens, and of the spans that a list of objects says there are."""
    items = enumerate(record.list_at(key))
    spans = [span for number, item in items for span in _spans(record, f"{key}[{number}]", item)]
    return sentence(record, words, spans, inclusive=False)


def _spans(record: Record, place: str, item: object) -> list[TokenSpan]:
    """Return the spans that an item says there are: one for each of its types."""
    if not isinstance(item, dict):
        message = f"{place} is {spelt(item)}, and is to be an object with a start and an end"
        if isinstance(item, list):
            message = f"{place} is a list, which leaves open whether its end is a token of the span"
        raise record.error(message, '{"start": 0, "end": 2, "type": "PER"} has tokens 0 and 1')
    if _START not in item or _END not in item:
        message = f"{place} has no {_START} and {_END}; its keys: {named_keys(item)}"
        raise record.error(message)
    types = record.types_of(place, item)
    return [TokenSpan(place, item[_START], item[_END], name) for name in types]
