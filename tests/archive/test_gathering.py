"""What belongs to a page comes into its record, within the page's budget and through the same guard."""

import gzip
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from warcio.archiveiterator import ArchiveIterator

from apps.archive.actions import register_page, request_capture
from apps.archive.capturing import capture, gathering
from apps.archive.configured import limits
from apps.archive.models import Capture
from apps.archive.reading import reader
from apps.archive.records.contents import entries, find, read
from apps.archive.records.storage import open_record
from apps.audit.context import Channel, entered_by
from tests.archive.servers import Route, chunked, redirect, site
from tests.newsroom import make_reporter

pytestmark = pytest.mark.django_db
PICTURE = Route(b"\x89PNG\r\n\x1a\n" + bytes(2_000), headers={"Content-Type": "image/png"})


def page(*tags):
    return Route(f"<html><head><link rel=icon href=/icon.png>{''.join(tags)}</head><body><p>Words.</p></body></html>")


def style(text):
    return Route(text, headers={"Content-Type": "text/css"})


@pytest.fixture
def copied(settings):
    settings.ARCHIVE_REQUISITES = 20
    rita = make_reporter()

    def copied(where, path="/story"):
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        asked = request_capture(register_page(f"http://{where}{path}"), by=rita)
        with entered_by(Channel.WORKER):
            capture.run(asked.pk)
        asked.refresh_from_db()
        return asked

    return copied


def recorded(asked, where):
    """The paths of all answers in the record, those that only point to an earlier one included."""
    with open_record(asked.warc_name) as file:
        return [
            entry.rec_headers.get_header("WARC-Target-URI").removeprefix(f"http://{where}")
            for entry in ArchiveIterator(file)
            if entry.rec_type in ("response", "revisit")
        ]


def asked_for(where):
    return sorted(request.split(b" ")[1].decode() for request in where.requests)


def test_pictures_styles_and_what_styles_name_are_in_the_pages_record(copied):
    routes = {
        "/story": page("<link rel=stylesheet href=/a.css>", "<img src=/one.png srcset='/two.png 2x'>"),
        "/a.css": style("@import '/b.css'; body { background: url(/three.png) }"),
        "/b.css": style("@font-face { src: url(/font.woff2) }"),
        **dict.fromkeys(["/icon.png", "/one.png", "/two.png", "/three.png", "/font.woff2"], PICTURE),
    }
    with site(routes) as where:
        asked = copied(where)
        assert sorted(recorded(asked, where)) == asked_for(where) == sorted(routes)
    assert (asked.state, asked.requisites, asked.requisites_missing) == (Capture.State.STORED, 7, 0)
    assert {entry.url.removeprefix(f"http://{where}") for entry in entries(asked.contents.cdxj)} == set(routes)
    found = find(asked.contents.cdxj, f"http://{where}/a.css")
    with open_record(asked.warc_name) as file:
        assert b"@import" in read(file, found, asked.contents.cdxj).decoded(limits())
    assert b"Words." in reader.body_of(asked)


def test_each_is_asked_for_once_however_often_it_is_named(copied):
    with site({"/story": page("<img src=/one.png>" * 5), "/icon.png": PICTURE, "/one.png": PICTURE}) as where:
        copied(where)
        assert asked_for(where) == ["/icon.png", "/one.png", "/story"]


def test_one_that_is_not_there_costs_no_other_and_not_the_page(copied):
    with site({"/story": page("<img src=/gone.png><img src=/one.png>"), "/one.png": PICTURE}) as where:
        asked = copied(where)
    assert (asked.state, asked.code) == (Capture.State.STORED, "")
    assert (asked.requisites, asked.requisites_missing) == (1, 2)
    with open_record(asked.warc_name) as file:
        facts = [
            entry.content_stream().read().decode() for entry in ArchiveIterator(file) if entry.rec_type == "metadata"
        ]
    assert "/gone.png (http_404)" in facts[0]


def test_a_picture_in_a_broken_packing_hides_nothing(copied):
    broken = Route(b"\x1f\x8bnonsense", headers={"Content-Encoding": "gzip", "Content-Type": "image/png"})
    with site({"/story": page("<img src=/one.png>"), "/icon.png": PICTURE, "/one.png": broken}) as where:
        asked = copied(where)
    assert asked.requisites == 2
    assert b"Words." in reader.body_of(asked)


def test_a_site_without_the_icon_that_every_browser_asks_for_lacks_nothing(copied):
    with site({"/story": Route("<html><body><p>Words.</p></body></html>")}) as where:
        asked = copied(where)
        assert asked_for(where) == ["/favicon.ico", "/story"]
    assert (asked.requisites, asked.requisites_missing) == (0, 0)


def test_the_guard_stands_before_these_as_before_the_page(copied):
    with site({"/x.png": PICTURE, "/to.png": PICTURE}) as inside:
        tags = f"<img src=http://{inside}/x.png><img src=/away.png><img src=file:///etc/passwd>"
        routes = {"/story": page(tags), "/icon.png": PICTURE, "/away.png": redirect(f"http://{inside}/to.png")}
        with site(routes) as where:
            asked = copied(where)
    assert inside.requests == []
    assert asked.state == Capture.State.STORED
    assert (asked.requisites, asked.requisites_missing) == (1, 2)


class TestLimits:
    def test_no_more_than_so_many(self, copied, settings):
        settings.ARCHIVE_REQUISITES = 3
        tags = "".join(f"<img src=/{number}.png>" for number in range(9))
        with site({"/story": page(tags), **{f"/{number}.png": PICTURE for number in range(9)}}) as where:
            asked = copied(where)
            assert len(where.requests) == 4
        assert (asked.state, asked.code) == (Capture.State.PARTIAL, "requisites_cut")
        assert asked.is_stored
        assert asked.caution
        assert not asked.failure

    def test_none_at_all_when_the_operator_wants_none(self, copied, settings):
        settings.ARCHIVE_REQUISITES = 0
        with site({"/story": page("<img src=/one.png>")}) as where:
            asked = copied(where)
            assert len(where.requests) == 1
        assert asked.state == Capture.State.STORED

    def test_one_that_is_too_large_is_left_out(self, copied, settings):
        settings.ARCHIVE_ASSET_BYTES = 1_000
        with site({"/story": page("<img src=/one.png>"), "/icon.png": Route(b"x"), "/one.png": PICTURE}) as where:
            asked = copied(where)
        assert (asked.state, asked.requisites) == (Capture.State.PARTIAL, 1)

    def test_all_together_are_no_larger_than_the_capture_may_be(self, copied, settings):
        settings.ARCHIVE_TOTAL_BYTES, settings.ARCHIVE_AT_ONCE = 5_000, 1
        tags = "".join(f"<img src=/{number}.png>" for number in range(9))
        routes = {f"/{number}.png": PICTURE for number in range(9)}
        with site({"/story": page(tags), "/icon.png": PICTURE, **routes}) as where:
            asked = copied(where)
        assert (asked.state, asked.code) == (Capture.State.PARTIAL, "requisites_cut")
        assert 0 < asked.requisites < 4

    def test_what_comes_before_a_picture_is_a_part_of_what_the_capture_may_be(self, copied, settings):
        settings.ARCHIVE_TOTAL_BYTES, settings.ARCHIVE_AT_ONCE = 50_000, 1
        tags = "".join(f"<img src=/{number}.png>" for number in range(15))
        heavy = Route(b"x", headers={"Content-Type": "image/png", "X-Weight": "y" * 9_000})
        with site({"/story": page(tags), **{f"/{number}.png": heavy for number in range(15)}}) as where:
            asked = copied(where)
        assert (asked.state, asked.code) == (Capture.State.PARTIAL, "requisites_cut")
        assert 0 < asked.requisites < 7

    @pytest.mark.parametrize("damage", [b"", b"?"], ids=["whole", "damaged at the end"])
    def test_all_styles_together_are_no_larger_unpacked_than_the_capture_may_be(self, copied, settings, damage):
        settings.ARCHIVE_TOTAL_DECODED_BYTES = 1_000_000
        tags = "".join(f"<link rel=stylesheet href=/{number}.css>" for number in range(4))
        routes = {"/story": page(tags), "/icon.png": PICTURE}
        for number in range(4):
            packed = gzip.compress(f"a {{ background: url(/{number}.png) }}".encode() + b" " * 600_000)
            packed = packed[: -len(damage)] + damage if damage else packed
            headers = {"Content-Type": "text/css", "Content-Encoding": "gzip"}
            routes |= {f"/{number}.css": Route(packed, headers=headers), f"/{number}.png": PICTURE}
        with site(routes) as where:
            asked = copied(where)
            came = {path for path in asked_for(where) if path.endswith(".png")}
        assert came == {"/icon.png"} | (set() if damage else {"/0.png"})
        assert (asked.state, asked.code) == (Capture.State.PARTIAL, "requisites_cut")
        settings.ARCHIVE_TOTAL_DECODED_BYTES = 10_000_000
        Capture.objects.update(requested_at=timezone.now() - timedelta(hours=1))
        with site(routes) as where:
            assert copied(where).state == Capture.State.STORED

    @pytest.mark.parametrize(
        "picture",
        [
            Route(chunked(b"x" * 3_000), headers={"Content-Type": "image/png", "Transfer-Encoding": "chunked"}),
            Route(b"x" * 2_000, status=404),
        ],
        ids=["beyond the limit of one", "sent with a refusal"],
    )
    def test_what_is_sent_in_vain_is_counted_too(self, copied, settings, picture):
        settings.ARCHIVE_TOTAL_BYTES, settings.ARCHIVE_AT_ONCE, settings.ARCHIVE_ASSET_BYTES = 8_000, 1, 1_500
        tags = "".join(f"<img src=/{number}.png>" for number in range(15))
        routes = {f"/{number}.png": picture for number in range(15)}
        with site({"/story": page(tags), "/icon.png": Route(b"x"), **routes}) as where:
            asked = copied(where)
            assert len(where.requests) < 9
        assert (asked.state, asked.code) == (Capture.State.PARTIAL, "requisites_cut")

    def test_no_style_is_looked_into_after_the_captures_time(self, copied, settings, monkeypatch):
        settings.ARCHIVE_CAPTURE_SECONDS = 2

        def slowly(text, base):
            time.sleep(0.4)
            return []

        monkeypatch.setattr(gathering.requisites, "in_css", slowly)
        tags = "".join(f"<link rel=stylesheet href=/{number}.css>" for number in range(15))
        with site({"/story": page(tags), **{f"/{number}.css": style("a { b: c }") for number in range(15)}}) as where:
            asked = copied(where)
        took = (asked.settled_at - asked.attempts.get().started_at).total_seconds()
        assert took < 4
        assert (asked.state, asked.code, asked.requisites) == (Capture.State.PARTIAL, "requisites_cut", 15)

    def test_a_site_that_asks_for_fewer_requests_is_asked_for_nothing_more(self, copied, settings):
        settings.ARCHIVE_AT_ONCE = 1
        tags = "".join(f"<img src=/{number}.png>" for number in range(9))
        busy = Route(b"", status=429, headers={"Retry-After": "60"})
        with site(
            {"/story": page(tags), "/icon.png": busy, **{f"/{number}.png": busy for number in range(9)}}
        ) as where:
            asked = copied(where)
            assert len(where.requests) == 2
        assert (asked.state, asked.requisites) == (Capture.State.STORED, 0)

    def test_a_slow_one_takes_no_more_than_the_captures_time(self, copied, settings):
        settings.ARCHIVE_RESOURCE_SECONDS, settings.ARCHIVE_CAPTURE_SECONDS = 1, 2
        routes = {"/story": page("<img src=/slow.png>"), "/icon.png": PICTURE, "/slow.png": Route("x", delay=5)}
        with site(routes) as where:
            asked = copied(where)
        took = (asked.settled_at - asked.attempts.get().started_at).total_seconds()
        assert took < 3
        assert (asked.state, asked.requisites) == (Capture.State.PARTIAL, 1)
