"""Confidential sources: registered, held against claims, looked at and sealed, and never named anywhere else.

Nothing here writes to a claim, a flag or a public stream, and no line of the trail holds a word of a source.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import NotAllowed, require
from apps.audit.actions import record
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from apps.claims.models import Claim, Commitment, ConfidentialCitation, Decision
from apps.claims.refusals import Refusal
from apps.claims.states import Stance
from apps.sources.models import ConfidentialSource

LEAVES = 8
NAMELESS = "a confidential source"


def register_confidential(
    *,
    by: User,
    kind: ConfidentialSource.Kind,
    title: str,
    party: str = "",
    note: str = "",
    document_digest: str = "",
    people: Iterable[User] = (),
) -> ConfidentialSource:
    """Keep a source that only the people named may know of; who registers it is one of them. Raises CouldNotKeep."""
    require(by, Capability.CITE)
    with transaction.atomic():
        source = ConfidentialSource(
            kind=kind, title=title, party=party, note=note, document_digest=document_digest, registered_by=by
        )
        source.save()
        source.people.set({by, *people})
        _tell(Verb.CONFIDENTIAL_REGISTERED, source, by)
    return source


def cite_confidential(
    source: ConfidentialSource, claim: Claim, *, by: User, stance: Stance, quote: str = "", note: str = ""
) -> ConfidentialCitation:
    """Hold the source against a claim, for those named on it. It never counts by the rule; the claim stays as it is.

    Raises Refusal when it stands there already, CouldNotKeep.
    """
    require(by, Capability.CITE)
    source = seen_by(by, source)
    with transaction.atomic():
        ConfidentialSource.of_everybody_UNSAFE.select_for_update().get(pk=source.pk)
        if ConfidentialCitation.objects.visible_to(by).filter(source=source, claim=claim, withdrawn_at=None).exists():
            raise Refusal(_("This source is held against the claim already."))
        citation = ConfidentialCitation(
            source=source,
            claim=claim,
            stance=stance,
            quote=quote,
            note=note,
            salt=secrets.token_hex(32),
            cited_by=by,
        )
        citation.save()
        _tell(Verb.CONFIDENTIAL_CITED, source, by)
    return citation


def withdraw_confidential(citation: ConfidentialCitation, *, by: User) -> None:
    """Take a confidential source off a claim, for anybody named on it. What decisions sealed of it stays provable."""
    require(by, Capability.CITE)
    with transaction.atomic():
        found = ConfidentialCitation.objects.visible_to(by).filter(pk=citation.pk).first()
        if found is None or found.withdrawn_at:
            raise Refusal(_("It does not stand on this claim."))
        found.withdrawn_at = timezone.now()
        found.save(update_fields=["withdrawn_at"])
        _tell(Verb.CONFIDENTIAL_WITHDRAWN, found.source, by)


def name_on_confidential(source: ConfidentialSource, *, by: User, people: Iterable[User]) -> None:
    """Change who may see the source: for who registered it, or a standards editor named on it. Somebody must stay."""
    source = seen_by(by, source)
    if source.registered_by_id != by.pk:
        require(by, Capability.NAME_ON_CONFIDENTIAL)
    with transaction.atomic():
        ConfidentialSource.of_everybody_UNSAFE.select_for_update().get(pk=source.pk)
        named = set(people)
        if not any(person.is_active for person in named):
            raise Refusal(_("Somebody on the desk has to stay named, or nobody could ever see this source again."))
        before = sorted(str(person) for person in source.people.all())
        source.people.set(named)
        after = sorted(str(person) for person in named)
        _tell(
            Verb.CONFIDENTIAL_NAMED, source, by, before={"named": ", ".join(before)}, after={"named": ", ".join(after)}
        )


def look_at_confidential(source: ConfidentialSource, *, by: User) -> ConfidentialSource:
    """The source, for somebody named on it; that they looked is recorded. Raises NotAllowed."""
    source = seen_by(by, source)
    with transaction.atomic():
        _tell(Verb.CONFIDENTIAL_SEEN, source, by)
    return source


def seen_by(person: User, source: ConfidentialSource) -> ConfidentialSource:
    """The source as it is now. Raises NotAllowed for anybody who is not named on it."""
    found: ConfidentialSource | None = ConfidentialSource.objects.visible_to(person).filter(pk=source.pk).first()
    if found is None:
        raise NotAllowed(gettext_lazy("There is nothing here for you to see."))
    return found


def who_looked(source: ConfidentialSource, *, by: User) -> list[Entry]:
    """The lines of the trail about a source, newest first, for those named on it."""
    return list(Entry.every_line.in_streams([seen_by(by, source).stream])[:50])


def seal_confidential(decision: Decision) -> str:
    """A commitment to the confidential sources on the decision's claim, whether there are any or not: its digest.

    It shows nothing. Somebody named on a source can show later, with its salt, that it stood there in these words.
    """
    rows = ConfidentialCitation.of_everybody_UNSAFE.filter(claim=decision.claim_id, withdrawn_at=None)
    leaves = [row.sealed for row in rows.select_related("source")]
    leaves += [secrets.token_hex(32) for _ in range(-len(leaves) % LEAVES or (0 if leaves else LEAVES))]
    salt, leaves = secrets.token_hex(32), sorted(leaves)
    commitment = Commitment(decision=decision, salt=salt, leaves=leaves, digest=Commitment.of(salt, leaves))
    commitment.save()
    return commitment.digest


def proof(citation: ConfidentialCitation, decision: Decision, *, by: User) -> dict[str, Any] | None:
    """What shows that the citation was sealed in the decision, for somebody named on it; None when it was not."""
    seen_by(by, citation.source)
    sealed = Commitment.of_everybody_UNSAFE.filter(decision=decision).first()
    if sealed is None or citation.sealed not in sealed.leaves:
        return None
    return {
        "digest": sealed.digest,
        "salt": sealed.salt,
        "leaves": sealed.leaves,
        "leaf": citation.sealed,
        "leaf_salt": citation.salt,
    }


def _names(people: Iterable[User]) -> str:
    return ", ".join(sorted(str(person) for person in people))


def _tell(verb: Verb, source: ConfidentialSource, by: User, **told: Any) -> None:
    record(verb, stream=source.stream, target=NAMELESS, by=by, **told)
