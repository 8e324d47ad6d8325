"""Label ids in arrays of any library: gold and predicted, one row for each sentence.

No library is imported, and no string is made for a token: an id is looked up in a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from operator import index
from typing import Any

import numpy as np

from spanf1.core.tags import Block, TagSet
from spanf1.exceptions import AlignmentError, UsageError
from spanf1.formats.idruns import LabelCodes, id_runs, outside_of
from spanf1.formats.ids import MASK, Ids, ids_of
from spanf1.formats.lists import BLOCK_TOKENS, GOLD, PREDICTED, ListReader, block_of
from spanf1.wording import shortened

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
        self._outside = outside_of(self._labels)
        self._gold = ids_of(gold, GOLD)
        self._predicted = ids_of(predicted, PREDICTED, max(self._labels) + 1)
        _check_lengths(self._gold, self._predicted, PREDICTED)
        self._mask = None
        if mask is not None:
            chosen = ids_of(mask, MASK)
            _check_lengths(self._gold, chosen, MASK)
            self._mask = chosen.flat.astype(np.bool_, copy=False)

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.core.tag_counter.Reader`.

        Raises
        ------
        TagError
            If an id has no label, or a label that occurs is no tag.
        AlignmentError
            If a prediction is the id that is ignored, and gold is not.
        """
        sides = (self._gold, GOLD, gold), (self._predicted, PREDICTED, predicted)
        coders = []
        for _, _, tags in sides:
            coders.append(LabelCodes(self._labels, tags, self._ignored, GOLD))
            if len(tags.forms) > 1:
                tags.expect(self._labels.values())
        runs = id_runs(
            self._gold,
            self._predicted.flat,
            (self._outside, self._outside),
            ignored=self._ignored,
            size=BLOCK_TOKENS,
            mask=self._mask,
        )
        for tokens, there, run in runs:
            codes = [
                coder.codes(ids.flat, tokens, partial(_place, ids, name))
                for coder, (ids, name, _) in zip(coders, sides, strict=True)
            ]
            yield block_of(codes[0], codes[1], there, run)


def _place(ids: Ids, name: str, token: int, number: int | None) -> str:
    """Return the place of a token, or of the label of a number, for a message."""
    return ids.place(name, token) if number is None else f"labels[{number}]"


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
