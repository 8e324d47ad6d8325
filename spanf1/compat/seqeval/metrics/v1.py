"""The strict metrics of seqeval: an entity counts if its tags are those of a scheme."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain
from typing import Any

from spanf1.compat.seqeval._notices import undefined_metric_warning, warn, warn_undefined
from spanf1.compat.seqeval._reading import (
    OUTSIDE,
    Sentences,
    StrictReader,
    separators_of,
    strict_sides,
)
from spanf1.compat.seqeval._scores import (
    FIGURES,
    WARN,
    Scores,
    Sums,
    check_options,
    report,
    scores,
    sums_of,
    sums_of_entities,
    weights_of,
)
from spanf1.compat.seqeval.reporters import DictReporter, StringReporter
from spanf1.compat.seqeval.scheme import IOB2, Entities, Token, auto_detect

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


def detected(y_true: Sentences, y_pred: Sentences, suffix: bool) -> type[Token]:
    """Return the scheme of the gold tags; of the predicted ones where gold has no entity."""
    for side in (y_true, y_pred):
        tags = dict.fromkeys(chain.from_iterable(side))
        if tags.keys() - {OUTSIDE, ""}:
            return auto_detect([tags], suffix)
    return IOB2


def detected_aloud(
    y_true: Sentences, y_pred: Sentences, suffix: bool, way_out: str = ""
) -> type[Token]:
    """Return the scheme that is `detected`, and say so, and what else there is to do."""
    try:
        scheme = detected(y_true, y_pred, suffix)
    except ValueError as error:
        error.add_note(f"no scheme was given; scheme=IOB1, for example, gives one{way_out}")
        raise
    name = scheme.__name__
    warn(f"strict without a scheme: {name} was detected. scheme={name} says so{way_out}.")
    return scheme


def strict_sums(
    y_true: Sentences,
    y_pred: Sentences,
    scheme: Any,
    suffix: bool,
    sample_weight: Any,
    *,
    way_out: str = "",
) -> Sums:
    """Count the entities by a scheme; where there is none, it is detected."""
    weights = weights_of(sample_weight, len(y_true))
    if scheme is None:
        scheme = detected_aloud(y_true, y_pred, suffix, way_out)
    return sums_of(strict_sides(y_true, y_pred, scheme, suffix=suffix), weights)


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
        A weight for each sentence.
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
    check_options(average, beta)
    check_consistent_length(y_true, y_pred)
    given = [kwargs.get(name) for name in ("entities_true", "entities_pred")]
    if any(given):
        entities = [
            found or Entities(side, scheme or detected_aloud(y_true, y_pred, suffix), suffix)
            for found, side in zip(given, (y_true, y_pred), strict=True)
        ]
        sums = sums_of_entities(entities, weights_of(sample_weight, len(y_true)))
    else:
        sums = strict_sums(y_true, y_pred, scheme, suffix, sample_weight)
    return warned_scores(sums, average, warn_for, beta, zero_division)


def warned_scores(
    sums: Sums,
    average: str | None,
    warn_for: Collection[str],
    beta: float,
    zero_division: Any,
) -> Scores:
    """Return the scores, and warn of those that are 0/0."""
    notes: list[str] = []
    found = scores(
        sums,
        average=average,
        warn_for=warn_for,
        beta=beta,
        zero_division=zero_division,
        notes=notes,
    )
    warn_undefined(notes)
    return found


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
        A weight for each sentence.
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
    if used is None or not (issubclass(used, Token) or hasattr(used, "is_start")):
        used = detected(y_true, y_pred, suffix)
    sums = strict_sums(y_true, y_pred, used, suffix, sample_weight)
    return report(sums, digits=digits, output_dict=output_dict, zero_division=zero_division)
