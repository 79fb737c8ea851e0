"""What the worker suggests of a copy."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.archive.models import Capture
from apps.audit.statements import Select, update
from apps.sources.actions.attributions import suggest_attribution
from apps.sources.actions.parties import register_party
from apps.sources.models import Attribution, Party, Sifting
from apps.sources.names import fold
from apps.sources.suggesting.finding import leads_from, sheet_of, text_of
from apps.sources.suggesting.overlaps import enter
from apps.sources.suggesting.sheets import Lead, Mention

_waiting = Select(lambda number: Sifting.objects.filter(capture=number, sifted_at__isnull=True).order_by(), int)


def suggest_from_capture(capture: Capture) -> list[Attribution]:
    """Go through one stored and read copy for where its information comes from: the worker's door, so no person.

    The text is entered into the index before anybody is looked up, and that is committed first: of two copies that
    are gone through at once, at least one then sees the other.
    """
    if not _waiting(capture.pk):
        return []
    sheet = sheet_of(capture)
    entered = 0
    if sheet is not None:
        with transaction.atomic():
            entered = enter(text_of(sheet))
    leads = leads_from(sheet) if sheet is not None else []
    with transaction.atomic():
        found = [_suggest(lead, party, capture) for lead, party in _new(leads)]
        update(Sifting, {"capture": capture.pk}, {"sifted_at": timezone.now(), "fingerprints": entered})
    return [attribution for attribution in found if attribution is not None]


def _suggest(lead: Lead, party: Party | None, capture: Capture) -> Attribution | None:
    to = party or (_registered(lead.to) if isinstance(lead.to, Mention) else lead.to)
    return suggest_attribution(
        lead.of_source, lead.relation, to, found_by=lead.found_by, grounds=lead.grounds, capture=capture
    )


def _new(leads: list[Lead]) -> list[tuple[Lead, Party | None]]:
    """The leads that the desk has no attribution for, each once, with the party where it has a row: two queries."""
    mentions = [lead.to for lead in leads if isinstance(lead.to, Mention)]
    known: dict[str, Party] = {}
    by_number: dict[int, Party] = {}
    if mentions:
        names = {mention.name for mention in mentions}
        numbers = [mention.party_id for mention in mentions if mention.party_id is not None]
        for row in Party.objects.called_or_numbered(names, numbers).order_by("-pk"):
            known[row.folded] = by_number[row.pk] = row
    pairs: dict[tuple[int, str, object], tuple[Lead, Party | None]] = {}
    for lead in leads:
        party: Party | None = None
        if isinstance(lead.to, Mention):
            given = by_number.get(lead.to.party_id) if lead.to.party_id is not None else None
            party = given or known.get(fold(lead.to.name))
            if party and (outlet := lead.of_source.outlet) and party.identity == outlet.identity:
                continue
        if isinstance(lead.to, Mention):
            to: object = ("party", party.identity) if party else lead.to.name
        else:
            to = ("source", lead.to.pk)
        pairs.setdefault((lead.of_source.pk, lead.relation, to), (lead, party))
    if not pairs:
        return []
    edges = Attribution.objects.filter(Q(of_source__in={key[0] for key in pairs})).order_by()
    had: set[object] = set()
    ends = edges.values_list("of_source", "relation", "to_source", "to_party__identity")
    for of_source, relation, to_source, identity in ends:
        had.add((of_source, relation, ("source", to_source) if to_source else ("party", identity)))
    return [found for key, found in pairs.items() if key not in had]


def _registered(mention: Mention) -> Party:
    return register_party(mention.name, kind=mention.kind, by=None, is_named=mention.is_named)
