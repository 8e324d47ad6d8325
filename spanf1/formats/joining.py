"""Two files of records, joined by what tells which belong together: an id, or the order."""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import chain

import numpy as np

from spanf1.exceptions import AlignmentError, LayoutError
from spanf1.formats.records.codes import Rows, TagCodes
from spanf1.formats.records.lines import Batch, RecordFile
from spanf1.wording import shortened

_ORDER_HINT = "--align-by-position takes the records of both files in order, whatever their ids"


class Side:
    """One file's records, of which the first are read at once, to see what keys they have."""

    def __init__(self, file: RecordFile, codes: TagCodes, option: str) -> None:
        self.source, self.option = file.source, option
        self.key = self.token = self.id = ""
        #: the lines that were read
        self.lines = 0
        self._batches = file.batches()
        self.head = next(self._batches)
        self._codes = codes

    @property
    def keys(self) -> Container[str]:
        """The keys that the first record has."""
        return self.head.records[0] if self.head.records else ()

    def batches(self) -> Iterator[Batch]:
        """Yield all records, the first ones too."""
        for batch in chain([self.head], self._batches):
            self.lines = batch.total
            yield batch

    def rows_of(self, batch: Batch) -> Rows:
        """Return the tags of some records, and what else there is a key for."""
        rows = self._codes.rows(batch, self.key, self.option)
        if self.token:
            rows = rows._replace(tokens=batch.tokens(self.token, "--token-key"))
        if self.id:
            rows = rows._replace(ids=batch.ids(self.id, "--id-key"))
        return rows

    def where(self, line: int) -> str:
        """Return a place in the file, for a message."""
        return self.source.where(line)

    def end(self) -> str:
        """Return the place where the file ends."""
        return self.where(self.lines) if self.lines else self.source.name


def in_order(left: Side, right: Side) -> Iterator[tuple[Rows, Rows]]:
    """Yield the n-th record of one file with the n-th of the other."""
    streams = [map(side.rows_of, side.batches()) for side in (left, right)]
    rest: list[Rows | None] = [next(stream, None) for stream in streams]
    while True:
        for number, stream in enumerate(streams):
            while (rows := rest[number]) is not None and not len(rows.lengths):
                rest[number] = next(stream, None)
        gold, predicted = rest
        if gold is None or predicted is None:
            break
        count = min(len(gold.lengths), len(predicted.lengths))
        yield gold.take(np.arange(count)), predicted.take(np.arange(count))
        rest = [rows.take(np.arange(count, len(rows.lengths))) for rows in (gold, predicted)]
    for rows, long, short in ((gold, left, right), (predicted, right, left)):
        if rows is not None:
            raise AlignmentError(
                f"the records end here, {long.where(int(rows.lines[0]))} goes on",
                where=short.end(),
                hint="both files must have the same sentences",
            )


def by_id(left: Side, right: Side) -> Iterator[tuple[Rows, Rows]]:
    """Yield the records of one file with those of the other that have the same ids."""
    kept, rows_by_id = _kept(right)
    begins = np.cumsum(kept.lengths) - kept.lengths
    used = np.zeros(len(kept.lines), np.intp)
    for batch in left.batches():
        gold = left.rows_of(batch)
        rows = np.zeros(len(gold.lines), np.intp)
        for number, (key, line) in enumerate(zip(gold.ids or (), gold.lines.tolist(), strict=True)):
            row = rows_by_id.get(key)
            if row is None:
                raise AlignmentError(
                    f"{left.id} {shortened(key)} is not in {right.source.name}",
                    where=left.where(line),
                    hint=_ORDER_HINT,
                )
            if used[row]:
                raise _twice(left, key, line, int(used[row]))
            used[row] = line
            rows[number] = row
        yield gold, kept.take(rows, begins)
    if not used.all():
        row = int(np.flatnonzero(used == 0)[0])
        key = next(key for key, number in rows_by_id.items() if number == row)
        raise AlignmentError(
            f"{right.id} {shortened(key)} is not in {left.source.name}",
            where=right.where(int(kept.lines[row])),
            hint=_ORDER_HINT,
        )


def _kept(side: Side) -> tuple[Rows, dict[str | int, int]]:
    """Return all records of a side, and the number of each by its id."""
    rows_by_id: dict[str | int, int] = {}
    words: dict[str, str] = {}
    parts: list[Rows] = []
    tokens: list[list[str]] = []
    lines: list[int] = []
    for batch in side.batches():
        rows = side.rows_of(batch)
        parts.append(rows)
        for key, line in zip(rows.ids or (), batch.lines, strict=True):
            if rows_by_id.setdefault(key, len(lines)) < len(lines):
                raise _twice(side, key, line, lines[rows_by_id[key]])
            lines.append(line)
        # Every distinct token is kept once.
        tokens += [list(map(words.setdefault, row, row)) for row in rows.tokens or ()]
    tags, lengths = (np.concatenate([part[column] for part in parts]) for column in (0, 1))
    return Rows(tags, lengths, np.array(lines, np.intp), tokens if side.token else None), rows_by_id


def _twice(side: Side, key: object, line: int, first: int) -> LayoutError:
    return LayoutError(
        f"{side.id} {shortened(key)} a second time: {side.where(first)} has it, too",
        where=side.where(line),
        hint=_ORDER_HINT,
    )
