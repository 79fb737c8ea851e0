"""A file by hand, for a page whose site refuses the archive."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.archive.actions import UploadRefused, upload_copy
from apps.archive.models import NO_ADDRESS, Page
from apps.desk.forms import UploadForm
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.uploads import was_too_large


@require_http_methods(["GET", "POST"])
def page_upload(request: DeskRequest, pk: int) -> HttpResponse:
    """Upload a saved page, a PDF, a picture or a WARC as the copy of a page."""
    require(request.user, Capability.CITE)
    page = get_object_or_404(Page.objects.exclude(host=NO_ADDRESS).select_related("source__outlet"), pk=pk)
    form = UploadForm(sent(request), request.FILES or None, too_large=was_too_large(request))
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload_copy(page, file, by=request.user, file_name=file.name, note=form.cleaned_data["note"])
            messages.success(request, _("The file is kept as a copy of the page, marked as uploaded by hand."))
            source = getattr(page, "source", None)
            return redirect("desk:source", source.pk) if source else redirect("desk:needs_a_person")
        except UploadRefused as refusal:
            form.add_error("file", str(refusal))
    status = 422 if request.method == "POST" else 200
    latest = page.captures.order_by("-id").first()
    return render(request, "desk/page_upload.html", {"page": page, "latest": latest, "form": form}, status=status)
