"""The guarded fetch: one page over HTTP, its redirects by hand, every byte counted and every second too.

It connects to the vetted address and to no other, uses no proxy, cookie or credential, and writes and reads HTTP/1.1
itself: the evidence is the exact bytes on the wire, and library parsers pass cut-off bodies and doubled lengths.
"""

from __future__ import annotations

import contextlib
import math
import re
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from apps.archive.codes import Code, code_for_status
from apps.archive.web.addresses import Lookup, Refused, WebAddress, connect, follow, parse, secure
from apps.archive.web.connections import Connection, Connections, StaleConnection
from apps.archive.web.exchanges import Condition, Exchange, Fetched, FetchFailed, Limits
from apps.archive.web.wire import CONTROLS, Progress, Wire, listed, raw_headers

REDIRECTS = frozenset({301, 302, 303, 307, 308})
ALWAYS_SENT = (
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding: gzip, deflate",
)
IN_MEMORY = 1_000_000
# What a redirect or an error page says is kept only as far as it may explain itself later.
REDIRECT_BODY_BYTES = 65_536
REDIRECT_BODY_SECONDS = 2.0
ERROR_BODY_BYTES = 1_000_000
TRUNCATED = {Code.TOO_LARGE: "length", Code.DEADLINE_EXCEEDED: "time", Code.INCOMPLETE_BODY: "disconnect"}


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
    ends: float = math.inf,
    on_redirect: Callable[[WebAddress], None] | None = None,
) -> Fetched:
    """The page at `url`, complete. `on_progress` is told the bytes so far about once a second; what it raises ends
    the fetch. With `connections`, one that is still open to the same site is used again. Raises FetchFailed.

    With a `condition` the last answer may be a 304 without a body: what is held still stands. A fetch that is a part
    of something longer ends with it, at `ends` by the monotonic clock. `on_redirect` is shown where a redirect leads,
    before anybody goes there, when that is another host; the FetchFailed that it raises ends the fetch.
    """
    fetched = Fetched(url, [])
    answered: int | None = None
    try:
        address = parse(url, allow=allow)
        fetched.requested_url = address.url
        capture_ends = min(ends, time.monotonic() + limits.capture_seconds)
        fetcher = _Fetcher(limits, allow, user_agent, lookup, on_progress, capture_ends, connections, condition)
        seen = {address.url}
        while True:
            answered = None
            fetched.exchanges.append(fetcher.exchange(address))
            answered = fetched.final.status
            if answered not in REDIRECTS:
                break
            host, address = address.host, _next_address(address, fetched.final, allow)
            if address.url in seen:
                raise FetchFailed(Code.REDIRECT_LOOP, address.url)
            if len(fetched.exchanges) > limits.redirects:
                raise FetchFailed(Code.TOO_MANY_REDIRECTS, address.url)
            seen.add(address.url)
            if on_redirect and address.host != host:
                on_redirect(address)
        _check_status(fetched.final, address.host, condition)
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
        """Looks the name up, connects and secures, all of it within the time to connect."""
        ends = min(ends, time.monotonic() + self.limits.connect_seconds)
        connection, endpoint = connect(address, allow=self.allow, seconds=_seconds(ends), lookup=self.lookup)
        if address.scheme != "https":
            return Connection(connection, endpoint)
        try:
            secured = secure(connection, address, seconds=ends - time.monotonic())
        except BaseException:
            connection.close()
            raise
        return Connection(secured, endpoint, secured.version() or "")

    def _exchange_over(self, connection: Connection, address: WebAddress, ends: float) -> Exchange:
        keeps = False
        started_at = datetime.now(UTC)
        wire = Wire(connection.socket, ends, self.limits, self.on_progress)
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
                    headers=[(name, CONTROLS.sub(" ", value)) for name, value in raw_headers(head)],
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

    def _request(self, address: WebAddress) -> bytes:
        agent = CONTROLS.sub(" ", self.user_agent)
        lines = [f"GET {address.target} HTTP/1.1", f"Host: {address.authority}", f"User-Agent: {agent}", *ALWAYS_SENT]
        if self.connections is None:
            lines.append("Connection: close")
        if self.condition:
            lines += [CONTROLS.sub(" ", line) for line in self.condition.lines(address.url)]
        return "\r\n".join((*lines, "", "")).encode("ascii", "replace")

    def _receive(self, wire: Wire, exchange: Exchange) -> bool:
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
        exchange.body_bytes, exchange.wire_bytes = exchange.body.tell(), wire.received
        exchange.body.seek(0)
        exchange.ended_at = datetime.now(UTC)
        return ended_clean


def _seconds(ends: float) -> float:
    seconds = ends - time.monotonic()
    if seconds <= 0:
        raise FetchFailed(Code.DEADLINE_EXCEEDED, "No time was left to connect.")
    return seconds


def _stays_open(exchange: Exchange) -> bool:
    """Whether the server lets another request follow (RFC 9112, 9.3)."""
    asked = listed(exchange.header("Connection").lower())
    return exchange.response_head.startswith(b"HTTP/1.1") and "close" not in asked and not exchange.notes


def _check_status(exchange: Exchange, host: str, condition: Condition | None) -> None:
    status = exchange.status
    if (200 <= status < 300 and exchange.body_bytes) or (status == 304 and condition and condition.lines(exchange.url)):
        return
    code = Code.EMPTY if 200 <= status < 300 else code_for_status(status)
    detail = f"The server answered {status} {exchange.reason[:100]}".rstrip()
    raise FetchFailed(code, detail, retry_after=_retry_after(exchange.header("Retry-After")), asked_by=host)


def _retry_after(value: str) -> float | None:
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    with contextlib.suppress(ValueError, OverflowError):
        at = parsedate_to_datetime(value)
        return max((at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0.0)
    return None


def _next_address(address: WebAddress, exchange: Exchange, allow: frozenset[str]) -> WebAddress:
    # From the head as received: in `headers` a control character has already become a space.
    locations = {value for name, value in raw_headers(exchange.response_head) if name.lower() == "location"}
    if len(locations) != 1:
        raise Refused(Code.BAD_REDIRECT, f"The redirect names {len(locations)} addresses.")
    return follow(address, locations.pop(), allow=allow)
