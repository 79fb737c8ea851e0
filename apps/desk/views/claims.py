"""A claim's own page, and what is changed there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.audit.statements import Select
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions, similar
from apps.claims.models import Claim
from apps.claims.refusals import Refusal
from apps.desk.claim_page import claim_page, is_of_another_state, shown, tell_of_verdict, verdict_parts
from apps.desk.forms import AssignForm, ClaimEditForm, ClaimOpenForm, StageForm, VersionedForm
from apps.desk.fragments import answer
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent

CLAIM = "desk/claim.html"
_claim = Select(
    lambda pk: Claim.objects.filter(pk=pk).select_related("story", "claimant", "assignee", "opened_by").order_by(), int
)


@require_safe
def claim(request: DeskRequest, pk: int) -> HttpResponse:
    """A claim: what is claimed and where it stands; the evidence; what happened."""
    return render(request, CLAIM, claim_page(request, claim_or_404(pk)))


@require_safe
def claim_evidence(request: DeskRequest, pk: int) -> HttpResponse:
    """What changed among the copies since the page showed ``?shown=``: the page's poller asks while any is moving."""
    if not request.htmx:
        return redirect("desk:claim", pk)
    found = claim_or_404(pk)
    context = claim_page(request, found)
    before = [one for one in request.GET.get("shown", "").split(",") if one]
    context["changed"] = [one for one in context["citations"] if shown([one]) not in before]
    has_same_rows = [one.partition(".")[0] for one in before] == [str(one.pk) for one in context["citations"]]
    # What a copy says of itself may move its row to another line.
    has_same_rows &= request.GET.get("lines", context["lines_shown"]) == context["lines_shown"]
    is_stale = is_of_another_state(request, context)
    if has_same_rows and not context["changed"] and context["is_moving"] and not is_stale:
        return HttpResponse(status=204)
    tell_of_verdict(request, context)
    rows = "changed_rows" if has_same_rows else "rows"
    panel = ("moves", "work", "notices") if is_stale else ("assessments",)
    return answer(request, CLAIM, context, partials=("poller", rows, "header", "flags_part", *panel, "timeline"))


@require_http_methods(["GET", "POST"])
def claim_open(request: DeskRequest) -> HttpResponse:
    """Put a new claim into the inbox."""
    require(request.user, Capability.OPEN_CLAIMS)
    form = ClaimOpenForm(sent(request), initial={"story": request.GET.get("story")})
    alike: list[similar.Likeness] = []
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        alike = unseen(request, form.cleaned_data)
        if not alike:
            opened = actions.open_claim(by=request.user, **form.cleaned_data)
            return redirect("desk:claim", opened.pk)
        status = 409
    return render(request, "desk/claim_form.html", {"form": form, "alike": alike}, status=status)


def unseen(request: DeskRequest, told: dict[str, Any]) -> list[similar.Likeness]:
    """Claims that say nearly the same and that the form did not show. A form that is sent twice is asked once."""
    if Claim.objects.filter(submission=told["submission"], submission__isnull=False).exists():
        return []
    seen = set(request.POST.getlist("seen"))
    found = similar.similar(told["statement"])
    return found if any(one.is_nearly_the_same and str(one.claim.pk) not in seen for one in found) else []


@require_http_methods(["GET", "POST"])
def claim_edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Change the wording or the frame of a claim."""
    require(request.user, Capability.OPEN_CLAIMS)
    found = claim_or_404(pk)
    initial: dict[str, Any] = {
        "statement": found.statement,
        "claimant": str(found.claimant or ""),
        "story": found.story_id,
        "due": found.due,
        "expected_version": found.version,
    }
    form = ClaimEditForm(sent(request), initial=initial)
    context: dict[str, Any] = {"form": form, "claim": found}
    if request.method != "POST":
        return render(request, "desk/claim_form.html", context)
    status = 422
    if form.is_valid():
        try:
            expected = form.cleaned_data["expected_version"]
            actions.edit_claim(found, by=request.user, expected_version=expected, **form.changes())
            return redirect("desk:claim", pk)
        except Refusal as refusal:
            status = 409
            form.add_error("statement", str(refusal))
        except ChangedMeanwhile as changed:
            status, context["meanwhile"] = 409, changed
            form.show_version(changed.row.version)
    return render(request, "desk/claim_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def claim_assign(request: DeskRequest, pk: int) -> HttpResponse:
    """Give the claim to somebody, or to nobody."""
    return _change(request, pk, AssignForm, "assign_form", actions.assign, _assigned)


@require_http_methods(["GET", "POST"])
def claim_stage(request: DeskRequest, pk: int) -> HttpResponse:
    """Move the claim through the desk's work."""
    return _change(request, pk, StageForm, "stage_form", actions.change_stage, _staged)


def _change(
    request: DeskRequest,
    pk: int,
    form_class: type[VersionedForm],
    name: str,
    action: Callable[..., Claim],
    said: Callable[[Claim], str],
) -> HttpResponse:
    found = claim_or_404(pk)
    initial = {"expected_version": found.version, "assignee": found.assignee_id, "stage": found.stage}
    form = form_class(sent(request), initial=initial)
    context: dict[str, Any] = {name: form}
    if request.method != "POST":
        return render(request, CLAIM, claim_page(request, found, **context))
    status = 422
    parts: tuple[str, ...] = ("work", "notices")
    if form.is_valid():
        try:
            messages.success(request, said(action(found, by=request.user, **form.cleaned_data)))
            return done(request, pk, ("work", "header", "assessments", "versions", "timeline", "notices"))
        except ChangedMeanwhile as changed:
            status, found, context["meanwhile"] = 409, claim_or_404(pk), changed
            form.show_version(changed.row.version)
        except Refusal as refusal:
            status, context["refusal"] = 409, str(refusal)
    shown = claim_page(request, found, **context)
    if status == 409 and "meanwhile" in context:
        parts = (
            "work",
            *verdict_parts(request, shown),
            "header",
            "flags_part",
            "rows",
            "poller",
            "timeline",
            "notices",
        )
    return answer(request, CLAIM, shown, partials=parts, status=status)


def _assigned(claim: Claim) -> str:
    if claim.assignee is None:
        return _("Assigned to nobody.")
    return _("Assigned to %(name)s.") % {"name": claim.assignee}


def _staged(claim: Claim) -> str:
    return _("The stage is %(stage)s now.") % {"stage": claim.get_stage_display().lower()}


def done(request: DeskRequest, pk: int, partials: tuple[str, ...]) -> HttpResponse:
    """What answers a change of a claim that was made: the claim's page, or for htmx these parts of it."""
    if not request.htmx:
        return redirect("desk:claim", pk)
    return answer(request, CLAIM, claim_page(request, claim_or_404(pk)), partials=partials)


def claim_or_404(pk: int) -> Claim:
    """The claim with everybody whom its page names."""
    found: list[Claim] = _claim(pk) if pk <= models.BigIntegerField.MAX_BIGINT else []
    if not found:
        raise Http404
    return found[0]
