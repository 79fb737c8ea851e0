"""Addresses under which archived bytes are shown: signed, of one copy, and good for some minutes.

They lead to the host of ``ARCHIVE_ORIGIN`` when there is one. The signature is the permission: no cookie is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

URLS = "apps.desk.replay_urls"
GOOD_FOR_SECONDS = 600
SALT = "desk.replay"
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True)
class Ticket:
    """What an address lets one see, and the origin of the desk that may show it in a frame."""

    capture: int
    desk: str

    def signed(self) -> str:
        return signing.dumps([self.capture, self.desk], salt=SALT)


def opened(token: str) -> tuple[Ticket, bool]:
    """The ticket in an address, and whether it is still good. Raises signing.BadSignature for one that is not ours."""
    try:
        return Ticket(*signing.loads(token, salt=SALT, max_age=GOOD_FOR_SECONDS)), True
    except signing.SignatureExpired:
        return Ticket(*signing.loads(token, salt=SALT)), False


def ticket_for(request: HttpRequest, capture: int) -> str:
    """A signed ticket for whoever looks at this copy at the desk now."""
    return Ticket(capture, desk_of(request)).signed()


def desk_of(request: HttpRequest) -> str:
    """The origin of the desk that was asked."""
    return f"{request.scheme}://{request.get_host()}"


def allowed(request: HttpRequest) -> str:
    """Where a page of the desk may take archived bytes from, as a source of its Content-Security-Policy."""
    return f"{settings.ARCHIVE_ORIGIN or desk_of(request)}{reverse('replay_root', urlconf=URLS)}"


def address(token: str, part: str, *args: int) -> str:
    """Where a part of the copy is: ``page``, ``dom``, or ``part`` with its offset in the record."""
    return f"{settings.ARCHIVE_ORIGIN}{path(token, part, *args)}"


def path(token: str, part: str, *args: int) -> str:
    """The same, as a page on the same host names it."""
    return reverse(f"replay_{part}", urlconf=URLS, args=[token, *args])


def host_of(origin: str) -> str:
    """The host of an origin as requests name it: without the port that its scheme has anyway."""
    parts = urlsplit(origin)
    return parts.netloc.lower().removesuffix(DEFAULT_PORTS.get(parts.scheme, "\n"))
