"""What scripts read of the desk, as JSON. Whoever may read the desk may read this, signed in as at the desk."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from apps.audit.wording import plainly
from apps.claims import policy
from apps.claims.evidence import gather
from apps.claims.models import Claim
from apps.claims.states import State


@require_safe
@plainly
def claim(request: HttpRequest, pk: int) -> JsonResponse:
    """A claim: where it stands, its lines, and what the rule says of each move that it could make."""
    found = Claim.objects.filter(pk=pk).first()
    if found is None:
        return refused("There is no such claim.", 404)
    evidence = gather(found)
    badge = policy.badge(evidence)
    told: dict[str, Any] = {
        "id": found.pk,
        "statement": found.statement,
        "state": found.state,
        "stage": found.stage,
        "version": found.version,
        "lines": {
            "counted": badge.lines,
            "needed": badge.needed,
            "words": badge.words,
            "open_disputes": badge.disputes,
        },
        "rule_version": evidence.rule.version,
        "moves": [policy.assess(State(state), evidence).told() for state in found.moves],
    }
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


def refused(why: str, status: int) -> JsonResponse:
    """An error as scripts read it."""
    return JsonResponse({"error": why}, status=status, json_dumps_params={"ensure_ascii": False})
