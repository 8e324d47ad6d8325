"""The strict metrics of seqeval: an entity counts if its tags are those of a scheme."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import nullcontext
from typing import Any

from spanf1.compat.seqeval._notices import undefined_metric_warning, warn_undefined
from spanf1.compat.seqeval._scores import (
    FIGURES,
    WARN,
    Scores,
    Sums,
    check_options,
    detected,
    detected_aloud,
    mean_of,
    ratio,
    report,
    scores,
    strict_sums,
    sums_of_entities,
    undefined,
    weights_of,
    without_a_scheme,
)
from spanf1.compat.seqeval.reporters import DictReporter, StringReporter
from spanf1.compat.seqeval.scheme import (
    Entities,
    Sentences,
    StrictReader,
    Token,
    auto_detect,
    separators_of,
)

PER_CLASS_SCORES = tuple[list[float], list[float], list[float], list[int]]
AVERAGE_SCORES = tuple[float, float, float, int]
SCORES = PER_CLASS_SCORES | AVERAGE_SCORES

__all__ = [
    "AVERAGE_SCORES",
    "PER_CLASS_SCORES",
    "SCORES",
    "DictReporter",
    "Entities",
    "StringReporter",
    "Token",
    "UndefinedMetricWarning",  # noqa: F822  (found by `__getattr__`)
    "auto_detect",
    "check_consistent_length",
    "classification_report",
    "precision_recall_fscore_support",
    "unique_labels",
]


def __getattr__(name: str) -> Any:
    """Return `UndefinedMetricWarning`, which is looked for when it is asked for."""
    if name == "UndefinedMetricWarning":
        return undefined_metric_warning()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def unique_labels(
    y_true: Sentences, y_pred: Sentences, scheme: type[Token], suffix: bool = False
) -> list[str]:
    """Return the types of the entities of either side, in alphabetical order.

    Parameters
    ----------
    y_true, y_pred : list of list of str
        Gold and predicted tags by sentence.
    scheme : type of Token
        The scheme of both.
    suffix : bool
        Whether a tag's letter comes last.
    """
    reader = StrictReader(scheme, suffix=suffix)
    found = [reader.read(side, separators_of(side)).type.tolist() for side in (y_true, y_pred)]
    return sorted({reader.names[number] for side in found for number in side})


def check_consistent_length(y_true: Sentences, y_pred: Sentences) -> None:
    """Check that both sides are lists of lists, and of the same lengths.

    Parameters
    ----------
    y_true, y_pred : list of list of str
        Gold and predicted tags by sentence.

    Raises
    ------
    TypeError
        If a sentence is not a list.
    ValueError
        If the sides differ in the number of sentences, or of tags in one.
    """
    lengths = [*map(len, y_true)], [*map(len, y_pred)]
    if not {*map(type, y_true), *map(type, y_pred)} <= {list}:
        raise TypeError("Found input variables without list of list.")
    if lengths[0] != lengths[1]:
        raise ValueError(
            "Found input variables with inconsistent numbers of samples:\n"
            f"{lengths[0]}\n{lengths[1]}"
        )


def precision_recall_fscore_support(
    y_true: Sentences,
    y_pred: Sentences,
    *,
    average: str | None = None,
    warn_for: Collection[str] = FIGURES,
    beta: float = 1.0,
    sample_weight: Any = None,
    zero_division: Any = WARN,
    scheme: type[Token] | None = None,
    suffix: bool = False,
    **kwargs: Any,
) -> Scores:
    """Return precision, recall, F-beta and support, strictly.

    Parameters
    ----------
    y_true, y_pred : list of list of str
        Gold and predicted tags by sentence.
    average : {None, "micro", "macro", "weighted"}
        None gives the figures of each type, in alphabetical order of the types.
    warn_for : tuple of str
        Of which figures to warn where they are 0/0.
    beta : float
        How many times as much as precision recall weighs.
    sample_weight : array of float, optional
        A weight for each sentence; weights that are all the same count as 1. A weight of 0 leaves
        a sentence out of all counts, but types that are in no other still have scores.
    zero_division : {"warn", 0, 1}
        What 0/0 is; "warn" is 0 with a warning.
    scheme : type of Token, optional
        The scheme of both sides; detected, with a warning, if it is not given.
    suffix : bool
        Whether a tag's letter comes last.
    **kwargs
        `entities_true` and `entities_pred`: `Entities` that were read before.

    Returns
    -------
    precision, recall, fbeta : float or array of float
    support : int or array of int
        Entities in gold; a float where weights make it one.

    Raises
    ------
    TypeError, ValueError
        As `check_consistent_length`; if an option is none, or a tag not one of the scheme.

    Examples
    --------
    >>> from spanf1.compat.seqeval.scheme import IOB2
    >>> gold = [["B-PER", "I-PER", "O", "B-LOC"]]
    >>> predicted = [["B-PER", "I-PER", "O", "I-LOC"]]
    >>> p, r, f, support = precision_recall_fscore_support(
    ...     gold, predicted, average="micro", scheme=IOB2
    ... )
    >>> float(p), float(r), int(support)
    (1.0, 0.5, 2)
    """

    def count(y_true: Sentences, y_pred: Sentences, suffix: bool, scheme: Any) -> tuple[Any, ...]:
        given = [kwargs.get(name) for name in ("entities_true", "entities_pred")]
        if not any(given):
            return strict_sums(y_true, y_pred, scheme, suffix, sample_weight)[1:]
        entities = [
            found or Entities(side, scheme or detected_aloud(y_true, y_pred, suffix), suffix)
            for found, side in zip(given, (y_true, y_pred), strict=True)
        ]
        return sums_of_entities(entities, weights_of(sample_weight, len(y_true)))[1:]

    return _precision_recall_fscore_support(
        y_true,
        y_pred,
        average=average,
        warn_for=warn_for,
        beta=beta,
        zero_division=zero_division,
        scheme=scheme,
        suffix=suffix,
        extract_tp_actual_correct=count,
    )


def _precision_recall_fscore_support(
    y_true: Sentences,
    y_pred: Sentences,
    *,
    average: str | None = None,
    warn_for: Collection[str] = FIGURES,
    beta: float = 1.0,
    sample_weight: Any = None,  # noqa: ARG001  (seqeval's)
    zero_division: Any = WARN,
    scheme: type[Token] | None = None,
    suffix: bool = False,
    extract_tp_actual_correct: Any = None,
) -> Scores:
    """Return the scores of what a function counts, and warn of those that are 0/0.

    The function is given both sides, `suffix` and `scheme`, and returns three arrays: predicted
    entities, those that are right, and those in gold, by type.
    """
    check_options(average, beta)
    check_consistent_length(y_true, y_pred)
    counts = extract_tp_actual_correct(y_true, y_pred, suffix, scheme)
    notes: list[str] = []
    found = scores(
        Sums([], *counts),
        average=mean_of(average, len(y_true)),
        warn_for=warn_for,
        beta=beta,
        zero_division=zero_division,
        notes=notes,
    )
    warn_undefined(notes)
    return found


def _prf_divide(  # noqa: PLR0917  (seqeval's)
    numerator: Any,
    denominator: Any,
    metric: str,
    modifier: str,
    average: str | None,
    warn_for: Collection[str],
    zero_division: Any = WARN,
) -> Any:
    """Return ratios, and warn of those that are 0/0."""
    notes: list[str] = []
    options = {"warn_for": warn_for, "zero_division": zero_division, "average": average}
    found = ratio(numerator, denominator, metric, modifier, notes=notes, **options)
    warn_undefined(notes)
    return found


def _warn_prf(average: str | None, modifier: str, msg_start: str, result_size: int) -> None:
    """Warn of figures that are 0/0."""
    warn_undefined([undefined(msg_start, modifier, result_size, average)])


def classification_report(
    y_true: Sentences,
    y_pred: Sentences,
    *,
    sample_weight: Any = None,
    digits: int = 2,
    output_dict: bool = False,
    zero_division: Any = WARN,
    suffix: bool = False,
    scheme: type[Token] | None = None,
) -> Any:
    """Return a report of the scores of each type and of their averages, strictly.

    Parameters
    ----------
    y_true, y_pred : list of list of str
        Gold and predicted tags by sentence.
    sample_weight : array of float, optional
        A weight for each sentence; weights that are all the same count as 1. A weight of 0 leaves
        a sentence out of all counts, but types that are in no other still have scores.
    digits : int
        Decimals of a figure in text.
    output_dict : bool
        Whether to return a dict, not text.
    zero_division : {"warn", 0, 1}
        What 0/0 is; "warn" is 0 with a warning.
    suffix : bool
        Whether a tag's letter comes last.
    scheme : type of Token, optional
        The scheme of both sides; detected by `auto_detect` if it is not given.

    Returns
    -------
    str or dict

    Raises
    ------
    TypeError, ValueError
        As `check_consistent_length`; if a tag is not one of the scheme, or none is detected.

    Examples
    --------
    >>> gold = [["B-PER", "I-PER", "O", "B-LOC"]]
    >>> print(classification_report(gold, gold))
                  precision    recall  f1-score   support
    <BLANKLINE>
             LOC       1.00      1.00      1.00         1
             PER       1.00      1.00      1.00         1
    <BLANKLINE>
       micro avg       1.00      1.00      1.00         2
       macro avg       1.00      1.00      1.00         2
    weighted avg       1.00      1.00      1.00         2
    <BLANKLINE>
    """
    check_consistent_length(y_true, y_pred)
    used: Any = scheme
    # Schemes of seqeval itself answer as ours do.
    known = used and (issubclass(used, Token) or hasattr(used, "is_start"))
    with nullcontext() if known else without_a_scheme():
        used = used if known else detected(y_true, y_pred, suffix)
        sums = strict_sums(y_true, y_pred, used, suffix, sample_weight)
    options = {"digits": digits, "output_dict": output_dict, "zero_division": zero_division}
    return report(sums, len(y_true), **options)
