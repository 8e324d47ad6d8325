"""Which format annotated documents are in, by what is in the file or folder."""

from __future__ import annotations

import contextlib
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from spanf1.core.options import AUTO
from spanf1.exceptions import InputError, LayoutError, ReadError, UsageError
from spanf1.formats.records.keys import ITEM_OFFSETS, KEYS
from spanf1.formats.records.values import Value, named_keys, spelt, values
from spanf1.formats.registry import ARROW, COLUMNS, FORMATS, INPUT_FORMATS
from spanf1.formats.source import BOM, STDIN, Source, look_ahead

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


_TAGS = KEYS["jsonl"]
# The keys of spans that readers look for.
_SPAN_KEYS = ("gold", *_TAGS.of("predicted", alone=True), "spans", "ents", "entities", "label")
_TASK_KEYS = ("annotations", "predictions", "completions")
# What keys tell of an item that has no offsets: what it says, and its type.
_SAID = {"text", "name", "word", "mention", "entity", "span", "value"}
_TYPED = {"type", "label", "category", "entity_type", "entity_group", "entity"}


def of_record(value: object, keys: tuple[str, ...]) -> str:
    """Return the format of a record that has spans or tags; empty if it has none.

    What is at `keys` tells first.
    """
    if isinstance(value, dict):
        return _of_object(value, keys)
    match value:
        case [str(), dict()]:
            return "prodigy"
        case [dict() as item, *_]:
            kind = _of_item(item)
            return "pipeline" if kind == "prodigy" else kind
        case [str(), str()] | [[str(), str()], *_]:
            return "entities"
    return ""


def _of_object(record: dict[str, Any], keys: tuple[str, ...]) -> str:
    if isinstance(record.get("data"), dict) and any(
        isinstance(record.get(key), list) for key in _TASK_KEYS
    ):
        return "labelstudio"
    tags = _has_tokens(record) or not _has_text(record)
    for names, tagged in ((keys, True), (_SPAN_KEYS, tags)):
        for key in names:
            kind = _of_value(record.get(key), key)
            if kind and (kind != "jsonl" or tagged):
                if kind == "doccano" and _has_tokens(record):
                    return "prodigy"
                return kind
    # A record may be an item of an array that is a document.
    kind = _of_item(record)
    if kind in ("pipeline", "entities"):
        return kind
    # Label Studio calls a list of spans as the user does.
    values = (_of_value(value, key) for key, value in record.items())
    return "labelstudio" if "labelstudio" in values else ""


def _of_value(value: object, key: str) -> str:
    """Return what format the value at a key is from; empty if it does not tell."""
    match value:
        case dict():
            texts = [text for found in value.values() if isinstance(found, list) for text in found]
            return "entities" if texts and all(isinstance(text, str) for text in texts) else ""
        case [str() | int(), *_]:
            return "jsonl"
        case [[int(), int(), str()], *_]:
            return "doccano" if key in ("label", "labels") else "prodigy"
        case [[str(), str()], *_]:
            return "entities"
        case [dict() as item, *_]:
            return _of_item(item)
    return ""


def _of_item(item: dict[str, Any]) -> str:
    """Return what format an item of a list is from; empty if it does not tell."""
    if "entity_group" in item or ("entity" in item and ("start" in item or "index" in item)):
        return "pipeline"
    characters, doccano = (start in item and end in item for start, end in ITEM_OFFSETS)
    if characters and isinstance(item.get("labels"), list):
        return "labelstudio"
    if characters or "offsets" in item:
        return "prodigy"
    if doccano:
        return "doccano"
    said, typed = (
        {key for key in some if isinstance(item.get(key), str)} for some in (_SAID, _TYPED)
    )
    return "entities" if said and typed and len(said | typed) > 1 else ""


def of_keys(value: object, _: tuple[str, ...]) -> str:
    """Return the format of a record by the keys that it has; empty if these do not tell."""
    if isinstance(value, list):
        return "" if value else "pipeline"
    if not isinstance(value, dict):
        return ""
    if _has_tokens(value):
        return "jsonl"
    if _has_text(value):
        return "prodigy" if "text" in value else "doccano"
    if any(key in value for key in (*_TAGS.gold, *_TAGS.predicted)):
        return "jsonl"
    return "entities" if "entities" in value else ""


def _has_tokens(record: dict[str, Any]) -> bool:
    """Return whether a record has tokens that are strings, or none."""
    found = [record[key] for key in _TAGS.token if isinstance(record.get(key), list)]
    return any(not tokens or isinstance(tokens[0], str) for tokens in found)


def _has_text(record: dict[str, Any]) -> bool:
    return any(isinstance(record.get(key), str) for key in ("text", "data"))


#: how much of a file is looked at
_LOOK = 1 << 16

_FIRST = 64
#: how Parquet, and files and streams of Arrow, begin
ARROW_MARKS = (b"PAR1", b"ARROW1", b"\xff\xff\xff\xff")
# How JSON begins, and how these and spaCy's files do.
_JSON_BEGINS = (b"{", b"[")
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


def detected(source: Source, keys: tuple[str, ...] = ()) -> str:
    """Return the format of a source, by how it begins; nothing if there is nothing in it.

    Raises
    ------
    LayoutError
        If it cannot be told.
    """
    if source.path != STDIN and not os.path.isfile(source.path):
        if not os.path.isdir(source.path):
            from spanf1.formats.arrow.files import is_arrow

            return ARROW if is_arrow(source.path) else COLUMNS
    elif source.path.endswith(".ann") and _ANNOTATION.match(_bytes_of(source)):
        return "brat"
    elif not _BINARY.match(_bytes_of(source)):
        head = head_of(source).lstrip()
        if head[:1] not in _JSON_BEGINS and not (source.path == STDIN and _BINARY.match(head)):
            return COLUMNS if head or source.path == STDIN or os.path.getsize(source.path) else ""
    # Most inputs are columns, and need no other look.

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
