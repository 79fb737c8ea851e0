"""The audit trail, for people to read."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from apps.accounts.capabilities import Capability
from apps.audit.models import Entry
from apps.desk.filters import TrailFilter
from apps.desk.paging import slice_by_id
from apps.desk.requests import DeskRequest
from apps.desk.subjects import subjects
from apps.desk.views.listing import listing

PAGE = 100


@require_safe
def trail(request: DeskRequest) -> HttpResponse:
    """What happened, newest first, narrowed by who, what, claim, door and dates."""
    entries = Entry.every_line if request.user.may(Capability.READ_PRIVATE_TRAIL) else Entry.objects
    narrowed = TrailFilter(request.GET, entries.select_related("actor"))
    found = slice_by_id(request, narrowed.qs, PAGE)
    return listing(request, "desk/trail.html", narrowed, found, subjects=subjects(found.rows))
