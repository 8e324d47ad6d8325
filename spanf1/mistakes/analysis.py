"""An analysis of predictions: a ledger of spans with their texts, confusions, what errors cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from spanf1.core.scores import TypeCounts, score
from spanf1.core.tags import IntArray
from spanf1.exceptions import UsageError, check_known
from spanf1.mistakes.ledger import ERRORS, HOWS, KINDS, Confusion, Ledger, Mended, mended_counts
from spanf1.mistakes.texts import Key, Mention, Place, Texts
from spanf1.results.result import Result

#: how many tokens are shown on each side of a span
AROUND = 5
#: the orders that entries may come in
SORTS = ("place", "frequency")
#: what stands for all kinds of rows
ALL = "all"


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


@dataclass(frozen=True, repr=False)
class Analysis:
    """Which spans are wrong, how near they are, and what each kind of error costs.

    Attributes
    ----------
    result : Result
        The score.
    ledger : Ledger
        Which spans are one, as arrays.
    """

    result: Result
    ledger: Ledger
    _texts: Texts

    def __repr__(self) -> str:
        said = (f"{name} {count}" for name, count in self.counts.items())
        return f"Analysis({', '.join(said)})"

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of the ledger there are of each kind."""
        return self.ledger.counts

    def entries(
        self,
        *,
        kind: str | Iterable[str] = (),
        type: str | Iterable[str] = (),  # noqa: A002 - as the option is called
        pair: Sequence[str] | None = None,
        text: str | None = None,
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
            If an argument is not one of those above.
        """
        check_known("order", sort, SORTS)
        rows = np.flatnonzero(self._of_kinds(kind) & self._of_types(type, pair))
        if text is None and sort == "place" and limit is not None:
            rows = rows[:limit]
        found = self.of_rows(rows, context)
        if text is not None:
            found = (entry for entry in found if _says(entry, text))
        return islice(_by_frequency(found) if sort == "frequency" else found, limit)

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
        return self._texts.keys(self.ledger, side, np.arange(every) if index is None else index)

    def confusion(self) -> Confusion:
        """Return how often spans of each type of gold are predicted as each type."""
        return self.ledger.confusion()

    def what_if(self) -> list[Mended]:
        """Return the counts and the F1 as they are, and if each kind of error were mended."""
        return [
            Mended(what, *counts, score(TypeCounts(*counts)).f1)
            for what, counts in mended_counts(self.counts).items()
        ]

    def _of_kinds(self, given: str | Iterable[str]) -> Any:
        """Return which rows are of some kinds, or ways in which boundaries differ."""
        names = [given] if isinstance(given, str) else [*given]
        names = names or ERRORS
        for name in names:
            check_known("kind", name, [*KINDS, *[*HOWS][1:], ALL])
        if ALL in names:
            return np.ones(len(self.ledger), np.bool_)
        kinds = [number for number, name in enumerate(KINDS) if name in names]
        hows = [number for number, name in enumerate(HOWS) if name in names]
        return np.isin(self.ledger.kind, kinds) | np.isin(self.ledger.how, hows)

    def _of_types(self, given: str | Iterable[str], pair: Sequence[str] | None) -> Any:
        """Return which rows have one of some types, and which are of a pair of types."""
        names = [given] if isinstance(given, str) else [*given]
        types = [self.ledger.types(number) for number in (0, 1)]
        chosen = np.ones(len(self.ledger), np.bool_)
        if names:
            numbers = self._numbers(names)
            chosen = np.isin(types[0], numbers) | np.isin(types[1], numbers)
        if pair is not None:
            if isinstance(pair, str) or len(pair) != 2:
                raise UsageError("pair is to be two types: that of gold, and the predicted one")
            for side, name in zip(types, pair, strict=True):
                chosen &= np.isin(side, self._numbers([name]))
        return chosen

    def _numbers(self, names: Sequence[str]) -> list[int]:
        return [number for number, name in enumerate(self.ledger.names) if number and name in names]

    def of_rows(self, rows: IntArray, around: int) -> Iterator[Entry]:
        """Yield some rows of the ledger, in its order, with so many tokens around their spans."""
        kinds, hows = [*KINDS], [*HOWS]
        found = self._texts.of(self.ledger, rows, around)
        codes = self.ledger.kind[rows].tolist(), self.ledger.how[rows].tolist()
        for kind, how, (place, gold, predicted) in zip(*codes, found, strict=True):
            yield Entry(kinds[kind], hows[how], gold, predicted, place)


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
