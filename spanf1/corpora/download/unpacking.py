"""Unpacks archives that come from anywhere: only plain files, all inside one folder, not too many.

What kind an archive is, is seen from how it begins: zip; tar, or one file, in gzip, bzip2 or xz;
plain tar.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import IO, BinaryIO, NamedTuple, Self, cast

from spanf1.corpora.download.addresses import brief
from spanf1.exceptions import ReadError

#: bytes that all files of an archive may have together, and how many files there may be
MOST_BYTES, MOST_FILES = 1 << 31, 10_000

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# How compressed files begin, and the module that opens them; not every Python has all of these.
_COMPRESSIONS = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "lzma"}
# The stubs of tarfile lack these. Without a header there is not even the block that ends a file.
_BAD_HEADER = (
    tarfile.EmptyHeaderError,  # type: ignore[attr-defined]
    tarfile.InvalidHeaderError,  # type: ignore[attr-defined]
    tarfile.TruncatedHeaderError,  # type: ignore[attr-defined]
)
# What these modules trip over where an archive is damaged: words for programmers.
_SLIPS = (
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError),
    struct.error,
)
_PIECE = 1 << 16
# So many folders a file may be in.
_DEEPEST = 50
# The blocks of a tar file, and what may stand between two files: a long name, say.
_BLOCK, _RECORD, _BETWEEN = 512, 10240, 1 << 20


class _Packed(NamedTuple):
    """A file in an archive: its name there, its size if that is said, and how it is opened."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]


def unpack(
    archive: str, folder: str, *, most_bytes: int = MOST_BYTES, most_files: int = MOST_FILES
) -> None:
    """Unpack an archive into a folder, which appears when it is complete.

    A folder that is there already stays as it is: somebody else has been quicker.

    Raises
    ------
    ReadError
        If it is damaged or no archive; if it has links, devices or names that lead out of the
        folder, or more bytes or files than allowed. Then nothing is left of it.
    """
    temporary = f"{folder}.{os.getpid()}-{os.urandom(4).hex()}.part"
    try:
        with _opening(archive), ExitStack() as stack:
            os.mkdir(temporary)
            left = most_bytes
            for number, packed in enumerate(_files(archive, stack), 1):
                if number > most_files:
                    raise ReadError(f"it has more than {most_files} files", where=archive)
                left -= _copy(packed, _inside(temporary, packed.name, archive), left, archive)
            _rename(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def _opening(archive: str) -> Iterator[None]:
    """Raise a `ReadError` for whatever goes wrong in reading an archive."""
    try:
        yield
    except ReadError:
        raise
    except Exception as error:  # what these modules raise where an archive is damaged has no end
        said = (isinstance(error, OSError) and error.strerror) or " ".join(str(error).split())
        said = "damaged" if isinstance(error, _SLIPS) or not said else brief(said)
        raise ReadError(f"it cannot be unpacked: {said}", where=archive) from None


def member_of(archive: str, version: str, member: str) -> str:
    """Return the path of a file of an archive, which is unpacked beside it if it is not yet.

    Parameters
    ----------
    archive, version : str
        The archive, and what tells it from others of its name: its checksum.
    member : str
        The file's path inside it.

    Raises
    ------
    ReadError
        As for `unpack`; if there is no such file in it, or it was changed after it was unpacked.
    """
    folder = f"{archive}-{version[:12]}"
    path = _inside(folder, member, archive)
    unpacked = os.path.isdir(folder)
    if not unpacked:
        unpack(archive, folder)
    elif os.path.isfile(path) and not _is_member(path, archive, folder):
        raise ReadError("it is not as it was unpacked", where=path, hint=f"remove {folder}")
    if not os.path.isfile(path):
        raise ReadError(f"there is no file {member!r} in it", where=archive, hint=f"see {folder}")
    return path


def _is_member(path: str, archive: str, folder: str) -> bool:
    """Return whether a file in the folder of an archive is as it is in the archive."""
    with _opening(archive), ExitStack() as stack:
        for packed in _files(archive, stack):
            with packed.open() as source:
                if _inside(folder, packed.name, archive) == path:
                    return _is_alike(source, path)
                # A tar file is read from its beginning to its end.
                while source.read(_PIECE):
                    pass
    return False


def _is_alike(source: IO[bytes], path: str) -> bool:
    with open(path, "rb") as file:
        while piece := file.read(_PIECE):
            if source.read(len(piece)) != piece:
                return False
    return not source.read(1)


def _files(archive: str, stack: ExitStack) -> Iterator[_Packed]:
    """Yield the files in an archive; the stack closes them."""
    with open(archive, "rb") as file:
        begin = file.read(_BLOCK)
    if begin.startswith(_ZIP):
        yield from _zipped(stack.enter_context(zipfile.ZipFile(archive)), archive)
        return
    module = next((name for magic, name in _COMPRESSIONS.items() if begin.startswith(magic)), "")
    if module:
        with _opened(archive, module) as stream:
            begin = stream.read(_BLOCK)
    if _is_tar(begin):
        yield from _tarred(stack.enter_context(_opened(archive, module)), archive)
    elif module:
        name = os.path.splitext(os.path.basename(archive))[0]
        yield _Packed(name, 0, lambda: _opened(archive, module))
    else:
        raise ReadError("it is no archive of a kind that is known", where=archive)


def _opened(path: str, module: str) -> BinaryIO:
    """Open a file that a module of the standard library decompresses, or none."""
    opened = importlib.import_module(module).open if module else open
    return cast(BinaryIO, opened(path, "rb"))


def _is_tar(begin: bytes) -> bool:
    """Return whether a file begins with a block of a tar file, whose checksum is right."""
    try:
        tarfile.TarInfo.frombuf(begin, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _zipped(archive: zipfile.ZipFile, where: str) -> Iterator[_Packed]:
    for info in archive.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.is_dir() and kind in (0, stat.S_IFDIR):
            continue
        if kind not in (0, stat.S_IFREG):
            raise _no_plain_file(info.filename, where)
        if info.flag_bits & 1:
            raise ReadError("it is encrypted", where=where)
        yield _Packed(info.filename, info.file_size, partial(archive.open, info))


class _Limited:
    """A stream that gives `room` bytes at most, so that what is read at once fits the memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.room = 0

    def read(self, size: int) -> bytes:
        """Return some bytes."""
        data = self.stream.read(size)
        self.room -= len(data)
        if self.room < 0:
            raise tarfile.ReadError("its headers are too large")
        return data


class _Header(tarfile.TarInfo):
    """A file's header in a tar file, which is not taken for the end if it is damaged."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(archive)
        except _BAD_HEADER as error:
            raise tarfile.ReadError(str(error)) from None


def _tarred(stream: BinaryIO, where: str) -> Iterator[_Packed]:
    limited = _Limited(stream)
    limited.room = _BETWEEN
    with tarfile.open(fileobj=cast(BinaryIO, limited), mode="r|", tarinfo=_Header) as archive:
        while (info := archive.next()) is not None:
            if not info.isdir():
                if not info.isreg() or info.issparse():
                    raise _no_plain_file(info.name, where)
                limited.room = info.size + _RECORD
                yield _Packed(info.name, info.size, partial(_extracted, archive, info))
            limited.room = _BETWEEN


def _extracted(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    file = archive.extractfile(info)
    assert file is not None  # noqa: S101 - for mypy: it is a regular file
    return file


def _no_plain_file(name: str, where: str) -> ReadError:
    return ReadError(
        f"it has {brief(name)!r}, which is no plain file: nothing is unpacked", where=where
    )


def _inside(folder: str, name: str, where: str) -> str:
    """Return the path of a file in a folder, given the name it has in an archive."""
    parts = name.replace("\\", "/").split("/")
    if parts[0] == "" or ".." in parts or re.match("[A-Za-z]:", name) or "\0" in name:
        message = f"{brief(name)!r} is no name of a file inside an archive"
        raise ReadError(message, where=where)
    parts = [part for part in parts if part not in ("", ".")]
    if len(parts) > _DEEPEST:
        raise ReadError(f"it has more than {_DEEPEST} folders in each other", where=where)
    return os.path.join(folder, *parts)


def _copy(packed: _Packed, path: str, most: int, where: str) -> int:
    """Write a file of an archive, and return how many bytes it has."""
    too_many = ReadError("there is too much in it, more than a corpus has", where=where)
    if packed.size > most:
        raise too_many
    os.makedirs(os.path.dirname(path), exist_ok=True)
    done = 0
    # Not over one that is there: two files of one name are a damage, or a trick.
    with packed.open() as source, open(path, "xb") as file:
        while piece := source.read(_PIECE):
            done += len(piece)
            if done > most:
                raise too_many
            file.write(piece)
    if packed.size and done != packed.size:
        raise ReadError(f"{brief(packed.name)!r} is cut short in it", where=where)
    return done


def _rename(temporary: str, folder: str) -> None:
    try:
        os.rename(temporary, folder)
    except OSError:
        if not os.path.isdir(folder):
            raise
