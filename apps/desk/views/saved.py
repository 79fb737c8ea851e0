"""Views that people save of a list, with its filters."""

from __future__ import annotations

from functools import partial

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from apps.accounts.models import SavedView
from apps.accounts.saved import filters_of, remove_view, save_view
from apps.desk.requests import DeskRequest, posts_only
from apps.desk.typed import sent
from apps.desk.views.asking import ask
from apps.desk.views.listing import SAVED


class ViewForm(forms.Form):
    """Under which name the filters of a list are kept, and for whom."""

    query = forms.CharField(required=False, max_length=2_000, widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, error_messages={"required": gettext_lazy("Give the view a name.")}
    )
    is_shared = forms.BooleanField(label=gettext_lazy("For everybody"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def view_save(request: DeskRequest, page: str) -> HttpResponse:
    """Keep a list's filters under a name, for oneself or for everybody."""
    if page not in SAVED:
        raise Http404("This page has no saved views.")
    form = ViewForm(sent(request), initial={"query": request.GET.get("query", "")[:2_000]})
    query = filters_of(str(form["query"].value() or ""))
    name = str(form["name"].value() or "").strip()
    return ask(
        request,
        form,
        partial(save_view, page),
        back=f"{reverse(f'desk:{page}')}?{query}" if query else reverse(f"desk:{page}"),
        said=_("“%(name)s” is saved.") % {"name": name},
        title=_("Save this view"),
        act=_("Save view"),
    )


@posts_only
def view_remove(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a saved view of one's own away."""
    found = get_object_or_404(SavedView, pk=pk)
    remove_view(found, by=request.user)
    messages.success(request, _("“%(name)s” is removed.") % {"name": found.name})
    return redirect(f"desk:{found.page}" if found.page in SAVED else "desk:home")
