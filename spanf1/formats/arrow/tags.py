"""Tags, or label ids, in columns of Arrow: gold and predicted, in one table or in two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.tags import IntArray, TagSet
from spanf1.exceptions import InputError, LayoutError, ReadError, TagError
from spanf1.formats.arrow.files import (
    BATCH_ROWS,
    ArrowFile,
    feature_of,
    lacking,
    pyarrow,
    type_of,
)
from spanf1.formats.keyed import TAG_KEYS, KeyedReader, KeyedTags, Table, order_hint
from spanf1.formats.labels import LABELS_HINT, MAX_LABELS, LabelCodes, labels_by_id
from spanf1.formats.registry import ARROW, Inputs
from spanf1.formats.sentences import Sentences, place_in, whole_sentences
from spanf1.formats.source import Source
from spanf1.wording import shortened, unwritable


def label_names(feature: Any, where: str) -> list[str] | None:
    """Return the names of the labels in a feature of class labels, or of lists of such.

    Raises
    ------
    LayoutError
        If there are too many, or one could not be written again.
    """
    feature = _element(feature)
    names = feature.get("names") if feature.get("_type") == "ClassLabel" else None
    if not (isinstance(names, list) and names and all(isinstance(one, str) for one in names)):
        return None
    if len(names) > MAX_LABELS:
        raise LayoutError(f"{len(names)} labels: {MAX_LABELS} at most are read", where=where)
    for one in names:
        if wrong := unwritable(one):
            raise LayoutError(f"label {shortened(one)} has {wrong}", where=where)
    return names


def field_of(feature: Any, name: str) -> Any:
    """Return a field of a feature of structs, or of lists of such; None if there is none."""
    return _element(feature).get(name)


def _element(feature: Any) -> dict[str, Any]:
    """Return a feature or, of lists, that of their elements; an empty one if it is none."""
    while True:
        match feature:
            case [one]:
                feature = one
            case {"_type": "Sequence" | "List" | "LargeList"}:
                feature = feature.get("feature")
            case _:
                return feature if isinstance(feature, dict) else {}


def no_labels(key: str, kind: Any, where: str) -> TagError:
    """Return the error for a column of ids that have no labels."""
    return TagError(
        f"{key} is {kind}, and the schema names no labels",
        where=where,
        hint=LABELS_HINT,
    )


def is_list(kind: Any) -> bool:
    """Return whether a type of Arrow is one of lists: long, short, all of one length, views."""
    types = pyarrow().types
    tests = (
        types.is_list,
        types.is_large_list,
        types.is_fixed_size_list,
        types.is_list_view,
        types.is_large_list_view,
    )
    return any(test(kind) for test in tests)


def is_string(kind: Any) -> bool:
    """Return whether a type of Arrow is one of strings, dictionary-encoded or not."""
    types = pyarrow().types
    if types.is_dictionary(kind):
        kind = kind.value_type
    return bool(types.is_string(kind) or types.is_large_string(kind))


def is_integer(kind: Any) -> bool:
    """Return whether a type of Arrow is one of whole numbers."""
    return bool(pyarrow().types.is_integer(kind))


def are_tags(kind: Any) -> bool:
    """Return whether a type of Arrow is one of lists of tags or label ids."""
    return is_list(kind) and (is_string(kind.value_type) or is_integer(kind.value_type))


@contextmanager
def only_utf8(key: str, where: str) -> Iterator[None]:
    """Turn the error for a text that is no UTF-8 into one of ours."""
    try:
        yield
    except UnicodeDecodeError:
        raise ReadError(f"{key} has a text that is not UTF-8", where=where) from None


class Batch(NamedTuple):
    """Some rows of a table, and how many are before them; what messages call their texts."""

    source: Source
    rows: Any
    before: int
    called: str = ""

    def where(self, row: int) -> str:
        """Return the place of a row, for a message."""
        return self.source.where(self.before + row + 1)

    def values(self, key: str) -> tuple[Any, IntArray]:
        """Return what the lists of a column hold, one after the other, and how long each is.

        Raises
        ------
        LayoutError
            If there are nulls.
        """
        column = self.rows.column(key)
        for row in _first_null(column):
            raise LayoutError(f"{key} is null", where=self.where(row))
        flat = column.flatten()
        lengths = np.asarray(column.value_lengths()).astype(np.intp)
        for row, place in (place_in(lengths, token) for token in _first_null(flat)):
            raise LayoutError(f"{key}[{place}] is null", where=self.where(row))
        return flat, lengths

    def words(self, key: str) -> ArrowWords:
        """Return the tokens in a column.

        Raises
        ------
        LayoutError
            If it is not lists of strings.
        """
        kind = self.rows.column(key).type
        if not (is_list(kind) and is_string(kind.value_type)):
            message = f"{key} is {kind}, and is to be lists of tokens"
            raise LayoutError(message, where=self.source.name)
        return ArrowWords.of(*self.values(key), self.called or key, self.source.name)

    def ids(self, key: str) -> list[str | int | None]:
        """Return the ids in a column: strings or whole numbers.

        Raises
        ------
        LayoutError
            If there is anything else.
        """
        column = self.rows.column(key)
        if not (is_string(column.type) or is_integer(column.type)):
            message = f"{key} is {column.type}: ids are to be strings or whole numbers"
            raise LayoutError(message, where=self.source.name)
        for row in _first_null(column):
            raise LayoutError(f"{key} is null", where=self.where(row))
        with only_utf8(key, self.source.name):
            ids: list[str | int | None] = column.to_pylist()
        return ids


def _first_null(array: Any) -> list[int]:
    """Return the number of the first value of an array that is null, if there is one."""
    if not array.null_count:
        return []
    nulls: list[int] = np.flatnonzero(np.asarray(array.is_null()))[:1].tolist()
    return nulls


class ArrowWords:
    """The tokens of rows: an array of lists of strings, all of one type; a `Words`."""

    def __init__(self, lists: Any, key: str, where: str) -> None:
        self._parts, self._named = [lists], (key, where)

    @classmethod
    def of(cls, flat: Any, lengths: IntArray, key: str, where: str) -> ArrowWords:
        """Return the tokens of rows that have so many of them each."""
        strings = flat.dictionary_decode() if hasattr(flat, "indices") else flat
        ends = np.append(0, np.cumsum(lengths)).astype(np.int32)
        return cls(pyarrow().ListArray.from_arrays(ends, strings), key, where)

    @property
    def array(self) -> Any:
        """The lists."""
        if len(self._parts) > 1:
            self._parts = [pyarrow().concat_arrays(self._parts)]
        return self._parts[0]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ArrowWords):
            return False
        # Strings may be short on one side, and long on the other.
        same = other.array.type == self.array.type
        return bool(self.array.equals(other.array if same else other.array.cast(self.array.type)))

    __hash__ = None  # type: ignore[assignment]

    def lists(self) -> list[list[str]]:
        """Return the tokens of each row."""
        with only_utf8(*self._named):
            lists: list[list[str]] = self.array.to_pylist()
        return lists

    def take(self, rows: slice | IntArray) -> ArrowWords:
        """Return those of a part of the rows, or of some, by number."""
        array = self.array[rows] if isinstance(rows, slice) else self.array.take(rows)
        return ArrowWords(array, *self._named)

    def keep(self, others: ArrowWords) -> None:
        """Add those of other rows."""
        self._parts += others._parts


class ArrowTable(Table):
    """A table whose schema is known."""

    name, records, where = "column", "rows", ", where"

    def __init__(self, file: ArrowFile) -> None:
        self.source, self._file = file.source, file
        self.schema = file.schema()
        self.keys = self.schema.names

    def lacking(self, message: str, option: str, reads: str = "which to read") -> LayoutError:
        """Return the error for a table without a column, which an option may give."""
        return lacking(self.schema, message, self.source.name, f"{option} says {reads}")

    def chosen(self, given: str | None, known: Sequence[str], option: str) -> str:
        """Return the column that was given, or the first that is known; nothing if there is none.

        Raises
        ------
        LayoutError
            If what was given is none.
        """
        if given is not None and given not in self.keys:
            raise self.lacking(f"there is no column {shortened(given)}", option)
        return super().chosen(given, known, option)

    def type_of(self, column: str) -> Any:
        """Return the type of a column.

        Raises
        ------
        LayoutError
            If several have the name.
        """
        return type_of(self.schema, column, self.source.name)

    def batches(self, *columns: KeyedTags) -> Iterator[Batch]:
        """Yield rows with what is to be read of each side."""
        names = [name for one in columns for name in (one.key, one.token, one.id) if name]
        return self.rows(names, encoded=[one.key for one in columns])

    def rows(
        self, names: Iterable[str], *, most: int = BATCH_ROWS, encoded: Sequence[str] = ()
    ) -> Iterator[Batch]:
        """Yield the rows of some columns, so many at most at a time; see `ArrowFile.batches`."""
        count = 0
        for rows in self._file.batches([*dict.fromkeys(names)], rows=most, encoded=encoded):
            if rows.num_rows:
                yield Batch(self.source, rows, count)
                count += rows.num_rows

    def reader(self, column: KeyedTags, tags: TagSet) -> Callable[[Batch], Sentences]:
        """Return a function that makes sentences of rows."""
        return _ArrowTags(column, tags).sentences


class _ArrowTags(LabelCodes):
    """Reads one side's label ids, or tags, of rows; tags are numbered as they occur."""

    def __init__(self, column: KeyedTags, tags: TagSet) -> None:
        self._column = column
        # the number of each tag that occurred, if there are tags
        self._numbers, self._spelt = {"O": 0}, {0: "O"}
        if column.labels is None:
            super().__init__(tags, self._spelt, ignored=None)
        else:
            super().__init__(tags, column.labels)

    def sentences(self, batch: Batch) -> Sentences:
        """Return the sentences of some rows.

        Raises
        ------
        LayoutError
            If they have not got what is to be read.
        """
        column, count = self._column, batch.rows.num_rows
        numbers, lengths = self._numbered(batch)
        return whole_sentences(
            numbers,
            lengths,
            np.arange(batch.before + 1, batch.before + count + 1),
            batch.before + count,
            words=batch.words(column.token) if column.token else None,
            ids=batch.ids(column.id) if column.id else None,
            coder=self,
        )

    def _numbered(self, batch: Batch) -> tuple[npt.NDArray[np.integer], IntArray]:
        """Return the ids in some rows, or the numbers of the tags, and how long each row is."""
        key, ids = self._column.key, self._column.labels is not None
        kind = batch.rows.column(key).type
        if is_list(kind):
            flat, lengths = batch.values(key)
            if not len(flat):
                return np.zeros(0, np.int8), lengths
            if (is_integer if ids else is_string)(flat.type):
                return np.asarray(flat) if ids else self._numbers_of(flat), lengths
        message = f"{key} is {kind}, and is to be lists of {'label ids' if ids else 'tags'}"
        raise LayoutError(message, where=batch.source.name)

    def _numbers_of(self, flat: Any) -> npt.NDArray[np.integer]:
        """Return the number of each tag: only the distinct ones become strings."""
        encoded = flat if hasattr(flat, "indices") else flat.dictionary_encode()
        with only_utf8(self._column.key, self._column.source.name):
            distinct = encoded.dictionary.to_pylist()
        numbers = [self._numbers.setdefault(tag, len(self._numbers)) for tag in distinct]
        self._spelt.update(zip(numbers, distinct, strict=True))
        if self._tags.allows_missing:
            self.empty = self._numbers.get("")
        return np.array(numbers, np.int32).take(np.asarray(encoded.indices))

    def placed(
        self,
        error: InputError,
        sentences: Sentences,
        token: int,
        number: int,  # noqa: ARG002
    ) -> InputError:
        """Return an error with the place of a token."""
        row, place = place_in(sentences.lengths, token)
        where = self._column.source.where(int(sentences.places[row]))
        where = f"{where}: {self._column.key}[{place}]"
        return type(error)(error.message, where=where, hint=error.hint)


class ArrowReader(KeyedReader):
    """Reads gold and predicted tags from columns of Parquet or Arrow; see `KeyedReader`.

    Where no labels are given, ids have the names that the schema has for the column or, if it has
    none, for the other side's.
    """

    format = ARROW
    file_type = ArrowFile

    def _tables(self) -> list[ArrowTable]:
        return [ArrowTable(file) for file in self.files]

    def _columns(self, tables: Sequence[Any]) -> tuple[KeyedTags, KeyedTags]:
        """Return what is to be read of the two sides."""
        sides = super()._columns(tables)
        both = list(zip((tables[0], tables[-1]), sides, strict=True))
        names = [
            label_names(feature_of(table.schema, side.key), table.source.name)
            for table, side in both
        ]
        gold, predicted = (
            side._replace(labels=self._labels_of(table, side.key, own or names[0] or names[1]))
            for (table, side), own in zip(both, names, strict=True)
        )
        kinds = [table.type_of(gold.id) for table, _ in both if gold.id]
        if any(map(is_string, kinds)) and any(map(is_integer, kinds)):
            raise LayoutError(
                f"{gold.id} is {kinds[1]}, and {kinds[0]} in {gold.source.name}",
                where=predicted.source.name,
                hint=order_hint("rows"),
            )
        return gold, predicted

    def _labels_of(
        self, table: ArrowTable, key: str, names: Sequence[str] | None
    ) -> Mapping[int, str] | None:
        """Return the label of each id in a column; None if it has tags."""
        kind = table.type_of(key)
        if is_list(kind) and is_string(kind.value_type):
            return None
        if not (self._labels or names):
            raise no_labels(key, kind, table.source.name)
        return self._labels or labels_by_id(names or ())


def has_tags(inputs: Inputs) -> bool:
    """Return whether the columns of both sides, given or looked for, are lists of tags or ids.

    Raises
    ------
    ReadError, LayoutError, UsageError
        If a file cannot be read.
    """
    tables = [ArrowTable(ArrowFile(source)) for source in inputs.sources]
    for side, table in ((inputs.gold, tables[0]), (inputs.predicted, tables[-1])):
        given = side.options.key
        names = TAG_KEYS.of(side.options) if given is None else (given,)
        key = next((name for name in names if name in table.keys), None)
        if key is None or not are_tags(table.type_of(key)):
            return False
    return True
