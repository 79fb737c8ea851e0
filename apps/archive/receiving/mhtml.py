"""A page that a browser saved in one file (MHTML, RFC 2557): the page, what belongs to it, and where it says it was."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from dataclasses import dataclass, field

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.archive.receiving.refusals import UploadRefused

MOST_PARTS = 2_000
LONGEST_HEAD = 16_384
LONGEST_URL = 2_048
BROKEN = _("This saved page can't be read: it is damaged, or breaks off. Save it once more, or as HTML only.")
HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
WEB = re.compile(r"https?://[^\x00-\x20\x7f<>\"]+", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    url: str
    content_type: str
    body: bytes


@dataclass(frozen=True)
class SavedPage:
    """The page itself, and the parts that have a web address of their own."""

    page: bytes
    content_type: str
    url: str = ""
    parts: list[Part] = field(default_factory=list)


def read_mhtml(data: bytes) -> SavedPage:
    """Raises UploadRefused. Takes time in proportion to the file."""
    fields, start = _fields(data, 0)
    found = BOUNDARY.search(fields.get("content-type", ""))
    if not found:
        raise UploadRefused(BROKEN)
    url = _web(fields.get("snapshot-content-location", ""))
    parts = _parts(data, start, b"--" + (found[1] or found[2]).encode("latin-1"))
    pages = [part for part in parts if part.content_type.lower().startswith(("text/html", "application/xhtml+xml"))]
    page = next((part for part in pages if url and part.url == url), pages[0] if pages else None)
    if page is None:
        raise UploadRefused(gettext("There is no page in this file. Save it once more, or as HTML only."))
    others = [part for part in parts if part is not page and part.url]
    return SavedPage(page.body, page.content_type, url or page.url, others)


def _parts(data: bytes, start: int, boundary: bytes) -> list[Part]:
    parts: list[Part] = []
    at = _boundary(data, boundary, start)
    while not data.startswith(b"--", at + len(boundary)):
        if len(parts) >= MOST_PARTS:
            raise UploadRefused(BROKEN)
        fields, body_at = _fields(data, at + len(boundary))
        at = _boundary(data, boundary, body_at)
        body = data[body_at:at].removesuffix(b"\n").removesuffix(b"\r")
        parts.append(
            Part(
                _web(fields.get("content-location", "")),
                fields.get("content-type", "application/octet-stream")[:200],
                _decoded(body, fields.get("content-transfer-encoding", "").lower()),
            )
        )
    return parts


def _boundary(data: bytes, boundary: bytes, start: int) -> int:
    """Where the next boundary stands: at the beginning of a line, as nothing inside a part does."""
    at = data.find(b"\n" + boundary, max(start - 1, 0))
    if at < 0:
        raise UploadRefused(BROKEN)
    return at + 1


def _fields(data: bytes, start: int) -> tuple[dict[str, str], int]:
    """The fields at `start` by their names in lower case, and where what they are about begins."""
    ends = HEAD_ENDS.search(data, start, start + LONGEST_HEAD)
    if not ends:
        raise UploadRefused(BROKEN)
    head = re.sub(r"\r?\n[ \t]+", " ", data[start : ends.start()].decode("latin-1"))
    lines = (line.partition(":") for line in head.splitlines())
    return {name.strip().lower(): value.strip() for name, colon, value in lines if colon}, ends.end()


def _decoded(body: bytes, encoding: str) -> bytes:
    try:
        if encoding == "base64":
            return base64.b64decode(body)
        if encoding == "quoted-printable":
            return quopri.decodestring(body)
    except (binascii.Error, ValueError) as error:
        raise UploadRefused(BROKEN) from error
    return body


def _web(address: str) -> str:
    return address if len(address) <= LONGEST_URL and WEB.fullmatch(address) else ""
