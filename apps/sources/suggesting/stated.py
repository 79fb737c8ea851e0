"""Parties that a page names as knowing, as leads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.db.models import Q

from apps.sources.models import Attribution, Party
from apps.sources.names import fold
from apps.sources.suggesting.origins import in_short, origins_of
from apps.sources.suggesting.sheets import Lead, Mention, Sheet

# "USGS", "UNDP": of a country's body, or of the nations'.
_IN_SHORT = re.compile(r"(?:U[SKN]|EU)[A-Z]{2,5}")


def stated(sheet: Sheet) -> Iterator[Lead]:
    """Parties that the page names as knowing. What it is credited with already is not said again."""
    credited = {credit.agency.party_id for credit in sheet.credits}
    outlet = fold(sheet.source.outlet.name) if sheet.source.outlet else ""
    for origin in origins_of(sheet.text, sheet.agencies, _known_parties):
        if origin.agency and (origin.agency.party_id in credited or sheet.is_of(origin.agency)):
            continue
        if fold(origin.name) == outlet:
            continue
        kind = Party.Kind.AGENCY if origin.agency else Party.Kind.BODY if origin.is_body else Party.Kind.OTHER
        mention = Mention(origin.name, kind, origin.agency.party_id if origin.agency else None)
        grounds = {"sentence": origin.sentence, "words": origin.words}
        yield Lead(sheet.source, Attribution.Relation.QUOTES, mention, Attribution.FoundBy.STATED_ORIGIN, grounds)


def _known_parties(written: Iterable[str]) -> dict[str, str]:
    """Which of these names are parties of the desk already, and how it writes them: in full or in short."""
    written = set(written)
    in_full = {fold(short): fold(name) for name in written if (short := in_short(name))}
    parties = Party.objects.called(written | set(in_full)) | Party.objects.filter(_spelled_out(written))
    known: dict[str, str] = {}
    for name in parties.filter(is_named=True).order_by("-pk").values_list("name", flat=True):
        known[fold(name)] = name
        if other := in_full.get(fold(name)) or fold(in_short(name)):
            known.setdefault(other, name)
    return known


def _spelled_out(written: Iterable[str]) -> Q:
    """The parties whose names begin as those must that go by these abbreviations: few, and from an index."""
    ranges = Q(pk__in=[])
    for name in written:
        if _IN_SHORT.fullmatch(name):
            country, initial = fold(name[:2]), fold(name[2])
            ranges |= Q(folded__gte=f"{country} {initial}", folded__lt=f"{country} {chr(ord(initial) + 1)}")
    return ranges
