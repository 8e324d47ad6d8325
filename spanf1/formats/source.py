"""Bytes from a file or a pipe, plain or compressed, in blocks of whole lines."""

from __future__ import annotations

import contextlib
import errno
import importlib
import io
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from spanf1.exceptions import LayoutError, ReadError, UsageError

Path = str | os.PathLike[str]

#: the path that means standard input
STDIN = "-"
STDIN_NAME = "<stdin>"

BLOCK_SIZE = 1 << 19
#: how many bytes a line may have, if no other size is given; and a record, or what else is read as
#: a whole: as objects of Python, they take up to some forty times as much memory
MAX_LINE, MAX_SIZE = 1 << 22, 1 << 26
_UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}

# A block stands behind a line end and before some room, so that every field begins after a
# byte that ends another, and eight bytes can be loaded at any byte of it. Buffers have a length
# that is a multiple of UNIT, so that sets of positions are whole words.
FRONT = b"\n"
ROOM = 8
UNIT = 64

# Once so much was taken and freed as one piece, glibc keeps what is freed. Else it gives the memory
# of each block back to the system, which has to clear it for the next.
_KEPT = 1 << 23

BOM = b"\xef\xbb\xbf"

# How compressed files begin.
_COMPRESSED = re.compile(
    rb"(?P<gzip>\x1f\x8b\x08)|(?P<bzip2>BZh[1-9](?:1AY&SY|\x17rE8P\x90))"
    rb"|(?P<xz>\xfd7zXZ\x00)|(?P<zstd>\x28\xb5\x2f\xfd)"
)

_MAGIC_SIZE = 16

# How far a place is looked for at which a file may be cut.
_CUT_WINDOW = 1 << 16

#: how files are compressed, and the ends of their names
COMPRESSIONS = {"gzip": ".gz", "bzip2": ".bz2", "xz": ".xz", "zstd": ".zst"}

#: called with the number of bytes read from the file so far
Progress = Callable[[int], object]


#: what tells whether a file has changed: its device and number, its size, when it was written
State = tuple[int, int, int, int]


class RawBlock(NamedTuple):
    """Whole lines: the bytes ``data[1:end]``, of which the last is a line end.

    `mark` is the byte-order mark that stood before them; `added` is how many bytes of the end,
    0 or 1, the input does not have: a line end behind its last line.
    """

    data: bytearray
    end: int
    mark: bytes = b""
    added: int = 0


class Source(NamedTuple):
    """A file or a pipe, or a part of a plain file.

    Attributes
    ----------
    path : str
        The path of a file, or ``-`` for standard input. What is compressed by gzip, bzip2, xz
        or zstd is known by its first bytes, whatever its name.
    start, stop : int
        The bytes to read, of a plain file; `stop` -1 means to the end.
    label : str
        What it is called in messages, where that is not its path.
    max_size : int
        How many bytes a line, a record, or what else is read as a whole may have; 0 if that is not
        given.
    state : tuple of int, optional
        What the file was like when it was first looked at: it must not change until all is read.
    """

    path: str
    start: int = 0
    stop: int = -1
    label: str = ""
    max_size: int = 0
    state: State | None = None

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return self.label or (STDIN_NAME if self.path == STDIN else self.path)

    def where(self, line: int) -> str:
        """Return a place in it, as messages give it."""
        return f"{self.name}:{line}"

    @property
    def most(self) -> int:
        """How many bytes a record, or what else is read as a whole, may have."""
        return self.max_size or MAX_SIZE

    @property
    def most_of_line(self) -> int:
        """How many bytes a line may have."""
        return self.max_size or MAX_LINE

    def fixed(self) -> Source:
        """Return the source of a file as it is now: if it changes, reading it is an error."""
        try:
            found = os.stat(self.path)
        except (OSError, ValueError):
            return self
        return self._replace(state=_state(found)) if stat.S_ISREG(found.st_mode) else self

    def check_unchanged(self, file: BinaryIO) -> None:
        """Raise an error if an open file is not as it was when it was first looked at.

        Raises
        ------
        ReadError
            If it is not.
        """
        if self.state and self.state != _state(os.fstat(file.fileno())):
            hint = "wait until it is written, and try again"
            raise ReadError("it was changed while it was read", where=self.name, hint=hint)

    def too_large(
        self, what: str, most: int, line: int = 0, hint: str = "", *, size: int = 0
    ) -> LayoutError:
        """Return the error for a line, a record or the like that has too many bytes.

        The hint says a size with which it is read: `size`, that of the file or, where neither is
        known, one to try next.
        """
        if not size:
            size = 2 * most
            if os.path.isfile(self.path):
                size = max(size, os.path.getsize(self.path))
        more = f"--max-size {-(-size >> 20)}M (max_size) reads more at once"
        return LayoutError(
            f"{what} of more than {size_words(most)}",
            where=self.where(line) if line else self.name,
            hint=f"{hint}; {more}" if hint else more,
        )

    def whole(self, what: str = "file") -> bytes:
        """Return the content, as it is in the file or pipe, of what is read as a whole.

        Raises
        ------
        ReadError
            If it is not there, or not readable.
        LayoutError
            If it has more bytes than `most`; `what` says what it is.
        """
        pieces: list[bytes] = []
        left = self.most + 1
        try:
            with contextlib.ExitStack() as stack:
                stdin = self.path == STDIN
                file = _standard_input() if stdin else stack.enter_context(open(self.path, "rb"))
                self.check_unchanged(file)
                while left and (piece := file.read(min(left, BLOCK_SIZE))):
                    pieces.append(piece)
                    left -= len(piece)
                self.check_unchanged(file)
        except OSError as error:
            raise _unreadable(error, self.name) from error
        if not left:
            raise self.too_large(what, self.most)
        return b"".join(pieces)

    def blocks(
        self, size: int = BLOCK_SIZE, progress: Progress | None = None
    ) -> Iterator[RawBlock]:
        """Yield the content in blocks of whole lines; a last line without a line end gets one.

        Parameters
        ----------
        size : int
            About how many bytes a block has.
        progress : callable, optional
            Called after each block with the number of bytes read from the file so far.

        Raises
        ------
        ReadError
            If the file is not there, not readable, damaged, or not text.
        LayoutError
            If a line has more bytes than `most_of_line`.
        """
        np.empty(_KEPT, np.uint8)
        with contextlib.closing(Stream(self)) as stream:
            mark, rest = stream.first()
            lines = 0
            while True:
                begin = len(FRONT) + len(rest)
                block = bytearray(-(-(begin + size + ROOM) // UNIT) * UNIT)
                block[:begin] = FRONT + rest
                got = stream.fill(block, begin, size)
                end = begin + got
                if progress:
                    progress(stream.position())
                if not got:
                    if rest.endswith(FRONT):
                        yield RawBlock(block, end, mark)
                    elif rest or mark:
                        block[end] = FRONT[0]
                        yield RawBlock(block, end + 1, mark, 1)
                    return
                cut = block.rfind(b"\n", begin, end) + 1
                if not cut and end > self.most_of_line:
                    hint = "is this a text file of columns?"
                    raise self.too_large("line", self.most_of_line, lines + 1, hint)
                rest = bytes(block[cut or len(FRONT) : end])
                if cut:
                    content = np.frombuffer(block, np.uint8)[begin:cut]
                    lines += int(np.count_nonzero(content == FRONT[0]))
                    yield RawBlock(block, cut, mark)
                    mark = b""

    def chunks(self, size: int = BLOCK_SIZE, progress: Progress | None = None) -> Iterator[bytes]:
        """Yield the content in pieces, whatever its lines are like, without a byte-order mark.

        Parameters
        ----------
        size : int
            How many bytes a piece has.
        progress : callable, optional
            Called before each piece with the number of bytes read from the file so far.

        Raises
        ------
        ReadError
            If the file is not there, not readable, or damaged.
        """
        with contextlib.closing(Stream(self)) as stream:
            yield stream.first()[1]
            while True:
                piece = stream.read(size)
                if progress:
                    progress(stream.position())
                if not piece:
                    return
                yield piece

    def part_lines(self) -> int:
        """Return how many lines a part of a file has; 0 if it is no part."""
        return 0 if self.stop < 0 else sum(piece.count(FRONT) for piece in self.chunks())

    def is_plain(self) -> bool:
        """Return whether it is a regular, uncompressed file, so that parts of it can be read."""
        if self.path == STDIN or not os.path.isfile(self.path):
            return False
        return not self.compression()

    def is_pipe(self) -> bool:
        """Return whether it can be read only once: standard input, a named pipe, a device."""
        path = self.path
        named = os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)
        return path == STDIN or named

    def compression(self) -> str:
        """Return how it is compressed, as a key of `COMPRESSIONS`; empty if it is not."""
        with contextlib.closing(Stream(self)) as stream:
            return stream.method


def _state(found: os.stat_result) -> State:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def size_of(given: int | str) -> int:
    """Return how many bytes a size is, such as ``256M`` or ``1G``.

    Raises
    ------
    UsageError
        If it is none.
    """
    found = re.fullmatch(r"([0-9]{1,15})\s*([KMGT]?)(?:i?B)?", str(given).strip(), re.IGNORECASE)
    size = int(found[1]) << _UNITS[found[2].upper()] if found else 0
    if size < 1:
        hint = "a number of bytes, or one with a unit: 256M, 1G"
        raise UsageError(f"{given!r} is no size (max_size)", hint=hint)
    return size


def size_words(size: int) -> str:
    """Return a size in words: ``64 MiB``."""
    for unit in "GMK":
        if not size % (1 << _UNITS[unit]):
            return f"{size >> _UNITS[unit]} {unit}iB"
    return f"{size} bytes"


def source_of(file: Path | Source) -> Source:
    """Return the source that a file is, given as such or by its path."""
    return file if isinstance(file, Source) else Source(os.fspath(file))


class Cut(NamedTuple):
    """Where files may be cut into parts.

    Attributes
    ----------
    behind : pattern of bytes
        What is before such a place.
    places : callable
        Yields all such places in a file, block by block, in arrays that are not empty. Two files
        are cut behind as many of them.
    """

    behind: re.Pattern[bytes]
    places: Callable[[Source], Iterator[npt.NDArray[np.intp]]]


def parts_of(sources: Sequence[Source], size: int, cut: Cut) -> Iterator[tuple[Source, ...]]:
    """Yield parts of one file, or of two side by side, of about so many bytes together.

    There is none where there is nothing to cut, or a file cannot be read in parts, such as a pipe.

    Raises
    ------
    LayoutError, ReadError
        If a file cannot be read.
    """
    if not all(source.is_plain() for source in sources):
        return
    one = len(sources) == 1
    cuts = _cuts(sources[0], size, cut) if one else _common_cuts(sources, -(-size // 2), cut)
    first = next(cuts, None)
    if first is None:
        return
    sizes = tuple(os.path.getsize(source.path) for source in sources)
    for places in pairwise(chain([(0,) * len(sizes), first], cuts, [sizes])):
        yield tuple(
            source._replace(start=start, stop=stop)
            for source, start, stop in zip(sources, *places, strict=True)
        )


def _cuts(source: Source, size: int, cut: Cut) -> Iterator[tuple[int, ...]]:
    """Yield where a file can be cut, at least `size` apart."""
    with open(source.path, "rb") as file:
        total = os.fstat(file.fileno()).st_size
        position = size
        while position < total:
            file.seek(position)
            found = cut.behind.search(file.read(_CUT_WINDOW))
            if found and position + found.end() < total:
                position += found.end()
                yield (position,)
            position += size


def _common_cuts(sources: Sequence[Source], size: int, cut: Cut) -> Iterator[tuple[int, ...]]:
    """Yield where two files can be cut, at least `size` apart: behind as many places."""
    gold, predicted = map(cut.places, sources)
    position, count = size, 0
    others, others_before = next(predicted, None), 0
    for ends in gold:
        while (index := int(np.searchsorted(ends, position))) < len(ends):
            while others is not None and count + index >= others_before + len(others):
                others_before += len(others)
                others = next(predicted, None)
            if others is None:
                return
            yield int(ends[index]), int(others[count + index - others_before])
            position = int(ends[index]) + size
        count += len(ends)


def _line_ends(source: Source) -> Iterator[npt.NDArray[np.intp]]:
    """Yield the places in a file behind lines that are not empty."""
    done = 0
    for raw in source.blocks():
        done += len(raw.mark)
        ends = np.flatnonzero(np.frombuffer(raw.data, np.uint8)[: raw.end] == FRONT[0])
        ends = ends[1:][np.diff(ends) > 1]
        if len(ends):
            yield ends + done
        done += raw.end - len(FRONT) - raw.added


#: behind each line, as where each is a record
LINES = Cut(re.compile(FRONT), _line_ends)


def look_ahead(count: int) -> bytes:
    """Return the first bytes of standard input, so many or all there are; they stay to be read.

    Raises
    ------
    OSError
        If it is closed, or cannot be read.
    """
    stream = _standard_input()
    head = stream.read(count)
    resumed: Any = io.BytesIO(head)
    if len(head) == count:
        resumed = _Resumed(head, cast(io.BufferedReader, stream), sys.stdin)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(resumed), "utf-8")
    return head


class _Resumed(io.RawIOBase):
    """A pipe, with its first bytes put back; `owner` would close it if nothing held that."""

    def __init__(self, head: bytes, rest: io.BufferedReader, owner: object = None) -> None:
        self._head = head
        self._rest = rest
        self._owner = owner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._head:
            return self._rest.readinto(buffer)
        count = min(len(buffer), len(self._head))
        buffer[:count] = self._head[:count]
        self._head = self._head[count:]
        return count


class Stream:
    """An open source, decompressed. Every failure to read it comes out as a `ReadError`.

    Attributes
    ----------
    method : str
        How it is compressed: a key of `COMPRESSIONS`, or empty.
    head : bytes
        Its first bytes, as they are in the file.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left = source.stop - source.start if source.stop >= 0 else sys.maxsize
        self._count = 0
        self.method = ""
        try:
            # Closed by `close`, when the reading ends.
            file = _standard_input() if source.path == STDIN else open(source.path, "rb")  # noqa: SIM115
            self._file = cast(io.BufferedReader, file)
            with contextlib.ExitStack() as stack:
                stack.callback(self._file.close)
                source.check_unchanged(self._file)
                stack.pop_all()
            if source.start:
                self._file.seek(source.start)
            self.head = b""
            if not source.start:
                self.head = self._file.peek(_MAGIC_SIZE)
                if len(self.head) < _MAGIC_SIZE and not self._file.seekable():
                    # A pipe may give a few bytes at a time.
                    self.head = self._file.read(_MAGIC_SIZE)
                    self._file = io.BufferedReader(_Resumed(self.head, self._file))
        except OSError as error:
            raise self._unreadable(error) from error
        magic = _COMPRESSED.match(self.head)
        self.method = (magic.lastgroup or "") if magic else ""
        self._stream, self._damage = self._decompress(self.method)

    def _decompress(self, method: str) -> tuple[BinaryIO, tuple[type[Exception], ...]]:
        """Return the stream of the content, and what reading it may raise."""
        if not method:
            return self._file, (OSError,)
        content = _compressed(self._file, method, "rb")
        if content is None:
            self._file.close()
            message = "compressed by zstd, which this Python cannot read"
            hint = "pip install 'spanf1[zstd]', or decompress it first: zstd -dc FILE | spanf1 …"
            raise ReadError(message, where=self._source.name, hint=hint)
        return content

    def first(self) -> tuple[bytes, bytes]:
        """Return a byte-order mark, if there is one, and the first bytes that are none."""
        if self._source.start:
            return b"", b""
        head = bytearray(len(BOM))
        del head[self.fill(head, 0, len(BOM)) :]
        return (bytes(head), b"") if head == BOM else (b"", bytes(head))

    def fill(self, block: bytearray, begin: int, size: int) -> int:
        """Read up to `size` bytes to `block[begin:]`; return how many, fewer only at the end."""
        got, wanted = 0, size
        size = min(size, self._left)
        view = memoryview(block)
        try:
            while got < size:
                count = self._stream.readinto(view[begin + got : begin + size])  # type: ignore[attr-defined]
                if not count:
                    break
                got += count
        except self._damage as error:
            raise self._unreadable(error) from error
        finally:
            view.release()
        self._left -= got
        self._count += got
        if got < wanted:
            self._source.check_unchanged(self._file)
        return got

    def read(self, size: int) -> bytes:
        """Return the next bytes, so many; fewer only at the end."""
        block = bytearray(size)
        got = self.fill(block, 0, size)
        return bytes(memoryview(block)[:got])

    def position(self) -> int:
        """Return how many bytes have been taken from the file, or from a pipe's content."""
        return self._file.tell() if self._file.seekable() else self._count

    def close(self) -> None:
        """Close the file, unless it is standard input."""
        if self._stream is not self._file:
            self._stream.close()
        if self._source.path != STDIN:
            self._file.close()

    def _unreadable(self, error: Exception) -> ReadError:
        missing = isinstance(error, FileNotFoundError | IsADirectoryError)
        if self.method and not missing:
            return ReadError(f"damaged or cut off ({error})", where=self._source.name)
        return _unreadable(error, self._source.name)


def _unreadable(error: Exception, name: str) -> ReadError:
    """Return the error for a file that cannot be opened, or read."""
    if isinstance(error, FileNotFoundError):
        return ReadError("no such file", where=name)
    if isinstance(error, IsADirectoryError):
        return ReadError("this is a directory, not a file", where=name)
    return ReadError(getattr(error, "strerror", None) or str(error), where=name)


def compressing(file: BinaryIO, method: str) -> BinaryIO:
    """Return a stream that compresses what is written to it into a file.

    Closing it leaves the file open.

    Parameters
    ----------
    file : binary file
        Where the compressed bytes go.
    method : str
        A key of `COMPRESSIONS`.

    Raises
    ------
    UsageError
        If this Python cannot write that.
    """
    content = _compressed(file, method, "wb")
    if content is None:
        hint = "pip install 'spanf1[zstd]', or write another kind of file"
        raise UsageError("this Python cannot write what is compressed by zstd", hint=hint)
    return content[0]


def _compressed(
    file: Any, method: str, mode: Any
) -> tuple[BinaryIO, tuple[type[Exception], ...]] | None:
    """Return a compressed file's content, and what reading it may raise; None without zstd."""
    content: Any
    damage: tuple[type[Exception], ...] = ()
    if method == "gzip":
        import gzip
        import zlib

        content, damage = gzip.GzipFile("", mode, fileobj=file), (zlib.error,)
    elif method == "bzip2":
        import bz2

        content = bz2.BZ2File(file, mode)
    elif method == "xz":
        import lzma

        content, damage = lzma.LZMAFile(file, mode), (lzma.LZMAError,)  # noqa: SIM115  (see `close`)
    elif zstd := _zstd_module():
        content, damage = zstd.ZstdFile(file, mode), (zstd.ZstdError,)
    else:
        return None
    return content, (OSError, EOFError, *damage)


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return sys.stdin.buffer


def _zstd_module() -> Any:
    """Return the module that reads zstd, of the standard library or installed, or None."""
    for name in ("compression.zstd", "backports.zstd"):
        with contextlib.suppress(ImportError):
            return importlib.import_module(name)
    return None
