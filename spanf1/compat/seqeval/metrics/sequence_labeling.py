"""The metrics of seqeval, by its default reading, which conlleval is near to, or strictly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from itertools import chain
from operator import eq
from typing import Any, TypedDict

import numpy as np

from spanf1.compat.seqeval._notices import warn_undefined
from spanf1.compat.seqeval._scores import (
    FIGURES,
    WARN,
    Scores,
    Sums,
    default_entities,
    default_sides,
    few_sums,
    report,
    strict_sums,
    sums_of,
    warn_of_scheme,
    weights_of,
)
from spanf1.compat.seqeval.metrics.v1 import (
    SCORES,
    _precision_recall_fscore_support,
    check_consistent_length,
)
from spanf1.compat.seqeval.metrics.v1 import classification_report as cr
from spanf1.compat.seqeval.metrics.v1 import (
    precision_recall_fscore_support as precision_recall_fscore_support_v1,
)
from spanf1.compat.seqeval.reporters import DictReporter, StringReporter
from spanf1.compat.seqeval.scheme import Sentences, Token
from spanf1.core.seqeval import default_action, letter_number
from spanf1.core.spans import CLOSES, OPENS
from spanf1.formats.lists import FEW_TOKENS

__all__ = [
    "SCORES",
    "DictReporter",
    "StringReporter",
    "Token",
    "accuracy_score",
    "classification_report",
    "cr",
    "end_of_chunk",
    "f1_score",
    "get_entities",
    "performance_measure",
    "precision_recall_fscore_support",
    "precision_recall_fscore_support_v1",
    "precision_score",
    "recall_score",
    "start_of_chunk",
]

#: what the tags of one sentence among several may be in
_SENTENCES = (list, tuple, np.ndarray)

STRICT = "strict"
#: what else there is to do where the strict mode has no scheme
_WAY_OUT = "; mode=None gives the lenient score, which seqeval gives here"


def _default_sums(y_true: Sentences, y_pred: Sentences, suffix: bool, sample_weight: Any) -> Sums:
    """Count the entities by the default reading."""
    weights = weights_of(sample_weight, len(y_true))
    if weights is None and sum(map(len, y_true)) <= FEW_TOKENS:
        return few_sums(y_true, y_pred, suffix)
    return sums_of(default_sides(y_true, y_pred, suffix=suffix), weights)


def precision_recall_fscore_support(
    y_true: Sentences,
    y_pred: Sentences,
    *,
    average: str | None = None,
    warn_for: Collection[str] = FIGURES,
    beta: float = 1.0,
    sample_weight: Any = None,
    zero_division: Any = WARN,
    suffix: bool = False,
) -> Scores:
    """Return precision, recall, F-beta and support, by the default reading.

    Parameters, results and errors are those of `v1.precision_recall_fscore_support`, which
    has a scheme besides.

    Examples
    --------
    >>> gold = [["B-PER", "I-PER", "O", "B-LOC"]]
    >>> predicted = [["I-PER", "I-PER", "O", "O"]]
    >>> *figures, support = precision_recall_fscore_support(gold, predicted, zero_division=0)
    >>> [array.tolist() for array in figures], support.tolist()
    ([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]], [1, 1])
    """

    def count(y_true: Sentences, y_pred: Sentences, suffix: bool, _: Any) -> tuple[Any, ...]:
        return _default_sums(y_true, y_pred, suffix, sample_weight)[1:]

    return _precision_recall_fscore_support(
        y_true,
        y_pred,
        average=average,
        warn_for=warn_for,
        beta=beta,
        zero_division=zero_division,
        suffix=suffix,
        extract_tp_actual_correct=count,
    )


def _one_score(
    figure: str,
    y_true: Sentences,
    y_pred: Sentences,
    *,
    mode: str | None,
    sample_weight: Any,
    **options: Any,
) -> Any:
    """Return one figure; the options are those of `_precision_recall_fscore_support`."""

    def count(y_true: Sentences, y_pred: Sentences, suffix: bool, scheme: Any) -> tuple[Any, ...]:
        if mode == STRICT:
            sums = strict_sums(y_true, y_pred, scheme, suffix, sample_weight, way_out=_WAY_OUT)
        else:
            warn_of_scheme(scheme)
            sums = _default_sums(y_true, y_pred, suffix, sample_weight)
        return sums[1:]

    figures = _precision_recall_fscore_support(
        y_true, y_pred, warn_for=(figure,), extract_tp_actual_correct=count, **options
    )
    return figures[FIGURES.index(figure)]


def f1_score(
    y_true: Sentences,
    y_pred: Sentences,
    *,
    average: str | None = "micro",
    suffix: bool = False,
    mode: str | None = None,
    sample_weight: Any = None,
    zero_division: Any = WARN,
    scheme: type[Token] | None = None,
) -> Any:
    """Return the F1 score: the harmonic mean of precision and recall.

    Parameters
    ----------
    y_true, y_pred : list of list of str
        Gold and predicted tags by sentence.
    average : {"micro", "macro", "weighted", None}
        None gives a score for each type, in alphabetical order of the types.
    suffix : bool
        Whether a tag's letter comes last.
    mode : {None, "strict"}
        "strict" counts only entities whose tags are those of the scheme.
    sample_weight : array of float, optional
        A weight for each sentence; weights that are all the same count as 1. A weight of 0 leaves
        a sentence out of all counts, but types that are in no other still have scores.
    zero_division : {"warn", 0, 1}
        What 0/0 is; "warn" is 0 with a warning.
    scheme : type of Token, optional
        For "strict": detected, with a warning, if it is not given.

    Returns
    -------
    float or array of float

    Raises
    ------
    TypeError, ValueError
        If the sides are not lists of lists of the same lengths, or an option is none.

    Examples
    --------
    >>> gold = [["B-PER", "I-PER", "O", "B-LOC"]]
    >>> predicted = [["B-PER", "I-PER", "O", "O"]]
    >>> float(f1_score(gold, predicted))
    0.6666666666666666
    """
    return _one_score("f-score", **locals())


def precision_score(
    y_true: Sentences,
    y_pred: Sentences,
    *,
    average: str | None = "micro",
    suffix: bool = False,
    mode: str | None = None,
    sample_weight: Any = None,
    zero_division: Any = WARN,
    scheme: type[Token] | None = None,
) -> Any:
    """Return the precision: the share of predicted entities that are right.

    Parameters, results and errors are those of `f1_score`.

    Examples
    --------
    >>> gold = [["B-PER", "I-PER", "O", "B-LOC"]]
    >>> predicted = [["B-PER", "I-PER", "O", "O"]]
    >>> float(precision_score(gold, predicted))
    1.0
    """
    return _one_score("precision", **locals())


def recall_score(
    y_true: Sentences,
    y_pred: Sentences,
    *,
    average: str | None = "micro",
    suffix: bool = False,
    mode: str | None = None,
    sample_weight: Any = None,
    zero_division: Any = WARN,
    scheme: type[Token] | None = None,
) -> Any:
    """Return the recall: the share of gold entities that were found.

    Parameters, results and errors are those of `f1_score`.

    Examples
    --------
    >>> gold = [["B-PER", "I-PER", "O", "B-LOC"]]
    >>> predicted = [["B-PER", "I-PER", "O", "O"]]
    >>> float(recall_score(gold, predicted))
    0.5
    """
    return _one_score("recall", **locals())


def classification_report(  # noqa: PLR0917  (seqeval's)
    y_true: Sentences,
    y_pred: Sentences,
    digits: int = 2,
    suffix: bool = False,
    output_dict: bool = False,
    mode: str | None = None,
    sample_weight: Any = None,
    zero_division: Any = WARN,
    scheme: type[Token] | None = None,
) -> Any:
    """Return a report of the scores of each type and of their averages.

    Parameters
    ----------
    y_true, y_pred : list of list of str
        Gold and predicted tags by sentence.
    digits : int
        Decimals of a figure in text.
    suffix : bool
        Whether a tag's letter comes last.
    output_dict : bool
        Whether to return a dict, not text.
    mode : {None, "strict"}
        "strict" counts only entities whose tags are those of the scheme.
    sample_weight : array of float, optional
        A weight for each sentence; weights that are all the same count as 1. A weight of 0 leaves
        a sentence out of all counts, but types that are in no other still have scores.
    zero_division : {"warn", 0, 1}
        What 0/0 is; "warn" is 0 with a warning.
    scheme : type of Token, optional
        For "strict": detected by `auto_detect` if it is not given.

    Returns
    -------
    str or dict

    Examples
    --------
    >>> gold = [["B-PER", "I-PER", "O", "B-LOC"]]
    >>> print(classification_report(gold, [["B-PER", "I-PER", "O", "B-PER"]], zero_division=0))
                  precision    recall  f1-score   support
    <BLANKLINE>
             LOC       0.00      0.00      0.00         1
             PER       0.50      1.00      0.67         1
    <BLANKLINE>
       micro avg       0.50      0.50      0.50         2
       macro avg       0.25      0.50      0.33         2
    weighted avg       0.25      0.50      0.33         2
    <BLANKLINE>
    """
    arguments = locals()
    if arguments.pop("mode") == STRICT:
        return cr(**arguments)
    warn_of_scheme(scheme)
    check_consistent_length(y_true, y_pred)
    sums = _default_sums(y_true, y_pred, suffix, sample_weight)
    options = {"digits": digits, "output_dict": output_dict, "zero_division": zero_division}
    return report(sums, len(y_true), **options)


# Tags without scores.


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
