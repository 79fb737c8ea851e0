"""Admiralty grades: read by everybody, given by editors, each with what was said before."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.claims.actions import grade_information
from apps.claims.models import Citation, Credibility
from apps.desk.knowledge_forms import GradeForm, VersionedGradeForm
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.views.asking import ask, back_to
from apps.sources.actions import grade_party
from apps.sources.models import Party, Reliability

APART = _(
    "Whether it happened, whether the party really says so, and whether it is placed to know are three judgements."
)
GRADE = "desk/grade.html"


@require_http_methods(["GET", "POST"])
def party_grade(request: DeskRequest, pk: int) -> HttpResponse:
    """How far a party can be relied on: the grade, those before, and for editors the form."""
    if request.method == "POST":
        require(request.user, Capability.DECIDE)
    party = get_object_or_404(Party, pk=pk)
    given = list(party.grades.told())
    return ask(
        request,
        GradeForm(sent(request), grades=Reliability.Grade.choices, initial=_initial(given)),
        partial(grade_party, party),
        back=back_to(request, reverse("desk:party_grade", args=[pk])),
        said=gettext("Graded, and on record."),
        title=gettext("How reliable is %(party)s?") % {"party": party},
        act=gettext("Grade"),
        template=GRADE,
        may_answer=request.user.may(Capability.DECIDE),
        given=given,
        consequence=_apart(
            gettext("The grade is of the party, whatever it says this time; the rule does not count it.")
        ),
    )


@require_http_methods(["GET", "POST"])
def citation_grade(request: DeskRequest, pk: int) -> HttpResponse:
    """How credible what a citation says is: the grade, those before, and for editors the form."""
    if request.method == "POST":
        require(request.user, Capability.DECIDE)
    related = ("claim", "source__page", "source__outlet", "quoted")
    citation = get_object_or_404(Citation.objects.select_related(*related), pk=pk)
    given = list(citation.grades.told())
    initial = {**_initial(given), "expected_version": citation.claim.version}
    return ask(
        request,
        VersionedGradeForm(sent(request), grades=Credibility.Grade.choices, initial=initial),
        partial(grade_information, citation),
        back=f"{reverse('desk:claim', args=[citation.claim_id])}#citation-{pk}",
        said=gettext("Graded, and on record."),
        title=gettext("How credible is what %(source)s says?") % {"source": citation.source.label},
        act=gettext("Grade"),
        template=GRADE,
        may_answer=request.user.may(Capability.DECIDE) and citation.withdrawn_at is None,
        given=given,
        claim=citation.claim,
        lede=citation.quote,
        consequence=_apart(
            gettext("The grade is of this information, whoever it is from; the rule does not count it.")
        ),
    )


def _apart(sentence: str) -> str:
    return f"{APART} {sentence}"


def _initial(given: list[Any]) -> dict[str, Any]:
    return {"grade": given[0].grade} if given else {}
