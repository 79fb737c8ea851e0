"""What a citation does for the claim, judged anew."""

from __future__ import annotations

import pytest

from apps.accounts.permissions import NotAllowed
from apps.audit.models import Entry
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions, policy
from apps.claims.evidence import gather
from apps.claims.refusals import ReasonMissing, Refusal, RequestVoid
from apps.claims.states import Stage, Stance, State
from tests.newsroom import ask, corroborate, make_citation, make_claim, make_editor, make_reporter, make_two_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claim(ada):
    return make_claim(ada)


@pytest.fixture
def yonhap(claim, ada):
    return make_two_lines(claim, ada)[1]


def judge(citation, stance, by, reason="It says the opposite.", version=None):
    citation.claim.refresh_from_db()
    expected = version or citation.claim.version
    return actions.change_stance(citation, by=by, stance=stance, reason=reason, expected_version=expected)


def kinds(claim):
    return sorted(flag.cause.kind for flag in claim.flags.all())


def test_the_evidence_is_another_then_and_the_trail_says_from_what_to_what_and_why(claim, yonhap, ada):
    judge(yonhap, Stance.DISPUTES, ada)
    evidence = gather(claim)
    assert [line.name for line in evidence.lines.of(Stance.DISPUTES)] == ["Yonhap"]
    assert policy.assess(State.CORROBORATED, evidence).missing == (
        "One more independent line that supports the claim, apart from Security Service of Ukraine.",
        "An editor's answer to Yonhap, which disputes the claim.",
    )
    entry = Entry.objects.in_streams([claim.stream]).first()
    assert entry.sentence.endswith("from “supports” to “disputes”")
    assert entry.sentence.startswith("Ada changed the citation of Yonhap: ")
    assert entry.reason == "It says the opposite."


def test_it_refuses_who_does_not_decide_also_who_cited_it(claim, yonhap):
    rita = make_reporter()
    yonhap.cited_by = rita
    yonhap.save(update_fields=["cited_by"])
    with pytest.raises(NotAllowed):
        judge(yonhap, Stance.DISPUTES, rita)


def test_it_refuses_without_a_reason_what_it_does_already_what_is_withdrawn_and_who_is_late(claim, yonhap, ada):
    with pytest.raises(ReasonMissing):
        judge(yonhap, Stance.DISPUTES, ada, reason=" ")
    with pytest.raises(Refusal, match="does that already"):
        judge(yonhap, Stance.SUPPORTS, ada)
    with pytest.raises(ChangedMeanwhile):
        judge(yonhap, Stance.DISPUTES, ada, version=99)
    actions.withdraw_citation(yonhap, by=ada, reason="Taken back.")
    with pytest.raises(Refusal, match="is withdrawn"):
        judge(yonhap, Stance.DISPUTES, ada)
    yonhap.refresh_from_db()
    assert yonhap.stance == Stance.SUPPORTS


def test_an_answer_goes_with_the_dispute_and_stays_in_the_trail(claim, ada):
    dispute = make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES)
    actions.answer_dispute(dispute, by=ada, answer="TASS names nobody.")
    judge(dispute, Stance.CONTEXT, ada, reason="It says nothing of the claim.")
    dispute.refresh_from_db()
    assert (dispute.answer, dispute.answered_by) == ("", None)
    assert Entry.objects.in_streams([claim.stream]).first().before["answer"] == "TASS names nobody."


def test_a_request_that_waits_is_void_and_says_what_changed(claim, yonhap, ada):
    vera = make_editor("vera")
    waiting = ask(claim, State.CORROBORATED, ada)
    judge(yonhap, Stance.DISPUTES, vera)
    claim.refresh_from_db()
    with pytest.raises(RequestVoid, match="Yonhap disputes the claim now; before, it supported the claim"):
        actions.sign_off(waiting, by=vera, expected_version=claim.version)
    claim.refresh_from_db()
    assert claim.state == State.UNVERIFIED


class TestWhoReliesOnIt:
    @pytest.fixture
    def claim(self, ada):
        claim = make_claim(ada)
        make_two_lines(claim, ada)
        corroborate(claim, ada)
        return claim

    @pytest.fixture
    def yonhap(self, claim):
        return claim.citations.last()

    def test_a_new_dispute_raises_a_flag_each_time_and_sends_the_claim_back_to_review(self, claim, yonhap, ada):
        judge(yonhap, Stance.DISPUTES, ada)
        claim.refresh_from_db()
        assert (claim.state, claim.stage, kinds(claim)) == (State.CORROBORATED, Stage.IN_REVIEW, ["new_dispute"])
        judge(yonhap, Stance.SUPPORTS, ada, reason="Read again.")
        judge(yonhap, Stance.DISPUTES, ada, reason="And again.")
        assert kinds(claim) == ["new_dispute", "new_dispute", "stance_changed"]

    def test_support_that_is_none_raises_a_flag_and_new_support_raises_none(self, claim, yonhap, ada):
        judge(yonhap, Stance.CONTEXT, ada, reason="It only describes the place.")
        assert kinds(claim) == ["stance_changed"]
        flag = claim.flags.get()
        assert flag.sentence == "Yonhap no longer supports the claim: It only describes the place."
        judge(yonhap, Stance.SUPPORTS, ada, reason="Read again.")
        assert kinds(claim) == ["stance_changed"]

    def test_who_still_works_on_a_claim_is_not_flagged_for_their_own_work(self, ada):
        working = make_claim(ada, "Another matter.")
        judge(make_citation(working, ada), Stance.DISPUTES, ada)
        assert not working.flags.exists()
