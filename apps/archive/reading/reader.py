"""The workshop's second bench: reads headline and article text out of a stored record."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import IO

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from trafilatura.utils import line_processing, trim
from warcio.archiveiterator import ArchiveIterator

from apps.archive import memory
from apps.archive.configured import limits
from apps.archive.models import Capture, Extract
from apps.archive.reading.extraction import Article, read_article, read_plain
from apps.archive.records.storage import open_record
from apps.archive.web.addresses import Refused
from apps.archive.web.decoding import PIECE, to_text, unpack
from apps.audit.actions import record
from apps.audit.verbs import Verb

MOST_ATTEMPTS = 3
LEASE = timedelta(seconds=60)
HTML_TYPES = ("text/html", "application/xhtml+xml")
logger = logging.getLogger(__name__)


def run(capture_id: int) -> None:
    """Read one stored capture, once, and one reader at a time. A text that kills its reader is left after three."""
    now = timezone.now()
    taken = (
        Capture.objects.unread(now)
        .filter(pk=capture_id)
        .update(read_attempts=F("read_attempts") + 1, read_lease_until=now + LEASE)
    )
    if not taken:
        return
    capture = Capture.objects.with_pages().get(pk=capture_id)
    if capture.read_attempts > MOST_ATTEMPTS:
        settle(capture, Article(), "", "Reading this page failed three times. The archived record is whole.")
        return
    try:
        body = body_of(capture)
    except (OSError, ValueError, Refused) as error:
        logger.exception("capture %s: the record can't be read", capture.pk)
        settle(capture, Article(), "", f"The archived record could not be read ({type(error).__name__}).")
        return
    kind = capture.content_type.partition(";")[0].strip().lower()
    text, charset = to_text(body, capture.content_type)
    size = len(body)
    del body  # the text is as large, and reading it takes as much again
    if kind in HTML_TYPES or (not kind and "<html" in text[:2000].lower()):
        settle(capture, read_article(text, capture.final_url), charset, "")
    elif kind.startswith("text/") or kind.endswith("json"):
        settle(capture, read_plain(text), charset, "")
    else:
        settle(capture, Article(), "", f"No text is read from this kind of document ({kind or 'kind not stated'}).")
    if size >= memory.GIANT:
        del text
        # These remember a thousand lines, however long.
        line_processing.cache_clear()
        trim.cache_clear()
        memory.give_back(size)


def body_of(capture: Capture) -> bytes:
    """The record's last response, unpacked just as it was when it came. Raises OSError, ValueError or Refused."""
    packed: bytes | None = None
    coding = ""
    with open_record(capture.warc_name) as file:
        for entry in ArchiveIterator(file):
            if entry.rec_type == "response":
                # The page comes last. What belongs to it stays packed: a broken picture must not hide the page.
                packed, coding = entry.raw_stream.read(), entry.http_headers.get_header("Content-Encoding", "")
    if packed is None:
        raise ValueError("the record holds no response")
    return unpack(_pieces(io.BytesIO(packed)), coding, limits=limits())


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


def settle(capture: Capture, article: Article, charset: str, problem: str) -> None:
    """Write what was read; whoever comes second finds it written."""
    if not article.text and not problem:
        problem = "No article text was found on this page."
    try:
        with transaction.atomic():
            Extract.objects.create(
                capture=capture,
                title=article.title,
                byline=article.byline,
                site_name=article.site_name,
                credit_line=article.credit_line,
                published_at=article.published,
                language=article.language[:35],
                canonical_url=article.canonical_url[:2048],
                charset=charset[:40],
                text=article.text,
                text_digest=hashlib.sha256(article.text.encode()).hexdigest(),
                problem=problem,
            )
            Capture.objects.filter(pk=capture.pk).update(read_at=timezone.now())
            record(
                Verb.TEXT_READ,
                stream=capture.page.stream,
                target=capture.page.url,
                by=None,
                after={"capture": capture.pk, "title": article.title, "words": len(article.text.split())},
            )
    except IntegrityError:
        Capture.objects.filter(pk=capture.pk, read_at__isnull=True).update(read_at=timezone.now())
