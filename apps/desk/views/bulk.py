"""Many claims changed at once: first what would come of it, then doing it, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.claims import actions, choosing
from apps.claims.models import Claim
from apps.claims.refusals import Refusal
from apps.desk.bulk_forms import BulkAssignForm, BulkForm, BulkStageForm
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent


@dataclass(frozen=True)
class Change:
    """One kind of bulk change: what would come of it, doing it, and how it is said."""

    preview: Callable[..., choosing.Sorted]
    action: Callable[..., choosing.Sorted]
    field: str
    title: str
    became: str
    same: str
    button: str


@require_http_methods(["GET", "HEAD", "POST"])
def claims_assign(request: DeskRequest) -> HttpResponse:
    """Give the ticked claims to somebody, or to nobody."""
    require(request.user, Capability.OPEN_CLAIMS)
    return _change(request, BulkAssignForm(_asked(request), by=request.user), _giving)


@require_http_methods(["GET", "HEAD", "POST"])
def claims_stage(request: DeskRequest) -> HttpResponse:
    """Move the ticked claims through the desk's work."""
    require(request.user, Capability.ASSIGN)
    return _change(request, BulkStageForm(_asked(request), by=request.user), _staging)


def _asked(request: DeskRequest) -> QueryDict:
    """The ticks: of this form, of one that an ended session interrupted, or of the queue."""
    return request.POST if request.method == "POST" else sent(request) or request.GET


def _giving(told: dict[str, Any]) -> Change:
    whom = told["assignee"] or _("nobody")
    return Change(
        partial(choosing.to_assign, assignee=told["assignee"]),
        partial(actions.assign_many, assignee=told["assignee"]),
        "assignee",
        _("Give claims to %(name)s") % {"name": whom},
        f"{whom}",
        _("%(name)s has them already") % {"name": whom} if told["assignee"] else _("Nobody has them anyway"),
        _("Give to %(name)s") % {"name": whom},
    )


def _staging(told: dict[str, Any]) -> Change:
    stage = told["stage"].label.lower()
    return Change(
        partial(choosing.to_stage, stage=told["stage"]),
        partial(actions.stage_many, stage=told["stage"]),
        "stage",
        _("Set the stage of claims: %(stage)s") % {"stage": stage},
        stage,
        _("Their stage is %(stage)s already") % {"stage": stage},
        _("Set stage: %(stage)s") % {"stage": stage},
    )


def _change(request: DeskRequest, form: BulkForm, said: Callable[[dict[str, Any]], Change]) -> HttpResponse:
    """The preview; or the change, and the preview again of what was not done."""
    back = form.data.get("back", "")[:2_000]
    context: dict[str, Any] = {"back": f"{reverse('desk:queue')}?{back}" if back else reverse("desk:queue")}
    context["query"] = back
    if not form.is_valid():
        return render(request, "desk/bulk.html", {**context, "refusals": list(form.sentences)}, status=422)
    change, status = said(form.cleaned_data), 200
    try:
        if request.method == "POST":
            done = change.action(form.chosen, by=request.user)
            _tell(request, change, done)
            if not (done.meanwhile or done.refused):
                return redirect(context["back"])
            status = 409
        context |= _preview(request, form, change)
    except Refusal as refusal:
        return render(request, "desk/bulk.html", {**context, "refusals": [str(refusal)]}, status=409)
    return render(request, "desk/bulk.html", context, status=status)


def _preview(request: DeskRequest, form: BulkForm, change: Change) -> dict[str, Any]:
    rows = Claim.objects.select_related("assignee", "story").filter(pk__in=form.chosen)
    claims = list(rows.order_by("-changed_at", "-id"))
    return {
        "change": change,
        "sorted": change.preview(claims, form.chosen, by=request.user),
        "gone": len(form.chosen) - len(claims),
        "value": form[change.field].value() or "",
    }


def _tell(request: DeskRequest, change: Change, done: choosing.Sorted) -> None:
    number, others = len(done.changed), len(done.meanwhile) + len(done.refused)
    if number:
        said = ngettext("%(number)d claim changed: %(became)s.", "%(number)d claims changed: %(became)s.", number)
        messages.success(request, said % {"number": number, "became": change.became})
    if same := len(done.same):
        said = ngettext("%(number)d claim stayed: %(why)s.", "%(number)d claims stayed: %(why)s.", same)
        messages.info(request, said % {"number": same, "why": f"{change.same[0].lower()}{change.same[1:]}"})
    if others:
        said = ngettext(
            "%(number)d claim not changed: see why below.", "%(number)d claims not changed: see why below.", others
        )
        messages.warning(request, said % {"number": others})
