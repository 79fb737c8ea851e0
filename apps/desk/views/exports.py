"""Copies to take away in a form that others open: one copy's, or all that a claim rests on."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.archive.actions import record_export
from apps.archive.models import Capture
from apps.archive.records.wacz import CannotExport, write_wacz
from apps.bundles.actions import export_bundle
from apps.claims.models import Claim
from apps.desk.requests import DeskRequest, posts_only

WACZ = "application/wacz"
NO_ROOM = _("The desk could not put the file together: there may be no room left on its disk. Tell the administrator.")
logger = logging.getLogger(__name__)


@require_safe
def capture_wacz(request: DeskRequest, pk: int) -> HttpResponseBase:
    """One stored copy as a WACZ, as a download."""
    require(request.user, Capability.DOWNLOAD_EVIDENCE)
    capture = get_object_or_404(Capture.objects.select_related("page__source"), pk=pk)
    if not capture.is_stored:
        raise Http404(gettext("This copy has no record."))
    page = capture.page
    back = f"{reverse('desk:source', args=[page.source.pk])}?capture={pk}"
    return _hand_out(request, [capture], f"Copy {pk}", page.stream, page.url, f"capture-{pk}.wacz", back)


@require_safe
def claim_wacz(request: DeskRequest, pk: int) -> HttpResponseBase:
    """All stored copies that a claim's citations rest on, in one WACZ, as a download."""
    require(request.user, Capability.DOWNLOAD_EVIDENCE)
    claim = get_object_or_404(Claim, pk=pk)
    live = claim.citations.live()
    copies = live.stored_copies().select_related("page")
    without = live.exclude(capture__in=copies).values_list("source__page__url", flat=True)
    notes = [f"Cited, and not in here because there is no stored copy of it: {url}." for url in without]
    back = reverse("desk:claim", args=[pk])
    title = f"Copies of the pages that are cited on claim {pk}"
    return _hand_out(request, copies, title, claim.stream, claim.statement, f"claim-{pk}.wacz", back, notes)


@posts_only
def claim_bundle(request: DeskRequest, pk: int) -> HttpResponseBase:
    """A claim with its evidence, its history and the proofs, as a download."""
    require(request.user, Capability.EXPORT_BUNDLES)
    claim = get_object_or_404(Claim, pk=pk)
    name = f"claim-{pk}.zip"
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())
        try:
            export_bundle(claim, file, by=request.user)
        except CannotExport as refusal:
            return _refused(request, str(refusal), reverse("desk:claim", args=[pk]))
        except OSError:
            logger.exception("%s could not be put together", name)
            return _refused(request, str(NO_ROOM), reverse("desk:claim", args=[pk]))
        file.seek(0)
        stack.pop_all()
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


def _hand_out(
    request: DeskRequest,
    captures: Iterable[Capture],
    title: str,
    stream: str,
    target: str,
    name: str,
    back: str,
    notes: Iterable[str] = (),
) -> HttpResponseBase:
    """The whole file is there, and known to be sound, before the first byte of it is sent."""
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())
        try:
            exported = write_wacz(file, captures, title=title, notes=list(notes))
        except CannotExport as refusal:
            return _refused(request, str(refusal), back)
        except OSError:
            logger.exception("%s could not be put together", name)
            return _refused(request, str(NO_ROOM), back)
        if request.method == "GET":
            record_export(exported, by=request.user, stream=stream, target=target)
        file.seek(0)
        stack.pop_all()
    return FileResponse(file, as_attachment=True, filename=name, content_type=WACZ)


def _refused(request: DeskRequest, refusal: str, back: str) -> HttpResponse:
    return render(request, "desk/export_refused.html", {"refusal": refusal, "back": back}, status=409)
