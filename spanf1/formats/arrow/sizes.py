"""How large pages and groups of Parquet, batches of Arrow, and their rows are: before it matters.

What a file says of its columns at its end may be untrue. What is read is what the pages and the
messages say of themselves, and so it is those that are asked.
"""

from __future__ import annotations

import contextlib
import io
import os
import struct
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.tags import IntArray
from spanf1.exceptions import ReadError, SpanF1Error
from spanf1.formats.source import Source

#: how many bytes a value of a list counts, besides its text
VALUE = 16
#: how many times as large as a row a group of rows, or a record batch, may be
GROUP = 32

#: a way out where a group is too large
SMALLER = "write smaller groups of rows"

# How many bytes may have to be read to know what begins a page.
_HEADERS = (1 << 8, 1 << 14, 1 << 24)

# What pages are; the physical type of texts; and how pages are encoded that hold parts of texts.
_DATA, _DICTIONARY, _DATA_2 = 0, 2, 3
_TEXT = 6
_DELTAS = {6, 7}

# What messages of Arrow are.
_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3

# What goes wrong where something has not got the form that it is to have.
_WRONG = (LookupError, TypeError, ValueError, AttributeError, RecursionError, struct.error)


class ParquetSizes(NamedTuple):
    """What is to be known of columns of Parquet before they are read.

    Attributes
    ----------
    values : float
        How many values a row has on average, in the group and column where that is most.
    encoded : list of str
        The paths of texts that are to be read by number, and a dictionary: else each would be
        written out, though it may be as long as all of a page.
    apart : bool
        Whether groups are to be read one by one: texts by number in lists are not read over their
        bounds, and all groups together may be large.
    """

    values: float
    encoded: list[str]
    apart: bool


def parquet_sizes(source: Source, columns: Collection[str], rows: int) -> ParquetSizes:
    """Return what is to be known of some columns of Parquet, read so many rows at a time.

    Raises
    ------
    ReadError
        If the file is damaged.
    LayoutError
        If a row, or a group of rows, may be too large.
    """
    values, everything, encoded, plain = 1.0, 0, dict[str, None](), set[str]()
    with _told(source), open(source.path, "rb", buffering=0) as file:
        for group in _groups(file, source):
            count_of_rows, total, most_of_row = max(group.get(3, 0), 1), 0, 0
            for chunk in (column[3] for column in group[1]):
                if chunk[3][0].decode() not in columns:
                    continue
                path = ".".join(part.decode() for part in chunk[3])
                count, size, dictionary, encodings = _pages_of(file, chunk)
                if dictionary > source.most:
                    raise source.too_large("dictionary", source.most, size=dictionary)
                text = size if chunk[1] == _TEXT else 0
                total += count * VALUE
                most_of_row += count * VALUE + text
                values = max(values, count / count_of_rows)
                # Where a row has one text, it is known how many are read at once.
                many = len(chunk[3]) > 1 or rows * dictionary > source.most * GROUP
                if text and dictionary and many:
                    encoded[path] = None
                if encodings & _DELTAS:
                    plain.add(path)
            everything += total
            if most_of_row > source.most * count_of_rows:
                raise source.too_large("row", source.most, size=-(-most_of_row // count_of_rows))
            if total > source.most * GROUP:
                size, hint = -(-total // GROUP), SMALLER
                raise source.too_large("group of rows", source.most * GROUP, hint=hint, size=size)
    paths = [path for path in encoded if path not in plain]
    return ParquetSizes(values, paths, bool(paths) or everything > source.most * GROUP)


@contextlib.contextmanager
def _told(source: Source) -> Iterator[None]:
    """Turn what goes wrong where something is damaged into an error of ours."""
    try:
        yield
    except SpanF1Error:
        raise
    except _WRONG:
        raise ReadError("damaged or cut off", where=source.name) from None


def _groups(file: io.FileIO, source: Source) -> list[dict[int, Any]]:
    """Return what a file of Parquet says of its groups of rows, as fields by number."""
    end = file.seek(0, os.SEEK_END)
    (length,) = struct.unpack("<I", _bytes_at(file, end - 8, 4))
    if length > source.most:
        raise source.too_large("description of the columns", source.most, size=length)
    groups: list[dict[int, Any]] = _Fields(_bytes_at(file, end - 8 - length, length)).all()[4]
    return groups


def _bytes_at(file: io.FileIO, place: int, count: int) -> bytes:
    """Return some bytes of a file, fewer at its end."""
    file.seek(place)
    return file.read(count) or b""


def _pages_of(file: io.FileIO, chunk: dict[int, Any]) -> tuple[int, int, int, set[int]]:
    """Return how many values the pages of a column have, and bytes unpacked.

    Next come the bytes of the largest dictionary, and how the pages are encoded.
    """
    place, encodings = chunk[9], set[int]()
    if 0 < chunk.get(11, 0) < place:
        place = chunk[11]
    end = place + chunk[7]
    count = size = dictionary = 0
    while count < chunk[5] and place < end:
        header, length = _header(file, place)
        if min(header[2], header[3]) < 0:
            raise ValueError
        if header[1] == _DICTIONARY:
            dictionary = max(dictionary, header[2])
        elif header[1] in (_DATA, _DATA_2):
            page = header[5] if header[1] == _DATA else header[8]
            count += max(page[1], 0)
            size += header[2]
            encodings.add(page[2] if header[1] == _DATA else page[4])
        place += length + header[3]
    return count, size, dictionary, encodings


def _header(file: io.FileIO, place: int) -> tuple[dict[int, Any], int]:
    """Return what begins a page, as fields by number, and how long that is."""
    for size in _HEADERS:
        fields = _Fields(_bytes_at(file, place, size))
        with contextlib.suppress(IndexError):
            return fields.all(), fields.place
    raise ValueError


class _Fields:
    """Reads structs in the compact protocol of Thrift, in which Parquet describes itself.

    The library ends the process where it is asked for some of it and that is damaged.
    """

    def __init__(self, data: bytes) -> None:
        self._data, self.place = data, 0

    def all(self) -> dict[int, Any]:
        """Return the fields of a struct by their numbers."""
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._signed()
            kind = head & 15
            # In a field, and not in a list, the type of a truth value is the value.
            fields[number] = kind == 1 if kind in (1, 2) else self._value(kind)
        return fields

    def _value(self, kind: int) -> Any:
        """Return a value of a type."""
        if kind in (4, 5, 6):
            return self._signed()
        match kind:
            case 1 | 2 | 3:
                return self._byte()
            case 7:
                return self._bytes(8)
            case 8:
                return self._bytes(self._number())
            case 9 | 10:
                head = self._byte()
                count = head >> 4
                count = self._number() if count == 15 else count
                return [self._value(head & 15) for _ in range(count)]
            case 12:
                return self.all()
        raise ValueError

    def _byte(self) -> int:
        byte = self._data[self.place]
        self.place += 1
        return byte

    def _bytes(self, count: int) -> bytes:
        begin, self.place = self.place, self.place + count
        if self.place > len(self._data):
            raise IndexError
        return self._data[begin : self.place]

    def _number(self) -> int:
        number = shift = 0
        while (byte := self._byte()) > 127:
            number |= (byte & 127) << shift
            shift += 7
        return number | byte << shift

    def _signed(self) -> int:
        number = self._data[self.place]
        if number > 127:
            number = self._number()
        else:
            # Most numbers have one byte.
            self.place += 1
        return number >> 1 ^ -(number & 1)


def check_batches(source: Source, *, is_file: bool) -> None:
    """Raise an error if a batch of Arrow says that it is too large.

    Raises
    ------
    ReadError
        If the file is damaged.
    LayoutError
        If a batch of rows, or a dictionary, is too large.
    """
    with _told(source), open(source.path, "rb", buffering=0) as file:
        for place in _blocks(file) if is_file else _messages(file):
            kind, size = _size_at(file, place)[:2]
            if kind == _DICTIONARY_BATCH and size > source.most:
                raise source.too_large("dictionary", source.most, size=size)
            if size > source.most * GROUP:
                needed = -(-size // GROUP)
                most = source.most * GROUP
                raise source.too_large("record batch", most, hint=SMALLER, size=needed)


def _blocks(file: io.FileIO) -> list[int]:
    """Return where the messages of a file of Arrow are, as its end says."""
    end = file.seek(0, os.SEEK_END)
    (length,) = struct.unpack("<i", _bytes_at(file, end - 10, 4))
    footer = _Flat(_bytes_at(file, end - 10 - length, length))
    root = footer.root()
    # Each is a place, the length of what describes it, and that of its body.
    vectors = (footer.longs(root, field, 3) for field in (2, 3))
    return [int(place) for vector in vectors for place in vector[::3]]


def _messages(file: io.FileIO) -> Iterator[int]:
    """Yield where the messages of a stream of Arrow are."""
    place = 0
    while len(_bytes_at(file, place, 8)) == 8:
        yield place
        place = _size_at(file, place)[2]


def _size_at(file: io.FileIO, place: int) -> tuple[int, int, int]:
    """Return what a message of Arrow is, its size unpacked, and where the next one begins."""
    marker, length = struct.unpack("<ii", _bytes_at(file, place, 8))
    place += 8
    if marker != -1:
        # In old files, there is no marker before the length.
        place, length = place - 4, marker
    if length <= 0:
        return 0, 0, file.seek(0, os.SEEK_END)
    message = _Flat(_bytes_at(file, place, length))
    root, place = message.root(), place + length
    kind, (body,) = message.number(root, 1, "<B"), message.longs_at(root, 3, 1)
    if body < 0:
        raise ValueError
    if kind not in (_DICTIONARY_BATCH, _RECORD_BATCH):
        return kind, int(body), place + int(body)
    batch = message.table(root, 2)
    if kind == _DICTIONARY_BATCH:
        batch = message.table(batch, 1)
    buffers = message.longs(batch, 2, 2)
    sizes = buffers[1::2].tolist()
    if message.field(batch, 3):
        # What is compressed has its length before it, or -1 where it is not compressed, after all.
        for number, begin in enumerate(buffers[::2].tolist()):
            if sizes[number] > 8:
                (size,) = struct.unpack("<q", _bytes_at(file, place + begin, 8))
                sizes[number] = max(size, sizes[number])
    return kind, max(int(body), sum(sizes)), place + int(body)


class _Flat:
    """Reads tables as FlatBuffers has them, in which Arrow describes its messages."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def _at(self, place: int, kind: str) -> int:
        if place < 0:
            raise ValueError
        number: int = struct.unpack_from(kind, self._data, place)[0]
        return number

    def root(self) -> int:
        """Return where the outermost table is."""
        return self._at(0, "<I")

    def field(self, table: int, number: int) -> int:
        """Return where a field of a table is; 0 if there is none."""
        slots = table - self._at(table, "<i")
        slot = 4 + 2 * number
        begin = self._at(slots + slot, "<H") if slot < self._at(slots, "<H") else 0
        return begin and table + begin

    def number(self, table: int, field: int, kind: str) -> int:
        """Return a number that is a field; 0 if there is none."""
        place = self.field(table, field)
        return self._at(place, kind) if place else 0

    def table(self, table: int, field: int) -> int:
        """Return where a table is that is a field."""
        place = self.field(table, field)
        if not place:
            raise ValueError
        return place + self._at(place, "<I")

    def longs(self, table: int, field: int, each: int) -> npt.NDArray[np.int64]:
        """Return the items of a list that is a field, as so many long numbers each."""
        if not self.field(table, field):
            return np.zeros(0, np.int64)
        place = self.table(table, field)
        return np.frombuffer(self._data, "<i8", each * self._at(place, "<I"), place + 4)

    def longs_at(self, table: int, field: int, count: int) -> list[int]:
        """Return long numbers that are a field; zeros if there is none."""
        place = self.field(table, field)
        return [self._at(place + 8 * k, "<q") if place else 0 for k in range(count)]


def bounded(batch: Any, source: Source, before: int) -> Iterator[Any]:
    """Yield a batch, in parts if it is large once its texts are written out.

    Parameters
    ----------
    batch : record batch
        The rows.
    source : Source
        Where they are from, for a message.
    before : int
        How many rows are before them.

    Raises
    ------
    LayoutError
        If a row is too large.
    """
    most, count = source.most, batch.num_rows
    if sum(map(_at_most, batch.columns)) <= most:
        yield batch
        return
    sizes = sum(map(_sizes, batch.columns)) + np.zeros(count, np.int64)
    for row in np.flatnonzero(sizes > most)[:1].tolist():
        raise source.too_large("row", most, before + row + 1, size=int(sizes[row]))
    ends, start = np.cumsum(sizes), 0
    while start < count:
        done = ends[start] - sizes[start]
        stop = int(np.searchsorted(ends, done + most, "right"))
        yield batch.slice(start, stop - start)
        start = stop


def _at_most(array: Any) -> int:
    """Return a size that the values of an array have together at most, soon known."""
    import pyarrow as pa

    if not len(array):
        return 0
    if isinstance(array, pa.ListArray | pa.LargeListArray):
        _, lengths, values = _lists(array)
        return int(lengths.sum()) * VALUE + _at_most(values)
    if isinstance(array, pa.DictionaryArray):
        return len(array) * int(np.max(_sizes(array.dictionary), initial=0))
    if isinstance(array, pa.StringArray | pa.LargeStringArray):
        return int(array.nbytes)
    if isinstance(array, pa.StructArray):
        return sum(map(_at_most, array.flatten()))
    return int(np.sum(_sizes(array)))


def _sizes(array: Any) -> IntArray | int:  # noqa: PLR0911 - one for each kind of values
    """Return how large each value of an array is, or the only size that they have."""
    import pyarrow as pa
    import pyarrow.compute as pc

    types, kind = pa.types, array.type
    if not len(array):
        return 0
    if hasattr(array, "value_lengths"):
        starts, lengths, values = _lists(array)
        inner = _sizes(values)
        if isinstance(inner, int):
            return lengths * (VALUE + inner)
        ends = np.append(0, np.cumsum(inner + VALUE))
        sizes: IntArray = ends[starts + lengths] - ends[starts]
        return sizes
    if types.is_struct(kind):
        return sum(map(_sizes, array.flatten()))
    if types.is_dictionary(kind):
        inner = _sizes(array.dictionary)
        if isinstance(inner, int):
            return inner
        return np.where(array.is_valid(), inner[np.asarray(array.indices.fill_null(0))], 0)
    if types.is_string(kind) or types.is_large_string(kind):
        return np.asarray(pc.binary_length(array).fill_null(0)).astype(np.int64)
    if types.is_string_view(kind):
        # A view has 16 bytes, of which the first four are the length.
        views = np.frombuffer(array.buffers()[1], "<i4")[4 * array.offset :: 4]
        return views[: len(array)].astype(np.int64)
    return 0


def _lists(array: Any) -> tuple[IntArray, IntArray, Any]:
    """Return where the lists of an array begin in its values, how long they are, and the values."""
    import pyarrow as pa

    count, values = len(array), array.values
    if isinstance(array, pa.FixedSizeListArray):
        size = array.type.list_size
        return (np.arange(count) + array.offset) * size, np.full(count, size), values
    offsets = np.asarray(array.offsets).astype(np.int64)
    if isinstance(array, pa.ListViewArray | pa.LargeListViewArray):
        valid = np.asarray(array.is_valid())
        return offsets, np.where(valid, np.asarray(array.sizes), 0).astype(np.int64), values
    first, last = int(offsets[0]), int(offsets[-1])
    return offsets[:-1] - first, np.diff(offsets), values.slice(first, last - first)
