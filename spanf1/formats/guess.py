"""Which format files have: as is given, or by how they begin."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from spanf1.core.options import AUTO
from spanf1.exceptions import InputError, UsageError
from spanf1.formats.source import BOM, STDIN, Source, look_ahead

COLUMNS, JSONL, ARROW = "columns", "jsonl", "arrow"

#: what input may be said to be
INPUT_FORMATS = (
    AUTO,
    COLUMNS,
    JSONL,
    "prodigy",
    "doccano",
    "labelstudio",
    "pipeline",
    "entities",
    "brat",
    "spacy",
    ARROW,
)

#: how much of a file is looked at
_LOOK = 1 << 16

_KEYED = {*INPUT_FORMATS} - {AUTO, COLUMNS, "brat"}
_TAGGED = {COLUMNS, JSONL, "pipeline", ARROW}
#: which formats an option goes with that not all go with
GO_WITH = {
    **dict.fromkeys(
        ("gold_column", "pred_column", "tag_column", "token_column", "delimiter"),
        frozenset({COLUMNS}),
    ),
    **dict.fromkeys(("gold_key", "pred_key", "key"), frozenset(_KEYED)),
    "token_key": frozenset({JSONL, "prodigy", ARROW}),
    "text_key": frozenset(_KEYED - {JSONL, "spacy"}),
    "id_key": frozenset(_KEYED - {"spacy"}),
    "labels": frozenset(_TAGGED - {COLUMNS}),
    **dict.fromkeys(("tag_form", "scheme"), frozenset(_TAGGED)),
}
# Those that are of one side.
_OF_SIDE = {"gold_key": 0, "pred_key": -1}

_FIRST = 64
#: how Parquet, and files and streams of Arrow, begin
ARROW_MARKS = (b"PAR1", b"ARROW1", b"\xff\xff\xff\xff")
# How JSON begins, and how these and spaCy's files do.
_JSON = (b"{", b"[")
_BINARY = re.compile(b"|".join(ARROW_MARKS) + rb"|x[\x01\x9c\xda]")
# How a file of brat's begins, most often.
_ANNOTATION = re.compile(rb"T[0-9]+\t\S+ [0-9]")


def formats_of(
    sources: Sequence[Source], input_format: str = AUTO, keys: tuple[str, ...] = ()
) -> list[str]:
    """Return the format of each source, a name of `spanf1.formats.registry.FORMATS`.

    Parameters
    ----------
    sources : sequence of Source
        The files, gold first. A pipe, other than standard input, cannot be looked at: it has
        columns.
    input_format : str
        Their format, or those of gold and predictions with a comma between them; or ``auto``.
    keys : tuple of str
        Keys of JSON that were given.

    Raises
    ------
    UsageError
        If there is no such format.
    LayoutError
        If the format of a source cannot be told.
    """
    given = [name.strip() for name in input_format.split(",")]
    unknown = [name for name in given if name not in INPUT_FORMATS]
    if unknown or len(given) > 2:
        wrong = unknown[0] if unknown else input_format
        raise UsageError(f"there is no input format {wrong!r}", hint=", ".join(INPUT_FORMATS))
    if len(given) > len(sources):
        raise UsageError(f"two input formats, {input_format}, and one input")
    names = given * (1 if len(given) == len(sources) else len(sources))
    found = [
        detected(source, keys) if name == AUTO else name
        for name, source in zip(names, sources, strict=True)
    ]
    # An input that has nothing in it is like the other.
    return [name or next(filter(None, found), COLUMNS) for name in found]


def check_options(formats: Sequence[str], given: Mapping[str, Any], *, detected: bool) -> None:
    """Raise an error if an option was given that goes with none of the formats of some inputs.

    Parameters
    ----------
    formats : sequence of str
        The formats; that of gold first, if there are two sides.
    given : mapping of str to object
        The options; None, and ``auto``, are not given.
    detected : bool
        Whether the formats were found out.

    Raises
    ------
    UsageError
        If there is one.
    """
    for name, known in GO_WITH.items():
        wrong = [formats[_OF_SIDE[name]]] if name in _OF_SIDE else formats
        if given.get(name) in (None, AUTO) or known & {*wrong}:
            continue
        from spanf1.formats.registry import FORMATS

        raise UsageError(
            f"{name} does not go with {FORMATS[wrong[0]].title}, which the input is"
            + " by how it begins" * detected,
            hint=f"input_format (--input-format) says what it is: {', '.join(INPUT_FORMATS)}",
        )


def detected(source: Source, keys: tuple[str, ...] = ()) -> str:
    """Return the format of a source, by how it begins; nothing if there is nothing in it.

    Raises
    ------
    LayoutError
        If it cannot be told.
    """
    if source.path != STDIN and not os.path.isfile(source.path):
        if not os.path.isdir(source.path):
            from spanf1.formats.arrow.paths import is_arrow

            return ARROW if is_arrow(source.path) else COLUMNS
    elif source.path.endswith(".ann") and _ANNOTATION.match(_bytes_of(source)):
        return "brat"
    elif not _BINARY.match(_bytes_of(source)):
        head = head_of(source).lstrip()
        if head[:1] not in _JSON and not (source.path == STDIN and _BINARY.match(head)):
            return COLUMNS if head or source.path == STDIN or os.path.getsize(source.path) else ""
    # Most inputs are columns, and need no other look.
    from spanf1.formats.sniffing import format_of

    return format_of(source, keys)


def _bytes_of(source: Source) -> bytes:
    """Return the first bytes of a file, as they are; nothing if it is standard input."""
    if source.path != STDIN:
        with contextlib.suppress(OSError), open(source.path, "rb") as file:
            return file.read(_FIRST)
    return b""


def head_of(source: Source, look: int = _LOOK) -> bytes:
    """Return how the content of a source begins; nothing if it cannot be looked at.

    `look` is how much of standard input is looked at.
    """
    if source.path == STDIN:
        # What is wrong with it is said when it is read.
        with contextlib.suppress(OSError, AttributeError, ValueError):
            return _unpacked(look_ahead(look), look).removeprefix(BOM)
        return b""
    if not os.path.isfile(source.path):
        return b""
    # What is wrong with a file is said when it is read.
    with contextlib.suppress(InputError), contextlib.closing(source.chunks(_LOOK)) as chunks:  # type: ignore[type-var]
        for head in chunks:
            if head.strip():
                return head
    return b""


def _unpacked(head: bytes, look: int) -> bytes:
    """Return the first bytes of what is compressed, as far as they are there."""
    # What is damaged is found out when it is read.
    with contextlib.suppress(Exception):
        if head.startswith(b"\x1f\x8b"):
            import zlib

            return zlib.decompressobj(31).decompress(head, look)
        if head.startswith(b"BZh"):
            import bz2

            return bz2.BZ2Decompressor().decompress(head, look)
        if head.startswith(b"\xfd7zXZ"):
            import lzma

            return lzma.LZMADecompressor().decompress(head, look)
    return head
