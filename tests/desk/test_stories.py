"""Stories: opening, editing, and a page that shows the claims by state."""

import pytest
from django.urls import reverse

from apps.claims.models import Story
from tests.newsroom import corroborate, make_claim, make_editor, make_story, make_two_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    ada = make_editor()
    client.force_login(ada)
    return ada


def test_a_story_is_opened_and_edited_and_a_second_of_its_name_refused(client, ada):
    opened = client.post(reverse("desk:story_open"), {"title": "Kursk", "summary": "Who is there?"})
    story = Story.objects.get()
    assert opened.headers["Location"] == reverse("desk:story", args=[story.pk])
    again = client.post(reverse("desk:story_open"), {"title": "Kursk", "summary": "Typed with care."})
    assert again.status_code == 409
    assert "There is a story with this title already." in again.content.decode()
    assert "Typed with care." in again.content.decode()
    assert client.post(reverse("desk:story_open"), {"title": "kursk"}).status_code == 409
    edit = reverse("desk:story_edit", args=[story.pk])
    shown = {"initial-title": "Kursk", "initial-summary": "Who is there?", "summary": "Who is there?"}
    assert client.post(edit, shown | {"title": "Kursk, 2025", "expected_version": 1}).status_code == 302
    late = client.post(edit, shown | {"title": "Kursk", "summary": "And since when?", "expected_version": 1})
    assert late.status_code == 409
    assert "Ada edited the story" in late.content.decode()
    assert client.post(edit, shown | {"title": "Kursk", "summary": "When?", "expected_version": 2}).status_code == 302
    story.refresh_from_db()
    assert (story.title, story.summary) == ("Kursk, 2025", "When?")
    assert client.post(reverse("desk:story_open"), {"title": ""}).status_code == 422


def test_its_page_shows_its_claims_with_counts_and_by_state(client, ada):
    story = make_story(ada)
    settled = make_claim(ada, "A settled one.", story=story)
    make_two_lines(settled, ada)
    corroborate(settled, ada)
    make_claim(ada, "An open one.", story=story)
    make_claim(ada, "Of another matter.")
    url = reverse("desk:story", args=[story.pk])
    response = client.get(url)
    assert dict(response.context["counts"]) == {"unverified": 1, "corroborated": 1, "disputed": 0}
    shown = response.content.decode()
    assert "A settled one." in shown
    assert "An open one." in shown
    assert "Of another matter." not in shown
    narrowed = client.get(url, {"state": "corroborated"})
    assert [claim.statement for claim in narrowed.context["slice"].rows] == ["A settled one."]


def test_a_state_that_there_is_not_is_said_and_left_out(client, ada):
    story = make_story(ada)
    make_claim(ada, "An open one.", story=story)
    shown = client.get(reverse("desk:story", args=[story.pk]), {"state": "zzz"}).content.decode()
    assert "There is no state “zzz”." in shown
    assert "An open one." in shown


def test_the_list_is_searched_and_counts_each_storys_claims(client, ada):
    make_claim(ada, story=make_story(ada, "Kursk"))
    make_story(ada, "Floods")
    rows = client.get(reverse("desk:stories"), {"text": "kur"}).context["slice"].rows
    assert [(story.title, story.unverified_count) for story in rows] == [("Kursk", 1)]


def test_a_claim_opened_from_a_story_belongs_to_it(client, ada):
    story = make_story(ada)
    form = client.get(reverse("desk:claim_open"), {"story": story.pk})
    assert f'<option value="{story.pk}" selected>' in form.content.decode()
    client.post(reverse("desk:claim_open"), {"statement": "A claim.", "story": story.pk})
    assert story.claims.get().statement == "A claim."
