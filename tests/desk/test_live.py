"""What the claim page's poller is told: who is here, and what changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.claims.actions import edit_claim
from apps.teamwork.actions import post_comment
from apps.teamwork.models import Presence
from tests.newsroom import make_claim, make_person

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def rita(client):
    rita = make_person("rita", "reporter")
    client.force_login(rita)
    return rita


@pytest.fixture
def ada():
    return make_person("ada", "editor")


@pytest.fixture
def claim(rita):
    return make_claim(rita)


@pytest.fixture
def live(client, claim):
    def ask(shown=""):
        return client.get(reverse("desk:claim_live", args=[claim.pk]), {"live": shown}, headers=HTMX)

    return ask


def shown(client, claim):
    page = client.get(reverse("desk:claim", args=[claim.pk])).content.decode()
    return page.split("/live/?live=")[1].split('"')[0]


def test_it_says_nothing_while_nothing_changes_and_costs_little(client, claim, live):
    token = shown(client, claim)
    live(token)
    with CaptureQueriesContext(connection) as asked:
        assert live(token).status_code == 204
    assert len(asked) <= 9


def test_who_looks_is_there_and_after_a_while_no_longer(client, claim, live, ada):
    token = shown(client, claim)
    Presence.objects.create(claim=claim, person=ada)
    page = live(token).content.decode()
    assert "Ada</b> is looking at this claim too" in page
    assert "claim-header" not in page
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        assert live(token).status_code == 204


def test_looking_is_written_down_seldom(client, claim, live, rita):
    live()
    (first,) = Presence.objects.values_list("seen_at", flat=True)
    live()
    assert Presence.objects.get().seen_at == first
    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        live()
    assert Presence.objects.get().seen_at > first


def test_a_change_brings_the_parts_and_what_others_did(client, claim, live, ada, rita):
    token = shown(client, claim)
    edit_claim(claim, by=ada, expected_version=1, statement="Three were captured.")
    page = live(token).content.decode()
    assert 'id="claim-header" class="claim-header" hx-swap-oob="true"' in page
    assert "Ada edited the claim: statement" in page.split('id="claim-header"')[0]
    assert 'id="comment-list"' not in page
    claim.refresh_from_db()
    edit_claim(claim, by=rita, expected_version=2, statement="Two were captured.")
    assert "Rita edited" not in live(shown(client, claim)).content.decode().split('id="claim-header"')[0]


def test_a_comment_brings_the_comments_alone(client, claim, live, ada):
    token = shown(client, claim)
    post_comment(claim, "Seen.", by=ada)
    page = live(token).content.decode()
    assert "Seen." in page
    assert 'id="claim-header"' not in page
    assert 'id="comment-form"' not in page


@pytest.mark.parametrize("token", ["", "x", "1", "...", "99999999999999999999.0.", "-1.0.", "１.0."])
def test_a_token_that_is_none_brings_everything(live, token):
    assert live(token).status_code == 200


def test_a_browser_by_itself_is_led_to_the_claim(client, claim):
    answer = client.get(reverse("desk:claim_live", args=[claim.pk]))
    assert answer.headers["Location"] == reverse("desk:claim", args=[claim.pk])


def test_who_is_signed_out_is_told_and_the_poller_stops(client, claim):
    client.logout()
    answer = client.get(reverse("desk:claim_live", args=[claim.pk]), headers=HTMX)
    assert answer.status_code == 286


def test_without_a_session_what_is_typed_into_a_form_is_told_taken_only_when_it_was(client, claim, rita):
    path = reverse("desk:claim_comment", args=[claim.pk])
    assert "taken" not in client.post(path, {"text": ""}).cookies
    assert client.post(path, {"text": "Seen."}).cookies["taken"].value == path.replace("/", "%2F")
    client.logout()
    assert "taken" not in client.post(path, {"text": "Seen."}).cookies
