"""What a change of the rule would do to the verdicts that stand, before anybody makes it."""

from __future__ import annotations

from dataclasses import dataclass

from apps.claims import policy
from apps.claims.evidence import gather_all
from apps.claims.models import Claim, Policy
from apps.claims.states import State

# The newest verdicts are the ones in use; looking at all of them would take a busy desk minutes.
LOOKED_AT = 200
SHOWN = 10


@dataclass(frozen=True)
class Trial:
    """How many of the newest verdicts a draft of the rule would no longer bear, and the first few of them."""

    looked_at: int
    there_are_more: bool
    lost: int
    claims: list[tuple[Claim, tuple[str, ...]]]


def try_out(draft: Policy) -> Trial:
    """Judge the newest verdicts by the present rule and by the draft; in as many queries for many as for one."""
    claims = list(Claim.objects.decided().order_by("-verified_at", "-pk")[: LOOKED_AT + 1])
    there_are_more = len(claims) > LOOKED_AT
    claims = claims[:LOOKED_AT]
    now, then = gather_all(claims), gather_all(claims, draft)
    lost = []
    for claim in claims:
        if policy.assess(State(claim.state), now[claim.pk]).allowed:
            assessment = policy.assess(State(claim.state), then[claim.pk])
            if not assessment.allowed:
                lost.append((claim, assessment.missing))
    return Trial(len(claims), there_are_more, len(lost), lost[:SHOWN])
