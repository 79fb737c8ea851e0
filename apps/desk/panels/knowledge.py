"""What the desk knows of a claim beside its evidence: replies, caveats, uses, and what is confidential."""

from __future__ import annotations

from typing import Any

from apps.accounts.models import User
from apps.audit.statements import Select
from apps.claims.models import Caveat, Claim, ConfidentialCitation, Correction, EarlierOutcome, ReplyRequest, Use
from apps.claims.replies import sentences

SHOWN = 50
_asked = Select(lambda claim: ReplyRequest.objects.filter(claim=claim).told().order_by("id")[:SHOWN], int)
_earlier = Select(
    lambda claim: (
        EarlierOutcome.objects.filter(request__claim=claim)
        .select_related("settled_by", "replaced_by")
        .order_by("id")[:SHOWN]
    ),
    int,
)
_caveats = Select(lambda claim: Caveat.objects.filter(claim=claim).told().order_by("id")[:SHOWN], int)
_uses = Select(
    lambda claim: Use.objects.filter(claim=claim).live().select_related("noted_by").order_by("id")[:SHOWN], int
)
_needed = Select(lambda claim: Correction.objects.told().open().filter(use__claim=claim).order_by("id")[:SHOWN], int)


def replies_panel(claim: Claim) -> dict[str, Any]:
    """Who was asked, what came of it, what was noted of it before, and what a story may say of it."""
    asked = _asked(claim.pk)
    earlier = _earlier(claim.pk) if any(one.outcome for one in asked) else []
    return {"reply_requests": asked, "earlier_outcomes": earlier, "reply_sentences": sentences(asked)}


def caveats_panel(claim: Claim) -> dict[str, Any]:
    """The limits that hold, and those that no longer do."""
    told: list[Caveat] = _caveats(claim.pk)
    return {
        "caveats": [one for one in told if not one.withdrawn_at],
        "withdrawn_caveats": [one for one in told if one.withdrawn_at],
    }


def uses_panel(claim: Claim) -> dict[str, Any]:
    """Stories that rely on the claim, and which of them need correction."""
    return {"uses": _uses(claim.pk), "corrections": _needed(claim.pk)}


def confidential_panel(claim: Claim, person: User) -> dict[str, Any]:
    """What this person is named on, and nothing for anybody else: not even that there is something."""
    rows = ConfidentialCitation.objects.visible_to(person).filter(claim=claim, withdrawn_at=None)
    return {"confidential": list(rows.select_related("source").order_by("id")[:SHOWN])}
