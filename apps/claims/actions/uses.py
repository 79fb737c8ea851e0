"""Uses of claims in published stories, and the corrections that they need."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.verbs import Verb
from apps.audit.versioned import lock
from apps.audit.wording import plain
from apps.claims.actions.flags import news
from apps.claims.actions.writing import write_claim
from apps.claims.models import Cause, Claim, ClaimLink, Correction, Decision, Use
from apps.claims.refusals import ReasonMissing, Refusal
from apps.claims.states import State


def note_use(claim: Claim, *, by: User, headline: str, url: str, published_at: datetime) -> Use:
    """Say that a published story relies on the claim; it needs correction at once where the claim holds no more.

    Raises Refusal for one that is noted already.
    """
    require(by, Capability.OPEN_CLAIMS)
    try:
        with transaction.atomic():
            claim = lock(claim)
            use = Use.objects.create(claim=claim, headline=headline, url=url, published_at=published_at, noted_by=by)
            causes = _fallen(claim)
            Correction.objects.bulk_create([Correction(use=use, cause=cause) for cause in causes])
            after = {"headline": headline, "url": url, "published_at": published_at.isoformat(), "use": use.pk}
            if causes:
                after["needs_correction"] = [cause.sentence for cause in causes]
            write_claim(claim, Verb.USE_NOTED, by, fields=[], after=after)
    except IntegrityError as error:
        raise Refusal(_("This story is noted as a use of the claim already.")) from error
    return use


def withdraw_use(use: Use, *, by: User, reason: str) -> Use:
    """Take back a use noted by mistake; what it needed corrected is still to be settled. Raises ReasonMissing."""
    require(by, Capability.OPEN_CLAIMS)
    if not reason.strip():
        raise ReasonMissing(_("Say why this use is taken back."))
    with transaction.atomic():
        claim = lock(use.claim)
        use = Use.objects.get(pk=use.pk)
        if use.withdrawn_at:
            raise Refusal(_("This use was taken back already."))
        use.withdrawn_by, use.withdrawn_at, use.withdrawn_because = by, timezone.now(), reason
        use.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
        before = {"headline": use.headline, "url": use.url, "use": use.pk}
        write_claim(claim, Verb.USE_WITHDRAWN, by, fields=[], before=before, reason=reason)
    return use


def settle_correction(correction: Correction, *, by: User, done: Correction.Done, note: str) -> Correction:
    """Say what was done about a story that needed correction. Raises ReasonMissing, and Refusal when it was said."""
    require(by, Capability.OPEN_CLAIMS)
    if not note.strip():
        raise ReasonMissing(_("Say what was done, in words."))
    with transaction.atomic():
        claim = lock(correction.use.claim)
        correction = Correction.objects.select_related("use", "done_by").get(pk=correction.pk)
        if correction.done_at:
            raise Refusal(_("%(name)s has said already what was done.") % {"name": correction.done_by})
        correction.done, correction.note = done, note
        correction.done_by, correction.done_at = by, timezone.now()
        correction.save(update_fields=["done", "note", "done_by", "done_at"])
        write_claim(
            claim,
            Verb.CORRECTION_SETTLED,
            by,
            fields=[],
            before={"headline": correction.use.headline, "use": correction.use_id},
            after={"done": plain(Correction.Done(done).label)},
            reason=note,
        )
    return correction


def _fallen(claim: Claim) -> list[Cause]:
    """What took the locked claim away from under its uses, and still does: its verdict fell, or it was superseded."""
    links = ClaimLink.objects.superseding(claim)
    keys = [f"superseded:{link.pk}" for link in links]
    if claim.state != State.CORROBORATED:
        fell = Decision.objects.filter(claim=claim, from_state=State.CORROBORATED).order_by("-claim_version")[:1]
        keys += [f"decision:{decision.pk}" for decision in fell]
    return list(Cause.objects.filter(key__in=keys).order_by("pk"))


def need_correction(claim: Claim, cause: Cause) -> None:
    """List every live use of the locked claim as needing correction. The rows are the bell for hooks and mails."""
    Correction.objects.bulk_create(
        [Correction(use=use, cause=cause) for use in Use.objects.live().filter(claim=claim)], ignore_conflicts=True
    )


def follow_up(decision: Decision, claim: Claim) -> None:
    """A decision has taken a verdict away or changed it: uses need correction, linked claims are flagged.

    To be called in the decision's transaction, with the claim locked.
    """
    if decision.from_state == State.UNVERIFIED:
        return
    was, now = (plain(State(one).label).lower() for one in (decision.from_state, decision.to_state))
    sentence = f"“{claim.statement}” was {was} and is {now} now."
    cause = news(Cause.Kind.DOWNGRADED, f"decision:{decision.pk}", sentence, by=decision.decided_by, claim=claim)
    if cause and decision.from_state == State.CORROBORATED:
        need_correction(claim, cause)
