"""Everything that the claim page shows, gathered once for the page and for its fragments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.audit.models import Entry
from apps.audit.statements import Select
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import policy
from apps.claims.evidence import gather
from apps.claims.models import Citation, Claim, Decision
from apps.desk.filters import told_since
from apps.desk.forms import AssignForm, CiteForm, StageForm
from apps.desk.panels.figures import panel_of
from apps.desk.panels.flags import flags_panel
from apps.desk.panels.grades import grades_of
from apps.desk.panels.knowledge import caveats_panel, confidential_panel, replies_panel, uses_panel
from apps.desk.panels.lines import lines_panel
from apps.desk.panels.links import links_panel
from apps.desk.panels.teamwork import active_people, comments_panel, live_panel
from apps.desk.panels.verdict import Answer, Move, verdict_panel
from apps.desk.requests import DeskRequest
from apps.desk.subjects import subjects
from apps.desk.teamwork_forms import CommentForm
from apps.desk.watch_panel import chips

TIMELINE_LENGTH = 30
_withdrawn = Select(
    lambda claim: (
        Citation.objects.filter(claim=claim)
        .exclude(withdrawn_at=None)
        .select_related("source__page", "source__outlet", "withdrawn_by")
        .order_by("id")
    ),
    int,
)
_last_decision = Select(
    lambda claim: (
        Decision.objects.filter(claim=claim).select_related("asked_by", "decided_by", "policy").order_by("-id")[:1]
    ),
    int,
)


def claim_page(
    request: DeskRequest,
    claim: Claim,
    *,
    cite_form: CiteForm | None = None,
    move: Move | None = None,
    answer: Answer | None = None,
    assign_form: AssignForm | None = None,
    stage_form: StageForm | None = None,
    comment_form: CommentForm | None = None,
    withdraw: tuple[Citation, Any] | None = None,
    refusal: str = "",
    meanwhile: ChangedMeanwhile | None = None,
) -> dict[str, Any]:
    """The claim page's context. What was refused comes back as the form it was typed into."""
    evidence = gather(claim)
    citations, withdrawn = list(evidence.citations), _withdrawn(claim.pk)
    entries = timeline(claim, [*citations, *withdrawn])
    last_decision = next(iter(_last_decision(claim.pk)), None)
    may = request.user.may
    people = active_people() if may(Capability.ASSIGN) or may(Capability.COMMENT) else []
    comments = comments_panel(claim, request.user, people)
    return {
        "claim": claim,
        **lines_panel(claim, evidence, may_rule=may(Capability.DECIDE)),
        "citations": citations,
        "has_copies": any(citation.capture.is_stored for citation in citations),
        "chips": chips(citations),
        "grades": grades_of(claim, citations),
        "figures_panel": panel_of(claim, evidence.figures, evidence.conflicts),
        "withdrawn": withdrawn,
        "shown": shown(citations),
        "is_moving": any(citation.is_moving for citation in citations),
        "ask_again_after": ask_again_after(citations),
        **verdict_panel(request, claim, evidence, move=move, answer=answer),
        "lost": policy.lost(evidence, last_decision),
        # A form is made for whoever sees it.
        "cite_form": cite_form or (CiteForm() if may(Capability.CITE) else None),
        **(work_forms(claim, people, assign_form, stage_form) if may(Capability.ASSIGN) else {}),
        "withdraw": withdraw,
        "refusal": refusal,
        "meanwhile": meanwhile,
        "timeline": entries[:TIMELINE_LENGTH],
        "timeline_goes_on": len(entries) > TIMELINE_LENGTH,
        "subjects": subjects(entries[:TIMELINE_LENGTH], apart_from=claim.stream, citations=[*citations, *withdrawn]),
        "last_decision": last_decision,
        **flags_panel(claim),
        **links_panel(claim),
        **replies_panel(claim),
        **caveats_panel(claim),
        **uses_panel(claim),
        **confidential_panel(claim, request.user),
        "comment_form": comment_form or (CommentForm() if may(Capability.COMMENT) else None),
        **comments,
        **live_panel(claim, request.user, None if comments["comments_go_on"] else comments["comments"]),
    }


def timeline(claim: Claim, cited: Iterable[Citation]) -> list[Entry]:
    """The newest entries of a claim's story, and one more where it goes on; ``cited`` is all that ever was."""
    sources = [(one.source_id, one.source.page_id) for one in cited]
    told = told_since(Entry.objects.all(), claim.pk, claim.opened_at, sources).without_machinery()
    return list(told.order_by("-at", "-id")[: TIMELINE_LENGTH + 1])


def work_forms(
    claim: Claim,
    people: Iterable[tuple[int, str, str]],
    assign_form: AssignForm | None = None,
    stage_form: StageForm | None = None,
) -> dict[str, Any]:
    """The forms that say who has the claim and how far it is, as they were sent or as it is now."""
    versioned = {"expected_version": claim.version}
    if not assign_form:
        assign_form = AssignForm(initial={**versioned, "assignee": claim.assignee_id}).offer(people)
    return {
        "assign_form": assign_form,
        "stage_form": stage_form or StageForm(initial={**versioned, "stage": claim.stage}),
    }


def is_of_another_state(request: DeskRequest, context: dict[str, Any]) -> bool:
    """Whether the verdict panel of the page that asks shows moves or a request that are no longer what there is."""
    asked = request.POST if request.method == "POST" else request.GET
    return bool(asked.get("shown_state", context["shown_state"]) != context["shown_state"])


def verdict_parts(request: DeskRequest, context: dict[str, Any]) -> tuple[str, ...]:
    """The partials that bring the verdict panel up to date: the rule's answers, or all of it when its moves changed."""
    return ("moves",) if is_of_another_state(request, context) else ("assessments", "versions")


def tell_of_verdict(request: DeskRequest, context: dict[str, Any]) -> None:
    """Say that the page's verdict is new, where somebody else decided, or asks for a move, while it was open."""
    if not is_of_another_state(request, context):
        return
    claim, decision, asked = context["claim"], context["last_decision"], context["asked"]
    shown = (request.POST if request.method == "POST" else request.GET)["shown_state"]
    if decision and shown.partition(".")[0] != claim.state:
        state = claim.get_state_display().lower()
        told = {"name": decision.decided_by, "state": state}
        messages.warning(request, _("%(name)s decided meanwhile: the claim is %(state)s now.") % told)
    elif asked and asked.changed and not shown.endswith(".changed"):
        messages.warning(request, _("The evidence is not what was asked about any more: the request can't be signed."))
    elif asked and not asked.is_mine:
        told = {"name": asked.request.asked_by, "state": asked.state.label.lower()}
        messages.warning(request, _("%(name)s asked meanwhile for “%(state)s”.") % told)


def ask_again_after(citations: list[Citation]) -> str:
    """How long the page waits before it asks again what became of these, as htmx reads it."""
    return "1s" if any(one.is_moving and not one.capture.is_waiting_long for one in citations) else "10s"


def shown(citations: list[Citation]) -> str:
    """What the page shows of the copies under way, to ask later whether any of it changed: "12.queued.0.-,…"."""
    return ",".join(f"{one.pk}.{one.capture.shown}.{_learned(one)}" for one in citations)


def _learned(citation: Citation) -> str:
    return "l" if citation.is_learned and not citation.is_quote_awaited else "-"
