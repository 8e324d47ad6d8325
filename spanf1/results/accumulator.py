"""Scores that are added up batch by batch, as in a training loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any, Self

from spanf1.core.options import (
    AUTO,
    Confidence,
    Options,
    TagScheme,
    TypeSet,
    confidence_from,
)
from spanf1.core.schemes import ReadingName
from spanf1.core.tags import AUTO_FORM, TagSets, tag_sets
from spanf1.core.tags import tag_form as form_of
from spanf1.core.tally import Tally
from spanf1.exceptions import UsageError
from spanf1.formats.labels import IGNORE_INDEX, labels_by_id
from spanf1.formats.lists import ArrayReader, ListReader, reader_of
from spanf1.results.result import Result


class SpanF1:
    """Adds up predictions and references batch by batch; exact, whatever the batches are.

    A batch holds whole sentences. An accumulator can be pickled, and two can be added: what
    several processes have counted is one score, as if all of it had been read in order. (For the
    reading ``conlleval``, see `spanf1.Result`.)

    Parameters
    ----------
    labels, ignore_index
        As for `spanf1.evaluate`, where batches are label ids; else they are lists of tags.
    scheme, gold_scheme, pred_scheme, reading, beta, types, zero_division, tag_form, confidence
        As for `spanf1.evaluate`.

    Raises
    ------
    UsageError
        If an argument is none of those.

    Examples
    --------
    >>> import spanf1
    >>> metric = spanf1.SpanF1(labels=["O", "B-PER", "I-PER"])
    >>> metric.update(predictions=[[1, 2, 0]], references=[[1, 2, -100]])
    >>> metric.update(predictions=[[0, 0]], references=[[1, 0]])
    >>> metric.compute().micro.recall
    0.5
    """

    def __init__(
        self,
        *,
        labels: Iterable[str] | Mapping[Any, str] | None = None,
        ignore_index: int = IGNORE_INDEX,
        scheme: TagScheme = AUTO,
        gold_scheme: TagScheme | None = None,
        pred_scheme: TagScheme | None = None,
        reading: ReadingName = "lenient",
        beta: float = 1.0,
        types: TypeSet | Iterable[str] = "union",
        zero_division: float = 0.0,
        tag_form: str = AUTO_FORM,
        confidence: float | Confidence | None = None,
    ) -> None:
        self._options = Options.of(locals())
        self._labels = None if labels is None else labels_by_id(labels)
        self._ignore_index = ignore_index
        self._form = form_of(tag_form)
        self._confidence = confidence_from(confidence)
        self.reset()

    def reset(self) -> None:
        """Forget everything that was added."""
        self._tags = tag_sets(self._form)
        nothing = reader_of([], [], self._labels, self._ignore_index, None)
        self._tally = self._counted(nothing, self._tags)

    def update(self, predictions: Any, references: Any, mask: Any = None) -> None:
        """Add a batch, which is left out as a whole if there is an error.

        Parameters
        ----------
        predictions, references, mask
            As `y_pred`, `y_true` and `mask` of `spanf1.evaluate`, which messages call them, too.

        Raises
        ------
        AlignmentError, TagError, UsageError
            As for `spanf1.evaluate`.
        """
        reader = reader_of(references, predictions, self._labels, self._ignore_index, mask)
        tags = self._copied_tags()
        self._tally = _added(self._tally, self._counted(reader, tags))
        self._tags = tags

    def compute(self) -> Result:
        """Return the result of everything that was added so far.

        Raises
        ------
        IllFormedError, UsageError
            As for `spanf1.evaluate`.
        """
        return Result(self._tally, self._options, None, self._confidence).check()

    def merge(self, other: SpanF1) -> None:
        """Add what another accumulator has, as if it came after what this one has.

        Raises
        ------
        UsageError
            If the two were not made with the same arguments.
        TagError
            If their tags are not written alike.
        """
        if self._settings != other._settings:
            raise UsageError("accumulators can be added only if their settings are the same")
        tags = self._copied_tags()
        for side, others in zip(tags, other._tags, strict=True):
            for tag in others.codes:
                side.code(tag)
        total = _added(self._tally, other._tally)
        total.check_forms()
        self._tally, self._tags = total, tags

    def __add__(self, other: Self) -> Self:
        if not isinstance(other, SpanF1):
            return NotImplemented
        total = copy(self)
        total.merge(other)
        return total

    def __radd__(self, other: object) -> Self:
        # sum() begins with 0
        return copy(self) if other == 0 else NotImplemented

    def __iadd__(self, other: Self) -> Self:
        if not isinstance(other, SpanF1):
            return NotImplemented
        self.merge(other)
        return self

    def _copied_tags(self) -> TagSets:
        """Return copies of the tag sets, which have one numbering of types, too."""
        gold, predicted = self._tags
        types = gold.types.copy()
        return gold.copy(types), predicted.copy(types)

    @property
    def _settings(self) -> tuple[object, ...]:
        return self._options, self._labels, self._ignore_index, self._form, self._confidence

    def _counted(self, reader: ListReader | ArrayReader, tags: TagSets) -> Tally:
        """Return what a reader reads comes to; the tags that it meets are added to the sets."""
        return reader.tally(
            tags,
            script=self._options.reading == "conlleval",
            units=self._confidence.unit if self._confidence else "",
        )


def _added(first: Tally, second: Tally) -> Tally:
    """Return the sum, in which equal sentences do not take memory twice."""
    total = first + second
    if total.units:
        total.units = total.units.distinct()
    return total
