"""A page of the desk as a PDF: what the operator lets it take, and one at a time."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from apps.archive.web.browser import Bounds, BrowserFailed, BrowserMissing, find_browser
from apps.archive.web.printing import print_html

# Somebody waits for it, and so does one of the few threads that answer the desk's pages.
SECONDS = 20.0
FOOT = "desk/printed_foot.html"
# Of one process one prints at a time: a browser takes a core and half a gigabyte.
_TURN = threading.Lock()


class NotPrinted(Exception):
    """There is no PDF. The text says why, and is fit to be shown."""


def pdf(template: str, context: dict[str, object], *, foot: str) -> bytes:
    """The template as a PDF, with the desk's own style sheet in it. Raises NotPrinted."""
    if not _TURN.acquire(blocking=False):
        raise NotPrinted(_("Another PDF is being made at this moment. Try again in a few seconds."))
    try:
        return print_html(
            render_to_string(template, {**context, "css": style_sheet()}),
            program=find_browser(settings.ARCHIVE_BROWSER),
            sandbox=settings.ARCHIVE_BROWSER_SANDBOX,
            bounds=_bounds(),
            most=settings.ARCHIVE_RENDER_BYTES,
            foot=render_to_string(FOOT, {"words": foot}),
        )
    except BrowserMissing as missing:
        raise NotPrinted(_("There is no browser on the desk's machine, which would make the PDF.")) from missing
    except BrowserFailed as failure:
        raise NotPrinted(_("The browser did not make the PDF. %(why)s") % {"why": failure}) from failure
    except (OSError, ValueError, LookupError) as failure:
        raise NotPrinted(_("The browser did not make the PDF. Tell the administrator.")) from failure
    finally:
        _TURN.release()


def style_sheet() -> str:
    """The desk's own style sheet, to be put into a page that fetches nothing."""
    found = finders.find("desk/desk.css")
    return Path(str(found)).read_text(encoding="utf-8")


def _bounds() -> Bounds:
    return Bounds(
        memory_bytes=settings.ARCHIVE_BROWSER_BYTES,
        message_bytes=settings.ARCHIVE_RENDER_BYTES,
        ends=time.monotonic() + min(SECONDS, settings.ARCHIVE_RENDER_SECONDS),
    )
