"""The doorbells for news under claims. ``claims.tasks`` makes them known to the workers."""

from celery import shared_task
from django.db import transaction

from apps.archive.tasks import ring
from apps.audit.context import Channel, entered_by
from apps.claims.actions.spreading import carry
from apps.claims.models import Cause

BATCHES_AT_ONCE = 10


@shared_task(name="claims.carry", queue="desk")
def carry_on(cause_id: int) -> None:
    """Take one piece of news further, and ring again while there is more."""
    with entered_by(Channel.WORKER):
        for cause in Cause.objects.to_carry().filter(pk=cause_id):
            if not carry(cause, batches=BATCHES_AT_ONCE):
                ring(carry_on, cause_id)


def ring_for(cause: Cause) -> None:
    """Once the change is committed, tell a worker that there is news; the sweep finds the row in any case."""
    transaction.on_commit(lambda: ring(carry_on, cause.pk), robust=True)
