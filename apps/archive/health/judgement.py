"""Whether the archive is well, and what to do if it isn't, in sentences: the same for the page and the command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.template.defaultfilters import filesizeformat

from apps.archive.codes import Code
from apps.archive.health.signs import COUNTED_TO, DESK, EXTRACT, FETCH, LOOK, RENDER, UNREACHED, Queue, Signs

# Work that is taken, and still waits longer than this: there are too few hands.
BEHIND = timedelta(minutes=30)
# The clock comes round once a minute.
CLOCK_LATE = timedelta(minutes=3)
FEW_DAYS = 14
# So many faults of our own in an hour are no accident.
MANY_FAULTS = 5
# So many hosts don't fail at once: the fault is on our side of the line.
MANY_HOSTS = 5
# What waits in a queue whose work is rows.
WORK = {
    FETCH: ("page", "pages", "to be fetched"),
    RENDER: ("page", "pages", "to be drawn in a browser"),
    LOOK: ("cited page", "cited pages", "to be looked at again"),
    EXTRACT: ("copy", "copies", "to be read"),
}

# Nobody has to serve these while there is nothing to do.
WHEN_WANTED = {RENDER, LOOK}


class Level(StrEnum):
    TROUBLE = "trouble"
    CAUTION = "caution"


@dataclass(frozen=True)
class Finding:
    """One thing that somebody should know: what it is called, what is the matter, and what to do."""

    what: str
    level: Level
    sentence: str
    advice: str


@dataclass(frozen=True)
class Judgement:
    """All that was found, what matters most first."""

    findings: list[Finding]

    @property
    def is_well(self) -> bool:
        """Whether nothing keeps the archive from its work. Cautions don't."""
        return not any(finding.level == Level.TROUBLE for finding in self.findings)

    @property
    def sentence(self) -> str:
        troubles = sum(finding.level == Level.TROUBLE for finding in self.findings)
        cautions = len(self.findings) - troubles
        if troubles:
            return f"The archive is not well: {counted(troubles, 'thing needs', 'things need')} somebody."
        if cautions:
            return f"The archive is well, with {counted(cautions, 'thing', 'things')} to keep an eye on."
        return "The archive is well."


def judge(signs: Signs) -> Judgement:
    """What the signs mean."""
    found = [*_broker(signs), *_workers(signs), *_queues(signs), *_clock(signs), *_store(signs), *_last_hour(signs)]
    return Judgement(sorted(found, key=lambda finding: finding.level != Level.TROUBLE))


def counted(number: int, one: str, many: str) -> str:
    """A number with its word: 1 page, 1,204 pages, more than 10,000 pages."""
    if number > COUNTED_TO:
        return f"more than {COUNTED_TO:,} {many}"
    return f"{number:,} {one if number == 1 else many}"


def lasting(span: timedelta) -> str:
    """How long, in the largest unit that says enough: 40 seconds, 12 minutes, 3 hours, 2 days."""
    seconds = max(0, int(span.total_seconds()))
    for unit, size, enough in (("day", 86_400, 2), ("hour", 3_600, 2), ("minute", 60, 2), ("second", 1, 0)):
        if seconds >= enough * size:
            return counted(seconds // size, unit, f"{unit}s")
    raise AssertionError("unreachable")


def _broker(signs: Signs) -> Iterator[Finding]:
    if not signs.is_broker_there:
        yield Finding(
            "broker_away",
            Level.TROUBLE,
            "The broker cannot be reached: no worker hears that there is work, and what is asked for waits in its row.",
            "Is Redis (or Valkey) running, and is REDIS_URL its address? Nothing is lost: work goes on with it.",
        )


def _workers(signs: Signs) -> Iterator[Finding]:
    """Whether every queue has somebody; workers that have gone without a word."""
    idle = [queue for queue in signs.queues if not queue.workers and not _untaken(signs, queue)]
    unserved = list(dict.fromkeys(queue.rung_on for queue in idle if queue.name not in WHEN_WANTED or queue.waiting))
    if not signs.workers:
        yield Finding(
            "no_worker",
            Level.TROUBLE,
            "No worker is alive: nothing is fetched, read or counted.",
            "Is `worker` running? Start one with: `celery -A verifydesk worker`",
        )
    elif unserved:
        names = " and ".join(f"`{name}`" for name in unserved)
        yield Finding(
            "queue_unserved",
            Level.TROUBLE,
            f"No worker that is alive serves the queue {names}.",
            f"Start one with: `celery -A verifydesk worker --queues {','.join(unserved)}`",
        )
    for worker in signs.silent:
        yield Finding(
            "worker_silent",
            Level.CAUTION,
            f"The worker {worker.name} on {worker.machine} (process {worker.process}) has given no sign of life for "
            f"{lasting(signs.now - worker.seen_at)}. It served {', '.join(worker.queues)}.",
            "If you have stopped it yourself, there is nothing to do: this is told for a day.",
        )


def _queues(signs: Signs) -> Iterator[Finding]:
    for queue in signs.queues:
        if queue.name not in WORK:
            continue
        if since := _untaken(signs, queue):
            yield _stuck(signs, queue, since)
        elif queue.oldest and queue.workers and signs.now - queue.oldest > BEHIND:
            yield Finding(
                f"{queue.name}_behind",
                Level.CAUTION,
                f"The archive takes `{queue.name}` work, but not as fast as it comes: {_waiting(queue)}, the oldest "
                f"for {lasting(signs.now - queue.oldest)}.",
                f"One host gets no more than {settings.ARCHIVE_HOST_AT_ONCE} pages at once. If many hosts wait, start "
                "more workers.",
            )


def _untaken(signs: Signs, queue: Queue) -> datetime | None:
    """Since when work has been lying there and nobody has taken any, when that is too long."""
    if not queue.waiting or queue.oldest is None:
        return None
    since = max(queue.oldest, queue.taken or queue.oldest)
    return since if signs.now - since > timedelta(seconds=settings.ARCHIVE_LATE_SECONDS) else None


def _stuck(signs: Signs, queue: Queue, since: datetime) -> Finding:
    if queue.workers:
        advice = "Workers for it are alive and take nothing. Look at their log, and start them anew."
    else:
        advice = f"Is `worker` running? Start one with: `celery -A verifydesk worker --queues {queue.rung_on}`"
    if not signs.is_broker_there:
        advice = "The broker comes first: without it no worker hears of work."
    return Finding(
        f"{queue.name}_stuck",
        Level.TROUBLE,
        f"No worker has taken `{queue.name}` work for {lasting(signs.now - since)}: {_waiting(queue)}.",
        advice,
    )


def _waiting(queue: Queue) -> str:
    one, many, for_what = WORK[queue.name]
    return f"{counted(queue.waiting, one, many)} {'waits' if queue.waiting == 1 else 'wait'} {for_what}"


def _clock(signs: Signs) -> Iterator[Finding]:
    """The clock is heard by what it rings for; where nobody can hear it, it is not to blame."""
    serving = [worker.since for worker in signs.workers if DESK in worker.queues]
    if not serving or not signs.is_broker_there:
        return
    quiet_since = max(signs.counted_at or min(serving), min(serving))
    if signs.now - quiet_since > CLOCK_LATE:
        yield Finding(
            "clock_stopped",
            Level.TROUBLE,
            f"The clock has not come round for {lasting(signs.now - quiet_since)}: what a worker has left lying is not "
            "taken up again, and nothing is counted.",
            "Is `beat` running? Start it with: `celery -A verifydesk.clock beat`",
        )


def _store(signs: Signs) -> Iterator[Finding]:
    store, hour = signs.store, signs.last_hour
    if store.trouble:
        yield Finding(
            "store_away",
            Level.TROUBLE,
            f"The archive's disk can't be looked at: {store.trouble}.",
            "Is it mounted, and may the desk read it? ARCHIVE_DIR says where it is.",
        )
    if store.room is not None and store.room <= 0:
        yield Finding(
            "store_full",
            Level.TROUBLE,
            f"There is no room left in the archive: {filesizeformat(settings.ARCHIVE_FREE_BYTES)} of its disk must "
            "stay free, and less is.",
            "Give it a larger disk, or move it into a bucket. Captures are tried again when there is room.",
        )
    elif store.room is not None and store.days_left is not None and store.days_left < FEW_DAYS:
        yield Finding(
            "store_filling",
            Level.CAUTION,
            f"At the pace of the last 7 days the archive's disk is full in {counted(store.days_left, 'day', 'days')}: "
            f"{filesizeformat(store.room)} may still be stored.",
            "Give it a larger disk, or move it into a bucket.",
        )
    if times := hour.times(Code.STORAGE_FULL, Code.STORAGE_FAILED):
        yield Finding(
            "store_failing",
            Level.TROUBLE,
            f"In the last hour {counted(times, 'record', 'records')} could not be stored.",
            "The attempts of those captures say why; the worker's log has the details.",
        )


def _last_hour(signs: Signs) -> Iterator[Finding]:
    hour = signs.last_hour
    if times := hour.times(Code.INTERNAL, Code.WORKER_LOST):
        yield Finding(
            "own_faults",
            Level.TROUBLE if times >= MANY_FAULTS else Level.CAUTION,
            f"In the last hour {counted(times, 'attempt', 'attempts')} failed through a fault of the desk's own, or "
            "because a worker stopped in the middle.",
            "Look at the workers' log. A worker that is killed again and again may want more memory.",
        )
    unreached = hour.times(*UNREACHED)
    if hour.unreached_hosts >= MANY_HOSTS and unreached > hour.stored:
        yield Finding(
            "network_away",
            Level.TROUBLE,
            f"In the last hour {counted(unreached, 'attempt', 'attempts')} at {hour.unreached_hosts:,} hosts reached "
            f"nobody, and {counted(hour.stored, 'copy was', 'copies were')} stored.",
            "Do the workers reach the network, and does their name server answer?",
        )
