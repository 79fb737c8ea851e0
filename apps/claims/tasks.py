"""The doorbells of the claims: a source has learned something, or the watch has found something."""

from celery import shared_task

from apps.archive.models import Capture, Drift
from apps.archive.tasks import ring
from apps.audit.context import Channel, entered_by
from apps.claims.actions import adopt_copy, flag_for_drift, reconsider
from apps.claims.actions.bells import carry_on
from apps.claims.models import Cause, Citation
from apps.sources.models import Source

SWEPT_AT_ONCE = 200


@shared_task(name="claims.reconsider", queue="extract")
def reconsider_citing(capture_id: int) -> None:
    """Give waiting citations this copy, and look again at the verdicts that cite its page."""
    with entered_by(Channel.WORKER):
        for capture in Capture.objects.stored().filter(pk=capture_id):
            adopt_copy(capture)
        for source in Source.objects.filter(page__captures=capture_id):
            reconsider(source)


@shared_task(name="claims.hear", queue="desk", expires=60)
def hear(_looked_at: int = 0) -> None:
    """Take up what the watch has found, whichever look or comparison this was rung after."""
    with entered_by(Channel.WORKER):
        for drift_id in Drift.objects.untaken().values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
            flag_for_drift(drift_id)


@shared_task(name="claims.sweep", queue="desk", expires=60)
def sweep() -> None:
    """Ring again for what nobody came for: copies that citations wait for, findings, and news under way."""
    for capture_id in Citation.objects.copies_to_adopt()[:SWEPT_AT_ONCE]:
        ring(reconsider_citing, capture_id)
    if Drift.objects.untaken().exists():
        ring(hear, 0)
    for cause_id in Cause.objects.to_carry().values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
        ring(carry_on, cause_id)
