"""Records of a text and its spans, read column by column where nothing about them is odd."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np

from spanf1.core.documents import DocumentBatch, Offsets
from spanf1.core.spans import UNTAGGED
from spanf1.core.tags import IntArray
from spanf1.formats.records.keys import ITEM_OFFSETS, KEYS, KnownKeys
from spanf1.formats.registry import Input
from spanf1.wording import unwritable

# Answers of annotators that do not leave a record out.
_ACCEPTED = {"accept", None, ""}

#: behind what no text goes on
LAST = 1 << 53

#: returns the documents of records that are all plain, without their lines; or raises an error
Columns = Callable[[Input, Sequence[Any]], DocumentBatch]


class _OddError(Exception):
    """Something is not as plain as it is in most records."""


def plain_batch(
    columns: Columns, input: Input, values: Sequence[Any], lines: Sequence[int]
) -> DocumentBatch | None:
    """Return the documents of records; None if one of them is to be read by itself.

    All that the reading of one record would find wrong, or leave out, makes it odd.

    Parameters
    ----------
    columns : callable
        Returns the documents, if all records are plain.
    input : Input
        The input; where records are objects, its key of spans is to be known.
    values, lines : sequence
        The records and their lines.
    """
    if not input.key and not isinstance(values[0], list):
        return None
    try:
        batch = columns(input, values)
    except (_OddError, KeyError, TypeError, OverflowError, UnicodeEncodeError):
        return None
    batch.lines = [*lines]
    return batch


def span_columns(input: Input, values: Sequence[Any]) -> DocumentBatch:
    """Return the documents of records of a text and its spans."""
    known, options = KEYS[input.format], input.options
    check(set(map(type, values)) == {dict})
    keys = set().union(*values)
    _check_left_out(keys, values)
    text_names = known.text if options.text_key is None else (options.text_key,)
    texts = None
    if not options.may_borrow or not keys.isdisjoint(text_names):
        texts = strings(map(itemgetter(first_of(text_names, keys)), values))
    items, counts, owner = flat(map(itemgetter(input.key), values))
    sizes = np.array([*map(len, texts)] if texts else [LAST] * len(values), np.int64)
    starts, ends, types = _spans(items, known, input)
    check_places(starts, ends, sizes[owner])
    said = None
    if items and type(items[0]) is dict and texts:
        check_said(items, texts, owner, starts, ends)
    elif items and type(items[0]) is dict:
        said = [item.get("text") for item in items]
        strings(text for text in said if text is not None)
    token_key = options.token_key or known.token[0]
    tokens: list[Sequence[Offsets] | None] | None = None
    if token_key in keys or options.token_key is not None:
        lists = [*map(itemgetter(token_key), values)]
        _check_tokens(lists, sizes)
        if options.with_tokens:
            tokens = [[*map(itemgetter(*ITEM_OFFSETS[0]), one)] for one in lists]
    ids = ids_of(input, keys, values)
    known_texts: list[str | None] | None = None if texts is None else [*texts]
    batch = batch_of(counts, starts, ends, types, texts=known_texts, ids=ids, said=said)
    batch.tokens = tokens or batch.tokens
    return batch


def batch_of(
    counts: list[int],
    starts: list[int],
    ends: list[int],
    types: list[str],
    *,
    texts: list[str | None] | None = None,
    ids: list[str | int | None] | None = None,
    said: list[str | None] | None = None,
) -> DocumentBatch:
    """Return documents without tokens, given the columns that they have."""
    batch, count, spans = DocumentBatch(), len(counts), len(types)
    batch.texts, batch.ids, batch.tokens = (
        texts or [None] * count,
        ids or [None] * count,
        [None] * count,
    )
    batch.spaced, batch.begins, batch.counts = [False] * count, [True] * count, counts
    batch.starts, batch.ends, batch.types = starts, ends, types
    batch.said, batch.shapes = said or [None] * spans, [UNTAGGED] * spans
    return batch


def check(plain: object) -> None:
    """Raise an error if something is not as it is in plain records."""
    if not plain:
        raise _OddError


def first_of(names: Iterable[str], keys: set[str]) -> str:
    """Return the first of some names that records have."""
    name = next((name for name in names if name in keys), None)
    if name is None:
        raise _OddError
    return name


def strings(values: Iterable[Any]) -> list[str]:
    """Return values that are all strings, of whole characters."""
    strings = list(values)
    check(set(map(type, strings)) <= {str})
    check(not unwritable("".join(strings)))
    return strings


def flat(lists: Iterable[Any]) -> tuple[list[Any], list[int], IntArray]:
    """Return the items of lists, how many each has, and the number of each item's list."""
    rows = list(lists)
    check(set(map(type, rows)) == {list})
    counts = [*map(len, rows)]
    return list(chain.from_iterable(rows)), counts, np.repeat(np.arange(len(rows)), counts)


def _check_left_out(keys: set[str], values: Sequence[dict[str, Any]]) -> None:
    """Refuse records that are left out, or of which something is."""
    if "answer" in keys:
        check({value.get("answer") for value in values} <= _ACCEPTED)
    if "relations" in keys:
        check(not any(value.get("relations") for value in values))
    if "spans" in keys:
        check(not any(type(value.get("spans")) is dict for value in values))


def _spans(
    items: list[Any], known: KnownKeys, input: Input
) -> tuple[list[int], list[int], list[str]]:
    """Return the starts, the ends and the types of items."""
    if not items:
        return [], [], []
    kinds = set(map(type, items))
    if kinds == {list}:
        check(set(map(len, items)) == {3})
        starts, ends, types = map(list, zip(*items, strict=True))
    else:
        check(kinds == {dict})
        keys = set().union(*items)
        pair = next((pair for pair in ITEM_OFFSETS if keys.issuperset(pair)), None)
        check(pair and "offsets" not in keys)
        names = *(pair or ()), first_of(known.item_type, keys)
        starts, ends, types = (list(map(itemgetter(name), items)) for name in names)
    if input.labels and set(map(type, types)) == {int}:
        types = [*map(input.labels.__getitem__, types)]
    check("" not in types)
    return starts, ends, strings(types)


def check_places(starts: list[Any], ends: list[Any], sizes: IntArray | int) -> None:
    """Refuse offsets that are no whole numbers, or not in their texts."""
    check({*map(type, starts), *map(type, ends)} <= {int})
    start, end = np.array(starts, np.int64), np.array(ends, np.int64)
    check(((start >= 0) & (start < end) & (end <= sizes)).all())


def check_said(
    items: list[Any], texts: list[str], owner: IntArray, starts: list[int], ends: list[int]
) -> None:
    """Refuse items that say something else than their texts do at their places."""
    places = zip(items, owner.tolist(), starts, ends, strict=True)
    check(all(item.get("text") in (None, texts[n][start:end]) for item, n, start, end in places))


def _check_tokens(lists: Iterable[Any], sizes: IntArray) -> None:
    """Refuse tokens that are not in their texts one after the other."""
    tokens, _, owner = flat(lists)
    if tokens:
        starts, ends = (list(map(itemgetter(name), tokens)) for name in ITEM_OFFSETS[0])
        check_places(starts, ends, sizes[owner])
        follows = np.array(starts)[1:] >= np.array(ends)[:-1]
        check((follows | (owner[1:] != owner[:-1])).all())


def ids_of(input: Input, keys: set[str], values: Sequence[Any]) -> list[str | int | None]:
    """Return the ids of records, or nothing for each if none has one, and none is to have one."""
    given = input.options.id_key
    names = KEYS[input.format].id if given is None else (given,)
    if given is None and not keys.intersection(names):
        return [None] * len(values)
    ids = list(map(itemgetter(first_of(names, keys)), values))
    check(set(map(type, ids)) <= {str, int})
    strings(one for one in ids if type(one) is str)
    return ids
