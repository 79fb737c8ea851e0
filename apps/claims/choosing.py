"""What would come of changing many claims at once: which change, which do not, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.claims.models import Claim
from apps.claims.refusals import Refusal
from apps.claims.states import Stage


@dataclass
class Sorted:
    """Claims by what comes of them: those that change, those that are so already, those that were changed meanwhile,
    and those that are refused, each with why."""

    changed: list[Claim] = field(default_factory=list)
    same: list[Claim] = field(default_factory=list)
    meanwhile: list[Claim] = field(default_factory=list)
    refused: list[tuple[Claim, str]] = field(default_factory=list)


def to_assign(claims: Iterable[Claim], seen: Mapping[int, int | None], *, by: User, assignee: User | None) -> Sorted:
    """What would come of giving these to somebody, or to nobody. ``seen``: the version that was shown of each.

    Whoever may not assign may take claims that nobody has. Raises Refusal for an assignee who has left.
    """
    may_assign = by.may(Capability.ASSIGN)
    require(by, Capability.OPEN_CLAIMS if assignee == by and not may_assign else Capability.ASSIGN)
    if assignee and not assignee.is_active:
        raise Refusal(_("%(name)s has left the desk: choose somebody else.") % {"name": assignee})
    found = Sorted()
    for claim in claims:
        if claim.assignee_id == (assignee.pk if assignee else None):
            found.same.append(claim)
        elif seen.get(claim.pk) not in {None, claim.version}:
            found.meanwhile.append(claim)
        elif claim.assignee_id and not may_assign:
            said = _("%(name)s has it. An editor can give it to you.") % {"name": claim.assignee}
            found.refused.append((claim, said))
        else:
            found.changed.append(claim)
    return found


def to_stage(claims: Iterable[Claim], seen: Mapping[int, int | None], *, by: User, stage: Stage) -> Sorted:
    """What would come of moving these through the desk's work. ``seen``: the version that was shown of each."""
    require(by, Capability.ASSIGN)
    found = Sorted()
    for claim in claims:
        if claim.stage == stage:
            found.same.append(claim)
        elif seen.get(claim.pk) not in {None, claim.version}:
            found.meanwhile.append(claim)
        else:
            found.changed.append(claim)
    return found
