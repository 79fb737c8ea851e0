"""What a file is, judged by its first bytes: neither its name nor what a server calls it decides."""

from __future__ import annotations

import re

from apps.archive.codes import Kind

# As much of a file as has to be read to judge it.
LOOKED_AT = 8_192
BOM = b"\xef\xbb\xbf"
WIDE_BOMS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
MAGIC = (
    (b"%PDF-", Kind.PDF),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"WARC/1.", Kind.WARC),
    (b"\x1f\x8b", Kind.WARC),
)
PICTURES = frozenset({Kind.JPEG, Kind.PNG, Kind.GIF, Kind.WEBP})
CONTENT_TYPES = {
    Kind.HTML: "text/html",
    Kind.MHTML: "multipart/related",
    Kind.PDF: "application/pdf",
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.GIF: "image/gif",
    Kind.WEBP: "image/webp",
    Kind.WARC: "application/warc",
    Kind.TEXT: "text/plain",
}
# Comments and an XML declaration may stand before the first tag of a page.
BEFORE_THE_PAGE = re.compile(r"(?:\s+|<!--.{0,4000}?-->|<\?xml[^>]{0,200}>)", re.DOTALL)
FIRST_TAG = re.compile(r"<(?:!doctype\s+html|(?:html|head|body|title|meta|base)[\s/>])", re.IGNORECASE)
MAIL_FIELD = re.compile(r"[!-9;-~]{1,80}:[ \t]")
RELATED = re.compile(r"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)


def kind_of(start: bytes) -> Kind | None:
    """The kind of a file that begins so; None for what is none of ours."""
    for magic, kind in MAGIC:
        if start.startswith(magic):
            return kind
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return Kind.WEBP
    text = _as_text(start[:LOOKED_AT])
    if MAIL_FIELD.match(text) and RELATED.search(_head(text)):
        return Kind.MHTML
    at = 0
    while before := BEFORE_THE_PAGE.match(text, at):
        at = before.end()
    return Kind.HTML if FIRST_TAG.match(text, at) else None


def _as_text(start: bytes) -> str:
    if codec := WIDE_BOMS.get(start[:2]):
        return start[2:].decode(codec, "replace")
    return start.removeprefix(BOM).decode("latin-1")


def _head(text: str) -> str:
    """The fields of a message, those that go over several lines made one."""
    head = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]
    return re.sub(r"\r?\n[ \t]+", " ", head)
