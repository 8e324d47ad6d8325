"""A metric for torchmetrics and Lightning, summed over processes.

>>> from spanf1.integrations.torchmetrics import SpanF1
>>> metric = SpanF1(labels=["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
>>> metric.update(logits, targets)  # doctest: +SKIP
>>> metric.compute()  # doctest: +SKIP
tensor(0.5022)

Predictions come first, as in all of torchmetrics; everything else of spanf1 takes gold first.

Its states are counts of spans by type, so that it is exact whatever the batches and the processes
are: macro and weighted averages, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import Any

import torch
from torch import Tensor
from torchmetrics import Metric

from spanf1.core.detection import fitting_schemes
from spanf1.core.options import AUTO, Options, TagScheme, TypeSet
from spanf1.core.schemes import SCHEMES, ReadingName
from spanf1.core.scores import AVERAGES, COUNTS, AverageName, TypeCounts
from spanf1.core.tags import AUTO_FORM, TagSet
from spanf1.core.tags import tag_form as form_of
from spanf1.exceptions import TagError, UsageError, check_known
from spanf1.formats.labels import labels_by_id
from spanf1.results.lists import evaluate, result_of_counts
from spanf1.results.result import Result

#: readings that come out differently by the scheme
_BY_SCHEME = ("strict", "error")


class SpanF1(Metric):
    """The F1 of typed spans, over all batches and processes.

    Parameters
    ----------
    labels : sequence of str, or dict of int to str
        The tags by id, as in a model's configuration.
    average : str
        What `compute` returns: ``micro``, ``macro`` or ``weighted``.
    return_dict : bool
        Return a dict of tensors instead: precision, recall and F1 of the average, accuracy, and
        the F1 of each type (``PER_f1``).
    ignore_index : int
        The target of tokens that do not count.
    scheme, gold_scheme, pred_scheme : str, optional
        The tagging scheme, of both sides or of one. The readings ``strict`` and ``error`` need
        it, unless the labels fit only one: it is not detected batch by batch.
    reading, beta, types, zero_division, tag_form
        As for `spanf1.evaluate`. `compute` returns F-beta if beta is not 1.
    **kwargs
        As for `torchmetrics.Metric`.

    Raises
    ------
    UsageError
        If an argument is not one of those above, or the reading needs a scheme.
    """

    is_differentiable: bool = False
    higher_is_better: bool = True
    full_state_update: bool = False
    plot_lower_bound: float = 0.0
    plot_upper_bound: float = 1.0

    spans: Tensor
    tokens: Tensor

    def __init__(
        self,
        labels: Sequence[str] | Mapping[int, str],
        average: AverageName = "micro",
        *,
        return_dict: bool = False,
        ignore_index: int = -100,
        scheme: TagScheme = AUTO,
        gold_scheme: TagScheme | None = None,
        pred_scheme: TagScheme | None = None,
        reading: ReadingName = "lenient",
        beta: float = 1.0,
        types: TypeSet | Iterable[str] = "union",
        zero_division: float = 0.0,
        tag_form: str = AUTO_FORM,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        options = Options.of(locals())
        by_id = labels_by_id(labels)
        tags = _tags_of(by_id, tag_form)
        check_known("average", average, AVERAGES)
        self.average = average
        self.return_dict = return_dict
        every = tuple(sorted(tags.types))
        #: the types that are counted, in the order of the rows of `spans`
        self.names = every if isinstance(options.types, str) else options.types
        self._averaged = {
            "types": options.types,
            "beta": options.beta,
            "zero_division": options.zero_division,
        }
        self._read: dict[str, Any] = {
            "labels": by_id,
            "ignore_index": ignore_index,
            "gold_scheme": _scheme(options.gold_scheme, tags, reading),
            "pred_scheme": _scheme(options.pred_scheme, tags, reading),
            "reading": reading,
            "tag_form": tags.form.name,
        }
        self.add_state("spans", torch.zeros(len(self.names), len(COUNTS), dtype=torch.long), "sum")
        self.add_state("tokens", torch.zeros(2, dtype=torch.long), "sum")
        # A MetricCollection takes metrics whose states are the same after one batch for one
        # metric. They are not, if the next batch may be read in another way.
        settings = blake2b(repr((self.names, self._read)).encode(), digest_size=8).digest()
        self.add_state("settings", torch.tensor([*settings]), "max")

    def update(self, preds: Any, target: Any, mask: Any = None) -> None:
        """Count a batch: predictions come first here, and gold, the target, second.

        Parameters
        ----------
        preds : array
            Ids, ``[batch, tokens]``, or logits, ``[batch, tokens, labels]``.
        target : array
            Ids, ``[batch, tokens]``.
        mask : array, optional
            Which tokens count.

        Raises
        ------
        SpanF1Error
            As `spanf1.evaluate` does.
        """
        counts = evaluate(target, preds, mask=mask, **self._read).counts
        none = TypeCounts()
        spans = torch.tensor([counts.types.get(name, none) for name in self.names])
        tokens = torch.tensor([counts.tokens, counts.tokens_correct])
        self.spans = self.spans + spans.reshape(self.spans.shape).to(self.spans)
        self.tokens = self.tokens + tokens.to(self.tokens)

    def compute(self) -> Tensor | dict[str, Tensor]:
        """Return the F of the average, or the figures by name if `return_dict` asks for them."""
        score = getattr(self._result(), self.average)
        if not self.return_dict:
            return self._tensor(score.fbeta)
        every = self._result(types=self.names)
        figures = {"precision": score.precision, "recall": score.recall, "f1": score.f1}
        if self._averaged["beta"] != 1:
            figures["fbeta"] = score.fbeta
        figures["accuracy"] = every.accuracy
        figures |= {f"{name}_f1": row.f1 for name, row in every.types.items()}
        return {name: self._tensor(value) for name, value in figures.items()}

    def _result(self, **options: Any) -> Result:
        """Return the scores of what this process has counted, with any of the options changed."""
        by_type = {
            name: TypeCounts(*row)
            for name, row in zip(self.names, self.spans.tolist(), strict=True)
        }
        tokens, correct = self.tokens.tolist()
        return result_of_counts(
            by_type, tokens=tokens, tokens_correct=correct, **self._averaged | options
        )

    def _tensor(self, value: float) -> Tensor:
        return torch.tensor(value, device=self.device)


def _tags_of(labels: Mapping[int, str], tag_form: str) -> TagSet:
    """Return the tags among labels; what else there is (``[PAD]``) is refused where it occurs."""
    tags = TagSet({}, form_of(tag_form))
    if len(tags.forms) > 1:
        tags.expect(labels.values())
    for label in labels.values():
        with suppress(TagError):
            tags.code(label)
    return tags


def _scheme(given: str, tags: TagSet, reading: str) -> str:
    """Return the scheme that tags are in, by their prefixes; it must be certain if it matters."""
    prefixes = frozenset(tags.prefixes())
    if given != AUTO:
        return given
    if reading not in _BY_SCHEME:
        return fitting_schemes(Counter(), prefixes)[0]
    fitting = [name for name, scheme in SCHEMES.items() if prefixes == {*scheme.prefixes}]
    if len(fitting) == 1:
        return fitting[0]
    names = " or ".join(fitting or SCHEMES)
    raise UsageError(
        f"the reading {reading} needs a scheme, and the labels do not tell which: {names}",
        hint=f"scheme={(fitting or ['IOB2'])[0]!r}, for example",
    )
