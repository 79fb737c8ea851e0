"""Confidential sources, for those named on them. To anybody else these addresses are not there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.capabilities import Capability
from apps.accounts.denials import record_denial
from apps.accounts.permissions import require
from apps.claims import actions
from apps.claims.models import Claim, ConfidentialCitation
from apps.desk.knowledge_forms import ConfideForm, NamedForm
from apps.desk.paging import slice_by_id
from apps.desk.requests import DeskRequest, posts_only
from apps.desk.views.asking import ask
from apps.sources.models import ConfidentialSource

PAGE = 50
P = ParamSpec("P")


def nothing_is_kept(
    view: Callable[Concatenate[DeskRequest, P], HttpResponse],
) -> Callable[Concatenate[DeskRequest, P], HttpResponse]:
    """What is typed and shown here stays out of caches and sessions; verifydesk/reports.py keeps it out of mails."""

    @wraps(view)
    def quiet(request: DeskRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        # Not "no-referrer": under that a browser says that a form comes from nowhere, and the desk refuses it.
        response["Referrer-Policy"] = "strict-origin"
        return response

    marked: Any = quiet
    marked.is_confidential = True
    return quiet


def _found(request: DeskRequest, key: UUID) -> ConfidentialSource:
    """The source, if the person is named on it. Otherwise it isn't there, as if it had never been.

    That somebody asked leaves a line that only auditors see, whether there is such a source or not.
    """
    found: ConfidentialSource | None = ConfidentialSource.objects.visible_to(request.user).filter(key=key).first()
    if found is None:
        nothing = Http404(_("There is nothing here."))
        record_denial(request, nothing)
        raise nothing
    return found


@require_safe
@nothing_is_kept
def confidentials(request: DeskRequest) -> HttpResponse:
    """The confidential sources that name whoever asks."""
    rows = ConfidentialSource.objects.visible_to(request.user)
    return render(request, "desk/confidentials.html", {"slice": slice_by_id(request, rows, PAGE)})


@require_safe
@nothing_is_kept
def confidential(request: DeskRequest, key: UUID) -> HttpResponse:
    """One source. That somebody looked is recorded, each time."""
    source = actions.look_at_confidential(_found(request, key), by=request.user)
    rows = ConfidentialCitation.objects.visible_to(request.user).filter(source=source)
    citations = list(rows.select_related("claim", "cited_by").order_by("id"))
    context = {
        "source": source,
        "citations": citations,
        "proofs": [
            (one, decision, found)
            for one in citations
            for decision in one.claim.decisions.all()
            if (found := actions.proof(one, decision, by=request.user))
        ],
        "people": list(source.people.order_by("name")),
        "looked": actions.who_looked(source, by=request.user),
        "may_name": source.registered_by_id == request.user.pk or request.user.may(Capability.NAME_ON_CONFIDENTIAL),
    }
    return render(request, "desk/confidential.html", context)


@require_http_methods(["GET", "POST"])
@nothing_is_kept
def claim_confide(request: DeskRequest, pk: int) -> HttpResponse:
    """Hold a confidential source against a claim."""
    require(request.user, Capability.CITE)
    claim = get_object_or_404(Claim, pk=pk)
    # What was typed before a sign-in is not brought back here: it would have to be kept somewhere.
    form = ConfideForm(request.POST or None, person=request.user)
    return ask(
        request,
        form,
        partial(_confide, claim),
        back=reverse("desk:claim", args=[pk]),
        said=_("Kept. Only those named on it can see it."),
        title=_("Hold a confidential source against the claim"),
        act=_("Keep it"),
        claim=claim,
        consequence=_(
            "Only the people you name will know of it. It is in no list, count, search or export,"
            " and it never counts as evidence by the rule. Each look at it is recorded."
        ),
    )


def _confide(claim: Claim, *, by: Any, known: ConfidentialSource | None, stance: Any, **told: Any) -> None:
    said = {"quote": told.pop("quote"), "note": told.pop("note")}
    source = known or actions.register_confidential(by=by, **told)
    actions.cite_confidential(source, claim, by=by, stance=stance, **said)


@require_http_methods(["GET", "POST"])
@nothing_is_kept
def confidential_people(request: DeskRequest, key: UUID) -> HttpResponse:
    """Change who is named on a source."""
    source = _found(request, key)
    if source.registered_by_id != request.user.pk:
        require(request.user, Capability.NAME_ON_CONFIDENTIAL)
    form = NamedForm(request.POST or None, initial={"people": list(source.people.values_list("pk", flat=True))})
    return ask(
        request,
        form,
        partial(actions.name_on_confidential, source),
        back=reverse("desk:confidentials"),
        said=_("Changed."),
        title=_("Who may know of this source"),
        act=_("Save"),
        consequence=_("Whoever is not ticked can no longer see that it exists, you included."),
    )


@posts_only
@nothing_is_kept
def confidential_withdraw(request: DeskRequest, key: UUID, citation: int) -> HttpResponse:
    """Take the source off a claim."""
    require(request.user, Capability.CITE)
    source = _found(request, key)
    found = get_object_or_404(ConfidentialCitation.objects.visible_to(request.user), pk=citation, source=source)
    if not found.withdrawn_at:
        actions.withdraw_confidential(found, by=request.user)
        messages.success(request, _("Taken off the claim."))
    return redirect("desk:confidential", key)
