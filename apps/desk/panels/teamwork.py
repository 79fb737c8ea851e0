"""Who works on a claim: comments, who watches it, and who is looking at it now."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum
from django.utils import timezone

from apps.accounts.models import User
from apps.claims.models import Claim
from apps.teamwork.models import Comment, Presence, Watcher

SHOWN = 100


def comments_panel(claim: Claim, person: User) -> dict[str, Any]:
    """The last remarks, oldest first, and whom a remark may call."""
    last = list(claim.comments.told().order_by("-id")[: SHOWN + 1])
    watchers = dict(Watcher.objects.filter(claim=claim, is_on=True).values_list("person", "person__name"))
    return {
        "comments": last[:SHOWN][::-1],
        "comments_go_on": len(last) > SHOWN,
        "is_watching": person.pk in watchers,
        "watching_names": sorted(watchers.values()),
        "colleagues": User.objects.active().exclude(pk=person.pk).values_list("username", "name"),
    }


def company(claim: Claim, person: User) -> list[User]:
    """Who else has the claim's page open, by name."""
    here = Presence.objects.here(timezone.now()).filter(claim=claim).exclude(person=person)
    return [one.person for one in here.select_related("person").order_by("person__name", "person")]


def live_panel(claim: Claim, person: User) -> dict[str, Any]:
    """What the page's poller asks about: the claim's version, what was said of it, and who is here."""
    others = company(claim, person)
    said = Comment.objects.filter(claim=claim).aggregate(said=Sum("version"))["said"] or 0
    who = "-".join(str(one.pk) for one in others)
    return {"company": others, "live": f"{claim.version}.{said}.{who}"}
