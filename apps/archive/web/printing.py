"""A browser's page on paper; and a page of our own as a PDF, by a browser that may ask nobody anything."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from apps.archive.web.browser import Bounds, Browser, BrowserFailed, Event

PIECE = 1_000_000
# Inches, as the browser asks for them: A4, and margins that hold its head and foot.
A4 = {"paperWidth": 8.27, "paperHeight": 11.69}
MARGINS = {"marginTop": 0.75, "marginBottom": 0.75, "marginLeft": 0.7, "marginRight": 0.7}


def printed(browser: Browser, session: str, most: int, **options: Any) -> bytes:
    """The page of this session as a PDF of so many bytes at most. Raises BrowserFailed."""
    made = browser.ask("Page.printToPDF", session, printBackground=True, transferMode="ReturnAsStream", **options)
    found = bytearray()
    while True:
        piece = browser.ask("IO.read", session, handle=made["stream"], size=PIECE)
        data = str(piece.get("data", ""))
        found += base64.b64decode(data) if piece.get("base64Encoded") else data.encode()
        if len(found) > most:
            raise BrowserFailed("What the browser drew is larger than the desk keeps.")
        if piece.get("eof"):
            break
    if not found.startswith(b"%PDF-"):
        raise BrowserFailed("The browser's print is none.")
    return bytes(found)


def print_html(html: str, *, program: str, sandbox: bool, bounds: Bounds, most: int, foot: str) -> bytes:
    """A page of our own, all of it in this text, as a PDF. ``foot`` is the HTML of what stands under each sheet.

    Its scripts don't run and nothing that it names is fetched: what the browser asks for is refused before it leaves
    it, and its only way out is a door that nobody opens. Raises BrowserMissing, or BrowserFailed.
    """
    with (
        _closed_door() as door,
        Browser(program, proxy=door, user_agent="VerifyDesk", sandbox=sandbox, bounds=bounds) as browser,
    ):
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

        def refuse(event: Event) -> None:
            if event.get("method") == "Fetch.requestPaused":
                request = event["params"]["requestId"]
                browser.tell("Fetch.failRequest", session, requestId=request, errorReason="BlockedByClient")

        browser.on_event = refuse
        browser.ask("Page.enable", session)
        browser.ask("Fetch.enable", session, patterns=[{"urlPattern": "*"}])
        browser.ask("Emulation.setScriptExecutionDisabled", session, value=True)
        browser.ask("Page.setDocumentContent", session, frameId=target, html=html)
        head = {"displayHeaderFooter": True, "headerTemplate": "<span></span>", "footerTemplate": foot}
        readable = {"generateTaggedPDF": True, "generateDocumentOutline": True}
        return printed(browser, session, most, **A4, **MARGINS, **head, **readable)


@contextmanager
def _closed_door() -> Iterator[str]:
    """An address on loopback that is ours and at which nobody listens: whoever knocks is refused at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"
