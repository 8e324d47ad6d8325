"""Parquet and Arrow: columns of tokens and tags, or of texts and spans; every row is a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple, cast

from spanf1.core.documents import Document, Offsets
from spanf1.core.tags import TagSet
from spanf1.exceptions import LayoutError
from spanf1.formats.arrow.files import ArrowFile, feature_of, is_arrow, pyarrow
from spanf1.formats.arrow.tags import (
    ArrowTable,
    Batch,
    are_tags,
    field_of,
    is_integer,
    is_list,
    is_string,
    label_names,
    no_labels,
    only_utf8,
)
from spanf1.formats.keyed import KeyedTags, checked, documents_of
from spanf1.formats.labels import labels_by_id
from spanf1.formats.records.keys import ITEM_OFFSETS, KEYS
from spanf1.formats.records.numbered import of_token_numbers
from spanf1.formats.records.record import Record
from spanf1.formats.registry import LIKELY, SURE, Input, Writing
from spanf1.formats.sentences import Sentences
from spanf1.formats.sniffing import Beginning

_KEYS = KEYS["arrow"]
#: how many rows are documents at a time
_ROWS = 512
# What is written if no key is given; and what ends a key of tags.
_SPAN_KEY, _TAGS = "spans", "tags"
# What is read otherwise than it stands there.
_NUMBERED = "rows with tokens and no text, so that offsets count tokens"
# How such files begin.
_MARKS = (b"PAR1", b"ARROW1", b"\xff\xff\xff\xff")

# What a Hugging Face dataset has in its folder, and what any folder of tables has.
_DATASET = re.compile(r"dataset_info\.json|dataset_dict\.json|state\.json")
_TABLE = re.compile(r".+\.(arrow|parquet)")

# What structs of spans may have that says their types, and all of what they may have.
_TYPE_FIELDS = (*_KEYS.item_type, "labels")
_FIELDS = (*_TYPE_FIELDS, *(key for pair in ITEM_OFFSETS for key in pair), "offsets", "text")


class _Columns(NamedTuple):
    """The columns to read: of tags or spans, tokens, text and id; empty where there is none."""

    key: str
    token: str
    text: str
    id: str


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
    table, columns, labels = _opened(input)
    if are_tags(table.type_of(columns.key)):
        yield from documents_of(input, _sentences(input, table, columns, labels))
        return
    for batch in _rows(table, columns):
        with only_utf8(batch.called, table.source.name):
            for line, value in enumerate(batch.rows.to_pylist(), batch.before + 1):
                yield _document(Record(input, value, line), columns, labels)


def sentences(input: Input) -> Iterator[Sentences]:
    """Yield the rows with the codes of their tags; `input.tags` has these.

    Raises
    ------
    ReadError, LayoutError, TagError, AlignmentError, UsageError
        As `documents`.
    """
    yield from _sentences(input, *_opened(input))


def _opened(input: Input) -> tuple[ArrowTable, _Columns, Mapping[int, str] | None]:
    """Return the table of an input, the columns to read, and the label of each id."""
    file = ArrowFile(input.source)
    file.progress = input.progress
    table = ArrowTable(file)
    columns = _columns(input, table)
    input.key = columns.key
    return table, columns, _labels(input, table, columns.key)


def _columns(input: Input, table: ArrowTable) -> _Columns:
    """Return the columns to read: those that are given, or the first of those that are known."""
    options, option = input.options, input.options.key_option
    known = _KEYS.of(options)
    if options.key is None:
        kinds = {name: table.type_of(name) for name in known if name in table.keys}
        readable = [name for name, kind in kinds.items() if are_tags(kind) or _has_spans(kind)]
        known = (*readable, *known)
    key = table.needed(options.key, known, f"{options.side} tags or spans", option)
    kind = table.type_of(key)
    token = table.chosen(options.token_key, _KEYS.token, "--token-key")
    text = ""
    if are_tags(kind):
        if not token:
            message = f"there is no column of tokens ({', '.join(_KEYS.token)})"
            raise table.lacking(message, "--token-key", "which it is")
    elif _has_spans(kind):
        text = table.chosen(options.text_key, _KEYS.text, "--text-key")
    else:
        message = f"{key} is {kind}, and is to be lists of tags or of spans"
        raise LayoutError(message, where=table.source.name, hint=f"{option} says which to read")
    return _Columns(key, token, text, table.chosen(options.id_key, _KEYS.id, "--id-key"))


def _has_spans(kind: Any) -> bool:
    """Return whether a type is one of lists of structs or arrays, or a struct of lists."""
    types = pyarrow().types
    if is_list(kind):
        inner = kind.value_type
        return bool(types.is_struct(inner)) or is_list(inner) or bool(types.is_null(inner))
    return bool(types.is_struct(kind)) and all(is_list(field.type) for field in kind)


def _labels(input: Input, table: ArrowTable, key: str) -> Mapping[int, str] | None:
    """Return the labels of ids: those that are given, or that the schema names; None if no ids."""
    kind = table.type_of(key)
    if are_tags(kind) and is_string(kind.value_type):
        return None
    if input.options.labels is not None:
        return labels_by_id(input.options.labels)
    feature = feature_of(table.schema, key)
    where = table.source.name
    of_fields = (label_names(field_of(feature, name), where) for name in _TYPE_FIELDS)
    names = label_names(feature, where) or next(filter(None, of_fields), None)
    if are_tags(kind) and not names:
        raise no_labels(key, kind, where)
    return labels_by_id(names) if names else None


def _rows(table: ArrowTable, columns: _Columns) -> Iterator[Batch]:
    """Yield rows, whose values are to be such as JSON may have."""
    for batch in table.rows(filter(None, columns), most=_ROWS):
        for field in batch.rows.schema:
            if not _is_plain(field.type):
                message = f"{field.name} is {field.type}, which is not read"
                raise LayoutError(message, where=table.source.name)
        last = batch.before + batch.rows.num_rows
        yield batch._replace(called=f"one of the rows {batch.before + 1} to {last}")


def _is_plain(kind: Any) -> bool:
    """Return whether values of a type are such as JSON may have."""
    types = pyarrow().types
    if is_list(kind):
        return _is_plain(kind.value_type)
    if types.is_struct(kind):
        return all(_is_plain(field.type) for field in kind if field.name in _FIELDS)
    simple = types.is_null, types.is_boolean, types.is_floating, is_integer, is_string
    return any(test(kind) for test in simple)


def _sentences(
    input: Input, table: ArrowTable, columns: _Columns, labels: Mapping[int, str] | None
) -> Iterator[Sentences]:
    """Yield rows of tokens and tags."""
    input.tags = tags = TagSet({}, input.options.spelling)
    column = KeyedTags(table, input.options, columns.key, columns.token, labels=labels)
    read = table.reader(column, tags)
    for batch in _rows(table, columns):
        part, ids = checked(read(batch), column), None
        if columns.id:
            with only_utf8(batch.called, table.source.name):
                values = enumerate(batch.rows.column(columns.id).to_pylist(), batch.before + 1)
                ids = [
                    _id(Record(input, {columns.id: value}, line), columns) for line, value in values
                ]
        yield part._replace(ids=ids)


def _id(record: Record, columns: _Columns) -> str | int | None:
    """Return the id of a row; None if it is null."""
    if not columns.id or record.value.get(columns.id) is None:
        return None
    return record.id((columns.id,))


def _document(record: Record, columns: _Columns, labels: Mapping[int, str] | None) -> Document:
    """Return a row of a text and spans."""
    value, key = record.value, columns.key
    text = record.text_if_any() if columns.text else None
    if value[key] is None:
        record.key_if_any()
        value[key] = []
    value[key] = list(_items(record, key, labels))
    words = value.get(columns.token)
    if text is None and isinstance(words, list) and all(isinstance(one, str) for one in words):
        document = of_token_numbers(record, key, words)
        record.input.note(_NUMBERED)
        return document._replace(id=_id(record, columns))
    spans = record.spans_at(key, text)
    tokens = _tokens(record, columns.token, text)
    return Document(text, spans, tokens, _id(record, columns), record.line)


def _items(record: Record, column: str, labels: Mapping[int, str] | None) -> Iterator[Any]:
    """Yield the spans of a row as JSON would have them."""
    items = record.value[column]
    if isinstance(items, dict):
        items = record.turned(column, items)
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            yield item
            continue
        # What is null in a struct would not be there in JSON.
        known = {key: item[key] for key in _FIELDS if item.get(key) is not None}
        for key in _TYPE_FIELDS:
            if key in known:
                known[key] = _named(record, f"{column}[{number}].{key}", known[key], labels)
        yield known


def _named(record: Record, place: str, value: Any, labels: Mapping[int, str] | None) -> Any:
    """Return a label, or a list of them, with the names of those that are ids."""
    if isinstance(value, list):
        return [_named(record, f"{place}[{k}]", one, labels) for k, one in enumerate(value)]
    if type(value) is not int:
        return value
    if labels is None:
        hint = "labels=[...] (--labels PER,LOC,ORG) says which label each id is"
        raise record.error(f"{place} is {value}, and the schema names no labels", hint)
    if value not in labels:
        message = f"there is no label for id {value}; there are {len(labels)}"
        raise record.error(f"{place}: {message}")
    return labels[value]


def _tokens(record: Record, key: str, text: str | None) -> list[Offsets] | None:
    """Return the tokens of a row: structs of offsets, or strings that make up the text."""
    tokens = record.value.get(key)
    if not isinstance(tokens, list) or text is None:
        return None
    if all(isinstance(token, str) for token in tokens):
        return _places(tokens, text)
    if not all(isinstance(token, dict) for token in tokens):
        return None
    pairs = [(token.get("start"), token.get("end")) for token in tokens]
    return list(record.parts_of(key, pairs, text))


def _places(words: Sequence[str], text: str) -> list[Offsets] | None:
    """Return where tokens are in a text; None if it is not made of them and of white space."""
    places, end = [], 0
    for word in words:
        start = len(text) - len(text[end:].lstrip())
        end = start + len(word)
        if not word or text[start:end] != word:
            return None
        places.append((start, end))
    return None if text[end:].strip() else places


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
