"""The single keys, as a page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.desk.requests import DeskRequest


@require_safe
def keys(request: DeskRequest) -> HttpResponse:
    """What the sheet says that `?` opens, for whoever has no script."""
    return render(request, "desk/keys.html")
