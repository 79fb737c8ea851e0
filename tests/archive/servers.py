"""Real servers on loopback: an ordinary site, and every kind of hostile one. Each gives its "address:port".

with site({"/a": Route(body="<h1>Found</h1>")}) as wire:
    fetch(f"http://{wire}/a", limits=QUICK, allow=frozenset({wire}), user_agent="test")
"""

import gzip
import socket
import ssl
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from tests.archive.bombs import packed_zeros

# A certificate for 127.0.0.1 that signs itself, good for a hundred years, and of no use anywhere else.
KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4qxPXa9W/86CLlk6
22QkTpW4fNW1ARdBBEhFBBEfK4ChRANCAAQacSZaixkWwYyrXLece8lD/vZDlm6Y
5WrLcrsinJTiiFdY/0XqqCQaUoS5/kCj6S/eSb7alS3TDlpxKlITXgmY
-----END PRIVATE KEY-----
"""
CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBoTCCAUigAwIBAgIURzX8MKZU2dQjC6jTnIAGXPm3nz0wCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSbG9vcGJhY2sgdGVzdCBzaXRlMCAXDTI2MTEyMjEyNDYzOVoY
DzIxMjYxMDI5MTI0NjM5WjAdMRswGQYDVQQDDBJsb29wYmFjayB0ZXN0IHNpdGUw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQacSZaixkWwYyrXLece8lD/vZDlm6Y
5WrLcrsinJTiiFdY/0XqqCQaUoS5/kCj6S/eSb7alS3TDlpxKlITXgmYo2QwYjAd
BgNVHQ4EFgQUPxqcD22wC8ykRZcuaeIwaJS7FbUwHwYDVR0jBBgwFoAUPxqcD22w
C8ykRZcuaeIwaJS7FbUwDwYDVR0RBAgwBocEfwAAATAPBgNVHRMBAf8EBTADAQH/
MAoGCCqGSM49BAMCA0cAMEQCIGvNAzdPrA54hE+/z02y/ktYg+aOseBGKXOiWE7v
+yECAiBtobigGIwkp3AXcan9iJjQVLIDx1xYHYarCq9nGhe/hg==
-----END CERTIFICATE-----
"""


class Loopback(str):
    """The "address:port" of a running server, with the heads of the requests that it has seen."""

    requests: list[bytes]

    def __new__(cls, pair: str) -> "Loopback":
        made = super().__new__(cls, pair)
        made.requests = []
        return made


@dataclass
class Visitor:
    """One connection to a server, as its behaviour sees it."""

    connection: socket.socket
    request: bytes
    closing: threading.Event

    @property
    def path(self) -> str:
        return self.request.split(b" ", 2)[1].decode()

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def pause(self, seconds: float) -> bool:
        """False once the server is being stopped."""
        return not self.closing.wait(seconds)


Behaviour = Callable[[Visitor], None]


@contextmanager
def served(behaviour: Behaviour, *, tls: bool = False, host: str = "127.0.0.1") -> Iterator[Loopback]:
    """A server that reads each request and then behaves as it is told to. All of 127.0.0.0/8 are hosts of loopback."""
    closing = threading.Event()
    threads: list[threading.Thread] = []
    with socket.create_server((host, 0)) as listener:
        listener.settimeout(0.05)
        where = Loopback(f"{host}:{listener.getsockname()[1]}")

        def attend(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                connection.settimeout(10)
                if tls:
                    connection = server_context().wrap_socket(connection, server_side=True)
                with connection:
                    request = b""
                    while b"\r\n\r\n" not in request and (piece := connection.recv(65_536)):
                        request += piece
                    if b"\r\n\r\n" not in request:
                        return
                    where.requests.append(request)
                    behaviour(Visitor(connection, request, closing))

        def listen() -> None:
            while not closing.is_set():
                with suppress(TimeoutError):
                    thread = threading.Thread(target=attend, args=(listener.accept()[0],), daemon=True)
                    threads.append(thread)
                    thread.start()

        doorman = threading.Thread(target=listen, daemon=True)
        doorman.start()
        try:
            yield where
        finally:
            closing.set()
            doorman.join()
            for thread in threads:
                thread.join(timeout=15)


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(KEY + CERTIFICATE)
        file.flush()
        context.load_cert_chain(file.name)
    return context


# The ordinary site


@dataclass
class Route:
    """What a site answers under one path. A header named twice is given as a list."""

    body: str | bytes = b""
    status: int = 200
    headers: Mapping[str, str | list[str]] = field(default_factory=dict)
    delay: float = 0

    def answer(self) -> bytes:
        body = self.body.encode() if isinstance(self.body, str) else self.body
        headers: dict[str, str | list[str]] = {"Content-Type": "text/html; charset=utf-8", **self.headers}
        if "Transfer-Encoding" not in headers:
            headers.setdefault("Content-Length", str(len(body)))
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        for name, value in headers.items():
            lines += [f"{name}: {one}" for one in ([value] if isinstance(value, str) else value)]
        return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(location: str, *, status: int = 302, body: bytes = b"") -> Route:
    return Route(status=status, headers={"Location": location}, body=body)


@contextmanager
def site(
    routes: Mapping[str, Route | Callable[[], Route]], *, tls: bool = False, host: str = "127.0.0.1"
) -> Iterator[Loopback]:
    """An ordinary site. The routes may be changed while it runs; what isn't among them is a 404."""

    def behave(visitor: Visitor) -> None:
        found = routes.get(visitor.path, Route("<h1>Not here</h1>", status=404))
        route = found if isinstance(found, Route) else found()
        if visitor.pause(route.delay):
            visitor.send(route.answer())

    with served(behave, tls=tls, host=host) as where:
        yield where


def chunked(body: bytes, size: int = 1_000) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


# The hostile ones

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
PAGE = b"<html><title>A page</title><p>It says something.</p></html>"


def _whole(body: bytes, *headers: bytes) -> Behaviour:
    head = OK + b"".join(header + b"\r\n" for header in headers)
    return lambda visitor: visitor.send(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def _raw(answer: bytes) -> Behaviour:
    return lambda visitor: visitor.send(answer)


def _for_ever(first: bytes, more: bytes, pause: float = 0) -> Behaviour:
    def behave(visitor: Visitor) -> None:
        visitor.send(first)
        while visitor.pause(pause):
            visitor.send(more)

    return behave


def _reset(first: bytes) -> Behaviour:
    def behave(visitor: Visitor) -> None:
        visitor.send(first)
        time.sleep(0.05)
        # Zero seconds of lingering makes the kernel send a reset instead of an orderly end.
        visitor.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behave


def _silent(visitor: Visitor) -> None:
    visitor.pause(30)


def _circle(visitor: Visitor) -> None:
    other = "/b" if visitor.path == "/a" else "/a"
    visitor.send(f"HTTP/1.1 302 Found\r\nLocation: {other}\r\nContent-Length: 0\r\n\r\n".encode())


def _chain(visitor: Visitor) -> None:
    """/7 leads to /6 and so on; /0 is a page."""
    step = int(visitor.path[1:])
    if step:
        visitor.send(f"HTTP/1.1 301 Moved\r\nLocation: /{step - 1}\r\nContent-Length: 0\r\n\r\n".encode())
    else:
        visitor.send(OK + b"Content-Length: %d\r\n\r\n" % len(PAGE) + PAGE)


HOSTILE: dict[str, Behaviour] = {
    "gzip bomb": _whole(packed_zeros(300_000_000), b"Content-Encoding: gzip"),
    "gzip bomb in a gzip": _whole(gzip.compress(packed_zeros(300_000_000)), b"Content-Encoding: gzip, gzip"),
    "body that drips": _for_ever(OK + b"Content-Length: 100000\r\n\r\n", b"x", 0.05),
    "chunks that drip": _for_ever(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.05),
    "headers that drip": _for_ever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.1),
    "header without end": _for_ever(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 10_000),
    "headers without end": _for_ever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 100),
    "huge header": _raw(OK + b"X: " + b"y" * 100_000 + b"\r\n\r\n" + PAGE),
    "1000 headers": _raw(OK + b"X: y\r\n" * 1_000 + b"\r\n" + PAGE),
    "cut body": _raw(OK + b"Content-Length: 5000\r\n\r\n" + PAGE),
    "cut chunks": _raw(OK + b"Transfer-Encoding: chunked\r\n\r\n100\r\n" + PAGE),
    "cut head": _raw(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "cut gzip": _whole(gzip.compress(PAGE * 1_000)[:-20], b"Content-Encoding: gzip"),
    "damaged gzip": _whole(gzip.compress(PAGE * 1_000)[:50] + b"!" * 200, b"Content-Encoding: gzip"),
    "plain text called gzip": _whole(PAGE, b"Content-Encoding: gzip"),
    "unknown packing": _whole(PAGE, b"Content-Encoding: br"),
    "packing inside packing": _whole(PAGE, b"Content-Encoding: " + b", ".join([b"gzip"] * 50)),
    "longer than announced": _raw(OK + b"Content-Length: %d\r\n\r\n" % len(PAGE) + PAGE + b"and something more"),
    "length and chunked": _raw(OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(PAGE)),
    "two lengths": _raw(OK + b"Content-Length: 10\r\nContent-Length: 59\r\n\r\n" + PAGE),
    "length that is no number": _raw(OK + b"Content-Length: -1\r\n\r\n" + PAGE),
    "chunk size that is no number": _raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + PAGE),
    "chunk size of a terabyte": _for_ever(OK + b"Transfer-Encoding: chunked\r\n\r\n10000000000\r\n", b"x" * 100_000),
    "chunk lines without end": _for_ever(OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 10_000),
    "unknown transfer": _raw(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunked(PAGE)),
    "100 continue for ever": _for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "10 GB announced": _for_ever(OK + b"Content-Length: 10000000000\r\n\r\n", b"x" * 100_000),
    "10 GB": _for_ever(OK + b"\r\n", b"x" * 100_000),
    "10 GB in chunks": _for_ever(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    "reset at once": _reset(b""),
    "reset in the body": _reset(OK + b"Content-Length: 5000\r\n\r\n" + PAGE),
    "hang-up": _raw(b""),
    "silence": _silent,
    "no HTTP": _raw(b"220 mail.example ESMTP ready\r\n"),
    "no body": _raw(OK + b"Content-Length: 0\r\n\r\n"),
    "redirect circle": _circle,
    "redirect chain": _chain,
    "redirect with 1 GB": _for_ever(
        b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 1000000000\r\n\r\n", b"x" * 100_000
    ),
}


@contextmanager
def hostile(name: str) -> Iterator[Loopback]:
    """One of the HOSTILE servers."""
    with served(HOSTILE[name]) as where:
        yield where


@contextmanager
def hostile_rules(behaviour: Behaviour, host: str) -> Iterator[Loopback]:
    """A site with an ordinary page, whose robots.txt alone behaves like this."""
    page = _whole(PAGE)
    with served(lambda visitor: (behaviour if visitor.path == "/robots.txt" else page)(visitor), host=host) as where:
        yield where


@contextmanager
def full_house() -> Iterator[Loopback]:
    """A server that is up and takes nobody in: its queue is full, so a connection is neither made nor refused."""
    with ExitStack() as guests, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            guest = guests.enter_context(socket.socket())
            guest.setblocking(False)
            guest.connect_ex(listener.getsockname())
        yield Loopback(f"127.0.0.1:{listener.getsockname()[1]}")


# Who is connected to, seen from below every library

_watching: list[list[tuple[Any, ...]]] = []
_hooked = threading.Event()


def _see(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _watching and isinstance(arguments[1], tuple):
        for seen in _watching:
            seen.append(arguments[1])
        if not str(arguments[1][0]).startswith("127."):
            raise ConnectionRefusedError("tests connect to loopback only")


@contextmanager
def connections() -> Iterator[list[tuple[Any, ...]]]:
    """The addresses that this process connects to. Connections off loopback are seen and refused."""
    if not _hooked.is_set():
        _hooked.set()
        sys.addaudithook(_see)  # the interpreter keeps it for good, so it does nothing while nobody watches
    seen: list[tuple[Any, ...]] = []
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching[:] = [other for other in _watching if other is not seen]
