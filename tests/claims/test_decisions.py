"""The doors of the verdict: what a decision needs, keeps and records."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.permissions import NotAllowed
from apps.audit import triggers
from apps.audit.models import Entry
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions
from apps.claims.evidence import digest
from apps.claims.models import Citation, Claim, Decision
from apps.claims.refusals import Decided, NoSuchMove, NotEnoughEvidence, ReasonMissing, Refusal
from apps.claims.states import MOVES, Stage, Stance, State
from tests.newsroom import (
    corroborate,
    decide,
    make_citation,
    make_claim,
    make_editor,
    make_person,
    make_reporter,
    make_two_lines,
)

pytestmark = pytest.mark.django_db
REASON = "Two bodies that know for themselves say so."


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claim(ada):
    """A claim that the rule would let move anywhere."""
    claim = make_claim(ada)
    make_two_lines(claim, ada)
    dispute = make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES)
    answered = {"answer": "TASS names nobody.", "answered_by": ada, "answered_at": timezone.now()}
    Citation.objects.filter(pk=dispute.pk).update(**answered)
    return claim


def move(claim, to_state, by, reason=REASON, version=None):
    """What one editor does: ask, or decide where the rule lets one."""
    if to_state == State.UNVERIFIED:
        return actions.reopen(claim, by=by, reason=reason, expected_version=version or claim.version)
    return actions.request_move(claim, to_state, by=by, reason=reason, expected_version=version or claim.version)


def test_two_editors_corroborate_and_the_evidence_is_frozen(claim, ada):
    decision = decide(claim, State.CORROBORATED, ada, REASON)
    assert (claim.state, claim.stage) == (State.CORROBORATED, Stage.SETTLED)
    assert (decision.from_state, decision.to_state, decision.reason) == ("unverified", "corroborated", REASON)
    outlets = [one["outlet"] for one in decision.evidence["citations"]]
    assert outlets == ["Security Service of Ukraine", "Yonhap", "TASS"]
    assert decision.evidence_digest == digest(decision.evidence)
    assert decision.met[0].startswith("Two independent lines support the claim")
    assert (decision.asked_by, decision.decided_by.username, decision.policy.version) == (ada, "vera", 1)
    assert decision.was_signed


def test_a_decision_leaves_exactly_one_entry_with_who_why_before_and_after(claim, ada):
    earlier = Entry.objects.count()
    move(claim, State.DISPUTED, ada)
    assert Entry.objects.count() == earlier + 1
    entry = Entry.objects.in_streams([claim.stream])[0]
    assert (entry.actor, entry.reason, entry.seq) == (ada, REASON, claim.version + 1)
    assert (entry.before["state"], entry.after["state"]) == ("unverified", "disputed")
    assert entry.sentence == "Ada marked the claim disputed"


@pytest.mark.parametrize("from_state", State)
@pytest.mark.parametrize("to_state", State)
def test_only_the_moves_of_the_design_exist(claim, ada, from_state, to_state):
    if from_state != State.UNVERIFIED:
        decide(claim, from_state, ada)
    if to_state in MOVES[from_state]:
        decide(claim, to_state, ada)
        assert claim.state == to_state
    else:
        with pytest.raises(NoSuchMove):
            move(claim, to_state, ada)
        claim.refresh_from_db()
        assert claim.state == from_state


def test_it_refuses_without_evidence_and_says_what_is_missing(ada):
    bare = make_claim(ada)
    with pytest.raises(NotEnoughEvidence) as refused:
        move(bare, State.CORROBORATED, ada)
    assert "Two independent lines" in refused.value.sentences[0]
    assert_nothing_happened(bare)


@pytest.mark.parametrize("reason", ["", "   \n"])
def test_it_refuses_without_a_reason(claim, ada, reason):
    with pytest.raises(ReasonMissing):
        move(claim, State.CORROBORATED, ada, reason=reason)
    assert_nothing_happened(claim)


@pytest.mark.parametrize("role", ["reporter", "auditor", "administrator"])
def test_it_refuses_a_role_that_may_not_decide(claim, role):
    somebody = make_person("somebody", role)
    with pytest.raises(NotAllowed, match="may not mark claims"):
        move(claim, State.CORROBORATED, somebody)
    assert_nothing_happened(claim)


def test_it_refuses_an_editor_who_saw_an_older_version_and_tells_what_changed(claim, ada):
    seen = claim.version
    ben = make_editor("ben")
    move(claim, State.DISPUTED, ben)
    with pytest.raises(ChangedMeanwhile) as refused:
        move(claim, State.CORROBORATED, ada, version=seen)
    assert [entry.sentence for entry in refused.value.entries] == ["Ben marked the claim disputed"]
    claim.refresh_from_db()
    assert claim.state == State.DISPUTED


def test_the_words_that_were_decided_on_are_kept_and_do_not_change_under_the_verdict(claim, ada):
    decision = decide(claim, State.CORROBORATED, ada)
    assert decision.statement == claim.statement
    with pytest.raises(Decided, match="Reopen it to change them"):
        actions.edit_claim(claim, by=ada, expected_version=claim.version, statement="Two hundred were captured.")
    actions.edit_claim(claim, by=ada, expected_version=claim.version, statement=claim.statement, claimant="SBU")
    claim.refresh_from_db()
    move(claim, State.UNVERIFIED, ada)
    claim.refresh_from_db()
    actions.edit_claim(claim, by=ada, expected_version=claim.version, statement="Two hundred were captured.")
    claim.refresh_from_db()
    assert (claim.statement, claim.claimant.name) == ("Two hundred were captured.", "SBU")


def test_a_new_dispute_sends_a_corroborated_claim_back_to_review_and_leaves_its_state(claim, ada):
    corroborate(claim, ada)
    actions.cite(claim, by=ada, url="https://news.example.org/context", stance=Stance.CONTEXT)
    claim.refresh_from_db()
    assert claim.stage == Stage.SETTLED
    actions.cite(claim, by=ada, url="https://news.example.org/denial", stance=Stance.DISPUTES)
    claim.refresh_from_db()
    assert (claim.state, claim.stage) == (State.CORROBORATED, Stage.IN_REVIEW)


def test_editing_needs_the_right_to_and_changes_only_what_is_given(claim, ada):
    with pytest.raises(NotAllowed):
        actions.edit_claim(claim, by=make_person("aziz", "auditor"), expected_version=1, claimant="Me")
    actions.edit_claim(claim, by=ada, expected_version=1, claimant="SBU")
    actions.edit_claim(claim, by=ada, expected_version=2, due=timezone.now())
    claim.refresh_from_db()
    assert claim.claimant.name == "SBU"
    assert claim.due


def test_nobody_who_has_left_is_assigned(claim, ada):
    gone = make_editor("gone")
    gone.is_active = False
    with pytest.raises(Refusal, match="has left the desk"):
        actions.assign(claim, by=ada, expected_version=1, assignee=gone)


def test_a_withdrawn_citation_no_longer_counts_and_sends_the_claim_back_to_review(claim, ada):
    corroborate(claim, ada)
    citation = claim.citations.live().first()
    actions.withdraw_citation(citation, by=ada, reason="The outlet took it back.")
    claim.refresh_from_db()
    assert (claim.state, claim.stage) == (State.CORROBORATED, Stage.IN_REVIEW)
    move(claim, State.UNVERIFIED, ada)
    claim.refresh_from_db()
    with pytest.raises(NotEnoughEvidence):
        move(claim, State.CORROBORATED, ada)


def test_a_withdrawal_needs_a_reason_and_happens_once(claim, ada):
    citation = claim.citations.live().first()
    with pytest.raises(ReasonMissing):
        actions.withdraw_citation(citation, by=ada, reason=" ")
    actions.withdraw_citation(citation, by=ada, reason="Withdrawn by the outlet.")
    with pytest.raises(Refusal, match="withdrawn already"):
        actions.withdraw_citation(citation, by=ada, reason="Again.")


def test_a_reporter_may_withdraw_only_what_she_cited(claim, ada):
    rita = make_reporter()
    own = make_citation(claim, rita, outlet="Reuters")
    actions.withdraw_citation(own, by=rita, reason="I read it wrong.")
    with pytest.raises(NotAllowed):
        actions.withdraw_citation(claim.citations.live().first(), by=rita, reason="I don't like it.")


@pytest.mark.parametrize(
    "fields",
    [{"state": "nearly"}, {"stage": "elsewhere"}, {"statement": ""}, {"version": 0}],
    ids=lambda fields: next(iter(fields)),
)
def test_the_database_refuses_a_claim_that_breaks_the_rules(claim, fields):
    triggers.lift(connection)  # which refuse it before the constraints are asked
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(**fields)
    Claim.objects.filter(pk=claim.pk).update(statement="A sound one.", state="disputed", stage="settled", version=9)


def test_the_database_refuses_a_decision_without_a_reason_and_two_on_one_version(claim, ada):
    decision = corroborate(claim, ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(reason="")
    decision.pk, decision.request = None, None
    with pytest.raises(IntegrityError), transaction.atomic():
        decision.save(force_insert=True)


def assert_nothing_happened(claim):
    before = claim.version
    claim.refresh_from_db()
    assert (claim.state, claim.version) == (State.UNVERIFIED, before)
    assert not claim.decisions.exists()
    assert Entry.objects.in_streams([claim.stream]).count() == 1
