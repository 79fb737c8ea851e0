"""Names that people type, as parties."""

from __future__ import annotations

from apps.accounts.models import User
from apps.sources.actions import party_called
from apps.sources.models import Party


def party_named(name: str, by: User) -> Party | None:
    """The party of this name, of whatever kind, new where there is none; None for no name."""
    return party_called(name, by=by) if name.strip() else None
