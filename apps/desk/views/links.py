"""Linking claims to each other, and what a new claim is like."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.claims import actions, similar
from apps.claims.models import Claim, ClaimLink
from apps.desk.fragments import answer
from apps.desk.knowledge_forms import LinkForm, ReasonForm
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.views.asking import ask

SHORTEST = 8


@require_http_methods(["GET", "POST"])
def claim_link(request: DeskRequest, pk: int) -> HttpResponse:
    """Say how this claim stands to another."""
    require(request.user, Capability.OPEN_CLAIMS)
    claim = get_object_or_404(Claim, pk=pk)
    initial = {"other": request.GET.get("other", "")[:20], "kind": request.GET.get("kind", "")[:20]}

    def link(*, kind: ClaimLink.Kind, other: Claim, **told: Any) -> ClaimLink:
        return actions.link_claims(claim, kind, other, **told)

    return ask(
        request,
        LinkForm(sent(request), initial=initial),
        link,
        back=reverse("desk:claim", args=[pk]),
        said=_("Linked."),
        title=_("Link to another claim"),
        act=_("Link"),
        claim=claim,
        choices=similar.similar(claim.statement, apart_from=pk, at_least=40),
        consequence=_("Stories that rely on a claim which is superseded will be listed as needing correction."),
    )


@require_http_methods(["GET", "POST"])
def link_withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a link back, with a reason."""
    require(request.user, Capability.OPEN_CLAIMS)
    link = get_object_or_404(ClaimLink.objects.select_related("from_claim", "to_claim"), pk=pk)
    return ask(
        request,
        ReasonForm(sent(request)),
        partial(actions.withdraw_link, link),
        back=reverse("desk:claim", args=[link.from_claim_id]),
        said=_("Withdrawn. The link stays in the record."),
        title=_("Withdraw the link"),
        act=_("Withdraw"),
        claim=link.from_claim,
        lede=f"{link.get_kind_display()} “{link.to_claim.statement}”",
    )


@require_safe
def claim_similar(request: DeskRequest) -> HttpResponse:
    """While a claim is being typed: the claims that say nearly the same."""
    require(request.user, Capability.OPEN_CLAIMS)
    statement = request.GET.get("statement", "").replace("\0", "")[:500]
    found = similar.similar(statement) if len(statement) >= SHORTEST else []
    context = {"alike": found, "statement": statement}
    return answer(request, "desk/similar.html", context, partials=("alike",))
