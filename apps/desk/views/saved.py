"""Views that people save of a list, with its filters."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import SavedView
from apps.accounts.saved import NotSaved, remove_view, save_view
from apps.desk.requests import DeskRequest, posts_only
from apps.desk.views.listing import SAVED


@posts_only
def view_save(request: DeskRequest, page: str) -> HttpResponse:
    """Keep a list's filters under a name, for oneself or for everybody."""
    if page not in SAVED:
        raise Http404("This page has no saved views.")
    query = request.POST.get("query", "")
    try:
        made = save_view(
            page, request.POST.get("name", ""), query, by=request.user, is_shared="is_shared" in request.POST
        )
    except NotSaved as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse(f'desk:{page}')}?{query[:2_000]}" if query else reverse(f"desk:{page}"))
    messages.success(request, _("“%(name)s” is saved.") % {"name": made.name})
    return redirect(f"{reverse(f'desk:{page}')}?{made.query}")


@posts_only
def view_remove(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a saved view of one's own away."""
    found = get_object_or_404(SavedView, pk=pk)
    remove_view(found, by=request.user)
    messages.success(request, _("“%(name)s” is removed.") % {"name": found.name})
    return redirect(f"desk:{found.page}" if found.page in SAVED else "desk:home")
