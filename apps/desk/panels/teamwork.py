"""Who works on a claim: comments, who watches it, and who is looking at it now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.statements import Select
from apps.claims.models import Claim
from apps.teamwork.models import PRESENT, Comment, Presence, Watcher

SHOWN = 100
_last = Select(lambda claim: Comment.objects.filter(claim=claim).told().order_by("-id")[: SHOWN + 1], int)
_watching = Select(
    lambda claim: Watcher.objects.filter(claim=claim, is_on=True).order_by().values_list("person", "person__name"), int
)
_here = Select(
    lambda moment, claim: (
        Presence.objects.since(moment).filter(claim=claim).select_related("person").order_by("person__name", "person")
    ),
    *(datetime, int),
)
_active = Select(lambda: User.objects.active().values_list("pk", "username", "name"))


def active_people() -> list[tuple[int, str, str]]:
    """Everybody who works on the desk, by name: number, user name and name."""
    return _active()


def comments_panel(claim: Claim, person: User, people: Sequence[tuple[int, str, str]]) -> dict[str, Any]:
    """The last remarks, oldest first, and whom of these people a remark may call."""
    last = _last(claim.pk)
    watchers = dict(_watching(claim.pk))
    return {
        "comments": last[:SHOWN][::-1],
        "comments_go_on": len(last) > SHOWN,
        "is_watching": person.pk in watchers,
        "watching_names": sorted(watchers.values()),
        "colleagues": [(username, name) for pk, username, name in people if pk != person.pk],
    }


def company(claim: Claim, person: User) -> list[User]:
    """Who else has the claim's page open, by name."""
    here = _here(timezone.now() - PRESENT, claim.pk)
    return [one.person for one in here if one.person_id != person.pk]


def live_panel(claim: Claim, person: User, comments: Sequence[Comment] | None = None) -> dict[str, Any]:
    """What the page's poller asks about: the claim's version, what was said of it, and who is here.

    ``comments`` are all that were made, for whoever has them.
    """
    others = company(claim, person)
    if comments is None:
        said = Comment.objects.filter(claim=claim).aggregate(said=Sum("version"))["said"] or 0
    else:
        said = sum(one.version for one in comments)
    who = "-".join(str(one.pk) for one in others)
    return {"company": others, "live": f"{claim.version}.{said}.{who}"}
