"""Tags without scores: the entities in them, and how many tokens have the right one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import chain
from operator import eq
from typing import Any, TypedDict

import numpy as np

from spanf1.compat.seqeval._notices import warn_undefined
from spanf1.compat.seqeval._reading import default_entities
from spanf1.core.seqeval import default_action, letter_number
from spanf1.core.spans import CLOSES, OPENS

#: what the tags of one sentence among several may be in
_SENTENCES = (list, tuple, np.ndarray)


class Performance(TypedDict):
    """Tokens whose tags are the same and not O, and those where one side is wrong."""

    TP: int
    FP: int
    FN: int
    TN: int


# Entities.


def get_entities(seq: Sequence[Any], suffix: bool = False) -> list[tuple[str, int, int]]:
    """Return the entities of tags: type, first token, last token.

    Parameters
    ----------
    seq : list of str, or list of list of str
        Tags, of one sentence or of several; tuples and arrays will do. Tokens of several are
        numbered through, and one more number is left out after each sentence.
    suffix : bool
        Whether a tag's letter comes last.

    Examples
    --------
    >>> get_entities([["O", "S-ORG"], ["B-LOC", "E-LOC"]])
    [('ORG', 1, 1), ('LOC', 3, 4)]
    """
    if isinstance(seq, (str, bytes, Set, Mapping)) or not hasattr(seq, "__len__"):
        raise TypeError(f"the tags are to be in a list, not in a {type(seq).__name__}")
    nested = any(isinstance(sentence, _SENTENCES) for sentence in seq)
    if nested and not all(isinstance(sentence, _SENTENCES) for sentence in seq):
        raise TypeError("Found input variables without list of list.")
    return default_entities(seq if nested else [seq], suffix=suffix)


def end_of_chunk(prev_tag: str, tag: str, prev_type: str, type_: str) -> bool:
    """Return whether an entity ends between two tokens, given their letters and types."""
    return bool(_action(prev_tag, tag, prev_type, type_) & CLOSES)


def start_of_chunk(prev_tag: str, tag: str, prev_type: str, type_: str) -> bool:
    """Return whether an entity starts between two tokens, given their letters and types."""
    return bool(_action(prev_tag, tag, prev_type, type_) & OPENS)


def _action(prev_tag: str, tag: str, prev_type: str, type_: str) -> int:
    before, after = letter_number(prev_tag), letter_number(tag)
    return default_action(before, after, same_type=prev_type == type_)


# Tokens.


def _flat(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Return the tags of both sides without the sentences, if there are any."""
    _sized(y_true)
    if any(isinstance(sentence, list) for sentence in y_true):
        return [*chain.from_iterable(y_true)], [*chain.from_iterable(y_pred)]
    return y_true, y_pred


def _sized(tags: Any) -> None:
    """Raise `TypeError` if tags can be read but once."""
    if not hasattr(tags, "__len__"):
        raise TypeError(f"object of type {type(tags).__name__!r} has no len()")


def accuracy_score(y_true: Sequence[Any], y_pred: Sequence[Any]) -> float:
    """Return the share of tokens that have the same tag on both sides; of no tokens, 0.0.

    Parameters
    ----------
    y_true, y_pred : list of list of str, or list of str
        Gold and predicted tags.

    Examples
    --------
    >>> accuracy_score([["B-PER", "I-PER", "O", "O"]], [["B-PER", "O", "O", "O"]])
    0.75
    """
    tags_true, tags_pred = _flat(y_true, y_pred)
    if not len(tags_true):
        warn_undefined(["Accuracy is ill-defined and being set to 0.0 due to no true samples."])
        return 0.0
    share: float = sum(map(eq, tags_true, tags_pred)) / len(tags_true)
    return share


def performance_measure(y_true: Sequence[Any], y_pred: Sequence[Any]) -> Performance:
    """Count tokens: with the same tag (not O), wrong, missed, and O on both sides.

    Parameters
    ----------
    y_true, y_pred : list of list of str, or list of str
        Gold and predicted tags.

    Examples
    --------
    >>> performance_measure([["B-PER", "I-PER", "O", "O"]], [["B-PER", "O", "O", "B-PER"]])
    {'TP': 1, 'FP': 1, 'FN': 1, 'TN': 1}
    """
    tags_true, tags_pred = _flat(y_true, y_pred)
    _sized(tags_pred)
    pairs: Iterable[tuple[tuple[Any, Any], int]]
    try:
        pairs = Counter(zip(tags_true, tags_pred, strict=False)).items()
    except TypeError:
        # Not hashable: no tags, but each can be compared.
        pairs = [(pair, 1) for pair in zip(tags_true, tags_pred, strict=False)]
    return {
        "TP": sum(n * (a == b) for (a, b), n in pairs if a != "O" or b != "O"),
        "FP": sum(n * (a != b and b != "O") for (a, b), n in pairs),  # noqa: PLR1714  (numpy's strings)
        "FN": sum(n * (a != "O" and b == "O") for (a, b), n in pairs),
        "TN": sum(n * (a == b == "O") for (a, b), n in pairs),
    }
