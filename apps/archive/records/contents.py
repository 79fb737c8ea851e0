"""What lies in a record: its index in CDXJ, one line an answer, and one answer read back by it."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any
from urllib.parse import quote, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.limitreader import LimitReader

from apps.archive.configured import limits as configured_limits
from apps.archive.models import Capture, Contents
from apps.archive.records.storage import open_record
from apps.archive.web.decoding import unpack
from apps.archive.web.exchanges import Headers, Limits

PIECE = 65_536
REVISIT = "warc/revisit"
# What a browser made of a page lies in resource records, under the page's address with one of these before it.
SCREENSHOT, PRINT, DOM = "urn:fullPage:", "urn:pdf:", "urn:dom:"
DEFAULT_PORTS = {"http": 80, "https": 443}
WWW = re.compile(r"www\d*\.")


class Elsewhere(LookupError):
    """The answer is a revisit, and the body that it means lies in another record: under this address, of this time."""

    def __init__(self, url: str, at: datetime | None) -> None:
        super().__init__(f"The body lies in another record, under {url}.")
        self.url = url
        self.at = at


@dataclass(frozen=True)
class Entry:
    """One line of an index. `status` is 0 where no server answered: a screenshot, an uploaded file."""

    key: str
    timestamp: str
    url: str
    mime: str
    status: int
    digest: str
    offset: int
    length: int

    @property
    def is_revisit(self) -> bool:
        return self.mime == REVISIT

    def line(self) -> str:
        """The entry as a line of CDXJ, its values strings as pywb writes them, and none that says nothing."""
        values = {name: str(value) for name, value in vars(self).items() if name not in ("key", "timestamp")}
        if not self.status:
            del values["status"]
        return f"{self.key} {self.timestamp} {json.dumps({name: value for name, value in values.items() if value})}\n"


@dataclass(frozen=True)
class Stored:
    """One answer as it was sent; `body` is de-chunked and still content-encoded."""

    url: str
    status: int
    reason: str
    headers: Headers
    body: bytes
    at: datetime

    def header(self, name: str) -> str:
        """The values of one header, joined by commas; empty when it was not sent."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    def decoded(self, limits: Limits) -> bytes:
        """The body with its content codings undone. Raises FetchFailed: decode_error or decompression_bomb."""
        return unpack([self.body], self.header("Content-Encoding"), limits=limits)


def surt(url: str) -> str:
    """The address as the field sorts it: host reversed, lower case, query sorted, without what names no other page."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return _plain(url)
    if parts.scheme.lower() not in DEFAULT_PORTS or not parts.hostname:
        return _plain(url)
    host = WWW.sub("", parts.hostname, count=1) if WWW.match(parts.hostname) else parts.hostname
    reversed_host = host if ":" in host else ",".join(reversed(host.rstrip(".").split(".")))
    shown_port = f":{port}" if port and port != DEFAULT_PORTS[parts.scheme.lower()] else ""
    path = parts.path.rstrip("/") or "/"
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return _plain(f"{reversed_host}{shown_port}){path}{'?' if query else ''}{query}")


def stamp(at: datetime) -> str:
    """The moment as an index says it: fourteen digits, UTC."""
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def entries(cdxj: str) -> list[Entry]:
    """The lines of an index. Raises ValueError if one of them is not CDXJ."""
    return [_entry(line) for line in cdxj.split("\n") if line.strip()]


def find(cdxj: str, url: str) -> Entry | None:
    """What answers for the address: the very address first, then one that sorts alike; the page before a redirect."""
    return find_among(entries(cdxj), url)


def find_among(known: list[Entry], url: str) -> Entry | None:
    """As `find` does, for an index whose lines are read already."""
    key = surt(url)
    found = [entry for entry in known if entry.url == url] or [entry for entry in known if entry.key == key]
    return max(found, key=_preference, default=None)


def drawn(capture: Capture, prefix: str) -> bytes | None:
    """What a browser made of a page: SCREENSHOT (PNG), PRINT (PDF) or DOM (HTML, UTF-8); None when there is none.

    Raises OSError when the record can't be had, ValueError when it is damaged.
    """
    contents = Contents.objects.filter(capture=capture.pk).first()
    address = f"{prefix}{capture.final_url or capture.page.url}"
    entry = next((entry for entry in entries(contents.cdxj) if entry.url == address), None) if contents else None
    if entry is None:
        return None
    with open_record(capture.warc_name) as file:
        # A drawing may be larger than a page, and packed: it is bounded by what was stored, and by what is unpacked.
        most = max(capture.warc_bytes or 0, configured_limits().decoded_bytes)
        return read(file, entry, most=most).body


def read(file: IO[bytes], entry: Entry, cdxj: str = "", *, most: int | None = None) -> Stored:
    """The answer that the entry names, from the open record; a revisit's body from where `cdxj` says it lies.

    Raises ValueError if file and index don't fit, or the body has more than `most` bytes (the desk's limit, if not
    given); Elsewhere for a revisit of another record.
    """
    most = configured_limits().decoded_bytes if most is None else most
    with_body, refers_to, refers_at = _read_one(file, entry, most)
    if not entry.is_revisit:
        return with_body
    original = _original(cdxj, entry, refers_to)
    if original is None:
        raise Elsewhere(refers_to, refers_at)
    body = _read_one(file, original, most)[0].body
    return Stored(with_body.url, with_body.status, with_body.reason, with_body.headers, body, with_body.at)


def _read_one(file: IO[bytes], entry: Entry, most: int) -> tuple[Stored, str, datetime | None]:
    file.seek(entry.offset)
    try:
        record = next(iter(ArchiveIterator(LimitReader(file, entry.length))), None)
        if record is None or record.rec_headers.get_header("WARC-Target-URI") != entry.url:
            raise ValueError(f"The record and its index don't fit at {entry.offset}.")
        stored = _stored(record, entry, most)
    except (ArchiveLoadFailed, zlib.error, EOFError) as error:
        raise ValueError(f"The record is damaged at {entry.offset}.") from error
    if not entry.is_revisit and entry.digest.startswith("sha256:"):
        digest = hashlib.sha256(stored.body).hexdigest()
        if entry.digest != f"sha256:{digest}":
            raise ValueError(f"The record is damaged at {entry.offset}: the body has another digest.")
    headers = record.rec_headers
    refers_at = headers.get_header("WARC-Refers-To-Date")
    refers_to = headers.get_header("WARC-Refers-To-Target-URI") or entry.url
    return stored, refers_to, _moment(refers_at) if refers_at else None


def _stored(record: Any, entry: Entry, most: int) -> Stored:
    at = _moment(record.rec_headers.get_header("WARC-Date"))
    http = record.http_headers
    if http is None:
        content_type = record.rec_headers.get_header("Content-Type") or "application/octet-stream"
        kind = [] if entry.is_revisit else [("Content-Type", content_type)]
        return Stored(entry.url, 200, "OK", kind, _body(record.raw_stream, most), at)
    code, _, reason = http.statusline.partition(" ")
    stream = record.raw_stream
    if "chunked" in (http.get_header("Transfer-Encoding") or "").lower():
        stream = ChunkedDataReader(stream)
    return Stored(entry.url, int(code), reason.strip(), list(http.headers), _body(stream, most), at)


def _body(stream: Any, most: int) -> bytes:
    body = bytearray()
    for piece in _pieces(stream):
        body += piece
        if len(body) > most:
            raise ValueError(f"The body has more than {most} bytes.")
    return bytes(body)


def _pieces(stream: Any) -> Iterator[bytes]:
    yield from iter(lambda: stream.read(PIECE), b"")


def _original(cdxj: str, revisit: Entry, url: str) -> Entry | None:
    """Same digest and no revisit itself: nothing can lead in a circle."""
    if not revisit.digest:
        return None
    same = [entry for entry in entries(cdxj) if entry.digest == revisit.digest and not entry.is_revisit]
    return next((entry for entry in same if entry.url == url), None)


def _entry(line: str) -> Entry:
    key, timestamp, values = [*line.split(" ", 2), "", ""][:3]
    try:
        known = json.loads(values)
        status = known.get("status", "")
        return Entry(
            key=key,
            timestamp=timestamp,
            url=known["url"],
            mime=known.get("mime", ""),
            status=int(status) if status.isdigit() else 0,
            digest=known.get("digest", ""),
            offset=int(known["offset"]),
            length=int(known["length"]),
        )
    except (ValueError, KeyError, AttributeError) as error:
        raise ValueError(f"This is no line of an index: {line[:80]}") from error


def _preference(entry: Entry) -> tuple[int, int]:
    rank = 2 if 200 <= entry.status < 300 else 1 if not entry.status else 0
    return rank, entry.offset


def _plain(text: str) -> str:
    """Lower case and free of what would end the key."""
    return quote(text.strip().lower(), safe="!#$%&'()*+,/:;=?@[]~|^{}`\\\"<>", errors="replace")


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
