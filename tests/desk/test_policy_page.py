"""The page of the rule, and its form."""

import pytest
from django.urls import reverse

from apps.claims import actions
from apps.claims.models import Policy
from tests.newsroom import corroborate, make_claim, make_editor, make_person, make_reporter, make_two_lines

pytestmark = pytest.mark.django_db
EDIT = reverse("desk:policy_edit")


@pytest.fixture
def sofia(client):
    sofia = make_person("sofia", "standards_editor")
    client.force_login(sofia)
    return sofia


def text(response):
    return " ".join(response.content.decode().split())


def form(client, **typed):
    """The form as a browser sends it: what it showed, what is typed over it, and boxes only where they are ticked."""
    bound = client.get(EDIT).context["form"]
    sent = {}
    for field in bound:
        value = field.value()
        if field.name not in {"expected_version", "reason"}:
            sent[f"initial-{field.name}"] = "" if value is None else str(value)
        if value not in (None, False):
            sent[field.name] = str(value)
    return {name: value for name, value in (sent | typed).items() if value is not None}


def test_everybody_reads_the_rule_and_how_it_came_to(client, sofia):
    actions.edit_policy(by=sofia, reason="Wars move.", expected_version=1, shelf_life_days=90)
    client.force_login(make_reporter())
    page = text(client.get(reverse("desk:policy")))
    assert "What it says now: version 2" in page
    assert "A verdict is verified again after 90 days." in page
    assert "Wars move." in page
    assert EDIT not in page


def test_a_standards_editor_changes_it(client, sofia):
    typed = form(client, minimum_lines="3", archived=None, shelf_life_days="90", reason="Wars move.")
    assert client.post(EDIT, typed).status_code == 302
    made = Policy.objects.current()
    assert (made.version, made.minimum_lines, made.archived, made.shelf_life_days) == (2, 3, False, 90)
    assert (made.four_eyes, made.made_by, made.reason) == (True, sofia, "Wars move.")


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ({"minimum_lines": "3", "reason": " "}, 422, "Give a reason"),
        ({"minimum_lines": "0", "reason": "So."}, 422, "greater than or equal to 1"),
        ({"first_hand_lines": "3", "reason": "So."}, 422, "More lines can&#x27;t be first-hand"),
        ({"reason": "So."}, 409, "Nothing of the rule is different."),
    ],
)
def test_what_it_refuses_is_said_beside_what_was_typed(client, sofia, typed, status, sentence):
    response = client.post(EDIT, form(client, shelf_life_days="", **typed))
    assert response.status_code == status
    assert sentence in text(response)
    assert typed["reason"].strip() in text(response)
    assert Policy.objects.count() == 1


def test_whoever_is_late_hears_what_changed_and_takes_nothing_back(client, sofia):
    typed = form(client, minimum_disputes="2", reason="Two, please.")
    actions.edit_policy(by=make_person("stan", "standards_editor"), reason="x", expected_version=1, minimum_lines=3)
    response = client.post(EDIT, typed)
    assert response.status_code == 409
    assert "Stan changed the rule: minimum lines" in text(response)
    assert "Two, please." in text(response)
    assert client.post(EDIT, typed | {"expected_version": "2"}).status_code == 302
    made = Policy.objects.current()
    assert (made.minimum_lines, made.minimum_disputes) == (3, 2)


def test_it_is_tried_on_the_verdicts_that_stand_and_nothing_is_saved(client, sofia):
    ada = make_editor()
    claim = make_claim(ada)
    make_two_lines(claim, ada)
    corroborate(claim, ada)
    response = client.post(EDIT, form(client, minimum_lines="3") | {"try": "1"})
    assert response.status_code == 200
    page = text(response)
    assert "1 would no longer hold" in page
    assert claim.statement in page
    assert 'name="minimum_lines" value="3"' in page
    assert Policy.objects.count() == 1
