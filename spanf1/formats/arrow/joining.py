"""Two tables of Arrow, joined by what tells which rows belong together: an id, or the order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np

from spanf1.exceptions import AlignmentError, LayoutError
from spanf1.formats.arrow.files import ArrowFile, pyarrow, type_of
from spanf1.formats.arrow.tags import Rows, is_integer, is_string, only_utf8
from spanf1.wording import shortened

_ORDER_HINT = "--align-by-position takes the rows of both files in order, whatever their ids"


class Side(NamedTuple):
    """One file, and its columns of tags, tokens and ids; the last two are empty if not read."""

    file: ArrowFile
    key: str
    token: str = ""
    id: str = ""

    def columns(self) -> list[str]:
        """Return the columns to read."""
        return list(dict.fromkeys(filter(None, self[1:])))


class Part(NamedTuple):
    """A batch of rows of a side."""

    batch: Any
    rows: Rows


def parts(
    file: ArrowFile, columns: Sequence[str], *, encoded: Sequence[str] = ()
) -> Iterator[Part]:
    """Yield the rows of some columns of a file; see `ArrowFile.batches`."""
    total = 0
    for batch in file.batches(columns, encoded=encoded):
        if batch.num_rows:
            first, total = total, total + batch.num_rows
            yield Part(batch, Rows(file.source, np.arange(first + 1, total + 1), total))


def in_order(left: Side, right: Side) -> Iterator[tuple[Part, Part]]:
    """Yield the n-th row of one file with the n-th of the other."""
    streams = [parts(side.file, side.columns(), encoded=[side.key]) for side in (left, right)]
    rest: list[Part | None] = [None, None]
    totals = [0, 0]
    while True:
        for number, stream in enumerate(streams):
            part = rest[number]
            if part is None or not part.batch.num_rows:
                rest[number] = part = next(stream, None)
                totals[number] = part.rows.total if part else totals[number]
        gold, predicted = rest
        if gold is None or predicted is None:
            break
        count = min(gold.batch.num_rows, predicted.batch.num_rows)
        yield _sliced(gold, 0, count), _sliced(predicted, 0, count)
        rest = [_sliced(part, count) for part in (gold, predicted)]
    for part, short, total in ((rest[0], right, totals[1]), (rest[1], left, totals[0])):
        if part is not None:
            source = short.file.source
            raise AlignmentError(
                f"the rows end here, {part.rows.where(0)} goes on",
                where=source.where(total) if total else source.name,
                hint="both files must have the same sentences",
            )


def _sliced(part: Part, first: int, count: int | None = None) -> Part:
    rows = part.rows
    numbers = rows.numbers[first:][:count]
    total = int(numbers[-1]) if len(numbers) else rows.total
    return Part(part.batch.slice(first, count), rows._replace(numbers=numbers, total=total))


def by_id(left: Side, right: Side) -> Iterator[tuple[Part, Part]]:
    """Yield the rows of one file with those of the other that have the same ids."""
    _check_kinds(left, right)
    kept, rows_by_id = _kept(right)
    # the row of gold, from 1, that has each
    used = np.zeros(len(rows_by_id), np.intp)
    for part in parts(left.file, left.columns(), encoded=[left.key]):
        keys = _ids(left, part)
        found = np.fromiter(map(rows_by_id.get, keys, repeat(-1)), np.intp, len(keys))
        for row in np.flatnonzero(found < 0)[:1].tolist():
            raise AlignmentError(
                f"{left.id} {shortened(keys[row])} is not in {right.file.source.name}",
                where=part.rows.where(row),
                hint=_ORDER_HINT,
            )
        # Assigned from the last to the first, a row keeps the first that has its id.
        first = used[found]
        used[found[::-1]] = part.rows.numbers[::-1]
        first = np.where(first, first, used[found])
        for row in np.flatnonzero(first != part.rows.numbers)[:1].tolist():
            raise _twice(left, keys[row], part.rows.where(row), int(first[row]))
        yield (
            part,
            Part(kept.take(pyarrow().array(found)), Rows(right.file.source, found + 1, len(used))),
        )
    for row in np.flatnonzero(used == 0)[:1].tolist():
        key = next(key for key, number in rows_by_id.items() if number == row)
        raise AlignmentError(
            f"{right.id} {shortened(key)} is not in {left.file.source.name}",
            where=right.file.source.where(row + 1),
            hint=_ORDER_HINT,
        )


def _check_kinds(left: Side, right: Side) -> None:
    """Raise an error if the ids of one side are strings, and those of the other numbers."""
    kinds = [type_of(side.file.schema(), side.id, side.file.source.name) for side in (left, right)]
    if any(map(is_string, kinds)) and any(map(is_integer, kinds)):
        raise LayoutError(
            f"{right.id} is {kinds[1]}, and {kinds[0]} in {left.file.source.name}",
            where=right.file.source.name,
            hint=_ORDER_HINT,
        )


def _kept(side: Side) -> tuple[Any, dict[str | int, int]]:
    """Return all rows of a side, in one batch, and the number of each, from 0, by its id."""
    rows_by_id: dict[str | int, int] = {}
    batches = []
    for part in parts(side.file, side.columns()):
        batches.append(part.batch)
        for row, key in enumerate(_ids(side, part), len(rows_by_id)):
            if rows_by_id.setdefault(key, row) < row:
                where = side.file.source.where(row + 1)
                raise _twice(side, key, where, rows_by_id[key] + 1)
    pa = pyarrow()
    return (pa.concat_batches(batches) if batches else None), rows_by_id


def _ids(side: Side, part: Part) -> list[str | int]:
    """Return the ids of some rows: strings or whole numbers."""
    column = part.batch.column(side.id)
    if not (is_string(column.type) or is_integer(column.type)):
        raise LayoutError(
            f"{side.id} is {column.type}: ids are to be strings or whole numbers",
            where=side.file.source.name,
        )
    if column.null_count:
        row = int(np.flatnonzero(np.asarray(column.is_null()))[0])
        raise LayoutError(f"{side.id} is null", where=part.rows.where(row))
    with only_utf8(side.id, side.file.source.name):
        ids: list[str | int] = column.to_pylist()
    return ids


def _twice(side: Side, key: object, where: str, first: int) -> LayoutError:
    return LayoutError(
        f"{side.id} {shortened(key)} a second time: {side.file.source.where(first)} has it, too",
        where=where,
        hint=_ORDER_HINT,
    )
