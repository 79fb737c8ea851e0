"""Many claims changed at once. Each that changes has a line of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.verbs import Verb
from apps.audit.versioned import write_many
from apps.claims.choosing import Sorted, to_assign, to_stage
from apps.claims.models import Claim
from apps.claims.states import Stage, State

# How many claims are locked and written at once.
AT_ONCE = 1_000


def assign_many(seen: Mapping[int, int | None], *, by: User, assignee: User | None) -> Sorted:
    """Give many claims to somebody, or to nobody; whoever gets one that lies in the inbox begins it.

    ``seen`` is the version that was shown of each, by number; None takes it as it is. What was changed meanwhile, or
    is refused, stays as it is and is named; the others change together.
    """
    done = Sorted()
    with transaction.atomic():
        for rows in _locked(seen):
            some = to_assign(rows, seen, by=by, assignee=assignee)
            before = {claim.pk: str(claim.assignee or "nobody") for claim in some.changed}
            for claim in some.changed:
                claim.assignee, claim.changed_at = assignee, timezone.now()
                if assignee and claim.stage == Stage.INBOX:
                    claim.stage = Stage.IN_PROGRESS
            write_many(
                some.changed,
                Verb.CLAIM_ASSIGNED,
                by=by,
                fields=["assignee", "stage", "changed_at"],
                told=partial(_assigned, before, str(assignee or "nobody")),
            )
            _add(done, some)
    return done


def stage_many(seen: Mapping[int, int | None], *, by: User, stage: Stage, reason: str = "") -> Sorted:
    """Move many claims through the desk's work; verdicts stay. ``seen`` as in ``assign_many``."""
    done = Sorted()
    with transaction.atomic():
        for rows in _locked(seen):
            some = to_stage(rows, seen, by=by, stage=stage)
            now = timezone.now()
            for claim in some.changed:
                claim.stage, claim.changed_at = stage, now
                if stage == Stage.SETTLED and claim.state != State.UNVERIFIED:
                    claim.verified_at = now
            write_many(
                some.changed,
                Verb.CLAIM_STAGED,
                by=by,
                fields=["stage", "verified_at", "changed_at"],
                told=lambda claim: {"target": claim.statement, "reason": reason},
            )
            _add(done, some)
    return done


def _locked(seen: Mapping[int, int | None]) -> Iterable[Sequence[Claim]]:
    """These claims, a thousand at once, always locked in one order; none at all is asked about too."""
    wanted = sorted(seen)
    for start in range(0, len(wanted) or 1, AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        rows = Claim.objects.select_for_update(of=("self",)).select_related("assignee").filter(pk__in=some)
        yield list(rows.order_by("pk"))


def _assigned(before: Mapping[int, str], assignee: str, claim: Claim) -> Any:
    return {"target": claim.statement, "before": {"assignee": before[claim.pk]}, "after": {"assignee": assignee}}


def _add(done: Sorted, some: Sorted) -> None:
    done.changed += some.changed
    done.same += some.same
    done.meanwhile += some.meanwhile
    done.refused += some.refused
