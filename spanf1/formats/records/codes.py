"""The tags in records: their codes, the lines they are from, and blocks of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.tags import Block, CodeArray, IntArray, TagSet, starts_among
from spanf1.exceptions import TagError
from spanf1.formats.arrays import IGNORE_INDEX
from spanf1.formats.ids import place_in
from spanf1.formats.lists import Numbering, numbered
from spanf1.formats.records.lines import HALF, Batch, Row, first_not, spelt

# The code of a tag that was not asked for so far.
_UNKNOWN = -1


class Rows(NamedTuple):
    """One side's tags in some records.

    Attributes
    ----------
    tags : array of int
        All tags, as numbers or codes.
    lengths, lines : array of int
        How many tags each record has, and the line it is on.
    tokens, ids : sequence
        Those of each record, if they are looked at.
    """

    tags: npt.NDArray[np.integer]
    lengths: IntArray
    lines: IntArray
    tokens: Sequence[Row] | None = None
    ids: Sequence[str | int] | None = None

    def take(self, rows: IntArray, begins: IntArray | None = None) -> Rows:
        """Return some of the records, by number, in that order; without ids.

        `begins` says where the tags of each begin, if that is known.
        """
        if begins is None:
            begins = np.cumsum(self.lengths) - self.lengths
        lengths = self.lengths[rows]
        shift = begins[rows] - (np.cumsum(lengths) - lengths)
        tags = self.tags[np.repeat(shift, lengths) + np.arange(lengths.sum())]
        tokens = None if self.tokens is None else [self.tokens[row] for row in rows.tolist()]
        return Rows(tags, lengths, self.lines[rows], tokens)

    def counted(self, counts: npt.NDArray[np.bool_]) -> Rows:
        """Return the tags that count, without tokens and ids; a record may be left with none."""
        row = np.repeat(np.arange(len(self.lengths)), self.lengths)[counts]
        lengths = np.bincount(row, minlength=len(self.lengths)).astype(np.intp)
        return Rows(self.tags[counts], lengths, self.lines)

    def place(self, token: int) -> tuple[int, int]:
        """Return the line of a tag, by its number, and its place in the record."""
        row, place = place_in(self.lengths, token)
        return int(self.lines[row]), place


class TagCodes:
    """Turns the tags of one side into codes; each distinct one is looked at once.

    Parameters
    ----------
    tags : TagSet
        Numbers them.
    labels : mapping of int to str, optional
        The tag of each id, if tags may be ids.
    """

    def __init__(self, tags: TagSet, labels: Mapping[int, str] | None) -> None:
        self._tags, self._labels = tags, labels
        # distinct tags, numbered as they are met, and their codes, as they are asked for
        self._numbering = Numbering()
        self._codes = np.zeros(0, np.int32)
        if labels and len(tags.forms) > 1:
            tags.expect(labels.values())

    def rows(self, batch: Batch, key: str, option: str) -> Rows:
        """Return the tags that the records of a batch have at a key, as numbers.

        Raises
        ------
        LayoutError
            If one has no list there.
        TagError
            If a list holds what cannot be a tag.
        """
        found = batch.lists(key, option)
        lengths = np.fromiter(map(len, found), np.intp, len(found))
        try:
            if self._labels is not None:
                # True is the same as 1 where it is looked up.
                _check_types(found, (int, str))
            numbers = numbered(found, self._numbering)
        except TypeError:
            row, place = first_not(found, (int, str))
            raise TagError(
                f"{key}[{place}]: {_no_tag(found[row][place])}", where=batch.where(row)
            ) from None
        return Rows(numbers, lengths, np.array(batch.lines, np.intp))

    def counting(self, gold: Rows) -> npt.NDArray[np.bool_] | None:
        """Return which tokens count, given the gold tags as numbers; None if all do."""
        ignored = self._numbering.get(IGNORE_INDEX)  # type: ignore[call-overload]
        return None if self._labels is None or ignored is None else gold.tags != ignored

    def coded(
        self,
        rows: Rows,
        counts: npt.NDArray[np.bool_] | None,
        key: str,
        where: Callable[[int], str],
    ) -> Rows:
        """Return the tags that count as codes, given them as numbers.

        Raises
        ------
        TagError
            If one of them is no tag; `where` names the place of a line.
        """
        missing = len(self._numbering) - len(self._codes)
        self._codes = np.append(self._codes, np.full(missing, _UNKNOWN, np.int32))
        kept = rows if counts is None else rows.counted(counts)
        codes = self._codes[kept.tags]
        if _UNKNOWN in codes:
            names = list(self._numbering)
            for number in np.unique(kept.tags[codes == _UNKNOWN]).tolist():
                try:
                    self._codes[number] = self._code(names[number])
                except TagError as error:
                    those = rows.tags == number
                    token = np.flatnonzero(those if counts is None else those & counts)[0]
                    line, place = rows.place(int(token))
                    message = f"{key}[{place}]: {error.message}"
                    raise TagError(message, where=where(line), hint=error.hint) from None
            codes = self._codes[kept.tags]
        return kept._replace(tags=codes)

    def _code(self, tag: object) -> int:
        """Return the code of a tag, or of an id."""
        if isinstance(tag, str):
            if HALF.search(tag):
                raise TagError(f"{tag!r} has half of a surrogate pair, which is no character")
            return self._tags.code(tag)
        if type(tag) is not int:
            raise TagError(_no_tag(tag))
        if self._labels is None:
            raise TagError(
                f"{spelt(tag)} is no tag",
                hint="labels=[...] (--labels O,B-PER,I-PER) says which tag each id is",
            )
        if tag in self._labels:
            return self._tags.code(self._labels[tag])
        if tag == IGNORE_INDEX:
            raise TagError(f"{tag}, which is ignored, where gold is not")
        raise TagError(
            f"there is no label for id {spelt(tag)}; there are {len(self._labels)}, the last for "
            f"{max(self._labels)}"
        )


def _no_tag(value: object) -> str:
    return f"a tag is to be a string, and is {spelt(value)}"


def _check_types(rows: Sequence[Row], kinds: tuple[type, ...]) -> None:
    """Raise a TypeError if there is a value of another type."""
    if not set(map(type, chain.from_iterable(rows))) <= set(kinds):
        raise TypeError


class _Lines(NamedTuple):
    """Tells the line of the tokens that stayed in a block."""

    rows: Rows
    tokens: IntArray

    def of(self, index: int) -> int:
        return self.rows.place(int(self.tokens[index]))[0]


def block_of(gold: Rows, predicted: Rows, lines: Sequence[int]) -> Block:
    """Return a block of tags as codes, given the lines of each side's file up to its end."""
    codes: list[CodeArray] = [side.tags.astype(np.int32, copy=False) for side in (gold, predicted)]
    there = (codes[0] | codes[1]) != 0
    there[:1] = there[-1:] = True
    tokens = np.flatnonzero(there)
    starts = (np.cumsum(gold.lengths) - gold.lengths)[gold.lengths > 0]
    return Block(
        codes[0][tokens],
        codes[1][tokens],
        starts_among(tokens, starts, len(there)),
        len(there),
        tokens,
        starts,
        np.zeros(0, np.intp),
        0,
        _Lines(gold, tokens).of,
        _Lines(predicted, tokens).of,
        lines[0],
        lines[1],
    )
