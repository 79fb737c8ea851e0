"""The list of news agencies, and the names by which their copy is recognised."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from django.db import transaction

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.actions import record
from apps.audit.verbs import Verb
from apps.audit.versioned import differences
from apps.sources.actions.parties import identify, mark_edited
from apps.sources.models import Agency, Party


class AgencyFacts(TypedDict, total=False):
    """How an agency is recognised: names, those of them that mean other things too, and hosts of its own."""

    spellings: list[str]
    short_names: list[str]
    hosts: list[str]


def list_agency(name: str, *, by: User, **facts: Unpack[AgencyFacts]) -> Agency:
    """Put an agency on the list, as a party of its own or as one that the desk knows.

    Later copies are read by it, and whoever goes by one of its names is one with it.
    """
    require(by, Capability.MANAGE_AGENCIES)
    name = " ".join(name.split())[:200]
    with transaction.atomic():
        party = Party.objects.named(name).filter(kind=Party.Kind.AGENCY).first()
        if party is None:
            party = Party.objects.create(name=name, kind=Party.Kind.AGENCY)
            record(Verb.PARTY_REGISTERED, stream=f"party:{party.pk}", target=name, by=by, after={"kind": party.kind})
        agency = Agency.objects.create(party=party, **_cleaned(facts))
        identify(name, *agency.spellings)
        Party.objects.filter(pk=party.pk).update(has_news=True)
        record(Verb.AGENCY_LISTED, stream=f"party:{party.pk}", target=party.name, by=by, after=_facts(agency))
    return agency


def edit_agency(agency: Agency, *, by: User, **changes: Unpack[AgencyFacts]) -> Agency:
    """Change what is given of how an agency is recognised, and leave the rest. Copies gone through stay as they are."""
    require(by, Capability.MANAGE_AGENCIES)
    with transaction.atomic():
        agency = Agency.objects.select_for_update(of=("self",)).select_related("party").get(pk=agency.pk)
        before = _facts(agency)
        for name, values in _cleaned(changes).items():
            setattr(agency, name, values)
        was, became = differences(before, _facts(agency))
        if became:
            mark_edited(agency)
            stream = f"party:{agency.party_id}"
            record(Verb.AGENCY_EDITED, stream=stream, target=agency.party.name, by=by, before=was, after=became)
            identify(*before["spellings"], *agency.spellings)
            if {"spellings", "short_names"} & became.keys():
                Party.objects.filter(pk=agency.party_id).update(has_news=True)
    return agency


def _cleaned(facts: AgencyFacts) -> dict[str, list[str]]:
    """Each name once, without spaces around it; hosts in small letters."""
    found: dict[str, Any] = {}
    for field, values in facts.items():
        names = [" ".join(str(value).split()) for value in values]  # type: ignore[attr-defined]
        if field == "hosts":
            names = [name.casefold().removeprefix("www.") for name in names]
        found[field] = list(dict.fromkeys(filter(None, names)))
    return found


def _facts(agency: Agency) -> dict[str, Any]:
    return {"spellings": agency.spellings, "short_names": agency.short_names, "hosts": agency.hosts}
