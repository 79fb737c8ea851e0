"""Recorded limits of what is known."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.claims import actions
from apps.claims.models import Caveat, Claim
from apps.desk.knowledge_forms import CaveatForm, ReasonForm
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.views.asking import ask


@require_http_methods(["GET", "POST"])
def claim_caveat(request: DeskRequest, pk: int) -> HttpResponse:
    """Record a limit."""
    require(request.user, Capability.CITE)
    claim = get_object_or_404(Claim, pk=pk)
    return ask(
        request,
        CaveatForm(sent(request), claim=claim),
        partial(actions.record_caveat, claim),
        back=reverse("desk:claim", args=[pk]),
        said=_("Recorded."),
        title=_("Record a caveat"),
        act=_("Record it"),
        claim=claim,
    )


@require_http_methods(["GET", "POST"])
def caveat_withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Say that a limit no longer holds."""
    require(request.user, Capability.CITE)
    caveat = get_object_or_404(Caveat.objects.told().select_related("claim"), pk=pk)
    return ask(
        request,
        ReasonForm(sent(request)),
        partial(actions.withdraw_caveat, caveat),
        back=reverse("desk:claim", args=[caveat.claim_id]),
        said=_("Withdrawn. The caveat stays in the record."),
        title=_("This caveat no longer holds"),
        act=_("Withdraw it"),
        claim=caveat.claim,
        lede=caveat.sentence,
    )
