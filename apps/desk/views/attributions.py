"""Where sources have it from: entering it, answering what is suggested, and ruling that origins stand apart."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions
from apps.claims.models import Claim, Ruling
from apps.desk.attribution_forms import AnswerForm, AttributeForm, CreditForm, RuleApartForm
from apps.desk.filters import SuggestionFilter
from apps.desk.paging import Slice, slice_by_id
from apps.desk.panels.lines import suggestions as with_forms
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.views.asking import ask, back_to
from apps.desk.views.listing import listing
from apps.sources.models import Attribution, Source
from apps.sources.refusals import Refusal

PAGE = 30


@require_safe
def suggestions(request: DeskRequest) -> HttpResponse:
    """Every attribution that waits for an editor, newest first."""
    narrowed = SuggestionFilter(request.GET, Attribution.objects.pending().with_ends())
    found: Slice[Attribution] = slice_by_id(request, narrowed.qs, PAGE)
    context = {"suggestions": with_forms(found.rows), "back": request.get_full_path()}
    return listing(request, "desk/suggestions.html", narrowed, found, **context)


@require_http_methods(["GET", "POST"])
def source_attribute(request: DeskRequest, pk: int) -> HttpResponse:
    """Enter where a source has it from."""
    require(request.user, Capability.CITE)
    found = get_object_or_404(Source.objects.select_related("page", "outlet"), pk=pk)
    back = back_to(request, reverse("desk:source", args=[pk]))
    offered = {name: request.GET[name] for name in ("relation", "party") if name in request.GET}
    form = AttributeForm(sent(request), of=found, initial=offered)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            edge = _attribute(found, request, form.cleaned_data)
            told = (
                _("Suggested, and on record: an editor answers it.")
                if edge.is_pending
                else _("Entered, and on record.")
            )
            messages.success(request, told)
            return HttpResponseRedirect(back)
        except Refusal as refusal:
            status = 409
            form.add_error(None, str(refusal))
    return render(request, "desk/source_attribute.html", {"source": found, "form": form, "back": back}, status=status)


@require_http_methods(["GET", "POST"])
def attribution_confirm(request: DeskRequest, pk: int) -> HttpResponse:
    """Say that a suggestion is right."""
    require(request.user, Capability.DECIDE)
    return _answer(request, pk, "confirm", actions.confirm_attribution, _("Confirmed, and on record."))


@require_http_methods(["GET", "POST"])
def attribution_reject(request: DeskRequest, pk: int) -> HttpResponse:
    """Say that a suggestion is wrong."""
    require(request.user, Capability.DECIDE)
    return _answer(request, pk, "reject", actions.reject_attribution, _("Rejected. It stays in the record."))


@require_http_methods(["GET", "POST"])
def source_reject_credit(request: DeskRequest, pk: int) -> HttpResponse:
    """Say that a source does not print the copy of whom its credit line names."""
    require(request.user, Capability.DECIDE)
    found = get_object_or_404(Source.objects.select_related("page", "outlet"), pk=pk)
    form = CreditForm(sent(request), initial={"name": request.GET.get("name", "")})
    name = form["name"].value() or ""
    return ask(
        request,
        form,
        partial(actions.reject_credit, found),
        back=back_to(request, reverse("desk:source", args=[pk])),
        said=_("Rejected. It stays in the record."),
        title=_("%(source)s does not print the copy of %(name)s") % {"source": found.label, "name": name},
        act=_("Reject"),
        lede=found.credit_line,
        consequence=_("It no longer counts, and is never suggested again. It stays in the record, with your reason."),
    )


@require_http_methods(["GET", "POST"])
def attribution_withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Take an attribution back."""
    require(request.user, Capability.CITE)
    return _answer(request, pk, "withdraw", actions.withdraw_attribution, _("Taken back. It stays in the record."))


@require_http_methods(["GET", "POST"])
def claim_rule_apart(request: DeskRequest, pk: int) -> HttpResponse:
    """Rule that two origins of a claim stand apart."""
    require(request.user, Capability.DECIDE)
    claim = get_object_or_404(Claim, pk=pk)
    asked = {name: request.GET[name] for name in ("one", "other") if name in request.GET}
    form = RuleApartForm(sent(request), initial={"expected_version": claim.version, **asked})
    context: dict[str, Any] = {"claim": claim, "form": form}
    status, is_sound = 422 if request.method == "POST" else 200, form.is_valid()
    if request.method == "POST" and is_sound:
        try:
            actions.rule_apart(claim, by=request.user, **form.cleaned_data)
            messages.success(request, _("Ruled, and on record."))
            return HttpResponseRedirect(f"{reverse('desk:claim', args=[pk])}#evidence")
        except ChangedMeanwhile as changed:
            status, context["meanwhile"] = 409, changed
            form.show_version(changed.row.version)
        except Refusal as refusal:
            status = 409
            form.add_error(None, str(refusal))
    if form.is_bound:
        context |= {name: form.cleaned_data.get(name) for name in ("one", "other")}
    return render(request, "desk/rule_apart.html", context, status=status)


@require_http_methods(["GET", "POST"])
def ruling_withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a ruling back."""
    require(request.user, Capability.DECIDE)
    ruling = get_object_or_404(Ruling.objects.with_ends().select_related("claim"), pk=pk)
    form = AnswerForm(sent(request))
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_ruling(ruling, by=request.user, **form.cleaned_data)
            messages.success(request, _("Taken back. The ruling stays in the record."))
            return redirect("desk:claim", ruling.claim_id)
        except Refusal as refusal:
            status = 409
            form.add_error(None, str(refusal))
    return render(request, "desk/ruling_withdraw.html", {"ruling": ruling, "form": form}, status=status)


def _answer(request: DeskRequest, pk: int, verb: str, action: Callable[..., Attribution], said: str) -> HttpResponse:
    found = get_object_or_404(Attribution.objects.with_ends(), pk=pk)
    back = back_to(
        request,
        reverse("desk:source", args=[found.of_source_id]) if found.of_source_id else reverse("desk:suggestions"),
    )
    form = AnswerForm(sent(request))
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            action(found, by=request.user, **form.cleaned_data)
            messages.success(request, said)
            return HttpResponseRedirect(back)
        except Refusal as refusal:
            status = 409
            form.add_error(None, str(refusal))
    context = {"attribution": found, "form": form, "verb": verb, "back": back}
    return render(request, "desk/attribution_answer.html", context, status=status)


def _attribute(source: Source, request: DeskRequest, typed: dict[str, Any]) -> Attribution:
    relation, reason, by = typed["relation"], typed["reason"], request.user
    if typed["source"]:
        return actions.attribute(source, relation, typed["source"], by=by, reason=reason)
    return actions.attribute_by_name(
        source, relation, typed["party"], by=by, reason=reason, kind=typed["kind"], is_named=not typed["is_unnamed"]
    )
