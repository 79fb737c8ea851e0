"""The time zone in which somebody reads times: the one they chose, or their browser's, or the desk's."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from apps.audit.statements import Select
from apps.teamwork.models import Preference

# The page's own script writes the browser's zone there. It is told again by each browser and stored nowhere.
COOKIE = "zone"
_known = cache(available_timezones)
_chosen = Select(lambda person: Preference.objects.filter(person=person).values_list("time_zone"), int)


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """In which zone to tell times to whoever asks; None for the desk's own."""
    if not request.user.is_authenticated:
        return None
    chosen = next((chosen for (chosen,) in _chosen(request.user.pk)), "")
    name = next((name for name in (chosen, request.COOKIES.get(COOKIE)) if name in _known()), None)
    return ZoneInfo(name) if name else None


class ReadingZoneMiddleware:
    """Tells times in the reader's zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with timezone.override(zone_of(request) or timezone.get_default_timezone()):
            return self.get_response(request)
