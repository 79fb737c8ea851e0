"""Many claims at once: what would come of it, doing it, and what came of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from apps.audit.models import Entry
from apps.claims import actions
from apps.claims.models import Claim
from apps.claims.states import Stage
from apps.desk import bulk_forms
from tests.newsroom import corroborate, make_claim, make_editor, make_person, make_reporter, make_two_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def rita():
    return make_reporter()


@pytest.fixture
def desk(client, ada):
    client.force_login(ada)
    return client


def chosen(*claims):
    """What the queue's boxes send: each claim at the version that it had when it was shown."""
    return [f"{claim.pk}.{claim.version}" for claim in claims]


def lines_of(verb):
    return list(Entry.objects.filter(verb=verb).order_by("pk").values_list("target_label", flat=True))


class TestThePreview:
    def test_it_says_which_change_and_which_do_not_and_changes_nothing(self, desk, ada, rita):
        free, hers, late = make_claim(ada, "Free."), make_claim(ada, "Hers.", assignee=rita), make_claim(ada, "Late.")
        boxes = chosen(free, hers, late)
        actions.change_stage(late, by=ada, expected_version=1, stage=Stage.IN_REVIEW)
        response = desk.get(reverse("desk:claims_assign"), {"claim": boxes, "assignee": rita.pk})
        found = response.context["sorted"]
        assert (found.changed, found.same, found.meanwhile) == ([free], [hers], [late])
        assert "Changed since you ticked them" in response.content.decode()
        assert not lines_of("claim_assigned")

    def test_a_reporter_may_take_what_nobody_has_and_is_told_who_has_the_rest(self, client, ada, rita):
        free, hers = make_claim(ada, "Free."), make_claim(ada, "Ada's.", assignee=ada)
        client.force_login(rita)
        response = client.get(reverse("desk:claims_assign"), {"claim": chosen(free, hers), "assignee": rita.pk})
        assert response.context["sorted"].changed == [free]
        assert "Ada has it. An editor can give it to you." in response.content.decode()

    def test_a_reporter_gives_claims_to_nobody_else(self, client, ada, rita):
        client.force_login(rita)
        sent = {"claim": chosen(make_claim(ada)), "assignee": ada.pk}
        assert client.get(reverse("desk:claims_assign"), sent).status_code == 422
        assert client.post(reverse("desk:claims_assign"), sent).status_code == 422
        assert client.post(reverse("desk:claims_assign"), {**sent, "assignee": ""}).status_code == 403
        assert client.post(reverse("desk:claims_stage"), {**sent, "stage": "settled"}).status_code == 403
        assert not lines_of("claim_assigned")

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({}, "Tick at least one claim."),
            ({"claim": ["x"]}, "can't read which claims you ticked"),
            ({"claim": ["1"]}, "can't read which claims you ticked"),
            ({"claim": ["99999999999.1"]}, "can't read which claims you ticked"),
            ({"claim": ["1.1"], "assignee": "999"}, "That person can't be given claims."),
        ],
    )
    def test_what_can_not_be_read_is_said(self, desk, sent, said):
        response = desk.get(reverse("desk:claims_assign"), sent)
        assert response.status_code == 422
        assert escape(said) in response.content.decode()

    def test_there_is_a_limit_and_it_is_said(self, desk, ada, monkeypatch):
        monkeypatch.setattr(bulk_forms, "MOST", 1)
        response = desk.get(
            reverse("desk:claims_stage"), {"claim": chosen(make_claim(ada), make_claim(ada, "B.")), "stage": "settled"}
        )
        assert response.status_code == 422
        assert "Choose 1 claims at most. You chose 2." in response.content.decode()

    def test_claims_that_are_not_there_are_counted(self, desk, ada):
        sent = {"claim": [*chosen(make_claim(ada)), "999999.1"], "stage": "settled"}
        assert "1 of the claims that were ticked is not on this desk" in " ".join(
            desk.get(reverse("desk:claims_stage"), sent).content.decode().split()
        )

    def test_the_number_of_queries_does_not_grow_with_the_claims(self, desk, ada):
        claims = [make_claim(ada, f"Claim {number}.") for number in range(9)]

        def asked(some):
            with CaptureQueriesContext(connection) as queries:
                desk.get(reverse("desk:claims_stage"), {"claim": chosen(*some), "stage": "settled"})
            return len(queries)

        assert asked(claims[:1]) == asked(claims)


class TestDoingIt:
    def test_each_claim_has_its_own_line_and_begins_when_it_lay_in_the_inbox(self, desk, ada, rita):
        one, two = make_claim(ada, "One."), make_claim(ada, "Two.")
        back = "stage=inbox"
        response = desk.post(
            reverse("desk:claims_assign"), {"claim": chosen(one, two), "assignee": rita.pk, "back": back}, follow=True
        )
        assert response.redirect_chain == [(f"{reverse('desk:queue')}?{back}", 302)]
        assert "2 claims changed: Rita." in response.content.decode()
        assert lines_of("claim_assigned") == ["One.", "Two."]
        rows = Claim.objects.values_list("assignee__username", "stage", "version")
        assert set(rows) == {("rita", "in_progress", 2)}

    def test_what_changed_meanwhile_stays_and_can_be_chosen_again(self, desk, ada, rita):
        one, late = make_claim(ada, "One."), make_claim(ada, "Late.")
        boxes = chosen(one, late)
        actions.change_stage(late, by=ada, expected_version=1, stage=Stage.IN_REVIEW)
        response = desk.post(reverse("desk:claims_stage"), {"claim": boxes, "stage": "settled"})
        page = response.content.decode()
        assert response.status_code == 409
        assert "1 claim changed: settled." in page
        assert "1 claim not changed: see why below." in page
        assert Claim.objects.get(pk=late.pk).stage == Stage.IN_REVIEW
        assert f'value="{late.pk}.2"' in page
        desk.post(reverse("desk:claims_stage"), {"claim": [f"{late.pk}.2"], "stage": "settled"})
        assert Claim.objects.get(pk=late.pk).stage == Stage.SETTLED

    def test_the_same_form_sent_twice_changes_nothing_twice(self, desk, ada):
        boxes = chosen(make_claim(ada))
        for _ in range(2):
            desk.post(reverse("desk:claims_stage"), {"claim": boxes, "stage": "in_review"})
        assert len(lines_of("claim_staged")) == 1

    def test_a_reporter_takes_what_is_free_and_leaves_the_rest(self, client, ada, rita):
        free, hers = make_claim(ada, "Free."), make_claim(ada, "Ada's.", assignee=ada)
        client.force_login(rita)
        response = client.post(reverse("desk:claims_assign"), {"claim": chosen(free, hers), "assignee": rita.pk})
        assert response.status_code == 409
        assert lines_of("claim_assigned") == ["Free."]
        assert Claim.objects.get(pk=hers.pk).assignee == ada

    def test_somebody_who_left_meanwhile_gets_nothing(self, desk, ada, rita):
        claim = make_claim(ada)
        rita.is_active = False
        rita.save(update_fields=["is_active"])
        response = desk.post(reverse("desk:claims_assign"), {"claim": chosen(claim), "assignee": rita.pk})
        assert response.status_code == 422
        assert not lines_of("claim_assigned")

    def test_settling_a_verdict_counts_as_verifying_it_and_leaves_the_verdict(self, desk, ada):
        claim = make_claim(ada)
        make_two_lines(claim, ada)
        corroborate(claim, ada)
        claim.refresh_from_db()
        before = claim.verified_at
        actions.change_stage(claim, by=ada, expected_version=claim.version, stage=Stage.IN_REVIEW)
        claim.refresh_from_db()
        desk.post(reverse("desk:claims_stage"), {"claim": chosen(claim), "stage": "settled"})
        claim.refresh_from_db()
        assert (claim.state, claim.stage) == ("corroborated", "settled")
        assert claim.verified_at > before


def test_the_queue_offers_it_with_every_box_and_without_a_script(desk, ada):
    one, two = make_claim(ada, "One."), make_claim(ada, "Two.")
    page = desk.get(reverse("desk:queue"), {"selected": "page"}).content.decode()
    for claim in (one, two):
        assert f'value="{claim.pk}.1" form="bulk" checked' in page
    assert "selected=none" in page


def test_what_is_ticked_on_one_page_is_not_ticked_on_the_next(desk, ada):
    for number in range(51):
        make_claim(ada, f"Claim {number}.")
    found = desk.get(reverse("desk:queue"), {"selected": "page", "stage": "inbox"}).context["slice"]
    assert found.next_query.startswith("stage=inbox&after=")
    assert "selected" not in found.first_query


def test_whoever_may_change_nothing_is_offered_nothing(client, ada):
    make_claim(ada)
    client.force_login(make_person("aziz", "auditor"))
    page = client.get(reverse("desk:queue")).content.decode()
    assert 'form="bulk"' not in page
    assert 'id="bulk"' not in page
