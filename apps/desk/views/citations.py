"""Citing a page on a claim, and taking a citation back."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.archive.web.addresses import Refused
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions
from apps.claims.models import Citation, Claim
from apps.claims.refusals import Refusal
from apps.desk.claim_page import claim_page, tell_of_verdict, verdict_parts
from apps.desk.forms import CiteForm, WithdrawForm
from apps.desk.fragments import answer
from apps.desk.knowledge_forms import StanceForm
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.verdict_forms import AnswerForm
from apps.desk.views.asking import ask

CLAIM = "desk/claim.html"
# Of the other claims with a page so many are named.
MOST_NAMED = 5


@require_http_methods(["GET", "POST"])
def claim_cite(request: DeskRequest, pk: int) -> HttpResponse:
    """Cite the page at an address; the archive fetches it."""
    require(request.user, Capability.CITE)
    claim = get_object_or_404(Claim.objects.select_related("story", "claimant", "assignee"), pk=pk)
    form = CiteForm(sent(request))
    if request.method != "POST":
        return render(request, CLAIM, claim_page(request, claim, cite_form=form))
    status = 422
    if form.is_valid():
        try:
            cited = actions.cite(claim, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            status = 409
            form.add_error("url", str(refusal))
        except Refused as refused:
            form.add_error("url", refused.code.label)
        else:
            messages.success(request, _("Cited. The archive is fetching the page."))
            _tell_where_else(request, cited)
            if not request.htmx:
                return redirect("desk:claim", pk)
            claim.refresh_from_db()
            context = claim_page(request, claim)
            tell_of_verdict(request, context)
            parts = (
                "cite",
                "rows",
                "poller",
                *verdict_parts(request, context),
                "header",
                "flags_part",
                "timeline",
                "work",
                "notices",
            )
            return answer(request, CLAIM, context, partials=parts)
    return answer(
        request, CLAIM, claim_page(request, claim, cite_form=form), partials=("cite", "notices"), status=status
    )


def _tell_where_else(request: DeskRequest, cited: Citation) -> None:
    """Say at once that the page stands on other claims too: the work may have been done there."""
    others = Citation.objects.live().filter(source=cited.source_id).exclude(claim=cited.claim_id)
    claims = list(Claim.objects.filter(pk__in=others.values("claim")).order_by("-pk")[: MOST_NAMED + 1])
    if not claims:
        return
    links = format_html_join(
        "; ",
        '<a href="{}" dir="auto">{}</a>',
        (
            (
                reverse("desk:claim", args=[one.pk]),
                _("claim %(number)s: %(statement)s")
                % {"number": one.pk, "statement": Truncator(one.statement).chars(90)},
            )
            for one in claims[:MOST_NAMED]
        ),
    )
    said = _("The page is cited elsewhere too: {claims}; and on others")
    if len(claims) <= MOST_NAMED:
        said = _("The page is cited elsewhere too: {claims}")
    messages.info(request, format_html(escape(said), claims=links))


@require_http_methods(["GET", "POST"])
def citation_withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a citation off its claim, with a reason."""
    require(request.user, Capability.CITE)
    citation = get_object_or_404(
        Citation.objects.select_related("claim", "source__page", "source__outlet", "cited_by"), pk=pk
    )
    form = WithdrawForm(sent(request))
    context = {"citation": citation, "claim": citation.claim, "form": form}
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_citation(citation, by=request.user, **form.cleaned_data)
            messages.success(request, _("Withdrawn. The citation stays in the record."))
            return redirect("desk:claim", citation.claim_id)
        except Refusal as refusal:
            status = 409
            form.add_error(None, str(refusal))
    return render(request, "desk/citation_withdraw.html", context, status=status)


@require_http_methods(["GET", "POST"])
def citation_answer(request: DeskRequest, pk: int) -> HttpResponse:
    """Answer a citation that disputes the claim."""
    require(request.user, Capability.DECIDE)
    citation = get_object_or_404(
        Citation.objects.select_related("claim", "source__page", "source__outlet", "cited_by", "answered_by"), pk=pk
    )
    initial = {"answer": citation.answer, "expected_version": citation.claim.version}
    form = AnswerForm(sent(request), initial=initial)
    context: dict[str, Any] = {"citation": citation, "claim": citation.claim, "form": form}
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_dispute(citation, by=request.user, **form.cleaned_data)
            messages.success(request, _("Answered, and on record."))
            return redirect("desk:claim", citation.claim_id)
        except Refusal as refusal:
            status = 409
            form.add_error(None, str(refusal))
        except ChangedMeanwhile as changed:
            status, context["meanwhile"] = 409, changed
            form.show_version(changed.row.version)
    return render(request, "desk/citation_answer.html", context, status=status)


@require_http_methods(["GET", "POST"])
def citation_stance(request: DeskRequest, pk: int) -> HttpResponse:
    """Judge anew what a citation does for the claim."""
    require(request.user, Capability.DECIDE)
    related = ("claim", "source__page", "source__outlet")
    citation = get_object_or_404(Citation.objects.live().select_related(*related), pk=pk)
    initial = {"stance": citation.stance, "expected_version": citation.claim.version}
    consequence = _("The evidence is another then: a request that waits for a signature is void.")
    if citation.answer:
        consequence += " " + _("Its answer goes with the dispute; the trail keeps it.")
    return ask(
        request,
        StanceForm(sent(request), initial=initial),
        partial(actions.change_stance, citation),
        back=f"{reverse('desk:claim', args=[citation.claim_id])}#citation-{pk}",
        said=_("Changed, and on record."),
        title=_("What does the citation of %(source)s do?") % {"source": citation.source.label},
        act=_("Change it"),
        claim=citation.claim,
        lede=citation.quote,
        consequence=consequence,
    )
