"""Predictions with confidences held against gold: scores at every threshold, and the best one."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack, cast

import numpy as np

from spanf1.core.options import AUTO, AnyScheme, Confidence, MissingName, Options, confidence_from
from spanf1.core.schemes import ReadingName
from spanf1.core.scores import AVERAGES, AverageName
from spanf1.core.tags import AUTO_FORM
from spanf1.exceptions import UsageError, check_known
from spanf1.formats.labels import IGNORE_INDEX
from spanf1.formats.opening import both_inputs
from spanf1.formats.options import Column, InputOptions, check_no_gaps
from spanf1.formats.pairs import pairs_of
from spanf1.formats.registry import COLUMNS, Inputs
from spanf1.formats.source import Source, source_of
from spanf1.mistakes.analysis import Analysis, Part
from spanf1.mistakes.analyze import analyze, analyze_inputs, checked_options
from spanf1.mistakes.ledger import CORRECT
from spanf1.render.reported import Reported
from spanf1.results.lists import has_records
from spanf1.results.result import Result
from spanf1.results.signature import Signature
from spanf1.thresholds.calibration import BINS, Calibration
from spanf1.thresholds.confidences import OF, Where, confidences_of, given_confidences
from spanf1.thresholds.curve import (
    BoolArray,
    Chosen,
    Curve,
    FloatArray,
    Point,
    Predictions,
    chosen_on_resamples,
    kept_by,
    right_of,
    thresholds_by_type,
)
from spanf1.wording import exact, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from spanf1.pictures.display import Display
    from spanf1.pictures.look import LookKeywords

#: of how many resamples the interval of the best F is made
RESAMPLES = 1000

# Where confidences are that are no part of the predictions.
_BESIDE = "given beside the predictions"


class Aims(NamedTuple):
    """What a threshold is to do, besides to have the best F.

    Attributes
    ----------
    precision, recall : float, optional
        The least precision, of which the recall is to be best; and the reverse.
    cost : tuple of float, optional
        What a wrong prediction costs, and what a missed span of gold.
    """

    precision: float | None = None
    recall: float | None = None
    cost: tuple[float, float] | None = None

    def check(self) -> None:
        """Raise an error if they are not as they are to be.

        Raises
        ------
        UsageError
            If one is not.
        """
        for name, value in (("precision", self.precision), ("recall", self.recall)):
            if value is not None and not 0 < value <= 1:
                raise UsageError(
                    f"{name} is {value:g}: it is to be above 0, and 1 at most", hint="0.9 for 90%"
                )
        cost: Sequence[float] = self.cost or (1, 1)
        if len(cost) != 2 or not all(0 <= one < np.inf for one in cost) or not any(cost):
            raise UsageError(
                f"cost is {self.cost}: it is to be two numbers, not negative and not both 0",
                hint="cost=(1, 5), or --cost fp=1,fn=5: of a wrong prediction, of a missed span",
            )


@dataclass(frozen=True, repr=False)
class Sweep(Reported):
    """What predictions are like at every threshold of their confidences.

    ``str(sweep)`` is the table that the command prints. A frame and CSV have a row for each
    threshold, and JSON has everything.

    Attributes
    ----------
    result : Result
        The score of all predictions.
    predictions : Predictions
        The predictions, as arrays.
    average : str
        What is best: ``micro``, ``macro`` or ``weighted`` F.
    aims : Aims
        What else a threshold is to do.
    bins : int
        How many bins the confidences are put into, to see whether they are calibrated.
    confidence : Confidence
        How the interval is made, with what is drawn.
    source : str
        Where the confidences are, in words.
    """

    result: Result
    predictions: Predictions
    average: AverageName
    aims: Aims
    bins: int
    confidence: Confidence
    source: str = ""
    _parts: Sequence[Part] = field(default=(), compare=False)
    _inputs: Sequence[Inputs] = field(default=(), compare=False)
    _where: Where = field(default=Where(), compare=False)

    _reporter = "spanf1.thresholds.report", "report_of"

    def __repr__(self) -> str:
        best = self.best
        said = f"best {best.threshold:g}, F {best.fbeta:.4f}" if best else "nothing is predicted"
        return f"Sweep({len(self.predictions.confidence)} predictions, {said})"

    @property
    def beta(self) -> float:
        """The beta of F."""
        return self.result.options.beta

    @cached_property
    def curve(self) -> Curve:
        """Counts and scores at every distinct confidence, the highest first."""
        return Curve.of(self.predictions, average=self.average, beta=self.beta)

    @property
    def best(self) -> Point | None:
        """What the best threshold keeps; of several, the highest. None if nothing is predicted."""
        return self.curve.best()

    @cached_property
    def chosen(self) -> Chosen | None:
        """How good the best threshold is on other data; None if there are too few units.

        Units are drawn with replacement; the threshold that is best of them is judged by those
        that were not drawn. See `spanf1.thresholds.curve.chosen_on_resamples`.
        """
        return chosen_on_resamples(
            self.predictions, self.confidence, average=self.average, beta=self.beta
        )

    @cached_property
    def types(self) -> dict[str, Curve]:
        """The curve of each type, by itself."""
        names = self.predictions.names
        return {name: Curve.of(self.predictions.of_type(name), beta=self.beta) for name in names}

    @property
    def by_type(self) -> dict[str, float]:
        """A threshold for each type, which together have the best micro F; exact.

        ``inf`` is to keep nothing of a type.
        """
        return self._together[0]

    @property
    def best_by_type(self) -> Point:
        """What the thresholds of types keep; it has no threshold of its own (NaN)."""
        return self._together[1]

    @cached_property
    def _together(self) -> tuple[dict[str, float], Point]:
        return thresholds_by_type(self.predictions, self.beta)

    @cached_property
    def calibration(self) -> Calibration | None:
        """Whether confidences are what they say; None if some are not from 0 to 1."""
        return Calibration.of(self.predictions, self.bins)

    @cached_property
    def calibration_by_type(self) -> dict[str, Calibration | None]:
        """The same of each type."""
        return {
            name: Calibration.of(self.predictions.of_type(name), self.bins)
            for name in self.predictions.names
        }

    def signature(self) -> Signature:
        """Return what shaped the best F, as a line to cite: ``str(sweep.signature())``."""
        found = self.result.signature(self.average)
        if self.best is None:
            return found
        made = f"/{self._where.of}" if self.source.startswith("column") else ""
        return replace(found, threshold=f"{exact(self.best.threshold)}/best{made}")

    def at(self, threshold: float) -> Point:
        """Return what a threshold keeps: confidences that are as high, or higher."""
        _check_number(threshold)
        return self.curve.at(threshold)

    def threshold(self, name: str) -> float | dict[str, float]:
        """Return the threshold that is called ``best``, or those of ``types``.

        Raises
        ------
        UsageError
            If there is no such, or nothing is predicted.
        """
        check_known("threshold", name, ("best", "types"))
        if name == "types":
            return self.by_type
        if self.best is None:
            raise UsageError("nothing is predicted: there is no best threshold")
        return self.best.threshold

    def kept(self, threshold: float | str | Mapping[str, float]) -> BoolArray:
        """Return which predicted spans a threshold keeps, in the order in which they were read.

        Parameters
        ----------
        threshold : float, str or mapping of str to float
            The threshold; ``best`` or ``types``; or those of types, with ``*`` for all others.
            Types without one are kept whole.

        Raises
        ------
        UsageError
            If there is no such type, or a threshold is no number.
        """
        chosen = self.threshold(threshold) if isinstance(threshold, str) else threshold
        if isinstance(chosen, Mapping):
            for name in chosen.keys() - {"*", *self.predictions.names}:
                raise UsageError(
                    f"there is no type {shortened(name)}",
                    hint=f"types: {', '.join(self.predictions.names)}; * for all others",
                )
        for value in chosen.values() if isinstance(chosen, Mapping) else [chosen]:
            _check_number(value)
        return kept_by(self.predictions, chosen)

    def apply(
        self,
        threshold: float | str | Mapping[str, float],
        output: str | os.PathLike[str],
    ) -> None:
        """Write the predictions that a threshold keeps, in their own format if that can be.

        Of columns, the tags of all others become ``O``. Of JSON, the others are left out, and
        each record is a line. What is neither becomes JSON Lines of texts and spans.

        Parameters
        ----------
        threshold : float, str or mapping of str to float
            As for `kept`.
        output : path
            The file, which is written whole or not at all.

        Raises
        ------
        UsageError
            If the predictions are in no file, or in several; or the file cannot be written.
        """
        from spanf1.thresholds.apply import write_kept

        if len(self._inputs) != 1 or self._inputs[0].predicted.values is not None:
            raise UsageError(
                "what is kept is written where the predictions are in one file",
                hint="Sweep.kept says which spans are kept",
            )
        (inputs,), (part,) = self._inputs, self._parts
        type_map = self.result.options.type_map or str
        keep = self.kept(threshold)
        write_kept(output, inputs, part, keep, where=self._where, type_map=type_map)

    def plot(
        self, ax: Axes | None = None, *, kind: str = "f", **look: Unpack[LookKeywords]
    ) -> Display:
        """Draw precision, recall and F over thresholds, and return a `SweepDisplay`.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own, `SweepDisplay.figure_`.
        kind : str
            ``f`` for precision, recall and F over thresholds, with the best one; ``pr`` for
            precision over recall; ``reliability`` for the share that is right by confidence.
        **look
            Of a figure of its own: ``width`` in centimetres, or ``column`` or ``page``;
            ``font_size`` in points; ``font``, the name of an installed one.

        Raises
        ------
        UsageError
            If matplotlib is not installed, or there is nothing to draw.
        """
        # By its name, as it knows this module.
        display = import_module("spanf1.thresholds.picture").SweepDisplay
        return cast("Display", display.from_sweep(self, ax, kind=kind, **look))


def sweep(
    gold: Any,
    predicted: Any = None,
    *,
    confidences: Sequence[Sequence[float | None]] | None = None,
    confidence_key: str | None = None,
    confidence_column: Column | None = None,
    of: str = OF[0],
    default: float | None = None,
    average: AverageName = "micro",
    beta: float = 1.0,
    precision: float | None = None,
    recall: float | None = None,
    cost: tuple[float, float] | None = None,
    bins: int = BINS,
    confidence: float | Confidence | None = None,
    gold_column: Column | None = None,
    pred_column: Column | None = None,
    tag_column: Column | None = None,
    token_column: Column | None = None,
    sentence_column: Column | None = None,
    delimiter: str | None = None,
    align_by_position: bool = False,
    input_format: str = AUTO,
    gold_key: str | None = None,
    pred_key: str | None = None,
    token_key: str | None = None,
    text_key: str | None = None,
    id_key: str | None = None,
    annotator: str | None = None,
    labels: Iterable[str] | Mapping[Any, str] | None = None,
    ignore_index: int = IGNORE_INDEX,
    mask: Any = None,
    scheme: AnyScheme = AUTO,
    gold_scheme: AnyScheme | None = None,
    pred_scheme: AnyScheme | None = None,
    reading: ReadingName = "lenient",
    map_types: Mapping[str, str] | None = None,
    ignore_types: Iterable[str] = (),
    trim: bool = False,
    tag_form: str = AUTO_FORM,
    outside: Iterable[str] = (),
    mask_tags: Iterable[str] = (),
    missing: MissingName = "error",
    max_size: int | str | None = None,
) -> Sweep:
    """Say how good predictions are at every threshold of their confidences, and which is best.

    A threshold keeps the predictions that are as confident, or more; gold stays whole. A prediction
    is right as an exact match has it; of equal spans, the most confident ones are right first. What
    a decoder did not predict, no threshold brings back.

    Parameters
    ----------
    gold, predicted
        As for `spanf1.analyze`: files, or tags or records. Records may have the confidences.
    confidences : sequence of sequence of float, optional
        A list for each sentence or document: a number for each predicted span, in order, or for
        each token that counts.
    confidence_key : str, optional
        Of JSON: the key of a span that has its confidence, with dots where it is nested; or the key
        of a list beside the spans. By default the first of ``score``, ``confidence``,
        ``probability`` and ``prob``; lists may be called ``scores`` and so on.
    confidence_column : int or str, optional
        Of columns: that of the confidence of each token.
    of : str
        What the confidence of a span is made of, where its tokens have some: ``mean``, ``min``
        or ``first``.
    default : float, optional
        The confidence of spans without one; by default that is an error.
    average : str
        The F that is to be best: ``micro``, ``macro`` or ``weighted``.
    precision, recall : float, optional
        The least precision, of which the best recall is wanted; and the reverse.
    cost : tuple of float, optional
        What a wrong prediction costs, and what a missed span.
    bins : int
        How many bins of equal width calibration is judged by.
    confidence : float or Confidence, optional
        How the interval of the best F is made; by default 95% of 1000 resamples.

    Other Parameters
    ----------------
    gold_column, pred_column, tag_column, token_column, sentence_column, delimiter, \
align_by_position, input_format, gold_key, pred_key, token_key, text_key, id_key, annotator, \
labels, trim, max_size
        As for `spanf1.score_file`.
    ignore_index, mask, scheme, gold_scheme, pred_scheme, reading, beta, map_types, ignore_types, \
tag_form, outside, mask_tags, missing
        As for `spanf1.evaluate`. The reading cannot be ``conlleval``, which counts no spans.

    Raises
    ------
    InputError, UsageError
        As `spanf1.analyze`; or if a span has no confidence, and there is no default.

    Examples
    --------
    >>> import spanf1
    >>> sweep = spanf1.sweep(
    ...     [["B-PER", "O", "B-LOC", "B-LOC"]],
    ...     [["B-PER", "B-ORG", "B-LOC", "O"]],
    ...     confidences=[[0.9, 0.2, 0.7]],
    ... )
    >>> sweep.best.threshold, round(sweep.best.fbeta, 2)
    (0.7, 0.8)
    >>> sweep.kept("best").tolist()
    [True, False, True]
    """
    given = dict(locals())
    options = replace(checked_options(given), beta=beta)
    settings = Settings(
        Where(confidence_key, confidence_column, of, default),
        average,
        Aims(precision, recall, cost),
        bins,
        confidence_from(confidence) or Confidence(resamples=RESAMPLES),
    )
    settings.check()
    files = [isinstance(side, str | os.PathLike | Source) for side in (gold, predicted)]
    if files[0]:
        sources = [source_of(path) for path in (gold, predicted) if path is not None]
        sides = InputOptions.of_both(given, len(sources))
        inputs = settings.opened(sources, *sides, by_position=align_by_position)
        return sweep_inputs([inputs], options, settings, confidences)
    if has_records(gold) or has_records(predicted):
        side = InputOptions.of(given)
        check_no_gaps(side, options)
        return sweep_inputs(
            [pairs_of(gold, predicted, side).inputs], options, settings, confidences
        )
    if confidences is None:
        raise UsageError(
            "tags have no confidences", hint="confidences=[[0.9, 0.5], …]: a list for each sentence"
        )
    same = (analyze.__kwdefaults__ or {}).keys() & given.keys()
    analysis = analyze(gold, predicted, **{name: given[name] for name in same})
    made = [given_confidences(confidences, analysis.parts[0], settings.where)]
    return _swept(analysis, made, options, settings, ())


class Settings(NamedTuple):
    """Where confidences are, what is best, and how sure that is; see `sweep`."""

    where: Where
    average: AverageName
    aims: Aims
    bins: int
    confidence: Confidence

    def check(self) -> None:
        """Raise an error if one is not as it is to be.

        Raises
        ------
        UsageError
            If one is not.
        """
        self.where.check()
        self.aims.check()
        check_known("average", self.average, AVERAGES)
        if not 1 <= self.bins <= 1000:
            raise UsageError(f"bins is {self.bins}: it is to be from 1 to 1000")

    def opened(
        self,
        sources: Sequence[Source],
        *sides: InputOptions,
        by_position: bool,
    ) -> Inputs:
        """Return gold and predictions; see `both_inputs`."""
        if isinstance(self.where.column, str):
            # It is called by its name, and so there is a line of names.
            sides = tuple(replace(side, headed=True) for side in sides)
        return both_inputs(sources, *sides, by_position=by_position)


def sweep_inputs(
    parts: Sequence[Inputs],
    options: Options,
    settings: Settings,
    confidences: Sequence[Sequence[Any]] | None = None,
) -> Sweep:
    """Return the sweep of gold and predictions, which can be read again; raises as `sweep`."""
    documents = any(inputs.predicted.format != COLUMNS for inputs in parts)
    analysis = analyze_inputs(parts, options, documents=documents)
    made = []
    gaps, source = analysis.result.tally.gaps, _BESIDE
    left_out = bool(gaps.missing or gaps.masked)
    for inputs, part in zip(parts, analysis.parts, strict=True):
        if confidences is None:
            type_map = options.type_map or str
            found, source = confidences_of(inputs, part, settings.where, type_map, gaps=left_out)
            made.append(found)
        else:
            made.append(given_confidences(confidences, part, settings.where))
    return replace(_swept(analysis, made, options, settings, parts), source=source)


def _swept(
    analysis: Analysis,
    confidences: Sequence[FloatArray],
    options: Options,
    settings: Settings,
    inputs: Sequence[Inputs],
) -> Sweep:
    """Return the sweep of an analysis, given the confidences of the predictions of each part."""
    predictions, unit = _predictions(analysis, confidences, settings.confidence.unit)
    result = analysis.result
    result = Result(result.tally, options, result.input)
    return Sweep(
        result,
        predictions,
        settings.average,
        settings.aims,
        settings.bins,
        replace(settings.confidence, unit=unit),
        _BESIDE,
        analysis.parts,
        inputs,
        settings.where,
    )


def _predictions(
    analysis: Analysis, confidences: Sequence[FloatArray], unit: str
) -> tuple[Predictions, Any]:
    """Return predictions with which of them are right, and what is a unit."""
    names = sorted({name for part in analysis.parts for name in part.ledger.labels})
    layouts = [part.texts.layout() for part in analysis.parts]
    begun = [int(layout.documents.max(initial=-1)) + 1 for layout in layouts]
    by_document = unit == "document"
    if unit == AUTO:
        by_document = max(begun) > 1 or (len(begun) > 1 and analysis.result.tally.documents > 1)
    columns = []
    base = 0
    for part, layout, confidence in zip(analysis.parts, layouts, confidences, strict=True):
        ledger = part.ledger
        number = np.array([names.index(name) if name in names else 0 for name in ledger.names])
        units = layout.documents if by_document else layout.sentences
        of_gold, of_predicted = (
            base + units[part.texts.sentences(ledger, side)] for side in (0, 1)
        )
        base += int(units.max(initial=-1)) + 1
        gold, predicted = ledger.sides
        right = np.zeros(len(confidence), np.bool_)
        right[ledger.predicted[ledger.kind == CORRECT]] = True
        spans = predicted.spans
        span = _numbered(spans.start, spans.end, spans.type, predicted.detail)
        columns.append(
            (
                confidence,
                right_of(confidence, span, right),
                number[spans.type],
                of_predicted,
                number[gold.spans.type],
                of_gold,
            )
        )
    made = map(np.concatenate, zip(*columns, strict=True))
    confidence, right, types, owners, gold_types, gold_owners = made
    found = Predictions(confidence, right, types, owners, gold_types, gold_owners, names, base)
    return found, "document" if by_document else "sentence"


def _check_number(threshold: float) -> None:
    """Raise an error if a threshold is NaN, which nothing is as high as."""
    if math.isnan(threshold):
        raise UsageError("the threshold is nan: it is to be a number")


def _numbered(*columns: Any) -> Any:
    """Return numbers for rows, the same for equal ones."""
    rows = np.stack(columns, axis=-1)
    order = np.lexsort(columns)
    ordered = rows[order]
    new = np.ones(len(rows), np.intp)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=-1)
    out = np.empty(len(rows), np.intp)
    out[order] = np.cumsum(new)
    return out
