"""The archive as people at the desk meet it: what it could not copy by itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.archive.actions import NothingToLetGoError, let_go
from apps.archive.models import Capture
from apps.desk.filters import TroubleFilter
from apps.desk.forms import WithdrawForm
from apps.desk.fragments import answer, is_fragment
from apps.desk.health_page import health_figures, health_now
from apps.desk.paging import slice_by_id
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.views.listing import PAGE, listing

HEALTH = "desk/archive_health.html"


@require_safe
def needs_a_person(request: DeskRequest) -> HttpResponse:
    """Pages that the archive gave up on, newest first: somebody tries again, or decides to do without."""
    waiting = Capture.objects.needing_a_person().select_related("page__source", "requested_by")
    narrowed = TroubleFilter(request.GET, waiting)
    return listing(request, "desk/needs_a_person.html", narrowed, slice_by_id(request, narrowed.qs, PAGE))


@require_http_methods(["GET", "POST"])
def capture_let_go(request: DeskRequest, pk: int) -> HttpResponse:
    """Do without a copy, with a reason."""
    require(request.user, Capability.CITE)
    capture = get_object_or_404(Capture.objects.select_related("page"), pk=pk)
    form = WithdrawForm(sent(request))
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            let_go(capture, by=request.user, **form.cleaned_data)
            messages.success(request, _("Let go. The failed attempts stay in the record."))
            return redirect("desk:needs_a_person")
        except NothingToLetGoError as refusal:
            status = 409
            form.add_error(None, str(refusal))
    return render(request, "desk/capture_let_go.html", {"capture": capture, "form": form}, status=status)


@require_safe
def archive_health(request: DeskRequest) -> HttpResponse:
    """Whether the archive is well and what to do if it isn't; what came of captures over time, by reason and by host.

    Asked with ``?shown=`` by the page's poller, it answers with how things are at this moment alone.
    """
    require(request.user, Capability.READ_ADMIN)
    if is_fragment(request) and "shown" in request.GET:
        return answer(request, HEALTH, health_now(request), partials=("now",))
    if is_fragment(request):
        return answer(request, HEALTH, health_figures(request), partials=("results",))
    return answer(request, HEALTH, {**health_now(request), **health_figures(request)}, partials=())
