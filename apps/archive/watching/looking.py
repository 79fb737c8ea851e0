"""Looking at a page again: takes a watch that is due, asks the site in a few bytes, and settles what was seen."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from apps.archive import memory
from apps.archive.capturing import politeness
from apps.archive.codes import Code, Robots
from apps.archive.configured import SOFTWARE, limits, user_agent
from apps.archive.models import Capture, Host, Look, Watch, record_name
from apps.archive.records import storage
from apps.archive.records.warc import WarcWriter
from apps.archive.watching import schedule
from apps.archive.watching.holding import Held, LookLostError, clear_away, end_lost_look
from apps.archive.watching.seeing import Seen, see, turned_away
from apps.archive.watching.settling import settle
from apps.archive.web.addresses import Refused
from apps.archive.web.connections import Connections
from apps.archive.web.decoding import most_unpacked
from apps.archive.web.exchanges import Condition, Exchange, FetchFailed, Limits
from apps.archive.web.fetching import fetch
from apps.audit.wording import plain

logger = logging.getLogger(__name__)


def run(page_id: int) -> int | None:
    """Look at a page if it is due and nobody is looking. The number of the copy to make now, if one is wanted."""
    held = hold(page_id)
    return work(held) if held else None


def hold(page_id: int) -> Held | None:
    """Take a watch that is due, under a lock; None when it isn't, somebody else was first, or its host is busy."""
    now = timezone.now()
    with transaction.atomic():
        due = Watch.objects.due(now).select_related("page__host", "baseline")
        watch = due.select_for_update(of=("self", "page__host")).filter(pk=page_id).first()
        if watch is None:
            return None
        was_lost = watch.lease_token is not None
        held = None
        if not was_lost or not end_lost_look(watch, now):
            held = _booked(watch, now)
    if was_lost:
        clear_away(watch)
    return held


def _booked(watch: Watch, now: datetime) -> Held | None:
    """The watch, taken, if its host has a turn. One that is too far away is waited for by the row, not by a worker."""
    host = watch.page.host
    turn = None if politeness.is_looked_at(host, now) else politeness.book(host, now)
    if turn is None or turn - now > politeness.WORTH_WAITING:
        watch.lease_token = watch.lease_until = None
        watch.next_look_at = turn or watch.next_look_at
        watch.save(update_fields=["lease_token", "lease_until", "next_look_at"])
        return None
    watch.lease_token = uuid4()
    watch.lease_until = now + timedelta(seconds=settings.ARCHIVE_LEASE_SECONDS)
    watch.save(update_fields=["lease_token", "lease_until"])
    Host.objects.filter(pk=host.pk).update(look_until=watch.lease_until)
    return Held(watch, watch.lease_token, turn)


def work(held: Held) -> int | None:
    """Look at a page that is ours, and settle it."""
    watch = held.watch
    try:
        time.sleep(max((held.turn - timezone.now()).total_seconds(), 0))
        try:
            return _look(held)
        except (LookLostError, OperationalError):
            raise
        except OSError as error:
            logger.exception("page %s: the look's record could not be stored", watch.pk)
            held.clear_away()
            failed = Seen(Look.Outcome.FAILED, storage.code_of(error), error.strerror or str(error))
        except Exception as error:
            logger.exception("page %s: unexpected", watch.pk)
            failed = Seen(Look.Outcome.FAILED, Code.INTERNAL, type(error).__name__)
        return settle(held, failed)
    except LookLostError:
        logger.warning("page %s: this look was taken over", watch.pk)
        held.clear_away()
    except OperationalError:
        # The database is away: there is nothing to settle with. The lease runs out and the row is taken again.
        logger.exception("page %s: the database is away", watch.pk)
    return None


def waiting(host_name: str) -> int | None:
    """The page of this host that has been due longest: to be rung for when another has been looked at."""
    due = Watch.objects.due(timezone.now()).filter(page__host=host_name)
    return due.order_by("next_look_at").values_list("pk", flat=True).first()


def _look(held: Held) -> int | None:
    page, baseline = held.watch.page, held.watch.baseline
    ends = time.monotonic() + settings.ARCHIVE_CAPTURE_SECONDS
    # A look is the machine's own visit: it obeys robots.txt also where a copy that somebody asks for would not.
    if settings.ARCHIVE_ROBOTS != "ignore":
        held.robots = politeness.robots(page.host, page.url, ends=ends)
        if held.robots == Robots.DISALLOWED:
            return settle(held, Seen(Look.Outcome.WALLED, Code.ROBOTS_DISALLOWED))
    try:
        if held.robots == Robots.UNKNOWN and settings.ARCHIVE_ROBOTS == "obey":
            politeness.obey_unknown(page.host)
        with (
            Connections() as connections,
            fetch(
                page.url,
                limits=_limits(),
                allow=settings.ARCHIVE_ALLOW,
                user_agent=user_agent(),
                connections=connections,
                condition=_condition(held.watch),
                ends=ends,
                on_redirect=politeness.mind,
            ) as fetched,
        ):
            with memory.in_hand(most_unpacked(fetched.final, limits=_limits())):
                seen = see(fetched, baseline)
                memory.give_back(seen.page_bytes)
            return _keep_and_settle(held, seen)
    except FetchFailed as failure:
        politeness.heed(failure)
        try:
            return _keep_and_settle(held, turned_away(failure))
        finally:
            failure.close()
    except Refused as refusal:
        return settle(held, Seen(Look.Outcome.FAILED, refusal.code, refusal.detail))


def _limits() -> Limits:
    """A look is for the page alone, and has the time of one resource."""
    allowed = limits()
    return replace(allowed, capture_seconds=min(allowed.resource_seconds, allowed.capture_seconds))


def _condition(watch: Watch) -> Condition | None:
    baseline = watch.baseline
    if baseline is None or schedule.asks_in_full(watch) or not (baseline.etag or baseline.last_modified):
        return None
    return Condition(baseline.final_url, baseline.etag, baseline.last_modified)


def _keep_and_settle(held: Held, seen: Seen) -> int | None:
    """What is worth keeping goes into the store first, and then the rows say so."""
    if seen.keeps:
        _write_record(held, seen)
    return settle(held, seen)


def _write_record(held: Held, seen: Seen) -> None:
    """The record of a look: a revisit of the baseline's page, or what came instead of it.

    The row knows the digest before the store does: a worker that is killed in between leaves nothing that is lost.
    """
    *before, final = seen.keeps
    with storage.draft() as draft:
        operator = settings.ARCHIVE_CONTACT or settings.NEWSROOM_NAME
        writer = WarcWriter(draft, software=SOFTWARE, operator=operator)
        for hop in before:
            writer.exchange(hop)
        record_id = _final(writer, final, held.watch.baseline, seen)
        facts = {
            "looked at": held.watch.page.url,
            "outcome": plain(seen.outcome.label),
            "baseline": f"capture {held.watch.baseline_id}" if held.watch.baseline_id else "",
            "robots": held.robots,
        }
        writer.metadata(final.url, facts, final.ended_at, concurrent_to=record_id)
        held.announce(draft.digest, draft.size)
        draft.keep(record_name(draft.digest))
        held.is_stored = True


def _final(writer: WarcWriter, final: Exchange, baseline: Capture | None, seen: Seen) -> str:
    if baseline is None or baseline.fetched_at is None or seen.outcome != Look.Outcome.UNCHANGED:
        return writer.exchange(final)
    write = writer.not_modified if final.status == 304 else writer.same_as_before
    return write(final, refers_to_url=baseline.final_url, refers_to_date=baseline.fetched_at)
