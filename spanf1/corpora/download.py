"""Fetches a file of a corpus from the network, whole and as it should be or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import io
import os
import re
import string
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

from spanf1._version import __version__
from spanf1.corpora.catalogue import Corpus, Split
from spanf1.exceptions import ReadError, UsageError

#: called with the number of bytes that are there so far
Progress = Callable[[int], object]

#: seconds that a server may be silent
TIMEOUT = 30.0
#: bytes that a file may have whose size is not known beforehand
MOST = 1 << 31
#: so many redirections are followed
REDIRECTIONS = 10

_NAME = "{name}"
_WEB = ("http", "https")
_ARCHIVE = re.compile(r"\.(zip|7z|rar|tar|tar\.\w+|tgz|tbz2?|txz)$", re.IGNORECASE)
_REDIRECTED = {301, 302, 303, 307, 308}
_PIECE = 1 << 16
# Bytes a second; a server that is slower for as long as it may be silent is taken to hang.
_SLOWEST = 100
# So many bytes may come before a file.
_HEAD = 1 << 20
# So many characters are shown of what somebody else wrote.
_SHOWN = 200


class Fetched(NamedTuple):
    """A file that is there.

    Attributes
    ----------
    path : str
        Where it is.
    address : str
        Where it came from; empty if it was there already.
    sha256 : str
        What was measured.
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
    progress: Progress | None = None,
    mirror: str = "",
    timeout: float = TIMEOUT,
    most: int = MOST,
) -> Fetched:
    """Bring a file into a folder.

    It gets its name when it is complete and is what it should be; until then it has another one,
    and if anything goes wrong nothing is left of it. A file that is there already is not fetched
    again, nor replaced: if it is another one, that is an error.

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
    limit = most if size is None else size
    target = _Target(path, sha256.lower(), size, limit, timeout, progress)
    tried = addresses(url, mirror, name)
    try:
        os.makedirs(target_folder, exist_ok=True)
        return target.present() or target.fetched(tried)
    except OSError as error:
        message = f"it cannot be written: {error.strerror or error}"
        raise ReadError(message, where=path) from None


class _Target(NamedTuple):
    """A file to fetch: its place, what it should be, and how long to wait for it."""

    path: str
    sha256: str
    size: int | None
    most: int
    timeout: float
    progress: Progress | None

    def present(self) -> Fetched | None:
        """Return the file if it is there already."""
        if not os.path.lexists(self.path):
            return None
        digest = ""
        if os.path.isfile(self.path):
            with open(self.path, "rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        right = digest and self.sha256 in ("", digest)
        if not right or self.size not in (None, os.stat(self.path).st_size):
            message = "another file is there already"
            raise ReadError(message, where=self.path, hint="remove it, or take another folder")
        return Fetched(self.path, "", digest, bool(self.sha256))

    def fetched(self, tried: list[str]) -> Fetched:
        """Fetch the file from the first of some addresses that has it."""
        failures: list[ReadError] = []
        for address in tried:
            try:
                digest = self._from(address)
                return Fetched(self.path, _public(address), digest, bool(self.sha256))
            except ReadError as error:
                failures.append(error)
        *before, last = failures
        said = "".join(f"; before, {error}" for error in before)
        raise ReadError(f"{last.message}{said}", where=last.where, hint=last.hint)

    def _from(self, address: str) -> str:
        """Fetch the file from an address, and return its checksum."""
        part = f"{self.path}.{os.getpid()}-{os.urandom(4).hex()}.part"
        try:
            with (
                _opened(address, self.timeout, self.most) as (stream, size),
                open(part, "xb") as file,
            ):
                self._check_size(size, address)
                digest = self._received(stream, size, address, file)
            os.replace(part, self.path)
        finally:
            with contextlib.suppress(OSError):
                os.unlink(part)
        return digest

    def _check_size(self, size: int | None, address: str) -> None:
        """Raise an error if what is to come has a wrong size."""
        if size is not None and self.size not in (None, size):
            raise _failed(f"it has {size} bytes there, and should have {self.size}", address)
        if size is not None and size > self.most:
            raise _failed(f"it has {size} bytes, more than {self.most}", address)

    def _received(
        self, stream: io.BufferedIOBase, size: int | None, address: str, file: BinaryIO
    ) -> str:
        """Write what comes, checked, and return its checksum."""
        size = self.size if size is None else size
        hasher, done = hashlib.sha256(), 0
        for piece in _pieces(stream, address):
            done += len(piece)
            if done > self.most:
                raise _failed(f"it has more than {self.most} bytes", address)
            file.write(piece)
            hasher.update(piece)
            if self.progress:
                self.progress(done)
        if size is not None and done < size:
            raise _failed(f"{done} of {size} bytes came", address)
        digest = hasher.hexdigest()
        if self.sha256 not in ("", digest):
            message = f"its sha256 is {digest}, and should be {self.sha256}"
            hint = "it may be another version, or damaged"
            raise ReadError(message, where=_public(address), hint=hint)
        return digest


@contextlib.contextmanager
def _opened(
    address: str, timeout: float, most: int
) -> Iterator[tuple[io.BufferedIOBase, int | None]]:
    """Give what comes from an address, and how many bytes that will be if it is known.

    Raises
    ------
    ReadError
        If there is no such file, or no answer.
    """
    if _parts(address).scheme == "file":
        with _local(address) as file:
            yield file, os.fstat(file.fileno()).st_size
    else:
        with _answered(address, timeout, most) as answer:
            _check(answer, address)
            yield answer, answer.length


def _local(address: str) -> io.BufferedIOBase:
    path = local_path(address)
    if not path:
        raise _failed("a file address names no other computer", address)
    try:
        # What is no regular file may have no end, or wait for ever.
        if os.path.isfile(path):
            return open(path, "rb")
    except OSError as error:
        raise _failed(_reason(error), address) from None
    raise _failed("there is no such file", address)


def _answered(address: str, timeout: float, most: int) -> http.client.HTTPResponse:
    """Return the answer at the end of redirections."""
    if _parts(address).scheme not in _WEB:
        raise _failed("only http, https and file addresses can be", address)
    here = quote(address, safe=string.punctuation)
    for _ in range(REDIRECTIONS + 1):
        answer = _asked(here, address, timeout, most)
        location = answer.headers.get("Location")
        if answer.status not in _REDIRECTED or not location:
            return answer
        answer.close()
        here = _next(here, location, address)
    raise _failed(f"it leads on and on, more than {REDIRECTIONS} times", address)


class _Watched(io.RawIOBase):
    """The bytes of a connection: an error, where they come too slowly or are too many.

    Parameters
    ----------
    stream : RawIOBase
        What comes.
    timeout : float
        Seconds that a server may be silent.
    """

    def __init__(self, stream: io.RawIOBase, timeout: float) -> None:
        self._stream, self._timeout = stream, timeout
        self._since, self._came = time.monotonic(), 0
        #: so many more may come: at first, what is before the file
        self.most = _HEAD

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read some bytes."""
        count = self._stream.readinto(buffer)
        self.most -= count or 0
        if self.most < 0:
            raise OSError("the server does not come to an end")
        self._came += count or 0
        if (seconds := time.monotonic() - self._since) > self._timeout:
            if count and self._came < _SLOWEST * seconds:
                raise OSError("the server is too slow")
            self._since, self._came = time.monotonic(), 0
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """What a server answers, of which only so much may come, and not too slowly."""

    def __init__(self, *args: Any, timeout: float, most: int, **more: Any) -> None:
        super().__init__(*args, **more)
        self._watched = _Watched(self.fp.detach(), timeout)
        self._most = most
        self.fp = io.BufferedReader(self._watched)

    def begin(self) -> None:
        """Read what comes before the file."""
        super().begin()
        # What comes in chunks has a line for each of them.
        self._watched.most = 2 * self._most + _HEAD


class _Web(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Opens connections whose answers are watched; parameters of `_Answer`."""

    def __init__(self, timeout: float, most: int) -> None:
        super().__init__()
        self._response = partial(_Answer, timeout=timeout, most=most)

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self._opened(http.client.HTTPConnection, request)

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self._opened(http.client.HTTPSConnection, request)

    def _opened(self, kind: Any, request: urllib.request.Request) -> http.client.HTTPResponse:
        def connection(*args: Any, **more: Any) -> Any:
            made = kind(*args, **more)
            made.response_class = self._response
            return made

        return self.do_open(connection, request)


class _AsTheyAre(urllib.request.HTTPErrorProcessor):
    """Leaves answers that lead on, or that say what is wrong, to the caller."""

    def http_response(
        self,
        request: urllib.request.Request,  # noqa: ARG002
        response: http.client.HTTPResponse,
    ) -> http.client.HTTPResponse:
        """Return the answer."""
        return response

    https_response = http_response


def _asked(here: str, address: str, timeout: float, most: int) -> http.client.HTTPResponse:
    """Return what a server answers, by a proxy if one is set."""
    if "@" in _parts(here).netloc:
        raise _failed("an address with a name or password in it cannot be", address)
    headers = {"User-Agent": f"spanf1/{__version__}", "Accept-Encoding": "identity"}
    request = urllib.request.Request(here, headers=headers)  # noqa: S310 - its scheme is known
    try:
        web = urllib.request.build_opener(_Web(timeout, most), _AsTheyAre)
        answer: http.client.HTTPResponse = web.open(request, timeout=timeout)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _failed(_reason(error), address) from None
    return answer


def _next(here: str, location: str, address: str) -> str:
    """Return the address that a server leads to; never away from the web, nor to what is open."""
    target = quote(urljoin(here, location), safe=string.punctuation, encoding="latin-1")
    scheme = _parts(target).scheme
    if scheme not in _WEB:
        raise _failed(f"it leads to {_public(target)}, which is not on the web", address)
    if _parts(here).scheme == "https" and scheme != "https":
        raise _failed(f"it leads to {_public(target)}, which is not encrypted", address)
    return target


def _check(answer: http.client.HTTPResponse, address: str) -> None:
    """Raise an error if a server does not send the file as it is."""
    if answer.status != http.HTTPStatus.OK:
        raise _failed(f"the server says {answer.status} {answer.reason}", address)
    packed = answer.headers.get("Content-Encoding", "identity").lower()
    # Of a file that is packed itself, some servers say so.
    if packed != "identity" and not name_of(address).endswith(".gz"):
        raise _failed(f"the server sends it packed ({packed}), which was not asked for", address)


def _pieces(stream: io.BufferedIOBase, address: str) -> Iterator[bytes]:
    """Yield bytes as they come."""
    while True:
        try:
            piece = stream.read1(_PIECE)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _failed(_reason(error), address) from None
        if not piece:
            return
        yield piece


def _failed(message: str, address: str) -> ReadError:
    """Return the error that says that a file cannot be fetched, and the way out."""
    message = message if len(message) <= _SHOWN else f"{message[:_SHOWN]}…"
    hint = "--mirror gives another address"
    return ReadError(f"it cannot be fetched: {message}", where=_public(address), hint=hint)


def _reason(error: BaseException) -> str:
    """Say in one line why there is no answer."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "the server does not answer"
    if isinstance(cause, http.client.IncompleteRead | ConnectionResetError | BrokenPipeError):
        return "the connection was closed"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return " ".join(str(cause).split()) or type(cause).__name__


def _public(address: str) -> str:
    """Return an address without a user's name and password."""
    return re.sub("//[^/?#]*@", "//***@", address, count=1)


def _parts(address: str) -> SplitResult:
    """Return what an address is made of.

    Raises
    ------
    ReadError
        If it is none.
    """
    try:
        return urlsplit(address)
    except ValueError as error:
        raise _failed(str(error), address) from None


def addresses(url: str, mirror: str, name: str) -> list[str]:
    """Return the addresses to try, in order: the mirror if one is given, then the file's own.

    Raises
    ------
    UsageError
        If the mirror is no address.
    """
    if not mirror:
        return [url]
    try:
        known = urlsplit(mirror).scheme in (*_WEB, "file")
    except ValueError:
        known = False
    if not known:
        hint = "such as https://example.org/copies, or file:///copies/{name}"
        raise UsageError(f"{_public(mirror)!r} is no address of a mirror", hint=hint)
    if _NAME in mirror:
        return [mirror.replace(_NAME, quote(name)), url]
    return [mirror.rstrip("/") + urlunsplit(("", "", *_parts(url)[2:4], "")), url]


def local_path(address: str) -> str:
    """Return the path of a file of this computer; empty if the address is another one's."""
    parts = _parts(address)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return ""
    return urllib.request.url2pathname(parts.path)


def name_of(address: str) -> str:
    """Return the name of the file at an address; never a path.

    Examples
    --------
    >>> name_of("https://example.org/a/test%20set.conll?raw=1")
    'test set.conll'
    """
    return plain_name(unquote(_parts(address).path.rpartition("/")[2]))


def is_archive(address: str) -> bool:
    """Return whether an address is that of an archive, by its name."""
    return bool(_ARCHIVE.search(name_of(address)))


def plain_name(name: str) -> str:
    """Return a name as one that a file may have anywhere, and that leads nowhere."""
    name = "".join(c if c.isprintable() and c not in '\\/:*?"<>|' else "_" for c in name)
    return name if name.strip(". ") else "download"


def cache_folder(
    environ: Mapping[str, str] = os.environ, platform: str = sys.platform, home: str = "~"
) -> str:
    r"""Return the folder that fetched files are kept in; it may not be there yet.

    It is what ``SPANF1_CACHE`` says; else ``spanf1`` in ``XDG_CACHE_HOME`` (if that is an absolute
    path, as its rules want) or in ``~/.cache``; on macOS ``~/Library/Caches/spanf1``, on Windows
    ``%LOCALAPPDATA%\spanf1\Cache``.

    Raises
    ------
    UsageError
        If it would be in the home folder, and there is none.
    """
    if folder := environ.get("SPANF1_CACHE"):
        return os.path.abspath(os.path.expanduser(folder))
    if platform == "win32":
        local = environ.get("LOCALAPPDATA") or _home(home, environ, "AppData", "Local")
        return os.path.join(local, "spanf1", "Cache")
    if platform == "darwin":
        return _home(home, environ, "Library", "Caches", "spanf1")
    base = environ.get("XDG_CACHE_HOME", "")
    return os.path.join(base if os.path.isabs(base) else _home(home, environ, ".cache"), "spanf1")


def _home(home: str, environ: Mapping[str, str], *parts: str) -> str:
    """Return the path of a folder in the home folder."""
    folder = os.path.expanduser(home)
    # An empty HOME would stand for the root of all folders.
    if environ.get("HOME") == "" or not os.path.isabs(folder):
        hint = "SPANF1_CACHE, or --to, names a folder"
        raise UsageError("there is no home folder to keep files in", hint=hint)
    return os.path.join(folder, *parts)


# What of a corpus is fetched.


def splits_to_get(corpus: Corpus, name: str | None) -> list[Split]:
    """Return the splits to fetch.

    Raises
    ------
    UsageError
        If they are not to be had from here.
    """
    chosen = list(corpus.splits.values()) if name is None else [corpus.split(name)]
    hint = f"{corpus.obtain} To check your copy: spanf1 corpora verify {corpus.name} PATH"
    if not corpus.open:
        message = f"{corpus.name} is not open to download (licence: {corpus.licence})"
        raise UsageError(message, hint=hint)
    splits = [split for split in chosen if split.url]
    if not splits:
        what = corpus.name if name is None else f"{corpus.name}, split {chosen[0].name}"
        raise UsageError(f"there is no address of {what} in the catalogue", hint=hint)
    for split in splits:
        if split.member or is_archive(split.url):
            what = f"{corpus.name}, split {split.name},"
            raise UsageError(f"{what} is in an archive: only plain files are fetched", hint=hint)
    return splits


def files_of(split: Split, corpus: Corpus, folder: str, mirror: str) -> list[str]:
    """Return the files of this computer that a split comes from, and the one that it becomes."""
    name = _file_name(split)
    local = [local_path(address) for address in addresses(split.url, mirror, name)]
    return [*filter(None, local), os.path.join(_folder_of(split, corpus, folder), name)]


def fetch_split(
    split: Split, corpus: Corpus, folder: str, *, mirror: str, progress: Progress
) -> Fetched:
    """Bring the file of a split into a folder, or one of its own in that; see `fetch`."""
    return fetch(
        split.url,
        _folder_of(split, corpus, folder),
        name=_file_name(split),
        sha256=split.sha256,
        size=split.size,
        mirror=mirror,
        progress=progress,
    )


def _folder_of(split: Split, corpus: Corpus, folder: str) -> str:
    """Return where to put the file of a split: away from another file that has its name."""
    others = [s for s in corpus.splits.values() if s.url and s.url != split.url]
    shared = _file_name(split) in map(_file_name, others)
    return os.path.join(folder, plain_name(split.name)) if shared else folder


def _file_name(split: Split) -> str:
    """Return what the file of a split is called: an address with a query does not say it."""
    return split.files[0] if "?" in split.url else name_of(split.url)
