"""The archived record: one WARC 1.1 file per capture, with the bytes that went over the wire in both directions."""

import hashlib
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Protocol
from uuid import uuid4

from isal import igzip

from apps.archive.web.exchanges import Exchange, Fetched

PIECE = 65_536
# Level 2 of isal takes an eighth of the time of zlib's level 9 and a tenth more room.
COMPRESSION_LEVEL = 2
CONFORMS_TO = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
FIELDS = "application/warc-fields"
LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")

Fields = list[tuple[str, str]]


class Writable(Protocol):
    """Where a record can be written to: a file, or what counts and digests on the way to one."""

    def write(self, data: bytes, /) -> int: ...


def write_warc(out: Writable, fetched: Fetched, *, software: str, operator: str, facts: dict[str, str]) -> None:
    """Writes warcinfo, a request and a response for every exchange, and the facts as metadata of the last response.

    A chunked body is stored de-chunked, with the header that said so renamed. Each record is a gzip member of its own.
    A body that stands in this record already under another address is not written again: a revisit record points to it
    (WARC 1.1, 6.7.2). The last exchange, the page itself, is always written in full.
    """
    writer = _Writer(out)
    info = [("software", software), ("operator", operator), ("format", "WARC File Format 1.1")]
    writer.write_fields("warcinfo", datetime.now(UTC), [*info, ("conformsTo", CONFORMS_TO)], [])
    held: dict[str, Fields] = {}
    for exchange in fetched.exchanges:
        response_id = _record_id()
        about = [("WARC-Target-URI", exchange.url), ("WARC-IP-Address", exchange.ip)]
        payload = _digest_of(exchange.body)
        again = held.get(payload) if exchange is not fetched.final and exchange.body_bytes else None
        writer.write(
            "request",
            exchange.started_at,
            "application/http; msgtype=request",
            [*about, ("WARC-Concurrent-To", response_id)],
            exchange.request,
            io.BytesIO(),
        )
        truncated = [("WARC-Truncated", exchange.truncated)] if exchange.truncated else []
        writer.write(
            "revisit" if again else "response",
            exchange.started_at,
            "application/http; msgtype=response",
            [*about, *truncated, *(again or [])],
            _head(exchange),
            io.BytesIO() if again else exchange.body,
            record_id=response_id,
            payload=payload,
        )
        if exchange.status == 200 and not exchange.truncated:
            held.setdefault(payload, _revisit_of(exchange, response_id))
    final = fetched.final
    known = {**facts, "tls": final.tls, "fetchTimeMs": _milliseconds(final), "note": " ".join(final.notes)}
    writer.write_fields(
        "metadata",
        final.ended_at,
        [(name, value) for name, value in known.items() if value],
        [("WARC-Target-URI", final.url), ("WARC-Concurrent-To", response_id)],
    )


class _Writer:
    def __init__(self, out: Writable) -> None:
        self.out = out
        self.info_id = ""

    def write_fields(self, kind: str, at: datetime, fields: Fields, headers: Fields) -> None:
        lines = "".join(f"{name}: {LINE_BREAKS.sub(' ', value).strip()}\r\n" for name, value in fields)
        self.write(kind, at, FIELDS, headers, lines.encode(), io.BytesIO())

    def write(
        self,
        kind: str,
        at: datetime,
        content_type: str,
        headers: Fields,
        head: bytes,
        body: IO[bytes],
        record_id: str | None = None,
        payload: str = "",
    ) -> None:
        """One record whose block is `head` and then `body`. The body is read twice: digests stand before the block."""
        record_id = record_id or _record_id()
        block, size = hashlib.sha256(head), len(head)
        for piece in _pieces(body):
            block.update(piece)
            size += len(piece)
        fields = [("WARC-Type", kind), ("WARC-Record-ID", record_id), ("WARC-Date", _date(at)), *headers]
        if self.info_id:
            fields.append(("WARC-Warcinfo-ID", self.info_id))
        if content_type != FIELDS:
            fields.append(("WARC-Payload-Digest", f"sha256:{payload or hashlib.sha256().hexdigest()}"))
        fields += [
            ("WARC-Block-Digest", f"sha256:{block.hexdigest()}"),
            ("Content-Type", content_type),
            ("Content-Length", str(size)),
        ]
        with igzip.IGzipFile(fileobj=self.out, mode="wb", compresslevel=COMPRESSION_LEVEL, mtime=0) as member:
            lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
            member.write(f"WARC/1.1\r\n{lines}\r\n".encode())
            member.write(head)
            for piece in _pieces(body):
                member.write(piece)
            member.write(b"\r\n\r\n")
        if kind == "warcinfo":
            self.info_id = record_id


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


def _revisit_of(exchange: Exchange, response_id: str) -> Fields:
    """What a later record of the same payload says of this one."""
    return [
        ("WARC-Profile", SAME_PAYLOAD),
        ("WARC-Refers-To", response_id),
        ("WARC-Refers-To-Target-URI", exchange.url),
        ("WARC-Refers-To-Date", _date(exchange.started_at)),
    ]


def _digest_of(body: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in _pieces(body):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(body: IO[bytes]) -> Iterator[bytes]:
    body.seek(0)
    yield from iter(lambda: body.read(PIECE), b"")
    body.seek(0)


def _record_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def _date(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _milliseconds(exchange: Exchange) -> str:
    return str(round((exchange.ended_at - exchange.started_at).total_seconds() * 1000))
