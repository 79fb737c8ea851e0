"""The clock of the trail: what waits is sealed, and checkpoints are laid down elsewhere."""

import logging

from celery import shared_task
from django.conf import settings

from apps.audit.sealing.anchors import anchor
from apps.audit.sealing.keys import NoKey
from apps.audit.sealing.sealer import seal
from apps.audit.sealing.tree import Inconsistent
from apps.audit.verifying.asking import carry_out


# Acknowledged before it begins, so no broker gives it to a second worker, however long it takes.
@shared_task(
    name="audit.verify",
    queue="extract",
    acks_late=False,
    soft_time_limit=settings.AUDIT_VERIFY_SECONDS,
    time_limit=settings.AUDIT_VERIFY_SECONDS + 60,
)
def verify_for(verification_id: int) -> None:
    """Verify the whole trail for whoever asked, telling how far it is. A worker's process may have none of its own."""
    carry_out(verification_id)


log = logging.getLogger(__name__)
ROUNDS = 20


@shared_task(name="audit.seal", queue="desk")
def seal_what_waits() -> None:
    """Seal what waits, in rounds, and lay down its checkpoints. What is left waits for the next time."""
    try:
        for _ in range(ROUNDS):
            sealed = seal()
            if sealed is None or not sealed.is_more:
                break
    except (Inconsistent, NoKey):
        log.exception("THE TRAIL IS NOT SEALED. Run `manage.py audit_verify` and find out who changed it.")
    anchor()
