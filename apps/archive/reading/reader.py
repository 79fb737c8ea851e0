"""The workshop's second bench: reads headline and article text out of a stored record."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from warcio.archiveiterator import ArchiveIterator

from apps.archive import memory
from apps.archive.codes import Code, Kind, lesser_cautions
from apps.archive.configured import limits
from apps.archive.models import Capture, Contents, Extract
from apps.archive.reading.body import forget
from apps.archive.reading.cautions import caution
from apps.archive.reading.documents import read_json, read_pdf
from apps.archive.reading.extraction import Article, read_article, read_plain
from apps.archive.reading.kinds import CONTENT_TYPES, PICTURES, kind_of
from apps.archive.records.contents import Elsewhere, find, read
from apps.archive.records.storage import open_record
from apps.archive.web.addresses import Refused
from apps.archive.web.decoding import PIECE, to_text, unpack
from apps.audit.actions import record
from apps.audit.verbs import Verb
from apps.audit.wording import plain

# What a page reads as is a matter of this number, too: whoever changes what comes out of the same pages raises it.
VERSION = 1
MOST_ATTEMPTS = 3
LEASE = timedelta(seconds=60)
HTML_TYPES = ("text/html", "application/xhtml+xml")
# What a server says that doesn't know what it sends.
UNSPOKEN_TYPES = ("", "application/octet-stream", "binary/octet-stream", "application/unknown")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """What was read of a document: its text and facts, why there is none, and what to be careful about."""

    article: Article = field(default_factory=Article)
    problem: str = ""
    charset: str = ""
    caution: Code | None = None


def run(capture_id: int) -> None:
    """Read one stored capture, once, and one reader at a time. A text that kills its reader is left after three."""
    size = Capture.objects.filter(pk=capture_id).values_list("body_bytes", flat=True).first() or 0
    with memory.in_hand(size):
        _run(capture_id)
        if size >= memory.GIANT:
            forget()
            memory.give_back(size)


def _run(capture_id: int) -> None:
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
        settle(capture, Reading(problem="Reading this page failed three times. The archived record is whole."))
        return
    try:
        reading = read_body(body_of(capture), capture.content_type, capture.final_url)
    except (OSError, ValueError, Refused) as error:
        logger.exception("capture %s: the record can't be read", capture.pk)
        settle(capture, Reading(problem=f"The archived record could not be read ({type(error).__name__})."))
        return
    settle(capture, reading)


def text_as_read_now(capture: Capture) -> tuple[str, bool]:
    """The text of a stored copy as this reader reads it, and whether it stands otherwise in the rows.

    A copy that an earlier reader read is read again, to be held against one of today: what readers take for an article
    is no change of the page. What is on record stays as it was read; a record that can't be read is taken at that word.
    """
    extract = Extract.objects.filter(capture=capture).only("text", "reader").first()
    if extract is None or extract.reader == VERSION:
        return (extract.text if extract else ""), False
    with memory.in_hand(capture.body_bytes or 0):
        try:
            text = read_body(body_of(capture), capture.content_type, capture.final_url).article.text
        except (OSError, ValueError, Refused):
            logger.exception("capture %s: the record can't be read again", capture.pk)
            return extract.text, False
    return text, text != extract.text


def read_body(body: bytes, content_type: str, url: str) -> Reading:
    """What a document says: its kind is judged by its bytes first, and then by what it was sent as. Never raises."""
    kind = kind_of(body)
    sent_as = content_type.partition(";")[0].strip().lower()
    if kind == Kind.PDF:
        return Reading(*read_pdf(body))
    if kind is not None and kind in PICTURES:
        return Reading(problem=f"There is no text to read: this is a picture ({CONTENT_TYPES[kind]}).")
    text, charset = to_text(body, content_type)
    del body  # the text is as large, and reading it takes as much again
    if sent_as in HTML_TYPES or (kind == Kind.HTML and sent_as in UNSPOKEN_TYPES):
        article = read_article(text, url)
        return Reading(article, charset=charset, caution=caution(text, article.text))
    if sent_as.endswith("json"):
        return Reading(read_json(text), charset=charset)
    if sent_as.startswith("text/"):
        return Reading(read_plain(text), charset=charset)
    return Reading(problem=f"No text is read from this kind of document ({sent_as or 'kind not stated'}).")


def body_of(capture: Capture) -> bytes:
    """The page in a record, unpacked just as it was when it came. Raises OSError, ValueError or Refused.

    The index says where it lies; without one, or when the page is not in it, the whole record is gone through.
    """
    contents = Contents.objects.filter(capture=capture.pk).first()
    with open_record(capture.warc_name) as file:
        if contents and (entry := find(contents.cdxj, capture.final_url)):
            try:
                return read(file, entry, contents.cdxj).decoded(limits())
            except Elsewhere as elsewhere:
                raise ValueError(str(elsewhere)) from elsewhere
        return _last_answer(file, capture.final_url)


def _last_answer(file: IO[bytes], url: str) -> bytes:
    """The record's last response; where no server answered, what lies under the page's own address."""
    packed: bytes | None = None
    uploaded: bytes | None = None
    coding = ""
    for entry in ArchiveIterator(file):
        if entry.rec_type == "response":
            # The page comes last. What belongs to it stays packed: a broken picture must not hide the page.
            packed, coding = entry.raw_stream.read(), entry.http_headers.get_header("Content-Encoding", "")
        elif entry.rec_type == "resource" and entry.rec_headers.get_header("WARC-Target-URI") == url:
            uploaded = entry.raw_stream.read()
    if packed is None:
        packed = uploaded
    if packed is None:
        raise ValueError("the record holds no response")
    return unpack(_pieces(io.BytesIO(packed)), coding, limits=limits())


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


def settle(capture: Capture, reading: Reading) -> None:
    """Write what was read; whoever comes second finds it written."""
    article, problem = reading.article, reading.problem
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
                charset=reading.charset[:40],
                text=article.text,
                text_digest=hashlib.sha256(article.text.encode()).hexdigest(),
                problem=problem,
                reader=VERSION,
            )
            Capture.objects.filter(pk=capture.pk).update(read_at=timezone.now())
            told = {"capture": capture.pk, "title": article.title, "words": len(article.text.split())}
            if reading.caution and _warn(capture, reading.caution):
                told["caution"] = plain(reading.caution.label)
            record(Verb.TEXT_READ, stream=capture.page.stream, target=capture.page.url, by=None, after=told)
    except IntegrityError:
        Capture.objects.filter(pk=capture.pk, read_at__isnull=True).update(read_at=timezone.now())


def _warn(capture: Capture, code: Code) -> bool:
    """Put a caution on a stored copy, unless it carries one that weighs as much or more."""
    kept = Capture.objects.stored().filter(pk=capture.pk, code__in=["", *lesser_cautions(code)])
    return bool(kept.update(code=code, detail=""))
