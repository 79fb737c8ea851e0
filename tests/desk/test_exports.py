"""Copies leave the desk in a file that others open: whole, on record, or refused in words."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from functools import partial
from pathlib import Path

import pytest
from django.urls import reverse

from apps.archive.models import Capture
from apps.archive.records.storage import archive
from apps.audit.models import Entry
from apps.claims.actions import withdraw_citation
from apps.claims.models import Citation
from apps.claims.states import Stance
from apps.sources.models import Source
from tests.archive.copies import copies_of_a_site
from tests.newsroom import make_citation, make_claim, make_editor

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    editor = make_editor()
    client.force_login(editor)
    return editor


@pytest.fixture
def claim(ada, settings):
    """A claim with two copies that are stored, and one that is not."""
    claim = make_claim(ada, "Two were captured.")
    with copies_of_a_site(settings) as copies:
        for path in ("/story", "/paper.pdf", "/refused"):
            capture = copies.page(path)
            source = Source.objects.create(page=capture.page, title=path)
            Citation.objects.create(claim=claim, source=source, capture=capture, stance=Stance.SUPPORTS, cited_by=ada)
    return claim


def opened(response):
    data = b"".join(response.streaming_content)
    assert int(response.headers["Content-Length"]) == len(data)
    return data, zipfile.ZipFile(io.BytesIO(data))


def stored(claim):
    return [one.capture for one in claim.citations.order_by("id") if one.capture.is_stored]


def test_one_copy_comes_under_a_safe_name_and_that_is_on_record(client, ada, claim):
    capture, _ = stored(claim)
    response = client.get(reverse("desk:capture_wacz", args=[capture.pk]))
    data, wacz = opened(response)
    assert f"archive/{capture.warc_digest}.warc.gz" in wacz.namelist()
    assert response.headers["Content-Disposition"] == f'attachment; filename="capture-{capture.pk}.wacz"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    entry = Entry.objects.get(verb="wacz_downloaded")
    assert (entry.actor, entry.stream) == (ada, capture.page.stream)
    assert entry.sentence == f"Ada downloaded a WACZ with 1 archived copy: {capture.page.url}"
    assert entry.after["wacz_sha256"] == hashlib.sha256(data).hexdigest()
    assert entry.after["record_sha256"] == {f"capture {capture.pk}": capture.warc_digest}


def test_all_stored_copies_of_a_claim_come_in_one_and_it_says_what_is_not_in_it(client, ada, claim):
    data, wacz = opened(client.get(reverse("desk:claim_wacz", args=[claim.pk])))
    assert {name for name in wacz.namelist() if name.startswith("archive/")} == {
        f"archive/{capture.warc_digest}.warc.gz" for capture in stored(claim)
    }
    package = json.loads(wacz.read("datapackage.json"))
    assert package["title"] == f"Copies of the pages that are cited on claim {claim.pk}"
    assert package["description"].startswith("Cited, and not in here because there is no stored copy of it: http://")
    assert "/refused." in package["description"]
    entry = Entry.objects.get(verb="wacz_downloaded")
    assert entry.stream == claim.stream
    assert entry.sentence == "Ada downloaded a WACZ with 2 archived copies: Two were captured."
    assert entry.after["wacz_sha256"] == hashlib.sha256(data).hexdigest()
    shown = client.get(reverse("desk:claim", args=[claim.pk])).content.decode()
    assert "downloaded a WACZ with 2 archived copies" in shown


def test_a_withdrawn_citation_is_not_in_it(client, ada, claim):
    first, second = stored(claim)
    withdraw_citation(claim.citations.get(capture=second), by=ada, reason="It is about something else.")
    _, wacz = opened(client.get(reverse("desk:claim_wacz", args=[claim.pk])))
    assert [name for name in wacz.namelist() if name.startswith("archive/")] == [f"archive/{first.warc_digest}.warc.gz"]


@pytest.mark.parametrize("name", ["capture_wacz", "claim_wacz"])
@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_a_record_that_is_missing_or_damaged_is_refused_in_words_and_nothing_is_on_record(client, claim, name, harm):
    capture, _ = stored(claim)
    path = Path(archive().path(capture.warc_name))
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1])
    response = client.get(reverse(f"desk:{name}", args=[capture.pk if name == "capture_wacz" else claim.pk]))
    page = response.content.decode()
    assert response.status_code == 409
    assert capture.page.url in page
    assert harm in page
    assert "Nothing was handed out" in page
    assert not Entry.objects.filter(verb="wacz_downloaded").exists()


def test_a_claim_without_a_stored_copy_is_refused_in_words(client, ada):
    claim = make_claim(ada)
    response = client.get(reverse("desk:claim_wacz", args=[claim.pk]))
    assert response.status_code == 409
    assert "There is no stored copy to hand out." in response.content.decode()


def test_a_copy_that_is_not_stored_is_not_found(client, ada):
    capture = make_citation(make_claim(ada), ada, state=Capture.State.QUEUED).capture
    assert client.get(reverse("desk:capture_wacz", args=[capture.pk])).status_code == 404


def test_a_disk_without_room_is_refused_in_words(client, ada, claim, monkeypatch):
    """A device that is always full stands in for the disk."""
    monkeypatch.setattr(tempfile, "TemporaryFile", partial(open, "/dev/full", "w+b", buffering=0))
    response = client.get(reverse("desk:claim_wacz", args=[claim.pk]))
    assert response.status_code == 409
    assert "no room left" in response.content.decode()


def test_asking_only_for_the_head_is_no_download(client, claim):
    response = client.head(reverse("desk:claim_wacz", args=[claim.pk]))
    assert response.status_code == 200
    assert int(response.headers["Content-Length"]) > 1_000
    assert not Entry.objects.filter(verb="wacz_downloaded").exists()


def test_the_pages_offer_it_to_those_who_may(client, claim):
    capture, _ = stored(claim)
    source = client.get(reverse("desk:source", args=[capture.page.source.pk])).content.decode()
    assert reverse("desk:capture_wacz", args=[capture.pk]) in source
    assert (
        reverse("desk:claim_wacz", args=[claim.pk])
        in client.get(reverse("desk:claim", args=[claim.pk])).content.decode()
    )
