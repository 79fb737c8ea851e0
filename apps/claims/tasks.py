"""The doorbell of the claims: a source has learned something, and verdicts may rest on it."""

from celery import shared_task

from apps.audit.context import Channel, entered_by
from apps.claims.actions import reconsider
from apps.sources.models import Source


@shared_task(name="claims.reconsider", queue="extract")
def reconsider_citing(capture_id: int) -> None:
    """Look again at the verdicts that cite the page of this copy."""
    with entered_by(Channel.WORKER):
        for source in Source.objects.filter(page__captures=capture_id):
            reconsider(source)
