"""What scores the predictions of a Hugging Face ``Trainer`` on its evaluation set.

The labels are those of the model, the tags are ids all along, and -100 marks what is no token::

    from spanf1.integrations.transformers import compute_metrics, preprocess_logits_for_metrics

    trainer = Trainer(
        model=model,
        args=TrainingArguments(metric_for_best_model="f1", batch_eval_metrics=True),
        eval_dataset=eval_dataset,
        compute_metrics=compute_metrics(model),
        preprocess_logits_for_metrics=preprocess_logits_for_metrics,
    )
    trainer.evaluate()  # eval_precision, eval_recall, eval_f1, eval_accuracy, eval_PER_f1 ...

``batch_eval_metrics`` scores each batch as it comes, and ``preprocess_logits_for_metrics`` makes
ids of the logits: both save memory, neither changes a figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from spanf1.core.scores import AVERAGES, AverageName, ratio
from spanf1.exceptions import check_known
from spanf1.formats.lists import likeliest
from spanf1.results.lists import SpanF1
from spanf1.results.result import Result

__all__ = ["Metrics", "compute_metrics", "preprocess_logits_for_metrics"]

FIGURES = ("precision", "recall", "f1")


class Metrics:
    """What `compute_metrics` returns: called by a ``Trainer``, it scores what it is given.

    Attributes
    ----------
    result : Result or None
        That of the last evaluation, with its counts and its signature.
    """

    def __init__(
        self, spans: SpanF1, averages: tuple[str, ...], *, per_type: bool, prefix: str
    ) -> None:
        self.result: Result | None = None
        self._spans = spans
        self._averages = averages
        self._per_type = per_type
        self._prefix = prefix

    def __call__(self, prediction: Any, compute_result: bool = True) -> dict[str, float]:
        """Score an ``EvalPrediction``, of the whole evaluation set or of its next batch.

        Parameters
        ----------
        prediction : EvalPrediction
            Logits or ids, or a tuple in which they come first; and the ids of the labels.
        compute_result : bool
            Whether this is the last batch. Before it, nothing is returned.

        Raises
        ------
        SpanF1Error
            If the two do not fit; what there was of the evaluation set is then forgotten.
        """
        predicted = _first(prediction.predictions)
        try:
            self._spans.update(predicted, prediction.label_ids)
            if not compute_result:
                return {}
            self.result = self._spans.compute()
        except BaseException:
            self._spans.reset()
            raise
        self._spans.reset()
        return self._figures(self.result)

    def _figures(self, result: Result) -> dict[str, float]:
        """Return the figures in a flat dict."""
        means = result.averages._asdict()
        rows = {"" if name == "micro" else f"{name}_": means[name] for name in self._averages}
        if self._per_type:
            # Where a type is called "macro", the average keeps the name.
            rows = {f"{name}_": row for name, row in result.types.items()} | rows
        figures = {
            f"{self._prefix}{name}{figure}": float(getattr(row, figure))
            for name, row in rows.items()
            for figure in FIGURES
        }
        return figures | {f"{self._prefix}accuracy": float(_accuracy(result))}


def _accuracy(result: Result) -> float:
    """Return the fraction of tokens with the same tag on both sides.

    Both have the labels of one model, so that tags are compared as they are unless two schemes
    were given: which ones fit early predictions says nothing.
    """
    options, tally = result.options, result.tally
    if options.gold_scheme != options.pred_scheme:
        return result.accuracy
    return ratio(tally.tags_equal, tally.tokens, options.zero_division)


def compute_metrics(
    labels: Any,
    *,
    averages: AverageName | Iterable[AverageName] = ("micro", "macro"),
    per_type: bool = True,
    prefix: str = "",
    **options: Any,
) -> Metrics:
    """Return what a ``Trainer`` is to call on its predictions: its argument ``compute_metrics``.

    Parameters
    ----------
    labels : model, config, dict or list of str
        The model or its config, which know the tag of each id; or the tags, as a dict by id or
        in the order of their ids.
    averages : iterable of str
        Which are given: ``micro`` as ``precision``, ``recall`` and ``f1``; ``macro`` and
        ``weighted`` as ``macro_precision`` and so on.
    per_type : bool
        Whether to give the figures of each type, as ``PER_precision`` and so on.
    prefix : str
        Put before each name. The ``Trainer`` adds its own, ``eval_``, besides.
    **options
        Those of `SpanF1`: ``scheme``, ``reading``, ``types``, ``zero_division`` ...

    Raises
    ------
    UsageError
        If there is no such average, or an option cannot be this.
    """
    names = (averages,) if isinstance(averages, str) else tuple(averages)
    for name in names:
        check_known("average", name, AVERAGES)
    config = getattr(labels, "config", labels)
    spans = SpanF1(labels=getattr(config, "id2label", config), **options)
    return Metrics(spans, names, per_type=per_type, prefix=prefix)


def preprocess_logits_for_metrics(logits: Any, labels: Any) -> Any:  # noqa: ARG001
    """Return the ids of the likeliest labels: the argument of a ``Trainer`` of the same name.

    Ids are kept on the device and gathered in place of the logits.
    """
    return likeliest(_first(logits))


def _first(outputs: Any) -> Any:
    """Return the logits, which come first if a model has other outputs, such as hidden states."""
    return outputs[0] if isinstance(outputs, tuple) else outputs
