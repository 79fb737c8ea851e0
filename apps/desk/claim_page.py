"""Everything that the claim page shows, gathered once for the page and for its fragments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages

from apps.accounts.capabilities import Capability
from apps.audit.models import Entry
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import policy
from apps.claims.models import Citation, Claim
from apps.claims.states import MOVES, State
from apps.desk.filters import told_of_claim
from apps.desk.forms import AssignForm, CiteForm, MoveForm, StageForm
from apps.desk.panels.lines import lines_panel
from apps.desk.requests import DeskRequest
from apps.desk.subjects import subjects
from apps.desk.watch_panel import chips

TIMELINE_LENGTH = 30
WORDS = {
    State.CORROBORATED: ("corroborate", "Mark corroborated"),
    State.DISPUTED: ("dispute", "Mark disputed"),
    State.UNVERIFIED: ("reopen", "Reopen: unverified again"),
}


@dataclass
class Move:
    """One move as the page offers it: what the rule says of it, and the form."""

    state: State
    assessment: policy.Assessment
    form: MoveForm
    refusal: tuple[str, ...] = ()
    meanwhile: ChangedMeanwhile | None = None
    is_open: bool = True

    @property
    def verb(self) -> str:
        return WORDS[self.state][0]

    @property
    def label(self) -> str:
        return WORDS[self.state][1]

    @property
    def url_name(self) -> str:
        return f"desk:claim_{self.verb}"


def claim_page(
    request: DeskRequest,
    claim: Claim,
    *,
    cite_form: CiteForm | None = None,
    move: Move | None = None,
    assign_form: AssignForm | None = None,
    stage_form: StageForm | None = None,
    withdraw: tuple[Citation, Any] | None = None,
    refusal: str = "",
    meanwhile: ChangedMeanwhile | None = None,
) -> dict[str, Any]:
    """The claim page's context. What was refused comes back as the form it was typed into."""
    citations = list(claim.citations.live().with_evidence())
    versioned = {"expected_version": claim.version}
    moves = [offer(claim, state, citations) for state in claim.moves]
    if move:
        moves = [move if one.state == move.state else one for one in moves]
        if move not in moves:
            move.is_open = False
            moves.insert(0, move)
    told = told_of_claim(Entry.objects.newest_first(), claim.pk).without_machinery()
    entries = list(told[: TIMELINE_LENGTH + 1])
    is_decided = claim.state != State.UNVERIFIED
    return {
        "claim": claim,
        **lines_panel(claim, citations),
        "citations": citations,
        "chips": chips(citations),
        "withdrawn": list(claim.citations.exclude(withdrawn_at=None).select_related("source__page", "withdrawn_by")),
        "shown": shown(citations),
        "is_moving": any(citation.is_moving for citation in citations),
        "ask_again_after": ask_again_after(citations),
        "moves": moves,
        "move": move,
        "standing": policy.assess(State(claim.state), citations) if is_decided else None,
        "can_decide": request.user.may(Capability.DECIDE),
        "cite_form": cite_form or CiteForm(),
        "assign_form": assign_form or AssignForm(initial={**versioned, "assignee": claim.assignee_id}),
        "stage_form": stage_form or StageForm(initial={**versioned, "stage": claim.stage}),
        "withdraw": withdraw,
        "refusal": refusal,
        "meanwhile": meanwhile,
        "timeline": entries[:TIMELINE_LENGTH],
        "timeline_goes_on": len(entries) > TIMELINE_LENGTH,
        "subjects": subjects(entries[:TIMELINE_LENGTH], apart_from=claim.stream),
        "last_decision": claim.decisions.select_related("decided_by").first(),
    }


def offer(claim: Claim, state: State, citations: list[Citation] | None = None, form: MoveForm | None = None) -> Move:
    """A move as the page offers it now."""
    if citations is None:
        citations = list(claim.citations.live().with_evidence())
    empty = MoveForm(initial={"expected_version": claim.version}, prefix=None, auto_id=f"id_{state}_%s")
    return Move(state, policy.assess(state, citations), form or empty, is_open=state in MOVES[State(claim.state)])


def is_of_another_state(request: DeskRequest, claim: Claim) -> bool:
    """Whether the verdict panel of the page that asks still offers the moves of a state that the claim has left."""
    asked = request.POST if request.method == "POST" else request.GET
    return asked.get("shown_state", claim.state) != claim.state


def verdict_parts(request: DeskRequest, claim: Claim) -> tuple[str, ...]:
    """The partials that bring the verdict panel up to date: the rule's answers, or all of it when its moves changed."""
    return ("moves",) if is_of_another_state(request, claim) else ("assessments", "versions")


def tell_of_verdict(request: DeskRequest, claim: Claim) -> None:
    """Say that the page's verdict is new, where somebody else decided while it was open."""
    decision = claim.decisions.select_related("decided_by").first()
    if decision and is_of_another_state(request, claim):
        state = claim.get_state_display().lower()
        messages.warning(request, f"{decision.decided_by} decided meanwhile: the claim is {state} now.")


def ask_again_after(citations: list[Citation]) -> str:
    """How long the page waits before it asks again what became of these, as htmx reads it."""
    return "1s" if any(one.is_moving and not one.capture.is_waiting_long for one in citations) else "10s"


def shown(citations: list[Citation]) -> str:
    """What the page shows of the copies under way, to ask later whether any of it changed: "12.queued.0.-,…"."""
    return ",".join(f"{one.pk}.{one.capture.shown}.{'l' if one.is_learned else '-'}" for one in citations)
