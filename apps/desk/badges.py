"""What rows of claims say of their evidence and of what is asked for: worked out for the rows shown, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.claims import policy
from apps.claims.evidence import gather_all
from apps.claims.models import Claim, MoveRequest

# A claim with more citations than this tells their number in a list and its lines on its own page.
MOST_CITATIONS = 300


@dataclass(frozen=True)
class Note:
    """What one row says: its lines, unless it has too many citations for a list, and the move that is asked for."""

    badge: policy.Badge | None
    asked: MoveRequest | None


def notes(claims: Sequence[Claim]) -> dict[int, Note]:
    """A note for each of these rows of ``for_queue``, by the claim's number; as many queries for many as for one."""
    small = [claim for claim in claims if _citations(claim) <= MOST_CITATIONS]
    evidence = gather_all(small, only_lines=True)
    waiting = {one.claim_id: one for one in MoveRequest.objects.open().with_people().filter(claim__in=claims)}
    return {
        claim.pk: Note(policy.badge(evidence[claim.pk]) if claim.pk in evidence else None, waiting.get(claim.pk))
        for claim in claims
    }


def _citations(claim: Claim) -> int:
    return int(getattr(claim, "support_count", 0)) + int(getattr(claim, "dispute_count", 0))
