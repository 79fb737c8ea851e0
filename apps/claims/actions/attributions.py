"""Where sources have it from, as far as claims rest on it: each answer is followed by a look at those claims."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.verbs import Verb
from apps.audit.versioned import lock
from apps.claims.actions.flags import flag_for_attribution, flag_for_party, flag_for_ruling
from apps.claims.actions.writing import write_claim
from apps.claims.models import Claim, Ruling
from apps.claims.refusals import ReasonMissing, Refusal
from apps.sources import actions as sources
from apps.sources.chains import Node
from apps.sources.models import Agency, Attribution, Party, Source
from apps.sources.telling import listed


def attribute(of: Source | Party, relation: str, to: Source | Party, *, by: User, reason: str) -> Attribution:
    """Enter where a source has it from; claims that rest on it are flagged. Raises what sources raise."""
    with transaction.atomic():
        return _heard(sources.attribute(of, relation, to, by=by, reason=reason), by)


def attribute_by_name(
    of: Source | Party, relation: str, party: str, *, by: User, reason: str, kind: str, is_named: bool = True
) -> Attribution:
    """Enter that a source has it from a party of this name, which is registered where it isn't known."""
    with transaction.atomic():
        known = Party.objects.named(" ".join(party.split())).first()
        # Whoever rejects a credit line or names a speaker makes a party of the name, too: it tells nobody who is meant.
        is_clear = known is not None and known.kind != Party.Kind.OTHER
        if not is_clear and (agencies := Agency.objects.names().only_short(party)):
            said = _(
                "%(agencies)s is called %(name)s for short, and so are others. Enter the full name of who is meant."
            )
            raise Refusal(said % {"agencies": listed(agencies), "name": party})
        to = known or sources.register_party(party, kind=kind, by=by, is_named=is_named)
        return attribute(of, relation, to, by=by, reason=reason)


def confirm_attribution(attribution: Attribution, *, by: User, reason: str) -> Attribution:
    """Say that a suggestion is right; claims that rest on it are flagged. Raises what sources raise."""
    with transaction.atomic():
        return _heard(sources.confirm_attribution(attribution, by=by, reason=reason), by)


def reject_attribution(attribution: Attribution, *, by: User, reason: str) -> Attribution:
    """Say that a suggestion is wrong; claims that rest on it are flagged. Raises what sources raise."""
    with transaction.atomic():
        return _heard(sources.reject_attribution(attribution, by=by, reason=reason), by)


def reject_credit(source: Source, name: str, *, by: User, reason: str) -> Attribution:
    """Say that a credit line is wrong; claims that rest on its source are flagged. Raises what sources raise."""
    with transaction.atomic():
        return _heard(sources.reject_credit(source, name, by=by, reason=reason), by)


def withdraw_attribution(attribution: Attribution, *, by: User, reason: str) -> Attribution:
    """Take an attribution back; claims that rest on it are flagged. Raises what sources raise."""
    with transaction.atomic():
        return _heard(sources.withdraw_attribution(attribution, by=by, reason=reason), by)


def hear_of(attribution: Attribution) -> None:
    """Look again at the claims that an attribution bears on, where nobody has since it changed: the worker's door."""
    with transaction.atomic():
        if Attribution.objects.filter(pk=attribution.pk, has_news=True).update(has_news=False):
            flag_for_attribution(attribution, by=None)


def hear_of_party(party: Party) -> None:
    """Look again at the claims that a party bears on, where nobody has since it changed: the worker's door."""
    with transaction.atomic():
        if Party.objects.filter(pk=party.pk, has_news=True).update(has_news=False):
            flag_for_party(Party.objects.get(pk=party.pk))


def rule_apart(
    claim: Claim, one: Source | Party, other: Source | Party, *, by: User, reason: str, expected_version: int
) -> Ruling:
    """Rule that two origins stand apart on this claim. Raises ChangedMeanwhile, ReasonMissing, Refusal."""
    require(by, Capability.DECIDE)
    if not reason.strip():
        raise ReasonMissing(_("Say why these two stand apart: somebody will ask for it."))
    if node_of(one) == node_of(other):
        raise Refusal(_("An origin can't stand apart from itself."))
    with transaction.atomic():
        claim = lock(claim, expected_version)
        pair = frozenset((node_of(one), node_of(other)))
        if pair in claim.rulings.live().pairs_of([claim.pk])[claim.pk]:
            raise Refusal(_("It is ruled already that these two stand apart."))
        ruling = Ruling.objects.create(
            claim=claim, **_end("one", one), **_end("other", other), reason=reason, ruled_by=by
        )
        told = {"ruling": ruling.pk, **_names(ruling)}
        write_claim(claim, Verb.ORIGINS_RULED_APART, by, fields=[], after=told, reason=reason)
    return ruling


def withdraw_ruling(ruling: Ruling, *, by: User, reason: str) -> Ruling:
    """Take a ruling back: the two may be one line again, and a verdict that rested on it goes back to review."""
    require(by, Capability.DECIDE)
    if not reason.strip():
        raise ReasonMissing(_("Say why the ruling is taken back: somebody will ask for it."))
    with transaction.atomic():
        claim = lock(ruling.claim)
        ruling = Ruling.objects.with_ends().get(pk=ruling.pk)
        if ruling.withdrawn_at:
            raise Refusal(_("This ruling is taken back already."))
        ruling.withdrawn_by, ruling.withdrawn_at, ruling.withdrawn_because = by, timezone.now(), reason
        ruling.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
        told = {"ruling": ruling.pk, **_names(ruling)}
        write_claim(claim, Verb.RULING_WITHDRAWN, by, fields=[], before=told, reason=reason)
        flag_for_ruling(claim, ruling.pk, by=by)
    return ruling


def node_of(end: Source | Party) -> Node:
    """A source or party as lineage knows it."""
    return ("source", end.pk) if isinstance(end, Source) else ("party", end.identity)


def _heard(attribution: Attribution, by: User) -> Attribution:
    Attribution.objects.filter(pk=attribution.pk).update(has_news=False)
    flag_for_attribution(attribution, by=by)
    return attribution


def _end(name: str, end: Source | Party) -> dict[str, Any]:
    return {f"{name}_{'source' if isinstance(end, Source) else 'party'}": end}


def _names(ruling: Ruling) -> dict[str, str]:
    return {"one": str(ruling.one), "other": str(ruling.other)}
