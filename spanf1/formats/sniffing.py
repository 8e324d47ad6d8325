"""Which format an input is in, by how it begins, or by what is in the folder that it is."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Sequence

from spanf1.core.options import AUTO
from spanf1.exceptions import InputError, LayoutError, ReadError
from spanf1.formats.registry import COLUMNS, FORMATS, JSONL, SURE, formats_given, module_of
from spanf1.formats.source import BOM, STDIN, Source, Stream, look_ahead
from spanf1.formats.unknown import refuse_unknown

# how much of a file is looked at first, then, unless it is plainly columns, how much, and if
# nothing tells its format, how much more
_FIRST = 64
_LOOKS = (1 << 16, 1 << 20, 1 << 25)
# how a list of tags begins
_TAG_LIST = re.compile(rb"""\[+\s*(['"])(O|[BIESLUMW][-_/:][^'",\s\]]+)\1\s*[],'"]""")
# how JSON begins
_JSON_BEGINS = (b"{", b"[", b"```")


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
        Keys of JSON that were given: what is there tells first.

    Raises
    ------
    UsageError
        If there is no such format.
    ReadError
        If what is to be looked at cannot be read.
    LayoutError
        If it is no JSON although it begins like it, or nothing tells what it is.
    """
    names = formats_given(input_format, len(sources))
    told = [
        format_of(source, keys) if name == AUTO else name
        for name, source in zip(names, sources, strict=True)
    ]
    # An input that has nothing in it is like the other; alone, it has what keys go with.
    nothing = JSONL if keys else COLUMNS
    return [name or next(filter(None, told), nothing) for name in told]


def format_of(source: Source, keys: tuple[str, ...] = ()) -> str:
    """Return the format of one source, likewise; empty if there is nothing in it."""
    if os.path.isdir(source.path):
        return _format_of_folder(source)
    if source.path != STDIN and not os.path.isfile(source.path):
        likeness = {} if os.path.exists(source.path) else _likeness(source.path, ())
        return next(filter(likeness.get, likeness), COLUMNS)
    endings = {name: known.ending for name, known in FORMATS.items() if known.ending}
    named = [name for name, ending in endings.items() if source.path.endswith(ending)]
    with contextlib.closing(Beginning(source)) as beginning:
        if not (beginning.may_be_json() or any(map(beginning.fits, FORMATS))):
            refuse_unknown(source, beginning.raw, beginning.head)
            return COLUMNS if beginning.has_content() else ""
        for name in [*filter(beginning.fits, FORMATS), *named]:
            if module_of(name).looks_like_file(beginning):
                return name
        refuse_unknown(source, beginning.raw, beginning.head)
        if not beginning.may_be_json():
            return COLUMNS
        # Here, because most inputs are columns, and need no more than this.
        from spanf1.formats.records.sniffing import format_of_json

        return format_of_json(source, beginning.heads(), keys)


class Beginning:
    """How a file, or standard input, begins: more and more of it, from one look.

    What is wrong with it is found out when it is read, if it is not to be told by that.

    Attributes
    ----------
    path : str
        The path, or ``-``.
    raw : bytes
        The first bytes as they are; of standard input, unpacked.
    head : bytes
        The first bytes unpacked, without a byte-order mark.
    """

    def __init__(self, source: Source) -> None:
        self.path = source.path
        self.raw = self.head = b""
        self._stream: Stream | None = None
        with contextlib.suppress(InputError):
            if source.path == STDIN:
                self.raw = self.head = _head_of_stdin(_LOOKS[0])
                return
            self._stream = Stream(source)
            self.raw = self._stream.head
            self.head = self._stream.first()[1]
            self.head += self._stream.read(_FIRST)
            if not self.head.strip():
                self.head += self._stream.read(_LOOKS[0] - len(self.head))

    def fits(self, name: str) -> bool:
        """Return whether the first bytes are such as a format has them."""
        pattern = FORMATS[name].begins
        return bool(pattern) and any(re.match(pattern, one) for one in (self.raw, self.head))

    def may_be_json(self) -> bool:
        """Return whether the first character is one that JSON begins with.

        Lists of tags, as Python prints them, are columns.
        """
        head = self.head.lstrip()
        return head.startswith(_JSON_BEGINS) and not _TAG_LIST.match(head)

    def has_content(self) -> bool:
        """Return whether there is anything; standard input is taken for columns, if not."""
        return bool(self.head) or self.path == STDIN or os.path.getsize(self.path) > 0

    def heads(self) -> Iterator[tuple[bytes, bool]]:
        """Yield the first bytes, more and more of them, and whether that is all.

        Raises
        ------
        ReadError
            If it cannot be read.
        """
        last = -1
        for look in _LOOKS:
            if self._stream:
                self.head += self._stream.read(look + 1 - len(self.head))
                whole = len(self.head) <= look
            else:
                self.head = _head_of_stdin(look)
                # What is compressed may be a bit shorter when it is unpacked.
                whole = len(self.head) < look // 2
            if len(self.head) > last:
                yield self.head[:look], whole
            last = len(self.head)
            if self._stream and whole:
                return

    def close(self) -> None:
        """Close the file."""
        if self._stream:
            self._stream.close()


def _head_of_stdin(look: int) -> bytes:
    """Return how standard input begins, unpacked; nothing if it cannot be looked at."""
    # What is wrong with it is said when it is read.
    with contextlib.suppress(OSError, AttributeError, ValueError):
        return _unpacked(look_ahead(look), look).removeprefix(BOM)
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


def is_one_input(folder: str) -> bool:
    """Return whether a folder is one input: brat's, or a dataset; not a folder of inputs.

    Raises
    ------
    ReadError
        If it cannot be read.
    """
    return SURE in _likeness(folder, _names_in(Source(folder))).values()


def _names_in(source: Source) -> list[str]:
    """Return the names of the files in a folder, and in those within."""
    try:
        names = sorted(os.listdir(source.path))
        folders = [path for name in names if os.path.isdir(path := os.path.join(source.path, name))]
        return names + [name for path in folders for name in os.listdir(path)]
    except OSError as error:
        raise ReadError(error.strerror or str(error), where=source.name) from error


def _likeness(path: str, names: Sequence[str]) -> dict[str, int]:
    """Return how sure it is that a folder, or a path that is not there, is of each format."""
    return {
        name: module_of(name).looks_like_folder(path, names)
        for name, known in FORMATS.items()
        if known.folders
    }


def _format_of_folder(source: Source) -> str:
    likeness = _likeness(source.path, _names_in(source))
    name = max(likeness, key=likeness.__getitem__)
    if not likeness[name]:
        raise LayoutError(
            "a folder without .ann and .txt files, as brat has, and without a dataset",
            where=source.name,
        )
    return name
