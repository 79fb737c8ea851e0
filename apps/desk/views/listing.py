"""Lists that are narrowed by filters and go on page by page: a head, a bar of filters, the rows, a pager."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django_filters import FilterSet

from apps.accounts.saved import views_of
from apps.desk.filters import left_out
from apps.desk.fragments import answer
from apps.desk.narrowing import PLACES, narrowings
from apps.desk.paging import Slice
from apps.desk.requests import DeskRequest

# A page with fifty rows is read; one with more is searched.
PAGE = 50
# The lists of which people save views: what each is called in the address is what its URL is called.
SAVED = {
    "queue", "trail", "flags", "corrections", "replies_due", "suggestions", "needs_a_person", "drifts", "search",
}  # fmt: skip


def listing(
    request: DeskRequest, template: str, narrowed: FilterSet, found: Slice[Any], **context: Any
) -> HttpResponse:
    """The page, or for htmx its results. The template has ``components/filters.html`` and a partial ``results``.

    The results begin with ``components/narrowed.html``: what the list is narrowed to, what of it was left out, and a
    form that saves it.
    """
    return answer(request, template, {**narrowed_context(request, narrowed, found), **context}, partials=("results",))


def narrowed_context(request: DeskRequest, narrowed: FilterSet, found: Slice[Any] | None = None) -> dict[str, Any]:
    """What the bar of filters and ``components/narrowed.html`` show."""
    page = request.resolver_match.url_name if request.resolver_match else ""
    asked = sorted((name, value) for name, value in request.GET.items() if value and name not in PLACES)
    query = urlencode(asked)
    return {
        "filter": narrowed,
        "narrowings": narrowings(narrowed, request.GET),
        "left_out": left_out(narrowed),
        "slice": found,
        "query": query,
        "cleared": urlencode([(name, value) for name, value in asked if name not in narrowed.filters]),
        "is_narrowed": any(request.GET.get(name) for name in narrowed.filters),
        "saved_page": page if page in SAVED else "",
        "views": views_of(request.user, page) if page in SAVED else [],
    }
