"""The archived record: one WARC 1.1 file per capture, with the bytes that went over the wire in both directions."""

import hashlib
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import IO, Protocol
from uuid import uuid4

from isal import isal_zlib

from apps.archive.records.contents import REVISIT, Entry, stamp, surt
from apps.archive.web.decoding import GZIP_WINDOW
from apps.archive.web.exchanges import Exchange, Fetched

PIECE = 65_536
# Level 2 of isal takes an eighth of the time of zlib's level 9 and a tenth more room.
COMPRESSION_LEVEL = 2
# A body up to this size is held while its record is written; a larger one is read from its file each time.
IN_MEMORY = 1_000_000
GZIP_HEAD = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
STORED_BLOCK = 0xFFFF
LAST_STORED_BLOCK = struct.pack("<BHH", 1, 0, 0xFFFF)
# Packing these once more would only take time.
PACKED = re.compile(
    r"\s*(?:image/(?:jpeg|png|gif|webp|avif)|font/woff|video/|audio/|application/(?:font-woff|zip|gzip))", re.IGNORECASE
)
CONFORMS_TO = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
REVISIT_PROFILES = "http://netpreserve.org/warc/1.1/revisit/"
FIELDS = "application/warc-fields"
LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")

Fields = list[tuple[str, str]]
Body = bytes | IO[bytes]


class Writable(Protocol):
    """Where a record can be written to: a file, or what counts and digests on the way to one."""

    def write(self, data: bytes, /) -> int: ...


@dataclass(frozen=True)
class Made:
    """What was made of a page and sent by no server: its address in the record, its bytes, and what is known of it."""

    url: str
    content_type: str
    body: bytes
    at: datetime
    facts: dict[str, str] = field(default_factory=dict)


def write_warc(
    out: Writable,
    fetched: Fetched,
    *,
    software: str,
    operator: str,
    facts: dict[str, str],
    made: Sequence[Made] = (),
) -> str:
    """Writes every exchange, the facts as metadata of the last, then what was made of it, and returns the index.

    A body that stands in this record already under another address becomes a revisit (WARC 1.1, 6.7.2). The last
    exchange, the page itself, is always written in full.
    """
    writer = WarcWriter(out, software=software, operator=operator)
    for exchange in fetched.exchanges:
        response_id = writer.exchange(exchange, whole=exchange is fetched.final)
    final = fetched.final
    known = {**facts, "tls": final.tls, "fetchTimeMs": _milliseconds(final), "note": " ".join(final.notes)}
    writer.metadata(final.url, known, final.ended_at, concurrent_to=response_id)
    for one in made:
        resource_id = writer.resource(one.url, one.content_type, one.body, one.at)
        if one.facts:
            writer.metadata(one.url, one.facts, one.at, concurrent_to=resource_id)
    return writer.cdxj


@dataclass(frozen=True)
class Original:
    """What a revisit means: where and when the same was first written. `record_id` is known within one file."""

    url: str
    at: datetime
    record_id: str = ""

    def fields(self, profile: str) -> Fields:
        known = [("WARC-Refers-To", self.record_id)] if self.record_id else []
        where = [("WARC-Refers-To-Target-URI", self.url), ("WARC-Refers-To-Date", _date(self.at))]
        return [("WARC-Profile", REVISIT_PROFILES + profile), *known, *where]


class WarcWriter:
    """Writes one WARC file, record by record, each a gzip member of its own, and keeps the index of it.

    A chunked body is stored de-chunked, with the header that said so renamed.
    """

    def __init__(self, out: Writable, *, software: str, operator: str) -> None:
        self._out = _Counted(out)
        self._entries: list[Entry] = []
        self._originals: dict[str, Original] = {}
        self._info_id = ""
        info = [("software", software), ("operator", operator), ("format", "WARC File Format 1.1")]
        self._info_id = self._write_fields("warcinfo", datetime.now(UTC), [*info, ("conformsTo", CONFORMS_TO)], [])

    @property
    def cdxj(self) -> str:
        """The index of what is written so far: sorted lines of CDXJ, without requests and metadata."""
        return "".join(sorted(entry.line() for entry in self._entries))

    def exchange(self, exchange: Exchange, *, whole: bool = False) -> str:
        """Request and response; returns the response's record ID.

        A payload that another address has brought into this file before becomes a revisit, unless it must be `whole`.
        """
        body = b"".join(_pieces(exchange.body)) if exchange.body_bytes <= IN_MEMORY else exchange.body
        payload, _ = _digest(b"", body)
        complete = exchange.status == 200 and exchange.body_bytes >= 1 and not exchange.truncated
        original = self._originals.get(payload) if complete else None
        if original and original.url != exchange.url and not whole:
            return self._revisit(exchange, original, "identical-payload-digest", payload)
        response_id = self._exchange(exchange, "response", [], body, payload)
        if complete:
            self._originals.setdefault(payload, Original(exchange.url, exchange.started_at, response_id))
        return response_id

    def not_modified(self, exchange: Exchange, *, refers_to_url: str, refers_to_date: datetime) -> str:
        """A 304: the server says that what an earlier file holds still stands. Returns the record ID."""
        return self._revisit(exchange, Original(refers_to_url, refers_to_date), "server-not-modified", "")

    def same_as_before(self, exchange: Exchange, *, refers_to_url: str, refers_to_date: datetime) -> str:
        """An answer whose payload an earlier file holds, byte for byte. Returns the record ID."""
        original = Original(refers_to_url, refers_to_date)
        payload, _ = _digest(b"", exchange.body)
        return self._revisit(exchange, original, "identical-payload-digest", payload)

    def resource(self, url: str, content_type: str, body: Body, at: datetime) -> str:
        """What no server sent: a screenshot, a print, an uploaded file. Returns the record ID."""
        mime = _mime(content_type)
        headers = [("WARC-Target-URI", url)]
        indexed = (url, mime, 0)
        is_packed = PACKED.match(content_type) is not None
        return self._write("resource", at, content_type, headers, b"", body, indexed=indexed, is_packed=is_packed)

    def metadata(self, about_url: str, facts: dict[str, str], at: datetime, concurrent_to: str | None = None) -> str:
        """What we know about an address; facts without a value are left out. Returns the record ID."""
        headers = [("WARC-Target-URI", about_url)]
        if concurrent_to:
            headers.append(("WARC-Concurrent-To", concurrent_to))
        return self._write_fields("metadata", at, [(name, value) for name, value in facts.items() if value], headers)

    def _revisit(self, exchange: Exchange, original: Original, profile: str, payload: str) -> str:
        return self._exchange(exchange, "revisit", original.fields(profile), b"", payload)

    def _exchange(self, exchange: Exchange, kind: str, headers: Fields, body: Body, payload: str) -> str:
        response_id = _record_id()
        mime = REVISIT if kind == "revisit" else _mime(exchange.header("Content-Type"))
        about = [("WARC-Target-URI", exchange.url), ("WARC-IP-Address", exchange.ip)]
        truncated = [("WARC-Truncated", exchange.truncated)] if exchange.truncated else []
        self._write(
            "request",
            exchange.started_at,
            "application/http; msgtype=request",
            [*about, ("WARC-Concurrent-To", response_id)],
            exchange.request,
            b"",
        )
        return self._write(
            kind,
            exchange.started_at,
            "application/http; msgtype=response",
            [*about, *truncated, *headers],
            _head(exchange),
            body,
            record_id=response_id,
            payload=payload,
            indexed=(exchange.url, mime, exchange.status),
            is_packed=bool(exchange.header("Content-Encoding") or PACKED.match(exchange.header("Content-Type"))),
        )

    def _write_fields(self, kind: str, at: datetime, fields: Fields, headers: Fields) -> str:
        return self._write(kind, at, FIELDS, headers, _lines(fields).encode(), b"", payload="")

    def _write(
        self,
        kind: str,
        at: datetime,
        content_type: str,
        headers: Fields,
        head: bytes,
        body: Body,
        *,
        record_id: str = "",
        payload: str | None = None,
        indexed: tuple[str, str, int] | None = None,
        is_packed: bool = False,
    ) -> str:
        """One record whose block is `head` and then `body`. The body is read twice: digests stand before the block."""
        record_id = record_id or _record_id()
        block, size = _digest(head, body)
        payload = _digest(b"", body)[0] if payload is None else payload
        fields = [("WARC-Type", kind), ("WARC-Record-ID", record_id), ("WARC-Date", _date(at)), *headers]
        if self._info_id:
            fields.append(("WARC-Warcinfo-ID", self._info_id))
        if payload:
            fields.append(("WARC-Payload-Digest", payload))
        fields += [
            ("WARC-Block-Digest", block),
            ("Content-Type", content_type),
            ("Content-Length", str(size)),
        ]
        offset = self._out.size
        start = f"WARC/1.1\r\n{_lines(fields)}\r\n".encode() + head
        write = write_stored_member if is_packed else write_member
        write(self._out, chain([start], _pieces(body), [b"\r\n\r\n"]))
        if indexed:
            url, mime, status = indexed
            length = self._out.size - offset
            self._entries.append(Entry(surt(url), stamp(at), url, mime, status, payload, offset, length))
        return record_id


def write_member(out: Writable, pieces: Iterable[bytes]) -> None:
    """Writes one gzip member (RFC 1952) that holds these pieces, one after the other."""
    packer = isal_zlib.compressobj(COMPRESSION_LEVEL, wbits=GZIP_WINDOW)
    for piece in pieces:
        if packed := packer.compress(piece):
            out.write(packed)
    out.write(packer.flush())


def write_stored_member(out: Writable, pieces: Iterable[bytes]) -> None:
    """The same, of pieces that are packed already: in blocks as they are (RFC 1951, 3.2.4), in a tenth of the time."""
    check = size = 0
    out.write(GZIP_HEAD)
    for piece in pieces:
        check = isal_zlib.crc32(piece, check)
        size += len(piece)
        for at in range(0, len(piece), STORED_BLOCK):
            block = piece[at : at + STORED_BLOCK]
            out.write(struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF) + block)
    out.write(LAST_STORED_BLOCK + struct.pack("<LL", check, size % 2**32))


class _Counted:
    """Counts what is written, because an index needs to know where each record begins."""

    def __init__(self, out: Writable) -> None:
        self._out = out
        self.size = 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        return self._out.write(data)


def _digest(head: bytes, body: Body) -> tuple[str, int]:
    """The digest of `head` and `body` together, and their size."""
    digest, size = hashlib.sha256(head), len(head)
    for piece in _pieces(body):
        digest.update(piece)
        size += len(piece)
    return f"sha256:{digest.hexdigest()}", size


def _head(exchange: Exchange) -> bytes:
    """The response head as received; for a chunked body, with the two headers that no longer describe it renamed."""
    if not exchange.header("Transfer-Encoding"):
        return exchange.response_head
    lines = exchange.response_head.splitlines(keepends=True)
    kept = [
        b"X-Archive-Orig-" + line if line.lower().startswith((b"transfer-encoding:", b"content-length:")) else line
        for line in lines[:-1]
    ]
    return b"".join((*kept, f"Content-Length: {exchange.body_bytes}\r\n".encode(), lines[-1]))


def _pieces(body: Body) -> Iterator[bytes]:
    if isinstance(body, bytes):
        yield body
        return
    body.seek(0)
    yield from iter(lambda: body.read(PIECE), b"")
    body.seek(0)


def _mime(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower() or "unk"


def _lines(fields: Fields) -> str:
    """A line for each field; what would break a line, in a value that comes from outside, becomes a space."""
    text = "".join(f"{name}: {value}\r\n" for name, value in fields)
    if len(text) - len(LINE_BREAKS.sub("", text)) == len("\r\n") * len(fields):
        return text  # nobody has put anything in, as nearly always: looked for once, and not in each value
    return "".join(f"{name}: {LINE_BREAKS.sub(' ', value).strip()}\r\n" for name, value in fields)


def _record_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def _date(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _milliseconds(exchange: Exchange) -> str:
    return str(round((exchange.ended_at - exchange.started_at).total_seconds() * 1000))
