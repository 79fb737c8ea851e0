"""The right of reply: asking, what came of it, and what is overdue."""

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
from apps.claims import actions
from apps.claims.models import Claim, ReplyRequest
from apps.desk.knowledge_filters import ReplyFilter
from apps.desk.knowledge_forms import ReplyCorrectForm, ReplyForm, ReplySettleForm
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
    """Note what came of asking, or correct what was noted."""
    require(request.user, Capability.CITE)
    asked = get_object_or_404(ReplyRequest.objects.told(), pk=pk)
    typed = sent(request)
    may_correct = asked.settled_by_id == request.user.pk or request.user.may(Capability.DECIDE)
    initial: dict[str, Any] = {"expected_version": asked.claim.version}
    # Who was shown the empty form sends it without a reason, whatever somebody has noted meanwhile.
    is_correcting = "reason" in typed if typed is not None else bool(asked.outcome)
    if is_correcting and not may_correct:
        require(request.user, Capability.DECIDE)
    if is_correcting:
        initial |= {"outcome": asked.outcome, "answer": asked.answer, "outcome_at": asked.outcome_at}
    form = (ReplyCorrectForm if is_correcting else ReplySettleForm)(typed, initial=initial, may_correct=may_correct)
    return ask(
        request,
        form,
        partial(actions.settle_reply, asked),
        back=reverse("desk:claim", args=[asked.claim_id]),
        said=_("Noted."),
        title=_("What came of asking %(party)s") % {"party": asked.party},
        act=_("Note it"),
        claim=asked.claim,
        lede=asked.question,
        consequence=_("What was noted before is kept, with who corrected it and why.") if asked.outcome else "",
    )
