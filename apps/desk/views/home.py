"""The first page: what must I do now."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.desk.badges import notes
from apps.desk.panels.duties import duties, elsewhere
from apps.desk.requests import DeskRequest


@require_safe
def home(request: DeskRequest) -> HttpResponse:
    """What waits for whoever asks: editors see first what they sign, reporters what is theirs."""
    found = duties(request.user)
    shown = {claim.pk: claim for duty in found for claim in duty.claims}
    context = {
        "duties": found,
        "elsewhere": elsewhere(request.user),
        "notes": notes(list(shown.values())),
        "is_calm": not shown,
        "nothing": [duty.empty for duty in found if not duty.claims and shown],
    }
    return render(request, "desk/home.html", context)
