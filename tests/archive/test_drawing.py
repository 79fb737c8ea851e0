"""A page in a browser: it is drawn, it is bounded, and its browser reaches nothing but through the guard."""

import contextlib
import io
import itertools
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from pypdf import PdfReader

from apps.archive.codes import Code
from apps.archive.web.browser import Bounds, Browser, BrowserFailed, BrowserMissing, find_browser, weight
from apps.archive.web.drawing import Bounded, draw
from apps.archive.web.exchanges import Limits
from tests.archive.canaries import canaries, hostile_page
from tests.archive.drawn import left_over, named_in, place_of_its_own
from tests.archive.servers import Route, connections, hostile, redirect, site
from tests.archive.sockets import of_browsers
from tests.archive.test_addresses import answers
from tests.workers import wait_for

pytestmark = pytest.mark.browser
BOUNDED = Bounded(seconds=30, memory_bytes=2_000_000_000, drawn_bytes=20_000_000, height=8_000)
LIMITS = Limits(connect_seconds=2, first_byte_seconds=5, resource_seconds=10)
MULTICAST_DNS = 5353
STORY = (
    '<!doctype html><html><head><title>Two captured</title><link rel=stylesheet href="/a.css"></head>'
    '<body><p id="words">Words.</p><script>document.getElementById("words").textContent = "Drawn by \\u00fc script."</script>'
    "</body></html>"
)


def drawn(where, path="/story", allow=(), **options):
    bounded = Bounded(
        **{**vars(BOUNDED), **{name: options.pop(name) for name in list(options) if name in vars(BOUNDED)}}
    )
    known = {"limits": LIMITS, "allow": frozenset(map(str, allow or (where,))), "sandbox": True, **options}
    ends = time.monotonic() + bounded.seconds
    url = path if "://" in path else f"http://{where}{path}"
    return draw(
        url, program=find_browser(), user_agent="Tester/1 (desk@example.org)", bounded=bounded, ends=ends, **known
    )


@pytest.fixture(autouse=True)
def place(monkeypatch):
    with place_of_its_own() as place:
        monkeypatch.setattr(tempfile, "tempdir", place)
        yield place


def size_of(png):
    return struct.unpack(">II", png[16:24])


class TestDrawing:
    def test_a_page_is_drawn_as_its_scripts_left_it(self):
        routes = {
            "/story": Route(STORY),
            "/a.css": Route("p { margin-top: 3000px }", headers={"Content-Type": "text/css"}),
        }
        with site(routes) as where:
            made = drawn(where)
            heads = [request.decode() for request in where.requests]
        assert made.dom.decode().startswith("<!DOCTYPE html>")
        assert "Drawn by ü script." in made.dom.decode()
        width, height = size_of(made.screenshot)
        assert width == 1280
        assert 3_000 < height < 3_200
        assert "Drawn by ü script." in "".join(page.extract_text() for page in PdfReader(io.BytesIO(made.pdf)).pages)
        assert (made.url, made.status, made.loaded, made.height) == (f"http://{where}/story", 200, True, height)
        assert "HeadlessChrome/" in made.browser
        assert all("User-Agent: Tester/1 (desk@example.org)\r\n" in head for head in heads)
        assert not any("Proxy-" in head for head in heads)

    def test_what_loads_only_when_somebody_scrolls_there_is_loaded(self):
        page = '<p style="height: 5000px">High.</p><img loading="lazy" src="/low.png">'
        with site({"/story": Route(page)}) as where:
            drawn(where)
            assert any(b"GET /low.png" in request for request in where.requests)

    def test_a_page_without_end_is_cut_and_says_so(self):
        with site({"/story": Route('<p style="height: 100000px">High.</p>')}) as where:
            made = drawn(where, height=2_000)
        assert (size_of(made.screenshot)[1], made.height) == (2_000, 0)

    def test_a_page_that_leads_on_is_drawn_where_it_ends(self):
        routes = {
            "/story": Route('<meta http-equiv="refresh" content="0; url=/end">'),
            "/end": Route("<p>The end.</p>"),
        }
        with site(routes) as where:
            made = drawn(where)
        assert (made.url, b"The end." in made.dom) == (f"http://{where}/end", True)

    def test_it_forgets_everything(self):
        page = "<script>document.cookie = 'a=1; max-age=9999'; localStorage.a = 1</script>"
        with site(
            {
                "/story": Route(page),
                "/next": Route("<script>document.title = document.cookie + localStorage.a</script>"),
            }
        ) as where:
            drawn(where)
            assert b"undefined" in drawn(where, "/next").dom

    def test_nothing_is_left_of_it(self, place):
        with site({"/story": Route(STORY)}) as where:
            drawn(where)
        wait_for(lambda: not left_over(place), 5, "the browser to be gone")

    def test_what_a_killed_worker_left_is_cleared_away_by_the_next(self):
        left, young = (Path(tempfile.mkdtemp(prefix="drawing-")) for _ in range(2))
        (left / "profile").mkdir()
        os.utime(left, (1, 1))
        with site({"/story": Route(STORY)}) as where:
            drawn(where)
        assert (left.exists(), young.exists()) == (False, True)
        young.rmdir()

    def test_the_browser_never_runs_as_root(self, place):
        owners = set()

        def look(_):
            for folder in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    command = (folder / "cmdline").read_bytes()
                    if named_in(command, place) and b"browser_program" not in command:
                        owners.add((folder / "status").read_text().partition("Uid:\t")[2].split()[0])

        with site({"/story": Route(STORY)}) as where:
            drawn(where, on_progress=look)
        assert owners
        # Who is not root has nothing to give up.
        assert "0" not in owners if os.getuid() == 0 else owners == {str(os.getuid())}


class TestBounds:
    @pytest.mark.parametrize(
        ("page", "words"),
        [
            ("<p>x</p><script>while (true) {}</script>", "in the time allowed|did not arrive"),
            (
                "<p>x</p><script>onload = () => setTimeout(() => { while (true) {} }, 10)</script>",
                "in the time allowed",
            ),
            ("<script>for (;;) alert(1)</script>", "in the time allowed|did not arrive"),
        ],
    )
    def test_a_page_that_never_lets_go_is_let_go_of(self, page, words, place):
        began = time.monotonic()
        with site({"/story": Route(page)}) as where, pytest.raises(BrowserFailed, match=words):
            drawn(where, seconds=4)
        assert time.monotonic() - began < 8
        wait_for(lambda: not left_over(place), 5, "the browser to be gone")

    def test_a_page_that_eats_memory_is_stopped(self):
        page = "<script>const a = []; for (;;) { const b = new Uint8Array(50e6); b.fill(1); a.push(b) }</script>"
        with site({"/story": Route(page)}) as where, pytest.raises(BrowserFailed) as failed:
            drawn(where, memory_bytes=600_000_000, seconds=20)
        assert "memory" in str(failed.value) or "ended" in str(failed.value)

    def test_whoever_waits_for_a_page_that_hangs_is_told_all_the_while(self):
        told = []
        with site({"/story": Route("<p>x</p><script>while (true) {}</script>")}) as where, pytest.raises(BrowserFailed):
            drawn(where, seconds=5, on_progress=lambda _: told.append(time.monotonic()))
        assert max(after - before for before, after in itertools.pairwise(told)) < 2

    def test_a_drawing_that_is_too_large_is_none(self):
        page = "<canvas width=1200 height=3000></canvas><script>const c = document.querySelector('canvas').getContext('2d');"
        page += "const d = c.createImageData(1200, 3000); for (let i = 0; i < d.data.length; i += 65536) crypto.getRandomValues("
        page += (
            "new Uint8Array(d.data.buffer, i, Math.min(65536, d.data.length - i))); c.putImageData(d, 0, 0)</script>"
        )
        with site({"/story": Route(page)}) as where, pytest.raises(BrowserFailed, match="larger"):
            drawn(where, drawn_bytes=1_000_000)

    def test_a_site_that_goes_on_for_ever_is_drawn_as_far_as_it_came(self):
        with (
            hostile("body that drips") as slow,
            site({"/story": Route(f'<p>Words.</p><img src="http://{slow}/">')}) as where,
        ):
            made = drawn(where, allow=(where, slow), seconds=8)
        assert (made.loaded, b"Words." in made.dom) == (False, True)

    def test_bytes_are_counted(self):
        with hostile("10 GB") as huge, site({"/story": Route(f'<p>Words.</p><img src="http://{huge}/">')}) as where:
            made = drawn(where, allow=(where, huge), limits=Limits(total_bytes=2_000_000), seconds=15)
        assert made.received < 3_000_000

    def test_whoever_waits_may_end_it(self, place):
        class Enough(Exception):
            pass

        def end(_):
            raise Enough

        with site({"/story": Route(STORY)}) as where, pytest.raises(Enough):
            drawn(where, on_progress=end)
        wait_for(lambda: not left_over(place), 5, "the browser to be gone")

    @pytest.mark.parametrize("status", [401, 403, 404, 503])
    def test_a_refusal_is_not_drawn_as_the_page(self, status):
        with (
            site({"/story": Route("<p>No.</p>", status=status)}) as where,
            pytest.raises(BrowserFailed, match=f"{status}"),
        ):
            drawn(where)

    def test_a_browser_that_is_none_is_missing(self, tmp_path):
        with pytest.raises(BrowserMissing):
            find_browser("/nowhere/chromium")
        broken = tmp_path / "chromium"
        broken.write_text("#!/bin/sh\nexit 1\n")
        broken.chmod(0o755)
        bounds = Bounds(memory_bytes=10**9, message_bytes=10**6, ends=time.monotonic() + 10)
        with (
            pytest.raises(BrowserMissing),
            Browser(shutil.which("false"), proxy="127.0.0.1:1", user_agent="x", sandbox=True, bounds=bounds) as browser,
        ):
            browser.ask("Browser.getVersion")

    def test_one_whose_master_is_killed_ends_by_itself(self, tmp_path):
        """The worker is killed like in a power cut; the browser hears that nobody gives orders any more."""
        code = (
            "import sys, time; from apps.archive.web.browser import *\n"
            "b = Browser(find_browser(), proxy='127.0.0.1:1', user_agent='x', sandbox=True,"
            " bounds=Bounds(10**10, 10**6, time.monotonic() + 60))\n"
            "with b: b.ask('Browser.getVersion'); print(b._process.pid, flush=True); time.sleep(60)"
        )
        worker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        session = int(worker.stdout.readline())
        assert weight(session) > 0
        worker.kill()
        worker.wait()
        worker.stdout.close()
        wait_for(lambda: weight(session) == 0, 10, "the browser to be gone")


class TestTls:
    def test_a_site_that_can_not_prove_who_it_is_is_not_drawn(self):
        with site({"/story": Route(STORY)}, tls=True) as where:
            with pytest.raises(BrowserFailed, match="CERT"):
                drawn(where, f"https://{where}/story")
            assert where.requests == []

    def test_nor_is_anything_of_it_shown_on_a_page(self):
        with (
            site({"/a.js": Route("document.title = 'Taken'")}, tls=True) as forged,
            site({"/story": Route(f'<script src="https://{forged}/a.js"></script><p>Words.</p>')}) as where,
        ):
            made = drawn(where, allow=(where, forged))
            assert forged.requests == []
        assert b"Taken" not in made.dom


def leading(where, **options):
    """The site of the hostile page: it leads inside by redirects and refreshes too."""
    return {
        # A picture that takes its time: whoever looks at sockets now and then sees one on its way.
        "/story": Route(f'<img src="/slow.png">{hostile_page(where, **options)}'),
        "/slow.png": Route(b"", delay=1.5),
        "/leads-inside": redirect(f"http://{where}/redirect"),
        "/picture-leads-inside": redirect(f"http://{where}/picture-redirect"),
        "/refreshes": Route(f'<meta http-equiv="refresh" content="0; url=http://{where}/refresh">'),
        "/service-worker.js": Route(
            f"fetch('http://{where}/service-worker', {{mode: 'no-cors'}})", headers={"Content-Type": "text/javascript"}
        ),
    }


class TestNothingButThroughTheGuard:
    @pytest.mark.parametrize("inside", ["v4", "v6"])
    def test_a_hostile_page_reaches_nothing_by_any_way(self, inside):
        with canaries() as birds, site(leading(getattr(birds, inside))) as where:
            with connections() as seen, of_browsers() as held:
                made = drawn(where)
                time.sleep(0.5)
            assert birds.seen == []
            # The browser's own: to its proxy, and to nobody else. What calls for neighbours (RFC 6762) is not even open.
            assert len(held.proxies) == 1
            assert held.streams == held.proxies
            assert {remote for _, remote in held.datagrams} <= {0}
            assert MULTICAST_DNS not in {local for local, _ in held.datagrams}
            assert {f"{host}:{port}" for host, port, *_ in seen} == {str(where)}
        assert b"Words." in made.dom
        assert {code for _, code in made.refused} == {Code.BLOCKED_ADDRESS}
        refused = " ".join(asked for asked, _ in made.refused)
        for way in ("/img", "/iframe", "/fetch", "/xhr", "/redirect", "/stylesheet", "/background", "/beacon"):
            assert way in refused

    def test_the_same_page_without_the_guard_reaches_them_by_all_of_these_ways(self):
        """What the test above is worth: the ways that work in this browser when nobody stands in them."""
        with canaries() as birds, site(leading(birds.v4, dialogs=False)) as where:
            flags = ["--headless", "--no-sandbox", "--disable-gpu", "--timeout=8000", "--dump-dom"]
            command = [find_browser(), *flags, f"http://{where}/story"]
            subprocess.run(command, capture_output=True, timeout=60, check=False)
            time.sleep(0.5)
            ways = birds.ways()
        expected = (
            "/img /srcset /iframe /fetch /no-cors /xhr /websocket /prefetch /preload /stylesheet /import /background /font "
            "/redirect /picture-redirect /refresh /beacon /keepalive /form /eventsource /worker /service-worker /script "
            "/module /object /embed /srcdoc /svg udp"
        )
        expected = set(expected.split())
        assert expected <= ways, expected - ways

    @pytest.mark.parametrize("inside", ["v4", "v6"])
    @pytest.mark.parametrize("way", ["redirect", "refresh", "script", "form"])
    def test_a_page_that_leads_inside_itself_is_not_followed(self, inside, way):
        with canaries() as birds:
            there = f"http://{getattr(birds, inside)}/"
            page = {
                "redirect": redirect(there),
                "refresh": Route(f'<meta http-equiv="refresh" content="0; url={there}">'),
                "script": Route(f"<script>location = '{there}'</script>"),
                "form": Route(f'<form method=post action="{there}"></form><script>document.forms[0].submit()</script>'),
            }[way]
            with site({"/story": page}) as where, pytest.raises(BrowserFailed, match=r"403|not open|not be read"):
                drawn(where)
            assert birds.seen == []

    def test_a_name_that_leads_inside_is_no_way_either(self):
        names = "inside.example.com"
        page = f'<p>Words.</p><img src="http://{names}/img"><img src="https://{names}/img">'
        with canaries() as birds, site({"/story": Route(page)}) as where:
            made = drawn(where, lookup=answers("127.0.0.1")[0])
            assert birds.seen == []
        assert [code for _, code in made.refused].count(Code.BLOCKED_ADDRESS) >= 2

    @pytest.mark.parametrize("address", ["file:///etc/passwd", "chrome://version", "view-source:http://example.com/"])
    def test_nothing_of_this_machine_is_shown(self, address):
        page = f'<p>Words.</p><iframe src="{address}"></iframe><script>location = "{address}"</script>'
        with site({"/story": Route(page)}) as where:
            made = drawn(where)
        assert made.url == f"http://{where}/story"
        assert b"root:" not in made.dom + made.pdf

    def test_two_at_once_know_nothing_of_each_other(self):
        found = []
        with site({"/story": Route(STORY)}) as one, site({"/story": Route(STORY)}) as two:
            threads = [threading.Thread(target=lambda where=where: found.append(drawn(where))) for where in (one, two)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        assert {made.url for made in found} == {f"http://{one}/story", f"http://{two}/story"}
