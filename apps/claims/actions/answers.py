"""What editors answer to citations that dispute a claim."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.verbs import Verb
from apps.audit.versioned import lock
from apps.claims.actions.writing import write_claim
from apps.claims.models import Citation
from apps.claims.refusals import ReasonMissing, Refusal
from apps.claims.states import Stance


def answer_dispute(citation: Citation, *, by: User, answer: str, expected_version: int | None = None) -> Citation:
    """Say why a citation that disputes the claim does not stand in its way. A later answer takes an earlier one's
    place; the trail keeps both.

    ``expected_version`` is the claim's: whoever is late hears of an answer that is there by now. Raises
    ChangedMeanwhile, ReasonMissing, and Refusal for what disputes nothing or is withdrawn.
    """
    require(by, Capability.DECIDE)
    if not answer.strip():
        raise ReasonMissing(_("Say why this dispute does not stand in the way of the claim."))
    with transaction.atomic():
        claim = lock(citation.claim, expected_version)
        citation = Citation.objects.select_related("source__page", "source__outlet").get(pk=citation.pk)
        if citation.stance != Stance.DISPUTES:
            raise Refusal(_("This citation does not dispute the claim: there is nothing to answer."))
        if citation.withdrawn_at:
            raise Refusal(_("This citation is withdrawn: there is nothing to answer."))
        told = {"citation": citation.pk, "source": citation.source.label}
        before = {**told, "answer": citation.answer}
        citation.answer, citation.answered_by, citation.answered_at = answer, by, timezone.now()
        citation.save(update_fields=["answer", "answered_by", "answered_at"])
        after = {**told, "answer": answer}
        write_claim(claim, Verb.DISPUTE_ANSWERED, by, fields=[], before=before, after=after, reason=answer)
    return citation
