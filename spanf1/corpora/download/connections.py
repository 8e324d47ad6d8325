"""Connections to servers, each of which must send something within a time limit."""

from __future__ import annotations

import http.client
import io
import socket
import time
import urllib.request
from typing import Any


class _Timed(io.RawIOBase):
    """What comes from a server until its time is over; a socket's begins anew with each byte."""

    def __init__(self, stream: io.RawIOBase, connection: socket.socket) -> None:
        self.stream = stream
        self.connection = connection
        self.timeout = connection.gettimeout()
        self.start()

    def start(self) -> None:
        """Give the server its time."""
        self.since = time.monotonic()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.timeout is not None:
            left = self.since + self.timeout - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.connection.settimeout(left)
        return self.stream.readinto(buffer)

    def close(self) -> None:
        self.stream.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer: all its headers come in time, and so do the first bytes of each read."""

    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.timed = _Timed(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self.timed)

    def read1(self, n: int = -1) -> bytes:
        """Return some bytes, as soon as there are any."""
        self.timed.start()
        return super().read1(n)


class _Connection(http.client.HTTPConnection):
    response_class = _Response


class _SecureConnection(http.client.HTTPSConnection):
    response_class = _Response


class _Handler(urllib.request.AbstractHTTPHandler):
    http_request = https_request = urllib.request.AbstractHTTPHandler.do_request_

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, request)

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_SecureConnection, request)


def opener() -> urllib.request.OpenerDirector:
    """Return what opens http and https addresses, by a proxy if one is set; it follows none."""
    found = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        _Handler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        found.add_handler(handler)
    return found
