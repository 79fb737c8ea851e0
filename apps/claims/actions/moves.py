"""Moves with sign-off: one editor asks, another signs or refuses, and what is signed is what was asked about."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.verbs import Verb
from apps.audit.versioned import lock
from apps.audit.wording import plain
from apps.claims.actions.decisions import carry_out, check_evidence, check_move
from apps.claims.actions.writing import write_claim
from apps.claims.evidence import Evidence, digest, gather, what_changed
from apps.claims.models import Claim, Decision, MoveRequest
from apps.claims.refusals import (
    AlreadyAsked,
    Answered,
    NoSuchMove,
    ReasonMissing,
    RequestVoid,
    SecondPersonNeeded,
)
from apps.claims.states import Stage, State


def request_move(
    claim: Claim, to_state: State, *, by: User, reason: str, expected_version: int
) -> MoveRequest | Decision:
    """Ask for a verdict on the evidence as it stands. Where the rule wants no second editor, it is decided at once.

    A request that the evidence has left behind makes room for the new one. Raises ChangedMeanwhile, NoSuchMove,
    ReasonMissing, NotEnoughEvidence, and AlreadyAsked while another request waits.
    """
    require(by, Capability.DECIDE)
    with transaction.atomic():
        claim = lock(claim, expected_version)
        if to_state == State.UNVERIFIED:
            raise NoSuchMove(_("To take a verdict back, reopen the claim: that needs no second editor."))
        check_move(claim, to_state, reason)
        evidence = gather(claim)
        _make_room(claim, evidence, by)
        assessment = check_evidence(to_state, evidence)
        if not assessment.needs_second:
            return carry_out(claim, to_state, evidence, by=by, reason=reason)
        frozen = evidence.frozen()
        request = MoveRequest.objects.create(
            claim=claim,
            from_state=claim.state,
            to_state=to_state,
            reason=reason,
            asked_by=by,
            claim_version=claim.version + 1,
            policy=evidence.rule,
            evidence=frozen,
            evidence_digest=digest(frozen),
            met=list(assessment.met),
        )
        claim.stage = Stage.IN_REVIEW
        after = {
            "to": plain(to_state.label).lower(),
            "request": request.pk,
            "evidence_sha256": request.evidence_digest,
            "rule_version": evidence.rule.version,
        }
        write_claim(claim, Verb.MOVE_REQUESTED, by, fields=["stage"], after=after, reason=reason)
    return request


def sign_off(request: MoveRequest, *, by: User, expected_version: int) -> Decision:
    """Sign what another editor asked for: the claim moves. ``expected_version`` is the claim's.

    When the evidence is not what was asked about, the request is void, and RequestVoid says what changed. Raises
    ChangedMeanwhile, Answered, SecondPersonNeeded, NotEnoughEvidence too.
    """
    require(by, Capability.DECIDE)
    with transaction.atomic():
        claim, request = _locked(request, expected_version)
        if request.asked_by_id == by.pk:
            raise SecondPersonNeeded(_("You asked for this move: somebody else has to sign it."))
        evidence = gather(claim)
        changed = what_changed(request.evidence, evidence.frozen())
        if not changed:
            check_move(claim, State(request.to_state), request.reason)
            check_evidence(State(request.to_state), evidence)
            _answer(request, MoveRequest.Outcome.SIGNED, by)
            to_state = State(request.to_state)
            return carry_out(claim, to_state, evidence, by=by, reason=request.reason, request=request)
        _void(claim, request, changed, by)
    raise RequestVoid(_("The request is void, because the evidence is not what was asked about."), *changed)


def refuse_move(request: MoveRequest, *, by: User, reason: str, expected_version: int) -> MoveRequest:
    """Say no to what another editor asked for, with a reason. Raises ChangedMeanwhile, Answered, ReasonMissing."""
    require(by, Capability.DECIDE)
    with transaction.atomic():
        claim, request = _locked(request, expected_version)
        if request.asked_by_id == by.pk:
            raise SecondPersonNeeded(_("You asked for this move yourself: withdraw it instead."))
        if not reason.strip():
            raise ReasonMissing(_("Say why you refuse: your colleague will want to know."))
        _answer(request, MoveRequest.Outcome.REFUSED, by, reason)
        _write(claim, Verb.MOVE_REFUSED, by, request, reason=reason)
    return request


def withdraw_request(request: MoveRequest, *, by: User, expected_version: int) -> MoveRequest:
    """Take back what one asked for oneself. Raises ChangedMeanwhile, Answered, SecondPersonNeeded."""
    require(by, Capability.DECIDE)
    with transaction.atomic():
        claim, request = _locked(request, expected_version)
        if request.asked_by_id != by.pk:
            raise SecondPersonNeeded(_("Only who asked withdraws a request: refuse it instead, with a reason."))
        _answer(request, MoveRequest.Outcome.WITHDRAWN, by)
        _write(claim, Verb.REQUEST_WITHDRAWN, by, request)
    return request


def _locked(request: MoveRequest, expected_version: int) -> tuple[Claim, MoveRequest]:
    """The request's claim under its lock, and the request as it is then. Raises Answered for one that is closed."""
    claim = lock(request.claim, expected_version)
    request = MoveRequest.objects.with_people().get(pk=request.pk)
    if not request.is_open:
        outcome = request.get_outcome_display().lower()
        raise Answered(_("This request is closed: %(outcome)s.") % {"outcome": outcome})
    return claim, request


def _make_room(claim: Claim, evidence: Evidence, by: User) -> None:
    """A request that waits stands in the way; one that can't be signed any more is void."""
    waiting = claim.move_requests.open().with_people().first()
    if waiting is None:
        return
    changed = what_changed(waiting.evidence, evidence.frozen())
    if not changed:
        asked = State(waiting.to_state).label.lower()
        if waiting.asked_by_id == by.pk:
            said = _("You have asked for “%(state)s”: that request has to be signed, refused or withdrawn first.")
        else:
            said = _("%(name)s has asked for “%(state)s”: that request has to be signed, refused or withdrawn first.")
        raise AlreadyAsked(said % {"name": waiting.asked_by, "state": asked})
    _void(claim, waiting, changed, by)


def _void(claim: Claim, request: MoveRequest, changed: list[str], by: User) -> None:
    request.changes = changed
    _answer(request, MoveRequest.Outcome.VOID, by)
    _write(claim, Verb.REQUEST_VOIDED, by, request, changes=" ".join(changed))


def _answer(request: MoveRequest, outcome: MoveRequest.Outcome, by: User, answer: str = "") -> None:
    request.outcome, request.answered_by, request.answered_at, request.answer = outcome, by, timezone.now(), answer
    request.save(update_fields=["outcome", "answered_by", "answered_at", "answer", "changes"])


def _write(claim: Claim, verb: Verb, by: User, request: MoveRequest, *, reason: str = "", changes: str = "") -> None:
    told = {
        "request": request.pk,
        "to": plain(State(request.to_state).label).lower(),
        "asked_by": str(request.asked_by),
    }
    write_claim(claim, verb, by, fields=[], after={**told, **({"changes": changes} if changes else {})}, reason=reason)
