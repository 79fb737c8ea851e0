"""The audit trail's page: what it tells and how it is narrowed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.audit.actions import record
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from apps.claims import actions
from apps.claims.states import Stance
from apps.sources.models import Source
from tests.newsroom import corroborate, make_claim, make_editor, make_outlet, make_reporter, make_story, make_two_lines

pytestmark = pytest.mark.django_db
ASKED = "Ada asked for “corroborated”: a second editor has to sign"
SIGNED = "Vera marked the claim corroborated"


@pytest.fixture
def ada(client):
    ada = make_editor()
    client.force_login(ada)
    return ada


@pytest.fixture
def claim(ada):
    claim = make_claim(ada, "Two were captured.")
    make_two_lines(claim, ada)
    corroborate(claim, ada)
    make_claim(make_reporter(), "Another.")
    return claim


def told(client, **query):
    response = client.get(reverse("desk:trail"), query)
    assert response.status_code == 200
    return [entry.sentence for entry in response.context["slice"].rows]


def test_it_tells_who_did_what_and_why_newest_first(client, claim):
    assert told(client) == ["Rita opened the claim", SIGNED, ASKED, "Ada opened the claim"]
    assert "Two bodies know." in client.get(reverse("desk:trail")).content.decode()


def test_it_is_narrowed_by_person_verb_claim_door_and_day(client, claim, ada):
    assert told(client, actor=ada.pk) == [ASKED, "Ada opened the claim"]
    assert told(client, verb="claim_corroborated") == [SIGNED]
    assert told(client, claim=claim.pk) == [SIGNED, ASKED, "Ada opened the claim"]
    assert told(client, channel="web") == []
    assert len(told(client, channel="command")) == 4
    today = timezone.localdate()
    assert len(told(client, first=today, last=today)) == 4
    assert told(client, last=today - timedelta(days=1)) == []
    assert told(client, first=today + timedelta(days=1)) == []
    assert told(client, actor=ada.pk, verb="claim_opened", claim=claim.pk) == ["Ada opened the claim"]


def test_a_claims_trail_holds_what_happened_to_its_pages(client, ada):
    claim = make_claim(ada)
    actions.cite(claim, by=ada, url="https://news.example.org/a", stance=Stance.SUPPORTS)
    assert told(client, claim=claim.pk) == [
        "Ada cited https://news.example.org/a (supports)",
        "Ada put https://news.example.org/a under watch",
        "Ada asked for a copy of https://news.example.org/a",
        "Ada registered the source https://news.example.org/a",
        "Ada opened the claim",
    ]
    shown = client.get(reverse("desk:claim", args=[claim.pk])).content.decode()
    assert "registered the source" not in shown


@pytest.mark.parametrize(
    "query", [{"claim": "x"}, {"claim": "-1"}, {"claim": "9" * 40}, {"verb": "no"}, {"first": "soon"}, {"actor": "0"}]
)
def test_a_filter_that_can_not_be_read_is_said_and_breaks_nothing(client, claim, query):
    response = client.get(reverse("desk:trail"), query)
    assert response.status_code == 200
    assert response.context["filter"].form.errors
    assert "was left out" in response.content.decode()
    assert len(response.context["slice"].rows) == 4


def test_a_filter_that_can_be_read_still_narrows_beside_one_that_can_not(client, claim):
    assert told(client, verb="claim_corroborated", first="soon") == [SIGNED]
    assert "was left out" not in client.get(reverse("desk:trail"), {"verb": "claim_corroborated"}).content.decode()


@pytest.mark.parametrize("name", ["state", "stage"])
def test_the_queue_says_so_too_and_shows_the_rest(client, claim, name):
    response = client.get(reverse("desk:queue"), {name: "zzz", "text": "captured"})
    page = " ".join(response.content.decode().split())
    assert (
        f"“{name.capitalize()}” was left out: Select a valid choice. zzz is not one of the available choices." in page
    )
    assert [one.statement for one in response.context["slice"].rows] == ["Two were captured."]
    assert '<a href="?text=captured" aria-current="true">All' in page or name != "state"


def test_its_pages_hold_every_entry_once(client, ada):
    for number in range(230):
        record(Verb.PARTY_REGISTERED, stream=f"party:{number}", target=f"Party {number}", by=ada)
    seen, query = [], ""
    for _ in range(4):
        response = client.get(f"{reverse('desk:trail')}?{query}")
        seen += [entry.pk for entry in response.context["slice"].rows]
        query = response.context["slice"].next_query
        if not query:
            break
    assert seen == list(Entry.objects.order_by("-id").values_list("pk", flat=True))


def test_a_claims_trail_leaves_out_what_was_done_to_its_pages_for_other_claims(client, ada):
    url = "https://news.example.org/a"
    actions.cite(make_claim(ada, "An older claim."), by=ada, url=url, stance=Stance.SUPPORTS)
    claim = make_claim(ada)
    actions.cite(claim, by=ada, url=url, stance=Stance.SUPPORTS)
    record(Verb.SOURCE_CORRECTED, stream=Source.objects.get().stream, target=url, by=ada, after={"changed": "title"})
    sentences = [f"Ada corrected the source {url}: title", f"Ada cited {url} (supports)", "Ada opened the claim"]
    assert told(client, claim=claim.pk) == sentences
    timeline = client.get(reverse("desk:claim", args=[claim.pk])).context["timeline"]
    assert [entry.sentence for entry in timeline] == sentences


class TestWhatAnEntryIsAbout:
    URL = "https://news.example.org/a"

    @pytest.fixture
    def cited(self, ada):
        claim = make_claim(ada, "Two were captured.", story=make_story(ada, "Kursk"))
        actions.cite(claim, by=ada, url=self.URL, stance=Stance.SUPPORTS)
        Source.objects.update(title="Two prisoners", outlet=make_outlet("Yonhap"))
        return claim

    def links(self, response, verb):
        [entry] = [one for one in response.context["timeline"] if one.verb == verb]
        return [(one.name, one.url) for one in response.context["subjects"][entry.pk]]

    def test_each_line_of_the_trail_links_it_by_its_present_name(self, client, cited):
        source = Source.objects.get()
        page = client.get(reverse("desk:trail")).content.decode()
        assert f"Ada cited {self.URL} (supports)" in page
        assert f'<a href="/sources/{source.pk}/" dir="auto">Yonhap: Two prisoners</a>' in page
        capture = source.page.captures.get()
        assert f'<a href="/sources/{source.pk}/?capture={capture.pk}" dir="auto">Yonhap: Two prisoners</a>' in page
        assert f'<a href="/claims/{cited.pk}/" dir="auto">Two were captured.</a>' in page
        assert f'<a href="/stories/{cited.story_id}/" dir="auto">Kursk</a>' in page

    def test_a_claims_timeline_links_the_sources_and_not_itself(self, client, cited):
        response = client.get(reverse("desk:claim", args=[cited.pk]))
        about = [("Yonhap: Two prisoners", reverse("desk:source", args=[Source.objects.get().pk]))]
        assert self.links(response, Verb.SOURCE_CITED) == about
        assert self.links(response, Verb.CLAIM_OPENED) == []

    def test_a_withdrawal_links_what_was_withdrawn(self, client, cited, ada):
        actions.withdraw_citation(cited.citations.get(), by=ada, reason="It was taken back.")
        response = client.get(reverse("desk:claim", args=[cited.pk]))
        assert [name for name, _ in self.links(response, Verb.CITATION_WITHDRAWN)] == ["Yonhap: Two prisoners"]

    def test_the_number_of_queries_does_not_grow_with_the_lines(self, client, cited, ada):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("desk:trail"))
            return len(queries)

        few = asked()
        for number in range(8):
            claim = make_claim(ada, f"Claim {number}.", story=make_story(ada, f"Story {number}"))
            actions.cite(claim, by=ada, url=f"{self.URL}/{number}", stance=Stance.SUPPORTS)
        assert asked() == few
