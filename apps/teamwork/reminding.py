"""Reminds of due times: before they come, when they have come, and some time after, when editors are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.functional import cached_property

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


@dataclass(frozen=True)
class Readers:
    """Who may read the desk, and how they want to be told: asked once for all that is due, while nothing is locked."""

    people: dict[int, User]
    chosen: dict[int, Preference]

    @cached_property
    def editors(self) -> set[int]:
        return {pk for pk, person in self.people.items() if person.may(Capability.ASSIGN)}

    def first(self, *groups: set[int]) -> set[int]:
        """Those of the first of these groups that has anybody left who may read; otherwise the editors."""
        return next(filter(None, (group & self.people.keys() for group in groups)), self.editors)


def remind(now: datetime) -> int:
    """Tell of the due times whose next step has come; how many were told. Only the step that it is time for is told."""
    found = [*_to_remind_of(now)]
    if not found:
        return 0
    desk = Readers(readers(User.objects.active().with_roles()), Preference.objects.in_bulk())
    return sum(_remind_of(due, desk) for due in found)


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
def _remind_of(due: Due, desk: Readers) -> bool:
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
    kind = Kind.LATE if due.step == Step.LATE else Kind.DUE
    Notice.objects.bulk_create(
        [
            Notice(
                person_id=pk,
                claim=claim,
                kind=kind,
                reminder=reminder,
                at=reminder.at,
                awaits_mail=mailed(desk.chosen.get(pk)),
            )
            for pk in sorted(_whom(claim, reply, due.step, desk))
        ]
    )
    return True


def _whom(claim: Claim, reply: ReplyRequest | None, step: Step, desk: Readers) -> set[int]:
    """Before: who has the claim. When it is due: who watches it too. After: who has it, and editors.

    Of an answer: before, who asked for it; when it is due, who has the claim too; after, editors too. Where none of
    them may read the desk any more, or there is nobody, those who watch the claim stand in, and then editors: a due
    time is told once, so somebody has to hear of it.
    """
    mine = {claim.assignee_id} if claim.assignee_id else set()
    asked = {reply.asked_by_id} if reply else set()
    if step == Step.LATE:
        return desk.first(mine | asked | desk.editors)
    watching = set(Watcher.objects.filter(claim=claim, is_on=True).values_list("person", flat=True))
    if reply:
        return desk.first(asked | mine, watching) if step == Step.NOW else desk.first(asked, mine, watching)
    return desk.first(mine | watching) if step == Step.NOW else desk.first(mine, watching)
