"""Watching claims, and being there."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.actions import record
from apps.audit.verbs import Verb
from apps.claims.models import Claim
from apps.teamwork.models import Presence, Watcher

# An open page says that it is there more often than this; every write has its price.
SAID_ANEW = timedelta(seconds=10)


def watch(claim: Claim, *, by: User) -> None:
    """Be told from now on what becomes of the claim."""
    _set(claim, by, True, Verb.CLAIM_WATCHED)


def unwatch(claim: Claim, *, by: User) -> None:
    """Be told no more of it, whatever one does with it later, except by name: a mention, a claim given to one."""
    _set(claim, by, False, Verb.CLAIM_UNWATCHED)


def be_here(claim: Claim, *, by: User) -> None:
    """Somebody has the claim's page open. Nothing of the desk's changes by it, so the trail has no line."""
    now = timezone.now()
    mine = Presence.objects.filter(claim=claim, person=by)
    if mine.filter(seen_at__gt=now - SAID_ANEW).exists():
        return
    if not mine.update(seen_at=now):
        Presence.objects.bulk_create([Presence(claim=claim, person=by, seen_at=now)], ignore_conflicts=True)


def _set(claim: Claim, by: User, is_on: bool, verb: Verb) -> None:
    require(by, Capability.READ_DESK)
    with transaction.atomic():
        row, is_new = Watcher.objects.select_for_update().get_or_create(
            claim=claim, person=by, defaults={"is_on": is_on}
        )
        if not is_new:
            if row.is_on == is_on:
                return
            row.is_on, row.since = is_on, timezone.now()
            row.save(update_fields=["is_on", "since"])
        record(verb, stream=f"person:{by.pk}", target=claim.statement, by=by, after={"claim": claim.pk})
