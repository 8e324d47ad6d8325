"""Files of Parquet and Arrow, and their rows, a batch at a time."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from spanf1.exceptions import LayoutError, ReadError, UsageError
from spanf1.formats.arrow.paths import FILE, PARQUET, files_of, kind_of
from spanf1.formats.arrow.views import plain_schema, plain_strings
from spanf1.formats.source import Progress, Source
from spanf1.wording import shortened

#: about how many values of a column are read at a time, and rows at most
BATCH_VALUES = 1 << 19
BATCH_ROWS = 1 << 15
# How many rows tell how many values a row has.
_SAMPLE = 1024
# The same for what is in Arrow, by bytes of memory.
_BATCH_BYTES = 1 << 23

# Not mapped into memory, nor read ahead: as much of a file would be in memory as was read of it.
_BUFFERED: dict[str, Any] = {"buffer_size": 1 << 16, "pre_buffer": False}

# Where Hugging Face's datasets keep their features.
_METADATA = b"huggingface"

#: how many columns a message names
_NAMED = 20


def pyarrow() -> Any:
    """Return the library.

    Raises
    ------
    UsageError
        If it is not installed.
    """
    try:
        import pyarrow
        import pyarrow.compute
        import pyarrow.ipc
        import pyarrow.parquet
    except ImportError:
        raise UsageError(
            "reading Parquet and Arrow needs pyarrow", hint="pip install 'spanf1[arrow]'"
        ) from None
    return pyarrow


class ArrowFile:
    """A file of Parquet or Arrow, or a folder of such that hold one table.

    Parameters
    ----------
    source : Source
        The file; a folder of shards; the folder of a Hugging Face dataset; or ``FOLDER/test`` for
        the shards ``test-00000-of-00002.parquet``, … in a folder. Rows are numbered through all.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.progress: Progress | None = None

    def schema(self) -> Any:
        """Return the schema, that of the first file.

        Raises
        ------
        ReadError, LayoutError
            If there is none that can be read.
        """
        path = self._files()[0]
        with self._clean(path), _open(path) as opened:
            schema = _schema(opened)
            # Names that are not UTF-8 are found out by asking.
            _ = [(field.name, str(field.type)) for field in schema]
            return plain_schema(schema)

    def batches(
        self, columns: Sequence[str], *, rows: int = BATCH_ROWS, encoded: Sequence[str] = ()
    ) -> Iterator[Any]:
        """Yield some columns of the rows, in record batches.

        Parameters
        ----------
        columns : sequence of str
            The names of the columns.
        rows : int
            How many rows a batch has at most.
        encoded : sequence of str
            Those that may come dictionary-encoded though they are not.

        Raises
        ------
        ReadError
            If a file is not there or damaged.
        LayoutError
            If a file has no such column.
        """
        paths = self._files()
        sizes = [os.path.getsize(path) if os.path.exists(path) else 0 for path in paths]
        done, first = 0, None
        for path, size in zip(paths, sizes, strict=True):
            with self._clean(path):
                read = _read_parquet if kind_of(path) == PARQUET else _read_arrow
                with _open(path, encoded) as opened:
                    schema = _schema(opened)
                    first = schema if first is None else first
                    self._check(schema, columns, path, first)
                    for batch, share in read(opened, columns, rows):
                        yield plain_strings(batch)
                        if self.progress:
                            self.progress(done + int(share * size))
            done += size

    def _files(self) -> list[str]:
        with self._clean(self.source.path):
            return files_of(self.source)

    def _check(self, schema: Any, columns: Sequence[str], path: str, first: Any) -> None:
        """Raise an error if a file has not got the columns, or describes them otherwise."""
        for column in columns:
            type_of(schema, column, self._name(path))
            if feature_of(schema, column) != feature_of(first, column):
                message = f"{column} is not described as in the first file: its labels may differ"
                raise LayoutError(message, where=path)

    def _name(self, path: str) -> str:
        return self.source.name if path == self.source.path else path

    @contextlib.contextmanager
    def _clean(self, path: str) -> Iterator[None]:
        """Turn the library's errors into ours."""
        try:
            yield
        except (pyarrow().ArrowException, OSError, UnicodeDecodeError) as error:
            message = str(getattr(error, "strerror", None) or error).strip().partition("\n")[0]
            if isinstance(error, FileNotFoundError):
                message = "no such file"
            elif "Invalid UTF8" in message:
                message = "there is a text that is not UTF-8"
            elif not isinstance(error, OSError) or error.errno is None:
                message = f"damaged or cut off ({message})"
            raise ReadError(message, where=self._name(path)) from None


def feature_of(schema: Any, column: str) -> Any:
    """Return how a Hugging Face dataset describes a column; None if it does not."""
    try:
        return json.loads(schema.metadata[_METADATA])["info"]["features"][column]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def type_of(schema: Any, column: str, where: str) -> Any:
    """Return the type of a column.

    Raises
    ------
    LayoutError
        If there is none, or several have the name.
    """
    found = schema.get_all_field_indices(column)
    if len(found) != 1:
        what = "are several columns" if found else "is no column"
        raise lacking(schema, f"there {what} {shortened(column)}", where)
    return schema.field(found[0]).type


def lacking(schema: Any, message: str, where: str, hint: str = "") -> LayoutError:
    """Return the error for a table that lacks a column, with those that it has."""
    names = schema.names
    more = f" and {len(names) - _NAMED} others" if len(names) > _NAMED else ""
    there = ", ".join(map(shortened, names[:_NAMED])) + more if names else "none"
    return LayoutError(f"{message}; the columns: {there}", where=where, hint=hint)


def _open(path: str, encoded: Sequence[str] = ()) -> Any:
    """Return a reader of a file, which closes it."""
    pa = pyarrow()
    kind = kind_of(path)
    if kind == PARQUET:
        opened = pa.parquet.ParquetFile(path, **_BUFFERED)
        leaves = [opened.schema.column(number) for number in range(len(opened.schema))]
        paths = [
            leaf.path
            for leaf in leaves
            if leaf.path.partition(".")[0] in encoded and leaf.physical_type == "BYTE_ARRAY"
        ]
        if not paths:
            return opened
        opened.close()
        return pa.parquet.ParquetFile(path, read_dictionary=paths, **_BUFFERED)
    if not kind:
        raise ReadError("no Parquet or Arrow, by its first bytes", where=path)
    return _Messages(path, kind)


def _schema(opened: Any) -> Any:
    """Return the schema of an open file."""
    return opened.schema if isinstance(opened, _Messages) else opened.schema_arrow


class _Messages:
    """A file or stream of Arrow, of which one batch is in memory at a time."""

    def __init__(self, path: str, kind: str) -> None:
        self._pa = pyarrow()
        self._kind = kind
        self._file = self._pa.OSFile(path)
        self.schema = self._reader(None).schema

    def __enter__(self) -> _Messages:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def batches(self, fields: list[int]) -> Iterator[tuple[Any, float]]:
        """Yield the batches, of some fields, and what share of the file they end at."""
        size = max(self._file.size(), 1)
        reader = self._reader(fields)
        if self._kind == FILE:
            count = reader.num_record_batches
            for number in range(count):
                yield reader.get_batch(number), (number + 1) / count
        else:
            for batch in reader:
                yield batch, self._file.tell() / size

    def _reader(self, fields: list[int] | None) -> Any:
        self._file.seek(0)
        ipc = self._pa.ipc
        options = ipc.IpcReadOptions(included_fields=fields)
        read = ipc.open_file if self._kind == FILE else ipc.open_stream
        return read(self._file, options=options)


def _read_parquet(opened: Any, columns: Sequence[str], rows: int) -> Iterator[tuple[Any, float]]:
    """Yield batches of Parquet, and what share of the rows they end at."""
    total, groups, chosen = opened.metadata.num_rows, opened.metadata.num_row_groups, [*columns]
    # What the file says of its columns may be damaged, and then the library would end the process.
    some = opened.iter_batches(_SAMPLE, row_groups=[0], columns=chosen) if groups else iter(())
    size = max(1, min(rows, int(BATCH_VALUES / _values(next(some, None)))))
    batches = opened.iter_batches(size, columns=chosen)
    encoded = any("dictionary<" in str(opened.schema_arrow.field(name).type) for name in columns)
    if encoded:
        # Those that are in lists are not read over the bounds of a group.
        each = (
            opened.iter_batches(size, row_groups=[number], columns=chosen)
            for number in range(groups)
        )
        batches = chain.from_iterable(each)
    done = 0
    for batch in _ahead(batches):
        done += batch.num_rows
        if encoded:
            # Numbers that are not in the dictionary come from damaged files.
            batch.validate(full=True)
        yield batch.select(chosen), done / max(total, 1)


def _values(batch: Any) -> float:
    """Return how many values a row has, on average, in the column that has most; 1 at least."""
    if batch is None or not batch.num_rows:
        return 1
    counts = [len(column.flatten()) for column in batch.columns if hasattr(column, "value_lengths")]
    return max(counts, default=0) / batch.num_rows or 1.0


def _ahead(batches: Iterator[Any]) -> Iterator[Any]:
    """Yield batches, while the next one is being decoded."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        task = pool.submit(next, batches, None)
        while (batch := task.result()) is not None:
            task = pool.submit(next, batches, None)
            yield batch


def _read_arrow(
    opened: _Messages, columns: Sequence[str], rows: int
) -> Iterator[tuple[Any, float]]:
    """Yield batches of Arrow, cut where they are large, and what share of the file they end at."""
    fields = sorted(opened.schema.get_field_index(column) for column in columns)
    for batch, share in opened.batches(fields):
        batch.validate(full=True)
        size = max(1, min(rows, _BATCH_BYTES * batch.num_rows // max(batch.nbytes, 1)))
        chosen = batch.select([*columns])
        for start in range(0, batch.num_rows, size):
            yield chosen.slice(start, size), share
