"""Tokens read, of inputs and of what is in memory: tags and, where these are none, labels."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

import numpy as np

from spanf1.core.options import Confidence, Options
from spanf1.core.schemes import PREFIXES
from spanf1.core.tags import FORMS, UNTYPED, WHOLE, Spelling, TagSets, tag_sets
from spanf1.exceptions import AlignmentError, InputError, LayoutError, TagError, UsageError
from spanf1.formats.columns.tags import ColumnPair
from spanf1.formats.labels import IGNORE_INDEX, Labels
from spanf1.formats.lists import GOLD, MASK, NAN_ID, PREDICTED, ArrayReader, ListReader, ids_of
from spanf1.formats.opening import TagPair, tag_pair
from spanf1.formats.registry import Inputs
from spanf1.levels.results import TokenResult
from spanf1.levels.tokens import TokenTally, tally_labels, tally_tokens
from spanf1.wording import many, shortened

T = TypeVar("T")

# The kinds of arrays of NumPy, and pandas, that may hold texts.
_TEXTS = ("U", "O", "T")

# So many figures of classes are kept of resamples at most.
_MOST_VALUES = 1 << 22

_WRITTEN_HINT = "as_written (--as-written) takes each for a label as it is written"


def tokens_of_inputs(
    inputs: Inputs,
    options: Options,
    *,
    confidence: Confidence | None = None,
    units: str = "",
    as_written: bool = False,
) -> TokenResult:
    """Return the scores of the tokens of gold and predictions.

    Parameters
    ----------
    inputs : Inputs
        What is to be read of them.
    options : Options
        How it is read.
    confidence : Confidence, optional
        How intervals are made.
    units : str
        What the counts are kept of, where that is not what intervals need.
    as_written : bool
        Whether tags are labels as they are written, with their prefixes.

    Raises
    ------
    InputError, UsageError
        If an input cannot be read, or has no tags side by side.
    """
    inputs = inputs._replace(missing=options.missing)
    units = confidence.unit if confidence else units

    def read(spellings: Sequence[Spelling]) -> tuple[TagSets, tuple[TagPair, TokenTally]]:
        again = inputs.again()
        reader, tags = tag_pair(again), tag_sets(*spellings)
        if reader is None:
            raise no_tokens()
        return tags, (reader, tally_tokens(reader, tags, units))

    reader, tally = _tags_or_labels(inputs.spellings, read, as_written=as_written)
    if isinstance(reader, ColumnPair) and not tally.prefixed:
        _check_header(reader, tally)
    return _checked(TokenResult(tally, options, reader.origin(), confidence))


def _check_header(reader: ColumnPair, tally: TokenTally) -> None:
    """Raise an error if the first line of labels seems to name the columns: any word is a label."""
    origin, names = reader.origin(), []
    columns = (reader.files[0], origin.gold_column), (reader.files[-1], origin.pred_column)
    for side, (file, column) in enumerate(columns):
        layout = file.layout
        if layout is None or not layout.may_be_named(column - 1):
            continue
        name = layout.names[column - 1]
        if sum(n for cell, n in tally.cells.items() if cell[side].type == name) == 1:
            names.append((layout.names_line, file.source, name, ("gold", "pred")[side]))
    if names:
        line, source, name, side_name = names[0]
        raise LayoutError(
            f"{shortened(name)} may be a label, or what the column is called",
            where=source.where(line),
            hint=f"--{side_name}-column {name}: it is its name; without that line it is no label",
        )


def tokens_of_lists(
    gold: Any,
    predicted: Any,
    spellings: Callable[[Labels | None], Sequence[Spelling]],
    options: Options,
    *,
    labels: Labels | None = None,
    ignore_index: int = IGNORE_INDEX,
    mask: Any = None,
    confidence: Confidence | None = None,
    as_written: bool = False,
) -> TokenResult:
    """Return the scores of tags, label ids, or labels of any kind, in lists or arrays.

    Parameters
    ----------
    gold, predicted : sequence, or array
        One for each token, or a sequence of these for each sentence.
    spellings : callable
        Returns what is said of how the tags of the sides are written, with the labels of numbered
        ones, if there are some.
    labels, ignore_index, mask
        As for `spanf1.evaluate`; without labels, ids are labels themselves.
    options, confidence, as_written
        As for `tokens_of_inputs`.

    Raises
    ------
    InputError, UsageError
        If they are of another form, or do not fit together.
    """
    units = confidence.unit if confidence else ""
    gold, predicted = _listed(gold, GOLD), _listed(predicted, PREDICTED)
    flat = _is_flat(gold)
    if flat != _is_flat(predicted) and not _is_flat_logits(predicted, flat=flat):
        raise UsageError(f"one of {GOLD} and {PREDICTED} is a single row of labels, the other rows")
    gold, predicted, mask = (_rows(side, flat=flat) for side in (gold, predicted, mask))
    texts = _has_texts(gold) or _has_texts(predicted)
    if labels is None and not texts:
        given = spellings(None)[0]
        if given.form or given.masked or options.missing != "error":
            raise UsageError(
                "tag_form, mask_tags and missing are for tags, and these are label ids",
                hint="labels=[...] says which tag each id is; ignore_index and mask leave out some",
            )
        tally = _tally_of_ids(
            gold, predicted, ignore_index, mask, outside=given.outside, units=units
        )
        return _checked(TokenResult(tally, options, None, confidence))
    if texts and (mask is not None or ignore_index != IGNORE_INDEX):
        raise UsageError("mask and ignore_index are for label ids, and these are texts")

    def read(spellings: Sequence[Spelling]) -> tuple[TagSets, TokenTally]:
        tags = tag_sets(*spellings)
        reader: ListReader | ArrayReader
        if texts or labels is None:
            reader = ListReader(gold, predicted, options.missing)
        else:
            reader = ArrayReader(
                gold,
                predicted,
                labels,
                ignore_index=ignore_index,
                mask=mask,
                missing=options.missing,
            )
        if options.missing != "error":
            tags[1].allow_missing()
        return tags, tally_tokens(reader, tags, units)

    said = spellings(labels if texts else None)
    tally = _tags_or_labels(said, read, as_written=as_written)
    return _checked(TokenResult(tally, options, None, confidence))


def no_tokens() -> UsageError:
    """Return the error for spans of texts, or on several levels: tokens do not have one tag."""
    return UsageError(
        "level token is for tags side by side, in one format and one column a side, and these are "
        "spans of texts, or nested",
        hint="match character (--match character) counts the characters of spans, by type",
    )


def _tags_or_labels(
    spellings: Sequence[Spelling],
    read: Callable[[Sequence[Spelling]], tuple[TagSets, T]],
    *,
    as_written: bool,
) -> T:
    """Return what is read as tags; where some fit no scheme, and none looks like one, as labels."""
    whole = [spelling._replace(form=WHOLE) for spelling in spellings]
    given = [spelling.form for spelling in spellings if spelling.form]
    if as_written:
        if given:
            raise UsageError("tag_form says what is a prefix, and as_written that there is none")
        return read(whole)[1]
    try:
        return read(spellings)[1]
    except TagError as error:
        if given:
            raise
        try:
            tags, made = read(whole)
        except InputError:
            raise error from None
        for label in (label for side in tags for label in side.codes):
            if _looks_tagged(label):
                # A tag that may be one of tokens that do not count is no label.
                hint = error.hint if error.hint and "--mask" in error.hint else _WRITTEN_HINT
                raise TagError(error.message, where=error.where, hint=hint) from None
        return made


def _looks_tagged(label: str) -> bool:
    """Return whether a label may be a tag: B-PER, PER_I."""
    parsed = [form.parse(label) for form in FORMS.values() if not form.lower]
    return any(tag and PREFIXES[tag[0]] in "BI" and tag[1] != UNTYPED for tag in parsed)


def _checked(result: TokenResult) -> TokenResult:
    """Return a result, unless no intervals can be made of it as they are asked for."""
    how = result.confidence
    classes = len(result.classes)
    if how and how.resamples * classes > _MOST_VALUES:
        raise UsageError(
            f"{how.resamples} resamples of {classes} classes are too many",
            hint=f"resamples (--resamples) {max(_MOST_VALUES // classes, 1)} are not",
        )
    return result


def _listed(side: Any, name: str) -> Any:
    """Return a list, or what has a shape, with what something holds.

    Raises
    ------
    UsageError
        If it holds no labels.
    """
    if hasattr(side, "to_pylist"):
        side = side.to_pylist()
    elif hasattr(side, "to_numpy"):
        side = side.to_numpy()
    if isinstance(side, list | tuple) and hasattr(next(iter(side), None), "item"):
        # numbers of NumPy, and tensors without an axis
        side = [one.item() if len(getattr(one, "shape", ())) == 0 else one for one in side]
    if not isinstance(side, list | tuple) and not hasattr(side, "shape"):
        raise UsageError(
            f"{name} is to be a list or an array of labels, one for each token, or of rows of them",
            hint=f"list({name}), if it is a generator",
        )
    dtype = getattr(side, "dtype", None)
    return side.tolist() if getattr(dtype, "kind", "") in _TEXTS else side


def _is_flat(side: Any) -> bool:
    """Return whether labels stand in one row, not in rows of sentences."""
    if hasattr(side, "shape"):
        return len(side.shape) == 1
    first = next(iter(side), None)
    return isinstance(first, str) or not (hasattr(first, "__len__") or hasattr(first, "shape"))


def _is_flat_logits(side: Any, *, flat: bool) -> bool:
    """Return whether there are logits for each label of a single row."""
    return flat and len(getattr(side, "shape", ())) == 2


def _rows(side: Any, *, flat: bool) -> Any:
    """Return labels in rows: lists of texts, or what `ids_of` takes."""
    if side is None or not flat:
        return side
    return side[None] if hasattr(side, "shape") else [side]


def _has_texts(side: Any) -> bool:
    """Return whether rows of labels begin with a text."""
    if not isinstance(side, list | tuple):
        return False
    return isinstance(next((row[0] for row in side if len(row)), None), str)


def _tally_of_ids(
    gold: Any,
    predicted: Any,
    ignore_index: int,
    mask: Any,
    *,
    outside: Collection[str],
    units: str,
) -> TokenTally:
    """Return the tally of ids that are labels themselves.

    Raises
    ------
    AlignmentError
        If there are not as many on both sides, or a prediction is the id that is ignored.
    TagError
        If a logit is NaN.
    """
    left = ids_of(gold, MASK if _is_bool(gold) else GOLD)
    shape: tuple[int, ...] = tuple(getattr(predicted, "shape", ()))
    labels = shape[-1] if len(shape) == len(getattr(gold, "shape", (0, 0))) + 1 else 0
    right = ids_of(predicted, MASK if _is_bool(predicted) else PREDICTED, labels)
    if left.lengths.tolist() != right.lengths.tolist():
        raise AlignmentError(
            f"{GOLD} has {many(len(left.flat), 'label')} in {many(len(left.lengths), 'row')}, "
            f"{PREDICTED} {len(right.flat)} in {len(right.lengths)}"
        )
    kept = left.flat != ignore_index
    if mask is not None:
        chosen = ids_of(mask, MASK)
        if chosen.lengths.tolist() != left.lengths.tolist():
            raise AlignmentError(f"{MASK} is not of the shape of {GOLD}")
        kept &= chosen.flat.astype(np.bool_)
    wrong = np.flatnonzero(kept & ((right.flat == ignore_index) | (right.flat == np.int64(NAN_ID))))
    if len(wrong):
        place = int(wrong[0])
        if int(right.flat[place]) == NAN_ID:
            raise TagError("one of the logits is NaN", where=f"label {place + 1}")
        raise AlignmentError(
            f"{PREDICTED} is {ignore_index} at label {place + 1}, and {GOLD} is not",
            hint="ignore_index is what gold has where a label does not count",
        )
    rows = np.repeat(np.arange(len(left.lengths)), left.lengths)[kept]
    lengths = np.bincount(rows, minlength=len(left.lengths))
    return tally_labels(left.flat[kept], right.flat[kept], lengths, outside=outside, units=units)


def _is_bool(side: Any) -> bool:
    """Return whether an array holds truth values."""
    return str(getattr(side, "dtype", "")).endswith("bool")
