import contextlib
import errno
import gzip
import hashlib
import http.server
import io
import itertools
import os
import re
import socket
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from spanf1.cli import group
from spanf1.corpora import download
from spanf1.corpora.download import cache_folder, fetch, name_of, plain_name
from spanf1.exceptions import ReadError, UsageError
from tests.helpers.catalogues import CLOSED, CORPUS
from tests.helpers.commands import write

BODY = b"".join(b"%d\tO\n" % number for number in range(20_000))
SHA = hashlib.sha256(BODY).hexdigest()
OTHER = BODY[::-1]
PACKED = gzip.compress(BODY, mtime=0)
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Page:
    """What a server has at one address, and how it behaves there."""

    def __init__(self, body: bytes = BODY, **settings) -> None:
        self.body = body
        self.status = settings.get("status", 200)
        self.headers = settings.get("headers", {})
        #: so many bytes are sent before the connection closes
        self.cut = settings.get("cut")
        #: the length that is announced; None for none, the right one by default
        self.length = settings.get("length", ...)
        self.chunked = settings.get("chunked", False)
        #: send so much, and then nothing until the test is over
        self.hang = settings.get("hang")
        self.reason = settings.get("reason")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        page = self.server.pages.get(self.path.partition("?")[0])
        if page is None:
            self.send_error(404)
            return
        sent = page.body[: page.cut if page.hang is None else page.hang]
        if page.chunked:
            sent = b"%x\r\n%s\r\n" % (len(page.body), sent) + b"0\r\n\r\n" * (page.cut is None)
        # Before anything is sent: what comes may make the client ask again at once.
        self.server.seen.append((self.path, len(sent)))
        self.send_response(page.status, page.reason)
        for name, value in page.headers.items():
            self.send_header(name, value)
        if page.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif page.length is not None:
            length = len(page.body) if page.length is ... else page.length
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
        #: the path, and how many bytes were sent
        self.seen: list[tuple[str, int]] = []
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
def get(server, left, tmp_path):
    """Fetch an address of the server into the folder ``to``; if it fails, nothing new is there."""

    def get(path: str = "/f", **more):
        before = left()
        try:
            return fetch(server.url + path, str(tmp_path / "to"), **more)
        except ReadError:
            assert left() == before
            raise

    return get


@pytest.fixture
def left(tmp_path):
    """Return the names of what is in the folder ``to``."""
    return lambda: sorted(os.listdir(tmp_path / "to")) if (tmp_path / "to").is_dir() else []


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
        [Page(chunked=True), Page(length=None)],
        ids=["chunked", "no length"],
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

    @pytest.mark.parametrize("target", ["/dev/zero", "nowhere", "../outside"])
    def test_a_link_of_its_name(self, server, get, tmp_path, target) -> None:
        """It is neither followed nor replaced."""
        (tmp_path / "outside").write_bytes(b"mine")
        (tmp_path / "to").mkdir()
        (tmp_path / "to/f").symlink_to(target)
        with pytest.raises(ReadError, match="another file is there already"):
            get(sha256=SHA)
        assert os.readlink(tmp_path / "to/f") == target
        assert (tmp_path / "outside").read_bytes() == b"mine"
        assert server.seen == []

    def test_a_pipe_of_its_name(self, get, tmp_path) -> None:
        (tmp_path / "to").mkdir()
        os.mkfifo(tmp_path / "to/f")
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

    @pytest.mark.parametrize("place", ["127.0.0.1", "127.0.0.1:1", "127.0.0.1:x", "[::1"])
    def test_a_password_in_an_address(self, tmp_path, place) -> None:
        with pytest.raises(ReadError) as raised:
            fetch(f"http://me:secret@{place}/x", str(tmp_path))
        assert str(raised.value).startswith(f"http://***@{place}/x: it cannot be fetched: ")
        assert "secret" not in str(raised.value)

    def test_what_is_secret(self, tmp_path) -> None:
        with pytest.raises(ReadError) as raised:
            fetch("ftp://me:secret@127.0.0.1/x@y", str(tmp_path))
        assert str(raised.value).startswith("ftp://***@127.0.0.1/x@y: it cannot be fetched: ")
        with pytest.raises(UsageError, match=r"'ftp://\*\*\*@x' is no address of a mirror"):
            fetch("http://127.0.0.1/x", str(tmp_path), mirror="ftp://me:secret@x")


class TestErrors:
    @pytest.mark.slow
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
            (Page(BODY[:5], status=206), {}, "the server says 206 Partial Content"),
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
        assert raised.value.hint == "--mirror gives another address"

    def test_some_files_are_packed_anyway(self, server, get) -> None:
        body = gzip.compress(BODY)
        server.pages["/f.gz"] = Page(body, headers={"Content-Encoding": "gzip"})
        assert Path(get("/f.gz").path).read_bytes() == body

    @pytest.mark.parametrize("more", [{}, {"size": 9}])
    def test_wrong_checksum(self, server, get, left, more) -> None:
        """Of a length that is too small, the rest never comes; the checksum tells."""
        server.pages["/f"] = Page(length=9)
        with pytest.raises(ReadError, match=f"its sha256 is [0-9a-f]{{64}}, and should be {SHA}"):
            get(sha256=SHA, **more)
        assert left() == []

    @pytest.mark.slow
    def test_no_answer_at_all(self, tmp_path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/f"
            with pytest.raises(ReadError, match="the server does not answer"):
                fetch(url, str(tmp_path), timeout=0.2)

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

    # Newer releases of Python count lines themselves, and find it out sooner.
    _NO_END = "(the server does not come to an end|got more than 100 (interim responses|trailers))"

    @pytest.mark.parametrize(
        ("begin", "again", "pause", "message"),
        [
            # What comes before the file, or behind it, has no end.
            (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99, 0, _NO_END),
            (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 9999, 0, "got more than 100 headers"),
            (b"HTTP/1.1 200 OK\r\n", b"X" * 9999, 0, "got more than 65536 bytes"),
            (b"", b"H" * 9999, 0, "got more than 65536 bytes"),
            (CHUNKS + b"0\r\n", b"X: y\r\n" * 9999, 0, _NO_END),
            (CHUNKS, b"1;" + b"x" * 60_000 + b"\r\na\r\n", 0, "the server does not come to an end"),
            (CHUNKS, b"9\r\n123456789\r\n" * 999, 0, "it has more than 99999 bytes"),
            (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 9999, 0, "it has more than 99999 bytes"),
            # It comes so slowly that it has none either.
            (b"", b"H", 0.05, "the server is too slow"),
            (b"HTTP/1.1 200 OK\r\n", b"X", 0.05, "the server is too slow"),
            (b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.05, "the server is too slow"),
            (CHUNKS + b"9\r\n", b"x", 0.05, "the server is too slow"),
        ],
    )
    def test_no_end(self, tmp_path, begin, again, pause, message) -> None:
        def answer() -> None:
            connection, _ = endless.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(9999)
                connection.sendall(begin)
                while not over.wait(pause):
                    connection.sendall(again)

        over = threading.Event()
        with socket.create_server(("127.0.0.1", 0)) as endless:
            thread = threading.Thread(target=answer)
            thread.start()
            url = f"http://127.0.0.1:{endless.getsockname()[1]}/f"
            with pytest.raises(ReadError, match=f"it cannot be fetched: .*{message}") as raised:
                fetch(url, str(tmp_path), timeout=0.2, most=99_999)
            over.set()
            thread.join()
        assert len(str(raised.value)) < 300
        assert os.listdir(tmp_path) == []

    def test_slower_than_can_be_waited_for(self, server, get, left, monkeypatch) -> None:
        clock = SimpleNamespace(monotonic=itertools.count(0, 1000).__next__)
        monkeypatch.setattr(download, "time", clock)
        server.pages["/f"] = Page()
        with pytest.raises(ReadError, match="the server is too slow"):
            get()
        assert left() == []

    def test_an_interruption(self, server, get, left) -> None:
        """Nothing is left of it, and the next run begins anew."""

        def interrupt(_: int) -> None:
            (part,) = left()
            assert part.startswith("f.")
            raise KeyboardInterrupt

        server.pages["/f"] = Page()
        with pytest.raises(KeyboardInterrupt):
            get(progress=interrupt)
        assert left() == []
        assert get(sha256=SHA).verified
        assert left() == ["f"]

    def test_the_disk_is_full(self, server, get, left, monkeypatch) -> None:
        def replace(*_: str) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        server.pages["/f"] = Page()
        monkeypatch.setattr(os, "replace", replace)
        with pytest.raises(ReadError, match="it cannot be written: No space left on device"):
            get()
        assert left() == []


class TestRedirections:
    def test_followed(self, server, get) -> None:
        server.pages["/f"] = Page(b"", status=302, headers={"Location": "/g"})
        target = f"{server.url}/h%20h?a=b c"
        server.pages["/g"] = Page(b"", status=308, headers={"Location": target})
        server.pages["/h%20h"] = Page()
        found = get(sha256=SHA)
        assert os.path.basename(found.path) == "f"
        assert [path for path, _ in server.seen] == ["/f", "/g", "/h%20h?a=b%20c"]

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

    @pytest.mark.parametrize(
        ("here", "target", "leads_to"),
        [
            ("https://a/f", "http://b/f", "http://b/f"),
            ("https://a/f", "http://me:secret@b/f", "http://***@b/f"),
            ("https://a/f", "//b/f", None),
            ("https://a/f", "/g", None),
            ("http://a/f", "https://b/f", None),
        ],
    )
    def test_never_to_what_is_not_encrypted(self, here, target, leads_to) -> None:
        if leads_to is None:
            assert download._next(here, target, here).startswith(here.partition(":")[0])
            return
        with pytest.raises(ReadError) as raised:
            download._next(here, target, "https://me:secret@a/f")
        assert str(raised.value) == (
            f"https://***@a/f: it cannot be fetched: it leads to {leads_to}, which is not encrypted"
        )

    @pytest.mark.parametrize(
        ("steps", "wrong"),
        [
            (["https://b/g", "//c/h", "/i", "?j"], ""),
            (["https://b/g", "http://b/g"], "http://b/g, which is not encrypted"),
            (["//b/g", "HTTP://b/g"], "HTTP://b/g, which is not encrypted"),
            (
                ["https://b/g", "//c/h", "/i", "http://a/f", "https://a/f"],
                "http://a/f, which is not",
            ),
            (["/g", "file:///etc/passwd"], "file:///etc/passwd, which is not on the web"),
            (["/g", "FILE:/etc/passwd"], "FILE:/etc/passwd, which is not on the web"),
            (["//b/g", "javascript:x"], "javascript:x, which is not on the web"),
        ],
    )
    def test_several_steps_from_https(self, tmp_path, monkeypatch, steps, wrong) -> None:
        """No step is asked of anything but https."""
        asked = []

        class Answer(io.BytesIO):
            def __init__(self, here: str, *_: object) -> None:
                super().__init__(BODY)
                target = steps[len(asked)] if len(asked) < len(steps) else None
                self.status, self.length = 302 if target else 200, len(BODY)
                self.headers = {"Location": target} if target else {}
                asked.append(here)

        monkeypatch.setattr(download, "_asked", Answer)
        if wrong:
            with pytest.raises(ReadError, match=f"it leads to {re.escape(wrong)}"):
                fetch("https://a/f", str(tmp_path))
        else:
            assert fetch("https://a/f", str(tmp_path)).sha256 == SHA
        assert all(here.startswith("https://") for here in asked)
        assert os.listdir(tmp_path) == ([] if wrong else ["f"])

    def test_with_a_password(self, server, get) -> None:
        target = f"http://me:secret@127.0.0.1:{server.server_port}/g"
        server.pages["/f"] = Page(b"", status=302, headers={"Location": target})
        with pytest.raises(ReadError, match="an address with a name or password in it") as raised:
            get()
        assert "secret" not in str(raised.value)

    def test_nowhere(self, server, get) -> None:
        server.pages["/f"] = Page(b"", status=302)
        with pytest.raises(ReadError, match="the server says 302 Found"):
            get()


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
                assert len(left()) == 2

        assert get(sha256=SHA, progress=other).verified
        assert inner[0].verified
        assert left() == ["f"]
        assert [sent for _, sent in server.seen] == [len(BODY)] * 2

    def test_one_fails(self, server, get, left) -> None:
        """What the other one has fetched meanwhile stays."""

        def other(_: int) -> None:
            if left() != ["f"]:
                get(sha256=SHA)
                raise KeyboardInterrupt

        server.pages["/f"] = Page()
        with pytest.raises(KeyboardInterrupt):
            get(progress=other)
        assert (get(sha256=SHA).address, left()) == ("", ["f"])

    @pytest.mark.slow
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


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://example.org/a/b.conll", "b.conll"),
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
        monkeypatch.setattr(group, "COMMANDS", tuple(dict.fromkeys([*group.COMMANDS, "corpora"])))
        monkeypatch.setenv("SPANF1_CACHE", str(tmp_path / "cache"))
        return partial(run, "corpora", "get", "--catalogue", "own.toml")

    @pytest.fixture
    def catalogue(self, server, corpora) -> None:  # noqa: ARG002 - it changes to the test's folder
        server.pages["/test.conll"] = Page()
        server.pages["/train/x"] = server.pages["/uc"] = Page(OTHER)
        server.pages["/packed.gz"] = Page(PACKED)
        splits = [
            ("test", f'url = "{server.url}/test.conll"\nsha256 = "{SHA}"\nsize = {len(BODY)}'),
            ("train", f'url = "{server.url}/uc?id=1"'),
            ("packed", f'url = "{server.url}/packed.gz"'),
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
        digest = hashlib.sha256(PACKED).hexdigest()
        assert Path("paths").read_text().splitlines() == [
            os.path.join("data", "test.conll"),
            os.path.join("data", "train.conll"),
            os.path.join("data", "packed.gz"),
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

    @pytest.mark.parametrize(
        ("name", "more"),
        [
            *(("all" + end, "") for end in (".zip", ".tar", ".tgz", ".TAR.GZ", ".tar.bz2?raw=1")),
            ("all", 'member = "x/y.conll"'),
        ],
    )
    def test_archives(self, server, corpora, name, more) -> None:
        more = f'url = "{server.url}/{name}"\n{more}'
        write("own.toml", f'{CORPUS}[corpora.toy.splits.test]\nfiles = ["x"]\n{more}\n')
        ran = corpora("toy")
        assert (ran.code, ran.out, server.seen) == (2, "", [])
        assert ran.err == (
            "error: toy, split test, is in an archive: only plain files are fetched\n"
            "hint: Anyone may download it. To check your copy: spanf1 corpora verify toy PATH\n"
        )

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

    @pytest.mark.usefixtures("catalogue")
    @pytest.mark.parametrize(
        "page", [None, Page(b"", status=500), Page(cut=9), Page(chunked=True, cut=9), Page(b"")]
    )
    def test_no_traceback(self, server, corpora, page) -> None:
        server.pages.pop("/test.conll")
        if page:
            server.pages["/test.conll"] = page
        ran = corpora("toy", "--split", "test")
        assert (ran.code, ran.out) == (3, "")
        error, hint = ran.err.splitlines()
        assert error.startswith(f"error: {server.url}/test.conll: it cannot be fetched: ")
        assert hint == "hint: --mirror gives another address"
        assert not os.listdir("cache/toy")
