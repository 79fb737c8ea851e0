"""The claim page: moves, citing, working, and every way in which each is refused where the person is."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.archive.models import Capture
from apps.audit.models import Entry
from apps.claims import actions
from apps.claims.models import Citation, Decision
from apps.claims.states import Stage, State
from apps.sources.models import Source
from tests.newsroom import (
    make_citation,
    make_claim,
    make_editor,
    make_reporter,
    make_two_lines,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
URL = "https://news.example.org/story"


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claim(ada):
    claim = make_claim(ada)
    make_two_lines(claim, ada)
    return claim


@pytest.fixture
def desk(client, ada):
    client.force_login(ada)
    return client


def at(name, claim):
    return reverse(f"desk:{name}", args=[claim.pk])


def text(response):
    return " ".join(response.content.decode().split())


class TestMoving:
    def test_an_editor_corroborates_and_is_sent_back_to_the_claim(self, desk, claim):
        typed = {"reason": "Two bodies know.", "expected_version": claim.version}
        response = desk.post(at("claim_corroborate", claim), typed)
        assert response.status_code == 302
        claim.refresh_from_db()
        assert claim.state == State.CORROBORATED
        assert "Two bodies know." in text(desk.get(at("claim", claim)))

    def test_htmx_gets_the_fragments_and_no_page(self, desk, claim):
        typed = {"reason": "Two bodies know.", "expected_version": claim.version}
        response = desk.post(at("claim_corroborate", claim), typed, headers=HTMX)
        assert response.status_code == 200
        page = text(response)
        assert "<html" not in page
        for part in ("moves", "claim-header", "evidence", "timeline"):
            assert f'id="{part}"' in page

    def test_a_move_without_a_reason_is_refused_beside_the_field(self, desk, claim):
        response = desk.post(at("claim_corroborate", claim), {"reason": " ", "expected_version": claim.version})
        assert response.status_code == 422
        assert "Give a reason: somebody will ask for it." in text(response)
        assert not Decision.objects.exists()

    def test_a_move_the_rule_forbids_is_refused_with_what_is_missing_and_the_reason_stays(self, desk, claim):
        typed = {"reason": "I think it is wrong.", "expected_version": claim.version}
        response = desk.post(at("claim_dispute", claim), typed)
        assert response.status_code == 409
        assert "One archived source that disputes the claim." in text(response)
        assert "I think it is wrong." in text(response)
        assert not Decision.objects.exists()

    def test_a_move_that_does_not_exist_is_refused(self, desk, claim):
        typed = {"reason": "Back.", "expected_version": claim.version}
        response = desk.post(at("claim_reopen", claim), typed)
        assert response.status_code == 409
        assert "there is no move from there" in text(response)

    def test_the_second_of_two_editors_hears_what_changed_and_keeps_what_was_typed(self, desk, claim):
        seen = claim.version
        ben = make_editor("ben")
        actions.assign(claim, by=ben, expected_version=seen, assignee=ben)
        typed = {"reason": "My long and careful reason.", "expected_version": seen}
        response = desk.post(at("claim_corroborate", claim), typed)
        assert response.status_code == 409
        assert "Ben assigned the claim to Ben" in text(response)
        assert "My long and careful reason." in text(response)
        assert not Decision.objects.exists()
        again = {"reason": typed["reason"], "expected_version": seen + 1}
        assert f'value="{seen + 1}"' in text(response)
        assert desk.post(at("claim_corroborate", claim), again).status_code == 302

    def test_a_reporter_sees_what_is_missing_but_no_button(self, client, claim):
        client.force_login(make_reporter())
        page = text(client.get(at("claim", claim)))
        assert "2 archived sources stand apart" in page
        assert at("claim_corroborate", claim) not in page


class TestCiting:
    def cite(self, desk, claim, url=URL, **typed):
        return desk.post(at("claim_cite", claim), {"url": url, "stance": "supports", **typed})

    def test_a_page_is_cited_and_queued_in_one_go(self, desk, claim):
        response = self.cite(desk, claim, quote="Word for word.", note="See line 3.")
        assert response.status_code == 302
        citation = Citation.objects.latest("id")
        assert (citation.source.page.url, citation.quote) == (URL, "Word for word.")
        assert citation.capture.state == Capture.State.QUEUED
        assert 'data-capture-state="queued"' in text(desk.get(at("claim", claim)))

    def test_htmx_gets_an_empty_form_the_new_row_and_the_poller(self, desk, claim):
        response = desk.post(at("claim_cite", claim), {"url": URL, "stance": "supports"}, headers=HTMX)
        page = text(response)
        assert 'data-capture-state="queued"' in page
        assert at("claim_evidence", claim) in page
        assert f'value="{URL}"' not in page

    @pytest.mark.parametrize(
        ("url", "sentence"),
        [
            ("", "Paste the address of the page."),
            ("the story on page three", "This is not a complete web address."),
            ("www.example.org/story", "This is not a complete web address."),
            ("file:///etc/passwd", "Only addresses that begin with http:// or https:// can be archived."),
            ("ftp://example.org/a", "Only addresses that begin with http:// or https:// can be archived."),
            ("javascript:alert(1)", "Only addresses that begin with http:// or https:// can be archived."),
            ("http://127.0.0.1/", "The address leads into a private or reserved network."),
            ("http://10.0.0.8/", "The address leads into a private or reserved network."),
            ("http://[::ffff:127.0.0.1]/", "The address leads into a private or reserved network."),
            ("http://127.1/", "This is not a complete web address."),
            ("http://2130706433/", "This is not a complete web address."),
            ("http://localhost/", "The address leads into a private or reserved network."),
            ("http://example.org:22/", "The address names a port that the desk does not connect to."),
            ("https://user:pass@example.org/", "The address carries a user name"),
        ],
    )
    def test_a_bad_address_is_refused_beside_the_field_and_nothing_typed_is_lost(self, desk, claim, url, sentence):
        before = (Citation.objects.count(), Capture.objects.count(), Entry.objects.count())
        response = self.cite(desk, claim, url=url, quote="Word for word.", note="See line 3.")
        assert response.status_code == 422
        page = text(response)
        assert sentence in page
        assert "Word for word." in page
        assert "See line 3." in page
        assert (Citation.objects.count(), Capture.objects.count(), Entry.objects.count()) == before

    def test_the_same_page_twice_is_refused_however_it_is_written(self, desk, claim):
        self.cite(desk, claim)
        before = Capture.objects.count()
        response = self.cite(desk, claim, url="HTTPS://NEWS.example.org:443/story#top", note="Again?")
        assert response.status_code == 409
        assert "This page is cited on this claim already." in text(response)
        assert "Again?" in text(response)
        assert Capture.objects.count() == before

    def test_two_claims_that_cite_one_page_in_a_minute_share_its_copy(self, desk, claim, ada):
        other = make_claim(ada, "Another claim.")
        self.cite(desk, claim)
        self.cite(desk, other)
        first, second = Citation.objects.order_by("-id")[:2]
        assert first.capture == second.capture

    def test_hostile_text_is_shown_as_text(self, desk, claim):
        self.cite(desk, claim, quote="<script>alert(1)</script>", note='"><img src=x onerror=alert(1)>')
        page = text(desk.get(at("claim", claim)))
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_a_withdrawal_without_a_reason_is_refused_and_with_one_it_stays_in_the_record(self, desk, claim):
        citation = claim.citations.first()
        url = reverse("desk:citation_withdraw", args=[citation.pk])
        assert desk.post(url, {"reason": ""}).status_code == 422
        assert desk.post(url, {"reason": "The outlet took it back."}).status_code == 302
        assert desk.post(url, {"reason": "Twice."}).status_code == 409
        assert "The outlet took it back." in text(desk.get(at("claim", claim)))


class TestPolling:
    def test_nothing_new_is_no_content_and_news_is_the_row_alone(self, desk, claim, ada):
        waiting = make_citation(claim, ada, outlet="AFP", state=Capture.State.QUEUED)
        url = at("claim_evidence", claim)
        page = text(desk.get(at("claim", claim)))
        shown = page.split(f"{url}?shown=")[1].split('"')[0].replace("&amp;", "&")
        assert desk.get(f"{url}?shown={shown}", headers=HTMX).status_code == 204
        Capture.objects.filter(pk=waiting.capture_id).update(
            state="failed", code="http_410", settled_at="2025-01-12T00:00Z"
        )
        news = text(desk.get(f"{url}?shown={shown}", headers=HTMX))
        assert f'id="citation-{waiting.pk}"' in news
        assert 'data-capture-state="failed"' in news
        assert "The page is gone: the server answered 410." in news
        assert f'id="citation-{claim.citations.first().pk}"' not in news

    def test_the_poller_goes_when_nothing_moves_any_more(self, desk, claim):
        answer = text(desk.get(f"{at('claim_evidence', claim)}?shown=", headers=HTMX))
        assert "hx-trigger" not in answer.split('id="poller"')[1].split(">")[0]

    def test_a_row_moves_until_the_source_has_learned_from_its_copy(self, desk, claim, ada):
        citation = make_citation(claim, ada, outlet="AFP")
        url = at("claim_evidence", claim)
        assert 'hx-trigger="every' not in text(desk.get(at("claim", claim)))
        Source.objects.filter(pk=citation.source_id).update(learned_from=None)
        page = text(desk.get(at("claim", claim)))
        assert 'hx-trigger="every 1s"' in page
        shown = page.split(f"{url}?shown=")[1].split('"')[0]
        assert desk.get(f"{url}?shown={shown}", headers=HTMX).status_code == 204
        Source.objects.filter(pk=citation.source_id).update(learned_from=citation.capture)
        assert 'hx-trigger="every' not in text(desk.get(f"{url}?shown={shown}", headers=HTMX))

    def test_a_copy_that_waits_for_a_late_retry_is_asked_about_seldom(self, desk, claim, ada):
        waiting = make_citation(claim, ada, outlet="AFP", state=Capture.State.QUEUED)
        Capture.objects.filter(pk=waiting.capture_id).update(next_attempt_at=timezone.now() + timedelta(minutes=5))
        assert 'hx-trigger="every 10s"' in text(desk.get(at("claim", claim)))

    def test_a_poll_without_a_session_stops_and_leaves_the_page_alone(self, client, claim):
        response = client.get(at("claim_evidence", claim), headers=HTMX)
        assert response.status_code == 286
        assert "signed out" in text(response)


class TestWorking:
    def test_an_editor_assigns_and_the_claim_leaves_the_inbox(self, desk, claim, ada):
        typed = {"assignee": ada.pk, "expected_version": claim.version}
        assert desk.post(at("claim_assign", claim), typed).status_code == 302
        claim.refresh_from_db()
        assert (claim.assignee, claim.stage) == (ada, Stage.IN_PROGRESS)

    def test_a_claim_can_be_settled_without_a_verdict(self, desk, claim):
        desk.post(at("claim_stage", claim), {"stage": "settled", "expected_version": claim.version})
        claim.refresh_from_db()
        assert claim.could_not_be_verified
        assert "could not be verified" in text(desk.get(at("claim", claim))).lower()

    def test_a_stale_assignment_is_refused_and_says_what_changed(self, desk, claim, ada):
        ben = make_editor("ben")
        actions.change_stage(claim, by=ben, expected_version=claim.version, stage=Stage.IN_REVIEW)
        typed = {"assignee": ada.pk, "expected_version": claim.version}
        response = desk.post(at("claim_assign", claim), typed)
        assert response.status_code == 409
        assert "Ben moved the claim from Inbox to In review" in text(response)

    def test_a_stale_edit_is_refused_and_keeps_the_new_wording(self, desk, claim):
        seen = claim.version
        actions.change_stage(claim, by=make_editor("ben"), expected_version=seen, stage=Stage.IN_REVIEW)
        typed = {"statement": "A better sentence.", "claimant": "", "expected_version": seen}
        response = desk.post(at("claim_edit", claim), typed)
        assert response.status_code == 409
        assert "A better sentence." in text(response)
        claim.refresh_from_db()
        assert claim.statement != "A better sentence."
        typed["expected_version"] = claim.version
        assert desk.post(at("claim_edit", claim), typed).status_code == 302
        claim.refresh_from_db()
        assert claim.statement == "A better sentence."

    def test_an_empty_statement_is_refused(self, desk):
        response = desk.post(reverse("desk:claim_open"), {"statement": "  ", "claimant": "The NIS"})
        assert response.status_code == 422
        assert "Write the claim in one sentence." in text(response)
        assert "The NIS" in text(response)
