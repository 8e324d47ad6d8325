"""Tags that are numbers: the label of each, its code, and blocks of two sides of such tags."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.tags import Block, CodeArray, Gaps, IntArray, TagSet
from spanf1.exceptions import AlignmentError, InputError, TagError, UsageError
from spanf1.formats.sentences import Sentences, block_of, first_counted
from spanf1.wording import shortened

#: the tag of each id: in order, or by id
Labels = Iterable[str] | Mapping[Any, str]

BoolArray = npt.NDArray[np.bool_]

#: the id of tokens that do not count, as in the losses of PyTorch
IGNORE_INDEX = -100

#: ids are looked up in a table as long as the largest of them
MAX_LABELS = 1 << 20

#: how many tokens are decoded at a time: few enough for the processor's cache
BLOCK_TOKENS = 1 << 16

#: the way out where tags are ids without labels
LABELS_HINT = "labels=[...] (--labels O,B-PER,I-PER) says which tag each id is"


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
    tags: dict[int, str] = {}
    for key, label in pairs:
        number = int(key) if str(key).isdecimal() else -1
        if number < 0 or number in tags or not isinstance(label, str):
            raise UsageError(
                f"labels[{key!r}] is {shortened(label)}: every id is to have one tag",
                hint="a dict is one of ids to tags, as id2label in a model's configuration",
            )
        tags[number] = label
    if not tags or max(tags) >= MAX_LABELS:
        raise UsageError(f"labels are to have ids from 0 to {MAX_LABELS - 1}, one at least")
    return tags


class LabelCodes(ABC):
    """Turns the numbers of one side's tags into codes; each tag is parsed as it first occurs.

    Parameters
    ----------
    tags : TagSet
        Numbers the tags.
    labels : mapping of int to str
        The tag of each number; more may be added.
    ignored : int, optional
        The number that gold has where a token does not count.

    Attributes
    ----------
    outside : int, optional
        The number of the tag O, if there is one.
    """

    #: what gold is called in messages
    gold = "gold"
    #: the number of a missing prediction, if there may be one
    empty: int | None = None

    def __init__(
        self, tags: TagSet, labels: Mapping[int, str], ignored: int | None = IGNORE_INDEX
    ) -> None:
        self._tags = tags
        tags.labels = tuple(labels.values())
        self.labels, self.ignored = labels, ignored
        self.outside = next((number for number, tag in labels.items() if tag == "O"), None)
        # -1 for those that did not occur so far
        self._codes = np.full(self.size(), -1, np.int32)
        if len(tags.forms) > 1:
            tags.expect(labels.values())

    @property
    def masked(self) -> Sequence[int]:
        """The numbers of tags of tokens that do not count."""
        masked = self._tags.spelling.masked
        return [number for number, tag in self.labels.items() if tag in masked] if masked else ()

    def note(self, number: int) -> None:
        """Take note that the tag of a number occurs, which is not asked for its code."""
        self._tags.code(self.label(number))

    @abstractmethod
    def placed(
        self, error: InputError, sentences: Sentences, token: int, number: int
    ) -> InputError:
        """Return an error with its place: that of a token, or of the number that it has."""

    def codes(self, sentences: Sentences, tokens: IntArray) -> CodeArray:
        """Return the codes of some tokens of sentences.

        Raises
        ------
        TagError
            If a number has no label, or a label that occurs is no tag.
        AlignmentError
            If a number is the one that is ignored in gold.
        """
        if not len(tokens):
            return np.zeros(0, np.int32)
        numbers = sentences.codes.take(tokens)
        # Without its sign, a number below 0 is a large one.
        if numbers.view(f"u{numbers.itemsize}").max() >= len(self._codes):
            new = np.full(self.size() - len(self._codes), -1, np.int32)
            self._codes = np.concatenate((self._codes, new))
            wrong = np.flatnonzero((numbers < 0) | (numbers >= len(self._codes)))
            if len(wrong):
                self._code(int(numbers[wrong[0]]), sentences, int(tokens[wrong[0]]))
        codes = self._codes.take(numbers.astype(np.intp, copy=False), mode="clip")
        if codes.min() < 0:
            for number in np.unique(numbers[codes < 0]).tolist():
                token = int(tokens[np.flatnonzero(numbers == number)[0]])
                self._codes[number] = self._code(number, sentences, token)
            codes = self._codes.take(numbers.astype(np.intp, copy=False), mode="clip")
        return codes

    def _code(self, number: int, sentences: Sentences, token: int) -> int:
        """Return the code of a number that occurs first at a token."""
        try:
            label = self.label(number)
            try:
                return self._tags.code(label)
            except TagError:
                raise self._tags.refusal(label, self.known()) from None
        except InputError as error:
            raise self.placed(error, sentences, token, number) from None

    def known(self) -> Iterable[str]:
        """Return the tags that there are, for messages."""
        return self.labels.values()

    def size(self) -> int:
        """Return by how much the largest number of a label may be more than -1."""
        return max(self.labels, default=-1) + 1

    def label(self, number: int) -> str:
        """Return the label of a number.

        Raises
        ------
        TagError, AlignmentError
            If it has none, or is the one that is ignored in gold.
        """
        if number in self.labels:
            return self.labels[number]
        if number == self.ignored:
            raise AlignmentError(f"{number}, which is ignored, where {self.gold} is not")
        raise unlabelled(str(number), self.labels)


def unlabelled(number: str, labels: Mapping[int, str]) -> TagError:
    """Return the error for an id that has no label."""
    there = f"there are {len(labels)}, the last for {max(labels)}"
    return TagError(f"there is no label for id {number}; {there}")


def blocks(
    gold: Sentences,
    predicted: Sentences,
    mask: npt.NDArray[np.bool_] | None = None,
    *,
    drop: bool = False,
) -> Iterator[Block]:
    """Yield two sides of the same tokens in blocks, without the tokens that do not count.

    These are those that gold ignores, or masks by a tag. As in `aligned`, tokens that are outside
    of every span on both sides are left out; here it is the numbers of tags that tell, and a code
    is looked up only for the tokens that stay.

    Parameters
    ----------
    gold, predicted : Sentences
        The sides; one block at least comes of them.
    mask : array of bool, optional
        Which tokens count, besides that.
    drop : bool
        Leave out tokens without a prediction, too; else they are O.
    """
    # whether a sentence began of which no token counted so far
    begun = False
    for first in range(0, len(gold.codes) or 1, BLOCK_TOKENS):
        part = slice(first, first + BLOCK_TOKENS)
        low, high = np.searchsorted(gold.starts, (first, first + BLOCK_TOKENS))
        starts = gold.starts[low:high] - first
        there = _not_outside(gold, predicted, part)
        counts = _counted(gold, mask, part)
        gaps = _Gaps.of(gold, predicted, part)
        sums, left_out = gaps.counted(counts), gaps.left_out(drop=drop)
        if left_out is not None:
            counts = ~left_out if counts is None else counts & ~left_out
        counted = None if counts is None or counts.all() else np.flatnonzero(counts)
        if counted is not None:
            there = there[counted]
        if begun or counted is not None:
            starts, begun = first_counted(starts, counted, len(there), begun=begun)
        there[:1] = there[-1:] = True
        tokens = np.flatnonzero(there)
        numbers = (tokens if counted is None else counted[tokens]) + first
        codes = _codes(gold, numbers), gaps.codes(predicted, numbers)
        block = block_of(
            gold,
            predicted,
            codes,
            tokens,
            len(there),
            starts=starts,
            numbers=numbers,
            number=partial(_number_of, first, counted),
        )
        yield block._replace(gaps=sums)


def _number_of(first: int, counted: IntArray | None, token: int) -> int:
    """Return the number of a token among all, by that among those of a part that count."""
    return first + (token if counted is None else int(counted[token]))


class _Gaps(NamedTuple):
    """Which tokens of a part gold masks, predictions mask, and have no prediction; None: none."""

    first: int
    masked: BoolArray | None
    unmasked: BoolArray | None
    absent: BoolArray | None

    @classmethod
    def of(cls, gold: Sentences, predicted: Sentences, part: slice) -> _Gaps:
        """Return those of a part of two sides."""
        absent = None if predicted.absent is None else predicted.absent[part]
        empty = predicted.coder.empty if predicted.coder else None
        if empty is not None:
            is_empty: BoolArray = predicted.codes[part] == empty
            absent = is_empty if absent is None else absent | is_empty
        return cls(part.start, _masked(gold, part), _masked(predicted, part), absent)

    def left_out(self, *, drop: bool) -> BoolArray | None:
        """Return which tokens do not count; None if all do."""
        absent = self.absent if drop else None
        if self.masked is None or absent is None:
            return absent if self.masked is None else self.masked
        return self.masked | absent

    def codes(self, predicted: Sentences, tokens: IntArray) -> CodeArray:
        """Return the codes of some predictions: O where there is none, or one that masks."""
        if self.absent is None and self.unmasked is None:
            return _codes(predicted, tokens)
        known = np.ones(len(tokens), np.bool_)
        for gaps in (self.absent, self.unmasked):
            if gaps is not None:
                known &= ~gaps[tokens - self.first]
        codes = np.zeros(len(tokens), np.int32)
        codes[known] = _codes(predicted, tokens[known])
        return codes

    def counted(self, counts: BoolArray | None) -> Gaps:
        """Return how many there are, among the tokens that count but for them."""

        def count(gaps: BoolArray | None, kept: BoolArray | None) -> int:
            if gaps is None:
                return 0
            return int(np.count_nonzero(gaps if kept is None else gaps & kept))

        kept = counts
        if self.masked is not None:
            kept = ~self.masked if counts is None else counts & ~self.masked
        sums = count(self.masked, counts), count(self.unmasked, kept), count(self.absent, kept)
        return Gaps(*sums)


def _masked(side: Sentences, part: slice) -> BoolArray | None:
    """Return which tokens of a part have a tag that masks; None if none has."""
    masked: BoolArray | None = None
    for number in side.coder.masked if side.coder else ():
        tokens: BoolArray = side.codes[part] == number
        if side.coder and tokens.any():
            side.coder.note(number)
            masked = tokens if masked is None else masked | tokens
    return masked


def _counted(gold: Sentences, mask: BoolArray | None, part: slice) -> BoolArray | None:
    """Return which tokens of a part count, gaps apart; None if all do."""
    counts = None if mask is None else mask[part]
    if gold.coder and gold.coder.ignored is not None:
        kept: BoolArray = gold.codes[part] != gold.coder.ignored
        counts = kept if counts is None else kept & counts
    return counts


def _not_outside(gold: Sentences, predicted: Sentences, part: slice) -> npt.NDArray[np.bool_]:
    """Return which tokens are not, on both sides, what most are: outside of all spans."""
    outside = [side.coder.outside if side.coder else 0 for side in (gold, predicted)]
    if None in outside:
        return np.ones(len(gold.codes[part]), np.bool_)
    there: npt.NDArray[np.bool_] = gold.codes[part] != outside[0]
    there |= predicted.codes[part] != outside[1]
    return there


def _codes(side: Sentences, tokens: IntArray) -> CodeArray:
    """Return the codes of some tokens."""
    return side.codes.take(tokens) if side.coder is None else side.coder.codes(side, tokens)
