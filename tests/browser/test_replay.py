"""A hostile page in Chromium, as the desk shows it: nothing runs, nothing is asked for, nothing of the desk is in reach."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.urls import reverse

from apps.desk.views.replay import PAGE_WALL
from tests.archive.recorded import PNG, store_page
from tests.archive.servers import Route, site
from tests.browser.hostile_page import WAYS, hostile_page, hostile_parts, way
from tests.newsroom import make_page, make_reporter

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
URL = "https://paper.example.com/story"
# Ways that would keep others on the same page from theirs.
ALONE = {"meta-refresh", "meta-csp", "base", "base-target", "onfocus", "plaintext", "css-comment", "script-in-math"}
EMPTY_FONT = "Failed to decode downloaded font: data:,"
TYPES = {"js": "text/javascript", "css": "text/css"}


class Canary:
    """A server that somebody else has. It counts whoever so much as connects."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.connections = 0
        self.paths: list[str] = []


@contextmanager
def canary_on_loopback() -> Iterator[Canary]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        canary = Canary(f"http://127.0.0.1:{listener.getsockname()[1]}")

        def attend(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                connection.settimeout(5)
                request = connection.recv(65_536).decode("latin-1")
                if not request:
                    return
                path = request.split(" ", 2)[1]
                canary.paths.append(path.partition("?")[0])
                name = path.partition("?")[0].strip("/")
                kind = TYPES.get(name.rpartition(".")[2], "text/html")
                body = f"console.warn('RAN {name.partition('.')[0]}')" if name.endswith(".js") else "<p>Got it"
                head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n"
                connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())

        def listen() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                canary.connections += 1
                threading.Thread(target=attend, args=(connection,), daemon=True).start()

        threading.Thread(target=listen, daemon=True).start()
        yield canary
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def canary() -> Iterator[Canary]:
    with canary_on_loopback() as canary:
        yield canary


@pytest.fixture(params=["with a host of their own", "on the desk's own host"])
def replayed(request: Any, settings: Any, live_server: Any) -> str:
    """Where archived pages are shown from; the desk answers there as it would with a second name of its host."""
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    desk = live_server.url
    other = (
        desk.replace("//localhost", "//127.0.0.1") if "localhost" in desk else desk.replace("127.0.0.1", "localhost")
    )
    settings.ARCHIVE_ORIGIN = other if "own" in request.param.split()[-1] else ""
    return settings.ARCHIVE_ORIGIN or desk


def frame_of(page: Any) -> Any:
    page.locator("iframe").wait_for()
    page.wait_for_timeout(500)
    (frame,) = page.frames[1:]
    return frame


def test_a_hostile_page_does_nothing_at_all_when_it_is_looked_at(somebody, replayed, canary):
    assert len(WAYS) >= 100
    capture = store_page(make_page(URL), hostile_page(canary.address), hostile_parts(canary.address))
    make_reporter()
    person = somebody("rita")
    page = person.page
    said: list[str] = []
    popups: list[Any] = []
    page.on("console", lambda message: said.append(message.text))
    person.context.on("page", lambda opened: popups.append(opened))
    page.goto(reverse("desk:capture", args=[capture.pk]) + "?view=page")
    page.evaluate("() => { window.told = []; addEventListener('message', event => told.push(event.data)); }")
    title = page.title()
    frame = frame_of(page)
    page.wait_for_timeout(2_000)
    # From here on the test itself reaches into the frame, and Chromium says so each time.
    quiet = [text for text in said if text != EMPTY_FONT]
    assert quiet == [], "the rewriting leaves nothing over that a browser had to block"
    assert frame.url.startswith(f"{replayed}/replay/")
    assert frame.locator("h1").inner_text() == "A quiet page"
    links = frame.locator(".click")
    assert links.count() >= 10
    for number in range(links.count()):
        links.nth(number).dispatch_event("click")
        with suppress(Exception):
            links.nth(number).click(timeout=500, force=True, no_wait_after=True)
    page.wait_for_timeout(2_500)
    assert canary.paths == []
    assert canary.connections == 0
    assert not [text for text in said if "RAN" in text]
    assert (page.title(), page.evaluate("window.told"), popups) == (title, [], [])
    assert page.evaluate("document.body.dataset.taken") is None
    assert page.url.endswith("?view=page")
    assert frame.url.startswith(f"{replayed}/replay/")
    for reach in ("document.cookie", "localStorage.length", "parent.document.title", "top.document.cookie"):
        assert (
            frame.evaluate(f"() => {{ try {{ return String({reach}) }} catch (e) {{ return e.name }} }}")
            == "SecurityError"
        )
    person.troubles = [trouble for trouble in person.troubles if "Blocked script execution" not in trouble]


def test_what_the_record_holds_is_seen(somebody, replayed):
    """Styles, pictures and fonts come through all walls: a page in a sandbox is of no origin, and asks as such."""
    at = "https://paper.example.com"
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"></svg>'
    parts = {
        f"{at}/s.css": (
            "text/css",
            "h1{color:rgb(1,2,3)} @font-face{font-family:f;src:url(f.woff2)} h1{font-family:f}",
        ),
        f"{at}/a.png": ("image/png", PNG),
        f"{at}/a.svg": ("image/svg+xml", svg),
        f"{at}/f.woff2": ("font/woff2", b"wOF2 and no font"),
    }
    body = "<link rel=stylesheet href=/s.css><h1>Seen</h1><img class=a src=/a.png><img class=b src=/a.svg>"
    capture = store_page(make_page(URL), body, parts, screenshot=PNG)
    make_reporter()
    person = somebody("rita")
    answers: dict[str, int] = {}
    person.page.on("response", lambda answer: answers.update({answer.request.resource_type: answer.status}))
    person.page.goto(reverse("desk:capture", args=[capture.pk]) + "?view=page")
    frame = frame_of(person.page)
    assert frame.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(1, 2, 3)"
    assert frame.evaluate("[...document.images].map(image => image.naturalWidth)") == [1, 7]
    assert answers["font"] == 200
    assert not [trouble for trouble in person.troubles if "CORS" in trouble]
    person.page.goto(reverse("desk:capture", args=[capture.pk]) + "?view=screenshot")
    assert person.page.locator(".replayed img").evaluate("image => image.naturalWidth") == 1
    person.troubles = [trouble for trouble in person.troubles if "Blocked script execution" not in trouble]


def test_the_same_page_left_to_itself_does_nearly_all_of_it(chromium, canary):
    """Without this the test above could pass because the ways lead nowhere."""
    alone = [name for name in WAYS if name in ALONE or "class=click" in WAYS[name]]
    others = [name for name in WAYS if name not in alone]
    groups = [[name] for name in alone] + [others[at : at + 12] for at in range(0, len(others), 12)]
    routes = {
        f"/{number}": Route("<!doctype html>" + "\n".join(way(name, canary.address) for name in group))
        for number, group in enumerate(groups)
    }
    ran: set[str] = set()
    with site(routes) as where:
        context = chromium.new_context()
        for path in routes:
            page = context.new_page()
            page.on("console", lambda message: message.text.startswith("RAN ") and ran.add(message.text[4:]))
            with suppress(Exception):
                page.goto(f"http://{where}{path}", timeout=5_000, wait_until="domcontentloaded")
            for link in page.locator(".click").all():
                with suppress(Exception):
                    link.click(timeout=500, force=True, no_wait_after=True)
        page.wait_for_timeout(2_500)
        context.close()
    reached = {path.strip("/").partition(".")[0].split("/")[0] for path in canary.paths}
    assert len(ran & set(WAYS)) >= 25, sorted(ran)
    assert len((reached | ran) & set(WAYS)) >= 75, sorted(set(WAYS) - reached - ran)


def test_the_walls_alone_hold_too(chromium, canary):
    """The page as it came, not written anew, behind what the desk sends around it: no script and no request."""
    # What no policy governs, and what only the rewriting stops: a browser may connect before it asks.
    names = [name for name in WAYS if name not in ("link-preconnect", "link-dns-prefetch", "plaintext")]
    markup = "<!doctype html>" + "\n".join(way(name, canary.address) for name in names)
    outside: dict[str, Route] = {}
    with site(outside) as desk:
        wall = PAGE_WALL.format(desk=f"http://{desk}")
        with site({"/": Route(markup, headers={"Content-Security-Policy": wall})}) as where:
            outside["/"] = Route(f'<iframe sandbox src="http://{where}/" width=800 height=600></iframe>')
            page = chromium.new_page()
            ran: list[str] = []
            page.on("console", lambda message: message.text.startswith("RAN") and ran.append(message.text))
            page.goto(f"http://{desk}/")
            page.wait_for_timeout(2_500)
            shown = len(page.frames)
            page.close()
    assert shown > 1
    assert ran == []
    assert canary.paths == []
