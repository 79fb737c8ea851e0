"""The right of reply: asking, what came of it, and what is overdue."""

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
from apps.claims.models import Claim, ReplyRequest
from apps.desk.knowledge_filters import ReplyFilter
from apps.desk.knowledge_forms import ReplyForm, ReplySettleForm
from apps.desk.paging import slice_by_due
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.views.asking import ask
from apps.desk.views.listing import PAGE, listing


@require_safe
def replies_due(request: DeskRequest) -> HttpResponse:
    """Parties that were asked and have not answered in time, the longest overdue first."""
    narrowed = ReplyFilter(request.GET, ReplyRequest.objects.told())
    return listing(request, "desk/replies_due.html", narrowed, slice_by_due(request, narrowed.shown, PAGE))


@require_http_methods(["GET", "POST"])
def claim_ask(request: DeskRequest, pk: int) -> HttpResponse:
    """Note that a party was asked for its side."""
    require(request.user, Capability.CITE)
    claim = get_object_or_404(Claim, pk=pk)
    return ask(
        request,
        ReplyForm(sent(request)),
        partial(actions.request_reply, claim),
        back=reverse("desk:claim", args=[pk]),
        said=_("Noted. It is listed as overdue when no outcome is noted in time."),
        title=_("A party was asked for its side"),
        act=_("Note it"),
        claim=claim,
    )


@require_http_methods(["GET", "POST"])
def reply_settle(request: DeskRequest, pk: int) -> HttpResponse:
    """Note what came of asking."""
    require(request.user, Capability.CITE)
    asked = get_object_or_404(ReplyRequest.objects.told(), pk=pk)
    return ask(
        request,
        ReplySettleForm(sent(request)),
        partial(actions.settle_reply, asked),
        back=reverse("desk:claim", args=[asked.claim_id]),
        said=_("Noted."),
        title=_("What came of asking %(party)s") % {"party": asked.party},
        act=_("Note it"),
        claim=asked.claim,
        lede=asked.question,
    )
