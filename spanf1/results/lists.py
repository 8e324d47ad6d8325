"""Scoring what is in memory: all at once, or batch by batch, as in a training loop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Literal, Self, overload

from spanf1.core.detection import schemes_of
from spanf1.core.misfits import LABELS, MASK_TAGS, MISSING_TAGS, OUTSIDE_TAGS
from spanf1.core.options import (
    AUTO,
    BY_FORM,
    AnyScheme,
    Confidence,
    MissingName,
    NormalizationName,
    Options,
    TagScheme,
    TypeSet,
    confidence_from,
)
from spanf1.core.schemes import ReadingName
from spanf1.core.scores import TypeCounts
from spanf1.core.spans import Ends, shape_of
from spanf1.core.tags import AUTO_FORM, Spelling, TagSets, tag_forms, tag_sets
from spanf1.core.tally import Tally
from spanf1.core.units import ABSENT, SpanKey
from spanf1.exceptions import UsageError, check_known
from spanf1.formats.labels import IGNORE_INDEX, Labels, labels_by_id
from spanf1.formats.lists import ArrayReader, ListReader, reader_of
from spanf1.formats.options import (
    InputOptions,
    check_no_gaps,
    spelling_of,
    tags_given,
)
from spanf1.levels.levels import LevelName, check_level
from spanf1.results.result import Result

if TYPE_CHECKING:
    from spanf1.formats.spans import PlaceName
    from spanf1.levels.results import TokenResult, WholeResult

_LISTS = (list, tuple)

_NO_COLUMNS = (None,) * 5

#: what lists may hold besides tags and labels
RECORDS, SPANS = "records", "spans"

# What the functions here may be told of tags.
_KEYWORDS = frozenset({OUTSIDE_TAGS, MASK_TAGS, LABELS, MISSING_TAGS})


@overload
def evaluate(
    y_true: Any,
    y_pred: Any = None,
    *,
    labels: Iterable[str] | Mapping[Any, str] | None = None,
    ignore_index: int = IGNORE_INDEX,
    mask: Any = None,
    scheme: AnyScheme = AUTO,
    gold_scheme: AnyScheme | None = None,
    pred_scheme: AnyScheme | None = None,
    reading: ReadingName = "lenient",
    beta: float = 1.0,
    types: TypeSet | Iterable[str] = "union",
    zero_division: float = 0.0,
    map_types: Mapping[str, str] | None = None,
    ignore_types: Iterable[str] = (),
    match: str = "exact",
    normalize: Iterable[NormalizationName] = (),
    trim: bool = False,
    tag_form: str = AUTO_FORM,
    outside: Iterable[str] = (),
    mask_tags: Iterable[str] = (),
    missing: MissingName = "error",
    level: Literal["span"] = "span",
    as_written: Literal[False] = False,
    places: PlaceName = "auto",
    inclusive_ends: bool = False,
    gold_key: str | None = None,
    pred_key: str | None = None,
    gold_column: str | None = None,
    pred_column: str | None = None,
    sentence_column: str | None = None,
    confidence: float | Confidence | None = None,
) -> Result: ...


@overload
def evaluate(
    y_true: Any,
    y_pred: Any = None,
    *,
    level: Literal["token"],
    **options: Any,
) -> TokenResult: ...


@overload
def evaluate(
    y_true: Any,
    y_pred: Any = None,
    *,
    level: Literal["sentence", "document"],
    **options: Any,
) -> WholeResult: ...


# Of other levels, Python alone checks the names of keywords.
def evaluate(  # type: ignore[misc]
    y_true: Any,
    y_pred: Any = None,
    *,
    labels: Iterable[str] | Mapping[Any, str] | None = None,
    ignore_index: int = IGNORE_INDEX,
    mask: Any = None,
    scheme: AnyScheme = AUTO,
    gold_scheme: AnyScheme | None = None,
    pred_scheme: AnyScheme | None = None,
    reading: ReadingName = "lenient",
    beta: float = 1.0,
    types: TypeSet | Iterable[str] = "union",
    zero_division: float = 0.0,
    map_types: Mapping[str, str] | None = None,
    ignore_types: Iterable[str] = (),
    match: str = "exact",
    normalize: Iterable[NormalizationName] = (),
    trim: bool = False,
    tag_form: str = AUTO_FORM,
    outside: Iterable[str] = (),
    mask_tags: Iterable[str] = (),
    missing: MissingName = "error",
    level: LevelName = "span",
    as_written: bool = False,
    places: PlaceName = "auto",
    inclusive_ends: bool = False,
    gold_key: str | None = None,
    pred_key: str | None = None,
    gold_column: str | None = None,
    pred_column: str | None = None,
    sentence_column: str | None = None,
    confidence: float | Confidence | None = None,
) -> Result | TokenResult | WholeResult:
    """Score predicted tags, label ids, or spans of texts against gold ones.

    Parameters
    ----------
    y_true, y_pred : sequence of sequences of str, or array of int
        The gold and the predicted tags, one sequence for each sentence. Or label ids: arrays of
        the shape (sentences, tokens), or rows of any length, of any library (NumPy, PyTorch, JAX,
        TensorFlow, Arrow, pandas). Predictions may be logits, (sentences, tokens, labels): the
        largest counts. Or records, one for each text, such as JSON has them in one of the formats
        that `spanf1.score_file` reads:
        ``{"text": …, "spans": [{"start": 0, "end": 5, "label": "PER"}]}``,
        the lists that a Hugging Face pipeline returns. Or spans, a list for each sentence or text:
        tuples ``(start, end, type)``, `spanf1.Span`, `spanf1.TextSpan`. Places count from 0, and
        an end is the place behind the span; see `places` and `inclusive_ends`. Or one table with
        both sides, `y_true`, or two tables: a dataset of Hugging Face, whose ``ClassLabel`` names
        ids, a frame of pandas or polars, a dict of lists; see `gold_key` and `gold_column`.
    labels : sequence of str, or mapping of int to str
        The tag of each id; needed for ids.
    ignore_index : int
        The id that gold has where a token does not count: padding, or all but the first part of
        a word.
    mask : array of bool, optional
        Which tokens count, besides that; of the shape of `y_true`, which are ids.
    scheme : str
        The tagging scheme of both sides, or ``auto`` to detect it, on each side by itself.
    gold_scheme, pred_scheme : str, optional
        The scheme of one side, where it is another.
    reading : str
        What is done about spans that the scheme does not allow: ``lenient`` keeps them,
        ``strict`` drops them, ``error`` refuses them, ``conlleval`` counts as that script does.
    beta : float
        The beta of ``fbeta``.
    types : str or iterable of str
        What the macro and weighted averages run over: ``union``, ``gold`` or ``predicted``; or
        the types to score, in order.
    zero_division : float
        What 0/0 is: 0, 1 or NaN.
    map_types : mapping of str to str
        What types are called when they are compared, by their names in the input:
        ``{"PERSON": "PER", "GPE": "LOC"}``; ``"*"`` is for all others, so that ``{"*": "_"}``
        makes one type of all.
    ignore_types : iterable of str
        Types of which no span counts, on either side, by their names in the input.
    match, normalize, trim
        As for `spanf1.score_file`; a `match` other than ``exact`` is for records only.
    tag_form : str
        How tags are written, as an example: ``B-PER``, ``PER-B``, ``B_PER``, ``b/PER``; or
        ``auto`` to find it out, on each side by itself. ``PER`` is for types without a prefix,
        of which a run is one span; ``PER,B-PER`` where only gold has none.
    outside : iterable of str
        Tags that are read as O: ``["0", "_", "OTHER"]``.
    mask_tags : iterable of str
        Gold tags of tokens that do not count, such as ``["X", "[CLS]", "[SEP]", "[PAD]"]``: they
        are left out on both sides. Such predictions for other tokens are read as O, so that
        nothing is won by them.
    missing : str
        What is done where the predictions of a sentence stop early, as if cut to a length, or
        there are none at all for the last sentences: ``error`` refuses them; with ``outside``
        tokens without a prediction count as O; with ``drop`` they are left out, and a gold span
        that is cut counts as far as predictions go.
    level : str
        What is right or wrong: each ``span``; each ``token``, by its class, as in any
        classification; or a ``sentence`` or ``document`` as a whole. At level ``token`` labels may
        stand in one row: a list, an array or a tensor, of texts or numbers.
    as_written : bool
        At level ``token``, take tags for labels as they are written. By default the classes are
        their types, and O is none of these.
    places : str
        Of spans, what `start` and `end` count: each ``token``, as do tuples and `spanf1.Span` by
        default, or each ``character``, as do `spanf1.TextSpan` and objects. No score depends on
        that, but the matches ``token`` and ``character`` do.
    inclusive_ends : bool
        Of spans, whether an end is the last place in it, as in nervaluate's objects
        ``{"label": "PER", "start": 0, "end": 1}``.
    gold_key, pred_key : str, optional
        Of a table with a row for each sentence, or text, the columns of both sides: of tags, ids,
        or spans.
    gold_column, pred_column, sentence_column : str, optional
        Of a table with a row for each token, the columns of the tags of both sides, and of the ids
        of sentences: a new id begins one, and a missing id goes on with the one above. ``"none"``
        in place of the last: all rows are one sentence. In two tables both columns of a pair may
        be called the same, and the second left out.
    confidence : float or Confidence, optional
        Make intervals of every figure, of this level: see `Result.certainty`.

    Returns
    -------
    Result, TokenResult or WholeResult
        By the level: the last is of sentences and documents.

    Raises
    ------
    AlignmentError
        If the two differ in the number of sentences, or of tags in one.
    TagError
        If there is a tag that no scheme has, or an id that has no label.
    IllFormedError
        If a span is ill-formed and the reading is ``error``.
    UsageError
        If an argument is not one of those above.

    Examples
    --------
    >>> import spanf1
    >>> gold = [["B-PER", "I-PER", "O"], ["B-LOC", "O"]]
    >>> predicted = [["B-PER", "I-PER", "O"], ["O", "B-LOC"]]
    >>> result = spanf1.evaluate(gold, predicted)
    >>> result.micro.f1, result["PER"].precision, result["LOC"].recall
    (0.5, 1.0, 0.0)

    The same as label ids, the second sentence padded:

    >>> labels = ["O", "B-PER", "I-PER", "B-LOC"]
    >>> gold = [[1, 2, 0], [3, 0, -100]]
    >>> predicted = [[1, 2, 0], [0, 3, 0]]
    >>> spanf1.evaluate(gold, predicted, labels=labels).micro.f1
    0.5

    Spans of characters, and what a Hugging Face pipeline returns:

    >>> gold = [{"text": "Ada met Bob", "spans": [{"start": 0, "end": 3, "label": "PER"}]}]
    >>> predicted = [[{"entity_group": "PER", "word": "Ada", "start": 0, "end": 3}]]
    >>> spanf1.evaluate(gold, predicted).micro.f1
    1.0

    Spans of tokens, and nervaluate's, which name their last token:

    >>> spanf1.evaluate([[(0, 2, "PER")], []], [[(0, 2, "PER")], [(3, 4, "LOC")]]).micro.precision
    0.5
    >>> gold = [[{"label": "PER", "start": 0, "end": 0}]]
    >>> spanf1.evaluate(gold, gold, inclusive_ends=True, match="partial").micro.f1
    1.0

    A table with a row for each token, such as a frame of pandas, and one with a row for each
    sentence, such as a dataset of Hugging Face:

    >>> frame = {
    ...     "sent": [1, 1, 2],
    ...     "gold": ["B-PER", "I-PER", "B-LOC"],
    ...     "pred": ["B-PER", "O", "O"],
    ... }
    >>> columns = {"gold_column": "gold", "pred_column": "pred", "sentence_column": "sent"}
    >>> spanf1.evaluate(frame, **columns).micro.recall
    0.0
    >>> dataset = {"ner_tags": [["B-PER"], ["O"]], "predicted": [["B-PER"], ["B-LOC"]]}
    >>> spanf1.evaluate(dataset, gold_key="ner_tags", pred_key="predicted").micro.precision
    0.5

    Labels, one for each item:

    >>> spanf1.evaluate([1, 0, 1, 1, 0], [1, 0, 0, 1, 0], level="token")[1].f1
    0.8
    """
    given = locals()
    columns = gold_key, pred_key, gold_column, pred_column, sentence_column
    if y_pred is None or columns != _NO_COLUMNS:
        from spanf1.formats.tables import out_of_tables

        given = out_of_tables(given)
    options = Options.of(given)
    if level != "span" or as_written:
        check_level(level, options, as_written=as_written)
    intervals = confidence_from(confidence)
    if level == "token":
        return _tokens(given, options, intervals)
    if level == "span":
        return _evaluated(given, options, intervals, intervals.unit if intervals else "")
    from spanf1.results.levels import wholes_of

    return wholes_of(_evaluated(given, options, None, level), level, intervals)


def _tokens(
    given: Mapping[str, Any], options: Options, confidence: Confidence | None
) -> TokenResult:
    """Return the scores of tokens; the arguments of `evaluate`."""
    from spanf1.levels.reading import no_tokens, tokens_of_lists

    gold, predicted, labels = given["y_true"], given["y_pred"], given["labels"]
    if held(gold) or held(predicted):
        raise no_tokens()
    return tokens_of_lists(
        gold,
        predicted,
        partial(spellings_of, given),
        options,
        labels=labels,
        ignore_index=given["ignore_index"],
        mask=given["mask"],
        confidence=confidence,
        as_written=given["as_written"],
    )


def _evaluated(
    given: Mapping[str, Any], options: Options, intervals: Confidence | None, units: str
) -> Result:
    """Return the scores of spans; the arguments of `evaluate`, and what counts are kept of."""
    known = options
    if options.needs_schemes:
        looked = _counted(given, replace(options, match="exact"), "")
        known = options.in_schemes(schemes_of(looked, options, looked.shapes()).used)
    return Result(_counted(given, known, units), options, None, intervals).check()


def _counted(given: Mapping[str, Any], options: Options, units: str) -> Tally:
    """Return the counts of spans; the arguments of `evaluate`, and what counts are kept of."""
    y_true, y_pred, labels, mask = (given[n] for n in ("y_true", "y_pred", "labels", "mask"))
    if found := held(y_true) or held(y_pred):
        return _tally_of(found, given, options, units)
    if given["places"] != AUTO or given["inclusive_ends"]:
        raise UsageError("places and inclusive_ends are for spans, and these are none")
    _check_places(options.match)
    reader = reader_of(y_true, y_pred, labels, given["ignore_index"], mask, missing=options.missing)
    numbered = labels if isinstance(reader, ListReader) else None
    tags = reader.tag_sets(spellings_of(given, numbered))
    return reader.tally(
        tags,
        script=options.reading == "conlleval",
        units=units,
        type_map=options.type_map,
        crediting=options.crediting,
    )


def _tally_of(found: str, given: Mapping[str, Any], options: Options, units: str) -> Tally:
    """Return the counts of records or spans; the arguments of `evaluate`."""
    from spanf1.formats.pairs import pairs_of
    from spanf1.formats.spans import PLACE_NAMES, tally_of_spans

    y_true, y_pred, places = (given[name] for name in ("y_true", "y_pred", "places"))
    if given["mask"] is not None:
        raise UsageError("mask is for label ids")
    check_known("places", places, PLACE_NAMES)
    side = InputOptions.of(given)
    check_no_gaps(side, options)
    inclusive = given["inclusive_ends"]
    said = places != AUTO or inclusive
    if found == RECORDS and not said and held(y_pred) != SPANS:
        return pairs_of(y_true, y_pred, side).tally(options, units=units)
    return tally_of_spans(y_true, y_pred, options, places=places, inclusive=inclusive, units=units)


def _check_places(match: str) -> None:
    """Raise an error if tags without texts cannot be compared so."""
    if match in BY_FORM:
        raise UsageError(f"match {match} is for records of texts, and these are tags")


def spellings_of(given: Mapping[str, Any], labels: Labels | None) -> tuple[Spelling, Spelling]:
    """Return what the keywords of a function say of how tags are written on both sides."""
    form, outside, masked = given["tag_form"], given[OUTSIDE_TAGS], given[MASK_TAGS]
    if outside == masked == () and labels is None and isinstance(form, str):
        return _plain_spellings(form)
    said = tags_given(given, OUTSIDE_TAGS), tags_given(given, MASK_TAGS)
    gold, predicted = (spelling_of(one, *said, labels, _KEYWORDS) for one in tag_forms(form))
    return gold, predicted


@lru_cache
def _plain_spellings(tag_form: str) -> tuple[Spelling, Spelling]:
    """Return the spellings where their form alone may be given, as it mostly is."""
    gold, predicted = (spelling_of(form, keywords=_KEYWORDS) for form in tag_forms(tag_form))
    return gold, predicted


def held(side: Any) -> str:
    """Return what a list holds, if it is not tags or labels: `RECORDS` or `SPANS`.

    Records of texts are objects, or lists of them.
    """
    if not isinstance(side, _LISTS):
        return ""
    for row in side:
        if not isinstance(row, _LISTS):
            return RECORDS if isinstance(row, dict) else ""
        # A text in which nothing is found is an empty list.
        if row:
            first = row[0]
            if isinstance(first, _LISTS):
                from spanf1.formats.spans import is_span

                return SPANS if is_span(first) else ""
            # Older versions of spaCy are trained with pairs of a text and an object.
            second = row[1] if len(row) > 1 else None
            return RECORDS if isinstance(first, dict) or isinstance(second, dict) else ""
    return ""


def has_records(side: Any) -> bool:
    """Return whether a list holds records of texts: objects, or lists of them."""
    return held(side) == RECORDS


class SpanF1:
    """Adds up predictions and references batch by batch; exact, whatever the batches are.

    A batch holds whole sentences. An accumulator can be pickled, and two can be added: what
    several processes have counted is one score, as if all of it had been read in order. (For the
    reading ``conlleval``, see `spanf1.Result`.)

    Parameters
    ----------
    labels, ignore_index
        As for `spanf1.evaluate`, where batches are label ids; else they are lists of tags.
    scheme, gold_scheme, pred_scheme, reading, match, beta, types, zero_division, map_types, \
ignore_types, tag_form, outside, mask_tags, missing, confidence
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
        match: str = "exact",
        beta: float = 1.0,
        types: TypeSet | Iterable[str] = "union",
        zero_division: float = 0.0,
        map_types: Mapping[str, str] | None = None,
        ignore_types: Iterable[str] = (),
        tag_form: str = AUTO_FORM,
        outside: Iterable[str] = (),
        mask_tags: Iterable[str] = (),
        missing: MissingName = "error",
        confidence: float | Confidence | None = None,
    ) -> None:
        given = locals()
        self._options = Options.of(given)
        _check_places(match)
        self._labels = None if labels is None else labels_by_id(labels)
        self._ignore_index = ignore_index
        self._spellings = spellings_of(given, self._labels)
        self._confidence = confidence_from(confidence)
        self.reset()

    def reset(self) -> None:
        """Forget everything that was added."""
        self._tags = tag_sets(*self._spellings)
        nothing = reader_of([], [], self._labels, self._ignore_index, None)
        self._tally = self._counted(nothing, self._tags)

    def update(self, predictions: Any, references: Any, mask: Any = None) -> None:
        """Add a batch, which is left out as a whole if there is an error.

        Mind the order: predictions come first, as in metrics of training libraries (torchmetrics,
        Hugging Face's evaluate), and in `spanf1.evaluate` gold does. Names say it best:
        ``update(references=gold, predictions=predicted)``.

        Parameters
        ----------
        predictions, references, mask
            As `y_pred`, `y_true` and `mask` of `spanf1.evaluate`, which messages call them, too.

        Raises
        ------
        AlignmentError, TagError, UsageError
            As for `spanf1.evaluate`.
        """
        reader = reader_of(
            references,
            predictions,
            self._labels,
            self._ignore_index,
            mask,
            missing=self._options.missing,
        )
        tags = self._copied_tags()
        self._tally = self._tally + self._counted(reader, tags)
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
        total = self._tally + other._tally
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
        return self._options, self._labels, self._ignore_index, self._spellings, self._confidence

    def _counted(self, reader: ListReader | ArrayReader, tags: TagSets) -> Tally:
        """Return what a reader reads comes to; the tags that it meets are added to the sets."""
        return reader.tally(
            tags,
            script=self._options.reading == "conlleval",
            units=self._confidence.unit if self._confidence else "",
            type_map=self._options.type_map,
            crediting=self._options.crediting,
        )


def result_of_counts(
    by_type: Mapping[str, TypeCounts], *, tokens: int = 0, tokens_correct: int = 0, **options: Any
) -> Result:
    """Return the scores of counts that a reading was chosen for already.

    Parameters
    ----------
    by_type : mapping of str to TypeCounts
        Spans in gold, predicted and correct.
    tokens, tokens_correct : int
        Tokens, and those whose tags are the same.
    **options
        `types`, `beta` and `zero_division` of `spanf1.Options`.
    """
    # What was counted is well-formed, or no matter: a span of one token, B-PER between two O.
    shape = shape_of(Ends("O", "B", "B", "O"))
    spans: Counter[SpanKey] = Counter()
    for name, (gold, predicted, correct) in by_type.items():
        spans[SpanKey(name, shape, shape)] = correct
        spans[SpanKey(name, shape, ABSENT)] = gold - correct
        spans[SpanKey(name, ABSENT, shape)] = predicted - correct
    tally = Tally(spans=+spans, tokens=tokens, tags_equal=tokens_correct)
    return Result(tally, Options.of({"scheme": "IOB2", **options}))
