"""A stored copy as people see it: text, as captured, screenshot, headers; and what is said when it can't be shown."""

from __future__ import annotations

import base64
import gzip
import io
import re
from html import unescape

import pytest
from django.urls import reverse

from apps.archive.actions import register_page, request_capture, upload_copy
from apps.archive.capturing import capture as capturing
from apps.archive.models import Capture
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from tests.archive.recorded import PNG, exchange, store_page
from tests.archive.servers import Route, redirect, site
from tests.newsroom import make_citation, make_claim, make_extract, make_page, make_person, make_reporter

pytestmark = pytest.mark.django_db
URL = "https://paper.example.com/story"


@pytest.fixture
def rita(client):
    rita = make_reporter()
    client.force_login(rita)
    return rita


def seen(client, capture, view="text"):
    answer = client.get(reverse("desk:capture", args=[capture.pk]), {"view": view})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def framed(client, capture, view="page"):
    """What the frame on the page is answered with."""
    (address,) = re.findall(r'<iframe sandbox src="([^"]+)"', seen(client, capture, view))
    return client.get(address)


def test_the_text_is_numbered_and_the_words_that_a_claim_rests_on_are_marked(client, rita):
    citation = make_citation(make_claim(rita), rita, quote="two soldiers  were “captured”")
    extract = make_extract(
        citation.capture,
        'First <b>words</b>.\nIt says that Two soldiers were "captured" there.',
        title="Two captured",
        byline="Ann Other",
        language="en",
    )
    page = client.get(reverse("desk:capture", args=[citation.capture_id])).content.decode()
    assert "First &lt;b&gt;words&lt;/b&gt;." in page
    assert 'id="p2"' in page
    assert "<mark>Two soldiers were &quot;captured&quot;</mark>" in page
    assert extract.title in page
    assert "Ann Other" in page
    assert "Language: en" in page


def test_the_page_as_captured_stands_in_a_sandbox_with_what_the_record_holds(client, rita):
    picture = "https://cdn.example.com/a.png"
    body = f'<p>Words</p><img src="{picture}"><img src="https://cdn.example.com/never.png"><script>alert(1)</script>'
    capture = store_page(make_page(URL), body, {picture: ("image/png", PNG)})
    answer = framed(client, capture)
    assert answer.status_code == 200
    assert "sandbox; default-src 'none'" in answer["Content-Security-Policy"]
    assert "frame-ancestors http://testserver" in answer["Content-Security-Policy"]
    text = answer.content.decode()
    assert "<p>Words</p>" in text
    assert "alert" not in text
    assert "cdn.example.com" not in text
    (address,) = re.findall(r'src="(/replay/[^"]+)"', text)
    shown = client.get(address)
    assert (shown.content, shown["Content-Type"]) == (PNG, "image/png")
    assert shown["X-Content-Type-Options"] == "nosniff"


def test_a_screenshot_and_the_page_after_its_scripts_are_there_when_a_browser_drew_it(client, rita):
    drawn = store_page(make_page(URL), "<p>Before</p>", screenshot=PNG, dom="<p onclick=x()>After</p>")
    (address,) = re.findall(r'<img src="(/replay/[^"]+)" alt="Screenshot', seen(client, drawn, "screenshot"))
    assert client.get(address).content == PNG
    assert framed(client, drawn, "dom").content == b"<p>After</p>"
    plain = store_page(make_page(URL), "<p>Before</p>")
    assert "view=screenshot" not in seen(client, plain)
    assert "No browser drew this page" in seen(client, plain, "screenshot")


def test_headers_are_shown_as_text_hop_by_hop(client, rita):
    hop = exchange(
        "https://paper.example.com/old", "text/html", "moved", 301, Location="/story", X_Say="<script>1</script>"
    )
    capture = store_page(make_page(URL), "<p>Words</p>", before=[hop], redirects=[{"url": hop.url, "status": 301}])
    raw = client.get(reverse("desk:capture", args=[capture.pk]), {"view": "headers"}).content.decode()
    assert "&lt;script&gt;1&lt;/script&gt;" in raw
    assert raw.index("301 Said") < raw.index("200 Said")


def test_a_pdf_is_given_away_and_never_opened_and_that_is_recorded(client, rita):
    pdf = b"%PDF-1.7\nnot much\n%%EOF"
    capture = store_page(make_page(URL), pdf, content_type="application/pdf")
    page = seen(client, capture, "page")
    assert "<iframe" not in page
    address = reverse("desk:capture_document", args=[capture.pk])
    assert address in page
    answer = client.get(address)
    assert answer.content == pdf
    assert answer["Content-Disposition"].startswith("attachment")
    entry = Entry.objects.get(verb=Verb.WARC_DOWNLOADED)
    assert (entry.actor, entry.after["document"]) == (rita, "application/pdf")


def test_whoever_may_not_download_evidence_gets_no_document(client):
    client.force_login(make_person("adam", "administrator"))
    capture = store_page(make_page(URL), b"%PDF-1.7\n%%EOF", content_type="application/pdf")
    assert "document/" not in seen(client, capture, "page")
    assert client.get(reverse("desk:capture_document", args=[capture.pk])).status_code == 403


def test_a_picture_is_shown_as_a_picture_and_text_as_text(client, rita):
    picture = store_page(make_page(URL), PNG, content_type="image/png")
    assert 'alt="The archived picture"' in seen(client, picture, "page")
    text = store_page(make_page(URL + ".txt"), "<script>alert(1)</script>", content_type="text/plain")
    assert framed(client, text).content == (
        b"<!doctype html><title>Text</title><pre>&lt;script&gt;alert(1)&lt;/script&gt;</pre>"
    )


def test_a_page_that_is_no_document_has_no_document(client, rita):
    capture = store_page(make_page(URL), "<p>Words</p>")
    assert client.get(reverse("desk:capture_document", args=[capture.pk])).status_code == 404
    assert not Entry.objects.filter(verb=Verb.WARC_DOWNLOADED).exists()


@pytest.mark.parametrize("state", [Capture.State.QUEUED, Capture.State.FAILED])
def test_a_copy_that_is_not_there_says_so(client, rita, state):
    citation = make_citation(make_claim(rita), rita, state=state, code="http_403" if state == "failed" else "")
    page = seen(client, citation.capture, "page")
    assert "There is nothing to look at" in page
    assert "<iframe" not in page


def test_a_page_that_the_archive_fetched_is_shown_with_all_that_it_fetched(client, rita, settings):
    """The whole way: a packed page, a picture behind a redirect, a style with a picture of its own."""
    page = b"<link rel=stylesheet href=/s.css><img src=/moved><img srcset='/b.png 2x'><a href=/next>Next</a>"
    routes = {
        "/story": Route(gzip.compress(page), headers={"Content-Encoding": "gzip"}),
        "/s.css": Route("a{background:url(c.png)}", headers={"Content-Type": "text/css"}),
        "/moved": redirect("/a.png"),
        **{f"/{name}.png": Route(PNG + name.encode(), headers={"Content-Type": "image/png"}) for name in "abc"},
    }
    settings.ARCHIVE_REQUISITES = 20
    with site(routes) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        asked = request_capture(register_page(f"http://{where}/story"), by=rita)
        assert capturing.run(asked.pk)
    asked.refresh_from_db()
    text = framed(client, asked).content.decode()
    assert str(where) not in re.sub(r'title="[^"]*"', "", text)
    addresses = re.findall(r"/replay/[^\" ]+", text)
    assert len(addresses) == 3
    answers = [client.get(address) for address in addresses]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert {answer.content for answer in answers[1:]} == {PNG + b"a", PNG + b"b"}
    (inner,) = re.findall(r"/replay/[^\"]+", answers[0].content.decode())
    assert client.get(inner).content == PNG + b"c"


class TestUploads:
    def uploaded(self, rita, data, name):
        return upload_copy(
            make_page(URL), io.BytesIO(data), by=rita, file_name=name, note="From a reader <b>in Kyiv</b>."
        )

    def test_the_mark_and_the_note_stand_on_every_view(self, client, rita):
        capture = self.uploaded(rita, b"<html><title>A</title><p>Words</p></html>", "a.html")
        for view in ("text", "page", "headers"):
            raw = client.get(reverse("desk:capture", args=[capture.pk]), {"view": view}).content.decode()
            assert "From a reader &lt;b&gt;in Kyiv&lt;/b&gt;." in raw
            assert "Uploaded by hand" in raw
        assert "No server sent this copy" in raw
        assert b"<p>Words</p>" in framed(client, capture).content

    def test_a_page_saved_in_one_file_is_shown_by_the_address_that_it_was_saved_from(self, client, rita):
        there = "https://other.example.com/deep/story"
        saved = f"""From: <Saved by Blink>
Snapshot-Content-Location: {there}
MIME-Version: 1.0
Content-Type: multipart/related; boundary="b"

--b
Content-Type: text/html
Content-Location: {there}

<html><p>Words</p><img src=i.png></html>
--b
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Location: https://other.example.com/deep/i.png

{base64.b64encode(PNG).decode()}
--b--
"""
        capture = self.uploaded(rita, saved.encode(), "a.mhtml")
        (address,) = re.findall(r'src="(/replay/[^"]+)"', framed(client, capture).content.decode())
        assert client.get(address).content == PNG


def test_an_unknown_view_is_the_text(client, rita):
    capture = store_page(make_page(URL), "<p>Words</p>")
    assert "Archived text" in seen(client, capture, "<script>")
