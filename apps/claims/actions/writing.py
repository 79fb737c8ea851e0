"""How every change of a claim is written."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.audit.verbs import Verb
from apps.audit.versioned import write
from apps.claims.models import Claim


def write_claim(
    claim: Claim,
    verb: Verb,
    by: User | None,
    *,
    fields: list[str],
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Save the locked claim under its next version, with its time, and record the change under the same number."""
    claim.changed_at = timezone.now()
    write(
        claim,
        verb,
        by=by,
        fields=[*fields, "changed_at"],
        target=claim.statement,
        before=before,
        after=after,
        reason=reason,
    )
