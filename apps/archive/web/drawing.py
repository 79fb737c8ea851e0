"""What a page looks like in a browser: the DOM after load, a screenshot of all of it, and a PDF."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from apps.archive.codes import Code
from apps.archive.web.addresses import Lookup
from apps.archive.web.browser import Bounds, Browser, BrowserFailed, Event
from apps.archive.web.exchanges import Limits
from apps.archive.web.printing import printed
from apps.archive.web.proxy import GuardedProxy

WIDTH, HEIGHT = 1_280, 900
# A page that goes on loading is drawn as it is when so much of its time is over.
LOADING_SHARE = 0.6
SETTLE_SECONDS = 3.0
MOST_PDF_PAGES = 100
NO_SERVICE_WORKERS = (
    "if (navigator.serviceWorker) navigator.serviceWorker.register ="
    " () => Promise.reject(new DOMException('Not in an archive.', 'NotSupportedError'));"
)
# Asked in a world of its own, where the page's scripts have changed nothing.
DOM = (
    "(document.doctype ? new XMLSerializer().serializeToString(document.doctype) + '\\n' : '')"
    " + document.documentElement.outerHTML"
)
STATUS = "performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0"


@dataclass(frozen=True)
class Bounded:
    """What a drawing may take beside the limits of the capture. Pixels are CSS pixels."""

    seconds: float
    memory_bytes: int
    drawn_bytes: int
    height: int


@dataclass(frozen=True)
class Drawing:
    """A page as it was drawn, and what was noticed on the way."""

    url: str
    status: int
    dom: bytes
    screenshot: bytes
    pdf: bytes
    at: datetime
    browser: str
    height: int
    loaded: bool
    received: int
    memory_bytes: int
    refused: list[tuple[str, Code]] = field(default_factory=list)


def draw(
    url: str,
    *,
    program: str,
    sandbox: bool,
    user_agent: str,
    limits: Limits,
    bounded: Bounded,
    allow: frozenset[str],
    ends: float,
    on_progress: Callable[[int], None] = lambda received: None,
    lookup: Lookup | None = None,
    left_alone: frozenset[str] = frozenset(),
) -> Drawing:
    """Draw one page, through the guard alone, until `ends` by the monotonic clock at most.

    `on_progress` is told the bytes so far a few times a second; what it raises ends the browser. Hosts that are
    `left_alone` are not gone to. Raises BrowserMissing, or BrowserFailed.
    """
    ends = min(ends, time.monotonic() + bounded.seconds)
    bounds = Bounds(memory_bytes=bounded.memory_bytes, message_bytes=bounded.drawn_bytes * 4 // 3 + 1_000, ends=ends)
    looked_up = {"lookup": lookup} if lookup else {}
    with (
        GuardedProxy(limits=limits, allow=allow, ends=ends, left_alone=left_alone, **looked_up) as proxy,
        Browser(
            program,
            proxy=proxy.address,
            user_agent=user_agent,
            sandbox=sandbox,
            bounds=bounds,
            on_wait=lambda: on_progress(proxy.received),
        ) as browser,
    ):
        return _Sitting(browser, proxy, bounded, ends).draw(url)


class _Sitting:
    """One page in front of one browser."""

    def __init__(self, browser: Browser, proxy: GuardedProxy, bounded: Bounded, ends: float) -> None:
        self.browser, self.proxy, self.bounded, self.ends = browser, proxy, bounded, ends
        self.session = self.target = ""
        # What has happened to the document that the window shows now, and the empty one that it showed at first.
        self.seen: set[str] = set()
        self.empty: set[str] = set()
        self.is_gone_to = False
        browser.on_event = self.heard

    def draw(self, url: str) -> Drawing:
        browser = self.browser
        version = str(browser.ask("Browser.getVersion").get("product", ""))[:100]
        self.open()
        at = datetime.now(UTC)
        self.go(url)
        world = browser.ask("Page.createIsolatedWorld", self.session, frameId=self.target)["executionContextId"]
        status = int(self.evaluate(STATUS, world) or 0)
        if status >= 400:
            raise BrowserFailed(f"The site answered the browser {status}.")
        dom = str(self.evaluate(DOM, world)).encode("utf-8", "replace")
        shown = str(self.evaluate("document.location.href", world))[:2_048]
        screenshot, height = self.screenshot()
        left = self.bounded.drawn_bytes - len(dom) - len(screenshot)
        pdf = printed(browser, self.session, left, pageRanges=f"1-{MOST_PDF_PAGES}")
        return Drawing(
            url=shown,
            status=status,
            dom=dom,
            screenshot=screenshot,
            pdf=pdf,
            at=at,
            browser=version,
            height=height,
            loaded="load" in self.seen,
            received=self.proxy.received,
            memory_bytes=browser.most_bytes,
            refused=list(self.proxy.refused),
        )

    def open(self) -> None:
        """A window that remembers nothing, may do nothing, and takes nothing home."""
        browser = self.browser
        context = browser.ask("Target.createBrowserContext", disposeOnDetach=True)["browserContextId"]
        browser.ask("Browser.setDownloadBehavior", behavior="deny", browserContextId=context)
        browser.ask("Browser.grantPermissions", permissions=[], browserContextId=context)
        self.target = browser.ask(
            "Target.createTarget", url="about:blank", browserContextId=context, width=WIDTH, height=HEIGHT
        )["targetId"]
        self.session = browser.ask("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        browser.ask("Target.setDiscoverTargets", discover=True, filter=[{"type": "page"}])
        browser.ask("Page.enable", self.session)
        browser.ask("Page.setLifecycleEventsEnabled", self.session, enabled=True)
        browser.ask("Page.addScriptToEvaluateOnNewDocument", self.session, source=NO_SERVICE_WORKERS)
        # Documents stop here so that the proxy's question for its password is heard; the browser remembers it then.
        documents = [{"urlPattern": "*", "resourceType": "Document"}]
        browser.ask("Fetch.enable", self.session, handleAuthRequests=True, patterns=documents)

    def go(self, url: str) -> None:
        """Wait until the page has loaded and is quiet, or as long as we do for one that never is."""
        began = time.monotonic()
        self.is_gone_to = True
        asked = self.browser.ask("Page.navigate", self.session, url=url)
        if problem := asked.get("errorText"):
            raise BrowserFailed(f"The browser could not open the page ({str(problem)[:100]}).")
        patience = began + (self.ends - began) * LOADING_SHARE
        while "load" not in self.seen and time.monotonic() < patience:
            self.browser.wait(patience - time.monotonic())
        if not self.seen & {"DOMContentLoaded", "load"}:
            raise BrowserFailed("The page did not arrive in the browser in time.")
        patience = min(patience, time.monotonic() + SETTLE_SECONDS)
        while not {"load", "networkIdle"} <= self.seen and time.monotonic() < patience:
            self.browser.wait(patience - time.monotonic())

    def heard(self, event: Event) -> None:
        """What the browser tells unasked. A page that wants anything of a person gets a no."""
        method, said = event.get("method"), event.get("params") or {}
        if method == "Target.targetCreated":
            other = said.get("targetInfo", {})
            if self.target and other.get("type") == "page" and other.get("targetId") != self.target:
                self.browser.tell("Target.closeTarget", targetId=other["targetId"])
        elif event.get("sessionId") != self.session:
            return
        elif method == "Page.lifecycleEvent":
            self.happened(str(said.get("name")), str(said.get("frameId")), str(said.get("loaderId")))
        elif method == "Page.javascriptDialogOpening":
            self.browser.tell("Page.handleJavaScriptDialog", self.session, accept=False)
        elif method == "Fetch.requestPaused":
            self.browser.tell("Fetch.continueRequest", self.session, requestId=said["requestId"])
        elif method == "Fetch.authRequired":
            self.browser.tell(
                "Fetch.continueWithAuth",
                self.session,
                requestId=said["requestId"],
                authChallengeResponse=self.password_for(said.get("authChallenge", {})),
            )

    def happened(self, name: str, frame: str, document: str) -> None:
        """A step in the life of a document. A page may lead to another one, and then that is waited for."""
        if frame != self.target or document in self.empty:
            return
        if not self.is_gone_to:
            self.empty.add(document)
        elif name == "init":
            self.seen.clear()
        else:
            self.seen.add(name)

    def password_for(self, challenge: dict[str, Any]) -> dict[str, str]:
        """Ours for our proxy; a site that asks for one gets none."""
        if challenge.get("source") == "Proxy" and challenge.get("origin") == f"http://{self.proxy.address}":
            who = {"username": self.proxy.user, "password": self.proxy.password}
            return {"response": "ProvideCredentials", **who}
        return {"response": "CancelAuth"}

    def evaluate(self, expression: str, world: int) -> Any:
        asked = self.browser.ask(
            "Runtime.evaluate", self.session, expression=expression, contextId=world, returnByValue=True
        )
        if "exceptionDetails" in asked:
            raise BrowserFailed("The page could not be read in the browser.")
        return asked.get("result", {}).get("value")

    def screenshot(self) -> tuple[bytes, int]:
        """The page from its top, at most as far down as allowed; and how far, or 0 when it goes on below."""
        size = self.browser.ask("Page.getLayoutMetrics", self.session)["cssContentSize"]
        height = min(max(int(size["height"]), 1), self.bounded.height)
        # A window as high as the page: asked for what lies beyond its edge, the browser would lay it out twice again.
        window = {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.browser.ask("Emulation.setDeviceMetricsOverride", self.session, **window)
        # Packed for speed, a picture takes a third of the time and, of pages of text, up to twice the room.
        taken = self.browser.ask("Page.captureScreenshot", self.session, format="png", optimizeForSpeed=True)
        picture = base64.b64decode(taken["data"])
        if not picture.startswith(b"\x89PNG\r\n\x1a\n"):
            raise BrowserFailed("The browser's picture is none.")
        return picture, height if size["height"] <= self.bounded.height else 0
