"""Parquet and Arrow: columns of tokens and tags, or of texts and spans; every row is a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, cast

import numpy as np

from spanf1.core.documents import Document
from spanf1.exceptions import LayoutError
from spanf1.formats.arrays import labels_by_id
from spanf1.formats.arrow.files import ArrowFile, feature_of, lacking, pyarrow, type_of
from spanf1.formats.arrow.paths import is_arrow
from spanf1.formats.arrow.rows import TYPE_FIELDS, Columns, MarkedRows, TaggedRows, check_types
from spanf1.formats.arrow.tags import (
    Rows,
    are_tags,
    field_of,
    is_list,
    is_string,
    label_names,
    no_labels,
    only_utf8,
)
from spanf1.formats.records import tags as tag_records
from spanf1.formats.records.fields import ID_KEYS, names_of
from spanf1.formats.records.prodigy import SPAN_KEYS
from spanf1.formats.registry import LIKELY, SURE, Input, Writing
from spanf1.formats.sniffing import Beginning
from spanf1.wording import shortened

#: how many rows are documents at a time
_ROWS = 512
# What is written if no key is given; and what ends a key of tags.
_SPAN_KEY, _TAGS = "spans", "tags"
# How such files begin.
_MARKS = (b"PAR1", b"ARROW1", b"\xff\xff\xff\xff")

# What a Hugging Face dataset has in its folder, and what any folder of tables has.
_DATASET = re.compile(r"dataset_info\.json|dataset_dict\.json|state\.json")
_TABLE = re.compile(r".+\.(arrow|parquet)")


def looks_like_folder(path: str, names: Sequence[str]) -> int:
    """Return how sure it is that a folder is a dataset, by the names of its files.

    Without them, the path may be that of a split in a folder.
    """
    if any(map(_DATASET.fullmatch, names)):
        return SURE
    return LIKELY * (any(map(_TABLE.fullmatch, names)) if names else is_arrow(path))


def looks_like_file(beginning: Beginning) -> bool:
    """Return whether a file begins as one of Parquet or Arrow, and is not compressed as a whole."""
    return beginning.raw.startswith(_MARKS)


def documents(input: Input) -> Iterator[Document]:
    """Yield the rows with the spans that their tags say, or that are in a column of spans.

    Spans are lists of structs, or a struct of lists, with a start, an end (or ``offsets``) and a
    label: a name, or the number of one that the schema or the labels name.

    Raises
    ------
    ReadError
        If a file is not there, or damaged.
    LayoutError, TagError, AlignmentError
        If the table has not got what is to be read.
    UsageError
        If pyarrow is not installed.
    """
    file = ArrowFile(input.source)
    file.progress = input.progress
    schema = file.schema()
    columns = _columns(input, schema)
    input.key = columns.key
    labels = _labels(input, schema, columns.key)
    rows_of = TaggedRows if are_tags(schema.field(columns.key).type) else MarkedRows
    read = rows_of(input, columns, labels)
    total = 0
    for batch in file.batches(columns.names(), rows=_ROWS):
        first, total = total, total + batch.num_rows
        rows = Rows(input.source, np.arange(first + 1, total + 1), total)
        with only_utf8(f"one of the rows {first + 1} to {total}", input.source.name):
            check_types(batch, input.source.name)
            yield from read.documents(batch, rows)


def _columns(input: Input, schema: Any) -> Columns:
    """Return the columns to read: those that are given, or the first of those that are known."""
    options, names = input.options, schema.names
    option = options.option("key")

    def given(key: str | None, known: Sequence[str], option: str) -> str:
        if key is None:
            return next((name for name in known if name in names), "")
        if key not in names:
            message = f"there is no column {shortened(key)}"
            raise lacking(schema, message, input.source.name, f"{option} says which to read")
        return key

    if options.key is None:
        known = _known(input)
        fitting = [key for key in known if key in names]
        kinds = {key: type_of(schema, key, input.source.name) for key in fitting}
        readable = [key for key in fitting if are_tags(kinds[key]) or _has_spans(kinds[key])]
        key = next(iter(readable or fitting), "")
        if not key:
            message = f"there is no column of {options.side} tags or spans ({', '.join(known)})"
            raise lacking(schema, message, input.source.name, f"{option} says which to read")
    else:
        key = given(options.key, (), option)
    kind = type_of(schema, key, input.source.name)
    tokens = given(options.token_key, tag_records.TOKEN_KEYS, "--token-key")
    if are_tags(kind):
        text = ""
        if not tokens:
            message = f"there is no column of tokens ({', '.join(tag_records.TOKEN_KEYS)})"
            raise lacking(schema, message, input.source.name, "--token-key says which it is")
    elif _has_spans(kind):
        text = given(options.text_key, ("text",), "--text-key")
    else:
        message = f"{key} is {kind}, and is to be lists of tags or of spans"
        raise LayoutError(message, where=input.source.name, hint=f"{option} says which to read")
    ids = dict.fromkeys((*ID_KEYS, *tag_records.ID_KEYS))
    return Columns(key, tokens, text, given(options.id_key, tuple(ids), "--id-key"))


def _known(input: Input) -> tuple[str, ...]:
    """Return the columns of tags or spans that are looked for."""
    tags = tag_records.known_keys(input.options.side, alone=input.options.alone)
    return tuple(dict.fromkeys((*tags, *names_of(input, SPAN_KEYS))))


def _has_spans(kind: Any) -> bool:
    """Return whether a type is one of lists of structs or arrays, or a struct of lists."""
    types = pyarrow().types
    if is_list(kind):
        inner = kind.value_type
        return bool(types.is_struct(inner)) or is_list(inner) or bool(types.is_null(inner))
    return bool(types.is_struct(kind)) and all(is_list(field.type) for field in kind)


def _labels(input: Input, schema: Any, key: str) -> Mapping[int, str] | None:
    """Return the labels of ids: those that are given, or that the schema names; None if no ids."""
    kind = schema.field(key).type
    if are_tags(kind) and is_string(kind.value_type):
        return None
    if input.options.labels is not None:
        return labels_by_id(input.options.labels)
    feature = feature_of(schema, key)
    of_fields = (label_names(field_of(feature, name)) for name in TYPE_FIELDS)
    names = label_names(feature) or next(filter(None, of_fields), None)
    if names:
        return labels_by_id(names)
    if are_tags(kind):
        raise no_labels(key, kind, input.source.name)
    return None


def write(documents: Iterable[Document], target: BinaryIO | str, how: Writing) -> None:
    """Write documents as Parquet: their ids, texts, tokens, and spans.

    If the key ends in ``tags``, as ``ner_tags``, the tokens and their tags are written, as label
    ids that the schema names, as Hugging Face's datasets do.

    Parameters
    ----------
    documents : iterable of Document
        They are written some thousands at a time.
    target : binary stream
        Where to write.
    how : Writing
        The scheme and the columns.

    Raises
    ------
    LossError
        If a document has what cannot be written.
    UsageError
        If pyarrow is not installed.
    """
    from spanf1.formats.arrow.writing import SpanTable, TagTable, write_parquet

    key = how.key or _SPAN_KEY
    table = TagTable(key, how) if key.endswith(_TAGS) else SpanTable(key, how)
    write_parquet(documents, cast(BinaryIO, target), table)
