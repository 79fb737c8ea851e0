"""A copy that a browser draws too: what is asked for, who does it, what lies in the record, and what a failure costs."""

import io
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from redis import Redis
from warcio.archiveiterator import ArchiveIterator

from apps.archive import tasks
from apps.archive.actions import (
    AlreadyBeingCopied,
    NeverDrawnError,
    register_page,
    request_capture,
    retry_capture,
)
from apps.archive.capturing import capture, rendering
from apps.archive.capturing.leasing import lease
from apps.archive.codes import CAUTIONS, OF_THE_WORDS, Code, lesser_cautions
from apps.archive.models import Capture
from apps.archive.reading import reader
from apps.archive.reading.reader import Reading, settle
from apps.archive.records.contents import DOM, PRINT, SCREENSHOT, drawn, entries
from apps.archive.records.storage import place
from apps.audit.context import Channel, entered_by
from apps.audit.models import Entry
from tests.archive.servers import Route, chunked, site
from tests.archive.test_capture import rung
from tests.archive.test_commands import command
from tests.newsroom import make_capture, make_citation, make_claim, make_person, make_reporter

pytestmark = pytest.mark.django_db
STORY = """<html><head><title>Two captured</title><link rel=stylesheet href="/a.css"></head><body><article><h1>Two captured</h1>
<p>Two soldiers were captured in the Kursk region on Thursday, the service said in a statement on Sunday morning. Both of
them are wounded and are being treated, and an interpreter helps with the questions that are put to them.</p>
<p id="late"></p></article><script>document.getElementById("late").textContent = "Added by script."</script></body></html>"""
ROUTES = {
    "/story": Route(STORY),
    "/a.css": Route("p { color: black }", headers={"Content-Type": "text/css"}),
    "/report": Route(b"%PDF-1.4\n%%EOF\n", headers={"Content-Type": "application/pdf"}),
    "/empty": Route("<html><body><div id=app></div><script>1</script></body></html>"),
}


@pytest.fixture
def rita():
    return make_reporter()


@pytest.fixture
def wire(settings):
    with site(dict(ROUTES)) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        yield where


@pytest.fixture
def ask(wire, rita):
    def ask(path="/story", *, rendered=True):
        return request_capture(register_page(f"http://{wire}{path}"), by=rita, rendered=rendered)

    return ask


def run(asked, *, with_browser=True):
    with entered_by(Channel.WORKER):
        stored = capture.run(asked.pk, with_browser=with_browser)
        reader.run(asked.pk)
    asked.refresh_from_db()
    return stored


@pytest.mark.browser
class TestDrawn:
    def test_screenshot_print_and_dom_lie_in_the_copys_own_record_beside_the_page(self, ask):
        asked = ask()
        assert run(asked)
        assert (asked.state, asked.method, asked.code) == (Capture.State.STORED, Capture.Method.RENDERED, "")
        assert asked.is_drawn
        assert drawn(asked, SCREENSHOT).startswith(b"\x89PNG\r\n\x1a\n")
        assert drawn(asked, PRINT).startswith(b"%PDF-")
        assert b"Added by script." in drawn(asked, DOM)
        assert b"Added by script.</p>" not in reader.body_of(asked)
        assert "captured in the Kursk region" in asked.extract.text
        listed = {entry.url.removesuffix(asked.final_url): entry for entry in entries(asked.contents.cdxj)}
        assert set(listed) == {"", DOM, SCREENSHOT, PRINT}
        assert {entry.mime for entry in listed.values()} == {"text/html", "image/png", "application/pdf"}

    def test_the_record_passes_warcio_check_and_tells_what_drew_it(self, ask):
        asked = ask()
        run(asked)
        file = place(asked.warc_name)
        told = subprocess.run(
            [sys.executable, "-m", "warcio.cli", "check", "-v", file], capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, told.stdout
        assert "digest failed" not in told.stdout
        with open(file, "rb") as record:
            parts = [
                (part.rec_type, part.rec_headers.get_header("WARC-Target-URI"), part.content_stream().read())
                for part in ArchiveIterator(io.BytesIO(record.read()))
            ]
        facts = next(
            body.decode() for kind, url, body in parts if kind == "metadata" and url == f"{DOM}{asked.final_url}"
        )
        assert "browser: HeadlessChrome/" in facts
        assert f"shown: {asked.final_url}" in facts
        assert [kind for kind, _, _ in parts].count("resource") == 3

    def test_the_trail_says_that_it_was_drawn(self, ask):
        asked = ask()
        run(asked)
        stored, requested = [
            entry for entry in Entry.objects.in_streams([asked.page.stream]) if entry.verb.startswith("capture_")
        ]
        assert stored.after["method"] == "rendered"
        assert requested.after["drawn"] is True

    def test_what_is_no_page_is_kept_as_it_is_without_a_word(self, ask):
        asked = ask("/report")
        assert run(asked)
        assert (asked.method, asked.code) == (Capture.Method.FETCHED, "")
        assert drawn(asked, SCREENSHOT) is None

    def test_the_page_comes_from_the_archive_even_when_the_browser_sees_another(self, ask, wire, settings):
        """The browser adds to the copy; what was fetched first is what the text and the digest are of."""
        turns = iter([STORY])
        with site({"/story": lambda: Route(next(turns, "<p>Something else.</p>"))}) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            asked = request_capture(register_page(f"http://{where}/story"), by=None, rendered=True)
            run(asked)
        assert b"Something else." in drawn(asked, DOM)
        assert "captured in the Kursk region" in asked.extract.text

    def test_at_the_command_line(self, wire):
        said, status = command("capture", f"http://{wire}/story", "--rendered", "--json")
        assert status == 0
        assert '"method": "rendered"' in said
        plain, _ = command("capture", f"http://{wire}/report", "--json")
        assert '"method": "fetched"' in plain

    def test_a_browser_that_reaches_too_far_is_held_back_and_the_copy_says_to_where(self, wire, settings, rita):
        with site({"/story": Route(STORY + '<img src="http://127.0.0.1:18080/inside">')}) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            asked = request_capture(register_page(f"http://{where}/story"), by=rita, rendered=True)
            assert run(asked)
        with open(place(asked.warc_name), "rb") as record:
            texts = [part.content_stream().read() for part in ArchiveIterator(record) if part.rec_type == "metadata"]
        assert any(b"refused: http://127.0.0.1:18080/inside (blocked_address)" in text for text in texts)


class TestOneBudget:
    """What a browser loads counts against the capture's bytes, as what we fetch does."""

    @pytest.fixture
    def heavy(self, settings):
        settings.ARCHIVE_REQUISITES = 10
        # A sheet, for a browser reads it to its end: of a picture that is none it may stop anywhere.
        headers = {"Content-Type": "text/css", "Transfer-Encoding": "chunked"}
        sheet = Route(chunked(b"/*%s*/" % (b"." * 399_996), 50_000), headers=headers)
        page = Route(STORY + '<link rel=icon href=data:,><link rel=stylesheet href="/one.css">')
        with site({"/story": page, "/one.css": sheet, "/a.css": ROUTES["/a.css"]}) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            yield where

    def told(self, asked):
        with open(place(asked.warc_name), "rb") as record:
            return "".join(
                part.content_stream().read().decode() for part in ArchiveIterator(record) if part.rec_type == "metadata"
            )

    @pytest.mark.browser
    @pytest.mark.parametrize(("total", "is_cut"), [(2_000_000, False), (600_000, True)])
    def test_the_browser_gets_what_is_left_of_the_captures_bytes(self, heavy, settings, rita, total, is_cut):
        settings.ARCHIVE_TOTAL_BYTES = total
        asked = request_capture(register_page(f"http://{heavy}/story"), by=rita, rendered=True)
        assert run(asked)
        assert (asked.method, asked.requisites) == (Capture.Method.RENDERED, 2)
        assert ("bytes that were left of the capture's" in self.told(asked)) == is_cut

    def test_a_page_that_took_all_of_it_is_not_drawn_and_says_so(self, heavy, settings, rita):
        settings.ARCHIVE_TOTAL_BYTES = 400_000
        asked = request_capture(register_page(f"http://{heavy}/story"), by=rita, rendered=True)
        assert run(asked)
        assert (asked.method, asked.code) == (Capture.Method.FETCHED, Code.RENDERING_FAILED)
        assert "all 400000 bytes" in asked.detail
        assert not any(b"Headless" in request for request in heavy.requests)


@pytest.mark.browser
class TestFailures:
    """Whatever becomes of the browser, the page is stored."""

    def kept(self, asked, code):
        assert run(asked)
        assert (asked.state, asked.method, asked.code) == (Capture.State.STORED, Capture.Method.FETCHED, code)
        assert asked.caution == Code(code).label
        assert asked.failure == ""
        assert "captured in the Kursk region" in asked.extract.text
        assert drawn(asked, SCREENSHOT) is None

    def test_no_browser_is_there(self, ask, settings):
        settings.ARCHIVE_BROWSER = "/nowhere/chromium"
        self.kept(ask(), Code.NO_RENDERER)

    def test_the_browser_does_not_start(self, ask, settings):
        settings.ARCHIVE_BROWSER = "/bin/false"
        self.kept(ask(), Code.NO_RENDERER)

    def test_what_is_there_is_no_browser(self, ask, settings):
        settings.ARCHIVE_BROWSER, settings.ARCHIVE_RENDER_SECONDS = "/bin/cat", 3
        self.kept(ask(), Code.NO_RENDERER)

    def test_the_site_refuses_the_browser(self, ask, wire, settings):
        turns = iter([Route(STORY)])
        with site({"/story": lambda: next(turns, Route("No.", status=403))}) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            asked = request_capture(register_page(f"http://{where}/story"), by=None, rendered=True)
            self.kept(asked, Code.RENDERING_FAILED)
            assert "403" in asked.detail

    def test_the_page_takes_too_long(self, ask, wire, settings):
        settings.ARCHIVE_RENDER_SECONDS = 3
        with site({"/story": Route(STORY + "<script>while (true) {}</script>")}) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            self.kept(
                request_capture(register_page(f"http://{where}/story"), by=None, rendered=True), Code.RENDERING_FAILED
            )

    def test_the_drawing_is_too_large(self, ask, settings):
        settings.ARCHIVE_RENDER_BYTES = 1_000
        self.kept(ask(), Code.RENDERING_FAILED)

    def test_no_worker_with_a_browser_came_in_time(self, ask, settings):
        settings.ARCHIVE_BROWSER_WAIT_SECONDS = 600
        asked = ask()
        Capture.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=601))
        with entered_by(Channel.WORKER):
            assert capture.run(asked.pk)
            reader.run(asked.pk)
        asked.refresh_from_db()
        assert (asked.state, asked.code, asked.method) == ("stored", Code.NO_RENDERER, "fetched")


class TestCautions:
    def test_pictures_that_are_missing_weigh_less_than_a_drawing_that_is(self, ask, settings):
        settings.ARCHIVE_REQUISITES, settings.ARCHIVE_ASSET_BYTES = 10, 5
        settings.ARCHIVE_BROWSER = "/nowhere/chromium"
        asked = ask()
        run(asked)
        assert (asked.state, asked.code) == (Capture.State.PARTIAL, Code.NO_RENDERER)
        plain = request_capture(asked.page, by=None)
        assert plain == asked

    @pytest.mark.parametrize("before", ["", *sorted(CAUTIONS)])
    @pytest.mark.parametrize("found", [None, *sorted(CAUTIONS)])
    def test_of_two_the_copy_carries_the_heavier_whoever_comes_first(self, before, found):
        stored = make_capture(register_page("https://example.org/a"), Capture.State.STORED, code=before, read_at=None)
        Capture.objects.filter(pk=stored.pk).update(detail="The browser ended.")
        settle(stored, Reading(caution=found))
        stored.refresh_from_db()
        order = [Code.PAYWALL, Code.CONTENT_EMPTY, Code.NO_RENDERER, Code.RENDERING_FAILED, Code.REQUISITES_CUT]
        both_of_words = {before, found} <= OF_THE_WORDS
        carried = min((code for code in (before, found) if code), key=order.index, default="")
        assert stored.code == (before if both_of_words else carried)
        assert stored.detail == ("The browser ended." if stored.code == before else "")

    def test_one_about_the_words_takes_the_place_of_one_about_the_drawing(self, ask, settings):
        settings.ARCHIVE_BROWSER = "/nowhere/chromium"
        asked = ask("/empty")
        assert run(asked)
        assert asked.code == Code.CONTENT_EMPTY

    def test_no_caution_takes_its_own_place(self):
        assert all(code not in lesser_cautions(code) for code in CAUTIONS)


class TestAsking:
    def test_the_desk_draws_what_somebody_asks_for_or_everything_or_nothing(self, ask, settings):
        assert not ask(rendered=False).wants_browser
        assert ask("/report").wants_browser
        settings.ARCHIVE_RENDER = "always"
        assert ask("/empty", rendered=False).wants_browser
        settings.ARCHIVE_RENDER = "never"
        with pytest.raises(NeverDrawnError):
            ask("/other")
        assert not ask("/other", rendered=False).wants_browser

    def test_a_copy_that_waits_is_drawn_for_one_more_who_asks(self, ask, django_capture_on_commit_callbacks):
        first = ask(rendered=False)
        with django_capture_on_commit_callbacks(execute=True):
            assert ask() == first
        first.refresh_from_db()
        assert first.wants_browser
        assert first.pk in rung("render")
        assert ask(rendered=False) == first

    def test_one_that_is_being_fetched_without_a_browser_is_no_drawing(self, ask):
        first = ask(rendered=False)
        assert lease(first.pk)
        with pytest.raises(AlreadyBeingCopied):
            ask()
        assert ask(rendered=False) == first

    def test_a_young_copy_without_a_drawing_is_not_shared_with_who_wants_one(self, ask):
        first = ask(rendered=False)
        run(first, with_browser=False)
        assert ask(rendered=False) == first
        second = ask()
        assert second != first
        Capture.objects.filter(pk=second.pk).update(
            state="stored", method="rendered", warc_digest="a", body_digest="b", settled_at=timezone.now()
        )
        assert ask() == ask(rendered=False) == second

    def test_trying_again_still_means_the_drawing(self, ask, rita, django_capture_on_commit_callbacks):
        asked = ask()
        Capture.objects.filter(pk=asked.pk).update(state="failed", code="http_404")
        with django_capture_on_commit_callbacks(execute=True):
            again = retry_capture(asked, by=rita)
        assert again.wants_browser
        assert again.pk in rung("render")


class TestQueue:
    def test_a_worker_without_a_browser_leaves_it_to_one_with(self, ask):
        asked = ask()
        assert lease(asked.pk) is None
        assert lease(asked.pk, with_browser=True).with_browser

    def test_a_worker_with_a_browser_leaves_plain_pages_to_others(self, ask):
        asked = ask(rendered=False)
        assert lease(asked.pk, with_browser=True) is None
        assert not lease(asked.pk).with_browser

    def test_one_whose_worker_is_lost_is_taken_over_by_one_with_a_browser(self, ask):
        asked = ask()
        assert lease(asked.pk, with_browser=True)
        Capture.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert lease(asked.pk) is None
        assert lease(asked.pk, with_browser=True).capture.attempt == 2

    def test_the_sweep_rings_for_each_in_its_own_queue(self, ask):
        Redis.from_url(os.environ["REDIS_URL"]).flushdb()
        plain, wanted = ask(rendered=False), ask("/report")
        tasks.sweep()
        assert plain.pk in rung("fetch")
        assert plain.pk not in rung("render")
        assert wanted.pk in rung("render")
        assert wanted.pk not in rung("fetch")
        Capture.objects.update(next_attempt_at=timezone.now() - timedelta(hours=1))
        tasks.sweep()
        assert wanted.pk in rung("fetch")

    def test_of_one_worker_one_thread_draws_and_the_others_leave_it_to_the_next_bell(self, ask):
        asked = ask()
        with rendering.turn() as ours:
            assert ours
            tasks.render_page(asked.pk)
        asked.refresh_from_db()
        assert (asked.state, asked.attempt) == ("queued", 0)


class TestOnThePage:
    @pytest.fixture
    def source(self, client, rita):
        client.force_login(rita)
        return make_citation(make_claim(rita), rita, outlet="Yonhap").source

    def test_a_button_asks_for_it_and_the_new_copy_is_shown(self, client, source):
        address = reverse("desk:source_render", args=[source.pk])
        assert address in client.get(reverse("desk:source", args=[source.pk])).content.decode()
        answer = client.post(address, follow=True)
        asked = Capture.objects.latest("id")
        assert (asked.wants_browser, asked.page_id, asked.state) == (True, source.page_id, "queued")
        shown = answer.content.decode()
        assert "A browser is to draw it too" in shown
        assert address not in shown

    def test_no_button_stands_where_nothing_is_drawn_and_asking_says_why(self, client, source, settings):
        settings.ARCHIVE_RENDER = "never"
        address = reverse("desk:source_render", args=[source.pk])
        assert address not in client.get(reverse("desk:source", args=[source.pk])).content.decode()
        assert "turned that off" in client.post(address, follow=True).content.decode()
        assert not Capture.objects.filter(wants_browser=True).exists()

    def test_a_copy_says_that_it_was_drawn_or_why_not(self, client, source):
        copy = source.page.captures.get()
        page = reverse("desk:source", args=[source.pk])
        Capture.objects.filter(pk=copy.pk).update(method="rendered")
        assert "the record holds a screenshot" in client.get(page).content.decode()
        Capture.objects.filter(pk=copy.pk).update(
            method="fetched", code="rendering_failed", detail="The browser ended."
        )
        shown = client.get(page).content.decode()
        assert str(Code.RENDERING_FAILED.label) in shown
        assert "The browser ended." in shown

    def test_who_may_not_cite_may_not_ask(self, client, source):
        client.force_login(make_person("aziz", "auditor"))
        address = reverse("desk:source_render", args=[source.pk])
        assert address not in client.get(reverse("desk:source", args=[source.pk])).content.decode()
        assert client.post(address).status_code == 403
