"""Uses of claims in published stories, and what needs correction."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.claims import actions
from apps.claims.models import Claim, Correction, Use
from apps.desk.knowledge_filters import CorrectionFilter
from apps.desk.knowledge_forms import CorrectionForm, ReasonForm, UseForm
from apps.desk.paging import slice_by_id
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.views.asking import ask
from apps.desk.views.listing import PAGE, listing


@require_safe
def corrections(request: DeskRequest) -> HttpResponse:
    """Stories that need correction, newest need first, until somebody says what was done."""
    narrowed = CorrectionFilter(request.GET, Correction.objects.told())
    shown = narrowed.qs if request.GET.get("standing") else narrowed.qs.open()
    return listing(request, "desk/corrections.html", narrowed, slice_by_id(request, shown, PAGE))


@require_http_methods(["GET", "POST"])
def correction_settle(request: DeskRequest, pk: int) -> HttpResponse:
    """Say what was done about a story."""
    require(request.user, Capability.OPEN_CLAIMS)
    correction = get_object_or_404(Correction.objects.told(), pk=pk)
    return ask(
        request,
        CorrectionForm(sent(request)),
        partial(actions.settle_correction, correction),
        back=reverse("desk:corrections"),
        said=_("Said, and on record."),
        title=_("What was done about this story"),
        act=_("Say so"),
        claim=correction.use.claim,
        lede=f"{correction.use.headline}. {correction.sentence}",
    )


@require_http_methods(["GET", "POST"])
def claim_use(request: DeskRequest, pk: int) -> HttpResponse:
    """Note that a published story relies on the claim."""
    require(request.user, Capability.OPEN_CLAIMS)
    claim = get_object_or_404(Claim, pk=pk)
    return ask(
        request,
        UseForm(sent(request)),
        partial(actions.note_use, claim),
        back=reverse("desk:claim", args=[pk]),
        said=_noted,
        title=_("A story relies on this claim"),
        act=_("Note it"),
        claim=claim,
    )


def _noted(use: Use) -> str:
    if needed := Correction.objects.told().filter(use=use).first():
        return _("Noted, and listed as needing correction. %(why)s") % {"why": needed.sentence}
    return _("Noted. If the claim loses its verdict, the story is listed as needing correction.")


@require_http_methods(["GET", "POST"])
def use_withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Take back a use that was noted by mistake."""
    require(request.user, Capability.OPEN_CLAIMS)
    use = get_object_or_404(Use.objects.select_related("claim"), pk=pk)
    return ask(
        request,
        ReasonForm(sent(request)),
        partial(actions.withdraw_use, use),
        back=reverse("desk:claim", args=[use.claim_id]),
        said=_("Taken back. The use stays in the record."),
        title=_("This story does not rely on the claim"),
        act=_("Take it back"),
        claim=use.claim,
        lede=use.headline,
    )
