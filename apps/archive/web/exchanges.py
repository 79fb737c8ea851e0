"""What goes over the wire, as data: its limits, a request with its response, a page that came, one that did not."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Self

from apps.archive.codes import Code
from apps.archive.web.addresses import Refused

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Limits:
    """What one capture may cost. Seconds are of the monotonic clock, totals and not pauses between two bytes.

    `page_bytes`, `asset_bytes` and `decoded_bytes` are of one body, `total_bytes` and `total_decoded_bytes` of all.
    """

    connect_seconds: float = 5
    first_byte_seconds: float = 20
    resource_seconds: float = 30
    capture_seconds: float = 90
    page_bytes: int = 20_000_000
    asset_bytes: int = 10_000_000
    total_bytes: int = 100_000_000
    decoded_bytes: int = 50_000_000
    total_decoded_bytes: int = 200_000_000
    ratio: int = 100
    requisites: int = 300
    at_once: int = 8
    redirects: int = 5
    header_lines: int = 100
    header_bytes: int = 65_536


@dataclass(frozen=True)
class Condition:
    """What we hold of one address: the server need not send it again while that still stands (RFC 9110, 13)."""

    url: str
    etag: str = ""
    last_modified: str = ""

    def lines(self, url: str) -> list[str]:
        """The header lines that say so, when it is this address that is asked for."""
        if url != self.url:
            return []
        known = [("If-None-Match", self.etag), ("If-Modified-Since", self.last_modified)]
        return [f"{name}: {value}" for name, value in known if value]


@dataclass
class Exchange:
    """One request and its response. `body` is de-chunked, still content-encoded, and stands at its beginning.

    `truncated` is the WARC's word for why a redirect's or an error's body ends early. `wire_bytes` is all that came.
    """

    url: str
    ip: str
    port: int
    request: bytes
    response_head: bytes
    status: int
    reason: str
    headers: Headers
    body: IO[bytes]
    body_bytes: int
    started_at: datetime
    ended_at: datetime
    tls: str = ""
    truncated: str = ""
    notes: list[str] = field(default_factory=list)
    wire_bytes: int = 0

    def header(self, name: str) -> str:
        """The values of one header, joined by commas; empty when it was not sent."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())


@dataclass
class Fetched:
    """A page that arrived complete, with the redirects that led to it."""

    requested_url: str
    exchanges: list[Exchange]

    @property
    def final(self) -> Exchange:
        return self.exchanges[-1]

    @property
    def wire_bytes(self) -> int:
        """What came over the wire for it, heads and redirects included."""
        return sum(exchange.wire_bytes for exchange in self.exchanges)

    @property
    def redirects(self) -> list[Exchange]:
        return self.exchanges[:-1]

    def close(self) -> None:
        for exchange in self.exchanges:
            exchange.body.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


class FetchFailed(Refused):
    """No page. `code` says why, `exchanges` holds what did arrive; close() lets go of it.

    ``retry_after`` are the seconds to wait before another try, and ``asked_by`` the host that has just asked for them.
    ``received`` is what the exchange that failed had taken off the wire by then.
    """

    def __init__(
        self,
        code: Code,
        detail: str = "",
        *,
        http_status: int | None = None,
        exchanges: list[Exchange] | None = None,
        retry_after: float | None = None,
        asked_by: str = "",
    ) -> None:
        super().__init__(code, detail)
        self.http_status = http_status
        self.exchanges = exchanges or []
        self.retry_after = retry_after
        self.asked_by = asked_by
        self.received = 0

    @property
    def wire_bytes(self) -> int:
        """What came over the wire for it, the beginning of the answer that failed included."""
        return self.received + sum(exchange.wire_bytes for exchange in self.exchanges)

    def close(self) -> None:
        for exchange in self.exchanges:
            exchange.body.close()
