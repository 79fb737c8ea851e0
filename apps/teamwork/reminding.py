"""Reminds of due times: before they come, when they have come, and some time after, when editors are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.claims.models import Claim, ReplyRequest
from apps.claims.states import Stage
from apps.teamwork.codes import Kind, Step
from apps.teamwork.mentions import readers
from apps.teamwork.models import Notice, Preference, Reminder, Watcher
from apps.teamwork.telling import mailed

AT_ONCE = 200


class Due(NamedTuple):
    """A step of a due time that it is time for: of a claim, or of an answer that it waits for."""

    claim: int
    reply: int | None
    at: datetime
    step: Step


def remind(now: datetime) -> int:
    """Tell of the due times whose next step has come; how many were told. Only the step that it is time for is told."""
    return sum(_remind_of(due) for due in [*_to_remind_of(now)])


def _to_remind_of(now: datetime) -> Iterator[Due]:
    """Claims that are not settled, and answers that are awaited, of which nobody was reminded at this step yet."""
    before = timedelta(minutes=settings.REMIND_BEFORE_MINUTES)
    after = timedelta(minutes=settings.ESCALATE_AFTER_MINUTES)
    far_off = now - timedelta(days=365 * 200)
    spans = {Step.LATE: (far_off, now - after), Step.NOW: (now - after, now), Step.SOON: (now, now + before)}
    for step, (first, last) in spans.items():
        told = Reminder.objects.filter(claim=OuterRef("pk"), reply=None, due=OuterRef("due"), step=step)
        claims = Claim.objects.filter(~Exists(told), due__gt=first, due__lte=last).exclude(stage=Stage.SETTLED)
        for claim, due in claims.order_by("due", "pk").values_list("pk", "due")[:AT_ONCE]:
            if due is not None:
                yield Due(claim, None, due, step)
        told = Reminder.objects.filter(reply=OuterRef("pk"), step=step)
        replies = ReplyRequest.objects.waiting().filter(~Exists(told), due__gt=first, due__lte=last)
        for claim, reply, due in replies.order_by("due", "pk").values_list("claim", "pk", "due")[:AT_ONCE]:
            yield Due(claim, reply, due, step)


@transaction.atomic
def _remind_of(due: Due) -> bool:
    """Whether it was ours to tell: it is still due then, and nobody was quicker."""
    claim = Claim.objects.select_for_update(of=("self",)).get(pk=due.claim)
    reply = ReplyRequest.objects.waiting().filter(pk=due.reply).first() if due.reply else None
    if due.reply is None and (claim.due != due.at or claim.stage == Stage.SETTLED):
        return False
    if due.reply and reply is None:
        return False
    reminder, is_new = Reminder.objects.get_or_create(claim=claim, reply=reply, due=due.at, step=due.step)
    if not is_new:
        return False
    people = readers(User.objects.active().with_roles())
    chosen = Preference.objects.in_bulk()
    kind = Kind.LATE if due.step == Step.LATE else Kind.DUE
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
            for pk in sorted(_whom(claim, reply, due.step, people))
            if pk in people
        ]
    )
    return True


def _whom(claim: Claim, reply: ReplyRequest | None, step: Step, people: dict[int, User]) -> set[int]:
    """Before: who has the claim, or who watches it when nobody has. When it is due: both. After: editors too.

    Of an answer: before, who asked for it; when it is due, who has the claim too; after, editors.
    """
    mine = {claim.assignee_id} if claim.assignee_id else set()
    if step == Step.LATE:
        asked = {reply.asked_by_id} if reply else set()
        return mine | asked | {pk for pk, person in people.items() if person.may(Capability.ASSIGN)}
    if reply:
        return {reply.asked_by_id} | (mine if step == Step.NOW else set())
    watching = set(Watcher.objects.filter(claim=claim, is_on=True).values_list("person", flat=True))
    return mine | watching if step == Step.NOW else mine or watching
