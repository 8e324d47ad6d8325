"""Addresses: what the file there is called, where else it may be, and how it is opened."""

from __future__ import annotations

import http.client
import os
import re
import string
import urllib.error
import urllib.request
from io import BufferedIOBase
from typing import NamedTuple
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

from spanf1._version import __version__
from spanf1.corpora.download.connections import opener
from spanf1.exceptions import ReadError, UsageError

#: so many redirections are followed
REDIRECTIONS = 10

_NAME = "{name}"
# A size that is not said (*) is none to check what comes by.
_RANGE = re.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")
_REDIRECTED = {301, 302, 303, 307, 308}
_WEB = ("http", "https")
_ENOUGH = 200


class Answer(NamedTuple):
    """What comes from an address: a stream, and what is known of it.

    `start` is how many bytes of the file come before it, `size` how many there are in all or
    None; `validator` is what tells this version of the file from others, or empty.
    """

    stream: BufferedIOBase
    start: int
    size: int | None
    validator: str


class StaleError(Exception):
    """What has come so far cannot be gone on with."""


def failed(message: str, address: str) -> ReadError:
    """Return the error that says that a file cannot be fetched, and the way out."""
    hint = "--mirror gives another address"
    return ReadError(f"it cannot be fetched: {brief(message)}", where=public(address), hint=hint)


def brief(text: str) -> str:
    """Return the beginning of a text that somebody else wrote: it may be of any length."""
    return text if len(text) <= _ENOUGH else f"{text[:_ENOUGH]}…"


def public(address: str) -> str:
    """Return an address without a user's name and password."""
    return re.sub("//[^/?#]*@", "//***@", address, count=1)


def parts_of(address: str) -> SplitResult:
    """Return what an address is made of.

    Raises
    ------
    ReadError
        If it is none.
    """
    try:
        return urlsplit(address)
    except ValueError as error:
        raise failed(str(error), address) from None


def name_of(address: str) -> str:
    """Return the name of the file at an address; never a path.

    Examples
    --------
    >>> name_of("https://example.org/a/test%20set.conll?raw=1")
    'test set.conll'
    """
    return plain_name(unquote(parts_of(address).path.rpartition("/")[2]))


def plain_name(name: str) -> str:
    """Return a name as one that a file may have anywhere, and that leads nowhere."""
    name = "".join(c if c.isprintable() and c not in '\\/:*?"<>|' else "_" for c in name)
    return name if name.strip(". ") else "download"


def local_path(address: str) -> str:
    """Return the path of a file of this computer; empty if the address is another one's."""
    parts = parts_of(address)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return ""
    return urllib.request.url2pathname(parts.path)


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
        raise UsageError(f"{public(mirror)!r} is no address of a mirror", hint=hint)
    if _NAME in mirror:
        return [mirror.replace(_NAME, quote(name)), url]
    parts = parts_of(url)
    return [mirror.rstrip("/") + urlunsplit(("", "", *parts[2:4], "")), url]


def opened(address: str, *, start: int, validator: str, timeout: float) -> Answer:
    """Open an address, to go on behind the first `start` bytes if they are of the same version.

    The answer may begin at 0 all the same. Only http and https are redirected to.

    Raises
    ------
    StaleError
        If the server has nothing to go on with.
    ReadError
        If there is no such file, or no answer.
    """
    scheme = parts_of(address).scheme
    if scheme == "file":
        return _local(address)
    if scheme not in _WEB:
        raise failed("only http, https and file addresses can be", address)
    headers = {"User-Agent": f"spanf1/{__version__}", "Accept-Encoding": "identity"}
    if start:
        headers |= {"Range": f"bytes={start}-", "If-Range": validator}
    try:
        answer = _redirected(address, headers, timeout)
    except urllib.error.HTTPError as error:
        with error:
            if start and error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise StaleError from None
            raise failed(f"the server says {error.code} {error.reason}", address) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, ReadError):
            raise
        raise failed(reason(error), address) from None
    try:
        return _checked(answer, address, start, validator)
    except BaseException:
        answer.close()
        raise


def _checked(answer: http.client.HTTPResponse, address: str, start: int, validator: str) -> Answer:
    """Return what a server sends, if it is the file or the part of it that was asked for."""
    if answer.status not in (http.HTTPStatus.OK, http.HTTPStatus.PARTIAL_CONTENT):
        raise failed(f"the server says {answer.status} {answer.reason}", address)
    packed = answer.headers.get("Content-Encoding", "identity").lower()
    # Of a file that is packed itself, some servers say so.
    if packed != "identity" and not name_of(address).endswith((".gz", ".tgz")):
        raise failed(f"the server sends it packed ({packed}), which was not asked for", address)
    tag = answer.headers.get("ETag", "")
    # A weak tag is also that of versions that differ in their bytes.
    strong = tag if tag.startswith('"') else answer.headers.get("Last-Modified", "")
    if answer.status == http.HTTPStatus.OK:
        return Answer(answer, 0, answer.length, strong)
    part = _RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
    if not start or not part or (strong and strong != validator):
        raise StaleError
    first, last, size = map(int, part.groups())
    if first != start or not first <= last < size or answer.length not in (None, last + 1 - first):
        raise StaleError
    return Answer(answer, start, size, strong)


def _redirected(address: str, headers: dict[str, str], timeout: float) -> http.client.HTTPResponse:
    """Return the answer of the server that an address leads to."""
    web = opener()
    here = quote(address, safe=string.punctuation)
    for _ in range(REDIRECTIONS + 1):
        request = urllib.request.Request(here, headers=headers)  # noqa: S310 - its scheme is known
        try:
            answer: http.client.HTTPResponse = web.open(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            target = error.headers.get("Location")
            if error.code not in _REDIRECTED or not target:
                raise
            error.close()
        else:
            return answer
        here = quote(urljoin(here, target), safe=string.punctuation, encoding="latin-1")
        if urlsplit(here).scheme not in _WEB:
            raise failed(f"it leads to {here}, which is not on the web", address)
    raise failed(f"it leads on and on, more than {REDIRECTIONS} times", address)


def _local(address: str) -> Answer:
    path = local_path(address)
    if not path:
        raise failed("a file address names no other computer", address)
    try:
        # What is no regular file may have no end, or wait for ever.
        if not os.path.isfile(path):
            raise failed("there is no such file", address)
        stream = open(path, "rb")  # noqa: SIM115 - it is closed with the answer
    except OSError as error:
        raise failed(reason(error), address) from None
    return Answer(stream, 0, os.fstat(stream.fileno()).st_size, "")


def reason(error: BaseException) -> str:
    """Say in one line why there is no answer."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "the server does not answer"
    if isinstance(cause, http.client.IncompleteRead | ConnectionResetError | BrokenPipeError):
        return "the connection was closed"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return " ".join(str(cause).split()) or type(cause).__name__
