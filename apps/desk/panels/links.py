"""How a claim stands to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.claims.models import Claim, ClaimLink, ClaimLinkQuerySet

SHOWN = 50


@dataclass(frozen=True)
class Link:
    """A link as it reads from one of its ends."""

    row: ClaimLink
    relation: str
    other: Claim


def links_panel(claim: Claim) -> dict[str, Any]:
    """Live links, as they read from this claim, and those that were withdrawn."""
    of_claim = ClaimLink.objects.of(claim)
    live = _read(of_claim.live(), claim)
    return {
        "links": live,
        "superseded_by": [one for one in live if one.relation == str(ClaimLink.REVERSED[ClaimLink.Kind.SUPERSEDES])],
        "withdrawn_links": _read(of_claim.filter(withdrawn_at__isnull=False), claim),
    }


def _read(links: ClaimLinkQuerySet, claim: Claim) -> list[Link]:
    return [
        Link(row, row.get_kind_display(), row.to_claim)
        if row.from_claim_id == claim.pk
        else Link(row, str(ClaimLink.REVERSED[ClaimLink.Kind(row.kind)]), row.from_claim)
        for row in links.order_by("id")[:SHOWN]
    ]
