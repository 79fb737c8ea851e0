"""Changing the desk's rule: each edit is a version of its own."""

from __future__ import annotations

from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from apps.audit.versioned import ChangedMeanwhile, begin, differences
from apps.claims.models import Policy
from apps.claims.refusals import ReasonMissing, Refusal


class PolicyFacts(TypedDict, total=False):
    """What can be changed of the rule."""

    minimum_lines: int
    first_hand_lines: int
    archived: bool
    disputes_block: bool
    four_eyes: bool
    four_eyes_to_dispute: bool
    minimum_disputes: int
    shelf_life_days: int | None


def edit_policy(*, by: User, reason: str, expected_version: int, **changes: Unpack[PolicyFacts]) -> Policy:
    """Make the next version of the rule out of the current one. Verdicts stay; open requests become void.

    Raises ChangedMeanwhile, ReasonMissing, and Refusal for a rule that asks for the impossible or for nothing new.
    """
    require(by, Capability.EDIT_POLICY)
    with transaction.atomic():
        current = _locked(expected_version)
        if not reason.strip():
            raise ReasonMissing(_("Say why the rule changes: the desk works by it."))
        facts = {**current.facts, **changes}
        if facts["first_hand_lines"] > facts["minimum_lines"]:
            raise Refusal(_("More lines can't be first-hand than lines are asked for."))
        was, became = differences(current.facts, facts)
        if not became:
            raise Refusal(_("Nothing of the rule is different."))
        made = Policy.objects.create(version=current.version + 1, made_by=by, reason=reason, **facts)
        begin(
            made,
            Verb.POLICY_EDITED,
            prev=current.head,
            target=str(made),
            by=by,
            before=was,
            after=became,
            reason=reason,
        )
    return made


def _locked(expected_version: int) -> Policy:
    """The newest version: whoever edits next waits for this edit, and then sees that there is a newer one."""
    Policy.objects.select_for_update().order_by("-version").first()
    current = Policy.objects.current()
    if current.version != expected_version:
        raise ChangedMeanwhile(current, list(Entry.objects.since(current.stream, expected_version)))
    return current
