"""Label ids a run at a time: which of their tokens count, and the codes of what stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.tags import CodeArray, IntArray, TagSet
from spanf1.exceptions import AlignmentError, TagError
from spanf1.formats.ids import IdArray, Ids
from spanf1.formats.lists import Run

#: the id of most tokens on each side, that need no look at what it is; None if there is none
Outside = tuple[int | None, int | None]


class IdRun(NamedTuple):
    """Tokens that a block is made of.

    Attributes
    ----------
    tokens : array of int
        Those that the block is to have, by number among all ids: the first, the last, and all
        that are not outside on both sides.
    there : array of int
        The same, by number among those of the run that count.
    run : Run
        What the block stands for.
    """

    tokens: IntArray
    there: IntArray
    run: Run


def id_runs(
    gold: Ids,
    predicted: IdArray,
    outside: Outside,
    *,
    ignored: int,
    size: int,
    mask: npt.NDArray[np.bool_] | None = None,
) -> Iterator[IdRun]:
    """Yield the runs of whole sentences in which any token counts.

    Parameters
    ----------
    gold : Ids
        Gold's.
    predicted : array of int
        As many predicted ones.
    outside : tuple of int
        The ids of the tag O.
    ignored : int
        The id that gold has where a token does not count.
    size : int
        How many tokens a run has at most.
    mask : array of bool, optional
        Which tokens count, besides that.
    """
    starts = np.cumsum(gold.lengths) - gold.lengths
    end = np.full(1, size, np.intp)
    # how many tokens counted so far, and whether a sentence began of which none did
    count, begins = 0, False
    for first in range(0, len(gold.flat), size):
        part = slice(first, first + size)
        ids = gold.flat[part], predicted[part]
        counts = ids[0] != ignored
        if mask is not None:
            counts &= mask[part]
        # None where all count
        kept = None if counts.all() else np.flatnonzero(counts)
        tokens = len(counts) if kept is None else len(kept)
        low, high = np.searchsorted(starts, (first, first + size))
        rows = np.concatenate((np.zeros(int(begins), np.intp), starts[low:high] - first, end))
        bounds = np.minimum(rows, tokens) if kept is None else np.searchsorted(kept, rows)
        # A sentence may begin with tokens that do not count, or have no others.
        opening = bounds[:-1][bounds[:-1] < bounds[1:]]
        begins = len(bounds) > 1 and bool(bounds[-2] == bounds[-1])
        if tokens:
            there = _there(ids, outside, kept)
            chosen = there if kept is None else kept[there]
            yield IdRun(chosen + first, there, Run(tokens, count, opening))
            count += tokens


def _there(ids: tuple[IdArray, IdArray], outside: Outside, kept: IntArray | None) -> IntArray:
    """Return which of the tokens that count are the first, the last, or not outside."""
    if None in outside:
        return np.arange(len(ids[0]) if kept is None else len(kept))
    there = (ids[0] != outside[0]) | (ids[1] != outside[1])
    if kept is not None:
        there = there[kept]
    there[:1] = there[-1:] = True
    return np.flatnonzero(there)


class LabelCodes:
    """Turns the ids of one side into codes. Labels become tags as they occur.

    Parameters
    ----------
    labels : mapping of int to str
        The tag of each id; it may grow.
    tags : TagSet
        Numbers them.
    ignored : int
        The id that gold has where a token does not count.
    gold : str
        What gold is called in messages.
    """

    def __init__(self, labels: Mapping[int, str], tags: TagSet, ignored: int, gold: str) -> None:
        self._labels, self._tags = labels, tags
        self._ignored, self._gold = ignored, gold
        # -1 for those that did not occur so far
        self._codes = np.full(max(labels, default=-1) + 1, -1, np.int32)

    def codes(
        self, flat: IdArray, tokens: IntArray, where: Callable[[int, int | None], str]
    ) -> CodeArray:
        """Return the codes of some tokens, one at least.

        Parameters
        ----------
        flat : array of int
            The ids of all tokens.
        tokens : array of int
            Which are asked for.
        where : callable
            Returns the place, for a message, of a token; and of an id's label, if it is that.

        Raises
        ------
        TagError
            If an id has no label, or a label that occurs is no tag.
        AlignmentError
            If an id is the one that is ignored in gold.
        """
        ids = flat.take(tokens)
        # Without its sign, an id below 0 is a large one.
        if ids.view(f"u{ids.itemsize}").max() >= len(self._codes):
            new = np.full(max(self._labels) + 1 - len(self._codes), -1, np.int32)
            self._codes = np.concatenate((self._codes, new))
            wrong = np.flatnonzero((ids < 0) | (ids >= len(self._codes)))
            if len(wrong):
                token = int(tokens[wrong[0]])
                raise self._no_label(int(ids[wrong[0]]), where(token, None))
        codes = self._codes.take(ids, mode="clip")
        if codes.min() < 0:
            for number in np.flatnonzero(np.bincount(ids[codes < 0])).tolist():
                token = int(tokens[np.flatnonzero(ids == number)[0]])
                self._codes[number] = self._code(number, token, where)
            codes = self._codes.take(ids, mode="clip")
        return codes

    def _code(self, number: int, token: int, where: Callable[[int, int | None], str]) -> int:
        """Return the code of a label that occurs first at a token."""
        label = self._labels.get(number)
        if label is None:
            raise self._no_label(number, where(token, None))
        try:
            return self._tags.code(label)
        except TagError as error:
            raise TagError(error.message, where=where(token, number), hint=error.hint) from None

    def _no_label(self, number: int, where: str) -> TagError | AlignmentError:
        """Return the error for an id without a label."""
        if number == self._ignored:
            message = f"{number}, which is ignored, where {self._gold} is not"
            return AlignmentError(message, where=where)
        return TagError(
            f"there is no label for id {number}; there are {len(self._labels)}, the last for "
            f"{max(self._labels)}",
            where=where,
        )


def outside_of(labels: Mapping[int, str]) -> int | None:
    """Return the id of the tag O, if there is one."""
    return next((key for key, tag in labels.items() if tag == "O"), None)
