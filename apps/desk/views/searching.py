"""Search over claims, sources and archived texts."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from apps.desk.fragments import answer
from apps.desk.hits import hits
from apps.desk.paging import slice_by_place
from apps.desk.requests import DeskRequest
from apps.desk.search_filters import FILTERS
from apps.desk.views.listing import narrowed_context
from apps.search import documents
from apps.search.finding import MOST, Found, count, find, unread
from apps.search.index import TookTooLong
from apps.search.models import Kind
from apps.search.words import LONGEST_QUERY, Query, asked

PAGE = 20


@require_safe
def search(request: DeskRequest) -> HttpResponse:
    """What ``?q=`` finds: ``?in=`` claim, source or text, narrowed by that kind's filters."""
    typed = request.GET.get("q", "").replace("\0", " ").strip()
    query = asked(typed)
    wanted = request.GET.get("in", "")
    kind = Kind(wanted) if wanted in Kind.values else None
    numbers = {one: _number(one, query) for one in Kind if one != kind}
    kind = kind or next((one for one in Kind if numbers[one] != 0), Kind.CLAIM)
    narrowed = FILTERS[kind](request.GET, documents.rows(kind), request=request)
    is_narrowed = any(request.GET.get(name) for name in narrowed.filters)
    try:
        found = find(kind, query, narrowed.qs if is_narrowed else None)
        numbers[kind] = found.total
    except TookTooLong:
        found, numbers[kind] = Found(), None
    shown = slice_by_place(request, found.subjects, PAGE)
    context: dict[str, Any] = {
        "took_too_long": numbers[kind] is None,
        "typed": typed[: LONGEST_QUERY * 4],
        "looked_for": query,
        "kind": kind,
        "tabs": [(one, numbers[one]) for one in Kind],
        "others": [(one, number) for one, number in numbers.items() if number and one != kind],
        **narrowed_context(request, narrowed, shown),
        "may_save": bool(typed),
        "hits": hits(kind, shown.rows, query),
        "total": found.total,
        "most": MOST,
        "unread": unread(kind),
        "first": 1 if shown.is_first else found.subjects.index(shown.rows[0]) + 1 if shown.rows else 1,
    }
    return answer(request, "desk/search.html", context, partials=("results",))


def _number(kind: Kind, query: Query) -> int | None:
    """How many there are of a kind; None where counting them took too long."""
    try:
        return count(kind, query)
    except TookTooLong:
        return None
