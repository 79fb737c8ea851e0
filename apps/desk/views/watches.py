"""The watch at the desk: what was found at cited pages, a look out of turn, and whether a page is watched at all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.archive.actions import NotWatched, end_watch, look_again, watch_page
from apps.archive.models import Drift
from apps.desk.filters import DriftFilter
from apps.desk.paging import slice_by_id
from apps.desk.requests import DeskRequest, posts_only
from apps.desk.views.listing import PAGE, listing
from apps.sources.models import Source


@require_safe
def drifts(request: DeskRequest) -> HttpResponse:
    """What is otherwise at cited pages, newest first."""
    narrowed = DriftFilter(request.GET, Drift.objects.told())
    return listing(request, "desk/drifts.html", narrowed, slice_by_id(request, narrowed.qs, PAGE))


@posts_only
def source_look(request: DeskRequest, pk: int) -> HttpResponse:
    """Look at the source's page now."""
    source = get_object_or_404(Source.objects.select_related("page"), pk=pk)
    try:
        look_again(source.page, by=request.user)
        messages.success(request, _("The archive is looking at the page. Reload in a moment to see what it has found."))
    except NotWatched as refusal:
        messages.warning(request, str(refusal))
    return redirect("desk:source", pk)


@posts_only
def source_watch(request: DeskRequest, pk: int) -> HttpResponse:
    """Watch the source's page, or, where the form says "end", watch it no more."""
    source = get_object_or_404(Source.objects.select_related("page"), pk=pk)
    if "end" in request.POST:
        end_watch(source.page, by=request.user)
        messages.success(request, _("The page is not looked at any more. What was found stays in the record."))
    else:
        try:
            watch_page(source.page, by=request.user)
            messages.success(request, _("The page is looked at again from now on."))
        except NotWatched as refusal:
            messages.warning(request, str(refusal))
    return redirect("desk:source", pk)
