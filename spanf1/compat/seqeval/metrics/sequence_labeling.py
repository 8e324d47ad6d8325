"""The metrics of seqeval, by its default reading, which conlleval is near to, or strictly."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from spanf1.compat.seqeval._detected import strict_sums
from spanf1.compat.seqeval._reading import Sentences, default_sides
from spanf1.compat.seqeval._scores import (
    FIGURES,
    WARN,
    Scores,
    Sums,
    report,
    sums_of,
    weights_of,
)
from spanf1.compat.seqeval.metrics._tags import (
    accuracy_score,
    end_of_chunk,
    get_entities,
    performance_measure,
    start_of_chunk,
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
from spanf1.compat.seqeval.scheme import Token

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

STRICT = "strict"
#: what else there is to do where the strict mode has no scheme
_WAY_OUT = "; mode=None gives the lenient score, which seqeval gives here"


def _default_sums(y_true: Sentences, y_pred: Sentences, suffix: bool, sample_weight: Any) -> Sums:
    """Count the entities by the default reading."""
    weights = weights_of(sample_weight, len(y_true))
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
    average: str | None,
    suffix: bool,
    mode: str | None,
    sample_weight: Any,
    zero_division: Any,
    scheme: type[Token] | None,
) -> Any:
    def count(y_true: Sentences, y_pred: Sentences, suffix: bool, scheme: Any) -> tuple[Any, ...]:
        if mode == STRICT:
            sums = strict_sums(y_true, y_pred, scheme, suffix, sample_weight, way_out=_WAY_OUT)
        else:
            sums = _default_sums(y_true, y_pred, suffix, sample_weight)
        return sums[1:]

    found = _precision_recall_fscore_support(
        y_true,
        y_pred,
        average=average,
        warn_for=(figure,),
        beta=1,
        zero_division=zero_division,
        scheme=scheme,
        suffix=suffix,
        extract_tp_actual_correct=count,
    )
    return found[FIGURES.index(figure)]


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
    return _one_score(
        "f-score",
        y_true,
        y_pred,
        average=average,
        suffix=suffix,
        mode=mode,
        sample_weight=sample_weight,
        zero_division=zero_division,
        scheme=scheme,
    )


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
    return _one_score(
        "precision",
        y_true,
        y_pred,
        average=average,
        suffix=suffix,
        mode=mode,
        sample_weight=sample_weight,
        zero_division=zero_division,
        scheme=scheme,
    )


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
    return _one_score(
        "recall",
        y_true,
        y_pred,
        average=average,
        suffix=suffix,
        mode=mode,
        sample_weight=sample_weight,
        zero_division=zero_division,
        scheme=scheme,
    )


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
    if mode == STRICT:
        return cr(
            y_true,
            y_pred,
            digits=digits,
            output_dict=output_dict,
            sample_weight=sample_weight,
            zero_division=zero_division,
            scheme=scheme,
            suffix=suffix,
        )
    check_consistent_length(y_true, y_pred)
    sums = _default_sums(y_true, y_pred, suffix, sample_weight)
    options = {"digits": digits, "output_dict": output_dict, "zero_division": zero_division}
    return report(sums, len(y_true), **options)
