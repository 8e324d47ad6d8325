"""Scores of sequence models for scikit-learn: each sample is a sentence, with a list of tags.

>>> from sklearn.model_selection import cross_val_score
>>> from spanf1.integrations.sklearn import scorer
>>> cross_val_score(model, sentences, tags, cv=5, scoring=scorer(average="macro"))  # doctest: +SKIP

`f1_score` and its like take ``y_true`` and ``y_pred`` as scikit-learn's do, and any of the options
of `spanf1.evaluate`. (scikit-learn cannot stratify lists of tags: if the model says that it is a
classifier, give `cv` as ``KFold()``.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from sklearn.metrics import make_scorer

from spanf1.core.scores import AVERAGES, AverageName
from spanf1.exceptions import check_known
from spanf1.results.lists import evaluate


def f1_score(y_true: Any, y_pred: Any, *, average: AverageName = "micro", **options: Any) -> float:
    """Return the F1 of predicted tags.

    Parameters
    ----------
    y_true, y_pred : iterable of sequences of str
        The gold and the predicted tags, one sequence for each sentence.
    average : str
        ``micro``, ``macro`` or ``weighted``.
    **options
        As for `spanf1.evaluate`.

    Raises
    ------
    UsageError
        If there is no such average.
    SpanF1Error
        As `spanf1.evaluate` does.
    """
    return _figure("f1", y_true, y_pred, average, options)


def fbeta_score(
    y_true: Any, y_pred: Any, *, beta: float, average: AverageName = "micro", **options: Any
) -> float:
    """Return the F-beta of predicted tags; parameters of `f1_score`, and `beta`."""
    return _figure("fbeta", y_true, y_pred, average, {"beta": beta, **options})


def precision_score(
    y_true: Any, y_pred: Any, *, average: AverageName = "micro", **options: Any
) -> float:
    """Return the precision of predicted tags; parameters of `f1_score`."""
    return _figure("precision", y_true, y_pred, average, options)


def recall_score(
    y_true: Any, y_pred: Any, *, average: AverageName = "micro", **options: Any
) -> float:
    """Return the recall of predicted tags; parameters of `f1_score`."""
    return _figure("recall", y_true, y_pred, average, options)


#: the functions by the figure they return
FIGURES: dict[str, Callable[..., float]] = {
    "f1": f1_score,
    "fbeta": fbeta_score,
    "precision": precision_score,
    "recall": recall_score,
}
#: a key of `FIGURES`, for type checkers
FigureName = Literal["f1", "fbeta", "precision", "recall"]


def scorer(figure: FigureName = "f1", *, average: AverageName = "micro", **options: Any) -> Any:
    """Return a scorer for ``scoring=`` of `cross_val_score`, `GridSearchCV` and their like.

    Parameters
    ----------
    figure : str
        One of `FIGURES`.
    average : str
        ``micro``, ``macro`` or ``weighted``.
    **options
        As for `spanf1.evaluate`.

    Raises
    ------
    UsageError
        If there is no such figure or average.
    """
    check_known("figure", figure, FIGURES)
    check_known("average", average, AVERAGES)
    return make_scorer(FIGURES[figure], average=average, **options)


def _figure(
    name: str,
    y_true: Iterable[Any],
    y_pred: Iterable[Any],
    average: str,
    options: dict[str, Any],
) -> float:
    # Cross-validation may hand over arrays of lists, or columns of a table.
    result = evaluate([*y_true], [*y_pred], **options)
    check_known("average", average, AVERAGES)
    value: float = getattr(getattr(result, average), name)
    return value
