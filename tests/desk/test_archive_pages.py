"""Copies that wait for a person: who sees them, what can be done, and when they wait no longer."""

import pytest
from django.urls import reverse

from apps.archive.actions import retry_capture
from apps.archive.models import Capture
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from tests.newsroom import make_capture, make_citation, make_claim, make_page, make_reporter

pytestmark = pytest.mark.django_db
WAITING = reverse("desk:needs_a_person")


@pytest.fixture
def rita(client):
    rita = make_reporter()
    client.force_login(rita)
    return rita


def failed(path="a", host="paper.example.com", code="http_403"):
    return make_capture(make_page(f"https://{host}/{path}"), state=Capture.State.FAILED, code=code)


def listed(client, **asked):
    return [capture.pk for capture in client.get(WAITING, asked).context["slice"].rows]


def test_what_the_archive_gave_up_on_is_listed_with_why_and_what_to_do(client, rita):
    citation = make_citation(make_claim(rita), rita, state=Capture.State.FAILED, code="http_410")
    page = client.get(WAITING).content.decode()
    assert citation.capture.failure in page
    assert citation.capture.hint in page
    assert reverse("desk:source", args=[citation.source_id]) in page
    assert reverse("desk:capture_retry", args=[citation.capture_id]) in page


def test_what_is_stored_or_on_its_way_or_newer_is_not(client, rita):
    old = failed()
    make_capture(old.page)
    make_capture(make_page("https://a.example.com/"), state=Capture.State.QUEUED)
    assert listed(client) == []
    assert "Nothing waits" in client.get(WAITING).content.decode()


def test_the_list_narrows_by_reason_and_by_host(client, rita):
    here, there = failed(), failed(host="other.example.com", code="bot_wall")
    assert listed(client) == [there.pk, here.pk]
    assert listed(client, code="bot_wall") == [there.pk]
    assert listed(client, host="Paper.example.com") == [here.pk]
    assert "was left out" in client.get(WAITING, {"code": "nonsense"}).content.decode()
    assert "Nothing matches" in client.get(WAITING, {"host": "nowhere.example.com"}).content.decode()


def test_a_long_list_is_paged_with_few_questions(client, rita, django_assert_max_num_queries):
    for number in range(60):
        failed(str(number))
    with django_assert_max_num_queries(8):
        first = client.get(WAITING).context["slice"]
    assert len(first.rows) == 50
    assert len(client.get(f"{WAITING}?{first.next_query}").context["slice"].rows) == 10


class TestLettingGo:
    def test_with_a_reason_it_waits_no_more_and_the_trail_says_so(self, client, rita):
        capture = failed()
        answer = client.post(reverse("desk:capture_let_go", args=[capture.pk]), {"reason": "A wrong address."})
        assert answer.headers["Location"] == WAITING
        assert listed(client) == []
        entry = Entry.objects.get(verb=Verb.CAPTURE_LET_GO)
        assert (entry.actor, entry.reason) == (rita, "A wrong address.")

    def test_without_a_reason_it_stays(self, client, rita):
        capture = failed()
        assert client.post(reverse("desk:capture_let_go", args=[capture.pk]), {"reason": " "}).status_code == 422
        assert listed(client) == [capture.pk]

    @pytest.mark.parametrize("state", [Capture.State.STORED, Capture.State.QUEUED])
    def test_what_waits_for_nobody_can_not_be_let_go(self, client, rita, state):
        capture = make_capture(make_page("https://a.example.com/"), state=state)
        answer = client.post(reverse("desk:capture_let_go", args=[capture.pk]), {"reason": "No need."})
        assert answer.status_code == 409
        assert "waits for nobody" in answer.content.decode()
        assert not Entry.objects.filter(verb=Verb.CAPTURE_LET_GO).exists()

    def test_one_that_is_tried_again_and_fails_again_waits_again(self, client, rita):
        capture = failed()
        client.post(reverse("desk:capture_let_go", args=[capture.pk]), {"reason": "A wrong address."})
        retry_capture(capture, by=rita)
        Capture.objects.filter(pk=capture.pk).update(state="failed", settled_at=capture.settled_at)
        assert listed(client) == [capture.pk]
