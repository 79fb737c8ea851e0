"""Flags: what happened under claims, and clearing what was looked into."""

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
from apps.claims.models import Flag
from apps.desk.knowledge_filters import FlagFilter
from apps.desk.knowledge_forms import ReasonForm
from apps.desk.paging import slice_by_id
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.views.asking import ask
from apps.desk.views.listing import PAGE, listing


@require_safe
def flags(request: DeskRequest) -> HttpResponse:
    """Flags on claims, newest first: those that nobody has cleared, unless others are asked for."""
    narrowed = FlagFilter(request.GET, Flag.objects.told())
    shown = narrowed.qs if request.GET.get("standing") else narrowed.qs.open()
    return listing(request, "desk/flags.html", narrowed, slice_by_id(request, shown, PAGE))


@require_http_methods(["GET", "POST"])
def flag_clear(request: DeskRequest, pk: int) -> HttpResponse:
    """Say what was found, and take the flag down."""
    require(request.user, Capability.DECIDE)
    flag = get_object_or_404(Flag.objects.told(), pk=pk)
    return ask(
        request,
        ReasonForm(sent(request)),
        partial(actions.clear_flag, flag),
        back=reverse("desk:claim", args=[flag.claim_id]),
        said=_("Cleared, and on record."),
        title=_("Clear the flag"),
        act=_("Clear it"),
        claim=flag.claim,
        lede=flag.sentence,
        consequence=_("Say what you found. State and stage of the claim stay as they are."),
    )
