"""Which files of Parquet or Arrow a path stands for: one, a folder, or a split in a folder."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Sequence

from spanf1.exceptions import LayoutError, ReadError, UsageError
from spanf1.formats.source import STDIN, Source

PARQUET, FILE, STREAM = "Parquet", "Arrow file", "Arrow stream"

# How they begin. A stream has the length of its first message next.
_MAGIC = {b"PAR1": PARQUET, b"ARRO": FILE, b"\xff\xff\xff\xff": STREAM}

_ENDINGS = (".parquet", ".arrow")
# How the shards of a split are named.
_SHARD = re.compile(r"(?P<split>.+)-\d{5}-of-\d{5}(?:-[0-9a-f]+)?")
_SPLITS = {"train", "training", "dev", "val", "valid", "validation", "test", "testing"}


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
    if not os.path.isdir(path):
        return ([] if os.path.exists(path) else _split_files(path)) or [path]
    if os.path.isfile(os.path.join(path, "dataset_dict.json")):
        return _one_of(source, _listed(path, "dataset_dict.json", "splits", source))
    if os.path.isfile(os.path.join(path, "state.json")):
        names = _listed(path, "state.json", "_data_files", source)
        return [os.path.join(path, name) for name in names]
    folder = next((one for one in (path, os.path.join(path, "data")) if _names(one)), None)
    if folder is None:
        if parts := _parts(path):
            return _one_of(source, parts)
        raise ReadError("there are no .parquet or .arrow files in the folder", where=source.name)
    splits = {_split(name) or "(others)" for name in _names(folder)}
    if len(splits) > 1:
        raise _of_splits(source, sorted(splits), folder)
    return [os.path.join(folder, name) for name in _names(folder)]


def _listed(path: str, name: str, key: str, source: Source) -> list[str]:
    """Return the names that a file of a Hugging Face dataset lists."""
    where = os.path.join(path, name)
    try:
        with open(where, encoding="utf-8") as file:
            found = json.load(file)
        names = [one["filename"] if isinstance(one, dict) else one for one in found[key]]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        names = [None]
    if not all(isinstance(one, str) for one in names):
        raise LayoutError(f"{key} is no list of names, as a dataset has it", where=where)
    if not names:
        raise LayoutError("a dataset without rows", where=source.name)
    if key == "_data_files" and any(found.get(old) for old in _CHOSEN_ROWS):
        hint = "flatten_indices() before save_to_disk() writes the rows themselves"
        raise LayoutError("a dataset of chosen rows", where=source.name, hint=hint)
    return names


# What old versions of datasets wrote beside the rows, where some or another order were chosen.
_CHOSEN_ROWS = ("_indices_data_files", "_indices_files")


def _one_of(source: Source, splits: Sequence[str]) -> list[str]:
    """Return the files of the only split of a folder."""
    if len(splits) > 1:
        raise _of_splits(source, splits)
    return files_of(Source(os.path.join(source.path, splits[0]), label=source.name))


def _of_splits(source: Source, splits: Sequence[str], folder: str = "") -> LayoutError:
    base = folder or source.path
    return LayoutError(
        f"a folder of {len(splits)} splits: {', '.join(splits)}",
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
