"""The queue: filters, counts, pages."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.claims.models import Claim
from apps.claims.states import State
from tests.newsroom import corroborate, make_claim, make_editor, make_reporter, make_story, make_two_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def desk(client, ada):
    client.force_login(ada)
    return client


def statements(desk, **query):
    response = desk.get(reverse("desk:queue"), query)
    assert response.status_code == 200
    return {claim.statement for claim in response.context["slice"].rows}


@pytest.fixture
def newsroom(ada):
    now = timezone.now()
    story = make_story(ada)
    captured = make_claim(ada, "Two soldiers were captured.", story=story, claimant="SBU", assignee=ada)
    make_two_lines(captured, ada)
    corroborate(captured, ada)
    make_claim(ada, "The papers were false.", story=story, due=now - timedelta(hours=1))
    make_claim(ada, "More troops are coming.", due=now + timedelta(hours=3))
    make_claim(ada, "A bridge was hit.", due=now + timedelta(days=3))


FOUND = [
    ({}, {"Two soldiers were captured.", "The papers were false.", "More troops are coming.", "A bridge was hit."}),
    ({"state": "corroborated"}, {"Two soldiers were captured."}),
    ({"stage": "settled"}, {"Two soldiers were captured."}),
    ({"assignee": "none"}, {"The papers were false.", "More troops are coming.", "A bridge was hit."}),
    ({"story": "none"}, {"More troops are coming.", "A bridge was hit."}),
    ({"text": "bridge hit"}, {"A bridge was hit."}),
    ({"text": "sbu"}, {"Two soldiers were captured."}),
    ({"text": "50%"}, set()),
    ({"due": "overdue"}, {"The papers were false."}),
    ({"due": "today"}, {"More troops are coming."}),
    ({"due": "week"}, {"More troops are coming.", "A bridge was hit."}),
    ({"due": "none"}, {"Two soldiers were captured."}),
    ({"state": "corroborated", "due": "overdue"}, set()),
]


def test_each_filter_narrows_the_queue(desk, newsroom, subtests):
    for query, found in FOUND:
        with subtests.test(str(query)):
            assert statements(desk, **query) == found


def test_the_filter_by_person_and_story(desk, newsroom, ada):
    assert statements(desk, assignee=ada.pk) == {"Two soldiers were captured."}
    story = Claim.objects.exclude(story=None).first().story
    assert statements(desk, story=story.pk) == {"Two soldiers were captured.", "The papers were false."}


def test_the_counts_follow_the_other_filters_but_not_the_state(desk, newsroom):
    response = desk.get(reverse("desk:queue"), {"state": "corroborated", "story": "none"})
    assert dict(response.context["counts"]) == {State.UNVERIFIED: 2, State.CORROBORATED: 0, State.DISPUTED: 0}


@pytest.mark.parametrize(
    "query", [{"state": "nearly"}, {"assignee": "999999"}, {"story": "x"}, {"due": "1"}, {"after": "x"}]
)
def test_a_filter_that_can_not_be_read_is_said_and_breaks_nothing(desk, newsroom, query):
    assert len(statements(desk, **query)) == 4


def test_the_pages_hold_every_claim_once(desk, ada):
    Claim.objects.bulk_create(
        [Claim(statement=f"Claim {number}.", opened_by=ada, changed_at=timezone.now()) for number in range(120)]
    )
    there = set(Claim.objects.values_list("pk", flat=True))
    seen, query = [], ""
    for number in range(4):
        response = desk.get(f"{reverse('desk:queue')}?{query}")
        seen += [claim.pk for claim in response.context["slice"].rows]
        # News at the top moves nothing that comes further down.
        make_claim(ada, f"Meanwhile {number}.")
        query = response.context["slice"].next_query
        if not query:
            break
    assert len(seen) == len(set(seen)) == 120
    assert set(seen) == there


def test_the_number_of_queries_does_not_grow_with_the_rows(desk, ada):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            desk.get(reverse("desk:queue"))
        return len(queries)

    make_two_lines(make_claim(ada, "One.", story=make_story(ada)), ada)
    few = asked()
    for number in range(20):
        make_two_lines(make_claim(ada, f"More {number}.", claimant=f"Party {number}"), ada)
    assert asked() == few


def test_htmx_gets_the_results_alone(desk, newsroom):
    page = desk.get(reverse("desk:queue"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert "A bridge was hit." in page


def test_an_empty_queue_says_what_to_do(desk):
    assert reverse("desk:claim_open") in desk.get(reverse("desk:queue")).content.decode()


def test_a_reporter_sees_the_same_queue(client, newsroom):
    client.force_login(make_reporter())
    assert len(statements(client)) == 4


def test_a_very_large_count_is_cut_short_and_said_so(desk, ada, monkeypatch):
    monkeypatch.setattr("apps.claims.models.claims.COUNTED_TO", 3)
    monkeypatch.setattr("apps.desk.templatetags.desk.COUNTED_TO", 3)
    for number in range(5):
        make_claim(ada, f"Claim {number}.")
    response = desk.get(reverse("desk:queue"))
    assert dict(response.context["counts"])[State.UNVERIFIED] == 4
    assert "3+" in response.content.decode()
