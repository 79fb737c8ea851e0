"""The doors of the verdict: corroborate, dispute, reopen."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.permissions import NotAllowed
from apps.audit.models import Entry
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions
from apps.claims.models import Claim, Decision
from apps.claims.refusals import Decided, NoSuchMove, NotEnoughEvidence, ReasonMissing, Refusal
from apps.claims.states import MOVES, Stage, Stance, State
from tests.newsroom import (
    make_citation,
    make_claim,
    make_editor,
    make_person,
    make_reporter,
    make_two_lines,
)

pytestmark = pytest.mark.django_db
REASON = "Two bodies that know for themselves say so."
DOORS = {State.CORROBORATED: actions.corroborate, State.DISPUTED: actions.dispute, State.UNVERIFIED: actions.reopen}


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claim(ada):
    """A claim that the rule would let move anywhere."""
    claim = make_claim(ada)
    make_two_lines(claim, ada)
    make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES)
    return claim


def move(claim, to_state, by, reason=REASON, version=None):
    return DOORS[to_state](claim, by=by, reason=reason, expected_version=version or claim.version)


def test_an_editor_corroborates_and_the_evidence_is_frozen(claim, ada):
    decision = move(claim, State.CORROBORATED, ada)
    claim.refresh_from_db()
    assert (claim.state, claim.stage) == (State.CORROBORATED, Stage.SETTLED)
    assert (decision.from_state, decision.to_state, decision.reason) == ("unverified", "corroborated", REASON)
    assert [one["outlet"] for one in decision.evidence] == ["Security Service of Ukraine", "Yonhap", "TASS"]
    assert len(decision.evidence_digest) == 64
    assert "stand apart" in decision.met[0]


def test_a_decision_leaves_exactly_one_entry_with_who_why_before_and_after(claim, ada):
    earlier = Entry.objects.count()
    move(claim, State.CORROBORATED, ada)
    assert Entry.objects.count() == earlier + 1
    entry = Entry.objects.in_streams([claim.stream])[0]
    assert (entry.actor, entry.reason, entry.seq) == (ada, REASON, claim.version + 1)
    assert (entry.before["state"], entry.after["state"]) == ("Unverified", "Corroborated")
    assert entry.sentence == "Ada marked the claim corroborated"


@pytest.mark.parametrize("from_state", State)
@pytest.mark.parametrize("to_state", State)
def test_only_the_moves_of_the_design_exist(claim, ada, from_state, to_state):
    if from_state != State.UNVERIFIED:
        move(claim, from_state, ada)
        claim.refresh_from_db()
    if to_state in MOVES[from_state]:
        move(claim, to_state, ada)
        claim.refresh_from_db()
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
    assert "Two archived sources" in refused.value.sentences[0]
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
    decision = move(claim, State.CORROBORATED, ada)
    assert decision.statement == claim.statement
    claim.refresh_from_db()
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
    move(claim, State.CORROBORATED, ada)
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
    move(claim, State.CORROBORATED, ada)
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
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(**fields)
    Claim.objects.filter(pk=claim.pk).update(statement="A sound one.", state="disputed", stage="settled", version=9)


def test_the_database_refuses_a_decision_without_a_reason_and_two_on_one_version(claim, ada):
    decision = move(claim, State.CORROBORATED, ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(reason="")
    decision.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        decision.save(force_insert=True)


def assert_nothing_happened(claim):
    before = claim.version
    claim.refresh_from_db()
    assert (claim.state, claim.version) == (State.UNVERIFIED, before)
    assert not claim.decisions.exists()
    assert Entry.objects.in_streams([claim.stream]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_editors_at_once_exactly_one_decides_and_the_others_hear_who():
    """Threads, each with its own connection, all holding the same version: one wins, nothing is lost or doubled."""
    editors = [make_editor(f"editor{number}") for number in range(8)]
    claim = make_claim(editors[0])
    make_two_lines(claim, editors[0])
    start, outcomes, lock = threading.Barrier(len(editors)), [], threading.Lock()

    def decide(editor):
        try:
            start.wait(10)
            try:
                actions.corroborate(claim, by=editor, reason=REASON, expected_version=claim.version)
                outcome = "decided"
            except ChangedMeanwhile as changed:
                outcome = [entry.verb for entry in changed.entries]
            with lock:
                outcomes.append(outcome)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(editor,)) for editor in editors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert outcomes.count("decided") == 1
    assert outcomes.count(["claim_corroborated"]) == len(editors) - 1
    assert Decision.objects.count() == 1
    assert list(Entry.objects.since(claim.stream, 1).values_list("seq", flat=True)) == [2]
