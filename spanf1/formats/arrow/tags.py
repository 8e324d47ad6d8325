"""Columns of tags or label ids in Arrow, as arrays of ids; and what their schema calls the ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from spanf1.core.tags import CodeArray, IntArray, TagSet
from spanf1.exceptions import LayoutError, ReadError, TagError
from spanf1.formats.arrays import IGNORE_INDEX
from spanf1.formats.arrow.files import pyarrow
from spanf1.formats.idruns import LabelCodes, outside_of
from spanf1.formats.ids import IdArray, Ids, place_in
from spanf1.formats.source import Source

# The features of Hugging Face's datasets that are lists.
_LISTS = ("Sequence", "List", "LargeList")


def label_names(feature: Any) -> list[str] | None:
    """Return the names of the labels in a feature of class labels, or of lists of such."""
    if isinstance(feature, list) and len(feature) == 1:
        return label_names(feature[0])
    if not isinstance(feature, dict):
        return None
    if feature.get("_type") in _LISTS:
        return label_names(feature.get("feature"))
    names = feature.get("names") if feature.get("_type") == "ClassLabel" else None
    named = isinstance(names, list) and names and all(isinstance(one, str) for one in names)
    return names if named else None


def field_of(feature: Any, name: str) -> Any:
    """Return a field of a feature of structs, or of lists of such; None if there is none."""
    if isinstance(feature, list) and len(feature) == 1:
        return field_of(feature[0], name)
    if not isinstance(feature, dict):
        return None
    if feature.get("_type") in _LISTS:
        return field_of(feature.get("feature"), name)
    return feature.get(name)


def no_labels(key: str, kind: Any, where: str) -> TagError:
    """Return the error for a column of ids that have no labels."""
    return TagError(
        f"{key} is {kind}, and the schema names no labels",
        where=where,
        hint="labels=[...] (--labels O,B-PER,I-PER) says which tag each id is",
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


class Rows(NamedTuple):
    """Rows of a file: the number of each, from 1, and how many there are up to the last."""

    source: Source
    numbers: IntArray
    total: int

    def where(self, row: int) -> str:
        """Return the place of a row, for a message."""
        return self.source.where(int(self.numbers[row]))


def values_of(array: Any, key: str, rows: Rows) -> tuple[Any, IntArray]:
    """Return what the lists of a column hold, one after the other, and how long each is.

    Raises
    ------
    LayoutError
        If there are nulls.
    """
    if array.null_count:
        row = int(np.flatnonzero(np.asarray(array.is_null()))[0])
        raise LayoutError(f"{key} is null", where=rows.where(row))
    flat = array.flatten()
    lengths = np.asarray(array.value_lengths()).astype(np.intp)
    if flat.null_count:
        row, place = place_in(lengths, int(np.flatnonzero(np.asarray(flat.is_null()))[0]))
        raise LayoutError(f"{key}[{place}] is null", where=rows.where(row))
    return flat, lengths


def token_lists(batch: Any, key: str, rows: Rows) -> Any:
    """Return a column of tokens.

    Raises
    ------
    LayoutError
        If it is not lists of strings.
    """
    found = batch.column(key)
    if is_list(found.type) and is_string(found.type.value_type):
        return found
    message = f"{key} is {found.type}, and is to be lists of tokens"
    raise LayoutError(message, where=rows.source.name)


@contextmanager
def only_utf8(key: str, where: str) -> Iterator[None]:
    """Turn the error for a text that is no UTF-8 into one of ours."""
    try:
        yield
    except UnicodeDecodeError:
        raise ReadError(f"{key} has a text that is not UTF-8", where=where) from None


class TagColumn:
    """A column of lists of label ids, or of tags: these are numbered as they occur.

    Parameters
    ----------
    key : str
        Its name.
    labels : mapping of int to str, optional
        The tag of each id; None if there are tags.
    tags : TagSet
        Numbers the tags.
    """

    def __init__(self, key: str, labels: Mapping[int, str] | None, tags: TagSet) -> None:
        self.key, self._strings = key, labels is None
        # the number of each tag that occurred, if there are tags
        self._numbers = {"O": 0}
        self._labels = {0: "O"} if labels is None else dict(labels)
        self.outside = outside_of(self._labels)
        self._coder = LabelCodes(self._labels, tags, IGNORE_INDEX, "gold")
        if labels is not None and len(tags.forms) > 1:
            tags.expect(labels.values())

    def ids(self, array: Any, rows: Rows) -> Ids:
        """Return the ids in the rows of an array, or the numbers of the tags.

        Raises
        ------
        LayoutError
            If it holds anything else.
        """
        kind = array.type
        expected = "tags" if self._strings else "label ids"
        if is_list(kind):
            flat, lengths = values_of(array, self.key, rows)
            if not len(flat):
                return Ids(np.zeros(0, np.int8), lengths)
            if self._strings and is_string(flat.type):
                return Ids(self._numbered(flat, rows), lengths)
            if not self._strings and is_integer(flat.type):
                return Ids(np.asarray(flat), lengths)
        raise LayoutError(
            f"{self.key} is {kind}, and is to be lists of {expected}", where=rows.source.name
        )

    def codes(self, ids: Ids, tokens: IntArray, rows: Rows) -> CodeArray:
        """Return the codes of some tokens, one at least; see `LabelCodes`."""

        def where(token: int, _: int | None) -> str:
            row, place = place_in(ids.lengths, token)
            return f"{rows.where(row)}: {self.key}[{place}]"

        return self._coder.codes(ids.flat, tokens, where)

    def _numbered(self, flat: Any, rows: Rows) -> IdArray:
        """Return the number of each tag: only the distinct ones become strings."""
        encoded = flat if hasattr(flat, "indices") else flat.dictionary_encode()
        with only_utf8(self.key, rows.source.name):
            distinct = encoded.dictionary.to_pylist()
        numbers = []
        for tag in distinct:
            number = self._numbers.setdefault(tag, len(self._numbers))
            self._labels[number] = tag
            numbers.append(number)
        return np.array(numbers, np.int32).take(np.asarray(encoded.indices))
