"""A source's page: what the archive holds of it, its facts, its record."""

import gzip

import pytest
from django.urls import reverse

from apps.archive.models import Attempt, Capture, record_name
from apps.archive.records.storage import draft
from apps.audit.models import Entry
from apps.claims.actions import correct_source
from apps.desk.forms import SourceForm
from apps.sources.models import Party, Source
from tests.newsroom import (
    make_attempt,
    make_citation,
    make_claim,
    make_editor,
    make_extract,
    make_outlet,
    make_source,
    store_record,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    ada = make_editor()
    client.force_login(ada)
    return ada


@pytest.fixture
def citation(ada):
    citation = make_citation(make_claim(ada, "Two were captured."), ada, outlet="Yonhap", credit_line="Yonhap")
    Capture.objects.filter(pk=citation.capture_id).update(
        http_status=200,
        ip="203.0.113.7",
        final_url="https://news.example.org/final",
        redirects=[{"url": "https://news.example.org/short", "status": 301, "ip": "203.0.113.7"}],
        content_type="text/html; charset=utf-8",
    )
    make_extract(citation.capture, "First paragraph.\nSecond <script>alert(1)</script> one.", title="Two captured")
    citation.capture.refresh_from_db()
    return citation


def page(client, source):
    response = client.get(reverse("desk:source", args=[source.pk]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_it_shows_the_text_as_text_and_every_fact_of_the_copy(client, citation):
    shown = page(client, citation.source)
    assert "First paragraph." in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert(1)" not in shown
    for fact in (
        "https://news.example.org/final",
        "https://news.example.org/short",
        "301",
        "200",
        "203.0.113.7",
        "text/html; charset=utf-8",
        citation.capture.body_digest,
        citation.capture.warc_digest,
        citation.capture.extract.text_digest,
        "Two were captured.",
    ):
        assert fact in shown


def test_a_failed_copy_says_why_and_offers_another_try(client, ada):
    citation = make_citation(make_claim(ada), ada, state=Capture.State.FAILED, code="http_403")
    make_attempt(citation.capture)
    shown = page(client, citation.source)
    assert "the server answered 403" in shown
    assert citation.capture.hint in shown
    assert reverse("desk:capture_retry", args=[citation.capture_id]) in shown


def test_what_the_site_answered_instead_is_kept_to_take_away_and_that_is_on_record(client, ada):
    citation = make_citation(make_claim(ada), ada, state=Capture.State.FAILED, code="http_403")
    body = gzip.compress(b"WARC/1.1\r\n")
    with draft() as record:
        record.write(body)
        record.keep(record_name(record.digest))
    attempt = make_attempt(citation.capture, warc_digest=record.digest)
    address = reverse("desk:attempt_record", args=[attempt.pk])
    assert address in page(client, citation.source)
    assert b"".join(client.get(address).streaming_content) == body
    assert Entry.objects.get(verb="warc_downloaded").after["record_sha256"] == record.digest
    bare = make_attempt(citation.capture, number=2)
    assert client.get(reverse("desk:attempt_record", args=[bare.pk])).status_code == 404
    Attempt.objects.filter(pk=attempt.pk).update(ended_at=None)
    assert client.get(address).status_code == 404


def test_trying_again_queues_it_and_goes_back_to_where_one_was(client, ada):
    claim = make_claim(ada)
    citation = make_citation(claim, ada, state=Capture.State.FAILED, code="http_403")
    retry = reverse("desk:capture_retry", args=[citation.capture_id])
    back = reverse("desk:claim", args=[claim.pk])
    assert client.post(retry, {"back": back}).headers["Location"] == back
    citation.capture.refresh_from_db()
    assert citation.capture.state == Capture.State.QUEUED
    home = reverse("desk:source", args=[citation.source_id])
    assert client.post(retry, {"back": "https://evil.example/"}).headers["Location"] == home
    assert client.post(retry, {"back": "//evil.example/"}).headers["Location"] == home


def test_a_copy_under_way_polls_and_one_that_is_read_does_not(client, ada, citation):
    moving = make_citation(make_claim(ada), ada, state=Capture.State.QUEUED)
    assert 'hx-trigger="every 1s"' in page(client, moving.source)
    assert "every 1s" not in page(client, citation.source)


def test_the_record_is_downloaded_under_a_safe_name_and_that_is_on_record(client, ada, citation):
    body = gzip.compress(b"WARC/1.1\r\n")
    store_record(citation.capture, body)
    response = client.get(reverse("desk:capture_record", args=[citation.capture_id]))
    assert b"".join(response.streaming_content) == body
    name = f"capture-{citation.capture_id}.warc.gz"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    entry = Entry.objects.get(verb="warc_downloaded")
    assert (entry.actor, entry.after["record_sha256"]) == (ada, citation.capture.warc_digest)


def test_facts_are_corrected_by_hand_and_stand_above_what_the_page_says(client, ada, citation):
    url = reverse("desk:source_correct", args=[citation.source_id])
    typed = facts(citation.source) | {"title": "A better title", "outlet": "afp", "credit_line": "AFP"}
    afp = make_outlet("AFP")
    assert client.post(url, typed).status_code == 302
    citation.source.refresh_from_db()
    source = citation.source
    assert (source.title, source.outlet, source.credit_line) == ("A better title", afp, "AFP")
    entry = Entry.objects.get(verb="source_corrected")
    assert (entry.before["outlet"], entry.after["outlet"]) == ("Yonhap", "AFP")
    assert Party.objects.filter(kind="outlet").count() == 2


def test_a_date_that_can_not_be_read_is_refused_and_nothing_typed_is_lost(client, ada):
    url = reverse("desk:source_correct", args=[make_source().pk])
    response = client.post(url, {"title": "My title", "published_at": "the day before", "expected_version": 1})
    assert response.status_code == 422
    assert "My title" in response.content.decode()
    assert not Entry.objects.filter(verb="source_corrected").exists()


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1612-01-01T00:00"])
def test_a_date_that_no_database_can_hold_is_refused(client, ada, moment):
    source = make_source()
    url = reverse("desk:source_correct", args=[source.pk])
    assert client.post(url, facts(source) | {"published_at": moment}).status_code == 422
    claim_open = client.post(reverse("desk:claim_open"), {"statement": "A claim.", "due": moment})
    assert claim_open.status_code == 422


def test_the_form_sends_on_only_what_was_changed_in_it(client, ada):
    """The worker fills in the headline while somebody types a byline: both stay."""
    source = make_source(title="x")
    url = reverse("desk:source_correct", args=[source.pk])
    shown = facts(source)
    other = make_editor("ben")
    correct_source(source, by=other, expected_version=1, credit_line="AFP")
    late = client.post(url, shown | {"byline": "Anna Orlova"})
    assert late.status_code == 409
    assert "Ben corrected the source" in late.content.decode()
    assert "Anna Orlova" in late.content.decode()
    assert client.post(url, shown | {"byline": "Anna Orlova", "expected_version": 2}).status_code == 302
    source.refresh_from_db()
    assert (source.credit_line, source.byline) == ("AFP", "Anna Orlova")


def test_an_untouched_form_changes_nothing(client, ada):
    source = make_source()
    Source.objects.update(published_at="2025-01-12T10:15:33Z")
    source.refresh_from_db()
    assert client.post(reverse("desk:source_correct", args=[source.pk]), facts(source)).status_code == 302
    assert not Entry.objects.filter(verb="source_corrected").exists()


def test_a_record_that_is_gone_is_not_found_and_no_download_is_recorded(client, ada):
    citation = make_citation(make_claim(ada), ada)
    assert client.get(reverse("desk:capture_record", args=[citation.capture_id])).status_code == 404
    store_record(citation.capture, b"evidence")
    assert client.head(reverse("desk:capture_record", args=[citation.capture_id])).status_code == 200
    assert not Entry.objects.filter(verb="warc_downloaded").exists()


def facts(source):
    """What a browser sends back of an untouched form: each field, and beside it what it was when the form was shown."""
    fields = SourceForm.facts(source)
    moment = fields["published_at"]
    shown = {
        **fields,
        "published_at": moment.strftime("%Y-%m-%dT%H:%M:%S") if moment else "",
    }
    return shown | {f"initial-{name}": value for name, value in shown.items()}
