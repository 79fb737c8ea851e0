"""The verdict on the claim page: which moves the rule allows, what is asked for, who may sign, and the override."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.forms import Form
from django.utils.translation import gettext_lazy as _

from apps.accounts.capabilities import Capability
from apps.audit.statements import Select
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import policy
from apps.claims.evidence import Evidence, what_changed
from apps.claims.models import Claim, MoveRequest
from apps.claims.states import MOVES, State
from apps.desk.forms import MoveForm
from apps.desk.requests import DeskRequest
from apps.desk.verdict_forms import OverrideForm

VERBS = {State.CORROBORATED: "corroborate", State.DISPUTED: "dispute", State.UNVERIFIED: "reopen"}
LABELS = {
    State.CORROBORATED: _("Mark corroborated"),
    State.DISPUTED: _("Mark disputed"),
    State.UNVERIFIED: _("Reopen: unverified again"),
}
_last_request = Select(lambda claim: MoveRequest.objects.filter(claim=claim).with_people().order_by("-id")[:1], int)
ASKING = {State.CORROBORATED: _("Ask to mark corroborated"), State.DISPUTED: _("Ask to mark disputed")}


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
    def label(self) -> str:
        return str(ASKING[self.state] if self.assessment.needs_second else LABELS[self.state])

    @property
    def url_name(self) -> str:
        return f"desk:claim_{VERBS[self.state]}"


@dataclass
class Answer:
    """What came back when somebody answered a request or overrode the rule: the form, and why it was refused."""

    verb: str
    form: Form
    refusal: Sequence[str] = ()
    meanwhile: ChangedMeanwhile | None = None


@dataclass
class Asked:
    """A request that waits, as this person sees it: what was frozen, and what is otherwise since."""

    request: MoveRequest
    changed: list[str]
    is_mine: bool
    refuse_form: Form = field(default_factory=Form)

    @property
    def state(self) -> State:
        return State(self.request.to_state)

    @property
    def buttons(self) -> list[str]:
        """What this person may do with it."""
        return ["withdraw"] if self.is_mine else ["refuse"] if self.changed else ["sign", "refuse"]

    @property
    def citations(self) -> list[dict[str, Any]]:
        return list(self.request.evidence["citations"])


def verdict_panel(
    request: DeskRequest,
    claim: Claim,
    evidence: Evidence,
    *,
    move: Move | None = None,
    answer: Answer | None = None,
) -> dict[str, Any]:
    """The moves, the request that waits or what became of the last one, and the override for those who may."""
    last = next(iter(_last_request(claim.pk)), None)
    asked = _asked(request, claim, evidence, last, answer) if last and last.is_open else None
    ended = None if asked or not last or not _still_matters(claim, last) else last
    words = ended.reason if ended and ended.asked_by_id == request.user.pk else ""
    moves = [
        offer(claim, state, evidence, words=words if ended and ended.to_state == state else "") for state in claim.moves
    ]
    if move:
        moves = [move if one.state == move.state else one for one in moves]
        if move not in moves:
            move.is_open = False
            moves.insert(0, move)
    may_override = request.user.may(Capability.OVERRIDE)
    against = [one.state for one in moves if one.is_open and one.state != State.UNVERIFIED and _can_override(one)]
    offers_override = may_override and (bool(against) or _is_override(answer))
    override_form = _override_form(claim, against, answer) if offers_override else None
    return {
        "moves": moves,
        "move": move,
        "rule": evidence.rule,
        "asked": asked,
        "ended": ended,
        "answer": answer,
        "override_form": override_form,
        "buttons": [*(asked.buttons if asked else []), *(["override"] if override_form else [])],
        "shown_state": _mark(claim, asked),
        "can_decide": request.user.may(Capability.DECIDE),
        "is_waiting": asked is not None and not asked.changed,
    }


def offer(claim: Claim, state: State, evidence: Evidence, form: MoveForm | None = None, words: str = "") -> Move:
    """A move as the page offers it now; ``words`` are the reason to begin with."""
    initial = {"expected_version": claim.version, "reason": words}
    empty = MoveForm(initial=initial, auto_id=f"id_{state}_%s")
    return Move(state, policy.assess(state, evidence), form or empty, is_open=state in MOVES[State(claim.state)])


def _asked(
    request: DeskRequest, claim: Claim, evidence: Evidence, waiting: MoveRequest, answer: Answer | None
) -> Asked:
    changed = what_changed(waiting.evidence, evidence.frozen())
    form = MoveForm(initial={"expected_version": claim.version}, auto_id="id_refuse_%s")
    if answer and answer.verb == "refuse":
        form = answer.form  # type: ignore[assignment]
    return Asked(waiting, changed, waiting.asked_by_id == request.user.pk, form)


def _still_matters(claim: Claim, last: MoveRequest) -> bool:
    """Whether the last request came to nothing, and nobody has decided since."""
    if last.outcome not in {MoveRequest.Outcome.VOID, MoveRequest.Outcome.REFUSED}:
        return False
    return not claim.decisions.filter(decided_at__gte=last.answered_at).exists()


def _can_override(move: Move) -> bool:
    return bool(move.assessment.missing) or move.assessment.needs_second


def _is_override(answer: Answer | None) -> bool:
    return answer is not None and answer.verb == "override"


def _override_form(claim: Claim, states: Sequence[State], answer: Answer | None) -> Form:
    if answer and _is_override(answer):
        return answer.form
    initial = {"expected_version": claim.version, "to_state": states[0]}
    return OverrideForm(initial=initial, states=states, auto_id="id_override_%s")


def _mark(claim: Claim, asked: Asked | None) -> str:
    """What the panel shows, to ask later whether it is still so: the state, and the request that waits."""
    if asked is None:
        return claim.state
    return f"{claim.state}.{asked.request.pk}{'.changed' if asked.changed else ''}"
