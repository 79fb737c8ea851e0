"""Whether the archive is well, and what to do if it isn't, in sentences: the same for the page and the command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

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
    FETCH: ngettext_lazy("%(number)s page waits to be fetched", "%(number)s pages wait to be fetched", "count"),
    RENDER: ngettext_lazy(
        "%(number)s page waits to be drawn in a browser", "%(number)s pages wait to be drawn in a browser", "count"
    ),
    LOOK: ngettext_lazy(
        "%(number)s cited page waits to be looked at again",
        "%(number)s cited pages wait to be looked at again",
        "count",
    ),
    EXTRACT: ngettext_lazy("%(number)s copy waits to be read", "%(number)s copies wait to be read", "count"),
}
# Each with its seconds, and how many of it say enough.
UNITS = (
    (ngettext_lazy("%(number)s day", "%(number)s days", "count"), 86_400, 2),
    (ngettext_lazy("%(number)s hour", "%(number)s hours", "count"), 3_600, 2),
    (ngettext_lazy("%(number)s minute", "%(number)s minutes", "count"), 60, 2),
    (ngettext_lazy("%(number)s second", "%(number)s seconds", "count"), 1, 0),
)

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
            said = ngettext(
                "The archive is not well: %(number)s thing needs somebody.",
                "The archive is not well: %(number)s things need somebody.",
                troubles,
            )
            return said % {"number": troubles}
        if cautions:
            said = ngettext(
                "The archive is well, with %(number)s thing to keep an eye on.",
                "The archive is well, with %(number)s things to keep an eye on.",
                cautions,
            )
            return said % {"number": cautions}
        return _("The archive is well.")


def judge(signs: Signs) -> Judgement:
    """What the signs mean."""
    found = [*_broker(signs), *_workers(signs), *_queues(signs), *_clock(signs), *_store(signs), *_last_hour(signs)]
    return Judgement(sorted(found, key=lambda finding: finding.level != Level.TROUBLE))


def number_of(number: int) -> str:
    """A number as far as it is counted: 1, 1,204, more than 10,000."""
    return f"{number:,}" if number <= COUNTED_TO else _("more than %(number)s") % {"number": f"{COUNTED_TO:,}"}


def counted(number: int, one: str, many: str) -> str:
    """A number with its word, for the command: 1 page, 1,204 pages, more than 10,000 pages."""
    return f"{number_of(number)} {one if number == 1 else many}"


def _counted(words: Any, number: int) -> str:
    """A number in its words: 1 page, 1,204 pages, more than 10,000 pages."""
    return str(words % {"count": number, "number": number_of(number)})


def lasting(span: timedelta) -> str:
    """How long, in the largest unit that says enough: 40 seconds, 12 minutes, 3 hours, 2 days."""
    seconds = max(0, int(span.total_seconds()))
    for unit, size, enough in UNITS:
        if seconds >= enough * size:
            return _counted(unit, seconds // size)
    raise AssertionError("unreachable")


def _broker(signs: Signs) -> Iterator[Finding]:
    if not signs.is_broker_there:
        yield Finding(
            "broker_away",
            Level.TROUBLE,
            _(
                "The broker cannot be reached: no worker hears that there is work, "
                "and what is asked for waits in its row."
            ),
            _("Is Redis (or Valkey) running, and is REDIS_URL its address? Nothing is lost: work goes on with it."),
        )


def _workers(signs: Signs) -> Iterator[Finding]:
    """Whether every queue has somebody; workers that have gone without a word."""
    idle = [queue for queue in signs.queues if not queue.workers and not _untaken(signs, queue)]
    unserved = list(dict.fromkeys(queue.rung_on for queue in idle if queue.name not in WHEN_WANTED or queue.waiting))
    if not signs.workers:
        yield Finding(
            "no_worker",
            Level.TROUBLE,
            _("No worker is alive: nothing is fetched, read or counted."),
            _("Is `worker` running? Start one with: %(command)s") % {"command": "`celery -A verifydesk worker`"},
        )
    elif unserved:
        told, *others = (f"`{name}`" for name in unserved)
        for name in others:
            told = _("%(names)s and %(last)s") % {"names": told, "last": name}
        command = f"`celery -A verifydesk worker --queues {','.join(unserved)}`"
        yield Finding(
            "queue_unserved",
            Level.TROUBLE,
            _("No worker that is alive serves the queue %(names)s.") % {"names": told},
            _("Start one with: %(command)s") % {"command": command},
        )
    for worker in signs.silent:
        yield Finding(
            "worker_silent",
            Level.CAUTION,
            _(
                "The worker %(name)s on %(machine)s (process %(process)s) has given no sign of life for %(time)s. "
                "It served %(queues)s."
            )
            % {
                "name": worker.name,
                "machine": worker.machine,
                "process": worker.process,
                "time": lasting(signs.now - worker.seen_at),
                "queues": ", ".join(worker.queues),
            },
            _("If you have stopped it yourself, there is nothing to do: this is told for a day."),
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
                _(
                    "The archive takes `%(queue)s` work, but not as fast as it comes: %(waiting)s, the oldest "
                    "for %(time)s."
                )
                % {"queue": queue.name, "waiting": _waiting(queue), "time": lasting(signs.now - queue.oldest)},
                _("One host gets no more than %(pages)d pages at once. If many hosts wait, start more workers.")
                % {"pages": settings.ARCHIVE_HOST_AT_ONCE},
            )


def _untaken(signs: Signs, queue: Queue) -> datetime | None:
    """Since when work has been lying there and nobody has taken any, when that is too long."""
    if not queue.waiting or queue.oldest is None:
        return None
    since = max(queue.oldest, queue.taken or queue.oldest)
    return since if signs.now - since > timedelta(seconds=settings.ARCHIVE_LATE_SECONDS) else None


def _stuck(signs: Signs, queue: Queue, since: datetime) -> Finding:
    if queue.workers:
        advice = _("Workers for it are alive and take nothing. Look at their log, and start them anew.")
    else:
        command = f"`celery -A verifydesk worker --queues {queue.rung_on}`"
        advice = _("Is `worker` running? Start one with: %(command)s") % {"command": command}
    if not signs.is_broker_there:
        advice = _("The broker comes first: without it no worker hears of work.")
    return Finding(
        f"{queue.name}_stuck",
        Level.TROUBLE,
        _("No worker has taken `%(queue)s` work for %(time)s: %(waiting)s.")
        % {"queue": queue.name, "time": lasting(signs.now - since), "waiting": _waiting(queue)},
        advice,
    )


def _waiting(queue: Queue) -> str:
    return _counted(WORK[queue.name], queue.waiting)


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
            _(
                "The clock has not come round for %(time)s: what a worker has left lying is not taken up again, "
                "and nothing is counted."
            )
            % {"time": lasting(signs.now - quiet_since)},
            _("Is `beat` running? Start it with: %(command)s") % {"command": "`celery -A verifydesk.clock beat`"},
        )


def _store(signs: Signs) -> Iterator[Finding]:
    store, hour = signs.store, signs.last_hour
    if store.trouble:
        yield Finding(
            "store_away",
            Level.TROUBLE,
            _("The archive's disk can't be looked at: %(trouble)s.") % {"trouble": store.trouble},
            _("Is it mounted, and may the desk read it? ARCHIVE_DIR says where it is."),
        )
    if store.room is not None and store.room <= 0:
        yield Finding(
            "store_full",
            Level.TROUBLE,
            _("There is no room left in the archive: %(size)s of its disk must stay free, and less is.")
            % {"size": filesizeformat(settings.ARCHIVE_FREE_BYTES)},
            _("Give it a larger disk, or move it into a bucket. Captures are tried again when there is room."),
        )
    elif store.room is not None and store.days_left is not None and store.days_left < FEW_DAYS:
        yield Finding(
            "store_filling",
            Level.CAUTION,
            ngettext(
                "At the pace of the last 7 days the archive's disk is full in %(days)s day: "
                "%(size)s may still be stored.",
                "At the pace of the last 7 days the archive's disk is full in %(days)s days: "
                "%(size)s may still be stored.",
                store.days_left,
            )
            % {"days": number_of(store.days_left), "size": filesizeformat(store.room)},
            _("Give it a larger disk, or move it into a bucket."),
        )
    if times := hour.times(Code.STORAGE_FULL, Code.STORAGE_FAILED):
        yield Finding(
            "store_failing",
            Level.TROUBLE,
            ngettext(
                "In the last hour %(number)s record could not be stored.",
                "In the last hour %(number)s records could not be stored.",
                times,
            )
            % {"number": number_of(times)},
            _("The attempts of those captures say why; the worker's log has the details."),
        )


def _last_hour(signs: Signs) -> Iterator[Finding]:
    hour = signs.last_hour
    if times := hour.times(Code.INTERNAL, Code.WORKER_LOST):
        yield Finding(
            "own_faults",
            Level.TROUBLE if times >= MANY_FAULTS else Level.CAUTION,
            ngettext(
                "In the last hour %(number)s attempt failed through a fault of the desk's own, "
                "or because a worker stopped in the middle.",
                "In the last hour %(number)s attempts failed through a fault of the desk's own, "
                "or because a worker stopped in the middle.",
                times,
            )
            % {"number": number_of(times)},
            _("Look at the workers' log. A worker that is killed again and again may want more memory."),
        )
    unreached = hour.times(*UNREACHED)
    if hour.unreached_hosts >= MANY_HOSTS and unreached > hour.stored:
        # At so many hosts there are many attempts: only what was stored may be one.
        said = ngettext(
            "In the last hour %(attempts)s attempts at %(hosts)s hosts reached nobody, and %(stored)s copy was stored.",
            "In the last hour %(attempts)s attempts at %(hosts)s hosts reached nobody, "
            "and %(stored)s copies were stored.",
            hour.stored,
        )
        yield Finding(
            "network_away",
            Level.TROUBLE,
            said
            % {
                "attempts": number_of(unreached),
                "hosts": f"{hour.unreached_hosts:,}",
                "stored": number_of(hour.stored),
            },
            _("Do the workers reach the network, and does their name server answer?"),
        )
