"""Files of Parquet and Arrow: which of them a path stands for, and their rows, in batches."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from spanf1.exceptions import LayoutError, ReadError, UsageError, not_installed
from spanf1.formats.arrow.sizes import SMALLER, bounded, check_batches, parquet_sizes
from spanf1.formats.records.values import named_keys
from spanf1.formats.source import STDIN, Progress, Source
from spanf1.wording import and_others, shortened, unwritable

PARQUET, FILE, STREAM = "Parquet", "Arrow file", "Arrow stream"

# What lists the splits of a Hugging Face dataset, and the files of one, and how many names at most;
# and where the hub keeps the files of a repository.
_SPLITS_FILE, _ROWS_FILE = "dataset_dict.json", "state.json"
_MOST_NAMES = 1 << 16
_SNAPSHOT = re.compile(r"(?<=[/\\])snapshots[/\\][0-9a-f]{40}([/\\].*)?$", re.DOTALL)

# How they begin. A stream has the length of its first message next.
_MAGIC = {b"PAR1": PARQUET, b"ARRO": FILE, b"\xff\xff\xff\xff": STREAM}

_ENDINGS = (".parquet", ".arrow")
# How the shards of a split are named.
_SHARD = re.compile(r"(?P<split>.+)-\d{5}-of-\d{5}(?:-[0-9a-f]+)?")
_SPLITS = {"train", "training", "dev", "val", "valid", "validation", "test", "testing"}

#: about how many values of a column are read at a time, and rows at most
BATCH_VALUES = 1 << 19
BATCH_ROWS = 1 << 15
# The same for what is in Arrow, by bytes of memory.
_BATCH_BYTES = 1 << 23

# Not mapped into memory, nor read ahead: as much of a file would be in memory as was read of it.
_BUFFERED: dict[str, Any] = {"buffer_size": 1 << 16, "pre_buffer": False}

# Where Hugging Face's datasets keep their features.
_METADATA = b"huggingface"

#: how many columns, or splits, a message names
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
        raise not_installed("reading Parquet and Arrow needs pyarrow", "arrow") from None
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
            described = len((schema.metadata or {}).get(_METADATA, b""))
            if described > self.source.most:
                what = "description of the columns"
                raise self.source.too_large(what, self.source.most, size=described)
            return _plain_schema(schema)

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
        done, count, first = 0, 0, None
        for path, size in zip(paths, sizes, strict=True):
            source = self.source._replace(path=path, label=self._name(path))
            with self._clean(path):
                with _open(path) as opened:
                    schema = _schema(opened)
                first = schema if first is None else first
                self._check(schema, columns, path, first)
                read = _read_parquet if kind_of(path) == PARQUET else _read_arrow
                for batch, share in read(source, columns, rows):
                    for part in bounded(batch, self.source, count):
                        yield _plain_strings(part, encoded)
                    count += batch.num_rows
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
        except UnicodeEncodeError:
            message = "pyarrow opens no file whose name is not UTF-8"
            raise ReadError(message, where=self._name(path), hint="rename it") from None
        except MemoryError:
            message = "more memory than there is would be needed for a group, batch or page of it"
            raise ReadError(message, where=self._name(path), hint=SMALLER) from None
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
    columns = named_keys(schema.names, _NAMED)
    return LayoutError(f"{message}; the columns: {columns}", where=where, hint=hint)


def _open(path: str, encoded: Sequence[str] = ()) -> Any:
    """Return a reader of a file, which closes it; some texts of Parquet come by number."""
    kind = kind_of(path)
    if kind == PARQUET:
        texts = list(encoded) or None
        try:
            return pyarrow().parquet.ParquetFile(path, read_dictionary=texts, **_BUFFERED)
        except KeyError:
            # A group calls a column otherwise than the schema does.
            raise ReadError("damaged or cut off", where=path) from None
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
        self.kind = kind
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
        if self.kind == FILE:
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
        read = ipc.open_file if self.kind == FILE else ipc.open_stream
        return read(self._file, options=options)


def _read_parquet(source: Source, columns: Sequence[str], rows: int) -> Iterator[tuple[Any, float]]:
    """Yield batches of Parquet, and what share of the rows they end at."""
    sizes, chosen = parquet_sizes(source, columns, rows), [*columns]
    size = max(1, min(rows, int(BATCH_VALUES / sizes.values)))
    with _open(source.path, sizes.encoded) as opened:
        batches = opened.iter_batches(size, columns=chosen)
        if sizes.apart:
            each = (
                opened.iter_batches(size, row_groups=[number], columns=chosen)
                for number in range(opened.metadata.num_row_groups)
            )
            batches = _together(chain.from_iterable(each), size, source.most)
        done = 0
        for batch in _ahead(batches):
            done += batch.num_rows
            if sizes.encoded:
                # Numbers that are not in the dictionary come from damaged files.
                batch.validate(full=True)
            yield batch.select(chosen), done / max(opened.metadata.num_rows, 1)


def _together(batches: Iterator[Any], rows: int, most: int) -> Iterator[Any]:
    """Yield batches of about so many rows, and bytes at most, made of smaller ones."""
    some: list[Any] = []
    count = size = 0
    for batch in batches:
        if some and (count + batch.num_rows > rows or size > most):
            yield pyarrow().concat_batches(some)
            some, count, size = [], 0, 0
        some.append(batch)
        count += batch.num_rows
        size += batch.get_total_buffer_size()
    if some:
        yield pyarrow().concat_batches(some)


def _ahead(batches: Iterator[Any]) -> Iterator[Any]:
    """Yield batches, while the next one is being decoded."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        task = pool.submit(next, batches, None)
        while (batch := task.result()) is not None:
            task = pool.submit(next, batches, None)
            yield batch


def _read_arrow(source: Source, columns: Sequence[str], rows: int) -> Iterator[tuple[Any, float]]:
    """Yield batches of Arrow, cut where they are large, and what share of the file they end at."""
    with _open(source.path) as opened:
        check_batches(source, is_file=opened.kind == FILE)
        fields = sorted(opened.schema.get_field_index(column) for column in columns)
        for batch, share in opened.batches(fields):
            batch.validate(full=True)
            size = max(1, min(rows, _BATCH_BYTES * batch.num_rows // max(batch.nbytes, 1)))
            chosen = batch.select([*columns])
            for start in range(0, batch.num_rows, size):
                yield chosen.slice(start, size), share


def _plain_schema(schema: Any) -> Any:
    """Return a schema of Arrow with strings in place of views of strings."""
    pa = pyarrow()
    fields = [field.with_type(_plain(pa, field.type)) for field in schema]
    return pa.schema(fields, schema.metadata)


def _plain_strings(batch: Any, encoded: Sequence[str]) -> Any:
    """Return a batch with strings in place of views of them, and of numbers in some columns."""
    types = pyarrow().types
    for number, name in enumerate(batch.schema.names):
        if name not in encoded and types.is_dictionary(batch.column(number).type):
            batch = batch.set_column(number, name, batch.column(number).dictionary_decode())
    if "string_view" not in str(batch.schema.types):
        return batch
    return batch.cast(_plain_schema(batch.schema))


def _plain(pa: Any, kind: Any) -> Any:
    """Return a type with strings in place of views of them."""
    types = pa.types
    if types.is_string_view(kind):
        kind = pa.string()
    elif types.is_dictionary(kind):
        kind = pa.dictionary(kind.index_type, _plain(pa, kind.value_type))
    elif types.is_list(kind):
        kind = pa.list_(_plain(pa, kind.value_type))
    elif types.is_large_list(kind):
        kind = pa.large_list(_plain(pa, kind.value_type))
    elif types.is_fixed_size_list(kind):
        kind = pa.list_(_plain(pa, kind.value_type), kind.list_size)
    elif types.is_struct(kind):
        kind = pa.struct([field.with_type(_plain(pa, field.type)) for field in kind])
    return kind


def is_arrow(path: str) -> bool:
    """Return whether a path looks like Parquet, Arrow, or a folder of such; it may be neither."""
    with contextlib.suppress(OSError):
        if os.path.isdir(path):
            return bool(_names(path) or _parts(path))
        if not os.path.exists(path):
            return bool(_split_files(path))
        return os.path.isfile(path) and bool(kind_of(path))
    return False


def files_of(source: Source) -> list[str]:
    """Return the files of a path, in order.

    Raises
    ------
    UsageError
        If it is standard input.
    ReadError, LayoutError
        If there is none, or there are several splits.
    """
    path = source.path
    if path == STDIN:
        raise UsageError("Parquet and Arrow are read from files, not from standard input")
    files = _files_of(source)
    for file in files:
        if os.path.exists(file) and not os.path.isfile(file):
            message = "this is no regular file, as Parquet and Arrow are read from"
            raise ReadError(message, where=source.name if file == path else file)
    return files


def _files_of(source: Source) -> list[str]:
    """Return the files of a path, in order; they may be of any kind, or not there."""
    path = source.path
    if not os.path.isdir(path):
        return ([] if os.path.exists(path) else _split_files(path)) or [path]
    if os.path.isfile(os.path.join(path, _SPLITS_FILE)):
        return _one_of(source, _listed(source, _SPLITS_FILE, "splits"))
    if os.path.isfile(os.path.join(path, _ROWS_FILE)):
        return [os.path.join(path, name) for name in _listed(source, _ROWS_FILE, "_data_files")]
    folder = next((one for one in (path, os.path.join(path, "data")) if _names(one)), None)
    if folder is None:
        if parts := _parts(path):
            return _one_of(source, parts)
        raise ReadError("there are no .parquet or .arrow files in the folder", where=source.name)
    splits = {_split(name) or "(others)" for name in _names(folder)}
    if len(splits) > 1:
        raise _of_splits(source, sorted(splits), folder)
    return [os.path.join(folder, name) for name in _names(folder)]


def _listed(source: Source, name: str, key: str) -> list[str]:
    """Return the names that a file of a Hugging Face dataset lists: they stay in its folder."""
    where = os.path.join(source.path, name)
    content = source._replace(path=where, label=where).whole(name)
    found: Any = None
    names = None
    with contextlib.suppress(ValueError, LookupError, TypeError, RecursionError):
        found = json.loads(content)
        names = [one["filename"] if isinstance(one, dict) else one for one in found[key]]
        if not isinstance(found[key], list):
            names = None
    if names is None or not all(isinstance(one, str) for one in names):
        raise LayoutError(f"{key} is no list of names, as a dataset has it", where=where)
    if not names:
        raise LayoutError("a dataset without rows", where=source.name)
    if len(names) > _MOST_NAMES:
        message = f"{key} are {len(names)} names: {_MOST_NAMES} at most are read"
        raise LayoutError(message, where=where)
    for one in names:
        _check_within(source.path, one, where)
    if name == _ROWS_FILE and any(found.get(old) for old in _CHOSEN_ROWS):
        hint = "flatten_indices() before save_to_disk() writes the rows themselves"
        raise LayoutError("a dataset of chosen rows", where=source.name, hint=hint)
    return names


def _check_within(folder: str, name: str, where: str) -> None:
    """Raise an error if a name is none of a file, or a folder, in the folder that lists it."""
    if not name or unwritable(name):
        raise LayoutError(f"{shortened(name)} is no name of a file", where=where)
    plain = os.path.normpath(name)
    inside = not os.path.isabs(name) and plain != os.curdir
    inside = inside and plain.partition(os.sep)[0] != os.pardir
    if not (inside and os.path.realpath(os.path.join(folder, name)).startswith(_home(folder))):
        message = f"{shortened(name)} is not in the folder of the dataset"
        raise LayoutError(message, where=where, hint="give the file itself, if it is the one meant")


def _home(folder: str) -> str:
    """Return what the files of a folder are to be in: itself or, in a cache of the hub, the cache.

    There, files are links to ``blobs``, beside the ``snapshots``.
    """
    real = os.path.realpath(folder)
    return os.path.join(_SNAPSHOT.sub("", real), "")


# What old versions of datasets wrote beside the rows, where some or another order were chosen.
_CHOSEN_ROWS = ("_indices_data_files", "_indices_files")


def _one_of(source: Source, splits: Sequence[str]) -> list[str]:
    """Return the files of the only split of a folder."""
    if len(splits) > 1:
        raise _of_splits(source, splits)
    path = os.path.join(source.path, splits[0])
    if os.path.isfile(os.path.join(path, _SPLITS_FILE)):
        message = f"{_SPLITS_FILE} lists splits, and a split is none"
        raise LayoutError(message, where=os.path.join(path, _SPLITS_FILE))
    return _files_of(source._replace(path=path, label=source.name))


def _of_splits(source: Source, splits: Sequence[str], folder: str = "") -> LayoutError:
    base = folder or source.path
    return LayoutError(
        f"a folder of {len(splits)} splits: {and_others(splits, _NAMED)}",
        where=source.name,
        hint=f"give one of them: {os.path.join(base, splits[-1])}",
    )


def _names(folder: str) -> list[str]:
    """Return the names of a folder's files of Parquet or Arrow, in order."""
    if not os.path.isdir(folder):
        return []
    found = (name for name in os.listdir(folder) if not name.startswith((".", "cache-")))
    return sorted(name for name in found if name.endswith(_ENDINGS))


def _parts(path: str) -> list[str]:
    """Return the subfolders that hold such files."""
    return [name for name in sorted(os.listdir(path)) if _names(os.path.join(path, name))]


def _split(name: str) -> str:
    """Return the split that a file is of, by its name; empty if that does not say."""
    stem = os.path.splitext(name)[0]
    shard = _SHARD.fullmatch(stem)
    return shard["split"] if shard else stem if stem in _SPLITS else ""


def _split_files(path: str) -> list[str]:
    """Return the files of a split that is given as if it were a file in their folder."""
    folder, split = os.path.split(path)
    found = _names(folder or os.curdir) if split else []
    return [os.path.join(folder, name) for name in found if _split(name) == split]


def kind_of(path: str) -> str:
    """Return what a file is by its first bytes; empty if it is none of these."""
    with open(path, "rb") as file:
        return _MAGIC.get(file.read(4), "")
