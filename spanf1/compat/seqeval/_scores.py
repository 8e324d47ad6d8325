"""Entities to counts, counts to figures, figures to a report: the arithmetic in seqeval's order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.compat.seqeval._notices import warn, warn_no_tags, warn_undefined
from spanf1.compat.seqeval.reporters import DictReporter, StringReporter
from spanf1.compat.seqeval.scheme import (
    IOB2,
    OUTSIDE,
    Sentences,
    StrictReader,
    Token,
    auto_detect,
    flat_numbers,
    or_outside,
    separators_of,
)
from spanf1.core.matching import match_spans
from spanf1.core.schemes import PREFIX_BITS
from spanf1.core.seqeval import default_spans, default_walk, letter_number
from spanf1.core.spans import Spans
from spanf1.core.tags import UNTYPED, IntArray
from spanf1.formats.lists import Numbering

#: tags that need no type, and how the others begin, or end where the letter comes last
_BARE = frozenset("OBIES")
_BEGINNINGS = ("B-", "I-", "E-", "S-")
_ENDINGS = ("-B", "-I", "-E", "-S")

WARN = "warn"
AVERAGES = ("micro", "macro", "weighted")
FIGURES = ("precision", "recall", "f-score")

#: no sum of so many weights overflows
_HEAVIEST = 1e290
#: up to here, floats tell all integers apart
_EXACT = 2**53

Array = npt.NDArray[Any]
#: precision, recall, F-score and support: arrays by type, or one figure each
Scores = tuple[Any, Any, Any, Any]


# Entities.


class Sides(NamedTuple):
    """The entities of both sides, in the flat sequence of all tags and an O after each sentence."""

    gold: Spans
    predicted: Spans
    #: the types' names by number
    names: list[str]
    #: where in the flat sequence the tags O stand
    separators: IntArray


def split_tag(tag: str, *, suffix: bool) -> tuple[str, str]:
    """Return the letter and the type of a tag as seqeval's default splits it."""
    if suffix:
        return tag[-1], tag[:-1].rsplit("-", maxsplit=1)[0] or UNTYPED
    return tag[0], tag[1:].split("-", maxsplit=1)[-1] or UNTYPED


def _default_codes(numbering: Numbering, *, suffix: bool) -> tuple[list[int], list[str]]:
    """Return the code of each number, and the types' names; warn of tags that are none."""
    types = {UNTYPED: 0}
    codes, strange = [], []
    for tag in numbering:
        fits = tag.endswith(_ENDINGS) if suffix else tag.startswith(_BEGINNINGS)
        if not fits and tag not in _BARE:
            strange.append(tag)
        letter, name = split_tag(or_outside(tag), suffix=suffix)
        number = types.setdefault(name, len(types))
        codes.append(number << PREFIX_BITS | letter_number(letter))
    warn_no_tags(strange)
    return codes, [*types]


def default_entities(tags: Sentences, *, suffix: bool) -> list[tuple[str, int, int]]:
    """Return type, first and last token of each entity, in the flat sequence."""
    numbering = Numbering({OUTSIDE: 0})
    numbers = flat_numbers(tags, separators_of(tags), numbering)
    codes, names = _default_codes(numbering, suffix=suffix)
    start, end, kind, _ = default_spans(np.array(codes, np.int32)[numbers])
    types = map(names.__getitem__, kind.tolist())
    return [*zip(types, start.tolist(), (end - 1).tolist(), strict=True)]


def default_sides(y_true: Sentences, y_pred: Sentences, *, suffix: bool) -> Sides:
    """Return the entities of sides whose sentences are of the same lengths."""
    numbering = Numbering({OUTSIDE: 0})
    separators = separators_of(y_true)
    numbers = [flat_numbers(side, separators, numbering) for side in (y_true, y_pred)]
    codes, names = _default_codes(numbering, suffix=suffix)
    by_number = np.array(codes, np.int32)
    gold, predicted = (default_spans(by_number[side]) for side in numbers)
    return Sides(gold, predicted, names, separators)


# Counts.


class Sums(NamedTuple):
    """Entities by type, in alphabetical order of the types' names."""

    names: list[str]
    predicted: Array
    correct: Array
    gold: Array


def weights_of(sample_weight: Any, sentences: int) -> Array | None:
    """Return the weights of the sentences, or None if they are all the same.

    Raises
    ------
    TypeError
        If they are no numbers.
    ValueError
        If there is not one for each sentence, none of them negative, and one positive.
    """
    if sample_weight is None:
        return None
    values = _floats(sample_weight)
    if values.shape != (sentences,):
        raise ValueError(
            f"sample_weight is to have one weight for each of the {sentences} sentences; "
            f"its shape is {values.shape}"
        )
    if not ((values >= 0) & (values <= _HEAVIEST)).all():
        raise ValueError(
            "sample_weight is to have no weight that is negative, infinite, NaN, or above "
            f"{_HEAVIEST:g}"
        )
    if not sentences or (values == values[0]).all():
        if sentences and not values[0]:
            raise ValueError("sample_weight is to have a weight that is not 0")
        return None
    return values


def _floats(sample_weight: Any) -> Array:
    """Return numbers as an array of floats; numpy alone would take None, text and dates too."""
    try:
        weights = np.asarray(sample_weight)
        if weights.dtype.kind in "biuf":
            return weights.astype(np.float64)
        if weights.dtype.kind == "O" and None not in weights:
            return np.array([*map(float, weights)])
    except (TypeError, ValueError, OverflowError):
        pass
    raise TypeError("sample_weight is to be a list or an array of numbers, one for each sentence")


def sums_of(sides: Sides, weights: Array | None = None) -> Sums:
    """Count the entities that are right, predicted, and in gold.

    An entity has the weight of its sentence: that in which it ends.
    """
    gold, predicted, names, separators = sides
    size = len(names)

    def count(spans: Spans, some: Any = slice(None)) -> Array:
        if weights is None:
            return np.bincount(spans.type[some], minlength=size)
        shares = weights[np.searchsorted(separators, spans.end[some])]
        return _whole(np.bincount(spans.type[some], shares, minlength=size))

    there = np.zeros(size, np.bool_)
    there[gold.type] = there[predicted.type] = True
    types = sorted(np.flatnonzero(there).tolist(), key=names.__getitem__)
    same, _ = match_spans(gold, predicted)
    return _sums(
        [names[number] for number in types],
        *(
            counts[np.array(types, np.intp)]
            for counts in (count(predicted), count(gold, same), count(gold))
        ),
    )


def few_sums(y_true: Sentences, y_pred: Sentences, suffix: bool) -> Sums:
    """Count the entities of so few tags that arrays would take longer, by the default reading."""
    numbering = Numbering({OUTSIDE: 0})
    number = numbering.__getitem__
    sides = [
        [*chain.from_iterable((*map(number, tags), 0) for tags in side)]
        for side in (y_true, y_pred)
    ]
    codes, names = _default_codes(numbering, suffix=suffix)
    gold, predicted = (default_walk([codes[tag] for tag in side]) for side in sides)
    rows: dict[int, list[int]] = {}
    for column, entities in enumerate((predicted, {*predicted}.intersection(gold), gold)):
        for _, _, kind in entities:
            rows.setdefault(kind, [0, 0, 0])[column] += 1
    types = sorted(rows, key=names.__getitem__)
    counts = np.array([[rows[kind][column] for kind in types] for column in range(3)], np.intp)
    return _sums([names[kind] for kind in types], *counts)


def sums_of_entities(entities: Sequence[Any], weights: Array | None = None) -> Sums:
    """Count the entities that the `Entities` of gold and of predicted tags hold."""
    entities_true, entities_pred = entities

    def count(some: Collection[Any]) -> Any:
        if weights is None:
            return len(some)
        return sum(weights[entity.sent_id] for entity in some)

    names = sorted(entities_true.unique_tags | entities_pred.unique_tags)
    rows = []
    for name in names:
        gold, predicted = entities_true.filter(name), entities_pred.filter(name)
        rows.append([count(predicted), count(gold & predicted), count(gold)])
    return _sums(names, *(_whole(np.array(column)) for column in np.array(rows).reshape(-1, 3).T))


def _sums(names: list[str], predicted: Array, correct: Array, gold: Array) -> Sums:
    """Return the sums; where there are no types, seqeval's arrays are of 32 bits."""
    kind = None if names else np.int32
    return Sums(names, *(np.asarray(counts, kind) for counts in (predicted, correct, gold)))


def _whole(counts: Array) -> Array:
    """Return sums of weights as integers if they are all whole."""
    if (counts < _EXACT).all() and (counts == np.floor(counts)).all():
        return counts.astype(np.int64)
    return counts


# The strict mode where no scheme is given.


def detected(y_true: Sentences, y_pred: Sentences, suffix: bool) -> type[Token]:
    """Return the scheme of the gold tags; of the predicted ones where gold has no entity."""
    for side in (y_true, y_pred):
        tags = dict.fromkeys(chain.from_iterable(side))
        if tags.keys() - {OUTSIDE, ""}:
            return auto_detect([tags], suffix)
    return IOB2


@contextmanager
def without_a_scheme(way_out: str = "") -> Iterator[None]:
    """Say beside an error what else there is to do where no scheme was given."""
    try:
        yield
    except (KeyError, ValueError) as error:
        error.add_note(f"no scheme was given; scheme=IOB1, for example, gives one{way_out}")
        raise


def detected_aloud(
    y_true: Sentences, y_pred: Sentences, suffix: bool, way_out: str = ""
) -> type[Token]:
    """Return the scheme that is `detected`, and say so, and what else there is to do."""
    scheme = detected(y_true, y_pred, suffix)
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
    with nullcontext() if scheme else without_a_scheme(way_out):
        used = scheme or detected_aloud(y_true, y_pred, suffix, way_out)
        reader, separators = StrictReader(used, suffix=suffix), separators_of(y_true)
        gold, predicted = reader.read(y_true, separators), reader.read(y_pred, separators)
        return sums_of(Sides(gold, predicted, reader.names, separators), weights)


def warn_of_scheme(scheme: Any) -> None:
    """Warn of a scheme that is given where no scheme is asked for."""
    if scheme:
        name = getattr(scheme, "__name__", scheme)
        warn(f"scheme={name} has no effect without mode='strict': every entity counts")


# Figures.


def check_options(average: str | None, beta: float) -> None:
    """Raise `ValueError` if one of them is none of seqeval's."""
    if beta < 0:
        raise ValueError("beta should be >=0 in the F-beta score")
    if average not in (options := (None, *AVERAGES)):
        raise ValueError(f"average has to be one of {options}")


def scores(
    sums: Sums,
    *,
    average: str | None,
    warn_for: Collection[str],
    beta: float,
    zero_division: Any,
    notes: list[str],
) -> Scores:
    """Return precision, recall, F-beta and support; `notes` is given what there is to warn of.

    Each operation is that of seqeval on the same types, and the order is the same: so is the
    last bit.
    """
    _, predicted, correct, gold = sums
    if average == "micro":
        predicted, correct, gold = (np.array([counts.sum()]) for counts in sums[1:])
    options = {"warn_for": warn_for, "zero_division": zero_division, "notes": notes}
    precision = ratio(correct, predicted, "precision", "predicted", **options)
    recall = ratio(correct, gold, "recall", "true", **options)
    neither = (predicted == 0) & (gold == 0)
    if zero_division == WARN and warn_for == ("f-score",) and neither.any():
        notes.append(undefined("F-score is", "true nor predicted", len(gold)))
    f_score = _f_score(precision, recall, beta)
    if average is None:
        return precision, recall, f_score, gold
    weights = gold if average == "weighted" else None
    if weights is not None and weights.sum() == 0:
        nothing = instead(zero_division)
        other = 0.0 if predicted.sum() else nothing
        return other, nothing, other, sum(gold)
    mean = partial(np.average, weights=weights)
    if not len(gold):
        # A mean of nothing is NaN, of which numpy warns: once is enough.
        precision = recall = f_score = np.atleast_1d(mean(precision))
    return mean(precision), mean(recall), mean(f_score), sum(gold)


def instead(zero_division: Any) -> float:
    """Return what 0/0 is."""
    return 0.0 if zero_division in (WARN, 0) else 1.0


def ratio(
    part: Array,
    whole: Array,
    figure: str,
    what: str,
    *,
    warn_for: Collection[str],
    zero_division: Any,
    notes: list[str],
    average: str | None = None,
) -> Array:
    """Return a ratio, and note where it is 0/0: of which figure, and what there is none of."""
    nothing = whole == 0.0
    if not nothing.any():
        quotient: Array = part / whole
        return quotient
    quotient = part / np.where(nothing, whole.dtype.type(1), whole)
    quotient[nothing] = instead(zero_division)
    if zero_division == WARN and figure in warn_for:
        both = "f-score" in warn_for
        subject = f"{figure.title()} and F-score are" if both else f"{figure.title()} is"
        notes.append(undefined(subject, what, len(whole), average))
    return quotient


def undefined(subject: str, what: str, size: int, average: str | None = None) -> str:
    """Return what seqeval says of figures, so many of them, that are 0/0."""
    of, by = ("label", "sample") if average == "samples" else ("sample", "label")
    where = "due to" if size == 1 else f"in {by}s with"
    return (
        f"{subject} ill-defined and being set to 0.0 {where} no {what} {of}s. "
        "Use `zero_division` parameter to control this behavior."
    )


def _f_score(precision: Array, recall: Array, beta: float) -> Array:
    if np.isposinf(beta):
        return recall
    weight = beta**2
    below: Array = weight * precision + recall
    below[below == 0.0] = 1
    f_score: Array = (1 + weight) * precision * recall / below
    return f_score


def mean_of(average: str | None, sentences: int) -> str | None:
    """Return an average, or, where there are no sentences, the one that is 0/0 and not NaN."""
    return average if sentences else average and "micro"


def report(
    sums: Sums, sentences: int, *, digits: int, output_dict: bool, zero_division: Any
) -> Any:
    """Return the report as text or as a dict: a row for each type, and the averages."""
    notes: list[str] = []
    ask = partial(
        scores, sums, warn_for=FIGURES, beta=1.0, zero_division=zero_division, notes=notes
    )
    types = [(name, figures) for name, *figures in zip(sums.names, *ask(average=None), strict=True)]
    # Without types, text has no mean of nothing.
    there = sentences if output_dict else len(sums.names)
    averages = [(f"{average} avg", [*ask(average=mean_of(average, there))]) for average in AVERAGES]
    reporter: DictReporter | StringReporter
    if output_dict:
        reporter = DictReporter()
    else:
        width = max(*map(len, sums.names), len("weighted avg"), digits)
        reporter = StringReporter(width=width, digits=digits)
    for rows in filter(None, (types, averages)):
        for name, (precision, recall, f_score, support) in rows:
            # Weights may make fractions of it.
            fraction = isinstance(support, float) and not output_dict
            shown_support = round(support, digits) if fraction else support
            reporter.write(name, precision, recall, f_score, shown_support)
        reporter.write_blank()
    warn_undefined(notes)
    return reporter.report()
