"""The watch at the desk: what stands on a source's page, beside a citation and in the list, and what people can do."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.archive.actions import register_passage
from apps.archive.models import Drift, Look, Passage, Watch
from apps.audit.models import Entry
from apps.claims.states import Stance
from tests.newsroom import make_capture, make_citation, make_claim, make_editor, make_page

pytestmark = pytest.mark.django_db
CHANGES = reverse("desk:drifts")


@pytest.fixture
def ada(client):
    ada = make_editor()
    client.force_login(ada)
    return ada


@pytest.fixture
def citation(ada):
    """A citation of a page that is watched, with a copy to compare with."""
    citation = make_citation(make_claim(ada), ada, outlet="Yonhap", quote="Two were captured.")
    page = citation.source.page
    Watch.objects.create(page=page, baseline=citation.capture, compared=citation.capture, next_look_at=timezone.now())
    register_passage(page, citation.quote)
    return citation


def drift(citation, kind, **fields):
    after = fields.pop("after", None) or (
        make_capture(citation.source.page, by_watch=True) if kind == "changed" else None
    )
    return Drift.objects.create(page=citation.source.page, kind=kind, before=citation.capture, after=after, **fields)


def shown(client, name, key):
    response = client.get(reverse(f"desk:{name}", args=[key]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


class TestSourcePage:
    def test_it_tells_how_the_page_stands_when_it_is_looked_at_next_and_what_was_found(self, client, citation):
        found = drift(citation, "changed", share=0.124)
        Look.objects.create(
            page=citation.source.page, outcome="failed", code="http_5xx", detail="The server answered 503"
        )
        Look.objects.create(page=citation.source.page, outcome="")
        page = shown(client, "source", citation.source_id)
        assert "The page is there." in page
        assert "Next look" in page
        assert "12 % of the text has changed." in page
        assert f"?capture={found.before_id}" in page
        assert f"?capture={found.after_id}" in page
        assert "The site has a fault of its own" in page
        assert len(client.get(reverse("desk:source", args=[citation.source_id])).context["panel"].looks) == 1

    def test_a_page_that_nobody_watches_says_so_and_can_be_watched(self, client, ada):
        citation = make_citation(make_claim(ada), ada)
        assert "Nobody watches this page" in shown(client, "source", citation.source_id)
        client.post(reverse("desk:source_watch", args=[citation.source_id]))
        assert Watch.objects.get().is_kept
        assert "The watch begins with the first copy" in shown(client, "source", citation.source_id)

    def test_the_watch_can_be_ended_and_what_was_found_stays(self, client, citation):
        drift(citation, "gone")
        client.post(reverse("desk:source_watch", args=[citation.source_id]), {"end": "1"})
        page = shown(client, "source", citation.source_id)
        assert "Not watched since" in page
        assert "The page is gone" in page
        assert Entry.objects.filter(verb="watch_ended", actor__username="ada").exists()

    def test_a_look_out_of_turn_is_due_at_once(self, client, citation):
        later = timezone.now() + timedelta(days=9)
        Watch.objects.update(next_look_at=later)
        response = client.post(reverse("desk:source_look", args=[citation.source_id]))
        assert response.status_code == 302
        assert Watch.objects.due(timezone.now()).count() == 1

    @pytest.mark.parametrize("change", [{"ended_at": timezone.now()}, {"compared": None}])
    def test_where_there_is_nothing_to_look_at_again_it_says_so(self, client, citation, change):
        Watch.objects.update(**change)
        page = client.post(reverse("desk:source_look", args=[citation.source_id]), follow=True).content.decode()
        assert "look" in page
        assert "notice-warning" in page or "warning" in page

    def test_nobody_watches_by_looking(self, client, citation):
        assert client.get(reverse("desk:source_look", args=[citation.source_id])).status_code == 405


class TestClaimPage:
    def chips(self, client, citation):
        return client.get(reverse("desk:claim", args=[citation.claim_id])).context["chips"]

    def test_a_quiet_page_has_no_chip(self, client, citation):
        assert self.chips(client, citation) == {}

    def test_a_changed_text_is_told_beside_the_citation(self, client, citation):
        drift(citation, "changed", share=0.124)
        assert self.chips(client, citation)[citation.pk].words == "Text changed by 12 %"
        assert "Text changed by 12 %" in shown(client, "claim", citation.claim_id)

    def test_a_missing_quote_stands_above_a_changed_text_and_a_lost_page_above_both(self, client, citation):
        changed = drift(citation, "changed", share=0.2)
        drift(citation, "quote_gone", after=changed.after).passages.set(Passage.objects.all())
        Passage.objects.update(missing_since=timezone.now())
        assert self.chips(client, citation)[citation.pk].words == "Quote gone"
        drift(citation, "gone", detail="There is no such page.")
        Watch.objects.update(standing="gone")
        assert self.chips(client, citation)[citation.pk].words == "Page gone"
        Watch.objects.update(standing="there")
        Passage.objects.update(missing_since=None)
        assert self.chips(client, citation)[citation.pk].words == "Text changed by 20 %"

    def test_somebody_elses_missing_quote_is_not_ours(self, client, citation):
        changed = drift(citation, "changed", share=0.2)
        other = register_passage(citation.source.page, "Other words.")
        drift(citation, "quote_gone", after=changed.after).passages.set([other])
        Passage.objects.filter(pk=other.pk).update(missing_since=timezone.now())
        assert self.chips(client, citation)[citation.pk].words == "Text changed by 20 %"

    def test_what_was_otherwise_before_the_copy_was_made_is_no_news(self, client, citation, ada):
        changed = drift(citation, "changed", share=0.5)
        newer = make_claim(ada).citations.create(
            source=citation.source, capture=changed.after, stance=Stance.SUPPORTS, cited_by=ada
        )
        assert self.chips(client, newer) == {}
        assert citation.pk in self.chips(client, citation)


class TestList:
    def kinds(self, client, **asked):
        return [found.kind for found in client.get(CHANGES, asked).context["slice"].rows]

    def test_it_lists_what_was_found_newest_first_and_narrows(self, client, citation):
        drift(citation, "changed", share=0.1)
        drift(citation, "gone")
        elsewhere = make_page("https://other.example.com/")
        Drift.objects.create(page=elsewhere, kind="back")
        assert self.kinds(client) == ["back", "gone", "changed"]
        assert self.kinds(client, kind="gone") == ["gone"]
        assert self.kinds(client, host="Other.example.com ") == ["back"]
        assert "was left out" in client.get(CHANGES, {"kind": "nonsense"}).content.decode()
        assert "Nothing matches" in client.get(CHANGES, {"host": "nowhere.example.com"}).content.decode()

    def test_an_empty_list_says_what_that_means(self, client, ada):
        assert "Nothing has changed" in client.get(CHANGES).content.decode()

    def test_a_long_list_is_paged_with_few_questions(self, client, citation, django_assert_max_num_queries):
        for _ in range(60):
            drift(citation, "quote_gone").passages.set(Passage.objects.all())
        with django_assert_max_num_queries(9):
            first = client.get(CHANGES).context["slice"]
        assert len(first.rows) == 50
        assert len(client.get(f"{CHANGES}?{first.next_query}").context["slice"].rows) == 10

    def test_words_of_a_page_are_shown_as_words(self, client, citation):
        hostile = register_passage(citation.source.page, "<script>alert(1)</script>")
        drift(citation, "quote_gone").passages.set([hostile])
        assert "<script>alert(1)" not in client.get(CHANGES).content.decode()
