"""Arrays of ids, of any library, as one run of NumPy's integers and the lengths of the rows."""

from __future__ import annotations

from array import array
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.tags import IntArray
from spanf1.exceptions import UsageError
from spanf1.wording import shortened

#: what the argument is called that says which tokens count; it may hold truth values
MASK = "mask"

IdArray = npt.NDArray[Any]

_ONE_SENTENCE = "for a single sentence: evaluate([gold], [predicted], labels=labels)"


def place_in(lengths: IntArray, token: int) -> tuple[int, int]:
    """Return the row of a value, by its number among all, and its place there."""
    ends = np.cumsum(lengths)
    row = int(np.searchsorted(ends, token, side="right"))
    return row, token - int(ends[row] - lengths[row])


class Ids(NamedTuple):
    """The ids of one side, row by row, and how long each row is."""

    flat: IdArray
    lengths: IntArray

    def place(self, name: str, token: int) -> str:
        """Return the place of a token, for a message: ``y_pred[3][5]``."""
        row, place = place_in(self.lengths, token)
        return f"{name}[{row}][{place}]"


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
    found = _array(value, name, labels, 2)
    if found.dtype == object:
        return _ragged(found.tolist(), name, labels)
    if found.ndim != 2:
        raise _misshapen(name, found, "(sentences, tokens)")
    return Ids(_integers(found, name).reshape(-1), np.full(len(found), found.shape[1], np.intp))


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
            value = value.argmax(-1)
        return np.asarray(value.cpu() if hasattr(value, "cpu") else value)
    except (TypeError, ValueError, RuntimeError, BufferError) as error:
        if isinstance(error, UsageError):
            raise
        reason = str(error).partition("\n")[0]
        raise UsageError(f"{name} is no array of label ids: {reason}") from None


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
