"""The time zone in which somebody reads times: kept in their session, so that no page has to ask for it."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from apps.teamwork.models import Preference

_KEY = "time_zone"


def keep_zone(request: HttpRequest, name: str) -> None:
    """From the next page on."""
    if name:
        request.session[_KEY] = name
    else:
        request.session.pop(_KEY, None)


def take_zone(request: HttpRequest) -> None:
    """Somebody has signed in: their pages are in their time zone."""
    for name in Preference.objects.filter(person_id=request.user.pk).values_list("time_zone", flat=True):
        keep_zone(request, name)


class ReadingZoneMiddleware:
    """Tells times in the reader's zone; the desk's, where they have chosen none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        name = request.session.get(_KEY, "") if request.user.is_authenticated else ""
        try:
            zone = ZoneInfo(name) if name else None
        except (ZoneInfoNotFoundError, ValueError):
            zone = None
        with timezone.override(zone or timezone.get_default_timezone()):
            return self.get_response(request)
