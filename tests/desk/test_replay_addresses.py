"""Addresses of archived bytes: who answers where, for how long, for which copy; and what is said when none can."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from apps.archive.models import Contents
from apps.archive.records.contents import entries
from apps.archive.records.storage import discard
from apps.desk.replay_addresses import GOOD_FOR_SECONDS, Ticket, path
from apps.desk.replay_urls import urlpatterns
from tests.archive.object_store import running
from tests.archive.recorded import PNG, store_page
from tests.archive.stores import Objects
from tests.newsroom import make_extract, make_page, make_reporter

pytestmark = pytest.mark.django_db
URL = "https://paper.example.com/story"
PICTURE = "https://paper.example.com/a.png"
DESK = "http://testserver"
ORIGIN = "http://archive.test"


@pytest.fixture
def capture():
    return store_page(make_page(URL), f'<p>Words</p><img src="{PICTURE}">', {PICTURE: ("image/png", PNG)})


def token(capture):
    return Ticket(capture.pk, DESK).signed()


def offset(capture, url):
    return next(entry.offset for entry in entries(Contents.objects.get(capture=capture).cdxj) if entry.url == url)


def page_path(capture):
    return path(token(capture), "page")


def part_path(capture, url, ticket=""):
    return path(ticket or token(capture), "part", offset(capture, url))


class TestWithAHostOfItsOwn:
    @pytest.fixture(autouse=True)
    def _another_host(self, settings):
        settings.ARCHIVE_ORIGIN = ORIGIN
        settings.ALLOWED_HOSTS = ["testserver", "archive.test"]

    def test_archived_pages_are_answered_there_and_not_at_the_desk(self, client, capture):
        assert client.get(page_path(capture), headers={"host": "archive.test"}).status_code == 200
        assert client.get(page_path(capture)).status_code == 404
        client.force_login(make_reporter())
        assert client.get(page_path(capture)).status_code == 404

    @pytest.mark.parametrize(
        "path", ["/", "/healthz", "/sign-in/", "/claims/", "/admin/", "/static/desk/desk.css", "/replay/"]
    )
    def test_nothing_else_of_the_desk_is_there(self, client, path):
        client.force_login(make_reporter())
        answer = client.get(path, headers={"host": "archive.test"})
        assert answer.status_code == 404
        assert b"nothing at this address" in answer.content
        assert "sandbox" in answer["Content-Security-Policy"]

    def test_no_cookie_is_looked_at_or_set(self, client, capture):
        client.force_login(make_reporter())
        answer = client.get(page_path(capture), headers={"host": "archive.test"})
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")

    def test_the_desks_page_takes_its_frame_from_there_and_from_nowhere_else(self, client, capture):
        client.force_login(make_reporter())
        answer = client.get(reverse("desk:capture", args=[capture.pk]), {"view": "page"})
        policy = answer["Content-Security-Policy"]
        assert f"frame-src {ORIGIN}/replay/" in policy
        assert "script-src 'self'" in policy
        assert f'<iframe sandbox src="{ORIGIN}/replay/' in answer.content.decode()
        assert "frame-src" not in client.get(reverse("desk:queue"))["Content-Security-Policy"]

    def test_another_port_is_another_host(self, client, capture):
        assert client.get(page_path(capture), headers={"host": "archive.test:81"}).status_code == 404


class TestWalls:
    def test_every_answer_has_them(self, client, capture):
        for answer in (
            client.get(page_path(capture)),
            client.get(part_path(capture, PICTURE)),
            client.get("/replay/x/page"),
        ):
            policy = answer["Content-Security-Policy"]
            assert policy.startswith("sandbox; default-src 'none'")
            assert "form-action 'none'" in policy
            assert "script" not in policy
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["Referrer-Policy"] == "no-referrer"
            assert answer["Cache-Control"] == "no-store"
            assert "Set-Cookie" not in answer

    def test_a_page_may_be_framed_by_the_desk_that_signed_it_alone(self, client, capture):
        assert f"frame-ancestors {DESK}" in client.get(page_path(capture))["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in client.get(part_path(capture, PICTURE))["Content-Security-Policy"]

    @pytest.mark.parametrize("wanted", ["document", "script", "object", "embed", "empty", "worker", "frame"])
    def test_what_a_browser_wants_for_anything_else_it_does_not_get(self, client, capture, wanted):
        for address in (page_path(capture), part_path(capture, PICTURE)):
            answer = client.get(address, headers={"sec-fetch-dest": wanted})
            assert answer.status_code == 403
            assert b"Words" not in answer.content

    @pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
    def test_it_is_only_looked_at(self, client, capture, method):
        assert getattr(client, method)(page_path(capture)).status_code == 405


def test_there_are_these_addresses_of_replay_and_no_others():
    """Each of them is a way to archived bytes without a sign-in: one more needs tests of its own."""
    assert {pattern.name for pattern in urlpatterns} == {"replay_root", "replay_page", "replay_dom", "replay_part"}


class TestTickets:
    def test_an_address_is_good_for_minutes_and_then_says_so(self, client, capture):
        address = page_path(capture)
        with time_machine.travel(timezone.now() + timedelta(seconds=GOOD_FOR_SECONDS + 2)):
            answer = client.get(address)
        assert answer.status_code == 403
        assert b"Reload the page around it" in answer.content
        assert b"Words" not in answer.content
        assert f"frame-ancestors {DESK}" in answer["Content-Security-Policy"]

    @pytest.mark.parametrize("forged", ["x", "a:b:c", "%00", "WzEsIiJd:1abc:xyz", "..", "%2e%2e%2f"])
    def test_one_that_nobody_signed_opens_nothing(self, client, capture, forged):
        assert client.get(f"/replay/{forged}/page").status_code in (302, 404)
        assert client.get(f"/replay/{forged}/0").status_code in (302, 404)

    def test_a_ticket_of_one_copy_opens_no_other(self, client, capture):
        other = store_page(
            make_page(URL + "/2"), "<p>Secret of another</p>" * 30, {PICTURE + "2": ("image/png", PNG + b"other")}
        )
        for at in {offset(other, PICTURE + "2"), offset(other, URL + "/2")} - {
            offset(capture, PICTURE),
            offset(capture, URL),
        }:
            answer = client.get(path(token(capture), "part", at))
            assert answer.status_code == 404
            assert b"other" not in answer.content

    def test_a_place_that_is_not_in_the_index_is_nothing(self, client, capture):
        for at in (0, 1, 10**18):
            assert client.get(path(token(capture), "part", at)).status_code == 404
        for path_in in ("../../etc/passwd", "page/../../x", "-1", "sha256/aa"):
            assert client.get(f"/replay/{token(capture)}/{path_in}").status_code in (302, 404)

    def test_a_copy_that_is_not_stored_is_nothing(self, client, capture):
        address = page_path(capture)
        type(capture).objects.filter(pk=capture.pk).update(state="failed", code="http_404")
        assert client.get(address).status_code == 404


KINDS = {
    "text/html": None,
    "application/javascript": None,
    "text/javascript": None,
    "application/xhtml+xml": None,
    "text/xml": None,
    "application/pdf": None,
    "application/octet-stream": None,
    "text/plain": None,
    "": None,
    "video/mp4": None,
    "image/png": "image/png",
    "image/jpg": "image/jpeg",
    "image/svg+xml": "image/svg+xml",
    "font/woff2": "font/woff2",
    "text/css": "text/css; charset=utf-8",
}


@pytest.mark.parametrize("kind", KINDS)
def test_of_what_lies_beside_a_page_only_pictures_styles_and_fonts_are_sent_under_our_own_name_for_them(client, kind):
    url = "https://paper.example.com/part"
    held = store_page(make_page(URL), "<p>x", {url: (kind, "<html><script>alert(1)</script>")})
    answer = client.get(part_path(held, url))
    if KINDS[kind] is None:
        assert answer.status_code == 404
        assert b"alert" not in answer.content
    else:
        assert (answer.status_code, answer["Content-Type"]) == (200, KINDS[kind])
        assert answer.get("Access-Control-Allow-Origin") == ("*" if kind.startswith("font") else None)


def test_what_a_server_did_not_name_is_judged_by_its_bytes(client):
    url = "https://paper.example.com/part"
    held = store_page(make_page(URL), f"<img src={url}>", {url: ("application/octet-stream", PNG)})
    assert client.get(part_path(held, url))["Content-Type"] == "image/png"


def test_a_style_is_written_anew_by_its_own_address(client):
    css = "https://cdn.example.com/deep/s.css"
    parts = {
        css: ("text/css", "a{b:url(i.png);c:url(/n.png)}"),
        "https://cdn.example.com/deep/i.png": ("image/png", PNG),
    }
    held = store_page(make_page(URL), f"<link rel=stylesheet href={css}>", parts)
    answer = client.get(part_path(held, css)).content.decode()
    assert f"/{offset(held, 'https://cdn.example.com/deep/i.png')}" in answer
    assert 'c:url("data:,")' in answer


class TestTrouble:
    def said(self, client, capture, status):
        answer = client.get(page_path(capture))
        assert answer.status_code == status
        return answer.content.decode()

    def test_a_record_that_is_gone_is_said_to_be(self, client, capture):
        discard(capture.warc_digest)
        assert "can&#x27;t find the record" in self.said(client, capture, 404)
        client.force_login(make_reporter())
        assert (
            "find the record"
            in client.get(reverse("desk:capture", args=[capture.pk]), {"view": "headers"}).content.decode()
        )
        assert client.get(reverse("desk:capture_document", args=[capture.pk])).status_code == 302

    def test_a_record_that_is_damaged_is_said_to_be(self, client, capture):
        Contents.objects.filter(capture=capture).update(
            cdxj=Contents.objects.get(capture=capture).cdxj.replace('"length": "', '"length": "1')
        )
        broken = Contents.objects.get(capture=capture)
        broken.cdxj = broken.cdxj.replace("sha256:", "sha256:0")
        broken.save()
        assert "damaged" in self.said(client, capture, 404)

    def test_an_index_that_can_not_be_read_is_said_to_be(self, client, capture):
        Contents.objects.filter(capture=capture).update(cdxj="no index\n")
        assert "damaged" in self.said(client, capture, 404)
        client.force_login(make_reporter())
        address = reverse("desk:capture", args=[capture.pk])
        assert "damaged" in client.get(address, {"view": "page"}).content.decode()
        make_extract(capture, "What was read is still there.")
        assert "What was read is still there." in client.get(address).content.decode()

    def test_a_copy_without_an_index_holds_nothing_to_show(self, client, capture):
        Contents.objects.filter(capture=capture).delete()
        assert "holds nothing" in self.said(client, capture, 404)

    def test_a_store_that_is_away_is_said_to_be_and_may_be_there_again(self, client, settings):
        with running() as address:
            store = Objects(address)
            settings.STORAGES = {**settings.STORAGES, "archive": {"BACKEND": store.backend, "OPTIONS": store.options}}
            store.make()
            capture = store_page(make_page(URL), "<p>Words</p>")
            assert "Words" in self.said(client, capture, 200)
        assert "store can&#x27;t be reached" in self.said(client, capture, 503)
