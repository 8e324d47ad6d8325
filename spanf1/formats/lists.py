"""Lists of tags: one list for each sentence, gold and predicted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from spanf1.core.tags import Block, CodeArray, IntArray, TagSet
from spanf1.exceptions import AlignmentError, TagError, UsageError
from spanf1.formats.joining import blocks
from spanf1.formats.sentences import Sentences
from spanf1.wording import shortened

#: what the two sides are called in messages, as the arguments of `evaluate` are
GOLD, PREDICTED = "y_true", "y_pred"

TagLists = Sequence[Sequence[str]]


class ListReader:
    """Reads gold and predicted tags from lists of lists of strings.

    Parameters
    ----------
    gold, predicted : sequence of sequences of str
        Tags by sentence.

    Raises
    ------
    UsageError
        If one of them is not a sequence of sequences.
    AlignmentError
        If they differ in the number of sentences, or of tags in a sentence.
    """

    def __init__(self, gold: TagLists, predicted: TagLists) -> None:
        for name, side in ((GOLD, gold), (PREDICTED, predicted)):
            if (
                isinstance(side, str)
                or not hasattr(side, "__len__")
                or any(isinstance(sentence, str) for sentence in side)
            ):
                raise _not_lists(name)
        if len(gold) != len(predicted):
            raise AlignmentError(
                f"{GOLD} has {len(gold)} sentences, {PREDICTED} has {len(predicted)}"
            )
        self._gold, self._predicted = gold, predicted
        self._lengths, lengths = _lengths(gold, GOLD), _lengths(predicted, PREDICTED)
        differ = np.flatnonzero(self._lengths != lengths)
        if len(differ):
            first = int(differ[0])
            raise AlignmentError(
                f"{GOLD}[{first}] has {self._lengths[first]} tags, "
                f"{PREDICTED}[{first}] has {lengths[first]}"
            )

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.core.tag_counter.Reader`."""
        ends = np.cumsum(self._lengths)
        starts = (ends - self._lengths)[self._lengths > 0]
        count = int(self._lengths.sum())
        codes = (
            tag_codes(self._gold, gold, ends, GOLD),
            tag_codes(self._predicted, predicted, ends, PREDICTED),
        )
        left, right = (Sentences(side, starts, _number, count) for side in codes)
        return blocks(left, right)


def _number(token: int) -> int:
    """Return the number of a token from 1, which is what it has for a line."""
    return token + 1


def _not_lists(side: str) -> UsageError:
    return UsageError(
        f"{side} is to be a list of lists of tags, one for each sentence",
        hint="for a single sentence: evaluate([gold], [predicted])",
    )


def _lengths(sentences: TagLists, side: str) -> IntArray:
    try:
        return np.fromiter(map(len, sentences), np.intp, len(sentences))
    except TypeError:
        raise _not_lists(side) from None


class Numbering(dict[str, int]):
    """Numbers whatever it is asked for, in the order of asking."""

    def __missing__(self, key: str) -> int:
        number = self[key] = len(self)
        return number


def tag_codes(sentences: TagLists, tags: TagSet, ends: IntArray, side: str) -> CodeArray:
    """Return the codes of all tags: each distinct one is parsed once."""
    numbering = Numbering()
    try:
        numbers = numbered(sentences, numbering)
    except TypeError:
        raise _not_a_string(sentences, side) from None
    codes = np.zeros(len(numbering), np.int32)
    for tag, number in numbering.items():
        if not isinstance(tag, str):
            raise _not_a_string(sentences, side)
        try:
            codes[number] = tags.code(tag)
        except TagError as error:
            token = int(np.flatnonzero(numbers == number)[0])
            sentence = int(np.searchsorted(ends, token, side="right"))
            start = int(ends[sentence - 1]) if sentence else 0
            where = f"{side}[{sentence}][{token - start}]"
            raise TagError(error.message, where=where, hint=error.hint) from None
    taken: CodeArray = codes[numbers]
    return taken


def _not_a_string(sentences: Sequence[Sequence[object]], side: str) -> TagError:
    """Return the error for the first tag that is not a string."""
    where, tag = next(
        (f"{side}[{number}][{place}]", tag)
        for number, sentence in enumerate(sentences)
        for place, tag in enumerate(sentence)
        if not isinstance(tag, str)
    )
    return TagError(f"the tag is to be a string, and is {shortened(tag)}", where=where)


def numbered(sentences: TagLists, numbering: Numbering) -> npt.NDArray[np.integer]:
    """Return the number of each tag; up to 256 distinct ones go the quick way, by bytes."""
    number = numbering.__getitem__
    try:
        return np.frombuffer(bytearray(map(number, chain.from_iterable(sentences))), np.uint8)
    except ValueError:
        return np.fromiter(map(number, chain.from_iterable(sentences)), np.int32)
