"""Linking claims to each other: history is linked, never overwritten."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.verbs import Verb
from apps.audit.wording import plainly
from apps.claims.actions.flags import news
from apps.claims.actions.uses import need_correction
from apps.claims.actions.writing import write_claim
from apps.claims.models import Cause, Claim, ClaimLink
from apps.claims.refusals import ReasonMissing, Refusal

Kind = ClaimLink.Kind
MOST_STEPS = 1_000


def link_claims(claim: Claim, kind: ClaimLink.Kind, other: Claim, *, by: User, note: str = "") -> ClaimLink:
    """Say that the first claim supersedes, contradicts, is part of or duplicates the other.

    Uses of a superseded claim need correction from then on. Raises Refusal for a claim and itself, for what is said
    already, for what is said the other way round, and for a circle.
    """
    require(by, Capability.OPEN_CLAIMS)
    if claim.pk == other.pk:
        raise Refusal(_("A claim can't be linked to itself."))
    with transaction.atomic():
        locked = _lock_both(claim, other)
        claim, other = locked[claim.pk], locked[other.pk]
        _refuse_contradictions(claim, kind, other)
        link = ClaimLink.objects.create(from_claim=claim, kind=kind, to_claim=other, note=note, linked_by=by)
        for one, relation, far in _both_ways(link):
            after = {"relation": relation, "other": far.statement, "link": link.pk, "note": note}
            write_claim(one, Verb.CLAIM_LINKED, by, fields=[], after=after)
        if kind == Kind.SUPERSEDES:
            sentence = f"“{claim.statement}” supersedes it."
            cause = news(Cause.Kind.SUPERSEDED, f"superseded:{link.pk}", sentence, by=by, claim=other)
            if cause:
                need_correction(other, cause)
    return link


def withdraw_link(link: ClaimLink, *, by: User, reason: str) -> ClaimLink:
    """Take a link back; it stays in the record. Raises ReasonMissing, and Refusal for one that is withdrawn already."""
    require(by, Capability.OPEN_CLAIMS)
    if not reason.strip():
        raise ReasonMissing(_("Say why this link is withdrawn."))
    with transaction.atomic():
        locked = _lock_both(link.from_claim, link.to_claim)
        link = ClaimLink.objects.get(pk=link.pk)
        if link.withdrawn_at:
            raise Refusal(_("This link is withdrawn already."))
        link.from_claim, link.to_claim = locked[link.from_claim_id], locked[link.to_claim_id]
        link.withdrawn_by, link.withdrawn_at, link.withdrawn_because = by, timezone.now(), reason
        link.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
        for one, relation, far in _both_ways(link):
            before = {"relation": relation, "other": far.statement, "link": link.pk}
            write_claim(one, Verb.LINK_WITHDRAWN, by, fields=[], before=before, reason=reason)
    return link


def _lock_both(one: Claim, other: Claim) -> dict[int, Claim]:
    """Both claims, locked in the order of their numbers, as everybody does who locks more than one."""
    pks = [one.pk, other.pk]
    return {
        claim.pk: claim for claim in Claim.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    }


@plainly
def _both_ways(link: ClaimLink) -> list[tuple[Claim, str, Claim]]:
    return [
        (link.from_claim, link.get_kind_display(), link.to_claim),
        (link.to_claim, str(ClaimLink.REVERSED[Kind(link.kind)]), link.from_claim),
    ]


def _refuse_contradictions(claim: Claim, kind: ClaimLink.Kind, other: Claim) -> None:
    there = ClaimLink.objects.live().filter(from_claim=claim, to_claim=other)
    back = ClaimLink.objects.live().filter(from_claim=other, to_claim=claim)
    if there.filter(kind=kind).exists() or (kind in ClaimLink.MUTUAL and back.filter(kind=kind).exists()):
        raise Refusal(_("These claims are linked so already."))
    if kind in ClaimLink.MUTUAL:
        opposite = Kind.DUPLICATE if kind == Kind.CONTRADICTS else Kind.CONTRADICTS
        if there.filter(kind=opposite).exists() or back.filter(kind=opposite).exists():
            raise Refusal(
                _("Two claims can't both contradict and duplicate each other: withdraw the other link first.")
            )
    elif _leads_to(other, claim, kind):
        raise Refusal(
            _("That would be a circle: the other claim %(relation)s this one, directly or over others.")
            % {"relation": kind.label}
        )


def _leads_to(start: Claim, end: Claim, kind: ClaimLink.Kind) -> bool:
    """Whether live links of this kind lead from one claim to the other."""
    seen, frontier = {start.pk}, {start.pk}
    while frontier:
        links = ClaimLink.objects.live().filter(from_claim__in=frontier, kind=kind)
        frontier = set(links.values_list("to_claim", flat=True)) - seen
        if end.pk in frontier:
            return True
        seen |= frontier
        if len(seen) > MOST_STEPS:
            raise Refusal(_("More claims hang together here than the desk can look through."))
    return False
