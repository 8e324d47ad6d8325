import bz2
import contextlib
import gzip
import hashlib
import http.server
import io
import itertools
import lzma
import os
import socket
import subprocess
import sys
import tarfile
import threading
import zipfile
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from spanf1 import cli
from spanf1.corpora.download import cache_folder, fetch, name_of, parts, plain_name, unpack
from spanf1.exceptions import ReadError, UsageError
from tests.helpers.catalogues import CLOSED, CORPUS
from tests.helpers.commands import write

BODY = b"".join(b"%d\tO\n" % number for number in range(20_000))
SHA = hashlib.sha256(BODY).hexdigest()
OTHER = BODY[::-1]


class Page:
    """What a server has at one address, and how it behaves there."""

    def __init__(self, body: bytes = BODY, **settings) -> None:
        self.body = body
        self.status = settings.get("status", 200)
        self.headers = settings.get("headers", {})
        self.etag = settings.get("etag", '"1"')
        self.ranges = settings.get("ranges", True)
        #: so many bytes are sent before the connection closes
        self.cut = settings.get("cut")
        #: the length that is announced; None for none, the right one by default
        self.length = settings.get("length", ...)
        self.chunked = settings.get("chunked", False)
        #: send so much, and then nothing until the test is over
        self.hang = settings.get("hang")
        self.ignores_if_range = settings.get("ignores_if_range", False)
        #: what is said to come, whatever is asked for
        self.content_range = settings.get("content_range", "")
        self.reason = settings.get("reason")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "")
        page = self.server.pages.get(self.path.partition("?")[0])
        if page is None:
            self.send_error(404)
            return
        start, status = 0, page.status
        same = page.ignores_if_range or self.headers.get("If-Range") == page.etag
        if asked and page.ranges and same:
            start, status = int(asked.removeprefix("bytes=").removesuffix("-")), 206
            if start >= len(page.body):
                status = 416
        rest = b"" if status == 416 else page.body[start:]
        sent = rest if page.cut is None else rest[: page.cut]
        if page.hang is not None:
            sent = rest[: page.hang]
        if page.chunked:
            sent = b"%x\r\n%s\r\n" % (len(rest), sent) + b"0\r\n\r\n" * (page.cut is None)
        # Before anything is sent: what comes may make the client ask again at once.
        self.server.seen.append((self.path, asked, len(sent)))
        self.send_response(status, page.reason)
        if page.etag:
            self.send_header("ETag", page.etag)
        for name, value in page.headers.items():
            self.send_header(name, value)
        if status == 206:
            told = page.content_range or f"bytes {start}-{len(page.body) - 1}/{len(page.body)}"
            self.send_header("Content-Range", told)
        if page.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif page.length is not None:
            length = len(rest) if page.length is ... else page.length
            self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(sent)
        self.wfile.flush()
        self.close_connection = True
        if page.hang is not None:
            self.server.over.wait(30)

    def log_message(self, *_: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, Page] = {}
        #: the path, what part was asked for, how many bytes were sent
        self.seen: list[tuple[str, str, int]] = []
        self.over = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Server() as server:
        thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01))
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def get(server, tmp_path):
    """Fetch an address of the server into the folder ``to``."""

    def get(path: str = "/f", **more):
        return fetch(server.url + path, str(tmp_path / "to"), **more)

    return get


@pytest.fixture
def left(tmp_path):
    """Return the names of what is in the folder ``to``."""
    return lambda: sorted(os.listdir(tmp_path / "to")) if (tmp_path / "to").exists() else []


class TestPlain:
    def test_a_file(self, server, get, left, tmp_path) -> None:
        server.pages["/a/f.conll"] = Page()
        seen: list[int] = []
        found = get("/a/f.conll?raw=1", progress=seen.append)
        assert found == (
            str(tmp_path / "to/f.conll"),
            f"{server.url}/a/f.conll?raw=1",
            SHA,
            False,
        )
        assert Path(found.path).read_bytes() == BODY
        assert left() == ["f.conll"]
        assert seen == sorted(seen)
        assert seen[-1] == len(BODY)

    @pytest.mark.parametrize(
        "page",
        [Page(chunked=True), Page(length=None), Page(etag="")],
        ids=["chunked", "no length", "no etag"],
    )
    def test_ways_to_send_it(self, server, get, page) -> None:
        server.pages["/f"] = page
        assert get(sha256=SHA.upper(), size=len(BODY)).verified

    def test_what_is_there_is_not_fetched_again(self, server, get) -> None:
        server.pages["/f"] = Page()
        first = get(sha256=SHA)
        again = get(sha256=SHA)
        assert again == first._replace(address="")
        assert get() == again._replace(verified=False)
        assert len(server.seen) == 1

    @pytest.mark.parametrize("more", [{"sha256": SHA}, {"size": 5}])
    def test_what_else_is_there_is_not_replaced(self, server, get, tmp_path, more) -> None:
        (tmp_path / "to").mkdir()
        (tmp_path / "to/f").write_bytes(b"mine")
        with pytest.raises(ReadError, match="another file is there already") as raised:
            get(**more)
        assert raised.value.where == str(tmp_path / "to/f")
        assert (tmp_path / "to/f").read_bytes() == b"mine"
        assert server.seen == []

    def test_a_folder_of_its_name(self, get, tmp_path) -> None:
        (tmp_path / "to/f").mkdir(parents=True)
        with pytest.raises(ReadError, match="another file is there already"):
            get()

    def test_a_name_of_its_own(self, server, get, left) -> None:
        server.pages["/f"] = Page()
        get(name="../a/b")
        assert left() == [".._a_b"]

    def test_the_folder_cannot_be_made(self, get, tmp_path) -> None:
        (tmp_path / "to").write_text("")
        with pytest.raises(ReadError, match="it cannot be written: ") as raised:
            get()
        assert raised.value.exit_code == 3

    def test_files_of_this_computer(self, tmp_path) -> None:
        (tmp_path / "a b").write_bytes(BODY)
        url = (tmp_path / "a b").as_uri()
        assert "%20" in url
        found = fetch(url, str(tmp_path / "to"), sha256=SHA)
        assert found.path == str(tmp_path / "to/a b")
        assert Path(found.path).read_bytes() == BODY

    @pytest.mark.parametrize(
        ("url", "message"),
        [
            ("file:///no/such/file", "there is no such file"),
            ("file:///", "there is no such file"),
            ("file:///dev/zero", "there is no such file"),
            ("file://elsewhere/x", "a file address names no other computer"),
            ("ftp://127.0.0.1/x", "only http, https and file addresses can be"),
            ("data:,x", "only http, https and file addresses can be"),
            ("http://127.0.0.1:x/y", "nonnumeric port: 'x'"),
            ("http://127.0.0.1:1/y", "Connection refused"),
            ("http:///y", "no host given"),
            ("http://[::1", "Invalid IPv6 URL"),
        ],
    )
    def test_no_such_place(self, tmp_path, left, url, message) -> None:
        with pytest.raises(ReadError) as raised:
            fetch(url, str(tmp_path / "to"), timeout=5)
        assert str(raised.value) == f"{url}: it cannot be fetched: {message}"
        assert raised.value.hint == "--mirror gives another address"
        assert left() == []

    def test_what_is_secret(self, tmp_path) -> None:
        with pytest.raises(ReadError) as raised:
            fetch("ftp://me:secret@127.0.0.1/x@y", str(tmp_path))
        assert str(raised.value).startswith("ftp://***@127.0.0.1/x@y: it cannot be fetched: ")
        with pytest.raises(UsageError, match=r"'ftp://\*\*\*@x' is no address of a mirror"):
            fetch("http://127.0.0.1/x", str(tmp_path), mirror="ftp://me:secret@x")


class TestErrors:
    @pytest.mark.parametrize(
        ("page", "more", "message"),
        [
            (None, {}, "the server says 404 Not Found"),
            (Page(status=500), {}, "the server says 500 Internal Server Error"),
            (Page(status=403), {}, "the server says 403 Forbidden"),
            (Page(b"", status=204), {}, "the server says 204 No Content"),
            (Page(cut=1000), {}, f"1000 of {len(BODY)} bytes came"),
            (Page(cut=0), {}, f"0 of {len(BODY)} bytes came"),
            (Page(length=len(BODY) + 1), {}, f"{len(BODY)} of {len(BODY) + 1} bytes came"),
            (Page(length=None, cut=9), {"size": len(BODY)}, f"9 of {len(BODY)} bytes came"),
            (Page(chunked=True, cut=1000), {}, "the connection was closed"),
            (Page(), {"size": 7}, f"it has {len(BODY)} bytes there, and should have 7"),
            (Page(length=9), {"size": 10}, "it has 9 bytes there, and should have 10"),
            (Page(length=None), {"size": 7}, "it has more than 7 bytes"),
            (Page(), {"most": 99}, f"it has {len(BODY)} bytes, more than 99"),
            (Page(chunked=True), {"most": 99}, "it has more than 99 bytes"),
            (Page(hang=1000), {"timeout": 0.2}, "the server does not answer"),
            (Page(BODY[:5], status=206), {}, "the server sends another part of it"),
            (
                Page(BODY[:5], status=206, content_range="bytes 0-99/*", length=100),
                {},
                "the server sends another part of it",
            ),
            (
                Page(headers={"Content-Encoding": "gzip"}),
                {},
                "the server sends it packed (gzip), which was not asked for",
            ),
            (Page(status=404, reason="x" * 9999), {}, f"the server says 404 {'x' * 180}…"),
        ],
    )
    def test_it_is_no_file(self, server, get, page, more, message) -> None:
        if page:
            server.pages["/f"] = page
        with pytest.raises(ReadError) as raised:
            get(**more)
        assert str(raised.value) == f"{server.url}/f: it cannot be fetched: {message}"
        assert raised.value.exit_code == 3
        # Nor has it got its name.
        with pytest.raises(ReadError):
            get(**more)

    def test_archives_are_packed_anyway(self, server, get) -> None:
        body = gzip.compress(BODY)
        server.pages["/f.gz"] = Page(body, headers={"Content-Encoding": "gzip"})
        assert Path(get("/f.gz").path).read_bytes() == body

    @pytest.mark.parametrize("etag", ["", 'W/"1"'])
    def test_what_cannot_be_gone_on_with_goes(self, server, get, left, etag) -> None:
        server.pages["/f"] = Page(etag=etag, cut=1000)
        with pytest.raises(ReadError) as raised:
            get()
        assert raised.value.hint == "--mirror gives another address"
        assert left() == []

    @pytest.mark.parametrize("more", [{}, {"size": 9}])
    def test_wrong_checksum(self, server, get, left, more) -> None:
        """Of a length that is too small, the rest never comes; the checksum tells."""
        server.pages["/f"] = Page(length=9)
        with pytest.raises(ReadError, match=f"its sha256 is [0-9a-f]{{64}}, and should be {SHA}"):
            get(sha256=SHA, **more)
        assert left() == []

    def test_no_answer_at_all(self, tmp_path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/f"
            with pytest.raises(ReadError, match="the server does not answer"):
                fetch(url, str(tmp_path), timeout=0.2)

    @pytest.mark.parametrize(
        ("begin", "rest"),
        [
            (b"", b"HTTP/1.1 200 OK"),
            (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
            (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
        ],
        ids=["status", "headers", "continue", "trailers"],
    )
    def test_an_answer_without_end(self, tmp_path, begin, rest) -> None:
        """Each part of it comes in time, and all of it never does."""
        over = threading.Event()

        def answer() -> None:
            connection, _ = dripping.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(9999)
                connection.sendall(begin)
                for byte in itertools.cycle(rest):
                    connection.sendall(bytes([byte]))
                    if over.wait(0.01):
                        break

        with socket.create_server(("127.0.0.1", 0)) as dripping:
            thread = threading.Thread(target=answer)
            thread.start()
            url = f"http://127.0.0.1:{dripping.getsockname()[1]}/f"
            with pytest.raises(ReadError, match="the server does not answer"):
                fetch(url, str(tmp_path), timeout=0.2)
            over.set()
            thread.join()

    def test_no_http(self, tmp_path) -> None:
        def answer() -> None:
            connection, _ = strange.accept()
            with connection:
                connection.recv(9999)
                connection.sendall(b"hello\nthere\n\n")

        with socket.create_server(("127.0.0.1", 0)) as strange:
            thread = threading.Thread(target=answer)
            thread.start()
            url = f"http://127.0.0.1:{strange.getsockname()[1]}/f"
            with pytest.raises(ReadError) as raised:
                fetch(url, str(tmp_path), timeout=5)
            thread.join()
        assert str(raised.value) == f"{url}: it cannot be fetched: hello"

    def test_slower_than_can_be_waited_for(self, server, get, left, monkeypatch) -> None:
        clock = SimpleNamespace(monotonic=itertools.count(0, 1000).__next__)
        monkeypatch.setattr("spanf1.corpora.download.fetching.time", clock)
        server.pages["/f"] = Page()
        with pytest.raises(ReadError, match="the server is too slow"):
            get()
        assert left() == ["f.part", "f.part.from"]


class TestRedirections:
    def test_followed(self, server, get) -> None:
        server.pages["/f"] = Page(b"", status=302, headers={"Location": "/g"})
        target = f"{server.url}/h%20h?a=b c"
        server.pages["/g"] = Page(b"", status=308, headers={"Location": target})
        server.pages["/h%20h"] = Page()
        found = get(sha256=SHA)
        assert os.path.basename(found.path) == "f"
        assert [path for path, *_ in server.seen] == ["/f", "/g", "/h%20h?a=b%20c"]

    def test_ten_of_them(self, server, get) -> None:
        for number in range(12):
            headers = {"Location": f"/{number + 1}"}
            server.pages[f"/{number}"] = Page(b"", status=301, headers=headers)
        server.pages["/12"] = Page()
        assert get("/2").sha256 == SHA
        with pytest.raises(ReadError, match="it leads on and on, more than 10 times"):
            get("/1")

    def test_in_a_circle(self, server, get) -> None:
        server.pages["/f"] = Page(b"", status=302, headers={"Location": "/f"})
        with pytest.raises(ReadError, match="it leads on and on"):
            get()

    @pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/f", "data:,x"])
    def test_only_on_the_web(self, server, get, left, target) -> None:
        server.pages["/f"] = Page(b"", status=302, headers={"Location": target})
        with pytest.raises(ReadError, match=f"it leads to {target}, which is not on the web"):
            get()
        assert left() == []

    def test_nowhere(self, server, get) -> None:
        server.pages["/f"] = Page(b"", status=302)
        with pytest.raises(ReadError, match="the server says 302 Found"):
            get()


class TestResuming:
    CUT = 100_000

    @pytest.fixture
    def begun(self, server, get, left) -> None:
        """The connection broke in the middle."""
        server.pages["/f"] = Page(cut=self.CUT)
        with pytest.raises(ReadError, match=f"{self.CUT} of {len(BODY)} bytes came") as raised:
            get()
        assert raised.value.hint.startswith("run it again, to go on where it stopped")
        assert left() == ["f.part", "f.part.from"]
        server.seen.clear()

    @pytest.mark.usefixtures("begun")
    def test_only_the_rest_is_sent(self, server, get, left) -> None:
        server.pages["/f"] = Page()
        seen: list[int] = []
        found = get(progress=seen.append)
        assert (found.sha256, left()) == (SHA, ["f"])
        assert server.seen == [("/f", f"bytes={self.CUT}-", len(BODY) - self.CUT)]
        assert seen[0] > self.CUT

    @pytest.mark.usefixtures("begun")
    def test_more_than_once(self, server, get, left) -> None:
        server.pages["/f"] = Page(cut=5)
        with pytest.raises(ReadError, match=f"{self.CUT + 5} of {len(BODY)} bytes came"):
            get()
        server.pages["/f"] = Page()
        assert get(sha256=SHA).verified
        assert server.seen[-1][1] == f"bytes={self.CUT + 5}-"
        assert left() == ["f"]

    @pytest.mark.usefixtures("begun")
    @pytest.mark.parametrize(
        ("page", "requests"),
        [
            (Page(ranges=False), 1),
            (Page(OTHER, etag='"2"'), 1),
            (Page(OTHER, etag='"2"', ignores_if_range=True), 2),
            (Page(BODY[:9]), 2),
            (Page(content_range="bytes 0-9/10"), 2),
            (Page(content_range="nonsense"), 2),
            (Page(content_range=f"bytes {CUT}-{len(BODY) - 1}/*"), 2),
            (Page(content_range=f"bytes {CUT}-{CUT + 4}/{CUT + 5}"), 2),
            (Page(content_range=f"bytes {CUT}-{CUT + 4}/3"), 2),
            (Page(content_range=f"bytes {CUT}-{CUT + 4}/{'9' * 5000}"), 2),
        ],
        ids=[
            *("no ranges", "changed", "changed, unnoticed", "shorter", "elsewhere", "nonsense"),
            *("no size", "another length", "behind the end", "many digits"),
        ],
    )
    def test_from_the_beginning(self, server, get, left, page, requests) -> None:
        server.pages["/f"] = page
        found = get()
        assert Path(found.path).read_bytes() == page.body
        assert len(server.seen) == requests
        assert server.seen[-1][2] == len(page.body)
        assert left() == ["f"]

    @pytest.mark.usefixtures("begun")
    def test_what_was_there_is_damaged(self, server, get, left, tmp_path) -> None:
        """The checksum does not fit what was gone on with: everything is fetched anew."""
        (tmp_path / "to/f.part").write_bytes(b"x" * self.CUT)
        server.pages["/f"] = Page()
        assert get(sha256=SHA).verified
        assert [asked for _, asked, _ in server.seen] == [f"bytes={self.CUT}-", ""]
        assert left() == ["f"]

    @pytest.mark.usefixtures("begun")
    @pytest.mark.parametrize(
        "notes", ["", "{", "[]", '{"address": "http://x/f"}', "[" * 200_000], ids=len
    )
    def test_notes_that_say_nothing(self, server, get, tmp_path, notes) -> None:
        (tmp_path / "to/f.part.from").write_text(notes)
        server.pages["/f"] = Page()
        assert get().sha256 == SHA
        assert [asked for _, asked, _ in server.seen] == [""]

    @pytest.mark.parametrize(
        ("etag", "modified", "asked"),
        [
            ("", "Mon, 01 Jan 2001 00:00:00 GMT", True),
            ('W/"1"', "Mon, 01 Jan 2001 00:00:00 GMT", True),
            ('W/"1"', "", False),
            ("", "", False),
        ],
    )
    def test_what_tells_versions_apart(self, server, get, etag, modified, asked) -> None:
        headers = {"Last-Modified": modified} if modified else {}
        for cut in (self.CUT, None):
            server.pages["/f"] = Page(etag=etag, headers=headers, cut=cut)
            server.pages["/f"].ignores_if_range = True
            if cut:
                with pytest.raises(ReadError):
                    get()
        assert get().sha256 == SHA
        assert bool(server.seen[1][1]) == asked

    def test_an_interruption(self, server, get, left) -> None:
        def interrupt(_: int) -> None:
            raise KeyboardInterrupt

        server.pages["/f"] = Page()
        with pytest.raises(KeyboardInterrupt):
            get(progress=interrupt)
        assert left() == ["f.part", "f.part.from"]
        assert get(sha256=SHA).verified
        assert left() == ["f"]

    def test_a_server_that_hangs(self, server, get) -> None:
        server.pages["/f"] = Page(hang=1000)
        with pytest.raises(ReadError, match="the server does not answer"):
            get(timeout=0.2)
        server.pages["/f"] = Page()
        assert get(sha256=SHA).verified
        assert server.seen[-1][1] == "bytes=1000-"


class TestMirrors:
    @pytest.fixture
    def elsewhere(self, tmp_path) -> str:
        folder = tmp_path / "mirror/a"
        folder.mkdir(parents=True)
        (folder / "f x").write_bytes(BODY)
        return (tmp_path / "mirror").as_uri()

    def test_the_address_itself_is_not_asked(self, server, get, elsewhere) -> None:
        found = get("/a/f%20x?y=z", mirror=elsewhere)
        assert (found.sha256, server.seen) == (SHA, [])
        assert found.address == f"{elsewhere}/a/f%20x?y=z"

    def test_name(self, get, elsewhere) -> None:
        assert get("/b/f%20x", mirror=elsewhere + "/a/{name}").sha256 == SHA

    def test_on_the_web(self, server, tmp_path) -> None:
        server.pages["/copies/a/f"] = Page()
        url = "https://example.invalid/a/f"
        found = fetch(url, str(tmp_path), mirror=f"{server.url}/copies/")
        assert found.address == f"{server.url}/copies/a/f"

    @pytest.mark.parametrize("broken", [None, Page(OTHER), Page(OTHER, cut=1000)])
    def test_it_fails(self, server, get, left, broken) -> None:
        if broken:
            server.pages["/old/f"] = broken
        server.pages["/f"] = Page()
        found = get(sha256=SHA, mirror=f"{server.url}/old")
        assert (found.address, left()) == (f"{server.url}/f", ["f"])

    def test_both_fail(self, server, get) -> None:
        with pytest.raises(ReadError) as raised:
            get(mirror=f"{server.url}/old")
        assert str(raised.value) == (
            f"{server.url}/f: it cannot be fetched: the server says 404 Not Found; before, "
            f"{server.url}/old/f: it cannot be fetched: the server says 404 Not Found"
        )

    @pytest.mark.parametrize(
        "mirror", ["/copies", "example.org", "ftp://example.org", "C:\\x", "http://[::1"]
    )
    def test_no_address(self, get, mirror) -> None:
        with pytest.raises(UsageError, match="is no address of a mirror"):
            get(mirror=mirror)


class TestTwoAtOnce:
    def test_each_has_its_own(self, server, get, left) -> None:
        """While one is at it, another one fetches the file for itself."""
        server.pages["/f"] = Page()
        inner = []

        def other(_: int) -> None:
            if not inner:
                inner.append(None)
                inner[0] = get(sha256=SHA)
                assert left() == ["f", "f.part", "f.part.from"]

        assert get(sha256=SHA, progress=other).verified
        assert inner[0].verified
        assert left() == ["f"]
        assert [sent for _, _, sent in server.seen] == [len(BODY)] * 2

    def test_what_another_one_fails_at_goes(self, server, tmp_path) -> None:
        server.pages["/f"] = Page(cut=9)
        with parts.part_of(str(tmp_path / "f")):
            with pytest.raises(ReadError, match="9 of"):
                fetch(f"{server.url}/f", str(tmp_path))
            assert os.listdir(tmp_path) == ["f.part"]
        assert os.listdir(tmp_path) == []

    def test_where_files_cannot_be_locked(self, server, get, monkeypatch) -> None:
        monkeypatch.setattr(parts, "_locked", lambda *_: False)
        server.pages["/f"] = Page(cut=9)
        with pytest.raises(ReadError):
            get()
        server.pages["/f"] = Page()
        assert get(sha256=SHA).verified
        assert [asked for _, asked, _ in server.seen] == ["", ""]

    def test_processes(self, server, tmp_path) -> None:
        server.pages["/f"] = Page()
        code = (
            "import sys; from spanf1.corpora.download import fetch; "
            "print(fetch(sys.argv[1], sys.argv[2], sha256=sys.argv[3]).verified)"
        )
        command = [sys.executable, "-c", code, f"{server.url}/f", str(tmp_path), SHA]
        running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
        assert [process.communicate(timeout=60)[0] for process in running] == [b"True\n"] * 3
        assert os.listdir(tmp_path) == ["f"]

    def test_a_link_in_the_way(self, get, tmp_path) -> None:
        (tmp_path / "to").mkdir()
        (tmp_path / "mine").write_text("mine")
        os.symlink("../mine", tmp_path / "to/f.part")
        with pytest.raises(ReadError, match="it cannot be written: "):
            get()
        assert (tmp_path / "mine").read_text() == "mine"

    @pytest.mark.parametrize("name", ["f.part", "f.part.from"])
    @pytest.mark.parametrize("kind", ["link", "hard link", "pipe", "folder"])
    def test_what_else_is_in_the_way(self, server, get, tmp_path, name, kind) -> None:
        server.pages["/f"] = Page()
        (tmp_path / "to").mkdir()
        (tmp_path / "mine").write_text("mine")
        make = {
            "link": lambda path: os.symlink("../mine", path),
            "hard link": lambda path: os.link(tmp_path / "mine", path),
            "pipe": os.mkfifo,
            "folder": os.mkdir,
        }
        make[kind](tmp_path / "to" / name)
        with pytest.raises(ReadError, match="it cannot be written: ") as raised:
            get()
        assert "None" not in str(raised.value)
        assert (tmp_path / "mine").read_text() == "mine"


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], **how) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def tarred(*members: tuple[str | tarfile.TarInfo, bytes], mode: str = "w") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode, format=tarfile.PAX_FORMAT) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def tar_entry(name: str, kind: bytes, link: str = "", **more) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    for key, value in more.items():
        setattr(info, key, value)
    return info


def zip_link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    return info


SPARSE = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
LONG = "d/" + "long" * 60
MEMBERS = [("d/a.txt", BODY), ("./d/b.txt", b""), (LONG, b"1")]
GOOD = {
    "a.zip": zipped(("d/", b""), *MEMBERS),
    "a.tar": tarred((tar_entry("d", tarfile.DIRTYPE), b""), *MEMBERS),
    "a.tgz": tarred(*MEMBERS, mode="w:gz"),
    "a.tar.bz2": tarred(*MEMBERS, mode="w:bz2"),
    "a.tar.xz": tarred(*MEMBERS, mode="w:xz"),
}


class TestUnpacking:
    @pytest.fixture
    def unpacked(self, tmp_path):
        """Unpack bytes, and say what is there then."""

        def unpacked(content: bytes, name: str = "a", **limits) -> dict[str, bytes]:
            (tmp_path / name).write_bytes(content)
            before = sorted(path.name for path in tmp_path.iterdir())
            try:
                unpack(str(tmp_path / name), str(tmp_path / "out"), **limits)
            except ReadError:
                # Nothing is left of it, here or above.
                assert sorted(path.name for path in tmp_path.iterdir()) == before
                raise
            found = sorted((tmp_path / "out").rglob("*"))
            assert all(not path.is_symlink() for path in found)
            out = tmp_path / "out"
            return {str(f.relative_to(out)): f.read_bytes() for f in found if f.is_file()}

        return unpacked

    @pytest.mark.parametrize("name", GOOD)
    def test_archives(self, unpacked, name) -> None:
        # Whatever they are called.
        for called in (name, "x"):
            expected = {"d/a.txt": BODY, "d/b.txt": b"", LONG: b"1"}
            assert unpacked(GOOD[name], called) == expected

    @pytest.mark.parametrize(
        ("name", "packed"),
        [
            ("a.txt.gz", gzip.compress(BODY)),
            ("a.txt.bz2", bz2.compress(BODY)),
            ("a.txt.xz", lzma.compress(BODY)),
        ],
    )
    def test_single_files(self, unpacked, name, packed) -> None:
        assert unpacked(packed, name) == {"a.txt": BODY}
        with pytest.raises(ReadError, match="there is too much in it"):
            unpacked(packed, name, most_bytes=len(BODY) - 1)

    @pytest.mark.parametrize("name", ["a\\b.txt", "a//b.txt", "./a/./b.txt"])
    def test_spellings_of_a_path(self, unpacked, name) -> None:
        assert unpacked(zipped((name, b"1"))) == {"a/b.txt": b"1"}
        assert unpacked(tarred((name, b"1"))) == {"a/b.txt": b"1"}

    def test_permissions_are_plain(self, unpacked, tmp_path) -> None:
        info = tar_entry("a", tarfile.REGTYPE, mode=0o7777)
        unpacked(tarred((info, b"1")))
        assert os.stat(tmp_path / "out/a").st_mode & 0o7111 == 0

    @pytest.mark.parametrize(
        "name", ["../x", "d/../../x", "/x", "\\x", "..\\x", "C:\\x", "c:x", "//host/x", "d/.."]
    )
    def test_names_that_lead_out(self, unpacked, name) -> None:
        for content in (zipped((name, b"1")), tarred((name, b"1"))):
            with pytest.raises(ReadError, match="is no name of a file inside an archive"):
                unpacked(content)

    @pytest.mark.parametrize(
        "content",
        [
            tarred((tar_entry("x", tarfile.SYMTYPE, "/etc/passwd"), b"")),
            tarred((tar_entry("x", tarfile.SYMTYPE, ".."), b""), ("x/y", b"1")),
            tarred(("y", b"1"), (tar_entry("x", tarfile.LNKTYPE, "y"), b"")),
            tarred((tar_entry("x", tarfile.CHRTYPE, devmajor=1, devminor=5), b"")),
            tarred((tar_entry("x", tarfile.BLKTYPE), b"")),
            tarred((tar_entry("x", tarfile.FIFOTYPE), b"")),
            tarred((tar_entry("x", b"~"), b"")).replace(b"~", b"S"),
            zipped((zip_link("x"), b"/etc/passwd")),
        ],
        ids=["link", "folder", "hard", "char", "block", "pipe", "sparse", "zip link"],
    )
    def test_no_plain_files(self, unpacked, content) -> None:
        with pytest.raises(ReadError, match=r"no plain file|cannot be unpacked|no archive"):
            unpacked(content)

    def test_bombs(self, unpacked) -> None:
        zeros = bytes(5_000_000)
        for content in (
            zipped(("x", zeros)),
            zipped(("x", zeros[:600_000]), ("y", zeros[:600_000])),
            tarred(("x", zeros), mode="w:gz"),
            gzip.compress(zeros),
        ):
            assert len(content) < 20_000
            with pytest.raises(ReadError, match="there is too much in it"):
                unpacked(content, most_bytes=1_000_000)

    def test_too_many_files(self, unpacked) -> None:
        members = [(str(number), b"") for number in range(11)]
        for content in (zipped(*members), tarred(*members)):
            with pytest.raises(ReadError, match="it has more than 10 files"):
                unpacked(content, most_files=10)

    def test_headers_that_fill_the_memory(self, unpacked) -> None:
        info = tarfile.TarInfo("x")
        info.pax_headers = {"comment": "x" * 3_000_000}
        with pytest.raises(ReadError, match="its headers are too large"):
            unpacked(tarred((info, b"1"), mode="w:gz"))

    def test_a_size_that_is_a_lie(self, unpacked) -> None:
        """A file that is larger than is said is cut there, and its checksum is wrong."""
        content = zipped(("x", bytes(100_000)))
        lie = content.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
        assert lie != content
        with pytest.raises(ReadError, match="it cannot be unpacked"):
            unpacked(lie)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (zipped(("a/" * 2000 + "b", b"")), "it has more than 50 folders in each other"),
            (tarred(("a/" * 2000 + "b", b"")), "it has more than 50 folders in each other"),
            (tarred(("../" + "x" * 9999, b"")), f"'../{'x' * 197}…' is no name of a file"),
            (
                tarred((tar_entry("x", b"L"), b"y"))[:1024] * 2000,
                "it cannot be unpacked: damaged",
            ),
            (
                tarred((tar_entry("x", b"0", pax_headers=SPARSE), b"")),
                "it cannot be unpacked: damaged",
            ),
        ],
        ids=["deep zip", "deep tar", "long name", "headers of headers", "sparse"],
    )
    def test_messages_are_for_people(self, unpacked, content, message) -> None:
        with pytest.raises(ReadError) as raised:
            unpacked(content)
        assert raised.value.message.startswith(message)

    @pytest.mark.parametrize("first", ["x", "X/../x", "x/y"])
    def test_one_name_twice(self, unpacked, first) -> None:
        with pytest.raises(ReadError):
            unpacked(tarred((first, b"1"), ("x", b"2")))

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"hello",
            b"PK\x03\x04",
            b"PK\x03\x04" + bytes(999),
            b"\x1f\x8b",
            gzip.compress(BODY)[:-900],
            gzip.compress(BODY)[:-8] + bytes(8),
            GOOD["a.zip"][:-30],
            GOOD["a.zip"].replace(b"d/a", b"d/c", 1),
            GOOD["a.zip"][:60] + b"damage" + GOOD["a.zip"][66:],
            GOOD["a.tar"][:5000],
            GOOD["a.tar"][:512] + b"damage" * 99 + GOOD["a.tar"][1106:],
            tarred(("a", b"1"), ("b", b"2"))[:1200],
            tarred(("a", b"1"), ("b", b"2"))[:1024],
            tarred(("a", b"1"), ("b", b"2"))[:2048],
            GOOD["a.tgz"][:-99],
            GOOD["a.tar.xz"][:-99],
            GOOD["a.tar.bz2"][:-99],
        ],
    )
    def test_damage(self, unpacked, content) -> None:
        with pytest.raises(ReadError) as raised:
            unpacked(content)
        assert "\n" not in str(raised.value)

    def test_a_folder_that_is_there_stays(self, tmp_path) -> None:
        (tmp_path / "a").write_bytes(GOOD["a.zip"])
        (tmp_path / "out").mkdir()
        (tmp_path / "out/x").write_text("mine")
        unpack(str(tmp_path / "a"), str(tmp_path / "out"))
        assert sorted(os.listdir(tmp_path)) == ["a", "out"]
        assert os.listdir(tmp_path / "out") == ["x"]

    @pytest.mark.parametrize("name", GOOD)
    def test_fetching_a_member(self, server, get, left, name) -> None:
        server.pages[f"/{name}"] = Page(GOOD[name])
        digest = hashlib.sha256(GOOD[name]).hexdigest()
        found = get(f"/{name}", sha256=digest, member="d/a.txt")
        assert Path(found.path).read_bytes() == BODY
        assert found.sha256 == digest
        assert left() == [name, f"{name}-{digest[:12]}"]
        assert get(f"/{name}", sha256=digest, member=LONG).path.endswith(LONG)
        assert len(server.seen) == 1
        for member in ("d", "x", "../a.zip", "/etc/passwd"):
            with pytest.raises(ReadError):
                get(f"/{name}", member=member)

    @pytest.mark.parametrize("kind", [zipped, tarred])
    @pytest.mark.parametrize("changed", [b"", BODY[:-1], BODY + b"x", OTHER])
    def test_a_member_that_was_changed(self, server, get, kind, changed) -> None:
        content = kind(("large", bytes(3_000_000)), ("a.txt", BODY))
        server.pages["/a"] = Page(content)
        found = get("/a", member="a.txt")
        assert get("/a", member="a.txt").path == found.path
        Path(found.path).write_bytes(changed)
        with pytest.raises(ReadError, match="it is not as it was unpacked") as raised:
            get("/a", member="a.txt")
        assert raised.value.where == found.path
        assert raised.value.hint == f"remove {os.path.dirname(found.path)}"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://example.org/a/b.zip", "b.zip"),
        ("https://example.org/a/b%20c?x=/y#z", "b c"),
        ("https://example.org/", "download"),
        ("https://example.org", "download"),
        ("https://example.org/..", "download"),
        ("https://example.org/%2e%2e", "download"),
        ("https://example.org/a%2fb", "a_b"),
        ("https://example.org/%2fetc", "_etc"),
        ("https://example.org/C%3a%5cx%0a", "C__x_"),
        ("file:///a/b", "b"),
    ],
)
def test_names(address, name) -> None:
    assert name_of(address) == name
    assert plain_name(name) == name


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", {}, "/home/me/.cache/spanf1"),
        ("linux", {"XDG_CACHE_HOME": "/c"}, "/c/spanf1"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/me/.cache/spanf1"),
        ("linux", {"XDG_CACHE_HOME": "/c", "SPANF1_CACHE": "/d"}, "/d"),
        ("darwin", {"XDG_CACHE_HOME": "/c"}, "/home/me/Library/Caches/spanf1"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/spanf1/Cache"),
        ("win32", {}, "/home/me/AppData/Local/spanf1/Cache"),
        ("win32", {"SPANF1_CACHE": "/d"}, "/d"),
    ],
)
def test_cache_folder(platform, environ, folder) -> None:
    assert cache_folder(environ, platform, "/home/me") == folder


@pytest.mark.parametrize("environ", [{"HOME": ""}, {"HOME": "", "XDG_CACHE_HOME": "x"}])
@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_no_home(platform, environ) -> None:
    with pytest.raises(UsageError, match="there is no home folder"):
        cache_folder(environ, platform, "")
    assert cache_folder(environ | {"SPANF1_CACHE": "/d"}, platform, "") == "/d"


class TestCommand:
    @pytest.fixture
    def corpora(self, run, monkeypatch, tmp_path):
        monkeypatch.setattr(cli, "COMMANDS", tuple(dict.fromkeys([*cli.COMMANDS, "corpora"])))
        monkeypatch.setenv("SPANF1_CACHE", str(tmp_path / "cache"))
        return partial(run, "corpora", "get", "--catalogue", "own.toml")

    @pytest.fixture
    def catalogue(self, server, corpora) -> None:  # noqa: ARG002 - it changes to the test's folder
        server.pages["/test.conll"] = Page()
        server.pages["/train/x"] = server.pages["/uc"] = Page(OTHER)
        server.pages["/a.zip"] = Page(GOOD["a.zip"])
        splits = [
            ("test", f'url = "{server.url}/test.conll"\nsha256 = "{SHA}"\nsize = {len(BODY)}'),
            ("train", f'url = "{server.url}/uc?id=1"'),
            ("zip", f'url = "{server.url}/a.zip"\nmember = "d/a.txt"'),
            ("none", ""),
        ]
        text = CORPUS + CLOSED
        for name, more in splits:
            text += f'\n[corpora.toy.splits.{name}]\nfiles = ["{name}.conll"]\n{more}\n'
        write("own.toml", text)

    @pytest.mark.usefixtures("catalogue")
    def test_one_split(self, server, corpora, tmp_path) -> None:
        path = tmp_path / "cache/toy/test.conll"
        ran = corpora("toy", "--split", "test")
        assert (ran.code, ran.out) == (0, f"{path}\n")
        assert ran.err == (
            f"note: {path}: from {server.url}/test.conll; its sha256 is that of the catalogue\n"
        )
        assert path.read_bytes() == BODY
        ran = corpora("toy", "--split", "test")
        assert ran.err.startswith(f"note: {path}: it was there already; its sha256 is that of")
        assert len(server.seen) == 1

    @pytest.mark.usefixtures("catalogue")
    def test_all_of_them(self, corpora, tmp_path) -> None:
        ran = corpora("toy", "--to", "data", "-o", "paths")
        assert (ran.code, ran.out) == (0, "")
        digest = hashlib.sha256(GOOD["a.zip"]).hexdigest()
        assert Path("paths").read_text().splitlines() == [
            os.path.join("data", "test.conll"),
            os.path.join("data", "train.conll"),
            os.path.join("data", f"a.zip-{digest[:12]}", "d/a.txt"),
        ]
        assert f"the catalogue has no checksum to verify it by; its sha256 is {digest}" in ran.err
        assert ran.err.splitlines()[1].startswith("warning: data/train.conll: ")
        assert not (tmp_path / "cache").exists()

    @pytest.mark.usefixtures("catalogue")
    def test_quietly(self, corpora) -> None:
        ran = corpora("toy", "--to", "data", "-q")
        assert (len(ran.out.splitlines()), ran.err) == (3, "")

    @pytest.mark.usefixtures("catalogue")
    def test_mirror(self, server, corpora, tmp_path) -> None:
        (tmp_path / "test.conll").write_bytes(BODY)
        mirror = tmp_path.as_uri() + "/{name}"
        ran = corpora("toy", "--split", "test", "--mirror", mirror, "--color", "always")
        assert (ran.code, server.seen) == (0, [])

    def test_files_of_one_name(self, server, corpora) -> None:
        text = CORPUS
        for name in ("train", "test"):
            server.pages[f"/{name}/x"] = Page(name.encode())
            url = f"{server.url}/{name}/x"
            text += f'\n[corpora.toy.splits.{name}]\nfiles = ["x"]\nurl = "{url}"\n'
        write("own.toml", text)
        ran = corpora("toy", "--to", ".", "-q")
        assert ran.out.splitlines() == [os.path.join(".", "train", "x"), "./test/x"]
        assert Path("test/x").read_text() == "test"

    @pytest.mark.usefixtures("catalogue")
    @pytest.mark.parametrize(
        ("args", "code", "message"),
        [
            (["toy", "--split", "none"], 2, "error: there is no address of toy, split none in the"),
            (["toy", "--mirror", "x"], 2, "error: 'x' is no address of a mirror\n"),
            (["closed", "--split", "train"], 2, "error: closed is not open to download (licence: "),
            (["toy", "-o", "no/x"], 2, "error: no/x: the output cannot be written: there is no"),
            (["toy", "--to", "own.toml"], 3, "error: own.toml/test.conll: it cannot be written: "),
        ],
    )
    def test_errors(self, server, corpora, args, code, message) -> None:
        ran = corpora(*args)
        assert (ran.code, ran.out) == (code, "")
        assert ran.err.startswith(message)
        assert server.seen == []

    def test_the_output_is_no_input(self, corpora, tmp_path) -> None:
        """Neither is it what comes, nor where that comes from."""
        (tmp_path / "src.conll").write_bytes(BODY)
        url = (tmp_path / "src.conll").as_uri()
        write("own.toml", CORPUS + f'[corpora.toy.splits.x]\nfiles = ["x"]\nurl = "{url}"\n')
        os.mkdir("to")
        for output in ("to/src.conll", "src.conll", "own.toml"):
            for _ in range(2):
                ran = corpora("toy", "--to", "to", "-o", output)
                assert (ran.code, ran.out) == (2, "")
                assert f"error: {output}: the output cannot be written: it is the input" in ran.err
            assert Path("src.conll").read_bytes() == BODY
        assert Path("to/src.conll").read_bytes() == BODY
        assert corpora("toy", "--to", "to", "-o", "paths").code == 0

    @pytest.mark.usefixtures("catalogue")
    def test_a_failure(self, server, corpora) -> None:
        server.pages["/test.conll"] = Page(OTHER)
        ran = corpora("toy", "--split", "test")
        assert (ran.code, ran.out) == (3, "")
        assert ran.err.startswith(f"error: {server.url}/test.conll: its sha256 is ")
        assert not os.listdir("cache/toy")
