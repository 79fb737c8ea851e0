"""The doorbells. A message carries one number; the row says what is to be done."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.archive.capturing import capture, politeness, rendering
from apps.archive.models import Capture
from apps.archive.reading import reader
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
    with entered_by(Channel.WORKER):
        reader.run(capture_id)


@shared_task(name="archive.sweep", queue="desk", expires=60)
def sweep() -> None:
    """Ring again for every row that waits: a lost message, a dead worker or a dead broker costs time, never work."""
    now = timezone.now()
    due = Capture.objects.due(now)
    for task, rows in ((capture_page, due.for_fetching(now)), (render_page, due.for_browser())):
        for pk in rows.in_fair_turns(settings.ARCHIVE_HOST_AT_ONCE)[:SWEPT_AT_ONCE]:
            ring(task, pk)
    for pk in Capture.objects.unread(timezone.now()).order_by("pk").values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
        ring(read_capture, pk)


def ring_for(capture_id: int, wants_browser: bool) -> None:
    """Tell a worker of the right kind that a capture waits."""
    ring(render_page if wants_browser else capture_page, capture_id)


def ring(task: Any, *args: int) -> None:
    """Publish without waiting for a broker that is away: the row stays and the sweeper rings again."""
    try:
        task.apply_async(args, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("could not ring %s%s: %s; the sweeper will", task.name, args, error)
