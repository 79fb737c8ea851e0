"""The guarded fetch: one page over HTTP, its redirects by hand, every byte counted and every second too.

It connects to the vetted address and to no other, uses no proxy, cookie or credential, and writes and reads HTTP/1.1
itself: the evidence is the exact bytes on the wire, and library parsers pass cut-off bodies and doubled lengths.
"""

from __future__ import annotations

import contextlib
import re
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO

from apps.archive.codes import Code, code_for_status
from apps.archive.web.addresses import Lookup, Refused, WebAddress, connect, follow, parse, secure
from apps.archive.web.connections import Connection, Connections, StaleConnection
from apps.archive.web.exchanges import Condition, Exchange, Fetched, FetchFailed, Headers, Limits

REDIRECTS = frozenset({301, 302, 303, 307, 308})
ALWAYS_SENT = (
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding: gzip, deflate",
)
PIECE = 65_536
IN_MEMORY = 1_000_000
# What a redirect or an error page says is kept only as far as it may explain itself later.
REDIRECT_BODY_BYTES = 65_536
REDIRECT_BODY_SECONDS = 2.0
ERROR_BODY_BYTES = 1_000_000
TRUNCATED = {Code.TOO_LARGE: "length", Code.DEADLINE_EXCEEDED: "time", Code.INCOMPLETE_BODY: "disconnect"}
LONGEST_CHUNK_LINE = 4_096
TOLD_EVERY_SECONDS = 1.0
STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: ([^\r\n\0]*))?\r?\n")
CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
LENGTH = re.compile(r"[0-9]{1,15}", re.ASCII)
BLANK_LINES = (b"\r\n", b"\n")
BLANKS = " \t"
FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f]")

Progress = Callable[[int], None]


def fetch(
    url: str,
    *,
    limits: Limits,
    allow: frozenset[str],
    user_agent: str,
    lookup: Lookup = socket.getaddrinfo,
    on_progress: Progress | None = None,
    connections: Connections | None = None,
    condition: Condition | None = None,
) -> Fetched:
    """The page at `url`, complete. `on_progress` is told the bytes so far about once a second; what it raises ends
    the fetch. With `connections`, one that is still open to the same site is used again. Raises FetchFailed.

    With a `condition` the last answer may be a 304 without a body: what is held still stands.
    """
    fetched = Fetched(url, [])
    answered: int | None = None
    try:
        address = parse(url, allow=allow)
        fetched.requested_url = address.url
        capture_ends = time.monotonic() + limits.capture_seconds
        fetcher = _Fetcher(limits, allow, user_agent, lookup, on_progress, capture_ends, connections, condition)
        seen = {address.url}
        while True:
            answered = None
            fetched.exchanges.append(fetcher.exchange(address))
            answered = fetched.final.status
            if answered not in REDIRECTS:
                break
            address = _next_address(address, fetched.final, allow)
            if address.url in seen:
                raise FetchFailed(Code.REDIRECT_LOOP, address.url)
            if len(fetched.exchanges) > limits.redirects:
                raise FetchFailed(Code.TOO_MANY_REDIRECTS, address.url)
            seen.add(address.url)
        _check_status(fetched.final, condition)
    except Refused as refused:
        failure = refused if isinstance(refused, FetchFailed) else FetchFailed(refused.code, refused.detail)
        failure.exchanges = fetched.exchanges
        failure.http_status = answered
        raise failure from refused.__cause__
    except BaseException:
        fetched.close()
        raise
    return fetched


@dataclass(frozen=True)
class _Fetcher:
    """The limits and the clock of one capture, through all its redirects."""

    limits: Limits
    allow: frozenset[str]
    user_agent: str
    lookup: Lookup
    on_progress: Progress | None
    capture_ends: float
    connections: Connections | None
    condition: Condition | None

    def exchange(self, address: WebAddress) -> Exchange:
        ends = min(self.capture_ends, time.monotonic() + self.limits.resource_seconds)
        kept = self.connections.take(address) if self.connections else None
        if kept:
            try:
                return self._exchange_over(kept, address, ends)
            except StaleConnection:
                pass  # the server had closed it meanwhile, which it may at any time (RFC 9112, 9.5)
        return self._exchange_over(self._open(address, ends), address, ends)

    def _open(self, address: WebAddress, ends: float) -> Connection:
        connection, endpoint = connect(address, allow=self.allow, seconds=self._seconds(ends), lookup=self.lookup)
        if address.scheme != "https":
            return Connection(connection, endpoint)
        try:
            secured = secure(connection, address, seconds=self._seconds(ends))
        except BaseException:
            connection.close()
            raise
        return Connection(secured, endpoint, secured.version() or "")

    def _exchange_over(self, connection: Connection, address: WebAddress, ends: float) -> Exchange:
        keeps = False
        started_at = datetime.now(UTC)
        wire = _Wire(connection.socket, ends, self.limits, self.on_progress)
        try:
            request = self._request(address)
            try:
                wire.send(request)
                head, status, reason = wire.read_head()
            except FetchFailed as failure:
                if connection.used and failure.code == Code.CONNECT_FAILED:
                    raise StaleConnection from failure
                raise
            with contextlib.ExitStack() as unless_kept:
                exchange = Exchange(
                    url=address.url,
                    ip=connection.endpoint.ip,
                    port=connection.endpoint.port,
                    request=request,
                    response_head=head,
                    status=status,
                    reason=reason,
                    headers=[(name, CONTROLS.sub(" ", value)) for name, value in _raw_headers(head)],
                    body=unless_kept.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)),
                    body_bytes=0,
                    started_at=started_at,
                    ended_at=started_at,
                    tls=connection.tls,
                )
                ended_clean = self._receive(wire, exchange)
                unless_kept.pop_all()
            keeps = ended_clean and _stays_open(exchange)
            return exchange
        except FetchFailed as failure:
            failure.received = wire.received
            raise
        finally:
            if keeps and self.connections:
                self.connections.give(address, connection)
            else:
                connection.socket.close()

    def _seconds(self, ends: float) -> float:
        seconds = min(self.limits.connect_seconds, ends - time.monotonic())
        if seconds <= 0:
            raise FetchFailed(Code.DEADLINE_EXCEEDED, "No time was left to connect.")
        return seconds

    def _request(self, address: WebAddress) -> bytes:
        agent = CONTROLS.sub(" ", self.user_agent)
        lines = [f"GET {address.target} HTTP/1.1", f"Host: {address.authority}", f"User-Agent: {agent}", *ALWAYS_SENT]
        if self.connections is None:
            lines.append("Connection: close")
        if self.condition:
            lines += [CONTROLS.sub(" ", line) for line in self.condition.lines(address.url)]
        return "\r\n".join((*lines, "", "")).encode("ascii", "replace")

    def _receive(self, wire: _Wire, exchange: Exchange) -> bool:
        """Reads the body; whether the answer ended where it said, so that another may follow on the connection."""
        page = 200 <= exchange.status < 300
        cap = self.limits.page_bytes if page else min(ERROR_BODY_BYTES, self.limits.page_bytes)
        if exchange.status in REDIRECTS:
            cap = min(cap, REDIRECT_BODY_BYTES)
            wire.ends = min(wire.ends, time.monotonic() + REDIRECT_BODY_SECONDS)
        ended_clean = False
        try:
            ended_clean = wire.read_body(exchange, cap, whole=page) and not wire.buffer
        except FetchFailed as failure:
            if page:
                raise
            exchange.truncated = TRUNCATED.get(failure.code, "unspecified")
        exchange.body_bytes = exchange.body.tell()
        exchange.body.seek(0)
        exchange.ended_at = datetime.now(UTC)
        return ended_clean


@dataclass
class _Wire:
    """One connection, read with a total deadline and counted byte by byte."""

    connection: socket.socket
    ends: float
    limits: Limits
    on_progress: Progress | None
    buffer: bytearray = field(default_factory=bytearray)
    received: int = 0
    told_at: float = field(default_factory=time.monotonic)

    def send(self, request: bytes) -> None:
        self.connection.settimeout(max(self.ends - time.monotonic(), 0.001))
        try:
            self.connection.sendall(request)
        except OSError as error:
            raise FetchFailed(Code.CONNECT_FAILED, "The connection broke while the request was sent.") from error

    def read_head(self) -> tuple[bytes, int, str]:
        """The final status line and headers, exactly as received, after any interim answers."""
        first_byte_by = time.monotonic() + self.limits.first_byte_seconds
        late = Code.FIRST_BYTE_TIMEOUT if first_byte_by <= self.ends else Code.DEADLINE_EXCEEDED
        if not self._fill(min(first_byte_by, self.ends), late, Code.CONNECT_FAILED):
            raise FetchFailed(Code.CONNECT_FAILED, "The server closed the connection without an answer.")
        left = self.limits.header_bytes
        while True:
            head = self._line(left, Code.TOO_MANY_HEADERS)
            matched = STATUS_LINE.fullmatch(head)
            if matched is None:
                raise FetchFailed(Code.BAD_RESPONSE, "The answer does not begin with a status line.")
            for _ in range(self.limits.header_lines + 1):
                line = self._line(left - len(head), Code.TOO_MANY_HEADERS)
                head += line
                if line in BLANK_LINES:
                    break
            else:
                raise FetchFailed(Code.TOO_MANY_HEADERS, f"There are more than {self.limits.header_lines} headers.")
            left -= len(head)
            if (status := int(matched[1])) >= 200:
                return head, status, CONTROLS.sub(" ", _text(matched[2] or b"")).strip()

    def read_body(self, exchange: Exchange, cap: int, *, whole: bool) -> bool:
        """De-chunks the body into its file, at most `cap` bytes. Raises FetchFailed when that isn't all of it.

        False when only the end of the connection ended the body.
        """
        codings = [coding for coding in _listed(exchange.header("Transfer-Encoding").lower()) if coding != "identity"]
        lengths = set(_listed(exchange.header("Content-Length")))
        if exchange.status in (204, 304):
            return True
        if codings:
            if codings != ["chunked"]:
                raise FetchFailed(Code.BAD_RESPONSE, f"Transfer-Encoding: {', '.join(codings)[:100]}")
            if lengths:
                exchange.notes.append("Content-Length and chunked were sent together; chunked was followed.")
            return self._read_chunks(exchange.body, cap)
        elif lengths:
            if len(lengths) > 1 or not all(LENGTH.fullmatch(length) for length in lengths):
                raise FetchFailed(Code.BAD_RESPONSE, f"Content-Length: {', '.join(sorted(lengths))[:100]}")
            length = int(lengths.pop())
            if whole and length > cap:
                raise FetchFailed(Code.TOO_LARGE, f"The server announces {length} bytes; the limit is {cap}.")
            self._copy(exchange.body, length, cap)
            if self.buffer:
                exchange.notes.append(f"The server sent more than the {length} bytes that it announced.")
        else:
            while self.buffer or self._fill(self.ends):
                self._copy(exchange.body, len(self.buffer), cap)
            return False
        return True

    def _read_chunks(self, out: IO[bytes], cap: int) -> bool:
        """The chunks, put together. Whether the body's own end came with the last one."""
        framing = 0
        while True:
            line = self._line(LONGEST_CHUNK_LINE, Code.BAD_RESPONSE)
            matched = CHUNK_LINE.fullmatch(line)
            framing += len(line)
            if matched is None or framing > cap + LONGEST_CHUNK_LINE:
                raise FetchFailed(Code.BAD_RESPONSE, "The chunks of the body can't be read.")
            if (size := int(matched[1], 16)) == 0:
                break
            self._copy(out, size, cap)
            if self._line(len(b"\r\n"), Code.BAD_RESPONSE) not in BLANK_LINES:
                raise FetchFailed(Code.BAD_RESPONSE, "A chunk of the body is longer than announced.")
        # Fields after the body are not kept, nor waited for: what is not here yet costs the connection and no time.
        ended = bytes(self.buffer[:2]) == b"\r\n"
        del self.buffer[:2]
        return ended

    def _copy(self, out: IO[bytes], size: int, cap: int) -> None:
        room = cap - out.tell()
        wanted = min(size, room)
        while wanted:
            if not self.buffer and not self._fill(self.ends):
                raise FetchFailed(Code.INCOMPLETE_BODY, f"{wanted} bytes or more are missing.")
            piece = self.buffer[:wanted]
            out.write(piece)
            del self.buffer[: len(piece)]
            wanted -= len(piece)
        if size > room:
            raise FetchFailed(Code.TOO_LARGE, f"The limit is {cap} bytes.")

    def _line(self, longest: int, too_long: Code) -> bytes:
        searched = 0
        while (end := self.buffer.find(b"\n", searched)) < 0 and len(self.buffer) <= longest:
            searched = len(self.buffer)
            if not self._fill(self.ends):
                raise FetchFailed(Code.INCOMPLETE_BODY, "The server stopped in the middle of a line.")
        if not 0 <= end < longest:
            raise FetchFailed(too_long, "A line of the answer is too long, or there are too many.")
        line = bytes(self.buffer[: end + 1])
        del self.buffer[: end + 1]
        return line

    def _fill(self, deadline: float, late: Code = Code.DEADLINE_EXCEEDED, broken: Code = Code.INCOMPLETE_BODY) -> bool:
        """Receives once. False at the end of the stream."""
        while (seconds := deadline - time.monotonic()) > 0:
            if self.on_progress is not None and time.monotonic() - self.told_at >= TOLD_EVERY_SECONDS:
                self.told_at = time.monotonic()
                self.on_progress(self.received)
            self.connection.settimeout(min(seconds, TOLD_EVERY_SECONDS))
            try:
                piece = self.connection.recv(PIECE)
            except TimeoutError:
                continue
            except OSError as error:
                raise FetchFailed(broken, "The connection broke.") from error
            self.received += len(piece)
            self.buffer += piece
            return bool(piece)
        raise FetchFailed(late, f"{self.received} bytes had arrived.")


def _stays_open(exchange: Exchange) -> bool:
    """Whether the server lets another request follow (RFC 9112, 9.3)."""
    listed = _listed(exchange.header("Connection").lower())
    return exchange.response_head.startswith(b"HTTP/1.1") and "close" not in listed and not exchange.notes


def _check_status(exchange: Exchange, condition: Condition | None) -> None:
    status = exchange.status
    if (200 <= status < 300 and exchange.body_bytes) or (status == 304 and condition and condition.lines(exchange.url)):
        return
    code = Code.EMPTY if 200 <= status < 300 else code_for_status(status)
    detail = f"The server answered {status} {exchange.reason[:100]}".rstrip()
    raise FetchFailed(code, detail, retry_after=_retry_after(exchange.header("Retry-After")))


def _retry_after(value: str) -> float | None:
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    with contextlib.suppress(ValueError, OverflowError):
        at = parsedate_to_datetime(value)
        return max((at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0.0)
    return None


def _next_address(address: WebAddress, exchange: Exchange, allow: frozenset[str]) -> WebAddress:
    # From the head as received: in `headers` a control character has already become a space.
    locations = {value for name, value in _raw_headers(exchange.response_head) if name.lower() == "location"}
    if len(locations) != 1:
        raise Refused(Code.BAD_REDIRECT, f"The redirect names {len(locations)} addresses.")
    return follow(address, locations.pop(), allow=allow)


def _raw_headers(head: bytes) -> Headers:
    headers: Headers = []
    for line in head.split(b"\n")[1:]:
        text = _text(line.removesuffix(b"\r"))
        if text[:1] in (" ", "\t") and headers:  # a folded line, obsolete and still met
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {text.strip(BLANKS)}")
            continue
        name, colon, value = text.partition(":")
        if colon and FIELD_NAME.fullmatch(name):
            headers.append((name, value.strip(BLANKS)))
    return headers


def _listed(value: str) -> list[str]:
    return [part.strip(BLANKS) for part in value.split(",") if part.strip(BLANKS)]


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
