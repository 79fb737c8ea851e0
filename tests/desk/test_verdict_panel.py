"""The verdict on the claim page: asking, signing, refusing, withdrawing, overriding, and answering disputes."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.claims import actions
from apps.claims.models import Decision, MoveRequest
from apps.claims.states import Stance, State
from tests.newsroom import (
    PASSWORD,
    ask,
    corroborate,
    make_citation,
    make_claim,
    make_editor,
    make_person,
    make_reporter,
    make_two_lines,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
REASON = "Two bodies know, and I have read both."


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
def asked(claim, ada):
    return ask(claim, State.CORROBORATED, ada, REASON)


def desk_of(person):
    client = Client()
    client.force_login(person)
    return client


def text(response):
    return " ".join(response.content.decode().split())


def page(person, claim):
    return text(desk_of(person).get(reverse("desk:claim", args=[claim.pk])))


def post(person, name, row, **typed):
    claim = getattr(row, "claim", row)
    claim.refresh_from_db()
    headers = typed.pop("headers", {})
    url = reverse(f"desk:{name}", args=[row.pk])
    return desk_of(person).post(url, {"expected_version": claim.version, **typed}, headers=headers)


class TestWhoIsLate:
    """Only where somebody has typed something are they told that it is still there."""

    @pytest.mark.parametrize(
        ("name", "typed", "is_kept"),
        [
            ("request_sign", {}, False),
            ("request_refuse", {"reason": "It rests on one man."}, True),
            ("claim_assign", {"assignee": ""}, False),
            ("claim_stage", {"stage": "settled"}, False),
            ("claim_edit", {"statement": "Three were captured.", "initial-statement": "Two were captured."}, True),
        ],
    )
    def test_is_told_what_is_kept_of_theirs(self, claim, ben, asked, name, typed, is_kept):
        row = asked if name.startswith("request") else claim
        answer = post(ben, name, row, **typed, expected_version=1)
        assert answer.status_code == 409
        assert "Changed meanwhile." in text(answer)
        assert ("What you typed is still here" in text(answer)) == is_kept
        assert ("Read what happened, then do it again" in text(answer)) == (not is_kept)


TYPED = "I had read all of it, <b>twice</b>."
COPY = "The reason you typed, to copy"
ESCAPED = "I had read all of it, &lt;b&gt;twice&lt;/b&gt;."


class TestAReasonIsNeverLost:
    """Whatever a colleague does meanwhile, what was typed stands on the answer, in a form or to be copied."""

    @pytest.mark.parametrize("headers", [{}, HTMX], ids=["browser", "htmx"])
    def test_when_a_colleague_has_asked_first(self, claim, ada, ben, headers):
        version = claim.version
        ask(claim, State.CORROBORATED, ben)
        url = reverse("desk:claim_corroborate", args=[claim.pk])
        answer = desk_of(ada).post(url, {"expected_version": version, "reason": TYPED}, headers=headers)
        assert answer.status_code == 409
        assert COPY in text(answer)
        assert ESCAPED in text(answer)

    def test_when_it_was_carried_over_a_sign_in_and_a_colleague_has_asked_meanwhile(self, claim, ada, ben):
        url = reverse("desk:claim_corroborate", args=[claim.pk])
        ended = Client().post(url, {"expected_version": claim.version, "reason": TYPED})
        ask(claim, State.CORROBORATED, ben)
        assert ESCAPED in self.after_the_sign_in(ended)

    @pytest.mark.parametrize("ends", ["signed", "withdrawn"])
    def test_when_what_it_would_have_refused_has_ended(self, claim, ada, ben, asked, ends):
        url = reverse("desk:request_refuse", args=[asked.pk])
        ended = Client().post(url, {"expected_version": claim.version, "reason": TYPED})
        claim.refresh_from_db()
        end = actions.sign_off if ends == "signed" else actions.withdraw_request
        end(asked, by=ben if ends == "signed" else ada, expected_version=claim.version)
        page = self.after_the_sign_in(ended, "ben")
        assert "has been answered or withdrawn meanwhile" in page
        assert ESCAPED in page

    def after_the_sign_in(self, ended, username="ada"):
        client = Client()
        going_on = {name: ended.context[name] for name in ("next", "carried")}
        answer = client.post(reverse("desk:sign_in"), {"username": username, "password": PASSWORD, **going_on})
        page = text(client.get(answer.headers["Location"]))
        assert COPY in page
        return page


class TestARequestThatWaits:
    def test_who_asked_sees_it_waiting_and_may_withdraw_but_not_sign(self, claim, ada, asked):
        seen = page(ada, claim)
        assert "You ask: corroborated" in seen
        assert "Waits for another editor." in seen
        assert reverse("desk:request_withdraw", args=[asked.pk]) in seen
        assert reverse("desk:request_sign", args=[asked.pk]) not in seen
        assert reverse("desk:claim_corroborate", args=[claim.pk]) not in seen

    def test_another_editor_sees_what_was_frozen_and_may_sign_or_refuse(self, claim, ben, asked):
        seen = page(ben, claim)
        assert "<bdi>Ada</bdi> asks: corroborated" in seen
        assert REASON in seen
        assert asked.evidence_digest in seen
        assert "Nothing has changed since." in seen
        for verb in ("sign", "refuse"):
            assert reverse(f"desk:request_{verb}", args=[asked.pk]) in seen
        assert reverse("desk:request_withdraw", args=[asked.pk]) not in seen

    def test_a_reporter_sees_it_and_no_button(self, claim, asked):
        seen = page(make_reporter(), claim)
        assert "<bdi>Ada</bdi> asks: corroborated" in seen
        assert "/requests/" not in seen

    def test_what_changed_since_is_said_and_there_is_nothing_to_sign_any_more(self, claim, ada, ben, asked):
        make_citation(claim, ada, outlet="Reuters")
        seen = page(ben, claim)
        assert "Changed since it was asked." in seen
        assert "Reuters was cited: it supports the claim." in seen
        assert reverse("desk:request_sign", args=[asked.pk]) not in seen
        assert reverse("desk:claim_corroborate", args=[claim.pk]) in seen


class TestAnswering:
    def test_it_is_signed(self, claim, ben, asked):
        assert post(ben, "request_sign", asked).status_code == 302
        claim.refresh_from_db()
        assert claim.state == State.CORROBORATED
        assert 'as asked for by <span dir="auto">Ada</span>' in page(ben, claim)

    def test_htmx_gets_the_panel_and_no_page(self, ben, asked):
        answer = text(post(ben, "request_sign", asked, headers=HTMX))
        assert "<html" not in answer
        for part in ("moves", "claim-header", "timeline"):
            assert f'id="{part}"' in answer

    def test_it_is_refused_with_a_reason_and_who_asked_reads_it_with_their_own_words_kept(self, claim, ada, ben, asked):
        assert post(ben, "request_refuse", asked, reason=" ").status_code == 422
        assert post(ben, "request_refuse", asked, reason="Yonhap has it from the SBU.").status_code == 302
        seen = page(ada, claim)
        assert "Refused: what you asked for" in seen
        assert "Yonhap has it from the SBU." in seen
        assert f"{REASON}</textarea>" in seen

    def test_it_is_withdrawn_and_gone(self, claim, ada, asked):
        assert post(ada, "request_withdraw", asked).status_code == 302
        seen = page(ada, claim)
        assert 'id="asked"' not in seen
        assert 'id="ended"' not in seen

    def test_one_that_became_void_says_why_and_who_asked_may_ask_again_in_the_same_words(self, claim, ada, ben, asked):
        make_citation(claim, ada, outlet="Reuters")
        response = post(ben, "request_sign", asked)
        assert response.status_code == 409
        assert "The request is void, because the evidence is not what was asked about." in text(response)
        seen = page(ada, claim)
        assert "Reuters was cited: it supports the claim." in seen
        assert f"{REASON}</textarea>" in seen
        assert f"{REASON}</textarea>" not in page(ben, claim)
        assert post(ada, "claim_corroborate", claim, reason=REASON).status_code == 302
        assert MoveRequest.objects.open().count() == 1

    def test_a_stale_page_is_told_what_happened_and_the_refusal_typed_is_kept(self, claim, ada, ben, asked):
        claim.refresh_from_db()
        seen = claim.version
        actions.assign(claim, by=ada, expected_version=seen, assignee=ben)
        response = post(ben, "request_refuse", asked, reason="No, since I doubt it.", expected_version=seen)
        assert response.status_code == 409
        assert "Ada assigned the claim to Ben" in text(response)
        assert "No, since I doubt it.</textarea>" in text(response)

    def test_a_refusal_that_came_too_late_keeps_what_was_typed(self, ben, asked):
        post(make_editor("carl"), "request_sign", asked)
        response = post(ben, "request_refuse", asked, reason="No, since I doubt it.")
        assert response.status_code == 409
        assert "This request is closed: signed." in text(response)
        assert "No, since I doubt it.</textarea>" in text(response)

    def test_what_one_asked_for_oneself_is_not_signed(self, ada, asked):
        response = post(ada, "request_sign", asked)
        assert response.status_code == 409
        assert "somebody else has to sign it" in text(response)
        assert not Decision.objects.exists()


class TestAPageThatWasLeftOpen:
    def test_the_poller_tells_of_a_request_that_came_and_brings_it(self, claim, ben, asked):
        make_citation(claim, ben, outlet="Reuters", state="queued", stance=Stance.CONTEXT)
        url = reverse("desk:claim_evidence", args=[claim.pk])
        answer = text(desk_of(ben).get(url, {"shown": "", "shown_state": "unverified"}, headers=HTMX))
        assert 'id="moves"' in answer
        assert 'id="asked"' in answer

    def test_evidence_that_changes_under_a_request_replaces_the_panel(self, claim, ben, asked):
        typed = {"url": "https://news.example.org/x", "stance": "supports", "shown_state": f"unverified.{asked.pk}"}
        answer = text(desk_of(ben).post(reverse("desk:claim_cite", args=[claim.pk]), typed, headers=HTMX))
        assert "Changed since it was asked." in answer
        assert "the request can&#x27;t be signed" in answer


class TestOverride:
    def test_only_who_may_is_offered_it(self, claim, ada, sofia):
        url = reverse("desk:claim_override", args=[claim.pk])
        assert url in page(sofia, claim)
        assert url not in page(ada, claim)

    def test_the_verdict_says_so_wherever_it_is_shown(self, claim, ada, sofia):
        typed = {"to_state": "disputed", "reason": "It is staged."}
        assert post(sofia, "claim_override", claim, **typed).status_code == 302
        seen = page(ada, claim)
        assert "Against the rule." in seen
        assert "One archived source that disputes the claim." in seen
        assert "AGAINST THE RULE" in seen
        assert "badge-against" in text(desk_of(ada).get(reverse("desk:queue")))
        # What the override knew to be missing is no news.
        assert "The evidence for this verdict has changed." not in seen

    def test_without_a_reason_or_on_a_stale_page_the_form_comes_back_open_with_what_was_typed(self, claim, sofia):
        refused = post(sofia, "claim_override", claim, to_state="disputed", reason=" ")
        assert refused.status_code == 422
        assert '<details class="override" open>' in text(refused)
        late = post(sofia, "claim_override", claim, to_state="disputed", reason="It is staged.", expected_version=99)
        assert late.status_code == 409
        assert "It is staged.</textarea>" in text(late)


class TestDisputes:
    def test_an_editor_answers_and_the_answer_stands_beside_the_citation(self, claim, ada):
        dispute = make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES)
        url = reverse("desk:citation_answer", args=[dispute.pk])
        assert "Unanswered." in page(ada, claim)
        version = {"expected_version": claim.version}
        assert desk_of(ada).post(url, {"answer": " ", **version}).status_code == 422
        assert desk_of(ada).post(url, {"answer": "TASS names nobody.", **version}).status_code == 302
        seen = page(ada, claim)
        assert "Unanswered." not in seen
        assert "TASS names nobody." in seen

    def test_of_two_who_answer_the_later_one_hears_of_the_first_and_keeps_the_words(self, claim, ada, ben):
        dispute = make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES)
        actions.answer_dispute(dispute, by=ben, answer="TASS names nobody.")
        url = reverse("desk:citation_answer", args=[dispute.pk])
        late = desk_of(ada).post(url, {"answer": "It was not there.", "expected_version": claim.version})
        assert late.status_code == 409
        assert "Ben answered the dispute of TASS" in text(late)
        assert "It was not there.</textarea>" in text(late)
        dispute.refresh_from_db()
        assert dispute.answer == "TASS names nobody."

    def test_what_disputes_nothing_is_not_answered_and_the_words_are_kept(self, claim, ada):
        url = reverse("desk:citation_answer", args=[claim.citations.first().pk])
        response = desk_of(ada).post(url, {"answer": "But no.", "expected_version": claim.version})
        assert response.status_code == 409
        assert "But no.</textarea>" in text(response)


class TestTheQueue:
    def listed(self, person, **query):
        response = desk_of(person).get(reverse("desk:queue"), query)
        return [claim.statement for claim in response.context["slice"].rows]

    def test_it_shows_lines_and_what_is_asked_for(self, claim, ada, asked):
        make_citation(claim, ada, outlet="UrduPoint", credit_line="Yonhap")
        seen = text(desk_of(ada).get(reverse("desk:queue")))
        assert "2 of 2 lines" in seen
        assert "<bdi>Ada</bdi> asks: corroborated" in seen

    def test_it_is_narrowed_to_what_waits_for_a_signature_and_for_mine(self, claim, ada, ben, asked):
        other = make_claim(ada, "Another.")
        make_two_lines(other, ada)
        corroborate(other, ada)
        assert self.listed(ada, sign_off="waiting") == [claim.statement]
        assert self.listed(ben, sign_off="mine") == [claim.statement]
        assert self.listed(ada, sign_off="mine") == []
        assert self.listed(ada, sign_off="asked") == [claim.statement]
        assert self.listed(make_reporter(), sign_off="mine") == []

    def test_a_claim_with_very_many_citations_tells_their_number(self, claim, ada, monkeypatch):
        monkeypatch.setattr("apps.desk.badges.MOST_CITATIONS", 1)
        seen = text(desk_of(ada).get(reverse("desk:queue")))
        assert "2 citations" in seen
        assert "of 2 lines" not in seen
