"""Recording figures on a claim, correcting and withdrawing them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions
from apps.claims.models import Claim, Figure
from apps.claims.refusals import Refusal
from apps.desk.figure_forms import FigureEditForm, FigureForm
from apps.desk.forms import WithdrawForm
from apps.desk.panels.figures import figures_panel
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.views.asking import place_of

FORM = "desk/figure_form.html"
ABOUT_A_MEASURE = {"measure", "unit", "counting", "definition"}


@require_http_methods(["GET", "POST"])
def claim_figure(request: DeskRequest, pk: int) -> HttpResponse:
    """Record a number that a party gives, once the person has seen how it is understood."""
    require(request.user, Capability.CITE)
    claim = get_object_or_404(Claim.objects.select_related("story"), pk=pk)
    form = FigureForm(sent(request), claim=claim)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        if not form.is_confirmed:
            form.ask_to_confirm()
            return render(request, FORM, _context(claim, form, asks=True))
        try:
            figure = _added(request, claim, form.cleaned_data)
            messages.success(request, _("Recorded: %(figure)s.") % {"figure": figure})
            return redirect(f"{reverse('desk:claim', args=[pk])}#figures")
        except Refusal as refusal:
            status = 409
            form.add_error(place_of(refusal, form), str(refusal))
    return render(request, FORM, _context(claim, form), status=status)


def _added(request: DeskRequest, claim: Claim, typed: dict[str, Any]) -> Figure:
    measure = actions.register_measure(
        typed["measure"],
        by=request.user,
        unit=typed["unit"],
        definition=typed["definition"],
        **({"counting": typed["counting"]} if typed["counting"] else {}),
    )
    facts = {name: value for name, value in typed.items() if name not in {*ABOUT_A_MEASURE, "confirmed"}}
    return actions.add_figure(claim, by=request.user, measure=measure, **facts)


@require_http_methods(["GET", "POST"])
def figure_edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Correct a figure."""
    figure = _figure(request, pk)
    claim = figure.claim
    form = FigureEditForm(sent(request), claim=claim, initial=FigureEditForm.facts(figure))
    context = _context(claim, form) | {"figure": figure}
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        if "quantity" in form.changed_data and not form.is_confirmed:
            form.ask_to_confirm()
            return render(request, FORM, context | {"asks": True})
        try:
            expected = form.cleaned_data["expected_version"]
            actions.edit_figure(figure, by=request.user, expected_version=expected, **form.changes())
            return redirect(f"{reverse('desk:claim', args=[claim.pk])}#figures")
        except Refusal as refusal:
            status = 409
            form.add_error(place_of(refusal, form), str(refusal))
        except ChangedMeanwhile as changed:
            status, context["meanwhile"] = 409, changed
            form.show_version(changed.row.version)
    return render(request, FORM, context, status=status)


@require_http_methods(["GET", "POST"])
def figure_withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a figure off its claim, with a reason."""
    figure = _figure(request, pk)
    form = WithdrawForm(sent(request))
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_figure(figure, by=request.user, **form.cleaned_data)
            messages.success(request, _("Withdrawn. The figure stays in the record."))
            return redirect(f"{reverse('desk:claim', args=[figure.claim_id])}#figures")
        except Refusal as refusal:
            status = 409
            form.add_error(None, str(refusal))
    context = {"figure": figure, "claim": figure.claim, "form": form}
    return render(request, "desk/figure_withdraw.html", context, status=status)


def _figure(request: DeskRequest, pk: int) -> Figure:
    require(request.user, Capability.CITE)
    related = ("claim__story", "measure", "party", "citation", "added_by")
    figure = get_object_or_404(Figure.objects.live().select_related(*related), pk=pk)
    if figure.added_by_id != request.user.pk:
        require(request.user, Capability.DECIDE)
    return figure


def _context(claim: Claim, form: Any, *, asks: bool = False) -> dict[str, Any]:
    return {"claim": claim, "form": form, "asks": asks, "panel": figures_panel(claim)}
