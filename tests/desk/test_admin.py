"""The admin panel: everything to be seen, nothing to be changed beside the actions."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.db.models import CompositePrimaryKey
from django.urls import reverse

from apps.archive.models import Capture
from apps.audit.models import Entry
from apps.claims.actions import edit_claim
from apps.claims.models import Story
from apps.claims.states import State
from apps.search.models import Words
from apps.sources.models import Party
from tests.newsroom import (
    make_citation,
    make_claim,
    make_editor,
    make_extract,
    make_knowledge,
    make_person,
    make_story,
    make_two_lines,
)

pytestmark = pytest.mark.django_db
# Fingerprints are numbers that say nothing to a reader, and Django's panel can't show a key of two columns. The tables
# of words are the databases' own, and hold no word that does not stand elsewhere.
OURS = [
    model
    for config in apps.get_app_configs()
    if config.name.startswith("apps.")
    for model in config.get_models()
    if not isinstance(model._meta.pk, CompositePrimaryKey) and not issubclass(model, Words)
]
READ_ONLY = {
    "sifting",
    "attribution",
    "entry",
    "capture",
    "page",
    "extract",
    "attempt",
    "claim",
    "citation",
    "decision",
    "source",
    "role",
    "textquote",
    "figure",
}

READ_ONLY |= {"stale", "interview", "cause", "flag", "claimlink", "replyrequest", "caveat", "use", "correction"}


@pytest.fixture
def sofia(client):
    sofia = make_person("sofia", "standards_editor")
    client.force_login(sofia)
    return sofia


def url(model, verb, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{verb}", args=args)


def test_every_model_is_registered():
    assert [model for model in OURS if not admin.site.is_registered(model)] == []


def test_every_list_opens_and_searches_with_rows_in_it(client, sofia, subtests):
    claim = make_claim(sofia, story=make_story(sofia))
    for citation in make_two_lines(claim, sofia):
        make_extract(citation.capture)
    make_knowledge(claim, sofia)
    for model in OURS:
        with subtests.test(model._meta.model_name), transaction.atomic():
            assert client.get(url(model, "changelist")).status_code == 200
            assert client.get(url(model, "changelist"), {"q": "1"}).status_code == 200


def test_records_are_seen_and_never_added_changed_or_deleted(client, sofia, subtests):
    claim = make_claim(sofia)
    make_extract(make_citation(claim, sofia).capture)
    make_knowledge(claim, sofia)
    records = [model for model in OURS if model._meta.model_name in READ_ONLY]
    assert len(records) == len(READ_ONLY)
    for model in records:
        with subtests.test(model._meta.model_name), transaction.atomic():
            row = model.objects.first()
            assert client.get(url(model, "add")).status_code == 403
            if row is not None:
                assert client.get(url(model, "change", row.pk)).status_code == 200
                assert client.post(url(model, "change", row.pk), {"state": "corroborated"}).status_code == 403
                assert client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
            transaction.set_rollback(True)


def test_nothing_can_be_deleted_in_the_panel(rf, sofia):
    request = rf.get("/")
    request.user = sofia
    assert [model for model in OURS if admin.site.get_model_admin(model).has_delete_permission(request)] == []


class TestDeciding:
    def decide(self, client, claim, **typed):
        action = {"action": "decide", "_selected_action": [claim.pk], f"version_{claim.pk}": claim.version}
        return client.post(url(type(claim), "changelist"), action | typed, follow=True)

    def test_it_asks_for_state_and_reason_first(self, client, sofia):
        response = self.decide(client, make_claim(sofia))
        assert response.templates[0].name == "admin/claims/decide.html"

    def test_it_asks_through_the_same_action_and_says_that_somebody_has_to_sign(self, client, sofia):
        claim = make_claim(sofia)
        make_two_lines(claim, sofia)
        response = self.decide(client, claim, to_state="corroborated", reason="Two lines.")
        claim.refresh_from_db()
        assert claim.state == State.UNVERIFIED
        assert "A second editor has to sign at the desk." in response.content.decode()
        entry = Entry.objects.get(verb="move_requested")
        assert (entry.actor, entry.channel, entry.reason) == (sofia, "admin", "Two lines.")

    def test_it_moves_where_the_rule_lets_one_person_decide(self, client, sofia):
        claim = make_claim(sofia)
        make_citation(claim, sofia, outlet="TASS", stance="disputes")
        response = self.decide(client, claim, to_state="disputed", reason="TASS denies it.")
        claim.refresh_from_db()
        assert claim.state == State.DISPUTED
        assert "is disputed now" in response.content.decode()
        entry = Entry.objects.get(verb="claim_disputed")
        assert (entry.actor, entry.channel, entry.reason) == (sofia, "admin", "TASS denies it.")

    def test_it_refuses_what_the_rule_refuses_and_says_why(self, client, sofia):
        claim = make_claim(sofia)
        response = self.decide(client, claim, to_state="corroborated", reason="I feel it.")
        claim.refresh_from_db()
        assert claim.state == State.UNVERIFIED
        assert "Two independent lines" in response.content.decode()

    def test_it_refuses_a_claim_that_changed_between_question_and_answer(self, client, sofia):
        claim = make_claim(sofia)
        make_two_lines(claim, sofia)
        edit_claim(claim, by=make_editor(), expected_version=1, statement="Two hundred were captured.")
        self.decide(client, claim, to_state="corroborated", reason="Two lines.")
        claim.refresh_from_db()
        assert claim.state == State.UNVERIFIED

    def test_it_asks_again_without_a_reason(self, client, sofia):
        claim = make_claim(sofia)
        response = self.decide(client, claim, to_state="corroborated", reason="")
        assert "Give a reason." in response.content.decode()
        assert not Entry.objects.filter(verb="claim_corroborated").exists()

    def test_an_administrator_has_no_verdicts(self, client):
        claim = make_claim(make_editor())
        client.force_login(make_person("mia", "administrator"))
        self.decide(client, claim, to_state="corroborated", reason="Because I can.")
        claim.refresh_from_db()
        assert claim.state == State.UNVERIFIED


def test_stories_and_parties_are_changed_through_the_actions(client, sofia):
    client.post(url(Story, "add"), {"title": "A matter", "summary": ""})
    client.post(url(Party, "add"), {"name": "NIS", "kind": "body", "note": "", "is_named": "on"})
    story, party = Story.objects.get(), Party.objects.get(name="NIS")
    client.post(
        url(Story, "change", story.pk), {"title": "The matter", "initial-title": "A matter", "summary": "Of it."}
    )
    shown = {
        "name": "NIS",
        "initial-name": "NIS",
        "kind": "body",
        "initial-kind": "body",
        "is_named": "on",
        "initial-is_named": "True",
    }
    client.post(url(Party, "change", party.pk), shown | {"note": "Seoul."})
    assert list(Entry.objects.order_by("id").values_list("verb", flat=True)) == [
        "story_opened",
        "party_registered",
        "story_edited",
        "party_edited",
    ]
    assert Capture.objects.count() == 0
