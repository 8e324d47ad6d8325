"""A record of a JSON file: what it has at its keys, and the spans of characters that it lists."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Any, BinaryIO, NamedTuple, cast

from spanf1.core.documents import Document, DocumentBatch, Offsets, TextSpan
from spanf1.exceptions import InputError, LayoutError, LossError
from spanf1.formats.labels import unlabelled
from spanf1.formats.records.keys import ITEM_OFFSETS, KEYS
from spanf1.formats.records.plain import LAST, Columns, plain_batch, span_columns
from spanf1.formats.records.values import (
    NO_ID,
    Values,
    lacking,
    listed,
    named_keys,
    spelt,
    values,
)
from spanf1.formats.registry import FORMATS, Input, module_of
from spanf1.wording import shortened, unwritable

# Into how many parts records are cut of which one is not plain.
_PARTS = 8
# Fewer than so many are read one by one.
_FEW = 8

# how many bytes are read at a time
_PIECE = 1 << 18

#: the way out where a text has something else at offsets
OFFSETS_HINT = "offsets count characters, not bytes, from 0; an end is that of the next character"
_TEXT_HINT = "; --match text looks at no offsets"

# What is read otherwise than it stands there.
_KEYLESS = "records without spans, which others have, taken to have none"

#: what is left out where one annotator of several is read
OF_OTHERS = "annotations of other annotators"
# How many annotators a message names.
_NAMED = 8

_LABELS_HINT = "labels=[...] (--labels PER,LOC) says which type each number is"

Pair = tuple[Any, Any]


class Record(NamedTuple):
    """A record of an input: a JSON value, and the line of the file that it begins on.

    Its methods raise a `LayoutError` if it has not got what they return.
    """

    input: Input
    value: Any
    line: int

    @property
    def where(self) -> str:
        """Where it is, for a message."""
        return self.input.where(self.line)

    def error(self, message: str, hint: str = "") -> LayoutError:
        """Return an error that says where the record is."""
        return LayoutError(message, where=self.where, hint=hint)

    def as_object(self) -> dict[str, Any]:
        """Return the value, which is to be an object."""
        if not isinstance(self.value, dict):
            raise self.error(f"the record is {spelt(self.value)}, not an object")
        return self.value

    def lacking(self, message: str, option: str) -> LayoutError:
        """Return the error for a record that lacks a key, with those that it has."""
        return lacking(self.as_object(), message, option, self.where)

    def key(self, names: Sequence[str] = ()) -> str:
        """Return the key of the spans: what was given, or the first of some names that is there.

        The first record decides, and every other is to have that key, too; it becomes
        `input.key`. By default the names are those of the input's format.
        """
        value, input, options = self.as_object(), self.input, self.input.options
        if not input.key:
            names = names or KEYS[input.format].of(options)
            input.key = _chosen(value, names) if options.key is None else options.key
            if not input.key:
                message = f"there is no key of {options.side} spans ({', '.join(names)})"
                raise self.lacking(message, options.key_option)
        if input.key not in value:
            raise self.lacking(f"there is no key {shortened(input.key)}", options.option("key"))
        return input.key

    def key_if_any(self) -> str:
        """Return the key of the spans, as `key` does; empty if there is none here, or null.

        The first record that has some decides. `check_key` raises the error if none has.
        """
        value, input, options = self.as_object(), self.input, self.input.options
        if not input.key:
            known = KEYS[input.format].of(options)
            filled = {name: one for name, one in value.items() if one is not None}
            input.key = _chosen(filled, known if options.key is None else (options.key,))
        if value.get(input.key) is not None:
            return input.key
        input.note(_KEYLESS)
        if not input.key and input.keyless is None:
            input.keyless = self
        return ""

    def list_at(self, key: str) -> list[Any]:
        """Return the list at a key that is there."""
        value = self.as_object()[key]
        if not isinstance(value, list):
            raise self.error(f"{key} is {spelt(value)}, and is to be a list")
        return value

    def string(self, place: str, value: object) -> str:
        """Return a value that is to be a string; `place` says which it is: ``spans[3].label``."""
        if not isinstance(value, str):
            raise self.error(f"{place} is {spelt(value)}, and is to be a string")
        if wrong := unwritable(value):
            raise self.error(f"{place} has {wrong}")
        return value

    def text(self, names: Sequence[str] = ()) -> str:
        """Return the text: at the key that was given, or the first of some names that is there.

        By default the names are those of the input's format.
        """
        text = self.text_if_any(names)
        if text is None:
            keys = self._text_keys(names)
            null = next((key for key in keys if key in self.value), None)
            if null is not None:
                raise self.error(f"{null} is null, and is to be a string")
            message = f"there is no key {' or '.join(map(shortened, keys))}"
            raise self.lacking(message, "--text-key")
        return text

    def text_or_borrowed(self) -> str | None:
        """Return the text, likewise; None if there is none, and another input may have it."""
        value = self.as_object()
        borrowed = self.input.options.may_borrow
        if borrowed and not any(key in value for key in self._text_keys()):
            return None
        return self.text()

    def text_if_any(self, names: Sequence[str] = ()) -> str | None:
        """Return the text, likewise; None if there is none, or null."""
        value = self.as_object()
        key = next((key for key in self._text_keys(names) if key in value), None)
        return None if key is None or value[key] is None else self.string(key, value[key])

    def _text_keys(self, names: Sequence[str] = ()) -> Sequence[str]:
        """Return the keys that the text may be at: the one that was given, or those known."""
        given = self.input.options.text_key
        return names or KEYS[self.input.format].text if given is None else (given,)

    def id(self, names: Sequence[str] = ()) -> str | int | None:
        """Return the id, likewise; None if there is none, and no key was given."""
        value, given = self.as_object(), self.input.options.id_key
        names = names or KEYS[self.input.format].id if given is None else (given,)
        key = next((name for name in names if name in value), None)
        if key is None:
            if given is None:
                return None
            raise self.lacking(f"there is no key {shortened(given)}", "--id-key")
        own = value[key]
        if type(own) is int:
            return own
        if not isinstance(own, str):
            raise self.error(f"{key} is {spelt(own)}{NO_ID}")
        return self.string(key, own)

    def note_relations(self) -> None:
        """Remark that the relations of a record are left out, if it has some."""
        relations = self.as_object().get("relations")
        if isinstance(relations, list) and relations:
            self.input.remark("relations", len(relations))

    def spans_at(self, key: str, text: str | None) -> list[TextSpan]:
        """Return the spans at a key that is there, or that is empty; see `spans_of`."""
        if not key:
            return []
        value = self.as_object()[key]
        items = self.turned(key, value) if are_columns(value) else self.list_at(key)
        return [
            span
            for number, item in enumerate(items)
            for span in self.spans_of(f"{key}[{number}]", item, text)
        ]

    def turned(self, key: str, lists: dict[str, Any]) -> list[dict[str, Any]]:
        """Return an object of lists as a list of objects."""
        full = {name: values for name, values in lists.items() if values is not None}
        lengths = {name: len(values) for name, values in full.items()}
        if len(set(lengths.values())) > 1:
            sizes = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise self.error(f"{key} has lists of different lengths: {sizes}")
        return [dict(zip(full, row, strict=True)) for row in zip(*full.values(), strict=True)]

    def spans_of(self, place: str, item: object, text: str | None) -> list[TextSpan]:
        """Return the spans that one item of a list says there are: one for each of its types.

        Parameters
        ----------
        place : str
            What the item is called in messages: ``spans[3]``.
        item : object
            An object with offsets at `ITEM_OFFSETS`, or with ``offsets``, a list of ``[start,
            end]``; and with a type, or with ``labels``, a list of types; or an array ``[start,
            end, type]``.
        text : str, optional
            The text of the document, if it is known: the span is to be in it, and what the item
            has as its own text is to be what it says.
        """
        if isinstance(item, list):
            if len(item) != 3:
                message = f"{place} has {len(item)} elements, and is to be [start, end, type]"
                raise self.error(message)
            parts = self.parts_of(place, [(item[0], item[1])], text)
            return [TextSpan(self.type_at(f"{place}[2]", item[2]), parts)]
        if not isinstance(item, dict):
            message = f"{place} is {spelt(item)}, and is to be an object or [start, end, type]"
            raise self.error(message)
        said = self._own_text(place, item) if item.get("text") is not None else None
        if said is not None and self.input.options.by_text:
            return [TextSpan(name, (), said) for name in self.types_of(place, item)]
        parts = self.parts_of(place, self._pairs(place, item), text)
        if said is not None and text is not None:
            there = " ".join(text[start:end] for start, end in parts)
            if said != there:
                message = f"{place} is {shortened(said)}, and the text has {shortened(there)} there"
                compared = bool(self.input.options.prefix)
                raise self.error(message, OFFSETS_HINT + _TEXT_HINT * compared)
        own = said if text is None else None
        return [TextSpan(name, parts, own) for name in self.types_of(place, item)]

    def types_of(self, place: str, item: dict[str, Any]) -> list[str]:
        """Return the types of an item: one, or those in its ``labels``."""
        keys = KEYS[self.input.format].item_type
        for key in keys:
            if key in item:
                return [self.type_at(f"{place}.{key}", item[key])]
        names = item.get("labels")
        if not isinstance(names, list) or not names:
            message = f"{place} has no type ({', '.join(keys)}, or a list at labels)"
            raise self.error(f"{message}; its keys: {named_keys(item)}")
        return [
            self.type_at(f"{place}.labels[{number}]", name) for number, name in enumerate(names)
        ]

    def parts_of(self, place: str, pairs: Sequence[Pair], text: str | None) -> tuple[Offsets, ...]:
        """Return pairs of a start and an end, which are to be parts of a text, in order."""
        last = LAST if text is None else len(text)
        for start, end in pairs:
            whole = type(start) is int and type(end) is int
            if not whole or not 0 <= start < end <= last:
                hint = _INCLUSIVE if whole and start == end and text is None else ""
                raise self.error(f"{place}: {_wrong_part(start, end, text)}", hint)
        for (_, end), (start, _) in pairwise(pairs):
            if start < end:
                message = f"a part begins at {start}, before the one before it ends, at {end}"
                raise self.error(f"{place}: {message}")
        return tuple(pairs)

    def type_at(self, place: str, value: object) -> str:
        """Return a value that is to be a type; `place` says which it is, as for `string`.

        A number is one of the labels that were given; without any, doccano's numbers are types.
        """
        if type(value) is int:
            value = self._label(place, value)
        name = self.string(place, value)
        if not name:
            raise self.error(f"{place} is empty, and is to be a type")
        return name

    def _label(self, place: str, number: int) -> str | int:
        """Return the label that a number stands for, or the number where nothing says it."""
        labels = self.input.labels
        if labels is None:
            if self.input.format == "doccano":
                return str(number)
            if "labels" in FORMATS[self.input.format].takes:
                message = f"{place} is {spelt(number)}, and is to be a string"
                raise self.error(message, _LABELS_HINT)
            return number
        if number not in labels:
            raise self.error(f"{place}: {unlabelled(spelt(number), labels).message}")
        return labels[number]

    def _pairs(self, place: str, item: dict[str, Any]) -> list[Pair]:
        """Return the offsets of an object, whatever they are."""
        if "offsets" not in item:
            for start, end in ITEM_OFFSETS:
                if start in item and end in item:
                    return [(item[start], item[end])]
            names = ", ".join(f"{start} and {end}" for start, end in ITEM_OFFSETS[:2])
            names += ", or offsets"
            raise self.error(f"{place} has no offsets ({names}); its keys: {named_keys(item)}")
        pairs = item["offsets"]
        if not isinstance(pairs, list) or not pairs or not all(map(_is_pair, pairs)):
            raise self.error(f"{place}.offsets is to be a list of [start, end]")
        return [(start, end) for start, end in pairs]

    def _own_text(self, place: str, item: dict[str, Any]) -> str:
        """Return what an object has as its own text: all in one, or that of each part."""
        said, name = item["text"], f"{place}.text"
        parts = said if isinstance(said, list) else [said]
        return " ".join(self.string(name, part) for part in parts)


def _chosen(value: dict[str, Any], names: Sequence[str]) -> str:
    """Return the first of some names that has a list, or else the first that is there."""
    there = [name for name in names if name in value]
    return next((name for name in there if isinstance(value[name], list)), "".join(there[:1]))


def are_columns(value: object) -> bool:
    """Return whether a value is spans as an object of lists: all starts, all ends and so on."""
    pairs = (("offsets", "offsets"), *ITEM_OFFSETS)
    return isinstance(value, dict) and any(
        isinstance(value.get(start), list) and isinstance(value.get(end), list)
        for start, end in pairs
    )


def check_key(input: Input) -> None:
    """Raise an error if no record of an input that was read has spans, and some were to have."""
    if input.keyless and not input.key:
        input.keyless.key()


def documents_of(input: Input, document: Callable[[Record], Document | None]) -> Iterator[Document]:
    """Yield the documents of records; raises as `record_batches`."""
    yield from filter(None, map(document, records(input)))
    check_key(input)


# Spans without a text may be those of nervaluate.
_INCLUSIVE = (
    "an end is the character behind the span; where it is the last in it, as in nervaluate, "
    "spanf1.evaluate(..., inclusive_ends=True) reads it"
)


def _wrong_part(start: Any, end: Any, text: str | None) -> str:
    """Return what is wrong with offsets."""
    for what, value in (("start", start), ("end", end)):
        if type(value) is not int:
            return f"the {what} is {spelt(value)}, and is to be a whole number"
    both = f"{spelt(start)} to {spelt(end)}"
    if text is not None and (start < 0 or end > len(text)):
        return f"{both} is outside the text, which has {len(text)} characters"
    if start < 0 or end > LAST:
        return f"{both} is outside the text"
    return f"{both} is empty" if start == end else f"{both} ends before it begins"


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2


def records(input: Input) -> Iterator[Record]:
    """Yield the records of a file: JSON Lines, a JSON array of records, or one over several lines.

    Raises
    ------
    ReadError
        If the file is not there, not readable, damaged, or not UTF-8.
    LayoutError
        If there is something in it that is no JSON.
    """
    return records_of(input, _parsed(input))


def records_of(input: Input, reads: Iterable[Values]) -> Iterator[Record]:
    """Yield what was read of a file as records."""
    for read in reads:
        for value, line in zip(*read, strict=True):
            yield Record(input, value, line)


def _parsed(input: Input) -> Iterator[Values]:
    """Yield the records of a file, many at a time; parsed once for both sides of an input."""

    def parse() -> Iterator[Values]:
        if input.values is not None:
            return listed(input.values)
        source = input.source
        content = source.chunks(_PIECE, input.progress)
        # A file is read in parts only if each line is a record.
        return values(content, source, by_line=source.stop >= 0)

    reads = input.once(parse)
    return reads if input.options.annotator is None else _of_annotator(input, reads)


def _of_annotator(input: Input, reads: Iterable[Values]) -> Iterator[Values]:
    """Yield what one annotator says of the records of a file.

    Raises
    ------
    LayoutError
        If that is nothing.
    """
    said_by, name = module_of(input.format).said_by, str(input.options.annotator)
    names: set[str] = set()
    for read in reads:
        said = [said_by(value) for value in read[0]]
        names.update(*said)
        own = [row for row, one in enumerate(said) if name in one]
        if others := sum(map(len, said)) - len(own):
            input.remark(OF_OTHERS, others)
        if own:
            yield Values([said[row][name] for row in own], [read[1][row] for row in own])
    if name not in names:
        known = ", ".join(map(shortened, sorted(names)[:_NAMED]))
        raise LayoutError(
            f"there are no annotations of {shortened(name)}",
            where=input.source.name,
            hint=f"annotators here: {known}" if known else "no annotator is named here",
        )


def record_batches(
    input: Input,
    document: Callable[[Record], Document | None],
    columns: Columns = span_columns,
    reads: Iterable[Values] | None = None,
) -> Iterator[DocumentBatch]:
    """Yield the documents of records, many at a time.

    Parameters
    ----------
    input : Input
        The input.
    document : callable
        Returns the document of a record, or None if it is to be left out; it knows what may be
        wrong, and is asked where a record is not as plain as most are.
    columns : callable
        Returns the documents of records that are all plain.
    reads : iterable of Values, optional
        What was read of the file; by default all that is in it.

    Raises
    ------
    ReadError, LayoutError
        As `records`.
    """
    for read in reads or _parsed(input):
        batch = plain_batch(columns, input, *read)
        if batch is None:
            batch = DocumentBatch()
            try:
                _add_parts(batch, input, read, document, columns)
            except InputError:
                if batch:
                    yield batch
                raise
        if batch:
            yield batch
    check_key(input)


def _add_parts(
    batch: DocumentBatch,
    input: Input,
    read: Values,
    document: Callable[[Record], Document | None],
    columns: Columns,
) -> None:
    """Add the documents of records that are not all plain to a batch: by parts, or one by one."""
    count, begin = len(read.values), 0
    while begin < count:
        # The first object that is not left out tells the key of the spans.
        keyed = input.key or isinstance(read.values[begin], list)
        size = max(-(-count // _PARTS), 1) if keyed else 1
        part = read.only(begin, begin + size)
        plain = plain_batch(columns, input, *part) if size >= _FEW else None
        if plain:
            batch.extend(plain)
        elif size >= _FEW:
            _add_parts(batch, input, part, document, columns)
        else:
            for record in records_of(input, [part]):
                found = document(record)
                if found:
                    batch.append(found)
        begin += size


def gathered(input: Input, is_item: Callable[[object], bool]) -> Iterator[Values]:
    """Yield what is in a file, many at a time; all in one if the first is an item of a list.

    Parameters
    ----------
    input : Input
        The input.
    is_item : callable
        Whether a value cannot be a record, but is an item of a list of them.

    Raises
    ------
    ReadError
        If the file is not there, not readable, damaged, or not UTF-8.
    LayoutError
        If there is something in it that is no JSON, or items and other records.
    UsageError
        If both sides are to be read, and there is a list, which has no keys.
    """
    reads = _parsed(input)
    first = next(reads, None)
    if first is None:
        return
    if not is_item(first.values[0]):
        for read in chain([first], reads):
            lists = (line for value, line in zip(*read, strict=True) if isinstance(value, list))
            if not input.options.alone and (line := next(lists, None)):
                input.check_one_side("a list without keys", line)
            yield read
        return
    input.check_one_side("a list without keys")
    items = []
    for record in records_of(input, chain([first], reads)):
        if not is_item(record.value):
            message = "this is no item of one list, as what is before it"
            raise record.error(message, "every document is to be a list, or an object")
        items.append(record.value)
    yield Values([items], first.lines[:1])


def placed_text(document: Document, number: int) -> str:
    """Return the text of a document that is to be written, by its number.

    Raises
    ------
    LossError
        If it is not known, or where a span is.
    """
    where = f"document {number}" if document.id is None else f"document {document.id!r}"
    if document.text is None:
        raise LossError("the text is not known", where=where)
    for span in document.spans:
        if not span.parts:
            raise LossError(f"it is not known where {shortened(span.text)} is", where=where)
    return document.text


def with_id(document: Document) -> dict[str, Any]:
    """Return how the record of a document begins that is to be written."""
    return {} if document.id is None else {"id": document.id}


def line_of(value: object) -> bytes:
    """Return a line of JSON Lines."""
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def write_lines(values: Iterable[object], target: BinaryIO | str) -> None:
    """Write values, each on a line of its own."""
    for value in values:
        cast(BinaryIO, target).write(line_of(value))


def write_array(values: Iterable[object], target: BinaryIO | str) -> None:
    """Write values as an array, each on a line of its own."""
    file = cast(BinaryIO, target)
    file.write(b"[")
    for number, value in enumerate(values):
        file.write((b",\n" if number else b"\n") + line_of(value).removesuffix(b"\n"))
    file.write(b"\n]\n")
