"""The workshop: takes one capture off the queue, fetches the page outside any transaction, stores it, settles it."""

from __future__ import annotations

import hashlib
import logging
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from apps.archive.capturing import politeness
from apps.archive.capturing.gathering import Gathered, gather
from apps.archive.codes import BLOCKED, RETRYABLE, Code, Phase, Robots
from apps.archive.configured import SOFTWARE, limits, user_agent
from apps.archive.models import Attempt, Capture, Contents, facts_of
from apps.archive.reading.walls import wall
from apps.archive.records import storage
from apps.archive.records.warc import write_warc
from apps.archive.web.addresses import Refused
from apps.archive.web.decoding import decoded, to_text
from apps.archive.web.exchanges import Exchange, Fetched, FetchFailed
from apps.archive.web.fetching import fetch
from apps.audit.actions import record
from apps.audit.verbs import Verb

LONGEST_WAIT = timedelta(minutes=15)
HTML_TYPES = ("text/html", "application/xhtml+xml")
MOST_MISSING_TOLD = 50
# Answers whose page may show that the site tests for robots or wants a sign-in.
REFUSALS = frozenset({Code.HTTP_401, Code.HTTP_403, Code.HTTP_429, Code.HTTP_4XX, Code.HTTP_5XX})
TOLD_EVERY_SECONDS = 1.0
logger = logging.getLogger(__name__)


class LeaseLostError(Exception):
    """Somebody else holds this capture now: whatever we do with it is in vain."""


@dataclass
class Leased:
    """A capture that is ours for a while, and what is told of it while it runs."""

    capture: Capture
    token: UUID
    turn: datetime
    phase: Phase = Phase.PAGE
    ends: float = 0.0
    told_at: float = field(default_factory=time.monotonic)
    thread: int = field(default_factory=threading.get_ident)

    def progress(self, received: int) -> None:
        """Tell the row how far we are, once a second at most. Raises LeaseLostError."""
        if threading.get_ident() != self.thread or time.monotonic() - self.told_at < TOLD_EVERY_SECONDS:
            return
        self.told_at = time.monotonic()
        ours = Capture.objects.filter(pk=self.capture.pk, lease_token=self.token)
        if not ours.update(phase=self.phase, progress_bytes=received):
            raise LeaseLostError


@dataclass
class Kept:
    """A record that lies in the store."""

    digest: str
    size: int
    cdxj: str


def run(capture_id: int) -> bool:
    """Take the capture if it is due and nobody has it, and settle it. True when a copy was stored."""
    leased = lease(capture_id)
    return leased is not None and work(leased)


def work(leased: Leased) -> bool:
    """Fetch, store and settle a capture that is ours. True when a copy was stored."""
    capture = leased.capture
    try:
        time.sleep(max((leased.turn - timezone.now()).total_seconds(), 0))
        leased.ends = time.monotonic() + settings.ARCHIVE_CAPTURE_SECONDS
        heed_robots(capture)
        fetched = fetch(
            capture.page.url,
            limits=limits(),
            allow=settings.ARCHIVE_ALLOW,
            user_agent=user_agent(),
            on_progress=leased.progress,
        )
        with fetched:
            return keep(leased, fetched)
    except LeaseLostError:
        logger.warning("capture %s: attempt %s was taken over", capture.pk, capture.attempt)
    except FetchFailed as failure:
        code = _wall_of(failure) or failure.code
        failure.close()
        if failure.retry_after:
            politeness.leave_alone(capture.page.host_id, failure.retry_after)
        give_back(capture, code, failure.detail, failure.http_status, failure.retry_after)
    except Refused as refusal:
        give_back(capture, refusal.code, refusal.detail)
    except OperationalError:
        # The database is away: there is nothing to settle with. The lease runs out and the row is taken again.
        logger.exception("capture %s: the database is away", capture.pk)
    except OSError as error:
        logger.exception("capture %s: storing failed", capture.pk)
        give_back(capture, Code.STORAGE_FAILED, type(error).__name__)
    except Exception as error:
        logger.exception("capture %s: unexpected", capture.pk)
        give_back(capture, Code.INTERNAL, type(error).__name__)
    return False


def lease(capture_id: int) -> Leased | None:
    """Take a due capture under a lock; None when it isn't due, somebody else was first, or its host is busy.

    The attempt is counted here, before the work, so that a page that kills its worker is not tried for ever.
    """
    now = timezone.now()
    with transaction.atomic():
        due = Capture.objects.due(now).with_pages().select_for_update(of=("self", "page__host"))
        capture = due.filter(pk=capture_id).first()
        if capture is None:
            return None
        abandoned = capture.lease_token
        if capture.attempt >= capture.last_attempt:
            if abandoned:
                settle_failed(capture, abandoned, Code.WORKER_LOST, "")
            return None
        turn = politeness.book(capture.page.host, now)
        if turn is None:
            return None
        if turn - now > politeness.WORTH_WAITING:
            Capture.objects.filter(pk=capture.pk, state=Capture.State.QUEUED).update(next_attempt_at=turn)
            return None
        _take(capture, now)
        if abandoned:
            _end_attempts(capture, now, Code.WORKER_LOST, before=capture.attempt)
            _record_postponed(capture, Code.WORKER_LOST)
        Attempt.objects.create(capture=capture, number=capture.attempt, started_at=now)
        return Leased(capture, _token(capture), turn)


def _take(capture: Capture, now: datetime) -> None:
    taken: dict[str, Any] = {
        "attempt": capture.attempt + 1,
        "lease_token": uuid4(),
        "lease_until": now + timedelta(seconds=settings.ARCHIVE_LEASE_SECONDS),
        "phase": Phase.PAGE,
        "progress_bytes": 0,
    }
    Capture.objects.filter(pk=capture.pk).update(state=Capture.State.FETCHING, **taken)
    for name, value in taken.items():
        setattr(capture, name, value)


def heed_robots(capture: Capture) -> None:
    """Note what robots.txt says of the page. Raises Refused when it says no and the desk obeys it."""
    if settings.ARCHIVE_ROBOTS == "ignore":
        return
    capture.robots = politeness.robots(capture.page.host, capture.page.url)
    if capture.robots == Robots.DISALLOWED and settings.ARCHIVE_ROBOTS == "obey":
        raise Refused(Code.ROBOTS_DISALLOWED, "")


def keep(leased: Leased, fetched: Fetched) -> bool:
    """Store what was fetched and settle the row. The file is under its final name before the row says "stored"."""
    capture = leased.capture
    body = decoded(fetched.final, limits=limits())
    if not body.strip():
        raise FetchFailed(Code.EMPTY, "")
    final = fetched.final
    if found := wall(final.status, final.headers, body, fetched.requested_url, final.url):
        raise FetchFailed(found, final.url, http_status=final.status)
    with gather_for(leased, fetched, body) as gathered:
        leased.phase = Phase.STORING
        kept = write_record(capture, fetched, gathered)
        return settle_stored(leased, fetched, body, gathered, kept)


def gather_for(leased: Leased, fetched: Fetched, body: bytes) -> Gathered:
    """What belongs to the page, if it is one that anything can belong to."""
    content_type = fetched.final.header("content-type")
    if content_type.partition(";")[0].strip().lower() not in HTML_TYPES:
        return Gathered()
    leased.phase = Phase.REQUISITES
    return gather(fetched, to_text(body, content_type)[0], ends=leased.ends, progress=leased.progress)


def write_record(capture: Capture, fetched: Fetched, gathered: Gathered) -> Kept:
    """Everything that went over the wire, into one WARC under the name of its own digest; the page comes last."""
    whole = Fetched(fetched.requested_url, [*gathered.exchanges, *fetched.exchanges])
    missing = " ".join(f"{url} ({code.value})" for url, code in gathered.missing[:MOST_MISSING_TOLD])
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
                "missing": missing,
            },
        )
        draft.keep(Capture(warc_digest=draft.digest).warc_name)
        return Kept(draft.digest, draft.size, cdxj)


def _wall_of(failure: FetchFailed) -> Code | None:
    """Which wall a refusal is, if the page that came with it shows that it is one."""
    if failure.code not in REFUSALS or not failure.exchanges:
        return None
    last = failure.exchanges[-1]
    try:
        body = decoded(last, limits=limits())
    except FetchFailed:
        return None
    return wall(last.status, last.headers, body, failure.exchanges[0].url, last.url)


def settle_stored(leased: Leased, fetched: Fetched, body: bytes, gathered: Gathered, kept: Kept) -> bool:
    """The record is in the store: say so in the row, unless somebody else has taken it over."""
    now, capture, final = timezone.now(), leased.capture, fetched.final
    with transaction.atomic():
        settled: dict[str, Any] = {
            "state": Capture.State.PARTIAL if gathered.cut else Capture.State.STORED,
            "code": Code.REQUISITES_CUT if gathered.cut else "",
            "detail": "",
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
            "body_bytes": len(body),
            "body_digest": hashlib.sha256(body).hexdigest(),
            "etag": _kept_header(final, "etag", 300),
            "last_modified": _kept_header(final, "last-modified", 60),
            "robots": capture.robots,
            "requisites": len(gathered.fetched),
            "requisites_missing": len(gathered.missing),
            "warc_digest": kept.digest,
            "warc_bytes": kept.size,
        }
        if not Capture.objects.filter(pk=capture.pk, lease_token=leased.token).update(**settled):
            logger.warning("capture %s: attempt %s came back too late", capture.pk, capture.attempt)
            return False
        for name, value in settled.items():
            setattr(capture, name, value)
        missing = [{"url": url, "code": code.value} for url, code in gathered.missing]
        Contents.objects.update_or_create(capture=capture, defaults={"cdxj": kept.cdxj, "missing": missing})
        capture.attempts.filter(number=capture.attempt).update(ended_at=now)
        record(
            Verb.CAPTURE_STORED, stream=capture.page.stream, target=capture.page.url, by=None, after=facts_of(capture)
        )
    return True


def _kept_header(exchange: Exchange, name: str, longest: int) -> str:
    """A header that we will send back one day; cut off it would mean something else."""
    value = exchange.header(name)
    return value if len(value) <= longest and value.isascii() else ""


def give_back(
    capture: Capture, code: Code, detail: str, http_status: int | None = None, retry_after: float | None = None
) -> None:
    """The attempt failed: queue the row again if another try may help, else settle it as failed or blocked."""
    token = _token(capture)
    if code not in RETRYABLE or capture.attempt >= capture.last_attempt:
        with transaction.atomic():
            settle_failed(capture, token, code, detail, http_status)
        return
    now = timezone.now()
    with transaction.atomic():
        returned = Capture.objects.filter(pk=capture.pk, lease_token=token).update(
            state=Capture.State.QUEUED,
            code=code,
            detail=detail[:500],
            http_status=http_status,
            lease_token=None,
            lease_until=None,
            phase="",
            next_attempt_at=now + wait_before(capture, retry_after),
        )
        if returned:
            _end_attempts(capture, now, code, detail)
            _record_postponed(capture, code)


def settle_failed(capture: Capture, token: UUID, code: Code, detail: str, http_status: int | None = None) -> None:
    """Settle a capture that we still hold as failed or blocked."""
    now = timezone.now()
    state = Capture.State.BLOCKED if code in BLOCKED else Capture.State.FAILED
    settled = Capture.objects.filter(pk=capture.pk, lease_token=token).update(
        state=state,
        code=code,
        detail=detail[:500],
        http_status=http_status,
        lease_token=None,
        lease_until=None,
        phase="",
        settled_at=now,
    )
    if settled:
        _end_attempts(capture, now, code, detail)
        record(
            Verb.CAPTURE_FAILED,
            stream=capture.page.stream,
            target=capture.page.url,
            by=None,
            after={**facts_of(capture), "state": state, "failure": code.label},
        )


def wait_before(capture: Capture, retry_after: float | None) -> timedelta:
    """How long to leave the site alone: doubling with jitter, or as long as the site asks for, at most 15 minutes."""
    seconds = settings.ARCHIVE_RETRY_SECONDS * 2 ** (capture.attempt - 1)
    jittered = seconds * random.uniform(0.8, 1.2)  # noqa: S311  (spreads retries, keeps no secret)
    return min(LONGEST_WAIT, timedelta(seconds=max(jittered, retry_after or 0)))


def _end_attempts(capture: Capture, now: datetime, code: Code, detail: str = "", *, before: int | None = None) -> None:
    """Write down how the present attempt ended; or, with ``before``, how those ended that nobody came back from."""
    attempts = capture.attempts.filter(ended_at__isnull=True)
    attempts = attempts.filter(number=capture.attempt) if before is None else attempts.filter(number__lt=before)
    attempts.update(ended_at=now, code=code, detail=detail[:500])


def _record_postponed(capture: Capture, code: Code) -> None:
    record(
        Verb.CAPTURE_POSTPONED,
        stream=capture.page.stream,
        target=capture.page.url,
        by=None,
        after={**facts_of(capture), "state": Capture.State.QUEUED, "failure": code.label},
    )


def _token(capture: Capture) -> UUID:
    if capture.lease_token is None:
        raise ValueError("only a leased capture can be settled")
    return capture.lease_token
