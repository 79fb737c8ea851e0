"""What replay sends: archived bytes to somebody with a signed address, with walls around them. Knows no session."""

from __future__ import annotations

import html
from collections.abc import Callable

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from apps.archive.models import Capture
from apps.archive.replaying.shelf import NotShown, Piece, Shelf
from apps.desk.replay_addresses import Ticket, opened, path

PAGE_WALL = (
    "sandbox; default-src 'none'; img-src data: 'self'; style-src 'unsafe-inline' 'self'; font-src data: 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors {desk}"
)
PART_WALL = "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'"
# What a browser says it wants an address for (Fetch Metadata). A page is for a frame of the desk, a part for a page.
FOR_PAGES = frozenset({"", "iframe"})
FOR_PARTS = frozenset({"", "image", "style", "font"})
TOO_OLD = _("This view was opened a while ago. Reload the page around it.")
NOT_HERE = _("There is nothing at this address.")
NOT_ALONE = _("An archived page is shown inside the desk only.")


def page(request: HttpRequest, token: str) -> HttpResponse:
    """The page as it was sent, with nothing in it that runs or reaches out."""
    return _shown(request, token, Shelf.page, FOR_PAGES)


def dom(request: HttpRequest, token: str) -> HttpResponse:
    """The page as a browser had it after its scripts had run, now without them."""
    return _shown(request, token, Shelf.dom, FOR_PAGES)


def part(request: HttpRequest, token: str, offset: int) -> HttpResponse:
    """A picture, a style or a font of the copy."""
    return _shown(request, token, lambda shelf: shelf.at(offset), FOR_PARTS)


def root(request: HttpRequest) -> HttpResponse:
    """What all addresses begin with: there is nothing."""
    return nothing()


def nothing() -> HttpResponse:
    """What replay's own host says of every other address."""
    return _walled(_sentence(NOT_HERE), PART_WALL, 404)


def _shown(request: HttpRequest, token: str, take: Callable[[Shelf], Piece], wanted: frozenset[str]) -> HttpResponse:
    wall = PART_WALL
    if request.method not in ("GET", "HEAD"):
        return _walled(_sentence(NOT_HERE), wall, 405)
    try:
        ticket, fresh = opened(token)
        wall = PAGE_WALL.format(desk=ticket.desk) if wanted is FOR_PAGES else PART_WALL
        if not fresh:
            return _walled(_sentence(TOO_OLD), wall, 403)
        if request.headers.get("Sec-Fetch-Dest", "") not in wanted:
            return _walled(_sentence(NOT_ALONE), wall, 403)
        return _walled(take(_shelf(ticket, token)), wall, 200)
    except signing.BadSignature:
        return _walled(_sentence(NOT_HERE), wall, 404)
    except NotShown as refusal:
        return _walled(_sentence(str(refusal)), wall, 503 if refusal.away else 404)


def _shelf(ticket: Ticket, token: str) -> Shelf:
    capture = Capture.objects.stored().select_related("page", "upload").filter(pk=ticket.capture).first()
    if capture is None:
        raise NotShown(str(NOT_HERE))
    return Shelf(capture, lambda offset: path(token, "part", offset))


def _sentence(text: object) -> Piece:
    head = "<!doctype html><html lang=en><title>Not shown</title><body style='font: 1rem sans-serif'>"
    body = f"{head}<p>{html.escape(str(text))}"
    return Piece("text/html; charset=utf-8", body.encode())


def _walled(piece: Piece, wall: str, status: int) -> HttpResponse:
    response = HttpResponse(piece.body, content_type=piece.content_type, status=status)
    response["Content-Security-Policy"] = wall
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    response["X-DNS-Prefetch-Control"] = "off"
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    if piece.content_type.startswith("font/"):
        # A page in a sandbox is of no origin, and fonts are asked for by origin. The signature is the permission.
        response["Access-Control-Allow-Origin"] = "*"
    return response
