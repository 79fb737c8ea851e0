"""Real records of every kind that the archive writes, made the way the desk makes them.

with copies_of_a_site(settings) as copies: capture = copies.page()
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from apps.archive.actions import keep_document, register_page, request_capture, upload_copy
from apps.archive.capturing import capture as workshop
from apps.archive.models import Capture, Contents
from apps.archive.reading import reader
from apps.archive.receiving.documents import Received, forgotten_if_refused
from apps.archive.receiving.handed_in import receive_document, receive_notes, receive_recording
from apps.archive.records.warc import WarcWriter
from apps.archive.web.fetching import Limits, fetch
from apps.audit.context import Channel, entered_by
from tests.archive import sounds, uploads
from tests.archive.servers import Loopback, Route, redirect, site
from tests.newsroom import make_capture, make_page, make_reporter, store_record

NOTE = "Anonymous envelope."
NOTES = "Interview by telephone with NIS\n\nBoth were taken on the ninth of January.\n"
STORY = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Two captured</title>
<link rel="stylesheet" href="/looks.css"></head><body><article><h1>Two captured in Kursk</h1>
<p id="words">The service said on Sunday that both men were taken on the ninth of January.</p>
<img id="shot" src="/shot.png" alt="A bunk"><img src="/again.png" alt="The same bunk"></article></body></html>"""
PICTURE = Route(uploads.png(), headers={"Content-Type": "image/png"})
SITE: Mapping[str, Route] = {
    "/story": Route(STORY),
    "/moved": redirect("/there", body=b"moved"),
    "/there": redirect("/story", status=301),
    "/looks.css": Route("#words { color: rgb(1, 2, 3) }", headers={"Content-Type": "text/css"}),
    "/shot.png": PICTURE,
    "/again.png": PICTURE,
    "/refused": Route("<h1>Not for robots</h1>", status=403),
    "/paper.pdf": Route(uploads.pdf("Two were captured."), headers={"Content-Type": "application/pdf"}),
}
FILES: Mapping[str, Callable[[], bytes]] = {
    "html": lambda: uploads.PAGE,
    "mhtml": uploads.mhtml,
    "pdf": lambda: uploads.pdf("Two were captured."),
    "jpeg": uploads.jpeg,
    "png": uploads.png,
    "gif": uploads.gif,
    "webp": uploads.webp,
    "warc": uploads.warc,
    "warc in one piece": lambda: uploads.warc(packed=False),
}


DOCUMENTS: Mapping[str, Callable[[], bytes]] = {
    "pdf": lambda: uploads.pdf("Two were captured."),
    "text": lambda: b"Order No. 4\n\nTwo soldiers are to be brought to Kyiv.\n",
    "picture": uploads.png,
}
SOUNDS: Mapping[str, Callable[[], bytes]] = {
    "mp3": sounds.mp3,
    "mp4": sounds.mp4,
    "ogg": sounds.ogg,
    "wav": sounds.wav,
}


class Copies:
    """Makes copies of a running site's pages, and of files that somebody brings."""

    def __init__(self, where: Loopback) -> None:
        self.where = where
        self.rita = make_reporter("rosa")

    def page(self, path: str = "/story", *, drawn: bool = False) -> Capture:
        """A page as the archive fetches it, with what belongs to it, and read; `drawn` in a browser too."""
        page = register_page(f"http://{self.where}{path}")
        # Citations within a minute share a copy; here each is to be one of its own.
        page.captures.update(requested_at=page.first_asked_at - timedelta(hours=1))
        asked = request_capture(page, by=self.rita, rendered=drawn)
        with entered_by(Channel.WORKER):
            workshop.run(asked.pk, with_browser=drawn)
            reader.run(asked.pk)
        asked.refresh_from_db()
        return asked

    def uploaded(self, kind: str) -> Capture:
        """A file as somebody brings it."""
        page = register_page(uploads.URL)
        capture = upload_copy(page, io.BytesIO(FILES[kind]()), by=self.rita, file_name=kind, note=NOTE)
        reader.run(capture.pk)
        capture.refresh_from_db()
        return capture

    def handed_in(self, kind: str) -> Capture:
        """A document that somebody hands in. It has no web address."""
        return self._kept(receive_document(io.BytesIO(DOCUMENTS[kind]()), name=kind))

    def notes(self, sound: str = "") -> Capture:
        """The notes of a conversation, alone or with its recording beside them."""
        recording = receive_recording(io.BytesIO(SOUNDS[sound]()), name=f"call.{sound}") if sound else None
        return self._kept(receive_notes(NOTES, recording))

    def _kept(self, what: Received) -> Capture:
        with forgotten_if_refused(what) as received:
            capture = keep_document(received, by=self.rita, title="Order No. 4", comes_from=NOTE)
        reader.run(capture.pk)
        capture.refresh_from_db()
        return capture

    def unchanged(self, earlier: Capture, *, kind: str = "same", url: str = "") -> Capture:
        """A copy whose record only says that the page is as the earlier copy has it: a 304, or the same bytes."""
        out = io.BytesIO()
        where = frozenset({str(self.where)})
        with fetch(f"http://{self.where}/story", limits=Limits(), allow=where, user_agent="desk") as fetched:
            writer = WarcWriter(out, software="VerifyDesk/test", operator="The Test Desk")
            write = writer.same_as_before if kind == "same" else writer.not_modified
            write(fetched.final, refers_to_url=url or earlier.final_url, refers_to_date=earlier.fetched_at)
            final = fetched.final
            capture = make_capture(make_page(final.url), final_url=final.url, fetched_at=final.started_at)
        store_record(capture, out.getvalue())
        Contents.objects.create(capture=capture, cdxj=writer.cdxj)
        return capture


# Every kind of record that the archive writes: whoever writes another adds a line. Each gives the record's digest.
KINDS: Mapping[str, Callable[[Copies], str]] = {
    "a page with what belongs to it": lambda copies: copies.page().warc_digest,
    "a page that a browser has drawn": lambda copies: copies.page(drawn=True).warc_digest,
    "a page behind redirects": lambda copies: copies.page("/moved").warc_digest,
    "a document": lambda copies: copies.page("/paper.pdf").warc_digest,
    "what came instead of a page": lambda copies: copies.page("/refused").attempts.get().warc_digest,
    "a page that is still the same": lambda copies: copies.unchanged(copies.page()).warc_digest,
    "a page that the server says is the same": lambda copies: (
        copies.unchanged(copies.page(), kind="not modified").warc_digest
    ),
    **{f"an uploaded {kind}": lambda copies, kind=kind: copies.uploaded(kind).warc_digest for kind in FILES},
    **{f"a {kind} handed in": lambda copies, kind=kind: copies.handed_in(kind).warc_digest for kind in DOCUMENTS},
    "notes": lambda copies: copies.notes().warc_digest,
    **{f"notes with {kind}": lambda copies, kind=kind: copies.notes(kind).warc_digest for kind in SOUNDS},
}


@contextmanager
def copies_of_a_site(settings: Any) -> Iterator[Copies]:
    """A site, and an archive that may go there and keeps what belongs to its pages."""
    settings.ARCHIVE_REQUISITES = 20
    with site(SITE) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        yield Copies(where)
