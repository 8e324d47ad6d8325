"""Slices: how good predictions are, by a property of spans, of their sentences, or by a key.

Each span of gold is in one slice, and each predicted one; a span that is right is in that of gold.
So slices are counted as types are: a `Tally` whose types are slices.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from spanf1.core.options import AUTO, LEAST_UNITS, Confidence, Options, Unit
from spanf1.core.scores import FIGURES, AnyScore, f_scores, scores_of
from spanf1.core.tally import SideTally, Tally
from spanf1.core.units import ABSENT, SpanKey, Units, cells_of, fits, rows_of_cells
from spanf1.exceptions import UsageError
from spanf1.mistakes.ledger import CORRECT, Ledger
from spanf1.mistakes.properties import PROPERTIES, Property, Spot
from spanf1.mistakes.texts import KEY, Found, Layout, Mention, Place, Texts, unsaid
from spanf1.render.reported import Reported
from spanf1.resampling.draws import cores
from spanf1.resampling.inference import (
    Interval,
    adjusted,
    bootstrap_p_values,
    bootstrap_values,
    bounds_of,
)
from spanf1.results.certainty import MAX_VALUES, Intervals, meanings, units_of
from spanf1.results.result import Result
from spanf1.results.scored import Scored

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes

    from spanf1.pictures.display import Display
    from spanf1.pictures.look import LookKeywords

FloatArray = npt.NDArray[np.float64]

#: how often what training data says is an entity of each type, by what it says
Train = Mapping[str, Mapping[str, int]]

#: so many slices are compared at most
MOST = 1000

#: the slice of what has no value of a key
NONE = "(none)"

_TRAIN_HINT = (
    "--train FILE has it; in Python train=spanf1.describe(FILE).total.types_of, for training FILE"
)


class Located(NamedTuple):
    """The rows of a ledger with their places and texts, and what is known of their sentences."""

    ledger: Ledger
    texts: Texts
    rows: list[Found]
    layout: Layout
    covered: Mapping[int, int]
    dropped: bool

    @classmethod
    def of(cls, ledger: Ledger, texts: Texts, *, dropped: bool) -> Located:
        """Return those of a ledger; `dropped` says whether tokens without a prediction are."""
        rows = [*texts.of(ledger, np.arange(len(ledger)), 0)]
        spans: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for place, gold, _ in rows:
            if gold is not None:
                spans[place.sentence].append((gold.start, gold.end))
        covered = {sentence: _covered(some) for sentence, some in spans.items()}
        return cls(ledger, texts, rows, texts.layout(), covered, dropped)


def _covered(spans: Iterable[tuple[int, int]]) -> int:
    """Return how many units are in some spans of one sentence."""
    count = last = 0
    for start, end in sorted(spans):
        count += max(0, end - max(start, last))
        last = max(last, end)
    return count


#: the slices of a row's span of gold and of its predicted one; None where there is none, or where
#: its type does not count
Row = tuple[str | None, str | None]


class Sliced(NamedTuple):
    """The slices of spans.

    Attributes
    ----------
    by : str
        The property, or the key.
    text : str
        What that is.
    names : list of str
        The slices that have spans, in order.
    rows : list of list of Row
        Those of the spans of each ledger, row by row.
    """

    by: str
    text: str
    names: list[str]
    rows: list[list[Row]]

    @classmethod
    def of(
        cls,
        parts: Sequence[Located],
        by: str,
        *,
        values: Sequence[Sequence[str | None]] | None = None,
        train: Train | None = None,
        bins: Sequence[int] | None = None,
        types: Sequence[str] | None = None,
    ) -> Sliced:
        """Return the slices of all spans of some types; see `spanf1.Analysis.slices`.

        `values` are those of a key, of each sentence of each part.
        """
        known = PROPERTIES.get(by)
        if train is not None and not (known and known.trains):
            names = ", ".join(name for name, one in PROPERTIES.items() if one.trains)
            raise UsageError(f"slices by {by} need no training data", hint=f"{names} do")
        if bins is not None and not (known and known.bins):
            names = ", ".join(name for name, one in PROPERTIES.items() if one.bins)
            raise UsageError(f"slices by {by} have no bins", hint=f"{names} have")
        if known is None:
            keyed = [*map(_by_key, values or ())]
            rows = [_rows(part, name, types) for part, name in zip(parts, keyed, strict=True)]
            found = sorted(_names_in(rows), key=lambda name: (name == NONE, _natural(name)))
            return cls(by, f"the {by.removeprefix(KEY)} of its sentence, or text", found, rows)
        if known.trains and not hasattr(train, "get"):
            raise UsageError(f"slices by {by} need what training data says", hint=_TRAIN_HINT)
        unit = _unit(parts, known)
        order = known.names
        cuts: tuple[int, ...] = ()
        if not order:
            usual = known.characters if unit == "character" and known.characters else known.bins
            cuts = usual if bins is None else _checked_bins(bins)
            order = _bin_names(cuts)
        named = [_by_property(part, known, train or {}, order, cuts) for part in parts]
        rows = [_rows(part, name, types) for part, name in zip(parts, named, strict=True)]
        there = _names_in(rows)
        text = f"{known.text}, in {unit}s" if known.characters else known.text
        return cls(by, text, [name for name in order if name in there], rows)


def _natural(name: str) -> list[str | int]:
    """Return what puts names in order, numbers in them by what they count."""
    parts = re.split(r"(\d{1,18})", name)
    return [int(part) if place % 2 else part for place, part in enumerate(parts)]


def _names_in(rows: Iterable[Iterable[Row]]) -> set[str]:
    return {name for part in rows for row in part for name in row if name is not None}


def _rows(
    part: Located, name_of: Callable[[int, Place, Mention], str], types: Sequence[str] | None
) -> list[Row]:
    """Return the slices of the rows of a ledger, given what names that of a span of a side."""

    def named(side: int, place: Place, span: Mention | None) -> str | None:
        counts = span is not None and (types is None or span.type in types)
        return name_of(side, place, span) if span is not None and counts else None

    found = []
    right = (part.ledger.kind == CORRECT).tolist()
    for (place, gold, predicted), correct in zip(part.rows, right, strict=True):
        first = named(0, place, gold)
        found.append((first, first if correct else named(1, place, predicted)))
    return found


def _by_key(values: Sequence[str | None]) -> Callable[[int, Place, Mention], str]:
    """Return what names the slice of a span, given the metadata of each sentence, or text."""

    def name_of(_: int, place: Place, __: Mention) -> str:
        value = values[place.sentence - 1]
        return NONE if value is None else value

    return name_of


def _by_property(
    part: Located,
    known: Property,
    train: Train,
    names: Sequence[str],
    cuts: Sequence[int],
) -> Callable[[int, Place, Mention], str]:
    """Return what names the slice of a span by a property of it."""
    sizes = [side.tolist() for side in part.layout.sizes]

    def name_of(side: int, place: Place, span: Mention) -> str:
        size = sizes[side][place.sentence - 1]
        if known.sized and size < 0:
            raise UsageError("it is not known how long the text is", where=str(place))
        if known.reads and not span.text and place.unit != "character":
            raise unsaid(place, dropped=part.dropped)
        covered = part.covered.get(place.sentence, 0)
        trained = train.get(" ".join(span.text.split()), {}) if known.trains else {}
        value = known.of(Spot(*span[:4], size, covered, trained))
        if isinstance(value, str):
            return value
        return names[bisect_right(cuts, value)]

    return name_of


def _unit(parts: Iterable[Located], known: Property) -> str:
    """Return what places count, where the property is a number of these."""
    units = sorted({place.unit for part in parts for place, _, _ in part.rows})
    if known.characters and len(units) > 1:
        raise UsageError(
            f"places are those of {' and of '.join(f'{unit}s' for unit in units)}, which have no "
            "length in common"
        )
    return units[0] if units else "token"


def _checked_bins(bins: Sequence[int]) -> tuple[int, ...]:
    """Return the least numbers of slices, if they can be that."""
    cuts = tuple(bins)
    whole = all(type(cut) is int and cut >= 0 for cut in cuts)
    if not cuts or not whole or sorted({*cuts}) != [*cuts]:
        raise UsageError(
            f"bins are {', '.join(map(str, cuts)) or 'none'}: they are whole numbers, each more "
            "than the one before",
            hint="1,2,5 is for 1, 2-4 and 5+",
        )
    return cuts


def _bin_names(cuts: Sequence[int]) -> tuple[str, ...]:
    """Return what bins are called, given the least number of each; first what is under all."""
    ends = [
        f"{first}" if last == first else f"{first}-{last}"
        for first, last in zip(cuts, (cut - 1 for cut in cuts[1:]), strict=False)
    ]
    return (f"under {cuts[0]}", *ends, f"{cuts[-1]}+")


# Slices, and how they differ.


class Slice(NamedTuple):
    """What predictions are like in one slice.

    Attributes
    ----------
    name : str
        The slice.
    score : Score
        The score of its spans.
    units : int
        How many sentences, or documents, have one.
    difference : float
        Its F less that of all other spans; NaN if one of the two has no span.
    intervals : Intervals, optional
        The intervals of its figures, if there are to be some. Those that cannot be are NaN.
    apart : Interval, optional
        The interval of the difference.
    p_value, p_adjusted : float
        Of the difference, and corrected by Holm for all slices that are compared; NaN without.
    """

    name: str
    score: AnyScore
    units: int
    difference: float
    intervals: Intervals | None = None
    apart: Interval | None = None
    p_value: float = math.nan
    p_adjusted: float = math.nan


@dataclass(frozen=True, repr=False)
class Slices(Reported):
    """How good predictions are in each slice.

    ``str(slices)`` is the table that ``spanf1 errors --by`` prints. A frame and CSV have a row for
    each slice.

    Attributes
    ----------
    by, text : str
        The property, or the key, and what that is.
    slices : sequence of Slice
        The slices that have spans, in order.
    scored : Scored
        All of them, counted as types are.
    units : int
        How many sentences, or documents, there are in all.
    confidence : Confidence, optional
        How intervals are made, with what is drawn; None if there are none.
    too_many : bool
        Whether there are none because there are too many slices for that.
    """

    by: str
    text: str
    slices: Sequence[Slice]
    scored: Scored
    units: int
    confidence: Confidence | None = None
    too_many: bool = False

    _reporter = "spanf1.mistakes.slices_report", "report_of"

    def __repr__(self) -> str:
        said = (f"{one.name} {one.score.fbeta:.4f}" for one in self)
        return f"Slices({self.by}: {', '.join(said)})"

    def __iter__(self) -> Iterator[Slice]:
        return iter(self.slices)

    def __len__(self) -> int:
        return len(self.slices)

    def __getitem__(self, name: str) -> Slice:
        for one in self:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def alpha(self) -> float:
        """The p-value below which a slice differs from all other spans."""
        return round(1 - self.confidence.level, 12) if self.confidence else 0.0

    @property
    def compared(self) -> int:
        """How many slices are compared with all other spans."""
        return sum(not math.isnan(one.p_value) for one in self)

    @property
    def differing(self) -> list[str]:
        """The slices that differ from all other spans, beyond noise."""
        return [one.name for one in self if one.p_adjusted < self.alpha]

    def plot(
        self, ax: Axes | None = None, *, limit: int | None = None, **look: Unpack[LookKeywords]
    ) -> Display:
        """Draw bars of the F of each slice, and return a `SliceDisplay`.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own, `Display.figure_`.
        limit : int, optional
            How many slices to draw at most, those with most gold spans; 40 by default.
        **look
            Of a figure of its own: ``width`` in centimetres, or ``column`` or ``page``;
            ``font_size`` in points; ``font``, the name of an installed one.

        Raises
        ------
        UsageError
            If matplotlib is not installed, or there is nothing to draw.
        """
        # By its name, as it knows this module.
        display = import_module("spanf1.mistakes.picture").SliceDisplay
        return cast("Display", display.from_slices(self, ax, limit=limit, **look))

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data that JSON can carry; scores are fractions of 1."""
        about: dict[str, Any] = {"by": self.by, "text": self.text, "units": self.units}
        if how := self.confidence:
            about |= {"confidence": {**asdict(how), "alpha": self.alpha, "correction": "holm"}}
        return {**about, "slices": [_as_data(one) for one in self]}


def _as_data(one: Slice) -> dict[str, Any]:
    """Return a slice as plain data."""
    row = {"slice": one.name, **one.score._asdict(), "units": one.units}
    row = {**row, "difference": one.difference}
    if one.intervals and one.apart:
        ends = {**one.intervals._asdict(), "difference": one.apart}
        row["intervals"] = {
            name: None if math.isnan(interval.low) else [*interval]
            for name, interval in ends.items()
        }
        row |= {"p_value": one.p_value, "p_adjusted": one.p_adjusted}
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in row.items()
    }


def slices_of(
    parts: Sequence[Located], sliced: Sliced, result: Result, confidence: Confidence | None
) -> Slices:
    """Return how good predictions are in slices.

    Parameters
    ----------
    parts : sequence of Located
        The spans.
    sliced : Sliced
        Their slices.
    result : Result
        The score of all of them.
    confidence : Confidence, optional
        How intervals are made, if there are to be some.

    Raises
    ------
    UsageError
        If there is nothing to resample.
    """
    unit = confidence.unit if confidence else AUTO
    tally = _tally(parts, sliced, result.tally, unit)
    how = result.options
    # Names that are given keep their order.
    options = Options(
        types=tuple(sliced.names) or "union", beta=how.beta, zero_division=how.zero_division
    )
    scored = Scored(tally, options)
    units = units_of(tally, options, unit)
    numbers = {name: number for number, name in enumerate(sliced.names)}
    cells = cells_of([(units, meanings(units, numbers, scored.schemes, "lenient"))], len(numbers))
    held = np.bincount(cells.place, cells.weight[cells.row], len(numbers)).astype(np.int64).tolist()
    sums = np.array([one.counts for one in scored.types.values()], np.float64).reshape(-1, 3)
    observed = _figures(sums, how.beta)
    made = [
        Slice(name, score, count, float(values[-1]))
        for (name, score), count, values in zip(scored.types.items(), held, observed, strict=True)
    ]
    found = Slices(sliced.by, sliced.text, made, scored, units.count)
    if confidence is None or not made:
        return found
    fitting = fits(cells, len(made)) and observed.size * confidence.resamples <= MAX_VALUES
    if len(made) > MOST or not fitting:
        return replace(found, too_many=True)
    rows = rows_of_cells(cells, 1, len(made), units.kind)
    counts = rows.counts[:, 0]
    # How many units have spans of all other slices.
    others = rows.weight @ ((counts.sum(axis=1, keepdims=True) - counts) > 0).any(axis=-1)
    drawn_from = np.minimum(held, others)

    def statistic(sums: npt.NDArray[Any]) -> FloatArray:
        return _figures(sums, how.beta)

    values = bootstrap_values(
        counts,
        rows.weight,
        statistic,
        confidence.resamples,
        confidence.seed,
        threads=cores(),
    )
    ends = np.stack(bounds_of(values, counts, rows.weight, statistic, confidence), axis=-1)
    # All resamples of one unit are the same.
    ends[np.array(held) < LEAST_UNITS] = np.nan
    ends[drawn_from < LEAST_UNITS, -1] = np.nan
    p_values = bootstrap_p_values(values[..., -1], observed[..., -1])
    # Of so few units, no fewer ways to choose them can be as extreme.
    p_values = np.maximum(p_values, 2.0 ** (1 - drawn_from))
    p_values[drawn_from < LEAST_UNITS] = np.nan
    corrected = adjusted(p_values, "holm")
    tested = []
    for one, bounds, p_value, p_adjusted in zip(made, ends, p_values, corrected, strict=True):
        *own, apart = (Interval(float(low), float(high)) for low, high in bounds)
        tested.append(
            one._replace(
                intervals=Intervals(*own),
                apart=apart,
                p_value=float(p_value),
                p_adjusted=float(p_adjusted),
            )
        )
    drawn = replace(confidence, unit=cast(Unit, units.kind))
    return replace(found, slices=tested, confidence=drawn)


def _figures(sums: npt.NDArray[Any], beta: float) -> FloatArray:
    """Return the figures of slices, and last their F less that of all other spans.

    What has no span has no F: such a resample says nothing of it.

    Parameters
    ----------
    sums : array of shape (..., slices, counts)
        The counts of each slice.
    beta : float
        The beta of F.
    """
    sums = np.asarray(sums, np.float64)
    own = scores_of(sums, beta=beta, zero_division=math.nan)
    rest = f_scores(sums.sum(axis=-2, keepdims=True) - sums, beta=beta, zero_division=math.nan)
    difference = own[..., FIGURES.index("fbeta")] - rest
    return np.concatenate([own, difference[..., None]], axis=-1)


def _tally(parts: Sequence[Located], sliced: Sliced, scored: Tally, unit: str) -> Tally:
    """Return the tally whose types are slices, with its units."""
    begun = [int(part.layout.documents.max(initial=-1)) + 1 for part in parts]
    by_document = unit == "document"
    if unit == AUTO:
        by_document = max(begun) > 1 or (len(parts) > 1 and scored.documents > 1)
    keys: dict[SpanKey, int] = {}
    codes: list[int] = []
    owners: list[int] = []
    base = 0
    for part, rows in zip(parts, sliced.rows, strict=True):
        units = part.layout.documents if by_document else part.layout.sentences
        numbers = units.tolist()
        right = (part.ledger.kind == CORRECT).tolist()
        for (place, _, _), row, correct in zip(part.rows, rows, right, strict=True):
            for key in _keys(row, correct=correct):
                codes.append(keys.setdefault(key, len(keys)))
                owners.append(base + numbers[place.sentence - 1])
        base += int(units.max(initial=-1)) + 1
    owner, code = np.array(owners, np.intp), np.array(codes, np.intp)
    made = Units(
        "document" if by_document else "sentence",
        tuple(keys),
        np.bincount(owner, minlength=base),
        code[np.argsort(owner, kind="stable")],
        np.ones(base, np.int64),
    )
    found = Counter(codes)
    return Tally(
        Counter({key: found[number] for key, number in keys.items()}),
        SideTally(tagged=False),
        SideTally(tagged=False),
        tokens=scored.tokens,
        sentences=scored.sentences,
        documents=scored.documents,
        units=made,
    )


def _keys(row: Row, *, correct: bool) -> Iterator[SpanKey]:
    """Yield what the spans of a row of a ledger are counted by."""
    gold, predicted = row
    if correct and gold is not None:
        yield SpanKey(gold, 0, 0)
        return
    if gold is not None:
        yield SpanKey(gold, 0, ABSENT)
    if predicted is not None:
        yield SpanKey(predicted, ABSENT, 0)
