"""Opening, editing, assigning and staging claims."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.verbs import Verb
from apps.audit.versioned import begin, differences, lock
from apps.claims import similar
from apps.claims.actions.flags import flag_to_verify_again
from apps.claims.actions.naming import party_named
from apps.claims.actions.writing import write_claim
from apps.claims.models import Claim, Story
from apps.claims.refusals import Decided, Refusal
from apps.claims.states import Stage, State


class ClaimFacts(TypedDict, total=False):
    """What can be edited of a claim; ``claimant`` is a name, empty for nobody."""

    statement: str
    claimant: str
    story: Story | None
    due: datetime | None


def open_claim(
    statement: str,
    *,
    by: User,
    claimant: str = "",
    story: Story | None = None,
    assignee: User | None = None,
    due: datetime | None = None,
    submission: UUID | None = None,
) -> Claim:
    """Put a checkable assertion into the inbox. One ``submission`` opens one claim, however often it is sent.

    Naming somebody else as assignee needs the right to assign.
    """
    require(by, Capability.OPEN_CLAIMS)
    if assignee and assignee != by:
        require(by, Capability.ASSIGN)
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                statement=statement,
                claimant=party_named(claimant, by),
                story=story,
                assignee=assignee,
                due=due,
                opened_by=by,
                submission=submission,
            )
            similar.index(claim)
            begin(
                claim,
                Verb.CLAIM_OPENED,
                target=statement,
                by=by,
                after=_facts(claim),
            )
    except IntegrityError:
        known = Claim.objects.filter(submission=submission, opened_by=by, statement=statement).first()
        if submission is None or known:
            if known is None:
                raise
            return known
        # A browser's "back" showed the form again, and it was used for another claim.
        return open_claim(statement, by=by, claimant=claimant, story=story, assignee=assignee, due=due)
    return claim


def edit_claim(claim: Claim, *, by: User, expected_version: int, **changes: Unpack[ClaimFacts]) -> Claim:
    """Change what is given of a claim's wording or frame and leave the rest. Raises ChangedMeanwhile.

    A verdict is on the words: Decided is raised for a new statement on a claim that has one.
    """
    require(by, Capability.OPEN_CLAIMS)
    with transaction.atomic():
        claim = lock(claim, expected_version)
        statement = changes.get("statement", claim.statement)
        if statement != claim.statement and claim.state != State.UNVERIFIED:
            raise Decided(
                _("The claim is %(state)s in the words it has. Reopen it to change them, or open a new claim.")
                % {"state": claim.get_state_display().lower()}
            )
        before = _facts(claim)
        claim.statement = statement
        claim.claimant = party_named(changes["claimant"], by) if "claimant" in changes else claim.claimant
        claim.story = changes.get("story", claim.story)
        claim.due = changes.get("due", claim.due)
        was, became = differences(before, _facts(claim))
        if became:
            fields = ["statement", "claimant", "story", "due"]
            write_claim(claim, Verb.CLAIM_EDITED, by, fields=fields, before=was, after=became)
        if "statement" in became:
            similar.index(claim)
    return claim


def assign(claim: Claim, *, by: User, expected_version: int, assignee: User | None) -> Claim:
    """Give the claim to somebody, or to nobody. Reporters may take a claim that nobody has."""
    with transaction.atomic():
        claim = lock(claim, expected_version)
        if not (assignee == by and claim.assignee is None and by.may(Capability.OPEN_CLAIMS)):
            require(by, Capability.ASSIGN)
        if assignee and not assignee.is_active:
            raise Refusal(_("%(name)s has left the desk: choose somebody else.") % {"name": assignee})
        if claim.assignee == assignee:
            return claim
        before = {"assignee": str(claim.assignee or "nobody")}
        claim.assignee = assignee
        if assignee and claim.stage == Stage.INBOX:
            claim.stage = Stage.IN_PROGRESS
        write_claim(
            claim,
            Verb.CLAIM_ASSIGNED,
            by,
            fields=["assignee", "stage"],
            before=before,
            after={"assignee": str(assignee or "nobody")},
        )
    return claim


def change_stage(claim: Claim, *, by: User, expected_version: int, stage: Stage) -> Claim:
    """Move the claim through the desk's work; the verdict stays as it is."""
    require(by, Capability.ASSIGN)
    with transaction.atomic():
        claim = lock(claim, expected_version)
        if claim.stage == stage:
            return claim
        claim.stage = stage
        if stage == Stage.SETTLED and claim.state != State.UNVERIFIED:
            claim.verified_at = timezone.now()
        write_claim(claim, Verb.CLAIM_STAGED, by, fields=["stage", "verified_at"])
    return claim


def verify_again(claim: Claim, *, days: int) -> None:
    """Send a claim whose verdict is older than the rule allows back to review; the verdict stays.

    The clock's door, so no person. Whoever settles the claim again has looked at it.
    """
    with transaction.atomic():
        claim = lock(claim)
        if Claim.objects.needs_verifying_again(days, timezone.now()).filter(pk=claim.pk).exists():
            claim.stage = Stage.IN_REVIEW
            write_claim(claim, Verb.VERIFY_AGAIN, None, fields=["stage"], after={"days": days})
            flag_to_verify_again(claim, days)


def _facts(claim: Claim) -> dict[str, str]:
    return {
        "statement": claim.statement,
        "claimant": str(claim.claimant or ""),
        "story": str(claim.story or ""),
        "due": claim.due.isoformat() if claim.due else "",
    }
