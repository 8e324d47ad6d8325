"""Tokens by their tags: how often each tag of gold meets which predicted one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.fingerprint import added, number_of, powers, shifted, type_number
from spanf1.core.options import AUTO
from spanf1.core.schemes import PREFIX_BITS, PREFIX_MASK, PREFIXES
from spanf1.core.spans import first_of_each
from spanf1.core.tag_counter import Reader
from spanf1.core.tags import MASKED, Block, Gaps, IntArray, TagSets
from spanf1.core.tally import TOKEN
from spanf1.core.units import MAX_CELLS
from spanf1.exceptions import UsageError

#: the class of tokens that are outside of every span
OUT = PREFIXES[0]

# The codes of both sides in one number, that of gold above.
_HALF = 32

_NO_GAPS = Gaps()


class Tag(NamedTuple):
    """A tag as it was read: its prefix, and its type. A label has the prefix I."""

    prefix: str
    type: str


#: the tags that a token has in gold and as predicted
Cell = tuple[Tag, Tag]


class UnitCells(NamedTuple):  # noqa: PLW1641 - arrays have no hash
    """How often cells occur in units: distinct rows, and how many units have each.

    `kind` is what units are called: ``token``, ``sentence`` or ``document``.
    """

    kind: str
    cells: tuple[Cell, ...]
    rows: npt.NDArray[np.int64]
    weight: npt.NDArray[np.int64]
    #: how many rows there were when those that are alike were last put together
    settled: int = 0

    def __eq__(self, other: object) -> bool:
        """Say whether the same units are of the same kind, in any order."""
        if not isinstance(other, UnitCells):
            return NotImplemented
        return self._contents == other._contents

    @property
    def _contents(self) -> tuple[Any, ...]:
        kind, cells, rows, weight, _ = self.in_order()
        return kind, cells, rows.tolist(), weight.tolist()

    @property
    def size(self) -> int:
        """How many units there are."""
        return int(self.weight.sum())

    def plus(self, other: UnitCells) -> UnitCells:
        """Return the units of both."""
        cells = tuple(dict.fromkeys((*self.cells, *other.cells)))
        place = {cell: number for number, cell in enumerate(cells)}
        count = len(self.rows) + len(other.rows)
        _check_size(count, len(cells), self.kind)
        rows = np.zeros((count, len(cells)), np.int64)
        rows[: len(self.rows), : len(self.cells)] = self.rows
        rows[len(self.rows) :, [place[cell] for cell in other.cells]] = other.rows
        weight = np.concatenate((self.weight, other.weight))
        both = UnitCells(self.kind, cells, rows, weight, max(self.settled, other.settled))
        # Not at each addition: many would take as much time as there are rows, each.
        return both.in_order() if count > 2 * both.settled else both

    def in_order(self) -> UnitCells:
        """Return the same units, those that are alike in one row, in an order of their own."""
        columns = sorted(range(len(self.cells)), key=self.cells.__getitem__)
        cells = tuple(self.cells[column] for column in columns)
        rows = np.ascontiguousarray(self.rows[:, columns])
        # Rows that are the same are told by a sum.
        number = rows.view(np.uint64) @ powers(len(cells))[: len(cells)]
        order = np.argsort(number, kind="stable")
        first = first_of_each(number[order].view(np.int64))
        weight = np.add.reduceat(self.weight[order], first) if len(first) else self.weight
        return UnitCells(self.kind, cells, rows[order[first]], weight, len(first))

    def as_one(self, kind: str) -> UnitCells:
        """Return all units as one of another kind: the sentences of a document, if there are."""
        rows = (self.weight @ self.rows)[None][: self.size]
        return UnitCells(kind, self.cells, rows, np.ones(len(rows), np.int64))


@dataclass(frozen=True, kw_only=True)
class TokenTally:
    """How many tokens have which tags on both sides.

    Attributes
    ----------
    cells : Counter of Cell
        How many tokens have each pair of tags.
    prefixed : bool
        Whether tags have prefixes; else they are labels.
    sentences, documents : int
        How many there are.
    outside, masked : frozenset of str
        Tags that were read as O, and those of tokens that do not count.
    gaps : Gaps
        How many tokens were not read as they are.
    gold_number : int
        Stands for the types, or labels, of the tokens in gold; see `spanf1.core.fingerprint`.
    units : UnitCells, optional
        What each unit has; kept only where it was asked for.
    """

    cells: Counter[Cell] = field(default_factory=Counter)
    prefixed: bool = False
    sentences: int = 0
    documents: int = 0
    outside: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()
    gaps: Gaps = _NO_GAPS
    gold_number: int = 0
    units: UnitCells | None = None

    @property
    def tokens(self) -> int:
        """How many tokens there are."""
        return self.cells.total()

    def __add__(self, other: TokenTally) -> TokenTally:
        if not isinstance(other, TokenTally):
            return NotImplemented
        if self.units and other.units and self.units.kind != other.units.kind:
            kinds = f"{self.units.kind}s and {other.units.kind}s"
            raise UsageError(f"{kinds} cannot be drawn together", hint="--unit sentence")
        return TokenTally(
            cells=self.cells + other.cells,
            prefixed=self.prefixed or other.prefixed,
            sentences=self.sentences + other.sentences,
            documents=self.documents + other.documents,
            outside=self.outside | other.outside,
            masked=self.masked | other.masked,
            gaps=self.gaps.plus(other.gaps),
            gold_number=added(self.gold_number, self.tokens, other.gold_number),
            units=self.units.plus(other.units) if self.units and other.units else None,
        )

    @staticmethod
    def in_one_unit(tallies: list[TokenTally]) -> list[TokenTally]:
        """Return tallies with units of one kind: what would be drawn of all inputs as one."""
        kinds = {tally.units.kind for tally in tallies if tally.units}
        documents, sentences = (
            sum(getattr(tally, name) for tally in tallies) for name in ("documents", "sentences")
        )
        # Where one of more documents has sentences, these were asked for.
        asked = any(t.documents > 1 and t.units and t.units.kind != "document" for t in tallies)
        if not asked and ("document" in kinds or documents > 1):
            kind = "document"
        elif kinds == {TOKEN} and sentences < 2:
            kind = TOKEN
        else:
            kind = "sentence"

        def in_it(tally: TokenTally) -> TokenTally:
            units = tally.units
            if units is None or units.kind == kind or (kind == "sentence" and units.kind != TOKEN):
                return tally
            return replace(tally, units=units.as_one(kind))

        return [*map(in_it, tallies)]


def tally_tokens(reader: Reader, tags: TagSets, units: str = "") -> TokenTally:
    """Return the tally of all that is read.

    Parameters
    ----------
    reader : Reader
        Where the tags come from.
    tags : TagSets
        The sets in which the tags of gold and predictions are numbered.
    units : str
        ``sentence`` or ``document`` to keep what each of them has, too; with ``auto`` documents,
        if there are two or more; of labels in one row, each is a unit then.
    """
    counter = _Counter()
    for block in reader.blocks(*tags):
        counter.add(block, keep=bool(units))
    names = ["", *tags[0].types]
    forms = [side.form for side in tags if side.form_names()]
    met = {code & PREFIX_MASK for pair in counter.counts for code in _codes(pair)}
    letters = {PREFIXES[prefix] for prefix in met}
    # B and I without any type are those of chunks; M and W are labels.
    prefixed = not any(form.bare for form in forms) and bool(forms or letters & {"B", "I"})

    def tag_of(code: int) -> Tag:
        prefix, name = PREFIXES[code & PREFIX_MASK], names[code >> PREFIX_BITS]
        return Tag(prefix, name) if prefixed or forms or prefix == OUT else Tag("I", prefix)

    if units == AUTO:
        units = "document" if counter.documents > 1 else "sentence"
        units = TOKEN if counter.sentences < 2 and not prefixed else units
    outside, masked = (tags[0].met(code) | tags[1].met(code) for code in (0, MASKED))
    return TokenTally(
        cells=counter.cells(tag_of),
        prefixed=prefixed,
        sentences=counter.sentences,
        documents=counter.documents,
        outside=outside,
        masked=masked,
        gaps=counter.gaps,
        gold_number=counter.gold_number(tag_of),
        units=counter.units(units, tag_of) if units else None,
    )


def tally_labels(
    gold: npt.NDArray[Any],
    predicted: npt.NDArray[Any],
    lengths: IntArray,
    *,
    outside: Collection[str] = (),
    units: str = "",
) -> TokenTally:
    """Return the tally of labels in arrays, such as numbers.

    Parameters
    ----------
    gold, predicted : array, shape (tokens,)
        The labels.
    lengths : array of int
        How many labels each sentence has.
    outside : collection of str
        Labels that are read as O.
    units : str
        As for `tally_tokens`.
    """
    names, codes = np.unique(np.concatenate((gold, predicted)), return_inverse=True)
    labels = [*map(str, names.tolist())]
    left, right = np.split(codes.reshape(-1).astype(np.int64), 2)
    counter = _Counter()
    counter.count(left << _HALF | right)
    counter.number(left, np.arange(len(left)), len(left))
    counter.sentences = int(np.count_nonzero(lengths))
    if units == AUTO:
        units = TOKEN if counter.sentences < 2 else "sentence"
    if units:
        sentence = np.repeat(np.arange(counter.sentences), lengths[lengths > 0])
        counter.keep(sentence, left << _HALF | right)

    def tag_of(code: int) -> Tag:
        return Tag(OUT, "") if labels[code] in outside else Tag("I", labels[code])

    return TokenTally(
        cells=counter.cells(tag_of),
        sentences=counter.sentences,
        outside=frozenset({*outside} & {*labels}),
        gold_number=counter.gold_number(tag_of),
        units=counter.units(units, tag_of) if units else None,
    )


def _codes(pair: int) -> tuple[int, int]:
    """Return the codes of gold and predicted that are in one number."""
    return pair >> _HALF, pair & (1 << _HALF) - 1


def _cell(pair: int, tag_of: Callable[[int], Tag]) -> Cell:
    gold, predicted = map(tag_of, _codes(pair))
    return gold, predicted


class _Counter:
    """Adds up pairs of codes: of all tokens and, where that is asked for, of each sentence."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()
        self.sentences = self.documents = 0
        self.gaps = Gaps()
        # For each code of gold, the number of all tokens that have it; and how many there were.
        self._numbers: Counter[int] = Counter()
        self._tokens = 0
        self._kept = [(np.zeros(0, np.intp), np.zeros(0, np.int64), np.zeros(0, np.int64))]
        # how many documents began up to each sentence
        self._document_of = [np.zeros(0, np.intp)]

    def add(self, block: Block, *, keep: bool) -> None:
        """Add the tokens of a block."""
        there = np.flatnonzero(block.gold | block.predicted)
        pairs = block.gold[there].astype(np.int64) << _HALF | block.predicted[there]
        self.count(pairs)
        self.number(block.gold[there], block.numbers[there], block.tokens)
        if block.tokens > len(there):
            self.counts[0] += block.tokens - len(there)
        starts, marks = block.sentence_starts, block.document_starts
        if keep:
            last, count = self.sentences - 1, len(starts)
            sentence = np.searchsorted(starts, block.numbers[there], side="right")
            self.keep(last + sentence, pairs)
            lengths = np.diff(np.concatenate(([0], starts, [block.tokens])))
            outside = lengths - np.bincount(sentence, minlength=count + 1)
            self.keep(last + np.arange(count + 1), np.zeros(count + 1, np.int64), outside)
            documents = self.documents + np.searchsorted(marks, starts, side="right")
            self._document_of.append(documents)
        self.sentences += len(starts)
        self.documents += block.documents
        self.gaps = self.gaps.plus(block.gaps)

    def number(self, gold: npt.NDArray[np.integer], place: IntArray, tokens: int) -> None:
        """Add the places of tokens, of so many, to the numbers of their codes."""
        sums = np.zeros(int(gold.max(initial=0)) + 1, np.uint64)
        np.add.at(sums, gold, powers(tokens)[place])
        for code in np.flatnonzero(sums).tolist():
            number = shifted(int(sums[code]), self._tokens)
            self._numbers[code] = added(self._numbers[code], 0, number)
        self._tokens += tokens

    def gold_number(self, tag_of: Callable[[int], Tag]) -> int:
        """Return the number of all tokens of gold that are not O, given what codes stand for."""
        total = 0
        for code, number in self._numbers.items():
            tag = tag_of(code)
            if tag.prefix != OUT:
                total = added(total, 0, number_of(type_number(tag.type), 1, 0) * number)
        return total

    def count(self, pairs: npt.NDArray[np.int64]) -> None:
        """Count pairs."""
        ordered = np.sort(pairs)
        first = first_of_each(ordered)
        for pair, count in zip(
            ordered[first].tolist(), np.diff(first, append=len(ordered)).tolist(), strict=True
        ):
            self.counts[pair] += count

    def keep(
        self,
        sentence: IntArray,
        pairs: npt.NDArray[np.int64],
        counts: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Keep pairs with the numbers of their sentences, and how many there are of each."""
        counts = np.ones(len(pairs), np.int64) if counts is None else counts
        some = np.flatnonzero(counts)
        self._kept.append((sentence[some], pairs[some], counts[some]))

    def cells(self, tag_of: Callable[[int], Tag]) -> Counter[Cell]:
        """Return how many tokens are in each cell, given what tags codes stand for."""
        cells: Counter[Cell] = Counter()
        for pair, count in self.counts.items():
            cells[_cell(pair, tag_of)] += count
        return cells

    def units(self, kind: str, tag_of: Callable[[int], Tag]) -> UnitCells:
        """Return what units of a kind have.

        Raises
        ------
        UsageError
            If there are none, or they would take too much memory.
        """
        pairs = np.sort(np.array([*self.counts], np.int64))
        cells = tuple(_cell(pair, tag_of) for pair in pairs.tolist())
        if kind == TOKEN:
            _check_size(len(cells), len(cells), kind)
            weight = np.array([self.counts[pair] for pair in pairs.tolist()], np.int64)
            return UnitCells(kind, cells, np.eye(len(cells), dtype=np.int64), weight)
        unit, packed, counts = (np.concatenate(part) for part in zip(*self._kept, strict=True))
        size = self.sentences
        if kind == "document":
            if self.sentences and not self.documents:
                raise UsageError(
                    "the input marks no documents: there is nothing to draw",
                    hint="-DOCSTART- or # newdoc lines mark them; --unit sentence needs none",
                )
            # Documents without tokens are none.
            known = np.concatenate(self._document_of)
            number = np.cumsum(np.diff(known, prepend=known[:1]) > 0)
            unit, size = number[unit], int(number[-1]) + 1 if len(number) else 0
        column = np.searchsorted(pairs, packed)
        # Units that have the same are told by a sum.
        sums = np.zeros(size, np.uint64)
        np.add.at(sums, unit, counts.astype(np.uint64) * powers(len(pairs))[column])
        order = np.argsort(sums, kind="stable")
        first = first_of_each(sums[order].view(np.int64))
        _check_size(len(first), len(pairs), kind)
        row = np.full(size, -1, np.intp)
        row[order[first]] = np.arange(len(first))
        chosen = np.flatnonzero(row[unit] >= 0)
        rows = np.zeros((len(first), len(pairs)), np.int64)
        np.add.at(rows, (row[unit[chosen]], column[chosen]), counts[chosen])
        return UnitCells(kind, cells, rows, np.diff(first, append=size).astype(np.int64))


def _check_size(rows: int, cells: int, kind: str) -> None:
    """Raise an error if distinct rows of units would take too much memory."""
    if rows * cells > MAX_CELLS:
        raise UsageError(
            f"{cells} pairs of tags in {rows} distinct {kind}s are too many to resample",
            hint="leave confidence (--confidence) out",
        )
