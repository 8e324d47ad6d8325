"""Which format files have: as is given, or by how they begin."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Mapping, Sequence

from spanf1.errors import InputError, LayoutError, UsageError
from spanf1.formats.streams import BOM, STDIN, Source
from spanf1.options import AUTO

COLUMNS, JSONL = "columns", "jsonl"

#: what input may be said to be
INPUT_FORMATS = (AUTO, COLUMNS, JSONL)

#: how much of a file is looked at
_LOOK = 1 << 16

# How JSON Lines begin. A token that is a brace may stand in columns.
_OBJECT = re.compile(rb"\s*\{(?![ \t]+[^\s\"}])")


def is_jsonl(
    sources: Sequence[Source],
    input_format: str,
    columns: Mapping[str, object],
    keys: Mapping[str, object],
) -> bool:
    """Return whether files are JSON Lines; else they are columns.

    Parameters
    ----------
    sources : sequence of Source
        The files. A pipe, other than standard input, cannot be looked at: it has columns.
    input_format : str
        One of `INPUT_FORMATS`.
    columns, keys : mapping of str to object
        What was given that only goes with the one, or the other; None is not given.

    Raises
    ------
    UsageError
        If there is no such format, or something does not go with it.
    LayoutError
        If files are of different formats.
    """
    if input_format not in INPUT_FORMATS:
        raise UsageError(
            f"there is no input format {input_format!r}", hint=", ".join(INPUT_FORMATS)
        )
    kind = detected(sources) if input_format == AUTO else input_format
    others = columns if kind == JSONL else keys
    name = next((name for name, value in others.items() if value is not None), "")
    if name:
        reads = "JSON Lines" if kind == JSONL else "columns"
        raise UsageError(
            f"{name} does not go with {reads}, which the input is"
            + " by its first character" * (input_format == AUTO),
            hint="input_format (--input-format) says what it is: columns or jsonl",
        )
    return kind == JSONL


def detected(sources: Sequence[Source]) -> str:
    """Return the format of files, by how they begin.

    Raises
    ------
    LayoutError
        If they are of different formats.
    """
    heads = [(source, _head(source)) for source in sources]
    kinds = {
        source.name: JSONL if _OBJECT.match(head) else COLUMNS
        for source, head in heads
        if head.strip()
    }
    if len(set(kinds.values())) > 1:
        words = " and ".join(f"{name} {kind}" for name, kind in kinds.items())
        raise LayoutError(
            f"files of different formats: {words}, by their first characters",
            hint="--input-format says what both are",
        )
    return next(iter(kinds.values()), COLUMNS)


def _head(source: Source) -> bytes:
    """Return how the content of a source begins; nothing if it cannot be looked at."""
    if source.path == STDIN:
        with contextlib.suppress(OSError, AttributeError, ValueError):
            return _unpacked(sys.stdin.buffer.peek(_LOOK)).removeprefix(BOM)  # type: ignore[union-attr]
        return b""
    if not os.path.isfile(source.path):
        return b""
    # What is wrong with a file is said when it is read.
    with contextlib.suppress(InputError), contextlib.closing(source.blocks(_LOOK)) as blocks:  # type: ignore[type-var]
        for block in blocks:
            head = bytes(block.data[1 : block.end])
            if head.strip():
                return head
    return b""


def _unpacked(head: bytes) -> bytes:
    """Return the first bytes of what is compressed, as far as they are there."""
    # What is damaged is found out when it is read.
    with contextlib.suppress(Exception):
        if head.startswith(b"\x1f\x8b"):
            import zlib

            return zlib.decompressobj(31).decompress(head, _LOOK)
        if head.startswith(b"BZh"):
            import bz2

            return bz2.BZ2Decompressor().decompress(head, _LOOK)
        if head.startswith(b"\xfd7zXZ"):
            import lzma

            return lzma.LZMADecompressor().decompress(head, _LOOK)
    return head
