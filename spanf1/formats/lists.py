"""Gold and predicted tags that are in memory: lists of tags, or label ids in arrays.

The arrays may be of any library: none is imported, and no string is made for a token, as an id
is looked up in a table.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from itertools import accumulate, chain, repeat
from operator import add, index
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, Unpack

import numpy as np
import numpy.typing as npt

from spanf1.core.misfits import MISSING_HINT
from spanf1.core.options import MissingName
from spanf1.core.tag_counter import tally_few, tally_into
from spanf1.core.tags import (
    MASKED,
    NO_TAG,
    Block,
    CodeArray,
    IntArray,
    Spelling,
    TagSet,
    TagSets,
    tag_sets,
)
from spanf1.core.tally import Tally
from spanf1.core.typemap import TypeMap
from spanf1.exceptions import AlignmentError, InputError, TagError, UsageError
from spanf1.formats.labels import IGNORE_INDEX, LabelCodes, blocks, labels_by_id
from spanf1.formats.sentences import Sentences, filled, line_among, place_in, whole_sentences
from spanf1.wording import many, shortened

if TYPE_CHECKING:
    from spanf1.core.credits import Crediting
    from spanf1.core.kept import KeptSpans
    from spanf1.formats.labels import Labels

#: what the two sides are called in messages, as the arguments of `evaluate` are
GOLD, PREDICTED = "y_true", "y_pred"

#: what the argument is called that says which tokens count; it may hold truth values
MASK = "mask"

#: up to so many tokens, lists are counted without arrays
FEW_TOKENS = 256

IdArray = npt.NDArray[Any]

_NO_LINES = np.zeros(0, np.intp)

#: stands for the label of a token of which a logit is NaN
NAN_ID = -(1 << 62)
_NAN_HINT = "NaN comes of an overflow, as in half precision: it says nothing about labels"

_ONE_SENTENCE = "for a single sentence: evaluate([gold], [predicted], labels=labels)"
_IN_LISTS = "for a single sentence: [gold], [predicted]; what is no list becomes one by list()"
_SPANS = "spans of a sentence are a list of (start, end, type), and types are texts"

TagLists = Sequence[Sequence[str]]


def reader_of(
    gold: Any,
    predicted: Any,
    labels: Labels | None,
    ignore_index: int,
    mask: Any,
    *,
    missing: MissingName = "error",
) -> ArrayReader | ListReader:
    """Return a reader of ids, if there are labels, or of lists; parameters of `ArrayReader`.

    Raises
    ------
    UsageError
        If there are ids and no labels.
    """
    if labels is not None and not (_holds_numbered(gold) or _holds_numbered(predicted)):
        return ArrayReader(
            gold, predicted, labels, ignore_index=ignore_index, mask=mask, missing=missing
        )
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
            if any(isinstance(part, str) for part in next(iter(side))):
                raise UsageError(
                    f"{name} is to be a list of lists of spans, one for each sentence",
                    hint="for a single sentence: evaluate([gold], [predicted])",
                )
            raise UsageError(
                f"{name} holds no tags, and there are no labels",
                hint="labels=[...] says which tag each id is",
            )
    return ListReader(gold, predicted, missing)


def _holds_numbered(side: Any) -> bool:
    """Return whether what lists hold begins with a tag that has a number: ``LABEL_1``."""
    if not isinstance(side, list | tuple):
        return False
    first = next((row[0] for row in side if isinstance(row, list | tuple) and row), None)
    return isinstance(first, str) and first.startswith("LABEL_")


class _How(TypedDict, total=False):
    """What `tally_into` takes besides."""

    script: bool
    units: str
    type_map: TypeMap | None
    crediting: Crediting | None
    kept: KeptSpans | None


class ListReader:
    """Reads gold and predicted tags from lists of lists of strings.

    Parameters
    ----------
    gold, predicted : sequence of sequences of str
        Tags by sentence.
    missing : str
        What is done where predictions stop early: one of `spanf1.core.options.MISSING`.

    Raises
    ------
    UsageError
        If one of them is not a sequence of sequences.
    AlignmentError
        If they differ in the number of sentences, or of tags in a sentence.
    """

    def __init__(self, gold: TagLists, predicted: TagLists, missing: MissingName = "error") -> None:
        for name, side in ((GOLD, gold), (PREDICTED, predicted)):
            if (
                isinstance(side, str)
                or not hasattr(side, "__len__")
                or any(issubclass(kind, str) for kind in {*map(type, side)})
            ):
                raise _not_lists(name)
        self._lengths, lengths = _lengths(gold, GOLD), _lengths(predicted, PREDICTED)
        self._missing = missing
        if missing != "error":
            predicted = _filled(predicted, self._lengths, lengths)
            lengths = [*map(len, predicted)]
        _check_counts(len(gold), len(predicted), PREDICTED)
        self._gold, self._predicted = gold, predicted
        _check_lengths(self._lengths, lengths, PREDICTED, "tags")
        self._count = sum(self._lengths)

    def tag_sets(self, spellings: Sequence[Spelling]) -> TagSets:
        """Return sets for the tags. Few tags have theirs ready-made; nothing is to be added."""
        if self._count <= FEW_TOKENS and self._missing == "error":
            sides = self._gold, self._predicted
            with suppress(TypeError, AttributeError, TagError):
                distinct = [tuple(dict.fromkeys(chain(*side))) for side in sides]
                return _sets_of(tuple(spellings), *distinct)
        return tag_sets(*spellings)

    def tally(self, tags: TagSets, **how: Unpack[_How]) -> Tally:
        """Return the tally; see `spanf1.core.tag_counter.tally_into`."""
        if self._missing != "error":
            tags[1].allow_missing()
        gaps = tags[0].has_gaps() or self._missing != "error"
        if gaps or any(how.values()) or self._count > FEW_TOKENS:
            return tally_into(tags, self, **how)
        gold, predicted = (
            few_codes(sentences, tag_set, name)
            for sentences, tag_set, name in (
                (self._gold, tags[0], GOLD),
                (self._predicted, tags[1], PREDICTED),
            )
        )
        first = accumulate(self._lengths, initial=0)
        starts = {start for start, length in zip(first, self._lengths, strict=False) if length}
        return tally_few(tags, gold, predicted, starts)

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.core.tag_counter.Reader`."""
        sides = (
            _numbers_and_codes(self._gold, gold, GOLD),
            _numbers_and_codes(self._predicted, predicted, PREDICTED),
        )
        lengths = np.array(self._lengths, np.intp)
        starts = (np.cumsum(lengths) - lengths)[lengths > 0]
        # A token has its number, from 1, for a line.
        left, right = (
            Sentences(numbers, starts, partial(add, 1), self._count, coder=_TagCodes(codes))
            for numbers, codes in sides
        )
        return blocks(left, right, drop=self._missing == "drop")


@lru_cache(1 << 10)
def _sets_of(spellings: Sequence[Spelling], *sides: Sequence[str]) -> TagSets:
    """Return sets of the distinct tags of both sides."""
    sets = tag_sets(*spellings)
    for tags, side in zip(sets, sides, strict=True):
        for tag in side:
            tags.code(tag)
    return sets


def _filled(rows: TagLists, gold: list[int], lengths: list[int]) -> TagLists:
    """Return predicted tags with empty ones where they stop before gold does."""
    if gold == lengths:
        return rows
    rows = [*rows, *repeat((), len(gold) - len(rows))]
    short = zip(gold, rows, strict=False)
    return [*([*row, *repeat("", count - len(row))] for count, row in short), *rows[len(gold) :]]


def _stopped(message: str, stop: str, name: str) -> AlignmentError:
    """Return the error for predictions that may stop early; others are just other ones."""
    more, hint = (f": the predictions stop {stop}", MISSING_HINT) if name == PREDICTED else ("", "")
    return AlignmentError(message + more, hint=hint)


def _check_counts(gold: int, other: int, name: str) -> None:
    """Raise an error if there are not as many sentences as in gold."""
    message = f"{GOLD} has {gold} sentences, {name} has {other}"
    if gold > other:
        raise _stopped(message, f"after sentence {other}", name)
    if gold < other:
        raise AlignmentError(message)


def _check_lengths(gold: list[int], other: list[int], name: str, units: str) -> None:
    """Raise an error if a sentence has not as many tags, or tokens, as in gold."""
    if gold != other:
        row = next(row for row, count in enumerate(gold) if count != other[row])
        message = f"{GOLD}[{row}] has {gold[row]} {units}, {name}[{row}] has {other[row]}"
        if gold[row] > other[row]:
            stop = f"in sentence {row + 1} after {many(other[row], 'token')}"
            raise _stopped(message, stop, name)
        raise AlignmentError(message)


def _not_lists(side: str) -> UsageError:
    return UsageError(
        f"{side} is to be a list of lists of tags, one for each sentence",
        hint=_IN_LISTS,
    )


def _lengths(sentences: TagLists, side: str) -> list[int]:
    try:
        return [*map(len, sentences)]
    except TypeError:
        raise _not_lists(side) from None


def few_codes(sentences: TagLists, tags: TagSet, side: str) -> list[int]:
    """Return the codes of all tags, without an array."""
    flat = [*chain.from_iterable(sentences)]
    try:
        distinct = dict.fromkeys(flat)
    except TypeError:
        raise _not_a_string(sentences, side) from None
    if not distinct.keys() <= tags.codes.keys():
        code_tags(distinct, tags, sentences, side)
    return [*map(tags.codes.__getitem__, flat)]


class Numbering(dict[str, int]):
    """Numbers whatever it is asked for, in the order of asking."""

    def __missing__(self, key: str) -> int:
        number = self[key] = len(self)
        return number


def tag_codes(sentences: TagLists, tags: TagSet, side: str) -> CodeArray:
    """Return the codes of all tags: each distinct one is parsed once."""
    numbers, codes = _numbers_and_codes(sentences, tags, side)
    taken: CodeArray = codes[numbers]
    return taken


def _numbers_and_codes(
    sentences: TagLists, tags: TagSet, side: str
) -> tuple[npt.NDArray[Any], CodeArray]:
    """Return the number of each tag, and the codes of distinct ones by their numbers."""
    numbering = Numbering()
    try:
        numbers = numbered(sentences, numbering)
    except TypeError:
        raise _not_a_string(sentences, side) from None
    code_tags(numbering, tags, sentences, side)
    return numbers, np.array([*map(tags.codes.__getitem__, numbering)], np.int32)


class _TagCodes:
    """The codes of distinct tags, by their numbers."""

    ignored: int | None = None

    def __init__(self, codes: CodeArray) -> None:
        self._codes = codes
        self.outside = next(iter(np.flatnonzero(codes == 0).tolist()), None)
        self.masked: list[int] = np.flatnonzero(codes == MASKED).tolist()
        self.empty = next(iter(np.flatnonzero(codes == NO_TAG).tolist()), None)

    def codes(self, sentences: Sentences, tokens: IntArray) -> CodeArray:
        """Return the codes of some tokens of sentences."""
        return self._codes.take(sentences.codes.take(tokens))

    def note(self, number: int) -> None:
        """Take note that a tag occurs: all are known."""


def code_tags(distinct: Iterable[str], tags: TagSet, sentences: TagLists, side: str) -> None:
    """Take the distinct tags of sentences into a set, which tells their codes."""
    for tag in distinct:
        if not isinstance(tag, str):
            raise _not_a_string(sentences, side)
        try:
            tags.code(tag)
        except TagError:
            error = tags.refusal(tag, filter(_is_text, distinct))
            _, where = _first(sentences, side, tag.__eq__)
            raise TagError(error.message, where=where, hint=error.hint) from None


def _is_text(tag: object) -> bool:
    return isinstance(tag, str)


def _not_a_string(sentences: Sequence[Sequence[object]], side: str) -> TagError:
    """Return the error for the first tag that is not a string."""
    tag, where = _first(sentences, side, lambda tag: not isinstance(tag, str))
    hint = _SPANS * isinstance(tag, tuple | list)
    return TagError(f"the tag is to be a string, and is {shortened(tag)}", where=where, hint=hint)


def _first(
    sentences: Sequence[Sequence[object]], side: str, fits: Callable[[object], bool]
) -> tuple[object, str]:
    """Return the first tag that fits, and its place."""
    return next(
        (tag, f"{side}[{number}][{place}]")
        for number, sentence in enumerate(sentences)
        for place, tag in enumerate(sentence)
        if fits(tag)
    )


def numbered(sentences: TagLists, numbering: Numbering) -> npt.NDArray[np.integer]:
    """Return the number of each tag; up to 256 distinct ones go the quick way, by bytes."""
    number = numbering.__getitem__
    try:
        return np.frombuffer(bytearray(map(number, chain.from_iterable(sentences))), np.uint8)
    except ValueError:
        return np.fromiter(map(number, chain.from_iterable(sentences)), np.int32)


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
    missing : str
        As for `ListReader`.

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
        missing: MissingName = "error",
    ) -> None:
        if not hasattr(ignore_index, "__index__"):
            raise UsageError(f"ignore_index is {ignore_index!r}: it is to be a whole number")
        self._ignored = index(ignore_index)
        self._labels = labels_by_id(labels)
        self._gold = ids_of(gold, GOLD)
        self._predicted = ids_of(predicted, PREDICTED, max(self._labels) + 1)
        self._missing, lengths = missing, self._predicted.lengths
        if missing != "error":
            rows = min(len(lengths), len(self._gold.lengths))
            longest = self._gold.lengths.copy()
            longest[:rows] = np.maximum(longest[:rows], lengths[:rows])
            self._check(Ids(self._gold.flat, np.append(longest, lengths[rows:])), PREDICTED)
        else:
            self._check(self._predicted, PREDICTED)
        self._mask = None
        if mask is not None:
            chosen = ids_of(mask, MASK)
            self._check(chosen, MASK)
            self._mask = chosen.flat.astype(np.bool_, copy=False)

    def tag_sets(self, spellings: Sequence[Spelling]) -> TagSets:
        """Return sets for the tags."""
        return tag_sets(*spellings)

    def tally(self, tags: TagSets, **how: Unpack[_How]) -> Tally:
        """Return the tally; see `spanf1.core.tag_counter.tally_into`."""
        return tally_into(tags, self, **how)

    def _check(self, other: Ids, name: str) -> None:
        """Raise an error if there are not as many sentences and tokens as in gold."""
        _check_counts(len(self._gold.lengths), len(other.lengths), name)
        _check_lengths(self._gold.lengths.tolist(), other.lengths.tolist(), name, "tokens")

    def blocks(self, gold: TagSet, predicted: TagSet) -> Iterator[Block]:
        """Yield the tags in blocks; see `spanf1.core.tag_counter.Reader`.

        Raises
        ------
        TagError
            If an id has no label, or a label that occurs is no tag.
        AlignmentError
            If a prediction is the id that is ignored, and gold is not.
        """
        # A token has its number, from 1, for a line.
        left, right = (
            whole_sentences(
                *ids, _NO_LINES, 0, coder=_IdCodes(tags, self._labels, self._ignored, name)
            )._replace(line=partial(add, 1))
            for ids, tags, name in (
                (self._gold, gold, GOLD),
                (self._predicted, predicted, PREDICTED),
            )
        )
        if self._missing != "error":
            right = filled(right, left.lengths)
        count = 0
        for block in blocks(left, right, self._mask, drop=self._missing == "drop"):
            # The tokens that count have lines: their numbers, from 1.
            line = partial(line_among, partial(add, count + 1), block.numbers)
            count += block.tokens
            yield block._replace(
                gold_line=line, predicted_line=line, gold_lines=count, predicted_lines=count
            )


class _IdCodes(LabelCodes):
    """The codes of ids on one side, which has a name in messages."""

    gold = GOLD

    def __init__(self, tags: TagSet, labels: dict[int, str], ignored: int, name: str) -> None:
        super().__init__(tags, labels, ignored)
        self._name = name

    def placed(
        self, error: InputError, sentences: Sentences, token: int, number: int
    ) -> InputError:
        """Return an error with the place of a label or, if a token has none, of the token."""
        row, place = place_in(sentences.lengths, token)
        if number == NAN_ID:
            where = f"{self._name}[{row}][{place}]"
            return TagError("one of the logits is NaN", where=where, hint=_NAN_HINT)
        labelled = number in self.labels
        where = f"labels[{number}]" if labelled else f"{self._name}[{row}][{place}]"
        return type(error)(error.message, where=where, hint=error.hint)


class Ids(NamedTuple):
    """The ids of one side, row by row, and how long each row is."""

    flat: IdArray
    lengths: IntArray


def ids_of(value: Any, name: str, labels: int = 0) -> Ids:
    """Return the ids that an array holds, or rows.

    Parameters
    ----------
    value : array
        Of any library; see `ArrayReader`.
    name : str
        What it is called in messages.
    labels : int
        How many logits each token has, if there may be logits.

    Raises
    ------
    UsageError
        If it is of another shape, or holds no integers.
    """
    if hasattr(value, "value_lengths") or hasattr(value, "combine_chunks"):
        return _arrow(value, name)
    if getattr(value, "is_nested", False):
        # PyTorch's ragged tensors
        value = value.unbind()
    if not hasattr(value, "shape") and not hasattr(value, "__dlpack__"):
        return _ragged(value, name, labels)
    ids = _array(value, name, labels, 2)
    if ids.dtype == object:
        return _ragged(ids.tolist(), name, labels)
    if ids.ndim != 2:
        raise _misshapen(name, ids, "(sentences, tokens)")
    return Ids(_integers(ids, name).reshape(-1), np.full(len(ids), ids.shape[1], np.intp))


def _ragged(value: Any, name: str, labels: int) -> Ids:
    """Return the ids of rows of any length: lists or arrays, of ids or of logits."""
    try:
        rows = list(value)
    except TypeError:
        raise UsageError(f"{name} is to be rows of label ids", hint=_ONE_SENTENCE) from None
    if all(isinstance(row, list | tuple) for row in rows):
        lengths = np.fromiter(map(len, rows), np.intp, len(rows))
        try:
            return Ids(np.frombuffer(array("q", chain.from_iterable(rows)), np.int64), lengths)
        except (TypeError, OverflowError):
            pass
    arrays = [np.zeros(0, np.int64)]
    for number, row in enumerate(rows):
        where = f"{name}[{number}]"
        found = _array(row, where, labels, 1)
        if found.ndim != 1:
            raise _misshapen(where, found, "(tokens,)")
        if not _whole(found, name):
            token = next((k for k, one in enumerate(row) if not hasattr(one, "__index__")), 0)
            raise _no_id(f"{where}[{token}]", row[token])
        arrays.append(found if len(found) else arrays[0])
    lengths = np.array([len(found) for found in arrays[1:]], np.intp)
    return Ids(_integers(np.concatenate(arrays), name), lengths)


def _arrow(value: Any, name: str) -> Ids:
    """Return the ids of an Arrow array of lists, which needs no array for each row."""
    if hasattr(value, "combine_chunks"):
        value = value.combine_chunks()
    if not hasattr(value, "value_lengths") or value.null_count or value.flatten().null_count:
        raise UsageError(f"{name} is to be lists of label ids, without nulls")
    flat, lengths = value.flatten(), value.value_lengths()
    return Ids(_integers(np.asarray(flat), name), np.asarray(lengths).astype(np.intp))


def _array(value: Any, name: str, labels: int, dimensions: int) -> IdArray:
    """Return a NumPy array with what one of any library holds; of logits, the largest's id."""
    if hasattr(value, "filled"):
        # of numpy.ma: its numbers would count where it is masked, too
        raise UsageError(f"{name} is a masked array", hint="mask=~y_true.mask, and y_true.data")
    try:
        if hasattr(value, "__dlpack__") and not hasattr(value, "shape"):
            value = np.from_dlpack(value)
        if hasattr(value, "detach"):
            # PyTorch. The largest is found where the tensor is: NumPy has no bfloat16.
            value = value.detach()
        if not hasattr(value, "argmax"):
            # TensorFlow's ragged tensors have no other way.
            value = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
        if labels and value.ndim == dimensions + 1:
            if value.shape[-1] != labels:
                raise UsageError(
                    f"{name} has {value.shape[-1]} logits a token, for {labels} labels"
                )
            value = likeliest(value)
        return _on_this_machine(value)
    except (TypeError, ValueError, RuntimeError, BufferError) as error:
        if isinstance(error, UsageError):
            raise
        reason = str(error).partition("\n")[0]
        raise UsageError(f"{name} is no array of label ids: {reason}") from None


def _on_this_machine(value: Any) -> npt.NDArray[Any]:
    return np.asarray(value.cpu() if hasattr(value, "cpu") else value)


def likeliest(logits: Any) -> Any:
    """Return the id of the largest logit of each token; `NAN_ID` where one of them is NaN.

    A tensor of PyTorch stays where it is.
    """
    # NaN is taken for the largest, so that the largest is NaN if any is. Only NaN is not itself.
    if hasattr(logits, "masked_fill"):
        largest, ids = logits.max(-1)
        return ids.masked_fill(largest != largest, NAN_ID)  # noqa: PLR0124
    ids = _on_this_machine(logits.argmax(-1))
    if isinstance(logits, np.ndarray):
        largest = np.take_along_axis(logits, ids[..., None], -1)[..., 0]
    else:
        largest = _on_this_machine(logits.max(-1))
    wrong = largest != largest  # noqa: PLR0124
    return np.where(wrong, np.int64(NAN_ID), ids) if wrong.any() else ids


def _whole(found: IdArray, name: str) -> bool:
    """Return whether an array holds integers, or nothing; those of a mask may be truth values."""
    return found.dtype.kind in ("iub" if name == MASK else "iu") or not found.size


def _integers(found: IdArray, name: str) -> IdArray:
    """Return an array of integers in one run of memory, in this machine's byte order.

    Raises
    ------
    UsageError
        If it holds anything else.
    """
    if not _whole(found, name):
        raise _no_id(name + "[0]" * found.ndim, found.flat[0])
    if not found.size:
        found = found.astype(np.int64)
    return np.ascontiguousarray(found, found.dtype.newbyteorder("="))


def _no_id(where: str, value: object) -> UsageError:
    plain = value.item() if isinstance(value, np.generic) else value
    return UsageError(f"{where} is {shortened(plain)}, and is to be a whole number")


def _misshapen(where: str, found: IdArray, shape: str) -> UsageError:
    return UsageError(
        f"{where} has the shape {found.shape}, and is to be {shape}", hint=_ONE_SENTENCE
    )
