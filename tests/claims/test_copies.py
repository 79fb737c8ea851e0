"""A citation whose copy could not be had gets the one that somebody brings, and says so."""

import pytest

from apps.archive.models import Capture
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from apps.claims.tasks import reconsider_citing
from tests.newsroom import make_capture, make_citation, make_claim, make_editor

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_editor()


def failed(claim, by):
    return make_citation(claim, by, state=Capture.State.FAILED, code="http_403", url="https://paper.example.com/a")


def test_a_stored_copy_takes_the_place_of_one_that_could_not_be_had(ada):
    claim = make_claim(ada)
    citation = failed(claim, ada)
    by_hand = make_capture(citation.source.page, method=Capture.Method.UPLOADED)

    reconsider_citing(by_hand.pk)

    citation.refresh_from_db()
    assert citation.capture == by_hand
    entry = Entry.objects.get(verb=Verb.COPY_ADOPTED)
    assert entry.after["capture"] == by_hand.pk
    assert entry.after["method"] == "uploaded"


def test_rung_twice_it_is_written_once(ada):
    citation = failed(make_claim(ada), ada)
    by_hand = make_capture(citation.source.page, method=Capture.Method.UPLOADED)

    reconsider_citing(by_hand.pk)
    reconsider_citing(by_hand.pk)

    assert Entry.objects.filter(verb=Verb.COPY_ADOPTED).count() == 1


def test_a_citation_that_rests_on_a_stored_copy_keeps_it(ada):
    citation = make_citation(make_claim(ada), ada)
    newer = make_capture(citation.source.page)

    reconsider_citing(newer.pk)

    kept = citation.capture
    citation.refresh_from_db()
    assert citation.capture == kept


def test_a_withdrawn_citation_and_a_failed_copy_change_nothing(ada):
    claim = make_claim(ada)
    citation = failed(claim, ada)
    again = make_capture(citation.source.page, state=Capture.State.FAILED, code="http_403")

    reconsider_citing(again.pk)

    citation.refresh_from_db()
    assert citation.capture != again
