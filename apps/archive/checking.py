"""Whether the store still holds what the rows say: every file, every digest, and nothing that no row knows."""

from __future__ import annotations

import hashlib
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import IO, Any, TypeVar

from django.db.models import F, Model, QuerySet
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from apps.archive.codes import Code
from apps.archive.configured import limits
from apps.archive.models import HOLDERS, Arrival, Attempt, Capture, Contents, Extract, Look, record_name
from apps.archive.records.contents import REVISIT, Entry, entries, find, read, stamp, surt
from apps.archive.records.storage import DIGEST, PART, StoredFile, StoreFailed, archive, digest_of, open_record
from apps.archive.web.addresses import Refused

PIECE = 1_000_000
IN_MEMORY = 8_000_000
AT_ONCE = 500
INDEXED = frozenset({"response", "revisit", "resource"})

Row = TypeVar("Row", bound=Model)


class Damage(StrEnum):
    """What can be wrong with a stored record, with what its row says, or with the store."""

    MISSING = "the record is missing"
    UNREADABLE = "the record can't be read"
    CUT = "the record is shorter than what was stored"
    CHANGED = "the record's bytes are not those that were stored"
    UNDIGESTED = "a part of the record carries no digest"
    DIGEST = "a part of the record is not what its own digest says"
    SIZE = "the row tells another size than the record has"
    BODY = "the page in the record is not the one that was stored"
    NO_INDEX = "the record has no index"
    INDEX = "the index does not fit the record"
    TEXT = "the text is not the one that was read"
    PLACE = "the document is not the one whose digest it is kept under"
    ORPHAN = "no row knows this file"
    PART = "a file that was never finished"
    MISNAMED = "no record has such a name at such a place"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: with which row's record, or with which file."""

    damage: Damage
    where: str
    file: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.damage}{f' ({self.detail})' if self.detail else ''}"


class Damaged(Exception):
    """The record is wrong in a way that makes it useless to look further."""

    def __init__(self, damage: Damage, detail: str = "") -> None:
        super().__init__(damage)
        self.damage = damage
        self.detail = detail


def check_captures(captures: QuerySet[Capture]) -> Iterator[tuple[Capture, list[Finding]]]:
    """Every stored copy in the order of its number, with what is wrong with it. Raises StoreFailed: it is away."""
    for capture in _by_number(captures.stored().select_related("page")):  # type: ignore[attr-defined]
        where = f"capture {capture.pk} of {capture.page.url}"
        found = list(_wrong_with(capture.warc_digest, capture.warc_bytes, capture))
        yield capture, [Finding(damage, where, capture.warc_name, detail) for damage, detail in found]


def check_looks() -> Iterator[tuple[Look, list[Finding]]]:
    """Every look that kept a record, in the order of its number. Raises StoreFailed: the store is away."""
    # What a worker is about to store, or a lost one was, may not be there; whoever takes over clears it away.
    settled = Look.objects.ended().exclude(warc_digest="").exclude(code=Code.WORKER_LOST)
    for look in _by_number(settled.select_related("page")):
        where = f"look {look.pk} at {look.page.url}"
        found = list(_wrong_with(look.warc_digest, look.warc_bytes))
        yield look, [Finding(damage, where, record_name(look.warc_digest), detail) for damage, detail in found]


def check_refusals() -> Iterator[tuple[Attempt, list[Finding]]]:
    """Every failed attempt that kept what came instead of a page. Raises StoreFailed: the store is away."""
    kept = Attempt.objects.exclude(warc_digest="").exclude(warc_digest=F("capture__warc_digest"))
    # What a lost worker was about to store may not be there, and is cleared away by whoever takes over.
    settled = kept.filter(ended_at__isnull=False).exclude(code=Code.WORKER_LOST)
    for attempt in _by_number(settled.select_related("capture__page")):
        where = f"attempt {attempt.number} of capture {attempt.capture_id} of {attempt.capture.page.url}"
        found = list(_wrong_with(attempt.warc_digest, attempt.warc_bytes))
        yield attempt, [Finding(damage, where, record_name(attempt.warc_digest), detail) for damage, detail in found]


def check_files(older_than: datetime) -> Iterator[Finding | None]:
    """Every file of the store: None, or what is wrong with it. One that is younger may be a running capture's."""
    batch: list[StoredFile] = []
    for file in archive().files():
        batch.append(file)
        if len(batch) == AT_ONCE:
            yield from _strays(batch, older_than)
            batch = []
    yield from _strays(batch, older_than)


def _strays(files: list[StoredFile], older_than: datetime) -> Iterator[Finding | None]:
    digests = {digest_of(file.name) for file in files}
    known: set[str] = set()
    holders: tuple[type[Model], ...] = (*HOLDERS, Arrival)
    for holder in holders:
        held = holder._default_manager.filter(warc_digest__in=digests)
        known.update(held.values_list("warc_digest", flat=True))
    for file in files:
        damage = _stray(file.name, known) if file.modified < older_than else None
        yield Finding(damage, file.name, file.name) if damage else None


def _stray(name: str, known: set[str]) -> Damage | None:
    digest = digest_of(name)
    if name.rpartition("/")[2].startswith(PART):
        return Damage.PART
    if not DIGEST.fullmatch(digest) or name != record_name(digest):
        return Damage.MISNAMED
    return None if digest in known else Damage.ORPHAN


def _wrong_with(digest: str, size: int | None, capture: Capture | None = None) -> Iterator[tuple[Damage, str]]:
    """What is wrong with the record of this digest, and with what the copy's rows say of it."""
    try:
        with _record(digest, size) as file:
            found, wrong = _inside(file)
            yield from wrong
            if capture:
                yield from _body_of(file, found, capture)
                yield from _index_of(found, capture)
    except Damaged as damaged:
        yield damaged.damage, damaged.detail
    if capture:
        yield from _text_of(capture)


@contextmanager
def _record(digest: str, size: int | None) -> Iterator[IO[bytes]]:
    """The record's bytes, asked for once and held against their digest. Raises Damaged; StoreFailed if nothing is there
    that answers."""
    hashed = hashlib.sha256()
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
        try:
            with open_record(record_name(digest)) as file:
                while piece := file.read(PIECE):
                    hashed.update(piece)
                    copy.write(piece)
        except FileNotFoundError as error:
            raise Damaged(Damage.MISSING) from error
        except OSError as error:
            if isinstance(error, StoreFailed):
                archive().exists(record_name("0" * 64))  # if the store itself is away, this says so
            raise Damaged(Damage.UNREADABLE, error.strerror or str(error)) from error
        length = copy.tell()
        if size is not None and length < size:
            raise Damaged(Damage.CUT, f"{length} of {size} bytes")
        if hashed.hexdigest() != digest:
            raise Damaged(Damage.CHANGED)
        if size is not None and length != size:
            raise Damaged(Damage.SIZE, f"{size} in the row, {length} in the store")
        copy.seek(0)
        yield copy


def _inside(file: IO[bytes]) -> tuple[list[Entry], list[tuple[Damage, str]]]:
    """What an index of this record must say, made from the record alone; and parts that don't fit their digests."""
    found: list[Entry] = []
    wrong: list[tuple[Damage, str]] = []
    count = 0
    try:
        parts = ArchiveIterator(file, check_digests=True)
        for part in parts:
            count += 1
            offset, length = parts.get_record_offset(), parts.get_record_length()
            headers = part.rec_headers
            if not headers.get_header("WARC-Block-Digest"):
                wrong.append((Damage.UNDIGESTED, f"at {offset}"))
            if part.digest_checker.problems:
                wrong.append((Damage.DIGEST, f"at {offset}"))
            if part.rec_type in INDEXED:
                found.append(_entry(part, offset, length))
    except (ArchiveLoadFailed, zlib.error, EOFError, ValueError, AttributeError) as error:
        raise Damaged(Damage.UNREADABLE, "it is no WARC") from error
    if not count:
        raise Damaged(Damage.UNREADABLE, "it is empty")
    return found, wrong


def _entry(part: Any, offset: int, length: int) -> Entry:
    headers, http = part.rec_headers, part.http_headers
    url = headers.get_header("WARC-Target-URI")
    return Entry(
        key=surt(url),
        timestamp=stamp(datetime.fromisoformat(headers.get_header("WARC-Date"))),
        url=url,
        mime=REVISIT if part.rec_type == "revisit" else "",
        status=int(http.get_statuscode()) if http else 0,
        digest=headers.get_header("WARC-Payload-Digest") or "",
        offset=offset,
        length=length,
    )


def _body_of(file: IO[bytes], found: list[Entry], capture: Capture) -> Iterator[tuple[Damage, str]]:
    """The page's own bytes, found without the index that is to be checked too."""
    made = "".join(entry.line() for entry in found)
    entry = find(made, capture.final_url or capture.page.url)
    if entry is None:
        yield Damage.BODY, "the page is not in it"
        return
    # The operator's limits may have become smaller since; what was stored then is whole all the same.
    most = max(capture.body_bytes or 0, capture.warc_bytes or 0) + PIECE
    try:
        stored = read(file, entry, made, most=most)
        body = stored.decoded(replace(limits(), decoded_bytes=most, ratio=most))
    except (ValueError, LookupError, Refused) as error:
        yield Damage.BODY, str(error)
        return
    digest = hashlib.sha256(body).hexdigest()
    if capture.page.is_document and digest != capture.page.digest:
        yield Damage.PLACE, ""
    if digest != capture.body_digest:
        yield Damage.BODY, ""
    elif capture.body_bytes is not None and len(body) != capture.body_bytes:
        yield Damage.SIZE, f"the page has {len(body)} bytes, {capture.body_bytes} in the row"


def _index_of(found: list[Entry], capture: Capture) -> Iterator[tuple[Damage, str]]:
    """Every line of the index against the place in the record that it names, and none missing."""
    index = Contents.objects.filter(capture=capture).values_list("cdxj", flat=True).first()
    if index is None:
        yield Damage.NO_INDEX, ""
        return
    try:
        told = {replace(entry, mime=REVISIT if entry.is_revisit else "") for entry in entries(index)}
    except ValueError as error:
        yield Damage.INDEX, str(error)
        return
    if told != set(found):
        odd = min(told ^ set(found), key=lambda entry: entry.offset)
        yield Damage.INDEX, f"{odd.url} at {odd.offset}"


def _text_of(capture: Capture) -> Iterator[tuple[Damage, str]]:
    extract = Extract.objects.filter(capture=capture).only("text", "text_digest").first()
    if extract and hashlib.sha256(extract.text.encode()).hexdigest() != extract.text_digest:
        yield Damage.TEXT, ""


def _by_number(rows: QuerySet[Row]) -> Iterator[Row]:
    """The rows in short pages, so that a million take no more room than five hundred, and nobody waits for us."""
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield from page
        last = page[-1].pk
