"""Records of a text and its spans, read column by column where nothing about them is odd."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np

from spanf1.core.documents import DocumentBatch
from spanf1.core.spans import UNTAGGED
from spanf1.core.tags import IntArray
from spanf1.formats.records.keys import ITEM_OFFSETS, KEYS, KnownKeys
from spanf1.formats.registry import Input

# Answers of annotators that do not leave a record out.
_ACCEPTED = {"accept", None, ""}


class _OddError(Exception):
    """Something is not as plain as it is in most records."""


def plain_batch(input: Input, values: Sequence[Any], lines: Sequence[int]) -> DocumentBatch | None:
    """Return the documents of records; None if one of them is to be read by itself.

    All that the reading of one record would find wrong, or leave out, makes it odd.

    Parameters
    ----------
    input : Input
        The input, whose key of spans is known.
    values, lines : sequence
        The records and their lines.
    """
    try:
        return _batch(input, values, lines)
    except (_OddError, KeyError, TypeError, OverflowError, UnicodeEncodeError):
        return None


def _batch(input: Input, values: Sequence[Any], lines: Sequence[int]) -> DocumentBatch:
    known, options = KEYS[input.format], input.options
    _check(set(map(type, values)) == {dict})
    keys = set().union(*values)
    _check_left_out(keys, values)
    text_names = known.text if options.text_key is None else (options.text_key,)
    texts = _strings(map(itemgetter(_first(text_names, keys)), values))
    items, counts, owner = _flat(map(itemgetter(input.key), values))
    sizes = np.array([*map(len, texts)], np.int64)
    starts, ends, types = _spans(items, known)
    _check_places(starts, ends, sizes[owner])
    if items and type(items[0]) is dict:
        places = zip(items, owner.tolist(), starts, ends, strict=True)
        _check(
            all(
                item.get("text") in (None, texts[number][start:end])
                for item, number, start, end in places
            )
        )
    token_key = options.token_key or known.token[0]
    if token_key in keys or options.token_key is not None:
        _check_tokens(map(itemgetter(token_key), values), sizes)
    batch = DocumentBatch()
    batch.texts, batch.lines, batch.counts = [*texts], [*lines], counts
    batch.ids = _ids(known.id if options.id_key is None else (options.id_key,), keys, values)
    batch.tokens = [None for _ in values]
    batch.spaced, batch.begins = [False] * len(values), [True] * len(values)
    batch.starts, batch.ends, batch.types = starts, ends, types
    batch.said, batch.shapes = [None for _ in items], [UNTAGGED] * len(items)
    return batch


def _check(plain: object) -> None:
    if not plain:
        raise _OddError


def _first(names: Iterable[str], keys: set[str]) -> str:
    """Return the first of some names that records have."""
    name = next((name for name in names if name in keys), None)
    if name is None:
        raise _OddError
    return name


def _strings(values: Iterable[Any]) -> list[str]:
    """Return values that are all strings, of whole characters."""
    strings = list(values)
    _check(set(map(type, strings)) <= {str})
    # Half of a surrogate pair is no character, and cannot be encoded.
    "".join(strings).encode()
    return strings


def _flat(lists: Iterable[Any]) -> tuple[list[Any], list[int], IntArray]:
    """Return the items of lists, how many each has, and the number of each item's list."""
    rows = list(lists)
    _check(set(map(type, rows)) == {list})
    counts = [*map(len, rows)]
    return list(chain.from_iterable(rows)), counts, np.repeat(np.arange(len(rows)), counts)


def _check_left_out(keys: set[str], values: Sequence[dict[str, Any]]) -> None:
    """Refuse records that are left out, or of which something is."""
    if "answer" in keys:
        _check({value.get("answer") for value in values} <= _ACCEPTED)
    if "relations" in keys:
        _check(not any(value.get("relations") for value in values))
    if "spans" in keys:
        _check(not any(type(value.get("spans")) is dict for value in values))


def _spans(items: list[Any], known: KnownKeys) -> tuple[list[int], list[int], list[str]]:
    """Return the starts, the ends and the types of items."""
    if not items:
        return [], [], []
    kinds = set(map(type, items))
    if kinds == {list}:
        _check(set(map(len, items)) == {3})
        starts, ends, types = map(list, zip(*items, strict=True))
    else:
        _check(kinds == {dict})
        keys = set().union(*items)
        pair = next((pair for pair in ITEM_OFFSETS if keys.issuperset(pair)), None)
        _check(pair and "offsets" not in keys)
        names = *(pair or ()), _first(known.item_type, keys)
        starts, ends, types = (list(map(itemgetter(name), items)) for name in names)
    _check("" not in types)
    return starts, ends, _strings(types)


def _check_places(starts: list[Any], ends: list[Any], sizes: IntArray) -> None:
    """Refuse offsets that are no whole numbers, or not in their texts."""
    _check({*map(type, starts), *map(type, ends)} <= {int})
    start, end = np.array(starts, np.int64), np.array(ends, np.int64)
    _check(((start >= 0) & (start < end) & (end <= sizes)).all())


def _check_tokens(lists: Iterable[Any], sizes: IntArray) -> None:
    """Refuse tokens that are not in their texts one after the other; none of them is kept."""
    tokens, _, owner = _flat(lists)
    if tokens:
        starts, ends = (list(map(itemgetter(name), tokens)) for name in ITEM_OFFSETS[0])
        _check_places(starts, ends, sizes[owner])
        follows = np.array(starts)[1:] >= np.array(ends)[:-1]
        _check((follows | (owner[1:] != owner[:-1])).all())


def _ids(
    names: Sequence[str], keys: set[str], values: Sequence[dict[str, Any]]
) -> list[str | int | None]:
    """Return the ids of records, or nothing for each if none has one, and none is to have one."""
    if len(names) > 1 and not keys.intersection(names):
        return [None for _ in values]
    ids = list(map(itemgetter(_first(names, keys)), values))
    _check(set(map(type, ids)) <= {str, int})
    _strings(one for one in ids if type(one) is str)
    return ids
