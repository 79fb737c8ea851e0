"""Names that people type, as parties."""

from __future__ import annotations

from apps.accounts.models import User
from apps.sources.actions import register_party
from apps.sources.models import Party


def party_named(name: str, by: User) -> Party | None:
    """The party of this name, of whatever kind, new where there is none; None for no name."""
    name = " ".join(name.split())
    if not name:
        return None
    known = Party.objects.named(name).order_by("id").first()
    return known or register_party(name, kind=Party.Kind.OTHER, by=by)
