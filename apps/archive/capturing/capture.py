"""The workshop: takes one capture off the queue, fetches the page outside any transaction, stores it, settles it."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from apps.archive import memory
from apps.archive.capturing import politeness, rendering, requisites
from apps.archive.capturing.gathering import Gathered, gather
from apps.archive.capturing.leasing import Leased, LeaseLostError, give_back, lease
from apps.archive.capturing.rendering import Drawn
from apps.archive.codes import Code, Phase, Robots
from apps.archive.configured import SOFTWARE, limits, user_agent
from apps.archive.models import Capture, Contents, facts_of, record_name
from apps.archive.reading.walls import wall
from apps.archive.records import storage
from apps.archive.records.warc import Made, write_warc
from apps.archive.web.addresses import Refused
from apps.archive.web.connections import Connections
from apps.archive.web.decoding import Unpacked, decoded, most_unpacked, to_text
from apps.archive.web.exchanges import Exchange, Fetched, FetchFailed
from apps.archive.web.fetching import fetch
from apps.audit.actions import record
from apps.audit.statements import insert, update
from apps.audit.verbs import Verb

HTML_TYPES = ("text/html", "application/xhtml+xml")
MOST_MISSING_TOLD = 50
# Answers whose page may show that the site tests for robots or wants a sign-in.
REFUSALS = frozenset({Code.HTTP_401, Code.HTTP_403, Code.HTTP_429, Code.HTTP_4XX, Code.HTTP_5XX})
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Known:
    """What is known of a page that was unpacked. Its bytes are let go of: what it names takes its time to come."""

    size: int
    digest: str
    named: list[str]


@dataclass
class Kept:
    """A record that lies in the store."""

    digest: str
    size: int
    cdxj: str


def run(capture_id: int, *, with_browser: bool = False, heard: Callable[[Phase, int], None] | None = None) -> bool:
    """Take the capture if it is due and nobody has it, and settle it. True when a copy was stored.

    ``heard`` is told once a second in which phase it is and how many bytes have come.
    """
    leased = lease(capture_id, with_browser=with_browser)
    if leased is None:
        return False
    leased.heard = heard
    return work(leased)


def work(leased: Leased) -> bool:
    """Fetch, store and settle a capture that is ours. True when a copy was stored."""
    capture = leased.capture
    try:
        time.sleep(max((leased.turn - timezone.now()).total_seconds(), 0))
        leased.ends = time.monotonic() + settings.ARCHIVE_CAPTURE_SECONDS
        leased.progress(0)
        heed_robots(leased)
        with Connections() as connections:
            fetched = fetch(
                capture.page.url,
                limits=limits(),
                allow=settings.ARCHIVE_ALLOW,
                user_agent=user_agent(),
                on_progress=leased.progress,
                connections=connections,
                ends=leased.ends,
                on_redirect=politeness.mind,
            )
            unpacked = Unpacked(limits().total_decoded_bytes)
            known = look_into(fetched, unpacked)
            with fetched, gather_for(leased, fetched, known, connections, unpacked) as gathered:
                return keep(leased, fetched, known, gathered, draw_for(leased, fetched, gathered))
    except LeaseLostError:
        logger.warning("capture %s: attempt %s was taken over", capture.pk, capture.attempt)
        leased.clear_away()
    except FetchFailed as failure:
        turned_away(leased, failure)
    except Refused as refusal:
        give_back(leased, refusal.code, refusal.detail)
    except OperationalError:
        # The database is away: there is nothing to settle with. The lease runs out and the row is taken again.
        logger.exception("capture %s: the database is away", capture.pk)
    except OSError as error:
        logger.exception("capture %s: storing failed", capture.pk)
        leased.clear_away()
        give_back(leased, storage.code_of(error), error.strerror or str(error))
    except Exception as error:
        logger.exception("capture %s: unexpected", capture.pk)
        give_back(leased, Code.INTERNAL, type(error).__name__)
    return False


def heed_robots(leased: Leased) -> None:
    """Note what robots.txt says of the page. Raises Refused when it says no, and the desk obeys it or nobody asked.

    A desk that obeys also stays away while nobody can say: then it raises FetchFailed.
    """
    if settings.ARCHIVE_ROBOTS == "ignore":
        return
    capture = leased.capture
    capture.robots = politeness.robots(capture.page.host, capture.page.url, ends=leased.ends)
    if capture.robots == Robots.DISALLOWED and (settings.ARCHIVE_ROBOTS == "obey" or capture.by_watch):
        raise Refused(Code.ROBOTS_DISALLOWED, "")
    if capture.robots == Robots.UNKNOWN and settings.ARCHIVE_ROBOTS == "obey":
        politeness.obey_unknown(capture.page.host)


def look_into(fetched: Fetched, unpacked: Unpacked) -> Known:
    """What is to be known of a page before its bytes are let go of. Raises FetchFailed for one that is none."""
    with memory.in_hand(most_unpacked(fetched.final, limits=limits())):
        known = _known(fetched, page_in(fetched, unpacked))
        memory.give_back(known.size)
    return known


def _known(fetched: Fetched, body: bytes) -> Known:
    size, digest = len(body), hashlib.sha256(body).hexdigest()
    if not (is_html(fetched) and limits().requisites):
        return Known(size, digest, [])
    text, _ = to_text(body, fetched.final.header("content-type"))
    del body  # the text is as large
    return Known(size, digest, requisites.in_html(text, fetched.final.url))


def page_in(fetched: Fetched, unpacked: Unpacked | None = None) -> bytes:
    """The page, unpacked. Raises FetchFailed, with what came, for one that can't be unpacked, is empty or a wall."""
    final = fetched.final
    try:
        body = decoded(final, limits=limits(), unpacked=unpacked)
        if not body.strip():
            raise FetchFailed(Code.EMPTY, "")
        if found := wall(final.status, final.headers, body, fetched.requested_url, final.url):
            raise FetchFailed(found, final.url, http_status=final.status)
    except FetchFailed as failure:
        failure.exchanges = fetched.exchanges
        raise
    return body


def turned_away(leased: Leased, failure: FetchFailed) -> None:
    """No page came. What came instead is kept with the attempt, and the capture given back."""
    code = wall_of(failure) or failure.code
    politeness.heed(failure)
    if failure.exchanges:
        try:
            with Fetched(failure.exchanges[0].url, failure.exchanges) as answers:
                write_record(leased, answers, refused=code.value)
        except OSError:
            logger.exception("capture %s: what came instead could not be kept", leased.capture.pk)
        except LeaseLostError:
            logger.warning("capture %s: attempt %s was taken over", leased.capture.pk, leased.capture.attempt)
    give_back(leased, code, failure.detail, failure.http_status, failure.retry_after)


def keep(leased: Leased, fetched: Fetched, known: Known, gathered: Gathered, drawn: Drawn) -> bool:
    """Store what was fetched and settle the row. The file is under its final name before the row says "stored"."""
    missing = " ".join(f"{url} ({code.value})" for url, code in gathered.missing[:MOST_MISSING_TOLD])
    whole = Fetched(fetched.requested_url, [*gathered.exchanges, *fetched.exchanges])
    kept = write_record(leased, whole, drawn.made, missing=missing, drawing=drawn.detail)
    return settle_stored(leased, fetched, known, gathered, drawn, kept)


def gather_for(
    leased: Leased, fetched: Fetched, known: Known, connections: Connections, unpacked: Unpacked
) -> Gathered:
    """What belongs to the page, if it is one that anything can belong to."""
    if not is_html(fetched):
        return Gathered()
    leased.phase = Phase.REQUISITES
    return gather(
        fetched,
        known.named,
        ends=leased.ends,
        progress=leased.progress,
        connections=connections,
        unpacked=unpacked,
    )


def draw_for(leased: Leased, fetched: Fetched, gathered: Gathered) -> Drawn:
    """What a browser makes of the page, if somebody wants to see that and it is one that a browser draws."""
    if not leased.capture.wants_browser or not is_html(fetched):
        return Drawn()
    leased.phase = Phase.RENDERING
    return rendering.drawn(leased, fetched.final.url, gathered)


def is_html(fetched: Fetched) -> bool:
    """Whether the page was sent as a page, and not as a document or a picture."""
    return fetched.final.header("content-type").partition(";")[0].strip().lower() in HTML_TYPES


def write_record(leased: Leased, whole: Fetched, made: Sequence[Made] = (), **facts: str) -> Kept:
    """Everything that went over the wire, into one WARC under the name of its own digest; the page comes last.

    The row knows the digest before the store does: a worker that is killed in between leaves nothing that is lost.
    """
    capture = leased.capture
    with storage.draft() as draft:
        cdxj = write_warc(
            draft,
            whole,
            software=SOFTWARE,
            operator=settings.ARCHIVE_CONTACT or settings.NEWSROOM_NAME,
            facts={
                "capture": str(capture.pk),
                "attempt": str(capture.attempt),
                "requested": capture.page.url,
                "robots": capture.robots,
                **facts,
            },
            made=made,
        )
        leased.storing(draft.size)
        leased.announce(draft.digest, draft.size)
        draft.keep(record_name(draft.digest))
        leased.is_stored = True
        return Kept(draft.digest, draft.size, cdxj)


def wall_of(failure: FetchFailed) -> Code | None:
    """Which wall a refusal is, if the page that came with it shows that it is one."""
    if failure.code not in REFUSALS or not failure.exchanges:
        return None
    last = failure.exchanges[-1]
    try:
        body = decoded(last, limits=limits())
    except FetchFailed:
        return None
    return wall(last.status, last.headers, body, failure.exchanges[0].url, last.url)


def settle_stored(leased: Leased, fetched: Fetched, known: Known, gathered: Gathered, drawn: Drawn, kept: Kept) -> bool:
    """The record is in the store: say so in the row, unless somebody else has taken it over."""
    now, capture, final = timezone.now(), leased.capture, fetched.final
    with transaction.atomic():
        settled: dict[str, Any] = {
            "state": Capture.State.PARTIAL if gathered.cut else Capture.State.STORED,
            "method": Capture.Method.RENDERED if drawn.made else Capture.Method.FETCHED,
            "code": drawn.code or (Code.REQUISITES_CUT if gathered.cut else ""),
            "detail": drawn.detail[:500],
            "lease_token": None,
            "lease_until": None,
            "settled_at": now,
            "phase": "",
            "progress_bytes": 0,
            "fetched_at": final.started_at,
            "final_url": final.url,
            "redirects": [{"url": hop.url, "status": hop.status, "ip": hop.ip} for hop in fetched.redirects],
            "ip": final.ip,
            "http_status": final.status,
            "content_type": final.header("content-type")[:200],
            "body_bytes": known.size,
            "body_digest": known.digest,
            "etag": _kept_header(final, "etag", 300),
            "last_modified": _kept_header(final, "last-modified", 60),
            "robots": capture.robots,
            "requisites": len(gathered.fetched),
            "requisites_missing": len(gathered.missing),
            "warc_digest": kept.digest,
            "warc_bytes": kept.size,
        }
        if not update(Capture, {"pk": capture.pk, "lease_token": leased.token}, settled):
            raise LeaseLostError
        for name, value in settled.items():
            setattr(capture, name, value)
        missing = [{"url": url, "code": code.value} for url, code in gathered.missing]
        insert(Contents(capture=capture, cdxj=kept.cdxj, missing=missing))
        leased.end_attempt(now)
        record(
            Verb.CAPTURE_STORED,
            stream=capture.page.stream,
            target=capture.page.url,
            by=None,
            behalf=capture.requested_by,
            after=facts_of(capture),
        )
    return True


def _kept_header(exchange: Exchange, name: str, longest: int) -> str:
    """A header that we will send back one day; cut off it would mean something else."""
    value = exchange.header(name)
    return value if len(value) <= longest and value.isascii() else ""
