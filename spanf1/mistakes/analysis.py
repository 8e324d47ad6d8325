"""An analysis of predictions: a ledger of spans with their texts, confusions, what errors cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from spanf1.core.options import Confidence, confidence_from
from spanf1.core.scores import TypeCounts, score
from spanf1.core.tags import IntArray
from spanf1.exceptions import UsageError, check_known
from spanf1.mistakes.ledger import HOWS, KINDS, Confusion, Ledger, Mended, mended_counts
from spanf1.mistakes.texts import Key, Mention, Place, Texts, unsaid
from spanf1.render.reported import Reported
from spanf1.results.result import Result
from spanf1.wording import and_others, shortened

if TYPE_CHECKING:
    from spanf1.mistakes.slices import Located, Sliced, Slices, Train
    from spanf1.pages.data import SliceColumns

if TYPE_CHECKING:
    from typing import Unpack

    from matplotlib.axes import Axes

    from spanf1.mistakes.picture import ConfusionDisplay
    from spanf1.pictures.look import LookKeywords

#: how many tokens are shown on each side of a span
AROUND = 5
#: the orders that entries may come in
SORTS = ("place", "frequency")


class Entry(NamedTuple):
    """A row of a ledger: a span of gold, a predicted one, or two that are put together.

    Attributes
    ----------
    kind : str
        ``correct``, ``type``, ``boundary``, ``type and boundary``, ``missed`` or ``spurious``.
    how : str
        How boundaries differ: ``early``, ``late``, ``long``, ``short``, ``gaps``, ``split`` or
        ``merged``; empty if they do not. Of what is missed or spurious, ``merged`` or ``split``
        where it shares units with a span that has another partner.
    gold, predicted : Mention, optional
        The spans; None where there is none.
    place : Place
        Where it is, in the file of gold.
    times : int
        How often there is the same, where equal ones are taken together.
    """

    kind: str
    how: str
    gold: Mention | None
    predicted: Mention | None
    place: Place
    times: int = 1

    @property
    def spans(self) -> list[Mention]:
        """The spans that there are."""
        return [span for span in (self.gold, self.predicted) if span is not None]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data that JSON can carry."""
        sides = ("gold", self.gold), ("predicted", self.predicted)
        return {
            "kind": self.kind,
            "how": self.how or None,
            **{name: None if span is None else span._asdict() for name, span in sides},
            **self.place._asdict(),
            "times": self.times,
        }


class Part(NamedTuple):
    """The ledger of one input, and what knows the texts of its spans."""

    ledger: Ledger
    texts: Texts

    def entries(self, rows: IntArray, around: int) -> Iterator[Entry]:
        """Yield some rows with their texts, and so many tokens around them."""
        kinds, hows = [*KINDS], [*HOWS]
        ledger = self.ledger
        found = self.texts.of(ledger, rows, around)
        codes = ledger.kind[rows].tolist(), ledger.how[rows].tolist()
        for kind, how, (place, gold, predicted) in zip(*codes, found, strict=True):
            yield Entry(kinds[kind], hows[how], gold, predicted, place)

    def keys(self, side: int, index: IntArray | None = None) -> list[Key]:
        """Return what tells spans of gold, 0, or of the predictions, 1, in any system's files.

        Parameters
        ----------
        side : int
            The side.
        index : array of int
            The indices of spans of that side; by default all of them.
        """
        every = len(self.ledger.sides[side].number)
        return self.texts.keys(self.ledger, side, np.arange(every) if index is None else index)


@dataclass(frozen=True, repr=False)
class Analysis(Reported):
    """Which spans are wrong, how near they are, and what each kind of error costs.

    ``str(analysis)`` is the table of errors by kind. A frame and CSV have a row for each error, as
    `entries` yields them, and JSON has everything.

    Attributes
    ----------
    result : Result
        The score.
    parts : sequence of Part
        Which spans are one, as arrays, and their texts: one part for each input.
    """

    result: Result
    parts: Sequence[Part]

    _reporter = "spanf1.mistakes.report", "report_of"

    def __repr__(self) -> str:
        said = (f"{name} {count}" for name, count in self.counts.items())
        return f"Analysis({', '.join(said)})"

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows of the ledger there are of each kind."""
        return {name: sum(part.ledger.counts[name] for part in self.parts) for name in KINDS}

    @property
    def hows(self) -> dict[tuple[str, str], int]:
        """How many rows there are of each kind and way in which boundaries differ."""
        counts: Counter[tuple[str, str]] = Counter()
        for part in self.parts:
            counts.update(part.ledger.hows)
        return {
            (kind, how): counts[kind, how] for kind in KINDS for how in HOWS if counts[kind, how]
        }

    def values(self, key: str) -> list[Sequence[str | None]]:
        """Return what each sentence, or text, of gold has at a key, for each part.

        Parameters
        ----------
        key : str
            A key of records, ``meta.source``; what stands before ``=`` in a comment; ``document``
            or ``file``. Behind ``:year``, ``:month`` or ``:day``, dates are cut. ``key:file`` is a
            key that is called so.

        Raises
        ------
        UsageError
            If none has anything at it.
        LayoutError
            If something there is no plain value, or no date where one is wanted.
        InputError
            If gold cannot be read once more.

        Notes
        -----
        Sentences are counted as `Place.sentence` counts them. A comment of columns,
        ``# key = value``, is of the sentence whose lines it stands with, and of several of one key
        the first counts. With ``# newdoc`` or ``-DOCSTART-``, it is of all sentences up to the
        next of these, but for those that say something else. ``document`` is the id behind
        ``# newdoc id =``, or else a number (``document 3``; what stands before the first has
        none); of texts, their ids. Numbers and truth values are as JSON has them, and what is
        empty is None.

        Examples
        --------
        >>> import spanf1
        >>> gold = [{"text": "Ada", "spans": [[0, 3, "PER"]], "meta": {"date": "2026-11-29"}}]
        >>> spanf1.analyze(gold, gold).values("meta.date:month")
        [['2026-11']]
        """
        found = [part.texts.values(key) for part in self.parts]
        if any(value is not None for values in found for value in values):
            return found
        names = sorted(set().union(*(part.texts.names() for part in self.parts)))
        hint = f"there is something at {and_others([*map(shortened, names)])}"
        message = f"no sentence or text of gold has anything at {shortened(key)}"
        raise UsageError(message, hint=hint * bool(names))

    def entries(
        self,
        *,
        kind: str | Iterable[str] = (),
        type: str | Iterable[str] = (),  # noqa: A002 - as the option is called
        pair: Sequence[str] | None = None,
        text: str | None = None,
        seen: Collection[str] | None = None,
        unseen: Collection[str] | None = None,
        sort: str = "place",
        limit: int | None = None,
        context: int = AROUND,
    ) -> Iterator[Entry]:
        """Yield rows of the ledger with their texts: a row for each pair, and for each other span.

        Parameters
        ----------
        kind : str or iterable of str
            The kinds of rows, or the ways in which boundaries differ (``"split"``); ``all`` for
            all rows. By default all errors.
        type : str or iterable of str
            Types, of which gold or the predicted span is to have one.
        pair : tuple of str
            The type of gold, and that of the predicted span.
        text : str
            What gold or the predicted span is to have in it, in any case.
        seen, unseen : collection of str
            What entities say in training data: what gold says, or without gold the predicted span,
            is to be one of those, or none. ``spanf1.describe("train.conll").total.types_of`` has
            them.
        sort : str
            ``place`` for reading order; ``frequency`` for each mistake once, at its first place,
            with how many times it is there, the most frequent first.
        limit : int
            How many at most; by default all.
        context : int
            How many tokens to have on each side of a span.

        Raises
        ------
        InputError
            If gold cannot be read again, for the texts.
        UsageError
            If an argument is not one of those above, or asks for texts that are not known.
        """
        check_known("order", sort, SORTS)
        check_counts(limit=limit, context=context)
        by_text = not (text is seen is unseen is None and sort == "place")
        chosen = [part.ledger.rows(listed(kind), listed(type), pair) for part in self.parts]
        found: Iterator[Entry] = chain.from_iterable(
            part.entries(rows if by_text else rows[:limit], context)
            for part, rows in zip(self.parts, chosen, strict=True)
        )
        if by_text:
            found = map(self._with_text, found)
        if text is not None:
            found = (entry for entry in found if _says(entry, text))
        for forms, wanted in ((seen, True), (unseen, False)):
            if forms is not None:
                found = _among(found, forms, wanted=wanted)
        return islice(_by_frequency(found) if sort == "frequency" else found, limit)

    def _with_text(self, entry: Entry) -> Entry:
        """Return an entry, if it is known what its spans say."""
        if entry.place.unit == "character" or entry.spans[0].text:
            return entry
        raise unsaid(entry.place, dropped=self._dropped)

    @property
    def _dropped(self) -> bool:
        """Whether tokens without a prediction are left out, of which there are some."""
        return bool(self.result.tally.gaps.missing) and self.result.options.missing == "drop"

    @cached_property
    def located(self) -> list[Located]:
        """All rows of the ledgers with their places and texts."""
        from spanf1.mistakes.slices import Located

        return [Located.of(*part, dropped=self._dropped) for part in self.parts]

    def slices(
        self,
        by: str,
        *,
        train: Train | None = None,
        bins: Sequence[int] | None = None,
        confidence: float | Confidence | None = None,
    ) -> Slices:
        """Return how good predictions are, by a property of spans, of their sentences, or a key.

        Each gold span is in one slice, and each predicted one: recall is that of the gold spans of
        a slice, precision that of its predicted ones.

        Parameters
        ----------
        by : str
            ``length``, ``sentence-length``, ``density``, ``seen``, ``form-frequency``,
            ``consistency``, ``position`` or ``case``; any other name is a key of metadata, or
            ``key:length`` is one that is called as one of these.
        train : mapping of str to mapping of str to int
            How often what training data says is an entity of each type, for ``seen``,
            ``form-frequency`` and ``consistency``: ``spanf1.describe("a.conll").total.types_of``.
        bins : sequence of int
            The least number of each slice, where slices are of numbers: 1, 2 and 5 for 1, 2-4, 5+.
        confidence : float or Confidence, optional
            How intervals are made, as for `spanf1.evaluate`. With them, each slice is compared with
            all other spans: the difference in F has an interval, and a p-value that is corrected
            by Holm for all slices.

        Raises
        ------
        InputError
            If gold cannot be read again, for the texts.
        UsageError
            If there is no such key, or an argument is not one of those above.

        Notes
        -----
        J. Fu, P. Liu, G. Neubig. 2020. Interpretable Multi-dataset Evaluation for Named Entity
        Recognition. Lengths are in tokens, or in characters of texts that have none; a span of
        several parts is as long as from the first to the last. The density of a sentence is the
        share of it that is in gold spans, in percent, rounded up.

        Examples
        --------
        >>> import spanf1
        >>> analysis = spanf1.analyze(
        ...     [["B-ORG", "I-ORG", "O", "B-LOC"]],
        ...     [["B-ORG", "I-ORG", "O", "B-ORG"]],
        ... )
        >>> for one in analysis.slices("length"):
        ...     print(one.name, one.score.f1)
        1 0.0
        2 1.0
        """
        from spanf1.mistakes.slices import slices_of

        types = self.result.options.types
        chosen = None if isinstance(types, str) else types
        found = sliced([self], by, train=train, bins=bins, types=chosen)
        return slices_of(self.located, found, self.result, confidence_from(confidence))

    def confusion(self) -> Confusion:
        """Return how often spans of each type of gold are predicted as each type."""
        return Confusion.total([part.ledger.confusion() for part in self.parts])

    def plot_confusion(
        self, ax: Axes | None = None, *, limit: int | None = None, **look: Unpack[LookKeywords]
    ) -> ConfusionDisplay:
        """Draw a heat map of which types are taken for which, with counts.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own, `ConfusionDisplay.figure_`.
        limit : int, optional
            How many types to draw at most, those with most gold spans; 20 by default.
        **look
            Of a figure of its own: ``width`` in centimetres, or ``column`` or ``page``;
            ``font_size`` in points; ``font``, the name of an installed one.

        Raises
        ------
        UsageError
            If matplotlib is not installed, or there is nothing to draw.
        """
        from spanf1.mistakes.picture import ConfusionDisplay

        return ConfusionDisplay.from_confusion(self.confusion(), ax, limit=limit, **look)

    def what_if(self) -> list[Mended]:
        """Return the counts and the F1 as they are, and if each kind of error were mended."""
        return [
            Mended(what, *counts, score(TypeCounts(*counts)).f1)
            for what, counts in mended_counts(self.counts).items()
        ]

    def to_html(
        self,
        title: str = "",
        *,
        digits: int | None = None,
        by: str | Iterable[str] = (),
        train: Train | None = None,
        bins: Sequence[int] | None = None,
    ) -> str:
        """Return a page of HTML: figures, confusions, what errors cost, and each error in its text.

        It is one file, which works offline. Figures have intervals if the result has some.

        Parameters
        ----------
        title : str
            What it is called; by default after the files.
        digits : int, optional
            The decimals of percentages; by default 2.
        by : str or iterable of str
            What spans are sliced by: properties or keys, as for `slices`.
        train, bins
            As for `slices`, for those that need them.

        Raises
        ------
        InputError
            If gold cannot be read again, for the texts.
        UsageError
            If jinja2 is not installed (``pip install 'spanf1[report]'``), or as for `slices`.

        Examples
        --------
        >>> import spanf1
        >>> analysis = spanf1.analyze([["B-PER", "O"]], [["O", "O"]], tokens=[["Ada", "slept"]])
        >>> page = analysis.to_html("Ada")  # doctest: +SKIP
        """
        from spanf1.mistakes.shown import page_of

        slices = self.slice_columns(by, train=train, bins=bins)
        return page_of(self.parts, self.result, self.what_if(), title, digits=digits, slices=slices)

    def slice_columns(
        self,
        by: str | Iterable[str],
        *,
        train: Train | None = None,
        bins: Sequence[int] | None = None,
    ) -> list[SliceColumns]:
        """Return slices as a page shows them; see `to_html`."""
        from spanf1.mistakes.properties import PROPERTIES
        from spanf1.mistakes.shown import slice_columns
        from spanf1.mistakes.slices import slices_of

        names = listed(by)
        known = [PROPERTIES[name] for name in names if name in PROPERTIES]
        types = self.result.options.types
        columns = []
        for name in names:
            one = PROPERTIES.get(name)
            # Where none needs what is given, that is an error.
            found = sliced(
                [self],
                name,
                train=train if (one and one.trains) or not any(k.trains for k in known) else None,
                bins=bins if (one and one.bins) or not any(k.bins for k in known) else None,
                types=None if isinstance(types, str) else types,
            )
            made = slices_of(self.located, found, self.result, self.result.confidence)
            columns.append(slice_columns(found, made))
        return columns


def sliced(
    analyses: Sequence[Analysis],
    by: str,
    *,
    train: Train | None = None,
    bins: Sequence[int] | None = None,
    types: Sequence[str] | None = None,
) -> Sliced:
    """Return the slices of the spans of some types, part by part of each of several analyses.

    The others are as for `Analysis.slices`, and so are errors.
    """
    from spanf1.mistakes.properties import PROPERTIES
    from spanf1.mistakes.slices import Sliced

    values = None
    if by not in PROPERTIES:
        try:
            values = [part for analysis in analyses for part in analysis.values(by)]
        except UsageError as error:
            known = f"properties are {', '.join(PROPERTIES)}"
            hint = "; ".join(filter(None, (known, error.hint)))
            raise UsageError(error.message, hint=hint) from None
    parts = [part for analysis in analyses for part in analysis.located]
    return Sliced.of(parts, by, values=values, train=train, bins=bins, types=types)


def check_counts(**numbers: int | None) -> None:
    """Raise an error if a number is negative.

    Raises
    ------
    UsageError
        If one is.
    """
    for name, number in numbers.items():
        if number is not None and number < 0:
            raise UsageError(f"{name} is {number}: it must not be negative")


def listed(given: str | Iterable[str]) -> list[str]:
    """Return one name, or several, as a list."""
    return [given] if isinstance(given, str) else [*given]


def _among(entries: Iterable[Entry], forms: Collection[str], *, wanted: bool) -> Iterator[Entry]:
    """Yield the entries whose text is one of some, or is none of them."""
    for entry in entries:
        if (" ".join(entry.spans[0].text.split()) in forms) == wanted:
            yield entry


def _says(entry: Entry, text: str) -> bool:
    """Return whether a span of an entry has a text in it."""
    return any(text.casefold() in span.text.casefold() for span in entry.spans)


def _by_frequency(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield each mistake once, at its first place, the most frequent first."""
    firsts: dict[object, Entry] = {}
    counts: Counter[object] = Counter()
    for entry in entries:
        key = (entry.kind, *((span.type, span.text) if span else None for span in entry[2:4]))
        firsts.setdefault(key, entry)
        counts[key] += 1
    # Of equally frequent ones, the first that is met comes first.
    for same, times in counts.most_common():
        yield firsts[same]._replace(times=times)
