"""The verdicts: each move between states, with the evidence as it stood. Nothing else assigns a state."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.verbs import Verb
from apps.audit.versioned import lock
from apps.audit.wording import plain
from apps.claims import policy
from apps.claims.actions.confidential import seal_confidential
from apps.claims.actions.uses import follow_up
from apps.claims.actions.writing import write_claim
from apps.claims.evidence import Evidence, digest, gather
from apps.claims.models import Claim, Decision, MoveRequest
from apps.claims.refusals import NoSuchMove, NotEnoughEvidence, ReasonMissing, RuleIsMet
from apps.claims.states import Stage, State

VERBS = {
    State.CORROBORATED: Verb.CLAIM_CORROBORATED,
    State.DISPUTED: Verb.CLAIM_DISPUTED,
    State.UNVERIFIED: Verb.CLAIM_REOPENED,
}
OVERRIDES = {State.CORROBORATED: Verb.CORROBORATED_BY_OVERRIDE, State.DISPUTED: Verb.DISPUTED_BY_OVERRIDE}


def reopen(claim: Claim, *, by: User, reason: str, expected_version: int) -> Decision:
    """Take a verdict back: the claim is unverified again. It needs a reason and nobody else: it is the careful way.

    Raises ChangedMeanwhile, NoSuchMove, ReasonMissing.
    """
    require(by, Capability.DECIDE)
    with transaction.atomic():
        claim = lock(claim, expected_version)
        check_move(claim, State.UNVERIFIED, reason)
        return carry_out(claim, State.UNVERIFIED, gather(claim), by=by, reason=reason)


def override(claim: Claim, to_state: State, *, by: User, reason: str, expected_version: int) -> Decision:
    """Decide against the rule, or without the second editor that it asks for. The decision says so for ever.

    Raises ChangedMeanwhile, NoSuchMove, ReasonMissing, and RuleIsMet where the rule needs no overriding.
    """
    require(by, Capability.OVERRIDE)
    with transaction.atomic():
        claim = lock(claim, expected_version)
        check_move(claim, to_state, reason)
        evidence = gather(claim)
        assessment = policy.assess(to_state, evidence)
        if to_state not in OVERRIDES or (assessment.allowed and not assessment.needs_second):
            raise RuleIsMet(_("The rule allows this move: decide it in the ordinary way."))
        missing = [*assessment.missing, *(["A second editor's signature."] if assessment.needs_second else [])]
        return carry_out(claim, to_state, evidence, by=by, reason=reason, overridden=missing)


def check_move(claim: Claim, to_state: State, reason: str) -> None:
    """Raises NoSuchMove and ReasonMissing. The claim is locked."""
    if to_state not in claim.moves:
        raise NoSuchMove(
            _("The claim is %(state)s: there is no move from there to %(other)s.")
            % {"state": claim.get_state_display().lower(), "other": to_state.label.lower()}
        )
    if not reason.strip():
        raise ReasonMissing(_("Every move needs a reason: somebody will ask for it."))


def check_evidence(to_state: State, evidence: Evidence) -> policy.Assessment:
    """Raises NotEnoughEvidence, with what is missing and what to know."""
    assessment = policy.assess(to_state, evidence)
    if not assessment.allowed:
        raise NotEnoughEvidence(*assessment.missing, *assessment.noted)
    return assessment


def carry_out(
    claim: Claim,
    to_state: State,
    evidence: Evidence,
    *,
    by: User,
    reason: str,
    request: MoveRequest | None = None,
    overridden: Sequence[str] = (),
) -> Decision:
    """Move the locked claim, keep the evidence as it stands, and record it. Whoever calls has asked the rule."""
    frozen = evidence.frozen()
    met = policy.assess(to_state, evidence).met
    from_state = State(claim.state)
    claim.state = to_state
    claim.stage = Stage.IN_PROGRESS if to_state == State.UNVERIFIED else Stage.SETTLED
    claim.against_rule = bool(overridden)
    claim.verified_at = None if to_state == State.UNVERIFIED else timezone.now()
    void_open_requests(claim, apart_from=request, because=f"{by} decided meanwhile: {plain(to_state.label).lower()}.")
    decision = Decision.objects.create(
        claim=claim,
        from_state=from_state,
        to_state=to_state,
        statement=claim.statement,
        reason=reason,
        request=request,
        asked_by=request.asked_by if request else by,
        decided_by=by,
        claim_version=claim.version + 1,
        policy=evidence.rule,
        evidence=frozen,
        evidence_digest=digest(frozen),
        met=list(met),
        is_override=bool(overridden),
        missing=list(overridden),
    )
    told = {
        "decision": decision.pk,
        "evidence_sha256": decision.evidence_digest,
        "confidential_sha256": seal_confidential(decision),
        "rule": " ".join(met),
        "rule_version": evidence.rule.version,
    }
    told |= {"asked_by": str(request.asked_by), "request": request.pk} if request else {}
    told |= {"against_the_rule": " ".join(overridden)} if overridden else {}
    write_claim(
        claim,
        OVERRIDES[to_state] if overridden else VERBS[to_state],
        by,
        fields=["state", "stage", "against_rule", "verified_at"],
        after=told,
        reason=reason,
    )
    follow_up(decision, claim)
    return decision


def void_open_requests(claim: Claim, *, because: str, apart_from: MoveRequest | None = None) -> None:
    """Close what is still asked for of the locked claim. The entry of whatever closed it tells of it."""
    open_ones = claim.move_requests.open()
    if apart_from:
        open_ones = open_ones.exclude(pk=apart_from.pk)
    open_ones.update(outcome=MoveRequest.Outcome.VOID, answered_at=timezone.now(), changes=[because])
