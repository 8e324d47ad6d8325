"""The lists in a file of lists: one to a document, or a single one that is the whole file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from spanf1.formats.records.fields import Record, error, records
from spanf1.formats.registry import Reading


def gathered(reading: Reading, is_item: Callable[[object], bool]) -> Iterator[Record]:
    """Yield the records of a file; all in one if the first is no list but an item of one.

    Parameters
    ----------
    reading : Reading
        The input.
    is_item : callable
        Whether a value cannot be a record, but is an item of a list of them.

    Raises
    ------
    ReadError
        If the file is not there, not readable, damaged, or not UTF-8.
    LayoutError
        If there is something in it that is no JSON, or items and other records.
    """
    found = records(reading)
    first = next(found, None)
    if first is None:
        return
    if not is_item(first.value):
        yield from chain([first], found)
        return
    items = [first.value]
    for record in found:
        if not is_item(record.value):
            message = "this is no item of one list, as what is before it"
            raise error(reading, record, message, "every document is to be a list, or an object")
        items.append(record.value)
    yield Record(items, first.line)
