"""Verification on the pages: one claim at once, the whole trail in the background with its progress."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.accounts.trail import ask_to_verify
from apps.archive.tasks import ring
from apps.audit.models import Checkpoint, Verification
from apps.audit.sealing.keys import NoKey
from apps.audit.tasks import verify_for
from apps.audit.verifying.checking import verify_stream
from apps.claims.models import Claim
from apps.desk.fragments import answer
from apps.desk.requests import DeskRequest, posts_only

SHOWN = 20


@require_safe
def claim_verify(request: DeskRequest, pk: int) -> HttpResponse:
    """Whether a claim's history is what it was: its lines, their chain, their place in the tree, and its row."""
    claim = get_object_or_404(Claim, pk=pk)
    try:
        report, problem = verify_stream(claim.stream), ""
    except NoKey as error:
        report, problem = None, str(error)
    context = {"claim": claim, "report": report, "problem": problem, "back": reverse("desk:claim", args=[pk])}
    return render(request, "desk/claim_verify.html", context)


@require_safe
def verifications(request: DeskRequest) -> HttpResponse:
    """What verifications of the whole trail found, and how far the present one is. It polls while one is under way."""
    require(request.user, Capability.EXPORT_TRAIL)
    rows = list(Verification.objects.select_related("asked_by")[:SHOWN])
    context = {
        "rows": rows,
        "is_under_way": any(row.is_under_way for row in rows),
        "last_seal": Checkpoint.objects.order_by("-size").first(),
    }
    return answer(request, "desk/verifications.html", context, partials=("results",))


@posts_only
def verification_ask(request: DeskRequest) -> HttpResponse:
    """Have the whole trail verified."""
    asked = ask_to_verify(by=request.user)
    transaction.on_commit(lambda: ring(verify_for, asked.pk), robust=True)
    messages.success(request, _("The trail is being verified. This page tells how far it is."))
    return redirect("desk:verifications")
