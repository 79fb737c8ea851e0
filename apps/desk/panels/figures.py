"""The claim's figures: what each says and is read as, which can't both hold, and what the story has elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.audit.statements import Select
from apps.claims.figures import conflicts, undated
from apps.claims.models import Claim, Figure

SHOWN, SENTENCES, OTHERS = 12, 5, 100
_live = Select(lambda claim: Figure.objects.live().filter(claim=claim).told(), int)
_withdrawn = Select(
    lambda claim: (
        Figure.objects.filter(claim=claim)
        .exclude(withdrawn_at=None)
        .select_related("measure", "party", "withdrawn_by")
        .order_by("id")[:SHOWN]
    ),
    int,
)


def figures_panel(claim: Claim) -> dict[str, Any]:
    """What the panel shows of a claim's figures, in at most three questions."""
    own = _live(claim.pk)
    return panel_of(claim, own, [conflict.sentence for conflict in conflicts(own)])


def panel_of(claim: Claim, own: Sequence[Figure], found: Sequence[str]) -> dict[str, Any]:
    """The same for whoever has the claim's live figures, and the sentences on which of them can't both hold."""
    return {
        "figures": own[:SHOWN],
        "further": own[SHOWN:],
        "conflicts": found[:SENTENCES],
        "further_conflicts": found[SENTENCES:],
        "elsewhere": _elsewhere(claim, own),
        "undated": undated(own)[:SENTENCES],
        "withdrawn": _withdrawn(claim.pk),
    }


def _elsewhere(claim: Claim, own: Sequence[Figure]) -> list[str]:
    """What other claims of the story say against it: worth knowing, and no dispute of this claim."""
    if claim.story is None or not own:
        return []
    measures = {figure.measure_id for figure in own}
    told = Figure.objects.of_story(claim.story).that_count().named()
    others = told.filter(measure__in=measures).exclude(claim=claim)[:OTHERS]

    def is_across(one: Figure, other: Figure) -> bool:
        return (one.claim_id == claim.pk) != (other.claim_id == claim.pk)

    return [found.sentence for found in conflicts([*own, *others], most=SENTENCES, among=is_across)]
