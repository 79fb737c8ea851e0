"""The doorbells of the sources: the archive has read something, and never knows who listens."""

from celery import shared_task

from apps.archive.models import Capture
from apps.archive.tasks import ring
from apps.audit.context import Channel, entered_by
from apps.sources.actions import learn_from_capture, suggest_from_capture
from apps.sources.models import Sifting, Source

SWEPT_AT_ONCE = 200


@shared_task(name="sources.learn", queue="extract")
def learn(capture_id: int) -> None:
    """Take over the facts of one capture that has been read."""
    with entered_by(Channel.WORKER, behalf=Capture.objects.asker_of(capture_id)):
        capture = Capture.objects.select_related("page", "extract").filter(pk=capture_id, extract__isnull=False).first()
        if capture:
            learn_from_capture(capture)


@shared_task(name="sources.suggest", queue="extract")
def suggest(capture_id: int) -> None:
    """Go through one capture for where its information comes from, if nobody has."""
    with entered_by(Channel.WORKER, behalf=Capture.objects.asker_of(capture_id)):
        capture = Capture.objects.select_related("page", "extract").filter(pk=capture_id, extract__isnull=False).first()
        if capture:
            suggest_from_capture(capture)


@shared_task(name="sources.sweep", queue="desk")
def sweep() -> None:
    """Ring again for whatever was read while nobody rang: each by itself, so that one bad row stops no other."""
    for capture_id in Source.objects.waiting()[:SWEPT_AT_ONCE]:
        ring(learn, capture_id)
    for capture_id in Sifting.objects.waiting()[:SWEPT_AT_ONCE]:
        ring(suggest, capture_id)
