"""Fetches a file: resumed where it stopped, checked before it gets its name."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from spanf1.corpora.download.addresses import (
    Answer,
    StaleError,
    addresses,
    failed,
    name_of,
    opened,
    plain_name,
    public,
    reason,
)
from spanf1.corpora.download.parts import Part, part_of
from spanf1.corpora.download.unpacking import member_of
from spanf1.exceptions import ReadError

#: called with the number of bytes that are there so far
Progress = Callable[[int], object]

#: seconds that a server may be silent
TIMEOUT = 30.0
#: bytes that a file may have whose size is not known beforehand
MOST = 1 << 31

_PIECE = 1 << 16
_AGAIN = "run it again, to go on where it stopped; --mirror gives another address"
# Bytes a second; a server that is slower for as long as it may be silent is taken to hang.
_SLOWEST = 100


class Fetched(NamedTuple):
    """A file that is there.

    Attributes
    ----------
    path : str
        Where it is: of an archive, the member that was asked for.
    address : str
        Where it came from; empty if it was there already.
    sha256 : str
        What was measured: the checksum of what the address gives, of the whole archive.
    verified : bool
        Whether that is the checksum it should have; otherwise none was known.
    """

    path: str
    address: str
    sha256: str
    verified: bool


def fetch(
    url: str,
    target_folder: str,
    *,
    name: str = "",
    sha256: str = "",
    size: int | None = None,
    member: str = "",
    progress: Progress | None = None,
    mirror: str = "",
    timeout: float = TIMEOUT,
    most: int = MOST,
) -> Fetched:
    """Bring a file into a folder.

    It comes as ``NAME.part`` and gets its name when it is complete and is what it should be. A
    run that is interrupted leaves that part, and ``NAME.part.from``, with which the next one goes
    on where it stopped if the server still has the same version. A file that is there already is
    not fetched again, nor replaced: if it is another one, that is an error.

    Parameters
    ----------
    url : str
        Its address: http, https or file.
    target_folder : str
        Where to put it; made if it is not there.
    name : str
        What to call it; by default, what it is called at its address.
    sha256, size : str, int
        Its checksum, in hexadecimal digits, and its number of bytes, where they are known.
    member : str
        If it is an archive, the path inside of the file that is wanted: the archive is unpacked
        beside it.
    progress : callable, optional
        Called with the number of bytes that have come so far.
    mirror : str
        An address to try before `url`: one that has ``{name}`` in the place of the file's name,
        or one that stands for the scheme and host of `url`.
    timeout : float
        Seconds that a server may be silent.
    most : int
        The most bytes to fetch, if the size is not known.

    Raises
    ------
    ReadError
        If it cannot be fetched, is not what it should be, or cannot be put there.
    UsageError
        If the mirror is no address.
    """
    name = plain_name(name) if name else name_of(url)
    path = os.path.join(target_folder, name)
    sha256 = sha256.lower()
    wanted = _Wanted(path, sha256, size, most if size is None else size, timeout, progress)
    tried = addresses(url, mirror, name)
    try:
        os.makedirs(target_folder, exist_ok=True)
        fetched = wanted.there() or wanted.fetched(tried)
    except OSError as error:
        message = f"it cannot be written: {error.strerror or error}"
        raise ReadError(message, where=path) from None
    if member:
        fetched = fetched._replace(path=member_of(path, fetched.sha256, member))
    return fetched


class _Wanted(NamedTuple):
    """A file to fetch: its place, what it should be, and how long to wait for it."""

    path: str
    sha256: str
    size: int | None
    most: int
    timeout: float
    progress: Progress | None

    def there(self) -> Fetched | None:
        """Return the file if it is there already."""
        if not os.path.lexists(self.path):
            return None
        found = ""
        if os.path.isfile(self.path):
            with open(self.path, "rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        right = found and self.sha256 in ("", found)
        if not right or (self.size is not None and os.stat(self.path).st_size != self.size):
            message = "another file is there already"
            raise ReadError(message, where=self.path, hint="remove it, or take another folder")
        return Fetched(self.path, "", found, bool(self.sha256))

    def fetched(self, tried: list[str]) -> Fetched:
        """Fetch the file from the first of some addresses that has it."""
        failures: list[ReadError] = []
        for address in tried:
            try:
                with part_of(self.path) as part:
                    digest = self._from(address, part)
                    part.finish()
                return Fetched(self.path, public(address), digest, bool(self.sha256))
            except ReadError as error:
                failures.append(error)
        *before, last = failures
        said = "".join(f"; before, {error}" for error in before)
        raise ReadError(f"{last.message}{said}", where=last.where, hint=last.hint)

    def _from(self, address: str, part: Part) -> str:
        """Fetch the file into its part, checked, and return its checksum."""
        start, validator = part.begun(public(address))
        if start:
            with contextlib.suppress(StaleError):
                return self._received(address, part, start, validator)
        try:
            return self._received(address, part, 0, "")
        except StaleError:
            raise failed("the server sends another part of it", address) from None

    def _received(self, address: str, part: Part, start: int, validator: str) -> str:
        """Do so, behind the first bytes that are there if the server allows it."""
        answer = opened(address, start=start, validator=validator, timeout=self.timeout)
        with answer.stream:
            self._check(answer.size, address)
            if not answer.start:
                part.begin(public(address), answer.validator)
            try:
                digest = self._kept(answer, address, part)
            except ReadError as error:
                if part.resumable:
                    error.hint = _AGAIN
                raise
        if self.sha256 in ("", digest):
            return digest
        part.empty()
        if answer.start:
            raise StaleError
        message = f"its sha256 is {digest}, and should be {self.sha256}"
        raise ReadError(
            message, where=public(address), hint="it may be another version, or damaged"
        )

    def _check(self, size: int | None, address: str) -> None:
        """Raise an error if what is to come has a wrong size."""
        if size is None or self.size is None:
            if size is not None and size > self.most:
                raise failed(f"it has {size} bytes, more than {self.most}", address)
        elif size != self.size:
            raise failed(f"it has {size} bytes there, and should have {self.size}", address)

    def _kept(self, answer: Answer, address: str, part: Part) -> str:
        """Write what comes behind what is there, and return the checksum of it all."""
        hasher = part.hashed()
        done = answer.start
        for piece in _pieces(answer, address, self.timeout):
            done += len(piece)
            if done > self.most:
                part.empty()
                raise failed(f"it has more than {self.most} bytes", address)
            part.stream.write(piece)
            hasher.update(piece)
            if self.progress:
                self.progress(done)
        size = self.size if answer.size is None else answer.size
        if size is not None and done < size:
            raise failed(f"{done} of {size} bytes came", address)
        return hasher.hexdigest()


def _pieces(answer: Answer, address: str, timeout: float) -> Iterator[bytes]:
    """Yield the bytes of an answer as they come."""
    left = None if answer.size is None else answer.size - answer.start
    since, came = time.monotonic(), 0
    while left is None or left:
        try:
            # Not more than there is: a connection may stay open behind it.
            piece = answer.stream.read1(_PIECE if left is None else min(_PIECE, left))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise failed(reason(error), address) from None
        if not piece:
            return
        yield piece
        left = None if left is None else left - len(piece)
        came += len(piece)
        if (seconds := time.monotonic() - since) > timeout:
            if came < _SLOWEST * seconds:
                raise failed("the server is too slow", address)
            since, came = time.monotonic(), 0
