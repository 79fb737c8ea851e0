"""Reminds of due times: before they come, when they have come, and some time after, when editors are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.claims.models import Claim
from apps.claims.states import Stage
from apps.teamwork.codes import Kind, Step
from apps.teamwork.mentions import readers
from apps.teamwork.models import Notice, Preference, Reminder, Watcher
from apps.teamwork.telling import mailed

AT_ONCE = 200


def remind(now: datetime) -> int:
    """Tell of the due times whose next step has come; how many were told. Only the step that it is time for is told."""
    return sum(_remind_of(claim, due, step) for claim, due, step in list(_to_remind_of(now)))


def _to_remind_of(now: datetime) -> Iterator[tuple[int, datetime, Step]]:
    """Claims that are not settled, and at which step of their due time nobody was reminded yet."""
    before = timedelta(minutes=settings.REMIND_BEFORE_MINUTES)
    after = timedelta(minutes=settings.ESCALATE_AFTER_MINUTES)
    far_off = now - timedelta(days=365 * 200)
    spans = {Step.LATE: (far_off, now - after), Step.NOW: (now - after, now), Step.SOON: (now, now + before)}
    for step, (first, last) in spans.items():
        told = Reminder.objects.filter(claim=OuterRef("pk"), due=OuterRef("due"), step=step)
        waiting = Claim.objects.filter(~Exists(told), due__gt=first, due__lte=last).exclude(stage=Stage.SETTLED)
        for claim, due in waiting.order_by("due", "pk").values_list("pk", "due")[:AT_ONCE]:
            if due is not None:
                yield claim, due, step


@transaction.atomic
def _remind_of(claim_id: int, due: datetime, step: Step) -> bool:
    """Whether it was ours to tell: the claim is still due then, and nobody was quicker."""
    claim = Claim.objects.select_for_update(of=("self",)).get(pk=claim_id)
    if claim.due != due or claim.stage == Stage.SETTLED:
        return False
    reminder, is_new = Reminder.objects.get_or_create(claim=claim, due=due, step=step)
    if not is_new:
        return False
    people = readers(User.objects.active().with_roles())
    chosen = Preference.objects.in_bulk()
    kind = Kind.LATE if step == Step.LATE else Kind.DUE
    Notice.objects.bulk_create(
        [
            Notice(
                person_id=pk,
                claim=claim,
                kind=kind,
                reminder=reminder,
                at=reminder.at,
                awaits_mail=mailed(chosen.get(pk)),
            )
            for pk in sorted(_whom(claim, step, people))
            if pk in people
        ]
    )
    return True


def _whom(claim: Claim, step: Step, people: dict[int, User]) -> set[int]:
    """Before: who has the claim, or who watches it when nobody has. When it is due: both. After: editors too."""
    watching = set(Watcher.objects.filter(claim=claim, is_on=True).values_list("person", flat=True))
    mine = {claim.assignee_id} if claim.assignee_id else set()
    if step == Step.SOON:
        return mine or watching
    if step == Step.NOW:
        return mine | watching
    return mine | {pk for pk, person in people.items() if person.may(Capability.ASSIGN)}
