"""The claim's figures: what each says and is read as, which can't both hold, and what the story has elsewhere."""

from __future__ import annotations

from typing import Any

from apps.claims.figures import conflicts, undated
from apps.claims.models import Claim, Figure

SHOWN, SENTENCES = 12, 5


def figures_panel(claim: Claim) -> dict[str, Any]:
    """What the panel shows of a claim's figures, in at most three questions."""
    own = list(Figure.objects.live().filter(claim=claim).told())
    found = [conflict.sentence for conflict in conflicts(own)]
    return {
        "figures": own[:SHOWN],
        "further": own[SHOWN:],
        "conflicts": found[:SENTENCES],
        "further_conflicts": found[SENTENCES:],
        "elsewhere": _elsewhere(claim, own)[:SENTENCES],
        "undated": undated(own)[:SENTENCES],
        "withdrawn": list(
            claim.figures.exclude(withdrawn_at=None).select_related("measure", "party", "withdrawn_by")[:SHOWN]
        ),
    }


def _elsewhere(claim: Claim, own: list[Figure]) -> list[str]:
    """What other claims of the story say against it: worth knowing, and no dispute of this claim."""
    if claim.story is None or not own:
        return []
    measures = {figure.measure_id for figure in own}
    others = Figure.objects.of_story(claim.story).filter(measure__in=measures).exclude(claim=claim).told()[:200]
    found = conflicts([*own, *others])
    return [one.sentence for one in found if claim.pk in {one.first.claim_id, one.second.claim_id} and _is_across(one)]


def _is_across(conflict: Any) -> bool:
    return bool(conflict.first.claim_id != conflict.second.claim_id)
