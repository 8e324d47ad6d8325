"""The seqeval metric of Hugging Face evaluate: its keys and its figures, without a download.

>>> from spanf1.integrations.evaluate import load
>>> seqeval = load(average="macro", zero_division=0, keep_in_memory=True)
>>> gold = [["B-PER", "I-PER", "O", "B-LOC"]]
>>> scores = seqeval.compute(predictions=[["B-PER", "I-PER", "O", "B-PER"]], references=gold)
>>> scores["PER"]
{'precision': 0.5, 'recall': 1.0, 'f1': 0.6666666666666666, 'number': 1}
>>> scores["overall_f1"], scores["overall_macro_f1"]
(0.5, 0.3333333333333333)
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, Literal, get_args

import datasets
import evaluate

from spanf1.compat.seqeval.metrics import accuracy_score, classification_report
from spanf1.compat.seqeval.scheme import BILOU, IOB1, IOB2, IOBES, IOE1, IOE2
from spanf1.exceptions import UsageError, check_known

__all__ = ["Seqeval", "load", "seqeval_scores"]

AverageName = Literal["micro", "macro", "weighted"]
AVERAGES: tuple[AverageName, ...] = get_args(AverageName)
SCHEMES = {scheme.__name__: scheme for scheme in (IOB1, IOB2, IOE1, IOE2, IOBES, BILOU)}
#: a key of `SCHEMES`, for type checkers
SchemeName = Literal["IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU"]
#: what an option may be
_VALUES: dict[str, tuple[Any, ...]] = {
    "average": AVERAGES,
    "scheme": (None, *SCHEMES),
    "mode": (None, "strict"),
    "zero_division": ("warn", 0, 1),
}

#: the report's names of the figures, by those of the metric
_FIGURES = {"precision": "precision", "recall": "recall", "f1": "f1-score"}

_USAGE = """
Args:
    predictions, references (`list` of `list` of `str`):
        The predicted and the gold tags, one list for each sentence.
    average (`str` or `list` of `str`):
        "macro", "weighted" or both: adds `overall_macro_precision` and so on. "micro", which
        the other overall figures are, adds nothing.
    suffix (`bool`):
        Whether a tag's letter comes last: "PER-B".
    scheme (`str`):
        For the strict mode: "IOB1", "IOB2", "IOE1", "IOE2", "IOBES" or "BILOU"; detected if it
        is not given. The default mode needs none.
    mode (`str`):
        "strict" counts only entities whose tags are those of the scheme.
    sample_weight (`list` of `float`):
        A weight for each sentence.
    zero_division (`int` or `str`):
        What 0/0 is: 0, 1, or "warn", which is 0 with a warning.
"""


class Seqeval(evaluate.Metric):
    """The seqeval metric, scored by spanf1.

    Parameters
    ----------
    average, suffix, scheme, mode, sample_weight, zero_division
        As for `seqeval_scores`; here they are the defaults of ``compute``.
    **settings
        Those of ``evaluate.Metric``: ``keep_in_memory``, ``cache_dir``, and ``num_process``,
        ``process_id`` and ``experiment_id``, which gather the tags of several processes.

    Raises
    ------
    UsageError
        If there is no such option, or it cannot be this.
    """

    def __init__(self, **settings: Any) -> None:
        names = [*inspect.signature(seqeval_scores).parameters][2:]
        self.options = {name: settings.pop(name) for name in names if name in settings}
        known = [*inspect.signature(evaluate.Metric).parameters]
        if unknown := [name for name in settings if name not in known]:
            hint = f"one of {', '.join([*names, *known])}"
            raise UsageError(f"unknown option {unknown[0]!r}", hint=hint)
        _check(**self.options)
        super().__init__(**settings)

    def _info(self) -> Any:
        tags = datasets.Sequence(datasets.Value("string"))
        return evaluate.MetricInfo(
            description="Precision, recall and F1 of the entities that tags say.",
            citation="",
            inputs_description=_USAGE,
            features=datasets.Features({"predictions": tags, "references": tags}),
        )

    def _compute(self, *, predictions: Any, references: Any, **options: Any) -> dict[str, Any]:
        return seqeval_scores(predictions, references, **{**self.options, **options})


def load(**settings: Any) -> Seqeval:
    """Return the metric, as ``evaluate.load("seqeval")`` does; parameters of `Seqeval`."""
    return Seqeval(**settings)


def seqeval_scores(
    predictions: Sequence[Sequence[str]],
    references: Sequence[Sequence[str]],
    *,
    average: AverageName | Sequence[AverageName] = "micro",
    suffix: bool = False,
    scheme: SchemeName | None = None,
    mode: Literal["strict"] | None = None,
    sample_weight: Sequence[float] | None = None,
    zero_division: float | Literal["warn"] = "warn",
) -> dict[str, Any]:
    """Return the metric's figures: what ``compute`` does once it has all tags.

    Parameters
    ----------
    predictions, references : list of list of str
        The predicted and the gold tags.
    average : str or sequence of str
        ``macro``, ``weighted`` or both add ``overall_macro_precision`` and so on; ``micro``,
        which the other overall figures are, adds nothing.
    suffix : bool
        Whether a tag's letter comes last.
    scheme : str, optional
        One of `SCHEMES`, for the strict mode; detected if it is not given. As in seqeval, the
        default mode has no scheme.
    mode : {None, "strict"}
        ``strict`` counts only entities whose tags are those of the scheme.
    sample_weight : list of float, optional
        A weight for each sentence.
    zero_division : {"warn", 0, 1}
        What 0/0 is; ``warn`` is 0 with a warning.

    Returns
    -------
    dict
        By type, a dict of ``precision``, ``recall``, ``f1`` and ``number``, that of entities in
        gold; then ``overall_precision``, ``overall_recall``, ``overall_f1`` and
        ``overall_accuracy``: plain numbers.

    Raises
    ------
    UsageError
        If an option cannot be this.
    TypeError, ValueError
        As from `classification_report`.
    """
    _check(average=average, scheme=scheme, mode=mode, zero_division=zero_division)
    report = classification_report(
        references,
        predictions,
        output_dict=True,
        suffix=suffix,
        mode=mode,
        scheme=SCHEMES[scheme] if scheme else None,
        sample_weight=sample_weight,
        zero_division=zero_division,
    )
    means = {name: report.pop(f"{name} avg") for name in AVERAGES}
    scores: dict[str, Any] = {
        name: {**_figures(row), "number": _plain(row["support"])} for name, row in report.items()
    }
    scores |= _figures(means["micro"], "overall_")
    scores["overall_accuracy"] = accuracy_score(references, predictions)
    for name in AVERAGES[1:]:
        if name in _listed(average):
            # A mean over no types would be NaN, which JSON does not have.
            scores |= _figures(means[name if report else "micro"], f"overall_{name}_")
    return scores


def _check(**options: Any) -> None:
    """Raise `UsageError` if an option is none of the values it may have."""
    for name, known in _VALUES.items():
        for value in _listed(options.get(name, known[0])):
            check_known(name, value, known)


def _listed(value: Any) -> list[Any]:
    return [*value] if isinstance(value, (list, tuple)) else [value]


def _figures(row: dict[str, Any], prefix: str = "") -> dict[str, float]:
    return {f"{prefix}{name}": _plain(row[theirs]) for name, theirs in _FIGURES.items()}


def _plain(number: Any) -> Any:
    """Return a number as Python's, not numpy's, for JSON."""
    return number.item() if hasattr(number, "item") else number
