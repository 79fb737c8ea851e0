"""Registering and editing those who say things or know things."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.actions import record
from apps.audit.verbs import Verb
from apps.audit.versioned import differences
from apps.sources.models import Agency, Party
from apps.sources.names import fold
from apps.sources.refusals import Refusal


def register_party(name: str, *, kind: str, by: User | None, note: str = "", is_named: bool = True) -> Party:
    """The party of this name and kind, new or known, in whatever case it was typed. ``by=None`` is the worker."""
    if by is not None:
        require(by, Capability.CITE)
    name = " ".join(name.split())[:200]
    with transaction.atomic():
        if known := Party.objects.named(name).filter(kind=kind).first():
            return known
        try:
            with transaction.atomic():
                party = Party.objects.create(name=name, kind=kind, note=note, is_named=is_named)
        except IntegrityError:
            return Party.objects.taken(name).get(kind=kind)
        record(Verb.PARTY_REGISTERED, stream=f"party:{party.pk}", target=name, by=by, after=_registered(party))
        transaction.on_commit(partial(_identify, [name]))
    return party


def party_called(name: str, *, by: User, is_named: bool = True) -> Party:
    """The party of this name, of whatever kind, new where there is none.

    Raises Refusal where somebody is said to have no name whom the desk knows by one.
    """
    name = " ".join(name.split())[:200]
    known = Party.objects.named(name).order_by("id").first()
    if known and known.is_named and not is_named:
        raise Refusal(
            _("The desk knows %(name)s by name. Say who it is without the name: “an unnamed official”.")
            % {"name": known}
        )
    return known or register_party(name, kind=Party.Kind.OTHER, by=by, is_named=is_named)


class PartyFacts(TypedDict, total=False):
    """What can be edited of a party."""

    name: str
    kind: str
    is_named: bool
    note: str


def edit_party(party: Party, *, by: User, **changes: Unpack[PartyFacts]) -> Party:
    """Change what is given of what a party is called or is, and leave the rest.

    Whether it has a name, and which, decides what is one line: the claims hear of it.
    """
    require(by, Capability.CITE)
    with transaction.atomic():
        party = Party.objects.select_for_update().get(pk=party.pk)
        before, alike = _facts(party), [party.name, changes.get("name", party.name)]
        party.name = changes.get("name", party.name)
        party.kind = changes.get("kind", party.kind)
        party.is_named = changes.get("is_named", party.is_named)
        party.note = changes.get("note", party.note)
        was, became = differences(before, _facts(party))
        if became:
            party.save(update_fields=[*before, "folded", "identity"])
            record(
                Verb.PARTY_EDITED,
                stream=f"party:{party.pk}",
                target=before["name"],
                by=by,
                before=was,
                after=became,
            )
        if "name" in became:
            if agency := Agency.objects.filter(party=party).first():
                # It goes by the old name still: an agency that is called otherwise now is no other agency.
                listed = {"spellings": agency.spellings}
                agency.spellings = list(dict.fromkeys([*agency.spellings, before["name"]]))
                mark_edited(agency)
                was, became_of_it = differences(listed, {"spellings": agency.spellings})
                if became_of_it:
                    stream = f"party:{party.pk}"
                    record(Verb.AGENCY_EDITED, stream=stream, target=party.name, by=by, before=was, after=became_of_it)
            identify(*alike, *(agency.spellings if agency else ()))
        if {"name", "is_named"} & became.keys():
            Party.objects.filter(pk=party.pk).update(has_news=True)
    return party


def mark_edited(agency: Agency) -> None:
    """Save what is otherwise of an agency: whoever remembers the list has to read it anew."""
    agency.changed_at, agency.version = timezone.now(), F("version") + 1
    agency.save(update_fields=["spellings", "short_names", "hosts", "changed_at", "version"])
    agency.refresh_from_db(fields=["version"])


def identify(*names: str) -> None:
    """See whom parties of these names stand for, now and once more when all that is done with them stands.

    Somebody else may have entered one, or edited the list, at the same time: whoever is done last sees both.
    """
    _identify(names)
    transaction.on_commit(partial(_identify, names))


def _identify(names: Iterable[str]) -> None:
    agencies = Agency.objects.names()
    for party in Party.objects.called(names) | Party.objects.one_with(map(fold, names)):
        if (identity := agencies.identity(party.name)) != party.identity:
            Party.objects.filter(pk=party.pk).update(identity=identity)
            Party.objects.filter(agency__isnull=False, folded=identity).update(has_news=True)


def _facts(party: Party) -> dict[str, Any]:
    return {"name": party.name, "kind": party.kind, "is_named": party.is_named, "note": party.note}


def _registered(party: Party) -> dict[str, Any]:
    return {"kind": party.kind} if party.is_named else {"kind": party.kind, "is_named": False}
