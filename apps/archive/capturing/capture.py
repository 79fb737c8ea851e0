"""The workshop: takes one capture off the queue, fetches the page outside any transaction, stores it, settles it."""

from __future__ import annotations

import hashlib
import logging
import random
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from apps.archive.codes import BLOCKED, RETRYABLE, Code
from apps.archive.configured import SOFTWARE, limits, user_agent
from apps.archive.models import Attempt, Capture, facts_of
from apps.archive.records import storage
from apps.archive.records.warc import write_warc
from apps.archive.web.addresses import Refused
from apps.archive.web.decoding import decoded
from apps.archive.web.exchanges import Fetched, FetchFailed
from apps.archive.web.fetching import fetch
from apps.audit.actions import record
from apps.audit.verbs import Verb

LONGEST_WAIT = timedelta(minutes=15)
logger = logging.getLogger(__name__)


def run(capture_id: int) -> bool:
    """Take the capture if it is due and nobody has it, and settle it. True when a copy was stored."""
    capture = lease(capture_id)
    if capture is None:
        return False
    try:
        with fetch_page(capture) as fetched:
            return keep(capture, fetched)
    except FetchFailed as failure:
        failure.close()
        give_back(capture, failure.code, failure.detail, failure.http_status, failure.retry_after)
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


def lease(capture_id: int) -> Capture | None:
    """Take a due capture by one conditional UPDATE; None when it isn't due or somebody else was first.

    The attempt is counted here, before the work, so that a page that kills its worker is not tried for ever.
    """
    now = timezone.now()
    token = uuid4()
    with transaction.atomic():
        abandoned = Capture.objects.filter(pk=capture_id, state=Capture.State.FETCHING).exists()
        taken = (
            Capture.objects.due(now)
            .filter(pk=capture_id, attempt__lt=F("last_attempt"))
            .update(
                state=Capture.State.FETCHING,
                attempt=F("attempt") + 1,
                lease_token=token,
                lease_until=now + timedelta(seconds=settings.ARCHIVE_LEASE_SECONDS),
            )
        )
        if taken:
            capture = Capture.objects.with_pages().get(pk=capture_id)
            if abandoned:
                _end_attempts(capture, now, Code.WORKER_LOST, before=capture.attempt)
                _record_postponed(capture, Code.WORKER_LOST)
            Attempt.objects.create(capture=capture, number=capture.attempt, started_at=now)
            return capture
        exhausted = Capture.objects.due(now).with_pages().filter(pk=capture_id).first()
        if exhausted and exhausted.lease_token:
            settle_failed(exhausted, exhausted.lease_token, Code.WORKER_LOST, "")
    return None


def fetch_page(capture: Capture) -> Fetched:
    return fetch(capture.page.url, limits=limits(), allow=settings.ARCHIVE_ALLOW, user_agent=user_agent())


def keep(capture: Capture, fetched: Fetched) -> bool:
    """Store what was fetched and settle the row. The file is under its final name before the row says "stored"."""
    token = _token(capture)
    final = fetched.final
    body = decoded(final, limits=limits())
    if not body.strip():
        raise FetchFailed(Code.EMPTY, "")
    with storage.draft() as record_file:
        write_warc(
            record_file,
            fetched,
            software=SOFTWARE,
            operator=settings.ARCHIVE_CONTACT or settings.NEWSROOM_NAME,
            facts={"capture": str(capture.pk), "attempt": str(capture.attempt), "requested": capture.page.url},
        )
        capture.warc_digest, capture.warc_bytes = record_file.digest, record_file.size
        record_file.keep(capture.warc_name)
    now = timezone.now()
    with transaction.atomic():
        settled = Capture.objects.filter(pk=capture.pk, lease_token=token).update(
            state=Capture.State.STORED,
            code="",
            detail="",
            lease_token=None,
            lease_until=None,
            settled_at=now,
            fetched_at=final.started_at,
            final_url=final.url,
            redirects=[{"url": hop.url, "status": hop.status, "ip": hop.ip} for hop in fetched.redirects],
            ip=final.ip,
            http_status=final.status,
            content_type=final.header("content-type")[:200],
            body_bytes=len(body),
            body_digest=hashlib.sha256(body).hexdigest(),
            warc_digest=capture.warc_digest,
            warc_bytes=capture.warc_bytes,
        )
        if not settled:
            logger.warning("capture %s: attempt %s came back too late", capture.pk, capture.attempt)
            return False
        capture.refresh_from_db()
        capture.attempts.filter(number=capture.attempt).update(ended_at=now)
        record(
            Verb.CAPTURE_STORED, stream=capture.page.stream, target=capture.page.url, by=None, after=facts_of(capture)
        )
    return True


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
