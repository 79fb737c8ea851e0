"""A story's dossier, for somebody who was not there: as a page to print, and as a PDF."""

from __future__ import annotations

import logging
from hashlib import sha256

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.bundles.actions import export_dossier
from apps.bundles.dossiers import dossier_of
from apps.claims.models import Story
from apps.desk.printing import NotPrinted, pdf
from apps.desk.requests import DeskRequest

logger = logging.getLogger(__name__)


@require_GET
def story_dossier(request: DeskRequest, pk: int) -> HttpResponse:
    """All that the desk knows of a story on one page, which prints well; that somebody took it is on record."""
    require(request.user, Capability.EXPORT_BUNDLES)
    dossier = dossier_of(get_object_or_404(Story.objects.select_related("opened_by"), pk=pk))
    export_dossier(dossier, by=request.user, form="page")
    response = render(request, "desk/dossier.html", {"dossier": dossier, "story": dossier.story})
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
def story_dossier_pdf(request: DeskRequest, pk: int) -> HttpResponse:
    """The same as a PDF, made by the browser that draws pages for the archive; the trail keeps its digest."""
    require(request.user, Capability.EXPORT_BUNDLES)
    dossier = dossier_of(get_object_or_404(Story.objects.select_related("opened_by"), pk=pk))
    context = {"dossier": dossier, "story": dossier.story, "printed_by": request.user}
    try:
        made = pdf("desk/dossier_print.html", context, foot=dossier.story.title)
    except NotPrinted as refusal:
        logger.warning("the dossier of story %s was not printed: %s", pk, refusal.__cause__ or refusal)
        instead = {
            "refusal": str(refusal),
            "instead": _("The page says the same. Your own browser can print it, or save it as a PDF."),
            "back_words": _("The dossier as a page"),
            "back": reverse("desk:story_dossier", args=[pk]),
        }
        return render(request, "desk/export_refused.html", instead, status=503)
    export_dossier(dossier, by=request.user, form="PDF", digest=sha256(made).hexdigest())
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="dossier-{pk}-{dossier.made_at:%Y-%m-%d}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
