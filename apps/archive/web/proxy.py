"""The browser's only way out: a proxy on loopback that vets every request with the guard that vets our own.

Whoever doesn't know the password of this one drawing gets nothing from it. A tunnel (CONNECT, also for ws:// and wss://)
leads to one vetted endpoint and no further; a plain request is passed on alone, and its connection ends with it.
"""

from __future__ import annotations

import base64
import contextlib
import re
import secrets
import select
import socket
import threading
import time
from collections.abc import Iterator
from typing import Self

from apps.archive.codes import Code
from apps.archive.web.addresses import Lookup, Refused, WebAddress, connect, parse
from apps.archive.web.exchanges import Limits

PIECE = 65_536
LOOK_UP_SECONDS = 0.2
# Chromium opens 32 connections to a proxy, and as many again for web sockets.
MOST_CONNECTIONS = 64
MOST_REFUSALS_KEPT = 100
# A page that sends more than this is not one that is being read.
MOST_SENT_BYTES = 2_000_000
REQUEST_LINE = re.compile(rb"([A-Z]{1,20}) ([\x21-\x7e]{1,8192}) HTTP/1\.1\r\n")
STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})[^\r\n]*\r?\n")
LENGTH = re.compile(rb"[0-9]{1,9}")
# Fields that speak of one connection (RFC 9110, 7.6.1), and the one that is meant for us.
OF_THE_CONNECTION = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization", b"te", b"trailer", b"upgrade")
)
ANSWER = b"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n%s\r\n"
WHO_ARE_YOU = ANSWER % (b"407 Who are you", b'Proxy-Authenticate: Basic realm="drawing"\r\n')
NOT_FROM_HERE = ANSWER % (b"403 Not from here", b"")
CONNECTED = b"HTTP/1.1 200 Connected\r\n\r\n"

Field = tuple[bytes, bytes]


class GuardedProxy:
    """A proxy for one drawing, until `ends` by the monotonic clock. It serves inside a with statement.

    `address` is where it listens; `received` and `sent` count bytes of sites and to sites; `refused` are
    addresses not gone to, each with its reason. Hosts that asked for it are `left_alone`.
    """

    def __init__(
        self,
        *,
        limits: Limits,
        allow: frozenset[str],
        ends: float,
        lookup: Lookup = socket.getaddrinfo,
        left_alone: frozenset[str] = frozenset(),
    ) -> None:
        self.limits, self.allow, self.ends, self.lookup, self.left_alone = limits, allow, ends, lookup, left_alone
        self.address = ""
        self.user, self.password = "drawing", secrets.token_urlsafe(24)
        self.received = self.sent = self.asked = 0
        self.refused: list[tuple[str, Code]] = []
        self._expected = b"Basic " + base64.b64encode(f"{self.user}:{self.password}".encode())
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._closing = False

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=MOST_CONNECTIONS)
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._doorman = threading.Thread(target=self._listen, name="proxy", daemon=True)
        self._doorman.start()
        return self

    def __exit__(self, *raised: object) -> None:
        with self._lock:
            self._closing = True
            for connection in (self._listener, *self._open):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._doorman.join()
        self._listener.close()
        for thread in self._threads:
            # One that is still connecting ends as soon as it has: nothing is passed on any more.
            thread.join(timeout=LOOK_UP_SECONDS)

    @property
    def spent(self) -> bool:
        """Whether this drawing has used up its bytes or its time."""
        too_much = self.received >= self.limits.total_bytes or self.sent >= MOST_SENT_BYTES
        return self._closing or too_much or time.monotonic() >= self.ends

    def _listen(self) -> None:
        while not self._closing:
            with contextlib.suppress(OSError):
                connection = self._listener.accept()[0]
                self._threads = [thread for thread in self._threads if thread.is_alive()]
                if self.spent or len(self._threads) >= MOST_CONNECTIONS:
                    connection.close()
                    continue
                thread = threading.Thread(target=self._attend, args=(connection,), name="proxied", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _attend(self, browser: socket.socket) -> None:
        with contextlib.suppress(OSError, Refused), self._held(browser):
            self._serve(browser)

    def _serve(self, browser: socket.socket) -> None:
        head, rest = self._head(browser, self.limits.first_byte_seconds)
        line = REQUEST_LINE.match(head)
        if line is None:
            return
        fields = _fields(head)
        told = b"".join(value for name, value in fields if name.lower() == b"proxy-authorization")
        if not secrets.compare_digest(told, self._expected):
            browser.sendall(WHO_ARE_YOU)
            return
        method, target = line[1], line[2].decode("ascii")
        try:
            address = self._vetted(method, target)
            site = connect(address, allow=self.allow, seconds=self.limits.connect_seconds, lookup=self.lookup)[0]
        except Refused as refused:
            with self._lock:
                if len(self.refused) < MOST_REFUSALS_KEPT:
                    self.refused.append((target[:500], refused.code))
            browser.sendall(NOT_FROM_HERE)
            return
        with self._held(site):
            if method == b"CONNECT":
                browser.sendall(CONNECTED)
                self._send(site, rest)
                self._tunnel(browser, site)
            else:
                self._pass_on(browser, site, _request(method, address, fields), rest, fields)

    def _vetted(self, method: bytes, target: str) -> WebAddress:
        """Where a request wants to go, by the guard's own reading and no other. Raises Refused."""
        with self._lock:
            self.asked += 1
            if self.asked > self.limits.requisites * 2 + 50 or self.spent:
                raise Refused(Code.TOO_LARGE, "The drawing has used up its budget.")
        address = self._parsed(method, target)
        if address.host in self.left_alone:
            raise Refused(Code.ASKED_TO_WAIT, address.host)
        return address

    def _parsed(self, method: bytes, target: str) -> WebAddress:
        if method == b"CONNECT":
            if "/" in target or "?" in target or "#" in target:
                raise Refused(Code.INVALID_URL, "A tunnel leads to a site and a port.")
            scheme = "http" if target.endswith(":80") else "https"
            return parse(f"{scheme}://{target}/", allow=self.allow)
        address = parse(target, allow=self.allow)
        if address.scheme != "http":
            raise Refused(Code.SCHEME_NOT_ALLOWED, "What is secured goes through a tunnel.")
        return address

    def _pass_on(
        self, browser: socket.socket, site: socket.socket, request: bytes, rest: bytes, fields: list[Field]
    ) -> None:
        """One request with its body, and the answer. What follows on the connection is not looked at."""
        lengths = {value for name, value in fields if name.lower() == b"content-length"}
        coded = any(name.lower() == b"transfer-encoding" for name, _ in fields)
        if coded or len(lengths) > 1 or not all(LENGTH.fullmatch(length) for length in lengths):
            browser.sendall(NOT_FROM_HERE)
            return
        self._send(site, request)
        left = int(lengths.pop()) if lengths else 0
        while left:
            piece = rest[:left] or self._receive(browser, PIECE)[:left]
            if not piece:
                return
            rest = b""
            left -= len(piece)
            self._send(site, piece)
        while True:
            head, rest = self._head(site, self.limits.first_byte_seconds)
            self.received += len(head) + len(rest)
            status = STATUS_LINE.match(head)
            if status is None or status[1] == b"101":
                browser.sendall(NOT_FROM_HERE)
                return
            if status[1] >= b"200":
                break
        browser.sendall(_answer(status[0], _fields(head)) + rest)
        self._tunnel(browser, site, answer_only=True)

    def _tunnel(self, browser: socket.socket, site: socket.socket, *, answer_only: bool = False) -> None:
        """Pass bytes on until one side ends, or the budget does. With `answer_only` the browser may only end."""
        other = {browser: site, site: browser}
        asked = select.poll()
        numbers = {connection.fileno(): connection for connection in other}
        for number in numbers:
            asked.register(number, select.POLLIN)
        while not self.spent:
            for number, _ in asked.poll(int(LOOK_UP_SECONDS * 1000)):
                source = numbers[number]
                piece = source.recv(PIECE)
                if not piece or (answer_only and source is browser):
                    return
                if source is site:
                    self.received += len(piece)
                    self._within(browser).sendall(piece)
                else:
                    self._send(site, piece)

    def _send(self, site: socket.socket, data: bytes) -> None:
        self.sent += len(data)
        if self.spent:
            raise Refused(Code.TOO_LARGE, "The drawing has used up its budget.")
        self._within(site).sendall(data)

    def _receive(self, connection: socket.socket, size: int) -> bytes:
        return self._within(connection).recv(size)

    def _within(self, connection: socket.socket) -> socket.socket:
        """The same connection, which waits for as long as one resource may take, and no longer than the drawing."""
        connection.settimeout(max(min(self.limits.resource_seconds, self.ends - time.monotonic()), 0.001))
        return connection

    def _head(self, connection: socket.socket, seconds: float) -> tuple[bytes, bytes]:
        """What stands before the body, and what came with it. Raises Refused when that is too long or too late."""
        ends = min(time.monotonic() + seconds, self.ends)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            left = ends - time.monotonic()
            if len(received) > self.limits.header_bytes or left <= 0:
                raise Refused(Code.TOO_MANY_HEADERS if left > 0 else Code.FIRST_BYTE_TIMEOUT, "")
            connection.settimeout(left)
            piece = connection.recv(PIECE)
            if not piece:
                raise Refused(Code.INCOMPLETE_BODY, "")
            received += piece
        if end > self.limits.header_bytes:
            raise Refused(Code.TOO_MANY_HEADERS, "")
        return received[: end + 4], received[end + 4 :]

    @contextlib.contextmanager
    def _held(self, connection: socket.socket) -> Iterator[None]:
        """A connection that is closed afterwards, and woken when the drawing ends before it."""
        with connection:
            with self._lock:
                if self._closing:
                    raise Refused(Code.DEADLINE_EXCEEDED, "The drawing has ended.")
                self._open.add(connection)
            try:
                yield
            finally:
                with self._lock:
                    self._open.discard(connection)


def _fields(head: bytes) -> list[Field]:
    """The fields of a head. A folded line or one without a colon is dropped: nobody sends one honestly."""
    fields = []
    for line in head.split(b"\r\n")[1:]:
        name, colon, value = line.partition(b":")
        if colon and name and not line.startswith((b" ", b"\t")):
            fields.append((name, value.strip(b" \t")))
    return fields


def _request(method: bytes, address: WebAddress, fields: list[Field]) -> bytes:
    """The request in the form that a site expects, for the host that was vetted."""
    dropped = OF_THE_CONNECTION | _named_by_connection(fields) | {b"host"}
    kept = [name + b": " + value for name, value in fields if name.lower() not in dropped]
    line = method + b" " + address.target.encode("ascii") + b" HTTP/1.1"
    host = b"Host: " + address.authority.encode("ascii")
    return b"\r\n".join((line, host, *kept, b"Connection: close", b"", b""))


def _answer(status_line: bytes, fields: list[Field]) -> bytes:
    """The head of an answer, after which the connection ends."""
    dropped = OF_THE_CONNECTION | _named_by_connection(fields) | {b"proxy-authenticate"}
    kept = [name + b": " + value for name, value in fields if name.lower() not in dropped]
    return b"\r\n".join((status_line.rstrip(), *kept, b"Connection: close", b"", b""))


def _named_by_connection(fields: list[Field]) -> frozenset[bytes]:
    named = b",".join(value for name, value in fields if name.lower() == b"connection")
    return frozenset(part.strip().lower() for part in named.split(b",")) - {b"content-length", b"transfer-encoding"}
