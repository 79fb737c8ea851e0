"""What somebody must do now: lists with their numbers, their first claims, and the queue narrowed the same way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.claims.models import Claim, Correction, Flag, MoveRequest, ReplyRequest
from apps.claims.states import Stage
from apps.desk.filters import FLAG_KINDS

# Nobody acts on the rest of a number above this, and counting it costs.
COUNTED_TO = 99
ROWS = 5
# So many of the newest flags are told apart by kind.
FLAGS_READ = 1_000


@dataclass(frozen=True)
class Number:
    """How many, as far as they are counted."""

    value: int
    is_more: bool = False

    def __str__(self) -> str:
        return f"{self.value}+" if self.is_more else str(self.value)

    def __bool__(self) -> bool:
        return self.value > 0


@dataclass
class Duty:
    """One list of the page: its claims are the first of it, in its own order."""

    name: str
    title: str
    empty: str
    query: str
    number: Number
    first: list[int]
    parts: list[tuple[str, str, Number]] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        return self.number.is_more or self.number.value > len(self.claims)


def duties(user: User) -> list[Duty]:
    """The lists of this person, in the order of what they are there for; a query for each, and one for all claims."""
    found = [make(user) for make in _for(user)]
    wanted = {pk for duty in found for pk in duty.first}
    claims = {claim.pk: claim for claim in Claim.objects.filter(pk__in=wanted).for_queue()}
    for duty in found:
        duty.claims = [claims[pk] for pk in duty.first if pk in claims]
    return found


def elsewhere(user: User) -> list[tuple[str, str, Number]]:
    """What else waits for somebody, by where it is done: "3 replies are overdue"."""
    rows: list[tuple[str, str, Any]] = [
        ("corrections", _("published uses need correction"), Correction.objects.open()),
        ("replies_due", _("replies are overdue"), ReplyRequest.objects.overdue(timezone.now())),
    ]
    told = [(reverse(f"desk:{name}"), words, _number(list(_numbers(found)))) for name, words, found in rows]
    return [one for one in told if one[2]]


def _for(user: User) -> Sequence[Any]:
    if user.may(Capability.DECIDE):
        return (_to_sign, _flagged, _mine, _overdue, _inbox)
    if user.may(Capability.OPEN_CLAIMS):
        return (_mine, _my_flagged, _my_overdue, _nobodys)
    return (_waiting, _flagged, _overdue, _inbox)


def _duty(name: str, title: str, empty: str, query: dict[str, Any], found: Any, **more: Any) -> Duty:
    numbers = list(dict.fromkeys(found))
    return Duty(name, title, empty, urlencode(query), _number(numbers), numbers[:ROWS], **more)


def _numbers(rows: Any, name: str = "pk") -> Any:
    """The first of these rows, one more than are counted."""
    return rows.values_list(name, flat=True)[: COUNTED_TO + 1]


def _number(found: Sequence[Any]) -> Number:
    return Number(min(len(found), COUNTED_TO), len(found) > COUNTED_TO)


def _to_sign(user: User) -> Duty:
    asked = MoveRequest.objects.to_sign_for(user).order_by("pk")
    nothing = _("Nothing waits for your signature.")
    return _duty("sign", _("Waits for your signature"), nothing, {"sign_off": "mine"}, _numbers(asked, "claim_id"))


def _waiting(user: User) -> Duty:
    asked = MoveRequest.objects.open().order_by("pk")
    nothing = _("No verdict waits for a second editor.")
    return _duty("sign", _("Waits for a second editor"), nothing, {"sign_off": "waiting"}, _numbers(asked, "claim_id"))


def _mine(user: User) -> Duty:
    mine = Claim.objects.filter(assignee=user).open().order_by("-changed_at", "-id")
    query = {"assignee": user.pk, "stage": "open"}
    return _duty("mine", _("Yours"), _("Nothing is assigned to you."), query, _numbers(mine))


def _overdue(user: User) -> Duty:
    late = Claim.objects.overdue(timezone.now()).order_by("due", "id")
    return _duty("overdue", _("Overdue"), _("Nothing is overdue."), {"due": "overdue"}, _numbers(late))


def _my_overdue(user: User) -> Duty:
    late = Claim.objects.overdue(timezone.now()).filter(assignee=user).order_by("due", "id")
    query = {"assignee": user.pk, "due": "overdue"}
    return _duty("overdue", _("Overdue, of yours"), _("Nothing of yours is overdue."), query, _numbers(late))


def _inbox(user: User) -> Duty:
    new = Claim.objects.filter(stage=Stage.INBOX).order_by("-changed_at", "-id")
    nothing = _("The inbox is empty: every claim is in somebody's hands.")
    return _duty("inbox", _("Inbox"), nothing, {"stage": "inbox"}, _numbers(new))


def _nobodys(user: User) -> Duty:
    free = Claim.objects.filter(stage=Stage.INBOX, assignee=None).order_by("-changed_at", "-id")
    query = {"stage": "inbox", "assignee": "none"}
    return _duty(
        "inbox", _("Inbox, nobody's yet"), _("Every claim has somebody who looks into it."), query, _numbers(free)
    )


def _flagged(user: User) -> Duty:
    return _flags(_("Flagged"), _("No flags: nothing has changed under a claim."), Flag.objects.open(), {})


def _my_flagged(user: User) -> Duty:
    mine = Flag.objects.open().filter(claim__assignee=user)
    return _flags(_("Flagged, of yours"), _("Nothing has changed under a claim of yours."), mine, {"assignee": user.pk})


def _flags(title: str, nothing: str, flags: Any, query: dict[str, Any]) -> Duty:
    """The claims of the newest flags; by what happened to them, a claim may stand under several."""
    told = list(flags.order_by("-id").values_list("claim_id", F("cause__kind"))[: FLAGS_READ + 1])
    goes_on = len(told) > FLAGS_READ
    parts = []
    for value, words in (
        ("drift", _("changed or gone")),
        ("withdrawn", _("withdrawn")),
        ("disputed", _("newly disputed")),
    ):
        number = _of(claim for claim, kind in told if kind in FLAG_KINDS[value])
        number = Number(number.value, number.is_more or goes_on)
        if number:
            parts.append((words, urlencode({**query, "flagged": value}), number))
    found = [claim for claim, _ in told]
    duty = _duty("flagged", title, nothing, {**query, "flagged": "yes"}, found, parts=parts)
    duty.number = Number(duty.number.value, duty.number.is_more or goes_on)
    return duty


def _of(claims: Iterable[int]) -> Number:
    return _number(list(dict.fromkeys(claims)))
