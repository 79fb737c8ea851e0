"""The audit trail, for people to read."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from apps.accounts.capabilities import Capability
from apps.audit.models import Entry
from apps.desk.filters import TrailFilter, left_out
from apps.desk.fragments import answer
from apps.desk.paging import slice_by_id
from apps.desk.requests import DeskRequest
from apps.desk.subjects import subjects

PAGE = 100


@require_safe
def trail(request: DeskRequest) -> HttpResponse:
    """What happened, newest first, narrowed by who, what, claim, door and dates."""
    entries = Entry.every_line if request.user.may(Capability.READ_PRIVATE_TRAIL) else Entry.objects
    narrowed = TrailFilter(request.GET, entries.select_related("actor"))
    found = slice_by_id(request, narrowed.qs, PAGE)
    context = {
        "filter": narrowed,
        "left_out": left_out(narrowed),
        "slice": found,
        "subjects": subjects(found.rows),
        "is_narrowed": any(request.GET.get(name) for name in TrailFilter.base_filters),
    }
    return answer(request, "desk/trail.html", context, partials=("results",))
