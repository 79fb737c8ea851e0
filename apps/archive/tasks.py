"""The doorbells. A message carries one number; the row says what is to be done."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.archive.capturing import capture, politeness, rendering
from apps.archive.health import heartbeat, tallies
from apps.archive.models import Capture, Watch
from apps.archive.reading import reader
from apps.archive.receiving import arriving
from apps.archive.watching import catching_up, looking
from apps.audit.context import Channel, entered_by

SWEPT_AT_ONCE = 500
logger = logging.getLogger(__name__)


@shared_task(name="archive.capture_page", queue="fetch")
def capture_page(capture_id: int) -> None:
    """Fetch and store one capture, if it is still to be done."""
    _capture(capture_id, with_browser=False)


@shared_task(name="archive.render_page", queue="render")
def render_page(capture_id: int) -> None:
    """Fetch and store one capture, if it is still to be done, and have a browser draw it; then ring for the next."""
    with rendering.turn() as ours:
        if not ours or not _capture(capture_id, with_browser=True):
            return
    due = Capture.objects.due(timezone.now()).for_browser().order_by("next_attempt_at")
    if (next_drawn := due.values_list("pk", flat=True).first()) is not None:
        ring(render_page, next_drawn)


def _capture(capture_id: int, *, with_browser: bool) -> bool:
    """Whether it was ours to do."""
    with entered_by(Channel.WORKER):
        leased = capture.lease(capture_id, with_browser=with_browser)
        if leased is None:
            return False
        stored = capture.work(leased)
    if stored:
        ring(read_capture, capture_id)
    if (next_here := politeness.waiting(leased.capture.page.host_id)) is not None:
        ring_for(*next_here)
    return True


@shared_task(name="archive.read_capture", queue="extract")
def read_capture(capture_id: int) -> None:
    """Read headline and text from one stored capture."""
    with entered_by(Channel.WORKER, behalf=Capture.objects.asker_of(capture_id)):
        reader.run(capture_id)


@shared_task(name="archive.sweep", queue="desk")
def sweep() -> None:
    """Ring again for every row that waits: a lost message, a dead worker or a dead broker costs time, never work."""
    now = timezone.now()
    due = Capture.objects.due(now)
    for task, rows in ((capture_page, due.for_fetching(now)), (render_page, due.for_browser())):
        for pk in rows.in_fair_turns(settings.ARCHIVE_HOST_AT_ONCE)[:SWEPT_AT_ONCE]:
            ring(task, pk)
    for pk in Capture.objects.unread(timezone.now()).order_by("pk").values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
        ring(read_capture, pk)
    for number in arriving.abandoned()[:SWEPT_AT_ONCE]:
        ring(clear_away, number)


@shared_task(name="archive.clear_away", queue="desk")
def clear_away(arrival_id: int) -> None:
    """Remove a record that somebody brought and no copy's row came to hold."""
    arriving.clear_away(arrival_id)


@shared_task(name="archive.look", queue="fetch")
def look(page_id: int) -> None:
    """Look at one watched page again, if it is due."""
    with entered_by(Channel.WORKER):
        held = looking.hold(page_id)
        if held is None:
            return
        otherwise = looking.work(held)
    host = held.watch.page.host_id
    if otherwise is not None:
        ring_for(otherwise, settings.ARCHIVE_RENDER == "always")
    elif (copy := politeness.waiting(host)) is not None:
        ring_for(*copy)
    if settings.ARCHIVE_WATCH and (next_here := looking.waiting(host)) is not None:
        ring(look, next_here)


@shared_task(name="archive.compare", queue="extract")
def compare(capture_id: int) -> None:
    """Hold one copy that has been read against what is relied on, if its page is watched."""
    with entered_by(Channel.WORKER):
        catching_up.run(capture_id)


@shared_task(name="archive.watch", queue="desk")
def watch() -> None:
    """Ring for the watched pages that are due: few at a time, and of each host one."""
    if settings.ARCHIVE_WATCH:
        due = Watch.objects.due(timezone.now()).one_of_each_host()
        for page_id in due[: settings.ARCHIVE_WATCH_AT_ONCE]:
            ring(look, page_id)


@shared_task(name="archive.catch_up", queue="desk")
def catch_up() -> None:
    """Ring for copies of watched pages that were read and not compared: a bell was lost, or the watch is new."""
    behind = list(Watch.objects.behind().values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    for capture_id in Capture.objects.comparable().newest_of(behind) if behind else ():
        ring(compare, capture_id)


@shared_task(name="archive.count", queue="desk")
def count() -> None:
    """Bring the tallies of what came of captures up to date, and forget workers that are long gone."""
    tallies.count()
    heartbeat.forget_the_silent(timezone.now())


def ring_for(capture_id: int, wants_browser: bool) -> None:
    """Tell a worker of the right kind that a capture waits."""
    ring(render_page if wants_browser else capture_page, capture_id)


def ring(task: Any, *args: int) -> None:
    """Publish without waiting for a broker that is away: the row stays and the sweeper rings again."""
    try:
        task.apply_async(args, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("could not ring %s%s: %s; the sweeper will", task.name, args, error)
