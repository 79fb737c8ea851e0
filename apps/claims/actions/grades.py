"""Grading what citations say: one of three judgements that stay apart, and none that the rule asks for."""

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
from apps.claims.models import Citation, Credibility
from apps.claims.refusals import ReasonMissing, Refusal


def grade_information(
    citation: Citation, *, by: User, grade: str, rationale: str, expected_version: int
) -> Credibility:
    """Say how credible what a citation says is, and why. No verdict hangs on it. An earlier grade is replaced and kept.

    ``expected_version`` is the claim's. Raises ChangedMeanwhile, ReasonMissing, and Refusal for what is withdrawn or
    has this grade already for the same reason.
    """
    require(by, Capability.DECIDE)
    if not rationale.strip():
        raise ReasonMissing(_("Say what the grade rests on: somebody will ask for it."))
    with transaction.atomic():
        claim = lock(citation.claim, expected_version)
        citation = Citation.objects.select_related("source__outlet", "source__page").get(pk=citation.pk)
        if citation.withdrawn_at:
            raise Refusal(_("This citation is withdrawn."))
        before = citation.grades.live().first()
        if before and (before.grade, before.rationale) == (grade, rationale):
            raise Refusal(_("It has this grade already, for this reason."))
        citation.grades.live().update(replaced_at=timezone.now())
        given = Credibility.objects.create(citation=citation, grade=grade, rationale=rationale, graded_by=by)
        told = {"citation": citation.pk, "source": citation.source.label}
        write_claim(
            claim,
            Verb.INFORMATION_GRADED,
            by,
            fields=[],
            before={**told, **({"credibility": before.recorded} if before else {})},
            after={**told, "credibility": given.recorded},
            reason=rationale,
        )
    return given
