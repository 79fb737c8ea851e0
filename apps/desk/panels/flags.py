"""The flags on a claim."""

from __future__ import annotations

from typing import Any

from apps.audit.statements import Select
from apps.claims.models import Claim, Flag

SHOWN = 20
_open = Select(lambda claim: Flag.objects.filter(claim=claim).told().open().order_by("-id")[: SHOWN + 1], int)
_cleared = Select(lambda claim: Flag.objects.filter(claim=claim).told().cleared().order_by("-cleared_at")[:SHOWN], int)


def flags_panel(claim: Claim) -> dict[str, Any]:
    """Open flags, newest first, and the cleared ones behind them."""
    found = _open(claim.pk)
    return {
        "flags": found[:SHOWN],
        "flags_go_on": len(found) > SHOWN,
        "cleared_flags": _cleared(claim.pk),
    }
