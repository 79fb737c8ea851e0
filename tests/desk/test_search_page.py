"""The page of search: tabs, filters, marks, and no way in for what a page or a person wrote."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from apps.accounts.models import SavedView
from apps.claims.models import Claim
from apps.search import index
from apps.search.catching_up import catch_up
from tests.newsroom import (
    make_capture,
    make_claim,
    make_confidential,
    make_editor,
    make_extract,
    make_page,
    make_reporter,
    make_source,
    make_story,
)
from tests.search.test_finding import EVIL

pytestmark = pytest.mark.django_db
SEARCH = "/search/"


@pytest.fixture
def ada(client):
    ada = make_editor()
    client.force_login(ada)
    return ada


def page_of(client, **query):
    query = {name.rstrip("_"): value for name, value in query.items()}
    response = client.get(reverse("desk:search"), query)
    assert response.status_code == 200
    return response


def found(client, **query):
    return [hit.row.pk for hit in page_of(client, **query).context["hits"]]


def a_text(text, title="", number=1):
    capture = make_capture(make_source(f"https://text{number}.example.com/story").page)
    make_extract(capture, text, title=title)
    catch_up()
    return capture


def test_every_page_leads_to_it(client, ada):
    page = client.get(reverse("desk:queue")).content.decode()
    assert f'action="{SEARCH}"' in page
    assert 'id="search" name="q"' in page


def test_a_claim_is_found_as_soon_as_it_is_open_with_its_words_marked(client, ada):
    claim = make_claim(ada, "Two <b>soldiers</b> were captured.", claimant="NIS", story=make_story(ada))
    response = page_of(client, q="soldier capture")
    page = response.content.decode()
    assert [hit.row for hit in response.context["hits"]] == [claim]
    assert "Two &lt;b&gt;<mark>soldiers</mark>&lt;/b&gt; were <mark>captured</mark>." in page
    assert reverse("desk:story", args=[claim.story_id]) in page


def test_it_opens_on_what_there_is_and_the_tabs_say_how_many(client, ada):
    make_source("https://news.example.com/kursk", title="Captured in Kursk")
    a_text("Nobody was captured. A soldier was freed.")
    response = page_of(client, q="captured")
    assert response.context["kind"] == "source"
    assert [(kind.value, number) for kind, number in response.context["tabs"]] == [
        ("claim", 0),
        ("source", 1),
        ("text", 1),
    ]
    empty = page_of(client, q="captured", in_="claim").content.decode()
    assert "No claim has all these words." in empty
    assert "Archived text: 1" in empty


def test_of_a_source_everything_that_has_the_words_is_marked(client, ada):
    source = make_source("https://kursk.example.com/story", outlet="Kursk <Times>", credit_line="AFP", title="Freed")
    for words, shown in {
        "kursk": "<mark>Kursk</mark> &lt;Times&gt;",
        "afp": "<mark>AFP</mark>",
        "kursk.example": "https://<mark>kursk.example</mark>.com/story",
    }.items():
        response = page_of(client, q=words, in_="source")
        assert [hit.row for hit in response.context["hits"]] == [source]
        assert shown in response.content.decode()


def test_an_archived_text_leads_to_the_paragraph_and_to_the_words(client, ada):
    text = "Seoul.\n\nThe agency said on Friday that one half-frozen soldier was captured."
    text += "\n<script>alert(1)</script> Nightjar."
    capture = a_text(text, title="A soldier")
    response = page_of(client, q='"half-frozen soldier"', in_="text")
    (hit,) = response.context["hits"]
    words = "agency%20said%20on%20Friday%20that%20one-,half%2Dfrozen%20soldier"
    assert hit.address == f"{reverse('desk:capture', args=[capture.pk])}#p2:~:text={words}"
    page = response.content.decode()
    assert "one <mark>half-frozen soldier</mark> was captured." in page
    nightjar = page_of(client, q="nightjar", in_="text").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <mark>Nightjar</mark>." in nightjar


@pytest.mark.parametrize("kind", ["claim", "source", "text", "nonsense"])
def test_nothing_that_is_typed_breaks_the_page(client, ada, subtests, kind):
    make_claim(ada, "Two soldiers were captured in Kursk.")
    make_source(title="Captured in Kursk")
    a_text("Captured in Kursk.")
    others = {"after": "x", "first": "1", "last": "9999-99-99", "state": "x", "story": "x", "host": "\0", "kind": "x"}
    for number, typed in enumerate(EVIL):
        with subtests.test(str(number)), transaction.atomic():
            page_of(client, q=typed, in_=kind, **others)


def test_what_is_typed_comes_back_as_text(client, ada):
    page = page_of(client, q='"><script>alert(1)</script>').content.decode()
    assert "<script>alert(1)" not in page


def test_claims_are_narrowed_as_in_the_queue_and_by_their_days(client, ada):
    story = make_story(ada)
    one = make_claim(ada, "One soldier was captured.", story=story, assignee=ada)
    two = make_claim(ada, "Two soldiers were captured.")
    Claim.objects.filter(pk=two.pk).update(opened_at=timezone.now() - timedelta(days=9))
    yesterday = f"{timezone.now() - timedelta(days=1):%Y-%m-%d}"
    for _ in range(2):
        assert set(found(client, q="captured")) == {one.pk, two.pk}
        assert found(client, q="captured", in_="claim", story=story.pk) == [one.pk]
        assert found(client, q="captured", in_="claim", assignee="none") == [two.pk]
        assert found(client, q="captured", in_="claim", state="disputed") == []
        assert found(client, q="captured", in_="claim", first=yesterday) == [one.pk]
        assert found(client, q="captured", in_="claim", last=yesterday) == [two.pk]
        catch_up()
    assert "left out" in page_of(client, q="captured", in_="claim", story="x").content.decode()


def test_what_it_is_narrowed_to_stands_above_the_hits_and_each_filter_is_taken_away_alone(client, ada):
    make_claim(ada, "Two soldiers were captured.")
    catch_up()
    page = page_of(client, q="soldiers", in_="claim", stage="inbox", state="unverified")
    assert [(one.label, one.words) for one in page.context["narrowings"]] == [
        ("State", "Unverified"),
        ("Stage", "Inbox"),
    ]
    assert page.context["narrowings"][0].without == "q=soldiers&in=claim&stage=inbox"
    assert page.context["cleared"] == "in=claim&q=soldiers"
    assert "Remove the filter Stage: Inbox" in page.content.decode()


def test_a_search_is_saved_with_its_words_and_its_filters_and_found_again(client, ada):
    page = page_of(client, q="soldiers captured").content.decode()
    save = LexborHTMLParser(page).css_first("details.save-view form")
    sent = {one.attributes["name"]: one.attributes.get("value") or "" for one in save.css("input[name]")}
    client.post(save.attributes["action"], {**sent, "name": "Captured", "is_shared": ""})
    kept = SavedView.objects.get()
    assert (kept.page, kept.query) == ("search", "q=soldiers+captured")
    assert f'href="{SEARCH}?q=soldiers+captured"' in page_of(client).content.decode()
    assert "Save this view" not in page_of(client).content.decode()


def test_sources_and_texts_have_filters_of_their_own(client, ada):
    old = make_source(title="Captured once")
    old.published_at = timezone.now() - timedelta(days=400)
    old.save(update_fields=["published_at"])
    make_source(title="Captured again")
    last_year = f"{timezone.now() - timedelta(days=300):%Y-%m-%d}"
    assert found(client, q="captured", in_="source", last=last_year) == [old.pk]
    assert found(client, q="captured", in_="source", kind="document") == []
    here = a_text("Captured here.", number=1)
    a_text("Captured there.", number=2)
    assert found(client, q="captured", in_="text", host="Text1.example.com ") == [here.pk]
    assert found(client, q="captured", in_="text", last=last_year) == []


def test_the_pages_hold_every_hit_once_and_cost_the_same(client, ada):
    claims = {make_claim(ada, f"Soldier {number} was captured.").pk for number in range(45)}
    catch_up()
    seen, query = [], {"q": "captured"}
    for _ in range(3):
        with CaptureQueriesContext(connection) as asked:
            response = page_of(client, **query)
        seen.append(len(asked))
        claims -= {hit.row.pk for hit in response.context["hits"]}
        query = dict(pair.split("=") for pair in response.context["slice"].next_query.split("&") if pair)
    assert claims == set()
    assert len(set(seen)) == 1
    assert found(client, q="captured", after="999999") == []


@pytest.mark.parametrize("kind", ["claim", "source", "text"])
def test_the_number_of_queries_does_not_grow_with_the_hits(client, ada, kind):
    def more(number):
        story = make_story(ada, f"Kursk {number}")
        make_claim(ada, f"Soldier {number} was captured.", claimant=f"Party {number}", story=story)
        make_source(title=f"Captured {number}", outlet=f"Outlet {number}")
        a_text(f"Captured {number}.", number=number)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            page_of(client, q="captured", in_=kind)
        return len(queries)

    more(1)
    few = asked()
    for number in range(2, 12):
        more(number)
    assert asked() == few


def test_htmx_gets_the_results_alone(client, ada):
    make_claim(ada)
    page = client.get(reverse("desk:search"), {"q": "captured"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert "Claims found: 1" in page


def test_a_confidential_source_is_in_no_result_and_in_no_number_not_even_of_who_is_named(client):
    rita = make_reporter()
    make_confidential(make_claim(rita), rita, "Nightjar")
    catch_up()
    client.force_login(rita)
    response = page_of(client, q="Nightjar")
    assert [number for _, number in response.context["tabs"]] == [0, 0, 0]


def test_a_search_that_took_too_long_says_so(client, ada, monkeypatch):
    make_claim(ada)
    catch_up()
    slow = {
        "sqlite": "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n) > 0 AND "
    }
    slow["postgresql"] = "(SELECT pg_sleep(20)) IS NOT NULL AND "
    plain = index._matches
    monkeypatch.setattr(index, "_matches", lambda table: slow[connection.vendor] + plain(table))
    monkeypatch.setattr(index, "SECONDS", 0.1)
    page = page_of(client, q="captured").content.decode()
    assert "This search took too long" in page
    assert client.get(reverse("desk:queue")).status_code == 200


def test_a_copy_that_no_source_is_of_is_shown_by_its_host(client, ada):
    make_extract(make_capture(make_page("https://lost.example.com/1")), "Captured.")
    catch_up()
    assert "lost.example.com" in page_of(client, q="captured", in_="text").content.decode()


def test_what_was_not_read_yet_is_said(client, ada, monkeypatch):
    make_extract(make_capture(make_page("https://lost.example.com/1")), "Captured.")
    page = page_of(client, q="captured", in_="text").content.decode()
    assert "1 change of archived text can’t be found yet" in page
    for number in range(4):
        make_claim(ada, f"Soldier {number} was captured.")
    assert "can’t be found yet" not in page_of(client, q="captured", in_="claim").content.decode()
    monkeypatch.setattr("apps.search.finding.MOST_STALE", 2)
    response = page_of(client, q="captured", in_="claim")
    assert "2 changes of claims can’t be found yet" in response.content.decode()
    assert len(response.context["hits"]) == 2
    catch_up()
    assert len(page_of(client, q="captured", in_="claim").context["hits"]) == 4
