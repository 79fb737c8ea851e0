"""Web archives that others made: unpacked under a cap, every record checked, and kept so that we can read them back.

A file whose records are gzip members of their own is kept with its own bytes; any other is packed anew, record
by record, none of them changed.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, Any
from urllib.parse import urljoin

from django.utils.translation import gettext, gettext_lazy
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.limitreader import LimitReader

from apps.archive.configured import limits
from apps.archive.reading.walls import wall
from apps.archive.receiving import arriving
from apps.archive.receiving.refusals import UploadRefused
from apps.archive.records import storage
from apps.archive.records.contents import REVISIT, Elsewhere, Entry, Stored, find, read, stamp, surt
from apps.archive.records.warc import write_member
from apps.archive.web.addresses import Refused
from apps.archive.web.decoding import GZIP_WINDOW, RATIO_FROM_BYTES

PIECE = 65_536
IN_MEMORY = 2_000_000
MOST_RECORDS = 10_000
LONGEST_HEAD = 65_536
LONGEST_URL = 2_048
INDEXED = frozenset({"response", "resource", "revisit"})
BREAKS_OFF = gettext_lazy("This WARC breaks off in the middle of a record. Make it once more, and upload that file.")
NO_WARC = gettext_lazy("This file is packed as a WARC is, but holds no proper WARC.")
BOMB = gettext_lazy("This WARC unpacks to an unreasonable size.")
MORE_BEHIND = gettext_lazy("Something else is hidden behind the end of this WARC.")
CANT_UNPACK = gettext_lazy("The page in this WARC can't be unpacked.")
NO_COPY = gettext_lazy("There is no copy of the page itself in this WARC.")


@dataclass(frozen=True)
class Span:
    """Where something stands in a file: from its first byte to before the next thing's."""

    start: int
    end: int


@dataclass(frozen=True)
class Web:
    """A WARC that lies in the store, and what it says of the page. ``at`` is the moment that the file claims."""

    warc_digest: str
    warc_bytes: int
    cdxj: str
    facts: dict[str, Any]
    at: datetime


def read_warc(file: IO[bytes], url: str) -> Web:
    """Check every record, find the page, and store the file. Raises UploadRefused, OSError."""
    with ExitStack() as stack:
        plain: IO[bytes] = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        members = _unpack(file, plain)
        records = _records(plain)
        if members and [inner for _, inner in members] == records:
            packed, places = file, [outer for outer, _ in members]
        else:
            packed = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
            places = [_pack(plain, record, packed) for record in records]
        cdxj = "".join(sorted(entry.line() for entry in _entries(plain, records, places)))
        facts = _facts_of_page(packed, cdxj, url)
        with storage.draft() as draft:
            packed.seek(0)
            shutil.copyfileobj(packed, draft, PIECE)
            arriving.store(draft)
            return Web(draft.digest, draft.size, cdxj, facts, facts["fetched_at"])


def _unpack(file: IO[bytes], plain: IO[bytes]) -> list[tuple[Span, Span]]:
    """Write the file unpacked into `plain`. For gzip: each member, where it is packed and where it lies unpacked."""
    file.seek(0)
    if file.read(2) != b"\x1f\x8b":
        file.seek(0)
        shutil.copyfileobj(file, plain, PIECE)
        return []
    file.seek(0)
    members: list[tuple[Span, Span]] = []
    allowed = limits()
    data = b""
    while data or (data := file.read(PIECE)):
        if not data.startswith(b"\x1f\x8b"[: len(data)]):
            raise UploadRefused(MORE_BEHIND)
        if len(members) >= MOST_RECORDS:
            raise UploadRefused(gettext("This WARC holds more than %(most)s records.") % {"most": f"{MOST_RECORDS:,}"})
        packed_at, plain_at = file.tell() - len(data), plain.tell()
        member = zlib.decompressobj(GZIP_WINDOW)
        while not member.eof:
            if not data and not (data := file.read(PIECE)):
                raise UploadRefused(BREAKS_OFF)
            try:
                part = member.decompress(data, PIECE)
            except zlib.error as error:
                raise UploadRefused(gettext("A record in this WARC is damaged: it can't be unpacked.")) from error
            data = member.unused_data if member.eof else member.unconsumed_tail
            plain.write(part)
            most = min(allowed.total_bytes, max(RATIO_FROM_BYTES, allowed.ratio * file.tell()))
            if plain.tell() > most:
                raise UploadRefused(BOMB)
        members.append((Span(packed_at, file.tell() - len(data)), Span(plain_at, plain.tell())))
    return members


def _records(plain: IO[bytes]) -> list[Span]:
    """Where each record stands. Lengths are as the records say, and nothing may stand between or behind them."""
    size = plain.seek(0, io.SEEK_END)
    at, spans = 0, list[Span]()
    while at < size:
        if len(spans) >= MOST_RECORDS:
            raise UploadRefused(gettext("This WARC holds more than %(most)s records.") % {"most": f"{MOST_RECORDS:,}"})
        plain.seek(at)
        start = plain.read(LONGEST_HEAD)
        if not start.startswith((b"WARC/1.0\r\n", b"WARC/1.1\r\n")):
            raise UploadRefused(MORE_BEHIND if spans else NO_WARC)
        head, found, _ = start.partition(b"\r\n\r\n")
        if not found:
            raise UploadRefused(BREAKS_OFF if at + LONGEST_HEAD > size else NO_WARC)
        block = at + len(head) + 4
        end = block + _length(head)
        plain.seek(end)
        closing = plain.read(4)
        if closing != b"\r\n\r\n":
            raise UploadRefused(
                BREAKS_OFF
                if end + 4 > size
                else gettext("A record in this WARC is damaged: it is not as long as it says.")
            )
        _check_http_head(plain, head, Span(block, end))
        spans.append(Span(at, end + 4))
        at = end + 4
    if not spans:
        raise UploadRefused(NO_WARC)
    return spans


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit() and len(value) < 16:
            return int(value)
    raise UploadRefused(gettext("A record in this WARC is damaged: it does not say how long it is."))


def _check_http_head(plain: IO[bytes], head: bytes, block: Span) -> None:
    """The library that reads records reads headers as long as they come."""
    if block.end - block.start > LONGEST_HEAD and b"application/http" in head.lower():
        plain.seek(block.start)
        if b"\r\n\r\n" not in plain.read(LONGEST_HEAD):
            raise UploadRefused(gettext("A record in this WARC is damaged: its headers have no end."))


def _pack(plain: IO[bytes], record: Span, packed: IO[bytes]) -> Span:
    start = packed.tell()
    plain.seek(record.start)
    write_member(packed, _pieces(LimitReader(plain, record.end - record.start)))
    return Span(start, packed.tell())


def _entries(plain: IO[bytes], records: list[Span], places: list[Span]) -> Iterator[Entry]:
    """A line of the index for each answer, once its digests were found right."""
    digests: dict[str, str] = {}
    for span, place in zip(records, places, strict=True):
        plain.seek(span.start)
        try:
            reader = ArchiveIterator(LimitReader(plain, span.end - span.start), check_digests=True)
            record = next(iter(reader))
            entry = _entry(record, place, digests)
        except (ArchiveLoadFailed, ValueError, AttributeError, EOFError, StopIteration, TypeError) as error:
            raise UploadRefused(gettext("A record in this WARC is damaged: it can't be read.")) from error
        if entry:
            yield entry


def _entry(record: Any, place: Span, digests: dict[str, str]) -> Entry | None:
    headers, http = record.rec_headers, record.http_headers
    chunked = http is not None and "chunked" in (http.get_header("Transfer-Encoding") or "").lower()
    digest = hashlib.sha256()
    for piece in _pieces(ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream):
        digest.update(piece)
    for _ in _pieces(record.raw_stream):
        continue
    _check_digests(record, chunked)
    url = headers.get_header("WARC-Target-URI") or ""
    if record.rec_type not in INDEXED or not url:
        return None
    status = int(http.get_statuscode()) if http is not None else 0
    claimed = headers.get_header("WARC-Payload-Digest") or ""
    if record.rec_type == "revisit":
        known, mime = digests.get(claimed, claimed), REVISIT
    else:
        known = f"sha256:{digest.hexdigest()}"
        digests.setdefault(claimed, known)
        content_type = (headers if http is None else http).get_header("Content-Type") or ""
        mime = content_type.partition(";")[0].strip().lower() or "unk"
    at = datetime.fromisoformat(headers.get_header("WARC-Date"))
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return Entry(surt(url), stamp(at), url, mime, status, known, place.start, place.end - place.start)


def _check_digests(record: Any, chunked: bool) -> None:
    """What the record says of its own bytes. Of a chunked payload, tools digest different things (WARC 1.1, 5.9)."""
    for problem in record.digest_checker.problems:
        if problem.startswith("block digest failed") or (problem.startswith("payload digest failed") and not chunked):
            raise UploadRefused(
                gettext("A record in this WARC is damaged: its bytes are not those that it was made with.")
            )


def _facts_of_page(packed: IO[bytes], cdxj: str, url: str) -> dict[str, Any]:
    """The page at this address, or where the archive's own redirects lead from it, as a capture tells of it."""
    entry, page, hops = _page(packed, cdxj, url)
    try:
        body = page.decoded(limits())
    except Refused as refused:
        raise UploadRefused(f"{CANT_UNPACK} {refused.code.label}") from refused
    if not body.strip():
        raise UploadRefused(gettext("The page in this WARC is empty."))
    if found := wall(page.status, page.headers, body, url, entry.url):
        raise UploadRefused(f"{found.label} {NO_COPY}")
    if page.at > datetime.now(UTC) + timedelta(days=1):
        raise UploadRefused(gettext("This WARC says that its page was fetched in the future. Nobody could rely on it."))
    others = len(cdxj.splitlines()) - len(hops) - 1
    return {
        "final_url": entry.url,
        "redirects": hops,
        "http_status": entry.status or None,
        "content_type": page.header("Content-Type")[:200],
        "body_bytes": len(body),
        "body_digest": hashlib.sha256(body).hexdigest(),
        "fetched_at": page.at,
        "requisites": max(min(others, 32_767), 0),
    }


def _page(packed: IO[bytes], cdxj: str, url: str) -> tuple[Entry, Stored, list[dict[str, Any]]]:
    hops: list[dict[str, Any]] = []
    at = url
    while True:
        entry = find(cdxj, at)
        if entry is None or len(entry.url) > LONGEST_URL:
            raise UploadRefused(gettext("This WARC holds no copy of %(url)s.") % {"url": at})
        try:
            page = read(packed, entry, cdxj)
        except Elsewhere as elsewhere:
            raise UploadRefused(
                gettext("This WARC only refers to the page: its words lie in another file.")
            ) from elsewhere
        except ValueError as error:
            raise UploadRefused(gettext("A record in this WARC is damaged: the page can't be read.")) from error
        location = page.header("Location")
        if not 300 <= page.status < 400 or not location or len(hops) >= limits().redirects:
            break
        hops.append({"url": entry.url, "status": page.status, "ip": ""})
        at = urljoin(entry.url, location)
    if not 200 <= page.status < 300:
        said = gettext("This WARC holds only an answer %(status)d for the page, and not the page itself.")
        raise UploadRefused(said % {"status": page.status})
    return entry, page, hops


def _pieces(stream: Any) -> Iterator[bytes]:
    yield from iter(lambda: stream.read(PIECE), b"")
