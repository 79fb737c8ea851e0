"""Admiralty grades as pages show them: beside the citation, and apart from what the rule counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apps.audit.statements import Select
from apps.claims.models import Citation, Claim, Credibility
from apps.sources.models import Party, Reliability, Source

_credible = Select(lambda claim: Credibility.objects.live().filter(citation__claim=claim).order_by(), int)


@dataclass(frozen=True)
class GradedParty:
    """A party that may be graded, and its grade if it has one."""

    party: Party
    grade: Reliability | None


@dataclass(frozen=True)
class Grades:
    """What was graded of one citation: whoever is quoted and the outlet, and the information itself."""

    parties: list[GradedParty]
    information: Credibility | None

    @property
    def given(self) -> list[GradedParty]:
        return [one for one in self.parties if one.grade]


def grades_of(claim: Claim, citations: Iterable[Citation]) -> dict[int, Grades]:
    """The grades of these citations of a claim by their numbers, in two queries however many there are."""
    parties = {one.pk: _parties(one) for one in citations}
    reliable = _live({party for found in parties.values() for party in found})
    credible: Mapping[int, Credibility] = {one.citation_id: one for one in _credible(claim.pk)} if parties else {}
    return {pk: Grades(_graded(found, reliable), credible.get(pk)) for pk, found in parties.items()}


def graded_parties(source: Source) -> list[GradedParty]:
    """The outlet of a source and whoever it has it from, by live attributions."""
    ends = source.attributions.live().filter(to_party__isnull=False).select_related("to_party").order_by("id")
    found = [*([source.outlet] if source.outlet else []), *(one.to_party for one in ends if one.to_party)]
    return _graded(found, _live(found))


def _parties(citation: Citation) -> list[Party]:
    """Whoever is quoted first, then the outlet."""
    return [party for party in (citation.quoted, citation.source.outlet) if party]


def _graded(parties: Iterable[Party], reliable: Mapping[str, Reliability]) -> list[GradedParty]:
    """Each once, whatever name it goes by and whatever it is there: the one that has been graded, else the first."""
    each: dict[str, Party] = {}
    for party in parties:
        each.setdefault(party.identity, party)
    grades = {identity: reliable.get(identity) for identity in each}
    return [GradedParty(grade.party if (grade := grades[one]) else party, grade) for one, party in each.items()]


def _live(parties: Iterable[Party]) -> dict[str, Reliability]:
    """The newest grade of each, by identity."""
    identities = {party.identity for party in parties}
    graded = Reliability.objects.live().filter(party__identity__in=identities).select_related("party").order_by("pk")
    return {one.party.identity: one for one in graded}
