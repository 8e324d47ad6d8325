"""Label ids in arrays of any library: gold and predicted, one row for each sentence.

No library is imported, and no string is made for a token: an id is looked up in a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from operator import index
from typing import Any

import numpy as np

from spanf1.errors import AlignmentError, TagError, UsageError
from spanf1.formats.ids import MASK, IdArray, Ids, ids_of
from spanf1.formats.lists import BLOCK_TOKENS, GOLD, PREDICTED, ListReader, Run, block_of
from spanf1.tags import Block, CodeArray, IntArray, TagSet, shortened

#: the id of tokens that do not count, as in the losses of PyTorch
IGNORE_INDEX = -100

#: ids are looked up in a table as long as the largest of them
MAX_LABELS = 1 << 20

Labels = Iterable[str] | Mapping[Any, str]


def reader_of(
    gold: Any, predicted: Any, labels: Labels | None, ignore_index: int, mask: Any
) -> ArrayReader | ListReader:
    """Return what reads ids, if there are labels, or lists of tags; parameters of `ArrayReader`.

    Raises
    ------
    UsageError
        If there are ids and no labels.
    """
    if labels is not None:
        return ArrayReader(gold, predicted, labels, ignore_index=ignore_index, mask=mask)
    if mask is not None or ignore_index != IGNORE_INDEX:
        raise UsageError("mask and ignore_index are for label ids, and there are no labels")
    for name, side in ((GOLD, gold), (PREDICTED, predicted)):
        try:
            first = next(chain.from_iterable(side), "")
        except TypeError:
            continue
        if not isinstance(first, str) and any(
            hasattr(first, trait) for trait in ("__index__", "dtype", "as_py")
        ):
            raise UsageError(
                f"{name} holds no tags, and there are no labels",
                hint="labels=[...] says which tag each id is",
            )
    return ListReader(gold, predicted)


class ArrayReader:
    """Reads gold and predicted label ids from arrays.

    Parameters
    ----------
    gold, predicted : array
        Integers of the shape (sentences, tokens), or a sequence of rows of any length.
        `predicted` may be logits, (sentences, tokens, labels): the largest counts. An array is
        what NumPy can make one of: that of NumPy, PyTorch, JAX, TensorFlow, Arrow, pandas.
    labels : sequence of str, or mapping of int to str
        The tag of each id.
    ignore_index : int
        The id that gold has where a token does not count.
    mask : array of bool, optional
        Which tokens count, besides that; of the same shape.

    Raises
    ------
    UsageError
        If an argument is not of that form.
    AlignmentError
        If they differ in the number of sentences, or of tokens in one.
    """

    def __init__(
        self,
        gold: Any,
        predicted: Any,
        labels: Labels,
        *,
        ignore_index: int = IGNORE_INDEX,
        mask: Any = None,
    ) -> None:
        if not hasattr(ignore_index, "__index__"):
            raise UsageError(f"ignore_index is {ignore_index!r}: it is to be a whole number")
        self._ignored = index(ignore_index)
        self._labels = labels_by_id(labels)
        # the id of most tokens, that need no look at what it is
        self._outside = next((key for key, tag in self._labels.items() if tag == "O"), None)
        self._gold = ids_of(gold, GOLD)
        self._predicted = ids_of(predicted, PREDICTED, max(self._labels) + 1)
        _check_lengths(self._gold, self._predicted, PREDICTED)
        self._mask = None
        if mask is not None:
            chosen = ids_of(mask, MASK)
            _check_lengths(self._gold, chosen, MASK)
            self._mask = chosen.flat.astype(np.bool_, copy=False)

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.evaluate.Reader`.

        Raises
        ------
        TagError
            If an id has no label, or a label that occurs is no tag.
        AlignmentError
            If a prediction is the id that is ignored, and gold is not.
        """
        sides = (
            _Side(self._gold, GOLD, self._labels, gold, self._ignored),
            _Side(self._predicted, PREDICTED, self._labels, predicted, self._ignored),
        )
        starts = np.cumsum(self._gold.lengths) - self._gold.lengths
        end = np.full(1, BLOCK_TOKENS, np.intp)
        # how many tokens counted so far, and whether a sentence began of which none did
        count, begins = 0, False
        for first in range(0, len(self._gold.flat), BLOCK_TOKENS):
            kept, there = self._tokens(slice(first, first + BLOCK_TOKENS))
            low, high = np.searchsorted(starts, (first, first + BLOCK_TOKENS))
            pending = np.zeros(int(begins), np.intp)
            rows = np.concatenate((pending, starts[low:high] - first, end))
            bounds = np.searchsorted(kept, rows)
            # A sentence may begin with tokens that do not count, or have no others.
            opening = bounds[:-1][bounds[:-1] < bounds[1:]]
            begins = len(bounds) > 1 and bool(bounds[-2] == bounds[-1])
            if len(kept):
                tokens = kept[there] + first
                gold_codes, predicted_codes = (side.codes(tokens) for side in sides)
                run = Run(len(kept), count, opening)
                yield block_of(gold_codes, predicted_codes, there, run)
                count += len(kept)

    def _tokens(self, run: slice) -> tuple[IntArray, IntArray]:
        """Return which tokens of a run count, and which of these a block is to have."""
        gold, predicted = self._gold.flat[run], self._predicted.flat[run]
        counts = gold != self._ignored
        if self._mask is not None:
            counts &= self._mask[run]
        kept = np.flatnonzero(counts)
        there = np.ones(len(kept), np.bool_)
        if self._outside is not None:
            there[1:-1] = ((gold != self._outside) | (predicted != self._outside))[kept[1:-1]]
        return kept, np.flatnonzero(there)


class _Side:
    """Turns the ids of one side into codes. Labels become tags as they occur."""

    def __init__(
        self, ids: Ids, name: str, labels: Mapping[int, str], tags: TagSet, ignored: int
    ) -> None:
        self._ids, self._name, self._ignored = ids, name, ignored
        self._labels, self._tags = labels, tags
        # -1 for those that did not occur so far
        self._codes = np.full(max(labels) + 1, -1, np.int32)
        if len(tags.forms) > 1:
            tags.expect(labels.values())

    def codes(self, tokens: IntArray) -> CodeArray:
        """Return the codes of some tokens, one at least."""
        ids = self._ids.flat.take(tokens)
        # Without its sign, an id below 0 is a large one.
        if ids.view(f"u{ids.itemsize}").max() >= len(self._codes):
            wrong = np.flatnonzero((ids < 0) | (ids >= len(self._codes)))[0]
            raise self._no_label(int(ids[wrong]), int(tokens[wrong]))
        codes = self._codes.take(ids, mode="clip")
        if codes.min() < 0:
            new = codes < 0
            for number in np.flatnonzero(np.bincount(ids[new])).tolist():
                self._codes[number] = self._code(number, tokens, ids)
            codes = self._codes.take(ids, mode="clip")
        return codes

    def _code(self, number: int, tokens: IntArray, ids: IdArray) -> int:
        """Return the code of a label that occurs among the ids."""
        label = self._labels.get(number)
        if label is None:
            raise self._no_label(number, int(tokens[np.flatnonzero(ids == number)[0]]))
        try:
            return self._tags.code(label)
        except TagError as error:
            raise TagError(error.message, where=f"labels[{number}]", hint=error.hint) from None

    def _no_label(self, number: int, token: int) -> TagError | AlignmentError:
        """Return the error for an id without a label."""
        where = self._ids.place(self._name, token)
        if number == self._ignored:
            return AlignmentError(f"{number}, which is ignored, where {GOLD} is not", where=where)
        return TagError(
            f"there is no label for id {number}; there are {len(self._labels)}, the last for "
            f"{max(self._labels)}",
            where=where,
        )


def labels_by_id(labels: Labels) -> dict[int, str]:
    """Return the label of each id.

    Raises
    ------
    UsageError
        If labels are not strings, or ids are no numbers from 0 on.
    """
    if isinstance(labels, str) or not isinstance(labels, Iterable):
        raise UsageError("labels is to be a list of tags, or a dict of ids to tags")
    pairs = list(labels.items() if isinstance(labels, Mapping) else enumerate(labels))
    found: dict[int, str] = {}
    for key, label in pairs:
        number = int(key) if str(key).isdecimal() else -1
        if number < 0 or number in found or not isinstance(label, str):
            raise UsageError(
                f"labels[{key!r}] is {shortened(label)}: every id is to have one tag",
                hint="a dict is one of ids to tags, as id2label in a model's configuration",
            )
        found[number] = label
    if not found or max(found) >= MAX_LABELS:
        raise UsageError(f"labels are to have ids from 0 to {MAX_LABELS - 1}, one at least")
    return found


def _check_lengths(gold: Ids, other: Ids, name: str) -> None:
    """Raise an error if two sides have not the same sentences and tokens."""
    rows = len(gold.lengths), len(other.lengths)
    if rows[0] != rows[1]:
        raise AlignmentError(f"{GOLD} has {rows[0]} sentences, {name} has {rows[1]}")
    differ = np.flatnonzero(gold.lengths != other.lengths)
    if len(differ):
        first = int(differ[0])
        raise AlignmentError(
            f"{GOLD}[{first}] has {gold.lengths[first]} tokens, {name}[{first}] has "
            f"{other.lengths[first]}"
        )
