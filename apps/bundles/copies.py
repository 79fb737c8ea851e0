"""The stored copies that a bundle carries: the record as the archive keeps it, and what a person wants to see of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from apps.archive.codes import Kind
from apps.archive.configured import limits
from apps.archive.models import DOCUMENT, Capture, CaptureQuerySet, Contents, Extract, Upload
from apps.archive.reading.kinds import CONTENT_TYPES, LOOKED_AT, PICTURES, kind_of
from apps.archive.receiving.recordings import SOUND_TYPES
from apps.archive.records.contents import PRINT, SCREENSHOT, Entry, Stored, drawn, entries, find_among, read
from apps.archive.records.storage import open_record
from apps.archive.records.wacz import CannotExport
from apps.archive.web.addresses import Refused
from apps.bundles.packing import Package, pieces_of
from apps.claims.models import Claim, Decision

DOCUMENTS = frozenset(CONTENT_TYPES[kind] for kind in (Kind.PDF, *PICTURES))
UPLOADED = "urn:uploaded:"
SOUNDS = {content_type: kind.value for kind, content_type in SOUND_TYPES.items()}


def copies_of(claim: Claim) -> CaptureQuerySet:
    """Every stored copy that a citation of the claim rests on, a withdrawn one too, or that a decision rested on."""
    found = set(claim.citations.values_list("capture", flat=True))
    found |= set(claim.citations.filter(text_quotes__isnull=False).values_list("text_quotes__capture", flat=True))
    for evidence in Decision.objects.filter(claim=claim).values_list("evidence", flat=True):
        # The oldest decisions kept their citations and nothing else.
        for cited in evidence if isinstance(evidence, list) else evidence.get("citations", []):
            found |= {cited.get("capture"), *(one.get("capture") for one in cited.get("passages", []))}
    stored = Capture.objects.stored().filter(pk__in=found - {None})
    return stored.select_related("page", "requested_by", "upload", "contents", "extract").order_by("pk")


def add_copy(package: Package, capture: Capture) -> None:
    """Put a copy into the package. Raises CannotExport for a record that is damaged, OSError for one that is away."""
    try:
        _add(package, capture)
    except ValueError as error:
        raise CannotExport(
            _("The record of copy %(copy)d does not fit its index. Tell the administrator.") % {"copy": capture.pk}
        ) from error


def _add(package: Package, capture: Capture) -> None:
    folder = f"captures/{capture.pk}"
    contents: Contents | None = getattr(capture, "contents", None)
    index = entries(contents.cdxj) if contents else []
    page = find_among(index, capture.final_url) or find_among(index, capture.page.url)
    if page is None:
        raise CannotExport(
            _("The index of copy %(copy)d does not lead to the page. Tell the administrator.") % {"copy": capture.pk}
        )
    package.add_json(f"{folder}/capture.json", _told(capture, index, page))
    with open_record(capture.warc_name) as file:
        digest = package.add(f"{folder}/record.warc.gz", pieces_of(file), size=capture.warc_bytes or 0)
    if digest != capture.warc_digest:
        raise CannotExport(
            _("The record of copy %(copy)d is damaged: its bytes have changed. Tell the administrator.")
            % {"copy": capture.pk}
        )
    for name, data in _parts(capture, index, page):
        package.add(f"{folder}/{name}", [data], size=len(data))


def _told(capture: Capture, index: list[Entry], page: Entry) -> dict[str, Any]:
    upload, extract = _upload(capture), _extract(capture)
    return {
        "v": 1,
        "capture": capture.pk,
        "url": capture.page.url,
        "final_url": capture.final_url,
        "page_url": page.url,
        "redirects": capture.redirects,
        "method": capture.method,
        "state": capture.state,
        "caution": capture.caution,
        "asked_by": str(capture.requested_by or ""),
        "asked_at": capture.requested_at.isoformat(),
        "fetched_at": capture.fetched_at.isoformat() if capture.fetched_at else None,
        "settled_at": capture.settled_at.isoformat() if capture.settled_at else None,
        "ip": capture.ip,
        "http_status": capture.http_status,
        "content_type": capture.content_type,
        "etag": capture.etag,
        "last_modified": capture.last_modified,
        "robots": capture.robots,
        "body_bytes": capture.body_bytes,
        "body_sha256": capture.body_digest,
        "record_bytes": capture.warc_bytes,
        "record_sha256": capture.warc_digest,
        "title": extract.title if extract else "",
        "text_sha256": extract.text_digest if extract else None,
        "index": [{name: value for name, value in vars(entry).items() if name != "key"} for entry in index],
        "missing": capture.contents.missing,
        "upload": upload and _uploaded(upload),
    }


def _uploaded(upload: Upload) -> dict[str, Any]:
    """What the file is, and what it says of itself. Where it comes from is not told: it may be whom nobody may name."""
    return {
        "kind": upload.kind,
        "file_name": upload.file_name,
        "file_bytes": upload.file_bytes,
        "file_sha256": upload.file_digest,
        "says_url": upload.says_url,
        "says_at": upload.says_at.isoformat() if upload.says_at else None,
    }


def _parts(capture: Capture, index: list[Entry], page: Entry) -> Iterator[tuple[str, bytes]]:
    """Text, screenshot, print, the file itself where the page is one, and a recording: each lies in the record too."""
    extract = _extract(capture)
    if extract and extract.text:
        yield "text.txt", extract.text.encode()
    for prefix, name in ((SCREENSHOT, "screenshot.png"), (PRINT, "page.pdf")):
        if made := drawn(capture, prefix):
            yield name, made
    if original := _original(capture, index, page):
        yield original
    for entry in index:
        if entry.mime in SOUNDS and entry.url.startswith(DOCUMENT):
            with open_record(capture.warc_name) as file:
                yield f"recording.{SOUNDS[entry.mime]}", read(file, entry, most=capture.warc_bytes).body


def _original(capture: Capture, index: list[Entry], page: Entry) -> tuple[str, bytes] | None:
    """The bytes that somebody brought, or that a server sent as a document. A WARC is the record itself."""
    upload = _upload(capture)
    if upload and upload.kind == Kind.WARC:
        return None
    if upload and upload.kind == Kind.MHTML:
        brought = [entry for entry in index if entry.url.startswith(UPLOADED)]
        if not brought:
            raise ValueError("the index does not lead to the file that was uploaded")
        page = brought[0]
    if page.is_revisit or not (upload or page.mime in DOCUMENTS):
        return None
    with open_record(capture.warc_name) as file:
        data = _decoded(read(file, page, most=capture.warc_bytes and max(capture.warc_bytes, limits().decoded_bytes)))
    kind = upload.kind if upload else kind_of(data[:LOOKED_AT])
    if upload and hashlib.sha256(data).hexdigest() != upload.file_digest:
        raise CannotExport(
            _("The file in the record of copy %(copy)d is not the one that was uploaded.") % {"copy": capture.pk}
        )
    return (f"original.{kind}", data) if kind else None


def _decoded(stored: Stored) -> bytes:
    try:
        return stored.decoded(limits())
    except Refused:
        return stored.body


def _upload(capture: Capture) -> Upload | None:
    return getattr(capture, "upload", None)


def _extract(capture: Capture) -> Extract | None:
    return getattr(capture, "extract", None)
