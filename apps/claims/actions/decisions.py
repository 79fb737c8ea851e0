"""The verdicts: each move between states, with the evidence as it stood."""

from __future__ import annotations

import hashlib
import json

from django.db import transaction

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.verbs import Verb
from apps.audit.versioned import lock
from apps.claims import policy
from apps.claims.actions.confidential import seal_confidential
from apps.claims.actions.uses import follow_up
from apps.claims.actions.writing import write_claim
from apps.claims.models import Claim, Decision
from apps.claims.refusals import NoSuchMove, NotEnoughEvidence, ReasonMissing
from apps.claims.states import Stage, State


def corroborate(claim: Claim, *, by: User, reason: str, expected_version: int) -> Decision:
    """Mark the claim corroborated. Raises ChangedMeanwhile, NoSuchMove, ReasonMissing, NotEnoughEvidence."""
    return _decide(claim, State.CORROBORATED, Verb.CLAIM_CORROBORATED, by, reason, expected_version)


def dispute(claim: Claim, *, by: User, reason: str, expected_version: int) -> Decision:
    """Mark the claim disputed. Raises what ``corroborate`` raises."""
    return _decide(claim, State.DISPUTED, Verb.CLAIM_DISPUTED, by, reason, expected_version)


def reopen(claim: Claim, *, by: User, reason: str, expected_version: int) -> Decision:
    """Take a verdict back: the claim is unverified again. Raises what ``corroborate`` raises, but for evidence."""
    return _decide(claim, State.UNVERIFIED, Verb.CLAIM_REOPENED, by, reason, expected_version)


def _decide(claim: Claim, to_state: State, verb: Verb, by: User, reason: str, expected_version: int) -> Decision:
    require(by, Capability.DECIDE)
    with transaction.atomic():
        claim = lock(claim, expected_version)
        if to_state not in claim.moves:
            raise NoSuchMove(
                f"The claim is {claim.get_state_display().lower()}:"
                f" there is no move from there to {to_state.label.lower()}."
            )
        if not reason.strip():
            raise ReasonMissing("Every move needs a reason: somebody will ask for it.")
        citations = list(claim.citations.live().with_evidence())
        assessment = policy.assess(to_state, citations)
        if not assessment.allowed:
            raise NotEnoughEvidence(*assessment.missing, *assessment.noted)
        evidence = [citation.frozen() for citation in citations]
        from_state = State(claim.state)
        claim.state = to_state
        claim.stage = Stage.IN_PROGRESS if to_state == State.UNVERIFIED else Stage.SETTLED
        decision = Decision.objects.create(
            claim=claim,
            from_state=from_state,
            to_state=to_state,
            statement=claim.statement,
            reason=reason,
            decided_by=by,
            claim_version=claim.version + 1,
            evidence=evidence,
            evidence_digest=hashlib.sha256(
                json.dumps(evidence, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            ).hexdigest(),
            met=list(assessment.met),
        )
        sealed = seal_confidential(decision)
        write_claim(
            claim,
            verb,
            by,
            fields=["state", "stage"],
            before={"state": from_state.label},
            after={
                "state": to_state.label,
                "decision": decision.pk,
                "evidence_sha256": decision.evidence_digest,
                "confidential_sha256": sealed,
                "rule": " ".join(assessment.met),
            },
            reason=reason,
        )
        follow_up(decision, claim)
    return decision
