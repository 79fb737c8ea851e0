"""Grading parties: one of three judgements that stay apart, and none that the rule asks for."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.actions import record
from apps.audit.verbs import Verb
from apps.sources.models import Party, Reliability
from apps.sources.refusals import ReasonMissing, Refusal


def grade_party(party: Party, *, by: User, grade: str, rationale: str) -> Reliability:
    """Say how far a party can be relied on, and why. An earlier grade is replaced and kept.

    Raises ReasonMissing, and Refusal for a grade that it has already for the same reason.
    """
    require(by, Capability.DECIDE)
    if not rationale.strip():
        raise ReasonMissing(_("Say what the grade rests on: somebody will ask for it."))
    with transaction.atomic():
        party = Party.objects.select_for_update().get(pk=party.pk)
        before = party.grades.live().first()
        if before and (before.grade, before.rationale) == (grade, rationale):
            raise Refusal(_("It has this grade already, for this reason."))
        party.grades.live().update(replaced_at=timezone.now())
        given = Reliability.objects.create(party=party, grade=grade, rationale=rationale, graded_by=by)
        record(
            Verb.PARTY_GRADED,
            stream=f"party:{party.pk}",
            target=party.name,
            by=by,
            before={"reliability": before.recorded} if before else {},
            after={"reliability": given.recorded},
            reason=rationale,
        )
    return given
