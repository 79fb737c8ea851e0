"""The doorbells of the sources: the archive has read something, and never knows who listens."""

from celery import shared_task
from django.db.models import F, Q

from apps.archive.models import Capture
from apps.audit.context import Channel, entered_by
from apps.sources.actions import learn_from_capture

SWEPT_AT_ONCE = 200


@shared_task(name="sources.learn", queue="extract")
def learn(capture_id: int) -> None:
    """Take over the facts of one capture that has been read."""
    with entered_by(Channel.WORKER):
        capture = Capture.objects.select_related("page", "extract").filter(pk=capture_id, extract__isnull=False).first()
        if capture:
            learn_from_capture(capture)


@shared_task(name="sources.sweep", queue="desk", expires=60)
def sweep() -> None:
    """Take over whatever was read while nobody rang."""
    behind = Q(page__source__learned_from__isnull=True) | Q(page__source__learned_from__lt=F("pk"))
    unseen = Capture.objects.filter(behind, page__source__isnull=False, extract__isnull=False)
    with entered_by(Channel.WORKER):
        for capture in unseen.select_related("page", "extract").order_by("pk")[:SWEPT_AT_ONCE]:
            learn_from_capture(capture)
