"""Links, replies, caveats and uses: what the desk knows of a claim beside its evidence."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.permissions import NotAllowed
from apps.audit.models import Entry
from apps.claims import actions
from apps.claims.models import Caveat, ClaimLink, Correction, EarlierOutcome, ReplyRequest, Use
from apps.claims.refusals import Impossible, ReasonMissing, Refusal
from apps.claims.replies import sentences
from apps.claims.states import Stance, State
from tests.newsroom import (
    decide,
    make_citation,
    make_claim,
    make_editor,
    make_person,
    make_reply_request,
    make_reporter,
    make_two_lines,
    make_use,
)

pytestmark = pytest.mark.django_db
Kind, Outcome = ClaimLink.Kind, ReplyRequest.Outcome


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def one(ada):
    return make_claim(ada, "One North Korean soldier was captured.")


@pytest.fixture
def two(ada):
    return make_claim(ada, "Two North Korean soldiers were captured.")


def corroborate(claim, ada):
    make_two_lines(claim, ada)
    return decide(claim, State.CORROBORATED, ada)


class TestLinks:
    def test_a_link_is_told_on_both_claims_under_their_next_versions(self, ada, one, two):
        actions.link_claims(two, Kind.SUPERSEDES, one, by=ada)
        told = [Entry.objects.in_streams([claim.stream])[0] for claim in (two, one)]
        assert [entry.sentence for entry in told] == [
            "Ada linked the claim: it supersedes “One North Korean soldier was captured.”",
            "Ada linked the claim: it is superseded by “Two North Korean soldiers were captured.”",
        ]
        assert [entry.seq for entry in told] == [2, 2]

    def test_it_refuses_itself_the_same_twice_and_who_may_not(self, ada, one, two):
        with pytest.raises(Refusal, match="to itself"):
            actions.link_claims(one, Kind.PART_OF, one, by=ada)
        actions.link_claims(one, Kind.PART_OF, two, by=ada)
        with pytest.raises(Refusal, match="linked so already"):
            actions.link_claims(one, Kind.PART_OF, two, by=ada)
        with pytest.raises(NotAllowed):
            actions.link_claims(two, Kind.CONTRADICTS, one, by=make_person("aziz", "auditor"))

    @pytest.mark.parametrize("kind", [Kind.CONTRADICTS, Kind.DUPLICATE])
    def test_what_holds_both_ways_is_said_once(self, ada, one, two, kind):
        actions.link_claims(one, kind, two, by=ada)
        with pytest.raises(Refusal, match="linked so already"):
            actions.link_claims(two, kind, one, by=ada)

    @pytest.mark.parametrize(
        ("first", "second"), [(Kind.CONTRADICTS, Kind.DUPLICATE), (Kind.DUPLICATE, Kind.CONTRADICTS)]
    )
    def test_two_claims_do_not_contradict_and_duplicate_each_other(self, ada, one, two, first, second):
        actions.link_claims(one, first, two, by=ada)
        with pytest.raises(Refusal, match="can't both"):
            actions.link_claims(two, second, one, by=ada)

    @pytest.mark.parametrize("kind", [Kind.SUPERSEDES, Kind.PART_OF])
    def test_circles_are_refused_however_long(self, ada, kind):
        claims = [make_claim(ada, f"Claim {number}.") for number in range(4)]
        for a, b in itertools.pairwise(claims):
            actions.link_claims(a, kind, b, by=ada)
        for number in (1, 2, 3):
            with pytest.raises(Refusal, match="circle"):
                actions.link_claims(claims[number], kind, claims[0], by=ada)
        actions.link_claims(claims[0], kind, claims[3], by=ada)

    def test_a_withdrawn_link_stays_in_the_record_and_can_be_made_anew(self, ada, one, two):
        link = actions.link_claims(two, Kind.SUPERSEDES, one, by=ada)
        with pytest.raises(ReasonMissing):
            actions.withdraw_link(link, by=ada, reason="")
        actions.withdraw_link(link, by=ada, reason="They are not the same men.")
        with pytest.raises(Refusal, match="withdrawn already"):
            actions.withdraw_link(link, by=ada, reason="Again.")
        actions.link_claims(one, Kind.SUPERSEDES, two, by=ada)
        assert ClaimLink.objects.count() == 2

    def test_the_database_refuses_a_link_to_itself_and_a_second_live_one(self, ada, one, two):
        link = actions.link_claims(two, Kind.SUPERSEDES, one, by=ada)
        with pytest.raises(IntegrityError), transaction.atomic():
            ClaimLink.objects.filter(pk=link.pk).update(to_claim=two)
        with pytest.raises(IntegrityError), transaction.atomic():
            ClaimLink.objects.create(from_claim=two, to_claim=one, kind=Kind.SUPERSEDES, linked_by=ada)


class TestReplies:
    def settle(self, request, ada, outcome, answer=""):
        return actions.settle_reply(request, by=ada, outcome=outcome, answer=answer)

    def test_neither_moscow_nor_pyongyang_has_answered(self, ada, one):
        for party in ("Moscow", "Pyongyang"):
            self.settle(make_reply_request(one, ada, party), ada, Outcome.NO_ANSWER)
        assert sentences(one.reply_requests.all()) == ["Neither Moscow nor Pyongyang has answered."]

    def test_each_outcome_is_said_in_a_sentence_and_an_answer_stands_above_silence(self, ada, one):
        self.settle(make_reply_request(one, ada, "Kyiv"), ada, Outcome.ANSWERED, "He is with us.")
        self.settle(make_reply_request(one, ada, "Kyiv"), ada, Outcome.NO_ANSWER)
        self.settle(make_reply_request(one, ada, "Seoul"), ada, Outcome.DECLINED)
        for party in ("Moscow", "Pyongyang", "Beijing"):
            self.settle(make_reply_request(one, ada, party), ada, Outcome.NO_ANSWER)
        make_reply_request(one, ada, "Tokyo")
        assert sentences(one.reply_requests.all()) == [
            "Kyiv answered: “He is with us.”",
            "Seoul declined to comment.",
            "None of Moscow, Pyongyang and Beijing has answered.",
            "Tokyo has been asked and has not answered yet.",
        ]
        assert sentences([]) == []

    def test_it_is_overdue_until_an_outcome_is_noted(self, ada, one):
        now = timezone.now()
        late = make_reply_request(one, ada, asked_at=now - timedelta(days=2), due=now - timedelta(hours=1))
        make_reply_request(one, ada, "Pyongyang")
        assert list(ReplyRequest.objects.overdue(now)) == [late]
        self.settle(late, ada, Outcome.NO_ANSWER)
        assert not ReplyRequest.objects.overdue(now).exists()

    def test_an_outcome_is_noted_once_an_answer_has_words_and_due_is_after_asked(self, ada, one):
        request = make_reply_request(one, ada)
        with pytest.raises(Refusal, match="Write down what they answered"):
            self.settle(request, ada, Outcome.ANSWERED, " ")
        self.settle(request, ada, Outcome.DECLINED)
        with pytest.raises(Refusal, match="Ada has noted already: declined to comment"):
            self.settle(request, ada, Outcome.ANSWERED, "Yes.")
        with pytest.raises(Refusal, match="before the question"):
            make_reply_request(one, ada, due=timezone.now() - timedelta(days=1))
        with pytest.raises(NotAllowed):
            make_reply_request(one, make_person("aziz", "auditor"))

    def test_what_is_still_to_come_was_not_asked(self, ada, one):
        later = timezone.now() + timedelta(hours=1)
        with pytest.raises(Impossible, match="still to come") as refused:
            make_reply_request(one, ada, asked_at=later, due=later + timedelta(days=1))
        assert refused.value.field == "asked_at"
        assert not ReplyRequest.objects.exists()

    @pytest.mark.parametrize(
        ("told", "field"),
        [
            ({"outcome": Outcome.DECLINED, "outcome_at": timedelta(hours=1)}, "outcome_at"),
            ({"outcome": Outcome.NO_ANSWER, "outcome_at": timedelta(days=-3)}, "outcome_at"),
            ({"outcome": Outcome.NO_ANSWER, "answer": "No."}, "answer"),
            ({"outcome": Outcome.ANSWERED, "answer": " "}, "answer"),
        ],
    )
    def test_an_outcome_that_can_not_be_is_refused_by_its_field_first_and_as_a_correction(self, ada, one, told, field):
        now = timezone.now()
        told = {**told, "outcome_at": now + told.get("outcome_at", timedelta())}
        asked = make_reply_request(one, ada, asked_at=now - timedelta(days=2))
        for reason in ("", "It was not so."):
            with pytest.raises(Impossible) as refused:
                actions.settle_reply(asked, by=ada, reason=reason, **told)
            assert refused.value.field == field
            asked.refresh_from_db()
            assert asked.outcome == ("declined" if reason else "")
            if not reason:
                self.settle(asked, ada, Outcome.DECLINED)
        assert not EarlierOutcome.objects.exists()

    def test_an_outcome_of_the_minute_in_which_they_were_asked_is_not_before_it(self, ada, one):
        at = timezone.now().replace(second=40) - timedelta(hours=1)
        asked = make_reply_request(one, ada, asked_at=at)
        settled = actions.settle_reply(asked, by=ada, outcome=Outcome.DECLINED, outcome_at=at.replace(second=0))
        assert settled.outcome_at == at

    def test_what_was_noted_is_corrected_with_a_reason_and_both_are_kept(self, ada, one):
        rita = make_reporter()
        asked = make_reply_request(one, rita)
        actions.settle_reply(asked, by=rita, outcome=Outcome.ANSWERED, answer="He is with us.")
        with pytest.raises(NotAllowed):
            actions.settle_reply(asked, by=make_reporter("noor"), outcome=Outcome.DECLINED, reason="I asked again.")
        actions.settle_reply(asked, by=ada, outcome=Outcome.NO_ANSWER, reason="That was Kyiv.")
        assert sentences(one.reply_requests.all()) == ["Moscow has not answered."]
        kept = EarlierOutcome.objects.get()
        assert (kept.outcome, kept.answer, kept.settled_by) == ("answered", "He is with us.", rita)
        assert (kept.replaced_by, kept.replaced_because) == (ada, "That was Kyiv.")
        entry = Entry.objects.in_streams([one.stream])[0]
        assert entry.sentence == "Ada corrected what was noted of asking Moscow: no answer"
        assert (entry.before["answer"], entry.reason) == ("He is with us.", "That was Kyiv.")
        with pytest.raises(IntegrityError), transaction.atomic():
            EarlierOutcome.objects.update(replaced_because="")

    def test_asking_and_settling_are_told_with_their_words(self, ada, one):
        self.settle(make_reply_request(one, ada), ada, Outcome.ANSWERED, "No comment but: yes.")
        settled, asked = Entry.objects.in_streams([one.stream])[:2]
        assert asked.sentence == "Ada asked Moscow for a reply"
        assert settled.sentence == "Ada noted what came of asking Moscow: answered"


class TestCaveats:
    def test_it_says_by_whom_and_what(self, ada, one):
        kind = Caveat.Kind.NOT_VERIFIED
        caveat = actions.record_caveat(
            one, by=make_reporter(), kind=kind, party="AFP", text="Their nationality is open."
        )
        assert caveat.sentence == "AFP: could not independently verify. Their nationality is open."
        citation = make_citation(one, ada, outlet="Yonhap")
        on = actions.record_caveat(one, by=ada, kind=Caveat.Kind.NO_EVIDENCE_SHOWN, citation=citation)
        assert on.sentence == "Yonhap: showed no direct evidence."

    def test_it_refuses_what_says_nothing_and_a_citation_of_another_claim(self, ada, one, two):
        with pytest.raises(Refusal, match="in words"):
            actions.record_caveat(one, by=ada, kind=Caveat.Kind.OTHER)
        with pytest.raises(Refusal, match="another claim"):
            actions.record_caveat(one, by=ada, kind=Caveat.Kind.TRANSLATION, citation=make_citation(two, ada))

    def test_it_is_withdrawn_with_a_reason_once_and_kept(self, ada, one):
        caveat = actions.record_caveat(one, by=ada, kind=Caveat.Kind.ANONYMOUS_ONLY)
        with pytest.raises(ReasonMissing):
            actions.withdraw_caveat(caveat, by=ada, reason=" ")
        actions.withdraw_caveat(caveat, by=ada, reason="The SBU has named itself.")
        with pytest.raises(Refusal, match="withdrawn already"):
            actions.withdraw_caveat(caveat, by=ada, reason="Again.")
        assert not one.caveats.live().exists()
        assert Caveat.objects.count() == 1


class TestUses:
    def test_a_verdict_taken_back_lists_every_use_until_somebody_says_what_was_done(self, ada, two):
        uses = [make_use(two, ada, f"Headline {number}") for number in range(3)]
        actions.withdraw_use(uses[2], by=ada, reason="It is about another claim.")
        corroborate(two, ada)
        assert not Correction.objects.exists()
        two.refresh_from_db()
        actions.reopen(two, by=ada, reason="The video is old.", expected_version=two.version)
        needed = Correction.objects.open().order_by("pk")
        assert [one.use for one in needed] == uses[:2]
        assert list(Correction.objects.to_announce()) == list(needed)
        with pytest.raises(ReasonMissing):
            actions.settle_correction(needed[0], by=ada, done=Correction.Done.UPDATED, note="")
        first = actions.settle_correction(needed[0], by=ada, done=Correction.Done.UPDATED, note="A line was added.")
        with pytest.raises(Refusal, match="has said already"):
            actions.settle_correction(first, by=ada, done=Correction.Done.UPDATED, note="Again.")
        assert [one.use for one in Correction.objects.open()] == [uses[1]]
        entry = Entry.objects.in_streams([two.stream])[0]
        assert entry.sentence == "Ada said what was done about “Headline 0”: The story was updated"

    def test_corroborated_to_disputed_needs_correction_and_disputed_to_corroborated_does_not(self, ada, two):
        make_use(two, ada)
        corroborate(two, ada)
        make_citation(two, ada, outlet="TASS", stance=Stance.DISPUTES)
        decide(two, State.DISPUTED, ada)
        assert Correction.objects.count() == 1
        actions.withdraw_citation(two.citations.live().last(), by=ada, reason="TASS took it back.")
        decide(two, State.CORROBORATED, ada)
        assert Correction.objects.count() == 1

    def test_a_superseded_claim_needs_its_uses_corrected_once(self, ada, one, two):
        make_use(one, ada)
        make_use(two, ada)
        actions.link_claims(two, Kind.SUPERSEDES, one, by=ada)
        needed = Correction.objects.get()
        assert needed.use.claim == one
        assert needed.cause.sentence == "“Two North Korean soldiers were captured.” supersedes it."

    @pytest.mark.parametrize("days", [-30, 30])
    def test_one_noted_after_the_verdict_fell_is_listed_at_once_whenever_it_was_published(self, ada, two, days):
        corroborate(two, ada)
        actions.reopen(two, by=ada, reason="The video is old.", expected_version=two.version)
        use = self.published(two, ada, timezone.now() + timedelta(days=days))
        needed = Correction.objects.get()
        fell = "“Two North Korean soldiers were captured.” was corroborated and is unverified now."
        assert (needed.use, needed.cause.sentence) == (use, fell)
        assert needed.sentence == (fell if days < 0 else f"{fell} The story was published after that.")
        assert Entry.objects.in_streams([two.stream])[0].after["needs_correction"] == [fell]

    @pytest.mark.parametrize("days", [-30, 30])
    def test_one_noted_after_the_claim_was_superseded_is_listed_at_once(self, ada, one, two, days):
        link = actions.link_claims(two, Kind.SUPERSEDES, one, by=ada)
        self.published(two, ada, timezone.now())
        use = self.published(one, ada, timezone.now() + timedelta(days=days))
        needed = Correction.objects.get()
        assert needed.use == use
        assert needed.sentence.startswith("“Two North Korean soldiers were captured.” supersedes it.")
        assert needed.sentence.endswith("The story was published after that.") == (days > 0)
        actions.withdraw_link(link, by=ada, reason="They are two matters.")
        self.published(one, ada, timezone.now())
        assert Correction.objects.count() == 1

    def test_one_noted_of_a_claim_that_holds_or_never_did_is_not(self, ada, one, two):
        make_use(one, ada)
        make_citation(one, ada, outlet="TASS", stance=Stance.DISPUTES)
        decide(one, State.DISPUTED, ada)
        make_use(one, ada)
        corroborate(two, ada)
        actions.reopen(two, by=ada, reason="The video is old.", expected_version=two.version)
        corroborate(two, ada)
        make_use(two, ada)
        assert not Correction.objects.exists()

    def test_the_fall_that_counts_is_the_last_from_corroborated(self, ada, two):
        corroborate(two, ada)
        make_citation(two, ada, outlet="TASS", stance=Stance.DISPUTES)
        decide(two, State.DISPUTED, ada)
        decide(two, State.UNVERIFIED, ada)
        make_use(two, ada)
        assert Correction.objects.get().cause.sentence.endswith("was corroborated and is disputed now.")

    def published(self, claim, by, at):
        url = f"https://paper.example.com/{Use.objects.count()}"
        return actions.note_use(claim, by=by, headline="Two captured", url=url, published_at=at)

    def test_a_story_is_noted_once(self, ada, one):
        use = make_use(one, ada)
        with pytest.raises(Refusal, match="noted as a use"):
            actions.note_use(one, by=ada, headline="The same", url=use.url, published_at=timezone.now())
        actions.withdraw_use(use, by=ada, reason="By mistake.")
        actions.note_use(one, by=ada, headline="The same", url=use.url, published_at=timezone.now())
        assert Use.objects.count() == 2
