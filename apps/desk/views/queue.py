"""The queue of claims: as a table, and as a board of three columns."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from apps.claims.models import Claim
from apps.claims.states import Stage, State
from apps.desk.badges import notes
from apps.desk.bulk_forms import people_for
from apps.desk.filters import ClaimFilter
from apps.desk.fragments import answer
from apps.desk.paging import slice_by_change
from apps.desk.panels.board import columns
from apps.desk.requests import DeskRequest
from apps.desk.views.listing import PAGE, narrowed_context

QUEUE = "desk/queue.html"


@require_safe
def queue(request: DeskRequest) -> HttpResponse:
    """The queue, narrowed by the filters, with how many there are in each state; ``?view=board`` is the board."""
    narrowed = ClaimFilter(request.GET, Claim.objects.all(), request=request)
    others = request.GET.copy()
    for name in ("state", "after", "selected"):
        others.pop(name, None)
    in_any_state = ClaimFilter(others, Claim.objects.all(), request=request).qs
    asked = request.GET.get("state", "")
    state = asked if asked in State.values else ""
    counts = in_any_state.count_by_state()
    is_board = request.GET.get("view") == "board"
    shown = _board if is_board else _table
    context = {
        "counts": [(State(one), number) for one, number in counts.items()],
        "total": sum(counts.values()),
        "others": others.urlencode(),
        "state": state,
        "other_view": _other_view(request, is_board),
        **shown(request, narrowed, in_any_state, state),
    }
    return answer(request, QUEUE, context, partials=("results",))


def _other_view(request: DeskRequest, is_board: bool) -> str:
    """The address of the same claims seen the other way."""
    query = request.GET.copy()
    for name in ("view", "after", "selected", *(["state"] if is_board else [])):
        query.pop(name, None)
    if not is_board:
        query["view"] = "board"
    return query.urlencode()


def _table(request: DeskRequest, narrowed: ClaimFilter, in_any_state: Any, state: str) -> dict[str, Any]:
    found = slice_by_change(request, narrowed.qs.for_queue(), PAGE)
    return {
        **narrowed_context(request, narrowed, found),
        "notes": notes(found.rows),
        "people": people_for(request.user),
        "stages": Stage.choices,
        "selected": request.GET.get("selected") == "page",
        "place": request.GET.get("after", ""),
    }


def _board(request: DeskRequest, narrowed: ClaimFilter, in_any_state: QuerySet[Claim], state: str) -> dict[str, Any]:
    found = columns(in_any_state, [State(state)] if state else list(State))
    return {
        **narrowed_context(request, narrowed),
        "board": found,
        "notes": notes([claim for column in found for claim in column.claims]),
    }
