"""Every attribution of one source: what counts, what waits, what was refused or taken back."""

from __future__ import annotations

from typing import Any

from apps.desk.panels.lines import suggestions
from apps.sources.models import Attribution, Source

AT_MOST = 100


def attributions_panel(source: Source) -> dict[str, Any]:
    """What the source's page shows of where it has it from, and of what others have from it."""
    every = Attribution.objects.with_ends()
    own = list(every.filter(of_source=source).order_by("-pk")[:AT_MOST])
    return {
        "own_suggestions": suggestions([one for one in own if one.is_pending]),
        "own_attributions": [one for one in own if not one.is_pending],
        "carried_by": list(every.live().filter(to_source=source).order_by("-pk")[:AT_MOST]),
    }
