"""Who watches a claim: by themselves, or because they have to do with it."""

from __future__ import annotations

from datetime import datetime

from apps.accounts.models import User
from apps.claims.models import Claim
from apps.teamwork.models import Watcher


def begin_to_watch(claim: Claim, person: User, since: datetime) -> None:
    """They have to do with the claim now. Whoever watches already, or wanted not to, is left alone."""
    Watcher.objects.bulk_create([Watcher(claim=claim, person=person, since=since)], ignore_conflicts=True)
