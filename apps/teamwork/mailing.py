"""Sends notices by e-mail: at once, hourly or daily, each mail a row that waits until the server has taken it.

A mail is never lost: its row stays until it is sent, or given up with a reason that its reader is shown. It is not sent
twice as far as SMTP allows: one worker holds it at a time, under a lease longer than any task may run. Who dies between
the server's "250" and the row's update leaves a mail that is sent again, under the same Message-ID.
"""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from apps.accounts.capabilities import Capability
from apps.audit.wording import plain
from apps.teamwork.codes import NotSent, Pace
from apps.teamwork.models import Delivery, Notice, Preference

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
# A mail with more than this is no longer read: the rest is on the desk.
MOST = 50
SUBJECT = 120


def gather(now: datetime) -> list[int]:
    """Put into a mail what waits for one and whose time has come; the numbers of the mails, to be rung for."""
    Notice.objects.filter(awaits_mail=True, seen_at__isnull=False).update(awaits_mail=False)
    if not settings.EMAIL_HOST:
        return []
    people = Notice.objects.to_mail().values("person").distinct()
    chosen = Preference.objects.filter(person__in=people, person__is_active=True).exclude(person__email="")
    made = (_gather_for(one.pk, now) for one in chosen.exclude(pace=Pace.NEVER).order_by("pk"))
    return [delivery for delivery in made if delivery is not None]


@transaction.atomic
def _gather_for(person_id: int, now: datetime) -> int | None:
    mine = Preference.objects.select_for_update().get(pk=person_id)
    waiting = Notice.objects.to_mail().filter(person=person_id)
    if not is_time(mine, waiting, now):
        return None
    taken = list(waiting.order_by("id").values_list("pk", flat=True))
    if not taken:
        return None
    delivery = Delivery.objects.create(
        person_id=person_id, is_digest=mine.pace != Pace.AT_ONCE, asked_at=now, next_attempt_at=now
    )
    Notice.objects.filter(pk__in=taken).update(awaits_mail=False, delivery=delivery)
    return delivery.pk


def is_time(mine: Preference, waiting: QuerySet[Notice], now: datetime) -> bool:
    """Whether somebody who chose so gets a mail now. The daily one comes at their hour, in their time zone."""
    if mine.pace == Pace.AT_ONCE:
        return True
    digests = Delivery.objects.filter(person=mine.pk, is_digest=True)
    if mine.pace == Pace.HOURLY:
        return not digests.filter(asked_at__gt=now - timedelta(hours=1)).exists()
    hour = last_hour(now, mine.hour, zone_of(mine))
    return waiting.filter(at__lt=hour).exists() and not digests.filter(asked_at__gte=hour).exists()


def last_hour(now: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """The last time that it was this hour there."""
    here = now.astimezone(zone)
    at = here.replace(hour=hour, minute=0, second=0, microsecond=0)
    return at if at <= here else at - timedelta(days=1)


def zone_of(mine: Preference | None) -> ZoneInfo:
    """The reader's time zone, or the desk's."""
    return ZoneInfo((mine.time_zone if mine else "") or settings.TIME_ZONE)


def send(delivery_id: int) -> bool:
    """Send one mail, if it is due and nobody else is at it. Whether the server has taken it."""
    now = timezone.now()
    lease = timedelta(seconds=settings.ARCHIVE_LEASE_SECONDS)
    due = Delivery.objects.due(now).filter(pk=delivery_id)
    if not settings.EMAIL_HOST or due.update(attempt=F("attempt") + 1, next_attempt_at=now + lease) != 1:
        return False
    delivery = Delivery.objects.select_related("person").get(pk=delivery_id)
    person = delivery.person
    held = Delivery.objects.waiting().filter(pk=delivery.pk, attempt=delivery.attempt)
    if not (person.is_active and person.may(Capability.READ_DESK) and person.email):
        held.update(failed_at=now, failure=plain(NotSent.LEFT.label))
        return False
    if delivery.attempt > settings.EMAIL_ATTEMPTS:
        held.update(failed_at=now, failure=plain(NotSent.SILENT.label))
        return False
    try:
        message(delivery).send()
    except (smtplib.SMTPException, OSError) as error:
        _try_later(held, delivery, error)
        return False
    return bool(held.update(sent_at=timezone.now(), failure=""))


def _try_later(held: QuerySet[Delivery], delivery: Delivery, error: Exception) -> None:
    """Wait longer each time; give up when the server wants none of this address, or after so many attempts."""
    why = (plain(NotSent.ANSWERED.label) % {"words": reason(error)})[:300]
    if is_final(error) or delivery.attempt >= settings.EMAIL_ATTEMPTS:
        held.update(failed_at=timezone.now(), failure=why)
    else:
        pause = min(FIRST_PAUSE * 2 ** min(delivery.attempt - 1, 20), LONGEST_PAUSE)
        held.update(next_attempt_at=timezone.now() + pause, failure=why)


def is_final(error: Exception) -> bool:
    """Whether another attempt is of no use: the address itself was refused for good (RFC 5321, 4.2.1: 5yz)."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(500 <= code < 600 for code, _ in error.recipients.values())


def reason(error: Exception) -> str:
    """What went wrong, in the server's words where there are any."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {said.decode(errors='replace')}" for code, said in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    return str(error) or type(error).__name__


def message(delivery: Delivery) -> EmailMessage:
    """The mail: short, plain, with links. It quotes no comment and no evidence: mail lies on other people's servers."""
    notices = list(delivery.notices.told().order_by("id")[: MOST + 1])
    mine = Preference.objects.filter(person=delivery.person_id).first()
    context = {
        "person": delivery.person,
        "newsroom": settings.NEWSROOM_NAME,
        "notices": [(one, _link(one)) for one in notices[:MOST]],
        "go_on": len(notices) > MOST,
        "list": settings.DESK_URL + reverse("desk:notices"),
        "settings": settings.DESK_URL + reverse("desk:notices_settings"),
    }
    with timezone.override(zone_of(mine)):
        text = render_to_string("teamwork/mail.txt", context)
    host = urlsplit(settings.DESK_URL).hostname or "desk.invalid"
    return EmailMessage(
        subject=_subject(notices),
        body=text,
        from_email=settings.EMAIL_FROM,
        to=[delivery.person.email],
        headers={"Message-ID": f"<{delivery.key}@{host}>", "Auto-Submitted": "auto-generated"},
    )


def _subject(notices: Sequence[Notice]) -> str:
    number = len(notices)
    said = ngettext("%(number)d notice", "%(number)d notices", number) % {"number": number} if number > 1 else ""
    if number == 1:
        said = f"{notices[0].get_kind_display()}: {notices[0].claim.statement}"
    line = " ".join(f"[{settings.NEWSROOM_NAME}] {said}".split())
    return line if len(line) <= SUBJECT else f"{line[: SUBJECT - 1]}…"


def _link(notice: Notice) -> str:
    return f"{settings.DESK_URL}{reverse('desk:claim', args=[notice.claim_id])}{notice.place}"
