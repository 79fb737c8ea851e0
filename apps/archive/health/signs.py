"""What can be seen of the archive at one moment: queues, workers, the broker, the last hour, the store.

Every question here is one for an index, and every count ends at a bound: looking costs the same at ten captures and at
a million.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone

from apps.archive.codes import Code
from apps.archive.health import broker
from apps.archive.health.heartbeat import alive_since
from apps.archive.models import Attempt, Capture, Extract, Look, Tallied, Tally, Watch, Worker
from apps.archive.models.captures import CaptureQuerySet
from apps.archive.records import storage

FETCH, RENDER, EXTRACT, DESK = "fetch", "render", "extract", "desk"
# Looks at watched pages are rung for on the queue of captures, and counted by themselves.
LOOK = "look"
# Up to here the desk counts what waits; more is "more than".
COUNTED_TO = 10_000
# Whether something given up has a newer copy is a question for each: so many of the latest are asked about.
ASKED_ABOUT = 2_000
LOOKED_BACK = timedelta(hours=1)
PACE_OVER = timedelta(days=7)
# Nobody was reached: neither the name, nor the machine, nor an answer.
UNREACHED = frozenset(
    {Code.DNS_NOT_FOUND, Code.DNS_TIMEOUT, Code.CONNECT_REFUSED, Code.CONNECT_TIMEOUT, Code.CONNECT_FAILED}
)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Queue:
    """One kind of work: how much of it waits, since when, and who is there to do it."""

    name: str
    waiting: int = 0
    under_way: int = 0
    later: int = 0
    oldest: datetime | None = None
    taken: datetime | None = None
    workers: int = 0
    messages: int | None = None

    @property
    def rung_on(self) -> str:
        """The queue of the broker on which this work is rung for."""
        return FETCH if self.name == LOOK else self.name


@dataclass(frozen=True)
class LastHour:
    """What came of attempts lately."""

    stored: int
    failed: dict[Code, int]
    unreached_hosts: int

    def times(self, *codes: Code) -> int:
        """How often an attempt failed with one of these."""
        return sum(self.failed.get(code, 0) for code in codes)


@dataclass(frozen=True)
class Store:
    """How much lies in the archive, by the tallies, and how much more may."""

    records: int
    bytes: int
    bytes_a_day: int
    room: int | None
    is_bucket: bool
    trouble: str = ""

    @property
    def days_left(self) -> int | None:
        """How long the room lasts at the pace of the last seven days."""
        if self.room is None or not self.bytes_a_day:
            return None
        return max(0, self.room // self.bytes_a_day)


@dataclass(frozen=True)
class Signs:
    """All of it."""

    now: datetime
    queues: list[Queue]
    workers: list[Worker]
    silent: list[Worker]
    is_broker_there: bool
    counted_at: datetime | None
    counted_until: datetime | None
    last_hour: LastHour
    store: Store
    needs_a_person: int
    needs_more: bool = False

    def queue(self, name: str) -> Queue:
        return next(queue for queue in self.queues if queue.name == name)


def look(now: datetime | None = None) -> Signs:
    """Look at the archive. A broker that is away costs a second and is told as such."""
    now = now or timezone.now()
    messages = broker.messages_in([FETCH, RENDER, EXTRACT, DESK])
    known = list(Worker.objects.all())
    alive = [worker for worker in known if worker.seen_at >= alive_since(now)]
    tallied = Tallied.objects.first()
    needs_a_person, needs_more = _needing_a_person()
    queues = []
    sweeps = Queue(DESK, taken=tallied.at if tallied else None)
    for queue in (_fetching(now), _drawing(now), _looking(now), _reading(now), sweeps):
        serving = sum(queue.rung_on in worker.queues for worker in alive)
        told = None if messages is None else messages[queue.rung_on]
        queues.append(replace(queue, workers=serving, messages=told))
    return Signs(
        now=now,
        queues=queues,
        workers=alive,
        silent=[worker for worker in known if worker not in alive],
        is_broker_there=messages is not None,
        counted_at=tallied.at if tallied else None,
        counted_until=tallied.until if tallied else None,
        last_hour=_last_hour(now),
        store=_store(now),
        needs_a_person=needs_a_person,
        needs_more=needs_more,
    )


def _bounded(rows: QuerySet[Any]) -> int:
    return rows.order_by()[: COUNTED_TO + 1].count()


def _needing_a_person() -> tuple[int, bool]:
    """How many pages wait for a person among the latest that were given up, and whether there may be more."""
    given_up = Capture.objects.given_up().order_by("-pk").values_list("pk", flat=True)
    beyond = given_up[ASKED_ABOUT : ASKED_ABOUT + 1].first()
    waiting = Capture.objects.needing_a_person()
    return _bounded(waiting.filter(pk__gt=beyond) if beyond else waiting), beyond is not None


def _fetching(now: datetime) -> Queue:
    """Captures that any worker may take."""
    last = Attempt.objects.order_by("-pk").values_list("started_at", flat=True).first()
    return _captures(FETCH, Capture.objects.for_any_worker(), now, last)


def _drawing(now: datetime) -> Queue:
    """Captures for workers with a browser."""
    drawn = Capture.objects.for_browser()
    last = drawn.filter(settled_at__gte=now - LOOKED_BACK).order_by("-settled_at").values_list("taken_at", flat=True)
    return _captures(RENDER, drawn, now, last.first())


def _captures(name: str, captures: CaptureQuerySet, now: datetime, last: datetime | None) -> Queue:
    """The queue of these captures. What another worker has left lying waits since its lease ran out."""
    queued, taken = captures.queued(), captures.fetching()
    due, lost = queued.filter(next_attempt_at__lte=now), taken.filter(lease_until__lt=now)
    firsts = [
        due.order_by("next_attempt_at").values_list("next_attempt_at", flat=True).first(),
        lost.order_by("lease_until").values_list("lease_until", flat=True).first(),
    ]
    starts = [taken.aggregate(last=Max("taken_at"))["last"], last]
    return Queue(
        name,
        waiting=_bounded(due) + _bounded(lost),
        under_way=_bounded(taken.filter(lease_until__gte=now)),
        later=_bounded(queued.filter(next_attempt_at__gt=now)),
        oldest=min((first for first in firsts if first), default=None),
        taken=max((start for start in starts if start), default=None),
    )


def _looking(now: datetime) -> Queue:
    """Watched pages that are to be looked at again; nobody looks while the watch is turned off."""
    if not settings.ARCHIVE_WATCH:
        return Queue(LOOK)
    due, kept = Watch.objects.due(now), Watch.objects.kept().filter(compared__isnull=False)
    return Queue(
        LOOK,
        waiting=_bounded(due),
        under_way=_bounded(kept.filter(next_look_at__lte=now, lease_until__gte=now)),
        later=_bounded(kept.filter(next_look_at__gt=now)),
        oldest=due.order_by("next_look_at").values_list("next_look_at", flat=True).first(),
        taken=Look.objects.order_by("-pk").values_list("at", flat=True).first(),
    )


def _reading(now: datetime) -> Queue:
    """Stored copies whose text is not read yet. The oldest is the one of the lowest number."""
    unread = Capture.objects.unread(now)
    all_of_them = _bounded(Capture.objects.stored().filter(read_at__isnull=True))
    waiting = _bounded(unread)
    return Queue(
        EXTRACT,
        waiting=waiting,
        under_way=max(0, all_of_them - waiting),
        oldest=unread.order_by("pk").values_list("settled_at", flat=True).first(),
        taken=Extract.objects.order_by("-pk").values_list("read_at", flat=True).first(),
    )


def _last_hour(now: datetime) -> LastHour:
    since = now - LOOKED_BACK
    failed = Attempt.objects.failed().filter(ended_at__gte=since).order_by()
    stored = Capture.objects.stored().filter(settled_at__gte=since).exclude(method=Capture.Method.UPLOADED)
    by_code = failed.values_list("code").annotate(times=Count("pk"))
    unreached = failed.filter(code__in=UNREACHED).aggregate(hosts=Count("capture__page__host", distinct=True))
    return LastHour(
        stored=_bounded(stored),
        failed={Code(code): times for code, times in by_code},
        unreached_hosts=unreached["hosts"],
    )


def _store(now: datetime) -> Store:
    days = Tally.objects.of_all_hosts(Tally.Span.DAY)
    kept = days.aggregate(records=Sum("records", default=0), bytes=Sum("bytes", default=0))
    lately = days.since(now - PACE_OVER).aggregate(bytes=Sum("bytes", default=0))
    room, trouble = None, ""
    try:
        room = storage.room()
    except OSError as error:
        logger.exception("the archive's disk can't be asked how much room it has")
        trouble = error.strerror or type(error).__name__
    return Store(
        records=int(kept["records"]),
        bytes=int(kept["bytes"]),
        bytes_a_day=int(lately["bytes"]) // PACE_OVER.days,
        room=room,
        is_bucket=room is None and not trouble,
        trouble=trouble,
    )
