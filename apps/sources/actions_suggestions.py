"""What the worker suggests of a copy, and the one door through which every suggestion goes."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.archive.models import Capture
from apps.audit.actions import record
from apps.audit.verbs import Verb
from apps.sources.actions import register_party
from apps.sources.models import Attribution, Party, Sifting, Source
from apps.sources.suggesting.finding import Lead, Mention, leads_from, sheet_of, text_of
from apps.sources.suggesting.overlaps import enter


def suggest_from_capture(capture: Capture) -> list[Attribution]:
    """Go through one stored and read copy for where its information comes from: the worker's door, so no person.

    The text is entered into the index before anybody is looked up, and that is committed first: of two copies that
    are gone through at once, at least one then sees the other.
    """
    if not Sifting.objects.filter(capture=capture, sifted_at__isnull=True).exists():
        return []
    sheet = sheet_of(capture)
    entered = 0
    if sheet is not None:
        with transaction.atomic():
            entered = enter(text_of(sheet))
    leads = leads_from(sheet) if sheet is not None else []
    with transaction.atomic():
        found = [_suggest(lead, capture) for lead in leads]
        Sifting.objects.filter(capture=capture).update(sifted_at=timezone.now(), fingerprints=entered)
    return [attribution for attribution in found if attribution is not None]


def _suggest(lead: Lead, capture: Capture) -> Attribution | None:
    to_source = lead.to if isinstance(lead.to, Source) else None
    to_party = _party(lead.to) if isinstance(lead.to, Mention) else None
    if to_party is not None and to_party.pk == lead.of_source.outlet_id:
        return None
    return suggest_attribution(
        of_source=lead.of_source,
        relation=lead.relation,
        to_source=to_source,
        to_party=to_party,
        found_by=lead.found_by,
        grounds=lead.grounds,
        capture=capture,
    )


def _party(mention: Mention) -> Party:
    if mention.party_id is not None:
        return Party.objects.get(pk=mention.party_id)
    if known := Party.objects.called([mention.name, mention.name.casefold()]).order_by("pk").first():
        return known
    party = register_party(mention.name, kind=mention.kind, by=None)
    if not mention.is_named:
        party.is_named = False
        party.save(update_fields=["is_named"])
    return party


def suggest_attribution(
    *,
    of_source: Source | None = None,
    of_party: Party | None = None,
    relation: str,
    to_source: Source | None = None,
    to_party: Party | None = None,
    found_by: str,
    grounds: dict[str, Any],
    capture: Capture | None,
) -> Attribution | None:
    """Suggest an edge, for an editor to judge. None when the desk has it, or an editor has rejected it."""
    ends = {"of_source": of_source, "of_party": of_party, "to_source": to_source, "to_party": to_party}
    if Attribution.objects.filter(**ends, relation=relation).exclude(state=Attribution.State.WITHDRAWN).exists():
        return None
    try:
        with transaction.atomic():
            attribution = Attribution.objects.create(
                **ends,
                relation=relation,
                state=Attribution.State.SUGGESTED,
                found_by=found_by,
                grounds=grounds,
                capture=capture,
            )
    except IntegrityError:
        return None
    record(
        Verb.ATTRIBUTION_SUGGESTED,
        stream=f"attribution:{attribution.pk}",
        target=str(attribution),
        by=None,
        after={"relation": relation, "found_by": found_by},
    )
    return attribution
