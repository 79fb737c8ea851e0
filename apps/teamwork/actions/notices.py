"""Reading notices, and choosing how to be told. Reading is a private matter, so the trail has no line of it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.actions import record
from apps.audit.verbs import Verb
from apps.audit.versioned import differences
from apps.claims.models import Claim
from apps.teamwork.codes import Pace, Scope
from apps.teamwork.models import Delivery, Notice, Preference


def mark_seen(notice: Notice, *, by: User) -> None:
    """This one is read."""
    Notice.objects.unseen().filter(pk=notice.pk, person=by).update(seen_at=timezone.now())


def mark_claim_seen(claim: Claim, *, by: User) -> None:
    """What there was to say of this claim was seen on its page."""
    mine = Notice.objects.unseen().filter(person=by, claim=claim)
    if mine.exists():
        mine.update(seen_at=timezone.now())


def mark_all_seen(up_to: int, *, by: User) -> int:
    """Everything up to this number is read; what came after it is not. Returns how many were unread."""
    return Notice.objects.unseen().filter(person=by, pk__lte=up_to).update(seen_at=timezone.now())


def send_again(delivery: Delivery, *, by: User) -> None:
    """Try a mail of one's own once more that was given up; a worker is rung by the next round of the clock."""
    require(by, Capability.READ_DESK)
    given_up = Delivery.objects.filter(pk=delivery.pk, person=by, failed_at__isnull=False)
    given_up.update(failed_at=None, failure="", attempt=0, next_attempt_at=timezone.now())


def set_preference(*, by: User, scope: Scope, pace: Pace, hour: int, time_zone: str) -> Preference:
    """Choose what to be told on the desk, how often by e-mail, at which hour, and in which time zone."""
    require(by, Capability.READ_DESK)
    with transaction.atomic():
        mine, _ = Preference.objects.select_for_update().get_or_create(person=by)
        before = _facts(mine)
        mine.scope, mine.pace, mine.hour, mine.time_zone = scope, pace, hour, time_zone
        was, became = differences(before, _facts(mine))
        if not became:
            return mine
        mine.save(update_fields=["scope", "pace", "hour", "time_zone"])
        if pace == Pace.NEVER:
            Notice.objects.filter(person=by, awaits_mail=True).update(awaits_mail=False)
        record(Verb.NOTICES_CHOSEN, stream=f"person:{by.pk}", target=str(by), by=by, before=was, after=became)
    return mine


def _facts(mine: Preference) -> dict[str, str | int]:
    return {"on the desk": mine.scope, "e-mail": mine.pace, "hour": mine.hour, "time zone": mine.time_zone}
