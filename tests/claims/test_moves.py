"""Moves with sign-off: one asks, another answers, and what is signed is what was asked about."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.permissions import NotAllowed
from apps.archive.models import Capture
from apps.audit.models import Entry
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions
from apps.claims.evidence import digest, gather
from apps.claims.models import Citation, MoveRequest
from apps.claims.refusals import (
    AlreadyAsked,
    Answered,
    NoSuchMove,
    NotEnoughEvidence,
    ReasonMissing,
    RequestVoid,
    RuleIsMet,
    SecondPersonNeeded,
)
from apps.claims.states import Stage, Stance, State
from apps.sources.models import Attribution, Party
from tests.newsroom import (
    ask,
    corroborate,
    decide,
    make_capture,
    make_citation,
    make_claim,
    make_editor,
    make_figure,
    make_outlet,
    make_person,
    make_reporter,
    make_two_lines,
)

pytestmark = pytest.mark.django_db
REASON = "Two bodies know."


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def ben():
    return make_editor("ben")


@pytest.fixture
def sofia():
    return make_person("sofia", "standards_editor")


@pytest.fixture
def claim(ada):
    claim = make_claim(ada)
    make_two_lines(claim, ada)
    return claim


@pytest.fixture
def request_(claim, ada):
    return ask(claim, State.CORROBORATED, ada)


def sign(request, by, version=None):
    return actions.sign_off(request, by=by, expected_version=version or now(request.claim).version)


def now(claim):
    claim.refresh_from_db()
    return claim


def verbs(claim):
    return list(Entry.objects.since(claim.stream, 1).values_list("verb", flat=True))


class TestAsking:
    def test_it_freezes_the_evidence_and_leaves_the_state(self, claim, ada, request_):
        assert (now(claim).state, claim.stage) == (State.UNVERIFIED, Stage.IN_REVIEW)
        assert [one["outlet"] for one in request_.evidence["citations"]] == ["Security Service of Ukraine", "Yonhap"]
        assert request_.evidence_digest == digest(request_.evidence)
        assert (request_.policy.version, request_.asked_by, request_.is_open) == (1, ada, True)
        entry = Entry.objects.in_streams([claim.stream])[0]
        assert (entry.sentence, entry.reason) == ("Ada asked for “corroborated”: a second editor has to sign", REASON)

    def test_it_refuses_what_the_rule_refuses(self, ada):
        bare = make_claim(ada)
        with pytest.raises(NotEnoughEvidence, match="Two independent lines"):
            ask(bare, State.CORROBORATED, ada)
        assert not MoveRequest.objects.exists()

    @pytest.mark.parametrize("role", ["reporter", "auditor", "administrator"])
    def test_it_refuses_a_role_that_may_not_decide(self, claim, role):
        with pytest.raises(NotAllowed):
            ask(claim, State.CORROBORATED, make_person("somebody", role))

    def test_it_refuses_a_second_request_while_one_waits_and_says_whose(self, claim, ben, request_):
        with pytest.raises(AlreadyAsked, match="Ada has asked for “corroborated”"):
            ask(claim, State.CORROBORATED, ben)

    def test_a_request_that_the_evidence_has_left_behind_makes_room_for_a_new_one(self, claim, ada, ben, request_):
        make_citation(claim, ada, outlet="Reuters")
        second = ask(claim, State.CORROBORATED, ben)
        request_.refresh_from_db()
        assert (request_.outcome, request_.changes) == ("void", ["Reuters was cited: it supports the claim."])
        assert sign(second, ada).asked_by == ben

    def test_to_reopen_nobody_is_asked(self, claim, ada):
        corroborate(claim, ada)
        with pytest.raises(NoSuchMove, match="needs no second editor"):
            actions.request_move(claim, State.UNVERIFIED, by=ada, reason="x", expected_version=claim.version)
        assert actions.reopen(claim, by=ada, reason="x", expected_version=claim.version).to_state == State.UNVERIFIED

    def test_the_database_refuses_two_open_requests(self, request_):
        request_.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            request_.save(force_insert=True)


class TestSigning:
    def test_another_editor_signs_and_the_decision_is_bound_to_what_was_asked_about(self, claim, ada, ben, request_):
        decision = sign(request_, ben)
        assert (now(claim).state, claim.stage) == (State.CORROBORATED, Stage.SETTLED)
        assert (decision.asked_by, decision.decided_by, decision.request) == (ada, ben, request_)
        assert (decision.reason, decision.evidence_digest) == (REASON, request_.evidence_digest)
        request_.refresh_from_db()
        assert (request_.outcome, request_.answered_by) == ("signed", ben)
        assert verbs(claim) == ["move_requested", "claim_corroborated"]

    def test_nobody_signs_what_they_asked_for_not_even_in_the_database(self, claim, ada, request_):
        with pytest.raises(SecondPersonNeeded):
            sign(request_, ada)
        assert now(claim).state == State.UNVERIFIED
        with pytest.raises(IntegrityError), transaction.atomic():
            MoveRequest.objects.update(outcome="signed", answered_by=ada, answered_at=timezone.now())

    def test_a_reporter_does_not_sign(self, request_):
        with pytest.raises(NotAllowed):
            sign(request_, make_reporter())

    def test_it_is_signed_once(self, request_, ben):
        sign(request_, ben)
        with pytest.raises(Answered, match="signed"):
            sign(request_, make_editor("carl"))

    def test_whoever_saw_an_older_version_hears_what_happened(self, claim, ada, ben, request_):
        seen = now(claim).version
        actions.assign(claim, by=ada, expected_version=seen, assignee=ben)
        with pytest.raises(ChangedMeanwhile) as refused:
            sign(request_, ben, seen)
        assert [entry.verb for entry in refused.value.entries] == ["claim_assigned"]
        request_.refresh_from_db()
        assert request_.is_open


def cite(claim, ada):
    make_citation(claim, ada, outlet="Reuters")


def withdraw(claim, ada):
    actions.withdraw_citation(claim.citations.last(), by=ada, reason="Wrong.")


def answer(claim, ada):
    Citation.objects.filter(stance="disputes").update(answer="Otherwise.")


def mark_first_hand(claim, ada):
    claim.citations.filter(first_hand=False).update(first_hand=True)


def copy_anew(claim, ada):
    citation = claim.citations.last()
    Citation.objects.filter(pk=citation.pk).update(capture=make_capture(citation.source.page))


def lose_the_copy(claim, ada):
    Capture.objects.filter(pk=claim.citations.last().capture_id).update(body_digest="0" * 64)


def reword(claim, ada):
    actions.edit_claim(now(claim), by=ada, expected_version=claim.version, statement="Three were captured.")


def change_the_rule(claim, ada):
    sofia = make_person("sofia", "standards_editor")
    actions.edit_policy(by=sofia, reason="Looser.", expected_version=1, first_hand_lines=0)


def attribute(claim, ada):
    Attribution.objects.create(
        of_source=claim.citations.last().source,
        relation="republishes",
        to_party=make_outlet("AFP"),
        state="suggested",
        found_by="credit_line",
    )


def correct(claim, ada):
    source = claim.citations.last().source
    actions.correct_source(source, by=ada, expected_version=source.version, credit_line="KCNA")


CHANGES = [
    (cite, "Reuters was cited: it supports the claim."),
    (withdraw, "Yonhap is no longer cited."),
    (mark_first_hand, "Yonhap is marked first-hand."),
    (copy_anew, "Yonhap rests on another copy now."),
    (lose_the_copy, "The copy of Yonhap is not the one it was."),
    (
        reword,
        "The words of the claim changed from “Two North Korean soldiers were captured.” to “Three were captured.”.",
    ),
    (change_the_rule, "The rule changed: version 1 is version 2 now."),
    (attribute, "New: the Yonhap page republishes AFP (suggested)."),
    (correct, "Yonhap: its credit line changed from “Yonhap” to “KCNA”."),
]


class TestEvidenceThatChanged:
    @pytest.mark.parametrize(("change", "sentence"), CHANGES, ids=lambda one: getattr(one, "__name__", ""))
    def test_the_request_is_void_and_says_what_changed(self, claim, ada, ben, request_, change, sentence):
        change(claim, ada)
        with pytest.raises(RequestVoid) as refused:
            sign(request_, ben)
        assert sentence in refused.value.sentences
        assert now(claim).state == State.UNVERIFIED
        request_.refresh_from_db()
        assert request_.outcome == "void"
        assert sentence in request_.changes
        assert sentence in Entry.objects.in_streams([claim.stream])[0].sentence

    def test_an_answered_attribution_is_told(self, claim, ada, ben):
        attribute(claim, ada)
        request = ask(claim, State.CORROBORATED, ada)
        Attribution.objects.update(state="rejected", decided_by=ada, decided_at=timezone.now(), reason="Its own words.")
        with pytest.raises(RequestVoid, match="That the Yonhap page republishes AFP is rejected now"):
            sign(request, ben)

    @pytest.mark.parametrize(
        ("facts", "sentence"),
        [
            (
                {"counting": "level"},
                "“killed or wounded” is read as “A level: it goes up and down” now; before, as “A total so far: it only"
                " grows”.",
            ),
            ({"unit": "people"}, "“killed or wounded” is counted in people now; before, in soldiers."),
            ({"name": "killed"}, "killed or wounded, 23 December 2024” is “Kyiv: nearly 3,000 killed, 23 December"),
        ],
    )
    def test_a_measure_that_counts_otherwise_is_told(self, claim, ada, ben, facts, sentence):
        measure = make_figure(claim, ada).measure
        request = ask(claim, State.CORROBORATED, ada)
        actions.edit_measure(measure, by=ada, definition="Since August.")
        assert digest(gather(now(claim)).frozen()) == request.evidence_digest
        actions.edit_measure(measure, by=ada, **facts)
        with pytest.raises(RequestVoid) as refused:
            sign(request, ben)
        assert sentence in str(refused.value)

    def test_a_figure_that_no_longer_counts_is_told(self, claim, ada, ben):
        cited = make_citation(claim, ada, outlet="TASS", stance=Stance.CONTEXT)
        make_figure(claim, ada, citation=cited)
        request = ask(claim, State.CORROBORATED, ada)
        actions.withdraw_citation(cited, by=ada, reason="It says nothing of it.")
        with pytest.raises(RequestVoid, match="no longer counts: its citation is withdrawn"):
            sign(request, ben)

    def test_a_ruling_is_told(self, claim, ada, ben):
        citation = claim.citations.last()
        parties = [Party.objects.create(name=name, kind="other", is_named=False) for name in ("an ally", "an official")]
        for party in parties:
            actions.attribute(citation.source, "quotes", party, by=ada, reason="It says so.")
        request = ask(claim, State.CORROBORATED, ada)
        actions.rule_apart(now(claim), *parties, by=ada, reason="Both are known.", expected_version=claim.version)
        with pytest.raises(RequestVoid, match="It is ruled now that an ally and an official stand apart"):
            sign(request, ben)

    def test_what_changed_and_changed_back_is_what_was_asked_about(self, claim, ada, ben, request_):
        source = claim.citations.last().source
        for credit_line in ("KCNA", "Yonhap"):
            source = actions.correct_source(source, by=ada, expected_version=source.version, credit_line=credit_line)
        assert sign(request_, ben).to_state == State.CORROBORATED

    def test_what_is_no_evidence_voids_nothing(self, claim, ada, ben, request_):
        actions.assign(now(claim), by=ada, expected_version=claim.version, assignee=ben)
        actions.edit_claim(now(claim), by=ada, expected_version=claim.version, due=timezone.now())
        assert sign(request_, ben).to_state == State.CORROBORATED


class TestRefusingAndWithdrawing:
    def test_another_editor_refuses_with_a_reason(self, claim, ben, request_):
        with pytest.raises(ReasonMissing):
            actions.refuse_move(request_, by=ben, reason=" ", expected_version=now(claim).version)
        actions.refuse_move(request_, by=ben, reason="Yonhap has it from the SBU.", expected_version=claim.version)
        request_.refresh_from_db()
        assert (request_.outcome, request_.answer) == ("refused", "Yonhap has it from the SBU.")
        entry = Entry.objects.in_streams([claim.stream])[0]
        assert entry.sentence == "Ben refused to sign “corroborated”, which Ada had asked for"

    def test_only_who_asked_withdraws_and_only_others_refuse(self, claim, ada, ben, request_):
        with pytest.raises(SecondPersonNeeded):
            actions.withdraw_request(request_, by=ben, expected_version=now(claim).version)
        with pytest.raises(SecondPersonNeeded):
            actions.refuse_move(request_, by=ada, reason="x", expected_version=claim.version)
        actions.withdraw_request(request_, by=ada, expected_version=claim.version)
        with pytest.raises(Answered, match="withdrawn"):
            sign(request_, ben)
        assert verbs(claim) == ["move_requested", "request_withdrawn"]

    def test_a_decision_on_another_way_voids_what_is_asked_for(self, claim, ada, sofia, request_):
        version = now(claim).version
        actions.override(claim, State.DISPUTED, by=sofia, reason="It is a hoax.", expected_version=version)
        request_.refresh_from_db()
        assert (request_.outcome, request_.changes) == ("void", ["Sofia decided meanwhile: disputed."])


class TestOverride:
    def test_a_standards_editor_decides_against_the_rule_and_the_mark_stays(self, ada, sofia):
        bare = make_claim(ada)
        decision = actions.override(bare, State.CORROBORATED, by=sofia, reason="I was there.", expected_version=1)
        assert decision.is_override
        assert decision.missing == [
            "Two independent lines that support the claim.",
            "A first-hand line: a source that saw it, made it or decided it.",
            "A second editor's signature.",
        ]
        assert now(bare).against_rule
        assert "AGAINST THE RULE: Two independent lines" in Entry.objects.in_streams([bare.stream])[0].sentence
        decide(bare, State.UNVERIFIED, ada)
        assert not bare.against_rule
        decision.refresh_from_db()
        assert decision.is_override

    def test_an_editor_may_not(self, claim, ada):
        with pytest.raises(NotAllowed, match="may not decide against the rule"):
            actions.override(claim, State.CORROBORATED, by=ada, reason="x", expected_version=1)

    def test_it_needs_a_reason_and_something_to_override(self, claim, ada, sofia):
        with pytest.raises(ReasonMissing):
            actions.override(claim, State.CORROBORATED, by=sofia, reason=" ", expected_version=1)
        make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES)
        with pytest.raises(RuleIsMet):
            actions.override(claim, State.DISPUTED, by=sofia, reason="x", expected_version=1)
        with pytest.raises(NoSuchMove):
            actions.override(claim, State.UNVERIFIED, by=sofia, reason="x", expected_version=1)


class TestAnswering:
    def test_an_editor_answers_and_a_later_answer_takes_the_earlier_ones_place_in_the_open(self, claim, ada):
        dispute = make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES)
        for words in ("TASS names nobody.", "TASS has taken it back."):
            actions.answer_dispute(dispute, by=ada, answer=words)
        dispute.refresh_from_db()
        assert (dispute.answer, dispute.answered_by) == ("TASS has taken it back.", ada)
        told = Entry.objects.filter(verb="dispute_answered").order_by("id")
        assert [entry.reason for entry in told] == ["TASS names nobody.", "TASS has taken it back."]
        assert told[1].before["answer"] == "TASS names nobody."

    def test_it_refuses_a_reporter_no_words_and_what_disputes_nothing(self, claim, ada):
        dispute = make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES)
        with pytest.raises(NotAllowed):
            actions.answer_dispute(dispute, by=make_reporter(), answer="x")
        with pytest.raises(ReasonMissing):
            actions.answer_dispute(dispute, by=ada, answer=" ")
        with pytest.raises(Exception, match="does not dispute"):
            actions.answer_dispute(claim.citations.first(), by=ada, answer="x")
