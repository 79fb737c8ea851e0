"""Documents as they are cited: fetched from a real server, kept as they were sent, and read for what they are."""

import hashlib
from contextlib import contextmanager
from dataclasses import replace

import pytest
from django.urls import reverse

from apps.archive.actions import register_page, request_capture
from apps.archive.capturing import capture as workshop
from apps.archive.models import Contents
from apps.archive.reading import reader
from apps.archive.records.contents import entries
from apps.audit.context import Channel, entered_by
from apps.sources.actions import register_source
from tests.archive import uploads
from tests.archive.servers import Route, site
from tests.newsroom import make_reporter

pytestmark = pytest.mark.django_db

DOCUMENTS = {
    "pdf": (uploads.pdf("Two captured."), "application/pdf", "Two captured.", ""),
    "pdf, badly sent": (uploads.pdf("Two captured."), "application/octet-stream", "Two captured.", ""),
    "scan": (uploads.pdf_of(b""), "application/pdf", "", "pictures only"),
    "png": (uploads.png(), "image/png", "", "this is a picture"),
    "webp": (uploads.webp(), "image/webp", "", "this is a picture"),
    "text": (b"A statement.\n\nTwo captured.", "text/plain", "Two captured.", ""),
    "json": (b'{"figure": 1.10}', "application/json", '"figure": 1.10', ""),
}


@contextmanager
def captured(settings, body, content_type, by):
    with site({"/doc": Route(body, headers={"Content-Type": content_type})}) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        asked = request_capture(register_page(f"http://{where}/doc"), by=by)
        with entered_by(Channel.WORKER):
            assert workshop.run(asked.pk)
            reader.run(asked.pk)
        asked.refresh_from_db()
        yield asked


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_is_kept_as_it_was_sent_and_read_for_what_it_is(client, settings, name):
    body, content_type, text, problem = DOCUMENTS[name]
    rita = make_reporter()
    with captured(settings, body, content_type, rita) as copy:
        assert (copy.state, copy.content_type) == ("stored", content_type)
        assert copy.body_digest == hashlib.sha256(body).hexdigest()
        assert reader.body_of(copy) == body
        assert text in copy.extract.text
        assert problem in copy.extract.problem
        client.force_login(rita)
        source = register_source(copy.page.url, by=rita)
        shown = client.get(reverse("desk:source", args=[source.pk])).content.decode()
        assert content_type in shown
        assert (problem or text.replace('"', "&quot;")) in shown


class TestReadingBack:
    def test_the_page_is_found_by_its_address_and_the_rest_of_the_record_is_left_alone(self, settings):
        """What stands before the page in the record is broken here: only the page is read."""
        body, content_type, *_ = DOCUMENTS["text"]
        with captured(settings, body, content_type, make_reporter()) as copy:
            (entry,) = entries(copy.contents.cdxj)
            with reader.open_record(copy.warc_name) as file:
                data = file.read()
            broken = b"broken" * 100 + data[entry.offset :]
            moved = replace(entry, offset=600)
            store(copy, broken)
            Contents.objects.filter(pk=copy.pk).update(cdxj=moved.line())
            assert reader.body_of(copy) == body

    @pytest.mark.parametrize(
        "cdxj", ["", 'com,example)/ 20260101000000 {"url": "https://example.com/", "offset": "0", "length": "9"}\n']
    )
    def test_without_an_index_that_knows_it_the_record_is_gone_through(self, settings, cdxj):
        body, content_type, *_ = DOCUMENTS["pdf"]
        with captured(settings, body, content_type, make_reporter()) as copy:
            Contents.objects.filter(pk=copy.pk).update(cdxj=cdxj)
            assert reader.body_of(copy) == body
            Contents.objects.all().delete()
            assert reader.body_of(copy) == body

    def test_an_index_that_leads_astray_is_an_error_and_no_other_page(self, settings):
        body, content_type, *_ = DOCUMENTS["pdf"]
        with captured(settings, body, content_type, make_reporter()) as copy:
            (entry,) = entries(copy.contents.cdxj)
            Contents.objects.filter(pk=copy.pk).update(cdxj=replace(entry, offset=0).line())
            with pytest.raises(ValueError, match="don't fit"):
                reader.body_of(copy)


def store(copy, data):
    with reader.open_record(copy.warc_name) as file:
        path = file.name
    with open(path, "wb") as out:
        out.write(data)
