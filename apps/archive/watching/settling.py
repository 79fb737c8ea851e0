"""What was seen goes into the rows: the look, the watch, a finding if there is one, and the copy that it asks for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.archive.codes import Code
from apps.archive.models import Capture, Drift, Host, Look, Passage, Watch
from apps.archive.watching import schedule
from apps.archive.watching.holding import Held
from apps.archive.watching.seeing import GONE, OURS, Seen
from apps.audit.actions import record
from apps.audit.verbs import Verb
from apps.audit.wording import plain

MOST_FAILURES = 32_000
LEAST_FAILURES = 3


def settle(held: Held, seen: Seen) -> int | None:
    """Write down one look. The number of the copy to make, if the page is otherwise. Raises LookLostError."""
    now = timezone.now()
    with transaction.atomic():
        watch = held.locked()
        asked_for: Capture | None = None
        if seen.is_there:
            drifts = _there(watch, seen, now)
            if seen.outcome in (Look.Outcome.CHANGED, Look.Outcome.MOVED):
                asked_for = _ask_for_copy(watch)
        else:
            drifts = _not_there(watch, seen, now)
        look = _written(held, seen, now)
        for kind, detail in drifts:
            raise_drift(watch, kind, before=watch.baseline, look=look, detail=detail)
        Host.objects.filter(pk=watch.page.host_id, look_until=watch.lease_until).update(look_until=None)
        watch.lease_token = watch.lease_until = None
        watch.save(
            update_fields=[
                "lease_token", "lease_until", "standing", "failures", "failing_since", "rung", "next_look_at",
            ]
        )  # fmt: skip
    return asked_for.pk if asked_for else None


def raise_drift(
    watch: Watch,
    kind: Drift.Kind,
    *,
    before: Capture | None,
    after: Capture | None = None,
    look: Look | None = None,
    share: float | None = None,
    passages: list[Passage] | None = None,
    detail: str = "",
) -> Drift:
    """One finding, on record. The caller holds the watch's row and knows that it is news."""
    drift = Drift.objects.create(
        page_id=watch.pk, kind=kind, before=before, after=after, look=look, share=share, detail=detail[:500]
    )
    drift.passages.set(passages or [])
    told: dict[str, Any] = {"drift": drift.pk, "finding": drift.sentence}
    if after:
        told["capture"] = after.pk
    record(
        Verb.DRIFT_FOUND,
        stream=watch.page.stream,
        target=watch.page.url,
        by=None,
        behalf=after.requested_by if after else None,
        before={"capture": before.pk} if before else {},
        after=told,
    )
    return drift


def _there(watch: Watch, seen: Seen, now: datetime) -> list[tuple[Drift.Kind, str]]:
    was_gone = watch.standing == Watch.Standing.GONE
    if watch.standing != Watch.Standing.MOVED:
        watch.standing = Watch.Standing.THERE
    watch.failures, watch.failing_since = 0, None
    if was_gone or seen.outcome in (Look.Outcome.CHANGED, Look.Outcome.MOVED):
        schedule.begin_again(watch, now)
    else:
        schedule.widen(watch, now)
    return [(Drift.Kind.BACK, "")] if was_gone else []


def _not_there(watch: Watch, seen: Seen, now: datetime) -> list[tuple[Drift.Kind, str]]:
    """Gone is what says so twice, or has failed for long; a wall says nothing, nor does a fault of our own."""
    is_gone = watch.standing == Watch.Standing.GONE
    if seen.outcome == Look.Outcome.WALLED or seen.code in OURS:
        if not is_gone and seen.http_status and seen.http_status >= 400:
            watch.standing = Watch.Standing.UNREACHED
        schedule.widen(watch, now) if seen.outcome == Look.Outcome.WALLED else schedule.ask_again(watch, now)
        return []
    watch.failures = min(watch.failures + 1, MOST_FAILURES)
    watch.failing_since = watch.failing_since or now
    if not is_gone:
        watch.standing = Watch.Standing.UNREACHED
    why = _why_gone(watch, seen, now)
    if is_gone or why:
        watch.standing, seen.outcome = Watch.Standing.GONE, Look.Outcome.GONE
    if is_gone:
        schedule.widen(watch, now)
        return []
    if why:
        schedule.begin_again(watch, now)
        return [(Drift.Kind.GONE, why)]
    schedule.ask_again(watch, now)
    return []


def _why_gone(watch: Watch, seen: Seen, now: datetime) -> str:
    """Why the page is called gone now; empty when it isn't yet."""
    since = watch.failing_since or now
    label = plain(Code(seen.code).label) if seen.code else seen.detail
    if seen.says_gone:
        earlier = Look.objects.filter(page=watch.pk, at__gte=since, at__lte=now - schedule.apart())
        said_before = earlier.filter(code__in=GONE) | earlier.filter(outcome=Look.Outcome.FAILED, code="")
        if said_before.exists():
            return label
    if now - since >= schedule.long_enough() and watch.failures >= LEAST_FAILURES:
        return f"{label} So it has been since {since:%d %B %Y}."
    return ""


def _written(held: Held, seen: Seen, now: datetime) -> Look:
    look = held.look or Look(page_id=held.watch.pk, baseline=held.watch.baseline)
    look.at, look.outcome, look.code = now, seen.outcome, seen.code or ""
    look.detail, look.http_status, look.final_url = seen.detail[:500], seen.http_status, seen.final_url[:2048]
    if held.look and not held.is_stored:
        look.warc_digest, look.warc_bytes = "", None
    look.save()
    return look


def _ask_for_copy(watch: Watch) -> Capture | None:
    """A copy of the page as it is now, through the queue like any other; one that is on its way serves as well."""
    coming = Capture.objects.filter(page=watch.pk, pk__gt=watch.compared_id or 0).exclude(state__in=Capture.NOT_HAD)
    if coming.exclude(method=Capture.Method.UPLOADED).exists():
        return None
    try:
        with transaction.atomic():
            capture = Capture.objects.create(
                page_id=watch.pk,
                by_watch=True,
                wants_browser=settings.ARCHIVE_RENDER == "always",
                last_attempt=settings.ARCHIVE_ATTEMPTS,
            )
    except IntegrityError:
        return None
    record(
        Verb.CAPTURE_REQUESTED,
        stream=watch.page.stream,
        target=watch.page.url,
        by=None,
        after={"capture": capture.pk},
    )
    return capture
