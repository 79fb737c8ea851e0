"""What somebody uploaded, looked at and put into a record: the file as it is, under the address of its page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.archive.codes import Kind
from apps.archive.configured import SOFTWARE, limits
from apps.archive.reading.kinds import CONTENT_TYPES, LOOKED_AT, PICTURES, WIDE_BOMS, kind_of
from apps.archive.reading.walls import wall
from apps.archive.receiving import arriving
from apps.archive.receiving.mhtml import Part, read_mhtml
from apps.archive.receiving.pictures import check_picture
from apps.archive.receiving.refusals import UploadRefused
from apps.archive.receiving.warcs import read_warc
from apps.archive.records import storage
from apps.archive.records.warc import WarcWriter

PIECE = 65_536
LONGEST_NAME = 150
NO_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff/\\]+")
END_OF_PDF = 1_024
# What stands at the end of every ZIP archive, whatever stands before it (APPNOTE.TXT, 4.3.16).
END_OF_ZIP, ZIP_END_BYTES, LONGEST_ZIP_COMMENT = b"PK\x05\x06", 22, 65_535
WHAT_WE_TAKE = _(
    "The desk takes a page saved from a browser (HTML or MHTML), a PDF, a picture (JPEG, PNG, GIF, WebP) or a WARC."
)


@dataclass(frozen=True)
class Received:
    """A file that was looked at, and the record that it lies in: already in the store, known to no row yet."""

    kind: Kind
    file_name: str
    file_bytes: int
    file_digest: str
    warc_digest: str
    warc_bytes: int
    cdxj: str
    facts: dict[str, Any] = field(default_factory=dict)
    says_url: str = ""
    says_at: datetime | None = None

    def forget(self) -> None:
        """Take the record out of the store again: no row came to know it."""
        arriving.forget(self.warc_digest)


def receive(file: IO[bytes], url: str, *, name: str) -> Received:
    """Judge a file by its bytes and store it as a copy of the page at this address. Raises UploadRefused, OSError."""
    digest, size = measured(file, too_large)
    kind = kind_of(file.read(LOOKED_AT))
    file.seek(0)
    if kind is None:
        raise UploadRefused(f"{gettext('This file is none of the kinds that can be kept.')} {WHAT_WE_TAKE}")
    if is_zip(file, size):
        raise UploadRefused(gettext("This file is also a ZIP archive. Save the page itself, and upload that file."))
    name = clean_name(name)
    if kind == Kind.WARC:
        web = read_warc(file, url)
        return Received(kind, name, size, digest, web.warc_digest, web.warc_bytes, web.cdxj, web.facts, says_at=web.at)
    return into_a_record(kind, file.read(), url, name, digest)


@contextmanager
def forgotten_if_refused(received: Received) -> Iterator[Received]:
    """Take the record out of the store again when no row comes to know it, because something is refused or fails."""
    try:
        yield received
    except BaseException:
        received.forget()
        raise


def in_megabytes(size: int) -> str:
    """A limit as people read it."""
    return f"{size / 1_000_000:,.4g} MB" if size >= 1_000_000 else f"{size / 1_000:,.4g} kB"


def too_large(most: int) -> str:
    """What is said of a file with more than the most bytes."""
    return gettext(
        "This file is larger than %(size)s, more than the desk takes. "
        "Save the page as HTML only, or print it to a PDF, and upload that."
    ) % {"size": in_megabytes(most)}


def clean_name(name: str) -> str:
    """A file's name as it can be shown and kept: no folders, nothing unseen, not too long."""
    name = NO_NAME.sub(" ", re.split(r"[/\\]", name)[-1])
    return " ".join(name.split())[:LONGEST_NAME] or "no name"


def into_a_record(kind: Kind, data: bytes, url: str, name: str, digest: str, beside: Sequence[Part] = ()) -> Received:
    """Write a file that is none of a WARC, and what belongs beside it, into a record. Raises UploadRefused, OSError."""
    now = datetime.now(UTC)
    facts: dict[str, Any] = {"final_url": url, "content_type": CONTENT_TYPES[kind], "fetched_at": now}
    says_url, parts, body = "", list(beside), data
    if kind == Kind.MHTML:
        saved = read_mhtml(data)
        body, parts, says_url = saved.page, saved.parts, saved.url
        facts |= {"content_type": saved.content_type, "requisites": min(len(parts), 32_767)}
    if kind in PICTURES:
        check_picture(kind, data)
    elif kind == Kind.PDF:
        _check_pdf(data)
    elif kind != Kind.TEXT:
        _check_page(body, url)
    with storage.draft() as draft:
        writer = WarcWriter(draft, software=SOFTWARE, operator=settings.ARCHIVE_CONTACT or settings.NEWSROOM_NAME)
        if kind == Kind.MHTML:
            writer.resource(f"urn:uploaded:{url}", CONTENT_TYPES[kind], data, now)
        for part in parts:
            if part.url != url:
                writer.resource(part.url, part.content_type, part.body, now)
        page_id = writer.resource(url, facts["content_type"], body, now)
        # Neither who brought it nor what they wrote of it: records leave the desk, and may name whom nobody may name.
        told = {"uploaded": "by hand; no server sent this", "fileName": name, "fileSha256": digest, "saysUrl": says_url}
        writer.metadata(url, told, now, concurrent_to=page_id)
        arriving.store(draft)
        facts |= {"body_bytes": len(body), "body_digest": hashlib.sha256(body).hexdigest()}
        return Received(kind, name, len(data), digest, draft.digest, draft.size, writer.cdxj, facts, says_url=says_url)


def _check_pdf(data: bytes) -> None:
    if b"%%EOF" not in data[-END_OF_PDF:]:
        raise UploadRefused(gettext("This PDF breaks off before its end. Save it once more, and upload that file."))


def _check_page(body: bytes, url: str) -> None:
    if len(body) > limits().decoded_bytes:
        raise UploadRefused(too_large(limits().decoded_bytes))
    if not body.strip():
        raise UploadRefused(gettext("The page in this file is empty."))
    if b"\0" in body and body[:2] not in WIDE_BOMS:
        raise UploadRefused(
            gettext("This page has something else packed into it. Save it as HTML only, and upload that file.")
        )
    if found := wall(200, [], body, url, url):
        raise UploadRefused(
            f"{found.label} {gettext('Save the page when the browser shows it, and upload that file.')}"
        )


def measured(file: IO[bytes], too_large: Callable[[int], str]) -> tuple[str, int]:
    """The file's SHA-256 and its bytes, some and not too many. Raises UploadRefused."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while piece := file.read(PIECE):
        digest.update(piece)
        size += len(piece)
    file.seek(0)
    if not size:
        raise UploadRefused(gettext("This file is empty."))
    if size > settings.ARCHIVE_UPLOAD_BYTES:
        raise UploadRefused(too_large(settings.ARCHIVE_UPLOAD_BYTES))
    return digest.hexdigest(), size


def is_zip(file: IO[bytes], size: int) -> bool:
    """Whether a reader of ZIP archives, which looks from the end, would open this file."""
    reach = min(size, ZIP_END_BYTES + LONGEST_ZIP_COMMENT)
    file.seek(size - reach)
    tail = file.read(reach)
    file.seek(0)
    at = tail.rfind(END_OF_ZIP)
    while at >= 0:
        if at + ZIP_END_BYTES + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail):
            return True
        at = tail.rfind(END_OF_ZIP, 0, at)
    return False
