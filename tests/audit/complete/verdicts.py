"""Verdicts: asked for, signed, refused, void, made by one, taken back, made against the rule; and the rule itself."""

from __future__ import annotations

from apps.audit.verbs import Verb
from apps.claims.models import Claim, Policy
from apps.claims.states import Stance, State
from apps.sources.actions import correct_source
from tests.audit.complete.rows import (
    ACTION,
    DIGEST,
    HTMX,
    NUMBER,
    TEXT,
    WEB,
    Deed,
    admin,
    changed,
    operation,
)
from tests.newsroom import ask, corroborate, make_citation, make_claim, make_two_lines, make_use

STATEMENT = "Two North Korean soldiers were captured."
WHY = "Two bodies know."
SEALED = {"decision": NUMBER, "evidence_sha256": DIGEST, "confidential_sha256": DIGEST, "rule_version": 1}


def with_two_lines(desk):
    claim = make_claim(desk.rita)
    make_two_lines(claim, desk.rita)
    return claim


def disputed_by_a_citation(desk):
    claim = make_claim(desk.rita)
    make_citation(claim, desk.rita, outlet="TASS", stance=Stance.DISPUTES)
    return claim


def move(desk, door, claim, view, to_state):
    """Asked for by a standards editor, who has the panel too."""
    if door == ACTION:
        asked = {"action": "decide", "_selected_action": [claim.pk], f"version_{claim.pk}": claim.version}
        return desk.panel(desk.sofia, admin(Claim, "changelist"), **asked, to_state=to_state, reason=WHY)
    return desk.post(desk.sofia, view, claim.pk, reason=WHY, expected_version=claim.version)


@operation("claims.actions.moves.request_move", Verb.MOVE_REQUESTED, WEB, HTMX, ACTION)
def request_move(desk, door):
    claim = with_two_lines(desk)
    act = move(desk, door, claim, "claim_corroborate", State.CORROBORATED)
    after = {"to": "corroborated", "request": NUMBER, "evidence_sha256": DIGEST, "rule_version": 1}
    after["stage"] = "in_review"
    return Deed(act, claim.stream, STATEMENT, by=desk.sofia, before={"stage": "inbox"}, after=after, reason=WHY)


@operation("claims.actions.moves.request_move", Verb.CLAIM_DISPUTED, WEB, HTMX, ACTION)
def dispute_alone(desk, door):
    """Where the rule wants no second editor, asking decides."""
    claim = disputed_by_a_citation(desk)
    act = move(desk, door, claim, "claim_dispute", State.DISPUTED)
    before = {"state": "unverified", "stage": "inbox"}
    after = {**SEALED, "rule": TEXT, "state": "disputed", "stage": "settled"}
    return Deed(act, claim.stream, STATEMENT, by=desk.sofia, before=before, after=after, reason=WHY)


@operation("claims.actions.moves.sign_off", Verb.CLAIM_CORROBORATED, WEB, HTMX)
def sign_off(desk, door):
    claim = with_two_lines(desk)
    asked = ask(claim, State.CORROBORATED, desk.ada)
    act = desk.post(desk.ben, "request_sign", asked.pk, expected_version=claim.version + 1)
    before = {"state": "unverified", "stage": "in_review"}
    after = {**SEALED, "rule": TEXT, "asked_by": "Ada", "request": asked.pk}
    after |= {"state": "corroborated", "stage": "settled"}
    return Deed(act, claim.stream, STATEMENT, by=desk.ben, before=before, after=after, reason=asked.reason)


@operation("claims.actions.moves.sign_off", Verb.REQUEST_VOIDED, WEB, HTMX)
def sign_what_has_changed(desk, door):
    """Refused, and the refusal is a change of its own."""
    claim = with_two_lines(desk)
    asked = ask(claim, State.CORROBORATED, desk.ada)
    source = claim.citations.first().source
    correct_source(source, by=desk.ada, expected_version=1, credit_line="Yonhap")
    act = desk.post(desk.ben, "request_sign", asked.pk, _said=409, expected_version=claim.version + 1)
    after = {"request": asked.pk, "to": "corroborated", "asked_by": "Ada", "changes": TEXT}
    return Deed(act, claim.stream, STATEMENT, by=desk.ben, after=after)


@operation("claims.actions.moves.refuse_move", Verb.MOVE_REFUSED, WEB, HTMX)
def refuse_move(desk, door):
    claim = with_two_lines(desk)
    asked = ask(claim, State.CORROBORATED, desk.ada)
    act = desk.post(desk.ben, "request_refuse", asked.pk, reason="Not yet.", expected_version=claim.version + 1)
    after = {"request": asked.pk, "to": "corroborated", "asked_by": "Ada"}
    return Deed(act, claim.stream, STATEMENT, by=desk.ben, after=after, reason="Not yet.")


@operation("claims.actions.moves.withdraw_request", Verb.REQUEST_WITHDRAWN, WEB, HTMX)
def withdraw_request(desk, door):
    claim = with_two_lines(desk)
    asked = ask(claim, State.CORROBORATED, desk.ada)
    act = desk.post(desk.ada, "request_withdraw", asked.pk, expected_version=claim.version + 1)
    after = {"request": asked.pk, "to": "corroborated", "asked_by": "Ada"}
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, after=after)


@operation("claims.actions.decisions.reopen", Verb.CLAIM_REOPENED, WEB, HTMX, ACTION)
def reopen(desk, door):
    """A story relied on it: it needs correction, which a worker tells the linked claims."""
    claim = with_two_lines(desk)
    corroborate(claim, desk.ada)
    make_use(claim, desk.rita)
    claim.refresh_from_db()
    act = move(desk, door, claim, "claim_reopen", State.UNVERIFIED)
    before = {"state": "corroborated", "stage": "settled"}
    after = {**SEALED, "rule": TEXT, "state": "unverified", "stage": "in_progress"}
    return Deed(act, claim.stream, STATEMENT, by=desk.sofia, before=before, after=after, reason=WHY)


def override(desk, to_state):
    claim = make_claim(desk.rita)
    act = desk.post(desk.sofia, "claim_override", claim.pk, to_state=to_state, reason=WHY, expected_version=1)
    before = {"state": "unverified", "stage": "inbox"}
    after = {**SEALED, "rule": "", "against_the_rule": TEXT, "state": to_state.value, "stage": "settled"}
    return Deed(act, claim.stream, STATEMENT, by=desk.sofia, before=before, after=after, reason=WHY)


@operation("claims.actions.decisions.override", Verb.CORROBORATED_BY_OVERRIDE, WEB, HTMX)
def corroborate_against_the_rule(desk, door):
    return override(desk, State.CORROBORATED)


@operation("claims.actions.decisions.override", Verb.DISPUTED_BY_OVERRIDE, WEB, HTMX)
def dispute_against_the_rule(desk, door):
    return override(desk, State.DISPUTED)


@operation("claims.actions.answers.answer_dispute", Verb.DISPUTE_ANSWERED, WEB, HTMX)
def answer_dispute(desk, door):
    claim = disputed_by_a_citation(desk)
    citation = claim.citations.get()
    act = desk.post(desk.ada, "citation_answer", citation.pk, answer="It was later.", expected_version=1)
    told = {"citation": citation.pk, "source": "TASS"}
    before, after = {**told, "answer": ""}, {**told, "answer": "It was later."}
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before=before, after=after, reason="It was later.")


@operation("claims.actions.policies.edit_policy", Verb.POLICY_EDITED, WEB, HTMX)
def edit_policy(desk, door):
    rule = Policy.objects.current()
    facts = {name: "" if value is None else value for name, value in rule.facts.items()}
    shown = {name: "on" if value is True else value for name, value in facts.items() if value is not False}
    typed = changed(shown, minimum_lines=3, reason=WHY, expected_version=rule.version)
    act = desk.post(desk.sofia, "policy_edit", **typed)
    before, after = {"minimum_lines": 2}, {"minimum_lines": 3, "changed": "minimum lines"}
    return Deed(act, rule.stream, str(Policy(version=2)), by=desk.sofia, before=before, after=after, reason=WHY)
