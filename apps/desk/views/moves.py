"""The verdict's buttons: asking for a move, answering what is asked for, taking a verdict back, and the override."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions
from apps.claims.evidence import gather
from apps.claims.models import Claim, Decision, MoveRequest
from apps.claims.refusals import Refusal, RequestVoid
from apps.claims.states import State
from apps.desk.claim_page import claim_page, is_of_another_state
from apps.desk.forms import MoveForm, VersionedForm
from apps.desk.fragments import answer
from apps.desk.panels.verdict import Answer, offer
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.verdict_forms import OverrideForm
from apps.desk.views.claims import CLAIM, claim_or_404, done

PARTS = ("moves", "header", "flags_part", "rows", "poller", "timeline", "work", "notices")


@require_http_methods(["GET", "POST"])
def claim_corroborate(request: DeskRequest, pk: int) -> HttpResponse:
    """Ask for “corroborated”, or decide it where the rule lets one person."""
    return _move(request, pk, State.CORROBORATED, partial(actions.request_move, to_state=State.CORROBORATED))


@require_http_methods(["GET", "POST"])
def claim_dispute(request: DeskRequest, pk: int) -> HttpResponse:
    """Ask for “disputed”, or decide it where the rule lets one person."""
    return _move(request, pk, State.DISPUTED, partial(actions.request_move, to_state=State.DISPUTED))


@require_http_methods(["GET", "POST"])
def claim_reopen(request: DeskRequest, pk: int) -> HttpResponse:
    """Take the verdict back."""
    return _move(request, pk, State.UNVERIFIED, actions.reopen)


@require_http_methods(["GET", "POST"])
def claim_override(request: DeskRequest, pk: int) -> HttpResponse:
    """Decide against the rule."""
    require(request.user, Capability.OVERRIDE)
    claim = claim_or_404(pk)
    states = [state for state in claim.moves if state != State.UNVERIFIED]
    initial = {"expected_version": claim.version}
    form = OverrideForm(sent(request), initial=initial, states=states, auto_id="id_override_%s")
    said = _("Decided against the rule. The verdict says so wherever it is shown.")
    return _answer(request, claim, "override", form, partial(actions.override, claim), said)


@require_http_methods(["GET", "POST"])
def request_sign(request: DeskRequest, pk: int) -> HttpResponse:
    """Sign what another editor asks for."""
    asked = _request(request, pk)
    form = VersionedForm(sent(request), initial={"expected_version": asked.claim.version})
    return _answer(request, asked.claim, "sign", form, partial(actions.sign_off, asked), _("Signed, and on record."))


@require_http_methods(["GET", "POST"])
def request_refuse(request: DeskRequest, pk: int) -> HttpResponse:
    """Refuse what another editor asks for."""
    asked = _request(request, pk)
    form = MoveForm(sent(request), initial={"expected_version": asked.claim.version}, auto_id="id_refuse_%s")
    return _answer(
        request, asked.claim, "refuse", form, partial(actions.refuse_move, asked), _("Refused, and on record.")
    )


@require_http_methods(["GET", "POST"])
def request_withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Take back what one asked for oneself."""
    asked = _request(request, pk)
    form = VersionedForm(sent(request), initial={"expected_version": asked.claim.version})
    return _answer(request, asked.claim, "withdraw", form, partial(actions.withdraw_request, asked), _("Withdrawn."))


def _request(request: DeskRequest, pk: int) -> MoveRequest:
    require(request.user, Capability.DECIDE)
    return get_object_or_404(MoveRequest.objects.select_related("claim__story", "claim__claimant", "asked_by"), pk=pk)


def _move(
    request: DeskRequest, pk: int, to_state: State, action: Callable[..., Decision | MoveRequest]
) -> HttpResponse:
    require(request.user, Capability.DECIDE)
    found = claim_or_404(pk)
    form = MoveForm(sent(request), initial={"expected_version": found.version}, auto_id=f"id_{to_state}_%s")
    move = offer(found, to_state, gather(found), form=form)
    if request.method != "POST":
        return render(request, CLAIM, claim_page(request, found, move=move))
    status = 422
    if form.is_valid():
        try:
            made = action(found, by=request.user, **form.cleaned_data)
        except ChangedMeanwhile as changed:
            status, found = 409, claim_or_404(pk)
            form.show_version(changed.row.version)
            move = offer(found, to_state, gather(found), form=form)
            move.meanwhile = changed
        except Refusal as refusal:
            status, move.refusal = 409, refusal.sentences
        else:
            messages.success(request, _said(made))
            return done(request, pk, PARTS)
    context = claim_page(request, found, move=move)
    if is_of_another_state(request, context):
        return answer(request, CLAIM, context, partials=PARTS, status=status)
    # The other card may hold a reason that is being typed: only this one is replaced.
    parts = ("card", "assessments", "versions", *PARTS[1:])
    return answer(request, CLAIM, context, partials=parts, status=status, target=f"#card-{to_state}")


def _answer(
    request: DeskRequest,
    claim: Claim,
    verb: str,
    form: VersionedForm,
    action: Callable[..., Any],
    said: str,
) -> HttpResponse:
    """One form, one door; what is refused comes back with what was typed."""
    back = Answer(verb, form)
    if request.method != "POST":
        return render(request, CLAIM, claim_page(request, claim_or_404(claim.pk), answer=back))
    status = 422
    if form.is_valid():
        try:
            action(by=request.user, **form.cleaned_data)
        except ChangedMeanwhile as changed:
            status, back.meanwhile = 409, changed
            form.show_version(changed.row.version)
        except RequestVoid as void:
            status, back.refusal = 409, void.sentences[:1]
        except Refusal as refusal:
            status, back.refusal = 409, refusal.sentences
        else:
            messages.success(request, said)
            return done(request, claim.pk, PARTS)
    context = claim_page(request, claim_or_404(claim.pk), answer=back)
    return answer(request, CLAIM, context, partials=PARTS, status=status)


def _said(made: Decision | MoveRequest) -> str:
    if isinstance(made, MoveRequest):
        return _("Asked for. Another editor has to sign: it stands in their queue.")
    state = made.get_to_state_display().lower()
    return _("The claim is %(state)s now, and that is on record.") % {"state": state}
