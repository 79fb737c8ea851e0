"""The words that citations rest on: picked in a stored copy, corrected, and whose they are."""

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
from apps.archive.models import Capture
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions, similar
from apps.claims.models import Citation, TextQuote
from apps.claims.refusals import Refusal, WordsNotThere
from apps.desk.citation_forms import CitationForm, PassageForm
from apps.desk.quotes import paragraph
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.views.claims import unseen


@require_http_methods(["GET", "POST"])
def capture_cite(request: DeskRequest, pk: int) -> HttpResponse:
    """Cite words of this very copy: on a claim where its page is cited, on another one, or on a new one.

    ``?paragraph=`` puts the words of a paragraph into the form, for who can't select them.
    """
    require(request.user, Capability.CITE)
    found = get_object_or_404(Capture.objects.stored().select_related("page__source"), pk=pk)
    form = PassageForm(
        sent(request), capture=found, initial={"exact": paragraph(found, request.GET.get("paragraph", ""))}
    )
    status = 422 if request.method == "POST" else 200
    alike: list[similar.Likeness] = []
    if request.method == "POST" and form.is_valid():
        alike = unseen(request, form.cleaned_data) if form.opens else []
        status = 409 if alike else status
    if request.method == "POST" and form.is_valid() and not alike:
        try:
            quote = _cited(request, form)
            messages.success(request, _("Cited on claim %(claim)d.") % {"claim": quote.citation.claim_id})
            return redirect(f"{reverse('desk:capture', args=[pk])}#quote-{quote.pk}")
        except WordsNotThere as refusal:
            status = 409
            form.add_error("exact", list(filter(None, refusal.sentences)))
        except Refusal as refusal:
            status = 409
            form.add_error(None, str(refusal))
    context = {"capture": found, "source": getattr(found.page, "source", None), "passage_form": form, "alike": alike}
    return render(request, "desk/capture_cite.html", context, status=status)


def _cited(request: DeskRequest, form: PassageForm) -> TextQuote:
    if citation := form.citation:
        return actions.pick_passage(citation, by=request.user, picked=form.picked)
    cleaned, said = form.cleaned_data, form.who_is_quoted
    if form.opens:
        citation = actions.open_on_words(
            cleaned["statement"], form.picked, by=request.user, opening=form.opening, stance=cleaned["stance"], **said
        )
    else:
        citation = actions.cite_words(cleaned["claim"], form.picked, by=request.user, stance=cleaned["stance"], **said)
    return citation.text_quotes.live().latest("id")


@require_http_methods(["GET", "POST"])
def citation_edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Change a citation's words, and who is quoted in them."""
    require(request.user, Capability.CITE)
    related = ("claim", "source__page", "source__outlet", "capture__page", "quoted", "cited_by")
    citation = get_object_or_404(Citation.objects.live().select_related(*related), pk=pk)
    if citation.cited_by_id != request.user.pk:
        require(request.user, Capability.DECIDE)
    form = CitationForm(sent(request), initial=CitationForm.facts(citation))
    context: dict[str, Any] = {"citation": citation, "claim": citation.claim, "form": form}
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        expected, as_typed = form.cleaned_data["expected_version"], form.cleaned_data["as_typed"]
        try:
            actions.edit_citation(
                citation, by=request.user, expected_version=expected, as_typed=as_typed, **form.changes()
            )
            return redirect(f"{reverse('desk:claim', args=[citation.claim_id])}#citation-{pk}")
        except WordsNotThere as refusal:
            status, context["may_keep"] = 409, True
            form.add_error("quote", list(filter(None, refusal.sentences)))
        except Refusal as refusal:
            status = 409
            form.add_error(None, str(refusal))
        except ChangedMeanwhile as changed:
            status, context["meanwhile"] = 409, changed
            form.show_version(changed.row.version)
    return render(request, "desk/citation_edit.html", context, status=status)
