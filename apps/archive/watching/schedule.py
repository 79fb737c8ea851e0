"""When a page is looked at again: soon after it was cited, then less and less often, and no two pages together."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from apps.archive.models import Watch

# Multiples of the golden ratio lie as evenly as can be (Weyl, 1916): pages with numbers in a row never crowd.
GOLDEN = 0.618_033_988_749_894_9
EARLIEST, LATEST = 0.75, 1.25
# An answer that the page is gone is believed when it comes again after at least this share of the first pause.
BELIEVED_AFTER = 0.5


def place(page_id: int) -> float:
    """Where this page stands among all, from 0 to 1, the same for ever."""
    return page_id * GOLDEN % 1


def spread(page_id: int, pause: timedelta) -> timedelta:
    """This page's own length of a pause: between three and five quarters of it."""
    return pause * (EARLIEST + (LATEST - EARLIEST) * place(page_id))


def widen(watch: Watch, now: datetime) -> None:
    """Set the next look by the rung that comes next, and step to the one after it."""
    pauses = settings.ARCHIVE_WATCH_PAUSES
    rung = min(watch.rung, len(pauses) - 1)
    watch.next_look_at = now + spread(watch.page_id, pauses[rung])
    watch.rung = min(rung + 1, len(pauses) - 1)


def begin_again(watch: Watch, now: datetime) -> None:
    """Something was otherwise: look again soon, and widen from there."""
    watch.rung = 0
    widen(watch, now)


def ask_again(watch: Watch, now: datetime) -> None:
    """The page could not be seen: its pauses begin small and widen with each failure, never beyond its own rung's."""
    pauses = settings.ARCHIVE_WATCH_PAUSES
    pause = min(pauses[min(watch.rung, len(pauses) - 1)], pauses[min(max(watch.failures - 1, 0), len(pauses) - 1)])
    watch.next_look_at = now + spread(watch.page_id, pause)


def asks_in_full(watch: Watch) -> bool:
    """On the last rung the page is asked for whole: a server that always says "not modified" is found out."""
    return watch.rung >= len(settings.ARCHIVE_WATCH_PAUSES) - 1


def apart() -> timedelta:
    """How far apart two answers must be to be two."""
    return settings.ARCHIVE_WATCH_PAUSES[0] * BELIEVED_AFTER


def long_enough() -> timedelta:
    """How long a page may fail before it is called gone."""
    return timedelta(days=settings.ARCHIVE_WATCH_GONE_DAYS)
