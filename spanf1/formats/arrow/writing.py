"""Documents as Parquet: a table of texts and spans, or one of tokens and tags."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from typing import Any, BinaryIO

from spanf1.core.documents import Document, TextSpan
from spanf1.exceptions import LossError, UsageError
from spanf1.formats.arrow.files import pyarrow
from spanf1.formats.registry import Writing
from spanf1.formats.tokens import place_of, tagged
from spanf1.wording import shortened

#: how many documents a group of rows has
GROUP = 4096

_ID, _TEXT, _TOKENS = "id", "text", "tokens"

# What numbers of ids and offsets may be.
_MOST = 1 << 63


class SpanTable:
    """A table of texts, tokens and spans.

    A discontinuous span has ``offsets``, a list of the start and end of each part, for a start
    and an end.
    """

    def __init__(self, key: str, how: Writing) -> None:
        self._key, self._token_key = key, how.token_key or _TOKENS
        _check_names(key, self._token_key, _TEXT)

    def fields(self) -> list[tuple[str, Any]]:
        """Return the names and types of the columns but the id."""
        pa = pyarrow()
        number, string = pa.int64(), pa.string()
        token = pa.struct([("text", string), ("start", number), ("end", number)])
        offsets = pa.list_(pa.list_(number))
        span = pa.struct([("start", number), ("end", number), ("label", string)])
        return [
            (_TEXT, string),
            (self._token_key, pa.list_(token)),
            (self._key, pa.list_(pa.struct([*span, ("offsets", offsets)]))),
        ]

    def row(self, document: Document) -> dict[str, Any]:
        """Return a document as a row, without its id."""
        text, tokens = document.text, None
        if text is not None and document.tokens is not None:
            tokens = [
                {"text": text[start:end], "start": start, "end": end}
                for start, end in document.tokens
            ]
        spans = [_span(document, span) for span in document.spans]
        return {_TEXT: text, self._token_key: tokens, self._key: spans}

    def features(self) -> dict[str, Any]:
        """Return nothing: the types say it all."""
        return {}


class TagTable:
    """A table of tokens and the ids of their tags, numbered as they occur."""

    def __init__(self, key: str, how: Writing) -> None:
        self._key, self._token_key = key, how.token_key or _TOKENS
        _check_names(key, self._token_key)
        if how.levels > 1:
            raise LossError("a row has tags on one level only", hint="columns may have several")
        self._scheme = how.scheme
        self._numbers = {"O": 0}

    def fields(self) -> list[tuple[str, Any]]:
        """Return the names and types of the columns but the id."""
        pa = pyarrow()
        return [(self._token_key, pa.list_(pa.string())), (self._key, pa.list_(pa.int64()))]

    def row(self, document: Document) -> dict[str, Any]:
        """Return a document as a row, without its id."""
        words, (tags,) = tagged(document, 1, self._scheme)
        ids = [self._numbers.setdefault(tag, len(self._numbers)) for tag in tags]
        return {self._token_key: words, self._key: ids}

    def features(self) -> dict[str, Any]:
        """Return the names of the labels."""
        labels = {"names": [*self._numbers], "_type": "ClassLabel"}
        strings = {"dtype": "string", "_type": "Value"}
        # Every version of datasets knows a Sequence.
        return {
            self._token_key: {"feature": strings, "_type": "Sequence"},
            self._key: {"feature": labels, "_type": "Sequence"},
        }


def write_parquet(
    documents: Iterable[Document], target: BinaryIO, table: SpanTable | TagTable
) -> None:
    """Write documents, a group of rows at a time.

    Raises
    ------
    LossError
        If one has what cannot be written.
    """
    pa = pyarrow()
    stream = iter(documents)
    # The first rows say of which type the ids are.
    group = list(islice(stream, GROUP))
    known = [document.id for document in group if document.id is not None]
    numbers = bool(known) and all(type(one) is int and -_MOST <= one < _MOST for one in known)
    kind = ("int64", pa.int64()) if numbers else ("string", pa.string())
    schema = pa.schema([(_ID, kind[1]), *table.fields()])
    # Types are those that Parquet itself has, so that what is known at the end alone is the schema.
    with pa.parquet.ParquetWriter(target, schema, store_schema=False) as writer:
        while True:
            rows = [{_ID: _id(one, numbers=numbers), **table.row(one)} for one in group]
            try:
                batch = pa.RecordBatch.from_pylist(rows, schema)
            except UnicodeEncodeError:
                raise _half(group) from None
            writer.write_batch(batch)
            group = list(islice(stream, GROUP))
            if not group:
                break
        if features := table.features():
            features = {_ID: {"dtype": kind[0], "_type": "Value"}, **features}
            writer.add_key_value_metadata(
                {"huggingface": json.dumps({"info": {"features": features}})}
            )


def _span(document: Document, span: TextSpan) -> dict[str, Any]:
    """Return a span as a struct."""
    if not span.parts:
        message = f"it is not known where {shortened(span.text)} is"
        raise LossError(message, where=place_of(document))
    if len(span.parts) > 1:
        return {"label": span.type, "offsets": [[*part] for part in span.parts]}
    ((start, end),) = span.parts
    return {"start": start, "end": end, "label": span.type}


def _id(document: Document, *, numbers: bool) -> str | int | None:
    """Return an id as its column has it."""
    found = document.id
    if found is None or not numbers:
        return None if found is None else str(found)
    if type(found) is not int or not -_MOST <= found < _MOST:
        message = f"id {shortened(found)} is no number of 64 bits, as those before it are"
        raise LossError(message, where=place_of(document))
    return found


def _check_names(*names: str) -> None:
    """Raise an error if two columns have one name."""
    found = [_ID, *names]
    if len(set(found)) < len(found):
        raise UsageError(f"two columns would have one name: {', '.join(found)}")


def _half(documents: Iterable[Document]) -> LossError:
    """Return the error for the first document that has what UTF-8 cannot write."""
    for document in documents:
        texts = (document.id, document.text, *(span.type for span in document.spans))
        try:
            "".join(str(text) for text in texts).encode()
        except UnicodeEncodeError:
            break
    message = "there is half of a surrogate pair, which is no character"
    return LossError(message, where=place_of(document))
