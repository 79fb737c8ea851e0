"""Everything that one copy says and shows of where its information comes from: as leads, for an editor to judge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q

from apps.archive.models import Capture
from apps.sources.models import Attribution, Party, Source
from apps.sources.names import fold
from apps.sources.suggesting.agencies import Agencies, Credit, Known, credits_of, listed, others_in, told_in
from apps.sources.suggesting.carried import Carried
from apps.sources.suggesting.origins import in_short, origins_of, speaker_beside
from apps.sources.suggesting.overlaps import EXTRACTED, Overlap, Text, find, site_number
from apps.sources.suggesting.passages import Common, compare
from apps.sources.suggesting.verdicts import Verdict, judge
from apps.sources.suggesting.words import Words, words_of

# A member of a group of copies that shares nearly as much as the best one is taken in its stead when it is older.
NEARLY = 0.6
LONGEST_OPENING = 60
# No page is copy of more than a few; where more match, it is what they all have around them.
MOST_COPIED = 3
# Of the pages that share only somebody's words with this one, so many are told of at once.
MOST_QUOTING = 3
MOST_ROOTS = 3
FARTHEST_ROOT = 2

# "USGS", "UNDP": of a country's body, or of the nations'.
_IN_SHORT = re.compile(r"(?:U[SKN]|EU)[A-Z]{2,5}")

Relation, FoundBy = Attribution.Relation, Attribution.FoundBy


@dataclass(frozen=True)
class Mention:
    """A party by name, which may have no row yet; without a name, somebody whom two pages quote."""

    name: str
    kind: str = Party.Kind.OTHER
    party_id: int | None = None
    is_named: bool = True


@dataclass(frozen=True)
class Lead:
    """One attribution that the machine would suggest, and on what grounds."""

    of_source: Source
    relation: str
    to: Source | Mention
    found_by: str
    grounds: dict[str, Any] = field(default_factory=dict)


def _mention(agency: Known) -> Mention:
    return Mention(agency.name, Party.Kind.AGENCY, agency.party_id)


class Sheet:
    """A source's copy as it is compared: its text, its facts, and whose copy it says it is."""

    def __init__(self, source: Source, capture: Capture, agencies: Agencies, words: Words | None = None) -> None:
        self.source, self.capture, self.agencies = source, capture, agencies
        self.text: str = capture.extract.text
        self.words = words or words_of(self.text)

    @property
    def published(self) -> datetime | None:
        return self.source.published_at or self.capture.extract.published_at

    @cached_property
    def credits(self) -> list[Credit]:
        """The agencies whose copy it says it is; an agency's own page prints nobody's."""
        credit_line = self.source.credit_line
        if not credit_line and "credit_line" not in self.source.by_hand:
            credit_line = self.capture.extract.credit_line
        found = credits_of(self.text, credit_line, self.source.byline or self.capture.extract.byline, self.agencies)
        return [credit for credit in found if not self.is_of(credit.agency)]

    @cached_property
    def agencies_own(self) -> frozenset[int]:
        """The agencies whose own page this is: mostly none."""
        return self.agencies.whose(self.source.page.host_id, self.source.outlet.name if self.source.outlet else "")

    @property
    def published_by(self) -> list[Known]:
        """The agencies at whose address it lies."""
        return self.agencies.at(self.source.page.host_id)

    def is_of(self, agency: Known) -> bool:
        """Whether this is the agency's own page."""
        return agency.party_id in self.agencies_own

    def prints(self, other: Sheet) -> bool:
        """Whether its credit names the outlet of the other one."""
        outlet = fold(other.source.outlet.name) if other.source.outlet else ""
        return any(other.is_of(credit.agency) for credit in self.credits) or bool(
            outlet and outlet in {fold(name) for name in self.source.credits}
        )

    @cached_property
    def credited(self) -> frozenset[int]:
        """The agencies that it is of, or is copy of as it says."""
        return self.agencies_own | {credit.agency.party_id for credit in self.credits}

    @cached_property
    def told(self) -> frozenset[int]:
        """The agencies to which somebody speaks on it."""
        return told_in(self.words.text, self.agencies, self.others)

    @cached_property
    def others(self) -> dict[str, str]:
        """The abbreviations of agencies by which it means somebody else, and whom."""
        return others_in(self.words.text, self.agencies)

    def shares_a_credit_with(self, other: Sheet) -> bool:
        """Whether both say that they are one agency's copy, or one prints the other, or speaks as its agency does."""
        ours = {credit.agency.party_id for credit in self.credits}
        return (
            not ours.isdisjoint(credit.agency.party_id for credit in other.credits)
            or self.prints(other)
            or other.prints(self)
            or bool(other.credited and not other.credited.isdisjoint(self.told))
            or bool(self.credited and not self.credited.isdisjoint(other.told))
        )


@dataclass(frozen=True)
class Match:
    """Another page's copy and what it is to ours."""

    sheet: Sheet
    common: Common
    verdict: Verdict


def sheet_of(capture: Capture) -> Sheet | None:
    """This copy as it is compared; None when no source that may be matched stands on it, or it has no text."""
    source = Source.objects.matchable().select_related("page", "outlet").filter(page=capture.page_id).first()
    return Sheet(source, capture, listed()) if source and capture.extract.text else None


def text_of(sheet: Sheet) -> Text:
    """What the index is asked about, and what is entered into it."""
    page = sheet.source.page
    return Text(page.pk, sheet.capture.pk, site_number(page), sheet.words)


def leads_from(sheet: Sheet) -> list[Lead]:
    """Everything there is to suggest of this copy, the surest first."""
    credited = [
        Lead(
            sheet.source,
            Relation.REPUBLISHES,
            _mention(credit.agency),
            FoundBy.BYLINE if credit.in_byline else FoundBy.CREDIT_LINE,
            {"words": credit.words},
        )
        for credit in sheet.credits
    ]
    published = [
        Lead(sheet.source, Relation.REPUBLISHES, _mention(agency), FoundBy.ADDRESS, {"host": sheet.source.page.host_id})
        for agency in sheet.published_by
    ]
    matches = matches_of(sheet)
    carried = Carried([sheet.source.pk, *(match.sheet.source.pk for match in matches)])
    matches = _with_roots(sheet, matches, carried)
    return [*credited, *published, *_copied(sheet, matches, carried), *_quoting(sheet, matches), *_stated(sheet)]


def matches_of(sheet: Sheet) -> list[Match]:
    """The other pages that share copy or quotations with this one."""
    overlaps = find(text_of(sheet))
    sheets = _sheets(sheet.agencies, overlaps)
    matches = []
    for overlap in overlaps:
        other = sheets.get(overlap.capture.pk)
        if other is None:
            continue
        verdict = judge(overlap.common, is_same_site=overlap.is_same_site)
        if (
            not overlap.is_same_site
            and verdict is not Verdict.COPY
            and judge(overlap.common, share_a_credit=True) is Verdict.COPY
        ):
            verdict = judge(overlap.common, share_a_credit=sheet.shares_a_credit_with(other))
        if verdict is not Verdict.NOTHING:
            matches.append(Match(other, overlap.common, verdict))
    return matches


def _sheets(agencies: Agencies, overlaps: list[Overlap]) -> dict[int, Sheet]:
    telling = [overlap for overlap in overlaps if overlap.common.passages]
    if not telling:
        return {}
    of_pages = Source.objects.matchable().select_related("page", "outlet")
    sources = {source.page_id: source for source in of_pages.filter(page__in=[one.page_id for one in telling])}
    return {
        one.capture.pk: Sheet(sources[one.page_id], one.capture, agencies, one.common.there)
        for one in telling
        if one.page_id in sources
    }


def _copied(sheet: Sheet, matches: list[Match], carried: Carried) -> Iterator[Lead]:
    """Of pages that lead to one another one is named, the one that the copy is likeliest from; of all others, too.

    A page that comes late may be what brings together those that came before it: whoever it matches, and what it
    doesn't lead to yet, gets an edge of its own.
    """
    copies = [match for match in matches if match.verdict is Verdict.COPY]
    strangers = {match.sheet.source.pk for match in matches if not match.common.passages}
    by_source = {match.sheet.source.pk: match for match in copies}
    groups = [[by_source[one] for one in group] for group in carried.groups(by_source)]
    groups.sort(key=lambda group: -max(match.common.containment for match in group))
    printed = 0

    def is_mixed(match: Match) -> bool:
        """Whether it also prints somebody of whom nothing stands here: who follows it would be taken for theirs."""
        return not strangers.isdisjoint(carried.ends(match.sheet.source.pk))

    for group in groups:
        best = max(match.common.containment for match in group)
        near = [match for match in group if match.common.containment >= NEARLY * best]
        chosen = next(
            (match for match in near if sheet.prints(match.sheet)),
            min(near, key=lambda match: (is_mixed(match), _when(match.sheet), -match.common.containment)),
        )
        others = [match for match in group if match is not chosen]
        others.sort(key=lambda match: (carried.leads_on(match.sheet.source.pk), -match.common.containment))
        for match in [chosen, *others]:
            if match is not chosen and carried.meet(sheet.source.pk, match.sheet.source.pk):
                continue
            here, there, shared = sheet, match.sheet, match.common.shown()
            if is_from(there, here) or (is_mixed(match) and not here.prints(there)):
                here, there, shared = there, here, _turned(shared)
            elif printed == MOST_COPIED:
                continue
            else:
                printed += 1
            carried.add(here.source.pk, there.source.pk)
            grounds = {**_measured(match.common), "shared": shared}
            yield Lead(here.source, Relation.REPUBLISHES, there.source, FoundBy.TEXT_OVERLAP, grounds)


def _measured(common: Common) -> dict[str, Any]:
    return {"containment": round(common.containment, 3), "similarity": round(common.similarity, 3)}


def _turned(shared: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"here": passage["there"], "there": passage["here"]} for passage in shared]


def is_from(one: Sheet, other: Sheet) -> bool:
    """Whether the first is likelier printed from the second than the other way round."""
    if one.prints(other) != other.prints(one):
        return one.prints(other)
    agencies_page = [bool(sheet.agencies_own) for sheet in (one, other)]
    if agencies_page[0] != agencies_page[1]:
        return agencies_page[1]
    several = [len(sheet.credits) > 1 for sheet in (one, other)]
    if several[0] != several[1]:
        # Who names two agencies has put together what neither of them has of the other.
        return several[0]
    if one.published and other.published and one.published != other.published:
        return one.published > other.published
    if bool(one.credits) != bool(other.credits):
        return bool(one.credits)
    return one.capture.pk > other.capture.pk


def _when(sheet: Sheet) -> tuple[float, int]:
    return (sheet.published.timestamp() if sheet.published else float("inf"), sheet.capture.pk)


def _with_roots(sheet: Sheet, matches: list[Match], carried: Carried) -> list[Match]:
    """The matches, and the pages that they print, whatever these are to ours: who wrote it counts, not who printed."""
    if not matches:
        return matches
    known = {sheet.source.pk, *(match.sheet.source.pk for match in matches)}
    roots: set[int] = set()
    for _ in range(FARTHEST_ROOT):
        roots |= carried.follow() - known
    if not roots:
        return matches
    nearest = sorted(roots, key=lambda one: (carried.leads_on(one), -one))[:MOST_ROOTS]
    sources = Source.objects.matchable().select_related("page", "outlet").in_bulk(nearest)
    copies = Capture.objects.select_related("extract").filter(extract__isnull=False).only("page", *EXTRACTED)
    copies_by_number = copies.in_bulk([source.learned_from_id for source in sources.values() if source.learned_from_id])
    found = list(matches)
    for source in sources.values():
        if copy := copies_by_number.get(source.learned_from_id):
            other = Sheet(source, copy, sheet.agencies)
            common = compare(sheet.words, other.words)
            found.append(Match(other, common, judge(common)))
    return found


def _quoting(sheet: Sheet, matches: list[Match]) -> Iterator[Lead]:
    """Where only somebody's words are shared, both pages quote the same party."""
    quoting = sorted(
        (match for match in matches if match.verdict is Verdict.SAME_QUOTES), key=lambda match: _when(match.sheet)
    )
    named: dict[tuple[int, int], Mention] = {}
    for match in quoting[:MOST_QUOTING]:
        places = match.common.quotation()
        if places is None:
            continue
        mention = named[places[0]] = named.get(places[0]) or _speaker(sheet, match.sheet, *places)
        shared = match.common.shown_quotations()
        for source, passages in ((sheet.source, shared), (match.sheet.source, _turned(shared))):
            grounds = {**_measured(match.common), "shared": passages}
            yield Lead(source, Relation.QUOTES, mention, FoundBy.TEXT_OVERLAP, grounds)


def _speaker(here: Sheet, there: Sheet, place: tuple[int, int], other_place: tuple[int, int]) -> Mention:
    """Whose words they are, as the one page or the other says."""
    agencies = here.agencies
    if name := speaker_beside(here.text, *place, agencies) or speaker_beside(there.text, *other_place, agencies):
        agency = here.agencies.named(name)
        return _mention(agency) if agency else Mention(name)
    # Nobody is named: who it was is told from the words, as they stand on the page that had them first.
    start = next((first for first, last in there.words.quotes if first <= other_place[0] < last), other_place[0])
    opening = " ".join(there.text[start : other_place[1]].split())[:LONGEST_OPENING].strip(" .,“”\"'«»„「」")
    return Mention(f"Whoever said “{opening}…”", is_named=False)


def _stated(sheet: Sheet) -> Iterator[Lead]:
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
        yield Lead(sheet.source, Relation.QUOTES, mention, FoundBy.STATED_ORIGIN, grounds)


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
