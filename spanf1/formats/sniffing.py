"""Which format annotated documents are in, by what is in the file or folder."""

from __future__ import annotations

import contextlib
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from spanf1.annotations.kinds import of_keys, of_record
from spanf1.exceptions import InputError, LayoutError, ReadError
from spanf1.formats.guess import ARROW_MARKS, head_of
from spanf1.formats.records.lines import named_keys, spelt
from spanf1.formats.records.values import Value, values
from spanf1.formats.registry import FORMATS
from spanf1.formats.source import STDIN, Source

# how much of a file is looked at, and then, if nothing tells its format, how much more
_LOOKS = (1 << 16, 1 << 20, 1 << 25)
# how many records are
_RECORDS = 100

# How JSON begins. A token that is a bracket may stand in columns.
_JSON = re.compile(
    rb"\s*(?:\{(?![ \t]+[^\s\"}])|\[(?=\s*[\[{\"]|[ \t]*\][ \t\r]*(?:\n|\Z)|\s*\]\s*\Z))"
)
# What JSON is made of, but for numbers and constants; a string may be cut off.
_MARK = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_SPACY = ".spacy"

# What names of files in a folder tell, in this order.
_IN_FOLDERS = (
    ("brat", re.compile(r".+\.ann")),
    ("arrow", re.compile(r"dataset_info\.json|dataset_dict\.json|state\.json|.+\.(arrow|parquet)")),
    ("brat", re.compile(r".+\.txt")),
)

# What tells that a folder is one input, and not a folder of some.
_ONE_INPUT = re.compile(r".+\.ann|dataset_info\.json|dataset_dict\.json|state\.json")

_HINT = f"--input-format says which: {', '.join(FORMATS)}"


def format_of(source: Source, keys: tuple[str, ...] = ()) -> str:
    """Return the format of an input, a name of `spanf1.formats.registry.FORMATS`.

    Parameters
    ----------
    source : Source
        The file or folder. A pipe, other than standard input, cannot be looked at: it has
        columns.
    keys : tuple of str
        Keys of JSON that were given: what is there tells first.

    Raises
    ------
    ReadError
        If it cannot be read.
    LayoutError
        If it is no JSON although it begins like it, or nothing tells what it is.
    """
    if os.path.isdir(source.path):
        return _format_of_folder(source)
    if source.path != STDIN and not os.path.isfile(source.path):
        return "columns"
    for head, whole in _heads(source):
        kind = _format_of_bytes(source, head)
        if kind:
            return kind
        found, error = _records(source, head, whole)
        kind = _first_told(of_record, found or _completed(source, head), keys)
        if kind:
            return kind
        if len(found) == _RECORDS:
            break
    # No record has spans: the keys that there are tell.
    kind = _first_told(of_keys, found, keys)
    if not kind:
        raise error or _unknown(source, found)
    return kind


def is_one_input(folder: str) -> bool:
    """Return whether a folder is one input: brat's, or a dataset; not a folder of inputs.

    Raises
    ------
    ReadError
        If it cannot be read.
    """
    return any(map(_ONE_INPUT.fullmatch, _names_in(Source(folder))))


def _names_in(source: Source) -> list[str]:
    """Return the names of the files in a folder, and in those within."""
    try:
        names = sorted(os.listdir(source.path))
        folders = [path for name in names if os.path.isdir(path := os.path.join(source.path, name))]
        return names + [name for path in folders for name in os.listdir(path)]
    except OSError as error:
        raise ReadError(error.strerror or str(error), where=source.name) from error


def _format_of_folder(source: Source) -> str:
    names = _names_in(source)
    for kind, pattern in _IN_FOLDERS:
        if any(map(pattern.fullmatch, names)):
            return kind
    raise LayoutError(
        "a folder without .ann and .txt files, as brat has, and without a dataset",
        where=source.name,
    )


def _heads(source: Source) -> Iterator[tuple[bytes, bool]]:
    """Yield how a file begins, more and more of it, and whether that is all of it."""
    if source.path == STDIN:
        last = -1
        for look in _LOOKS:
            head = head_of(source, look)
            if len(head) > last:
                # What is compressed may be a bit shorter when it is unpacked.
                yield head, len(head) < look // 2
            last = len(head)
        return
    for look in _LOOKS:
        head = b""
        with contextlib.closing(source.chunks(look)) as chunks:  # type: ignore[type-var]
            while len(head) <= look and (chunk := next(chunks, None)) is not None:
                head += chunk
        whole = len(head) <= look
        yield head[:look], whole
        if whole:
            return


def _format_of_bytes(source: Source, head: bytes) -> str:
    """Return the format, if the first bytes tell that it is not JSON."""
    if head.startswith(ARROW_MARKS):
        return "arrow"
    if source.path.endswith(_SPACY) or _is_packed(head):
        return "spacy"
    return "" if _JSON.match(head) else "columns"


def _is_packed(head: bytes) -> bool:
    """Return whether bytes begin a map of MessagePack that is compressed by zlib."""
    if head[:1] != b"x":
        return False
    with contextlib.suppress(zlib.error):
        first = zlib.decompressobj().decompress(head, 1)
        return bool(first) and (0x80 <= first[0] < 0x90 or first[0] in (0xDE, 0xDF))
    return False


def _records(source: Source, head: bytes, whole: bool) -> tuple[list[Value], InputError | None]:
    """Return the first records, and the error for what comes then, if there is one.

    What is not `whole` may be wrong only where it is cut off.
    """
    found: list[Value] = []
    try:
        for value in values([_text(head).encode()], source.where):
            found.append(value)
            if len(found) == _RECORDS:
                break
    except InputError as error:
        if whole:
            return found, error
        message = f"its first {len(head)} bytes do not tell which format it is in"
        return found, LayoutError(message, where=source.name, hint=_HINT)
    return found, None


def _text(head: bytes) -> str:
    """Return bytes as text; those that are none are found when they are read, if not cut in two."""
    return head.decode(errors="ignore")


def _completed(source: Source, head: bytes) -> list[Value]:
    """Return the records of JSON that is cut off: what is not whole left out, what is open closed.

    There are none if it is malformed.
    """
    text = _text(head)
    closers: list[str] = []
    end = 0
    for mark in _MARK.finditer(text):
        match mark[0]:
            case "[" | "{":
                closers.append("]" if mark[0] == "[" else "}")
            case "]" | "}":
                if not closers:
                    break
                closers.pop()
            case ",":
                pass
            case _:
                continue
        end = mark.start() if mark[0] == "," else mark.end()
    whole = "".join([text[:end], *reversed(closers)])
    with contextlib.suppress(InputError):
        return list(values([whole.encode()], source.where))
    return []


def _first_told(tells: Callable[..., str], found: Iterable[Value], keys: tuple[str, ...]) -> str:
    """Return the format that the first of some records tells; empty if none does."""
    return next(filter(None, (tells(value, keys) for value, _ in found)), "")


def _unknown(source: Source, found: Sequence[Value]) -> LayoutError:
    if not found:
        return LayoutError("there are no records", where=source.name, hint=_HINT)
    value, line = found[0]
    has = f"has the keys {named_keys(value)}" if isinstance(value, dict) else f"is {spelt(value)}"
    message = f"no format is known whose records are like this, which {has}"
    return LayoutError(message, where=source.where(line), hint=_HINT)
