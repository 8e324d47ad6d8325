"""Changes between two systems on one gold: which spans are mended, broken, gone or new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from spanf1.core.tags import IntArray
from spanf1.exceptions import AlignmentError, check_known
from spanf1.mistakes.analysis import AROUND, Analysis, Entry, Part, check_counts, listed, sliced
from spanf1.mistakes.ledger import ALL, CORRECT, ERRORS, KINDS, NONE, SPURIOUS, CodeColumn, Ledger
from spanf1.mistakes.texts import Key, Mention, Place
from spanf1.ranking.rank import Difference, Ranking
from spanf1.render.reported import Reported

if TYPE_CHECKING:
    from spanf1.mistakes.slices import Train

_Key = TypeVar("_Key", bound=Hashable)

#: what may become of a span between the first system, A, and the second one, B
CHANGES = {
    "mended": "gold that is wrong in A and right in B",
    "broken": "gold that is right in A and wrong in B",
    "right": "gold that is right in both",
    "wrong": "gold that is wrong in both",
    "gone": "spurious in A, and not in B",
    "new": "spurious in B, and not in A",
    "spurious": "spurious in both",
}
_MENDED, _BROKEN, _RIGHT, _WRONG, _GONE, _NEW, _SPURIOUS = range(len(CHANGES))
#: what is other in B than in A
OTHERS = ("mended", "broken", "gone", "new")


class Outcome(NamedTuple):
    """What one system makes of a span.

    Attributes
    ----------
    kind, how : str
        As in an `Entry`.
    predicted : Mention, optional
        What it predicts for it; None if it is missed.
    """

    kind: str
    how: str
    predicted: Mention | None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data that JSON can carry."""
        span = self.predicted
        return {
            "kind": self.kind,
            "how": self.how or None,
            "predicted": None if span is None else span._asdict(),
        }


class Change(NamedTuple):
    """What became of a span of gold, or of a spurious one.

    Attributes
    ----------
    change : str
        A key of `CHANGES`.
    gold : Mention, optional
        The span of gold; None of what is spurious.
    a, b : Outcome, optional
        What each system makes of it; None of what is not spurious in it.
    place : Place
        Where it is, in a file of gold.
    """

    change: str
    gold: Mention | None
    a: Outcome | None
    b: Outcome | None
    place: Place

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data that JSON can carry."""
        return {
            "change": self.change,
            "gold": None if self.gold is None else self.gold._asdict(),
            "a": None if self.a is None else self.a.to_dict(),
            "b": None if self.b is None else self.b.to_dict(),
            **self.place._asdict(),
        }


def is_worse(ranking: Ranking) -> bool:
    """Return whether the second of two systems is worse than the first, beyond noise."""
    pair = ranking.differences[0]
    return pair.difference < 0 and pair.p_value < ranking.testing.alpha


@dataclass(frozen=True, repr=False)
class Changes(Reported):
    """What became of the spans of gold, and of the spurious ones, between two systems.

    ``str(changes)`` is the tables. A frame and CSV have a row for each span that changed, as
    `entries` yields them, and JSON has everything.

    Attributes
    ----------
    names : tuple of str
        The systems: A, and B.
    analyses : tuple of Analysis
        What is wrong in each.
    ranking : Ranking
        The comparison of their scores.
    change : array of int
        What became of each span: indices of `CHANGES`.
    rows : array of int, shape (spans, 2)
        The row of each span in the ledgers of A and B; -1 where it is in none.
    """

    names: tuple[str, str]
    analyses: tuple[Analysis, Analysis]
    ranking: Ranking
    change: CodeColumn
    rows: IntArray
    _keys: Sequence[Key]

    _reporter = "spanf1.changes.report", "whole_report"

    @classmethod
    def between(
        cls,
        names: tuple[str, str],
        analyses: tuple[Analysis, Analysis],
        ranking: Ranking,
        *,
        where: str = "",
    ) -> Changes:
        """Return the changes between two systems, given what is wrong in each; B is in a file.

        Raises
        ------
        AlignmentError
            If they do not have the same gold.
        """
        parts = [_part(analysis) for analysis in analyses]
        ledgers = [part.ledger for part in parts]
        keys, *others = (part.keys(0) for part in parts)
        order = _order(keys, others[0])
        if order is None:
            raise AlignmentError(
                f"the gold spans are not those of {names[0]}",
                where=where,
                hint="two systems are compared on one gold",
            )
        gold = np.stack([_rows_of_gold(ledgers[0]), _rows_of_gold(ledgers[1])[order]], axis=1)
        right = [ledger.kind[rows] == CORRECT for ledger, rows in zip(ledgers, gold.T, strict=True)]
        fates = np.where(
            right[0], np.where(right[1], _RIGHT, _BROKEN), np.where(right[1], _MENDED, _WRONG)
        )
        spurious = []
        for part in parts:
            rows = np.flatnonzero(part.ledger.kind == SPURIOUS)
            found = part.keys(1, part.ledger.predicted[rows])
            spurious.append(dict(zip(_numbered(found), rows.tolist(), strict=True)))
        extra = [*dict.fromkeys([*spurious[0], *spurious[1]])]
        pairs = [tuple(side.get(key, NONE) for side in spurious) for key in extra]
        ways = [_NEW if a == NONE else _GONE if b == NONE else _SPURIOUS for a, b in pairs]
        return cls(
            names,
            analyses,
            ranking,
            np.concatenate([fates, np.array(ways, np.intp)]).astype(np.int8),
            np.concatenate([gold, np.array(pairs, np.intp).reshape(-1, 2)]),
            [*keys, *(key for key, _ in extra)],
        )

    def __repr__(self) -> str:
        said = (f"{name} {count}" for name, count in self.counts.items())
        return f"Changes({', '.join(said)})"

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many spans there are of each change."""
        found = np.bincount(self.change, minlength=len(CHANGES)).tolist()
        return dict(zip(CHANGES, found, strict=True))

    @cached_property
    def types(self) -> dict[str, dict[str, int]]:
        """How many spans of each type there are of each change, types in alphabetical order."""
        names, found = [*CHANGES], Counter(zip(self._types, self.change.tolist(), strict=True))
        return {
            kind: {name: found[kind, code] for code, name in enumerate(names)}
            for kind in sorted({kind for kind, _ in found})
        }

    @cached_property
    def kinds(self) -> dict[str, dict[str, int]]:
        """How often each kind of error is mended, broken, and in A and in B, all told.

        What is mended was of that kind in A; what is broken is of that kind in B. Of spurious
        spans, those that are gone count as mended, and the new ones as broken.
        """
        number = [*KINDS].index
        a, b = (_part(analysis).ledger for analysis in self.analyses)
        mended = np.isin(self.change, (_MENDED, _GONE))
        broken = np.isin(self.change, (_BROKEN, _NEW))
        before, after = a.kind[self.rows[mended, 0]], b.kind[self.rows[broken, 1]]
        return {
            kind: {
                "mended": int((before == number(kind)).sum()),
                "broken": int((after == number(kind)).sum()),
                "a": a.counts[kind],
                "b": b.counts[kind],
            }
            for kind in ERRORS
        }

    def slices(
        self, by: str, *, train: Train | None = None, bins: Sequence[int] | None = None
    ) -> dict[str, dict[str, int]]:
        """Return how many spans of each slice there are of each change, slices in order.

        Parameters
        ----------
        by, train, bins
            As for `spanf1.Analysis.slices`. What is spurious is in the slice that it has itself.

        Raises
        ------
        InputError, UsageError
            As that.
        """
        found = sliced(self.analyses, by, train=train, bins=bins)

        def names(number: int, side: int, rows: list[int]) -> list[str]:
            return [found.rows[number][row][side] or "" for row in rows]

        counts = Counter(zip(self._of_spans(names), self.change.tolist(), strict=True))
        there = {name for name, _ in counts}
        return {
            name: {change: counts[name, code] for code, change in enumerate(CHANGES)}
            for name in found.names
            if name in there
        }

    @property
    def difference(self) -> Difference:
        """How B's score differs from A's."""
        return self.ranking.differences[0]

    @property
    def alpha(self) -> float:
        """The p-value below which a difference is more than noise."""
        return self.ranking.testing.alpha

    @property
    def worse(self) -> bool:
        """Whether B is worse than A, beyond noise."""
        return is_worse(self.ranking)

    def entries(
        self,
        *,
        change: str | Iterable[str] = (),
        type: str | Iterable[str] = (),  # noqa: A002 - as the option is called
        limit: int | None = None,
        context: int = AROUND,
    ) -> Iterator[Change]:
        """Yield spans with their texts, in reading order.

        Parameters
        ----------
        change : str or iterable of str
            Keys of `CHANGES`; ``all`` for all. By default what is other in B than in A.
        type : str or iterable of str
            The types of gold, or of what is spurious.
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
        check_counts(limit=limit, context=context)
        chosen = self._chosen(change, type)[:limit]
        entries = [self._entries(number, chosen, context) for number in range(len(self.analyses))]
        names = [*CHANGES]
        for index in chosen:
            a, b = (
                found.get(int(row)) for found, row in zip(entries, self.rows[index], strict=True)
            )
            either = a or b
            assert either  # noqa: S101 - for mypy: a span is in one of the two
            outcomes = _outcome(a), _outcome(b)
            yield Change(names[self.change[index]], either.gold, *outcomes, either.place)

    def number(self, *, change: str | Iterable[str] = (), type: str | Iterable[str] = ()) -> int:  # noqa: A002
        """Return how many entries there are; see `entries`."""
        return len(self._chosen(change, type))

    def _chosen(self, change: str | Iterable[str], kinds: str | Iterable[str]) -> list[int]:
        """Return the indices of some spans, in reading order."""
        changes, types = listed(change) or [*OTHERS], {*listed(kinds)}
        for name in changes:
            check_known("change", name, [*CHANGES, ALL])
        codes = [code for code, name in enumerate(CHANGES) if {name, ALL} & {*changes}]
        rows = np.flatnonzero(np.isin(self.change, codes)).tolist()
        if types:
            rows = [row for row in rows if self._types[row] in types]
        return sorted(rows, key=self._keys.__getitem__)

    def _entries(self, number: int, chosen: Sequence[int], context: int) -> dict[int, Entry]:
        """Return the entries of a system, by their rows in its ledger."""
        rows = np.unique(self.rows[np.array(chosen, np.intp), number])
        rows = rows[rows != NONE]
        found = _part(self.analyses[number]).entries(rows, context)
        return dict(zip(rows.tolist(), found, strict=True))

    @cached_property
    def _types(self) -> list[str]:
        """The type of each span: that of gold, or of what is spurious."""

        def types(number: int, side: int, rows: list[int]) -> list[str]:
            ledger = _part(self.analyses[number]).ledger
            return [ledger.names[kind] for kind in ledger.types(side)[rows].tolist()]

        return self._of_spans(types)

    def _of_spans(self, said: Callable[[int, int, list[int]], list[str]]) -> list[str]:
        """Return something of each span: of that of gold, or of what is spurious.

        `said` returns it of spans of a system, on a side, by the rows of its ledger.
        """
        found: list[str] = []
        # Spans of gold come first, then those that are spurious in A, then what is new.
        new, gold = self.change == _NEW, self.change < _GONE
        for which, number, side in ((gold, 0, 0), (~gold & ~new, 0, 1), (new, 1, 1)):
            found += said(number, side, self.rows[which, number].tolist())
        return found


def _part(analysis: Analysis) -> Part:
    """Return the one part that the analysis of a system has: that of its file."""
    (part,) = analysis.parts
    return part


def _outcome(entry: Entry | None) -> Outcome | None:
    return None if entry is None else Outcome(entry.kind, entry.how, entry.predicted)


def _rows_of_gold(ledger: Ledger) -> IntArray:
    """Return the row of each span of gold."""
    there = np.flatnonzero(ledger.gold != NONE)
    rows = np.empty(len(there), np.intp)
    rows[ledger.gold[there]] = there
    return rows


def _order(keys: Sequence[Key], others: Sequence[Key]) -> IntArray | None:
    """Return where each key is among others; None if they are not the same."""
    if keys == others:
        return np.arange(len(keys))
    places = {key: place for place, key in enumerate(_numbered(others))}
    found = [places.get(key) for key in _numbered(keys)]
    if len(keys) != len(others) or None in found:
        return None
    return np.array(found, np.intp)


def _numbered(keys: Iterable[_Key]) -> Iterator[tuple[_Key, int]]:
    """Yield keys, each with how many like it were before."""
    counts: Counter[_Key] = Counter()
    for key in keys:
        yield key, counts[key]
        counts[key] += 1
