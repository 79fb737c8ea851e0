"""The queue's rows as a worker takes them and gives them back: leases, attempts, and what became of each."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.archive.capturing import politeness
from apps.archive.codes import BLOCKED, RETRYABLE, Code, Phase
from apps.archive.models import Attempt, Capture, facts_of
from apps.archive.records import storage
from apps.audit.actions import record
from apps.audit.statements import Select, insert, update
from apps.audit.verbs import Verb
from apps.audit.wording import plain

_locked = Select(
    lambda pk: Capture.objects.with_what_a_worker_needs().select_for_update(of=("self", "page__host")).filter(pk=pk),
    int,
)
LONGEST_WAIT = timedelta(minutes=15)
TOLD_EVERY_SECONDS = 1.0
# A record of less is stored before anybody could read that it is.
WORTH_TELLING_BYTES = 1_000_000
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
    is_told: bool = False
    thread: int = field(default_factory=threading.get_ident)
    with_browser: bool = False
    attempt: Attempt | None = None
    is_stored: bool = False
    # Who else is told how far it is: somebody at a terminal.
    heard: Callable[[Phase, int], None] | None = None

    def progress(self, received: int) -> None:
        """Tell the row how far we are, once a second at most. Raises LeaseLostError."""
        if threading.get_ident() == self.thread and time.monotonic() - self.told_at >= TOLD_EVERY_SECONDS:
            self.tell(received)

    def storing(self, size: int) -> None:
        """Tell the row that its record is on its way into the store, unless both are done in no time.

        Raises LeaseLostError.
        """
        self.phase = Phase.STORING
        if self.is_told or size >= WORTH_TELLING_BYTES or time.monotonic() - self.told_at >= TOLD_EVERY_SECONDS:
            self.tell(size)

    def tell(self, received: int) -> None:
        """Tell the row, and whoever listens, how far we are. Raises LeaseLostError."""
        self.told_at, self.is_told = time.monotonic(), True
        ours = Capture.objects.filter(pk=self.capture.pk, lease_token=self.token)
        if not ours.update(phase=self.phase, progress_bytes=received):
            raise LeaseLostError
        if self.heard:
            self.heard(self.phase, received)

    def announce(self, digest: str, size: int) -> None:
        """Write down which record is about to be stored, so that whoever takes over can clear it away.

        Raises LeaseLostError when somebody has taken over: the attempt has been ended under its number then.
        """
        self.attempt = self.new_attempt(warc_digest=digest, warc_bytes=size)
        try:
            with transaction.atomic():
                insert(self.attempt)
        except IntegrityError as error:
            raise LeaseLostError from error

    def end_attempt(self, now: datetime, code: Code | str = "", detail: str = "", status: int | None = None) -> None:
        """Write down how this attempt ended, in the transaction that settles the capture."""
        ended: dict[str, Any] = {"ended_at": now, "code": code, "detail": detail[:500], "http_status": status}
        if self.attempt is None:
            insert(self.new_attempt(**ended))
            return
        nothing = {} if self.is_stored else {"warc_digest": "", "warc_bytes": None}
        update(Attempt, {"pk": self.attempt.pk}, {**ended, **nothing})

    def clear_away(self) -> None:
        """We came too late, or the store gave up on the way: what it may hold of ours belongs to nobody."""
        if self.attempt:
            _discard(self.attempt.warc_digest)

    def new_attempt(self, **known: Any) -> Attempt:
        capture = self.capture
        return Attempt(capture=capture, number=capture.attempt, started_at=capture.taken_at or timezone.now(), **known)


def lease(capture_id: int, *, with_browser: bool = False) -> Leased | None:
    """Take a due capture under a lock; None when it isn't due, somebody else was first, or its host is busy.

    What a browser is to draw is left to those who come `with_browser`, as long as one of them comes.

    The attempt is counted here, before the work, so that a page that kills its worker is not tried for ever.
    """
    leased, is_turned_away = _take(capture_id, with_browser)
    if is_turned_away:
        # Whoever ended while we were turned away may not have seen that this one waits. The next to end will.
        leased, _ = _take(capture_id, with_browser)
    return leased


def _take(capture_id: int, with_browser: bool) -> tuple[Leased | None, bool]:
    """The capture, if it can be taken; and whether it was left because enough of its host are under way."""
    now = timezone.now()
    with transaction.atomic():
        capture = next(iter(_locked(capture_id)), None)
        if capture is None or not capture.is_due_for(now, with_browser=with_browser):
            return None, False
        if abandoned := capture.lease_token is not None:
            _end_lost_attempt(capture, now)
        leased = _booked(capture, now)
        if leased:
            leased.with_browser = with_browser
        if abandoned and leased:
            _record_postponed(leased.capture, Code.WORKER_LOST)
    if abandoned:
        _clear_away(capture)
    return leased, leased is None and capture.phase == Phase.TURN


def _booked(capture: Capture, now: datetime) -> Leased | None:
    """The capture, taken, if it has an attempt left and its host has a turn."""
    if capture.attempt >= capture.last_attempt:
        if capture.lease_token:
            _settle_failed(capture, capture.lease_token, now, Code.WORKER_LOST, "", None)
        return None
    turn = politeness.book(capture.page.host, now)
    queued = {"pk": capture.pk, "state": Capture.State.QUEUED}
    if turn is None:
        # Marked, so that whoever ends at this host rings for it, and not for one whose own message is still to come.
        capture.phase = Phase.TURN if update(Capture, queued, {"phase": Phase.TURN}) else ""
        return None
    if turn - now > politeness.WORTH_WAITING:
        update(Capture, queued, {"next_attempt_at": turn})
        return None
    token = uuid4()
    taken: dict[str, Any] = {
        "attempt": capture.attempt + 1,
        "taken_at": now,
        "lease_token": token,
        "lease_until": now + timedelta(seconds=settings.ARCHIVE_LEASE_SECONDS),
        "phase": Phase.TURN if turn > now else Phase.PAGE,
        "progress_bytes": 0,
    }
    update(Capture, {"pk": capture.pk}, {"state": Capture.State.FETCHING, **taken})
    for name, value in taken.items():
        setattr(capture, name, value)
    return Leased(capture, token, turn)


def give_back(
    leased: Leased, code: Code, detail: str, http_status: int | None = None, retry_after: float | None = None
) -> None:
    """The attempt failed: queue the row again if another try may help, else settle it as failed or blocked."""
    capture, now = leased.capture, timezone.now()
    with transaction.atomic():
        if code not in RETRYABLE or capture.attempt >= capture.last_attempt:
            ours = _settle_failed(capture, leased.token, now, code, detail, http_status)
        else:
            ours = _put_back(capture, leased.token, now + wait_before(capture, retry_after), code, detail, http_status)
        if ours:
            leased.end_attempt(now, code, detail, http_status)
    if not ours:
        leased.clear_away()


def _put_back(
    capture: Capture, token: UUID, next_attempt_at: datetime, code: Code, detail: str, http_status: int | None
) -> bool:
    returned = Capture.objects.filter(pk=capture.pk, lease_token=token).update(
        state=Capture.State.QUEUED,
        code=code,
        detail=detail[:500],
        http_status=http_status,
        lease_token=None,
        lease_until=None,
        phase="",
        next_attempt_at=next_attempt_at,
    )
    if returned:
        _record_postponed(capture, code)
    return bool(returned)


def _settle_failed(
    capture: Capture, token: UUID, now: datetime, code: Code, detail: str, http_status: int | None
) -> bool:
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
        record(
            Verb.CAPTURE_FAILED,
            stream=capture.page.stream,
            target=capture.page.url,
            by=None,
            behalf=capture.requested_by,
            after={**facts_of(capture), "state": state, "failure": plain(code.label)},
        )
    return bool(settled)


def wait_before(capture: Capture, retry_after: float | None) -> timedelta:
    """How long to leave the site alone: doubling with jitter, or as long as the site asks for, at most 15 minutes."""
    seconds = settings.ARCHIVE_RETRY_SECONDS * 2 ** (capture.attempt - 1)
    jittered = seconds * random.uniform(0.8, 1.2)  # noqa: S311  (spreads retries, keeps no secret)
    return min(LONGEST_WAIT, timedelta(seconds=max(jittered, retry_after or 0)))


def _end_lost_attempt(capture: Capture, now: datetime) -> None:
    """The worker that held this capture never came back: its attempt ends here, and its number is used up."""
    lost: dict[str, Any] = {"ended_at": now, "code": Code.WORKER_LOST}
    if not capture.attempts.filter(number=capture.attempt, ended_at__isnull=True).update(**lost):
        Attempt.objects.get_or_create(
            capture=capture, number=capture.attempt, defaults={"started_at": capture.taken_at or now, **lost}
        )


def _clear_away(capture: Capture) -> None:
    """Remove what a lost worker may have stored and nobody settled. What can't be removed now is, next time."""
    left = capture.attempts.filter(code=Code.WORKER_LOST).exclude(warc_digest="")
    for attempt in left:
        if _discard(attempt.warc_digest):
            left.filter(pk=attempt.pk).update(warc_digest="", warc_bytes=None)


def _discard(digest: str) -> bool:
    """Whether the store has let go of it. One that is away must not stop the work that only wants to tidy up."""
    try:
        storage.discard(digest)
    except OSError:
        logger.exception("record %s could not be removed", digest)
        return False
    return True


def _record_postponed(capture: Capture, code: Code) -> None:
    record(
        Verb.CAPTURE_POSTPONED,
        stream=capture.page.stream,
        target=capture.page.url,
        by=None,
        behalf=capture.requested_by,
        after={**facts_of(capture), "state": Capture.State.QUEUED, "failure": plain(code.label)},
    )
