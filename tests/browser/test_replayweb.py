"""ReplayWeb.page itself replays what the desk hands out, from the file alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from apps.archive.models import Capture
from apps.archive.records.contents import entries
from apps.archive.records.wacz import write_wacz
from tests import tools
from tests.archive import uploads
from tests.archive.copies import Copies, copies_of_a_site
from tests.archive.servers import Loopback, Visitor, served

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(transaction=True)]
HTML = """<!DOCTYPE html><title>Replay</title><script src="/ui.js"></script>
<replay-web-page source="/copies.wacz" url="{url}" ts="{ts}" embed="replayonly" replayBase="/replay/"></replay-web-page>"""
# The player's own page. Its worker would answer with the same, but not before it has been installed.
INSIDE = '<!DOCTYPE html><script src="./ui.js"></script><replay-app-main></replay-app-main>'
CONTROL = "control.example.com"
TYPES = {"js": "text/javascript", "wacz": "application/wacz"}


@pytest.fixture(scope="session", autouse=True)
def _tools() -> None:
    tools.ensure()


@pytest.fixture
def copies(settings: Any) -> Iterator[Copies]:
    with copies_of_a_site(settings) as made:
        yield made


@contextmanager
def player(files: dict[str, bytes]) -> Iterator[Loopback]:
    """A server with the player's files and ours, which gives parts of a file when it is asked for parts."""

    def answer(visitor: Visitor) -> None:
        path = visitor.path.partition("?")[0]
        content = files.get(path)
        status, more = HTTPStatus.OK, ""
        if content is None:
            status, content = HTTPStatus.NOT_FOUND, b""
        elif asked := re.search(rb"\r\nrange: bytes=(\d*)-(\d*)\r\n", visitor.request.lower()):
            start, end = (int(part) if part else None for part in asked.groups())
            size = len(content)
            if start is None:
                start, end = size - min(end or 0, size), None
            end = min(size - 1 if end is None else end, size - 1)
            status, content, more = (
                HTTPStatus.PARTIAL_CONTENT,
                content[start : end + 1],
                f"Content-Range: bytes {start}-{end}/{size}\r\n",
            )
        kind = TYPES.get(path.rpartition(".")[2], "text/html; charset=utf-8")
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
        head += f"Accept-Ranges: bytes\r\n{more}Connection: close\r\n\r\n"
        visitor.send(head.encode() + (b"" if visitor.request.startswith(b"HEAD") else content))

    with served(answer) as where:
        yield where


class Replay:
    """A browser whose every way off loopback ends at a counter."""

    def __init__(self, browser: Browser, outside: Loopback, folder: Path) -> None:
        self.browser = browser
        self.outside = outside
        self.folder = folder

    @contextmanager
    def of(self, capture: Capture, *captures: Capture, damage: bool = False) -> Iterator[Page]:
        """The page of the first of these copies, as the player shows it out of their WACZ."""
        with (self.folder / "copies.wacz").open("w+b") as out:
            write_wacz(out, [capture, *captures], title="Copies for a test")
        data = (self.folder / "copies.wacz").read_bytes()
        if damage:
            (entry,) = [entry for entry in entries(capture.contents.cdxj) if entry.url == capture.final_url]
            at = data.index(b"\x1f\x8b") + entry.offset + 300
            data = data[:at] + bytes(20) + data[at + 20 :]
        files = {f"/{name}": (tools.PLAYER / name).read_bytes() for name in ("ui.js", "sw.js")}
        files |= {f"/replay{path}": content for path, content in files.items()}
        ts = f"{capture.fetched_at:%Y%m%d%H%M%S}"
        files |= {
            "/replay/": INSIDE.encode(),
            "/": HTML.format(url=capture.final_url, ts=ts).encode(),
            "/copies.wacz": data,
        }
        with player(files) as where, self.somebody() as page:
            page.goto(f"http://{where}/")
            yield page

    @contextmanager
    def somebody(self) -> Iterator[Page]:
        """A window of a browser's own."""
        context = self.browser.new_context(proxy={"server": f"http://{self.outside}", "bypass": "127.0.0.1"})
        try:
            yield context.new_page()
        finally:
            context.close()


@pytest.fixture
def replay(chromium: Browser, tmp_path: Path) -> Iterator[Replay]:
    def count(visitor: Visitor) -> None:
        visitor.send(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\noutside")

    with served(count) as outside:
        replay = Replay(chromium, outside, tmp_path)
        with replay.somebody() as page:
            page.goto(f"http://{CONTROL}/")
        assert outside.requests, "the counter counts"
        yield replay
        # The browser may ask for the control's icon later on.
        assert [asked for asked in outside.requests if CONTROL.encode() not in asked] == []


def replayed(page: Page) -> FrameLocator:
    """Where the player shows the page: in a frame of its own page, which is in a frame of ours."""
    return page.frame_locator("replay-web-page iframe").frame_locator("iframe[name=___wb_replay_top_frame]")


def test_a_page_is_replayed_with_its_style_and_pictures_and_the_site_is_not_asked(
    copies: Copies, replay: Replay
) -> None:
    capture = copies.page()
    asked_before = len(copies.where.requests)
    with replay.of(capture, copies.uploaded("pdf")) as page:
        shown = replayed(page)
        expect(shown.locator("#words")).to_contain_text("both men were taken on the ninth of January")
        expect(shown.locator("#words")).to_have_css("color", "rgb(1, 2, 3)")
        for picture in ("#shot", "[src*=again]"):  # the second lies in the record as a revisit of the first
            expect(shown.locator(picture)).to_have_js_property("naturalWidth", 40)
    assert len(copies.where.requests) == asked_before


def test_a_page_that_was_still_the_same_is_replayed_out_of_the_record_that_it_refers_to(
    copies: Copies, replay: Replay
) -> None:
    with replay.of(copies.unchanged(copies.page())) as page:
        expect(replayed(page).locator("h1")).to_have_text("Two captured in Kursk")


@pytest.mark.parametrize("kind", ["mhtml", "warc in one piece"])
def test_a_page_that_somebody_uploaded_is_replayed_under_its_address(copies: Copies, replay: Replay, kind: str) -> None:
    with replay.of(copies.uploaded(kind)) as page:
        expect(replayed(page).locator("article")).to_contain_text(uploads.WORDS.strip())


def test_a_text_that_was_handed_in_is_replayed_under_its_digest(copies: Copies, replay: Replay) -> None:
    with replay.of(copies.notes("mp3")) as page:
        expect(replayed(page).locator("body")).to_contain_text("Both were taken on the ninth of January.")


def test_a_damaged_page_is_not_replayed(copies: Copies, replay: Replay) -> None:
    with replay.of(copies.page(), damage=True) as page:
        expect(replayed(page).locator("h2")).to_have_text("Archived Page Not Found")
