"""A story's page: its claims by state as a bar, and the timeline of the matter."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.archive.models import Drift
from apps.claims import actions
from apps.desk.charts import stacked
from apps.desk.panels import matter
from tests.newsroom import (
    corroborate,
    make_citation,
    make_claim,
    make_confidential,
    make_editor,
    make_reply_request,
    make_story,
    make_two_lines,
    make_use,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def ada(client):
    ada = make_editor()
    client.force_login(ada)
    return ada


@pytest.fixture
def story(ada):
    return make_story(ada)


def page(client, story, **query):
    response = client.get(reverse("desk:story", args=[story.pk]), query)
    assert response.status_code == 200
    return response


def told(client, story, **query):
    events = page(client, story, **query).context["matter"]["events"]
    return [(one.kind, one.sentence) for one in events]


def test_it_tells_of_everything_that_happened_newest_first(client, ada, story):
    claim = make_claim(ada, "Two were captured.", story=story)
    first, _ = make_two_lines(claim, ada)
    source = first.source
    source.published_at = timezone.now() - 30 * DAY
    source.save(update_fields=["published_at"])
    corroborate(claim, ada)
    asked = make_reply_request(claim, ada)
    actions.settle_reply(asked, by=ada, outcome="answered", answer="No.")
    make_use(claim, ada, "Two captured in Kursk")
    Drift.objects.create(page=source.page, kind="gone", found_at=timezone.now() + DAY)
    found = told(client, story)
    assert found[0] == ("Changed", "Security Service of Ukraine: the page is gone.")
    assert found[-1] == ("Published", "Security Service of Ukraine published")
    assert ("Reply asked", "Moscow was asked: Was a soldier captured?") in found
    assert ("Reply", "Moscow answered: No.") in found
    assert ("Printed", "Two captured in Kursk") in found
    assert ("Claim", "Ada opened the claim.") in found
    (verdict,) = [words for kind, words in found if kind == "Verdict"]
    assert "marked it corroborated" in verdict
    assert len(found) == 7


def test_it_tells_of_this_story_alone_and_of_nothing_confidential(client, ada, story):
    claim = make_claim(ada, "In it.", story=story)
    make_confidential(claim, ada, "Nightjar")
    other = make_claim(ada, "Of another.", story=make_story(ada, "Another"))
    make_reply_request(other, ada)
    withdrawn = make_citation(claim, ada, outlet="Taken back")
    withdrawn.source.published_at = timezone.now()
    withdrawn.source.save(update_fields=["published_at"])
    actions.withdraw_citation(withdrawn, by=ada, reason="Wrong page.")
    response = page(client, story)
    assert [one.about for one in response.context["matter"]["events"]] == ["In it."]
    assert "Nightjar" not in response.content.decode()


def test_its_pages_hold_every_event_once_even_of_one_moment(client, ada, story, monkeypatch):
    monkeypatch.setattr(matter, "ROWS", 3)
    now = timezone.now() - DAY
    for number in range(4):
        claim = make_claim(ada, f"Claim {number}.", story=story)
        type(claim).objects.filter(pk=claim.pk).update(opened_at=now)
        asked = make_reply_request(claim, ada)
        type(asked).objects.filter(pk=asked.pk).update(asked_at=now)
    seen, query = [], ""
    for _ in range(5):
        response = client.get(f"{reverse('desk:story', args=[story.pk])}?{query}")
        found = response.context["matter"]
        seen += [(one.rank, one.pk) for one in found["events"]]
        query = found["earlier"]
        if not query:
            break
    assert len(seen) == len(set(seen)) == 8


@pytest.mark.parametrize("typed", ["x", "2026-01-01_1_1", "2026-01-01T00:00:00+00:00_x_1", "_" * 9, "9" * 400])
def test_a_place_that_can_not_be_read_is_the_start(client, ada, story, typed):
    make_claim(ada, "Here.", story=story)
    assert told(client, story, events=typed) == [("Claim", "Ada opened the claim.")]


def test_beyond_its_end_it_says_so_and_leads_back(client, ada, story):
    make_claim(ada, "Here.", story=story)
    response = page(client, story, events="1990-01-01T00:00:00+00:00_1_1")
    assert "Nothing earlier." in response.content.decode()
    assert "The newest" in response.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_story(client, ada, story):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            page(client, story)
        return len(queries)

    def happen(number):
        claim = make_claim(ada, f"Claim {number}.", story=story)
        for citation in make_two_lines(claim, ada):
            citation.source.published_at = timezone.now()
            citation.source.save(update_fields=["published_at"])
            Drift.objects.create(page=citation.source.page, kind="gone")
        corroborate(claim, ada)
        make_use(claim, ada)
        make_reply_request(claim, ada)

    happen(0)
    few = asked()
    for number in range(1, 5):
        happen(number)
    assert asked() == few


def test_the_bar_is_whole_and_what_is_little_is_seen():
    parts = stacked([("unverified", 9_999), ("corroborated", 1), ("disputed", 0)])
    assert [part.state for part in parts] == ["unverified", "corroborated"]
    assert parts[1].width > 0.9
    assert abs(sum(part.width for part in parts) - 100) < 0.1
    assert stacked([("unverified", 0)]) == []


def test_the_page_says_the_bar_in_words(client, ada, story):
    make_claim(ada, "Here.", story=story)
    assert 'aria-label="1 unverified, 0 corroborated, 0 disputed"' in page(client, story).content.decode()
