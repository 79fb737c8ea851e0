"""A page as a browser shows it, added to a copy that is made anyway. No failure of a browser costs the page."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from django.conf import settings

from apps.archive.capturing.gathering import Gathered
from apps.archive.capturing.leasing import Leased
from apps.archive.codes import Code
from apps.archive.configured import limits, user_agent
from apps.archive.records.contents import DOM, PRINT, SCREENSHOT
from apps.archive.records.warc import Made
from apps.archive.web.browser import BrowserFailed, BrowserMissing, find_browser
from apps.archive.web.drawing import Bounded, Drawing, draw

MOST_REFUSED_TOLD = 50
# Of one worker's threads one draws at a time: a browser takes a core and half a gigabyte.
_TURN = threading.Lock()
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Drawn:
    """What goes into the record of what a browser made; or why there is nothing, as a caution and a sentence."""

    made: list[Made] = field(default_factory=list)
    code: Code | None = None
    detail: str = ""


@contextmanager
def turn() -> Iterator[bool]:
    """Whether it is our turn at the browser: False while another thread of this worker draws. Nobody waits here."""
    ours = _TURN.acquire(blocking=False)
    try:
        yield ours
    finally:
        if ours:
            _TURN.release()


def drawn(leased: Leased, url: str, gathered: Gathered) -> Drawn:
    """Have a browser draw the page within what is left of the capture's time and bytes.

    Raises LeaseLostError, and no failure.
    """
    if not leased.with_browser:
        return Drawn(code=Code.NO_RENDERER, detail="No worker with a browser came for it.")
    allowed = limits()
    left = allowed.total_bytes - gathered.received
    if left <= 0:
        told = f"The page and what belongs to it took all {allowed.total_bytes} bytes that the capture may."
        return Drawn(code=Code.RENDERING_FAILED, detail=told)
    try:
        drawing = draw(
            url,
            program=find_browser(settings.ARCHIVE_BROWSER),
            sandbox=settings.ARCHIVE_BROWSER_SANDBOX,
            user_agent=user_agent(),
            limits=replace(allowed, total_bytes=left),
            bounded=bounded(),
            allow=settings.ARCHIVE_ALLOW,
            ends=leased.ends,
            on_progress=lambda received: leased.progress(gathered.received + received),
            left_alone=frozenset(gathered.left_alone),
        )
    except BrowserMissing as missing:
        logger.warning("capture %s: %s", leased.capture.pk, missing)
        return Drawn(code=Code.NO_RENDERER, detail=str(missing))
    except (BrowserFailed, OSError, ValueError, LookupError) as failure:
        logger.warning("capture %s was not drawn: %s", leased.capture.pk, failure)
        told = str(failure) if isinstance(failure, BrowserFailed) else type(failure).__name__
        return Drawn(code=Code.RENDERING_FAILED, detail=told)
    return Drawn(made=_made(url, drawing, left))


def bounded() -> Bounded:
    """What the operator lets one drawing take."""
    return Bounded(
        seconds=settings.ARCHIVE_RENDER_SECONDS,
        memory_bytes=settings.ARCHIVE_BROWSER_BYTES,
        drawn_bytes=settings.ARCHIVE_RENDER_BYTES,
        height=settings.ARCHIVE_RENDER_HEIGHT,
    )


def _made(url: str, drawing: Drawing, most_bytes: int) -> list[Made]:
    """The drawing as it lies in the record, under the page's own address; what is known of it lies with the DOM."""
    refused = " ".join(f"{where} ({code.value})" for where, code in drawing.refused[:MOST_REFUSED_TOLD])
    cut = [] if drawing.height else [f"the screenshot ends after {settings.ARCHIVE_RENDER_HEIGHT} pixels"]
    if drawing.received >= most_bytes:
        cut.append(f"the browser got no more than the {most_bytes} bytes that were left of the capture's")
    facts = {
        "browser": drawing.browser,
        "shown": drawing.url,
        "refused": refused,
        "loaded": "" if drawing.loaded else "no: the page was still loading",
        "cut": "; ".join(cut),
    }
    return [
        Made(f"{DOM}{url}", "text/html; charset=utf-8", drawing.dom, drawing.at, facts),
        Made(f"{SCREENSHOT}{url}", "image/png", drawing.screenshot, drawing.at),
        Made(f"{PRINT}{url}", "application/pdf", drawing.pdf, drawing.at),
    ]
