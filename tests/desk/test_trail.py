"""The audit trail's page: what it tells and how it is narrowed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.audit.actions import record
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from apps.claims import actions
from apps.claims.states import Stance
from tests.newsroom import make_claim, make_editor, make_reporter, make_two_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    ada = make_editor()
    client.force_login(ada)
    return ada


@pytest.fixture
def claim(ada):
    claim = make_claim(ada, "Two were captured.")
    make_two_lines(claim, ada)
    actions.corroborate(claim, by=ada, reason="Two bodies know.", expected_version=1)
    make_claim(make_reporter(), "Another.")
    return claim


def told(client, **query):
    response = client.get(reverse("desk:trail"), query)
    assert response.status_code == 200
    return [entry.sentence for entry in response.context["slice"].rows]


def test_it_tells_who_did_what_and_why_newest_first(client, claim):
    assert told(client) == ["Rita opened the claim", "Ada marked the claim corroborated", "Ada opened the claim"]
    assert "Two bodies know." in client.get(reverse("desk:trail")).content.decode()


def test_it_is_narrowed_by_person_verb_claim_door_and_day(client, claim, ada):
    assert told(client, actor=ada.pk) == ["Ada marked the claim corroborated", "Ada opened the claim"]
    assert told(client, verb="claim_corroborated") == ["Ada marked the claim corroborated"]
    assert told(client, claim=claim.pk) == ["Ada marked the claim corroborated", "Ada opened the claim"]
    assert told(client, channel="web") == []
    assert len(told(client, channel="command")) == 3
    today = timezone.localdate()
    assert len(told(client, first=today, last=today)) == 3
    assert told(client, last=today - timedelta(days=1)) == []
    assert told(client, first=today + timedelta(days=1)) == []
    assert told(client, actor=ada.pk, verb="claim_opened", claim=claim.pk) == ["Ada opened the claim"]


def test_a_claims_trail_holds_what_happened_to_its_pages(client, ada):
    claim = make_claim(ada)
    actions.cite(claim, by=ada, url="https://news.example.org/a", stance=Stance.SUPPORTS)
    assert told(client, claim=claim.pk) == [
        "Ada cited https://news.example.org/a (supports)",
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
