"""Stored copies made by hand: a page and what belongs to it, in a real record, with no site behind them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from apps.archive.models import Capture, Contents, record_name
from apps.archive.models import Page as PageRow
from apps.archive.records.contents import DOM, SCREENSHOT
from apps.archive.records.storage import draft
from apps.archive.records.warc import WarcWriter
from apps.archive.web.exchanges import Exchange
from tests.newsroom import make_capture

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HTML = "text/html; charset=utf-8"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d49444154789c6360f8cf500f0003860180a5d0e2d30000000049454e44ae426082"
)


def exchange(url: str, content_type: str, body: str | bytes, status: int = 200, **headers: str) -> Exchange:
    """What a server would have said."""
    data = body.encode() if isinstance(body, str) else body
    known = [("Content-Type", content_type), ("Content-Length", str(len(data)))]
    known += [(name.replace("_", "-"), value) for name, value in headers.items()]
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in known if value), "", ""]
    return Exchange(
        url=url,
        ip="198.51.100.7",
        port=443,
        request=f"GET {url} HTTP/1.1\r\n\r\n".encode(),
        response_head="\r\n".join(lines).encode(),
        status=status,
        reason="Said",
        headers=known,
        body=io.BytesIO(data),
        body_bytes=len(data),
        started_at=AT,
        ended_at=AT,
    )


def store_page(
    page: PageRow,
    body: str | bytes,
    parts: Mapping[str, tuple[str, str | bytes]] | None = None,
    *,
    content_type: str = HTML,
    before: list[Exchange] | None = None,
    screenshot: bytes = b"",
    dom: str = "",
    **fields: Any,
) -> Capture:
    """A stored copy of the page, whose record holds these parts by address as (type, body)."""
    data = body.encode() if isinstance(body, str) else body
    with draft() as record:
        writer = WarcWriter(record, software="VerifyDesk/test", operator="The Test Desk")
        for one in before or []:
            writer.exchange(one, whole=True)
        for url, (kind, part) in (parts or {}).items():
            writer.exchange(exchange(url, kind, part), whole=True)
        writer.exchange(exchange(page.url, content_type, data), whole=True)
        if screenshot:
            writer.resource(SCREENSHOT + page.url, "image/png", screenshot, AT)
        if dom:
            writer.resource(DOM + page.url, HTML, dom.encode(), AT)
        record.keep(record_name(record.digest))
        digest, size = record.digest, record.size
    capture = make_capture(
        page,
        **{
            "final_url": page.url,
            "content_type": content_type,
            "fetched_at": AT,
            "body_digest": hashlib.sha256(data).hexdigest(),
            "body_bytes": len(data),
            "warc_digest": digest,
            "warc_bytes": size,
            **fields,
        },
    )
    Contents.objects.create(capture=capture, cdxj=writer.cdxj)
    return capture
