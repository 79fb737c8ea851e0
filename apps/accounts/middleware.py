"""Who is at the door: every request gets an id of ours and the client's address, for the trail."""

import ipaddress
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from apps.accounts.denials import record_denial
from apps.audit.context import Channel, entered_by, through


def client_address(request: HttpRequest) -> str | None:
    """The client's address by the trusted-proxy rule: TRUSTED_PROXY_COUNT entries from the right of X-Forwarded-For.

    With no trusted proxy the header is the client's own claim and is not read (ASVS 5.0, 15.3.4). What isn't an
    address gives None, never an error. An address has one way to be written, which every database keeps: without the
    zone of a link (RFC 4007), and as plain IPv4 where it is that in IPv6's clothes (RFC 4291, 2.5.5).
    """
    found = request.META.get("REMOTE_ADDR", "")
    if count := settings.TRUSTED_PROXY_COUNT:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        found = hops[-count] if len(hops) >= count else ""
    try:
        address = ipaddress.ip_address(found.partition("%")[0])
    except ValueError:
        return None
    is_ipv4_in_clothes = address.version == 6 and int(address) >> 32 in {0, 0xFFFF} and int(address) >> 16
    return str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if is_ipv4_in_clothes else address)


# Which door an address leads through, where it isn't the web's.
DOORS = {"admin": Channel.ADMIN, "api": Channel.API}


class AuditContextMiddleware:
    """Names the door of each request and records what somebody was refused there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with entered_by(Channel.WEB, address=client_address(request)):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        app = request.resolver_match.app_name if request.resolver_match else ""
        if app in DOORS:
            through(DOORS[app])

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if isinstance(exception, PermissionDenied):
            record_denial(request, exception)


def throttled_address(request: HttpRequest) -> str:
    """What sign-in attempts are counted by: an IPv4 address, or the /64 that one IPv6 client has to itself."""
    found = client_address(request)
    if found is None:
        return "0.0.0.0"  # noqa: S104  (not an address to bind to, but the name of "unknown")
    address = ipaddress.ip_address(found)
    if address.version == 4:
        return found
    return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)


class PlainSessionMiddleware:
    """Drops a session cookie that can't be one of ours, before the database is asked for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if key and not (key.isascii() and key.isalnum()):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        return self.get_response(request)
