"""The flags on a claim."""

from __future__ import annotations

from typing import Any

from apps.claims.models import Claim

SHOWN = 20


def flags_panel(claim: Claim) -> dict[str, Any]:
    """Open flags, newest first, and the cleared ones behind them."""
    told = claim.flags.told()
    found = list(told.open().order_by("-id")[: SHOWN + 1])
    return {
        "flags": found[:SHOWN],
        "flags_go_on": len(found) > SHOWN,
        "cleared_flags": list(told.cleared().order_by("-cleared_at")[:SHOWN]),
    }
