"""The doorbells of people's work together, and what comes round with the clock."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from apps.archive.tasks import ring
from apps.teamwork import mailing
from apps.teamwork.models import Delivery, Presence
from apps.teamwork.reminding import remind
from apps.teamwork.telling import tell

ROUNDS = 20
SWEPT_AT_ONCE = 200
# Who looked at what is nobody's business once they are gone.
FORGOTTEN = timedelta(hours=1)


@shared_task(name="teamwork.tell", queue="desk")
def tell_what_happened() -> None:
    """Make notices of what the trail has come to hold. What is left waits for the next time."""
    for _ in range(ROUNDS):
        if not tell():
            break


@shared_task(name="teamwork.sweep", queue="desk")
def sweep() -> None:
    """Remind of due times, put what waits into mails, and ring for every mail that is due, new or tried before."""
    now = timezone.now()
    remind(now)
    Presence.objects.filter(seen_at__lt=now - FORGOTTEN).delete()
    mailing.gather(now)
    for pk in Delivery.objects.due(timezone.now()).values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
        ring(send_mail, pk)


@shared_task(name="teamwork.send", queue="desk")
def send_mail(delivery_id: int) -> None:
    """Send one mail, if it is still to be sent."""
    mailing.send(delivery_id)
