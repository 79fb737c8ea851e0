"""Recording the limits of what is known."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.verbs import Verb
from apps.audit.versioned import lock
from apps.claims.actions.naming import party_named
from apps.claims.actions.writing import write_claim
from apps.claims.models import Caveat, Citation, Claim
from apps.claims.refusals import ReasonMissing, Refusal


def record_caveat(
    claim: Claim,
    *,
    by: User,
    kind: Caveat.Kind,
    text: str = "",
    party: str = "",
    citation: Citation | None = None,
) -> Caveat:
    """Record a limit: of which kind, by whom or on which citation. Raises Refusal where it says nothing."""
    require(by, Capability.CITE)
    if kind == Caveat.Kind.OTHER and not text.strip():
        raise Refusal(_("Say in words what the limit is."))
    with transaction.atomic():
        claim = lock(claim)
        if citation is not None and citation.claim_id != claim.pk:
            raise Refusal(_("That citation stands on another claim."))
        caveat = Caveat.objects.create(
            claim=claim,
            kind=kind,
            text=text,
            party=party_named(party, by),
            citation=citation,
            recorded_by=by,
        )
        after = {"caveat": caveat.recorded, **({"citation": citation.pk} if citation else {})}
        write_claim(claim, Verb.CAVEAT_RECORDED, by, fields=[], after=after)
    return caveat


def withdraw_caveat(caveat: Caveat, *, by: User, reason: str) -> Caveat:
    """Say that a limit no longer holds; it stays in the record. Raises ReasonMissing, and Refusal when it was said."""
    require(by, Capability.CITE)
    if not reason.strip():
        raise ReasonMissing(_("Say why this caveat no longer holds."))
    with transaction.atomic():
        claim = lock(caveat.claim)
        caveat = Caveat.objects.told().get(pk=caveat.pk)
        if caveat.withdrawn_at:
            raise Refusal(_("This caveat is withdrawn already."))
        caveat.withdrawn_by, caveat.withdrawn_at, caveat.withdrawn_because = by, timezone.now(), reason
        caveat.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
        write_claim(claim, Verb.CAVEAT_WITHDRAWN, by, fields=[], before={"caveat": caveat.recorded}, reason=reason)
    return caveat
