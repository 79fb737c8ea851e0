"""Citing what has no web address: a document or a picture, and what somebody told the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.archive.actions import UploadRefused
from apps.claims import actions
from apps.claims.models import Citation, Claim
from apps.claims.refusals import KeptConfidential, Refusal
from apps.desk.document_forms import DocumentForm, InterviewForm
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.uploads import was_too_large


@require_http_methods(["GET", "POST"])
def claim_cite_document(request: DeskRequest, pk: int) -> HttpResponse:
    """Cite a document or a picture that has no web address."""
    require(request.user, Capability.CITE)
    claim = get_object_or_404(Claim, pk=pk)
    form = DocumentForm(sent(request), request.FILES or None, too_large=was_too_large(request))
    context: dict[str, Any] = {"claim": claim, "form": form}
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        began, said = timezone.now(), dict(form.cleaned_data)
        file = said.pop("file")
        try:
            citation = actions.cite_document(claim, by=request.user, file=file, file_name=file.name, **said)
            is_known = citation.source.registered_at < began
            return _cited(request, citation, _KNOWN % {"source": citation.source} if is_known else "")
        except UploadRefused as refusal:
            form.add_error("file", str(refusal))
        except KeptConfidential as refusal:
            status, context["may_insist"] = 409, True
            form.add_error("knowingly", str(refusal))
        except Refusal as refusal:
            status = 409
            form.add_error(None, str(refusal))
    return render(request, "desk/cite_document.html", context, status=status)


@require_http_methods(["GET", "POST"])
def claim_cite_interview(request: DeskRequest, pk: int) -> HttpResponse:
    """Cite what somebody told the desk."""
    require(request.user, Capability.CITE)
    claim = get_object_or_404(Claim, pk=pk)
    form = InterviewForm(sent(request), request.FILES or None, too_large=was_too_large(request), person=request.user)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        name = said["recording"].name if said["recording"] else ""
        try:
            return _cited(request, actions.cite_interview(claim, by=request.user, recording_name=name, **said))
        except UploadRefused as refusal:
            form.add_error("recording", str(refusal))
        except Refusal as refusal:
            status = 409
            form.add_error(None, str(refusal))
    return render(request, "desk/cite_interview.html", {"claim": claim, "form": form}, status=status)


_KNOWN = gettext_lazy(
    "Cited. The desk had this very file already, as “%(source)s”: it is that source. "
    "What you said of it is in the trail."
)


def _cited(request: DeskRequest, citation: Citation, said: str = "") -> HttpResponse:
    messages.success(request, said or _("Cited, and kept in the archive under its digest."))
    return redirect(f"{reverse('desk:claim', args=[citation.claim_id])}#citation-{citation.pk}")
