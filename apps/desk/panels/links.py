"""How a claim stands to others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.audit.statements import Select
from apps.claims.models import Claim, ClaimLink

SHOWN = 50
_live = Select(lambda claim: ClaimLink.objects.of(claim).live().order_by("id")[:SHOWN], int)
_withdrawn = Select(lambda claim: ClaimLink.objects.of(claim).withdrawn().order_by("id")[:SHOWN], int)


@dataclass(frozen=True)
class Link:
    """A link as it reads from one of its ends."""

    row: ClaimLink
    relation: str
    other: Claim


def links_panel(claim: Claim) -> dict[str, Any]:
    """Live links, as they read from this claim, and those that were withdrawn."""
    live = _read(_live(claim.pk), claim)
    return {
        "links": live,
        "superseded_by": [one for one in live if one.relation == str(ClaimLink.REVERSED[ClaimLink.Kind.SUPERSEDES])],
        "withdrawn_links": _read(_withdrawn(claim.pk), claim),
    }


def _read(links: Iterable[ClaimLink], claim: Claim) -> list[Link]:
    return [
        Link(row, row.get_kind_display(), row.to_claim)
        if row.from_claim_id == claim.pk
        else Link(row, str(ClaimLink.REVERSED[ClaimLink.Kind(row.kind)]), row.from_claim)
        for row in links
    ]
