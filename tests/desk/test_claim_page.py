"""The claim page: moves, citing, working, and every way in which each is refused where the person is."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.archive.models import Capture, Host, Page
from apps.audit.models import Entry
from apps.claims import actions
from apps.claims.models import Citation, Claim, Decision
from apps.claims.states import Stage, State
from apps.sources.models import Source
from tests.newsroom import (
    corroborate,
    decide,
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


def test_the_page_reads_in_three_movements_and_leads_to_each(desk, claim):
    page = text(desk.get(at("claim", claim)))
    places = [page.index(f'id="{part}"') for part in ("claim-header", "evidence", "moves", "timeline")]
    assert places == sorted(places)
    jumps = page.split('aria-label="On this page"')[1].split("</nav>")[0]
    for part in ("evidence", "figures", "moves", "work", "replies", "timeline"):
        assert f'href="#{part}"' in jumps
        assert page.count(f'id="{part}"') == 1


class TestMoving:
    def test_an_editor_asks_for_corroborated_and_is_sent_back_to_the_claim_where_it_waits(self, desk, claim):
        typed = {"reason": "Two bodies know.", "expected_version": claim.version}
        response = desk.post(at("claim_corroborate", claim), typed)
        assert response.status_code == 302
        claim.refresh_from_db()
        assert (claim.state, claim.stage) == (State.UNVERIFIED, Stage.IN_REVIEW)
        page = text(desk.get(at("claim", claim)))
        assert "You ask: corroborated" in page
        assert "Two bodies know." in page
        assert "Waits for another editor." in page

    def test_an_editor_marks_disputed_alone_as_the_first_rule_lets_one(self, desk, claim, ada):
        make_citation(claim, ada, outlet="TASS", stance="disputes")
        typed = {"reason": "TASS denies it.", "expected_version": claim.version}
        assert desk.post(at("claim_dispute", claim), typed).status_code == 302
        claim.refresh_from_db()
        assert claim.state == State.DISPUTED

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

    def test_a_refused_move_replaces_its_own_card_and_leaves_the_reason_typed_in_the_other(self, desk, claim):
        typed = {"reason": "I think it is wrong.", "expected_version": claim.version, "shown_state": "unverified"}
        response = desk.post(at("claim_dispute", claim), typed, headers=HTMX)
        assert response.status_code == 409
        assert response["HX-Retarget"] == "#card-disputed"
        page = text(response)
        assert page.startswith('<section id="card-disputed"')
        assert 'id="card-corroborated"' not in page
        assert 'id="moves"' not in page

    def test_what_does_not_count_is_noted_apart_from_what_is_missing(self, desk, claim, ada):
        make_citation(claim, ada, outlet="AFP", state=Capture.State.FAILED, code="http_410")
        page = text(desk.get(at("claim", claim)))
        noted = page.split('class="is-noted"')[1].split("</li>")[0]
        assert "Note: " in noted
        assert "AFP does not count" in noted

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
        assert "Two independent lines support the claim" in page
        assert at("claim_corroborate", claim) not in page


class TestAPageThatWasLeftOpen:
    """Another editor decided while it was open."""

    @pytest.fixture
    def decided(self, claim):
        decide(claim, State.CORROBORATED, make_editor("vera"), signed_by=make_editor("ben"))
        claim.refresh_from_db()
        return claim

    def test_citing_brings_the_moves_that_there_are_now_and_says_why(self, desk, decided):
        typed = {"url": URL, "stance": "supports", "shown_state": "unverified"}
        page = text(desk.post(at("claim_cite", decided), typed, headers=HTMX))
        assert 'id="moves"' in page
        assert "Reopen: unverified again" in page
        assert "Ask to mark corroborated" not in page
        assert "Ben decided meanwhile: the claim is corroborated now." in page

    def test_citing_on_a_page_that_knows_the_state_leaves_the_panel_and_what_is_typed_in_it(self, desk, decided):
        typed = {"url": URL, "stance": "supports", "shown_state": "corroborated"}
        page = text(desk.post(at("claim_cite", decided), typed, headers=HTMX))
        assert 'id="moves"' not in page
        assert 'id="assessment-disputed"' in page
        assert "decided meanwhile" not in page

    def test_the_poller_brings_them_even_when_no_copy_has_news(self, desk, decided, ada):
        make_citation(decided, ada, outlet="AFP", state=Capture.State.QUEUED)
        asked = {"shown": desk.get(at("claim", decided)).context["shown"]}
        url = at("claim_evidence", decided)
        assert desk.get(url, {**asked, "shown_state": "corroborated"}, headers=HTMX).status_code == 204
        page = text(desk.get(url, {**asked, "shown_state": "unverified"}, headers=HTMX))
        for part in ("moves", "claim-header", "work"):
            assert f'id="{part}"' in page
        assert "Ben decided meanwhile: the claim is corroborated now." in page

    def test_a_refused_assignment_brings_them_too(self, desk, decided, ada):
        typed = {"assignee": ada.pk, "expected_version": decided.version - 1, "shown_state": "unverified"}
        response = desk.post(at("claim_assign", decided), typed, headers=HTMX)
        assert response.status_code == 409
        assert "Reopen: unverified again" in text(response)

    def test_a_refused_move_brings_them_with_the_reason_that_was_typed(self, desk, decided):
        typed = {"reason": "My own reason.", "expected_version": decided.version - 1, "shown_state": "unverified"}
        response = desk.post(at("claim_corroborate", decided), typed, headers=HTMX)
        assert response.status_code == 409
        assert "HX-Retarget" not in response
        page = text(response)
        assert 'id="moves"' in page
        assert "This move is no longer possible" in page
        assert "My own reason." in page


class TestTheVerdictThatStands:
    @pytest.fixture
    def corroborated(self, claim, ada):
        corroborate(claim, ada)
        claim.refresh_from_db()
        return claim

    def test_it_says_nothing_while_the_rule_is_met_and_much_when_it_no_longer_is(self, desk, corroborated, ada):
        loud = "The evidence for this verdict has changed."
        assert loud not in text(desk.get(at("claim", corroborated)))
        actions.withdraw_citation(corroborated.citations.first(), by=ada, reason="The outlet took it back.")
        response = desk.get(at("claim", corroborated))
        assert loud in text(response)
        assert response.context["lost"][0] in text(response).split(loud)[1].split("</header>")[0]

    def test_a_claim_without_a_verdict_has_none_to_lose(self, desk, ada):
        assert "The evidence for this verdict" not in text(desk.get(at("claim", make_claim(ada))))

    def test_to_reopen_is_offered_quietly(self, desk, corroborated):
        page = text(desk.get(at("claim", corroborated)))
        assert '<button class="button" id="move-unverified-submit"' in page
        assert '<button class="button button-main" id="move-disputed-submit"' in page


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

    def test_a_refusal_takes_back_the_notice_of_an_earlier_success(self, desk, claim):
        cited = desk.post(at("claim_cite", claim), {"url": URL, "stance": "supports"}, headers=HTMX)
        assert "Cited. The archive is fetching the page." in text(cited)
        refused = desk.post(at("claim_cite", claim), {"url": "ftp://x", "stance": "supports"}, headers=HTMX)
        assert 'hx-swap-oob="innerHTML:#notices"' in text(refused)
        assert "Cited." not in text(refused)

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

    def test_it_is_said_at_once_on_which_other_claims_the_page_stands(self, desk, claim, ada):
        hostile = make_claim(ada, "Another <b>claim</b> with {claims} %s in it.")
        self.cite(desk, hostile)
        response = desk.post(at("claim_cite", claim), {"url": f"{URL}#top", "stance": "supports"}, headers=HTMX)
        there = f'<a href="{at("claim", hostile)}" dir="auto">claim {hostile.pk}: '
        assert f"The page is cited elsewhere too: {there}Another &lt;b&gt;claim&lt;/b&gt; with {{claims}} %s" in text(
            response
        )
        assert "cited elsewhere" not in text(self.cite(desk, claim, url="https://news.example.org/another"))

    def test_of_many_other_claims_the_newest_are_named(self, desk, claim, ada):
        others = [make_claim(ada, f"Claim of {number}.") for number in range(6)]
        for other in others:
            actions.cite(other, by=ada, url=URL, stance="supports")
        response = desk.post(at("claim_cite", claim), {"url": URL, "stance": "supports"}, headers=HTMX)
        assert "Claim of 5." in text(response)
        assert "Claim of 0." not in text(response)
        assert "; and on others" in text(response)

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

    def test_what_to_do_about_a_failed_copy_stands_below_why_it_failed(self, desk, claim, ada):
        citation = make_citation(claim, ada, state=Capture.State.FAILED, code="http_410")
        row = text(desk.get(at("claim", claim))).split(f'id="citation-{citation.pk}"')[1].split("</li>")[0]
        assert -1 < row.find(citation.capture.failure) < row.find(citation.capture.hint)
        assert row.count(citation.capture.hint) == 1


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

    def test_with_the_row_come_what_counts_and_why_a_line_does_not(self, desk, claim, ada):
        waiting = make_citation(claim, ada, outlet="AFP", state=Capture.State.QUEUED)
        url = at("claim_evidence", claim)
        page = text(desk.get(at("claim", claim)))
        assert "AFP does not count yet: its page is still being archived.</li>" in page
        shown = page.split(f"{url}?shown=")[1].split('"')[0].replace("&amp;", "&")
        before = page.split('id="count-supports">')[1].split("</span>")[0]
        assert before.endswith("; 1 line does not count")
        Capture.objects.filter(pk=waiting.capture_id).update(
            state="stored",
            settled_at="2025-01-12T00:00Z",
            read_at="2025-01-12T00:00Z",
            body_digest="a",
            warc_digest="a",
        )
        news = text(desk.get(f"{url}?shown={shown}", headers=HTMX))
        after = news.split('id="count-supports" hx-swap-oob="true">')[1].split("</span>")[0]
        assert "does not count" not in after
        number = before.split(" line")[0]
        assert after.startswith(f"{int(number) + 1} line")
        assert '<p class="line-flags" id="flags-supports-1" hx-swap-oob="true">' in news
        assert '<ul class="line-why" id="why-not-supports-2" hx-swap-oob="true"></ul>' in news

    def test_a_running_copy_says_what_it_does_and_how_much_has_come(self, desk, claim, ada):
        waiting = make_citation(claim, ada, outlet="AFP", state=Capture.State.QUEUED)
        url = at("claim_evidence", claim)
        held = {"state": "fetching", "lease_token": uuid4(), "lease_until": "2125-01-12T00:00Z", "phase": "page"}
        Capture.objects.filter(pk=waiting.capture_id).update(**held, attempt=1)
        page = text(desk.get(at("claim", claim)))
        shown = page.split(f"{url}?shown=")[1].split('"')[0].replace("&amp;", "&")
        assert "Fetching the page. Attempt 1 of 4" in page
        Capture.objects.filter(pk=waiting.capture_id).update(progress_bytes=3 * 1024 * 1024)
        news = text(desk.get(f"{url}?shown={shown}", headers=HTMX))
        assert "Fetching the page: 3.0 MB so far" in news.replace("\xa0", " ").replace("&nbsp;", " ")

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"phase": "turn"}, "Waiting for its turn at afp.example.com"),
            ({"phase": "rendering"}, "Drawing it in a browser. Attempt 1 of 4"),
            ({"phase": "storing", "progress_bytes": 3 * 1024 * 1024}, "Storing: 3.0 MB<"),
            ({"state": "queued", "phase": "turn"}, "Waiting for its turn at afp.example.com"),
            ({"state": "queued", "phase": "turn", "code": "http_5xx"}, "Waiting for its turn at afp.example.com"),
            ({"state": "queued", "attempt": 0}, "Waiting for the archive"),
            (
                {"state": "queued", "attempt": 0, "next_attempt_at": "2125-01-12T14:00Z"},
                'Waiting for its turn at afp.example.com, not before <time datetime="2125-01-12T',
            ),
        ],
    )
    def test_a_copy_on_its_way_says_what_it_does_or_for_which_host_it_waits(self, desk, claim, ada, fields, words):
        waiting = make_citation(claim, ada, outlet="AFP", state=Capture.State.QUEUED)
        Host.objects.get_or_create(name="afp.example.com")
        Page.objects.filter(captures=waiting.capture_id).update(host="afp.example.com")
        held = {"state": "fetching", "lease_token": uuid4(), "lease_until": "2125-01-12T00:00Z"}
        fields = {"attempt": 1, **({} if "state" in fields else held), **fields}
        Capture.objects.filter(pk=waiting.capture_id).update(**fields)
        for page in (at("claim", claim), at("source", waiting.source)):
            told = text(desk.get(page)).replace("\xa0", " ").replace("&nbsp;", " ").replace(".</p>", "<")
            assert words in told, page

    def test_the_poller_goes_when_nothing_moves_any_more(self, desk, claim):
        answer = text(desk.get(f"{at('claim_evidence', claim)}?shown=", headers=HTMX))
        assert "hx-trigger" not in answer.split('id="poller"')[1].split(">")[0]

    def test_a_row_moves_until_the_source_has_learned_from_its_copy(self, desk, claim, ada):
        citation = make_citation(claim, ada, outlet="AFP")
        url = at("claim_evidence", claim)
        assert f'hx-get="{url}' not in text(desk.get(at("claim", claim)))
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


class TestOpening:
    def test_a_form_sent_twice_opens_one_claim_and_one_used_again_opens_another(self, desk):
        page = desk.get(reverse("desk:claim_open"))
        submission = page.context["form"]["submission"].value()
        first = {"statement": "The first.", "submission": submission}
        one, two = (desk.post(reverse("desk:claim_open"), first).headers["Location"] for _ in range(2))
        assert one == two
        other = desk.post(reverse("desk:claim_open"), first | {"statement": "The second."}).headers["Location"]
        assert other != one
        assert Claim.objects.count() == 2


class TestDueTimes:
    @pytest.mark.parametrize(
        ("due", "shown"),
        [
            ("2026-12-01T18:30", 'value="2026-12-01T18:30"'),
            ("2026-12-01T18:30:15", 'value="2026-12-01T18:30:15" step="1"'),
        ],
    )
    def test_seconds_are_asked_for_only_where_there_are_any(self, desk, due, shown):
        opened = desk.post(reverse("desk:claim_open"), {"statement": "A claim.", "due": due})
        page = text(desk.get(opened.headers["Location"] + "edit/"))
        field = page.split('type="datetime-local"')[1].split(">")[0]
        assert shown.split(" ")[0] in field
        assert ("step" in field) == ("step" in shown)


class TestWorking:
    def test_an_editor_assigns_and_the_claim_leaves_the_inbox(self, desk, claim, ada):
        typed = {"assignee": ada.pk, "expected_version": claim.version}
        assert desk.post(at("claim_assign", claim), typed).status_code == 302
        claim.refresh_from_db()
        assert (claim.assignee, claim.stage) == (ada, Stage.IN_PROGRESS)

    @pytest.mark.parametrize(
        ("verb", "typed", "sentence"),
        [
            ("claim_assign", {"assignee": ""}, "Assigned to nobody."),
            ("claim_stage", {"stage": "in_review"}, "The stage is in review now."),
        ],
    )
    def test_what_was_done_is_said_with_and_without_htmx(self, desk, claim, verb, typed, sentence):
        plain = desk.post(at(verb, claim), {**typed, "expected_version": claim.version}, follow=True)
        assert sentence in text(plain)
        claim.refresh_from_db()
        answered = desk.post(at(verb, claim), {**typed, "expected_version": claim.version}, headers=HTMX)
        assert sentence in text(answered).split('hx-swap-oob="innerHTML:#notices"')[1]

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
        assert "Ben moved the claim from inbox to in review" in text(response)

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
